"""Flows of Nova 34.0.0 beside what was recorded while Nova's own functional tests ran.

``recorded`` are the messages that were sent below an entry, ``orders`` those of one sender in the order of one run, and
``messages`` what is told. Two services' topics of one kind, ``compute`` and ``compute-alt``, are one here: which it is
depends on the version that a host was pinned to. Left out are the orders in which one sender's name stands for two
hosts, the second of which was tried when the first had failed: what is told on failure stands after what is not.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Program
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sphinxext.nova.model import Message

pytestmark = pytest.mark.release

EXPECTED = json.loads((ROOT / "tests" / "expected" / "34.0.0" / "rpc_flows.json").read_text())["flows"]


@cache
def flows(folder: Path) -> Flows:
    return Flows(Program(open_checkout(folder)))


def short(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def text(message: Message) -> str:
    endpoint = short(message.endpoint or "?")
    return f"{short(message.sender)} {message.kind} {message.topic.removesuffix('-alt')} {endpoint}"


@pytest.mark.parametrize("expected", EXPECTED, ids=[flow["entry"] for flow in EXPECTED])
def test_what_was_recorded_is_told(release: Callable[[str], Path], expected: dict[str, Any]) -> None:
    one = flows(release("nova-34.0.0"))
    flow = one.flow(one.find(expected["entry"]))
    assert (flow.entry.file, flow.entry.line) == (expected["file"], expected["line"])
    told = [text(message) for message in flow.messages]
    assert [message for message in expected["recorded"] if message not in told] == []
    for order in expected["orders"]:
        assert [message for message in told if message in order] == order
    places = [f"{text(message)} {message.file}:{message.line}" for message in flow.messages]
    assert places == expected["messages"]


def test_no_call_of_a_client_is_left_unresolved(release: Callable[[str], Path]) -> None:
    folder = release("nova-34.0.0")
    methods = {
        name
        for path in folder.glob("nova/*/rpcapi.py")
        for name in re.findall(r"def (\w+)\(self, ctxt", path.read_text())
    }
    assert len(methods) > 70
    explained = Flows(Program(open_checkout(folder)), explaining=True)
    with explained.walker.walking():
        entries = [
            f"{endpoint.made.class_.name}.{method}"
            for service in explained.endpoints.managers
            for endpoint in explained.endpoints.of(service)
            for method in endpoint.made.class_.bindings
            if not method.startswith("_")
        ]
    entries += [flow["entry"] for flow in EXPECTED] + ["nova.compute.api.API.snapshot_volume_backed"]
    left = set()
    for entry in entries:
        try:
            flow = explained.flow(explained.find(entry))
        except QuestionError:
            continue
        left |= {
            (one.file, one.line, one.expression)
            for one in flow.unresolved or ()
            if "rpcapi." in one.expression and one.expression.partition("(")[0].rpartition(".")[2] in methods
        }
    assert left == set()
