"""The documentation of this project, built as ``make docs`` does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.markup import wrong_files

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent


pytestmark = pytest.mark.xdist_group("docs")


@pytest.fixture(scope="module")
def doctrees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docs") / "doctrees"


def build(builder: str, doctrees: Path, *strictly: str) -> tuple[Path, str, int]:
    """Build with what an earlier builder has read, and return the folder, what was complained of, and the status."""
    pytest.importorskip("sphinx_autodoc_typehints", reason="pages of the API are built on the newest Sphinx only")
    built = doctrees.with_name(builder)
    sphinx = [sys.executable, "-m", "sphinx", "-c", "conf/current", "-b", builder, "-d", doctrees, "-q", "-j", "2"]
    done = subprocess.run([*sphinx, *strictly, "docs", built], cwd=ROOT, capture_output=True, text=True, check=False)
    return built, done.stderr, done.returncode


@pytest.mark.release
def test_the_documentation_builds_without_a_warning(release: Callable[[str], Path], doctrees: Path) -> None:
    release("nova-34.0.0")
    assert build("html", doctrees, "-n", "-W", "--keep-going")[1:] == ("", 0)


@pytest.mark.release
@pytest.mark.parametrize(
    "builder",
    [
        "xml",
        pytest.param(
            "epub",
            marks=pytest.mark.xfail(strict=True, reason="<figcaption> is not closed where a picture is left out"),
        ),
    ],
)
def test_the_documentation_is_well_formed(release: Callable[[str], Path], doctrees: Path, builder: str) -> None:
    release("nova-34.0.0")
    built, _said, status = build(builder, doctrees)
    assert status == 0
    assert list(wrong_files(built)) == []


def test_every_package_has_a_page() -> None:
    here = ROOT / "sphinxext" / "nova"
    parts = [path.stem for path in here.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    public = sorted(name for name in parts if not name.startswith("_"))
    pages = sorted(path.stem for path in (ROOT / "docs" / "api").glob("*.rst"))
    assert pages == sorted([*public, "index"])
