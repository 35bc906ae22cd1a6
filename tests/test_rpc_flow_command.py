"""``sphinxext-nova rpc-flow``: circles and gaps are answered, and what cannot be asked is one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.cli import main
from tests.bad_questions import ANSWERED, ENTRY, REFUSED
from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path


def ask(folder: Path, changes: dict[str, str | None], asked: str) -> int:
    checkout = str(make(folder / "nova", {**FILES, **changes}))
    return main(["rpc-flow", asked, "--format", "json", "--cache-dir", "", "--checkout", checkout])


@pytest.mark.parametrize("name", ANSWERED)
def test_a_strange_tree_is_answered(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes, messages = ANSWERED[name]
    assert ask(tmp_path, changes, ENTRY) == 0
    printed, complaints = capsys.readouterr()
    (flow,) = json.loads(printed)["answers"]
    assert (flow["entry"]["name"], len(flow["messages"]), complaints) == (ENTRY, messages, "")
    assert [message["method"] for message in flow["messages"] if message["endpoint"] is None] == (
        ["prep_resize"] if "not there" in name else []
    )


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_asked_is_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes, asked, said = REFUSED[name]
    with pytest.raises(SystemExit) as left:
        ask(tmp_path, changes, asked)
    assert left.value.code == 2
    assert capsys.readouterr() == ("", f"sphinxext-nova: {said}\n")
