"""A small tree in Nova's style, written for these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = {
    "PKG-INFO": "Metadata-Version: 2.1\nName: nova\nVersion: 2013.2\n",
    "setup.cfg": "[metadata]\nname = nova\nversion = 2013.2\n",
    "bin/nova-example": "#!/usr/bin/env python\nprint 'hello'\n",
    "doc/source/index.rst": "Nova\n====\n",
    "nova/__init__.py": '"""\n:mod:`nova` -- Cloud\n====================\n"""\n',
    "nova/service.py": '"""Base classes of what runs."""\n\nimport os\n',
    "nova/manager.py": "class Manager(object):\n    pass\n",
    "nova/conductor/__init__.py": "",
    "nova/conductor/api.py": (
        '"""Asks for database work, wherever it is done."""\n\n'
        "from nova.conductor import rpcapi\n\n\n"
        "class API(object):\n"
        "    def __init__(self):\n"
        "        self.conductor = rpcapi.ConductorAPI()\n"
    ),
    "nova/conductor/rpcapi.py": (
        '"""Sends."""\n\n\n'
        "class ConductorAPI(object):\n"
        "    def ping(self, context):\n"
        "        cctxt = self.client.prepare(version='1.0')\n"
        "        return cctxt.call(context, 'ping')\n"
    ),
    "nova/conductor/manager.py": (
        '"""Does it."""\n\n'
        "from nova import manager\n\n\n"
        "class ConductorManager(manager.Manager):\n"
        "    def ping(self, context):\n"
        "        return 'pong'\n"
    ),
    "nova/conductor/tasks/__init__.py": "",
    "nova/conductor/tasks/base.py": "class TaskBase(object):\n    def execute(self):\n        self._execute()\n",
    "nova/virt/__init__.py": "",
    "nova/virt/driver.py": '"""The interface of every hypervisor.\n\nMore of it.\n"""\n',
    "nova/virt/libvirt/__init__.py": "",
}


def make(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the tree below ``folder``. ``changes`` gives other content to a path, or None to leave it out."""
    for path, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
