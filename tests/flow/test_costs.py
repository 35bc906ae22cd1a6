"""What a walk costs: it grows with the functions that are reached, never with the ways to get there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import ClassDef, FunctionDef, imported_by_string
from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path


def diamond(levels: int, ways: int = 2) -> str:
    """Return methods each of which calls the next one several times: ways ** levels ways to the last."""
    calls = "".join(f"    self.m{{}}(context, {number})\n" for number in range(ways))
    methods = [f"def m{level}(self, context, n):\n" + calls.replace("{}", str(level + 1)) for level in range(levels)]
    last = f"def m{levels}(self, context, n):\n    self.compute_rpcapi.start_instance(context, n)\n"
    return "def run(self, context):\n    self.m0(context, 0)\n\n" + "\n".join([*methods, last])


def evaluations(folder: Path, levels: int) -> int:
    flows = Flows(trees.program(folder, {"nova/compute/api.py": trees.api(diamond(levels))}))
    flow = flows.flow(flows.find("nova.compute.api.API.run"))
    assert [message.method for message in flow.messages] == ["start_instance"]
    return flows.walker.evaluations


def test_functions_are_gone_through_once_for_each_context(tmp_path: Path) -> None:
    counts = [evaluations(tmp_path / str(levels), levels) for levels in (5, 10, 20, 40)]
    steps = {(after - before) // more for before, after, more in zip(counts, counts[1:], (5, 10, 20), strict=False)}
    assert len(steps) == 1  # So many for each level, however many ways there are to it.


def test_a_diamond_of_a_hundred_levels_is_told_in_time(tmp_path: Path) -> None:
    begun = time.process_time()
    evaluations(tmp_path, 100)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("branches", [100, 5000])
def test_a_function_of_many_branches(tmp_path: Path, branches: int) -> None:
    one = "    if context.a%d:\n        value = %d\n    else:\n        other = value\n"
    body = "".join(one % (number, number) for number in range(branches))
    methods = f"def run(self, context, value):\n{body}    self.compute_rpcapi.start_instance(context, value)\n"
    assert trees.told(trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})) == (
        "cast nova-compute start_instance"
    )


def test_thousands_of_alternatives_one_after_the_other(tmp_path: Path) -> None:
    one = "    elif context.a%d:\n        self.compute_rpcapi.stop_instance(context, value)\n        return\n"
    body = "    if not context:\n        pass\n" + "".join(one % number for number in range(1000))
    methods = f"def run(self, context, value):\n{body}    self.compute_rpcapi.start_instance(context, value)\n"
    steps = trees.told(trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})).splitlines()
    assert steps.count("  cast nova-compute stop_instance") == 1000
    assert steps[-1] == "  cast nova-compute start_instance"


def test_early_returns_with_messages_a_thousand_times(tmp_path: Path) -> None:
    one = "    if context.a%d:\n        return self.compute_rpcapi.stop_instance(context, value)\n"
    body = "".join(one % number for number in range(1000))
    methods = f"def run(self, context, value):\n{body}    self.compute_rpcapi.start_instance(context, value)\n"
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    assert [message.method for message in flow.messages] == ["stop_instance", "start_instance"]


def test_three_thousand_calls_inside_one_another(tmp_path: Path) -> None:
    methods = "def f(self, *args):\n    return self\n\ndef run(self, context, value):\n    "
    methods += "self.f(" * 3000 + "self.compute_rpcapi.start_instance(context, value)" + ")" * 3000 + "\n"
    trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    methods = "def f(self, *args):\n    return self\n\ndef run(self, context, value):\n    self" + ".f()" * 3000 + "\n"
    trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})


def test_three_thousand_functions_one_calling_the_next(tmp_path: Path) -> None:
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(diamond(3000, ways=1))})
    assert flow.messages == ()  # Too deep to be followed; the point is that nothing breaks.


def test_blocks_inside_one_another(tmp_path: Path) -> None:
    lines = [f"{'    ' * (depth + 1)}if context.a{depth}:" for depth in range(90)]
    lines.append(f"{'    ' * 91}self.compute_rpcapi.start_instance(context, value)")
    methods = "def run(self, context, value):\n" + "\n".join(lines) + "\n"
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    assert [message.method for message in flow.messages] == ["start_instance"]


@pytest.mark.parametrize(
    "literal",
    [
        "{" + ", ".join(f"'key{number}': self.m{number % 50}" for number in range(20_000)) + "}",
        "[" + ", ".join(f"({number}, None)" for number in range(20_000)) + "]",
        "'" + "x" * 1_000_000 + "'",
        "'a' " * 20_000,
        " + ".join(["'a'"] * 5_000),
        "9" * 4000 + " ** 99999",
    ],
    ids=["dictionary", "list", "text", "texts", "sum", "number"],
)
def test_enormous_literals(tmp_path: Path, literal: str) -> None:
    methods = f"def run(self, context, value):\n    table = {literal}\n    self._go(context, table)\n"
    methods += "\ndef _go(self, context, table):\n    self.compute_rpcapi.start_instance(context, table)\n"
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    assert [message.method for message in flow.messages] == ["start_instance"]


def test_functions_with_three_hundred_parameters(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(300)]
    methods = "def run(self, context):\n    self._go(" + ", ".join(f"{name}=self" for name in names) + ")\n"
    methods += f"\ndef _go(self, {', '.join(f'{name}=None' for name in names)}):\n"
    methods += "    p299.compute_rpcapi.start_instance(p0, p1)\n    self._go(" + ", ".join(reversed(names)) + ")\n"
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    assert [message.method for message in flow.messages] == ["start_instance"]


def test_a_function_with_ever_new_constants_comes_to_an_end(tmp_path: Path) -> None:
    methods = "def run(self, context):\n    self._go(context, 0)\n"
    methods += "\ndef _go(self, context, n):\n    self.compute_rpcapi.start_instance(context, n)\n"
    methods += "    self._go(context, n + 1)\n    self._go(context, [n])\n    self._go(context, self.__class__(n))\n"
    flow = trees.flow(tmp_path, {"nova/compute/api.py": trees.api(methods)})
    assert [message.method for message in flow.messages] == ["start_instance"]


THING = """
def helper():
    pass


class Thing(object):
    def __init__(self, given):
        {body}
"""


@pytest.mark.parametrize(
    ("body", "are_one"),
    [
        ("self.kind = 'thing'", True),
        ("self.kind = given", False),
        ("self.kind, self.kept = 'thing', [given]", False),
        # What decorates functions may keep them where nobody sees it: of these, what they are given tells them apart.
        ("super(Thing, self).__init__(given)", False),
    ],
)
def test_objects_in_which_the_constructor_left_the_same_are_one(tmp_path: Path, body: str, *, are_one: bool) -> None:
    program = trees.program(tmp_path, {"nova/compute/things.py": THING.replace("{body}", body)})
    walker = Flows(program).walker
    class_ = imported_by_string("nova.compute.things.Thing", program)
    helper = imported_by_string("nova.compute.things.helper", program)
    assert isinstance(class_, ClassDef)
    assert isinstance(helper, FunctionDef)
    given = [(walker.atoms.const(text),) for text in ("a", "b")]
    first, second = (walker.heap.construct(class_, walker.atoms.arguments([one], ()))[0] for one in given)
    assert (first is second) is are_one
    function, _ = walker.heap.construct(class_, walker.atoms.arguments([walker.names.of(helper)], ()))
    assert function is not first
