"""Conditions the other way round, as a person would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.syntax.forms import Expr

_OPPOSITES: Final = {"==": "!=", "is": "is not", "in": "not in", "<": ">=", "<=": ">"}
_NEGATIVE: Final = frozenset({"!=", "is not", "not in"})
_SIGNS: Final = _OPPOSITES | {opposite: sign for sign, opposite in _OPPOSITES.items()}


def opposite(condition: Expr) -> Expr:
    """Return the condition that holds when this one does not."""
    match condition:
        case ("not", inner):
            return inner
        case ("compare", first, ((str(sign), operand),)) if sign in _SIGNS:
            return ("compare", first, ((_SIGNS[sign], operand),))
        case ("and" | "or" as word, operands) if 2 * sum(map(_is_negative, operands)) > len(operands):
            # "a or b", and not "not (not a and not b)".
            return ("or" if word == "and" else "and", tuple(map(opposite, operands)))
    return ("not", condition)


def _is_negative(condition: Expr) -> bool:
    match condition:
        case ("not", inner):
            return not (isinstance(inner, tuple) and inner[0] in {"and", "or"})
        case ("compare", _, ((str(sign), _),)):
            return sign in _NEGATIVE
    return False


def none_of(conditions: Sequence[Expr]) -> Expr:
    """Return the condition that holds when none of these does."""
    return opposite(conditions[0]) if len(conditions) == 1 else ("not", ("or", tuple(conditions)))
