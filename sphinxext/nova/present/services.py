"""Services and commands as tables, and the steps in which they start."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from sphinxext.nova.present.columns import SERVICES
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow, several

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sphinxext.nova.model import Service, StartStep

_ON_REQUEST = frozenset({"starts_at", "source"})
"""Columns that say what few readers ask; the place is in the link of the name, too."""

_AS_WRITTEN = frozenset({"workers", "rpc_server", "application"})
"""Steps whose name is no dotted one."""


def default_columns(rows: Sequence[Service]) -> tuple[str, ...]:
    """Choose the columns that say something about these rows."""
    said = {
        "topics": any(row.topics for row in rows),
        "manager": any(row.manager for row in rows),
        "endpoints": any(row.endpoints for row in rows),
        "workers": any(row.workers for row in rows),
        "option": any(row.workers_option for row in rows),
        "default": any(row.workers_default is not None for row in rows),
    }
    return tuple(key for key in SERVICES if said.get(key, True) and key not in _ON_REQUEST)


def kinds(translate: Callable[[str], str]) -> Mapping[str, str]:
    """Return the words for the kinds of processes."""
    return {
        "wsgi": translate("WSGI application"),
        "multi-process": translate("several worker processes"),
        "single-process": translate("one process"),
        "proxy": translate("proxy"),
        "all-in-one": translate("starts other services"),
        "command": translate("command"),
    }


def services_table(rows: Sequence[Service], columns: Sequence[str], translate: Callable[[str], str]) -> Table:
    """Set services in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.SERVICES`.
    :param translate: gives a word of ours in the reader's language.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "binary": Column("binary", translate("Command"), Look.NAME, 22),
        "kind": Column("kind", translate("Kind"), Look.TEXT, 20),
        "topics": Column("topics", translate("Topics"), Look.NAME, 18, rank=2),
        "manager": Column("manager", translate("Manager"), Look.NAME, 22),
        "endpoints": Column("endpoints", translate("Further endpoints"), Look.NAME, 24, rank=4),
        "workers": Column("workers", translate("Workers"), Look.NAME, 30, rank=5),
        "option": Column("option", translate("Option"), Look.NAME, 22, rank=3),
        "default": Column("default", translate("Default"), Look.NAME, 9, rank=5),
        "database": Column("database", translate("Database"), Look.TEXT, 18),
        "starts_at": Column("starts_at", translate("Starts at"), Look.NAME, 30),
        "source": Column("source", translate("Source"), Look.NAME, 30),
    }
    words = kinds(translate)
    missing = translate("{kind}; its module is not there")
    table = []
    for row in rows:
        kind = words[row.kind]
        options = (row.workers_option or "").split(", ")
        cells = {
            "binary": Cell(row.binary, row.file, row.line),
            "kind": Cell(missing.format(kind=kind) if row.missing else kind),
            "topics": several(Cell(topic) for topic in row.topics),
            "manager": Cell((row.manager or "").rpartition(".")[2]),
            "endpoints": several(Cell(name.rpartition(".")[2]) for name in row.endpoints),
            "workers": Cell(row.workers or ""),
            "option": several(Cell(_option(name)) for name in options if name),
            "default": Cell(_default(row)),
            "database": Cell(_way(row, translate)),
            "starts_at": Cell(row.entry_point, row.file, row.line),
            "source": Cell(f"{row.file}:{row.line}", row.file, row.line),
        }
        table.append(TableRow(row.binary, tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def _way(row: Service, translate: Callable[[str], str]) -> str:
    """Say how a process reaches the database; nothing where that is not known."""
    if row.database is None:
        return ""
    project = row.binary.partition("-")[0]
    if row.database == "conductor":
        return translate("through {service}").format(service=f"{project}-conductor")
    return translate("directly")


def steps_table(rows: Sequence[Service], translate: Callable[[str], str]) -> Table:
    """Set the steps in which services start, in the order in which they take them, one below the other."""
    words = step_words(translate)
    titles = (
        Column("binary", translate("Command"), Look.NAME, 20),
        Column("step", translate("What it does"), Look.TEXT, 30),
        Column("name", translate("Which"), Look.NAME, 50),
        Column("source", translate("Source"), Look.NAME, 30),
    )
    table = [
        TableRow(
            row.binary,
            (
                Cell(row.binary, row.file, row.line),
                Cell(words.get(step.what, step.what)),
                _step(step),
                Cell(f"{step.file}:{step.line}", step.file, step.line),
            ),
        )
        for row in rows
        for step in row.start or ()
    ]
    return Table(titles, tuple(table))


def compared_table(rows: Sequence[Service], translate: Callable[[str], str]) -> Table:
    """Set the steps in which services start side by side: a row for what is done, a column for each service."""
    words = step_words(translate)
    titles = (
        Column("step", translate("Step"), Look.TEXT, 24),
        *(Column(row.binary, row.binary, Look.NAME, 36) for row in rows),
    )
    table = []
    for what in _order([[step.what for step in row.start or ()] for row in rows]):
        cells = [several(_step(step, short_name) for step in row.start or () if step.what == what) for row in rows]
        table.append(TableRow(what, (Cell(words.get(what, what)), *cells)))
    return Table(titles, tuple(table))


def _order(sequences: Sequence[Sequence[str]]) -> list[str]:
    """Return every step once, as far as it can be in the order of all sequences."""
    order: list[str] = []
    for sequence in sequences:
        place = 0
        for what in sequence:
            if what in order:
                place = max(place, order.index(what) + 1)
            else:
                order.insert(place, what)
                place += 1
    return order


def step_words(translate: Callable[[str], str]) -> Mapping[str, str]:
    """Return the words for what a process does while it starts."""
    return {
        "main": translate("starts at"),
        "database": translate("keeps away from the database"),
        "launcher": translate("makes a launcher"),
        "create": translate("makes the service"),
        "manager": translate("makes the manager"),
        "application": translate("loads the application"),
        "proxy": translate("makes the proxy"),
        "service": translate("makes a service of"),
        "serve": translate("runs it"),
        "workers": translate("in so many processes"),
        "init_host": translate("prepares the host"),
        "pre_start_hook": translate("before it listens"),
        "rpc_server": translate("listens to the topic"),
        "listen": translate("listens for requests"),
        "post_start_hook": translate("after it listens"),
        "join": translate("joins the service group"),
        "report_state": translate("reports that it is alive, again and again"),
        "periodic_tasks": translate("runs its periodic tasks, again and again"),
    }


def _step(step: StartStep, shown: Callable[[StartStep], str] = attrgetter("name")) -> Cell:
    return Cell(shown(step), step.file, step.line)


def short_name(step: StartStep) -> str:
    """Return the last two parts of a dotted name, which tell it from the others."""
    return step.name if step.what in _AS_WRITTEN else ".".join(step.name.split(".")[-2:])


def _option(name: str) -> str:
    """Return an option as it stands in a configuration file: ``[conductor] workers``."""
    group, _, last = name.rpartition(".")
    return f"[{group}] {last}" if group else last


def _default(row: Service) -> str:
    if row.workers_default is not None:
        return str(row.workers_default)
    return "None" if row.workers_option else ""
