"""Where paths end: what comes after a branch that ends belongs to the other branches alone.

Statements leave an ``Ended`` where a path ends. When a function, a loop or a ``try`` is done,
:func:`nested` puts the steps after a choice into those of its branches that go on, so that no two steps of which one is
behind a ``return`` of the other are on one path. A branch that ends without a step of its own is a guard: what comes
after it is under the opposite condition. One that sends nothing and ends by ``raise`` is a check: what it does is a
failure, and what comes after it has no condition because of it.
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
_TWO: Final = 2
_MOST_ENDS: Final = 30
"""Of how many choices with an end, one after the other in one block, it is told that the rest comes only without them.

What comes after more than that is told as if it came in any case.
"""
_MOST_COPIED: Final = 4
"""How many messages and calls the copies of what comes after several branches may have together."""
_MOST_COPIED_UNKNOWN: Final = 16
"""The same where it is not known under which condition the branches end: without copies, it would be told as if it came
in any case."""


_MARKS: Final = (Since, Failed)
_RAISED: Final = Ended("raise")


def has_ends(steps: Iterable[Step]) -> bool:
    """Return whether some of the steps are on paths that end, or belong to such paths."""
    for step in steps:
        if type(step) is Ended or type(step) in _MARKS:
            return True
        if (type(step) is Choice and step.ends) or (type(step) is Decided and has_ends(step.steps)):
            return True
    return False


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
            ways, failing = _without_checks(tuple(way.with_steps(nested(way.steps)) for way in step.ways))
            failures = (Choice("failure", step.scope, failing),) if failing else ()
            return (*failures, *(push(shown(_choice(step, ways)), rest) if ways else (_RAISED,)))
    return (step, *rest)


def _without_checks(ways: tuple[Way, ...]) -> tuple[tuple[Way, ...], tuple[Way, ...]]:
    """Return the ways of a choice without those that send nothing and raise, and what is done on these.

    The others are the normal case.
    """
    found = tuple(way for way in ways if not _fails(way.steps))
    if len(found) == len(ways):
        return ways, ()
    checks = [way for way in ways if _fails(way.steps)]
    failing = (way.with_steps(without_ends(way.steps, EVERYTHING)) for way in checks)
    if len(found) == 1 and found[0].test is None and found[0].steps and (tests := _tests(checks)):
        # What is done in an "else" has no other condition.
        test = none_of(tests)
        found = (Way(render(test), found[0].line, found[0].steps, test),)
    return found, tuple(way for way in failing if way.steps)


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
                found += shown(Choice(step.kind, step.scope, ways))
            case Decided(by=by, steps=inside) if has_ends(inside):
                found += _decided(by, plain(inside))
            case _:
                found.append(step)
    return tuple(found)


# --- what comes after a choice


def _after_choice(choice: Choice, rest: Steps) -> Steps:
    """Return a choice of which some paths end, with what comes after it on the others.

    Where one path alone goes on, the rest is put there. Where several do, it is put once after the choice, under the
    condition that no path has ended, or else a copy of it at the end of each.
    """
    ways = choice.ways
    last = max(index for index, way in enumerate(ways) if has_ends(way.steps))
    # The ways after the last one that ends can be told as one, with one copy.
    tail = ways[last + 1 :]
    inside = sum(_live_ends(way.steps) for way in ways[: last + 1])
    copies = inside + bool(tail)
    if inside and copies > 1:
        condition = _condition(ways)
        speaks = any(_ends_after_steps(way.steps) for way in ways)
        most = _MOST_COPIED_UNKNOWN if condition is None else _MOST_COPIED if speaks else 0
        if copies * _weight(rest) > most:
            return (*without_ends((choice,), EVERYTHING), *_unless_ended(choice, condition, rest))
    if len(ways) == _TWO and _is_handled(ways[0].steps) and ways[0].test is not None and not has_ends(ways[1].steps):
        # What comes after is what is done in any case but one, and in that one after an exception.
        test = opposite(ways[0].test)
        normal = Way(render(test), ways[0].line, (*ways[1].steps, *rest), test)
        return (_choice(choice, (normal, Way(None, ways[0].line, push(ways[0].steps, rest)))),)
    pushed = [way.with_steps(push(way.steps, rest)) for way in ways[: last + 1]]
    if tail:
        pushed.append(Way(None, tail[0].line, (*shown(_choice(choice, tail)), *rest)))
    return (_choice(choice, tuple(pushed)),)


def _unless_ended(choice: Choice, condition: Expr, rest: Steps) -> Steps:
    """Return steps that are done where no path of a choice has ended; ``condition`` is ``None`` if that is unknown."""
    if condition is None:
        return rest
    line = choice.ways[0].line
    ended = opposite(condition)
    return (_choice(choice, (Way(render(ended), line, (Ended("return"),), ended), Way(None, line, rest))),)


def _condition(ways: Sequence[Way]) -> Expr:
    """Return the condition under which none of the ways has ended; ``None`` where that is not known."""
    parts: list[Expr] = []
    before: list[Expr] = []
    """The conditions of the ways before that may go on."""
    for way in ways:
        if not has_ends(way.steps):
            if way.test is not None:
                before.append(way.test)
            continue
        ends = _both(way.test, _ending(way.steps))
        if ends is None:
            return None
        goes_on = (*before, *(() if ends is True else (opposite(ends),)))
        if not goes_on:
            return None
        parts.append(_any(goes_on))
        if way.test is not None and ends != way.test:
            before.append(way.test)
    return _all(tuple(parts))


def _any(conditions: tuple[Expr, ...]) -> Expr:
    return conditions[0] if len(conditions) == 1 else ("or", _operands("or", conditions))


def _all(conditions: tuple[Expr, ...]) -> Expr:
    return conditions[0] if len(conditions) == 1 else ("and", _operands("and", conditions))


def _operands(word: str, conditions: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Return the operands of an ``and`` or ``or`` of conditions, of which some may be the same."""
    found: list[Expr] = []
    for one in conditions:
        match one:
            case ("and" | "or" as its, operands) if its == word:
                found += operands
            case _:
                found.append(one)
    return tuple(found)


def _both(test: Expr, ending: Expr) -> Expr:
    """Return under which condition a way ends; its ``test`` is ``None`` for what is left of the others."""
    if ending is None or test is None:
        return ending
    return test if ending is True else _all((test, ending))


def _ending(steps: Steps) -> Expr:
    """Return under which condition nested steps end: ``True`` always, ``None`` where that is not written."""
    last = steps[-1]
    if _all_end(steps):
        return True
    if not isinstance(last, Choice) or last.kind == "loop":
        return None
    found: list[Expr] = []
    before: list[Expr] = []
    for way in last.ways:
        if has_ends(way.steps):
            ends = _both(way.test, _ending(way.steps))
            if ends is None:
                return None
            found.append(_all((*map(opposite, before), *(() if ends is True else (ends,)))))
            if ends == way.test:
                # Where this one holds, the steps end anyway.
                continue
        before += _tests((way,))
    return _any(tuple(found))


def _after_loop(loop: Choice, rest: Steps) -> Steps:
    """Return a loop that may end in a ``return``, with what comes after it when it does not."""
    way = loop.ways[0]
    if not _ends_after_steps(way.steps) or not tells(rest):
        return (*without_ends((loop,), EVERYTHING), *rest)
    body = way.with_steps(without_ends(way.steps, EVERYTHING))
    left = (Choice("loop", loop.scope, (body,)), Ended("return"))
    return (Choice("alt", loop.scope, (Way(None, way.line, left), Way(None, way.line, rest)), ends=True),)


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


def _fails(steps: Steps) -> bool:
    """Return whether nested steps send nothing and raise, on every path."""
    if not steps:
        return False
    last = steps[-1]
    match last:
        case Ended(kind=kind):
            return kind in _FAILS and not sends(steps)
        case Choice(kind="alt" | "opt", ends=True):
            return last.is_whole and all(_fails(way.steps) for way in last.ways) and not sends(steps[:-1])
    return False


def _is_handled(steps: Steps) -> bool:
    """Return whether what comes after nested steps is only reached when an exception was handled."""
    return bool(steps) and isinstance(steps[-1], Failed)


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


# --- making choices


def _choice(of: Choice, ways: tuple[Way, ...]) -> Choice:
    return Choice(of.kind, of.scope, ways, is_whole=of.is_whole, ends=any(has_ends(way.steps) for way in ways))


def shown(choice: Choice) -> Steps:
    """Return a choice as it is shown: without the ways on which nothing is done, which the other conditions then name.

    The conditions of a choice are those of the source: each holds where none before it does.
    """
    if choice.ends:
        return (choice,)
    if choice.kind not in {"alt", "opt"}:
        ways = tuple(way for way in choice.ways if way.steps)
        return (Choice(choice.kind, choice.scope, ways),) if ways else ()
    first = next((index for index, way in enumerate(choice.ways) if way.steps), None)
    if first is None:
        return ()
    silent, inner = _tests(choice.ways[:first]), _without_silent(choice, choice.ways[first:])
    if not silent:
        return inner
    match inner:
        case (Choice(kind="opt", ways=(Way(test=test) as only,)),) if test is not None:
            # One condition says both.
            both: Expr = ("and", (*map(opposite, silent), test))
            return (Choice("opt", choice.scope, (Way(render(both), only.line, only.steps, both),)),)
    return _opt(choice, none_of(silent), inner)


def _without_silent(choice: Choice, ways: Sequence[Way]) -> Steps:
    """Return a choice, of which something is done in the first way, without the ways on which nothing is done."""
    silent: list[Expr] = []
    found: list[Way] = []
    for way in ways:
        if not way.steps:
            silent += _tests((way,))
        elif not silent:
            found.append(way)
        elif way.test is None:
            found.append(way.with_steps(_opt(choice, none_of(silent), way.steps)))
        else:
            test: Expr = ("and", (*map(opposite, silent), way.test))
            found.append(Way(render(test), way.line, way.steps, test))
    if len(found) == 1 and found[0].condition is None:
        return found[0].steps
    return (Choice("alt" if len(found) > 1 else "opt", choice.scope, tuple(found)),)


def _tests(ways: Iterable[Way]) -> list[Expr]:
    return [way.test for way in ways if way.test is not None]


def _opt(choice: Choice, condition: Expr, steps: Steps) -> Steps:
    way = Way(render(condition), choice.ways[0].line, steps, condition)
    return (Choice("opt", choice.scope, (way,)),)


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
