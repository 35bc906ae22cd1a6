"""Nova, or another OpenStack service, or what it is instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import CheckoutError, Kind
from tests.checkout.repositories import git, start

if TYPE_CHECKING:
    from pathlib import Path

OPENSTACK_CFG = "[metadata]\nname = {name}\nauthor = OpenStack\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("files", "project", "package"),
    [
        ({"nova/__init__.py": ""}, "nova", "nova"),
        ({"nova/service.py": "", "nova/nova.py": ""}, "nova", "nova"),  # later releases have no __init__.py there
        ({"nova/flags.py": "", "setup.py": "setup(name='nova', version='2010.1')", "bin/nova-api": ""}, "nova", "nova"),
        ({"nova/__init__.py": "", "setup.cfg": "[metadata]\nname = nova-of-a-vendor\n"}, "nova", "nova"),
        ({"cinder/__init__.py": "", "setup.cfg": OPENSTACK_CFG.format(name="cinder")}, "cinder", "cinder"),
        (
            {
                "ironic/command/api.py": "",
                "ironic/__init__.py": "",
                "pyproject.toml": '[project]\nname = "ironic"\nauthors = [{name = "OpenStack"}]\n',
            },
            "ironic",
            "ironic",
        ),
        (
            {
                "oslo_service/service.py": "",
                "PKG-INFO": "Metadata-Version: 2.1\nName: oslo.service\nAuthor: OpenStack\n",
            },
            "oslo.service",
            "oslo_service",
        ),
        ({"manila/service.py": "", "manila/manager.py": ""}, "manila", "manila"),  # an archive of the package alone
        ({"heat/service.py": "", "heat/rpc/client.py": ""}, "heat", "heat"),
    ],
)
def test_openstack(tmp_path: Path, files: dict[str, str], project: str, package: str) -> None:
    folder = write(tmp_path / "checkout", files)
    start(write(tmp_path / "repository", files))

    for checkout in (open_checkout(str(folder)), open_checkout(f"{tmp_path}/repository@main")):
        assert (checkout.project, checkout.package, checkout.paths) == (project, package, tuple(sorted(files)))


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({}, "it is an empty folder"),
        ({"conf.py": "", "index.rst": ""}, "it is a Sphinx project"),
        ({"docs/source/conf.py": "", "Makefile": ""}, "it is a Sphinx project"),
        (
            {"pyproject.toml": '[project]\nname = "pip"\n', "src/pip/__init__.py": ""},
            "it is a Python project called 'pip'",
        ),
        ({"setup.cfg": "[metadata]\nname = pip\n", "pip/__init__.py": ""}, "it is a Python project called 'pip'"),
        ({"setup.py": "setup(\n    name='pip',\n)\n", "docs/conf.py": ""}, "it is a Python project called 'pip'"),
        ({"service.py": "", "compute/manager.py": ""}, "it is a Python package; the checkout is the folder above it"),
        ({"__init__.py": "", "db/api.py": ""}, "it is a Python package; the checkout is the folder above it"),
        (
            {"nova/nova/service.py": "", "nova/setup.py": "", "nova/x.py": "", "notes": ""},
            "it is a folder of projects; did you mean 'nova' in it?",
        ),
        ({"nova-2013.2/nova/service.py": ""}, "it is a folder of projects; did you mean 'nova-2013.2' in it?"),
        ({"README": "", "src/main.c": ""}, "it holds no package of OpenStack"),
        ({"nova": "a file of this name"}, "it holds no package of OpenStack"),
        ({"nova/README": "", "nova/data.json": ""}, "it holds no package of OpenStack"),
        ({"app/service.py": "", "app/views.py": ""}, "it holds no package of OpenStack"),
        ({"pyproject.toml": "[project]\nname = '../../evil'\n"}, "it holds no package of OpenStack"),
        ({"pyproject.toml": "[project\n", "setup.cfg": "name\n", "PKG-INFO": "\0"}, "it holds no package of OpenStack"),
        ({"pyproject.toml": "project = 1\n", "setup.cfg": "[metadata]\n"}, "it holds no package of OpenStack"),
    ],
)
def test_something_else(tmp_path: Path, files: dict[str, str], what: str) -> None:
    (tmp_path / "checkout").mkdir()
    write(tmp_path / "checkout", files)

    with pytest.raises(CheckoutError) as caught:
        open_checkout("checkout", base=tmp_path)

    assert (caught.value.kind, str(caught.value)) == (Kind.CHECKOUT, f"'checkout' is no OpenStack source: {what}")


def test_a_repository_of_something_else(tmp_path: Path) -> None:
    start(write(tmp_path / "checkout", {"README": ""}))

    with pytest.raises(CheckoutError) as caught:
        open_checkout("checkout", base=tmp_path)

    message = "'checkout' is no OpenStack source: it is a git repository without a package of OpenStack in it"
    assert (caught.value.kind, str(caught.value)) == (Kind.CHECKOUT, message)


def test_a_bare_repository_needs_a_revision(tmp_path: Path) -> None:
    folder = start(write(tmp_path / "nova", {"nova/service.py": ""}))
    for tag in ("2014.2", "2015.1.0", "12.0.0", "9.0.0", "33.0.0", "34.0.0.0rc1", "havana-eol"):
        git(folder, "tag", tag)
    git(tmp_path, "clone", "-q", "--bare", "nova", "nova.git")
    git(tmp_path, "init", "-q", "--bare", "empty.git")

    for spec, example in {"nova.git": "nova.git@33.0.0", "empty.git": "empty.git@master"}.items():
        with pytest.raises(CheckoutError) as caught:
            open_checkout(spec, base=tmp_path)
        message = f"{spec!r} is a bare git repository: name a revision too, such as {example!r}"
        assert (caught.value.kind, str(caught.value)) == (Kind.CHECKOUT, message)


def test_metadata_is_not_read_through_links(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "[metadata]\nname = secret\n", "checkout/README": ""})
    (tmp_path / "checkout/setup.cfg").symlink_to("../secret")

    with pytest.raises(CheckoutError, match=r"it holds no package of OpenStack$"):
        open_checkout("checkout", base=tmp_path)
