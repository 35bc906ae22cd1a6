"""What functions do that send no messages: told once for all flows.

Most of what a process does is that, and functions share most of it. What is told of such a function depends on what
was told before of what it reaches, and on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sphinxext.nova.flow import Call, Choice, Decided, Reached, Summary, sends
from sphinxext.nova.model import Block, Boundary, Branch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.flow import Lost, Steps
    from sphinxext.nova.model import Step

_What: TypeAlias = "Summary | int"
"""What is told once: what a function does, or a boundary by its number in :class:`Quiet`."""
OFTEN: Final = 4
"""In how many branches it is told at most that somebody else is asked."""
_HERE: Final = 1
_ONCE: Final = 2


class Once:
    """What one process told, and whether it did so on the way to where the telling is now."""

    def __init__(self, lost: dict[Lost, None]) -> None:
        self.lost = lost
        """The calls that were not followed."""
        self.told: dict[_What, int] = {}
        """In how many branches, times two; and one more where it was told on the way here."""
        self.here: list[_What] = []
        """What was told on the way here, in that order."""

    def is_first(self, what: _What) -> bool:
        """Tell whether this was not told on the way here, and note that it is now.

        What was told in a branch that ended, may not have happened.
        """
        told = self.told.get(what, 0)
        if told & _HERE or told >= OFTEN * _ONCE:
            return False
        self.told[what] = told + _ONCE + _HERE
        self.here.append(what)
        return True

    def leave(self, begun: int) -> None:
        """End a branch that began when so much had been told on the way."""
        for what in self.here[begun:]:
            self.told[what] -= _HERE
        del self.here[begun:]


@dataclass(slots=True)
class _Told:
    """What was told of a summary in some state, and how that changed."""

    steps: Sequence[Step]
    told: dict[_What, int]
    here: list[_What]


@dataclass(slots=True)
class _Below:
    """What may be told of a summary, itself included, and what was told by what had been told of all that before."""

    what: tuple[_What, ...]
    lost: tuple[Lost, ...]
    told: dict[tuple[int | None, ...], _Told] = field(default_factory=dict)


class Quiet:
    """Tells what functions do that send no messages. For all flows of one walk."""

    def __init__(self) -> None:
        self._below: dict[Summary, _Below | None] = {}
        self._looking: set[Summary] = set()
        self._own: dict[Summary, dict[_What, None] | None] = {}
        self._boundaries: dict[Reached, tuple[int, Boundary]] = {}
        self._numbers: dict[Boundary, tuple[int, Boundary]] = {}

    def told(self, summary: Summary, once: Once) -> Sequence[Step] | None:
        """Return what a function does, but for what was told before; ``None`` where that or what it calls sends."""
        below = self._all_below(summary)
        if below is None:
            return None
        state = tuple(map(once.told.get, below.what))
        known = below.told.get(state)
        if known is None:
            begun = len(once.here)
            steps = self._steps(summary.steps, once) if once.is_first(summary) else ()
            changed = {what: once.told[what] for what in below.what if what in once.told}
            known = below.told[state] = _Told(steps, changed, once.here[begun:])
        else:
            once.told.update(known.told)
            once.here += known.here
        once.lost.update(dict.fromkeys(below.lost))
        return known.steps

    def _steps(self, steps: Steps, once: Once) -> Sequence[Step]:
        told: list[Step] = []
        for step in steps:
            match step:
                case Call():
                    if step.summary.tells:
                        told += self.told(step.summary, once) or ()
                case Reached():
                    number, boundary = self.boundary(step)
                    if once.is_first(number):
                        told.append(boundary)
                case Choice():
                    told += block(step, [self._way(way.steps, once) for way in step.ways])
                case Decided():
                    told += self._steps(step.steps, once)
        return told

    def _way(self, steps: Steps, once: Once) -> Sequence[Step]:
        begun = len(once.here)
        told = self._steps(steps, once)
        once.leave(begun)
        return told

    def boundary(self, step: Reached) -> tuple[int, Boundary]:
        """Return the number of a boundary, and itself, which are the same for all places that are told as one."""
        found = self._boundaries.get(step)
        if found is None:
            made = Boundary(step.kind, step.name, step.scope.module.path, step.line)
            found = self._boundaries[step] = self._numbers.setdefault(made, (len(self._numbers), made))
        return found

    # --- what may be told

    def _all_below(self, summary: Summary) -> _Below | None:
        """Return what may be told of a summary, ``None`` where that is a message."""
        if summary not in self._below:
            self._looking.add(summary)
            found = self._found(summary)
            self._looking.discard(summary)
            if found is None:
                self._below[summary] = None
            else:
                lost = (one for what in found if isinstance(what, Summary) for one in what.lost)
                self._below[summary] = _Below(tuple(found), tuple(dict.fromkeys(lost)))
        return self._below[summary]

    def _found(self, summary: Summary) -> dict[_What, None] | None:
        direct = self._directly_below(summary)
        if direct is None:
            return None
        found = {summary: None, **direct}
        for what in direct:
            if isinstance(what, Summary):
                if what in self._looking:
                    return self._searched(summary)
                below = self._all_below(what)
                if below is None:
                    return None
                found.update(dict.fromkeys(below.what))
        return found

    def _searched(self, summary: Summary) -> dict[_What, None] | None:
        """Return the same where functions call each other, one by one."""
        found: dict[_What, None] = {summary: None}
        pending = [summary]
        while pending:
            direct = self._directly_below(pending.pop())
            if direct is None:
                return None
            pending += [what for what in direct if isinstance(what, Summary) and what not in found]
            found |= direct
        return found

    def _directly_below(self, summary: Summary) -> dict[_What, None] | None:
        if summary not in self._own:
            self._own[summary] = None if sends(summary.steps) else dict.fromkeys(self._in(summary.steps))
        return self._own[summary]

    def _in(self, steps: Steps) -> Iterator[_What]:
        for step in steps:
            match step:
                case Call(summary=summary):
                    if summary.tells:
                        yield summary
                case Reached():
                    yield self.boundary(step)[0]
                case Choice(ways=ways):
                    for way in ways:
                        yield from self._in(way.steps)
                case Decided(steps=inside):
                    yield from self._in(inside)


def block(step: Choice, told: Sequence[Sequence[Step]]) -> Sequence[Block]:
    """Return a choice of which this was told in each of its ways; nothing where nothing was."""
    path = step.scope.module.path
    branches = [Branch(way.condition, tuple(steps), path, way.line) for way, steps in zip(step.ways, told, strict=True)]
    if not any(branch.steps for branch in branches):
        return ()
    if step.kind == "failure":
        branches = [branch for branch in branches if branch.steps]
    # Where not even the first has a condition, each is one of so many.
    while branches[0].condition is not None and not branches[-1].steps:
        branches.pop()
    # A branch of which nothing is told is there for the sake of those after it: they are taken where it is not.
    kind = "opt" if step.kind == "alt" and len(branches) == 1 else step.kind
    return (Block(kind, tuple(branches)),)
