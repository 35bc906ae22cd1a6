"""Calls that are not followed: which could send, what is said of them, and that nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.cli import main
from sphinxext.nova.model import Unresolved
from sphinxext.nova.openstack.rpc_flow import Flows, rpc_flow
from tests.flow import trees
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.model import Flow

GIVEN = "proxy is given by the caller, and not known"
CLIENT = "nova.compute.rpcapi.ComputeAPI.start_instance"
SOURCE = trees.api(
    """
    NONE = None

    def by_name(self, context, instance, proxy):
        proxy.start_instance(context, instance)

    def of_a_library(self, context, instance):
        import types
        holder = types.SimpleNamespace(client=self.compute_rpcapi)
        holder.client.start_instance(context, instance)

    def of_none(self, context, instance):
        self.NONE.start_instance(context, instance)

    def given(self, context, instance, helper):
        helper(self.compute_rpcapi)

    def below(self, context, instance, proxy):
        self.by_name(context, instance, proxy)

    def in_a_branch(self, context, instance, proxy):
        if instance.fast:
            proxy.start_instance(context, instance)
        else:
            self.compute_rpcapi.stop_instance(context, instance)

    def plain(self, context, instance, proxy):
        instance.values.get('a')
        instance.other.get('b')
        proxy.prepare(instance)
        proxy.prepare(context)
        proxy.start_instance(context, instance)
    """
)


API = {**trees.FILES, "nova/compute/api.py": SOURCE}


def flow_of(folder: Path, name: str, *, explaining: bool = False) -> Flow:
    program = trees.program(folder, {"nova/compute/api.py": SOURCE})
    (flow,) = rpc_flow(program, f"nova.compute.api.API.{name}", explaining=explaining).rows
    return flow


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOURCE.splitlines(), 1) if line.strip() == text)


@pytest.mark.parametrize(
    ("name", "written", "expression", "why", "could_reach"),
    [
        (
            "by_name",
            "proxy.start_instance(context, instance)",
            "proxy.start_instance",
            "proxy is given by the caller, and not known",
            CLIENT,
        ),
        (
            "of_a_library",
            "holder.client.start_instance(context, instance)",
            "holder.client.start_instance",
            "the value of holder.client is not known",
            CLIENT,
        ),
        (
            "of_none",
            "self.NONE.start_instance(context, instance)",
            "self.NONE.start_instance",
            "the value of self.NONE is not known",
            CLIENT,
        ),
        (
            "given",
            "helper(self.compute_rpcapi)",
            "helper",
            "helper is given by the caller, and not known",
            "nova.compute.rpcapi.ComputeAPI",
        ),
        (
            "below",
            "proxy.start_instance(context, instance)",
            "proxy.start_instance",
            "proxy is given by the caller, and not known",
            CLIENT,
        ),
    ],
)
def test_what_could_send_is_always_said(
    name: str, written: str, expression: str, why: str, could_reach: str, tmp_path: Path
) -> None:
    flow = flow_of(tmp_path, name)
    said = Unresolved("nova/compute/api.py", line_of(written), expression, why, (could_reach,))
    assert (flow.messages, flow.unresolved, flow.unfollowed) == ((), None, (said,))


def test_what_is_not_followed_changes_no_step(tmp_path: Path) -> None:
    flow = flow_of(tmp_path, "in_a_branch")
    explained = flow_of(tmp_path / "explained", "in_a_branch", explaining=True)
    assert (flow.steps, flow.messages) == (explained.steps, explained.messages)
    (block,) = flow.steps
    assert [branch.condition for branch in block.branches] == ["not instance.fast"]
    assert [one.expression for one in flow.unfollowed] == ["proxy.start_instance"]


def test_what_could_send_comes_first(tmp_path: Path) -> None:
    unresolved = flow_of(tmp_path, "plain", explaining=True).unresolved
    assert unresolved is not None
    assert [(one.expression, bool(one.could_reach)) for one in unresolved] == [
        ("proxy.start_instance", True),
        ("instance.values.get", False),
        ("instance.other.get", False),
        ("proxy.prepare", False),
        ("proxy.prepare", False),
    ]


def test_the_same_is_said_of_every_flow_of_a_walk(tmp_path: Path) -> None:
    flows = Flows(trees.program(tmp_path, {"nova/compute/api.py": SOURCE}))
    for _ in range(2):
        for name in ("below", "by_name", "plain"):
            flow = flows.flow(flows.find(f"nova.compute.api.API.{name}"))
            assert [one.expression for one in flow.unfollowed] == ["proxy.start_instance"]


SAID = (
    "Messages may be missing: 1 call that could send some is not followed, nova/compute/api.py:{line} "
    "proxy.start_instance() (could reach ComputeAPI.start_instance: proxy is given by the caller, and not known)."
)


def printed(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[str, str]:
    checkout = str(make(folder / "nova", API))
    asked = ["rpc-flow", "nova.compute.api.API.plain", "--checkout", checkout, "--cache-dir", "", *options]
    assert main(asked) == 0
    out, err = capsys.readouterr()
    return out, err


def lines_of_plain() -> tuple[int, int]:
    sending = [
        number
        for number, line in enumerate(SOURCE.splitlines(), 1)
        if line.strip() == "proxy.start_instance(context, instance)"
    ]
    return sending[-1], line_of("proxy.prepare(instance)")


def test_a_terminal_says_that_messages_may_be_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line, _ = lines_of_plain()
    out, err = printed(tmp_path, capsys)
    paragraphs = [" ".join(text.split()) for text in out.split("\n\n")]
    assert (paragraphs, err) == (["No message was found.", SAID.format(line=line)], "")


def test_a_picture_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = printed(tmp_path, capsys, "--format", "mermaid")
    said = "1 call is not followed: messages may be missing"
    read_out = f"0 steps between nova-api. The table has the same steps in words. {said}."
    assert [line.strip() for line in out.splitlines() if said in line] == [
        f"accDescr: {read_out}",
        f"Note over p1: {said}",
    ]
    assert err == ""


def test_an_explanation_is_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line, other = lines_of_plain()
    _, err = printed(tmp_path, capsys, "--explain")
    assert err.splitlines() == [
        f"nova/compute/api.py:{line}  proxy.start_instance()  could reach ComputeAPI.start_instance: {GIVEN}",
        f"nova/compute/api.py:{other} (and 1 more of the kind)  proxy.prepare()  {GIVEN}",
        "methods that dictionaries, lists and texts have too, on values that are not known: get() 2",
    ]
