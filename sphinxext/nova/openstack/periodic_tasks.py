"""What runs by itself, and how often: the periodic tasks of a checkout's services."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.escaping import json_number
from sphinxext.nova.model import Answer, Kind, PeriodicTask, Problem, QuestionError, Source
from sphinxext.nova.openstack import mentions
from sphinxext.nova.openstack.decorated import DECORATOR, decorated
from sphinxext.nova.openstack.docstrings import summary
from sphinxext.nova.openstack.forms import PERIODICS, unread, unread_tasks
from sphinxext.nova.openstack.managers import managers, running
from sphinxext.nova.openstack.options import exact, plain
from sphinxext.nova.openstack.overridden import METHOD, reaching, steps
from sphinxext.nova.openstack.runner import period
from sphinxext.nova.openstack.tested import Tested, tested
from sphinxext.nova.openstack.timers import STARTERS, timers
from sphinxext.nova.program import ClassDef, Options, mro

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.model import TaskOption
    from sphinxext.nova.openstack.decorated import Decorated
    from sphinxext.nova.openstack.options import Use
    from sphinxext.nova.openstack.overridden import Step
    from sphinxext.nova.openstack.timers import Timer
    from sphinxext.nova.program import Module, Program

_MOST_NEAR: Final = 3
_TIMER: Final = "timer"

_OF_EVERY_SERVICE: Final = re.compile(r"\w+\.service(group\..*)?")
"""Modules whose timers every service has: that of the class Service, and the state report's from 2013.1 on."""


def periodic_tasks(program: Program, of: str = "", *, with_timers: bool = False) -> Answer[PeriodicTask]:
    """Say what runs by itself.

    :param of: a service (``nova-compute``), a manager (``ComputeManager``, or its dotted name), or the folder of a
        service (``compute``); ``""`` for all.
    :param with_timers: add what a timer runs that is no periodic task of a manager.
    :returns: the rows by file and line.
    :raises QuestionError: nothing in the checkout is called ``of``.
    """
    with program.recording() as record:
        question = _Question(program, with_timers=with_timers)
        rows = question.rows(of)
    return Answer(rows, (*record.problems, *question.problems), exact({*record.sources, Source("ref", "")}))


def tasks_named(rows: Iterable[PeriodicTask], name: str) -> tuple[PeriodicTask, ...]:
    """Choose the tasks of one name, as a reference to it writes it.

    :param name: ``_sync_power_states``, ``ComputeManager._sync_power_states``, or with the dotted name of the class.
    :returns: none where there is no such task, several where the name does not say which.
    """
    return tuple(row for row in rows if f".{row.manager}.{row.task}".endswith(f".{name}"))


def near_tasks(rows: Iterable[PeriodicTask], name: str) -> list[str]:
    """Return names of tasks, with that of their class, that are like this one, which there is not."""
    names = {f"{row.manager.rpartition('.')[2]}.{row.task}" for row in rows}
    known = {**{each.rpartition(".")[2]: each for each in sorted(names)}, **{each: each for each in names}}
    near = get_close_matches(name, sorted(known), n=_MOST_NEAR)
    return list(dict.fromkeys(known[each] for each in near))


def task_names(rows: Iterable[PeriodicTask]) -> list[str]:
    """Return the names of tasks, with that of their class: whole where the class's own name is not unique."""
    managers_of: dict[str, set[str]] = {}
    for row in rows:
        managers_of.setdefault(row.manager.rpartition(".")[2], set()).add(row.manager)
    return [
        f"{short if len(managers_of[short := row.manager.rpartition('.')[2]]) == 1 else row.manager}.{row.task}"
        for row in rows
    ]


class _Question:
    """One question on its way."""

    def __init__(self, program: Program, *, with_timers: bool) -> None:
        self._program = program
        self._options = Options(program)
        self._services = managers(program, self._options)
        self._with_timers = with_timers
        self.problems: list[Problem] = []

    def rows(self, of: str) -> tuple[PeriodicTask, ...]:
        """Give the rows of a service or manager."""
        found = list(self._found())
        rows = [row for _, row in found]
        if of:
            chosen = self._chosen(of, [class_ for class_, _ in found], rows)
            timed = {name for name, manager in self._services.items() if name == of or manager in chosen}
            rows = [row for class_, row in found if class_ in chosen or _times(row, timed)]
        for row in rows:
            if row.interval is None and row.spacing is not None:
                message = f"only running tells how often {row.task} runs: {row.spacing}"
                self.problems.append(Problem(Kind.UNRESOLVED, message, row.file, row.line))
        return tuple(dict.fromkeys(sorted(rows, key=lambda row: (row.file, row.line))))

    def _found(self) -> Iterator[tuple[ClassDef | None, PeriodicTask]]:
        modules = list(self._mentioning((DECORATOR, PERIODICS)))
        self.problems += unread(
            (place for module in modules for place in unread_tasks(module)), "tasks that are made", "the rows lack them"
        )
        tasks = [task for module in modules for task in decorated(module, self._options)]
        for task in tasks:
            yield task.owner, self._of_decorated(task)
        if not tasks:
            for module in self._mentioning((METHOD,)):
                for step in steps(module, self._options):
                    yield step.owner, self._of_step(step)
        if self._with_timers:
            for module in self._mentioning(STARTERS):
                for timer in timers(module, self._options):
                    yield timer.owner, self._of_timer(timer, module)

    def _mentioning(self, words: Sequence[str]) -> Iterator[Module]:
        package = self._program.checkout.package
        self._program.note("mentions", package, words)
        paths = mentions.mentioning(self._program, package, words)
        self._program.load(paths)
        return (module for module in map(self._program.module_at, paths) if module is not None)

    def _of_decorated(self, task: Decorated) -> PeriodicTask:
        body = tested(task.function, self._options)
        interval = _short(task.timing.interval)
        never = interval is not None and interval < 0
        option = next(iter(task.timing.options), None)
        disabled_by = body.idle.name if body.idle is not None else None
        if never:
            disabled_by = option.name if option is not None else "spacing"
        elif not task.enabled:
            disabled_by = "enabled"
        return PeriodicTask(
            task=task.function.fact.name,
            manager=task.owner.name,
            services=running(task.owner, self._services),
            form="decorator",
            file=task.function.module.path,
            line=task.function.fact.line,
            spacing=task.timing.spacing,
            option=option.name if option is not None else None,
            default=_default(option),
            interval=interval,
            each_pass=task.timing.each_pass,
            run_immediately=task.run_immediately,
            enabled=task.enabled and not never,
            disabled_by=disabled_by,
            external_process_ok=task.external_process_ok,
            tests_options=tuple(use.name for use in body.options),
            description=summary(task.function.fact.docstring),
            options=_shown((*task.timing.options, *body.options)),
        )

    def _of_step(self, step: Step) -> PeriodicTask:
        every = period(self._options)
        body = tested(step.function, self._options) if step.function is not None else Tested((), None)
        tests = tuple({use.name: use for use in (*step.conditions, *body.options)}.values())
        idle = step.idle or body.idle
        interval = _short(every.default) if isinstance(every.default, int | float) else None
        return PeriodicTask(
            task=step.name,
            manager=step.owner.name,
            services=reaching(step.owner, self._services),
            form="override",
            file=step.owner.module.path if step.function is None else step.function.module.path,
            line=step.line if step.function is None else step.function.fact.line,
            spacing=None,
            option=every.name,
            default=_default(every),
            interval=interval,
            each_pass=True,
            run_immediately=False,
            enabled=True,
            disabled_by=idle.name if idle is not None else None,
            external_process_ok=False,
            tests_options=tuple(use.name for use in tests),
            description=summary(step.function.fact.docstring) if step.function is not None else None,
            options=_shown((every, *tests)),
        )

    def _of_timer(self, timer: Timer, module: Module) -> PeriodicTask:
        option = next(iter(timer.timing.options), None)
        return PeriodicTask(
            task=timer.name,
            manager=module.name if timer.owner is None else timer.owner.name,
            services=self._running_timer(timer, module),
            form=_TIMER,
            file=module.path if timer.function is None else timer.function.module.path,
            line=timer.line if timer.function is None else timer.function.fact.line,
            spacing=timer.timing.spacing,
            option=option.name if option is not None else None,
            default=_default(option),
            interval=_short(timer.timing.interval),
            each_pass=timer.dynamic,
            run_immediately=False,
            enabled=True,
            disabled_by=None,
            external_process_ok=False,
            tests_options=(),
            description=summary(timer.function.fact.docstring) if timer.function is not None else None,
            options=_shown(timer.timing.options),
        )

    def _running_timer(self, timer: Timer, module: Module) -> tuple[str, ...]:
        if _OF_EVERY_SERVICE.fullmatch(module.name):
            return tuple(self._services)
        return running(timer.owner, self._services) if timer.owner is not None else ()

    def _chosen(self, of: str, owners: Iterable[ClassDef | None], rows: Iterable[PeriodicTask]) -> set[ClassDef | None]:
        """Return the classes whose tasks the named service, manager or folder has."""
        names: dict[str, list[ClassDef]] = {}
        for service, manager in self._services.items():
            names.setdefault(service, []).append(manager)
        for class_ in dict.fromkeys((*self._services.values(), *owners)):
            if class_ is not None:
                folder = class_.module.path.split("/")[-2]
                for name in (class_.name, class_.fact.name, folder):
                    names.setdefault(name, []).append(class_)
        if of not in names:
            # The manager of a task of this name is meant rather than what is called alike.
            with_task = [row.manager.rpartition(".")[2] for row in tasks_named(rows, of)]
            near = [name for name in dict.fromkeys(with_task) if name in names] or get_close_matches(
                of, names, n=_MOST_NEAR
            )
            meant = f"; near matches: {', '.join(near)}" if near else ""
            checkout = self._program.checkout
            what = f"no service or manager {of} in {checkout.project} {checkout.release or checkout.spec}"
            raise QuestionError(Kind.NAME, f"{what}{meant}")
        return {ancestor for class_ in names[of] for ancestor in mro(class_) if isinstance(ancestor, ClassDef)}


def _times(row: PeriodicTask, services: AbstractSet[str]) -> bool:
    return row.form == _TIMER and not services.isdisjoint(row.services)


def _shown(options: Iterable[Use]) -> tuple[TaskOption, ...]:
    return tuple({use.name: use.shown() for use in options}.values())


def _default(option: Use | None) -> object:
    return plain(option.default) if option is not None else None


def _short(seconds: float | None) -> int | float | None:
    seconds = None if seconds is None else json_number(seconds)
    return int(seconds) if isinstance(seconds, float) and seconds.is_integer() else seconds
