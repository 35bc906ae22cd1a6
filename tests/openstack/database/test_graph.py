"""The ways to database functions that steps hold, by route and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.flow import DRIVER, Call, Choice, Decided, Reached, Sent, Summary, Walker, Way
from sphinxext.nova.openstack.database import DbFunction
from sphinxext.nova.openstack.database.graph import Graph
from sphinxext.nova.program import FunctionDef, Program
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.flow import Steps
    from sphinxext.nova.openstack.database.graph import Ways

FILES = {
    "nova/db/api.py": "def cat(): pass\n\ndef dog(): pass\n\ndef owl(): pass\n",
    "nova/conductor/api.py": "def ask(): pass\n",
    "nova/compute/manager.py": "def work(): pass\n",
}


class Forest:
    """Makes steps, and a graph in which loading the field ``pets`` asks for an owl."""

    def __init__(self, root: Path) -> None:
        self.program = Program(open_checkout(str(make(root, FILES))))
        self.work, self.ask = self._function("nova.compute.manager"), self._function("nova.conductor.api")
        module = self._module("nova.db.api")
        found = [FunctionDef(module, fact.index) for fact in module.facts.functions]
        self.functions = {one.name: DbFunction(one.name, one, one, "read", ()) for one in found}
        self._nothing = Walker(self.program).atoms.empty
        self.graph = Graph(
            self.functions.get,
            lambda sent: [self.functions[f"nova.db.api.{sent.method}"]],
            lambda _field: (self.reach("owl", 90),),
            {"nova.conductor.api"},
        )

    def _module(self, name: str):
        module = self.program.module(name)
        assert module is not None
        return module

    def _function(self, module: str) -> FunctionDef:
        return FunctionDef(self._module(module), 0)

    def reach(self, name: str, line: int, kind: str = "database", steps: Steps = ()) -> Reached:
        return Reached(kind, f"nova.db.api.{name}" if kind == "database" else name, self.work, line, steps)

    def call(self, summary: Summary, line: int = 1) -> Call:
        return Call(summary, self.work, line)

    def send(self, method: str, line: int) -> Sent:
        return Sent("call", (), None, None, method, self._nothing, None, self.ask, line)

    def ways(self, *steps: Steps, driver: str | None = None) -> Ways:
        return self.graph.ways([self.graph.node(one) for one in steps], driver)


def told(ways: Ways) -> set[str]:
    """Tell each way by the last name, the route, and the line."""
    return {f"{function.name.rpartition('.')[2]} {route} {place.line}" for function, route, place in ways.taken}


@pytest.fixture
def forest(tmp_path: Path) -> Forest:
    return Forest(tmp_path)


def test_functions_below_calls_and_branches_also_of_what_calls_itself(forest: Forest) -> None:
    summary = Summary(forest.work)
    branch = Choice("alt", forest.work, (Way(None, 2, (forest.reach("cat", 2),)), Way(None, 3, ())))
    summary.steps = (branch, Decided(("CONF.x",), (forest.reach("dog", 4),)), forest.call(summary))
    assert told(forest.ways((forest.call(summary),))) == {"cat direct 2", "dog direct 4"}


def test_through_an_object_counts_all_that_its_method_reaches_where_it_is_called(forest: Forest) -> None:
    inner = Summary(
        forest.work, (forest.reach("cat", 5), forest.reach("Dog.get", 6, "object", (forest.reach("dog", 7),)))
    )
    ways = forest.ways(
        (forest.reach("Cat.get", 1, "object", (forest.call(inner),)), forest.reach("Cat.pets", 2, "load"))
    )
    assert told(ways) == {"cat object 1", "dog object 1", "owl object 2"}
    assert {(function.name, name, size) for function, name, size in ways.through} == {
        ("nova.db.api.cat", "Cat.get", 2),
        ("nova.db.api.dog", "Cat.get", 2),
        ("nova.db.api.owl", "Cat.obj_load_attr", 1),
    }


def test_what_a_client_of_the_conductor_sends_counts_where_it_is_called(forest: Forest) -> None:
    sends = Summary(forest.work, (forest.send("cat", 8), forest.reach("dog", 9)))
    client = Summary(forest.ask, (forest.call(sends),))
    assert told(forest.ways((forest.call(client, 3),))) == {"cat conductor 3", "dog direct 9"}
    assert told(forest.ways((forest.call(client, 3), forest.call(client, 4), forest.call(sends)))) == {
        "cat conductor 3",
        "cat conductor 4",
        "cat conductor 8",
        "dog direct 9",
    }


def test_a_driver_does_nothing_in_the_process_of_another(forest: Forest) -> None:
    inner = forest.reach("Other", 5, DRIVER, (forest.reach("owl", 5),))
    steps = (forest.reach("Fake", 1, DRIVER, (forest.reach("cat", 2), inner)), forest.reach("dog", 3))
    ways = forest.ways(steps)
    assert told(ways) == {"dog direct 3"}
    assert [*ways.begun_by_driver] == ["Fake"]
    assert told(forest.graph.ways(ways.begun_by_driver["Fake"], "Fake")) == {"cat direct 2"}
    assert told(forest.ways(steps, driver="Fake")) == {"cat direct 2", "dog direct 3"}


def test_nobody_looks_behind_a_function_of_the_facade_but_behind_those_of_objects(forest: Forest) -> None:
    own = DbFunction("nova.db.api.own", forest.work, forest.work, "write", (), own=True)
    forest.functions[own.name] = own
    inside = (forest.reach("cat", 2),)
    assert told(forest.ways((forest.reach("dog", 1, steps=inside),))) == {"dog direct 1"}
    assert told(forest.ways((forest.reach("own", 1, steps=inside),))) == {"own direct 1", "cat direct 2"}
