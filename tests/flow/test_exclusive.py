"""No path of a flow has two messages of which one is behind the end of a block in which the other is.

Which lines exclude one another is read from the blocks of the source by :mod:`tests.flow.blocks`, which follows no
paths.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Block, Message, QuestionError
from sphinxext.nova.openstack.askable import entries
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.openstack.telling import Teller
from sphinxext.nova.program import FunctionDef, Program
from tests.flow.blocks import Exclusive, exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sphinxext.nova.model import Flow, Step
    from sphinxext.nova.program import Scope

Place: TypeAlias = "tuple[object, Scope, int]"
"""A call, the function in which it is written, and its line."""


class Traced(Teller):
    """Notes the calls that lead from the code of the sender to each message."""

    last: Traced

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        Traced.last = self
        self.places: dict[int, tuple[Place, ...]] = {}

    def _message(self, step: Any, topic: str, process: Any) -> Message:
        places = ((one, one.scope, one.line) for one in (*process.calls, step))
        self.places[self._number + 1] = tuple(places)
        return super()._message(step, topic, process)


class Source:
    """The blocks that end, of each file that is asked for."""

    def __init__(self, program: Program) -> None:
        self._checkout = program.checkout
        self._files: dict[str, dict[int, list[Exclusive]]] = {}

    def excludes(self, function: FunctionDef, line: int, other: int) -> bool:
        """Return whether no run of a function does what is on both lines."""
        path = function.module.path
        if path not in self._files:
            self._files[path] = exclusive(self._checkout.read(path))
        blocks = self._files[path].get(function.fact.line, ())
        return any(one.excludes(line, other) or one.excludes(other, line) for one in blocks)


def together(steps: Iterable[Step], found: list[tuple[Message, Message]]) -> list[Message]:
    """Return the messages that one process sends in steps; ``found`` gets the pairs that are on a path through them."""
    before: list[Message] = []
    for step in steps:
        here: list[Message] = []
        match step:
            case Message():
                together(step.steps, found)
                here = [step]
            case Block():
                here = [one for branch in step.branches for one in together(branch.steps, found)]
        found += product(before, here)
        before += here
    return before


def wrong(flow: Flow, places: dict[int, tuple[Place, ...]], source: Source) -> Iterator[str]:
    """Give the pairs of messages that are on one path, though no run of the function in which they part sends both."""
    pairs: list[tuple[Message, Message]] = []
    together(flow.steps, pairs)
    for one, other in pairs:
        parting = zip(places[one.number], places[other.number], strict=False)
        mine, its = next((pair for pair in parting if pair[0][0] is not pair[1][0]), (None, None))
        if mine is None or its is None or mine[1] is not its[1] or not isinstance(mine[1], FunctionDef):
            continue
        if source.excludes(mine[1], mine[2], its[2]):
            yield f"{mine[1].name}: {one.method} at {mine[2]}, {other.method} at {its[2]}"


@pytest.fixture
def flows_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | Path], tuple[int, list[str]]]:
    """Return the function from a checkout to the number of its flows, and to what is wrong in them."""
    monkeypatch.setattr("sphinxext.nova.openstack.rpc_flow.Teller", Traced)

    def find(spec: str | Path) -> tuple[int, list[str]]:
        program = Program(open_checkout(spec))
        flows, source = Flows(program), Source(program)
        names = dict.fromkeys(flows.ask(lambda: tuple(entries(program, flows.endpoints))))
        found: dict[str, None] = {}
        count = 0
        for name in names:
            try:
                flow = flows.flow(flows.find(name))
            except QuestionError:
                continue
            count += 1
            found |= dict.fromkeys(wrong(flow, Traced.last.places, source))
        return count, list(found)

    return find


@pytest.mark.release
@pytest.mark.parametrize("name", ["nova-34.0.0", "nova-20.0.0"])
def test_no_flow_of_a_release(
    flows_of: Callable[[Path], tuple[int, list[str]]], release: Callable[[str], Path], name: str
) -> None:
    count, found = flows_of(release(name))
    assert count > 300
    assert found == []


@pytest.mark.history
@pytest.mark.parametrize("tag", ["2013.2", "2014.2"])
def test_no_flow_of_a_tag(flows_of: Callable[[str], tuple[int, list[str]]], nova_git: Path, tag: str) -> None:
    count, found = flows_of(f"{nova_git}@{tag}")
    assert count > 300
    assert found == []
