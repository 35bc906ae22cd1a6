"""What comes out of a cache is facts, or a CorruptError; nothing else is made of it, and nothing else happens."""

from __future__ import annotations

import zlib
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.problems import CorruptError
from sphinxext.nova.syntax import ANALYSER_VERSION, FileFacts, UnencodableError, read
from sphinxext.nova.syntax.encoding import decoded, encoded
from sphinxext.nova.syntax.shapes import DEEPEST
from sphinxext.nova.syntax.walking import calls, expressions, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinxext.nova.syntax import Class, Function

SOURCE = b'''\
"""Text."""
import os as system
from . import a, b as c
X = y = -1j
Z: int = ...
class A(Base, metaclass=M):
    """Of A."""
    @decorated(by=1)
    def f(self, a, /, b=(1, 2), *args, c: int = 0x10, **kw) -> None:
        self.x, self.y = "\\ud800", 123456789012345678901234567890
        def inner():
            class B: pass
            yield f"{a!r:>{b}}"
        for i in [*a]:
            if i and not b or c < d <= e:
                raise E from i
            elif x := {1: 2, **z}:
                continue
            else:
                del i[1:2, ...]
        while True: break
        try: pass
        except (A, B) as e: global g
        else: assert a, "b"
        finally: return lambda q, *r: q + 1 if r else {s async for s in t if u}
        with a as b, c: await d
        match a:
            case {"k": [1, *_], **rest} | P(x, y=-1) | (None as n) if n: pass
            case _: x @= 1
        print >>a, `b`
        exec a in b, c
'''
FACTS = read(SOURCE, path="x.py")


def look_at_everything(facts: FileFacts) -> list[object]:
    """Use facts in every way that there is."""
    scopes: list[Function | Class | None] = [None, *facts.classes, *facts.functions]
    found: list[object] = [facts.docstring, facts.lines, facts.imports, facts.assignments, facts.attributes]
    found += [facts.problems, facts.functions_called("f"), facts.functions_mentioning(b"self")]
    for scope in scopes:
        body = facts.body(scope)
        found += [list(statements(body)), list(calls(body))]
        found += [list(expressions(statement)) for statement in statements(body)]
        found.append(facts.mentions(scope, b"self"))
    found += [facts.name_of_class(index) for index in range(len(facts.classes))]
    found += [facts.name_of_function(index) for index in range(len(facts.functions))]
    return found


def checksummed(payload: bytes) -> bytes:
    return zlib.crc32(payload).to_bytes(4, "big") + payload


def parts() -> list[Any]:
    """Return the facts of the source as lists that can be changed: the version, the outline, the bodies."""
    version, outline, bodies = decoded(FACTS.dump()[4:])
    return [version, as_lists(outline), [as_lists(decoded(body)) for body in bodies]]


def as_lists(value: Any) -> Any:
    return [as_lists(item) for item in value] if isinstance(value, tuple) else value


def as_tuples(value: Any) -> Any:
    return tuple(as_tuples(item) for item in value) if isinstance(value, list) else value


def dumped(version: object, outline: Any, bodies: Any) -> bytes:
    encode = [body if isinstance(body, bytes) else encoded(as_tuples(body)) for body in bodies]
    return checksummed(encoded((version, as_tuples(outline), tuple(encode))))


def put(value: object, *path: int) -> Callable[[list[Any]], None]:
    def change(facts: list[Any]) -> None:
        at: Any = facts
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


def nested(depth: int) -> Any:
    form: Any = "x"
    for _ in range(depth):
        form = ["not", form]
    return form


CLASSES, FUNCTIONS = 5, 6
MODULE, CLASS_A, CLASS_B, F, INNER = range(5)
TAMPERED = {
    "another version": put(ANALYSER_VERSION + 1, 0),
    "no version": put(None, 0),
    "an outline that is a text": put("outline", 1),
    "an outline that is too short": lambda facts: facts[1].pop(),
    "lines that are a text": put("many", 1, 1),
    "lines that are negative": put(-1, 1, 1),
    "imports that are none": put(7, 1, 2),
    "an import without its line": lambda facts: facts[1][2][0].pop(),
    "an import in no function": put(99, 1, 2, 0, 5),
    "an assignment of another operator": put("<script>", 1, 3, 0, 3),
    "an assignment with an unknown form": put(["whatever", 1], 1, 3, 0, 1),
    "an attribute in another class": put(7, 1, 4, 0, 6),
    "a class that stands in itself": put(0, 1, CLASSES, 0, 5),
    "a class and a function in each other": put(1, 1, CLASSES, 0, 6),
    "a function that stands in itself": put(0, 1, FUNCTIONS, 0, 6),
    "a function in one that is not there": put(-1, 1, FUNCTIONS, 1, 6),
    "a function in true": put(bool(1), 1, FUNCTIONS, 1, 6),
    "a function without a name": put(None, 1, FUNCTIONS, 0, 0),
    "a line that no file has": put(10**30, 1, FUNCTIONS, 0, 2),
    "a function that is too short": lambda facts: facts[1][FUNCTIONS][0].pop(),
    "a parameter of another kind": put("best", 1, FUNCTIONS, 0, 7, 0, 1),
    "a decorator without a place": put([["x", 1]], 1, FUNCTIONS, 0, 9),
    "a docstring that is a number": put(5, 1, CLASSES, 0, 10),
    "a problem of another kind": put([["fatal", "x", 1]], 1, 7),
    "a problem on no line": put([["syntax", "x", "y"]], 1, 7),
    "a body too few": lambda facts: facts[2].pop(),
    "a body that is no bytes": put(encoded("x").decode("latin-1"), 2, MODULE),
    "a body that is not encoded": put(b"\xc1", 2, MODULE),
    "a body that is empty": put(b"", 2, F),
    "a body with more behind it": put(encoded(()) * 2, 2, F),
    "a body that claims to be long": put(b"\xdd\xff\xff\xff\xff", 2, F),
    "a body that claims to be long at each level": put(b"\xdc\xff\xff" * 1000, 2, F),
    "a body nested too deep to decode": put(b"\x91" * 100_000, 2, F),
    "a body that is a mapping": put(b"\x80", 2, F),
    "a body that is a time": put(b"\xd6\xff\x00\x00\x00\x00", 2, F),
    "a body with an unknown extension": put(b"\x91" + bytes(msgpack.packb(msgpack.ExtType(99, b""))), 2, F),
    "a body with half a complex number": put(bytes(msgpack.packb(msgpack.ExtType(1, b"x"))), 2, F),
    "a body that is a text": put("pass", 2, F),
    "an empty statement": put([[]], 2, F),
    "an unknown statement": put([["goto", 1]], 2, F),
    "a statement whose tag is a list": put([[["pass"], 1]], 2, F),
    "a statement without a line": put([["pass"]], 2, F),
    "a statement with more than it has": put([["pass", 1, 2]], 2, F),
    "an expression for a statement": put(["x"], 2, F),
    "a call without arguments": put([["expr", 1, ["call", "f", None, [], 1, 0]]], 2, F),
    "a call with a keyword that is no pair": put([["expr", 1, ["call", "f", [], ["ab"], 1, 0]]], 2, F),
    "an operator that there is not": put([["expr", 1, ["operate", 1, [["or", 2]]]]], 2, F),
    "a comparison that there is not": put([["expr", 1, ["compare", 1, [["=", 2]]]]], 2, F),
    "an empty expression": put([["expr", 1, []]], 2, F),
    "a clause that there is not": put([["expr", 1, ["comp", "list", "x", [["while", "x"]]]]], 2, F),
    "a part of an f-string that is none": put([["expr", 1, ["fstring", ["x"]]]], 2, F),
    "a number that is a text": put([["expr", 1, ["number", "1", "1"]]], 2, F),
    "a pattern that is a text": put([["match", 1, "x", [[1, "y", None, "", []]]]], 2, F),
    "a pattern that there is not": put([["match", 1, "x", [[1, ["regex", "y"], None, "", []]]]], 2, F),
    "a definition of itself": put([["def", 9, 0]], 2, F),
    "a definition of another's": put([["def", 11, 1]], 2, MODULE),
    "a definition that is not there": put([["def", 9, 5]], 2, CLASS_A),
    "a definition with a negative index": put([["class", 9, -1]], 2, MODULE),
    "forms nested too deep": put([["expr", 1, nested(DEEPEST + 1)]], 2, F),
}


def test_what_was_dumped_is_loaded() -> None:
    assert not FACTS.problems
    assert dumped(*parts()) == FACTS.dump()
    loaded = FileFacts.load(FACTS.dump(), path="x.py")
    assert loaded == FACTS
    assert look_at_everything(loaded) == look_at_everything(FACTS)
    assert FileFacts.load(loaded.dump(), path="x.py") == FACTS
    assert [scope.name for scope in (*FACTS.classes, *FACTS.functions)] == ["A", "B", "f", "inner"]


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_facts(name: str) -> None:
    facts = parts()
    TAMPERED[name](facts)
    with pytest.raises(CorruptError):
        look_at_everything(FileFacts.load(dumped(*facts), path="x.py"))


@pytest.mark.parametrize("payload", [b"", b"\xc0", b"\xc1", encoded(()), encoded((ANALYSER_VERSION,)), b"\x93" * 3])
def test_no_facts_at_all(payload: bytes) -> None:
    with pytest.raises(CorruptError):
        FileFacts.load(checksummed(payload), path="x.py")


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.just(...),
    st.binary(max_size=20),
    st.text(st.characters(), max_size=20),
    st.sampled_from(["call", "str", "def", "class", "for", "if", "match", "or", "fstring", "pass", "expr"]),
)
VALUES = st.recursive(LEAVES, lambda values: st.lists(values, max_size=6).map(tuple), max_leaves=30)


@given(value=VALUES)
def test_every_value_comes_back(value: object) -> None:
    assert repr(decoded(encoded(value))) == repr(value)


@given(where=st.integers(0, 10_000), value=VALUES)
def test_any_part_may_be_anything(where: int, value: object) -> None:
    """One node of the facts, or of a body, becomes another one; all other nodes stay."""
    version, outline, bodies = parts()
    places = [
        (parent, index)
        for root in (outline, *bodies)
        for parent in chain([root], _lists(root))
        for index in range(len(parent))
    ]
    parent, index = places[where % len(places)]
    parent[index] = as_lists(value)
    try:
        look_at_everything(FileFacts.load(dumped(version, outline, bodies), path="x.py"))
    except CorruptError:
        return


def _lists(value: list[Any]) -> list[list[Any]]:
    inner = [item for item in value if isinstance(item, list)]
    return [*inner, *(deeper for item in inner for deeper in _lists(item))]


@given(where=st.floats(0, 1), junk=st.binary(min_size=1, max_size=8))
def test_any_bytes_may_be_others(where: float, junk: bytes) -> None:
    payload = bytearray(FACTS.dump()[4:])
    start = int(where * len(payload))
    payload[start : start + len(junk)] = junk
    try:
        look_at_everything(FileFacts.load(checksummed(bytes(payload)), path="x.py"))
    except CorruptError:
        return


def test_what_is_nested_too_deep_is_not_dumped() -> None:
    value: object = ()
    for _ in range(2000):
        value = (value,)
    with pytest.raises(UnencodableError):
        encoded(value)
    assert decoded(encoded((1, ...))) == (1, ...)
