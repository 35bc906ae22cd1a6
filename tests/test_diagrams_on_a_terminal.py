"""``sphinxext-nova rpc-flow --format mermaid``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.cli import main
from tests.mermaid_text import check
from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path


def test_a_flow_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nova = str(make(tmp_path / "nova", FILES))
    asked = ["rpc-flow", "nova.compute.api.API.resize", "--checkout", nova, "--cache-dir", ""]
    assert main([*asked, "--format", "mermaid"]) == 0
    drawn, said = capsys.readouterr()
    check(drawn)
    assert "  p2->>+p3: 2. call select\n" in drawn
    assert said == ""


def test_what_is_no_flow_cannot_be_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["layout", "--checkout", str(make(tmp_path / "nova")), "--format", "mermaid"])
    assert stopped.value.code == 2
    assert "invalid choice: 'mermaid'" in capsys.readouterr().err
