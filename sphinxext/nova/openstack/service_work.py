"""What a service does: the functions at which work begins in its process.

These are its RPC endpoints, its periodic tasks and its start-up, which also starts its timers; those of nova-api are
the actions of its REST APIs, those of what passes on consoles are the methods that a connection from outside calls.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow import Frame, Object
from sphinxext.nova.openstack.clients import Clients
from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.endpoints import Endpoints
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rest import rest_actions
from sphinxext.nova.program import Assigned, ClassDef, FunctionDef, candidates, imported_by_string, lookup, methods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sphinxext.nova.flow import Sent, Summary, Value, Walker
    from sphinxext.nova.openstack.database import Access
    from sphinxext.nova.openstack.endpoints import Endpoint
    from sphinxext.nova.problems import Source
    from sphinxext.nova.program import Module, Program
    from sphinxext.nova.syntax.forms import Expr

_SERVICE: Final = "service.Service"
_API: Final = "api"
_PLACEMENT: Final = "placement-api"
_OF_API: Final = ("{}-api", "{}-api-os-compute", "{}-api-wsgi")
"""The commands whose processes serve the REST API."""
_APPLICATION: Final = "api.openstack.wsgi_app.init_application"
"""What a WSGI server's module calls. 16.0.0 and newer."""
_METADATA: Final = "api.metadata.handler.MetadataRequestHandler"
_PLACEMENT_APPLICATION: Final = "api.openstack.placement.wsgi.init_application"
_PLACEMENT_ROUTES: Final = "api.openstack.placement.handler.ROUTE_DECLARATIONS"
"""The functions of the placement API, by the path and the HTTP method of a request. 14.0.0 to 19.x."""
_PROXIES: Final = ("{}-novncproxy", "{}-serialproxy", "{}-spicehtml5proxy")
"""The commands that pass on consoles; each asks what a token is good for, since 19.0.0 the database."""
_OF_PROXY: Final = ("console.websocketproxy.NovaProxyRequestHandler", "console.websocketproxy.NovaWebSocketProxy")
"""The class whose methods websockify calls, the first that is there: 2014.2 and newer, 2013.2 and 2014.1."""
_MAIN: Final = "main"
_MANAGER: Final = "manager"
_CREATE: Final = "create"
_ALLOWED: Final = "db_allowed"
"""What a command gives ``Service.create`` when its process may not touch the database. 2013.1 to 14.0.0."""
_TWISTED: Final = "startService"
"""What the library twisted calls of a service, which ``Service.create`` does not return. 2010.1."""
_CALLED: Final = "__call__"
"""What a WSGI server calls of an application."""
_DYNAMIC: Final = "__getattr__"
_LOADABLE: Final = ("filters", "weights")


class Begun(NamedTuple):
    """A function at which work begins, and what it does."""

    name: str
    summary: Summary


class ServiceWork:
    """The work of all services of a program; each is walked when it is asked for.

    :param access: tells how the process of a service gets at the database.
    """

    def __init__(self, walker: Walker, access: Callable[[str], Access]) -> None:
        self.walker = self._walker = walker
        self._access = access
        self._program: Program = walker.program
        self.endpoints = Endpoints(walker, self._manager)
        self._known: dict[str, Sequence[Begun]] = {}
        self.sources: set[Source] = set()
        """Where more work could appear, besides in what was read."""

    @property
    def services(self) -> Sequence[str]:
        """The services, sorted by name."""
        package = self._program.checkout.package
        found = set(self.endpoints.managers)
        if rest_actions(self._program):
            found.add(f"{package}-{_API}")
        if imported_by_string(f"{package}.{_METADATA}", self._program) is not None:
            found.add(f"{package}-{_API}-metadata")
        if self._routed:
            found.add(f"{package}-{_PLACEMENT}")
        if self._proxy() is not None:
            found.update(name for one in _PROXIES if (name := one.format(package)) in starts(self._program))
        return sorted(found)

    def of(self, service: str) -> Sequence[Begun]:
        """Return where work begins in a service."""
        if service not in self._known:
            self._known[service] = tuple(self._begun(service))
        return self._known[service]

    def begun(self, function: FunctionDef, class_: ClassDef | None, service: str | None) -> Begun:
        """Return what one function does, called on an instance of a class where one is given."""
        if class_ is None:
            return self._function(function)
        endpoints = self.endpoints.of(service) if service is not None and service in self.endpoints.managers else ()
        made = next((one.made for one in endpoints if one.made.class_ == class_), None)
        return self._method(made or self._made(class_), function)

    def _begun(self, service: str) -> Iterator[Begun]:
        package = self._program.checkout.package
        if service in self.endpoints.managers:
            yield from self._of_endpoints(service)
            yield from self._of_tasks(service)
            yield from self.started(service)
            yield from self._loaded(service)
        if service == f"{package}-{_API}":
            yield from self._of_rest()
            for name in _OF_API:
                yield from self._of_command(name.format(package))
            yield from self._of_application()
        elif service == f"{package}-{_API}-metadata":
            handler = imported_by_string(f"{package}.{_METADATA}", self._program)
            if isinstance(handler, ClassDef):
                made = self._made(handler)
                yield from self._all_methods(made, private=True)
                called = methods(handler).get(_CALLED)
                if called is not None:
                    yield self._method(made, called)
            yield from self._of_application()
            yield from self._of_command(service)
        elif service == f"{package}-{_PLACEMENT}":
            yield from map(self._plain, self._routed)
            yield from self._of_application(_PLACEMENT_APPLICATION)
        else:
            proxy = self._proxy() if service in {name.format(package) for name in _PROXIES} else None
            if proxy is not None:
                yield from self._all_methods(self._made(proxy))
            yield from self._of_command(service)

    def _of_application(self, name: str = _APPLICATION) -> Iterator[Begun]:
        application = imported_by_string(f"{self._program.checkout.package}.{name}", self._program)
        if isinstance(application, FunctionDef):
            yield self._function(application)

    def _proxy(self) -> ClassDef | None:
        package = self._program.checkout.package
        found = (imported_by_string(f"{package}.{name}", self._program) for name in _OF_PROXY)
        return next((class_ for class_ in found if isinstance(class_, ClassDef)), None)

    @cached_property
    def _routed(self) -> Sequence[FunctionDef]:
        """The functions of the placement API; of those that have one name for several versions, each."""
        routes = imported_by_string(f"{self._program.checkout.package}.{_PLACEMENT_ROUTES}", self._program)
        if not isinstance(routes, Assigned):
            return ()
        found = (
            one
            for written in _values(routes.value)
            for definition in candidates(written, routes.scope)
            if isinstance(definition, FunctionDef)
            for one in _namesakes(definition)
        )
        return tuple(dict.fromkeys(found))

    # --- endpoints and tasks

    def _of_endpoints(self, service: str) -> Iterator[Begun]:
        manager, *further = self.endpoints.of(service)
        yield from self._all_methods(manager.made)
        if lookup(manager.made.class_, _DYNAMIC) is not None:
            yield from self._dynamic(service, manager)
        for endpoint in further:
            # What has a dynamic method here (a proxy for another version) hands everything on to the manager.
            yield from self._all_methods(endpoint.made)

    def _dynamic(self, service: str, endpoint: Endpoint) -> Iterator[Begun]:
        """Give what a manager does whose methods have no names: as each is asked for. The scheduler, to 2012.1."""
        for sent in self._sent:
            for topic in self._walker.messaging.topics(sent.topic):
                if self.endpoints.find(topic, sent.namespace, sent.method) == (service, endpoint):
                    name = f"{endpoint.made.class_.name}.{sent.method}"
                    yield Begun(name, self.endpoints.summary(endpoint, sent.method, sent.arguments))

    @cached_property
    def _sent(self) -> Sequence[Sent]:
        return tuple(dict.fromkeys(sending.sent for sending in Clients(self._walker).sendings()))

    def _all_methods(self, made: Object, *, private: bool = False) -> Iterator[Begun]:
        for name, function in methods(made.class_).items():
            if not name.startswith("__" if private else "_"):
                yield self._method(made, function)

    def _of_tasks(self, service: str) -> Iterator[Begun]:
        manager = self.endpoints.of(service)[0].made
        tasks = periodic_tasks(self._program)
        self.sources |= tasks.sources
        for row in tasks.rows:
            member = lookup(manager.class_, row.task) if service in row.services else None
            if member is not None and isinstance(member.definition, FunctionDef):
                yield self._method(manager, member.definition)

    def _of_rest(self) -> Iterator[Begun]:
        made: dict[str, Object] = {}
        for action in rest_actions(self._program):
            if action.controller not in made:
                class_ = imported_by_string(action.controller, self._program)
                if isinstance(class_, ClassDef):
                    made[action.controller] = self._made(class_)
            function = self._at(action.file, action.line)
            if function is not None and action.controller in made:
                yield self._method(made[action.controller], function)

    def _at(self, file: str, line: int) -> FunctionDef | None:
        return self._program.remember(("functions of", file), lambda: _by_line(self._program.module_at(file))).get(line)

    # --- start-up

    def is_denied(self, service: str) -> bool:
        """Tell whether the start of a service is told that it may not touch the database."""
        create = self._create()
        if create is None or not self._access(service).blocked:
            return False
        return any(parameter.name == _ALLOWED for parameter in create.fact.parameters)

    def started(self, service: str) -> Iterator[Begun]:
        """Give ``Service.create(binary=...)`` and what ``start`` of the service that it makes does."""
        class_, created = self._service(), self._creation(service)
        if class_ is None or created is None:
            return
        yield created
        start = self._walker.attribute(Frame(class_.module, {}, {}), created.summary.returns, "start")
        yield Begun(f"{class_.name}.start", self._walker.entry(class_.module, start, self._walker.atoms.empty))
        twisted = lookup(class_, _TWISTED)
        if twisted is not None and isinstance(twisted.definition, FunctionDef):
            made, _ = self._walker.heap.construct(class_, None)
            yield self._method(made, twisted.definition)

    def _creation(self, service: str) -> Begun | None:
        """Return what ``Service.create`` does for a service, the same each time."""
        class_, definition = self._service(), self._create()
        if class_ is None or definition is None:
            return None
        atoms = self._walker.atoms
        create = self._walker.attribute(Frame(class_.module, {}, {}), (atoms.class_(class_),), definition.fact.name)
        given: list[tuple[str, Value]] = [("binary", (atoms.const(service),))]
        if self.is_denied(service):
            given.append((_ALLOWED, atoms.outcome(truth=False)))
        return Begun(definition.name, self._walker.entry(class_.module, create, atoms.arguments((), given)))

    def _manager(self, service: str) -> Object | None:
        """Return the manager that ``Service.create`` makes for a service."""
        created = self._creation(service)
        services = () if created is None else (atom for atom in created.summary.returns if isinstance(atom, Object))
        found = (made for one in services for made in self._walker.heap.own(one, _MANAGER) or ())
        class_ = self.endpoints.managers[service]
        return next((made for made in found if isinstance(made, Object) and made.class_ == class_), None)

    def _service(self) -> ClassDef | None:
        class_ = imported_by_string(f"{self._program.checkout.package}.{_SERVICE}", self._program)
        return class_ if isinstance(class_, ClassDef) else None

    def _create(self) -> FunctionDef | None:
        class_ = self._service()
        member = lookup(class_, _CREATE) if class_ is not None else None
        return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None

    def _loaded(self, service: str) -> Iterator[Begun]:
        """Give the filters and weighers of a scheduler, which it finds by looking into folders (``loadables.py``)."""
        package = self._program.checkout.package
        folder = f"{package}/{service.removeprefix(f'{package}-')}"
        for below in _LOADABLE:
            paths = self._program.source_files(f"{folder}/{below}")
            self._program.note("names", f"{folder}/{below}")
            self._program.load(paths)
            for module in map(self._program.module_at, paths):
                for fact in module.facts.classes if module is not None else ():
                    if module is not None and fact.outer is None and fact.outer_class is None:
                        yield from self._all_methods(self._made(ClassDef(module, fact.index)), private=True)

    def _of_command(self, name: str) -> Iterator[Begun]:
        start = starts(self._program).get(name)
        module = self._program.module_at(start.path) if start is not None and start.path else None
        for fact in module.facts.functions if module is not None else ():
            if module is not None and fact.name == _MAIN and fact.class_ is None and fact.outer is None:
                yield self._function(FunctionDef(module, fact.index))

    # --- walking

    def _made(self, class_: ClassDef) -> Object:
        made, _ = self._walker.heap.construct(class_, self._walker.atoms.empty)
        return made

    def _method(self, made: Object, function: FunctionDef) -> Begun:
        return self._called(function, self._walker.decorating.method(function, made))

    def _function(self, function: FunctionDef) -> Begun:
        return self._called(function, self._walker.names.of(function))

    def _plain(self, function: FunctionDef) -> Begun:
        """Return what a function does without its decorators: those of libraries hide it, and add nothing."""
        return self._called(function, (self._walker.decorating.plain(function),))

    def _called(self, function: FunctionDef, callee: Value) -> Begun:
        unknown = self._walker.atoms.arguments((), (), is_open=True)
        return Begun(function.name, self._walker.entry(function.module, callee, unknown))


def _values(written: Expr) -> Iterator[Expr]:
    """Give the values of a dictionary, and of the dictionaries in it."""
    match written:
        case ("dict", items):
            for _, value in items:
                yield from _values(value)
        case _:
            yield written


def _namesakes(function: FunctionDef) -> Iterator[FunctionDef]:
    for fact in function.module.facts.functions_called(function.fact.name):
        if fact.qualname == function.fact.qualname:
            yield FunctionDef(function.module, fact.index)


def _by_line(module: Module | None) -> Mapping[int, FunctionDef]:
    if module is None:
        return {}
    return {fact.line: FunctionDef(module, fact.index) for fact in module.facts.functions}
