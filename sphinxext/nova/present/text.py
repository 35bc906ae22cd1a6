"""Tables for a terminal, and as reStructuredText to paste into a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from sphinxext.nova.present.breaking import pieces
from sphinxext.nova.present.tables import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.present.tables import Cell, Column, Table

_LONGEST_TEXT = 72
_LEAST = 13
"""How narrow a column may become if none of its words is longer."""
_CAPS = (24, 20, 16)
"""How wide at most a column has to be at least: a comfortable width, and what is tried before columns are left out."""
_STEPS = ((2, _CAPS[0]), (2, _CAPS[1]), (1, _CAPS[1]), (1, _CAPS[2]), (0, _CAPS[2]))
"""Columns of which rank at least are left out, and with which cap, until the table has room."""
_PROSE = 36
"""The relative width from which on a column has sentences in it."""
_HANGING = 2
_BETWEEN = 2
"""How many spaces are between two columns."""
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
"""The categories of characters that stand upon, or between, others."""
_BOLD, _DIM = "1", "2"
_ALSO = re.compile(r"(?<=\w-)(?=\w)|(?<=[(\[])(?=[^\s()\[\]])")
_MARKUP = re.compile(r"([\\*`|_:])")


def text_table(table: Table, width: int | None = None, *, styled: bool = False) -> str:
    """Align a table for people who read it on a terminal, where a full-width character takes two columns.

    What is wider than its column goes on in the next line, names after a dot, an underscore or a slash. Columns for
    which there is no room are left out, which the last line says.

    :param width: how many columns the terminal has; ``None``: any number.
    :param styled: set the titles in bold type, as a terminal understands it.
    """
    shown, widths = _fitted(table, width)
    rows = [[cell for cell, is_shown in zip(row.cells, shown, strict=True) if is_shown] for row in table.rows]
    columns = [column for column, is_shown in zip(table.columns, shown, strict=True) if is_shown]
    head = [_wrapped(column.title, room) for column, room in zip(columns, widths, strict=True)]
    lines = [_styled(line, _BOLD, styled=styled) for line in _aligned(head, columns, widths)]
    lines.append(_styled((" " * _BETWEEN).join("-" * room for room in widths), _DIM, styled=styled))
    for row in rows:
        cells = [
            _wrapped(cell.text, room, hanging=_HANGING if (cell.look or column.look) is Look.NAME else 0)
            for cell, column, room in zip(row, columns, widths, strict=True)
        ]
        lines += _aligned(cells, columns, widths)
    if hidden := [column.title for column, is_shown in zip(table.columns, shown, strict=True) if not is_shown]:
        # No line of a terminal may be longer than the terminal.
        lines += ["", *_wrapped(f"Columns without room: {', '.join(hidden)}.", width or _LONGEST_TEXT)]
    return "\n".join(lines)


def _fitted(table: Table, width: int | None) -> tuple[list[bool], list[int]]:
    """Choose the columns for which there is room, and how wide each of those is."""
    numbers = range(len(table.columns))
    sizes = [_size(table, number) for number in numbers]
    shown = [True] * len(numbers)
    if width is None:
        return shown, [most for _longest, most in sizes]
    ranges: list[tuple[int, int]] = []
    for rank, cap in _STEPS:
        ranges = [(min(most, max(_LEAST, min(longest, cap))), most) for longest, most in sizes]
        while _needed(ranges, shown) > width:
            droppable = [
                number for number in numbers if number and shown[number] and table.columns[number].rank >= rank
            ]
            if not droppable:
                break
            # Of those that are least needed, the last.
            shown[max(droppable, key=lambda number: (table.columns[number].rank, number))] = False
        else:
            break
    kept = [one for one, is_shown in zip(ranges, shown, strict=True) if is_shown]
    return shown, _shrunk(kept, width - _BETWEEN * (len(kept) - 1))


def _needed(ranges: list[tuple[int, int]], shown: list[bool]) -> int:
    """Return how wide a table is at least."""
    kept = [least for (least, _most), is_shown in zip(ranges, shown, strict=True) if is_shown]
    return sum(kept) + _BETWEEN * (len(kept) - 1)


def _size(table: Table, number: int) -> tuple[int, int]:
    """Return how wide the longest part of a column's texts is, from which on a line may end, and the longest text."""
    column = table.columns[number]
    texts = {column.title, *(row.cells[number].text for row in table.rows)}
    most = max(map(_width, texts))
    if column.look is Look.NUMBER:
        return most, most
    if column.look is Look.NAME and number == 0:
        # What the row is about is rather left in one line.
        return _CAPS[0], most
    if column.look is Look.TEXT and column.width >= _PROSE:
        return _CAPS[0], max(_width(column.title), min(most, _LONGEST_TEXT))
    words = {word for text in texts for word in text.split()}
    longest = max((_width(part) for word in words for part in _pieces(word)), default=0)
    # Room for what is indented after a break.
    return (longest + _HANGING if column.look is Look.NAME else longest), most


def _shrunk(ranges: list[tuple[int, int]], width: int) -> list[int]:
    """Take from the widest columns until all have room; only a single column becomes narrower than it is at least."""
    widths = [most for _least, most in ranges]
    while (over := sum(widths) - width) > 0:
        there = [number for number, (least, _most) in enumerate(ranges) if widths[number] > least]
        if not there:
            return [max(1, width)] if len(ranges) == 1 else widths
        widest = max(there, key=lambda number: widths[number])
        next_one = max((widths[number] for number in there if widths[number] < widths[widest]), default=0)
        step = min(over, max(1, widths[widest] - next_one), widths[widest] - ranges[widest][0])
        widths[widest] -= step
    return widths


def _aligned(cells: list[list[str]], columns: list[Column], widths: list[int]) -> Iterator[str]:
    """Give the lines of one row, each of whose cells has lines of its own."""
    for number in range(max(map(len, cells))):
        yield (
            (" " * _BETWEEN)
            .join(
                _pad(cell[number] if number < len(cell) else "", width, right=column.look is Look.NUMBER)
                for cell, width, column in zip(cells, widths, columns, strict=True)
            )
            .rstrip()
        )


def _wrapped(text: str, width: int, *, hanging: int = 0) -> list[str]:
    """Break a text into lines: between words, else between the parts of a name, else anywhere.

    :param hanging: how far lines are indented that begin within a name.
    """
    if _width(text) <= width:
        return [text]
    hanging = hanging if width > _LEAST - hanging else 0
    lines, line, used = [], "", 0
    for word in text.split(" "):
        parts = _pieces(word) or [""]
        room = _width(word) + (1 if line else 0)
        if line and used + room > width and _width(word) <= width:
            lines.append(line)
            line, used = "", 0
        elif line:
            line, used = f"{line} ", used + 1
        for part in parts:
            size = _width(part)
            if line.strip() and used + size > width:
                lines.append(line.rstrip())
                line, used = " " * hanging, hanging
            while used + size > width:
                taken = _prefix(part, max(1, width - used))
                lines.append(line + taken)
                part, line, used = part[len(taken) :], " " * hanging, hanging  # noqa: PLW2901 - what is left of it
                size = _width(part)
            line, used = line + part, used + size
    return [*lines, line] if line.strip() or not lines else lines


def _pieces(word: str) -> list[str]:
    """Return the parts of a word between which a line may end: on a terminal, after hyphens and brackets as well."""
    return [part for piece in pieces(word) for part in _ALSO.split(piece)]


def _prefix(text: str, width: int) -> str:
    """Return as many characters as have room, and one at least."""
    used = 0
    for place, character in enumerate(text):
        used += _width(character)
        if used > width and place:
            return text[:place]
    return text


def _styled(line: str, style: str, *, styled: bool) -> str:
    return f"\x1b[{style}m{line}\x1b[0m" if styled else line


def paragraph(text: str, width: int) -> str:
    """Break a text into lines of a terminal."""
    return "\n".join(_wrapped(text, width))


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
    if text.isascii():
        return len(text)
    return sum(
        2 if east_asian_width(character) in "WF" else 0 if category(character) in _NO_WIDTH else 1 for character in text
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
