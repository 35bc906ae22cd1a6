"""How a caller writes what a client's method is given: parameters replaced by what was put in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.flow.written import first_of, given, plainest
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.flow import Call, Sent


def host_expression(step: Sent, calls: Sequence[Call], own: int) -> str | None:
    """Return the expression that picks the host of a message, as the caller's own code writes it.

    :param own: which of the places on the way, counted from outside, is the caller's own code.
    """
    if step.server is None:
        return None
    scope, expression = step.server
    scopes = [*(call.scope for call in calls), step.scope]
    indexes = [index for index, one in enumerate(scopes) if one == scope]
    expression = plainest(expression)
    index = indexes[-1] if indexes else len(scopes) - 1
    while index > own:
        call = calls[index - 1]
        callee = scopes[index]
        if not isinstance(callee, FunctionDef) or call.form is None:
            break
        replaced = plainest(given(expression, callee, call.form))
        if replaced is None:
            break
        expression = replaced
        index -= 1
    chosen = first_of(expression)
    return render(chosen) if chosen is not None else None
