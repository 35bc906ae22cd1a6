"""Database calls as tables: one by one, and counted for each service; and the way of some of them as a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.model import Boundary, Entry, Flow, Message, Participant
from sphinxext.nova.present.columns import DB_CALLS
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow, several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sphinxext.nova.model import Caller, DbCall, Step

_ON_REQUEST = frozenset({"process", "drivers", "implementation", "source"})
_ROUTES = ("direct", "object", "conductor")
_MOST_CALLERS = 5


def default_columns(rows: Sequence[DbCall]) -> tuple[str, ...]:
    """Choose the columns that say something about these rows."""
    silent = set(_ON_REQUEST)
    if len({row.service for row in rows}) == 1:
        silent.add("service")
    if not any(row.object for row in rows):
        silent.add("object")
    return tuple(key for key in DB_CALLS if key not in silent)


def function_name(name: str) -> str:
    """Return what a database function is called among the others: its own name, with the class where it has one."""
    parts = name.split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 and parts[-2][:1].isupper() else parts[-1]


def accesses(translate: Callable[[str], str]) -> Mapping[str | None, str]:
    """Return the words for what functions do."""
    return {"read": translate("reads"), "write": translate("writes"), None: translate("neither")}


def ways(translate: Callable[[str], str]) -> Mapping[str, str]:
    """Return the words for the routes."""
    return {
        "direct": translate("straight"),
        "object": translate("through an object"),
        "conductor": translate("through nova-conductor"),
    }


def db_calls_table(rows: Sequence[DbCall], columns: Sequence[str], translate: Callable[[str], str]) -> Table:
    """Set database calls in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.DB_CALLS`.
    :param translate: gives a word of ours in the reader's language.
    """
    titles = {
        "service": Column("service", translate("Service"), Look.NAME, 18),
        "function": Column("function", translate("Function"), Look.NAME, 34),
        "access": Column("access", translate("Access"), Look.TEXT, 10),
        "way": Column("way", translate("Way"), Look.TEXT, 22),
        "object": Column("object", translate("Method of an object"), Look.NAME, 30, rank=2),
        "process": Column("process", translate("Done by"), Look.NAME, 18),
        "callers": Column("callers", translate("Asked by"), Look.NAME, 40),
        "drivers": Column("drivers", translate("Hypervisor drivers"), Look.NAME, 30),
        "implementation": Column("implementation", translate("Implementation"), Look.NAME, 34),
        "source": Column("source", translate("Source"), Look.NAME, 30),
    }
    does, routes = accesses(translate), ways(translate)
    notes = {
        "blocked": translate("{way}, which this process may not do"),
        "inside": translate("{way}, inside another function"),
    }
    table = []
    for row in rows:
        way = routes[row.route]
        cells = {
            "service": Cell(row.service or ""),
            "function": Cell(function_name(row.function), row.file, row.line),
            "access": Cell(does[row.access]),
            "way": Cell(notes.get(way_of(row), "{way}").format(way=way)),
            "object": several(Cell(_short(name)) for name in row.objects),
            "process": Cell(row.process or ""),
            "callers": _callers(row.callers, translate),
            "drivers": several(Cell(_short(name)) for name in row.drivers),
            "implementation": Cell(row.implementation or "", row.file, row.line),
            "source": Cell(f"{row.file}:{row.line}", row.file, row.line),
        }
        table.append(TableRow(row.function, tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def summary_table(rows: Sequence[DbCall], translate: Callable[[str], str]) -> Table:
    """Count the functions that each service reads and writes with, by each way."""
    routes = [route for route in _ROUTES if any(row.route == route for row in rows)]
    names, does = ways(translate), accesses(translate)
    columns = [Column("service", translate("Service"), Look.NAME, 22)]
    for route in routes:
        for access in ("read", "write"):
            title = translate("{access} {way}").format(access=does[access], way=names[route])
            columns.append(Column(f"{route}-{access}", title, Look.NUMBER, 14))
    is_blocked = any(row.blocked for row in rows)
    if is_blocked:
        columns.append(Column("blocked", translate("straight, but may not"), Look.NUMBER, 14))
    table = []
    for service in sorted({row.service or "" for row in rows}):
        own = [row for row in rows if (row.service or "") == service]
        cells = [Cell(service)]
        for route in routes:
            for access in ("read", "write"):
                found = [row for row in own if row.route == route and row.access == access]
                cells.append(Cell(str(sum(not row.blocked for row in found))))
        if is_blocked:
            cells.append(Cell(str(sum(row.blocked for row in own))))
        table.append(TableRow(service, tuple(cells)))
    return Table(tuple(columns), tuple(table))


def way_of(row: DbCall) -> str:
    """Return the way by which a row is chosen: its route, or that it is blocked, or inside another function."""
    return "blocked" if row.blocked else "inside" if row.inside else row.route


def is_about(row: DbCall, name: str) -> bool:
    """Tell whether a row is about the database function of this name, dotted or by its last names."""
    return name in {row.function, row.implementation, function_name(row.function)}


def ways_to(rows: Iterable[DbCall], name: str) -> tuple[Flow, ...]:
    """Return the ways to one database function as flows: one for each service that gets there.

    :param name: the function, dotted or by its last names.
    """
    by_service: dict[str, list[DbCall]] = {}
    for row in rows:
        if is_about(row, name):
            by_service.setdefault(row.service or row.callers[0].name, []).append(row)
    return tuple(_flow(service, found) for service, found in by_service.items())


def _flow(service: str, rows: Sequence[DbCall]) -> Flow:
    steps = tuple(_step(row, number) for number, row in enumerate(rows, 1))
    participants = [Participant("p1", service, "service")]
    process = next((row.process for row in rows if row.process != row.service), None)
    if process is not None:
        participants.append(Participant("p2", process, "service"))
    participants.append(Participant("database", "database", "database"))
    first = rows[0]
    entry = Entry(first.function, first.file, first.line, first.service)
    messages = tuple(step for step in steps if isinstance(step, Message))
    return Flow(entry, tuple(participants), steps, messages)


def _step(row: DbCall, number: int) -> Step:
    """Return the first of the places where a way begins, and what becomes of it."""
    caller = row.callers[0]
    if row.process == row.service or row.process is None:
        return Boundary("database", row.function, caller.file, caller.line)
    return Message(
        number=number,
        from_="p1",
        to="p2",
        method=_short(row.object) if row.object else caller.name.rpartition(".")[2],
        kind="call",
        topic="conductor",
        namespace=None,
        sender=caller.name,
        client=row.object or caller.name,
        client_file=caller.file,
        client_line=caller.line,
        endpoint=None,
        endpoint_file=None,
        endpoint_line=None,
        file=caller.file,
        line=caller.line,
        server=None,
        via=None,
        decided_by=(),
        steps=(Boundary("database", row.function, row.file, row.line),),
    )


def _callers(callers: Sequence[Caller], translate: Callable[[str], str]) -> Cell:
    shown = [Cell(_short(caller.name), caller.file, caller.line) for caller in callers[:_MOST_CALLERS]]
    if len(callers) > _MOST_CALLERS:
        shown.append(Cell(translate("and {count} more").format(count=len(callers) - _MOST_CALLERS)))
    return several(shown)


def _short(name: str) -> str:
    return ".".join(name.split(".")[-2:])
