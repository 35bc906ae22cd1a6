"""Conditions of the source in few words."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.present.conditions import (
    LONGEST,
    LONGEST_READ,
    both,
    is_clear_together,
    negated,
    none_of,
    of_newest,
    one_line,
    shortened,
)
from tests.bounds import within


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("self.destination is None", "destination is None"),
        ("a\n        and   b", "a and b"),
        # The bare name is there as well: without ``self.``, both sides would be the same.
        ("host != self.host", "host != self.host"),
        ("self.host == host or host is None", "self.host == host or host is None"),
        ("self.host == cls.host", "self.host == cls.host"),
        ("self.host == other.host", "host == other.host"),
        ("self.x(host=self.host)", "x(host=self.host)"),
        ("self.text == 'self.text, host'", "text == 'self.text, host'"),
        (
            "self._is_selected_host_in_source_cell(selection) and not CONF.workarounds.never_do_that",
            "_is_selected_host_in_source_cell(…) and not CONF.workarounds.never_do_that",
        ),
        # Constants and the names at both ends are the point.
        (
            "vm_power_state not in (power_state.NOSTATE, power_state.SHUTDOWN, power_state.CRASHED)",
            "vm_power_state not in (NOSTATE, SHUTDOWN, CRASHED)",
        ),
        (
            "instance.vm_state in (vm_states.ERROR, vm_states.ACTIVE) or instance.power_state == power_state.ERROR",
            "instance.vm_state in (vm_states.ERROR,…== power_state.ERROR",
        ),
        (
            "vm_state in (vm_states.BUILDING, vm_states.ACTIVE, vm_states.PAUSED, vm_states.SUSPENDED)",
            "vm_state in (BUILDING, ACTIVE, PAUSED, SUSPENDED)",
        ),
        (
            "for (build_request, request_spec, host_list, instance, requested_networks, cell) in zipped_things",
            "for (build_request, …, cell) in zipped_things",
        ),
        (
            "instance.vm_state == vm_states.SHELVED_OFFLOADED or instance.host is None or instance.node is None",
            "instance.vm_state == SHELVED_OFFLOADED or … or instance.node is None",
        ),
        (
            "self.compute_rpcapi.supports_something_long(context, instance, migration.source_compute, '5.1')",
            "compute_rpcapi.supports_something_long(…, '5.1')",
        ),
        (
            "some_function_of_a_module(one_argument_of_it) == some_function_of_a_module(another_argument)",
            "some_function_of_a_module(one_argument_of_it) == some_function_of_a_module(…)",
        ),
        (
            "a_name_without_any_place_to_break_" * 3,
            "a_name_without_any_place_to_break_a_name…reak_a_name_without_any_place_to_break_",
        ),
        ("myself.x and itself.y", "myself.x and itself.y"),
        ("(a or b)", "a or b"),
        ("(a or b) and (c or d)", "(a or b) and (c or d)"),
        (
            "(not hasattr(instance, 'system_metadata') or len(instance['system_metadata']) == 0 or not instance.uuid)",
            "not hasattr(instance, 'system_metadata') or len(…) == 0 or not instance.uuid",
        ),
    ],
)
def test_a_long_condition_is_said_in_few_characters(condition: str, expected: str) -> None:
    assert shortened(condition) == expected


@given(st.sampled_from(["==", "!=", "is", "in"]), st.text(alphabet="ab.(),", max_size=90), st.integers(8, 80))
def test_two_sides_are_not_made_alike(operator: str, text: str, longest: int) -> None:
    sides = shortened(f"self.{text} {operator} {text}", longest).split(f" {operator} ")
    assert len(sides) == 1 or sides[0] != sides[1]


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
        ("not x and not y", "x or y"),
        ("not x or y is not None", "x and y is None"),
        ("not x and not y and z", "x or y or not z"),
        ("not x and z", "not (not x and z)"),
        ("not x and not y or z", "not (not x and not y or z)"),
        ("not x(a and b) or not y and z or u not in v", "x(a and b) and not (not y and z) and u in v"),
    ],
)
def test_the_opposite_of_a_condition(condition: str, expected: str) -> None:
    assert negated(condition) == expected


@pytest.mark.parametrize(
    ("condition", "other", "expected"),
    [
        ("x", "y", "x and y"),
        ("x or y", "z == 1", "(x or y) and z == 1"),
        ("x and y", "(z or u)", "x and y and (z or u)"),
        ("a if b else c", "x", "(a if b else c) and x"),
        # One of them says the other.
        ("x or y or not z", "y or x", "y or x"),
        ("x", "(x or y)", "x"),
        ("x and y", "x", "x and y"),
        ("x", "x and y", "x and y"),
        ("x(a or b)", "x(a)", "x(a or b) and x(a)"),
    ],
)
def test_two_conditions_in_one(condition: str, other: str, expected: str) -> None:
    assert both(condition, other) == expected
    assert is_clear_together(condition, other)


@pytest.mark.parametrize(
    ("condition", "other"),
    [
        pytest.param("host is None", "host is not None", id="a name that changes between the two"),
        pytest.param("a_name_of_some_length.a or b", "another_name_of_some_length.a or not is_long_enough", id="long"),
        pytest.param("a_name_of_some_length" * 4, "x", id="one that is cut already"),
    ],
)
def test_two_conditions_that_are_clearer_apart(condition: str, other: str) -> None:
    assert not is_clear_together(condition, other)


NAMES = ("a", "b", "c")
CONDITIONS = st.recursive(
    st.sampled_from((*NAMES, "a == b", "a != b", "b is not c", "a in (b, c)", "c not in (a, b)")),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.sampled_from(NAMES).map(lambda one: f"not {one}"),
        st.tuples(st.sampled_from(("and", "or")), st.lists(inner, min_size=2, max_size=3)).map(
            lambda parts: f" {parts[0]} ".join(
                f"({one})" if " or " in one or " and " in one else one for one in parts[1]
            )
        ),
        st.lists(inner, min_size=2, max_size=3).map(" and ".join),
        st.lists(inner, min_size=2, max_size=3).map(" or ".join),
    ),
    max_leaves=6,
)


@given(CONDITIONS, CONDITIONS)
def test_conditions_hold_when_they_say_so(condition: str, other: str) -> None:
    for values in product((False, True), repeat=len(NAMES)):
        names = dict(zip(NAMES, values, strict=True))
        one, two = (bool(eval(text, {}, names)) for text in (condition, other))
        assert bool(eval(negated(condition), {}, names)) is not one
        assert bool(eval(both(condition, other), {}, names)) is (one and two)
        assert bool(eval(none_of((condition, other)), {}, names)) is not (one or two)


def test_none_of_several() -> None:
    assert none_of(["x is None"]) == "x is not None"
    assert none_of(["x", "y and z", "a if b else c"]) == "not (x or y and z or (a if b else c))"


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
