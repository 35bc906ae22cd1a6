"""The roles of files in a service's own folder: each form in which they were written, and whole releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.catalog import bundled
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Role
from sphinxext.nova.openstack.layout import layout
from sphinxext.nova.openstack.roles import role_of
from sphinxext.nova.program import Program
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable

EXPECTED = Path(__file__).resolve().parent.parent / "expected"

# What the files below inherit from.
SHARED = {
    "nova/openstack/common/rpc/proxy.py": "class RpcProxy(object):\n    pass\n",
    "nova/rpcclient.py": "class RpcProxy(object):\n    pass\n",
    "nova/rpc.py": "def call(context, topic, msg):\n    pass\n",
    "nova/wsgi.py": "class Router(object):\n    pass\n",
    "nova/network/manager.py": "from nova import manager\n\n\nclass FlatManager(manager.Manager):\n    pass\n",
}

MANAGERS = {
    "all releases": "from nova import manager\n\n\nclass ExampleManager(manager.Manager):\n    pass\n",
    "by a name of its own": "from nova.manager import Manager as Base\n\n\nclass Example(Base):\n    pass\n",
    "by another service's": (
        "from nova.network import manager\n\n\nclass QuantumManager(manager.FlatManager):\n    pass\n"
    ),
    "beside much else": (
        "import nova.manager\n\n\nclass ExampleAPI(object):\n    a = 1\n    b = 2\n    c = 3\n\n\n"
        "class ExampleManager(nova.manager.Manager):\n    pass\n"
    ),
    "after a class that is broken": (
        "from nova import manager\n\n\nclass Broken(object):\n    def f(:\n        pass\n\n\n"
        "class ExampleManager(manager.Manager):\n    pass\n"
    ),
}
CLIENTS = {
    "2012.2": (
        "import nova.openstack.common.rpc.proxy\n\n\n"
        "class ExampleAPI(nova.openstack.common.rpc.proxy.RpcProxy):\n"
        "    def ping(self, ctxt):\n        return self.call(ctxt, self.make_msg('ping'))\n"
    ),
    "2013.2": (
        "from nova import rpcclient\n\n\nclass ExampleAPI(rpcclient.RpcProxy):\n"
        "    def ping(self, ctxt):\n        return self.client.call(ctxt, 'ping')\n"
    ),
    "2014.1": (
        "class ExampleAPI(object):\n    def ping(self, ctxt):\n"
        "        cctxt = self.client.prepare(version='1.0')\n        return cctxt.call(ctxt, 'ping')\n"
    ),
    "16.0.0": (
        "class ExampleAPI(object):\n    def ping(self, ctxt, host):\n"
        "        cctxt = self.router.client(ctxt).prepare(server=host)\n        cctxt.cast(ctxt, 'ping')\n"
    ),
    "2010.1": (
        "from nova import rpc\n\n\ndef ping(context):\n    return rpc.call(context, 'example', {'method': 'ping'})\n"
    ),
}
CALLERS = {
    "a class": "class API(object):\n    def ping(self, context):\n        return self.rpcapi.ping(context)\n",
    "that sends by itself": (
        "from nova import rpc\n\n\nclass API(object):\n"
        "    def ping(self, context):\n        rpc.cast(context, 'example', {'method': 'ping'})\n"
    ),
    "of another project": (
        "from nova.network import neutronv2\n\n\nclass API(object):\n"
        "    def ports(self, context):\n        return neutronv2.get_client(context).list_ports()\n"
    ),
    "that inherits": "from nova.network import api\n\n\nclass QuietAPI(api.API):\n    pass\n",
}
TASKS = {
    "2013.2": "class LiveMigrationTask(object):\n    def execute(self):\n        pass\n",
    "12.0.0": (
        "from nova.conductor.tasks import base\n\n\n"
        "class MigrationTask(base.TaskBase):\n    def _execute(self):\n        pass\n"
    ),
}
OTHERS = {
    "no manager but in its name": "class HostManager(object):\n    def update(self):\n        pass\n",
    "a WSGI application": "from nova import wsgi\n\n\nclass API(wsgi.Router):\n    pass\n",
    "a private class": "class _API(object):\n    pass\n",
    "a small class beside a large one": (
        "class CloudController(object):\n    def a(self):\n        pass\n\n    def b(self):\n        pass\n\n\n"
        "class GroupAPI(object):\n    pass\n"
    ),
    "a request that is prepared": "class Fetcher(object):\n    def get(self):\n        return self.request.prepare()\n",
    "functions": "import subprocess\n\n\ndef ping():\n    return subprocess.call(['ping'])\n",
    "nothing": "",
    "no Python": "class = (\n",
}
FORMS = [
    *((Role.MANAGER, form, text) for form, text in MANAGERS.items()),
    *((Role.RPCAPI, form, text) for form, text in CLIENTS.items()),
    *((Role.API, form, text) for form, text in CALLERS.items()),
    *((Role.TASKS, form, text) for form, text in TASKS.items()),
    *((None, form, text) for form, text in OTHERS.items()),
]


@pytest.mark.parametrize(
    ("role", "text"),
    [pytest.param(role, text, id=f"{role or 'none'}: {form}") for role, form, text in FORMS],
)
def test_each_form(role: Role | None, text: str, tmp_path: Path) -> None:
    nova = make(tmp_path, {**SHARED, "nova/example/__init__.py": "", "nova/example/some.py": text})
    module = Program(open_checkout(str(nova))).module("nova.example.some")
    assert module
    assert role_of(module) is role


def roles(spec: str) -> dict[str, str]:
    """Return the role of each file and folder, at any depth, of the services of a checkout."""
    checkout = open_checkout(spec)
    program = Program(checkout)
    catalogs = [("catalog", bundled())]
    services = [row.path for row in layout(checkout, "nova", catalogs=catalogs, program=program).rows if row.service]
    return {
        row.path: row.role.value
        for service in services
        for row in layout(checkout, service, depth=9, catalogs=catalogs, program=program).rows
        if row.role
    }


def recorded(release: str) -> dict[str, str]:
    text = (EXPECTED / release / "roles.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.release
@pytest.mark.parametrize("name", ["15.1.5", "34.0.0"])
def test_roles_of_a_release(name: str, release: Callable[[str], Path]) -> None:
    assert roles(str(release(f"nova-{name}"))) == recorded(name)


@pytest.mark.history
@pytest.mark.parametrize("tag", ["2010.1", "2012.1", "2012.2", "2013.2", "2014.2"])
def test_roles_of_a_tag(tag: str, nova_git: Path) -> None:
    assert roles(f"{nova_git}@{tag}") == recorded(tag)
