"""Every condition of every flow of the releases: none is nonsense, in the answers and as it is shown."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Block, Message, QuestionError
from sphinxext.nova.openstack.askable import entries
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.present import words
from sphinxext.nova.present.choice import Choice
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.picture import Arrow, Group
from sphinxext.nova.present.sequence import diagrams
from sphinxext.nova.program import Program
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sphinxext.nova.model import Flow, Step
    from sphinxext.nova.present.picture import Item
    from sphinxext.nova.program import Cache

EVERYTHING = Choice(failures=True, side=True, data=True, repeats=True, branches="all")
SDISTS = ("nova-15.1.5", "nova-20.0.0", "nova-24.0.0", "nova-30.0.0", "nova-34.0.0")
TAGS = sorted(path.name for path in (ROOT / "tests" / "expected").iterdir() if path.is_dir())
SHORT = re.compile("…")
NOT_SAID = re.compile(r"\b(?:else|otherwise)\b")
ONE = re.compile(r"\b1 (?:steps|parts)\b")


def nonsense(condition: str) -> bool:
    """Return whether both sides of a comparison in a condition are the same.

    What is left out is taken for a name; what is no expression of Python 3 (``for x in y``, ``<>``) is looked through
    for such sides.
    """
    text = SHORT.sub("left_out", condition.removeprefix("while ")).strip()
    try:
        parsed = ast.parse(f"({text})", mode="eval")
    except SyntaxError:
        return re.search(r"(?<![\w.\])])([\w.]+) (?:==|!=|is|is not|in|<|>|<=|>=) \1(?![\w.(\[])", text) is not None
    return any(
        ast.dump(one) == ast.dump(other)
        for node in ast.walk(parsed)
        if isinstance(node, ast.Compare)
        for one, other in zip([node.left, *node.comparators], node.comparators, strict=False)
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("host == host", True),
        ("x and (host != host or y)", True),
        ("f(…) == f(…)", True),
        ("0 < n < n", True),
        ("while a is a", True),
        ("a <> b and self.x == self.x", True),
        ("host == self.host", False),
        ("'a' == \"a b\"", False),
        ("for host in hosts", False),
        ("a <> b", False),
    ],
)
def test_what_is_nonsense(condition: str, expected: bool) -> None:  # noqa: FBT001 - a case of the test
    assert nonsense(condition) is expected


def written(steps: Iterable[Step]) -> Iterator[str | None]:
    """Give the conditions of a tree of steps; ``None`` where an ``opt`` has none."""
    for step in steps:
        if isinstance(step, Message):
            yield from written(step.steps)
        elif isinstance(step, Block):
            for branch in step.branches:
                if branch.condition is not None or step.kind == "opt":
                    yield branch.condition
                yield from written(branch.steps)


def shown(items: Iterable[Item]) -> Iterator[str]:
    """Give the conditions of a picture as they are shown."""
    for item in items:
        if isinstance(item, Arrow):
            yield from shown(item.body)
        elif isinstance(item, Group):
            for condition, inner in item.branches:
                yield words.when(item.kind, condition, str)
                yield from shown(inner)


def wrong(flow: Flow) -> Iterator[str]:
    for condition in written(flow.steps):
        if condition is None:
            yield "an opt without a condition"
        elif nonsense(condition):
            yield condition
    for choice in (Choice(), EVERYTHING):
        picture = fold(flow, choice)
        for text in shown(picture.items):
            outside = re.sub(r"'[^']*'|\"[^\"]*\"| if .* else ", "", text)
            if nonsense(text.removeprefix("on failure: ")) or NOT_SAID.search(outside):
                yield f"shown: {text}"
        for _part, text in diagrams(picture, flow.entry.name, str):
            yield from ONE.findall(text)


def found(program: Program) -> tuple[int, list[str]]:
    """Return how many flows a program has, and what is wrong with their conditions."""
    flows = Flows(program)
    count = 0
    texts: dict[str, None] = {}
    for name in dict.fromkeys(flows.ask(lambda: tuple(entries(program, flows.endpoints)))):
        try:
            flow = flows.flow(flows.find(name))
        except QuestionError:
            continue
        count += 1
        texts |= dict.fromkeys(wrong(flow))
    return count, list(texts)


@pytest.mark.release
@pytest.mark.parametrize("name", SDISTS)
def test_the_conditions_of_a_release(release: Callable[[str], Path], name: str) -> None:
    count, texts = found(Program(open_checkout(release(name))))
    assert count > 300
    assert texts == []


@pytest.mark.history
@pytest.mark.parametrize("tag", TAGS)
def test_the_conditions_of_a_tag(nova_git: Path, facts: Cache, tag: str) -> None:
    count, texts = found(Program(open_checkout(f"{nova_git}@{tag}"), facts))
    assert count > 50
    assert texts == []
