"""What is kept of an answer is that answer, or none: only classes of answers are made, of fields of their types."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.model import (
    Again,
    Answer,
    Block,
    Boundary,
    Branch,
    Entry,
    Flow,
    Kind,
    Message,
    Participant,
    Problem,
    Service,
    Source,
    StartStep,
    Unresolved,
)
from sphinxext.nova.openstack.answer_json import ForeignError, dumped, loaded_answer, loaded_sources

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICE = Service(
    *("nova-api", "wsgi", "nova.cmd.api:main", "nova/cmd/api.py", 3, ("a", "b"), None, (), "x", "y"),
    *((1, (2.5, "z", None)), "direct", False),
    (StartStep("main", "x", "y", 1),),
)
SERVICES: Answer[Service] = Answer(
    (SERVICE,),
    (Problem(Kind.SYNTAX, "x\ud800", "nova/x.py", 3), Problem(Kind.GIT, "y")),
    frozenset({Source("file", "x"), Source("mentions", "nova", ("a", "b"))}),
)
MESSAGE = Message(
    *(1, "p1", "p2", "m", "cast", "t", None, "s", "c", "f", 1, None, None, None, "f", 1, None, None, ("x=1",)),
    (Block("alt", (Branch("x", (Boundary("database", "n", "f", 1),), "f", 1), Branch(None, (Again(1),), "f", 1))),),
)
FLOW = Flow(
    Entry("e", "f", 1, "nova-api", ("o",)),
    (Participant("p1", "nova-api", "service", None, "direct"), Participant("p2", "x", "external", "dest")),
    (MESSAGE,),
    (replace(MESSAGE, steps=()),),
    (Unresolved("f", 1, "x", "y"),),
)
FLOWS: Answer[Flow] = Answer((FLOW,))


def deep(depth: int) -> Flow:
    message = replace(MESSAGE, steps=())
    for _ in range(depth):
        message = replace(message, steps=(Block("loop", (Branch(None, (message,), "f", 1),)),))
    return replace(FLOW, steps=(message,))


def deep_steps(depth: int) -> Any:
    """Return steps as JSON that are deeper than Python could write them."""
    (name, fields), *_ = json.loads(dumped(replace(MESSAGE, steps=()))).items()
    message = {name: fields}
    for _ in range(depth):
        message = {name: [*fields[:-1], [{"Block": ["loop", [{"Branch": [None, [message], "f", 1]}]]}]]}
    return [message]


def put(value: object, *path: int | str) -> Callable[[Any], object]:
    def change(said: Any) -> object:
        at = said
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        return said

    return change


ROW = ("Answer", 0, 0, "Service")
TAMPERED: dict[str, tuple[Answer[Any], Callable[[Any], object]]] = {
    "no answer": (SERVICES, lambda _said: 1),
    "a list": (SERVICES, lambda _said: []),
    "an empty object": (SERVICES, lambda _said: {}),
    "two classes at once": (SERVICES, put([], "Problem")),
    "an unknown class": (SERVICES, put({"Popen": ["true"]}, *ROW, 6)),
    "what the model imports": (SERVICES, put({"dataclass": [None]}, *ROW, 6)),
    "a class of the model that is no part": (SERVICES, put({"QuestionError": [None, "x"]}, *ROW, 6)),
    "an attribute of an object": (SERVICES, put({"__class__": []}, *ROW, 6)),
    "a type": (SERVICES, put({"TypeVar": ["x"]}, *ROW, 6)),
    "fields that are no list": (SERVICES, put({"Source": "file"}, "Answer", 2)),
    "a field too few": (SERVICES, put(["nova-api"], *ROW)),
    "a field too many": (SERVICES, put([*json.loads(dumped(SERVICE))["Service"], 1], *ROW)),
    "a text for a number": (SERVICES, put("3", *ROW, 4)),
    "true for a number": (SERVICES, put(bool(1), *ROW, 4)),
    "a number for a text": (SERVICES, put(3, *ROW, 0)),
    "nothing for a text": (SERVICES, put(None, *ROW, 0)),
    "a number among texts": (SERVICES, put(["a", 1], *ROW, 5)),
    "a word that there is not": (SERVICES, put("daemon", *ROW, 1)),
    "a way that there is not": (SERVICES, put("sideways", *ROW, 11)),
    "a problem for a default": (SERVICES, put({"Problem": [{"Kind": ["git"]}, "x", None, None]}, *ROW, 10)),
    "rows of another question": (SERVICES, put(json.loads(dumped(FLOWS))["Answer"][0], "Answer", 0)),
    "rows that are texts": (SERVICES, put(["x"], "Answer", 0)),
    "a problem of an unknown kind": (SERVICES, put({"Kind": ["fatal"]}, "Answer", 1, 0, "Problem", 0)),
    "a kind that is a list": (SERVICES, put({"Kind": [["git"]]}, "Answer", 1, 0, "Problem", 0)),
    "sources that are texts": (SERVICES, put({"frozenset": [["x"]]}, "Answer", 2)),
    "sources of an unknown kind": (SERVICES, put({"frozenset": [[{"Source": ["disk", "/", []]}]]}, "Answer", 2)),
    "sources that are a list": (SERVICES, put([], "Answer", 2)),
    "no flow": (FLOWS, put([], "Answer", 0)),
    "two flows": (FLOWS, put(json.loads(dumped((FLOW, FLOW))), "Answer", 0)),
    "nobody takes part": (FLOWS, put([], "Answer", 0, 0, "Flow", 1)),
    "somebody else sends": (FLOWS, put("p9", "Answer", 0, 0, "Flow", 2, 0, "Message", 1)),
    "somebody else receives": (FLOWS, put("p9", "Answer", 0, 0, "Flow", 3, 0, "Message", 2)),
    "a step that is a row": (FLOWS, put([{"Unresolved": ["f", 1, "x", "y"]}], "Answer", 0, 0, "Flow", 2)),
    "steps too deep": (FLOWS, put(deep_steps(80), "Answer", 0, 0, "Flow", 2)),
}
RAW = {
    "no JSON": b"answer",
    "half of it": b'{"Answer": [',
    "no UTF-8": b"\xff",
    "lists without end": b"[" * 100_000,
    "closed lists": b"[" * 3000 + b"]" * 3000,
    "a number of many digits": b"1" * 10_000,
    "no number": b'{"Answer": [[NaN], [], {"frozenset": [[]]}]}',
    "nothing": b"",
}


@pytest.mark.parametrize(
    ("question", "answer"), [("services", SERVICES), ("rpc-flow", FLOWS), ("rpc-flow", Answer((deep(50),)))]
)
def test_an_answer_comes_back(question: str, answer: Answer[Any]) -> None:
    assert loaded_answer(dumped(answer), question) == answer


def test_sources_come_back() -> None:
    sources = tuple(sorted(SERVICES.sources, key=repr))
    assert loaded_sources(dumped(sources)) == sources


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_answer(name: str) -> None:
    answer, change = TAMPERED[name]
    question = "services" if answer is SERVICES else "rpc-flow"
    data = json.dumps(change(json.loads(dumped(answer)))).encode()
    with pytest.raises(ForeignError):
        loaded_answer(data, question)


@pytest.mark.parametrize("name", RAW)
def test_what_is_no_answer(name: str) -> None:
    for load in (lambda data: loaded_answer(data, "services"), loaded_sources):
        with pytest.raises(ForeignError):
            load(RAW[name])  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "data", [b"{}", b"1", b'["x"]', b'[{"Source": ["file", 1, []]}]', b'[{"Source": ["disk", "", []]}]']
)
def test_no_sources(data: bytes) -> None:
    with pytest.raises(ForeignError):
        loaded_sources(data)


def test_what_is_no_part_of_an_answer_is_not_written() -> None:
    with pytest.raises(TypeError):
        dumped({"x": 1})


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda values: st.one_of(
        st.lists(values, max_size=4),
        st.dictionaries(st.sampled_from(["Source", "Service", "frozenset", "Kind", "Answer"]), values, max_size=1),
    ),
    max_leaves=12,
)


@given(where=st.integers(0, 10_000), value=JSON)
def test_any_part_may_be_anything(where: int, value: object) -> None:
    said = json.loads(dumped(FLOWS))
    places = [
        (parent, key)
        for parent in _containers(said)
        for key in (parent if isinstance(parent, dict) else range(len(parent)))
    ]
    parent, key = places[where % len(places)]
    parent[key] = value
    try:
        answer = loaded_answer(json.dumps(said).encode(), "rpc-flow")
    except ForeignError:
        return
    assert loaded_answer(dumped(answer), "rpc-flow") == answer


def _containers(value: Any) -> list[Any]:
    inner = [
        item
        for item in (value.values() if isinstance(value, dict) else value)
        if isinstance(item, dict | list) and item
    ]
    return [value, *(deeper for item in inner for deeper in _containers(item))]
