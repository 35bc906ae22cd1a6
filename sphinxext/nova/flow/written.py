"""How a caller writes what a function is given: a parameter replaced by what a call puts in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.program.bindings import Value as Assigned
from sphinxext.nova.syntax.facts import ParameterKind

if TYPE_CHECKING:
    from sphinxext.nova.program import FunctionDef
    from sphinxext.nova.syntax.forms import CallForm, Expr


def plainest(expression: Expr) -> Expr:
    """Return what matters of an expression for a host: what is asked first, then the host of an instance.

    ``_compute_host(host, instance)`` (2012.2 and newer, ``compute/rpcapi.py``) becomes ``host or instance.host``.
    """
    match expression:
        case ("call", _, (first, *rest), _, _, _):
            second = rest[0] if rest else None
            last = f"{second}.host" if isinstance(second, str) else second
            if first is None:
                return last
            asked = plainest(first)
            return asked if second is None else ("or", (asked, last))
    return expression


def first_of(expression: Expr) -> Expr:
    """Return what an ``or`` gives if everything in it is true."""
    match expression:
        case ("or", (first, *rest)):
            return first_of(first if first is not None else rest[0])
    return expression


def given(expression: Expr, callee: FunctionDef, form: CallForm) -> Expr:
    """Put in place of a parameter what a call gives for it; ``None`` where it gives nothing."""
    match expression:
        case ("or", items):
            kept = tuple(one for item in items if (one := given(item, callee, form)) is not None)
            return ("or", kept) if len(kept) > 1 else kept[0] if kept else None
    if not isinstance(expression, str):
        return expression
    head, dot, rest = expression.partition(".")
    parameters = [parameter for parameter in callee.fact.parameters if parameter.kind is not ParameterKind.STAR]
    names = [parameter.name for parameter in parameters]
    if head not in names:
        return expression
    keywords = dict(form[3])
    index = names.index(head) - (1 if callee.owner is not None else 0)
    argument: Expr = None
    if head in keywords:
        argument = keywords[head]
    elif 0 <= index < len(form[2]) and not any(isinstance(one, tuple) and one[0] == "*" for one in form[2]):
        argument = form[2][index]
    if not dot:
        return argument if argument is not None else _instead(head, callee, form)
    return f"{argument}.{rest}" if isinstance(argument, str) else ("attr", argument, rest) if argument else None


def _instead(name: str, callee: FunctionDef, form: CallForm) -> Expr:
    """Return what a function takes where it is given no host: ``if not host: host = instance['host']``."""
    for binding in callee.bindings.get(name, ()):
        if isinstance(binding, Assigned):
            match binding.value:
                case ("subscript", str(owner), key) if owner != name:
                    return ("subscript", given(owner, callee, form) or owner, key)
                case str() if binding.value.partition(".")[0] != name:
                    return given(binding.value, callee, form)
    return None
