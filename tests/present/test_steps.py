"""The steps of a picture as a table."""

from __future__ import annotations

import pytest

from sphinxext.nova.model import HostRole
from sphinxext.nova.present import words
from sphinxext.nova.present.choice import Choice
from sphinxext.nova.present.columns import RPC_FLOW
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.picture import LeftOut, Lifeline, Reason, arrows
from sphinxext.nova.present.sequence import diagrams
from sphinxext.nova.present.steps import default_columns, steps_table
from sphinxext.nova.present.tables import Cell
from tests.present import flows
from tests.present.flows import CONDUCTOR, block, call, flow


def test_each_row_is_an_arrow_and_leads_to_both_ends() -> None:
    picture = fold(flows.live_migration())
    assert default_columns(picture) == ("number", "sender", "receiver", "kind", "method", "condition")
    table = steps_table(picture, RPC_FLOW, str)
    assert [column.title for column in table.columns] == [
        "Step",
        "From",
        "To",
        "Kind",
        "Method",
        "Sent by",
        "Only if",
    ]
    assert [row.key for row in table.rows] == [str(arrow.number) for arrow in arrows(picture.items)]
    assert table.rows[3].cells == (
        Cell("4"),
        Cell("nova-compute (destination)", "nova/sender.py", 204),
        Cell("nova-compute (source)"),
        Cell("call"),
        Cell("check_can_live_migrate_source", "nova/compute/manager.py", 430),
        Cell("ComputeManager.check_can_live_migrate_destination", "nova/sender.py", 204),
        Cell(""),
    )
    # What its own process asks before it sends, and not what led to that.
    assert [row.cells[-1].text for row in table.rows] == [
        "async_",
        "not destination",
        "",
        "",
        "",
        "",
        "",
        "not async_",
    ]


def test_a_column_without_anything_in_it_is_left_out() -> None:
    assert "condition" not in default_columns(fold(flow(call(CONDUCTOR, "a"))))


def test_no_condition_is_said_to_be_what_is_otherwise() -> None:
    picture = fold(
        flow(
            block(
                "alt", ("a", call(CONDUCTOR, "one")), ("b", call(CONDUCTOR, "two")), (None, call(CONDUCTOR, "three"))
            ),
            block("alt", (None, call(CONDUCTOR, "four")), (None, call(CONDUCTOR, "five"))),
        )
    )
    assert [said for _arrow, said in words.conditions(picture.items, str)] == [
        ("a",),
        ("b",),
        ("not (a or b)",),
        ("way 1 of 2",),
        ("way 2 of 2",),
    ]


def test_one_step_is_one() -> None:
    [(_part, text)] = diagrams(fold(flow(call(CONDUCTOR, "a"))), "a", str)
    assert "accDescr: 1 step between nova-api, nova-conductor. The table has the same step in words." in text


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    said = words.left_out(LeftOut(reason, 3, ("a", "b")), str)
    assert "3" in said
    assert "a, b" in said


def test_hosts_have_names() -> None:
    picture = fold(flows.resize(), Choice())
    assert words.names(picture.lifelines, str) == {
        "p1": "nova-api",
        "p2": "nova-conductor",
        "p3": "nova-scheduler",
        "p4": "nova-compute (source)",
        "p5": "nova-compute (destination)",
    }


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("source", "source"),
        ("destination", "destination"),
        ("server", "the server's host"),
        ("chosen", "the chosen host"),
        ("asked", "the requested host"),
        ("own", "this host"),
        ("any", "any host"),
        ("network", "the network's host"),
    ],
)
def test_a_host_is_called_by_what_it_is(host: str, said: str) -> None:
    assert words.names([Lifeline("p1", "nova-compute", "service", host)], str) == {"p1": f"nova-compute ({said})"}


def test_every_host_has_its_word() -> None:
    roles = [role for role in HostRole if role is not HostRole.OTHER]
    said = words.hosts([Lifeline(role, "nova-compute", "service", role.value) for role in roles], str)
    assert len(set(said.values())) == len(roles)
    assert not [one for one in said.values() if one.endswith("'s host") and one != "the server's host"]


def test_what_is_left_out_by_default_says_which_option_shows_it() -> None:
    assert {reason.name: reason.shown_by for reason in Reason} == {
        "FAILURE": "failures:",
        "VERSION": "branches: all",
        "BRANCH": "branches: newest",
        "SIDE": "side:",
        "DATA": "data:",
        "REPEAT": "repeats:",
        "DEPTH": None,
        "STOP": None,
        "HIDE": None,
        "ONLY": None,
    }
