"""Names lead to definitions, across files, in Python 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.model import Kind, Problem, Source
from sphinxext.nova.program import (
    Assigned,
    ClassDef,
    External,
    FunctionDef,
    Module,
    Program,
    candidates,
    imported_by_string,
    member_of,
    resolve,
)
from tests.bounds import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.program import Definition

    Make = Callable[[Mapping[str, str]], Program]


def said(definition: Definition | None) -> str | None:
    """Say what a definition is in one word, for comparison."""
    match definition:
        case None:
            return None
        case Module():
            return f"module {definition.name} in {definition.path}"
        case ClassDef():
            return f"class {definition.name}"
        case FunctionDef():
            return f"function {definition.name}"
        case External():
            return f"external {definition.name}"
        case Assigned():
            return f"{definition.scope.module.name}:{definition.line} {definition.name} = {definition.value}"


def function(program: Program, module: str, name: str) -> FunctionDef:
    found = program.module(module)
    assert found is not None
    (index,) = [fact.index for fact in found.facts.functions if fact.qualname == name]
    return FunctionDef(found, index)


def module_of(program: Program, name: str) -> Module:
    module = program.module(name)
    assert module is not None
    return module


# --- modules


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nova", "module nova in nova/__init__.py"),
        ("nova.compute", "module nova.compute in nova/compute/__init__.py"),
        ("nova.compute.api", "module nova.compute.api in nova/compute/api.py"),
        ("nova.wsgi", "module nova.wsgi in nova/wsgi.py"),
        ("nova.wsgi.app", None),
        ("nova.both", "module nova.both in nova/both/__init__.py"),
        ("nova.plain", "module nova.plain in nova/plain"),
        ("nova.plain.x", "module nova.plain.x in nova/plain/x.py"),
        ("nova.data", None),
        ("nova.Compute", None),
        ("nova.nothing", None),
        ("nova.compute.api.API", None),
        ("nova..compute", None),
        ("", None),
        ("nova/compute", None),
        ("eventlet", None),
    ],
)
def test_modules_are_where_python_looks(program: Make, name: str, expected: str | None) -> None:
    made = program(
        {
            "nova/compute/__init__.py": "",
            "nova/compute/api.py": "",
            "nova/wsgi.py": "",
            "nova/wsgi/app.py": "",
            "nova/both.py": "",
            "nova/both/__init__.py": "",
            "nova/plain/x.py": "",
            "nova/data/x.txt": "",
        }
    )
    assert said(made.module(name)) == expected


def test_a_folder_without_init_has_no_facts_and_no_problem(program: Make) -> None:
    made = program({"nova/plain/x.py": "A = 1\n"})
    module = module_of(made, "nova.plain")

    assert (module.facts.lines, module.bindings) == (0, {})
    assert said(resolve("plain.x.A", module_of(made, "nova"))) is None
    assert [said(found) for found in member_of(module, "x")] == ["module nova.plain.x in nova/plain/x.py"]
    assert made.problems == ()


def test_modules_by_their_files(program: Make) -> None:
    made = program({"bin/nova-api": "def main(): pass\n", "nova/cmd/api.py": "", "nova/cmd/__init__.py": ""})

    assert made.module_at("nova/cmd/api.py") is made.module("nova.cmd.api")
    assert made.module_at("nova/cmd/__init__.py") is made.module("nova.cmd")
    script = made.module_at("bin/nova-api")
    assert script is made.module_at("bin/nova-api")
    assert said(script) == "module bin/nova-api in bin/nova-api"
    assert said(resolve("main", script)) == "function bin/nova-api.main"
    assert made.module_at("bin/nova-other") is None
    assert made.module_at("bin") is None


# --- names in a module

NAMES = {
    "nova/__init__.py": "",
    "nova/compute/__init__.py": """\
        from nova.compute.api import API
        from nova.compute import manager as the_manager
        from nova.compute import nothing
    """,
    "nova/compute/api.py": """\
        from nova import flags

        class API(object):
            limit = 5

            def resize(self):
                pass

        def helper():
            pass
    """,
    "nova/compute/manager.py": "MAX = 3\n",
    "nova/flags.py": "from nova.openstack.common import cfg\nFLAGS = cfg.CONF\n",
    "nova/openstack/__init__.py": "",
    "nova/openstack/common/__init__.py": "",
    "nova/openstack/common/cfg.py": "class ConfigOpts(object):\n    pass\n\nCONF = ConfigOpts()\n",
    "nova/service.py": """\
        import nova.compute.api
        import nova.compute.manager as manager
        import os.path
        import eventlet.green as green
        from oslo_config import cfg
        from nova import compute, flags as f
        from nova.compute import API as ComputeAPI
        from nova.compute.api import *
        from . import compute as relative
        from .compute import api as sibling
        from nova.absent import Gone
        from nova.compute import absent

        FLAGS = f.FLAGS
        CONF = cfg.CONF
        LIMIT = ComputeAPI.limit
        Alias = nova.compute.api.API
        made = ComputeAPI()
        unknown = some.thing
        first, second = 1, manager.MAX
        a = b = 7

        class Service(ComputeAPI):
            pass
    """,
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nova", "module nova in nova/__init__.py"),
        ("nova.compute.api.API", "class nova.compute.api.API"),
        ("nova.compute.API", "class nova.compute.api.API"),
        ("nova.compute.the_manager.MAX", "nova.compute.manager:1 MAX = 3"),
        ("nova.compute.nothing", None),
        ("manager.MAX", "nova.compute.manager:1 MAX = 3"),
        ("os.path.join", "external os.path.join"),
        ("green.thread", "external eventlet.green.thread"),
        ("cfg.IntOpt", "external oslo_config.cfg.IntOpt"),
        ("CONF", "external oslo_config.cfg.CONF"),
        ("CONF.host", "external oslo_config.cfg.CONF.host"),
        ("compute.api.helper", "function nova.compute.api.helper"),
        ("FLAGS", "nova.openstack.common.cfg:4 CONF = ('call', 'ConfigOpts', (), (), 4, 7)"),
        ("FLAGS.host", None),
        ("ComputeAPI.resize", "function nova.compute.api.API.resize"),
        ("ComputeAPI.limit", "nova.compute.api:4 limit = 5"),
        ("ComputeAPI.nothing", None),
        ("helper", "function nova.compute.api.helper"),
        ("relative.API", "class nova.compute.api.API"),
        ("sibling.API", "class nova.compute.api.API"),
        ("Gone", None),
        ("absent", None),
        ("LIMIT", "nova.compute.api:4 limit = 5"),
        ("Alias", "class nova.compute.api.API"),
        ("made", "nova.service:18 made = ('call', 'ComputeAPI', (), (), 18, 7)"),
        ("unknown", "nova.service:19 unknown = some.thing"),
        ("first", "nova.service:20 first = 1"),
        ("second", "nova.compute.manager:1 MAX = 3"),
        ("a", "nova.service:21 a = 7"),
        ("b", "nova.service:21 b = 7"),
        ("Service.resize", "function nova.compute.api.API.resize"),
        ("Exception", "external builtins.Exception"),
        ("unicode", "external builtins.unicode"),
        ("nowhere", None),
        ("nova.nowhere", None),
    ],
)
def test_names_of_a_module(program: Make, name: str, expected: str | None) -> None:
    assert said(resolve(name, module_of(program(NAMES), "nova.service"))) == expected


def test_only_dotted_names_stand_for_something(program: Make) -> None:
    scope = module_of(program(NAMES), "nova.service")
    assert candidates(("call", "ComputeAPI", (), (), 1, 0), scope) == ()
    assert candidates(("attr", ("call", "ComputeAPI", (), (), 1, 0), "limit"), scope) == ()
    assert [said(one) for one in candidates(("attr", "ComputeAPI", "limit"), scope)] == ["nova.compute.api:4 limit = 5"]


def test_all_that_a_name_may_be_in_the_order_of_the_source(program: Make) -> None:
    made = program(
        {
            "nova/x.py": """\
                import sys

                try:
                    import simplejson as json
                except ImportError:
                    import json
                try:
                    import libvirt
                except ImportError:
                    libvirt = None
                if sys.platform == 'win32':
                    from nova import windows as driver
                elif sys.platform == 'darwin':
                    driver = None
                else:
                    from nova import linux as driver

                again = 1
                again = 2
                maybe = 1
                if json:
                    maybe = 2
                gone = 1
                del gone
                for loop in range(3):
                    late = 1
                with open('x') as handle:
                    inside = 1
                while late:
                    late = 2
                items = [1]
                items += [2]
                items.append(3)
                items.extend([4])
            """,
            "nova/linux.py": "",
        }
    )
    scope = module_of(made, "nova.x")

    def found(name: str) -> list[str | None]:
        return [said(one) for one in candidates(name, scope)]

    assert found("json") == ["external simplejson", "external json"]
    assert found("libvirt") == ["external libvirt", "nova.x:10 libvirt = None"]
    assert found("driver") == ["nova.x:14 driver = None", "module nova.linux in nova/linux.py"]
    assert found("again") == ["nova.x:19 again = 2"]
    assert found("maybe") == ["nova.x:22 maybe = 2", "nova.x:20 maybe = 1"]
    assert found("gone") == []
    assert found("loop") == []
    assert found("handle") == []
    assert found("inside") == ["nova.x:28 inside = 1"]
    assert found("late") == ["nova.x:30 late = 2", "nova.x:26 late = 1"]
    (items,) = candidates("items", scope)
    assert isinstance(items, Assigned)
    assert items.value == (
        "operate",
        ("operate", ("operate", ("list", (1,)), (("+", ("list", (2,))),)), (("+", ("list", (3,))),)),
        (("+", ("list", (4,))),),
    )
    assert said(resolve("libvirt", scope)) == "nova.x:10 libvirt = None"
    assert said(resolve("json", scope)) == "external simplejson"


def test_star_imports(program: Make) -> None:
    made = program(
        {
            "nova/all.py": "__all__ = ['shown']\nshown = 1\nhidden = 2\n_private = 3\n",
            "nova/most.py": "from nova.all import *\nown = 4\n_private = 5\nshown = 6\n",
            "nova/x.py": "from nova.most import *\nfrom eventlet import *\nown = 7\n",
            "nova/ring.py": "from nova.ring import *\nfrom nova.gnir import *\n",
            "nova/gnir.py": "from nova.ring import *\nfar = 8\n",
        }
    )
    scope = module_of(made, "nova.x")
    assert said(resolve("shown", scope)) == "nova.most:4 shown = 6"
    assert said(resolve("own", scope)) == "nova.x:3 own = 7"
    assert resolve("hidden", scope) is None
    assert resolve("_private", scope) is None
    assert said(resolve("shown", module_of(made, "nova.most"))) == "nova.most:4 shown = 6"
    assert said(resolve("far", module_of(made, "nova.ring"))) == "nova.gnir:2 far = 8"
    assert resolve("near", module_of(made, "nova.ring")) is None


def test_what_only_type_checkers_see_binds_nothing(program: Make) -> None:
    made = program(
        {
            "nova/__init__.py": "",
            "nova/objects/__init__.py": """
                import typing as ty

                if ty.TYPE_CHECKING:
                    from nova.objects.instance import *
                else:
                    from nova.objects.flavor import Flavor
                """,
            "nova/objects/instance.py": "class Instance:\n    pass\n",
            "nova/objects/flavor.py": "class Flavor:\n    pass\n",
        }
    )
    objects = module_of(made, "nova.objects")
    assert [said(resolve(name, objects)) for name in ("Instance", "Flavor")] == [
        None,
        "class nova.objects.flavor.Flavor",
    ]
    assert "nova/objects/instance.py" not in {source.path for source in made.sources()}


def test_there_is_one_definition_of_each_class_and_function(program: Make) -> None:
    made = program({"nova/__init__.py": "class One:\n    def run(self):\n        pass\n"})
    nova = module_of(made, "nova")
    assert FunctionDef(nova, 0) is FunctionDef(nova, 0)
    assert FunctionDef(nova, 0).owner is ClassDef(nova, 0) is resolve("One", nova)


def test_scopes(program: Make) -> None:
    made = program(
        {
            "nova/x.py": """\
                import json
                from nova import y as z

                value = 1

                class Outer(object):
                    value = 2
                    copy = value

                    def method(self, given, (left, right)):
                        import os.path as json
                        from nova import y
                        local = value
                        for item in given:
                            pass

                        def inner(more):
                            return local, more
                        return inner

                    class Nested(object):
                        pass

                    def writer(self):
                        global value
                        value = 3
                        other = value
            """,
            "nova/y.py": "",
        }
    )
    method = function(made, "nova.x", "Outer.method")
    inner = function(made, "nova.x", "Outer.method.inner")
    (outer, nested) = (ClassDef(method.module, index) for index in (0, 1))

    assert (method.owner, inner.owner, inner.outer, method.outer) == (outer, None, method, method.module)
    assert nested.outer is method.module
    assert said(resolve("json", method)) == "external os.path"
    assert said(resolve("y", method)) == "module nova.y in nova/y.py"
    assert said(resolve("z", inner)) == "module nova.y in nova/y.py"
    assert said(resolve("local", inner)) == "nova.x:4 value = 1"
    for name in ("self", "given", "left", "right", "item"):
        assert resolve(name, method) is None
    assert resolve("more", inner) is None
    assert said(resolve("inner", method)) == "function nova.x.Outer.method.inner"
    assert said(resolve("value", outer)) == "nova.x:7 value = 2"
    assert said(resolve("copy", outer)) == "nova.x:7 value = 2"
    assert said(resolve("value", method)) == "nova.x:4 value = 1"
    assert said(resolve("other", function(made, "nova.x", "Outer.writer"))) == "nova.x:4 value = 1"


def test_cycles_come_to_an_end(program: Make) -> None:
    made = program(
        {
            "nova/a.py": "from nova.b import x, B\nfrom nova.a import me\nimport nova.a as self_\nclass A(B): pass\n",
            "nova/b.py": "from nova.a import x, A\ny = z\nz = y\nq = q\nclass B(A): pass\nclass C(C): pass\n",
            "nova/pkg/__init__.py": "from nova.pkg import sub\nfrom nova.pkg.sub import thing\n",
            "nova/pkg/sub.py": "from nova import pkg\nthing = 1\n",
        }
    )
    a, b = module_of(made, "nova.a"), module_of(made, "nova.b")

    assert [candidates(name, a) for name in ("x", "me")] == [(), ()]
    assert resolve("self_", a) is a
    assert said(resolve("y", b)) == "nova.b:3 z = y"
    assert said(resolve("q", b)) == "nova.b:4 q = q"
    assert said(resolve("sub", module_of(made, "nova.pkg"))) == "module nova.pkg.sub in nova/pkg/sub.py"
    assert said(resolve("pkg.thing", module_of(made, "nova.pkg.sub"))) == "nova.pkg.sub:2 thing = 1"
    assert resolve("A.anything", a) is None
    assert resolve("C.anything", b) is None


def test_a_hostile_number_of_aliases(program: Make) -> None:
    chain = "".join(f"a{number} = a{number + 1}\n" for number in range(5000))
    stars = "".join(f"from nova.s{number} import *\n" for number in range(12))
    made = program({"nova/chain.py": chain, **{f"nova/s{number}.py": stars for number in range(12)}})

    assert isinstance(resolve("a0", module_of(made, "nova.chain")), Assigned)
    assert resolve("missing", module_of(made, "nova.s0")) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nova.compute.api.API", "class nova.compute.api.API"),
        ("nova.compute.api:API", "class nova.compute.api.API"),
        ("nova.compute.API", "class nova.compute.api.API"),
        ("nova.compute.api", "module nova.compute.api in nova/compute/api.py"),
        ("nova.compute.api.Absent", None),
        ("nova.absent.API", None),
        ("oslo_messaging.Target", "external oslo_messaging.Target"),
        ("not a name", None),
        ("", None),
    ],
)
def test_strings_that_name_something(program: Make, name: str, expected: str | None) -> None:
    assert said(imported_by_string(name, program(NAMES))) == expected


# --- what was looked at


def test_only_what_is_asked_for_is_read_and_each_question_knows_its_sources(program: Make) -> None:
    made = program({**NAMES, "nova/broken.py": "def f(:\n"})
    assert made.sources() == frozenset()

    with made.recording() as first:
        scope = module_of(made, "nova.service")
        assert resolve("manager.MAX", scope) is not None
    with made.recording() as again:
        assert resolve("manager.MAX", scope) is not None
    with made.recording() as failed:
        assert resolve("f.absent", scope) is None
        assert made.module("nova.nowhere") is None

    init = {Source("file", f"nova/{path}") for path in ("__init__.py", "compute/__init__.py")}
    manager = {Source("file", "nova/compute/manager/__init__.py"), Source("file", "nova/compute/manager.py")}
    service = {Source("file", "nova/service/__init__.py"), Source("file", "nova/service.py")}
    assert first.sources == init | manager | service
    assert again.sources == init | manager | {Source("file", "nova/service.py")}
    assert failed.sources == {
        Source("file", f"nova/{path}")
        for path in (
            *("__init__.py", "service.py", "flags/__init__.py", "flags.py"),
            *("nowhere/__init__.py", "nowhere.py", "openstack/__init__.py"),
        )
    } - {Source("file", "nova/openstack/__init__.py")}
    assert made.sources() == first.sources | again.sources | failed.sources
    assert made.problems == ()


def test_problems_belong_to_what_was_read(program: Make) -> None:
    made = program({"nova/a.py": "def f(:\n", "nova/b.py": "x = 1\n", "nova/c.py": "y = = 2\n"})
    with made.recording() as record:
        module_of(made, "nova.b").bindings  # noqa: B018
    assert record.problems == ()
    with made.recording() as record:
        module_of(made, "nova.a").bindings  # noqa: B018
    assert {(problem.kind, problem.file) for problem in record.problems} == {(Kind.SYNTAX, "nova/a.py")}
    module_of(made, "nova.c").bindings  # noqa: B018
    assert [problem.file for problem in made.problems] == ["nova/a.py", "nova/c.py"]


def test_a_file_that_cannot_be_read_is_empty(program: Make) -> None:
    made = program({"nova/a.py": "x = 1\n"})
    assert made.facts("nova/none.py").lines == 0
    assert made.problems == (Problem(Kind.UNREADABLE, "no such file in this checkout", "nova/none.py"),)


def test_long_ways_come_to_an_end(program: Make) -> None:
    aliases = "a0 = 5\n" + "".join(f"a{n} = a{n - 1}\n" for n in range(1, 10_000))
    stars = {f"nova/s{n}.py": f"from nova.s{n + 1} import *\n" for n in range(200)}
    names = {f"nova/n{n}.py": f"from nova.n{n + 1} import Q\n" for n in range(200)}
    packages = {f"nova/{'p/' * n}__init__.py": "" for n in range(1, 95)}
    inner = "class A0(object):\n    class X(object): pass\n" + "".join(
        f"class A{n}(A{n - 1}.X):\n    class X(A{n - 1}.X): pass\n" for n in range(1, 500)
    )
    made = program(
        {
            **stars,
            **names,
            **packages,
            "nova/aliases.py": aliases,
            "nova/inner.py": inner,
            "nova/s200.py": "class Q(object): pass\n",
            "nova/n200.py": "class Q(object): pass\n",
        }
    )

    def ask(module: str, *asked: str) -> list[str | None]:
        return [said(resolve(name, module_of(made, module))) for name in asked]

    assert within(lambda: ask("nova.aliases", "a20", "a9999")) == [
        "nova.aliases:1 a0 = 5",
        "nova.aliases:9960 a9959 = a9958",
    ]
    assert within(lambda: ask("nova.s0", "Q")) == [None]
    assert within(lambda: ask("nova.s180", "Q")) == ["class nova.s200.Q"]
    assert within(lambda: ask("nova.n0", "Q")) == [None]
    assert within(lambda: ask("nova.n180", "Q")) == ["class nova.n200.Q"]
    assert within(lambda: ask("nova.aliases", "nova" + ".x" * 5000, "str" + ".x" * 5000)) == [None, None]
    assert within(lambda: ask("nova.inner", "A3.X", "A499.X")) == ["class nova.inner.A3.X", "class nova.inner.A499.X"]
    assert imported_by_string("nova" + ".p" * 5000, made) is None
    assert within(lambda: said(imported_by_string("nova" + ".p" * 40, made))) is not None


def test_many_compound_statements_beside_many_names(program: Make) -> None:
    lines = [f"n{n} = {n}\n" for n in range(10_000)]
    lines += [f"for x{n} in y:\n    pass\n" for n in range(3000)]
    lines += [f"if a{n}:\n    b = {n}\n    c.append({n})\n" for n in range(3000)]
    made = program({"nova/x.py": "c = []\n" + "".join(lines)})
    found = within(lambda: {name: len(one) for name, one in module_of(made, "nova.x").bindings.items()})
    assert len(found) == 10_000 + 3000 + 2
    assert (found["n0"], found["x0"], found["b"], found["c"]) == (1, 1, 100, 100)
