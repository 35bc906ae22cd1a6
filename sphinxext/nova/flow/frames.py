"""What is known while one function is gone through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.program import ClassDef, FunctionDef

if TYPE_CHECKING:
    from sphinxext.nova.flow.steps import Step, Steps
    from sphinxext.nova.flow.values import Atom, Value
    from sphinxext.nova.program import Scope


class Frame:
    """The names of a function in one context, and what it has done so far.

    ``owner`` and ``receiver`` are what ``super()`` needs. ``is_guess`` says that nobody called the function: local
    names are then looked up in its assignments.
    """

    __slots__ = ("closure", "is_guess", "line", "names", "owner", "receiver", "returns", "scope", "steps", "yields")

    def __init__(
        self,
        scope: Scope,
        names: dict[str, Value],
        closure: dict[str, Value],
        receiver: Atom | None = None,
        *,
        is_guess: bool = False,
    ) -> None:
        self.scope = scope
        self.names = names
        self.closure = closure
        self.receiver = receiver
        self.is_guess = is_guess
        self.owner = _owner(scope)
        self.line = 0
        """The line of the statement that is gone through now."""
        self.steps: list[Step] = []
        self.returns: Value = ()
        self.yields: Value = ()

    def take(self, steps: list[Step]) -> Steps:
        """Give the steps since ``steps`` was put aside, and go on with those."""
        taken = tuple(self.steps)
        self.steps = steps
        return taken

    def aside(self) -> list[Step]:
        """Put the steps so far aside and begin anew; for :meth:`take`."""
        before, self.steps = self.steps, []
        return before


def _owner(scope: Scope) -> ClassDef | None:
    """Return the class in whose method something is written, nested functions included."""
    if isinstance(scope, FunctionDef):
        return scope.inside
    return scope if isinstance(scope, ClassDef) else None
