"""Boot and delete of every release: the messages that make them, in order, out of a git clone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.flow.frames import Frame
from sphinxext.nova.flow.values import Class, Object
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Program
from tests.openstack.test_history import numbered, tags

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.program import Cache

pytestmark = pytest.mark.history

API = "nova.compute.api.API"
EC2 = "nova.api.ec2.cloud.CloudController"

THROUGH_SCHEDULER = ["cast scheduler.run_instance", "cast compute.run_instance"]
BUILD = ["cast conductor.build_instances"]
SELECT_AND_BUILD = ["call scheduler.select_destinations", "cast compute.build_and_run_instance"]
CONFIRM = ["call compute.confirm_resize"]
CONFIRM_SNAPSHOT = [
    "call conductor.confirm_snapshot_based_resize",
    "call compute.confirm_snapshot_based_resize_at_source",
]
TERMINATE = ["cast compute.terminate_instance"]

CREATE = [
    ("2011.1rc1", THROUGH_SCHEDULER),
    # Where there are to be several, the scheduler makes their records, and the API waits for them.
    ("2012.1", [*THROUGH_SCHEDULER, "call scheduler.run_instance"]),
    ("2012.2", THROUGH_SCHEDULER),
    ("2013.2.b2", BUILD + THROUGH_SCHEDULER),
    ("2014.2.b1", BUILD + SELECT_AND_BUILD),
    # What a host could not build is built on another one as it was before.
    ("15.0.0.0rc1", ["cast conductor.schedule_and_build_instances", *SELECT_AND_BUILD, *BUILD]),
]
BEFORE_CELLS = [("2011.1rc1", TERMINATE), ("2012.2", CONFIRM + TERMINATE)]
# The instance that has no host is deleted before the one that is being resized is looked at.
WITHOUT_HOST_FIRST = [("18.0.0.0rc1", TERMINATE + CONFIRM), ("20.0.0.0rc1", CONFIRM + TERMINATE)]
WITH_SNAPSHOTS = [("21.0.0.0rc1", CONFIRM_SNAPSHOT + CONFIRM + TERMINATE)]

MADE_OF = {message for form in (CREATE, BEFORE_CELLS, WITH_SNAPSHOTS) for _, sent in form for message in sent}
ENTRIES: dict[str, list[tuple[str, list[str] | None]]] = {
    # 2010.1 asks no scheduler here, and deletes the record of the instance and nothing else.
    "POST /servers": [("2010.1", ["cast compute.run_instance"]), *CREATE],
    "DELETE /servers/{id}": [("2010.1", []), *BEFORE_CELLS, *WITH_SNAPSHOTS],
    f"{API}.create": [("2010.1", None), *CREATE],
    f"{API}.delete": [("2010.1", None), *BEFORE_CELLS, *WITHOUT_HOST_FIRST, *WITH_SNAPSHOTS],
    f"{EC2}.run_instances": [("2010.1", THROUGH_SCHEDULER), *CREATE[1:-1], ("13.0.0.0b2", None)],
    f"{EC2}.terminate_instances": [("2010.1", TERMINATE), *BEFORE_CELLS[1:], ("13.0.0.0b2", None)],
}
"""What each entry is made of, from which tag on: those of :data:`MADE_OF`; ``None`` where there is no such entry."""


def form_of(forms: list[tuple[str, list[str] | None]], tag: str) -> list[str] | None:
    return next(form for first, form in reversed(forms) if numbered(first) <= numbered(tag))


@pytest.mark.parametrize("tag", tags())
def test_boot_and_delete_of_every_tag(nova_git: Path, facts: Cache, tag: str) -> None:
    flows = Flows(Program(open_checkout(f"{nova_git}@{tag}"), facts))
    for entry, forms in ENTRIES.items():
        expected = form_of(forms, tag)
        if expected is None:
            release = flows.program.checkout.release
            with pytest.raises(QuestionError, match=rf"^no function {re.escape(f'{entry} in nova {release}')}(; .*)?$"):
                flows.find(entry)
            continue
        messages = flows.flow(flows.find(entry)).messages
        sent = [f"{message.kind} {message.topic.removesuffix('-alt')}.{message.method}" for message in messages]
        assert [message for message in dict.fromkeys(sent) if message in MADE_OF] == expected
        assert [message for message in messages if message.endpoint is None] == []
    assert flows.program.problems == ()


@pytest.mark.parametrize(
    ("tag", "classes"),
    [
        # The default function has a class for each value of another option; the fake one makes itself in other ways.
        ("2010.1", ["virt.libvirt_conn.LibvirtConnection", "virt.xenapi.XenAPIConnection"]),
        # The same, and it is checked that the result is a driver.
        (
            "2011.3",
            [
                "virt.driver.ComputeDriver",
                "virt.hyperv.HyperVConnection",
                "virt.libvirt.connection.LibvirtConnection",
                "virt.vmwareapi_conn.VMWareESXConnection",
                "virt.xenapi_conn.XenAPIConnection",
            ],
        ),
        (
            "2012.1",
            [
                "virt.baremetal.proxy.ProxyConnection",
                "virt.driver.ComputeDriver",
                "virt.libvirt.connection.LibvirtConnection",
                "virt.vmwareapi_conn.VMWareESXConnection",
                "virt.xenapi_conn.XenAPIConnection",
            ],
        ),
        # The option has no default any more. From 2013.1 on a function of the driver's module makes it.
        ("2012.2", ["virt.driver.ComputeDriver"]),
        ("2013.1", ["virt.driver.ComputeDriver"]),
        ("14.0.0", ["virt.driver.ComputeDriver"]),
    ],
)
def test_the_driver_of_nova_compute(nova_git: Path, tag: str, classes: list[str]) -> None:
    program = Program(open_checkout(f"{nova_git}@{tag}"))
    module = program.module("nova.compute.manager")
    assert module is not None
    walker = Walker(program, Boundaries())
    with walker.walking():
        [manager] = walker.names.member(module, "ComputeManager")
        assert isinstance(manager, Class)
        made = walker.atoms.object(manager.definition, walker.atoms.empty)
        found = walker.heap.attribute(Frame(module, {}, {}), made, "driver")
    assert sorted(atom.class_.name for atom in found if isinstance(atom, Object)) == [f"nova.{one}" for one in classes]
