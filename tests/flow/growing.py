"""Trees in which what functions are given grows without end: of each, the files of any size ``n``.

What ``run`` of ``API`` does first is to start an instance, so that there is a message to be found whatever else is
left open.
"""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Final

from tests.flow import trees

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_START: Final = "    self.compute_rpcapi.start_instance(context, n)\n"


def _api(methods: str, imports: str = "") -> Mapping[str, str]:
    return {"nova/compute/api.py": trees.api(methods, f"import functools\n\n\n{imports}")}


def _lines(lines: str, *, times: int) -> str:
    """Return lines once for each number, which stands for ``@``."""
    return "".join(lines.replace("@", str(number)) for number in range(times))


def _recursion(body: str, first: str, parameters: str = "s") -> Callable[[int], Mapping[str, str]]:
    """Return the tree of a function that calls itself ``n`` times, each time with more."""

    def tree(n: int) -> Mapping[str, str]:
        methods = f"def run(self, context, n):\n{_START}    self.f({first})\n\n"
        methods += f"def f(self, {parameters}):\n    self.compute_rpcapi.stop_instance(None, None)\n"
        return _api(methods + indent(_lines(body, times=n), "    "))

    return tree


def _levels(body: str, first: str = "print", imports: str = "") -> Callable[[int], Mapping[str, str]]:
    """Return the tree of ``n`` functions of which each calls the next one (``NEXT``) twice, with more."""

    def tree(n: int) -> Mapping[str, str]:
        methods = f"def run(self, context, n):\n{_START}    self.m0({first})\n\n"
        for level in range(n):
            methods += f"def m{level}(self, s):\n" + indent(body.replace("NEXT", f"self.m{level + 1}"), "    ") + "\n"
        return _api(
            methods + f"def m{n}(self, s):\n    self.compute_rpcapi.stop_instance(None, None)\n    s()\n", imports
        )

    return tree


def _mutual(n: int) -> Mapping[str, str]:
    methods = f"def run(self, context, n):\n{_START}    self.f0(0)\n\n"
    for number in range(n):
        methods += f"def f{number}(self, s):\n    self.compute_rpcapi.stop_instance(None, None)\n"
        methods += f"    self.f{(number + 1) % n}([s, 0])\n    self.f{(number + 2) % n}([s, 1])\n\n"
    return _api(methods)


def _constants(n: int) -> Mapping[str, str]:
    methods = f"def run(self, context, n):\n{_START}    self.f0(0)\n\n"
    for number in range(n):
        methods += f"def f{number}(self, s):\n    self.compute_rpcapi.stop_instance(None, None)\n"
        methods += "".join(f"    self.f{other}({number * n + other})\n" for other in range(n)) + "\n"
    return _api(methods)


def _registers(n: int) -> Mapping[str, str]:
    names = [f"a{number}" for number in range(n)]
    given = ", ".join(names[1:])
    methods = f"def run(self, context, n):\n{_START}    self.f({', '.join(['0'] * n)})\n\n"
    methods += f"def f(self, {', '.join(names)}):\n    self.f({given}, 0)\n    self.f({given}, 1)\n"
    return _api(methods)


def _flags(n: int) -> Mapping[str, str]:
    """Return a function that calls itself ``n`` times, each time with another argument that is true from then on."""
    names = [f"a{number}" for number in range(n)]
    methods = f"def run(self, context, n):\n{_START}    self.f({', '.join(['False'] * n)})\n\n"
    methods += f"def f(self, {', '.join(names)}):\n    self.compute_rpcapi.stop_instance(None, None)\n"
    for number in range(n):
        methods += f"    self.f({', '.join([*names[:number], 'True', *names[number + 1 :]])})\n"
    return _api(methods)


def _many_registers(n: int) -> Mapping[str, str]:
    names = [f"a{number}" for number in range(n)]
    given = ", ".join(names[1:])
    methods = f"def run(self, context, n):\n{_START}    self.m0({', '.join(['0'] * n)})\n\n"
    for level in range(n):
        call = f"    self.m{level + 1}({given}, "
        methods += f"def m{level}(self, {', '.join(names)}):\n{call}0)\n{call}1)\n\n"
    return _api(methods + f"def m{n}(self, {', '.join(names)}):\n    self.compute_rpcapi.stop_instance(None, None)\n")


def _classes(n: int) -> Mapping[str, str]:
    made = [
        f"class C{number}(object):\n    def __init__(self, inner):\n        self.inner = inner\n" for number in range(n)
    ]
    for number in range(n):
        made[number] += _lines("        self.made@ = C@(self)\n", times=n)
    imports = "\n\n".join(made) + "\n\n"
    return _api(f"def run(self, context, n):\n{_START}    C0(self).made0.inner.inner()\n", imports)


def _makers(n: int) -> Mapping[str, str]:
    """Return classes whose methods make one another and call what they made."""
    made = []
    for number in range(n):
        text = f"class C{number}(object):\n    def __init__(self, inner):\n        self.inner = inner\n\n"
        made.append(text + "    def go(self):\n" + _lines("        C@(self).go()\n", times=n))
    return _api(f"def run(self, context, n):\n{_START}    C0(self).go()\n", "\n\n".join(made) + "\n\n")


def _properties(n: int) -> Mapping[str, str]:
    made = "class Node(object):\n    def __init__(self, inner):\n        self.inner = inner\n\n"
    made += _lines("    @property\n    def p@(self):\n        return Node((self.inner, @)).p@\n\n", times=n)
    calls = _lines("    Node(@).p@\n", times=n)
    return _api(f"def run(self, context, n):\n{_START}{calls}", made + "\n")


def _decorators(n: int) -> Mapping[str, str]:
    made = (
        "def deco(f):\n    def inner(*args, **kwargs):\n        f(*args, **kwargs)\n        return f(*args, **kwargs)\n"
    )
    made += "    return inner\n\n\n"
    methods = f"def run(self, context, n):\n{_START}    self.go(1)\n\n" + "@deco\n" * n + "def go(self, s):\n"
    return _api(methods + "    self.compute_rpcapi.stop_instance(None, None)\n    self.go([s])\n", made)


def _rebinding(n: int) -> Mapping[str, str]:
    """Return a function in which a list, a dictionary, a text and functions grow line by line."""
    body = "t = [t, t]\nd = {'a': d, 'b@': [d]}\nx = x + x\np = functools.partial(p, t)\ng = lambda: g(p)\n"
    methods = f"def run(self, context, n):\n{_START}    t = d = x = 'x'\n    p = g = self.f\n"
    methods += indent(_lines(body, times=n), "    ") + "    self.f(t, d, x, p, g)\n\n"
    return _api(methods + "def f(self, *args):\n    for one in args:\n        one(*args)\n")


TREES: Final[Mapping[str, Callable[[int], Mapping[str, str]]]] = {
    "lists inside lists": _recursion("self.f([s, @])\n", "0"),
    "tuples that grow": _recursion("self.f(s + (@,))\n", "()"),
    "dictionaries inside dictionaries": _recursion("self.f({'k@': s})\n", "0"),
    "dictionaries that grow": _recursion("self.f(dict(s, k@=@))\n", "{}"),
    "texts that grow": _recursion("self.f(s + 'x@')\n", "''"),
    "texts in texts": _recursion("self.f('%s.@' % s)\n", "''"),
    "arguments that grow": _recursion("self.f(@, *args)\n", "", "*args"),
    "keywords that grow": _recursion("self.f(k@=@, **kw)\n", "", "**kw"),
    "keywords inside keywords": _recursion("self.f(k@=kw)\n", "", "**kw"),
    "partials of partials": _recursion("self.f(functools.partial(s, @))\n", "self.run"),
    "partials with partials": _recursion("self.f(functools.partial(self.f, s, @))\n", "self.run"),
    "lambdas inside lambdas": _recursion("self.f(lambda: s(@))\n", "self.run"),
    "functions inside functions": _recursion("def g@():\n    s()\nself.f(g@)\n", "self.run"),
    "functions that return functions": _recursion("def g@():\n    return g@, s\nself.f(g@)\ng@()\n", "self.run"),
    "generators": _recursion("def g@():\n    yield s\nself.f(g@())\n", "0"),
    "lists in loops": _recursion("for one in s:\n    s.append([one, @])\n    self.f(s)\n", "[0]"),
    "callbacks": _recursion("other(lambda: self.f([s, @]))\n", "0"),
    "threads": _recursion("other.spawn(self.f, [s, @])\n", "0"),
    "other constants each time": _recursion("self.f(@, s, t)\n", "0, 1, 2", "s, t, u"),
    "functions that call one another": _mutual,
    "all functions call all": _constants,
    "shifted arguments": _registers,
    "flags": _flags,
    "classes that make one another": _classes,
    "classes whose methods make one another": _makers,
    "properties": _properties,
    "decorators upon one another": _decorators,
    "names that are bound again": _rebinding,
    "levels of lists": _levels("NEXT([s, 0])\nNEXT([s, 1])\n"),
    "levels of texts": _levels("NEXT(s + 'a')\nNEXT(s + 'b')\n", "''"),
    "levels of partials": _levels("NEXT(functools.partial(s, 0))\nNEXT(functools.partial(s, 1))\n"),
    "levels of lambdas": _levels("NEXT(lambda: s(0))\nNEXT(lambda: s(1))\n"),
    "levels of functions": _levels("def g():\n    s(0)\ndef h():\n    s(1)\nNEXT(g)\nNEXT(h)\n"),
    "levels of two functions at once": _levels("def g():\n    s(0)\ndef h():\n    s(1)\nNEXT(g if self.a else h)\n"),
    "levels of objects": _levels(
        "NEXT(One(s))\nNEXT(Other(s))\n",
        imports="class One(object):\n    def __init__(self, s):\n        self.s = s\n\n    def __call__(self):\n"
        "        self.s()\n\n\nclass Other(One):\n    pass\n\n\n",
    ),
    "levels of constants": _many_registers,
}
"""The files that make each tree what it is, by what grows in it."""
