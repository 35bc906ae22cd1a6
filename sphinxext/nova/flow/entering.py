"""What a context manager function does around the body of a ``with``: the steps before its ``yield``, and those after.

The body runs once, at whichever ``yield`` the function gets to: one in each branch (``try_target_cell`` of
``nova/conductor/manager.py``, 15.0.0 and newer) is the same as one after them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.flow.steps import Choice, Decided, Way, Yielded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.flow.steps import Step, Steps


def around(steps: Steps, inside: Steps) -> Steps:
    """Return the steps of a context manager function with those of the ``with`` where it yields."""
    parts = _parted(steps)
    if parts is None:
        return (*steps, *inside)
    before, after = parts
    return (*before, *inside, *after)


def _parted(steps: Steps) -> tuple[Steps, Steps] | None:
    """Return what is done before something is given, and after that; ``None`` where nothing is given."""
    for index, step in enumerate(steps):
        parts = _of_step(step)
        if parts is not None:
            before, after = parts
            return (*steps[:index], *before), (*after, *_ungiving(steps[index + 1 :]))
    return None


def _of_step(step: Step) -> tuple[Steps, Steps] | None:
    match step:
        case Yielded():
            return (), ()
        case Decided(by=by, steps=inner):
            parts = _parted(inner)
            return None if parts is None else (_decided(by, parts[0]), _decided(by, parts[1]))
        case Choice(ways=ways):
            found = [(way, _parted(way.steps)) for way in ways]
            if all(parts is None for _, parts in found):
                return None
            # A way on which nothing is given ends in an exception: the body does not run.
            before = ((way, way.steps if parts is None else parts[0]) for way, parts in found)
            after = ((way, parts[1]) for way, parts in found if parts is not None)
            return _choice(step, before), _choice(step, after)
    return None


def _ungiving(steps: Steps) -> Steps:
    """Return steps of which none gives anything any more."""
    found: list[Step] = []
    for step in steps:
        match step:
            case Yielded():
                pass
            case Choice(ways=ways):
                found += _choice(step, ((way, _ungiving(way.steps)) for way in ways))
            case Decided(by=by, steps=inner):
                found += _decided(by, _ungiving(inner))
            case _:
                found.append(step)
    return tuple(found)


def _choice(of: Choice, ways: Iterable[tuple[Way, Steps]]) -> Steps:
    kept = tuple(Way(way.condition, way.line, steps) for way, steps in ways if steps)
    return (Choice(of.kind, of.scope, kept),) if kept else ()


def _decided(by: tuple[str, ...], steps: Steps) -> Steps:
    return (Decided(by, steps),) if steps else ()
