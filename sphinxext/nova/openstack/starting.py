"""The steps in which a process starts, in the order in which its code takes them.

They are read off the command's code and then off the methods of the class ``Service`` of ``nova/service.py`` that run
when it is made and started; so are those of ``WSGIService``, where an API has a server of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import StartStep
from sphinxext.nova.openstack.bootstrap import BLOCKERS, WSGI_SERVICE, Place
from sphinxext.nova.program import (
    Assigned,
    ClassDef,
    External,
    FunctionDef,
    Module,
    attribute,
    lookup,
    member_of,
    resolve,
)
from sphinxext.nova.program.bindings import Value
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.walking import inside, own_expressions, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.model import Command
    from sphinxext.nova.openstack.bootstrap import Bootstrap
    from sphinxext.nova.program import Scope
    from sphinxext.nova.syntax.forms import Block, Expr

_HOOKS: Final = frozenset({"init_host", "pre_start_hook", "post_start_hook"})
"""Methods of the manager that its service calls; the last two in 2013.1 and newer."""
_RPC_SERVERS: Final = frozenset(
    {"get_server", "create_consumer", "AdapterConsumer", "TopicAdapterConsumer", "FanoutAdapterConsumer"}
)
"""What listens to a topic: ``rpc.get_server`` in 2014.1 and newer, the others before."""
_TIMERS: Final = frozenset({"LoopingCall", "DynamicLoopingCall", "FixedIntervalLoopingCall", "add_dynamic_timer"})
_TIMED: Final = {"self.periodic_tasks": "periodic_tasks", "self.report_state": "report_state"}
"""Methods of a service that it runs again and again; the second one up to 2012.2."""
_LOADERS: Final = frozenset({"load_app", "loadapp", "load_paste_app"})
"""What makes an application of WSGI of a section of ``api-paste.ini``; the last one in 2011.1 and 2011.2."""
_LAUNCHERS: Final = frozenset({"process_launcher", "ProcessLauncher"})
_MANAGER: Final = "manager_class"
"""The variable of the manager's class where a service makes it, in all releases."""


class Starting:
    """The start of one process; ``manager`` and ``topics`` are those that it serves."""

    def __init__(self, command: Command, bootstrap: Bootstrap, manager: ClassDef | None, topics: Sequence[str]) -> None:
        self._command = command
        self._bootstrap = bootstrap
        self._manager = manager
        self._topics = topics
        self._class: ClassDef | None = None
        """The class of the service that is made."""

    def steps(self) -> Iterator[StartStep]:
        """Give the steps; none for what is not in the checkout."""
        if not self._command.external and not self._command.missing:
            yield StartStep("main", self._command.entry_point, self._command.file, self._command.line)
            for scope, block in self._bootstrap.blocks[:1]:
                # The branches of a condition may do the same.
                yield from dict.fromkeys(self._read(scope, block, {scope}))

    def _read(self, scope: Scope, block: Block, seen: set[Scope]) -> Iterator[StartStep]:
        own = dict(self._bootstrap.blocks)
        for statement in statements(block):
            for part in (part for expression in own_expressions(statement) for part in inside(expression)):
                if isinstance(part, tuple) and part[0] == "call":
                    yield from self._called(Place(part, scope))
                    for expression in (part[1], *part[2]):
                        target = resolve(expression, scope) if isinstance(expression, str) else None
                        if isinstance(target, FunctionDef) and target in own and target not in seen:
                            seen.add(target)
                            yield from self._read(target, own[target], seen)
            match statement:
                case ("assign", line, (str(name),), value) if name.endswith(BLOCKERS) and value not in {None, False}:
                    yield StartStep("database", _full(name, scope), scope.module.path, line)

    def _called(self, place: Place) -> Iterator[StartStep]:
        bootstrap = self._bootstrap
        if place in bootstrap.created:
            yield from self._created(place)
        elif place.last == WSGI_SERVICE:
            yield from self._api(place)
        elif place in bootstrap.served:
            yield from self._served(place)
        elif place.last in _LAUNCHERS:
            yield _at("launcher", place)
        elif place.last in _LOADERS:
            for name in bootstrap.apis or [render(place.given("name"))]:
                yield StartStep("application", name, place.file, place.call[4])
        elif place in bootstrap.proxies:
            yield _at("proxy", place)
        elif place.last.endswith(BLOCKERS):
            yield _at("database", place)
        elif place in bootstrap.applications and place.last != "loadapp":
            yield _at("application", place)

    # --- services with a manager

    def _created(self, place: Place) -> Iterator[StartStep]:
        yield _at("create", place)
        if self._bootstrap.kind == "all-in-one":
            for binary in self._bootstrap.texts(place.given("binary"), place.scope):
                yield StartStep("service", binary, place.file, place.call[4])
            return
        target = resolve(place.name, place.scope)
        self._class = target.owner if isinstance(target, FunctionDef) else None
        yield from self._of_method("__init__")
        yield from self._of_method("startService")  # twistd calls it, 2010.1

    def _served(self, place: Place) -> Iterator[StartStep]:
        yield _at("serve", place)
        written = self._bootstrap.written(place.given("workers"), place)
        if written.expression is not None:
            yield StartStep("workers", render(written.expression), written.scope.module.path, written.line)
        if self._class is None and self._bootstrap.serves_script:
            target = resolve(place.name, place.scope)
            found = member_of(target.module, "Service") if isinstance(target, FunctionDef) else ()
            self._class = next((one for one in found if isinstance(one, ClassDef)), None)
            yield from self._of_method("__init__")
        yield from self._of_method("start")
        self._class = None

    def _of_method(self, name: str) -> Iterator[StartStep]:
        member = lookup(self._class, name) if self._class is not None else None
        if member is not None and isinstance(member.definition, FunctionDef):
            function = member.definition
            for statement in statements(function.body):
                for part in (part for expression in own_expressions(statement) for part in inside(expression)):
                    if isinstance(part, tuple) and part[0] == "call":
                        yield from self._in_service(Place(part, function))

    def _in_service(self, place: Place) -> Iterator[StartStep]:
        if place.name == _MANAGER and self._manager is not None:
            yield StartStep("manager", self._manager.name, self._manager.module.path, self._manager.fact.line)
        elif place.last in _HOOKS and place.name == f"self.manager.{place.last}":
            yield from self._method_of(self._manager, place.last, place.last)
        elif place.last in _TIMERS and place.call[2] and isinstance(place.call[2][0], str):
            timed = _TIMED.get(place.call[2][0], "")
            yield from self._method_of(self._class, timed, timed)
        else:
            yield from self._served_by(place)

    def _served_by(self, place: Place) -> Iterator[StartStep]:
        if place.last in _RPC_SERVERS:
            topic = self._topic(place)
            if topic is not None:
                yield StartStep("rpc_server", topic, place.file, place.call[4])
        elif place.last == "join":
            yield self._of_attribute("join", place)
        elif place.last in _LOADERS:
            for name in self._bootstrap.apis:
                yield StartStep("application", name, place.file, place.call[4])
        elif place.name == "self.server.start":
            yield self._of_attribute("listen", place)

    @staticmethod
    def _method_of(class_: ClassDef | None, name: str, what: str) -> Iterator[StartStep]:
        member = lookup(class_, name) if class_ is not None else None
        if member is not None and isinstance(member.definition, FunctionDef):
            yield _of(what, member.definition)

    def _topic(self, place: Place) -> str | None:
        """Return the topic that a server listens to, with what it stands for in it."""
        given = place.given("topic") or (place.call[2][0] if place.call[2] else None)
        text = render(self._target(given, place.scope)) if given is not None else ""
        if not self._topics or "topic" not in text:
            return None
        if "topic_alt" in text:
            return self._topics[1] if len(self._topics) > 1 else None
        if place.given("fanout") is True or place.last.startswith("Fanout"):
            return f"{self._topics[0]}_fanout"
        return f"{self._topics[0]}.HOST" if "%" in text else self._topics[0]

    def _target(self, expression: Expr, scope: Scope) -> Expr:
        """Return the expression of the topic: ``self.topic``, also inside ``messaging.Target(topic=self.topic)``."""
        if isinstance(expression, str) and "." not in expression:
            for binding in scope.bindings.get(expression, ()):
                if isinstance(binding, Value):
                    expression = binding.value
                    break
        match expression:
            case ("call", _, _, keywords, _, _):
                return dict(keywords).get("topic")
        return expression

    def _of_attribute(self, what: str, place: Place) -> StartStep:
        """Return the step of a call of ``self.name.method``: by which class, if that can be told."""
        name = place.name.removeprefix("self.").rpartition(".")[0]
        for assigned in attribute(self._class, name) if self._class is not None and name else ():
            match assigned.value:
                case ("call", function, *_):
                    class_ = resolve(function, assigned.scope)
                    member = lookup(class_, place.last) if isinstance(class_, ClassDef) else None
                    if member is not None and isinstance(member.definition, FunctionDef):
                        return _of(what, member.definition)
        return StartStep(what, place.name, place.file, place.call[4])

    # --- APIs

    def _api(self, place: Place) -> Iterator[StartStep]:
        yield _at("create", place)
        class_ = resolve(place.name, place.scope)
        if self._class is None and isinstance(class_, ClassDef):
            self._class = class_
            yield from self._of_method("__init__")


def _of(what: str, function: FunctionDef) -> StartStep:
    return StartStep(what, function.name, function.module.path, function.fact.line)


def _at(what: str, place: Place) -> StartStep:
    """Return the step of a call: the place of what is called, where that is in the checkout."""
    match resolve(place.call[1], place.scope):
        case FunctionDef() | ClassDef() as found:
            return StartStep(what, found.name, found.module.path, found.fact.line)
        case External(name):
            return StartStep(what, name, place.file, place.call[4])
    return StartStep(what, render(place.call[1]), place.file, place.call[4])


def _full(target: str, scope: Scope) -> str:
    """Return the dotted name of what is assigned to: of an attribute, with that of its class or module."""
    owner, _, name = target.rpartition(".")
    match resolve(owner, scope):
        case ClassDef() | Module() | External() as found:
            return f"{found.name}.{name}"
        case Assigned() | FunctionDef() | None:
            return target
