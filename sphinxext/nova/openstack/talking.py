"""Whom what runs by itself talks to: the messages of periodic tasks, the database, and what is outside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Call, Choice, Decided, Reached, Sent
from sphinxext.nova.model import Answer
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import FunctionDef, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.flow import Steps, Summary
    from sphinxext.nova.model import PeriodicTask
    from sphinxext.nova.program import Program

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
        is not among them. It stays ``None`` where the source does not say what runs.
    :raises QuestionError: nothing in the checkout is called ``of``.
    """
    answer = periodic_tasks(program, of, with_timers=with_timers)
    with program.recording() as record:
        talks = _Talks(program)
        with talks.walking():
            rows = tuple(replace(row, talks_to=talks.of(row)) for row in answer.rows)
    problems = tuple(dict.fromkeys((*answer.problems, *record.problems)))
    return Answer(rows, problems, frozenset({*answer.sources, *record.sources}))


class _Talks:
    """The walks of all tasks, which share what they have in common."""

    def __init__(self, program: Program) -> None:
        self._program = program
        flows = Flows(program)
        self._walker = flows.walker
        self._endpoints = flows.endpoints
        self.walking = flows.walker.walking

    def of(self, row: PeriodicTask) -> tuple[str, ...] | None:
        """Return whom one task talks to."""
        function = self._function(row)
        if function is None:
            return None
        sent: set[str] = set()
        outside: set[str] = set()
        touches_database = False
        for step in _flat([summary.steps for summary in self._walked(row, function)]):
            if isinstance(step, Sent):
                sent.update(self._messages(step))
            elif step.kind in _OF_DATABASE:
                touches_database = True
            elif step.kind == _EXTERNAL:
                outside.add(self._module(step.name))
        return (*sorted(sent), *([_DATABASE] if touches_database else []), *sorted(outside))

    def _function(self, row: PeriodicTask) -> FunctionDef | None:
        module = self._program.module_at(row.file)
        for fact in module.facts.functions if module is not None else ():
            # A step of an overridden method, or a timer, of which no function is known is at the line of a call.
            if module is not None and fact.line == row.line and fact.name == row.task.rpartition(".")[2]:
                return FunctionDef(module, fact.index)
        return None

    def _walked(self, row: PeriodicTask, function: FunctionDef) -> Iterator[Summary]:
        """Give what the function does in each of its services, on the manager there if it is a method of that."""
        owner = function.owner
        made = [
            manager
            for service in row.services
            for manager in [self._endpoints.of(service)[0].made]
            if (member := lookup(manager.class_, function.fact.name)) is not None and member.definition == function
        ]
        if not made and owner is not None:
            made = [self._walker.heap.construct(owner, self._walker.atoms.empty)[0]]
        unknown = self._walker.atoms.arguments((), (), is_open=True)
        for one in made:
            yield self._walker.entry(function.module, self._walker.decorating.method(function, one), unknown)
        if not made:
            yield self._walker.entry(function.module, self._walker.names.of(function), unknown)

    def _messages(self, step: Sent) -> Iterator[str]:
        for topic in self._walker.messaging.topics(step.topic) or [""]:
            yield ".".join(part for part in (topic, step.namespace, step.method) if part)

    def _module(self, name: str) -> str:
        """Return the module that a dotted name of something in it begins with."""
        module = name.rpartition(".")[0]
        while "." in module and self._program.module(module) is None:
            module = module.rpartition(".")[0]
        return module or name


def _flat(begun: list[Steps]) -> Iterator[Sent | Reached]:
    """Give the messages and boundaries below some steps; what is behind a boundary too, for it may send messages."""
    pending, seen = begun, set[int]()
    while pending:
        for step in pending.pop():
            match step:
                case Call(summary=summary):
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
