"""What Nova 34.0.0 sent in one run of its own functional tests is a path through the flow of the entry.

``sequences`` of ``tests/expected/34.0.0/rpc_flows.json`` has the runs that were recorded most often: each message with
how deep it is in others, and its kind, topic and endpoint. Those in which something failed are said to ``break_off``:
such a run leaves the path at some step, and goes on with what is done on failure, or nowhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Again, Block, Branch, Message
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.present.conditions import negated
from sphinxext.nova.present.folding import messages
from sphinxext.nova.program import Program
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sphinxext.nova.model import Step

EXPECTED = json.loads((ROOT / "tests" / "expected" / "34.0.0" / "rpc_flows.json").read_text())["flows"]


class Sent(NamedTuple):
    """A message of a run, and what was sent because of it."""

    text: str
    below: tuple[Sent, ...]


State: TypeAlias = "tuple[int, bool]"
"""How many of the messages of one process were met, and whether something has failed since."""


def nested(lines: Sequence[str]) -> tuple[Sent, ...]:
    """Return the messages of lines that are indented by two for each message that they are below."""
    found: list[Sent] = []
    for index, line in enumerate(lines):
        if not line.startswith(" "):
            end = next((i for i in range(index + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
            found.append(Sent(line, nested([inner[2:] for inner in lines[index + 1 : end]])))
    return tuple(found)


def text(message: Message) -> str:
    endpoint = ".".join((message.endpoint or "?").split(".")[-2:])
    return f"{message.kind} {message.topic.removesuffix('-alt')} {endpoint}"


class Paths:
    """Whether runs are paths through the steps of a flow.

    :param breaks_off: something may have failed.
    """

    def __init__(self, steps: Sequence[Step], *, breaks_off: bool) -> None:
        self._steps = steps
        self._breaks_off = breaks_off
        self._told = {message.number: message for message in messages(steps)}

    def has(self, run: Sequence[Sent]) -> bool:
        return self._has(self._steps, run)

    def _has(self, steps: Sequence[Step], run: Sequence[Sent]) -> bool:
        return any(met == len(run) for met, _ in self._after(steps, run, {(0, False)}))

    def _after(self, steps: Sequence[Step], run: Sequence[Sent], states: set[State]) -> set[State]:
        """Return what may be the case after steps in which each of these may be the case before."""
        for step in steps:
            failed = {state for state in states if state[1]}
            going = states - failed
            states = (self._after_step(step, run, going) if going else set()) | failed
            if self._breaks_off:
                states |= {(met, True) for met, _ in states | going}
            if isinstance(step, Block) and step.kind == "failure" and failed:
                handled = {(met, False) for met, _ in failed}
                states |= {one for branch in step.branches for one in self._after(branch.steps, run, handled)}
        return states

    def _after_step(self, step: Step, run: Sequence[Sent], going: set[State]) -> set[State]:
        match step:
            case Message():
                here = [met for met, _ in going if met < len(run) and run[met].text == text(step)]
                return {(met + 1, False) for met in here if self._has(step.steps, run[met].below)}
            case Again(number=number):
                return self._after(self._told[number].steps, run, going)
            case Block(kind="failure"):
                return going
            case Block(kind="loop", branches=branches):
                states: set[State] = set()
                while not going <= states:
                    states |= going
                    going = self._after(branches[0].steps, run, going)
                return states
            case Block(branches=branches):
                ways = [one for branch in branches for one in self._after(branch.steps, run, going)]
                return {*ways, *(() if is_whole(branches) else going)}
        return going


def is_whole(branches: Sequence[Branch]) -> bool:
    """Return whether one of the branches of an ``alt`` is always taken."""
    conditions = [branch.condition for branch in branches]
    if len(conditions) == 2 and None not in conditions:
        return conditions[0] == negated(str(conditions[1]))
    return len(conditions) > 1 and None in conditions


@pytest.mark.release
@pytest.mark.parametrize("expected", EXPECTED, ids=[flow["entry"] for flow in EXPECTED])
def test_each_recorded_sequence_is_a_path(release: Callable[[str], Path], expected: dict[str, Any]) -> None:
    flows = Flows(Program(open_checkout(release("nova-34.0.0"))))
    flow = flows.flow(flows.find(expected["entry"]))
    assert expected["sequences"]
    for sequence in expected["sequences"]:
        run = nested(sequence["messages"])
        assert Paths(flow.steps, breaks_off=sequence["breaks_off"]).has(run), sequence["messages"]
        assert not sequence["breaks_off"] or not Paths(flow.steps, breaks_off=False).has(run), sequence["messages"]
