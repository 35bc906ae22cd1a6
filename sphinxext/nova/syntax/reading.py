"""The bytes of one Python file to its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import Kind
from sphinxext.nova.syntax.encoding import encoded_body
from sphinxext.nova.syntax.facts import FileFacts
from sphinxext.nova.syntax.grammar import mistakes, siblings
from sphinxext.nova.syntax.repair import Parsed, parse_again, parse_tolerantly
from sphinxext.nova.syntax.source import decode
from sphinxext.nova.syntax.statements import Reader, block, docstring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.syntax.forms import Block

_PROBLEMS: Final = 20
"""How many places of one file are reported."""


def read(data: bytes, *, path: str) -> FileFacts:
    """Return the facts of a file's bytes. Never raises: what is wrong is in the facts' ``problems``.

    ``path`` is only for those problems: what the file is called, relative to the checkout.
    """
    text, problems = decode(data)
    parsed = parse_tolerantly(text)
    reader, body = _read(parsed)
    if reader.misread:
        parsed = parse_again(parsed, reader.misread)
        reader, body = _read(parsed)
    outline = (
        docstring(body),
        text.count(b"\n") + (not text.endswith(b"\n") and text != b""),
        tuple(reader.imports),
        tuple(reader.assignments),
        tuple(reader.attributes),
        tuple(reader.classes),
        tuple(reader.functions),
        (*problems, *_syntax_problems({*reader.problems, *parsed.lost, *mistakes(parsed.root)})),
    )
    bodies = (encoded_body(body), *reader.class_bodies, *reader.function_bodies)
    return FileFacts(outline, bodies, path)


def _read(parsed: Parsed) -> tuple[Reader, Block]:
    reader = Reader(parsed.text, parsed.lost)
    return reader, block(reader, siblings(parsed.root), 0)


def _syntax_problems(lines: set[int]) -> Iterator[tuple[str, str, int]]:
    shown = sorted(lines)[:_PROBLEMS]
    for line in shown:
        more = (
            f", nor {len(lines) - len(shown)} further places" if line == shown[-1] and len(lines) > len(shown) else ""
        )
        yield Kind.SYNTAX.value, f"a statement is not understood{more}", line
