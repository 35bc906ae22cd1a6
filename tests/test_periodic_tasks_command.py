"""``sphinxext-nova periodic-tasks``: the whole answer, kept or not, and one line for what cannot be asked."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.program import Program
from tests.small_nova import make
from tests.small_tasks import FILES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nova(tmp_path: Path) -> str:
    return str(make(tmp_path / "nova", FILES))


@pytest.mark.parametrize("cache", ["", "cache"])
def test_json_is_the_whole_answer(nova: str, tmp_path: Path, cache: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / cache) if cache else ""
    answer = periodic_tasks(Program(open_checkout(nova)), "nova-compute", with_timers=True)
    for _ in range(2):
        asked = ["periodic-tasks", "nova-compute", "--with", "timers", "--format", "json", "--cache-dir", folder]
        assert main([*asked, "--checkout", nova]) == 0
        printed, complaints = capsys.readouterr()
        assert json.loads(printed) == {
            "version": 1,
            "checkout": {"path": nova, "ref": "2013.2", "release": "2013.2"},
            "answers": json.loads(json.dumps([asdict(row) for row in answer.rows])),
            "problems": [],
        }
        assert complaints == ""


def test_fields_that_need_the_walk(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["periodic-tasks", "nova-compute", "--with", "timers, talks_to", "--format", "json", "--cache-dir", ""]
    assert main([*asked, "--checkout", nova]) == 0
    found = json.loads(capsys.readouterr().out)["answers"]
    assert [(row["task"], row["talks_to"]) for row in found] == [
        ("_sync", []),
        ("_reclaim", []),
        ("_clean", []),
        ("_publish", []),
        ("periodic_tasks", []),
    ]


def test_a_table(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["periodic-tasks", "nova-scheduler", "--cache-dir", "", "--checkout", nova]) == 0
    assert capsys.readouterr().out == (
        "Task      How often\n"
        "--------  ---------------------------------------------\n"
        "_publish  at each pass of the loop, every minute (60 s)\n"
    )


def test_what_cannot_be_asked_is_one_line(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["periodic-tasks", "nova-komputer", "--cache-dir", "", "--checkout", nova])
    assert left.value.code == 2
    printed, complaints = capsys.readouterr()
    assert printed == ""
    assert complaints == (
        "sphinxext-nova: no service or manager nova-komputer in nova 2013.2; near matches: nova-compute, compute\n"
    )


def test_a_field_that_there_is_not(nova: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["periodic-tasks", "--with", "timers,cost", "--checkout", nova])
    assert left.value.code == 2
    assert capsys.readouterr().err == (
        "sphinxext-nova periodic-tasks: argument --with: does not know 'cost', only timers, talks_to\n"
    )
