"""Boot and delete of every release: the messages that make them, in order, out of a git clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.program import Program
from sphinxext.nova.releases import parse
from tests.openstack.test_history import tags

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.history

OLDEST = "nova.api.ec2.cloud.CloudController"
API = "nova.compute.api.API"
THROUGH_SCHEDULER = ["cast scheduler.run_instance", "cast compute.run_instance"]
BUILD = ["cast conductor.build_instances"]
SELECT_AND_BUILD = ["call scheduler.select_destinations", "cast compute.build_and_run_instance"]

BOOT = [
    ("2010.1", f"{OLDEST}.run_instances", THROUGH_SCHEDULER),
    ("2011.1", f"{API}.create", THROUGH_SCHEDULER),
    ("2013.2", f"{API}.create", BUILD + THROUGH_SCHEDULER),
    ("2014.2", f"{API}.create", BUILD + SELECT_AND_BUILD),
    ("15.0.0", f"{API}.create", ["cast conductor.schedule_and_build_instances", *SELECT_AND_BUILD]),
]
"""From which release on booting is made of which messages, from which function on."""
DELETE = [
    ("2010.1", f"{OLDEST}.terminate_instances", ["cast compute.terminate_instance"]),
    ("2011.1", f"{API}.delete", ["cast compute.terminate_instance"]),
    ("2012.2", f"{API}.delete", ["call compute.confirm_resize", "cast compute.terminate_instance"]),
    # The instance that has no host is deleted before the one that is being resized is looked at.
    ("18.0.0", f"{API}.delete", ["cast compute.terminate_instance", "call compute.confirm_resize"]),
    ("20.0.0", f"{API}.delete", ["call compute.confirm_resize", "cast compute.terminate_instance"]),
    ("21.0.0", f"{API}.delete", ["call conductor.confirm_snapshot_based_resize", "cast compute.terminate_instance"]),
]


def finals() -> list[str]:
    """Give the first release tag of each series, which all later ones of it are like."""
    found: dict[str, str] = {}
    for tag in tags():
        release = parse(tag)
        if release is not None and "rc" not in tag and "b" not in tag:
            series = ".".join(tag.split(".")[: 2 if tag.startswith("20") and len(tag.split(".")[0]) == 4 else 1])
            found.setdefault(series, tag)
    return list(found.values()) or ["(no clone)"]


@pytest.mark.parametrize("tag", finals())
@pytest.mark.parametrize("forms", [BOOT, DELETE], ids=["boot", "delete"])
def test_the_messages_of_each_series(nova_git: Path, tag: str, forms: list[tuple[str, str, list[str]]]) -> None:
    release = parse(tag)
    assert release
    (_, entry, expected) = next(
        form for form in reversed(forms) if (first := parse(form[0])) is not None and first <= release
    )
    answer = rpc_flow(Program(open_checkout(f"{nova_git}@{tag}")), entry)
    (flow,) = answer.rows
    sent = [f"{message.kind} {message.topic.removesuffix('-alt')}.{message.method}" for message in flow.messages]
    assert [message for message in dict.fromkeys(sent) if message in expected] == expected
    assert all(message.endpoint for message in flow.messages if f"{message.kind} {message.method}" in expected)


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
