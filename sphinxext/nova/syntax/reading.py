"""The bytes of one Python file to its facts."""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING

from sphinxext.nova.model import Kind
from sphinxext.nova.syntax.facts import FileFacts
from sphinxext.nova.syntax.grammar import parse
from sphinxext.nova.syntax.source import decode
from sphinxext.nova.syntax.statements import MARSHAL_FORMAT, Reader, block, docstring

if TYPE_CHECKING:
    from sphinxext.nova.syntax.forms import Block


def read(data: bytes, *, path: str) -> FileFacts:
    """Return the facts of a file's bytes. Never raises: what is wrong is in the facts' ``problems``.

    ``path`` is only for those problems: what the file is called, relative to the checkout.
    """
    text, problems = decode(data)
    root = parse(text)
    reader = Reader(text, frozenset())
    body: Block = block(reader, root.children, 0)
    outline = (
        docstring(body),
        text.count(b"\n") + (not text.endswith(b"\n") and text != b""),
        tuple(reader.imports),
        tuple(reader.assignments),
        tuple(reader.attributes),
        tuple(reader.classes),
        tuple(reader.functions),
        (*problems, *((Kind.SYNTAX.value, message, line) for line, message in reader.problems)),
    )
    bodies = (marshal.dumps(body, MARSHAL_FORMAT), *reader.class_bodies, *reader.function_bodies)
    return FileFacts(outline, bodies, path)
