"""Periodic tasks as a table, with the interval in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present.columns import PERIODIC_TASKS
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sphinxext.nova.model import PeriodicTask, TaskOption

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_ON_REQUEST = frozenset({"manager", "starts", "source"})
"""Columns that say what few readers ask; the first and the last are in the link of the task's name, too."""


def default_columns(rows: Sequence[PeriodicTask]) -> tuple[str, ...]:
    """Choose the columns that say something about these rows."""
    silent = set(_ON_REQUEST)
    if len({row.services for row in rows}) == 1:
        silent.add("services")
    if not any(row.option for row in rows):
        silent |= {"option", "default"}
    if not any(row.tests_options for row in rows):
        silent.add("tests")
    if not any(row.description for row in rows):
        silent.add("description")
    return tuple(key for key in PERIODIC_TASKS if key not in silent)


def task_name(row: PeriodicTask) -> str:
    """Return what a task is called among those of all managers: ``ComputeManager._sync_power_states``."""
    return f"{row.manager.rpartition('.')[2]}.{row.task}"


def option_name(name: str) -> str:
    """Return an option as it stands in a configuration file: ``[image_cache] manager_interval``."""
    group, _, last = name.rpartition(".")
    return f"[{group}] {last}" if group else last


def option_default(option: TaskOption) -> str:
    """Return the default of an option: its value, or what its author wrote where only running tells the value."""
    if option.default is None:
        return option.default_text or ("None" if option.file else "")
    return str(option.default)


def interval(row: PeriodicTask, translate: Callable[[str], str]) -> str:
    """Say in words how often a task runs."""
    if not row.enabled:
        return translate("never (disabled)")
    if row.interval is None:
        return translate("when the next task is due") if row.each_pass else translate("only running tells")
    often = _every(row.interval, translate)
    if row.each_pass:
        often = translate("at each pass of the loop, {interval}").format(interval=often)
    if row.disabled_by:
        often = translate("{interval}, but does nothing by default").format(interval=often)
    return often


def periodic_tasks_table(
    rows: Sequence[PeriodicTask], columns: Sequence[str], translate: Callable[[str], str]
) -> Table:
    """Set periodic tasks in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.PERIODIC_TASKS`.
    :param translate: gives a word of ours in the reader's language.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "task": Column("task", translate("Task"), Look.NAME, 30),
        "manager": Column("manager", translate("Manager"), Look.NAME, 22),
        "services": Column("services", translate("Services"), Look.NAME, 20),
        "interval": Column("interval", translate("How often"), Look.TEXT, 22),
        "option": Column("option", translate("Option"), Look.NAME, 30),
        "default": Column("default", translate("Default"), Look.NAME, 9),
        "starts": Column("starts", translate("First run"), Look.TEXT, 18),
        "tests": Column("tests", translate("Tests first"), Look.NAME, 26),
        "description": Column("description", translate("What it does"), Look.TEXT, 44),
        "source": Column("source", translate("Source"), Look.NAME, 30),
    }
    at_once, later = translate("shortly after the start"), translate("after the first interval")
    table = []
    for row in rows:
        shown = {option.name: option_default(option) for option in row.options}
        cells = {
            "task": Cell(printable(row.task), row.file, row.line),
            "manager": Cell(printable(row.manager.rpartition(".")[2])),
            "services": Cell(", ".join(row.services)),
            "interval": Cell(interval(row, translate)),
            "option": Cell(option_name(row.option) if row.option else ""),
            "default": Cell(printable(shown.get(row.option, "")) if row.option else ""),
            "starts": Cell((at_once if row.run_immediately else later) if row.enabled else ""),
            "tests": Cell(", ".join(map(option_name, row.tests_options))),
            "description": Cell(printable(row.description or "")),
            "source": Cell(f"{printable(row.file)}:{row.line}", row.file, row.line),
        }
        table.append(TableRow(task_name(row), tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def _every(seconds: float, translate: Callable[[str], str]) -> str:
    for unit, one, several in (
        (_DAY, translate("every day"), translate("every {number} days")),
        (_HOUR, translate("every hour"), translate("every {number} hours")),
        (_MINUTE, translate("every minute"), translate("every {number} minutes")),
    ):
        if seconds and not seconds % unit:
            return one if seconds == unit else several.format(number=f"{seconds / unit:g}")
    return (
        translate("every second") if seconds == 1 else translate("every {number} seconds").format(number=f"{seconds:g}")
    )
