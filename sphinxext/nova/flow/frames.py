"""What is known while one function is gone through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.values import Facts
from sphinxext.nova.program import ClassDef, FunctionDef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.flow.steps import Lost, Step, Steps
    from sphinxext.nova.flow.values import Atom, Value
    from sphinxext.nova.program import Module, Scope

FACTS: Final = "."
"""Under what the names of a frame hold its :class:`~.values.Facts`; no name is written like this."""
ANYTHING: Final = "*"
"""What is assigned where nobody knows which attribute."""
UNFINISHED: Final = "?"
"""What is assigned in a function that is not done yet: what it calls needs to know what it does itself."""
_EVERYTHING: Final = frozenset({ANYTHING, UNFINISHED})
_NOTHING: Final[Mapping[str, Value]] = {}


class Frame:
    """The names of a function in one context, and what it has done so far.

    ``owner`` and ``receiver`` are what ``super()`` needs. ``is_guess`` says that nobody called the function: local
    names are then looked up in its assignments. ``assigns`` are the names of the attributes that it may have assigned,
    whose ever they are.
    """

    __slots__ = (
        "assigns",
        "closure",
        "ends",
        "exits",
        "is_guess",
        "line",
        "lost",
        "module",
        "names",
        "owner",
        "receiver",
        "returns",
        "scope",
        "steps",
        "yields",
    )

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
        self.module = None if is_guess else _module(scope, self.owner)
        self.line = 0
        """The line of the statement that is gone through now."""
        self.steps: list[Step] = []
        self.ends = False
        """Whether there is a choice among the steps in which a path ends."""
        self.lost: tuple[Lost, ...] = ()
        """The calls that were not followed."""
        self.returns: Value = ()
        self.yields: Value = ()
        self.assigns: set[str] = set()
        self.exits: list[Mapping[str, Value]] = []
        """What is known of attributes wherever the function ends."""

    # --- what is known of attributes

    @property
    def facts(self) -> Mapping[str, Value]:
        """What is known of attributes here, more than what they may be anywhere."""
        return facts_of(self.names) if FACTS in self.names else _NOTHING

    def learn(self, path: str, value: Value) -> None:
        """Know an attribute, until one of this name is assigned."""
        self.know({**self.facts, path: value})

    def forget(self, assigned: AbstractSet[str]) -> None:
        """Know no attribute any more that may just have been assigned."""
        self.assigns |= assigned
        if FACTS in self.names:
            self.know(_without(self.facts, assigned))

    def note(self) -> set[str]:
        """Begin to note which attributes may be assigned, and give what was noted so far; for :meth:`noted`."""
        before, self.assigns = self.assigns, set()
        return before

    def noted(self, before: set[str]) -> set[str]:
        """Give what may have been assigned since then, and go on with all of it."""
        assigned = self.assigns
        self.assigns = before | assigned
        return assigned

    def forget_at_exits(self, assigned: AbstractSet[str], first: int, last: int) -> None:
        """Forget what is assigned on the way out, after the ``return`` statements of this range."""
        if assigned:
            self.exits[first:last] = [_without(known, assigned) for known in self.exits[first:last]]

    def forget_name(self, name: str) -> None:
        """Know nothing of the attributes of what a name was."""
        if FACTS in self.names:
            self.know({path: value for path, value in self.facts.items() if path.partition(".")[0] != name})

    def know(self, facts: Mapping[str, Value]) -> Mapping[str, Value]:
        """Know these instead, and return what was known."""
        known = self.facts
        if facts:
            self.names[FACTS] = (Facts(facts),)
        else:
            self.names.pop(FACTS, None)
        return known

    def back_to(self, names: dict[str, Value], join: Callable[[Value, Value], Value]) -> None:
        """Go on with earlier names, after what may have been done or not."""
        now, self.names = self.facts, names
        if FACTS in names and now is not self.facts:
            self.know(common([self.facts, now], join))

    # --- steps

    def lose(self, lost: tuple[Lost, ...]) -> None:
        """Note calls that were not followed, each once."""
        self.lost = tuple(dict.fromkeys((*self.lost, *lost))) if self.lost else lost

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


def _module(scope: Scope, owner: ClassDef | None) -> Module | None:
    """Return the module in which the names of a function are looked up that are not its own.

    ``None`` where it is not there alone: in the method of a class that a function makes.
    """
    if not isinstance(scope, FunctionDef) or (owner is not None and isinstance(owner.outer, FunctionDef)):
        return None
    return scope.module


def facts_of(names: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return what is known of attributes beside these names."""
    found = names.get(FACTS)
    if found is None or not isinstance(found[0], Facts):
        return _NOTHING
    return found[0].known


def _without(known: Mapping[str, Value], assigned: AbstractSet[str]) -> Mapping[str, Value]:
    if not known or not _EVERYTHING.isdisjoint(assigned):
        return _NOTHING
    return {path: value for path, value in known.items() if path.partition(".")[2] not in assigned}


def common(facts: Sequence[Mapping[str, Value]], join: Callable[[Value, Value], Value]) -> dict[str, Value]:
    """Return what is known on each of several ways to one place."""
    first, *others = facts
    found: dict[str, Value] = {}
    for path, value in first.items():
        if all(path in other for other in others):
            for other in others:
                value = join(value, other[path])  # noqa: PLW2901 - of the same path
            found[path] = value
    return found
