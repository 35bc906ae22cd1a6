"""A flow as a table of its messages, in the order in which they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.model import Flow


def rpc_flow_table(flows: Sequence[Flow], translate: Callable[[str], str]) -> Table:
    """Set the messages of flows, each once.

    :param translate: gives a word of ours in the reader's language.
    """
    columns = (
        Column("number", translate("No."), Look.NUMBER, 6),
        Column("from", translate("From"), Look.NAME, 18),
        Column("to", translate("To"), Look.NAME, 18),
        Column("kind", translate("Kind"), Look.NAME, 8),
        Column("method", translate("Method"), Look.NAME, 30),
        Column("sent", translate("Sent in"), Look.NAME, 30),
    )
    rows = []
    for flow in flows:
        names = {one.id: f"{one.name} ({one.host})" if one.host is not None else one.name for one in flow.participants}
        for message in flow.messages:
            cells = (
                Cell(str(message.number)),
                Cell(names[message.from_]),
                Cell(names[message.to]),
                Cell(message.kind),
                Cell(message.method, message.endpoint_file, message.endpoint_line),
                Cell(f"{message.file}:{message.line}", message.file, message.line),
            )
            rows.append(TableRow(f"{message.topic}.{message.method}", cells))
    return Table(columns, tuple(rows))
