"""Small checkouts, written file by file."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Callable[[Mapping[str, str]], Program]:
    """Return the function that makes a program of files; a package ``nova`` is always there."""

    def make(files: Mapping[str, str]) -> Program:
        for path, text in {"nova/__init__.py": "", **files}.items():
            file = tmp_path / "checkout" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        return Program(open_checkout("checkout", base=tmp_path))

    return make
