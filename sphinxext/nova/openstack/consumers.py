"""Who answers messages beside the manager of a service: objects for which other code makes a server of messages.

nova-cells has such servers for what other cells send (2013.1 to 19.0.0), nova-ajax-console-proxy has one although it is
no service with a manager (2011.2 and 2011.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow import Class, Frame, Object, Sequence, Target
from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.forms import Place, full_name, is_messaging
from sphinxext.nova.openstack.mentions import mentioning
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.flow import Value, Walker
    from sphinxext.nova.program import ClassDef, Module
    from sphinxext.nova.syntax.forms import CallForm, Expr

_MAKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "get_server": ("target", "endpoints"),  # of nova/rpc.py, in cells/rpc_driver.py, 2014.1 to 19.0.0
    "RpcDispatcher": ("endpoints",),  # of openstack/common/rpc/dispatcher.py, in the same, 2013.1 and 2013.2
    "TopicAdapterConsumer": ("connection", "topic", "endpoints"),  # of nova/rpc, in bin/, 2011.2
    "create_consumer": ("topic", "endpoints"),  # of nova/rpc, in bin/, 2011.3
}
"""What makes a server of messages, and the names of what it is given."""
SERVERS: Final = tuple(_MAKERS)
"""What a file mentions that makes a server of messages."""
_OTHER_NAMES: Final = {"proxy": "endpoints", "callbacks": "endpoints"}
_MACHINERY: Final = ("rpc", "manager", "service", "openstack.common")
"""Modules that make the servers of all services."""


class Consumer(NamedTuple):
    """An object that answers messages. ``topic`` is ``None`` where that is not said: then it is the service's."""

    topic: str | None
    service: str
    made: Object


class Consumers:
    """All such objects of a program; ``managers`` are the services."""

    def __init__(self, walker: Walker, managers: Mapping[str, ClassDef]) -> None:
        self._walker = walker
        self._program = walker.program
        self._managers = managers

    def found(self) -> Iterator[Consumer]:
        """Give them by the place of the code that makes their server."""
        for module in self._modules():
            yield from self._in(module)

    def unread(self, paths: Iterable[str]) -> Iterator[Place]:
        """Give the calls in these files that make a server of messages of whose objects none is known."""
        for module in map(self._program.module_at, paths):
            if module is not None and not self._is_machinery(module):
                made = list(_made(module))
                if made and next(self._in(module), None) is None:
                    yield from made

    def _in(self, module: Module) -> Iterator[Consumer]:
        service = self._service(module)
        for fact in module.facts.functions if service is not None else ():
            function = FunctionDef(module, fact.index)
            for call in calls(function.body):
                last = call[1].rpartition(".")[2] if isinstance(call[1], str) else ""
                if service is not None and last in _MAKERS:
                    yield from self._of_call(function, _given(call, _MAKERS[last]), service)

    def _modules(self) -> Iterator[Module]:
        package = self._program.checkout.package
        self._program.note("mentions", package, SERVERS)
        paths = mentioning(self._program, package, SERVERS)
        scripts = [start.path for start in starts(self._program).values() if start.path.startswith("bin/")]
        for path, data in self._program.read_many(scripts):
            self._program.note("file", path)
            if any(word.encode() in data for word in SERVERS):
                paths.append(path)
        for module in map(self._program.module_at, paths):
            if module is not None and not self._is_machinery(module):
                yield module

    def _is_machinery(self, module: Module) -> bool:
        short = self._walker.boundaries.short(module.name)
        return any(short == one or short.startswith(f"{one}.") for one in _MACHINERY)

    def _service(self, module: Module) -> str | None:
        """Return the service in whose folder a module lies, or the command that a script is."""
        for start in starts(self._program).values():
            if start.path == module.path:
                return start.name
        parts = module.name.split(".")
        service = "-".join(parts[:2])
        return service if len(parts) > 2 and service in self._managers else None

    def _of_call(self, function: FunctionDef, given: Mapping[str, Expr], service: str) -> Iterator[Consumer]:
        topics = self._topics(self._value(function, given.get("topic")))
        for atom in self._value(function, given.get("target")):
            if isinstance(atom, Target):
                topics += self._topics(atom.topic)
        for made in self._objects(self._value(function, given.get("endpoints"))):
            for topic in topics or [None]:
                yield Consumer(topic, service, made)

    def _topics(self, value: Value) -> list[str | None]:
        return [*self._walker.messaging.topics(value)]

    def _objects(self, value: Value) -> Iterator[Object]:
        for atom in value:
            match atom:
                case Object():
                    yield atom
                case Class(definition=class_):  # of static methods, 2011.2 and 2011.3
                    made, _ = self._walker.heap.construct(class_, None)
                    yield made
                case Sequence(items=items):
                    for item in items:
                        yield from self._objects(item)

    def _value(self, function: FunctionDef, expression: Expr) -> Value:
        """Return what an expression in a function may be, whoever calls it."""
        names = {parameter.name: self._walker.atoms.any for parameter in function.fact.parameters}
        return self._walker.expressions.value(Frame(function, names, {}, is_guess=True), expression)


def _made(module: Module) -> Iterator[Place]:
    """Give the calls of a module that make a server of messages."""
    facts = {fact.index: fact for word in SERVERS for fact in module.facts.functions_mentioning(word.encode())}
    for fact in facts.values():
        function = FunctionDef(module, fact.index)
        for call in calls(function.body):
            name = call[1] if isinstance(call[1], str) else ""
            last = name.rpartition(".")[2]
            given = _given(call, _MAKERS[last]) if last in _MAKERS else {}
            if given.get("endpoints") is not None and (last != "get_server" or is_messaging(name, module)):
                yield Place(full_name(name, module), module.path, call[4])


def _given(call: CallForm, names: tuple[str, ...]) -> Mapping[str, Expr]:
    keywords = {_OTHER_NAMES.get(name, name): value for name, value in call[3]}
    return dict(zip(names, call[2], strict=False)) | keywords
