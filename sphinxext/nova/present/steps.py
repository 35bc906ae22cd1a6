"""The steps of a picture as a table: what the diagram shows, in words, with links to the source of both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present import words
from sphinxext.nova.present.columns import RPC_FLOW
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.present.picture import End, Picture


def default_columns(picture: Picture) -> tuple[str, ...]:
    """Choose the columns that say something about these steps; the sender links to what ``sent_by`` names."""
    silent = {"sent_by"}
    if not any(said for _arrow, said in words.conditions(picture.items, str)):
        silent.add("condition")
    return tuple(key for key in RPC_FLOW if key not in silent)


def steps_table(picture: Picture, columns: Sequence[str], translate: Callable[[str], str]) -> Table:
    """Set the arrows of a picture in the given columns, in the order in which they are drawn and numbered.

    :param columns: members of :data:`~sphinxext.nova.present.columns.RPC_FLOW`.
    :param translate: gives a word of ours in the reader's language.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "number": Column("number", translate("Step"), Look.NUMBER, 6),
        "sender": Column("sender", translate("From"), Look.TEXT, 17),
        "receiver": Column("receiver", translate("To"), Look.TEXT, 17),
        "kind": Column("kind", translate("Kind"), Look.TEXT, 8),
        "method": Column("method", translate("Method"), Look.NAME, 30),
        "sent_by": Column("sent_by", translate("Sent by"), Look.NAME, 28),
        "condition": Column("condition", translate("Only if"), Look.NAME, 30),
    }
    names = words.names(picture.lifelines, translate)
    kinds = words.kinds(translate)
    rows = []
    for arrow, said in words.conditions(picture.items, translate):
        cells = {
            "number": Cell(str(arrow.number)),
            "sender": _cell(names[arrow.from_], arrow.sender),
            "receiver": Cell(names[arrow.to]),
            "kind": Cell(kinds[arrow.kind]),
            "method": _cell(arrow.text, arrow.receiver),
            "sent_by": _cell(_short(arrow.sender.name), arrow.sender),
            "condition": Cell("; ".join(said)),
        }
        rows.append(TableRow(str(arrow.number), tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(rows))


def _cell(text: str, end: End) -> Cell:
    return Cell(text, end.file, end.line)


def _short(name: str) -> str:
    """Leave the class and the method of a dotted name."""
    return ".".join(name.split(".")[-2:])
