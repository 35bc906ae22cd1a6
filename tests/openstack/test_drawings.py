"""Nova's own sequence diagrams beside the flows of the releases that they are in.

``tests/expected/RELEASE/drawings.json`` has the drawings, each with an entry that it is about. ``arrows`` are those of
the drawing in its order, without answers; ``svg_arrows`` those of a part that was drawn into the picture, but not into
the source that it was made from. An arrow says what is ``told`` for it: a message, or what the sender asks somebody
else for. Where that has another name or another place, or where there is nothing, it says ``because`` of what, and at
which line of the code. ``messages`` are all that the flow tells; those that are not drawn say why.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Block, Boundary, Message
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Program
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sphinxext.nova.model import Flow, Step

pytestmark = pytest.mark.history

FOLDER: Final = "doc/source/_static/images"
DRAWINGS: Final = [
    pytest.param(release, drawing, id=f"{release} {drawing['drawing']} {drawing['entry'].rpartition('/')[2]}")
    for release in ("32.0.0", "33.0.0")
    for drawing in json.loads((ROOT / "tests" / "expected" / release / "drawings.json").read_text())
]
ARROW: Final = re.compile(r"^\s*([\w-]+)\s+(<{1,2}(?:--?|=)|(?:--?|=)>{1,2})\s+([\w-]+)\s*(.*);$", re.MULTILINE)
MOVED: Final = re.compile(r"translate\(\S+ (\S+)\)")


@dataclass(frozen=True)
class Arrow:
    """One arrow of ``seqdiag``: what is beside it, and whether its sender waits (``=>`` comes back by itself)."""

    sender: str
    receiver: str
    text: str
    is_answered: bool


def arrows(source: str) -> list[Arrow]:
    """Return the arrows of a drawing's source but for answers: dashed, or to the left and without a kind."""
    found = []
    for left, sign, right, text in ARROW.findall(source):
        to_the_left = sign.startswith("<")
        if "--" in sign or (to_the_left and not re.search("call|cast", text)):
            continue
        sender, receiver = (right, left) if to_the_left else (left, right)
        found.append(Arrow(sender, receiver, text, is_answered=sign == "=>"))
    return found


def texts(picture: str) -> list[str]:
    """Return the texts of a picture from the top to the bottom."""

    def inside(element: ET.Element, down: float) -> Iterator[tuple[float, str]]:
        moved = MOVED.match(element.get("transform", ""))
        down += float(moved[1]) if moved else 0
        if element.tag.endswith("}text"):
            yield down + float(element.get("y", 0)), "".join(element.itertext())
        for child in element:
            yield from inside(child, down)

    return [text for _, text in sorted(inside(ET.fromstring(picture), 0))]


def told(flow: Flow) -> list[str]:
    """Return the messages of a flow, and whom else its processes ask, in the order of the table."""
    names = lifelines(flow)

    def inside(steps: Iterable[Step], process: str) -> Iterator[str]:
        for step in steps:
            match step:
                case Message():
                    yield line(step, names)
                    yield from inside(step.steps, names[step.to])
                case Boundary():
                    yield f"{process} {step.kind} {step.name} {step.file}:{step.line}"
                case Block():
                    for branch in step.branches:
                        yield from inside(branch.steps, process)

    return list(inside(flow.steps, names[flow.participants[0].id]))


def lifelines(flow: Flow) -> dict[str, str]:
    services = [one.name for one in flow.participants]
    return {
        one.id: one.name if services.count(one.name) == 1 else f"{one.name}({one.host})" for one in flow.participants
    }


def line(message: Message, names: Mapping[str, str]) -> str:
    way = f"{names[message.from_]} {message.kind} {names[message.to]} {message.method}"
    return f"{way} {message.file}:{message.line}"


@cache
def flows(spec: str) -> Flows:
    return Flows(Program(open_checkout(spec)))


@cache
def asked_of_the_database(spec: str, service: str) -> frozenset[str]:
    """Return what a service does with objects, those included of which a flow does not know what they are."""
    rows = db_calls(Program(open_checkout(spec)), service).rows
    return frozenset(
        f"{service} {row.route} {row.object} {caller.file}:{caller.line}" for row in rows for caller in row.callers
    )


@pytest.mark.parametrize(("release", "drawing"), DRAWINGS)
def test_the_arrows_are_those_of_the_drawing(nova_git: Path, release: str, drawing: Mapping[str, Any]) -> None:
    checkout = open_checkout(f"{nova_git}@{release}")
    drawn = arrows(checkout.text(f"{FOLDER}/{drawing['drawing']}.dia"))
    assert [(one.sender, one.receiver) for one in drawn] == [(one["from"], one["to"]) for one in drawing["arrows"]]
    for one, expected in zip(drawn, drawing["arrows"], strict=True):
        assert expected["names"] is None or expected["names"] in one.text
        assert {"call": one.is_answered or "call" in one.text, "cast": "cast" in one.text}.get(expected["kind"], True)
    # A long text is written in two lines.
    beside = "".join(texts(checkout.text(f"{FOLDER}/{drawing['drawing']}.svg")))
    for expected in drawing["arrows"] + drawing["svg_arrows"]:
        if expected["names"] is not None:
            _, found, beside = beside.partition(expected["names"])
            assert found


@pytest.mark.parametrize(("release", "drawing"), DRAWINGS)
def test_what_is_drawn_is_told_in_the_order_of_the_drawing(
    nova_git: Path, release: str, drawing: Mapping[str, Any]
) -> None:
    spec = f"{nova_git}@{release}"
    flow = flows(spec).flow(flows(spec).find(drawing["entry"]))
    names = drawing["lifelines"]
    messages = [line(message, lifelines(flow)) for message in flow.messages]
    for sequence in (drawing["arrows"], drawing["svg_arrows"]):
        rest, before = told(flow), []
        for arrow in sequence:
            if arrow["told"] is None:
                assert "because" in arrow
                continue
            assert arrow["told"].startswith(f"{names[arrow['from']]} {arrow['kind'] or ''}")
            assert names[arrow["to"]] in arrow["told"]
            if arrow["told"] in rest:
                index = rest.index(arrow["told"])
                before += rest[: index + 1]
                rest = rest[index + 1 :]
                assert arrow["told"] not in messages or f" {arrow['names']} " in arrow["told"] or "because" in arrow
            elif arrow["told"] in before:
                assert arrow["because"].startswith("another order:")
            else:
                assert arrow["told"] in asked_of_the_database(spec, names[arrow["from"]].partition("(")[0])


@pytest.mark.parametrize(("release", "drawing"), DRAWINGS)
def test_what_is_told_is_drawn_or_it_is_said_why_not(nova_git: Path, release: str, drawing: Mapping[str, Any]) -> None:
    spec = f"{nova_git}@{release}"
    flow = flows(spec).flow(flows(spec).find(drawing["entry"]))
    assert [line(message, lifelines(flow)) for message in flow.messages] == [
        message["told"] for message in drawing["messages"]
    ]
    drawn = {arrow["told"] for arrow in drawing["arrows"] + drawing["svg_arrows"] if arrow["kind"] is not None}
    assert {message["told"] for message in drawing["messages"] if "because" not in message} == drawn - {None}


@pytest.mark.parametrize(("release", "drawing"), DRAWINGS)
def test_the_lines_that_disagreements_name_are_about_them(
    nova_git: Path, release: str, drawing: Mapping[str, Any]
) -> None:
    checkout = open_checkout(f"{nova_git}@{release}")
    for one in drawing["arrows"] + drawing["svg_arrows"] + drawing["messages"]:
        assert ("because" in one) == ("at" in one)
        if "at" in one:
            place, _, word = one["at"].partition(" ")
            path, _, number = place.rpartition(":")
            assert word in checkout.text(path).splitlines()[int(number) - 1], one["at"]
