"""Which host a message goes to where several answer, what each host is, and where a flow starts that no service has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.model import Block, HostRole, Message
from sphinxext.nova.openstack.hosts import Hosts
from sphinxext.nova.openstack.origins import Hosted, Origin, Trip
from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.model import Step

HEAD = """
from nova import manager
from nova.compute import api
from nova.compute import rpcapi
from nova.conductor import rpcapi as conductor_rpcapi


class ComputeManager(manager.Manager):
    def __init__(self):
        super(ComputeManager, self).__init__()
        self.compute_api = api.API()
        self.compute_rpcapi = rpcapi.ComputeAPI()
        self.task_rpcapi = conductor_rpcapi.ComputeTaskAPI()

    def start_instance(self, context, instance):
        pass

    def stop_instance(self, context, instance, clean_shutdown):
        pass

    def pause_instance(self, context, instance):
        pass

"""
CONDUCTOR = """
import oslo_messaging as messaging

from nova import manager
from nova.compute import rpcapi


class ConductorManager(manager.Manager):
    def __init__(self):
        super(ConductorManager, self).__init__()
        self.additional_endpoints.append(ComputeTaskManager(rpcapi.ComputeAPI()))


class ComputeTaskManager(object):
    target = messaging.Target(namespace='compute_task', version='1.5')

    def __init__(self, client):
        self.client = client

    def migrate_server(self, context, instance, live, flavor):
        self.instance = instance
        self.client.start_instance(context, instance, host=instance.source_host)
        self.client.stop_instance(context, self.instance)
"""


def arrows(folder: Path, method: str) -> list[str]:
    """Return who sends what to whom when nova-compute runs a method, each host by its service and role."""
    body = "".join(f"    {line}\n" if line else "\n" for line in method.strip("\n").splitlines())
    manager = HEAD + body
    entry = trees.api(
        """
        def stop(self, context, instance):
            self.compute_rpcapi.stop_instance(context, instance)

        def start(self, context, instance, migration):
            self.compute_rpcapi.start_instance(context, instance, host=migration.source_host)
        """
    )
    files = {"nova/compute/manager.py": manager, "nova/compute/api.py": entry, "nova/conductor/manager.py": CONDUCTOR}
    flow = trees.flow(folder, files, "ComputeManager.run")
    names = {one.id: f"{one.id} {one.name.removeprefix('nova-')} {one.host}" for one in flow.participants}
    return [f"{names[one.from_]} > {names[one.to]}: {one.method}" for one in sent(flow.steps)]


def sent(steps: tuple[Step, ...]) -> list[Message]:
    """Return the messages of a flow, in their order."""
    found: list[Message] = []
    for step in steps:
        if isinstance(step, Message):
            found += [step, *sent(step.steps)]
        elif isinstance(step, Block):
            for branch in step.branches:
                found += sent(branch.steps)
    return found


def test_what_a_process_asks_of_its_own_instances_it_asks_itself(tmp_path: Path) -> None:
    assert arrows(
        tmp_path,
        """
def run(self, context):
    instance = self.longest_running(context)
    self.compute_api.stop(context, instance)
""",
    ) == ["p1 compute server > p1 compute server: stop_instance"]


def test_what_a_process_asks_of_an_instance_that_it_was_given_it_asks_another_host(tmp_path: Path) -> None:
    """What is given a server of another host is where that moves to: ``prep_resize``, the checks before it."""
    assert arrows(
        tmp_path,
        """
def run(self, context, instance):
    self.compute_rpcapi.stop_instance(context, instance)
""",
    ) == ["p1 compute destination > p2 compute source: stop_instance"]


def test_a_process_that_has_servers_is_not_named_by_what_is_rarely_done_with_one(tmp_path: Path) -> None:
    """34.0.0: a resize is confirmed before a server is deleted, by nova-conductor or by nova-compute."""
    assert arrows(
        tmp_path,
        """
def run(self, context, instance, migration):
    self.task_rpcapi.migrate_server(context, instance, False, None)
    self.compute_api.start(context, instance, migration)
    self.compute_api.stop(context, instance)
""",
    ) == [
        "p1 compute server > p2 conductor None: migrate_server",
        "p2 conductor None > p3 compute source: start_instance",
        "p2 conductor None > p1 compute server: stop_instance",
        "p1 compute server > p3 compute source: start_instance",
        "p1 compute server > p1 compute server: stop_instance",
    ]


def test_an_instance_is_where_it_was_whatever_it_is_called(tmp_path: Path) -> None:
    """34.0.0: nova-conductor's task calls it ``self.instance`` where nova-compute calls it ``instance``."""
    assert arrows(
        tmp_path,
        """
def run(self, context, instance):
    self.compute_rpcapi.stop_instance(context, instance)
    self.task_rpcapi.migrate_server(context, instance, False, None)

def stop_instance(self, context, instance, clean_shutdown):
    self.compute_rpcapi.start_instance(context, instance, host=instance.dest_host)
""",
    ) == [
        "p1 compute destination > p2 compute source: stop_instance",
        "p2 compute source > p1 compute destination: start_instance",
        "p1 compute destination > p3 conductor None: migrate_server",
        "p3 conductor None > p2 compute source: start_instance",
        "p3 conductor None > p2 compute source: stop_instance",
    ]


def test_what_a_process_found_by_its_own_host_is_on_it(tmp_path: Path) -> None:
    """2014.2: ``init_host`` goes on with reboots that it was stopped in. Whom else it destroys is somewhere else."""
    assert arrows(
        tmp_path,
        """
def run(self, context):
    our_host = self.host
    instances = objects.InstanceList.get_by_host(context, our_host, expected_attrs=['info_cache'])
    try:
        for instance in instances:
            self._go_on(context, instance)
        for moved in self.driver.list_instances(self.hosts):
            self._go_on(context, moved)
    finally:
        first = objects.Instance.get_first(context, host=self.host)
        self.compute_rpcapi.pause_instance(context, instance=first)

def _go_on(self, context, instance):
    self._retry(context, instance['name'], instance)

def _retry(self, context, name, instance):
    self.compute_rpcapi.stop_instance(context, instance)
""",
    ) == [
        "p1 compute own > p1 compute own: stop_instance",
        "p1 compute own > p2 compute server: stop_instance",
        "p1 compute own > p1 compute own: pause_instance",
    ]


def test_start_up_is_on_this_host_whatever_it_asks_of_others(tmp_path: Path) -> None:
    """34.0.0: ``init_host`` asks where evacuated servers are now, and may confirm resizes."""
    assert arrows(
        tmp_path,
        """
def run(self, context):
    filters = {'source_compute': self.host}
    for evacuation in objects.MigrationList.get_by_filters(context, filters):
        self._ask(context, self.instances[evacuation.instance_uuid], host=evacuation.dest_compute)
    for migration in self.unconfirmed(context):
        self.compute_api.start(context, migration.instance, migration)
        self.compute_api.stop(context, migration.instance)

def _ask(self, context, instance, host=None):
    self.compute_rpcapi.start_instance(context, instance, host=host)
""",
    ) == [
        "p1 compute own > p2 compute destination: start_instance",
        "p1 compute own > p3 compute source: start_instance",
        "p1 compute own > p1 compute own: stop_instance",
    ]


def test_a_host_that_reaches_itself_ends_there(tmp_path: Path) -> None:
    """2012.2 to 2015.1.0: ``deallocate_fixed_ip`` of nova-network asks another host for the same, if it is not that."""
    assert arrows(
        tmp_path,
        """
def run(self, context, instance):
    fixed = self.fixed(context)
    host = instance.host
    if not fixed.multi_host:
        host = fixed.network['host']
    if host != self.host:
        self.compute_rpcapi.start_instance(context, instance, host=host)

def start_instance(self, context, instance, host=None):
    if not self.multi_host:
        host = self.network['host']
    if host != self.host:
        self.compute_rpcapi.start_instance(context, instance, host=host)
""",
    ) == ["p1 compute own > p2 compute network: start_instance"]


COMMANDS = {
    "setup.cfg": (
        "[metadata]\nname = nova\n\n[entry_points]\nconsole_scripts =\n"
        "    nova-all = nova.cmd.all:main\n"
        "    nova-compute = nova.cmd.compute:main\n"
        "    nova-manage = nova.cmd.manage:main\n"
        "    nova-novncproxy = nova.cmd.novncproxy:main\n"
        "    nova-spicehtml5proxy = nova.cmd.spicehtml5proxy:main\n"
    ),
    "nova/cmd/all.py": "from nova.console import websocketproxy\n\n\ndef main():\n    websocketproxy.Proxy()\n",
    "nova/cmd/baseproxy.py": (
        "from nova.console import websocketproxy\n\n\ndef proxy():\n    websocketproxy.Proxy().start()\n"
    ),
    "nova/cmd/novncproxy.py": "from nova.cmd import baseproxy\n\n\ndef main():\n    baseproxy.proxy()\n",
    "nova/cmd/spicehtml5proxy.py": "import nova.cmd.baseproxy as base\n\n\ndef main():\n    base.proxy()\n",
    "nova/cmd/manage.py": (
        "from nova.compute import rpcapi\n\n\n"
        "class ServerCommands(object):\n"
        "    def refresh(self, context, instance):\n"
        "        rpcapi.ComputeAPI().stop_instance(context, instance)\n"
    ),
    "nova/console/__init__.py": "",
    "nova/console/websocketproxy.py": (
        "from nova.compute import rpcapi\n\n\n"
        "class Proxy(object):\n"
        "    def new_client(self, context, instance):\n"
        "        rpcapi.ComputeAPI().get_console(context, instance, 'vnc')\n"
    ),
}


@pytest.mark.parametrize(
    ("entry", "lifelines"),
    [
        ("ServerCommands.refresh", ["nova-manage", "nova-compute"]),
        ("Proxy.new_client", ["nova-novncproxy, nova-spicehtml5proxy", "nova-compute"]),
        ("nova.cmd.baseproxy.proxy", ["nova-novncproxy, nova-spicehtml5proxy"]),
    ],
)
def test_what_a_command_runs_is_on_the_lifeline_of_its_name(tmp_path: Path, entry: str, lifelines: list[str]) -> None:
    flow = trees.flow(tmp_path, COMMANDS, entry)
    assert [one.name for one in flow.participants] == lifelines
    assert flow.entry.service == lifelines[0]


@pytest.mark.parametrize("manager", ["", "from nova.console import websocketproxy\n"])
def test_what_a_service_uses_itself_is_on_its_lifeline(tmp_path: Path, manager: str) -> None:
    """2012.2 to 20.0.0: nova-console has its code in the folder of the proxies."""
    service = {
        "nova/service.py": "SERVICE_MANAGERS = {'nova-console': 'nova.console.manager.ConsoleProxyManager'}\n",
        "nova/cmd/console.py": "def main():\n    pass\n",
        "nova/console/manager.py": (
            f"from nova import manager\n{manager}\n\nclass ConsoleProxyManager(manager.Manager):\n    pass\n"
        ),
        "setup.cfg": f"{COMMANDS['setup.cfg']}    nova-console = nova.cmd.console:main\n",
    }
    flow = trees.flow(tmp_path, {**COMMANDS, **service}, "Proxy.new_client")
    expected = "nova-console" if manager else "nova-novncproxy, nova-spicehtml5proxy"
    assert flow.participants[0].name == expected


ROLES = [role for role in HostRole if role not in {HostRole.OWN, HostRole.ANY, HostRole.OTHER}]
ORIGINS = [*map(Origin, ROLES), Origin(HostRole.OTHER, "network")]
SENT = st.tuples(
    st.integers(0, 9),  # who sends, of the lifelines so far
    st.sampled_from(["nova-compute", "nova-compute", "nova-conductor", "nova-network"]),
    st.none() | st.lists(st.sampled_from(ORIGINS), max_size=3, unique=True).map(tuple),
    st.booleans(),
)


@given(st.sampled_from(["nova-api", "nova-compute"]), st.lists(SENT, max_size=8))
def test_hosts_are_told_apart_whatever_is_sent(start: str, sent: list) -> None:
    hosts = Hosts()
    trips = {hosts.first(start): None}
    services = {"p1": start}
    for sender, service, origins, is_given in sent:
        line = list(services)[sender % len(services)]
        trip = Trip(None, (), (), line, services[line], trips[line])
        hosted = None if origins is None else Hosted(origins, is_given)
        to = hosts.receiver(service, trip, hosted, "cast")
        assert services.setdefault(to, service) == service
        # It names another host, or nothing says which.
        assert to != line or hosted is None
        trips.setdefault(to, trip)
    found = hosts.participants()
    assert [one.id for one in found] == list(services)
    assert [one.name for one in found] == list(services.values())
    for name in set(services.values()):
        said = [one.host for one in found if one.name == name]
        for role in ("source", "destination"):
            assert said.count(role) <= 1, said
