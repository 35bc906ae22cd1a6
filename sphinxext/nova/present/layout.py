"""The layout of a checkout as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.model import Role
from sphinxext.nova.present.columns import LAYOUT
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.model import LayoutRow


def default_columns(rows: Sequence[LayoutRow]) -> tuple[str, ...]:
    """Choose the columns that say something about these rows."""
    silent = set()
    if not any(row.service for row in rows):
        silent.add("service")
    if not any(row.role for row in rows):
        silent.add("role")
    if all(row.kind == "file" for row in rows):
        silent.add("files")
    return tuple(key for key in LAYOUT if key not in silent)


def layout_table(rows: Sequence[LayoutRow], columns: Sequence[str], translate: Callable[[str], str]) -> Table:
    """Set the rows of a layout in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.LAYOUT`.
    :param translate: gives a word of ours in the reader's language.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "path": Column("path", translate("Path"), Look.NAME, 28),
        "description": Column("description", translate("What it is for"), Look.TEXT, 50),
        "service": Column("service", translate("Service"), Look.NAME, 22),
        "role": Column("role", translate("Role"), Look.TEXT, 20, rank=2),
        "files": Column("files", translate("Files"), Look.NUMBER, 8, rank=3),
        "lines": Column("lines", translate("Lines"), Look.NUMBER, 9),
    }
    roles = {
        Role.API: translate("caller's side"),
        Role.RPCAPI: translate("caller's side, over RPC"),
        Role.MANAGER: translate("the service itself"),
        Role.TASKS: translate("tasks"),
    }
    table = []
    for row in rows:
        cells = {
            "path": Cell(row.path + "/" * (row.kind == "folder"), place=row.path),
            "description": Cell(row.description or ""),
            "service": Cell(row.service or ""),
            "role": Cell(roles[row.role] if row.role else ""),
            "files": Cell(f"{row.files:,}"),
            "lines": Cell("" if row.lines is None else f"{row.lines:,}"),
        }
        table.append(TableRow(row.path, tuple(cells[key] for key in columns), row.depth))
    return Table(tuple(titles[key] for key in columns), tuple(table))
