"""The outline of one file, whole."""

from __future__ import annotations

import pytest

from sphinxext.nova.model import Kind
from sphinxext.nova.syntax import Assignment, Class, Import, read

SOURCE = b'''\
"""Runs things.

  Indented.
"""
import os.path
import a.b as c, d
from nova.compute import rpcapi as compute_rpcapi, manager
from .. import conf
try:
    from x import *
except ImportError:
    y = None

CONF = conf.CONF
A = B = 1
C, D = E = f()
OPTS: list = []
OPTS += [1]
TIMEOUT: int


class Manager(manager.Manager, *mixins, metaclass=abc.ABCMeta):
    'Docs.'

    target = messaging.Target(version='6.4')

    def __init__(self, driver=None, *args, **kwargs):
        import nova.late
        self.rpcapi = compute_rpcapi.ComputeAPI()
        self.a, (self.b, other) = 1, g()
        self.a.b = 2
        local = self.c = h()
        self.count += 1
        self.typed: int

    @periodic_task.periodic_task(
        spacing=CONF.interval,
        run_immediately=True)
    @other
    # why
    def _sync(this, context):
        def inner(self):
            this.d = yield
            self.e = 1
        # The end.

    @property
    async def p(cls, /, a: int, *, b: str = 'x') -> ty.Any:
        """P."""
        class Local(object):
            z = 1


def f((a, b), c=0755): return lambda: (yield)
'''

FACTS = read(SOURCE, path="nova/a.py")


def test_module() -> None:
    assert FACTS.docstring == "Runs things.\n\n  Indented.\n"
    assert FACTS.lines == 54
    assert FACTS.problems == ()


def test_imports() -> None:
    assert FACTS.imports == (
        Import(module="os.path", name=None, alias=None, level=0, line=5, function=None),
        Import(module="a.b", name=None, alias="c", level=0, line=6, function=None),
        Import(module="d", name=None, alias=None, level=0, line=6, function=None),
        Import(module="nova.compute", name="rpcapi", alias="compute_rpcapi", level=0, line=7, function=None),
        Import(module="nova.compute", name="manager", alias=None, level=0, line=7, function=None),
        Import(module="", name="conf", alias=None, level=2, line=8, function=None),
        Import(module="x", name="*", alias=None, level=0, line=10, function=None),
        Import(module="nova.late", name=None, alias=None, level=0, line=28, function=0),
    )
    assert [item.binds for item in FACTS.imports] == ["os", "c", "d", "compute_rpcapi", "manager", "conf", "*", "nova"]


def assigned(
    target: object,
    value: object,
    line: int,
    *,
    operator: str | None = None,
    annotation: str | None = None,
    has_value: bool = True,
    class_: int | None = None,
    function: int | None = None,
) -> Assignment:
    return Assignment(
        target=target,  # type: ignore[arg-type]
        value=value,  # type: ignore[arg-type]
        has_value=has_value,
        operator=operator,
        annotation=annotation,
        line=line,
        class_=class_,
        function=function,
    )


def test_assignments() -> None:
    call = ("call", "f", (), (), 16, 11)
    assert FACTS.assignments == (
        assigned("y", None, 12),
        assigned("CONF", "conf.CONF", 14),
        assigned("A", 1, 15),
        assigned("B", 1, 15),
        assigned(("tuple", ("C", "D")), call, 16),
        assigned("E", call, 16),
        assigned("OPTS", ("list", ()), 17, annotation="list"),
        assigned("OPTS", ("list", (1,)), 18, operator="+"),
        assigned("TIMEOUT", None, 19, annotation="int", has_value=False),
        assigned("target", ("call", "messaging.Target", (), (("version", ("str", "6.4")),), 25, 13), 25, class_=0),
        assigned("z", 1, 51, class_=1, function=3),
    )


def test_attributes() -> None:
    got = ("call", "g", (), (), 30, 37)
    assert FACTS.attributes == (
        assigned("self.rpcapi", ("call", "compute_rpcapi.ComputeAPI", (), (), 29, 22), 29, class_=0, function=0),
        assigned("self.a", 1, 30, class_=0, function=0),
        assigned("self.b", ("subscript", got, 0), 30, class_=0, function=0),
        assigned("self.c", ("call", "h", (), (), 32, 25), 32, class_=0, function=0),
        assigned("self.count", 1, 33, operator="+", class_=0, function=0),
        assigned("self.typed", None, 34, annotation="int", has_value=False, class_=0, function=0),
        assigned("this.d", ("yield", None), 43, class_=0, function=2),
    )


def test_classes() -> None:
    assert FACTS.classes == (
        Class(
            index=0,
            name="Manager",
            qualname="Manager",
            line=22,
            column=0,
            end_line=51,
            outer_class=None,
            outer=None,
            bases=("manager.Manager", ("*", "mixins")),
            keywords=(("metaclass", "abc.ABCMeta"),),
            decorators=(),
            docstring="Docs.",
            broken=False,
        ),
        Class(
            index=1,
            name="Local",
            qualname="Manager.p.Local",
            line=50,
            column=8,
            end_line=51,
            outer_class=None,
            outer=3,
            bases=("object",),
            keywords=(),
            decorators=(),
            docstring=None,
            broken=False,
        ),
    )


def test_some_functions_without_the_others() -> None:
    source = b"def f(): return g\nclass A:\n    def f(self): pass\n    def g(self): return h\n"
    facts = read(source, path="x.py")
    whole = read(source, path="x.py")
    assert [facts.name_of_function(index) for index in range(3)] == ["f", "f", "g"]
    assert facts.name_of_class(0) == "A"
    assert facts.functions_called("f") == whole.functions[:2]
    assert facts.functions_mentioning(b"h") == whole.functions[2:]
    assert facts.functions == whole.functions


@pytest.mark.parametrize("tail", ["", "\n", "\n    ", "\n    # said later", "\n\nx = 1\n"])
@pytest.mark.parametrize(
    "head",
    [
        "def f():",
        "class A:",
        "if x:",
        "if x:\n    y\nelif z:",
        "if x:\n    y\nelse:",
        "for x in y:",
        "while x:",
        "try:",
        "try:\n    x\nexcept E:",
        "try:\n    x\nfinally:",
        "with x:",
        "match x:",
        "match x:\n    case 1:",
    ],
)
def test_a_block_without_statements_is_a_mistake(head: str, tail: str) -> None:
    """A file that is half written may end anywhere; the grammar takes an empty block."""
    problems = read(f"{head}{tail}".encode(), path="nova/a.py").problems
    assert [(problem.kind, problem.line) for problem in problems] == [(Kind.SYNTAX, head.count("\n") + 1)]
