"""Boot and delete of every release: the messages that make them, in order, out of a git clone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.rpc_flow import Flows, rpc_flow
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


OPENSTACK = "nova.api.openstack.compute"
HAVANA = {
    f"{OPENSTACK}.servers.Controller._action_resize": [
        "call conductor.migrate_server nova/compute/api.py:2330",
        "call scheduler.select_destinations nova/conductor/manager.py:663",
        "cast compute.prep_resize nova/conductor/manager.py:691",
        "cast compute.resize_instance nova/compute/manager.py:2899",
        "cast compute.finish_resize nova/compute/manager.py:3039",
    ],
    f"{OPENSTACK}.servers.Controller.create": [
        "cast conductor.build_instances nova/compute/api.py:878",
        "cast scheduler.run_instance nova/conductor/manager.py:754",
        "cast compute.run_instance nova/scheduler/filter_scheduler.py:188",
    ],
    f"{OPENSTACK}.contrib.admin_actions.AdminActionsController._migrate_live": [
        "call conductor.migrate_server nova/compute/api.py:2888",
        "call scheduler.select_hosts nova/conductor/tasks/live_migrate.py:182",
        "call compute.check_can_live_migrate_destination nova/conductor/tasks/live_migrate.py:142",
        "call compute.check_can_live_migrate_source nova/compute/manager.py:3944",
        "cast compute.live_migration nova/conductor/tasks/live_migrate.py:67",
        "call compute.pre_live_migration nova/compute/manager.py:4045",
        # The rollback stands first: it is also what happens when pre_live_migration fails, before the driver begins.
        "call compute.remove_volume_connection nova/compute/manager.py:4242",
        "cast compute.rollback_live_migration_at_destination nova/compute/manager.py:4260",
        "call compute.post_live_migration_at_destination nova/compute/manager.py:4121",
    ],
    f"{OPENSTACK}.contrib.volumes.VolumeAttachmentController.create": [
        "call compute.reserve_block_device_name nova/compute/api.py:2634",
        "cast compute.attach_volume nova/compute/api.py:2640",
    ],
    f"{OPENSTACK}.servers.Controller.delete": [
        "cast compute.terminate_instance nova/compute/api.py:1502",
    ],
}
"""Five flows of 2013.2 as a person traced them: the messages that make them, and where each is sent."""


@pytest.mark.parametrize("entry", HAVANA)
def test_five_flows_that_were_traced_by_hand(nova_git: Path, entry: str) -> None:
    (flow,) = rpc_flow(Program(open_checkout(f"{nova_git}@2013.2")), entry).rows
    sent = [f"{one.kind} {one.topic}.{one.method} {one.file}:{one.line}" for one in flow.messages]
    assert [message for message in sent if message in HAVANA[entry]] == HAVANA[entry]
