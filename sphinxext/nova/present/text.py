"""Tables for a terminal, and as reStructuredText to paste into a page."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from sphinxext.nova.present.tables import Look

if TYPE_CHECKING:
    from sphinxext.nova.present.tables import Cell, Column, Table

_LONGEST_TEXT = 72
_MARKUP = re.compile(r"([\\*`|_:])")


def text_table(table: Table) -> str:
    """Align a table for people who read it on a terminal, where a full-width character takes two columns."""
    lines = [[column.title for column in table.columns]]
    for row in table.rows:
        # A sentence goes on in the next lines of its column rather than over the terminal's edge.
        cells = [
            wrap(cell.text, _LONGEST_TEXT) or [""] if column.look is Look.TEXT else [cell.text]
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        lines += [
            [cell[number] if number < len(cell) else "" for cell in cells] for number in range(max(map(len, cells)))
        ]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=column.look is Look.NUMBER)
            for cell, width, column in zip(line, widths, table.columns, strict=True)
        ).rstrip()
        for line in lines
    )


def rst_table(table: Table) -> str:
    """Write a table as a ``list-table`` directive; nothing in a cell acts as markup."""
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        f"   :widths: {' '.join(str(column.width) for column in table.columns)}",
        "",
    ]
    rows = [
        [_escape(column.title) for column in table.columns],
        *(
            [_rst_cell(cell, column) for cell, column in zip(row.cells, table.columns, strict=True)]
            for row in table.rows
        ),
    ]
    for row in rows:
        lines += [f"   {'*' if number == 0 else ' '} - {cell}".rstrip() for number, cell in enumerate(row)]
    return "\n".join(lines)


def rst_text(text: str) -> str:
    """Write a text as a paragraph of reStructuredText in which nothing acts as markup."""
    return _escape(text)


def _rst_cell(cell: Cell, column: Column) -> str:
    if cell.parts:
        return ", ".join(_rst_cell(part, column) for part in cell.parts)
    # A backquote or an outer space ends or spoils a literal; such a name is set as escaped text.
    look = cell.look or column.look
    if look is Look.NAME and cell.text and "`" not in cell.text and cell.text == cell.text.strip():
        return f"``{cell.text}``"
    return _escape(cell.text)


def _escape(text: str) -> str:
    escaped = _MARKUP.sub(r"\\\1", text)
    # At the start of a cell, anything but a letter may begin a list, a field, an option or a rule.
    starts_something = escaped and (not text[0].isalnum() or re.match(r"\w+[.)](\s|$)", text))
    return f"\\{escaped}" if starts_something and escaped[0] != "\\" else escaped


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
