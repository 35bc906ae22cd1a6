"""Groups of a picture: without empty branches, and without alternatives between the same arrows."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from sphinxext.nova.present.conditions import both, is_clear_together, negated, none_of
from sphinxext.nova.present.picture import Arrow, Condition, Failing, Group, arrows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.present.picture import Item

_Branch = tuple[Condition, tuple["Item", ...]]


def grouped(kind: str, branches: Sequence[_Branch]) -> tuple[Item, ...]:
    """Make the group that says when items are drawn, as small as it can be.

    What every way on begins or ends with stands before or after the group; branches without items go. What is noted
    of failures in a branch without arrows stands after the group.
    """
    before: list[Item] = []
    after: list[Item] = []
    rest = [list(items) for _condition, items in branches]
    noted = [item for items in rest if not any(arrows(items)) for item in items]
    rest = [items if any(arrows(items)) else [] for items in rest]
    if kind == "alt" and is_complete([condition for condition, _items in branches]):
        while _all_alike([items[0] if items else None for items in rest]):
            before.append(rest[0][0])
            rest = [items[1:] for items in rest]
        while _all_alike([next((item for item in reversed(items) if not _is_note(item)), None) for items in rest]):
            # The first branch is told in full, what follows may refer to it.
            notes = list(dict.fromkeys(item for items in rest for item in _last_notes(items)))
            rest = [items[: len(items) - len(_last_notes(items))] for items in rest]
            after[:0] = [rest[0][-1], *notes]
            rest = [items[:-1] for items in rest]
    left = [(condition, tuple(items)) for (condition, _all), items in zip(branches, rest, strict=True) if items]
    if not left:
        return (*before, *noted, *after)
    if kind == "alt" and len(left) == 1:
        kind = "opt"
    return (*before, *_flat(kind, left), *noted, *after)


def _flat(kind: str, branches: list[_Branch]) -> tuple[Item, ...]:
    """Make a group of branches; what they have in common is around it, and no more than needed is around what.

    What is noted of failures beside groups that become one stands after it.
    """
    whole = (Group(kind, tuple(branches)),)
    opts = [opt for _condition, items in branches if (opt := _only_opt(items)) is not None]
    if kind not in {"alt", "opt"} or len(opts) < len(branches):
        return whole
    condition, inside = opts[0]
    notes = dict.fromkeys(item for _condition, items in branches for item in items if isinstance(item, Failing))
    if kind == "alt":
        if any(opt[0] != condition for opt in opts):
            return whole
        ways = [(outer, inner) for (outer, _items), (_same, inner) in zip(branches, opts, strict=True)]
        return (Group("opt", ((condition, grouped(kind, ways)),)), *notes)
    joined = _both(branches[0][0], condition)
    return whole if joined is None else (Group("opt", ((joined, inside),)), *notes)


def _only_opt(items: Sequence[Item]) -> _Branch | None:
    """Return the branch of a group that is all there is but for notes, if that is an ``opt``."""
    match [item for item in items if not isinstance(item, Failing)]:
        case [Group(kind="opt", branches=(branch,))]:
            return branch
    return None


def _both(one: Condition, other: Condition) -> Condition | None:
    """Return the condition that two hold, if it is as clear as they are one by one."""
    text, inner = _text(one), _text(other)
    if text is None or inner is None or not is_clear_together(text, inner):
        return None
    return Condition(both(text, inner))


def _text(condition: Condition) -> str | None:
    if condition.text is None and condition.others:
        return none_of(condition.others)
    return condition.text


def is_complete(conditions: Sequence[Condition]) -> bool:
    """Say whether one of the branches is taken in any case."""
    texts = [condition.text for condition in conditions]
    if None in texts:
        return True
    match texts:
        case [str(one), str(other)]:
            return one == negated(other) or other == negated(one)
    return False


def settled(items: Sequence[Item]) -> tuple[Item, ...]:
    """Take away what happens only sometimes where the same happens next in any case.

    So it is where a task is done at once because no worker is free, and otherwise by a worker.
    """
    found: list[Item] = []
    rest = list(items)
    while rest:
        item = rest.pop(0)
        if isinstance(item, Group) and item.kind == "opt":
            inner = item.branches[0][1]
            following = rest[: len(inner)]
            if _all(inner, following):
                # What comes first is told in full.
                rest[: len(inner)] = inner
                continue
        found.append(item)
    return tuple(found)


def _last_notes(items: Sequence[Item]) -> list[Item]:
    """Return the notes after the last arrow, or group of arrows."""
    return list(takewhile(_is_note, reversed(items)))[::-1]


def _is_note(item: Item) -> bool:
    return isinstance(item, Failing)


def _all_alike(items: Sequence[Item | None]) -> bool:
    first = items[0]
    return first is not None and all(item is not None and _alike(first, item) for item in items[1:])


def _alike(one: Item, other: Item) -> bool:
    """Say whether two items show the same; what refers to steps drawn elsewhere shows those."""
    if isinstance(one, Arrow) and isinstance(other, Arrow):
        if (one.from_, one.to, one.text, one.kind) != (other.from_, other.to, other.text, other.kind):
            return False
        if one.receiver != other.receiver:
            return False
        if other.again in {one.told, one.again} and other.again:
            return True
        return _all(one.body, other.body)
    if isinstance(one, Group) and isinstance(other, Group):
        conditions = [[condition for condition, _items in group.branches] for group in (one, other)]
        return (
            one.kind == other.kind
            and conditions[0] == conditions[1]
            and all(_all(mine, theirs) for (_, mine), (_, theirs) in zip(one.branches, other.branches, strict=True))
        )
    return one == other


def _all(some: Sequence[Item], others: Sequence[Item]) -> bool:
    return len(some) == len(others) and all(map(_alike, some, others))
