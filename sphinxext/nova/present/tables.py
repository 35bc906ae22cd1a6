"""Tables as plain data: what the extension makes docutils nodes of and the command line prints."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sphinxext.nova.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    is another one than the column's. A long text is given as ``paragraphs``, and ``text`` for where there is one line.

    The text may be any text of a checkout: it is made :func:`~sphinxext.nova.escaping.visible` here.
    """

    text: str
    place: str | None = None
    line: int | None = None
    parts: tuple[Cell, ...] = ()
    look: Look | None = None
    paragraphs: tuple[Cell, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", visible(self.text))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` is what an option calls it, ``title`` what the reader sees, ``width`` its relative width.

    Where there is no room for all columns, those of a higher ``rank`` go first, those of rank 0 only where to make
    columns narrow does not help, and the first column never.

    The title may be the name of something in a checkout: it is made :func:`~sphinxext.nova.escaping.visible` here.
    """

    key: str
    title: str
    look: Look
    width: int
    rank: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", visible(self.title))


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


def long_text(paragraphs: Iterable[str]) -> Cell:
    """Make one cell of a text that has several paragraphs, each of them one line."""
    cells = tuple(map(Cell, paragraphs))
    return Cell(" ".join(cell.text for cell in cells), paragraphs=cells)


def encodable(table: Table, encoding: str) -> Table:
    """Return a table with Python's escapes in the place of the characters that an encoding lacks."""

    def escaped(text: str) -> str:
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def cell(one: Cell) -> Cell:
        parts, paragraphs = tuple(map(cell, one.parts)), tuple(map(cell, one.paragraphs))
        return replace(one, text=escaped(one.text), parts=parts, paragraphs=paragraphs)

    columns = tuple(replace(column, title=escaped(column.title)) for column in table.columns)
    return Table(columns, tuple(replace(row, cells=tuple(map(cell, row.cells))) for row in table.rows))
