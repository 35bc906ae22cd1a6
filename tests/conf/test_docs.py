"""The documentation of this project, built as ``make docs`` does it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.release
def test_the_documentation_builds_without_a_warning(release: Callable[[str], Path], tmp_path: Path) -> None:
    pytest.importorskip("sphinx_autodoc_typehints", reason="pages of the API are built on the newest Sphinx only")
    release("nova-34.0.0")
    sphinx = [sys.executable, "-m", "sphinx", "-c", "conf/current", "-b", "html", "-d", tmp_path / "doctrees"]
    strictly = ["-q", "-n", "-W", "--keep-going", "-j", "2"]
    built = subprocess.run(
        [*sphinx, *strictly, "docs", tmp_path / "html"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (built.stderr, built.returncode) == ("", 0)


def test_every_package_has_a_page() -> None:
    here = ROOT / "sphinxext" / "nova"
    parts = [path.stem for path in here.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    public = sorted(name for name in parts if not name.startswith("_"))
    pages = sorted(path.stem for path in (ROOT / "docs" / "api").glob("*.rst"))
    assert pages == sorted([*public, "index"])
