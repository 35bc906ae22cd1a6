"""A file's bytes -> text, in the encoding that the file itself declares."""

from __future__ import annotations

import codecs
import io
from typing import Final

from sphinxext.nova.checkout._problems import Unreadable
from sphinxext.nova.problems import Kind, Problem

_SLOW: Final = frozenset({"idna", "punycode", "undefined"})
"""Encodings that Python decodes in quadratic time, or never; no source file has a reason to declare them."""


def decode(path: str, data: bytes) -> str:
    r"""Decode by the cookie of PEP 263 where the file is Python, else as UTF-8; ends of lines become ``\n``.

    :raises Unreadable: ``BINARY`` (a NUL byte) or ``ENCODING`` (bytes that are not in the encoding, or an encoding
        that Python does not know), with the line.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        raise Unreadable(Problem(Kind.BINARY, "holds a NUL byte and is no text", path, _line(data, nul)))
    encoding = "utf-8"
    if data.startswith(codecs.BOM_UTF8):  # says more than a cookie
        data = data.removeprefix(codecs.BOM_UTF8)
    elif _is_python(path, data):
        encoding = _declared(path, data)
    try:
        return data.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        message = f"byte 0x{data[error.start]:02x} is not {encoding}"
        raise Unreadable(Problem(Kind.ENCODING, message, path, _line(data, error.start))) from None
    except (UnicodeError, LookupError):  # an encoding of bytes to bytes ("hex"), or one that rejects the whole
        raise Unreadable(Problem(Kind.ENCODING, f"its bytes are not {encoding!r} text", path)) from None


def _is_python(path: str, data: bytes) -> bool:
    """Tell by the suffix, or by the first line of a script without one (``bin/nova-manage``)."""
    return path.endswith(".py") or (data.startswith(b"#!") and b"python" in data.split(b"\n", 1)[0])


def _declared(path: str, data: bytes) -> str:
    import tokenize  # noqa: PLC0415 - most files are UTF-8 and say nothing else

    head = io.BytesIO(data)
    try:
        encoding, _ = tokenize.detect_encoding(head.readline)
    except SyntaxError:  # no such encoding, or first lines that are not UTF-8 and declare nothing
        head.seek(0)
        for number, line in enumerate((head.readline(), head.readline()), start=1):
            found = tokenize.cookie_re.match(line.decode("latin-1"))
            if found:
                message = f"declares the encoding {found[1]!r}, which Python does not know"
                raise Unreadable(Problem(Kind.ENCODING, message, path, number)) from None
        return "utf-8"  # decoding it says where
    if encoding in _SLOW:
        raise Unreadable(Problem(Kind.ENCODING, f"declares the encoding {encoding!r}, which no source has", path))
    return encoding


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
