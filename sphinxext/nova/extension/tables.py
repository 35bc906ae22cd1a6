"""Tables of :mod:`sphinxext.nova.present` as docutils nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docutils import nodes

from sphinxext.nova.extension.names import nova_name, words
from sphinxext.nova.present.tables import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sphinxext.nova.present.tables import Cell, Column, Table, TableRow


_SENTENCE = 40
"""How many characters of a text make its column at least so wide that it can be read."""


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes nodes of cells.

    ``link`` gives the address of a cell's place, or ``None``; ``anchor`` makes the target that references to a row
    lead to; ``written`` gives the paragraph that the page itself has for a row's column, if any.
    """

    link: Callable[[Cell], str | None]
    anchor: Callable[[TableRow], Sequence[nodes.Node]]
    written: Callable[[TableRow, Column], nodes.paragraph | None]

    def table(self, table: Table, titles: Iterable[nodes.TextElement]) -> nodes.table:
        """Make a table with a head and a first column of row headers."""
        group = nodes.tgroup(cols=len(table.columns))
        for number, column in enumerate(table.columns):
            group += nodes.colspec(colwidth=column.width, stub=int(number == 0))
        titles_row = nodes.row("", *(nodes.entry("", _paragraph(column, column.title)) for column in table.columns))
        group += nodes.thead("", titles_row)
        group += nodes.tbody(
            "", *(nodes.row("", *(nodes.entry("", *cell) for cell in self._cells(table, row))) for row in table.rows)
        )
        return nodes.table("", *titles, group, classes=["nova-table", "colwidths-given"])

    def tree(self, table: Table) -> nodes.bullet_list:
        """Make nested lists of the rows by their level: the first cell, then what the others say."""
        root = nodes.bullet_list(classes=["nova-tree"], bullet="-")
        lists = [root]
        for row in table.rows:
            while len(lists) > row.level + 1:
                lists.pop()
            if len(lists) <= row.level:
                inner = nodes.bullet_list(bullet="-")
                lists[-1].children[-1].append(inner)  # type: ignore[attr-defined]
                lists.append(inner)
            first, *others = (paragraphs[0] for paragraphs in self._cells(table, row))
            for column, cell, other in zip(table.columns[1:], row.cells[1:], others, strict=True):
                if cell.text or (column.look is Look.TEXT and other.children):
                    said = f"{column.title}: " if column.look is Look.NUMBER else ""
                    first += nodes.Text(f" – {said}")
                    first += other.children
            lists[-1] += nodes.list_item("", first)
        return root

    def _cells(self, table: Table, row: TableRow) -> Iterator[Sequence[nodes.paragraph]]:
        for number, (cell, column) in enumerate(zip(row.cells, table.columns, strict=True)):
            written = self.written(row, column)
            parts = cell.paragraphs or (cell,)
            paragraphs = [written] if written else [self._paragraph(part, column) for part in parts]
            if number == 0:
                paragraphs[0][:0] = self.anchor(row)
            yield paragraphs

    def _paragraph(self, cell: Cell, column: Column) -> nodes.paragraph:
        paragraph = _paragraph(column)
        if column.look is Look.TEXT and len(cell.text) > _SENTENCE:
            paragraph["classes"].append("nova-prose")
        # What a checkout says is shown as it is; a quotation mark in it stays one.
        paragraph["support_smartquotes"] = False
        for number, part in enumerate(cell.parts or (cell,) if cell.text else ()):
            if number:
                paragraph += nodes.Text(", ")
            paragraph += self._inline(part, column)
        return paragraph

    def _inline(self, cell: Cell, column: Column) -> nodes.Node:
        is_name = (cell.look or column.look) is Look.NAME
        inner = nova_name(cell.text, cell.text) if is_name else words(cell.text)
        if uri := self.link(cell):
            inner = nodes.reference("", "", inner, internal=False, refuri=uri)
        return inner


def _paragraph(column: Column, text: str = "") -> nodes.paragraph:
    return nodes.paragraph("", text, classes=["nova-number"] if column.look is Look.NUMBER else [])
