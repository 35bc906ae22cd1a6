"""The gate that every text out of a checkout passes before it is shown: in a page, an index, a warning or a terminal.

A name, a docstring or a constant of a checkout may hold anything: characters that XML cannot say, half a surrogate pair
(which no encoding can say), line ends, what a terminal obeys, and what turns the direction of the text around it.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final

_HIDDEN: Final = (
    r"\x7f-\x9f"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # they change the direction of writing
    r"\u2028\u2029"  # ends of lines
    r"\ud800-\udfff"  # half of a pair
    r"\ufdd0-\ufdef"  # no characters, as the last two of each plane
) + "".join(chr(plane | last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))


def visible(text: str) -> str:
    r"""Return a text with the escape that Python would write in the place of each character that cannot be shown.

    These are control characters (``\x1b``, also the ends of lines), halves of surrogate pairs (``\ud800``), what
    Unicode says are no characters (``\ufffe``), and characters that change the direction of writing (``\u202e``). The
    result is one line, and stays as it is when it is given again.
    """
    return text if text.isprintable() else _pattern(rf"[\x00-\x1f{_HIDDEN}]").sub(_escape, text)


def visible_json(text: str) -> str:
    r"""Return JSON text in which each value is valid Unicode and nothing acts on a terminal.

    A value changes only where it holds half of a surrogate pair, which becomes the six characters ``\ud800``. All else
    that :func:`visible` replaces is written as JSON's own escape, so that its value stays: a path can be used.

    :param text: what was encoded with ``ensure_ascii=False``.
    """
    if text.isascii() and "\x7f" not in text:
        return text

    def escape(found: re.Match[str]) -> str:
        return f"\\{_escape(found)}" if "\ud800" <= found[0] <= "\udfff" else _pair(found)

    return _pattern(f"[{_HIDDEN}]").sub(escape, text)


def ascii_json(text: str) -> str:
    """Return JSON text with its own escapes for all that is not ASCII: the values stay as they are."""
    return re.sub(r"[^\x00-\x7f]", _pair, text)


def json_number(value: float) -> int | float | None:
    """Return a number, ``None`` for one that JSON cannot say: no number, infinite, or too large for most readers."""
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an integer that no floating-point number reaches
        return None


@cache
def _pattern(characters: str) -> re.Pattern[str]:
    # Compiling so many characters takes milliseconds; most checkouts, and builds in which nothing changed, need none.
    return re.compile(characters)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _pair(found: re.Match[str]) -> str:
    """Write a character as JSON escapes it: in UTF-16."""
    data = found[0].encode("utf-16-be")
    return "".join(f"\\u{data[start : start + 2].hex()}" for start in range(0, len(data), 2))
