"""What a flow is does not depend on what was asked before it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import ClassDef, Program, imported_by_string
from tests.flow import trees

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sphinxext.nova.model import Flow

CIRCLES = trees.api(
    """
    def run(self, context, instance):
        return self.first(context, instance, 3)

    def first(self, context, instance, n):
        if n:
            self.compute_rpcapi.start_instance(context, instance)
            return self.second(context, instance)
        return self.made(context)

    def second(self, context, instance):
        client = self.third(context, instance)
        client.stop_instance(context, instance)
        return client

    def third(self, context, instance):
        if instance:
            return self.first(context, instance, None)
        self.second(context, instance)
        return self.compute_rpcapi

    def made(self, context):
        self.lazy.pause_instance(context, self.lazy)
        return self.lazy

    @property
    def lazy(self):
        if self._lazy is None:
            self._lazy = self.made(None) or compute_rpcapi.ComputeAPI()
        return self._lazy
    """,
    imports="THINGS = {}\n",
)


def walked(flows: Flows, name: str) -> Flow | str:
    try:
        return flows.flow(flows.find(name))
    except QuestionError as error:
        return str(error)


def compare(make: Callable[[], Flows], names: Sequence[str], alone: Sequence[str]) -> None:
    flows = make()
    first = {name: walked(flows, name) for name in names}
    shuffled = list(names)
    for seed in range(2):
        random.Random(seed).shuffle(shuffled)
        flows = make()
        other = {name: walked(flows, name) for name in shuffled}
        assert [name for name in names if other[name] != first[name]] == []
    assert [name for name in alone if walked(make(), name) != first[name]] == []


def test_a_small_tree_of_functions_that_call_one_another(tmp_path: Path) -> None:
    program = trees.program(tmp_path, {"nova/compute/api.py": CIRCLES})
    names = [f"nova.compute.api.API.{name}" for name in ("run", "first", "second", "third", "made", "lazy")]
    compare(lambda: Flows(program), names, names)


@pytest.mark.release
@pytest.mark.parametrize("name", ["nova-34.0.0", "nova-20.0.0"])
def test_everything_that_a_release_answers_or_does_by_itself(release: Callable[[str], Path], name: str) -> None:
    checkout = open_checkout(release(name))
    program = Program(checkout)
    flows = Flows(program)
    with flows.walker.walking():
        names = [
            f"{endpoint.made.class_.name}.{method}"
            for service in flows.endpoints.managers
            for endpoint in flows.endpoints.of(service)
            for method in endpoint.made.class_.bindings
            if not method.startswith("_")
        ]
    names += [f"{task.manager}.{task.task}" for task in periodic_tasks(program).rows]
    api = imported_by_string("nova.compute.api.API", program)
    assert isinstance(api, ClassDef)
    names += [f"{api.name}.{method}" for method in api.bindings if not method.startswith("_")]
    names = list(dict.fromkeys(names))
    assert len(names) > 200
    compare(lambda: Flows(program), names, random.Random(1).sample(names, 10))
