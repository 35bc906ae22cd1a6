"""The values of Python's literals, in Python 2's and Python 3's spelling.

:func:`ast.literal_eval` is no help: it refuses Python 2's, and warns about unknown escapes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sphinxext.nova.syntax.forms import ErrorForm, Number

_OPENING: Final = re.compile(r"([A-Za-z]*)(\"\"\"|'''|\"|'|`)")
_ESCAPE: Final = re.compile(
    r"\\(?:(\n)|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]+)\})"
)
_BYTES_ESCAPE: Final = re.compile(r"\\(?:(\n)|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2}))")
_SINGLE: Final = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_OLD_OCTAL: Final = re.compile(r"0[0-7_]+\Z")
_LARGEST: Final = 0x10FFFF


def opening(text: str) -> tuple[str, str]:
    """Return the prefix (in lower case) and the quotes of a string literal."""
    match = _OPENING.match(text)
    return (match[1].lower(), match[2]) if match else ("", "")


def string(text: str) -> str | bytes:
    """Return the value of a string literal that is no f-string."""
    prefix, quotes = opening(text)
    width = len(quotes)
    closed = len(text) >= len(prefix) + 2 * width and text.endswith(quotes)
    content = text[len(prefix) + width : -width if closed else None]
    if "b" not in prefix:
        return content if "r" in prefix else unescape(content)
    octets = content.encode("utf-8", "replace").decode("latin-1")
    if "r" not in prefix and "\\" in octets:
        octets = _BYTES_ESCAPE.sub(_escape_byte, octets)
    return octets.encode("latin-1")


def unescape(content: str) -> str:
    """Return ``content`` with its backslash escapes replaced; unknown ones stay, as in Python."""
    return _ESCAPE.sub(_escape, content) if "\\" in content else content


def _escape_byte(match: re.Match[str]) -> str:
    newline, single, octal, code = match.groups()
    if newline:
        return ""
    if single:
        return _SINGLE[single]
    return chr(int(octal, 8) & 0xFF if octal else int(code, 16))


def _escape(match: re.Match[str]) -> str:
    newline, single, octal, *codes = match.groups()
    if newline:
        return ""
    if single:
        return _SINGLE[single]
    if octal:
        return chr(int(octal, 8))
    for code in codes[:3]:
        if code:
            number = int(code, 16)
            return chr(number) if number <= _LARGEST else match[0]
    try:
        return unicodedata.lookup(codes[3])
    except KeyError:
        return match[0]


def number(text: str) -> int | float | complex | Number | ErrorForm:
    """Return the form of a number literal: the number itself where Python would write it so."""
    plain = text.replace("_", "").lower()
    value: int | float | complex
    try:
        if plain.endswith("j"):
            value = complex(plain)
        elif plain.startswith(("0x", "0o", "0b")):
            value = int(plain.rstrip("l"), 0)
        elif _OLD_OCTAL.match(plain.rstrip("l")):
            value = int(plain.rstrip("l"), 8)
        elif plain.rstrip("l").isdigit():
            value = int(plain.rstrip("l"))
        else:
            value = float(plain)
        # Python itself refuses decimal numbers of more than 4300 digits, in both directions.
        return value if repr(value) == text else ("number", value, text)
    except ValueError:
        return ("error", text)
