"""A file's bytes to the UTF-8 text with plain newlines that is parsed."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from sphinxext.nova.model import Kind

SIZE_LIMIT: Final = 2 * 1024 * 1024
"""Bytes. Nova's largest file has 1.5 MB; a syntax tree takes some 30 times the space of its source."""

LINES_LIMIT: Final = 200_000
"""Nova's longest file has 34 thousand lines; half a million lines of a letter each would take half a gigabyte."""

_COOKIE: Final = re.compile(rb"\A(?:[ \t\f]*(?:#[^\n]*)?\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_NO_TEXT: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
"""Codecs that would change the structure of the text, or that take quadratic time."""

_CONTINUATIONS: Final = 100
"""How many lines one after the other, or empty ones in all, may end in a backslash."""

_COMMENTS: Final = 500
"""How many lines one after the other may be comments or empty."""

_COMMENTED: Final = re.compile(rb"(?m)^(?:[ \t\f]*+(?:#[^\n]*+)?\n){%d,}" % _COMMENTS)
_CONTINUED: Final = re.compile(rb"(?m)^(?:[^\n]*\\\n){%d,}" % _CONTINUATIONS)
_EMPTY_CONTINUED: Final = re.compile(rb"(?m)^[ \t\f]*\\$")


class Decoded(NamedTuple):
    """``text`` is UTF-8; a problem is (kind, message, line), as in the rows of the facts."""

    text: bytes
    problems: tuple[tuple[str, str, int | None], ...] = ()


def decode(data: bytes) -> Decoded:
    """Return the text of a Python file: encoding by byte order mark and cookie (PEP 263), newlines as line feeds.

    What is in no known encoding is read as Latin-1, which loses nothing but the meaning of non-ASCII characters. A file
    that is no text, or larger than :data:`SIZE_LIMIT`, is read as an empty one.
    """
    if refused := _refused(data):
        return Decoded(b"", (refused,))
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # For more in a row than anybody writes the parser takes quadratic time: minutes for 200 kB.
    lines = data.count(b"\n")
    if lines > _COMMENTS and data.count(b"#") > _COMMENTS:
        data = _COMMENTED.sub(lambda run: b"\n" * run[0].count(b"\n"), data)
    if lines > _CONTINUATIONS and b"\\\n" in data and data.count(b"\\\n") > _CONTINUATIONS:
        data = _without_continuations(data)
    if data.isascii():
        return Decoded(data)
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
        name = "utf-8"
    else:
        cookie = _COOKIE.match(data)
        name = cookie[1].decode("ascii", "replace") if cookie else "utf-8"
    try:
        codec = codecs.lookup(name)
        text = data.decode("latin-1" if codec.name in _NO_TEXT else codec.name)
    except (LookupError, ValueError):  # unknown, no text encoding, or other bytes than it says
        codec, text = None, data.decode("latin-1")
    encoded = text.encode("utf-8", "replace")
    if b"\0" in encoded:
        return Decoded(b"", ((Kind.BINARY.value, "holds NUL characters, not read", None),))
    if codec is None or codec.name in _NO_TEXT:
        return Decoded(encoded, ((Kind.ENCODING.value, f"is not in the encoding {name}; read as Latin-1", None),))
    return Decoded(encoded)


def _refused(data: bytes) -> tuple[str, str, None] | None:
    """Return the problem of a file that is not read."""
    if len(data) > SIZE_LIMIT:
        return Kind.HUGE.value, f"larger than {SIZE_LIMIT} bytes, not read", None
    if len(data) > LINES_LIMIT and max(data.count(b"\n"), data.count(b"\r")) > LINES_LIMIT:
        return Kind.HUGE.value, f"has more than {LINES_LIMIT} lines, not read", None
    if b"\0" in data:
        return Kind.BINARY.value, "holds NUL bytes, not read", None
    return None


def _without_continuations(data: bytes) -> bytes:
    """Return ``data`` without more backslashes at the ends of lines than anybody writes."""
    data = _CONTINUED.sub(lambda run: run[0].replace(b"\\\n", b" \n"), data)
    if len(_EMPTY_CONTINUED.findall(data)) > _CONTINUATIONS:
        data = _EMPTY_CONTINUED.sub(b"", data)
    return data
