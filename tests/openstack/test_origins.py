"""Where the host of a message comes from: traced from the client through the caller's code, and through messages."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.model import HostRole
from sphinxext.nova.openstack.origins import Hosted, Origin, Tracer
from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.openstack.assignments import Assignments
    from sphinxext.nova.openstack.origins import Trip

SOURCE, DESTINATION = Origin(HostRole.SOURCE), Origin(HostRole.DESTINATION)
SERVER, CHOSEN, ASKED = Origin(HostRole.SERVER), Origin(HostRole.CHOSEN), Origin(HostRole.ASKED)
OWN = Origin(HostRole.OWN, "p1")
CLIENT = """
import oslo_messaging as messaging

from nova import rpc


def _compute_host(host, instance):
    if host:
        return host
    if not instance.host:
        raise ValueError()
    return instance.host


class ComputeAPI(object):
    def __init__(self):
        self.client = rpc.get_client(messaging.Target(topic='compute', version='5.0'))

    def start_instance(self, ctxt, instance, host=None, **more):
        cctxt = self.client.prepare(server=_compute_host(host, instance), version='5.0')
        cctxt.cast(ctxt, 'start_instance', instance=instance, **more)
"""
TASKS = """
class Base(object):
    def __init__(self, context, instance):
        self.context = context
        self.instance = instance

    def execute(self):
        return self._execute()


class Task(Base):
    def __init__(self, context, instance, destination, client, migration=None):
        super(Task, self).__init__(context, instance)
        self.destination = destination
        self.source = instance.host
        self.migration = migration
        self.client = client

    def _execute(self):
        if not self.destination:
            self.destination, node = self._find()
        self.client.start_instance(self.context, self.instance, host=self.destination)
        self.client.start_instance(self.context, self.instance, host=self.source)

    def _find(self):
        selections = self.scheduler.select_destinations(self.context)
        selection = selections[0]
        return selection.service_host, selection.nodename
"""


def traced(folder: Path, methods: str, **more: str) -> list[Hosted]:
    """Return the hosts of the messages that ``API.run`` sends, and of those that their receivers send."""
    found: list[Hosted] = []

    class Recording(Tracer):
        def __init__(self, sources: Assignments, trip: Trip, package: str) -> None:
            super().__init__(sources, trip, package)
            self.is_near = trip.before is None or trip.before.before is None

        def hosted(self) -> Hosted:
            hosted = super().hosted()
            if self.is_near:
                found.append(hosted)
            return hosted

    files = {"nova/compute/rpcapi.py": CLIENT, "nova/compute/api.py": trees.api(methods, "from nova import tasks")}
    files |= {"nova/tasks.py": TASKS} | {f"nova/{name.replace('__', '/')}.py": text for name, text in more.items()}
    flows = Flows(trees.program(folder, files))
    start = flows.find("nova.compute.api.API.run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sphinxext.nova.openstack.telling.Tracer", Recording)
        flows.flow(start)
    return found


ASK = "self.compute_rpcapi.start_instance(context, instance{})"
TO_HOST = ASK.format(", host")
NETWORK = Origin(HostRole.OTHER, "network")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ASK.format(""), [SERVER]),
        ("self.compute_rpcapi.start_instance(context, self.find(id)['inst'])", [SERVER]),
        (ASK.format(", migration.source_compute"), [SOURCE]),
        (ASK.format(", host=migration['dest_compute']"), [DESTINATION]),
        (ASK.format(", host=CONF.host"), [OWN]),
        (f"there = migration.dest_compute\n{ASK.format(', there')}", [DESTINATION]),
        (ASK.format(", self._where(migration)"), [SOURCE]),
        (ASK.format(", host=body['evacuate']['host']"), [ASKED]),
        (ASK.format(", host=body.get('host') or instance.host"), [ASKED]),
        (f"host = body['host'] if body else migration.source_compute\n{TO_HOST}", [ASKED, SOURCE]),
        (f"for it in self.query.select_destinations(context)[0]:\n    {ASK.format(', it.service_host')}", [CHOSEN]),
        (f"node, host = 'n', migration.dest_compute\n{TO_HOST}", [DESTINATION]),
        (f"node, host = self._both(migration)\n{TO_HOST}", [SOURCE]),
        (f"for it, there in zip(self.every, [migration.dest_compute]):\n    {ASK.format(', there')}", [DESTINATION]),
        (f"given = {{'host': migration.source_compute}}\n{ASK.format(', **given')}", [SOURCE]),
        (f"given = {{}}\ngiven['host'] = migration.source_compute\n{ASK.format(', **given')}", [SOURCE]),
        ("network = self.db.network_get(context)\n" + ASK.format(", network['host']"), [NETWORK]),
        (f"host = self.db.network_get(context)['host']\n{TO_HOST}", [SERVER]),
        (f"migration.dest_compute = host\n{TO_HOST}", [ASKED, DESTINATION]),
        (f"self.new(source_compute=instance.host)\n{ASK.format('')}", [SERVER, SOURCE]),
        (f"if not host:\n    host = instance.host\n{TO_HOST}", [ASKED]),
        (f"there = None\nif not there:\n    there = instance.host\n{ASK.format(', there')}", [SERVER]),
        (f"if self.multi:\n    host = migration.source_compute\n{TO_HOST}", [ASKED, SOURCE]),
        (f"with self.lock:\n    host = migration.source_compute\n{TO_HOST}", [SOURCE]),
        (f"host = host or migration.source_compute\n{TO_HOST}", [ASKED, SOURCE]),
        (f"host = host\n{TO_HOST}", [ASKED]),
        ("spawn_n(self._later, context, instance, migration.dest_compute)", [DESTINATION]),
        (f"def inner():\n    {ASK.format(', migration.source_compute')}\ninner()", [SOURCE]),
    ],
)
def test_a_host_is_what_it_was_made_from(tmp_path: Path, body: str, expected: list[Origin]) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    methods = f"""
def run(self, context, id, instance, migration, host, body):
{lines}

def _where(self, migration):
    found = migration.source_compute
    return found

def _both(self, migration):
    return migration.source_node, migration.source_compute

def _later(self, context, instance, there):
    self.compute_rpcapi.start_instance(context, instance, there)
"""
    assert [list(one.origins) for one in traced(tmp_path, methods)] == [expected]


def test_an_attribute_is_what_the_constructor_was_given_where_the_object_was_made(tmp_path: Path) -> None:
    """14.0.0 and newer: the tasks of nova-conductor, which a method of its own makes."""
    found = traced(
        tmp_path,
        """
        def run(self, context, instance, destination, migration):
            migration.source_compute = instance.host
            task = self._build(context, instance, destination, migration)
            task.execute()

        def _build(self, context, instance, destination, migration):
            return tasks.Task(context, instance, destination, self.compute_rpcapi, migration)
        """,
    )
    assert [one.origins for one in found] == [(DESTINATION, CHOSEN), (SERVER, SOURCE)]


def test_what_a_message_brings_is_what_its_sender_put_into_it(tmp_path: Path) -> None:
    manager = dedent(
        """
        from nova import manager
        from nova.compute import rpcapi


        def decorated(function):
            def wrapper(self, context, *args, **kwargs):
                return function(self, context, *args, **kwargs)
            return wrapper


        class ComputeManager(manager.Manager):
            def __init__(self):
                super(ComputeManager, self).__init__()
                self.rpcapi = rpcapi.ComputeAPI()

            @decorated
            def start_instance(self, context, instance, migration=None, there=None):
                self.rpcapi.start_instance(context, instance, host=migration.source_compute)
                self.rpcapi.start_instance(context, instance, host=there)
                self.rpcapi.start_instance(context, instance)
        """
    )
    found = traced(
        tmp_path,
        """
        def run(self, context, instance, record):
            where = self.query.select_destinations(context)[0]
            self.compute_rpcapi.start_instance(context, instance, host=where.service_host, there=where.service_host)
        """,
        compute__manager=manager.replace(
            "(context, instance, host=there)", "(context, instance, host=there, there=there)"
        ),
    )
    assert found == [
        Hosted((CHOSEN,)),
        Hosted((SOURCE,)),
        Hosted((CHOSEN,), is_given=True),
        Hosted((SERVER,), is_given=True),
    ]


def test_the_process_that_a_host_is_given_by_is_on_it(tmp_path: Path) -> None:
    """``CONF.host`` in a message is the host of its sender."""
    manager = dedent(
        """
        from nova import manager
        from nova.compute import rpcapi

        class ComputeManager(manager.Manager):
            def start_instance(self, context, instance, back=None):
                rpcapi.ComputeAPI().start_instance(context, instance, host=back)
        """
    )
    found = traced(
        tmp_path,
        """
        def run(self, context, instance):
            self.compute_rpcapi.start_instance(context, instance, back=CONF.host)
        """,
        compute__manager=manager,
    )
    assert found == [Hosted((SERVER,), is_given=True), Hosted((OWN,), is_given=True)]


def test_names_that_are_assigned_in_a_circle_end(tmp_path: Path) -> None:
    found = traced(
        tmp_path,
        """
        def run(self, context, instance):
            one = two
            two = three
            three = one or self.again(one)
            self.compute_rpcapi.start_instance(context, instance, host=one)

        def again(self, one):
            return self.again(one)
        """,
    )
    # The client takes the host of the server where it is given none.
    assert [one.origins for one in found] == [(SERVER,)]


def test_only_a_message_about_a_server_makes_what_is_asked_for_a_destination() -> None:
    assert Hosted((ASKED,)).of_server(is_about_a_server=True).origins == (ASKED, DESTINATION)
    assert Hosted((ASKED,)).of_server(is_about_a_server=False).origins == (ASKED,)
    assert Hosted((SERVER,)).of_server(is_about_a_server=True).origins == (SERVER,)
