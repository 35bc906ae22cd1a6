"""Each arrow of a picture gets its number, and what several arrows lead to is told after the first of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sphinxext.nova.present.picture import Arrow, Failing, Group, arrows

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from sphinxext.nova.present.picture import Item


def told_once(items: Sequence[Item]) -> tuple[Item, ...]:
    """Leave what an arrow leads to only after the first that leads to the same.

    The same may be sent by different functions: a method of a class and the older one that goes on alike.
    """
    by_told = {arrow.told: arrow for arrow in arrows(items) if arrow.told}
    first: dict[Hashable, int] = {}

    def said(inner: Sequence[Item], inside: frozenset[int]) -> tuple[Hashable, ...]:
        return tuple(one(item, inside) for item in inner)

    def one(item: Item, inside: frozenset[int]) -> Hashable:
        if isinstance(item, Arrow):
            told = by_told[item.again] if item.again in by_told and item.again not in inside else item
            body = said(told.body, inside | {told.told})
            return item.from_, item.to, item.kind, item.text, item.receiver.name, body
        if isinstance(item, Group):
            return item.kind, tuple((condition, said(inner, inside)) for condition, inner in item.branches)
        return item

    def once(item: Item) -> Item:
        if isinstance(item, Arrow):
            if any(arrows(item.body)):
                earlier = first.setdefault((item.to, said(item.body, frozenset({item.told}))), item.told)
                if earlier != item.told:
                    return replace(item, body=(), again=earlier)
            return replace(item, body=tuple(map(once, item.body)))
        if isinstance(item, Group):
            branches = tuple((condition, tuple(map(once, inner))) for condition, inner in item.branches)
            return replace(item, branches=branches)
        return item

    return tuple(map(once, items))


def numbered(items: Sequence[Item]) -> tuple[Item, ...]:
    """Count the arrows in the order in which they are drawn.

    From the numbers of the flow, references to what is drawn elsewhere go over to those of the picture. A handler of a
    failure is noted where its process does not send the same anyway, and once where several after the same arrow send
    the same.
    """
    in_order = list(arrows(items))
    numbers = {arrow.told: number for number, arrow in enumerate(in_order, 1) if arrow.told}
    bodies = {arrow.told for arrow in in_order if arrow.body}
    counter = iter(range(1, len(in_order) + 1))
    sent = {(arrow.from_, arrow.text) for arrow in in_order}

    def number(item: Item) -> Item:
        if isinstance(item, Arrow):
            own = next(counter)
            again = numbers.get(item.again, 0) if item.again in bodies else 0
            return replace(item, number=own, again=again, body=within(item.body))
        if isinstance(item, Group):
            return replace(item, branches=tuple((condition, within(inner)) for condition, inner in item.branches))
        return item

    def within(inner: Sequence[Item]) -> tuple[Item, ...]:
        found: list[Item] = []
        noted: list[Failing] = []
        for item in inner:
            if isinstance(item, Failing):
                methods = tuple(method for method in item.methods if (item.over, method) not in sent)
                note = replace(item, methods=methods)
                if methods and note not in noted:
                    noted.append(note)
                    found.append(note)
            else:
                noted.clear()
                found.append(number(item))
        return tuple(found)

    return within(items)
