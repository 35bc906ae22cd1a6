"""What tests of several packages share: real releases, Sphinx's own fixtures, and a home that is nobody's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sphinx
from hypothesis import settings
from sphinx.util.logging import WarningLogRecordTranslator

from sphinxext.nova.program import Cache

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator

pytest_plugins = ("sphinx.testing.fixtures",)

ROOT = Path(__file__).resolve().parent.parent

# The same cases every time and on every machine, however busy it is; `--hypothesis-profile=default` tries others.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def _nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep away what the user has set: caches, git's configuration, a repository that runs the tests from a hook."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
            patch.delenv(name)
        for name in ("LANGUAGE", "NOVA"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("LC_ALL", "C.UTF-8")
        yield


@pytest.fixture(scope="session", autouse=True)
def _types_of_warnings() -> Iterator[None]:
    """Let Sphinx before 7.3 say of which type a warning is, as later ones do, so that tests expect the same text."""
    translate = WarningLogRecordTranslator.filter

    def translate_and_type(self: WarningLogRecordTranslator, record: logging.LogRecord) -> bool:
        if getattr(record, "type", None) and getattr(record, "subtype", None):
            record.msg = f"{record.msg} [{record.type}.{record.subtype}]"
        return translate(self, record)

    with pytest.MonkeyPatch.context() as patch:
        if sphinx.version_info < (7, 3):
            patch.setattr(WarningLogRecordTranslator, "filter", translate_and_type)
        yield


@pytest.fixture(scope="session")
def rootdir() -> Path:
    """Return where ``sphinx.testing`` finds the folder ``test-NAME`` of ``@pytest.mark.sphinx(testroot=NAME)``."""
    return ROOT / "tests" / "roots"


@pytest.fixture(scope="session")
def release() -> Callable[[str], Path]:
    """Return the function from a release, such as ``nova-34.0.0``, to its folder; to be marked ``release``."""

    def find(name: str) -> Path:
        folder = ROOT / "build" / name
        if not folder.is_dir():
            pytest.skip(f"build/{name} is not there: `make test` gets it, or `python tools/get_release.py {name}`")
        return folder

    return find


@pytest.fixture(scope="session")
def nova_git() -> Path:
    """Return the git clone of Nova with every release tag; to be marked ``history``."""
    if "NOVA_GIT" not in os.environ:
        pytest.skip("NOVA_GIT does not say where a git clone of Nova is: `make test-history NOVA_GIT=../nova`")
    return Path(os.environ["NOVA_GIT"])


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """Return what was learned of files before in this run: the tags of a repository have most of theirs in common."""
    with Cache(tmp_path_factory.mktemp("facts"), max_bytes=2**30) as cache:
        yield cache
