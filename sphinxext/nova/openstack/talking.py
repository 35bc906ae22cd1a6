"""Whom what runs by itself talks to: the messages of periodic tasks, the database, and what is outside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Call, Choice, Decided, External, Frame, Reached, Sent, Unknown
from sphinxext.nova.model import Answer, Kind, Problem
from sphinxext.nova.openstack.database import Access, database_access
from sphinxext.nova.openstack.overridden import METHOD
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.openstack.service_work import ServiceWork
from sphinxext.nova.program import FunctionDef, lookup
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinxext.nova.flow import Object, Steps, Summary
    from sphinxext.nova.model import PeriodicTask
    from sphinxext.nova.program import Program

_TIMER: Final = "timer"
_EXTERNAL: Final = "external"
_DATABASE: Final = "database"
_OF_DATABASE: Final = frozenset({_DATABASE, "object"})
"""The kinds of steps that end in the database: its functions, and what objects do in it, here or in nova-conductor."""


def talking_tasks(program: Program, of: str = "", *, with_timers: bool = False) -> Answer[PeriodicTask]:
    """Say what runs by itself, and whom it talks to.

    :param of: as :func:`~.periodic_tasks.periodic_tasks` takes it, and so is ``with_timers``.
    :returns: the same rows, in which :attr:`~sphinxext.nova.model.PeriodicTask.talks_to` is filled: first the messages
        that the process of the task sends, as entries of ``rpc-flow`` are written (``scheduler.sync_instance_info``,
        ``conductor.compute_task.migrate_server``; without the topic where only running tells it), then ``database``,
        then the modules that stand for what is outside (``nova.network.neutron``). What the receiver of a message does
        is not among them. The loop that runs the periodic tasks talks to whom these talk to. It stays ``None`` where
        the source does not say what runs; a problem names the place.
    :raises QuestionError: nothing in the checkout is called ``of``.
    """
    answer = periodic_tasks(program, of, with_timers=with_timers)
    with program.recording() as record:
        left_open: dict[Problem, None] = {}
        talks, rows = _Talks(program), []
        for row in answer.rows:
            talks, talks_to = _told(talks, row)
            rows.append(replace(row, talks_to=talks_to))
            left_open |= dict.fromkeys(talks.problems())
    unknown = (
        Problem(Kind.UNRESOLVED, f"nothing in the source tells what {row.task} is", row.file, row.line)
        for row in rows
        if row.talks_to is None
    )
    problems = tuple(dict.fromkeys((*answer.problems, *record.problems, *unknown, *left_open)))
    return Answer(tuple(rows), problems, frozenset({*answer.sources, *record.sources}))


def _told(talks: _Talks, row: PeriodicTask) -> tuple[_Talks, tuple[str, ...] | None]:
    """Return whom a task talks to, the same whatever was asked before, and the walks in which that was found.

    It is looked for again with nothing walked where a limit was met in what all tasks share.
    """
    if not talks.is_for_all:
        talks = talks.anew()
    was_new = talks.is_new
    with talks.walking():
        found = talks.of(row)
    return (talks, found) if was_new or talks.is_for_all else _told(talks, row)


class _Talks:
    """The walks of all tasks, which share what they have in common."""

    def __init__(self, program: Program) -> None:
        self._program = program
        flows = Flows(program)
        self._walker = flows.walker
        self._endpoints = flows.endpoints
        self._work = ServiceWork(flows.walker, self._access)
        self.walking = flows.walker.walking

    @property
    def is_new(self) -> bool:
        """Whether nothing was walked yet."""
        return not self._walker.evaluations

    @property
    def is_for_all(self) -> bool:
        """Whether what was walked is good for the next task, too."""
        return self._walker.is_for_all

    def anew(self) -> _Talks:
        """Return the same with nothing walked."""
        return _Talks(self._program)

    def problems(self) -> Iterator[Problem]:
        """Give what had to be left open."""
        return self._walker.limits.problems()

    def of(self, row: PeriodicTask) -> tuple[str, ...] | None:
        """Return whom one task talks to."""
        if row.form == _TIMER and row.task == METHOD:
            return self._of_loop(row)
        begun = self._begun(row)
        return None if begun is None else self._talked(begun)

    def _talked(self, begun: Iterable[Steps]) -> tuple[str, ...]:
        sent: set[str] = set()
        outside: set[str] = set()
        touches_database = False
        for step in _flat(begun):
            if isinstance(step, Sent):
                sent.update(self._messages(step))
            elif isinstance(step, Reached) and step.kind in _OF_DATABASE:
                touches_database = True
            elif isinstance(step, Reached) and step.kind == _EXTERNAL:
                outside.add(self._module(step.name))
        return (*sorted(sent), *([_DATABASE] if touches_database else []), *sorted(outside))

    def _of_loop(self, loop: PeriodicTask) -> tuple[str, ...]:
        """Return whom the tasks of all services talk to that have this loop."""
        rows = [row for row in periodic_tasks(self._program).rows if not set(row.services).isdisjoint(loop.services)]
        return self._talked(steps for row in rows for steps in self._begun(row) or ())

    # --- what runs

    def _begun(self, row: PeriodicTask) -> Sequence[Steps] | None:
        """Return what a task does, ``None`` where nothing tells what it is."""
        function = self._function(row)
        if function is None:
            return self._at_line(row)
        started = self._started(row, function) if row.form == _TIMER else ()
        return started or [summary.steps for summary in self._walked(row, function)]

    def _function(self, row: PeriodicTask) -> FunctionDef | None:
        module = self._program.module_at(row.file)
        for fact in module.facts.functions if module is not None else ():
            # A step of an overridden method, or a timer, of which no function is known is at the line of a call.
            if module is not None and fact.line == row.line and fact.name == row.task.rpartition(".")[2]:
                return FunctionDef(module, fact.index)
        return None

    def _walked(self, row: PeriodicTask, function: FunctionDef) -> Iterator[Summary]:
        """Give what the function does in each of its services, on the manager there if it is a method of that."""
        unknown = self._walker.atoms.arguments((), (), is_open=True)
        made = self._made(row, function)
        for one in made:
            yield self._walker.entry(function.module, self._walker.decorating.method(function, one), unknown)
        if not made:
            yield self._walker.entry(function.module, self._walker.names.of(function), unknown)

    def _made(self, row: PeriodicTask, function: FunctionDef) -> list[Object]:
        """Return the objects whose method a function is: the managers, or one of its class."""
        made = [
            manager
            for service in row.services
            for manager in [self._endpoints.of(service)[0].made]
            if (member := lookup(manager.class_, function.fact.name)) is not None and member.definition == function
        ]
        if not made and function.owner is not None:
            made = [self._walker.heap.construct(function.owner, self._walker.atoms.empty)[0]]
        return made

    def _started(self, row: PeriodicTask, function: FunctionDef) -> list[Steps]:
        """Return what a function does that the start of its services hands to a timer, as it is called there.

        The report of a service's state is given the service: ``service.service_ref.save()``. 2013.1 and newer.
        """
        begun = [begun.summary.steps for service in row.services for begun in self._work.started(service)]
        return [step.summary.steps for step in _flat(begun) if isinstance(step, Call) and _is_of(step, function)]

    def _access(self, service: str) -> Access:
        known = database_access(self._program, self._walker.options)
        return known.get(service, Access())

    # --- calls of other objects

    def _at_line(self, row: PeriodicTask) -> Sequence[Steps] | None:
        """Return what a call does that is a step of an overridden method, or that a timer is given.

        ``self.db.fixed_ip_disassociate_all_by_timeout(...)``, 2010.1 to 2011.3.
        """
        function = self._around(row)
        if function is None:
            return None
        found = [
            step
            for summary in self._walked(row, function)
            for step in _flat([summary.steps])
            if step.scope == function and step.line == row.line
        ]
        return [tuple(found)] if found or self._is_known(row, function) else None

    def _around(self, row: PeriodicTask) -> FunctionDef | None:
        module = self._program.module_at(row.file)
        for fact in reversed(module.facts.functions if module is not None else ()):
            if module is not None and fact.outer is None and fact.line <= row.line <= fact.end_line:
                return FunctionDef(module, fact.index)
        return None

    def _is_known(self, row: PeriodicTask, function: FunctionDef) -> bool:
        """Tell whether it is known what is called, although it tells nobody anything."""
        for call in calls(function.body):
            if call[4] == row.line and isinstance(call[1], str) and call[1].endswith(f".{row.task}"):
                for made in self._made(row, function):
                    names = {function.fact.parameters[0].name: (made,)} if function.fact.parameters else {}
                    frame = Frame(function, {**names}, {}, made, is_guess=True)
                    found = self._walker.expressions.value(frame, call[1])
                    if not any(isinstance(atom, Unknown | External) for atom in found):
                        return True
        return False

    # --- words

    def _messages(self, step: Sent) -> Iterator[str]:
        for topic in self._walker.messaging.topics(step.topic) or [""]:
            yield ".".join(part for part in (topic, step.namespace, step.method) if part)

    def _module(self, name: str) -> str:
        """Return the module that a dotted name of something in it begins with."""
        module = name.rpartition(".")[0]
        while "." in module and self._program.module(module) is None:
            module = module.rpartition(".")[0]
        return module or name


def _is_of(step: Call, function: FunctionDef) -> bool:
    return step.summary.function == function


def _flat(begun: Iterable[Steps]) -> Iterator[Call | Sent | Reached]:
    """Give the calls, messages and boundaries below some steps, those behind a boundary too: it may send messages."""
    pending, seen = [*begun], set[int]()
    while pending:
        for step in pending.pop():
            match step:
                case Call(summary=summary):
                    yield step
                    if id(summary) not in seen:
                        seen.add(id(summary))
                        pending.append(summary.steps)
                case Choice(ways=ways):
                    pending += [way.steps for way in ways]
                case Decided(steps=inside):
                    pending.append(inside)
                case Sent():
                    yield step
                case Reached():
                    yield step
                    pending.append(step.steps)
