"""tree-sitter and its Python grammar: parsing, the numbers of its node kinds, and tables indexed by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import tree_sitter_python
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

T = TypeVar("T")

_LANGUAGE: Final = Language(tree_sitter_python.language())
_PARSER: Final = Parser(_LANGUAGE)
_KIND_NUMBERS: Final = 1 << 16
"""Kinds are 16-bit numbers; that of an error node is the greatest of them."""

_CHUNK: Final = 1 << 16
_LEAST_EFFORT: Final = 200
_BYTES_PER_EFFORT: Final = 16
"""Nova's own files need no more than one unit of effort for 100 bytes, very dense code one for 50."""

ERROR: Final = _KIND_NUMBERS - 1


class Effort:
    """How much work parsing may still be, in hundreds of steps of the parser.

    The parser takes time in proportion to the length of what it reads only as long as that is Python: eight thousand
    bytes of ``:-:-:-`` keep it busy for seconds. So it may not go on where it is still at a loss after some steps;
    in none of the 5700 files of four releases that parse does that happen.
    """

    __slots__ = ("_left",)

    def __init__(self, size: int, *, factor: int = 1) -> None:
        self._left = factor * (_LEAST_EFFORT + size // _BYTES_PER_EFFORT)

    @property
    def exhausted(self) -> bool:
        """Whether no work is left."""
        return self._left < 0

    def spend(self, _offset: int, has_error: bool) -> bool:  # noqa: FBT001 - the parser calls it like this
        """Count a hundred steps; return whether to give up."""
        self._left -= 1
        return has_error or self._left < 0


def parse(data: bytes, effort: Effort) -> Node | None:
    """Return the root node of UTF-8 bytes, None if that is too much work.

    Broken source gives a tree as well, with error nodes in it.
    """
    if effort.spend(0, False):  # noqa: FBT003
        return None
    try:
        return _PARSER.parse(
            lambda offset, _point: data[offset : offset + _CHUNK], progress_callback=effort.spend
        ).root_node
    except ValueError:  # given up
        _PARSER.reset()
        return None


def kinds(*names: str, named: bool = True) -> frozenset[int]:
    """Return the numbers of node kinds. A kind may have several; a name that the grammar lacks is an error."""
    if missing := [name for name in names if (name, named) not in _KINDS]:
        message = f"the Python grammar has no node kind {', '.join(missing)}"
        raise LookupError(message)
    return frozenset(number for name in names for number in _KINDS[name, named])


def _numbered() -> dict[tuple[str | None, bool], list[int]]:
    """Return the numbers of the visible kinds, by their names and whether they are named ones."""
    numbers: dict[tuple[str | None, bool], list[int]] = {}
    for number in filter(_LANGUAGE.node_kind_is_visible, range(_LANGUAGE.node_kind_count)):
        key = _LANGUAGE.node_kind_for_id(number), _LANGUAGE.node_kind_is_named(number)
        numbers.setdefault(key, []).append(number)
    return numbers


_KINDS: Final = _numbered()
"""Made once: to look through all kinds for each name would be a part of the time of every import."""


def table(default: T, entries: Mapping[str, T]) -> list[T]:
    """Return a list with an entry for each kind number: a look-up there costs less than any other dispatch."""
    result = [default] * _KIND_NUMBERS
    for name, entry in entries.items():
        for number in kinds(name):
            result[number] = entry
    return result


COMMENTS: Final = kinds("comment", "line_continuation")
_NOT_SOLID: Final = COMMENTS | {ERROR}


def solid(node: Node) -> list[Node]:
    """Return the children of ``node`` without comments, continuation backslashes and error nodes."""
    return [child for child in node.children if child.kind_id not in _NOT_SOLID]


def mistakes(root: Node) -> set[int]:
    """Return the lines of the error nodes, and of the tokens that the parser made up, below ``root``."""
    lines: set[int] = set()
    pending = [root] if root.has_error else []
    while pending:
        node = pending.pop()
        if node.kind_id == ERROR or node.is_missing:
            lines.add(node.start_point[0] + 1)
        else:
            pending += [child for child in node.children if child.has_error]
    return lines


def siblings(parent: Node) -> Iterator[Node]:
    """Return the children of ``parent`` one by one; unlike with ``parent.children``, none is kept."""
    cursor = parent.walk()
    more = cursor.goto_first_child()
    while more and (node := cursor.node):
        yield node
        more = cursor.goto_next_sibling()
