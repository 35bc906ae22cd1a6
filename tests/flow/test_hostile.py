"""Trees that nobody should have written: a flow all the same, or one line that says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees
from tests.openstack.test_rpc_eras import OLD, RAW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CALLS = trees.api("def run(self, context, instance):\n    self.compute_rpcapi.start_instance(context, instance)\n")
TREES: dict[str, dict[str, str | bytes | None]] = {
    "recursion": {
        "nova/compute/api.py": trees.api(
            """
            def run(self, context, instance, *args, **kwargs):
                self.run(context, instance, self.run, *args, **kwargs)
                self.run(*args, **kwargs)
                f = lambda *a: f(f, *a)
                f(self.run)
                self.x = self.run(self.x, self)
                return self.run
            """
        )
    },
    "objects inside one another": {
        "nova/compute/api.py": trees.api(
            "def run(self, context, instance):\n    Node(Node(Node(Node(Node(self)))))\n    Node(None).grow()\n",
            imports="""
            class Node(object):
                def __init__(self, inner):
                    self.inner = inner
                    self.me = Node(self)
                    self.__class__ = Node

                def grow(self):
                    return Node(self).grow().grow()

                def __getattr__(self, name):
                    return getattr(self, name + name)
            """,
        )
    },
    "classes that inherit from one another": {
        "nova/compute/api.py": "class API(Other):\n    def run(self, context):\n        super().run(context)\n\n\n"
        "class Other(API):\n    def run(self, context):\n        super(Other, self).run(context)\n",
        "nova/compute/manager.py": "from nova.compute.manager import ComputeManager\n\n\n"
        "class ComputeManager(ComputeManager):\n    pass\n",
    },
    "a module that imports itself": {
        "nova/compute/api.py": "from nova.compute import api\nfrom nova.compute.api import *\nimport nova.compute.api\n"
        "API = api.API\nrun = api.run\n\n\nclass API(api.API):\n    run = api.API.run\n    go = property(run)\n",
    },
    "decorators that decorate themselves": {
        "nova/compute/api.py": trees.api(
            "@deco\n@deco(deco)\ndef run(self, context):\n    return deco(self.run)(context)\n",
            imports="@deco\ndef deco(f):\n    @deco\n    def inner(*args):\n        return deco(inner)(f)(*args)\n"
            "    return inner\n",
        )
    },
    "managers that are not there": {
        "nova/compute/api.py": CALLS,
        "nova/compute/manager.py": None,
        "nova/scheduler/manager.py": "import nonsense\nSchedulerManager = nonsense.SchedulerManager\n",
        "nova/conductor/manager.py": "ConductorManager = 5\n",
    },
    "no services": {"nova/compute/api.py": CALLS, "nova/service.py": None, "setup.cfg": None, "nova/rpc.py": None},
    "half-written": {
        "nova/compute/api.py": CALLS + "\n    def more(self, context:\n        if context\n            self.",
        "nova/compute/rpcapi.py": trees.FILES["nova/compute/rpcapi.py"][:700],
        "nova/conductor/manager.py": b"class \xff\xfe(:\n  def\n" + b"\0" * 50,
        "nova/rpc.py": "def get_client(target, \n",
    },
    "strange clients": {
        "nova/compute/api.py": CALLS,
        "nova/compute/rpcapi.py": """
        import oslo_messaging as messaging


        class ComputeAPI(object):
            def start_instance(self, ctxt, instance):
                client = messaging.RPCClient()
                client = messaging.RPCClient(None, messaging.Target(*instance, **ctxt), *instance)
                client.call()
                client.cast(ctxt)
                client.prepare(*instance, **ctxt).call(*instance)
                messaging.RPCClient(target=messaging.Target(topic=5, version='x.y', fanout=[], namespace=ctxt)).cast(
                    ctxt, 'a' if instance else 5, **{1: 2, 'x': client})
                client.prepare(server=client, version=client.target.version, topic='.').cast(ctxt, '', instance=client)
                getattr(client, 'call')(ctxt, 'x' * 10000)
        """,
    },
    "statements": {
        "nova/compute/api.py": trees.api(
            """
            async def run(self, context, /, a, *, b=(yield), **c):
                async with context as self.x, (yield) as (d, *e), open(a):
                    async for self.x.y[d], in e:
                        await self.run(*a, *b, **c, **d)
                match context:
                    case {'a': [1, *rest], **more} if rest:
                        return more
                    case API(x=y) | str() as z:
                        del z, y[0], self.a.b, x
                global q
                q = w = self.x, *a = [*a, *b, {**c}]
                try:
                    pass
                except* ValueError as q:
                    raise
                finally:
                    return
                lambda: (yield)
                [x async for x in y if (q := x)]
                f'{a!r:>{b}}' % {}
                print >>a, b
                ~a @ b // c << -d[1:2, ..., ::3]
            """
        )
    },
}


def try_all(changes: Mapping[str, str | bytes | None], folder: Path) -> list[str]:
    """Ask for the flow of every function of the tree; return what was answered instead of one."""
    program = trees.program(folder, changes)
    flows = Flows(program, explaining=True)
    refused = []
    for path in program.source_files():
        module = program.module_at(path)
        for fact in () if module is None else module.facts.functions:
            try:
                flows.flow(flows.find(f"{module.name}.{fact.qualname}" if module else fact.qualname))
            except QuestionError as error:
                refused.append(str(error))
    return refused


@pytest.mark.parametrize("name", TREES)
def test_every_function_of_a_strange_tree(tmp_path: Path, name: str) -> None:
    for refused in try_all(TREES[name], tmp_path):
        assert len(refused.splitlines()) == 1


def test_a_checkout_without_anything_to_ask(tmp_path: Path) -> None:
    nothing = dict.fromkeys(path for path in trees.FILES if path.startswith("nova/"))
    with pytest.raises(QuestionError):
        trees.flow(tmp_path, {**nothing, "nova/__init__.py": ""})


MUTATED = {"now": {**trees.FILES, "nova/compute/api.py": CALLS}, "proxy": OLD, "raw": RAW}
PIECES = ["\n", "    ", "(", ")", "self", ".", ",", ":", "=", "*", "**", "return ", "yield ", "lambda: ", "def f():\n"]
PIECES += ["None", "[0]", "{", "}", " if ", " else ", "'", "@", "class X(", "import ", "from . import *\n", "\0", "é"]


@pytest.mark.parametrize("era", MUTATED)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_trees(tmp_path_factory: pytest.TempPathFactory, era: str, data: st.DataObject) -> None:
    files = {path: content for path, content in MUTATED[era].items() if isinstance(content, str) and content}
    changes: dict[str, str | bytes | None] = dict(MUTATED[era])
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(sorted(files)))
        before = files[path]
        start = data.draw(st.integers(0, len(before)))
        length = data.draw(st.integers(0, 30))
        files[path] = before[:start] + data.draw(st.sampled_from(PIECES)) + before[start + length :]
        changes[path] = files[path]
    for refused in try_all(changes, tmp_path_factory.mktemp("tree")):
        assert len(refused.splitlines()) == 1
