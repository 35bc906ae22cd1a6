"""What is wrong with an outcome: the contract of the command line and of its JSON, checked from outside."""

from __future__ import annotations

import enum
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sphinxext.nova.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fuzz.child import Outcome
    from fuzz.questions import Question


class Wrong(enum.StrEnum):
    """What may be wrong."""

    RAISED = "raised"
    """An exception that nothing has caught."""
    MEMORY = "memory"
    """The same for want of memory, or a process that ended for it."""
    RECURSION = "recursion"
    """The same for too deep a recursion."""
    CRASHED = "crashed"
    """A signal has ended the process."""
    STATUS = "status"
    """An exit status that is neither 0 nor 2, or is the wrong one of them."""
    TIME = "time"
    """The limit of CPU time was reached."""
    STALLED = "stalled"
    """It waited for something that never comes."""
    REFUSAL = "refusal"
    """The status is 2, and standard error has not exactly one line, or standard output has something."""
    JSON = "json"
    """The answer is no strict JSON of valid Unicode."""
    SHAPE = "shape"
    """A field is missing, or has a value that the contract does not have."""
    KIND = "kind"
    """A problem is of no known kind."""
    CONTROL = "control"
    """Control characters, or such as change the direction of text, reach a terminal or a page."""
    EXECUTED = "executed"
    """Code of the tree was run."""
    WRITTEN = "written"
    """Something was written into the tree."""
    OUTSIDE = "outside"
    """What lies outside of the tree was shown."""
    HASH_SEED = "hash-seed"
    """Another hash seed gives another answer."""
    CACHE = "cache"
    """An answer with a cache, cold or warm, differs from the one without."""
    SHARED_CACHE = "shared-cache"
    """An answer with the cache that other trees have filled differs from the one without."""
    WARNING = "warning"
    """A build has a warning that is not one typed line."""
    XML = "xml"
    """A build wrote a file that is not well-formed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong. Two findings with the same ``key`` are taken to be of one cause."""

    wrong: Wrong
    key: str
    message: str


CONTROL: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
    "\U0001fffe\U0010ffff]"
)
"""What a text may not hold, beside tabs, which a terminal's text may not hold either."""
_DEEP: Final = 30


def judge(question: Question, outcome: Outcome) -> Iterator[Finding]:
    """Give what is wrong with how one question was answered on the command line."""
    name = question.name
    if ended := _ended(name, outcome):
        yield ended
        return
    expected = {"full": {2}, "closed": {0, 2}, "ascii": {0, 2}, "pipe": {0, 2}}.get(question.sink, {0, 2})
    if outcome.status not in expected:
        yield Finding(Wrong.STATUS, f"{name} to {question.sink}", f"the exit status is {outcome.status}")
        return
    errors = outcome.stderr.decode("utf-8", "replace")
    if found := CONTROL.search(errors.replace("\t", "\0")):
        yield Finding(Wrong.CONTROL, f"{name} on stderr", f"{found[0]!r} in {_around(errors, found)}")
    if "Traceback (most recent call last)" in errors:
        yield Finding(Wrong.RAISED, f"{name} traceback on stderr", errors[-500:])
    if outcome.status == 2:
        if not re.fullmatch(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+\n", errors) or outcome.stdout.strip():
            shape = re.sub(r"\d+|'[^']*'", "", errors)[:40] if "usage" in errors else str(errors.count("\n"))
            yield Finding(Wrong.REFUSAL, f"{name}: {shape} lines", f"{errors[:500]!r} {outcome.stdout[:100]!r}")
        return
    if question.sink in {"file", "ascii"}:
        yield from _answer(question, outcome.stdout)
        if question.format == "json" and errors:
            yield Finding(Wrong.REFUSAL, f"{name}: json and stderr", errors[:500])


def _ended(name: str, outcome: Outcome) -> Finding | None:
    """Return the finding where the process did not end by itself and without an exception."""
    if outcome.stalled:
        inner = next((frame for frame in outcome.trace if frame.startswith("sphinxext/")), "elsewhere")
        return Finding(Wrong.STALLED, f"{name}: {inner}", _first(outcome.trace))
    if outcome.exhausted:
        return Finding(Wrong.TIME, f"{name}: {_busiest(outcome.trace)}", _first(outcome.trace))
    if outcome.status < 0:
        return Finding(Wrong.CRASHED, f"signal {-outcome.status} {_busiest(outcome.trace)}", _first(outcome.trace))
    if fault := outcome.fault:
        ours = [frame for frame in fault.frames if frame.startswith("sphinxext/")] or list(fault.frames)
        message = f"{fault.type}: {fault.message}\n" + "\n".join(fault.frames[-_DEEP:])
        if fault.type == "MemoryError":
            return Finding(Wrong.MEMORY, " < ".join(ours[-2:][::-1]), message)
        if fault.type == "RecursionError":
            return Finding(Wrong.RECURSION, _busiest(tuple(ours)), message)
        return Finding(Wrong.RAISED, f"{fault.type} {' < '.join(ours[-2:][::-1])}", message)
    return None


def _busiest(frames: tuple[str, ...]) -> str:
    """Return the file that most of the frames are of, which is where a recursion goes round."""
    files = Counter(frame.partition(":")[0] for frame in frames if frame.startswith("sphinxext/"))
    return files.most_common(1)[0][0] if files else "elsewhere"


def _first(trace: tuple[str, ...]) -> str:
    return "\n".join(trace[:_DEEP])


def _around(text: str, found: re.Match[str]) -> str:
    return ascii(text[max(0, found.start() - 60) : found.end() + 60])


def _answer(question: Question, data: bytes) -> Iterator[Finding]:
    name, form = question.name, question.format
    try:
        text = data.decode("ascii" if question.sink == "ascii" and form != "json" else "utf-8")
    except UnicodeDecodeError as error:
        yield Finding(Wrong.JSON, f"{name}: encoding", str(error))
        return
    if form != "json":
        if found := CONTROL.search(text.replace("\t", "\0")):
            yield Finding(Wrong.CONTROL, f"{name} {form}", f"{found[0]!r} in {_around(text, found)}")
        return
    try:
        answer = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object, parse_int=str_of_number)
    except (ValueError, RecursionError) as error:
        yield Finding(Wrong.JSON, f"{name}: {type(error).__name__} {str(error)[:30]}", str(error)[:500])
        return
    yield from shape(name, answer)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field twice")
    return found


def str_of_number(text: str) -> int | str:
    """Return a number, or its digits where Python itself refuses to read that many."""
    return int(text) if len(text) < 4000 else text


# --- the contract


def _text(value: object) -> bool:
    return isinstance(value, str)


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _line(value: object) -> bool:
    return _number(value) and value != 0


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _anything(_value: object) -> bool:
    return True


def _or_null(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


def _list(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _one_of(*known: str) -> Callable[[object], bool]:
    return lambda value: value in known


def _record(**fields: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, dict) and all(name in value and check(value[name]) for name, check in fields.items())
    )


_CALLER: Final = _record(name=_text, file=_text, line=_line)
_TEXT: Final = _or_null(_text)
_SENT: Final = {
    "method": _text,
    "kind": _one_of("cast", "call", "fanout"),
    "topic": _text,
    "sender": _text,
    "client": _text,
    "endpoint": _TEXT,
    "file": _text,
    "line": _line,
    "from": _text,
    "to": _text,
}

CONTRACT: Final[Mapping[str, Mapping[str, Callable[[object], bool]]]] = {
    "layout": {
        "path": _text, "kind": _one_of("folder", "file"), "description": _TEXT, "described_by": _TEXT, "role": _TEXT,
        "service": _TEXT, "files": _number, "lines": _or_null(_number),
    },
    "services": {
        "binary": _text, "entry_point": _text, "file": _text, "line": _line, "topics": _list(_text), "manager": _TEXT,
        "kind": _one_of("wsgi", "multi-process", "single-process", "proxy", "all-in-one", "command"),
        "endpoints": _list(_text), "workers": _TEXT, "workers_option": _TEXT, "workers_default": _anything,
        "database": _or_null(_one_of("direct", "conductor")), "missing": _flag, "start": _anything,
    },
    "rpc-methods": {
        "topic": _TEXT, "namespace": _TEXT, "method": _text, "kind": _list(_one_of("cast", "call", "fanout")),
        "versions": _list(_text), "client": _TEXT, "client_file": _TEXT, "client_line": _or_null(_line),
        "endpoint": _TEXT, "endpoint_file": _TEXT, "endpoint_line": _or_null(_line), "arguments": _list(_text),
        "callers": _or_null(_list(_CALLER)),
    },
    "rpc-flow": {
        "entry": _record(name=_text, file=_text, line=_line, service=_TEXT, others=_list(_text)),
        "participants": _list(_record(id=_text, name=_text, kind=_text)), "steps": _list(_anything),
        "messages": _list(_record(**_SENT)),
        "unresolved": _or_null(_list(_record(file=_text, line=_line, expression=_text, why=_text))),
    },
    "db-calls": {
        "service": _TEXT, "function": _text, "implementation": _TEXT, "file": _text, "line": _line,
        "access": _or_null(_one_of("read", "write")), "route": _one_of("direct", "conductor", "object"),
        "object": _TEXT, "blocked": _flag, "callers": _list(_CALLER),
    },
    "periodic-tasks": {
        "task": _text, "manager": _text, "services": _list(_text), "form": _one_of("decorator", "override", "timer"),
        "file": _text, "line": _line, "spacing": _TEXT, "option": _TEXT, "default": _anything,
        "interval": _or_null(lambda value: isinstance(value, int | float | str) and not isinstance(value, bool)),
        "run_immediately": _flag, "enabled": _flag, "external_process_ok": _flag, "tests_options": _list(_text),
        "description": _TEXT, "talks_to": _or_null(_list(_text)),
    },
}  # fmt: skip
"""The fields of each row, and what their values may be."""
_PROBLEM: Final = {"file": _TEXT, "line": _or_null(_line), "kind": _text, "message": _text}
_BLOCK: Final = {"branches": _list(_record(condition=_TEXT, steps=_list(_anything)))}
_STEPS: Final[Mapping[str, Mapping[str, Callable[[object], bool]]]] = {
    "message": {
        "number": _line,
        "steps": _list(_anything),
        "server": _TEXT,
        "via": _TEXT,
        "decided_by": _list(_text),
        **_SENT,
    },
    "boundary": {"kind": _text, "name": _text, "file": _text, "line": _line},
    "again": {"number": _line},
    **dict.fromkeys(("alt", "opt", "loop", "failure"), _BLOCK),
}


def shape(question: str, answer: Any) -> Iterator[Finding]:  # noqa: ANN401 - whatever JSON says
    """Give what of an answer is not as the contract has it."""
    if not isinstance(answer, dict) or not {"version", "checkout", "answers", "problems"} <= answer.keys():
        yield Finding(Wrong.SHAPE, f"{question}: whole", repr(answer)[:200])
        return
    if not _record(path=_text, ref=_TEXT, release=_TEXT)(answer["checkout"]):
        yield Finding(Wrong.SHAPE, f"{question}: checkout", repr(answer["checkout"])[:200])
    for row in answer["answers"]:
        yield from _fields(question, row, CONTRACT[question])
        if question == "rpc-flow":
            yield from _steps(question, row.get("steps", ()))
    kinds = set(Kind)
    for problem in answer["problems"]:
        yield from _fields(f"{question} problem", problem, _PROBLEM)
        if problem.get("kind") not in kinds:
            yield Finding(Wrong.KIND, f"{question}: {problem.get('kind')!r}", repr(problem)[:300])
    for text in _texts(answer):
        if re.search("[\ud800-\udfff]", text):
            yield Finding(Wrong.JSON, f"{question}: lone surrogate", ascii(text)[:300])
            break


def _fields(what: str, row: Any, known: Mapping[str, Callable[[object], bool]]) -> Iterator[Finding]:  # noqa: ANN401
    for name, check in known.items():
        if name not in row:
            yield Finding(Wrong.SHAPE, f"{what}: no {name}", repr(row)[:300])
        elif not check(row[name]):
            yield Finding(Wrong.SHAPE, f"{what}: {name}", f"{name} is {ascii(row[name])[:200]} in {ascii(row)[:300]}")


def _steps(question: str, steps: Any) -> Iterator[Finding]:  # noqa: ANN401
    waiting = list(steps)
    while waiting:
        step = waiting.pop()
        known = _STEPS.get(step.get("step"))
        if known is None:
            yield Finding(Wrong.SHAPE, f"{question}: step {step.get('step')}", repr(step)[:300])
            continue
        yield from _fields(f"{question} {step['step']}", step, known)
        waiting += step.get("steps", ())
        for branch in step.get("branches", ()):
            waiting += branch.get("steps", ())


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


# --- builds

_TYPED: Final = re.compile(r"[^\n]*: WARNING: [^\n]* \[nova\.(\w+)\]")
_MARKUP: Final = (".html", ".xhtml", ".xml", ".opf", ".ncx", ".txt", ".tex", ".texi", ".pseudoxml", ".1", ".svg")
_XML: Final = (".xhtml", ".xml", ".opf", ".ncx")


def judge_build(question: Question, outcome: Outcome, written: Mapping[str, bytes]) -> Iterator[Finding]:
    """Give what is wrong with a build: ``written`` are its files, standard output has its warnings."""
    name = question.name
    if ended := _ended(name, outcome):
        yield ended
        return
    if outcome.status != 0:
        yield Finding(Wrong.STATUS, name, f"the exit status is {outcome.status}: {outcome.stderr[-500:]!r}")
        return
    warnings = outcome.stdout.decode("utf-8", "replace")
    for line in warnings.removesuffix("\n").split("\n") if warnings else ():
        typed = _TYPED.fullmatch(line)
        if typed is None:
            yield Finding(Wrong.WARNING, f"{name}: {_generic(line)}", ascii(line)[:500])
        elif typed[1] not in set(Kind):
            yield Finding(Wrong.KIND, f"{name}: {typed[1]}", line[:300])
    if found := CONTROL.search(warnings):
        yield Finding(Wrong.CONTROL, f"{name} warnings", f"{found[0]!r} in {_around(warnings, found)}")
    for path, data in written.items():
        if path.endswith(_MARKUP) and "/_static/" not in f"/{path}":
            yield from _file(name, path, data)


def _file(name: str, path: str, data: bytes) -> Iterator[Finding]:
    """Give what is wrong with a file that a build has written."""
    suffix = path.rpartition(".")[2]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield Finding(Wrong.CONTROL, f"{name} .{suffix} encoding", str(error))
        return
    if found := CONTROL.search(text):
        yield Finding(Wrong.CONTROL, f"{name} .{suffix}", f"{path}: {found[0]!r} in {_around(text, found)}")
    if path.endswith(_XML) and (said := not_well_formed(data)):
        yield Finding(Wrong.XML, f"{name} .{suffix} {_generic(said)}", f"{path}: {said}")


def _generic(line: str) -> str:
    return re.sub(r"\d+|'[^']*'|\"[^\"]*\"|\S*/\S*", "_", line).strip()[:60]


def not_well_formed(data: bytes) -> str:
    """Return what the XML parser says of a file, nothing where it is well-formed."""
    from xml.parsers import expat  # noqa: PLC0415 - builds alone need it

    try:
        expat.ParserCreate().Parse(data, True)  # noqa: FBT003
    except expat.ExpatError as error:
        return str(error)
    return ""
