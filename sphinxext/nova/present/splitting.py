"""A picture that is too large for a person, or for Mermaid, to parts that lead to each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sphinxext.nova.present.picture import Arrow, Continued, Group, arrows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.present.picture import Item, Lifeline, Picture

MOST = 15
"""How many arrows a person takes in at once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One diagram of a picture.

    ``number`` counts the parts from 1; ``after`` is the arrow whose receiver's work it shows, or before which another
    part ends; ``of`` is the part that it continues. Both are ``None`` of the first. ``start`` is the lifeline on which
    it begins.
    """

    number: int
    start: str
    lifelines: tuple[Lifeline, ...]
    items: tuple[Item, ...]
    after: Arrow | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class _Cut:
    """A part that is still being made: ``key`` is the number of its first arrow."""

    key: int
    start: str
    items: tuple[Item, ...]
    after: Arrow | None
    of: int | None


def split(picture: Picture, fits: Callable[[Part], bool], most: int = MOST) -> tuple[Part, ...]:
    """Split a picture between processes, or where that cannot be, between arrows; no arrow is lost.

    :param fits: says whether a part can be drawn.
    """
    while True:
        parts = _parts(picture, most)
        if most == 1 or all(map(fits, parts)):
            return parts
        most = max(1, most // 2)


def _parts(picture: Picture, most: int) -> tuple[Part, ...]:
    waiting = [_Cut(0, picture.start, picture.items, None, None)]
    done: list[_Cut] = []
    while waiting:
        cut = waiting.pop(0)
        while _weight(cut.items) > most and (smaller := _without_one(cut, most)):
            cut, rest = smaller
            waiting.append(rest)
        done.append(cut)
    done.sort(key=lambda cut: cut.key)
    numbers = {cut.key: number for number, cut in enumerate(done, 1)}
    return tuple(_part(picture, cut, numbers) for cut in done)


def _part(picture: Picture, cut: _Cut, numbers: dict[int, int]) -> Part:
    items = tuple(_renumbered(item, numbers) for item in cut.items)
    used = {cut.start} | {end for arrow in arrows(items) for end in (arrow.from_, arrow.to)}
    return Part(
        numbers[cut.key],
        cut.start,
        tuple(line for line in picture.lifelines if line.id in used),
        items,
        cut.after,
        None if cut.of is None else numbers[cut.of],
    )


def _renumbered(item: Item, numbers: dict[int, int]) -> Item:
    if isinstance(item, Continued):
        return replace(item, part=numbers[item.part])
    if isinstance(item, Arrow):
        return replace(item, body=tuple(_renumbered(inner, numbers) for inner in item.body))
    if isinstance(item, Group):
        branches = tuple(
            (condition, tuple(_renumbered(inner, numbers) for inner in items)) for condition, items in item.branches
        )
        return replace(item, branches=branches)
    return item


def _without_one(cut: _Cut, most: int) -> tuple[_Cut, _Cut] | None:
    """Take one piece out of a part: what a receiver does, or else the end of a sequence; ``None``: nothing can go."""
    total = _weight(cut.items)
    bodies = [(arrow, _weight(arrow.body)) for arrow in arrows(cut.items) if _weight(arrow.body) > 1]
    if bodies:
        enough = [(arrow, weight) for arrow, weight in bodies if total - weight <= most]
        small = [(arrow, weight) for arrow, weight in bodies if weight <= most]
        if fitting := [pair for pair in enough if pair in small]:
            arrow = min(fitting, key=lambda pair: pair[1])[0]
        elif small:
            arrow = max(small, key=lambda pair: pair[1])[0]
        else:
            arrow = min(bodies, key=lambda pair: pair[1])[0]
        key = next(arrows(arrow.body)).number
        rest = _Cut(key, arrow.to, arrow.body, arrow, cut.key)
        items = _replaced(cut.items, arrow.body, (Continued((arrow.to,), key),))
        return replace(cut, items=items), rest
    for sequence in _sequences(cut.items):
        taken = 0
        for place, item in enumerate(sequence):
            taken += _weight((item,))
            if place and taken > most:
                # Where nothing but a note would be left over, nothing is won.
                key_arrow = next(arrows(sequence[place:]), None)
                if key_arrow is None:
                    break
                rest = _Cut(key_arrow.number, key_arrow.from_, sequence[place:], _last(sequence[:place]), cut.key)
                kept = (*sequence[:place], Continued((key_arrow.from_,), key_arrow.number))
                return replace(cut, items=_replaced(cut.items, sequence, kept)), rest
    # A group of few arrows in each branch, and of many branches.
    for group in _groups(cut.items):
        if _weight((group,)) > most and len(group.branches) > 1:
            half = len(group.branches) // 2
            moved: tuple[Item, ...] = (replace(group, branches=group.branches[half:]),)
            first = next(arrows(moved))
            kept = (replace(group, branches=group.branches[:half]), Continued((first.from_,), first.number))
            rest = _Cut(first.number, first.from_, moved, _last((kept[0],)), cut.key)
            return replace(cut, items=_replaced_item(cut.items, group, kept)), rest
    return None


def _weight(items: Sequence[Item]) -> int:
    return sum(1 for _arrow in arrows(items))


def _last(items: Sequence[Item]) -> Arrow | None:
    found = None
    for found in arrows(items):  # noqa: B007 - the last one is wanted
        pass
    return found


def _groups(items: Sequence[Item]) -> Iterator[Group]:
    for item in items:
        if isinstance(item, Group):
            for _condition, inner in item.branches:
                yield from _groups(inner)
            yield item
        elif isinstance(item, Arrow):
            yield from _groups(item.body)


def _sequences(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """Give every sequence of items, the innermost first."""
    for item in items:
        if isinstance(item, Arrow):
            yield from _sequences(item.body)
        elif isinstance(item, Group):
            for _condition, inner in item.branches:
                yield from _sequences(inner)
    yield items


def _replaced(items: tuple[Item, ...], old: tuple[Item, ...], new: tuple[Item, ...]) -> tuple[Item, ...]:
    """Put a sequence in the place of the very one given, at any depth."""
    if items is old:
        return new
    return tuple(_inside(item, lambda inner: _replaced(inner, old, new)) for item in items)


def _replaced_item(items: tuple[Item, ...], old: Item, new: tuple[Item, ...]) -> tuple[Item, ...]:
    found: list[Item] = []
    for item in items:
        found += new if item is old else [_inside(item, lambda inner: _replaced_item(inner, old, new))]
    return tuple(found)


def _inside(item: Item, change: Callable[[tuple[Item, ...]], tuple[Item, ...]]) -> Item:
    if isinstance(item, Arrow):
        return replace(item, body=change(item.body))
    if isinstance(item, Group):
        return replace(item, branches=tuple((condition, change(inner)) for condition, inner in item.branches))
    return item
