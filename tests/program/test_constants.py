"""Expressions have the value that Python would give them, or none."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.program import UNKNOWN, Program, evaluate
from sphinxext.nova.program.bounded import DEEPEST, LARGEST, TooLargeError, size
from sphinxext.nova.syntax import read
from tests.bounds import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sphinxext.nova.program import Module
    from sphinxext.nova.syntax.forms import Expr

    Make = Callable[[Mapping[str, str]], Program]

TREE = {
    "nova/consts.py": """\
        import os

        from nova.other import FAR, helper
        from nova import paths

        MINUTE = 60
        HOUR = MINUTE * 60
        NAME = 'nova'
        NAMES = ('a', 'b')
        TABLE = {'a': [1, 2], 'b': MINUTE}
        MAYBE = None
        if os.name == 'nt':
            EITHER = 1
        else:
            EITHER = 2
        if os.name == 'nt':
            SAME = 3
        else:
            SAME = 3
        for LOOP in NAMES:
            pass
        ROUND = ROUND + 1
        ONE = OTHER
        OTHER = ONE

        class Limits(object):
            most = HOUR
    """,
    "nova/other.py": """\
        FAR = 'far'
        PREFIX = '$state_path'

        def helper(one, two=FAR, *rest, **more):
            '''Help.'''
            return [one, two, rest, more]

        def keywords(one, *, two):
            return one, two

        def difficult():
            value = 1
            return value

        def generator():
            return (yield 1)

        @decorated
        def decorated_one():
            return 1

        def endless():
            return endless()
    """,
    "nova/paths.py": """\
        import os

        def state_path_def(*args):
            return os.path.join('$state_path', *args)
    """,
}


def form(text: str) -> Expr:
    """Return the form of an expression."""
    (assignment,) = read(f"x = {text}\n".encode(), path="").assignments
    return assignment.value


@pytest.fixture
def module(program: Make) -> Module:
    found = program(TREE).module("nova.consts")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Module:
    folder: Path = tmp_path_factory.mktemp("empty")
    (folder / "nova").mkdir()
    (folder / "nova" / "__init__.py").write_text("")
    found = Program(open_checkout(str(folder))).module("nova")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0755", 493),
        ("10L", 10),
        ("60 * 60 + 1", 3601),
        ("2 + 3 * 4 - 1", 13),
        ("-(-5)", 5),
        ("~0 | 4 & 6 ^ 1", -1),
        ("1 << 4 >> 1", 8),
        ("2 ** 10 // 3", 341),
        ("7.0 / 2", 3.5),
        ("8 / 2", 4),
        ("'a' 'b' + 'c' * 2", "abcc"),
        ("'%s-%d %(n)s'", "%s-%d %(n)s"),
        ("'%s: %d' % ('x', 3)", "x: 3"),
        ("'%(a)s%%' % {'a': 1}", "1%"),
        ("HOUR + 1", 3601),
        ("NAME + '/' + FAR", "nova/far"),
        ("Limits.most", 3600),
        ("[MINUTE, *NAMES, (1,), {2}, {'k': NAME}]", [60, "a", "b", (1,), {2}, {"k": "nova"}]),
        ("TABLE['b']", 60),
        ("TABLE['a'][1]", 2),
        ("NAMES[-1]", "b"),
        ("MAYBE", None),
        ("MAYBE or 5", 5),
        ("0 or '' or []", []),
        ("1 and 2 and 0", 0),
        ("not MAYBE", True),
        ("1 if HOUR > 60 else 2", 1),
        ("'x' if MAYBE is not None else 'y'", "y"),
        ("1 < 2 <= 2 != 3", True),
        ("1 < 2 > 2", False),
        ("'a' in NAMES and 'c' not in NAMES", True),
        ("SAME", 3),
        ("__name__", "nova.consts"),
        ("'%s.impl' % __package__", "nova.impl"),
        ("_('Text')", "Text"),
        ("i18n._LE('Text %s') % 1", "Text 1"),
        ("f'{NAME} {HOUR!s}'", "nova 3600"),
        ("'{} {1} {n} {{'.format('a', 'b', n=1)", UNKNOWN),
        ("'{} {n}'.format('a', n=1)", "a 1"),
        ("', '.join(NAMES)", "a, b"),
        ("NAME.upper().strip('A')", "NOV"),
        ("dict(a=1, b=NAME)", {"a": 1, "b": "nova"}),
        ("list(NAMES) + ['c']", ["a", "b", "c"]),
        ("set(['a'])", {"a"}),
        ("int('5') + len(NAMES)", 7),
        ("os.path.join('a', 'b')", "a/b"),
        ("paths.state_path_def('instances')", "$state_path/instances"),
        ("helper(1)", [1, "far", (), {}]),
        ("helper(1, 2, 3, four=4)", [1, 2, (3,), {"four": 4}]),
        ("helper(two=1, one=2)", [2, 1, (), {}]),
        ("keywords(1, two=2)", UNKNOWN),
    ],
)
def test_values(module: Module, text: str, expected: object) -> None:
    value = evaluate(form(text), module)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "os.name",
        "EITHER",
        "LOOP",
        "ROUND",
        "ONE",
        "Limits",
        "Limits.least",
        "7 / 2",
        "1 / 0",
        "1 + 'a'",
        "[1][5]",
        "{}['a']",
        "{[]: 1}",
        "'%d' % 'x'",
        "'%999999999d' % 1",
        "'%*d' % (999999999, 1)",
        "'{0.__class__}'.format(1)",
        "'{:>999999999}'.format(1)",
        "'{} {}'.format(1)",
        "'a' * 999999999",
        "999999999 * ['a']",
        "9 ** 9 ** 9",
        "2 ** -1",
        "'a' ** 2",
        "1 << 999999999",
        "[1, nothing]",
        "{**TABLE}",
        "helper(**TABLE)",
        "helper()",
        "open('/etc/passwd')",
        "__import__('os').getcwd()",
        "eval('1')",
        "'a'.__class__",
        "'a'.encode('utf-8')",
        "socket.gethostname()",
        "(lambda: 1)()",
        "[x for x in NAMES]",
        "1 is 1",
        "NAMES[0:1]",
        "f'{HOUR:>99999999}'",
        "f'{NAME!r}'",
        "await_",
        "nova.other.difficult()",
    ],
)
def test_what_only_running_would_tell(module: Module, text: str) -> None:
    assert evaluate(form(text), module) is UNKNOWN


@pytest.mark.parametrize("name", ["difficult", "generator", "decorated_one", "endless"])
def test_functions_that_do_more_than_return_a_value(program: Make, name: str) -> None:
    other = program(TREE).module("nova.other")
    assert other is not None
    assert evaluate(form(f"{name}()"), other) is UNKNOWN


def test_keyword_only_parameters(program: Make) -> None:
    other = program(TREE).module("nova.other")
    assert other is not None
    assert evaluate(form("keywords(1, two=2)"), other) == (1, 2)
    assert evaluate(form("keywords(1, 2)"), other) is UNKNOWN


def test_names_with_a_value_here(module: Module) -> None:
    assert evaluate(form("HOUR + here"), module, {"HOUR": 1, "here": 2}) == 3
    assert evaluate("HOUR.real", module, {"HOUR": 1}) is UNKNOWN


def test_a_value_that_doubles_with_each_name(program: Make) -> None:
    text = "a0 = ['x', 'x']\n" + "".join(f"a{n} = [a{n - 1}, a{n - 1}]\n" for n in range(1, 40))
    text += "t0 = 'x'\n" + "".join(f"t{n} = t{n - 1} + t{n - 1}\n" for n in range(1, 40))
    scope = program({"nova/x.py": text}).module("nova.x")
    assert scope is not None
    assert evaluate("a3", scope) == [[[["x"] * 2] * 2] * 2] * 2
    assert evaluate("a39", scope) is UNKNOWN
    assert evaluate("t39", scope) is UNKNOWN


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
)
KEYS = st.integers() | st.text(st.characters(codec="utf-8"))
LITERALS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner)
        | st.sets(KEYS, min_size=1)
    ),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LITERALS)
def test_literals_are_what_python_reads(empty: Module, value: object) -> None:
    text = repr(value)
    assert evaluate(form(text), empty) == ast.literal_eval(text)


OPERANDS = st.integers(-100, 100).map(str) | st.sampled_from(["'a'", "()", "[1]", "True", "None", "2.5", "'%s'"])
EXPRESSIONS = st.recursive(
    OPERANDS,
    lambda inner: (
        st.tuples(
            inner,
            st.sampled_from(["+", "-", "*", "//", "%", "|", "&", "^", "<<", ">>", "**", "and", "or", "==", "<", "in"]),
            inner,
        ).map(lambda parts: f"({' '.join(parts)})")
        | st.tuples(st.sampled_from(["-", "~", "not "]), inner).map(lambda parts: f"({''.join(parts)})")
        | st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPRESSIONS)
def test_what_has_a_value_has_that_of_python(empty: Module, text: str) -> None:
    value = evaluate(form(text), empty)
    if value is UNKNOWN:
        return
    expected = eval(text, {"__builtins__": {}})
    assert (value, type(value)) == (expected, type(expected))


BIG = """
A = 'x' * 90_000
B = (A,) * 90_000
C = (A,)
N = ((0,) * 300,) * 300

def twice(value):
    return (value, value)

def many(value):
    return (value,) * 1000

def add(value):
    return value + value

D = twice(twice(twice(twice(twice(twice(twice(twice(twice(1)))))))))
E = twice(twice(twice(twice(twice(twice(twice(twice(twice(D)))))))))
"""


@pytest.mark.parametrize(
    "text",
    [
        "B",
        "''.join(C * 2)",
        "A.join(['a', 'b', 'c'])",
        "os.path.join(*(C * 2))",
        "os.path.join(A, A)",
        "('{0}' * 33000).format(A)",
        "'{}{}'.format(A, A)",
        "'%s%s' % (A, A)",
        "'%(a)s%(a)s' % {'a': A}",
        "('%s' * 50000) % (C * 50000)",
        "('%99d' * 5000) % ((1,) * 5000)",
        "'%1000000000d' % 1",
        "'%.1000000000f' % 1",
        "'{:>1000000000}'.format(1)",
        "f'{A}{A}'",
        "f'{1:1000000000}'",
        "A + A",
        "[A] + [A]",
        "(N,) * 2",
        "[[[0] * 1000] * 1000] * 1000",
        "str([[['x' * 100] * 10] * 10] * 100)",
        "str(N)",
        "dict([(N, 1), (2, N)])",
        "{N: N}",
        "[N, N]",
        "list(A + 'xxxxxxxxxxxxxxxx')",
        "E",
        "{E: 1}",
        "E in (E, E)",
        "many(many(many(many(1))))",
        "{many(many(many(many(1)))): 1}",
        "set(many(many(many(1))))",
        "9 ** 9 ** 9",
        "1 << 10 ** 9",
        "1 << 4000 << 4000",
        "10 ** 1000 * 10 ** 1000",
        "int('f' * 5000, 16)",
        "int('1' * 5000)",
        "-(1 << 4096)",
        "float(10 ** 400)",
        "1.5 ** 10000",
        "'x'.ljust(10 ** 9)",
        "'x'.zfill(10 ** 9)",
        "'x'.center(10 ** 9)",
        "'a'.replace('', A)",
        "'\\t'.expandtabs(10 ** 9)",
        "range(10 ** 12)",
        "list(range(10 ** 12))",
        "b'%1000000000d' % 1",
        "b'x' * 10 ** 9",
        "() * 10 ** 9 + ((),) * 10 ** 9",
        "+".join(["A"] * 12),
        "(" * 60 + "1" + ",)" * 60,
    ],
)
def test_what_would_be_too_large_has_no_value(program: Make, text: str) -> None:
    module = program({"nova/x.py": BIG}).module("nova.x")
    assert module is not None
    assert within(lambda: evaluate(form(text), module)) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("len('x' * 90_000)", 90_000),
        ("len(('x' * 300,) * 300)", 300),
        ("'' * 10 ** 9", ""),
        ("[] * 10 ** 9 + [1]", [1]),
        ("'x' * -(10 ** 9)", ""),
        ("10 ** 1000", 10**1000),
        ("1 >> 10 ** 9", 0),
        ("'%5s|%-5s|%%|%05d|%.2f|%r' % ('a', 'b', 7, 1.5, 'c')", "    a|b    |%|00007|1.50|'c'"),
        ("'%(a)s %(b)d' % {'a': [1], 'b': 2}", "[1] 2"),
        ("'%s' % 'one'", "one"),
        ("'%s' % [1, 2]", "[1, 2]"),
        ("'{} {}'.format(1, (2,))", "1 (2,)"),
        ("'{1} {0} {name}'.format(1, 2, name='three')", "2 1 three"),
        ("'100%'", "100%"),
        ("'a' in 'abc'", True),
        ("str()", ""),
        ("os.path.join('a', 'b', '/c', 'd')", "/c/d"),
    ],
)
def test_what_is_small_has_its_value(program: Make, text: str, expected: object) -> None:
    module = program({"nova/x.py": BIG + "import os\n"}).module("nova.x")
    assert module is not None
    assert evaluate(form(text), module) == expected


@pytest.mark.parametrize(
    "text", ["'%s%s' % ('a',)", "'%(a)s' % {}", "'%(a)s' % 5", "'{} {}'.format(1)", "'{a}'.format(1)"]
)
def test_a_text_without_all_its_values_has_none(empty: Module, text: str) -> None:
    assert evaluate(form(text), empty) is UNKNOWN


def test_the_size_counts_what_is_inside_each_time() -> None:
    inner = ["abc", 5, None]
    assert size(inner) == 6
    assert size([inner, inner]) == 14
    assert size({"key": inner}) == 1 + 3 + 1 + 6
    assert size("a" * LARGEST) == LARGEST
    with pytest.raises(TooLargeError):
        size("a" * (LARGEST + 1))
    deep: object = 1
    for _ in range(DEEPEST):
        deep = [deep]
    assert size(deep) == DEEPEST
    with pytest.raises(TooLargeError):
        size([deep])
    round_: list[object] = []
    round_.append(round_)
    with pytest.raises(TooLargeError):
        size(round_)


def test_what_is_computed_on_the_way_is_bounded_too(program: Make) -> None:
    lines = ["S0 = 'ab'", *(f"S{n} = S{n - 1} + S{n - 1}" for n in range(1, 100))]
    lines += ["T0 = (1,)", *(f"T{n} = (T{n - 1}, T{n - 1})" for n in range(1, 100))]
    lines += [f"ALL = ({', '.join(['S12'] * 50)})", f"MORE = [{', '.join(['len(S15)'] * 100)}]"]
    module = program({"nova/x.py": "\n".join(lines)}).module("nova.x")
    assert module is not None
    values = within(lambda: {name: evaluate(name, module) for name in ("S14", "S99", "T10", "T99", "ALL", "MORE")})
    assert values["S14"] == "ab" * 2**14
    assert [name for name, value in values.items() if value is UNKNOWN] == ["S99", "T99", "ALL", "MORE"]


def test_the_values_of_a_checkout_take_a_bounded_number_of_steps(program: Make) -> None:
    made = program(
        {
            "nova/x.py": "def f0(x):\n    return x\n"
            + "".join(f"def f{n}(x):\n    return f{n - 1}(x) or f{n - 1}(x)\n" for n in range(1, 40))
        }
    )
    module = made.module("nova.x")
    assert module is not None
    made.evaluations = 1000
    assert evaluate(form("f20(0)"), module) is UNKNOWN
    assert evaluate(form("1 + 1"), module) is UNKNOWN
    assert made.evaluations < 0
