"""From the steps of functions to what one process tells another: the tree of a flow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Call, Choice, Decided, Lost, Reached, Sent, Summary, sends
from sphinxext.nova.model import Again, Block, Boundary, Branch, Message, Unresolved
from sphinxext.nova.openstack.hosts import Hosts
from sphinxext.nova.openstack.written import host_expression
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.flow import Object, Steps, Walker
    from sphinxext.nova.model import Participant, Step
    from sphinxext.nova.openstack.endpoints import Endpoint, Endpoints
    from sphinxext.nova.openstack.entries import Start
    from sphinxext.nova.program import ClassDef, Scope

_CLIENTS: Final = ("rpcapi", "baserpc")
"""Modules whose classes send messages. 2012.2 and newer."""
_OWN: Final = "compute.api"
"""Looks like the client's side of nova-compute, and is what nova-api does."""
_MACHINERY: Final = ("rpc", "rpcclient", "openstack.common.rpc")
"""Modules through which every message goes, whoever sends it."""


@dataclass(frozen=True, slots=True)
class _Process:
    """What runs now: the endpoint or entry on whose behalf, and its lifeline."""

    sender: str
    participant: str
    decided: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    """The calls from the sender to here, the outermost first."""
    reached: set[Boundary] = field(default_factory=set)
    """The boundaries that were told: each once for a sender, however often it gets there."""
    open: frozenset[int] = frozenset()
    """The summaries that are being told, by identity: what is met again is recursion."""


class Teller:
    """Tells one flow."""

    def __init__(self, walker: Walker, endpoints: Endpoints, start: Start) -> None:
        self._walker = walker
        self._endpoints = endpoints
        self._start = start
        self._package = walker.program.checkout.package
        self._hosts = Hosts()
        self._number = 0
        self._told: dict[tuple[int, str], int | None] = {}
        self._sends: dict[int, bool] = {}
        self._messages: dict[tuple[object, ...], Message] = {}
        self.unresolved: dict[Unresolved, None] = {}

    def participants(self) -> tuple[Participant, ...]:
        """Return the lifelines, in order of appearance."""
        return self._hosts.participants()

    def messages(self) -> tuple[Message, ...]:
        """Return every message once, in order of first appearance, without what follows from it."""
        return tuple(self._messages.values())

    def told(self) -> tuple[Step, ...]:
        """Tell everything from the entry on."""
        start = self._start
        service = start.service or start.function.fact.qualname
        process = _Process(start.name, self._hosts.first(service))
        return tuple(self._steps(self._entry().steps, process))

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
        made, _ = self._walker.heap.construct(class_, self._walker.atoms.empty)
        return made

    # --- steps

    def _steps(self, steps: Steps, process: _Process) -> Iterator[Step]:  # noqa: C901 - a flat table
        for step in steps:
            match step:
                case Call(summary=summary):
                    if id(summary) not in process.open and self._tells(summary.steps):
                        inner = replace(process, calls=(*process.calls, step), open=process.open | {id(summary)})
                        yield from self._steps(summary.steps, inner)
                case Sent():
                    yield from self._sent(step, process)
                case Choice():
                    yield from self._choice(step, process)
                case Decided(by=by, steps=inside):
                    decided = tuple(dict.fromkeys((*process.decided, *by)))
                    yield from self._steps(inside, replace(process, decided=decided))
                case Reached():
                    boundary = Boundary(step.kind, step.name, step.scope.module.path, step.line)
                    if boundary not in process.reached:
                        process.reached.add(boundary)
                        yield boundary
                    if sends(step.steps):
                        yield from self._steps(step.steps, process)
                case Lost():
                    expression = render(step.expression)
                    self.unresolved[Unresolved(step.scope.module.path, step.line, expression, step.why)] = None

    def _tells(self, steps: Steps) -> bool:
        """Tell whether there is anything to tell in these steps, or in those below."""
        pending = list(steps)
        seen: set[int] = set()
        while pending:
            match pending.pop():
                case Sent() | Lost() | Reached():
                    return True
                case Call(summary=summary):
                    known = self._sends.get(id(summary))
                    if known:
                        return True
                    if known is None and id(summary) not in seen:
                        seen.add(id(summary))
                        pending += summary.steps
                case Choice(ways=ways):
                    pending += [inner for way in ways for inner in way.steps]
                case Decided(steps=inside):
                    pending += inside
        for one in seen:
            self._sends[one] = False
        return False

    def _choice(self, step: Choice, process: _Process) -> Iterator[Step]:
        path = step.scope.module.path
        branches = tuple(
            Branch(way.condition, told, path, way.line)
            for way in step.ways
            if (told := tuple(self._steps(way.steps, process)))
        )
        if branches:
            kind = "opt" if step.kind == "alt" and len(branches) == 1 else step.kind
            yield Block(kind, branches)

    # --- messages

    def _sent(self, step: Sent, process: _Process) -> Iterator[Step]:
        messages = []
        for topic in self._walker.messaging.topics(step.topic) or [""]:
            messages += list(self._message(step, topic, process))
        if len(messages) > 1:
            path = step.scope.module.path
            yield Block("alt", tuple(Branch(None, (message,), path, step.line) for message in messages))
        else:
            yield from messages

    def _message(self, step: Sent, topic: str, process: _Process) -> Iterator[Message]:
        client, client_line, place = self._places(step, process)
        service, endpoint = self._endpoints.find(topic, step.namespace, step.method)
        definition = endpoint.definition(step.method) if endpoint is not None else None
        server = host_expression(step, process.calls, self._own(step, process))
        receiver = self._hosts.receiver(service or topic or "?", process.participant, server, step.kind)
        name = None if endpoint is None else f"{endpoint.made.class_.name}.{step.method}"
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
            client_line=client_line,
            endpoint=name,
            endpoint_file=None if definition is None else definition.module.path,
            endpoint_line=None if definition is None else definition.fact.line,
            file=place[0],
            line=place[1],
            server=server,
            via=next((call.via for call in reversed(process.calls) if call.via), None),
            decided_by=process.decided,
            steps=(),
        )
        key = (message.sender, message.kind, message.topic, message.method, message.endpoint)
        self._messages.setdefault(key, message)
        if endpoint is not None:
            message = replace(message, steps=self._received(step, endpoint, receiver, name or "", number))
        yield message

    def _received(self, step: Sent, endpoint: Endpoint, receiver: str, name: str, number: int) -> tuple[Step, ...]:
        summary = self._endpoints.summary(endpoint, step.method, step.arguments)
        key = (id(summary), receiver)
        if key in self._told:
            before = self._told[key]
            return () if before is None else (Again(before),)
        self._told[key] = number
        steps = tuple(self._steps(summary.steps, _Process(name, receiver)))
        if not steps:
            self._told[key] = None
        return steps

    # --- places

    def _places(self, step: Sent, process: _Process) -> tuple[Scope, int, tuple[str, int]]:
        """Return the client method, its line, and where the caller's own code goes towards it."""
        places = [*((call.scope, call.line) for call in process.calls), (step.scope, step.line)]
        index = self._client(step, process)
        own = self._own(step, process)
        client, _ = places[index]
        line = client.fact.line if isinstance(client, FunctionDef) else places[index][1]
        scope, own_line = places[own]
        return client, line, (scope.module.path, own_line)

    def _client(self, step: Sent, process: _Process) -> int:
        """Return which of the places is in the client method: the innermost that is no machinery."""
        scopes = [*(call.scope for call in process.calls), step.scope]
        for index in range(len(scopes) - 1, 0, -1):
            if not self._is_machinery(scopes[index]):
                while index and self._is_helper(scopes[index], scopes[index - 1]):
                    index -= 1  # noqa: PLW2901 - going outwards
                return index
        return 0

    def _is_machinery(self, scope: Scope) -> bool:
        name = scope.module.name.removeprefix(f"{self._package}.")
        return any(name == one or name.startswith(f"{one}.") for one in _MACHINERY)

    def _is_helper(self, scope: Scope, outer: Scope) -> bool:
        """Tell whether a function of a client is called by another method of the same client."""
        return (
            isinstance(scope, FunctionDef)
            and isinstance(outer, FunctionDef)
            and scope.module == outer.module
            and self._is_client(scope)
            and scope.fact.name.startswith("_")
        )

    def _own(self, step: Sent, process: _Process) -> int:
        """Return which of the places is the last one in the caller's own code."""
        scopes = [*(call.scope for call in process.calls), step.scope]
        client = self._client(step, process)
        folder = scopes[client].module.path.rpartition("/")[0]
        index = client
        while index > 1 and self._is_towards(scopes[index], folder):
            index -= 1
        return index

    def _is_client(self, scope: Scope) -> bool:
        return scope.module.name.rpartition(".")[2] in _CLIENTS

    def _is_towards(self, scope: Scope, folder: str) -> bool:
        """Tell whether a place belongs to the receiver's client side: its rpcapi, its api, its client."""
        name = scope.module.name.removeprefix(f"{self._package}.")
        if self._is_client(scope):
            return True
        if name == _OWN or not scope.module.path.startswith(f"{folder}/"):
            return False
        return name.rpartition(".")[2] == "api" or ".client" in name
