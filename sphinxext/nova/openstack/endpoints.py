"""Who answers a message: from a topic, a namespace and a method to the function that runs.

A topic is served by a service; the service's manager and its further endpoints have the methods, or what else
:mod:`~.consumers` finds.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow import Class, Const, Dict, Frame, Function, Object, Partial, Sequence, Target
from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.consumers import Consumers
from sphinxext.nova.openstack.managers import managers
from sphinxext.nova.program import ClassDef, FunctionDef, evaluate, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sphinxext.nova.flow import Arguments, Atom, Summary, Value, Walker
    from sphinxext.nova.openstack.consumers import Consumer
    from sphinxext.nova.openstack.forms import Place
    from sphinxext.nova.program import Module

_ALTERNATIVE_TOPICS: Final = ("RPC_TOPIC", "RPC_TOPIC_ALT")
"""Constants of ``<service>/rpcapi.py``: ``RPC_TOPIC`` from 16.0.0, ``RPC_TOPIC_ALT`` from 33.0.0."""
_BASE: Final = "baserpc.BaseRPCAPI"
"""What every service answers besides, in a namespace of its own. 2013.1 and newer."""


class Endpoint(NamedTuple):
    """An object that answers messages of a topic."""

    made: Object
    namespace: str | None
    version: str | None

    def definition(self, method: str) -> FunctionDef | None:
        """Return the function that a method is."""
        member = lookup(self.made.class_, method)
        return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None


class Endpoints:
    """All that can be asked over RPC of the services of a program.

    :param manager_of: gives the manager that a service makes when it starts, for who knows that; else it is one to
        which nothing was given.
    """

    def __init__(self, walker: Walker, manager_of: Callable[[str], Object | None] = lambda _service: None) -> None:
        self._walker = walker
        self._manager_of = manager_of
        self._program = walker.program
        self._by_service: dict[str, tuple[Endpoint, ...]] = {}
        self._topics: dict[str, str] | None = None

    @property
    def managers(self) -> Mapping[str, ClassDef]:
        """The manager's class of each service."""
        return managers(self._program, self._walker.options)

    @property
    def topics(self) -> Mapping[str, str]:
        """The service that listens to each topic."""
        if self._topics is None:
            self._topics = dict(self._all_topics())
        return self._topics

    def _all_topics(self) -> Iterator[tuple[str, str]]:
        package = self._program.checkout.package
        for service in self.managers:
            short = service.removeprefix(f"{package}-")
            yield service, service
            yield short, service
            module = self._program.module(f"{package}.{short}.rpcapi")
            for name in _ALTERNATIVE_TOPICS if module is not None else ():
                topic = evaluate(name, module) if module is not None else None
                if isinstance(topic, str):
                    yield topic, service

    @property
    def main_topics(self) -> Mapping[str, str]:
        """The services by the topic that is theirs in the first place, without those that no command starts."""
        prefix = f"{self._program.checkout.package}-"
        commands = starts(self._program)
        return {service.removeprefix(prefix): service for service in self.managers if service in commands}

    def service_of(self, class_: ClassDef) -> str | None:
        """Return the service one of whose endpoints is of this class."""
        for service, manager in self.managers.items():
            if manager == class_:
                return service
        for service in self.managers:
            if any(endpoint.made.class_ == class_ for endpoint in self.of(service)):
                return service
        return None

    def of(self, service: str) -> tuple[Endpoint, ...]:
        """Return the endpoints of a service, the manager first."""
        if service not in self._by_service:
            self._by_service[service] = tuple(self._made(service))
        return self._by_service[service]

    def _made(self, service: str) -> Iterator[Endpoint]:
        manager = self._manager_of(service)
        if manager is None:
            manager, _ = self._walker.heap.construct(self.managers[service], self._walker.atoms.empty)
        yield self._endpoint(manager)
        for atom in self._further(manager):
            if isinstance(atom, Object) and atom is not manager:
                yield self._endpoint(atom)
        base = self._program.module(f"{self._program.checkout.package}.{_BASE.partition('.')[0]}")
        if base is not None:
            yield from self._of_module(base)

    def _of_module(self, module: Module) -> Iterator[Endpoint]:
        for fact in module.facts.classes:
            if fact.name == _BASE.rpartition(".")[2]:
                made, _ = self._walker.heap.construct(ClassDef(module, fact.index), self._walker.atoms.empty)
                yield self._endpoint(made)

    def _further(self, manager: Object) -> Iterator[Atom]:
        """Give further endpoints: of ``create_rpc_dispatcher`` (2012.2 to 2013.2), of ``additional_endpoints``."""
        frame = Frame(manager.class_.module, {}, {})
        member = lookup(manager.class_, "create_rpc_dispatcher")
        value: Value = ()
        if member is not None:
            method = self._walker.attribute(frame, (manager,), "create_rpc_dispatcher")
            for atom in self._walker.calls.call(frame, method, self._walker.atoms.empty, 0, None):
                if isinstance(atom, Object) and atom.arguments is not None and atom.arguments.positional:
                    value = atom.arguments.positional[0]
        else:
            value = self._walker.heap.own(manager, "additional_endpoints") or ()
        for atom in value:
            if isinstance(atom, Sequence):
                for item in atom.items:
                    yield from item

    def _endpoint(self, made: Object) -> Endpoint:
        frame = Frame(made.class_.module, {}, {})
        namespace, version = (
            self._attribute(frame, made, "RPC_API_NAMESPACE"),
            self._attribute(frame, made, "RPC_API_VERSION"),
        )
        if lookup(made.class_, "target") is not None:
            for atom in self._walker.attribute(frame, (made,), "target"):
                if isinstance(atom, Target):
                    namespace = _text(self._walker, atom.namespace)
                    version = _text(self._walker, atom.version)
        return Endpoint(made, namespace, version)

    def _attribute(self, frame: Frame, made: Object, name: str) -> str | None:
        if lookup(made.class_, name) is None:
            return None
        return _text(self._walker, self._walker.attribute(frame, (made,), name))

    def find(self, topic: str, namespace: str | None, method: str) -> tuple[str | None, Endpoint | None]:
        """Return the service that a message goes to, and the endpoint that has its method."""
        service = self.topics.get(topic)
        found = [] if service is None else [one for one in self.of(service) if one.namespace == namespace]
        for endpoint in found:
            if endpoint.definition(method) is not None:
                return service, endpoint
        for endpoint in found:
            if lookup(endpoint.made.class_, "__getattr__") is not None:
                return service, endpoint
        for consumer in self._consumers:
            if consumer.topic == topic or (consumer.topic is None and consumer.service == service):
                endpoint = self._endpoint(consumer.made)
                if endpoint.namespace == namespace and endpoint.definition(method) is not None:
                    return consumer.service, endpoint
        return service, None

    def unread(self, paths: Iterable[str]) -> tuple[Place, ...]:
        """Return the places in these files where servers of messages are made whose endpoints are not known."""
        return tuple(Consumers(self._walker, self.managers).unread(paths))

    @cached_property
    def _consumers(self) -> tuple[Consumer, ...]:
        return tuple(Consumers(self._walker, self.managers).found())

    def summary(self, endpoint: Endpoint, method: str, arguments: Arguments) -> Summary:
        """Return what an endpoint does when a message with these arguments arrives."""
        frame = Frame(endpoint.made.class_.module, {}, {})
        callee = self._walker.attribute(frame, (endpoint.made,), method)
        travelled = self._walker.atoms.arguments(
            [self._walker.atoms.some],
            [(name, self._travelled(value)) for name, value in arguments.keywords],
            is_open=arguments.is_open,
        )
        return self._walker.entry(endpoint.made.class_.module, callee, travelled)

    def _travelled(self, value: Value) -> Value:
        """Return what is left of a value on the other side of a message: plain data, and versioned objects."""
        return tuple(dict.fromkeys(self._one_travelled(atom) for atom in value))

    def _one_travelled(self, atom: Atom) -> Atom:
        atoms = self._walker.atoms
        match atom:
            case Dict() | Sequence():
                return (atoms.some if atom.truth is None else atoms.true if atom.truth else atoms.false)[0]
            case Object(arguments=None):
                return atom
            case Object() | Class() | Function() | Partial():
                return atoms.true[0]
        return atom


def _text(walker: Walker, value: Value) -> str | None:
    found = walker.texts.texts(tuple(atom for atom in value if not (isinstance(atom, Const) and atom.value is None)))
    return found[0] if len(found) == 1 else None
