"""Each path of a told flow is one of the code: bodies that are generated, run by hand for all their conditions."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sphinxext.nova.model import Block, Message
from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.model import Step

Body: TypeAlias = "list[Any]"
"""Statements: the method of a message, ``return``, ``raise``, or a list of (condition, body) with ``None`` for else."""

NAMES = ("a", "b", "c")
METHODS = ("start_instance", "stop_instance", "pause_instance")
ENDS = ("return", "raise")


class RaisedError(Exception):
    """The body raises: what is told is the normal case."""


def bodies(depth: int) -> st.SearchStrategy[Body]:
    simple = st.sampled_from((*METHODS, *METHODS, *ENDS))
    if depth:
        inner = bodies(depth - 1)
        branch = st.tuples(st.sampled_from(NAMES), inner)
        orelse = st.one_of(st.just([]), inner.map(lambda body: [(None, body)]))
        choice = st.tuples(st.lists(branch, min_size=1, max_size=2), orelse).map(lambda parts: parts[0] + parts[1])
        return st.lists(st.one_of(simple, choice), min_size=1, max_size=3)
    return st.lists(simple, min_size=1, max_size=2)


def source(body: Body, by: int) -> Iterator[str]:
    for statement in body:
        if statement == "return":
            yield " " * by + "return"
        elif statement == "raise":
            yield " " * by + "raise ValueError()"
        elif isinstance(statement, str):
            yield " " * by + f"self.compute_rpcapi.{statement}(context, instance)"
        else:
            for index, (condition, inner) in enumerate(statement):
                word = "else" if condition is None else f"{'elif' if index else 'if'} {condition}"
                yield " " * by + f"{word}:"
                yield from source(inner, by + 4)


def sent(body: Body, truth: Mapping[str, bool]) -> tuple[list[str], bool]:
    """Return the messages of a body, and whether it goes on after them."""
    found: list[str] = []
    for statement in body:
        if statement == "return":
            return found, False
        if statement == "raise":
            raise RaisedError
        if isinstance(statement, str):
            found.append(statement)
            continue
        taken = next((inner for condition, inner in statement if condition is None or truth[condition]), [])
        more, goes_on = sent(taken, truth)
        found += more
        if not goes_on:
            return found, False
    return found, True


def told(steps: Sequence[Step], truth: Mapping[str, bool]) -> list[str]:
    """Return the messages on the one path through steps on which conditions have these values."""
    found: list[str] = []
    for step in steps:
        match step:
            case Message():
                found.append(step.method)
            case Block(kind="alt" | "opt"):
                assert [branch.condition for branch in step.branches].count(None) <= (len(step.branches) > 1)
                holding = (one for one in step.branches if one.condition and eval(one.condition, {}, dict(truth)))
                rest = (one for one in step.branches if one.condition is None)
                taken = next(itertools.chain(holding, rest), None)
                found += told(taken.steps, truth) if taken is not None else []
            case _:
                raise AssertionError(step)
    return found


def fails(body: Body, truth: Mapping[str, bool]) -> bool:
    try:
        sent(body, truth)
    except RaisedError:
        return True
    return False


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(bodies(2), min_size=6, max_size=6))
def test_each_path_is_one_of_the_code(written: list[Body]) -> None:
    methods = "".join(
        "\n".join((f"def run{number}(self, context, instance, a, b, c):", *source(body, 4), "", ""))
        for number, body in enumerate(written)
    )
    with TemporaryDirectory() as folder:
        flows = Flows(trees.program(Path(folder), {"nova/compute/api.py": trees.api(methods)}))
        answers = [flows.flow(flows.find(f"nova.compute.api.API.run{number}")) for number in range(len(written))]
    for body, flow in zip(written, answers, strict=True):
        for values in itertools.product((True, False), repeat=len(NAMES)):
            truth = dict(zip(NAMES, values, strict=True))
            if not fails(body, truth):
                assert told(flow.steps, truth) == sent(body, truth)[0], (
                    "\n".join(source(body, 0)),
                    trees.told(flow),
                    truth,
                )
