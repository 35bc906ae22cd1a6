"""Questions about checkouts whose values are beyond all measure are answered, in bounded time and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import small_tasks
from tests.bounds import ask
from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path

TASK = """\
import os

from oslo.config import cfg

from nova import manager
from nova.openstack.common import periodic_task

{before}
CONF = cfg.CONF
CONF.register_opts([cfg.{kind}('x', default={default})])


class ComputeManager(manager.Manager):
    @periodic_task.periodic_task(spacing={spacing})
    def _sync(self, context):
        if CONF.x == {default}:
            return
"""


@pytest.mark.parametrize(
    ("before", "default", "spacing"),
    [
        ("A = 'x' * 90000\nB = (A,) * 90000", "''.join(B)", "CONF.x"),
        ("def f(x): return (x,) * 1000\nK = f(f(f(f(1))))", "{K: 1}", "CONF.x"),
        ("", "[[[0] * 1000] * 1000] * 1000", "CONF.x"),
        ("", "1" * 5000, "1" * 5000),
        ("", "10 ** 400", "10 ** 400 * 1.5"),
        ("", "1", "CONF" + ".a" * 5000),
        ("", "1", "lambda: [" + ", ".join(["f(a[1, b])"] * 5000) + "]"),
    ],
    ids=["10 GB", "a key", "lists", "digits", "large numbers", "a long name", "a long expression"],
)
@pytest.mark.parametrize("kind", ["IntOpt", "ListOpt"])
def test_periodic_tasks(tmp_path: Path, before: str, default: str, spacing: str, kind: str) -> None:
    text = TASK.format(before=before, default=default, spacing=spacing, kind=kind)
    answer = ask(tmp_path, {**small_tasks.FILES, "nova/compute/manager.py": text}, "periodic-tasks")
    (row,) = [row for row in answer["answers"] if row["task"] == "_sync"]
    assert row["interval"] is None or spacing == "CONF.x"
    assert [one["kind"] for one in answer["problems"]] in (["unresolved"], [])


@pytest.mark.parametrize(
    "body",
    [
        "t = 'abc'\nself.b(f'" + "{t}x" * 50_000 + "')",
        "t = 'ab'\n" + "t = t + t\n" * 100 + "self.b(t)",
        "t = (1, 2)\n" + "t = (t, t)\n" * 100 + "self.b({t: 1}, t == t, t in (t, t))",
        "t = 0x" + "1" * 50_000 + "\nself.b('%s' % t, f'{t}', str(t), '{}'.format(t))",
        "x = " + " and ".join(f"self.compute_rpcapi.get_console(context, s{n})" for n in range(2000)),
    ],
    ids=["an f-string", "texts", "tuples", "digits", "conditions"],
)
def test_a_flow(tmp_path: Path, body: str) -> None:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    api = trees.api(f"def run(self, context, s):\n{lines}    self.compute_rpcapi.pause_instance(context, s)\n")
    answer = ask(tmp_path, {**trees.FILES, "nova/compute/api.py": api}, "rpc-flow", "nova.compute.api.API.run")
    (flow,) = answer["answers"]
    assert [one["method"] for one in flow["messages"]][-1] == "pause_instance"
    conditions = [branch["condition"] or "" for step in flow["steps"] for branch in step.get("branches", ())]
    assert max(map(len, conditions), default=0) <= 10_001


def test_classes_in_a_chain(tmp_path: Path) -> None:
    chain = "class A0(object):\n    pass\n" + "".join(f"class A{n}(A{n - 1}):\n    pass\n" for n in range(1, 10_000))
    files = {**trees.FILES, "nova/manager.py": f"{chain}class Manager(A9999):\n    pass\n"}
    answer = ask(tmp_path, files, "rpc-methods")
    assert {row["method"] for row in answer["answers"]} >= {"start_instance", "stop_instance"}
    assert {one["kind"] for one in answer["problems"]} == {"depth"}
