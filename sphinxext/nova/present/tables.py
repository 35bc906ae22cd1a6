"""Tables as plain data: what the extension makes docutils nodes of and the command line prints."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Control characters may stand in file names and docstrings; XML has no way to write them, and terminals obey them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Look(enum.Enum):
    """How a cell's text is set."""

    NAME = enum.auto()
    """An identifier or a path: literal, never translated."""
    TEXT = enum.auto()
    """A sentence."""
    NUMBER = enum.auto()
    """A number, set flush right."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``place`` is the file or folder (and line) of the checkout that the text links to.

    A cell that lists several things has one cell for each as ``parts``, and ``text`` for where nothing links. ``look``
    is another one than the column's.
    """

    text: str
    place: str | None = None
    line: int | None = None
    parts: tuple[Cell, ...] = ()
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` is what an option calls it, ``title`` what the reader sees, ``width`` its relative width."""

    key: str
    title: str
    look: Look
    width: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. ``key`` is the name of the thing that the row is about, ``level`` how deep it lies below the asked."""

    key: str
    cells: tuple[Cell, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; every row has one cell for each column."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


def several(parts: Iterable[Cell]) -> Cell:
    """Make one cell that lists several things."""
    listed = tuple(parts)
    return Cell(", ".join(part.text for part in listed), parts=listed)


def printable(text: str) -> str:
    """Replace what no output format can show (control characters, lone surrogates) by its escape."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
