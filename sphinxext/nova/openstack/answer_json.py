"""Answers as the JSON in which they are kept, and back.

An object of the model is ``{its class: [its fields]}``, and what is a list there is a tuple here. What is read may have
been written by anybody who can write the cache. So only the classes that are parts of answers are made, each field has
the type that the class says and, where only certain words are possible, one of these: whatever comes after may rely on
an answer that is read as on one that was made.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from sphinxext.nova import model

Check: TypeAlias = Callable[[Any], bool]

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_names: dict[type, tuple[str, ...]] = {}
"""The fields of the classes of the model that were met so far."""

_ROWS: Final[dict[str, type]] = {
    "db-calls": model.DbCall,
    "layout": model.LayoutRow,
    "periodic-tasks": model.PeriodicTask,
    "rpc-flow": model.Flow,
    "rpc-methods": model.RpcMethod,
    "services": model.Service,
}
"""What each question is answered with."""

_SOURCES: Final = frozenset({"file", "tree", "names", "mentions", "ref"})
_DATABASE: Final = frozenset({"direct", "conductor", None})
_MESSAGES: Final = frozenset({"cast", "call", "fanout"})
_WORDS: Final[dict[tuple[type, str], frozenset[str | None]]] = {
    (model.Block, "kind"): frozenset({"alt", "opt", "loop", "failure"}),
    (model.Boundary, "kind"): frozenset({"database", "external", "library", "object"}),
    (model.DbCall, "access"): frozenset({"read", "write", None}),
    (model.DbCall, "route"): frozenset({"direct", "conductor", "object"}),
    (model.LayoutRow, "kind"): frozenset({"folder", "file"}),
    (model.Message, "kind"): _MESSAGES,
    (model.Participant, "database"): _DATABASE,
    (model.Participant, "kind"): frozenset({"service", "database", "external"}),
    (model.PeriodicTask, "form"): frozenset({"decorator", "override", "timer"}),
    (model.Service, "database"): _DATABASE,
    (model.Service, "kind"): frozenset(
        {"wsgi", "multi-process", "single-process", "proxy", "all-in-one", "command"},
    ),
    (model.Source, "kind"): _SOURCES,
}
"""The fields that hold one of a few words."""

_PARTS: Final = {
    kind.__name__: kind
    for kind in (
        *_ROWS.values(),
        *(model.Answer, model.Problem, model.Source),
        *(model.Again, model.Block, model.Boundary, model.Branch, model.Entry, model.Message, model.Participant),
        *(model.Unresolved, model.StartStep, model.Caller, model.TaskOption),
    )
}
_WORDLISTS: Final[dict[str, type[Enum]]] = {kind.__name__: kind for kind in (model.Kind, model.Role)}

_DEEPEST: Final = 150
"""How many steps of a flow may lie inside each other; those of Nova's flows are 20."""


class ForeignError(ValueError):
    """Bytes that are no answer."""


# --- writing


def dumped(value: object) -> bytes:
    """Return an answer, or a part of one, as bytes.

    :raises TypeError: it holds what is no part of an answer.
    """
    # Two halves of surrogate pairs beside each other, as JSON's escapes, would be read as one character.
    text = json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of an answer
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return {kind.__name__: [value.value]}
    if kind is frozenset:
        return {"frozenset": [_plain(tuple(sorted(value, key=repr)))]}
    if kind not in _names:
        if not is_dataclass(value):
            raise TypeError(f"{kind.__name__} is no part of an answer")
        _names[kind] = tuple(field.name for field in fields(value))
    return {kind.__name__: [_plain(getattr(value, name)) for name in _names[kind]]}


# --- reading


def loaded_answer(data: bytes, question: str) -> model.Answer[Any]:
    """Return the answer to a question that :func:`dumped` wrote.

    :raises ForeignError: it did not, or not of an answer to this question.
    """
    answer = _loaded(data)
    row = _ROWS.get(question)
    if not isinstance(answer, model.Answer) or (row and not all(type(found) is row for found in answer.rows)):
        raise ForeignError(f"no answer to {question}")
    if row is model.Flow:
        _check_flow(*answer.rows)
    return answer


def loaded_sources(data: bytes) -> tuple[model.Source, ...]:
    """Return the sources that :func:`dumped` wrote.

    :raises ForeignError: it did not.
    """
    sources = _loaded(data)
    if type(sources) is not tuple or not all(type(source) is model.Source for source in sources):
        raise ForeignError("no sources")
    return sources


def _loaded(data: bytes) -> Any:  # noqa: ANN401 - what is said there
    try:
        return _tuples(json.loads(data, object_hook=_object))
    except ForeignError:
        raise
    except (ValueError, RecursionError) as error:  # no JSON, or so deep that json, or _tuples, cannot take it
        raise ForeignError(str(error)) from None


def _object(said: dict[str, Any]) -> object:
    if len(said) != 1:
        raise ForeignError("an object of several classes")
    ((name, values),) = said.items()
    if type(values) is not list:
        raise ForeignError(f"{name} without fields")
    items = [_tuples(value) for value in values]
    if name == "frozenset":
        return _frozenset(*items)
    if name in _WORDLISTS:
        return _member(_WORDLISTS[name], *items)
    kind = _PARTS.get(name)
    if kind is None:
        raise ForeignError(f"{name} is no part of an answer")
    checks = _checks(kind)
    if len(checks) != len(items) or not all(check(item) for check, item in zip(checks, items, strict=True)):
        raise ForeignError(f"no {name}")
    made: object = kind(*items)
    return made


def _frozenset(*items: Any) -> frozenset[Any]:  # noqa: ANN401 - any part of an answer
    if len(items) != 1 or type(items[0]) is not tuple or not all(type(item) is model.Source for item in items[0]):
        raise ForeignError("no set of sources")
    return frozenset(items[0])


def _member(kind: type[Enum], *items: Any) -> Enum:  # noqa: ANN401 - any part of an answer
    if len(items) != 1 or type(items[0]) is not str:
        raise ForeignError(f"no {kind.__name__}")
    return kind(items[0])


def _tuples(value: Any) -> Any:  # noqa: ANN401 - any part of an answer
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@cache
def _checks(kind: type) -> tuple[Check, ...]:
    hints = get_type_hints(kind)
    return tuple(
        _WORDS[kind, field.name].__contains__ if (kind, field.name) in _WORDS else _check(hints[field.name])
        for field in fields(kind)
    )


def _check(hint: Any) -> Check:  # noqa: ANN401 - an annotation
    """Make the function that says whether a value is of a type, exactly: ``True`` is no ``int``."""
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        checks = tuple(map(_check, get_args(hint)))
        return lambda value: any(check(value) for check in checks)
    if origin is tuple:
        item, _ellipsis = get_args(hint)
        of_item = _check(item)
        return lambda value: type(value) is tuple and all(map(of_item, value))
    if origin is frozenset:  # whose items were looked at when it was made
        return lambda value: type(value) is frozenset
    if isinstance(hint, TypeVar):
        return lambda value: type(value) in _ROWS.values()
    if hint is object:
        return _is_constant
    if hint is float:
        return lambda value: type(value) is float and math.isfinite(value)
    kind = NoneType if hint is None else hint
    return lambda value: type(value) is kind


def _is_constant(value: Any) -> bool:  # noqa: ANN401 - what an option may have for a default
    return type(value) in _PLAIN or (type(value) is tuple and all(map(_is_constant, value)))


def _check_flow(*flows: model.Flow) -> None:
    """Check what the types of a flow do not say: who takes part, and how deep it is."""
    if len(flows) != 1 or not flows[0].participants:
        raise ForeignError("not one flow with its participants")
    [flow] = flows
    known = {participant.id for participant in flow.participants}
    steps: tuple[model.Step, ...] = (*flow.steps, *flow.messages)
    for _depth in range(_DEEPEST):
        below: list[model.Step] = []
        for step in steps:
            if isinstance(step, model.Message):
                if not {step.from_, step.to} <= known:
                    raise ForeignError("a message of somebody who takes no part")
                below += step.steps
            elif isinstance(step, model.Block):
                below += (inner for branch in step.branches for inner in branch.steps)
        if not below:
            return
        steps = tuple(below)
    raise ForeignError(f"steps nested more than {_DEEPEST} deep")
