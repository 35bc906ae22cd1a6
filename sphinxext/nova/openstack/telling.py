"""From the steps of functions to what one process tells another: the tree of a flow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow import Call, Choice, Decided, Limit, Reached, Sent, sends
from sphinxext.nova.model import Again, Block, Branch, Message
from sphinxext.nova.openstack.assignments import Assignments
from sphinxext.nova.openstack.database import Access, database_access, has_database
from sphinxext.nova.openstack.hosts import Hosts
from sphinxext.nova.openstack.origins import Origin, Tracer, Trip
from sphinxext.nova.openstack.quiet import Once, block
from sphinxext.nova.openstack.ways import Way
from sphinxext.nova.openstack.written import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.flow import Lost, Object, Steps, Summary, Walker
    from sphinxext.nova.model import Participant, Step
    from sphinxext.nova.openstack.endpoints import Endpoint, Endpoints
    from sphinxext.nova.openstack.entries import Start
    from sphinxext.nova.openstack.made import Makers
    from sphinxext.nova.openstack.quiet import Quiet
    from sphinxext.nova.program import ClassDef, FunctionDef

_DEEPEST: Final = 100
"""How many messages and blocks inside one another are told. 20 are in the releases."""
_MOST_MESSAGES: Final = 3000
"""How many messages one flow has. 154 are in the releases."""
_MOST_CALLS: Final = 20_000
"""How many calls are told in one flow: what is called only under conditions is told as often as it is called, which
may be twice as often in each function as in the one before. 649 are in the releases."""
_OFTEN: Final = 4
"""How often what a function does is told on behalf of one sender; after that its first message stands for it."""
_FEW: Final = 4
"""What sends at most so many messages is told as often as it is called."""


@dataclass(slots=True)
class _Process:
    """What runs now: the endpoint or entry on whose behalf, its lifeline, and where in its code the telling is."""

    sender: str
    participant: str
    service: str | None
    once: Once
    trip: Trip | None = None
    """The way of the message that it works on."""
    reached: frozenset[Origin] = frozenset()
    """The host to which that message went."""
    decided: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    """The calls from the sender to here, the outermost first."""
    open: set[Summary] = field(default_factory=set)
    """The summaries that are being told and send messages: what is met again is recursion."""
    times: dict[Summary, tuple[int, int | None]] = field(default_factory=dict)
    """How often each summary was told, and the number of the first message in it."""


class _SentTo(NamedTuple):
    """To which lifeline a message goes, what runs there, how it was sent, and what the host of it is."""

    participant: str
    service: str | None
    trip: Trip
    origins: tuple[Origin, ...]


class Teller:
    """Tells one flow.

    :param makers: find what makes the object on which the entry is called; ``None`` where nothing is known of what it
        was given.
    """

    def __init__(
        self, walker: Walker, endpoints: Endpoints, quiet: Quiet, start: Start, makers: Makers | None = None
    ) -> None:
        self._walker = walker
        self._makers = makers
        self._quiet = quiet
        self._endpoints = endpoints
        self._start = start
        self._package = walker.program.checkout.package
        self._assignments: Assignments = walker.program.remember("assignments", Assignments)
        self._begin()

    def _begin(self) -> None:
        self._hosts = Hosts()
        self._number = 0
        self._calls = 0
        self._depth = 0
        """How many messages and blocks are around what is told now."""
        self._told: dict[tuple[Summary, str], int | None] = {}
        self._bodies: dict[tuple[str, str], list[tuple[int, tuple[Step, ...]]]] = {}
        self._messages: dict[tuple[object, ...], Message] = {}
        self._counts: dict[Summary, int] = {}
        self.lost: dict[Lost, None] = {}

    def participants(self) -> tuple[Participant, ...]:
        """Return the lifelines, in order of appearance, and how each process reaches the database, if that is known."""
        program = self._walker.program
        known = database_access(program, self._walker.options)
        processes = {*known, *self._endpoints.managers, self._start.service}
        is_there = has_database(program)

        def way(name: str) -> str | None:
            access = known.get(name, Access())
            return access.way if name in processes and (is_there or access.line is not None) else None

        return tuple(replace(one, database=way(one.name)) for one in self._hosts.participants())

    def messages(self) -> tuple[Message, ...]:
        """Return every message once, in order of first appearance, without what follows from it."""
        return tuple(self._messages.values())

    def told(self) -> tuple[Step, ...]:
        """Tell everything from the entry on."""
        try:
            steps = self._from_the_entry()
        except RecursionError:
            # Many calls inside one another between messages inside one another.
            self._begin()
            self._walker.limits.leave_open(Limit.NESTING, self._start.function)
            self._hosts.first(self._start.service or self._start.function.fact.qualname)
            return ()
        return steps

    def _from_the_entry(self) -> tuple[Step, ...]:
        start = self._start
        service = start.service or start.function.fact.qualname
        process = _Process(start.name, self._hosts.first(service), start.service, Once(self.lost))
        entry = self._entry()
        self._lose(entry)
        return tuple(self._steps(entry.steps, process))

    def _entry(self) -> Summary:
        start, atoms = self._start, self._walker.atoms
        scope = start.function.module
        unknown = atoms.arguments((), (), is_open=True)
        if start.class_ is not None:
            made = self._instance(start.class_)
            callee = self._walker.decorating.method(start.function, made)
        else:
            callee = self._walker.names.of(start.function)
        return self._walker.entry(scope, callee, unknown)

    def _instance(self, class_: ClassDef) -> Object:
        """Return the object on which the entry is called: the manager itself, if it is one's method."""
        service = self._start.service
        if service is not None and service in self._endpoints.managers:
            for endpoint in self._endpoints.of(service):
                if endpoint.made.class_ == class_:
                    return endpoint.made
        if self._makers is not None:
            return self._makers.instance(class_)
        made, _ = self._walker.heap.construct(class_, self._walker.atoms.empty)
        return made

    # --- steps

    def _steps(self, steps: Steps, process: _Process) -> list[Step]:
        told: list[Step] = []
        for step in steps:
            match step:
                case Call():
                    told += self._called(step, process)
                case Sent():
                    told += self._sent(step, process)
                case Choice():
                    told += block(step, [self._way(way.steps, process) for way in step.ways])
                case Decided(by=by, steps=inside):
                    process.decided += by
                    told += self._steps(inside, process)
                    del process.decided[len(process.decided) - len(by) :]
                case Reached():
                    number, boundary = self._quiet.boundary(step)
                    if process.once.is_first(number):
                        told.append(boundary)
                    if sends(step.steps):
                        told += self._steps(step.steps, process)
        return told

    def _lose(self, summary: Summary) -> None:
        if summary.lost:
            self.lost.update(dict.fromkeys(summary.lost))

    def _way(self, steps: Steps, process: _Process) -> list[Step]:
        begun = len(process.once.here)
        function = process.calls[-1].summary.function if process.calls else None
        told = self._deeper(steps, process, function)
        process.once.leave(begun)
        return told

    def _deeper(self, steps: Steps, process: _Process, function: FunctionDef | None) -> list[Step]:
        """Tell steps of a function that are inside a message or block, if there are not too many around them."""
        if self._depth >= _DEEPEST:
            if steps:
                self._walker.limits.leave_open(Limit.MESSAGES, function or self._start.function)
            return []
        self._depth += 1
        told = self._steps(steps, process)
        self._depth -= 1
        return told

    def _called(self, step: Call, process: _Process) -> Sequence[Step]:
        summary = step.summary
        self._lose(summary)
        if not summary.tells or summary in process.open:
            return ()
        if not summary.sends:
            quiet = self._quiet.told(summary, process.once)
            if quiet is not None:
                return quiet
            # Only recursion hides that a message is sent below it.
            if not process.once.is_first(summary):
                return ()
        times, first = process.times.get(summary, (0, None))
        if times >= _OFTEN and not _is_short(summary) and self._count(summary) > _FEW:
            # There may be more ways to a function than anybody could be told.
            return () if first is None else (Again(first),)
        self._calls += 1
        if self._calls > _MOST_CALLS or self._number >= _MOST_MESSAGES:
            self._walker.limits.leave_open(Limit.MESSAGES, self._start.function)
            return ()
        before = self._number
        process.open.add(summary)
        process.calls.append(step)
        told = self._steps(summary.steps, process)
        process.calls.pop()
        process.open.discard(summary)
        if first is None and self._number > before:
            first = before + 1
        process.times[summary] = (process.times.get(summary, (0, None))[0] + 1, first)
        return told

    def _count(self, summary: Summary) -> int:
        """Return how many messages a function sends, itself and by what it calls: at most one more than a few."""
        if summary not in self._counts:
            self._counts[summary] = _FEW + 1  # what is inside itself sends many
            self._counts[summary] = min(self._count_steps(summary.steps), _FEW + 1)
        return self._counts[summary]

    def _count_steps(self, steps: Steps) -> int:
        count = 0
        for step in steps:
            match step:
                case Sent():
                    count += 1
                case Call(summary=summary):
                    count += self._count(summary) if summary.sends else 0
                case Choice(ways=ways):
                    count += sum(self._count_steps(way.steps) for way in ways)
                case Reached(steps=inside) | Decided(steps=inside):
                    count += self._count_steps(inside)
            if count > _FEW:
                break
        return count

    # --- messages

    def _sent(self, step: Sent, process: _Process) -> list[Step]:
        if self._number >= _MOST_MESSAGES:
            self._walker.limits.leave_open(Limit.MESSAGES, self._start.function)
            return []
        topics = self._walker.messaging.topics(step.topic) or [""]
        found = [self._message(step, topic, process) for topic in topics]
        messages = [message for message in found if message is not None]
        if not messages:
            return []
        if len(messages) == 1:
            return [*messages]
        path = step.scope.module.path
        return [Block("alt", tuple(Branch(None, (message,), path, step.line) for message in messages))]

    def _message(self, step: Sent, topic: str, process: _Process) -> Message | None:
        """Return a message and what comes of it; ``None`` for one that would come back to the endpoint that sends it.

        ``deallocate_fixed_ip`` of nova-network (2012.2 to 2015.1.0) asks the host that it is given to do the same,
        unless it is on that.
        """
        way = Way(self._package, step, process.calls)
        client, place = way.client, way.place
        service, endpoint = self._endpoints.find(topic, step.namespace, step.method)
        definition = endpoint.definition(step.method) if endpoint is not None else None
        trip = Trip(
            step,
            tuple(process.calls),
            way.scopes,
            process.participant,
            process.service,
            process.trip,
            process.reached,
        )
        server, hosted, for_its_own = None, None, False
        if step.server is not None:
            written = Server(step, process.calls, way.own_index)
            server = written.text
            hosted = Tracer(self._assignments, trip, self._package).hosted()
            hosted = hosted.of_server(is_about_a_server=_is_about_a_server(step))
            for_its_own = written.is_own or (hosted.is_of_server and way.is_through_api)
        receiver = self._hosts.receiver(service or topic or "?", trip, hosted, step.kind, for_its_own=for_its_own)
        name = definition.name if definition is not None else None
        if name is None and endpoint is not None:
            # __getattr__ answers.
            name = f"{endpoint.made.class_.name}.{step.method}"
        if name == process.sender and hosted is not None and hosted.is_given and trip.is_at(hosted.origins):
            return None
        self._number += 1
        number = self._number
        message = Message(
            number=number,
            from_=process.participant,
            to=receiver,
            method=step.method,
            kind=step.kind,
            topic=topic,
            namespace=step.namespace,
            sender=process.sender,
            client=client.name,
            client_file=client.module.path,
            client_line=way.client_line,
            endpoint=name,
            endpoint_file=None if definition is None else definition.module.path,
            endpoint_line=None if definition is None else definition.fact.line,
            file=place[0],
            line=place[1],
            server=server,
            via=next((call.via for call in reversed(process.calls) if call.via), None),
            decided_by=tuple(dict.fromkeys(process.decided)),
            steps=(),
        )
        key = (message.sender, message.kind, message.topic, message.method, message.endpoint)
        self._messages.setdefault(key, message)
        if endpoint is not None:
            sent = _SentTo(receiver, service, trip, () if hosted is None else hosted.origins)
            steps = self._received(step, endpoint, sent, name or "", number)
            message = replace(message, steps=steps) if steps else message
        return message

    def _received(self, step: Sent, endpoint: Endpoint, to: _SentTo, name: str, number: int) -> tuple[Step, ...]:
        receiver = to.participant
        summary = self._endpoints.summary(endpoint, step.method, step.arguments)
        key = (summary, receiver)
        if key in self._told:
            before = self._told[key]
            return () if before is None else (Again(before),)
        self._told[key] = number
        known = len(self._messages)
        self._lose(summary)
        process = _Process(name, receiver, to.service, Once(self.lost), to.trip, frozenset(to.origins))
        steps = tuple(self._deeper(summary.steps, process, summary.function))
        if not steps:
            self._told[key] = None
        if not any(isinstance(step, Message | Block) for step in steps):
            return steps
        # What an endpoint does again, although it was given something else, is told once.
        bodies = self._bodies.setdefault((name, receiver), [])
        before = next((before for before, body in bodies if _are_same(body, steps)), None)
        if before is None:
            bodies.append((number, steps))
        if before is None or len(self._messages) > known:
            return steps
        self._number = number
        self._told[key] = before
        return (Again(before),)


def _are_same(steps: Sequence[Step], others: Sequence[Step]) -> bool:
    """Tell whether one process does the same in both, whatever numbers its messages got, and what decided them."""
    return len(steps) == len(others) and all(map(_is_same, steps, others))


def _is_same(step: Step, other: Step) -> bool:
    match step, other:
        case Message(), Message():
            return step == replace(other, number=step.number, steps=step.steps, decided_by=step.decided_by)
        case Block(), Block():
            return (
                step.kind == other.kind
                and len(step.branches) == len(other.branches)
                and all(
                    (branch.condition, branch.line) == (its.condition, its.line) and _are_same(branch.steps, its.steps)
                    for branch, its in zip(step.branches, other.branches, strict=True)
                )
            )
    return step == other


def _is_about_a_server(step: Sent) -> bool:
    """Return whether a message is about a server that there is already."""
    return any(name == "instance" for name, _ in step.arguments.keywords)


def _is_short(summary: Summary) -> bool:
    """Tell whether nothing that a function calls sends messages, as it is in a client."""
    return not any(isinstance(step, Call) and step.summary.sends for step in summary.steps)
