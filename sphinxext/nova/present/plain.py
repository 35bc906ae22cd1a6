"""Rows of answers as the JSON contract has them: dictionaries, lists and constants."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, Final

from sphinxext.nova.model import Again, Block, Boundary, Message

_STEPS: Final = {Message: "message", Boundary: "boundary", Again: "again"}


def plain(value: Any) -> Any:  # noqa: ANN401 - any field
    """Return a row, or a part of one.

    A step says in its first field which step it is; ``from_`` is called ``from``, which Python cannot.
    """
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    named = {field.name.removesuffix("_"): plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Block):
        return {"step": named.pop("kind"), **named}
    step = _STEPS.get(type(value))
    return named if step is None else {"step": step, **named}
