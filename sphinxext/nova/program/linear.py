"""The order in which Python looks through a class and its ancestors (C3), for hierarchies that may be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

Node = TypeVar("Node", bound="Hashable")


class _InconsistentError(Exception):
    """There is no order that keeps what each class says of its bases, or there is a cycle."""


def linearised(start: Node, bases: Callable[[Node], Sequence[Node]]) -> tuple[Node, ...]:
    """Return a class and its ancestors in method resolution order.

    Where there is none (Python would not make such a class), each ancestor stands where it is first met, depth first.
    """
    try:
        return tuple(_c3(start, bases, {}, ()))
    except (_InconsistentError, RecursionError):
        return _depth_first(start, bases)


def _c3(
    node: Node, bases: Callable[[Node], Sequence[Node]], known: dict[Node, list[Node]], path: tuple[Node, ...]
) -> list[Node]:
    if node in known:
        return known[node]
    if node in path:
        raise _InconsistentError
    parents = list(bases(node))
    rows = [list(_c3(parent, bases, known, (*path, node))) for parent in parents]
    order = [node]
    rows.append(parents)
    while any(rows):
        rows = [row for row in rows if row]
        tails = {other for row in rows for other in row[1:]}
        head = next((row[0] for row in rows if row[0] not in tails), None)
        if head is None:
            raise _InconsistentError
        order.append(head)
        rows = [row[1:] if row[0] == head else row for row in rows]
    known[node] = order
    return order


def _depth_first(start: Node, bases: Callable[[Node], Sequence[Node]]) -> tuple[Node, ...]:
    seen: dict[Node, None] = {}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen[node] = None
            waiting += reversed(bases(node))
    return tuple(seen)
