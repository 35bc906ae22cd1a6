"""Where a name may be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.present.breaking import pieces


@pytest.mark.parametrize(
    "parts",
    [
        "nova.|compute.|manager.|ComputeManager.|_sync_|power_|states",
        "nova/|api/|__init__.|py",
        "/servers/|{server_|id}/|action",
        "nova-compute",
        "ConductorManager",
        "6.0",
        "_x",
        "__init__",
        "a..|b",
        "../x",
        "nova/|compute/",
        "instance__|get",
    ],
)
def test_after_a_dot_an_underscore_or_a_slash(parts: str) -> None:
    assert pieces(parts.replace("|", "")) == parts.split("|")


@given(st.text(alphabet="ab1._/- {}[]日"))
def test_nothing_is_lost_and_nothing_else_is_cut(name: str) -> None:
    found = pieces(name)
    assert "".join(found) == name
    assert all(found)
    assert all(piece[-1] in "._/" for piece in found[:-1])
