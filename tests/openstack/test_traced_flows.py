"""Five flows of 2013.2 as a person traced them: resize, boot, live migration, attaching a volume, delete.

``tests/expected/2013.2/traced_flows.json`` has them. ``messages`` are all that nova-api, the tasks of nova-conductor,
nova-scheduler and nova-compute send one another, failures included: from whom to whom, the line in the caller's code,
that of the client method, and that of the endpoint. A rollback stands where it is called first, which is where
something fails before the driver begins. ``beside`` are further messages that were noted on the way: what nova-compute
asks the conductor and nova-network for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.program import Program
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sphinxext.nova.model import Message

pytestmark = pytest.mark.history

TRACED = json.loads((ROOT / "tests" / "expected" / "2013.2" / "traced_flows.json").read_text())
BETWEEN_THE_FOUR = frozenset({("compute", None), ("scheduler", None), ("conductor", "compute_task")})


@pytest.mark.parametrize("traced", TRACED, ids=[traced["entry"].rpartition("compute.")[2] for traced in TRACED])
def test_a_flow_is_what_was_traced(nova_git: Path, traced: Mapping[str, Any]) -> None:
    (flow,) = rpc_flow(Program(open_checkout(f"{nova_git}@2013.2")), traced["entry"]).rows
    several = {"nova-compute"} if [one.name for one in flow.participants].count("nova-compute") > 1 else set()
    # One name for whichever host of nova-network it is.
    names = {one.id: f"{one.name}({one.host})" if one.name in several else one.name for one in flow.participants}

    def way(one: Message) -> str:
        return f"{names[one.from_]} {one.kind} {names[one.to]} {one.method}"

    def places(one: Message) -> str:
        return f"{one.file}:{one.line} {one.client_file}:{one.client_line} {one.endpoint_file}:{one.endpoint_line}"

    assert f"{flow.entry.file}:{flow.entry.line}" == traced["at"]
    assert [
        f"{way(one)} {places(one)}"
        for one in flow.messages
        if (one.topic, one.namespace) in BETWEEN_THE_FOUR and names[one.from_] != "nova-network"
    ] == traced["messages"]
    assert set(traced["beside"]) <= {way(one) for one in flow.messages}
