"""Where paths end: what comes after a branch that ends belongs to the other branches alone.

Statements leave an ``Ended`` where a path ends. When a function, a loop or a ``try`` is done,
:func:`nested` puts the steps after a choice into those of its branches that go on, so that no two steps of which one is
behind a ``return`` of the other are on one path. A branch that ends without a step of its own is a guard: what comes
after it is under the opposite condition. One that ends by ``raise`` without a step of its own is a check, and leaves no
trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.opposites import none_of, opposite
from sphinxext.nova.flow.steps import Choice, Decided, Ended, Failed, Sent, Since, Way, sends, tells
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.flow.steps import Step, Steps
    from sphinxext.nova.syntax.forms import Expr

LEAVES_FUNCTION: Final = frozenset({"return", "raise", "exit"})
LEAVES_BODY: Final = frozenset({"break", "continue"})
EVERYTHING: Final = LEAVES_FUNCTION | LEAVES_BODY
_FAILS: Final = frozenset({"raise", "exit"})
_MOST_ENDS: Final = 30
"""Of how many choices with an end, one after the other in one block, it is told that the rest comes only without them.

What comes after more than that is told as if it came in any case.
"""
_MOST_COPIES: Final = 16
"""How many messages and calls the copies of what comes after several branches may have together."""


def has_ends(steps: Iterable[Step]) -> bool:
    """Return whether some of the steps are on paths that end, or belong to such paths."""
    return any(type(step) is Ended or type(step) in _MARKS or (type(step) is Choice and step.ends) for step in steps)


_MARKS: Final = (Since, Failed)


def structured(steps: Steps) -> Steps:
    """Return the steps of a function that sends, each under the branches on which it happens."""
    return without_ends(nested(steps), EVERYTHING)


def nested(steps: Steps) -> Steps:
    """Return steps of which none stands after a choice that ends on some of its branches.

    An ``Ended`` is the last of its steps then, and so is a choice that has one.
    """
    left = sum(type(step) is Choice and step.ends for step in steps) - _MOST_ENDS
    rest: Steps = ()
    for step in reversed(steps):
        if left > 0 and type(step) is Choice and step.ends:
            left -= 1
            rest = (*plain((step,)), *rest)
        else:
            rest = _before(step, rest)
    return rest


def _before(step: Step, rest: Steps) -> Steps:
    """Return a step with those that come after it, which are nested already."""
    match step:
        case Ended():
            return (step,)
        case Since(by=by):
            if any(isinstance(one, Sent) for one in rest):
                return _decided(by, rest)
            return rest
        case Failed():
            return (step,) if not tells(rest) else (Choice("failure", step.scope, (Way(None, step.line, rest),)),)
        case Decided(by=by, steps=inside) if has_ends(inside):
            return push(_decided(by, nested(inside)), rest)
        case Choice(kind="loop", ends=True):
            way = step.ways[0]
            body = without_ends(nested(way.steps), LEAVES_BODY)
            return push((_choice(step, (way.with_steps(body),)),), rest)
        case Choice(ends=True):
            nests = [way.with_steps(nested(way.steps)) for way in step.ways]
            # A branch that only raises is a check: what comes after it is the normal case.
            ways = tuple(way for way in nests if not _only_fails(way.steps))
            return push(shown(_choice(step, ways)), rest) if ways else (Ended("raise"),)
    return (step, *rest)


def push(steps: Steps, rest: Steps) -> Steps:
    """Return nested steps with others after them, on the paths that do not end."""
    if not rest or not steps:
        return steps or rest
    last = steps[-1]
    match last:
        case Ended():
            return steps
        case Failed():
            return (*steps[:-1], *_before(last, rest))
        case Choice(kind="loop", ends=True):
            return (*steps[:-1], *_after_loop(last, rest))
        case Choice(ends=True):
            return (*steps[:-1], *_after_choice(last, rest))
    return (*steps, *rest)


def before_ends(steps: Steps, added: Steps) -> Steps:
    """Return nested steps with others wherever a path ends by leaving them, as a ``finally`` is run."""
    if not steps:
        return steps
    last = steps[-1]
    match last:
        case Ended():
            return (*steps[:-1], *added, last)
        case Choice(ends=True):
            ways = tuple(way.with_steps(before_ends(way.steps, added)) for way in last.ways)
            return (*steps[:-1], _choice(last, ways))
    return steps


def without_ends(steps: Steps, kinds: AbstractSet[str]) -> Steps:
    """Return nested steps in which paths no longer end in one of these ways."""
    if not steps:
        return steps
    last = steps[-1]
    match last:
        case Ended(kind=kind):
            return steps[:-1] if kind in kinds else steps
        case Failed():
            return steps[:-1] if kinds >= EVERYTHING else steps
        case Choice(ends=True):
            ways = tuple(way.with_steps(without_ends(way.steps, kinds)) for way in last.ways)
            return (*steps[:-1], *shown(_choice(last, ways)))
    return steps


def plain(steps: Steps) -> Steps:
    """Return the steps of a function that sends nothing: in the order of the source, whichever paths end."""
    found: list[Step] = []
    for index, step in enumerate(steps):
        match step:
            case Ended() | Since():
                pass
            case Failed():
                rest = plain(steps[index + 1 :])
                if rest:
                    found.append(Choice("failure", step.scope, (Way(None, step.line, rest),)))
                break
            case Choice(ends=True):
                ways = tuple(way.with_steps(plain(way.steps)) for way in step.ways)
                found += shown(Choice(step.kind, step.scope, ways, step.conditions))
            case Decided(by=by, steps=inside) if has_ends(inside):
                found += _decided(by, plain(inside))
            case _:
                found.append(step)
    return tuple(found)


# --- what comes after a choice


def _after_choice(choice: Choice, rest: Steps) -> Steps:
    """Return a choice of which some paths end, with what comes after it on the others."""
    ways = choice.ways
    ended = [way for way in ways if _all_end(way.steps)]
    speaking = [way for way in ended if tells(way.steps)]
    mixed = [way for way in ways if way not in ended and has_ends(way.steps)]
    if not speaking and not any(_ends_after_steps(way.steps) for way in mixed):
        return _guarded(choice, ways, rest)
    copies = 1 + sum(_live_ends(way.steps) for way in mixed)
    if copies > 1 and copies * _weight(rest) > _MOST_COPIES:
        return (*without_ends((choice,), EVERYTHING), *_under(choice, _condition(ways), rest))
    silent = [way for way in ended if way not in speaking]
    going = [way for way in ways if way not in ended and way not in mixed]
    inner = _guarded(choice, [*silent, *going], rest) if silent else (*_others(choice, going), *rest)
    apart = [
        way.with_steps(push(way.steps, rest) if way in mixed else way.steps)
        for way in ways
        if way in speaking or way in mixed
    ]
    line = going[0].line if going else choice.ways[0].line
    others = () if _is_exhausted(choice, [*speaking, *mixed]) else (Way(None, line, inner),)
    return (_choice(choice, (*apart, *others)),)


def _guarded(choice: Choice, ways: Sequence[Way], rest: Steps) -> Steps:
    """Return what comes after guards under their opposite, and what else their choice does."""
    condition = _condition(ways)
    guards = [index for index, way in enumerate(ways) if _all_end(way.steps) and not tells(way.steps)]
    others = ways[len(guards) :]
    if guards == list(range(len(guards))) and not any(has_ends(way.steps) for way in others):
        # The guards come first: all else is under their opposite as well.
        return _under(choice, condition, (*_others(choice, others), *rest))
    whole = Choice(choice.kind, choice.scope, tuple(ways), choice.conditions, ends=True)
    return (*without_ends((whole,), EVERYTHING), *_under(choice, condition, rest))


def _others(choice: Choice, ways: Sequence[Way]) -> Steps:
    """Return what is done in those branches of a choice that are left when no other is taken."""
    if len(ways) == 1:
        return ways[0].steps
    tests = tuple(way.test for way in ways if way.test is not None)
    return shown(Choice(choice.kind, choice.scope, tuple(ways), tests))


def _under(choice: Choice, condition: Expr, steps: Steps) -> Steps:
    if condition is None:
        return steps
    return (_choice(Choice("opt", choice.scope, ()), (Way(render(condition), choice.ways[0].line, steps),)),)


def _condition(ways: Sequence[Way]) -> Expr:
    """Return the condition under which none of the ways has ended; ``None`` where that is not known."""
    parts: list[Expr] = []
    before: list[Expr] = []
    for way in ways:
        own = way.test
        if has_ends(way.steps):
            ending = _ending(way.steps)
            if own is None:
                # What is left of the others: it goes on where one of them is taken.
                if ending is True and before:
                    parts.append(before[0] if len(before) == 1 else ("or", tuple(before)))
                continue
            ends = own if ending is True else None if ending is None else ("and", (own, ending))
            if ends is not None:
                parts.append(("or", (*before, opposite(ends))) if before else opposite(ends))
        elif own is not None:
            before.append(own)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else ("and", tuple(parts))


def _ending(steps: Steps) -> Expr:
    """Return under which condition these steps end: ``True`` always, ``None`` where that is not written."""
    last = steps[-1]
    if isinstance(last, Ended):
        return True
    if not isinstance(last, Choice) or last.kind == "loop":
        return None
    ways = [way for way in last.ways if has_ends(way.steps)]
    if len(ways) != 1 or ways[0].condition is None:
        return None
    own, inner = ways[0].test, _ending(ways[0].steps)
    if own is None or inner is None:
        return None
    return own if inner is True else ("and", (own, inner))


def _after_loop(loop: Choice, rest: Steps) -> Steps:
    """Return a loop that may end in a ``return``, with what comes after it when it does not."""
    way = loop.ways[0]
    if not _ends_after_steps(way.steps) or not sends(rest):
        return (*without_ends((loop,), EVERYTHING), *rest)
    body = without_ends(way.steps, EVERYTHING)
    inside = way.with_steps(body)
    return (
        Choice(
            "alt",
            loop.scope,
            (Way(None, way.line, (Choice("loop", loop.scope, (inside,)),)), Way(None, way.line, rest)),
        ),
    )


# --- what steps are


def _all_end(steps: Steps) -> bool:
    """Return whether every path through nested steps ends."""
    if not steps:
        return False
    last = steps[-1]
    match last:
        case Ended():
            return True
        case Choice(kind="alt" | "opt", ends=True):
            return last.is_whole and all(_all_end(way.steps) for way in last.ways)
    return False


def _only_fails(steps: Steps) -> bool:
    """Return whether nested steps do nothing but raise."""
    return len(steps) == 1 and isinstance(steps[0], Ended) and steps[0].kind in _FAILS


def _ends_after_steps(steps: Steps) -> bool:
    """Return whether a path through nested steps ends after a step since the last condition on it."""
    if not steps:
        return False
    last = steps[-1]
    match last:
        case Ended():
            return tells(steps)
        case Choice(ends=True):
            return any(_ends_after_steps(way.steps) for way in last.ways)
    return False


def _live_ends(steps: Steps) -> int:
    """Return on how many branches nested steps go on."""
    if not steps:
        return 1
    last = steps[-1]
    match last:
        case Ended():
            return 0
        case Choice(ends=True):
            return sum(_live_ends(way.steps) for way in last.ways) + (not last.is_whole)
    return 1


def _weight(steps: Steps) -> int:
    """Return how many messages and calls that send there are in steps, calls not looked into."""
    found = 0
    for step in steps:
        match step:
            case Choice(ways=ways):
                found += sum(_weight(way.steps) for way in ways)
            case Decided(steps=inside):
                found += _weight(inside)
            case _:
                found += sends((step,))
    return found


def _is_exhausted(choice: Choice, ways: Sequence[Way]) -> bool:
    return choice.is_whole and len(ways) == len(choice.ways)


# --- making choices


def _choice(of: Choice, ways: tuple[Way, ...]) -> Choice:
    return Choice(
        of.kind if len(ways) < 2 or of.kind != "opt" else "alt",
        of.scope,
        ways,
        of.conditions,
        is_whole=of.is_whole,
        ends=any(has_ends(way.steps) for way in ways),
    )


def shown(choice: Choice) -> Steps:
    """Return a choice as it is shown: without the ways on which nothing is done."""
    if choice.ends:
        return (choice,)
    ways = tuple(way for way in choice.ways if way.steps)
    if not ways:
        return ()
    if choice.kind not in {"alt", "opt"}:
        return (Choice(choice.kind, choice.scope, ways),)
    if len(ways) == 1 and ways[0].condition is None and choice.conditions:
        text = render(none_of(choice.conditions))
        ways = (Way(text, ways[0].line, ways[0].steps),)
    return (Choice("alt" if len(ways) > 1 else "opt", choice.scope, ways),)


def _decided(by: tuple[str, ...], steps: Steps) -> Steps:
    """Return steps that something decided; a choice with paths that end remains the last of them."""
    if not steps:
        return ()
    last = steps[-1]
    if isinstance(last, Ended | Failed):
        return (*_decided(by, steps[:-1]), last)
    if isinstance(last, Choice) and last.ends:
        ways = tuple(way.with_steps(_decided(by, way.steps)) for way in last.ways)
        return (*_decided(by, steps[:-1]), _choice(last, ways))
    return (Decided(by, steps),)
