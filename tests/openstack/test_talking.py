"""Whom periodic tasks talk to: in a small tree, and in real releases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.talking import talking_tasks
from sphinxext.nova.program import Program
from tests.conftest import ROOT
from tests.small_nova import make
from tests.small_tasks import FILES, TALKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Program:
    return Program(open_checkout(str(make(tmp_path, {**FILES, **TALKING}))))


def test_messages_the_database_and_what_is_outside_but_not_what_the_receiver_does(small: Program) -> None:
    answer = talking_tasks(small, with_timers=True)
    assert [(row.task, row.talks_to) for row in answer.rows] == [
        ("_poll", ("scheduler.sync", "database", "nova.virt.driver", "nova.volume.cinder")),
        ("_publish", ()),
        ("periodic_tasks", ()),
    ]
    assert answer.problems == ()


def test_all_else_is_the_answer_without_it(small: Program) -> None:
    plain, talking = periodic_tasks(small, "nova-compute"), talking_tasks(small, "nova-compute")
    assert tuple(replace(row, talks_to=None) for row in talking.rows) == plain.rows
    assert all(row.talks_to is None for row in plain.rows)
    assert plain.sources <= talking.sources
    assert "nova/scheduler/rpcapi.py" in {source.path for source in talking.sources - plain.sources}


def test_a_timer_whose_function_is_not_known_says_nothing(tmp_path: Path) -> None:
    service = FILES["nova/service.py"].replace("self.periodic_tasks)", "self.model.report)")
    program = Program(open_checkout(str(make(tmp_path, {**FILES, "nova/service.py": service}))))
    rows = talking_tasks(program, "nova-scheduler", with_timers=True).rows
    assert [(row.form, row.talks_to) for row in rows] == [("decorator", ()), ("timer", None)]


def test_what_cannot_be_asked(small: Program) -> None:
    with pytest.raises(QuestionError, match="no service or manager nova-komputer in nova"):
        talking_tasks(small, "nova-komputer")


@pytest.mark.release
@pytest.mark.parametrize("release_of", ["15.1.5", "34.0.0"])
def test_whom_the_tasks_of_a_release_talk_to(release: Callable[[str], Path], release_of: str) -> None:
    expected = json.loads((ROOT / "tests" / "expected" / release_of / "talks_to.json").read_text())
    rows = talking_tasks(Program(open_checkout(release(f"nova-{release_of}")))).rows
    assert {f"{row.manager}.{row.task}": list(row.talks_to or ()) for row in rows} == expected
