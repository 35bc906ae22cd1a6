"""Bounds in width: what a walk costs where arguments grow, and what is left open, in whatever order it is asked."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.flow import walker as walking
from sphinxext.nova.flow.limits import DEEPEST, MOST_MADE, Limit
from sphinxext.nova.model import Block, Kind, QuestionError
from sphinxext.nova.openstack import telling
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.openstack.rpc_flow import Flows, rpc_flow
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.openstack.talking import talking_tasks
from sphinxext.nova.program import Program
from tests.flow import growing, trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sphinxext.nova.model import Flow, Problem, Step

RUN = "nova.compute.api.API.run"
SLOW = {
    "functions that return functions": 12,
    "classes that make one another": 30,
    "classes whose methods make one another": 70,
}
"""The trees that take more than twice the cube of their size and 60; objects are told apart five deep."""
CIRCLES = {"all functions call all", "functions that call one another", "other constants each time"}
"""The trees in which a flow has the same messages in any order of asking, but not the same blocks around them."""


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the limits be so low that small trees meet them."""
    monkeypatch.setattr(walking, "MOST_EVALUATIONS", 120)
    monkeypatch.setattr(walking, "MOST_SHARED", 60)
    monkeypatch.setattr(walking, "MOST_CONTEXTS", 12)
    monkeypatch.setattr(walking, "MOST_KINDS", 4)
    monkeypatch.setattr(walking, "MOST_MADE", 6)


def growing_program(folder: Path, name: str, n: int) -> Program:
    return trees.program(folder, growing.TREES[name](n))


@pytest.mark.parametrize("name", growing.TREES)
def test_what_grows_costs_no_more_than_the_cube(tmp_path: Path, name: str) -> None:
    for n in (2, 4):
        flows = Flows(growing_program(tmp_path / str(n), name, n))
        flow = flows.flow(flows.find(RUN))
        assert "start_instance" in [message.method for message in flow.messages]
        assert flows.walker.evaluations <= SLOW.get(name, 2) * n**3 + 60, n


def test_classes_that_make_one_another_cost_no_more_than_the_square_from_a_limit_on(tmp_path: Path) -> None:
    flows = Flows(growing_program(tmp_path, "classes that make one another", 8))
    flow = flows.flow(flows.find(RUN))
    assert "start_instance" in [message.method for message in flow.messages]
    assert flows.walker.evaluations <= (MOST_MADE + 8**2) * 8
    assert {problem.kind for problem in flows.problems} == {Kind.BUDGET}


def test_what_goes_in_circles_is_gone_through_less_than_what_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_IN_CIRCLES", 50)
    flows = Flows(growing_program(tmp_path / "circle", "all functions call all", 6))
    flows.flow(flows.find(RUN))
    assert Limit.WORK.value.partition("{name}")[0] in "".join(problem.message for problem in flows.problems)
    assert flows.walker.evaluations < 100

    flows = Flows(trees.program(tmp_path / "chain", {"nova/compute/api.py": trees.api(chain(100))}))
    assert [message.method for message in flows.flow(flows.find("nova.compute.api.API.m0")).messages]
    assert flows.problems == ()


@pytest.mark.parametrize("name", growing.TREES)
@pytest.mark.usefixtures("narrow")
def test_no_more_than_the_limit_is_gone_through(tmp_path: Path, name: str) -> None:
    for n in (4, 8):
        flows = Flows(growing_program(tmp_path / str(n), name, n))
        flow = flows.flow(flows.find(RUN))
        assert "start_instance" in [message.method for message in flow.messages]
        assert flows.walker.evaluations <= 120
        if flows.walker.evaluations == 120:
            assert flows.problems
        assert all(problem.kind is Kind.BUDGET for problem in flows.problems)


def test_kinds_multiply_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight arguments that are true or false there are 256 contexts, also where only the kind of each is known."""
    monkeypatch.setattr(walking, "MOST_CONTEXTS", 20)
    monkeypatch.setattr(walking, "MOST_KINDS", 5, raising=False)
    flows = Flows(growing_program(tmp_path, "flags", 8))
    flow = flows.flow(flows.find(RUN))
    assert [message.method for message in flow.messages] == ["start_instance", "stop_instance"]
    assert flows.walker.evaluations <= 45
    assert {problem.kind for problem in flows.problems} == {Kind.BUDGET}


def test_arguments_are_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line may have any number of them."""
    monkeypatch.setattr(walking, "MOST_LINES", 2000)
    flows = Flows(growing_program(tmp_path, "flags", 8))
    flow = flows.flow(flows.find(RUN))
    assert [message.method for message in flow.messages] == ["start_instance", "stop_instance"]
    assert flows.walker.evaluations <= 50
    assert {problem.kind for problem in flows.problems} == {Kind.BUDGET}


def blocks(steps: Sequence[Step]) -> int:
    """Return how many blocks are in steps, at any depth."""
    count = 0
    for step in steps:
        if isinstance(step, Block):
            count += 1 + sum(blocks(branch.steps) for branch in step.branches)
    return count


def test_what_is_called_under_conditions_is_told_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function calls the next one three times, so that there are half a million ways to the last one."""
    monkeypatch.setattr(telling, "_MOST_CALLS", 500, raising=False)
    methods = "def run(self, context, n):\n    self.compute_rpcapi.start_instance(context, n)\n    self.f0(n)\n\n"
    for number in range(12):
        calls = f"    if n.x:\n        self.f{number + 1}(n)\n    else:\n"
        calls += f"        self.f{number + 1}(n)\n        self.f{number + 1}([n])\n"
        methods += f"def f{number}(self, n):\n{calls}\n"
    methods += "def f12(self, n):\n    self.compute_rpcapi.stop_instance(None, n)\n"
    flows = Flows(trees.program(tmp_path, {"nova/compute/api.py": trees.api(methods)}))
    flow = flows.flow(flows.find(RUN))
    assert [message.method for message in flow.messages] == ["start_instance", "stop_instance"]
    assert blocks(flow.steps) <= 500
    assert [(problem.kind, problem.line) for problem in flows.problems] == [(Kind.BUDGET, flow.entry.line)]


def answer(flows: Flows, name: str) -> tuple[Flow | str, Sequence[Problem]]:
    try:
        found: Flow | str = flows.flow(flows.find(name))
    except QuestionError as error:
        found = str(error)
    return found, flows.problems


def entries(program: Program) -> Iterator[str]:
    """Give some functions of the class that is asked: the first ones, and the last ones."""
    module = program.module_at("nova/compute/api.py")
    assert module is not None
    names = [f"nova.compute.api.{fact.qualname}" for fact in module.facts.functions if fact.outer is None]
    yield from dict.fromkeys([*names[:2], *names[-2:]])


def compare(program: Program, *, is_circle: bool = False) -> None:
    """Ask each alone, and all in several orders."""
    names = list(entries(program))
    alone: dict[str, tuple[object, Sequence[Problem]]] = {}
    for name in names:
        one, left_open = answer(Flows(program), name)
        alone[name] = (one.messages if is_circle and not isinstance(one, str) else one), left_open
    for order in (names, names[::-1], random.Random(1).sample(names, len(names))):
        flows = Flows(program)
        for name in order:
            found, problems = answer(flows, name)
            same = found.messages if is_circle and not isinstance(found, str) else found
            assert (same, problems) == alone[name], (name, order)


@pytest.mark.parametrize("name", growing.TREES)
def test_what_grows_is_the_same_in_any_order(tmp_path: Path, name: str) -> None:
    compare(growing_program(tmp_path, name, 3), is_circle=name in CIRCLES)


@pytest.mark.parametrize("name", growing.TREES)
@pytest.mark.usefixtures("narrow")
def test_what_is_left_open_is_the_same_in_any_order(tmp_path: Path, name: str) -> None:
    compare(growing_program(tmp_path, name, 4), is_circle=name in CIRCLES)


def chain(length: int) -> str:
    methods = [f"def m{level}(self, context):\n    self.m{level + 1}(context)\n" for level in range(length)]
    return "\n".join([*methods, f"def m{length}(self, context):\n    self.compute_rpcapi.start_instance(context, 1)\n"])


def test_a_chain_of_calls_is_followed_so_deep_in_any_order(tmp_path: Path) -> None:
    program = trees.program(tmp_path, {"nova/compute/api.py": trees.api(chain(DEEPEST + 40))})
    cut, whole = (0, 30, DEEPEST - 80), (60, 100, DEEPEST + 40)
    for order in (cut + whole, whole[::-1] + cut[::-1]):
        flows = Flows(program)
        for level in order:
            flow, problems = answer(flows, f"nova.compute.api.API.m{level}")
            assert not isinstance(flow, str)
            assert bool(flow.messages) is (level in whole), (level, order)
            left_open = Limit.DEPTH.value.format(name=f"nova.compute.api.API.m{level + DEEPEST}")
            assert [one.message for one in problems] == ([] if level in whole else [left_open]), (level, order)


def test_seven_thousand_conditions_one_after_the_other_are_plain(tmp_path: Path) -> None:
    body = "".join(f"    if s == 'a{number}':\n        return {number}\n" for number in range(7000))
    methods = "def run(self, context, s):\n    self.f(context, s)\n    self.f(context, 'x')\n\n"
    methods += f"def f(self, context, s):\n{body}"
    methods += "    self.compute_rpcapi.start_instance(context, s)\n"
    answered = rpc_flow(trees.program(tmp_path, {"nova/compute/api.py": trees.api(methods)}), RUN)
    assert [message.method for message in answered.rows[0].messages] == ["start_instance"]
    assert answered.problems == ()


def test_calls_that_are_nested_too_deeply_are_left_open_where_they_are(tmp_path: Path) -> None:
    methods = "def run(self, context, n):\n    self.m0(n)\n    self.compute_rpcapi.start_instance(context, n)\n\n"
    methods += "def g(self, n):\n    return n\n\n"
    for level in range(100):
        methods += f"def m{level}(self, n):\n    {'self.g(' * 140}self.m{level + 1}(n){')' * 140}\n\n"
    answered = rpc_flow(trees.program(tmp_path, {"nova/compute/api.py": trees.api(methods)}), RUN)
    assert [message.method for message in answered.rows[0].messages] == ["start_instance"]
    before, _, after = Limit.NESTING.value.partition("{name}")
    assert answered.problems
    for problem in answered.problems:
        assert problem.kind is Kind.BUDGET
        assert problem.message.startswith(f"{before}nova.compute.api.API.")
        assert problem.message.endswith(after)


def test_messages_that_lead_to_messages_without_end(tmp_path: Path) -> None:
    manager = "from nova import manager\nfrom nova.compute import rpcapi\n\n\nclass ComputeManager(manager.Manager):\n"
    manager += "    def __init__(self):\n        self.client = rpcapi.ComputeAPI()\n\n"
    client = str(trees.FILES["nova/compute/rpcapi.py"])
    for number in range(200):
        manager += f"    def m{number}(self, context):\n        self.client.m{number + 1}(context)\n\n"
        client += f"    def m{number}(self, ctxt):\n        self.client.prepare().cast(ctxt, 'm{number}')\n\n"
    files = {"nova/compute/manager.py": manager, "nova/compute/rpcapi.py": client}
    files["nova/compute/api.py"] = trees.api("def run(self, context):\n    self.compute_rpcapi.m0(context)\n")
    answered = rpc_flow(trees.program(tmp_path, files), RUN)
    assert len(answered.rows[0].messages) == 101
    assert [problem.kind for problem in answered.problems] == [Kind.BUDGET]
    assert answered.problems[0].message.endswith("ComputeManager.m100 is left open")


SERVICE = """
from nova import manager
from nova.compute import api


class ComputeManager(manager.Manager):
    def __init__(self):
        self.api = api.API()

    @periodic_task.periodic_task
    def task(self, context):
        self.api.run(context, 1)
"""


@pytest.mark.usefixtures("narrow")
def test_all_other_questions_are_bounded_alike(tmp_path: Path) -> None:
    files = {**growing.TREES["levels of constants"](12), "nova/compute/manager.py": SERVICE}

    def left_open(problems: Sequence[Problem]) -> bool:
        return any(problem.kind is Kind.BUDGET for problem in problems)

    shared = trees.program(tmp_path, files)

    def program() -> Program:
        return Program(open_checkout(shared.checkout.spec))

    alone = {of: db_calls(program(), of) for of in ("nova-compute", "nova-conductor", "nova-scheduler", RUN)}
    for of in ("nova-conductor", "nova-compute", RUN, "nova-scheduler", RUN, "nova-compute"):
        found = db_calls(shared, of)
        assert (found.rows, left_open(found.problems)) == (alone[of].rows, left_open(alone[of].problems)), of
    assert {of: left_open(one.problems) for of, one in alone.items()} == {
        "nova-compute": True,
        "nova-conductor": False,
        "nova-scheduler": False,
        RUN: True,
    }
    assert left_open(db_calls(program()).problems)
    assert left_open(talking_tasks(program()).problems)
    assert left_open(rpc_methods(program(), with_callers=True).problems)
