"""``sphinxext-nova services``: the whole answer, kept or not, and one line for what cannot be asked."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.openstack.services import services
from sphinxext.nova.program import Program
from tests.small_nova import make
from tests.small_services import FILES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nova(tmp_path: Path) -> str:
    return str(make(tmp_path / "nova", FILES))


@pytest.mark.parametrize("more", [[], ["--with", "start"]])
@pytest.mark.parametrize("cache", ["", "cache"])
def test_json_is_the_whole_answer(
    nova: str, tmp_path: Path, cache: str, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / cache) if cache else ""
    answer = services(Program(open_checkout(nova)), with_start=bool(more))
    for _ in range(2):
        assert main(["services", *more, "--format", "json", "--cache-dir", folder, "--checkout", nova]) == 0
        printed, complaints = capsys.readouterr()
        assert json.loads(printed) == {
            "version": 1,
            "checkout": {"path": nova, "ref": "2013.2", "release": "2013.2"},
            "answers": json.loads(json.dumps([asdict(row) for row in answer.rows])),
            "problems": [],
        }
        of_answers = [line.strip().removesuffix(",") for line in printed.splitlines() if line.startswith("    ")]
        assert list(map(json.loads, of_answers)) == json.loads(printed)["answers"]
        assert complaints == ""


def test_a_table_and_the_steps(nova: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["services", "nova-compute", "--cache-dir", "", "--checkout", nova]) == 0
    assert capsys.readouterr().out == (
        "Command       Kind         Topics   Manager         Further endpoints  Database\n"
        "------------  -----------  -------  --------------  -----------------  ----------------------\n"
        "nova-compute  one process  compute  ComputeManager  BaseRPCAPI         through nova-conductor\n"
    )
    assert main(["services", "nova-novncproxy", "--with", "start", "--cache-dir", "", "--checkout", nova]) == 0
    assert [line.split("  ")[0:1] + line.split()[1:] for line in capsys.readouterr().out.splitlines()[2:]] == [
        ["nova-novncproxy", "starts", "at", "nova.cmd.novncproxy:main", "nova/cmd/novncproxy.py:4"],
        [
            "nova-novncproxy",
            "makes",
            "the",
            "proxy",
            "nova.console.websocketproxy.NovaWebSocketProxy",
            "nova/console/websocketproxy.py:1",
        ],
    ]


def test_what_cannot_be_asked_is_one_line(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["services", "nova-komputer", "--cache-dir", "", "--checkout", nova])
    assert left.value.code == 2
    printed, complaints = capsys.readouterr()
    assert printed == ""
    assert complaints == (
        "sphinxext-nova: no service or command nova-komputer in nova 2013.2;"
        " near matches: nova-compute, nova-conductor, nova-gone\n"
    )
