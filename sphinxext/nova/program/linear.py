"""The order in which Python looks through a class and its ancestors (C3), for hierarchies that may be wrong."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

Node = TypeVar("Node", bound="Hashable")

MOST: Final = 100
"""How many classes, with the class itself, an order has at most.

The longest of 2010.1, 2013.2, 20.0.0, 34.0.0 and cinder 29.0.0 has 13.
"""


def linearised(start: Node, bases: Callable[[Node], Sequence[Node]]) -> tuple[Node, ...]:
    """Return a class and its ancestors in method resolution order.

    Where there is none (Python would not make such a class), or there are more than :data:`MOST`, each ancestor stands
    where it is first met, depth first, and what is beyond the limit is left out.
    """
    parents: dict[Node, Sequence[Node]] = {}
    order: dict[Node, None] = {}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in order:
            if len(order) == MOST:
                return tuple(order)
            order[node] = None
            parents[node] = above = bases(node)
            waiting += reversed(above)
    if all(len(above) < 2 for above in parents.values()):
        return tuple(order)
    return _c3(start, parents) or tuple(order)


def _c3(start: Node, parents: Mapping[Node, Sequence[Node]]) -> tuple[Node, ...]:
    """Return the order of a class; ``()`` where there is a cycle, or no order keeps what each class says of its bases.

    A class comes after its ancestors: no call inside another is needed.
    """
    known: dict[Node, tuple[Node, ...]] = {}
    entered: set[Node] = set()
    waiting = [start]
    while waiting:
        node = waiting[-1]
        if node in known:
            waiting.pop()
        elif node not in entered:
            entered.add(node)
            missing = [parent for parent in parents[node] if parent not in known]
            if not entered.isdisjoint(missing):
                return ()  # An ancestor of itself.
            waiting += missing
        else:
            waiting.pop()
            merged = _merged([*(known[parent] for parent in parents[node]), tuple(parents[node])])
            if merged is None:
                return ()
            known[node] = (node, *merged)
    return known[start]


def _merged(rows: Sequence[tuple[Node, ...]]) -> list[Node] | None:
    """Merge orders into one that keeps each; ``None`` where there is none."""
    in_tails = Counter(chain.from_iterable(row[1:] for row in rows))
    left = [list(reversed(row)) for row in rows if row]
    order = []
    while left:
        head = next((row[-1] for row in left if not in_tails[row[-1]]), None)
        if head is None:
            return None
        order.append(head)
        for row in left:
            if row[-1] == head:
                row.pop()
                if row:
                    in_tails[row[-1]] -= 1
        left = [row for row in left if row]
    return order
