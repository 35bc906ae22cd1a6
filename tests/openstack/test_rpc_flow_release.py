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
from sphinxext.nova.openstack.entries import Start
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rest import function_of, rest_actions
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.present.folding import messages
from sphinxext.nova.program import ClassDef, FunctionDef, Program, imported_by_string, methods
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sphinxext.nova.model import Message

pytestmark = pytest.mark.release

FOLDER = ROOT / "tests" / "expected" / "34.0.0"
EXPECTED = json.loads((FOLDER / "rpc_flows.json").read_text())["flows"]
MESSAGES = json.loads((FOLDER / "rpc_messages.json").read_text())["messages"]
"""Every message that anything sends. The code of each that was not recorded was read: it can happen."""


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


def test_a_resize_that_is_tried_again_asks_no_scheduler(release: Callable[[str], Path]) -> None:
    """What is left of the hosts travels with it: ``if self.host_list is None`` of ``conductor/tasks/migrate.py``."""
    one = flows(release("nova-34.0.0"))
    told = list(messages(one.flow(one.find("POST /servers/{id}/action resize")).steps))
    first, again = (message for message in told if message.method == "migrate_server")
    assert {message.method for message in messages(first.steps)} >= {"select_destinations", "prep_resize"}
    assert [message.method for message in messages(again.steps)] == ["prep_resize"]


@pytest.mark.parametrize(
    ("task", "sent"),
    [
        ("LiveMigrationTask", ["select_destinations", "check_can_live_migrate_destination", "live_migration"]),
        (
            "MigrationTask",
            [
                "select_destinations",
                "prep_snapshot_based_resize_at_dest",
                "prep_snapshot_based_resize_at_source",
                "finish_snapshot_based_resize_at_dest",
                "prep_resize",
            ],
        ),
        (
            "CrossCellMigrationTask",
            [
                "prep_snapshot_based_resize_at_dest",
                "prep_snapshot_based_resize_at_source",
                "finish_snapshot_based_resize_at_dest",
            ],
        ),
    ],
)
def test_a_task_has_the_clients_that_it_is_given(release: Callable[[str], Path], task: str, sent: list[str]) -> None:
    of = flows(release("nova-34.0.0"))
    flow = of.flow(of.find(f"{task}._execute"))
    own = [message for message in flow.messages if message.file.startswith("nova/conductor/tasks/")]
    assert list(dict.fromkeys(message.method for message in own)) == sent
    assert flow.unfollowed == ()


def starts(of: Flows) -> Iterator[Start]:
    """Give where anything can start: REST actions, the methods of endpoints, periodic tasks."""
    program = of.program
    for action in rest_actions(program):
        function, class_ = function_of(action, program), imported_by_string(action.controller, program)
        assert function is not None
        assert isinstance(class_, ClassDef)
        yield Start(function, class_, "nova-api")
    for service in of.endpoints.managers:
        for endpoint in of.endpoints.of(service):
            for name, method in methods(endpoint.made.class_).items():
                if isinstance(method, FunctionDef) and not name.startswith("_"):
                    yield Start(method, endpoint.made.class_, service)
    for task in periodic_tasks(program).rows:
        yield of.find(f"{task.manager}.{task.task}")


def test_no_call_of_a_client_is_left_unresolved(release: Callable[[str], Path]) -> None:
    folder = release("nova-34.0.0")
    clients = {
        name
        for path in folder.glob("nova/*/rpcapi.py")
        for name in re.findall(r"def ([a-z]\w+)\(self, ctxt", path.read_text())
    }
    assert len(clients) > 70
    explained = Flows(Program(open_checkout(folder)), explaining=True)
    with explained.walker.walking():
        found = list(starts(explained))
    assert len(found) > 400
    told = [explained.flow(start) for start in found]
    unresolved = [one for flow in told for one in flow.unresolved or ()]
    assert len(unresolved) > 1000
    assert [one for one in unresolved if one.expression.partition("(")[0].rpartition(".")[2] in clients] == []
    messages = [message for flow in told for message in flow.messages]
    assert sorted({text(message) for message in messages}) == MESSAGES
    # Who asks for the first is a proxy of consoles; the second looks at versions and sends nothing.
    assert clients - {message.method for message in messages} == {
        "validate_console_port",
        "supports_numa_live_migration",
    }
