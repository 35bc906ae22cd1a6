"""Which host a message goes to where several answer: what the source calls it, and what only a later message tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.model import Block, Message
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
    ) == ["p1 compute None > p1 compute None: stop_instance"]


def test_what_a_process_asks_of_an_instance_that_it_was_given_it_asks_another_host(tmp_path: Path) -> None:
    assert arrows(
        tmp_path,
        """
def run(self, context, instance):
    self.compute_rpcapi.stop_instance(context, instance)
""",
    ) == ["p1 compute None > p2 compute None: stop_instance"]


def test_a_later_message_tells_on_which_host_the_flow_starts(tmp_path: Path) -> None:
    """34.0.0: confirming a resize, when nova-conductor does it and when nova-compute does."""
    assert arrows(
        tmp_path,
        """
def run(self, context, instance, migration):
    self.task_rpcapi.migrate_server(context, instance, False, None)
    self.compute_api.start(context, instance, migration)
    self.compute_api.stop(context, instance)
""",
    ) == [
        "p1 compute destination > p2 conductor None: migrate_server",
        "p2 conductor None > p3 compute source: start_instance",
        "p2 conductor None > p1 compute destination: stop_instance",
        "p1 compute destination > p3 compute source: start_instance",
        "p1 compute destination > p1 compute destination: stop_instance",
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
        "p1 compute None > p1 compute None: stop_instance",
        "p1 compute None > p2 compute None: stop_instance",
        "p1 compute None > p1 compute None: pause_instance",
    ]
