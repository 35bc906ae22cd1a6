"""What a function does, as far as the walk is about it: a tree of steps that functions share.

A :class:`Summary` belongs to a function in one context. A :class:`Call` refers to the summary of what it calls, so
that a function that is called from a hundred places is kept once, and recursion is no endless tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.flow.values import Arguments, Value, Written
    from sphinxext.nova.program import FunctionDef, Scope
    from sphinxext.nova.syntax.forms import CallForm, Expr


@dataclass(slots=True, eq=False)
class Summary:
    """What a function does and returns in one context.

    ``function`` is ``None`` for a lambda. ``yields`` is what a generator gives. ``sends`` tells whether a
    message leaves the process in it, or below it; ``tells`` whether anything is done that matters to anybody.
    ``assigns`` are the names of the attributes that may be assigned, whose ever they are, but for those of new objects;
    ``leaves`` is what is known of those of its first argument when it is done. ``height`` is how many calls are inside
    one another in it, itself included. ``lost`` are the calls that were not followed, in the function itself and in
    what it calls that has no steps worth keeping.
    """

    function: FunctionDef | None
    steps: Steps = ()
    returns: Value = ()
    yields: Value = ()
    is_complete: bool = True
    sends: bool = False
    tells: bool = False
    assigns: frozenset[str] = frozenset()
    leaves: Mapping[str, Value] = field(default_factory=dict)
    height: int = 0
    lost: tuple[Lost, ...] = ()


@dataclass(slots=True, eq=False)
class Call:
    """A call of a function of the checkout whose summary is not empty.

    ``scope`` is where the call is written; ``form`` how, ``None`` where it is not written as a call (a property, a
    decorator). ``via`` is ``spawn`` or ``callback``.
    """

    summary: Summary
    scope: Scope
    line: int
    form: CallForm | None = None
    via: str | None = None


@dataclass(slots=True, eq=False)
class Sent:
    """An RPC message leaves the process.

    ``arguments`` are its arguments by name. ``server`` is the expression that picks the host.
    """

    kind: str
    topic: Value
    namespace: str | None
    version: str | None
    method: str
    arguments: Arguments
    server: Written | None
    scope: Scope
    line: int


@dataclass(slots=True, eq=False)
class Reached:
    """The walk reached a boundary that is no RPC; ``steps`` is what happens behind it."""

    kind: str
    name: str
    scope: Scope
    line: int
    steps: Steps = ()
    via: str | None = None


@dataclass(slots=True, eq=False)
class Way:
    """One of several ways on, under a condition as it is written; ``None`` for what is left.

    ``test`` is the condition as an expression, ``None`` where there is none to be turned round.
    """

    condition: str | None
    line: int
    steps: Steps
    test: Expr = field(default=None, hash=False)

    def with_steps(self, steps: Steps) -> Way:
        """Return the same branch with other steps."""
        return Way(self.condition, self.line, steps, self.test)


@dataclass(slots=True, eq=False)
class Choice:
    """``kind`` is ``alt``, ``opt``, ``loop`` or ``failure``.

    While a function is gone through, ``ends`` says that a path ends in it (see ``ends``): all branches are there then,
    the empty ones too, and ``is_whole`` says that one of them is always taken.
    """

    kind: str
    scope: Scope
    ways: tuple[Way, ...]
    is_whole: bool = False
    ends: bool = False


@dataclass(slots=True, eq=False)
class Decided:
    """Steps of the branch that a condition chose, and what decided it."""

    by: tuple[str, ...]
    steps: Steps


@dataclass(slots=True, eq=False)
class Yielded:
    """Where a generator function gives something, and the body of a ``with`` runs."""


@dataclass(slots=True, eq=False)
class Ended:
    """A path ends: ``kind`` is ``return``, ``raise``, ``exit``, ``break`` or ``continue``. In no summary."""

    kind: str


@dataclass(slots=True, eq=False)
class Since:
    """What decided the rest of a block: the branches that were not taken end. In no summary."""

    by: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Failed:
    """The rest of a block is reached only after an exception. In no summary."""

    scope: Scope
    line: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A call that was not followed. It is no step: whether it is noted must not change how branches are shown.

    ``expression`` is what is called, as it is written. ``could_reach`` are the methods of RPC clients that it may be a
    call of, by their dotted names. ``sends`` says that messages may be missing because of it. ``why`` is ``None``
    where the value of what is called is not known. ``library`` is what the work is handed to, if it is a library.
    """

    scope: Scope
    line: int
    expression: Expr
    could_reach: tuple[str, ...] = ()
    sends: bool = False
    why: str | None = None
    library: str | None = None


Step: TypeAlias = "Call | Sent | Reached | Choice | Decided | Yielded | Ended | Since | Failed"
Steps: TypeAlias = "tuple[Step, ...]"


def tells(steps: Steps) -> bool:
    """Tell whether there is anything in these steps that anybody could want to know."""
    for step in steps:
        match step:
            case Sent() | Reached():
                return True
            case Call(summary=summary):
                if summary.tells:
                    return True
            case Choice(ways=ways):
                if any(tells(way.steps) for way in ways):
                    return True
            case Decided(steps=inside):
                if tells(inside):
                    return True
    return False


def sends(steps: Steps) -> bool:
    """Tell whether a message leaves the process in these steps."""
    for step in steps:
        match step:
            case Sent():
                return True
            case Call(summary=summary):
                if summary.sends:
                    return True
            case Choice(ways=ways):
                if any(sends(way.steps) for way in ways):
                    return True
            case Reached(steps=inside) | Decided(steps=inside):
                if sends(inside):
                    return True
    return False
