"""Whose source this is: Nova, another OpenStack service, or what else."""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

from sphinxext.nova.checkout import _metadata


class Glance(Protocol):
    """The little of a checkout that is looked at before it is listed: a wrong folder may hold a million files."""

    def names(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of the folders and of the files in ``folder`` ("": the root); empty where there is none."""

    def head(self, path: str) -> str | None:
        """Return a small text file, whatever its encoding; ``None`` where there is none or it cannot be read."""


class Identity(NamedTuple):
    """The project (``nova``: its name on the web) and the folder of its package, relative to the root (``nova``)."""

    project: str
    package: str


class NotOpenStackError(Exception):
    """The folder holds no OpenStack source. The text says what it is instead, as in "it is a Sphinx project"."""


_OPENSTACK = re.compile(
    r"^[ \t]*author\s*=\s*OpenStack\b|^Author(?:-email)?:\s*OpenStack\b|name\s*=\s*[\"']OpenStack[\"']"
    r"|Environment :: OpenStack|docs\.openstack\.org/",
    re.IGNORECASE | re.MULTILINE,
)
"""How an OpenStack project gives itself away in its metadata, 2010 to now."""


def identify(source: Glance) -> Identity:
    """Find the project and its package.

    A root that holds a folder ``nova`` with Python files is Nova, whatever else is (not) there: 2010.1 has no metadata,
    and an archive of a part is welcome. Any other project has to say that it is OpenStack's.

    :raises NotOpenStackError: it is something else.
    """
    folders, files = source.names("")
    if "nova" in folders and _is_package(source, "nova") and not _is_project(source, "nova"):
        return Identity("nova", "nova")
    declared = _metadata.name(source.head)
    if declared is not None:
        package = re.sub(r"[-.]+", "_", declared)
        if package in folders and _is_package(source, package) and _OPENSTACK.search(_metadata.everything(source.head)):
            return Identity(declared, package)
    elif not {"__init__.py", "service.py"} & files:  # a package itself has folders that look like services
        for folder in sorted(folders):
            if _is_service(source, folder) and not _is_project(source, folder):
                return Identity(folder, folder)
    raise NotOpenStackError(_what_else(source, folders, files, declared))


def _is_package(source: Glance, folder: str) -> bool:
    return any(name.endswith(".py") for name in source.names(folder)[1])


def _is_service(source: Glance, folder: str) -> bool:
    """Tell whether a package is laid out as services of OpenStack are: a service and who manages it, or its RPC."""
    folders, files = source.names(folder)
    return "service.py" in files and bool({"manager.py", "rpc.py"} & files or "rpc" in folders)


def _is_project(source: Glance, folder: str) -> bool:
    """Tell whether a folder is a whole project (``src/nova`` with ``src/nova/nova`` in it) and no package."""
    folders, files = source.names(folder)
    name = folder.rpartition("/")[2]
    return name in folders and bool({"setup.py", "setup.cfg", "pyproject.toml", "PKG-INFO"} & files)


def _what_else(source: Glance, folders: frozenset[str], files: frozenset[str], declared: str | None) -> str:
    if not folders and not files:
        return "it is an empty folder"
    if {"__init__.py", "service.py"} & files:
        return "it is a Python package; the checkout is the folder above it"
    if declared is not None:
        return f"it is a Python project called {declared!r}"
    inner = [name for name in sorted(folders) if _is_project(source, name) or _is_package(source, f"{name}/nova")]
    if inner:
        return f"it is a folder of projects; did you mean {inner[0]!r} in it?"
    if any("conf.py" in source.names(folder)[1] for folder in ("", "doc", "docs", "doc/source", "docs/source")):
        return "it is a Sphinx project"
    if ".git" in folders | files:
        return "it is a git repository without a package of OpenStack in it"
    return "it holds no package of OpenStack"
