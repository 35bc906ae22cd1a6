"""Who touches the database, and by which way: straight, through nova-conductor, or through an object."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.model import Answer, DbCall
from sphinxext.nova.openstack.database import Access, Inner, database, database_access
from sphinxext.nova.openstack.database.catalogue import sources
from sphinxext.nova.openstack.database.graph import CONDUCTOR, DATABASE, DIRECT, OBJECT, Graph
from sphinxext.nova.openstack.database.layers import layers
from sphinxext.nova.openstack.entries import find_entry
from sphinxext.nova.openstack.records import LOADER, Records
from sphinxext.nova.openstack.service_work import ServiceWork
from sphinxext.nova.problems import Kind, Problem, QuestionError, Source
from sphinxext.nova.program import ClassDef, imported_by_string, mro

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.flow import Sent, Steps
    from sphinxext.nova.model import Caller
    from sphinxext.nova.openstack.database import DbFunction
    from sphinxext.nova.openstack.database.graph import Ways
    from sphinxext.nova.openstack.service_work import Begun
    from sphinxext.nova.program import Program

_MOST_NEAR: Final = 3


def db_calls(program: Program, of: str = "") -> Answer[DbCall]:
    """Say which database functions are reached, and how.

    :param of: a service (``nova-compute``), or one function, RPC method, REST action or periodic task, as
        :func:`~.entries.find_entry` takes them; ``""`` for all services.
    :returns: a row for each service, function and route, by their names.
    :raises QuestionError: nothing in the checkout is called ``of``.
    """
    with program.recording() as record:
        asked = program.remember("db calls", lambda: _Asked(program))
        rows, left_open = asked.rows(of.strip())
    # What was walked for an earlier question is not looked at again.
    asked.seen |= record.sources
    problems = (*program.problems_in(asked.seen), *left_open)
    return Answer(rows, problems, frozenset({*asked.seen, *asked.calls.sources, Source("ref", "")}))


class _Asked:
    """The questions for the database calls of a program: one for each service, or function."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.calls = DbCalls(program)
        self.seen: set[Source] = set()
        """What all questions so far looked at."""

    def rows(self, of: str) -> tuple[tuple[DbCall, ...], tuple[Problem, ...]]:
        """Return the rows of a service, of a function, or of all services, and what had to be left open."""
        rows: list[DbCall] = []
        problems: dict[Problem, None] = {}
        for one in (of,) if of else self.calls.services():
            rows += self._of_one(one)
            problems |= dict.fromkeys(self.calls.problems())
        # Where there is no service, too.
        problems |= dict.fromkeys(self.calls.problems())
        return tuple(rows), tuple(problems)

    def _of_one(self, of: str) -> Sequence[DbCall]:
        """Return the rows of a service or function, the same whatever was asked before.

        It is asked again with nothing walked where a limit was met in what all questions share.
        """
        if not self.calls.is_for_all:
            self.calls = DbCalls(self._program)
        was_new = self.calls.is_new
        rows = tuple(self.calls.rows(of))
        return rows if was_new or self.calls.is_for_all else self._of_one(of)


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
        self._conductor = f"{program.checkout.package}-{CONDUCTOR}"
        clients = {f"{program.checkout.package}.{CONDUCTOR}.{name}" for name in ("api", "rpcapi")}
        self._graph = Graph(self._by_name.get, self._through_conductor, self._loaded, clients)

    def _forms(self) -> Iterator[Problem]:
        """Say where the functions of the database are not known as those of a module: in other projects."""
        if not layers(self._program):
            package = self._program.checkout.package
            what = f"there is no {package}/db/api.py: which functions of {package} touch the database is not known"
            yield Problem(Kind.FORM, what)
            return
        if not self._work.endpoints.managers:
            facade = layers(self._program)[0].facade
            what = "no service with a manager is known: which service calls the functions of this module is not known"
            yield Problem(Kind.FORM, what, facade.path)

    @property
    def sources(self) -> frozenset[Source]:
        """The parts of the checkout, besides what was read, in which more could appear."""
        return frozenset({*sources(self._program), *self._work.sources})

    @property
    def is_new(self) -> bool:
        """Whether nothing was walked yet."""
        return not self._walker.evaluations

    @property
    def is_for_all(self) -> bool:
        """Whether what was walked is good for the next question, too."""
        return all(walker.is_for_all for walker in self._walkers())

    def problems(self) -> Iterator[Problem]:
        """Give what had to be left open, and what is not read."""
        yield from self._forms()
        for walker in self._walkers():
            yield from walker.limits.problems()

    def _walkers(self) -> Iterator[Walker]:
        yield self._walker
        for work in self._alone.values():
            yield work.walker

    def services(self) -> Sequence[str]:
        """Return all services that there may be rows of, sorted."""
        return self._work.services

    def rows(self, of: str) -> Iterator[DbCall]:
        """Give the rows of a service or function."""
        with self._walker.walking():
            services = self._work.services
            if of not in services:
                yield from self._of_function(of, services)
            else:
                yield from self._rows(of, self._work_in(of).of(of))

    def _of_function(self, of: str, services: Sequence[str]) -> Iterator[DbCall]:
        try:
            start = find_entry(self._program, self._work.endpoints, of)
        except QuestionError as error:
            near = get_close_matches(of, services, n=_MOST_NEAR)
            if not near or "near matches" in str(error):
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
        ways = _Ways(self._graph.ways([self._graph.node(one.summary.steps) for one in begun]))
        drivers = self._through_drivers(ways)

        def straight(route: str) -> bool:
            return route == DIRECT or (route == OBJECT and not access.objects)

        def blocked(function: DbFunction, route: str) -> bool:
            return access.blocked and straight(route) and function.access is not None

        self._go_inside(ways, blocked)
        for (function, route), callers in sorted(ways.callers.items(), key=lambda item: (item[0][0].name, item[0][1])):
            objects = ways.through(function) if route == OBJECT else ()
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
        for name, begun in sorted(ways.begun_by_driver.items()):
            own = self._graph.ways(begun, name)
            ways.join(own)
            for way in {(function, route) for function, route, _ in own.taken}:
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
                    if route == OBJECT:
                        ways.reach(inner, ways.objects[function])

    def _access(self, service: str | None) -> Access:
        known = database_access(self._program, self._walker.options)
        return known.get(service or "", Access())

    def _loaded(self, name: str) -> Steps:
        """Return what loading a field does."""
        found = self._boundaries.loads.get(name)
        return found.steps if found is not None else ()

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
                summary = endpoints.summary(endpoint, step.method, step.arguments)
                found |= self._graph.below(self._graph.node(summary.steps))
        return frozenset(found)


class _Ways:
    """The ways that were found to database functions, and who goes them."""

    def __init__(self, ways: Ways) -> None:
        self.begun_by_driver = ways.begun_by_driver
        self.by_drivers: AbstractSet[tuple[DbFunction, str]] = frozenset()
        """The ways that nothing but drivers takes."""
        self.callers: defaultdict[tuple[DbFunction, str], set[Caller]] = defaultdict(set)
        self.inside: set[tuple[DbFunction, str]] = set()
        """The functions that only others call, with the route."""
        self.objects: defaultdict[DbFunction, dict[str, int]] = defaultdict(dict)
        """The methods of objects that a function is reached through, and how many functions each reaches."""
        self.join(ways)

    def through(self, function: DbFunction) -> tuple[str, ...]:
        """Return the methods of objects that a function is reached through, first those that are meant for it.

        They are called as its name ends (``Instance.get_by_uuid``, ``instance_get_by_uuid``), or reach the least. What
        loads a field comes after what it asks.
        """
        sizes = self.objects[function]

        def order(name: str) -> tuple[bool, int, bool, str]:
            method = name.rpartition(".")[2]
            return not function.name.endswith(f"_{method}"), sizes[name], method == LOADER, name

        return tuple(sorted(sizes, key=order))

    def join(self, ways: Ways) -> None:
        """Add other ways."""
        for function, route, caller in ways.taken:
            self.callers[function, route].add(caller)
        for function, name, size in ways.through:
            self.reach(function, {name: size})

    def reach(self, function: DbFunction, objects: Mapping[str, int]) -> None:
        """Reach a function through methods of objects, each with the fewest functions that it was seen to reach."""
        sizes = self.objects[function]
        for name, size in objects.items():
            sizes[name] = min(size, sizes.get(name, size))


_OF_HOSTS: Final = (
    "accelerator.cyborg.",
    "compute.monitors.",
    "compute.provider_tree.",
    "image.glance.",
    "pci.utils.",
    "privsep.",
    "service_auth.",
    "share.manila.",
    "storage.rbd_utils.",
    "thread_pool_factory.",
    "virt.disk.",
    "virt.images.",
    "virt.libvirt.config.",
    "virt.libvirt.designer.",
    "virt.libvirt.guest.",
    "virt.libvirt.host.",
    "virt.libvirt.imagebackend.",
    "virt.libvirt.storage.",
    "virt.libvirt.utils.",
    "virt.libvirt.volume.",
    "virt.netutils.",
    "virt.osinfo.",
    "virt.vmwareapi.ds_util.",
    "virt.vmwareapi.session.",
    "virt.vmwareapi.vif.",
    "virt.vmwareapi.vim_util.",
    "virt.vmwareapi.volumeops.",
    "virt.zvm.hypervisor.",
)
"""Modules for hosts, threads, files, images and storage, and clients of other projects that hold no object of Nova's.

None of them asks the database: 27 releases from 2010.1 to 34.0.0 have the same rows when they are read.
"""

_LEAVES: Final = (
    "api.openstack.common.ViewBuilder._get_",
    "network.neutron.ClientWrapper.",
    "network.neutronv2.ClientWrapper.",
    "network.neutronv2.api.ClientWrapper.",
    "notifications.objects.base.",
    "objects.instance._expected_cols",
    "virt.block_device.DriverBlockDevice.__getitem__",
    "virt.block_device.DriverBlockDevice.get",
    "virt.libvirt.blockinfo.find_disk_dev_for_disk_bus",
    "virt.libvirt.blockinfo.has_disk_dev",
)
"""Functions that only hand on what a client of another project does, only compute, or copy fields by their names."""
_SPAWNING: Final = frozenset({"spawn_on"})
"""A function of ``thread_pool_factory.py`` that lets an executor run what it is given. 34.0.0 and newer."""
_PLAIN: Final = (
    ("scheduler.client.report", frozenset({"retries", "safe_connect"})),
    (
        "volume.cinder",
        frozenset(
            {
                "translate_attachment_exception",
                "translate_cinder_exception",
                "translate_create_exception",
                "translate_mixed_exceptions",
                "translate_snapshot_exception",
                "translate_volume_exception",
            }
        ),
    ),
    ("", frozenset({"if_notifications_enabled"})),
)
"""Decorators that only make other exceptions, or decide whether anybody is told."""
_SERIALIZING: Final = ("objects", frozenset({"serialize_args"}))
"""What only writes arguments in another way: it is not who asks. ``objects/base.py``, 2014.2 and newer."""
_IDLE: Final = (
    ("api.metadata.base.InstanceMetadata.__init__", frozenset({"address", "content", "extra_md", "request_context"})),
    ("compute.api.API._record_action_start", frozenset({"action"})),
    ("compute.manager.ComputeManager._notify_about_instance_usage", frozenset({"event_suffix", "fault"})),
    ("compute.utils.notify_about_", frozenset({"action", "event_suffix", "exception", "fault", "phase", "source"})),
    ("objects.instance.Instance.save", frozenset({"admin_state_reset", "expected_task_state"})),
    ("objects.instance_action.InstanceAction.action_start", frozenset({"action_name"})),
)
"""Parameters that only say what is written, by the beginnings of the names of the functions that have them."""


def _boundaries(program: Program) -> Records:
    named: dict[str, str] = {}
    closed: set[str] = set()
    for name, function in _by_name(database(program).functions.values()):
        named[name] = DATABASE
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
        unread=_OF_HOSTS,
        # Notifications send no message, but read fields that have to be loaded.
        notifying=(),
        leaves=(*Boundaries.leaves, *_LEAVES),
        spawning=Boundaries.spawning | _SPAWNING,
        plain=(*Boundaries.plain, *_PLAIN, _SERIALIZING),
        idle=_IDLE,
    )


def _by_name(functions: Iterable[DbFunction]) -> Iterator[tuple[str, DbFunction]]:
    """Give functions by the names of all that stand for them, the facade's and the backend's."""
    for function in functions:
        yield function.name, function
        if function.implementation is not None:
            yield function.implementation.name, function
