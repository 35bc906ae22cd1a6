"""How a caller writes what a client's method is given: parameters replaced by what was put in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.written import first_of, given, plainest
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.program.bindings import Value
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.walking import statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.flow import Call, Sent
    from sphinxext.nova.program import Scope
    from sphinxext.nova.syntax.forms import Expr

_OWN_HOST: Final = frozenset({"self.host", "CONF.host", "FLAGS.host"})
"""How a process writes the name of the host that it runs on."""


class Server:
    """The host of a message, as the caller's own code writes it.

    :param calls: the calls from the sender to the message, the outermost first.
    :param own: which of the places on the way, counted from outside, is the caller's own code.
    """

    def __init__(self, step: Sent, calls: Sequence[Call], own: int) -> None:
        self._calls = calls
        self._scopes: list[Scope] = [*(call.scope for call in calls), step.scope]
        self._index = 0
        self._expression: Expr = None
        if step.server is not None:
            self._climb(*step.server, own)

    def _climb(self, scope: Scope, expression: Expr, own: int) -> None:
        indexes = [index for index, one in enumerate(self._scopes) if one == scope]
        expression = plainest(expression)
        index = indexes[-1] if indexes else len(self._scopes) - 1
        while index > own:
            replaced = plainest(self._given(expression, index))
            if replaced is None:
                break
            expression = replaced
            index -= 1
        self._index = index
        self._expression = first_of(expression)

    def _given(self, expression: Expr, index: int) -> Expr:
        """Return what an expression in one of the places is to the caller; ``None`` where that is not written."""
        callee, form = self._scopes[index], self._calls[index - 1].form
        return given(expression, callee, form) if isinstance(callee, FunctionDef) and form is not None else None

    @property
    def text(self) -> str | None:
        """The expression; ``None`` for a message to no host in particular."""
        return render(self._expression) if self._expression is not None else None

    @property
    def is_own(self) -> bool:
        """Whether it is the host of something that the sender found by the host it runs on itself: the same one.

        ``for instance in InstanceList.get_by_host(context, self.host): self._init_instance(context, instance)``, then
        ``self.compute_rpcapi.reboot_instance(context, instance, ...)``. 2014.1 to 2015.1.0.
        """
        match self._expression:
            case str(dotted) if dotted.count(".") == 1 and dotted.endswith(".host"):
                name = dotted.removesuffix(".host")
            case ("subscript", str(name), ("str", "host")):
                pass
            case _:
                return False
        index = self._index
        while index and isinstance(scope := self._scopes[index], FunctionDef):
            if all(name != parameter.name for parameter in scope.fact.parameters):
                return any(_asks_for_own_host(one, scope) for one in _origins(name, scope))
            match self._given(name, index):
                case str(name):
                    index -= 1
                case _:
                    return False
        return False


def _origins(name: str, scope: FunctionDef) -> Iterator[Expr]:
    """Give what a local name is assigned, and what a loop over it goes through."""
    loops = (one for one in statements(scope.body) if one[0] == "for" and one[2] == name)
    for expression in (*_assigned(name, scope), *(loop[3] for loop in loops)):
        if isinstance(expression, str) and expression != name:
            yield from _assigned(expression, scope)
        else:
            yield expression


def _assigned(name: str, scope: Scope) -> Iterator[Expr]:
    yield from (binding.value for binding in scope.bindings.get(name, ()) if isinstance(binding, Value))


def _asks_for_own_host(expression: Expr, scope: Scope) -> bool:
    match expression:
        case ("call", _, arguments, keywords, _, _):
            return any(_is_own_host(one, scope) for one in (*arguments, *(one for _, one in keywords)))
    return False


def _is_own_host(expression: Expr, scope: Scope) -> bool:
    if not isinstance(expression, str):
        return False
    return expression in _OWN_HOST or any(one in _OWN_HOST for one in _assigned(expression, scope))
