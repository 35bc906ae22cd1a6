"""Periodic tasks and the options that they depend on as tables, with the interval in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinxext.nova.present.choice import EXTERNAL, lifeline_of
from sphinxext.nova.present.columns import PERIODIC_TASKS
from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow, long_text, several

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sphinxext.nova.model import PeriodicTask, TaskOption

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*[*-] )")
"""Help texts are written like reStructuredText; an item of a list is set as a paragraph of its own."""

_ON_REQUEST = frozenset({"manager", "starts", "source"})
"""Columns that say what few readers ask; the first and the last are in the link of the task's name, too."""


def default_columns(rows: Sequence[PeriodicTask], *, options_apart: bool = False) -> tuple[str, ...]:
    """Choose the columns that say something about these rows.

    :param options_apart: a second table says what the options are, by default and for.
    """
    silent = set(_ON_REQUEST)
    if options_apart:
        silent |= {"default", "tests"}
    if len({row.services for row in rows}) == 1:
        silent.add("services")
    if not any(row.option for row in rows):
        silent |= {"option", "default"}
    if not any(row.tests_options for row in rows):
        silent.add("tests")
    if all(row.talks_to is None for row in rows):
        silent.add("talks_to")
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
    """Say in words how often a task runs when nothing is configured, and why where it never does anything."""
    option = next((option for option in row.options if option.name == row.disabled_by), None)
    setting = f"{option_name(option.name)} = {option_default(option)}" if option else ""
    if not row.enabled:
        if not setting:
            return translate("never: the source switches it off")
        return translate("never, while {setting}").format(setting=setting)
    if row.interval is None:
        return translate("when the next task is due") if row.each_pass else translate("only running tells")
    often = _every(row.interval, translate)
    if row.each_pass:
        often = translate("at each pass of the loop, {interval}").format(interval=often)
    if row.disabled_by:
        often = translate("{interval}; does nothing while {setting}").format(
            interval=often, setting=setting or option_name(row.disabled_by)
        )
    return often


def periodic_tasks_table(
    rows: Sequence[PeriodicTask],
    columns: Sequence[str],
    translate: Callable[[str], str],
    external: Mapping[str, str] = EXTERNAL,
) -> Table:
    """Set periodic tasks in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.PERIODIC_TASKS`.
    :param translate: gives a word of ours in the reader's language.
    :param external: what is outside, by the beginnings of dotted names, as in :data:`~.choice.EXTERNAL`.
    """
    # Written out, one by one, so that the message extractor finds them.
    titles = {
        "task": Column("task", translate("Task"), Look.NAME, 30),
        "manager": Column("manager", translate("Manager"), Look.NAME, 22),
        "services": Column("services", translate("Services"), Look.NAME, 20),
        "interval": Column("interval", translate("How often"), Look.TEXT, 36),
        "option": Column("option", translate("Option"), Look.NAME, 30, rank=2),
        "default": Column("default", translate("Default"), Look.NAME, 14, rank=3),
        "starts": Column("starts", translate("First run"), Look.TEXT, 18),
        "tests": Column("tests", translate("Options it tests"), Look.NAME, 26, rank=4),
        "talks_to": Column("talks_to", translate("Talks to"), Look.NAME, 34),
        "description": Column("description", translate("What it does"), Look.TEXT, 38),
        "source": Column("source", translate("Source"), Look.NAME, 30),
    }
    at_once, later = translate("shortly after the start"), translate("after the first interval")
    table = []
    for row in rows:
        options = {option.name: option for option in row.options}
        of_interval = options.get(row.option) if row.option else None
        cells = {
            "task": Cell(row.task, row.file, row.line),
            "manager": Cell(row.manager.rpartition(".")[2]),
            "services": several(Cell(service) for service in row.services),
            "interval": Cell(interval(row, translate)),
            "option": _option_cell(of_interval) if of_interval else Cell(""),
            "default": Cell(option_default(of_interval) if of_interval else ""),
            "starts": Cell(_starts(row, at_once, later)),
            "tests": several(_option_cell(options[name]) for name in row.tests_options),
            "talks_to": several(Cell(name) for name in _partners(row, external)),
            "description": Cell(row.description or ""),
            "source": _place(row.file, row.line),
        }
        table.append(TableRow(task_name(row), tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def options_table(
    rows: Iterable[PeriodicTask], columns: Sequence[str], translate: Callable[[str], str], *, whole: bool = False
) -> Table:
    """Set the options that periodic tasks depend on, each once, in the given columns.

    :param columns: members of :data:`~sphinxext.nova.present.columns.OPTIONS`.
    :param whole: give the whole help text, and not only its first paragraph.
    """
    titles = {
        "option": Column("option", translate("Option"), Look.NAME, 34, rank=2),
        "default": Column("default", translate("Default"), Look.NAME, 17, rank=3),
        "help": Column("help", translate("Help"), Look.TEXT, 52),
        "tasks": Column("tasks", translate("Tasks"), Look.NAME, 34),
        "source": Column("source", translate("Source"), Look.NAME, 30),
    }
    found: dict[str, tuple[TaskOption, dict[str, Cell]]] = {}
    for row in rows:
        for option in row.options:
            _, tasks = found.setdefault(option.name, (option, {}))
            tasks.setdefault(row.task, Cell(row.task, row.file, row.line))
    table = []
    for name, (option, tasks) in sorted(found.items()):
        paragraphs = [" ".join(part.split()) for part in _PARAGRAPH.split(option.help or "") if part.strip()]
        cells = {
            "option": _option_cell(option),
            "default": Cell(option_default(option)),
            "help": long_text(paragraphs if whole else paragraphs[:1]),
            "tasks": several(tasks.values()),
            "source": _place(option.file, option.line),
        }
        table.append(TableRow(name, tuple(cells[key] for key in columns)))
    return Table(tuple(titles[key] for key in columns), tuple(table))


def _starts(row: PeriodicTask, at_once: str, later: str) -> str:
    # When a timer first goes off is for the call that starts it to say.
    if not row.enabled or row.form == "timer":
        return ""
    return at_once if row.run_immediately else later


def _partners(row: PeriodicTask, external: Mapping[str, str]) -> Iterable[str]:
    """Give each once whom a task talks to; what is outside by the name of its lifeline, where it has one."""
    return dict.fromkeys(lifeline_of(name, external) or name for name in row.talks_to or ())


def _option_cell(option: TaskOption) -> Cell:
    return Cell(option_name(option.name), option.file, option.line)


def _place(file: str | None, line: int | None) -> Cell:
    return Cell(f"{file}:{line}", file, line) if file else Cell("")


def _every(seconds: float, translate: Callable[[str], str]) -> str:
    for unit, one, more in (
        (_DAY, translate("every day"), translate("every {number} days")),
        (_HOUR, translate("every hour"), translate("every {number} hours")),
        (_MINUTE, translate("every minute"), translate("every {number} minutes")),
    ):
        if seconds and not seconds % unit:
            words = one if seconds == unit else more.format(number=f"{seconds / unit:g}")
            return translate("{words} ({number} s)").format(words=words, number=f"{seconds:g}")
    return (
        translate("every second") if seconds == 1 else translate("every {number} seconds").format(number=f"{seconds:g}")
    )
