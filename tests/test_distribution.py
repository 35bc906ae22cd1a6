"""The distribution as a user gets it: built, and installed into an empty environment."""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import EmailMessage

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]

ROOT = Path(__file__).resolve().parent.parent
WHEELHOUSE = ROOT / "build" / "wheelhouse"

CONF = """
extensions = ["sphinxext.nova", "sphinxext.opengraph"]
nova_checkout = "nova-13.0.0"
ogp_site_url = "https://docs.example.org/"
exclude_patterns = ["nova-13.0.0"]
"""
PAGE = """
Layout
======

.. nova-layout:: nova
"""
CHECKOUT = {
    "PKG-INFO": "Metadata-Version: 1.1\nName: nova\nVersion: 13.0.0\n",
    "setup.cfg": "[metadata]\nname = nova\n\n[files]\npackages =\n    nova\n",
    "nova/__init__.py": "",
    "nova/conductor/__init__.py": "",
    "nova/conductor/manager.py": "class ConductorManager(object):\n    pass\n",
}


def offline_pip() -> dict[str, str]:
    """Return an environment in which pip knows the wheelhouse and nothing else."""
    if not WHEELHOUSE.is_dir():
        pytest.skip("build/wheelhouse is not there: `make test` gets it, or `python tools/get_wheels.py`")
    return os.environ | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": WHEELHOUSE.as_uri(),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def tracked(*folders: str) -> set[str]:
    """Return the files that git keeps under ``folders``, default all, as far as they are there."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True)
    return {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}


def below(names: Iterable[str], folder: str) -> set[str]:
    """Return those of ``names`` that are in ``folder``."""
    return {name for name in names if name.startswith(f"{folder}/")}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist, and the wheel from it, out of what git keeps; return the folder with both."""
    source = tmp_path_factory.mktemp("source")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", output, source]
    subprocess.run(command, env=offline_pip(), check=True)
    return output


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """Return the wheel."""
    [path] = built.glob("*.whl")
    return path


def test_sdist_holds_what_git_keeps(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as tar:
        files = {member.name.partition("/")[2] for member in tar if member.isfile()}
    generated = {"PKG-INFO", "setup.cfg"} | below(files, "sphinxext_nova.egg-info")
    assert files - generated == tracked()


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
    assert files - below(files, "sphinxext_nova-0.1.0.dist-info") == tracked("sphinxext/nova")
    assert "sphinxext_nova-0.1.0.dist-info/licenses/LICENSE" in files
    assert "sphinxext/nova/py.typed" in files
    assert "sphinxext/__init__.py" not in files


def metadata(wheel: Path) -> EmailMessage:
    """Return the core metadata of ``wheel``."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("sphinxext_nova-0.1.0.dist-info/METADATA")
    return email.message_from_bytes(text, policy=email.policy.default)


def test_metadata_is_that_of_pyproject(wheel: Path) -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = metadata(wheel)
    assert found["Name"] == "sphinxext-nova"
    assert found["Version"] == "0.1.0"
    assert found["License-Expression"] == "Apache-2.0"
    assert found["Requires-Python"] == ">=3.11"
    assert found.get_all("Classifier") == project["classifiers"]
    assert found["Description-Content-Type"] == "text/markdown"
    assert found.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")


def test_builds_a_page_beside_another_package_of_the_namespace(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True, symlinks=os.name != "nt")
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", wheel, "sphinxext-opengraph"]
    subprocess.run(install, env=offline_pip(), check=True)
    source = tmp_path / "docs"
    checkout = {f"nova-13.0.0/{name}": text for name, text in CHECKOUT.items()}
    for name, text in ({"conf.py": CONF, "index.rst": PAGE} | checkout).items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")

    # Isolated (-I): neither this repository nor what the test's own environment holds may stand in.
    sphinx = [python, "-I", "-m", "sphinx", "-n", "-W", "--keep-going", "-b", "html"]
    subprocess.run([*sphinx, source, tmp_path / "html"], check=True)

    page = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
    assert '<meta property="og:title" content="Layout" />' in page
    [table] = [part.partition("</table>")[0] for part in page.split("<table")[1:]]
    assert "conductor" in table
    assert "nova-conductor" in table

    # The command takes nothing from the folder that it is started in.
    (source / "nova-13.0.0" / "json.py").write_text("raise SystemExit('run')\n", encoding="utf-8")
    command = [python.with_name("sphinxext-nova"), "layout", "nova", "--cache-dir", ""]
    asked = subprocess.run(command, cwd=source / "nova-13.0.0", capture_output=True, text=True, check=True)
    assert "nova/conductor/" in asked.stdout
    assert asked.stderr == ""
