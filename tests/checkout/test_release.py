"""The release, from what an sdist, a tag or the source itself declares; nothing of it is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.checkout import _metadata, open_checkout
from tests.checkout.repositories import commit, git, start

if TYPE_CHECKING:
    from pathlib import Path

PKG_INFO = "Metadata-Version: 1.1\nName: nova\nVersion: {}\nSummary: x\n\nVersion: 99\n"
VERSION_PY = "NOVA_VERSION = {}\nYEAR, COUNT, REVISION = NOVA_VERSION\nFINAL = {}   # at Release Candidate time\n"
SETUP_CFG = "[metadata]\nname = nova\nversion = {}\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, content in {"nova/service.py": "", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("files", "release"),
    [
        ({}, None),
        ({"PKG-INFO": PKG_INFO.format("34.0.0")}, "34.0.0"),
        ({"PKG-INFO": PKG_INFO.format("12.0.0.0rc1")}, "12.0.0.0rc1"),
        ({"PKG-INFO": PKG_INFO.format("34.1.0.dev12")}, "34.1.0.dev12"),
        ({"PKG-INFO": PKG_INFO.format("2013.2"), "setup.cfg": SETUP_CFG.format("2014.1")}, "2013.2"),
        ({"PKG-INFO": "Name: nova\n\nVersion: 1\n"}, None),
        ({"nova/version.py": VERSION_PY.format("['2011', '1']", "True")}, "2011.1"),
        ({"nova/version.py": VERSION_PY.format("['2011', '2']", "False")}, "2011.2-dev"),
        ({"nova/version.py": VERSION_PY.format("['2012', '1', None]", "True")}, "2012.1"),
        ({"nova/version.py": VERSION_PY.format("['2012', '1', '3']", "True")}, "2012.1.3"),
        ({"nova/version.py": VERSION_PY.format("['2012', '2', None]", "False")}, "2012.2-dev"),
        ({"nova/version.py": "NOVA_VERSION = [open('/etc/passwd').read()]\n"}, None),
        ({"nova/version.py": "NOVA_VERSION = ['<script>']\n"}, None),
        ({"nova/version.py": "NOVA_VERSION = []\n"}, None),
        ({"nova/version.py": "NOVA_VERSION = ['1',\n"}, None),
        ({"nova/version.py": "import pbr.version\nversion_info = pbr.version.VersionInfo('nova')\n"}, None),
        ({"setup.cfg": SETUP_CFG.format("2013.2")}, "2013.2"),
        ({"setup.cfg": SETUP_CFG.format("attr: nova.__version__")}, None),
        ({"setup.cfg": "[metadata]\nname = nova\nname = nova\nversion = 2013.2\n"}, "2013.2"),
        ({"setup.cfg": "version = 2013.2\n"}, None),
        ({"setup.cfg": SETUP_CFG.format("2014.1"), "nova.egg-info/PKG-INFO": PKG_INFO.format("2013.2")}, "2014.1"),
        ({"setup.cfg": "[metadata]\nname = nova\n", "nova.egg-info/PKG-INFO": PKG_INFO.format("15.0.0")}, "15.0.0"),
        ({"deep/nova.egg-info/PKG-INFO": PKG_INFO.format("15.0.0")}, None),
        ({"pyproject.toml": '[project]\nname = "nova"\nversion = "35.0.0"\n'}, "35.0.0"),
        ({"pyproject.toml": '[project]\nname = "nova"\ndynamic = ["version"]\n'}, None),
        ({"pyproject.toml": '[project]\nname = "nova"\nversion = 35\n'}, None),
        ({"setup.py": "setup(name='nova',\n      version='2010.1',\n      description='x')\n"}, "2010.1"),
        (
            {"setup.py": "project = 'nova'\nsetup(\n    version=common_setup.get_version(project, '2013.1'),\n)\n"},
            "2013.1",
        ),
        ({"setup.py": "setup(version=version.canonical_version_string())\n"}, None),
        ({"setup.py": "setup(setup_requires=['pbr>=2.0.0'], pbr=True)\n"}, None),
    ],
)
def test_what_the_source_declares(tmp_path: Path, files: dict[str, str], release: str | None) -> None:
    assert open_checkout(str(write(tmp_path, files))).release == release


def test_tags(tmp_path: Path) -> None:
    folder = start(write(tmp_path, {"setup.cfg": "[metadata]\nname = nova\n"}))
    unknown = git(folder, "rev-parse", "HEAD")
    first = commit(write(folder, {"nova/a.py": ""}))
    for tag in ("15.0.0", "15.0.0.0rc2", "15.0.0.0rc1", "ocata-em"):
        git(folder, "tag", tag)
    git(folder, "tag", "v1")
    second = commit(write(folder, {"nova/b.py": ""}))
    git(folder, "tag", "-a", "-m", "x", "ocata-eol")
    third = commit(write(folder, {"nova/c.py": ""}))
    git(folder, "tag", "-a", "-m", "x", "16.0.0.0b1")
    git(folder, "tag", "-a", "-m", "x", "16.0.0.0b10")

    named = (unknown, first, "15.0.0.0rc1", "refs/tags/15.0.0.0rc1", "ocata-em", second, third)
    releases = [open_checkout(f"{folder}@{revision}").release for revision in named]

    assert releases == [None, "15.0.0", "15.0.0.0rc1", "15.0.0.0rc1", "15.0.0", "15.0.0", "16.0.0.0b10"]
    assert open_checkout(str(folder)).release == "16.0.0.0b10"
    git(folder, "checkout", "-q", second)
    assert open_checkout(str(folder)).release == "15.0.0"


def test_a_tag_knows_better_than_the_source_and_the_source_better_than_an_older_tag(tmp_path: Path) -> None:
    folder = start(write(tmp_path, {"setup.cfg": SETUP_CFG.format("2015.1")}))
    git(folder, "tag", "2015.1.0")
    commit(write(folder, {"setup.cfg": SETUP_CFG.format("2015.1.1")}))

    assert open_checkout(f"{folder}@2015.1.0").release == "2015.1.0"
    assert open_checkout(f"{folder}@main").release == "2015.1.1"


@pytest.mark.parametrize(
    ("tags", "newest"),
    [
        ([], None),
        (["havana-eol", "v1", "main", "2013"], None),
        (["2013.2.rc1", "2013.2", "2013.2.b3"], "2013.2"),
        (["34.0.0.0rc1", "33.0.0"], "33.0.0"),
        (["34.0.0.0rc1", "34.0.0.0b2"], "34.0.0.0rc1"),
        (["2015.1.4", "12.0.0", "9.0.0"], "12.0.0"),
        (["13.1.10", "13.1.9"], "13.1.10"),
    ],
)
def test_the_newest_of_some_tags(tags: list[str], newest: str | None) -> None:
    assert _metadata.newest(tags) == newest
    assert _metadata.newest(tags[::-1]) == newest


@given(text=st.one_of(st.text(), st.text(alphabet="NOVA_VERSION = ['2',]\nFINAL=Tru[project]\"version.")))
def test_any_metadata_gives_a_version_or_none(text: str) -> None:
    def read(path: str) -> str:
        return text

    for found in (_metadata.version(read, "nova", "nova.egg-info/PKG-INFO"), _metadata.sdist_version(read)):
        assert found is None or (found[0].isdigit() and found.isascii() and not set(found) & set("<>&/\\ {}'\""))
    assert _metadata.name(read) is None or not set(str(_metadata.name(read))) & set("<>&/\\ {}'\"")
