"""Classes with what they inherit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program import (
    Assigned,
    ClassDef,
    Program,
    attribute,
    bases,
    lookup,
    methods,
    mro,
    resolve,
    subclasses,
)
from sphinxext.nova.program.linear import linearised
from tests.bounds import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Make = Callable[[Mapping[str, str]], Program]

TREE = {
    "nova/manager.py": """\
        from oslo_service import periodic_task
        from nova.db import base

        class Manager(base.Base, periodic_task.PeriodicTasks):
            target = None

            def __init__(self, host=None):
                self.host = host
                self.client = None

            def init_host(self):
                pass

            def cleanup(self):
                pass
    """,
    "nova/db/__init__.py": "",
    "nova/db/base.py": """\
        class Base(object):
            def __init__(self):
                self.db = load()

            def cleanup(self):
                pass
    """,
    "nova/compute/__init__.py": "",
    "nova/compute/manager.py": """\
        from nova import manager as the_manager
        from nova.compute import rpcapi

        class Mixin(object):
            def helper(self):
                pass

        class ComputeManager(Mixin, the_manager.Manager):
            target = 'compute'
            cleanup = None

            def __init__(this):
                this.client = rpcapi.ComputeAPI()
                this.nested.name = 1
                this.count += 1

            def init_host(self):
                def inner():
                    self.late = 2

            if True:
                def guarded(self):
                    pass
            else:
                def guarded(self, more):
                    pass
    """,
    "nova/compute/rpcapi.py": "class ComputeAPI(object):\n    pass\n",
    "nova/cells.py": "from nova.compute.manager import ComputeManager as Base\n\nclass CellManager(Base):\n    pass\n",
    "nova/deep.py": "import nova.cells\n\nclass Deep(\n        nova.cells.CellManager,\n        object):\n    pass\n",
    "nova/other.py": "class Manager(object):\n    pass\n\nclass OtherManager(Manager):\n    pass\n",
    "nova/tests/test_x.py": "from nova.manager import Manager\n\nclass FakeManager(Manager):\n    pass\n",
}


def class_(program: Program, module: str, name: str) -> ClassDef:
    scope = program.module(module)
    assert scope is not None
    found = resolve(name, scope)
    assert isinstance(found, ClassDef)
    return found


def names(found: object) -> list[str]:
    return [one.name for one in found]  # type: ignore[attr-defined]


def test_ancestors_across_files(program: Make) -> None:
    made = program(TREE)
    manager = class_(made, "nova.compute.manager", "ComputeManager")
    assert names(bases(manager)) == ["nova.compute.manager.Mixin", "nova.manager.Manager"]
    assert names(mro(manager)) == [
        "nova.compute.manager.ComputeManager",
        "nova.compute.manager.Mixin",
        "nova.manager.Manager",
        "nova.db.base.Base",
        "builtins.object",
        "oslo_service.periodic_task.PeriodicTasks",
    ]


def test_methods_and_where_they_are_defined(program: Make) -> None:
    manager = class_(program(TREE), "nova.compute.manager", "ComputeManager")
    found = {
        name: (method.owner and method.owner.fact.name, method.fact.line) for name, method in methods(manager).items()
    }
    assert found == {
        "__init__": ("ComputeManager", 12),
        "init_host": ("ComputeManager", 17),
        "guarded": ("ComputeManager", 22),
        "helper": ("Mixin", 5),
    }
    assert list(found) == ["__init__", "init_host", "guarded", "helper"]


def test_attributes(program: Make) -> None:
    made = program(TREE)
    manager = class_(made, "nova.compute.manager", "ComputeManager")

    def values(name: str) -> list[tuple[str, object, int]]:
        return [(one.scope.module.path, one.value, one.line) for one in attribute(manager, name)]

    assert values("client") == [
        ("nova/compute/manager.py", ("call", "rpcapi.ComputeAPI", (), (), 13, 22), 13),
        ("nova/manager.py", None, 9),
    ]
    assert values("target") == [("nova/compute/manager.py", ("str", "compute"), 9)]
    assert values("host") == [("nova/manager.py", "host", 8)]
    assert values("db") == [("nova/db/base.py", ("call", "load", (), (), 3, 18), 3)]
    assert values("count") == []
    assert values("nothing") == []
    (client, _) = attribute(manager, "client")
    assert isinstance(client.value, tuple)
    assert resolve(client.value[1], client.scope) == class_(made, "nova.compute.rpcapi", "ComputeAPI")


def test_lookup_says_who_gives_the_attribute(program: Make) -> None:
    made = program(TREE)
    manager = class_(made, "nova.compute.manager", "ComputeManager")

    found = lookup(manager, "cleanup")
    assert found is not None
    assert found.owner == manager
    assert isinstance(found.definition, Assigned)
    base = class_(made, "nova.manager", "Manager")
    found = lookup(base, "cleanup")
    assert found is not None
    assert found.owner == base
    assert lookup(manager, "client") is None


def test_subclasses_without_tests(program: Make) -> None:
    made = program(TREE)
    assert names(subclasses(class_(made, "nova.manager", "Manager"))) == [
        "nova.cells.CellManager",
        "nova.compute.manager.ComputeManager",
        "nova.deep.Deep",
    ]
    assert names(subclasses(class_(made, "nova.other", "Manager"))) == ["nova.other.OtherManager"]
    assert subclasses(class_(made, "nova.deep", "Deep")) == ()
    assert "nova/tests/test_x.py" not in {source.path for source in made.sources()}


def test_hierarchies_that_python_would_refuse(program: Make) -> None:
    made = program(
        {
            "nova/x.py": """\
                class A(B): pass
                class B(A): pass
                class X(object): pass
                class Y(X): pass
                class Z(X, Y): pass
                class Twice(X, X): pass
                class Me(Me): pass
                class Computed(make(), X, *others): pass
            """
        }
    )

    def order(name: str) -> list[str]:
        return [one.name.rpartition(".")[2] for one in mro(class_(made, "nova.x", name))]

    assert order("A") == ["A", "B"]
    assert order("B") == ["B", "A"]
    assert order("Z") == ["Z", "X", "object", "Y"]
    assert order("Twice") == ["Twice", "X", "object"]
    assert order("Me") == ["Me"]
    assert order("Computed") == ["Computed", "X", "object"]


def test_a_class_that_takes_the_name_of_its_base(program: Make) -> None:
    made = program(
        {
            "nova/base.py": "class Manager(object):\n    def work(self):\n        pass\n",
            "nova/x.py": "from nova.base import Manager\n\nclass Manager(Manager):\n    pass\n",
        }
    )
    assert names(mro(class_(made, "nova.x", "Manager"))) == [
        *("nova.x.Manager", "nova.base.Manager", "builtins.object"),
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 11), unique=True, max_size=4), min_size=1, max_size=12).map(
        lambda rows: [[base for base in row if base < index] for index, row in enumerate(rows)]
    )
)
def test_the_order_is_that_of_python(rows: list[list[int]]) -> None:
    made: dict[int, type] = {}
    for index, row in enumerate(rows):
        order = linearised(index, lambda node: rows[node])
        if made.keys() >= set(row):
            try:
                made[index] = type(str(index), tuple(made[base] for base in row), {})
            except TypeError:
                continue  # Python refuses: the order is that of the next test.
            assert [str(node) for node in order] == [one.__name__ for one in made[index].__mro__[:-1]]


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=8, max_size=8))
def test_any_graph_has_an_order(rows: list[list[int]]) -> None:
    reached, waiting = set(), [0]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += rows[node]
    order = linearised(0, lambda node: rows[node])
    assert order[0] == 0
    assert sorted(order) == sorted(reached)


def test_a_very_long_line_of_ancestors_is_cut_and_said(program: Make) -> None:
    text = "class C0(object): pass\n" + "".join(f"class C{n}(C{n - 1}): pass\n" for n in range(1, 10_000))
    made = program({"nova/x.py": text})
    assert len(mro(class_(made, "nova.x", "C98"))) == 100
    assert not made.problems
    assert names(mro(class_(made, "nova.x", "C9999"))) == [f"nova.x.C{n}" for n in range(9999, 9899, -1)]
    assert len(mro(class_(made, "nova.x", "C99"))) == 100
    message = "a class has more than 99 ancestors: what the rest of them have is left out"
    assert made.problems == (Problem(Kind.DEPTH, message, "nova/x.py"),)


def test_an_order_is_made_in_few_steps() -> None:
    asked: Counter[int] = Counter()

    def bases(node: int) -> tuple[int, ...]:
        asked[node] += 1
        return (*range(node - 1, max(node - 9, -1), -1),)

    assert linearised(90, bases) == (*range(90, -1, -1),)
    assert set(asked.values()) == {1}
    assert len(linearised(10**6, bases)) == 100


def test_diamonds_one_below_the_other() -> None:
    rows = {f"{side}{level}": (f"A{level - 1}", f"B{level - 1}") for level in range(1, 45) for side in "AB"}
    order = linearised("A44", lambda node: rows.get(node, ()))
    assert len(order) == 89
    assert order[:3] == ("A44", "A43", "B43")


@pytest.mark.parametrize(
    "text",
    [
        "class A(\n" * 100_000,
        f"class A({'a' * 200_000}!)\n",
        f"from z import {', '.join(f'a{n} as b{n}' for n in range(20_000))}\n",
        f"from z import {'a' * 200_000}\nas x\n",
    ],
    ids=["open brackets", "a long base", "aliases in one line", "a long name"],
)
def test_scanning_for_subclasses_takes_time_by_the_length_of_the_text(program: Make, text: str) -> None:
    made = program({"nova/x.py": "class A(object): pass\nclass B(A): pass\n", "nova/y.py": text})
    assert within(lambda: names(subclasses(class_(made, "nova.x", "A")))) == ["nova.x.B"]
