"""Download into build/wheelhouse what tests/test_distribution.py installs, so that the test needs no network.

That is the build backend, the dependencies, and another distribution of the namespace ``sphinxext``.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Download the wheels; return the exit status of pip."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        pyproject = tomllib.load(file)
    wanted = [*pyproject["build-system"]["requires"], *pyproject["project"]["dependencies"], "sphinxext-opengraph"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:"]
    return subprocess.run([*pip, "--dest", ROOT / "build" / "wheelhouse", *wanted], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
