"""Flows that begin in an object which is given its clients by what makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.model import Flow
    from sphinxext.nova.program import Program

TASKS = """
class Base(object):
    def __init__(self, context, instance):
        self.context = context
        self.instance = instance


class Start(Base):
    def __init__(self, context, instance, client, notifier=None):
        super(Start, self).__init__(context, instance)
        self.client = client
        self.notifier = notifier

    def execute(self):
        self.client.start_instance(self.context, self.instance)
        if self.notifier is None:
            self.client.pause_instance(self.context, self.instance)


class Outer(Base):
    def __init__(self, context, instance, client):
        super(Outer, self).__init__(context, instance)
        self.client = client

    def execute(self):
        Inner(self.context, self.instance, self.client).execute()


class Inner(Base):
    def __init__(self, context, instance, client):
        super(Inner, self).__init__(context, instance)
        self.client = client

    def execute(self):
        self.client.stop_instance(self.context, self.instance)


class Never(Inner):
    def execute(self):
        self.client.stop_instance(self.context, self.instance)


class Circle(object):
    def __init__(self, client):
        self.client = client

    def execute(self):
        self.client.start_instance(None, None)
        Circle(self.client).execute()
"""
MANAGER = """
from nova import manager
from nova.compute import rpcapi
from nova.conductor import tasks


class ConductorManager(manager.Manager):
    def __init__(self):
        super(ConductorManager, self).__init__()
        self.compute_rpcapi = rpcapi.ComputeAPI()

    def start(self, context, instance):
        tasks.Start(context, instance, self.compute_rpcapi).execute()

    def outer(self, context, instance):
        tasks.Outer(context, instance, client=self.compute_rpcapi).execute()
        tasks.Circle(self.compute_rpcapi).execute()
"""
FILES = {"nova/conductor/tasks.py": TASKS, "nova/conductor/manager.py": MANAGER}
SCHEDULER = """
from nova.conductor import tasks
from nova.scheduler import rpcapi


def check(context, instance):
    return tasks.Start(context, instance, rpcapi.SchedulerAPI(), notifier=object())
"""


def flows(folder: Path, **more: str) -> Flows:
    return Flows(trees.program(folder, {**FILES, **{f"nova/{name}.py": text for name, text in more.items()}}))


def asked(flows: Flows, name: str) -> Flow:
    return flows.flow(flows.find(f"nova.conductor.tasks.{name}.execute"))


def methods(flow: Flow) -> list[str]:
    return [message.method for message in flow.messages]


def test_what_the_only_place_gives_is_known(tmp_path: Path) -> None:
    flow = asked(flows(tmp_path), "Start")
    assert methods(flow) == ["start_instance", "pause_instance"]
    assert flow.unfollowed == ()


def test_what_is_made_by_something_that_is_given_it_itself(tmp_path: Path) -> None:
    assert methods(asked(flows(tmp_path), "Inner")) == ["stop_instance"]
    assert methods(asked(flows(tmp_path), "Outer")) == ["stop_instance"]


def test_what_makes_itself(tmp_path: Path) -> None:
    assert methods(asked(flows(tmp_path), "Circle")) == ["start_instance"]


def test_several_places_are_joined_and_what_one_leaves_out_is_not_known(tmp_path: Path) -> None:
    flow = asked(flows(tmp_path, scheduling=SCHEDULER), "Start")
    assert methods(flow) == ["start_instance", "pause_instance"]
    (block,) = [step for step in flow.steps if getattr(step, "branches", None)]
    assert [branch.condition for branch in block.branches] == ["self.notifier is None"]


def test_what_nothing_makes_is_said_not_to_be_followed(tmp_path: Path) -> None:
    flow = asked(flows(tmp_path), "Never")
    assert methods(flow) == []
    assert [one.expression for one in flow.unfollowed] == ["self.client.stop_instance"]


def test_a_test_gives_nothing(tmp_path: Path) -> None:
    text = "from nova.conductor import tasks\n\n\ndef make():\n    return tasks.Never(None, None, object())\n"
    program = trees.program(tmp_path, {**FILES, "nova/tests/fake.py": text})
    assert methods(asked(Flows(program), "Never")) == []
    assert ("tree", "nova") in {(source.kind, source.path) for source in _sources(program)}


def _sources(program: Program) -> frozenset[object]:
    with program.recording() as record:
        asked(Flows(program), "Never")
    return record.sources


@pytest.mark.parametrize("order", [1, -1])
def test_in_any_order_of_asking(tmp_path: Path, order: int) -> None:
    names = ["Start", "Outer", "Inner", "Never", "Circle"]
    alone = {name: asked(flows(tmp_path / name), name) for name in names}
    one = flows(tmp_path / "one")
    for name in names[::order]:
        assert asked(one, name) == alone[name]
        managed = one.flow(one.find("nova.conductor.manager.ConductorManager.outer"))
        assert methods(managed) == ["stop_instance", "start_instance"]
