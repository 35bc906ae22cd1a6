"""Conditions of the source in few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.present.conditions import LONGEST, LONGEST_READ, negated, of_newest, one_line, shortened
from tests.bounds import within


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("self.destination is None", "destination is None"),
        ("a\n        and   b", "a and b"),
        (
            "self._is_selected_host_in_source_cell(selection) and not CONF.workarounds.never_do_that",
            "_is_selected_host_in_source_cell(…) and …",
        ),
        (
            "instance.vm_state == vm_states.SHELVED_OFFLOADED or instance.host is None or x(1)",
            "instance.vm_state == vm_states.SHELVED_OFFLOADED or …",
        ),
        (
            "self.compute_rpcapi.supports_something_long(context, instance, migration.source_compute)",
            "compute_rpcapi.supports_something_long(…)",
        ),
        ("a_name_without_any_place_to_break_" * 3, ("a_name_without_any_place_to_break_" * 3)[: LONGEST - 1] + "…"),
        ("myself.x and itself.y", "myself.x and itself.y"),
        ("(a or b)", "a or b"),
        ("(a or b) and (c or d)", "(a or b) and (c or d)"),
        (
            "(not hasattr(instance, 'system_metadata') or len(instance['system_metadata']) == 0)",
            "not hasattr(…) or len(instance['system_metadata']) == 0",
        ),
        (
            "(performs_checks_of_a_kind and not is_shared_storage_of_instance) or x",
            "(performs_checks_of_a_kind and not is_shared_storage_of_ins…",
        ),
        ("for (build_request, request_spec, host_list, instance) in zipped_things", "for (…) in zipped_things"),
    ],
)
def test_a_long_condition_is_said_in_few_characters(condition: str, expected: str) -> None:
    assert shortened(condition) == expected


@given(st.text(alphabet="abc self. and or not ()[]{}'\"=<>\n", max_size=200), st.integers(8, 80))
def test_no_condition_is_too_long(condition: str, longest: int) -> None:
    assert len(shortened(condition, longest)) <= longest


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("x", "not x"),
        ("not x", "x"),
        ("not x and y", "not (not x and y)"),
        ("a.b(c or d)", "not a.b(c or d)"),
        ("x == 1", "x != 1"),
        ("x is not None", "x is None"),
        ("x is None", "x is not None"),
        ("a not in b", "a in b"),
        ("n < 3", "n >= 3"),
        ("0 < n < 3", "not (0 < n < 3)"),
        ("x == 1 and y", "not (x == 1 and y)"),
        ("not x == 1", "not (not x == 1)"),
        ("a if b else c", "not (a if b else c)"),
    ],
)
def test_the_opposite_of_a_condition(condition: str, expected: str) -> None:
    assert negated(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, None),
        ("self.client.can_send_version('5.1')", True),
        ("not self.client.can_send_version('5.1')", False),
        ("service_version < MIN_VER", False),
        ("objects.service.get_minimum_version_all_cells(ctxt, ['nova-compute']) >= MIN_COMPUTE_X", True),
        ("x and not client.can_send_version(v)", False),
        ("x and client.can_send_version(v)", None),
        ("x or client.can_send_version(v)", True),
        ("x or not client.can_send_version(v)", None),
        ("image_version", None),
        ("version", None),
    ],
)
def test_what_a_condition_is_where_all_services_are_new(condition: str | None, expected: object) -> None:
    assert of_newest(condition) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "f(" * 50_000 + ")" * 50_000,
        "a == b or " * 100_000 + "c",
        "(()" * 50_000 + ")" * 50_000,
        "(a if b else c)" * 50_000,
    ],
    ids=["calls", "comparisons", "brackets", "choices"],
)
def test_a_condition_of_any_length(condition: str) -> None:
    short, opposite, newest = within(lambda: (shortened(condition), negated(condition), of_newest(condition)))
    assert len(short) <= LONGEST
    assert len(opposite) <= LONGEST_READ + 10
    assert newest is None


def test_what_is_cut_off_is_marked() -> None:
    assert one_line("a" * LONGEST_READ) == "a" * LONGEST_READ
    assert one_line("a" * LONGEST_READ + "b") == "a" * LONGEST_READ + " …"
    assert shortened("a and " * 1000 + "b").endswith("…")
