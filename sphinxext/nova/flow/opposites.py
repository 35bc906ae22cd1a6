"""Conditions the other way round, as a person would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.syntax.forms import Expr

_OPPOSITES: Final = {"==": "!=", "is": "is not", "in": "not in", "<": ">=", "<=": ">"}
_SIGNS: Final = _OPPOSITES | {opposite: sign for sign, opposite in _OPPOSITES.items()}


def opposite(condition: Expr) -> Expr:
    """Return the condition that holds when this one does not."""
    match condition:
        case ("not", inner):
            return inner
        case ("compare", first, ((str(sign), operand),)) if sign in _SIGNS:
            return ("compare", first, ((_SIGNS[sign], operand),))
    return ("not", condition)


def none_of(conditions: Sequence[Expr]) -> Expr:
    """Return the condition that holds when none of these does."""
    return opposite(conditions[0]) if len(conditions) == 1 else ("not", ("or", tuple(conditions)))
