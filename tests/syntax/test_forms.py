"""Every form of expression, statement and pattern, from the source that it stands for."""

from __future__ import annotations

from typing import Any

import pytest

from sphinxext.nova.syntax import read

EXPRESSIONS: list[tuple[str, Any]] = [
    ("name", "name"),
    ("CONF.compute.topic", "CONF.compute.topic"),
    ("self.rpcapi.\\\n  build", "self.rpcapi.build"),
    ("(self\n  # the client\n  .rpcapi\n  .build)", "self.rpcapi.build"),
    ("héros.é", "héros.é"),
    ("None", None),
    ("True", True),
    ("False", False),
    ("...", ...),
    ("0", 0),
    ("-60", -60),
    ("600.0", 600.0),
    ("1j", 1j),
    ("0755", ("number", 493, "0755")),
    ("0o755", ("number", 493, "0o755")),
    ("0xFF", ("number", 255, "0xFF")),
    ("10L", ("number", 10, "10L")),
    ("1_000", ("number", 1000, "1_000")),
    ("1e3", ("number", 1000.0, "1e3")),
    ("9" * 5000, ("error", "9" * 5000)),
    ("'a'", ("str", "a")),
    ('"""a\n"b\' """', ("str", "a\n\"b' ")),
    ("''", ("str", "")),
    (r"'\n\x41\101\u00e9\N{BULLET}\q\''", ("str", "\nAA\u00e9\u2022\\q'")),
    ("'a\\\nb'", ("str", "ab")),
    (r"r'\n'", ("str", "\\n")),
    (r"ur'\n'", ("str", "\\n")),
    ("u'é'", ("str", "é")),
    (r"b'\xff\u00e9'", b"\xff\\u00e9"),
    ("b'a' b'b'", b"ab"),
    ("'a' \"b\"\n  # why\n  'c'", ("str", "abc")),
    ("'a' u'b'", ("str", "ab")),
    ("f'a{b}'", ("fstring", (("str", "a"), ("format", "b", "", ())))),
    ("f'{{{a!r:>{w}.2f}}}'", ("fstring", (
        ("str", "{"),
        ("format", "a", "r", (("str", ">"), ("format", "w", "", ()), ("str", ".2f"))),
        ("str", "}"),
    ))),
    ("f'{a=}'", ("fstring", (("str", "a="), ("format", "a", "r", ())))),
    ("f'{a, b}'", ("fstring", (("format", ("tuple", ("a", "b")), "", ()),))),
    ("'a' f'b' rf'\\n{c}'", ("fstring", (("str", "ab\\n"), ("format", "c", "", ())))),
    ("f()", ("call", "f", (), (), 1, 6)),
    ("a.b(c, 1, k=d, *e, **f)", ("call", "a.b", ("c", 1, ("*", "e")), (("k", "d"), ("**", "f")), 1, 6)),
    ("a(b)(c).d", ("attr", ("call", ("call", "a", ("b",), (), 1, 6), ("c",), (), 1, 6), "d")),
    ("f(x for x in y)", ("call", "f", (("comp", "generator", "x", (("for", "x", "y", False),)),), (), 1, 6)),
    ("f(\n  # first\n  a,  # last\n)", ("call", "f", ("a",), (), 1, 6)),
    ("'%s' % a", ("operate", ("str", "%s"), (("%", "a"),))),
    ("a + b * c - d", ("operate", "a", (("+", ("operate", "b", (("*", "c"),))), ("-", "d")))),
    ("a * b + c", ("operate", "a", (("*", "b"), ("+", "c")))),
    ("a - (b - c)", ("operate", "a", (("-", ("operate", "b", (("-", "c"),))),))),
    ("a ** b ** c", ("operate", "a", (("**", ("operate", "b", (("**", "c"),))),))),
    ("a & b ^ c", ("operate", "a", (("&", "b"), ("^", "c")))),
    ("a ^ b & c | d", ("operate", "a", (("^", ("operate", "b", (("&", "c"),))), ("|", "d")))),
    ("-a", ("unary", "-", "a")),
    ("- - 1", 1),
    ("~1", ("unary", "~", 1)),
    ("-True", ("unary", "-", True)),
    ("not a", ("not", "a")),
    ("a and b and c or d", ("or", (("and", ("a", "b", "c")), "d"))),
    ("a and (b and c)", ("and", ("a", ("and", ("b", "c"))))),
    ("a < b <= c", ("compare", "a", (("<", "b"), ("<=", "c")))),
    ("a not in b", ("compare", "a", (("not in", "b"),))),
    ("a is  not None", ("compare", "a", (("is not", None),))),
    ("a <> b", ("compare", "a", (("!=", "b"),))),
    ("a if b else c", ("choose", "b", "a", "c")),
    ("()", ("tuple", ())),
    ("(a,)", ("tuple", ("a",))),
    ("a, *b", ("tuple", ("a", ("*", "b")))),
    ("[a, (b)]", ("list", ("a", "b"))),
    ("{a, b}", ("set", ("a", "b"))),
    ("{'a': 1, **b}", ("dict", ((("str", "a"), 1), ("**", "b")))),
    ("{None: a}", ("dict", ((None, "a"),))),
    ("a[0]", ("subscript", "a", 0)),
    ("a[1:]", ("subscript", "a", ("slice", 1, None, None))),
    ("a[:b:c]", ("subscript", "a", ("slice", None, "b", "c"))),
    ("a[b, ...]", ("subscript", "a", ("tuple", ("b", ...)))),
    ("a[b,]", ("subscript", "a", ("tuple", ("b",)))),
    ("[a for b, c in d if e if f for g in h]", ("comp", "list", "a", (
        ("for", ("tuple", ("b", "c")), "d", False),
        ("if", "e"),
        ("if", "f"),
        ("for", "g", "h", False),
    ))),
    ("[a for a in b, c]", ("comp", "list", "a", (("for", "a", ("tuple", ("b", "c")), False),))),
    ("{a async for a in b}", ("comp", "set", "a", (("for", "a", "b", True),))),
    ("{a: b for a, in c}", ("comp", "dict", ("tuple", ("a", "b")), (("for", ("tuple", ("a",)), "c", False),))),
    ("lambda: 0", ("lambda", (), 0, 1)),
    ("lambda a, b=1, *c, d, **e: a", ("lambda", (
        ("a", "positional", False, None, None, None),
        ("b", "positional", True, 1, None, None),
        ("c", "star", False, None, None, None),
        ("d", "keyword-only", False, None, None, None),
        ("e", "star-star", False, None, None, None),
    ), "a", 1)),
    ("lambda (a, b): 0", ("lambda", ((".0", "positional", False, None, None, ("tuple", ("a", "b"))),), 0, 1)),
    ("yield", ("yield", None)),
    ("yield a, b", ("yield", ("tuple", ("a", "b")))),
    ("yield from a", ("yield from", "a")),
    ("await a", ("await", "a")),
    ("(a := 1)", ("walrus", "a", 1)),
    ("`a`", ("repr", "a")),
    ("`a, f(b)` + 'c'", ("operate", ("repr", ("tuple", ("a", ("call", "f", ("b",), (), 1, 10)))), (
        ("+", ("str", "c")),
    ))),
]  # fmt: skip

PASS = (("pass", 2),)
STATEMENTS: list[tuple[str, Any]] = [
    ("a", ("expr", 1, "a")),
    ("a, b", ("expr", 1, ("tuple", ("a", "b")))),
    ("a = b", ("assign", 1, ("a",), "b")),
    ("a = b = c", ("assign", 1, ("a", "b"), "c")),
    ("a, (b, c) = d", ("assign", 1, (("tuple", ("a", ("tuple", ("b", "c")))),), "d")),
    ("[a, *b] = c", ("assign", 1, (("list", ("a", ("*", "b"))),), "c")),
    ("a.b[c] = d, e", ("assign", 1, (("subscript", "a.b", "c"),), ("tuple", ("d", "e")))),
    ("a = yield b", ("assign", 1, ("a",), ("yield", "b"))),
    ("async = 1", ("assign", 1, ("async",), 1)),
    ("type(a).b = c", ("assign", 1, (("attr", ("call", "type", ("a",), (), 1, 0), "b"),), "c")),
    ("a += 1", ("augment", 1, "a", "+", 1)),
    ("a //= b", ("augment", 1, "a", "//", "b")),
    ("a: int", ("declare", 1, "a", "int")),
    ("a: list[int] = b", ("annotate", 1, "a", ("subscript", "list", "int"), "b")),
    ("return", ("return", 1, None)),
    ("return a, b", ("return", 1, ("tuple", ("a", "b")))),
    ("raise", ("raise", 1, None, None, ())),
    ("raise A", ("raise", 1, "A", None, ())),
    ("raise A from b", ("raise", 1, "A", "b", ())),
    ("raise A, b", ("raise", 1, "A", None, ("b",))),
    ("raise A, b, c", ("raise", 1, "A", None, ("b", "c"))),
    ("if a: pass", ("if", 1, ((1, "a", "a", (("pass", 1),)),), ())),
    ("if (a and\n    b):\n  pass", ("if", 1, ((1, ("and", ("a", "b")), "(a and b)", (("pass", 3),)),), ())),
    (
        "if a:\n pass\n# why\nelif not b:  # this\n pass\nelse:\n pass",
        ("if", 1, ((1, "a", "a", PASS), (4, ("not", "b"), "not b", (("pass", 5),))), (("pass", 7),)),
    ),
    ("for a, b in c:\n pass", ("for", 1, ("tuple", ("a", "b")), "c", PASS, (), False)),
    ("for a in b, c:\n pass\nelse: d", ("for", 1, "a", ("tuple", ("b", "c")), PASS, (("expr", 3, "d"),), False)),
    ("async for a in b:\n pass", ("for", 1, "a", "b", PASS, (), True)),
    ("while a:\n pass\nelse: b", ("while", 1, "a", "a", PASS, (("expr", 3, "b"),))),
    (
        (
            "try:\n pass\nexcept A as e: a\nexcept B, e: b\nexcept (C, D), self.e: c\nexcept (E, F): d\nexcept: e\n"
            "else: f\nfinally: g"
        ),
        (
            "try",
            1,
            PASS,
            (
                (3, "A", "e", (("expr", 3, "a"),)),
                (4, "B", "e", (("expr", 4, "b"),)),
                (5, ("tuple", ("C", "D")), "self.e", (("expr", 5, "c"),)),
                (6, ("tuple", ("E", "F")), None, (("expr", 6, "d"),)),
                (7, None, None, (("expr", 7, "e"),)),
            ),
            (("expr", 8, "f"),),
            (("expr", 9, "g"),),
        ),
    ),
    ("try:\n pass\nexcept* A: a", ("try", 1, PASS, ((3, "A", None, (("expr", 3, "a"),)),), (), ())),
    ("with a as b, c:\n pass", ("with", 1, (("a", "b"), ("c", None)), PASS, False)),
    ("with a as (b, c):\n pass", ("with", 1, (("a", ("tuple", ("b", "c"))),), PASS, False)),
    ("with (a as b, c as d.e):\n pass", ("with", 1, (("a", "b"), ("c", "d.e")), PASS, False)),
    ("async with a:\n pass", ("with", 1, (("a", None),), PASS, True)),
    ("import a.b as c, d . e", ("import", 1, (("a.b", "c"), ("d.e", None)))),
    ("from a import b as c, d", ("from", 1, 0, "a", (("b", "c"), ("d", None)))),
    ("from ...a.b import (c,\n # why\n d)", ("from", 1, 3, "a.b", (("c", None), ("d", None)))),
    ("from . import a", ("from", 1, 1, "", (("a", None),))),
    ("from a import *", ("from", 1, 0, "a", (("*", None),))),
    ("from __future__ import a", ("from", 1, 0, "__future__", (("a", None),))),
    ("global a, b", ("global", 1, ("a", "b"))),
    ("nonlocal a", ("nonlocal", 1, ("a",))),
    ("del a, b[0]", ("del", 1, ("a", ("subscript", "b", 0)))),
    ("assert a", ("assert", 1, "a", "a", None)),
    ("assert a == 1, b", ("assert", 1, ("compare", "a", (("==", 1),)), "a == 1", "b")),
    ("pass", ("pass", 1)),
    ("break", ("break", 1)),
    ("continue", ("continue", 1)),
    ("print", ("expr", 1, "print")),
    ("print a", ("print", 1, None, ("a",), True)),
    ("print a, 'b' % c,", ("print", 1, None, ("a", ("operate", ("str", "b"), (("%", "c"),))), False)),
    ("print >>a.b, c", ("print", 1, "a.b", ("c",), True)),
    ("print >>a", ("print", 1, "a", (), True)),
    ("print('a')", ("expr", 1, ("call", "print", (("str", "a"),), (), 1, 0))),
    ("exec a", ("exec", 1, "a", None, None)),
    ("exec a in b, c", ("exec", 1, "a", "b", "c")),
    ("type A = int", ("type", 1, "A", "int")),
    ("type A[T] = list[T]", ("type", 1, "A[T]", ("subscript", "list", "T"))),
]

PATTERNS: list[tuple[str, Any]] = [
    ("_", ("capture", None)),
    ("a", ("capture", "a")),
    ("a.b", ("value", "a.b")),
    ("-1", ("value", -1)),
    ("'a' 'b'", ("value", ("str", "ab"))),
    ("1 + 2j", ("value", 1 + 2j)),
    ("None", ("value", None)),
    ("(1)", ("value", 1)),
    ("a, *_", ("sequence", (("capture", "a"), ("star", None)))),
    ("[1, *b]", ("sequence", (("value", 1), ("star", "b")))),
    ("(a,)", ("sequence", (("capture", "a"),))),
    ("{'a': 1, **b}", ("mapping", ((("str", "a"), ("value", 1)),), "b")),
    ("A.B(c, d=1)", ("class", "A.B", (("capture", "c"),), (("d", ("value", 1)),))),
    ("-1 | _ | a.b", ("or", (("value", -1), ("capture", None), ("value", "a.b")))),
    ("[a] as b", ("as", ("sequence", (("capture", "a"),)), "b")),
]


def statement(source: str) -> Any:
    facts = read(source.encode(), path="a.py")
    assert facts.problems == ()
    (only,) = facts.body()
    return only


@pytest.mark.parametrize(("source", "form"), EXPRESSIONS)
def test_expression(source: str, form: Any) -> None:
    tag, _, (target,), value = statement(f"_ = ( {source}\n)" if "\n" in source else f"_  =  {source}")
    assert (tag, target, value) == ("assign", "_", form)


@pytest.mark.parametrize(("source", "form"), STATEMENTS)
def test_statement(source: str, form: Any) -> None:
    assert statement(source) == form


@pytest.mark.parametrize(("source", "form"), PATTERNS)
def test_pattern(source: str, form: Any) -> None:
    tag, line, subject, ((case_line, pattern, guard, text, block),) = statement(f"match a:\n  case {source}: pass")
    assert (tag, line, subject) == ("match", 1, "a")
    assert (case_line, pattern, guard, text, block) == (2, form, None, "", (("pass", 2),))


def test_guard() -> None:
    match_form = statement("match a, b:\n  case 1 if c  > 0:\n    pass\n  case _: d")
    assert match_form == (
        "match",
        1,
        ("tuple", ("a", "b")),
        (
            (2, ("value", 1), ("compare", "c", ((">", 0),)), "c  > 0", (("pass", 3),)),
            (4, ("capture", None), None, "", (("expr", 4, "d"),)),
        ),
    )


def test_statements_on_one_line() -> None:
    facts = read(b"a = 1; b()\n", path="a.py")
    assert facts.body() == (("assign", 1, ("a",), 1), ("expr", 1, ("call", "b", (), (), 1, 7)))


def test_definitions_are_referred_to_by_index() -> None:
    source = b"def f():\n  class A: pass\n  @d\n  def g(): pass\n  return g\nclass B:\n  def h(self): pass\n"
    facts = read(source, path="a.py")
    assert facts.body() == (("def", 1, 0), ("class", 6, 1))
    assert [(item.index, item.qualname) for item in facts.functions] == [(0, "f"), (1, "f.g"), (2, "B.h")]
    assert [(item.index, item.qualname) for item in facts.classes] == [(0, "f.A"), (1, "B")]
    assert facts.body(facts.functions[0]) == (("class", 2, 0), ("def", 4, 1), ("return", 5, "g"))
    assert facts.body(facts.functions[1]) == (("pass", 4),)
    assert facts.body(facts.classes[0]) == (("pass", 2),)
    assert facts.body(facts.classes[1]) == (("def", 7, 2),)
