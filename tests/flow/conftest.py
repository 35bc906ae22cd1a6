"""What tests of the walk share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow import trees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Return the function from methods of ``API`` to what happens when its method ``run`` is called."""

    def told(methods: str, imports: str = "", entry: str = "nova.compute.api.API.run", **files: str) -> str:
        changes = {"nova/compute/api.py": trees.api(methods, imports)}
        changes |= {f"nova/{name.replace('__', '/')}.py": content for name, content in files.items()}
        return trees.told(trees.flow(tmp_path, changes, entry))

    return told
