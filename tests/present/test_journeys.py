"""The pictures of real releases: what a person gets to see by default, and that Mermaid draws all of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rest import rest_actions
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.present.choice import Choice
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.picture import Failing, Group, arrows
from sphinxext.nova.present.sequence import diagrams
from sphinxext.nova.program import Program
from tests.mermaid_text import check, read_back
from tests.present.test_sequence import EVERYTHING, meant, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sphinxext.nova.present.picture import Item, Picture

MOST = 12

BOOT = "POST /servers"
RESIZE = "POST /servers/{id}/action resize"
LIVE_MIGRATION = "POST /servers/{id}/action os-migrateLive"
ATTACH = "POST /servers/{id}/os-volume_attachments"
DELETE = "DELETE /servers/{id}"

# What the drawings in Nova's doc/source/_static/images show: resize/resize.svg and live-migration.svg of 33.0.0 (which
# calls live_migration live_migrate), and attach_volume.dia of 32.0.0.
DRAWN_BY_NOVA = {
    RESIZE: [
        ("cast", "migrate_server"),
        ("call", "select_destinations"),
        ("cast", "prep_resize"),
        ("cast", "resize_instance"),
        ("cast", "finish_resize"),
    ],
    LIVE_MIGRATION: [
        ("call", "check_can_live_migrate_destination"),
        ("call", "check_can_live_migrate_source"),
        ("cast", "live_migration"),
        ("call", "pre_live_migration"),
        ("call", "post_live_migration_at_destination"),
    ],
    ATTACH: [("call", "reserve_block_device_name"), ("cast", "attach_volume")],
}
FAILING = {LIVE_MIGRATION: {"remove_volume_connection", "rollback_live_migration_at_destination"}}

# Nova 2013.2, traced by hand.
HAVANA = {
    BOOT: [("cast", "build_instances"), ("cast", "run_instance"), ("cast", "run_instance")],
    RESIZE: [
        ("call", "migrate_server"),
        ("call", "select_destinations"),
        ("cast", "prep_resize"),
        ("cast", "resize_instance"),
        ("cast", "finish_resize"),
    ],
    LIVE_MIGRATION: [
        ("call", "migrate_server"),
        ("call", "select_hosts"),
        ("call", "check_can_live_migrate_destination"),
        ("call", "check_can_live_migrate_source"),
        ("cast", "live_migration"),
        ("call", "pre_live_migration"),
        ("call", "post_live_migration_at_destination"),
    ],
    ATTACH: [("call", "reserve_block_device_name"), ("cast", "attach_volume")],
    DELETE: [("cast", "terminate_instance")],
}


def pictures(checkout: str, asked: Iterable[str], *hide: str) -> dict[str, Picture]:
    flows = Flows(Program(open_checkout(checkout)))
    return {entry: fold(flows.flow(flows.find(entry)), Choice(hide=hide)) for entry in asked}


def holds(sent: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> bool:
    """Say whether messages hold others, in their order."""
    rest = iter(sent)
    return all(one in rest for one in wanted)


def failing(items: Iterable[Item]) -> set[str]:
    found: set[str] = set()
    for item in items:
        if isinstance(item, Failing):
            found |= set(item.methods)
        elif isinstance(item, Group):
            for _condition, inner in item.branches:
                found |= failing(inner)
        elif hasattr(item, "body"):
            found |= failing(item.body)
    return found


def sent(picture: Picture) -> list[tuple[str, str]]:
    return [(arrow.kind, arrow.text) for arrow in arrows(picture.items)]


@pytest.mark.release
def test_the_five_journeys_are_few_messages_and_all_that_nova_draws(release: Callable[[str], Path]) -> None:
    found = pictures(str(release("nova-34.0.0")), [BOOT, RESIZE, LIVE_MIGRATION, ATTACH, DELETE])
    assert {entry: len(sent(picture)) for entry, picture in found.items() if len(sent(picture)) > MOST} == {}
    for entry, wanted in DRAWN_BY_NOVA.items():
        assert holds(sent(found[entry]), wanted), sent(found[entry])
    for entry, methods in FAILING.items():
        assert methods <= failing(found[entry].items)
    assert holds(
        sent(found[BOOT]),
        [
            ("cast", "schedule_and_build_instances"),
            ("call", "select_destinations"),
            ("cast", "build_and_run_instance"),
        ],
    )
    assert holds(sent(found[DELETE]), [("cast", "terminate_instance")])


@pytest.mark.history
def test_the_five_journeys_of_havana_are_as_they_were_traced_by_hand(nova_git: Path) -> None:
    # Then Nova had a network of its own, which every journey touches at every station.
    found = pictures(f"{nova_git}@2013.2", HAVANA, "nova-network")
    for entry, wanted in HAVANA.items():
        assert len(sent(found[entry])) <= MOST
        assert holds(sent(found[entry]), wanted), sent(found[entry])


@pytest.mark.diagrams
@pytest.mark.parametrize("revision", ["34.0.0", "2013.2"])
def test_mermaid_reads_every_rest_action_as_it_was_meant(release: Callable[[str], Path], revision: str) -> None:
    if revision == "2013.2":
        clone = os.environ.get("NOVA_GIT")
        if not clone:
            pytest.skip("NOVA_GIT does not say where a git clone of Nova is: `make test-diagrams NOVA_GIT=../nova`")
        checkout = f"{clone}@{revision}"
    else:
        checkout = str(release(f"nova-{revision}"))
    program = Program(open_checkout(checkout))
    flows = Flows(program)
    told = {action.function: flows.flow(flows.find(action.function)) for action in rest_actions(program)}
    told = {name: flow for name, flow in told.items() if flow.steps}
    assert len(told) > 40
    expected = [
        one for name, flow in told.items() for choice in (None, EVERYTHING) for one in meant(flow, choice, name)
    ]
    texts = [
        text
        for name, flow in told.items()
        for choice in (None, EVERYTHING)
        for _part, text in diagrams(fold(flow, choice or Choice()), name, str)
    ]
    for text in texts:
        check(text)
    for package in ("mermaid", "mermaid-newest"):
        for text, model, wanted in zip(texts, read_back(texts, package), expected, strict=True):
            assert read(model) == wanted, text
