"""Rows of answers as the JSON contract has them: dictionaries, lists and constants."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, Final

from sphinxext.nova.escaping import json_number
from sphinxext.nova.model import Again, Block, Boundary, Message

_names: dict[type, tuple[tuple[str, str], ...]] = {}
"""The fields of the classes of rows that were met so far, as the contract calls them and as they are; else none."""
_STEPS: Final = {Message: "message", Boundary: "boundary", Again: "again"}


def plain(value: Any) -> Any:  # noqa: ANN401 - any field
    """Return a row, or a part of one.

    A step says in its first field which step it is; ``from_`` is called ``from``, which Python cannot. A number that
    JSON cannot say is ``None``.
    """
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    kind = type(value)
    if kind is float or kind is int:
        return json_number(value)
    if kind not in _names:
        of_row = fields(value) if is_dataclass(value) and not isinstance(value, type) else ()
        _names[kind] = tuple((field.name.removesuffix("_"), field.name) for field in of_row)
    named = {shown: plain(getattr(value, name)) for shown, name in _names[kind]}
    if not named:
        return value
    if kind is Block:
        return {"step": named.pop("kind"), **named}
    step = _STEPS.get(kind)
    return named if step is None else {"step": step, **named}
