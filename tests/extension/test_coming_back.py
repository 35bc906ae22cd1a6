"""Pages are equal to those of a fresh build when what was gone is there again: a checkout, a file, a name in a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests import small_database, small_tasks
from tests.checkout.repositories import start
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.extension.conftest import Site

FILES: Mapping[str, str | None] = {
    **small_database.FILES,
    "nova/openstack/common/periodic_task.py": small_tasks.FILES["nova/openstack/common/periodic_task.py"],
    "nova/conf.py": "from oslo.config import cfg\n\nopts = [cfg.IntOpt('sync_interval', default=600)]\n",
    "nova/conductor/manager.py": (
        "from nova import db\nfrom nova import manager\nfrom nova.openstack.common import periodic_task\n\n\n"
        "class ConductorManager(manager.Manager):\n"
        "    @periodic_task.periodic_task(spacing=60)\n"
        "    def _sync(self, context):\n"
        "        pass\n\n"
        "    def instance_update(self, context, uuid, updates):\n"
        "        return db.instance_update(context, uuid, updates)\n"
    ),
    "nova/cmd/conductor.py": (
        "from nova import service\n\n\n"
        "def main():\n    service.serve(service.Service.create(binary='nova-conductor', topic='conductor'))\n"
    ),
}

MANAGER = "nova/conductor/manager.py"
ROLES = {
    "folder": ("nova/virt/libvirt", "nova/virt/libvirt/__init__.py"),
    "file": ("nova/db/api.py", "nova/db/api.py"),
    "task": ("ConductorManager._sync", MANAGER),
    "option": ("sync_interval", "nova/conf.py"),
    "db": ("instance_destroy", "nova/db/api.py"),
    "rpc": ("conductor.instance_update", MANAGER),
    "flow": ("nova.conductor.manager.ConductorManager.instance_update", MANAGER),
    "service": ("nova-conductor", "nova/cmd/conductor.py"),
}
"""What each role refers to, and a file without which it is not there."""
DIRECTIVES = {
    "layout": ("nova-layout:: nova/db\n   :only: files", "nova/db/api.py"),
    "only": ("nova-only:: >=2013.1\n\n   Text.", "setup.cfg"),
    "tasks": ("periodic-tasks:: nova-conductor", MANAGER),
    "services": ("service-bootstrap:: nova-conductor", "nova/cmd/conductor.py"),
    "methods": ("rpc-methods:: conductor", MANAGER),
    "calls": ("db-calls:: nova-conductor", "nova/db/api.py"),
    "flows": ("rpc-flow:: conductor.instance_update", MANAGER),
}
"""A question of each directive, and a file without which it has another answer, or none."""

PAGES = {
    **{name: f"{name}\n{'=' * 20}\n\nIt is :openstack:{name}:`{target}`.\n" for name, (target, _) in ROLES.items()},
    **{name: f"{name}\n{'=' * 20}\n\n.. {text}\n" for name, (text, _) in DIRECTIVES.items()},
}
NEEDED = {name: path for name, (_, path) in {**ROLES, **DIRECTIVES}.items()}


@pytest.fixture
def whole(site: Site) -> Site:
    make(site.nova, FILES)
    site.write(index="Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n", **PAGES)
    return site


def built(site: Site, out: str = "out") -> tuple[str, Mapping[str, str]]:
    """Build, and give the warnings and what was read of each page."""
    warnings = site.build("text", out=out, nova_cache_dir="")
    return warnings, {name: site.doctree(name).pformat() for name in PAGES}


def test_a_checkout_that_comes_back(whole: Site) -> None:
    away = whole.nova.rename(whole.nova.with_name("away"))
    warnings, without = built(whole)
    assert warnings.count("[nova.checkout]") == len(PAGES)
    away.rename(whole.nova)
    warnings, after = built(whole)
    assert (warnings, whole.read) == ("", tuple(sorted(PAGES)))
    assert (warnings, after) == built(whole, "fresh")
    assert not {name for name in PAGES if without[name] == after[name]}


def test_a_repository_that_comes_back(whole: Site) -> None:
    """Links name the commit where there is one, else the tag of the release."""
    repository = start(whole.nova) / ".git"
    away = repository.rename(whole.nova.with_name("away"))
    warnings, without = built(whole)
    away.rename(repository)
    warnings, after = built(whole)
    assert (warnings, after) == built(whole, "fresh")
    assert warnings == ""
    assert not {name for name in ROLES if without[name] == after[name]}


def replaced(path: Path, content: Callable[[bytes], bytes] | None) -> bytes:
    """Put other content into a file, or remove it; return what it was."""
    before = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content(before))
    return before


@pytest.mark.parametrize("path", sorted(set(NEEDED.values()) - {"setup.cfg"}))
def test_a_file_that_comes_back(whole: Site, path: str) -> None:
    whole_state = built(whole)
    assert whole_state[0] == ""
    before = replaced(whole.nova / path, None)
    _, without = built(whole)
    concerned = {name for name, needed in NEEDED.items() if needed == path}
    assert concerned <= {name for name in PAGES if without[name] != whole_state[1][name]}
    (whole.nova / path).write_bytes(before)
    assert built(whole) == whole_state


@pytest.mark.parametrize(
    ("path", "name", "pages"),
    [
        (MANAGER, "_sync", ("task", "tasks")),
        (MANAGER, "instance_update(self", ("rpc", "flow", "flows", "methods")),
        ("nova/conf.py", "sync_interval", ("option",)),
        ("nova/db/api.py", "def instance_destroy", ("db",)),
        ("setup.cfg", "nova-conductor", ("service", "services")),
    ],
)
def test_a_name_that_appears_later(whole: Site, path: str, name: str, pages: tuple[str, ...]) -> None:
    file = whole.nova / path
    before = replaced(
        file, lambda data: data.replace(name.encode(), name.replace("_", "_x").replace("-", "-x").encode())
    )
    _, without = built(whole)
    file.write_bytes(before)
    os.utime(file, (1, 1))
    warnings, after = built(whole)
    assert (warnings, after) == built(whole, "fresh")
    assert warnings == ""
    assert set(pages) <= {page for page in PAGES if without[page] != after[page]}
