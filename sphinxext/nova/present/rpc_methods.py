"""What can be asked over RPC as a table: both ends of each message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present.columns import RPC_METHODS
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow, several

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.model import RpcMethod

_ON_REQUEST = frozenset({"arguments"})
"""Columns that few readers ask for."""


def default_columns(rows: Sequence[RpcMethod]) -> tuple[str, ...]:
    """Choose the columns that say something about these rows."""
    silent = set(_ON_REQUEST)
    if len({row.topic for row in rows}) == 1:
        silent.add("topic")
    if not any(row.namespace for row in rows):
        silent.add("namespace")
    if not any(row.versions for row in rows):
        silent.add("versions")
    if not any(row.callers for row in rows):
        silent.add("callers")
    return tuple(key for key in RPC_METHODS if key not in silent)


def method_name(row: RpcMethod) -> str:
    """Return what a method is called among those of all topics: ``compute.prep_resize``."""
    return f"{row.topic}.{row.method}" if row.topic else row.method


def rpc_methods_table(rows: Sequence[RpcMethod], columns: Sequence[str], translate: Callable[[str], str]) -> Table:
    """Set RPC methods in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.RPC_METHODS`.
    :param translate: gives a word of ours in the reader's language.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "method": Column("method", translate("Method"), Look.NAME, 30),
        "topic": Column("topic", translate("Topic"), Look.NAME, 12),
        "namespace": Column("namespace", translate("Namespace"), Look.NAME, 18, rank=3),
        "kind": Column("kind", translate("Kind"), Look.NAME, 14),
        "versions": Column("versions", translate("Version"), Look.NAME, 11, rank=1),
        "client": Column("client", translate("Client"), Look.NAME, 34, rank=2),
        "endpoint": Column("endpoint", translate("Endpoint"), Look.NAME, 34),
        "arguments": Column("arguments", translate("Arguments"), Look.NAME, 34),
        "callers": Column("callers", translate("Called by"), Look.NAME, 40),
    }
    nobody, nothing = translate("no client"), translate("no endpoint")
    table = []
    for row in rows:
        cells = {
            "method": Cell(row.method),
            "topic": Cell(row.topic or ""),
            "namespace": Cell(row.namespace or ""),
            "kind": several(Cell(kind) for kind in row.kind),
            "versions": several(Cell(version) for version in row.versions),
            "client": _end(row.client, row.client_file, row.client_line, nobody),
            "endpoint": _end(row.endpoint, row.endpoint_file, row.endpoint_line, nothing),
            "arguments": several(Cell(name) for name in row.arguments),
            "callers": several(Cell(_short(caller.name), caller.file, caller.line) for caller in row.callers or ()),
        }
        table.append(TableRow(method_name(row), tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def _end(name: str | None, file: str | None, line: int | None, missing: str) -> Cell:
    """Name one end of a message by its class and method; say so where there is none."""
    return Cell(missing, look=Look.TEXT) if name is None else Cell(_short(name), file, line)


def _short(name: str) -> str:
    """Return the last two parts of a dotted name: the class and the method, or the module and the function."""
    return ".".join(name.split(".")[-2:])
