"""Files as text: in the encoding that they declare, or a problem with the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.checkout._problems import Unreadable
from sphinxext.nova.checkout._text import decode
from sphinxext.nova.model import Kind, Problem


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("a.py", b"", ""),
        ("a.py", "x = 'é'\n".encode(), "x = 'é'\n"),
        ("a.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            "a.py",
            b"#!/usr/bin/python\n# vim: set fileencoding=euc-jp :\n\xc6\xfc\n",
            "#!/usr/bin/python\n# vim: set fileencoding=euc-jp :\n日\n",
        ),
        ("bin/a", b"#!/usr/bin/env python\n# coding=latin-1\n\xe9\n", "#!/usr/bin/env python\n# coding=latin-1\né\n"),
        ("a.py", b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("a.py", b"\xef\xbb\xbf# coding: latin-1\n\xc3\xa9", "# coding: latin-1\né"),
        ("a.rst", b"\xef\xbb\xbfNova\n", "Nova\n"),
        ("a.py", b"x = 1\r\ny = '\x0c'\r\n", "x = 1\ny = '\x0c'\n"),
        ("a.rst", "# coding: latin-1\né".encode(), "# coding: latin-1\né"),
    ],
)
def test_text(path: str, data: bytes, text: str) -> None:
    assert decode(path, data) == text


@pytest.mark.parametrize(
    ("path", "data", "kind", "message", "line"),
    [
        ("a.py", b"x = 1\ny = '\0'\n", Kind.BINARY, "holds a NUL byte and is no text", 2),
        ("a.py", b"x = 1\n\n\ny = '\xe9'\n", Kind.ENCODING, "byte 0xe9 is not utf-8", 4),
        ("a.py", b"y = '\xe9'\n", Kind.ENCODING, "byte 0xe9 is not utf-8", 1),
        ("a.rst", b"Nova\n\xff\n", Kind.ENCODING, "byte 0xff is not utf-8", 2),
        ("bin/a", b"#!/bin/sh\n# coding: latin-1\n\xe9\n", Kind.ENCODING, "byte 0xe9 is not utf-8", 3),
        ("a.py", b"\xef\xbb\xbfx = 1\n\xff\n", Kind.ENCODING, "byte 0xff is not utf-8", 2),
        ("a.py", b"# coding: ascii\n\xe9\n", Kind.ENCODING, "byte 0xe9 is not ascii", 2),
        (
            "a.py",
            b"# coding: latin-42\n",
            Kind.ENCODING,
            "declares the encoding 'latin-42', which Python does not know",
            1,
        ),
        (
            "a.py",
            b"\n# coding: klingon\n\xe9",
            Kind.ENCODING,
            "declares the encoding 'klingon', which Python does not know",
            2,
        ),
        ("a.py", b"# coding: hex\n41\n", Kind.ENCODING, "its bytes are not 'hex' text", None),
        ("a.py", b"# coding: zip\n41\n", Kind.ENCODING, "its bytes are not 'zip' text", None),
        (
            "a.py",
            b"# coding: punycode\nx",
            Kind.ENCODING,
            "declares the encoding 'punycode', which no source has",
            None,
        ),
        (
            "a.py",
            b"# coding: undefined\nx",
            Kind.ENCODING,
            "declares the encoding 'undefined', which no source has",
            None,
        ),
    ],
)
def test_problems(path: str, data: bytes, kind: Kind, message: str, line: int | None) -> None:
    with pytest.raises(Unreadable) as caught:
        decode(path, data)
    assert caught.value.problem == Problem(kind, message, path, line)


def outcome(path: str, data: bytes) -> str | Problem:
    try:
        return decode(path, data)
    except Unreadable as error:
        return error.problem


@given(cookie=st.text(), data=st.binary(), path=st.sampled_from(["a.py", "a", "a.rst"]))
def test_any_bytes_are_text_or_a_problem(cookie: str, data: bytes, path: str) -> None:
    found = outcome(path, f"# coding: {cookie}\n".encode("utf-8", "replace") + data)
    assert isinstance(found, str) or (found.kind in {Kind.ENCODING, Kind.BINARY} and found.file == path)
