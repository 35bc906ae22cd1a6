"""Who touches the database, and by which way: straight, through nova-conductor, or through an object."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import DRIVER, Call, Choice, Decided, Reached, Sent, Walker
from sphinxext.nova.model import Answer, Caller, DbCall
from sphinxext.nova.openstack.database import Access, Inner, database, database_access
from sphinxext.nova.openstack.database.catalogue import sources
from sphinxext.nova.openstack.entries import find_entry
from sphinxext.nova.openstack.records import LOAD, LOADER, Records
from sphinxext.nova.openstack.service_work import ServiceWork
from sphinxext.nova.problems import Kind, QuestionError, Source
from sphinxext.nova.program import ClassDef, imported_by_string, mro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.flow import Steps
    from sphinxext.nova.openstack.database import DbFunction
    from sphinxext.nova.openstack.service_work import Begun
    from sphinxext.nova.program import Program

_DIRECT: Final = "direct"
_CONDUCTOR: Final = "conductor"
_OBJECT: Final = "object"
_DATABASE: Final = "database"
_MOST_NEAR: Final = 3


def db_calls(program: Program, of: str = "") -> Answer[DbCall]:
    """Say which database functions are reached, and how.

    :param of: a service (``nova-compute``), or one function, RPC method, REST action or periodic task, as
        :func:`~.entries.find_entry` takes them; ``""`` for all services.
    :returns: a row for each service, function and route, by their names.
    :raises QuestionError: nothing in the checkout is called ``of``.
    """
    with program.recording() as record:
        asked = program.remember("db calls", lambda: DbCalls(program))
        rows = tuple(asked.rows(of.strip()))
    return Answer(rows, record.problems, frozenset({*record.sources, *asked.sources, Source("ref", "")}))


class DbCalls:
    """The database calls of one program; they share everything that was walked for one of them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._inner = Inner(database(program))
        self._by_name = dict(_by_name(database(program).functions.values()))
        self._boundaries = _boundaries(program)
        self._walker = Walker(program, self._boundaries)
        self._work = ServiceWork(self._walker, self._access)
        self._alone: dict[str, ServiceWork] = {}
        self._conductor = f"{program.checkout.package}-{_CONDUCTOR}"
        self._clients = {f"{program.checkout.package}.{_CONDUCTOR}.{name}" for name in ("api", "rpcapi")}
        self._behind: dict[str, frozenset[DbFunction]] = {}
        self._below: dict[int, tuple[Steps, frozenset[DbFunction]]] = {}

    @property
    def sources(self) -> frozenset[Source]:
        """The parts of the checkout, besides what was read, in which more could appear."""
        return frozenset({*sources(self._program), *self._work.sources})

    def rows(self, of: str = "") -> Iterator[DbCall]:
        """Give the rows of a service, of a function, or of all services."""
        with self._walker.walking():
            services = self._work.services
            if of and of not in services:
                yield from self._of_function(of, services)
                return
            for service in [of] if of else services:
                yield from self._rows(service, self._work_in(service).of(service))

    def _of_function(self, of: str, services: Sequence[str]) -> Iterator[DbCall]:
        try:
            start = find_entry(self._program, self._work.endpoints, of)
        except QuestionError as error:
            near = get_close_matches(of, services, n=_MOST_NEAR)
            if not near:
                raise
            raise QuestionError(Kind.NAME, f"{error}; near matches: {', '.join(near)}") from error
        work = self._work_in(start.service)
        yield from self._rows(start.service, [work.begun(start.function, start.class_, start.service)])

    def _work_in(self, service: str | None) -> ServiceWork:
        """Return the work of a process: of one that is told when it starts that it may not touch the database, alone.

        What it is told may stay in it: up to 2014.2, whoever asks first makes the driver of the service group for all.
        """
        if service is None or not self._work.is_denied(service):
            return self._work
        if service not in self._alone:
            walker = Walker(self._program, self._boundaries, process_of=self._walker)
            self._alone[service] = ServiceWork(walker, self._access)
            for _ in self._alone[service].started(service):
                pass
        return self._alone[service]

    def _rows(self, service: str | None, begun: Iterable[Begun]) -> Iterator[DbCall]:
        access = self._access(service)
        ways = _Ways()
        self._reach([one.summary.steps for one in begun], ways)
        drivers = self._through_drivers(ways)

        def straight(route: str) -> bool:
            return route == _DIRECT or (route == _OBJECT and not access.objects)

        def blocked(function: DbFunction, route: str) -> bool:
            return access.blocked and straight(route) and function.access is not None

        self._go_inside(ways, blocked)
        for (function, route), callers in sorted(ways.callers.items(), key=lambda item: (item[0][0].name, item[0][1])):
            objects = ways.through(function) if route == _OBJECT else ()
            inside = (function, route) in ways.inside
            yield DbCall(
                service=service,
                function=function.name,
                implementation=function.implementation.name if function.implementation is not None else None,
                file=function.file,
                line=function.line,
                access=function.access,
                route=route,
                object=objects[0] if objects else None,
                objects=objects,
                process=service if straight(route) else self._conductor,
                blocked=blocked(function, route) and not inside,
                callers=tuple(sorted(callers, key=lambda caller: (caller.file, caller.line, caller.name))),
                inside=inside,
                drivers=drivers.get((function, route), ()),
                by_drivers_only=(function, route) in ways.by_drivers,
            )

    def _through_drivers(self, ways: _Ways) -> Mapping[tuple[DbFunction, str], tuple[str, ...]]:
        """Take the ways through each hypervisor driver, and tell which of them are taken by which drivers.

        A process has one driver. What code that a driver calls back does with another is never reached.
        """
        found: defaultdict[tuple[DbFunction, str], list[str]] = defaultdict(list)
        before = frozenset(ways.callers)
        for name in sorted(ways.begun_by_driver):
            own = _Ways(name)
            self._reach(ways.begun_by_driver[name], own)
            ways.join(own)
            for way in own.callers:
                found[way].append(name)
        ways.by_drivers = ways.callers.keys() - before
        return {way: tuple(self._not_inherited(names)) for way, names in found.items()}

    def _not_inherited(self, names: Sequence[str]) -> Iterator[str]:
        """Give the names of classes but of those that inherit from others among them."""
        classes = {name: imported_by_string(name, self._program) for name in names}
        for name, class_ in classes.items():
            above = mro(class_)[1:] if isinstance(class_, ClassDef) else ()
            if not any(one in above for one in classes.values()):
                yield name

    def _go_inside(self, ways: _Ways, blocked: Callable[[DbFunction, str], bool]) -> None:
        """Add what the functions that were reached call in the backend; one that fails right away calls nothing."""
        reached = [(function, route) for function, route in ways.callers if not blocked(function, route)]
        for function, route in reached:
            for inner, callers in self._inner.below(function).items():
                if (inner, route) not in ways.callers or (inner, route) in ways.inside:
                    ways.inside.add((inner, route))
                    ways.callers[inner, route] |= callers
                    if route == _OBJECT:
                        ways.objects[inner] |= ways.objects[function]

    def _access(self, service: str | None) -> Access:
        known = database_access(self._program, self._walker.options)
        return known.get(service or "", Access())

    # --- the graph of what was walked

    def _reach(self, begun: Iterable[Steps], ways: _Ways) -> None:
        """Take all ways out of the functions in which work begins in a process."""

        def enters(step: Reached) -> bool:
            return self._enters(step) and (step.kind != DRIVER or step.name == ways.driver)

        for step, call in _flat(begun, enters, self._is_client):
            if isinstance(step, Reached) and step.kind == DRIVER:
                ways.begun_by_driver[step.name].append(step.steps)
            elif isinstance(step, Sent):
                for function in self._through_conductor(step):
                    ways.add(function, _CONDUCTOR, call or step)
            elif step.kind == _OBJECT:
                self._through(step, self._functions_below(step.steps), step.name, ways)
            elif step.kind == LOAD:
                self._through(step, self._functions_loaded(step), f"{step.name.rpartition('.')[0]}.{LOADER}", ways)
            else:
                found = self._named(step)
                if found is not None:
                    ways.add(found, _DIRECT, step)

    def _through(self, step: Reached, found: frozenset[DbFunction], name: str, ways: _Ways) -> None:
        """Take the ways through a method of an object."""
        for function in found:
            ways.add(function, _OBJECT, step)
            sizes = ways.objects[function]
            sizes[name] = min(len(found), sizes.get(name, len(found)))

    def _enters(self, step: Reached) -> bool:
        """Tell whether what is behind a boundary happens in this process, and by the same way."""
        found = self._named(step)
        return step.kind != _OBJECT and (found is None or found.own)

    def _loaded(self, step: Reached) -> Steps:
        """Return what loading a field does."""
        found = self._boundaries.loads.get(step.name) if step.kind == LOAD else None
        return found.steps if found is not None else ()

    def _is_client(self, call: Call) -> bool:
        """Tell whether a call is of what code asks nova-conductor by: the classes of two of its modules."""
        function = call.summary.function
        return function is not None and function.module.name in self._clients

    def _named(self, step: Reached) -> DbFunction | None:
        return self._by_name.get(step.name) if step.kind == _DATABASE else None

    def _functions_below(self, steps: Steps) -> frozenset[DbFunction]:
        """Return the database functions that are reached in these steps, by whichever way."""
        known = self._below.get(id(steps))
        if known is None:
            found: set[DbFunction] = set()
            for step, _ in _flat([steps], self._goes_on):
                if isinstance(step, Reached):
                    found.update(self._functions_loaded(step) if step.kind == LOAD else self._one(step))
            # The steps are kept so that no others get their identity.
            known = self._below[id(steps)] = (steps, frozenset(found))
        return known[1]

    def _functions_loaded(self, step: Reached) -> frozenset[DbFunction]:
        """Return the database functions that loading a field reaches, which loads others, and so in circles."""
        if step.name not in self._behind:
            reached = _flat([self._loaded(step)], self._goes_on, loaded=self._loaded)
            self._behind[step.name] = frozenset(
                function for one, _ in reached if isinstance(one, Reached) for function in self._one(one)
            )
        return self._behind[step.name]

    def _goes_on(self, step: Reached) -> bool:
        return step.kind == _OBJECT or self._enters(step)

    def _one(self, step: Reached) -> tuple[DbFunction, ...]:
        function = self._named(step)
        return () if function is None else (function,)

    def _through_conductor(self, step: Sent) -> frozenset[DbFunction]:
        """Return what nova-conductor does in the database when it is asked by a method of its own. 2013.1 to 14.0.0."""
        endpoints = self._work.endpoints
        conductor = self._conductor
        found: set[DbFunction] = set()
        if step.kind != "call" or conductor not in endpoints.managers:
            return frozenset()
        for topic in self._walker.messaging.topics(step.topic):
            service, endpoint = endpoints.find(topic, step.namespace, step.method)
            if service == conductor and endpoint is not None and endpoint.made.class_ == endpoints.managers[conductor]:
                found |= self._functions_below(endpoints.summary(endpoint, step.method, step.arguments).steps)
        return frozenset(found)


class _Ways:
    """The ways that were found to database functions, and who goes them."""

    def __init__(self, driver: str | None = None) -> None:
        self.driver = driver
        """The name of the class of the driver of the process, ``None`` while all that drivers do is left out."""
        self.begun_by_driver: defaultdict[str, list[Steps]] = defaultdict(list)
        """What each driver is asked to do, by the name of its class."""
        self.by_drivers: AbstractSet[tuple[DbFunction, str]] = frozenset()
        """The ways that nothing but drivers takes."""
        self.callers: defaultdict[tuple[DbFunction, str], set[Caller]] = defaultdict(set)
        self.inside: set[tuple[DbFunction, str]] = set()
        """The functions that only others call, with the route."""
        self.objects: defaultdict[DbFunction, dict[str, int]] = defaultdict(dict)
        """The methods of objects that a function is reached through, and how many functions each reaches."""

    def through(self, function: DbFunction) -> tuple[str, ...]:
        """Return the methods of objects that a function is reached through, first those that are meant for it.

        They are called as its name ends (``Instance.get_by_uuid``, ``instance_get_by_uuid``), or reach the least.
        """
        sizes = self.objects[function]

        def order(name: str) -> tuple[bool, int, str]:
            return not function.name.endswith(f"_{name.rpartition('.')[2]}"), sizes[name], name

        return tuple(sorted(sizes, key=order))

    def join(self, others: _Ways) -> None:
        """Add other ways."""
        for way, callers in others.callers.items():
            self.callers[way] |= callers
        for function, sizes in others.objects.items():
            for name, size in sizes.items():
                self.objects[function][name] = min(size, self.objects[function].get(name, size))

    def add(self, function: DbFunction, route: str, step: Call | Reached | Sent) -> None:
        """Take a way: the step is where the process leaves its own code."""
        self.callers[function, route].add(Caller(step.scope.name, step.scope.module.path, step.line))


def _flat(
    begun: Iterable[Steps],
    enters: Callable[[Reached], bool],
    is_client: Callable[[Call], bool] = lambda _call: False,
    loaded: Callable[[Reached], Steps] = lambda _step: (),
) -> Iterator[tuple[Reached | Sent, Call | None]]:
    """Give the boundaries and messages below some steps, those of each function once for each of its contexts.

    :param enters: tells whether to go on behind a boundary.
    :param is_client: tells whether a call is of something that only sends messages. What is below it is given once for
        each such call, with the call.
    :param loaded: gives what is behind a field.
    """
    pending: list[tuple[Steps, Call | None]] = [(steps, None) for steps in begun]
    seen: set[object] = set()
    while pending:
        steps, via = pending.pop()
        for step in steps:
            match step:
                case Call(summary=summary):
                    client = via or (step if is_client(step) else None)
                    key = (id(summary), client and (client.scope, client.line))
                    if key not in seen:
                        seen.add(key)
                        pending.append((summary.steps, client))
                case Choice(ways=ways):
                    pending += [(way.steps, via) for way in ways]
                case Decided(steps=inside):
                    pending.append((inside, via))
                case Sent():
                    yield step, via
                case Reached():
                    yield step, via
                    pending += [(step.steps, via)] if enters(step) else []
                    if step.kind == LOAD and step.name not in seen:
                        seen.add(step.name)
                        pending.append((loaded(step), via))


def _boundaries(program: Program) -> Records:
    named: dict[str, str] = {}
    closed: set[str] = set()
    for name, function in _by_name(database(program).functions.values()):
        named[name] = _DATABASE
        if not function.own:
            closed.add(name)
    return Records(
        package=program.checkout.package,
        program=program,
        named=named,
        closed=frozenset(closed),
        # Objects are gone through here, and so are the parts of the database package that do not ask the database; and
        # the clients of other projects, which keep objects of Nova's own: neutron.py makes and deletes the interfaces.
        closed_kinds=frozenset(),
        opens=True,
        # Notifications send no message, but read fields that have to be loaded.
        notifying=(),
    )


def _by_name(functions: Iterable[DbFunction]) -> Iterator[tuple[str, DbFunction]]:
    """Give functions by the names of all that stand for them, the facade's and the backend's."""
    for function in functions:
        yield function.name, function
        if function.implementation is not None:
            yield function.implementation.name, function
