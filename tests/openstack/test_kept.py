"""Answers are kept under what they came from, found without reading, and never for another code or content."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import Checkout, open_checkout
from sphinxext.nova.model import Answer, Kind, PeriodicTask, Problem, QuestionError, Source
from sphinxext.nova.openstack import kept as module
from sphinxext.nova.openstack.kept import kept
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.program import Program
from sphinxext.nova.store import Store
from tests.small_nova import make
from tests.small_tasks import FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Asked:
    """Asks a folder as a new process would, and says whether the answer had to be made."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder = folder
        self.store = store

    def __call__(self, *arguments: str) -> tuple[Answer[PeriodicTask], bool]:
        made = False

        def answer() -> Answer[PeriodicTask]:
            nonlocal made
            made = True
            return periodic_tasks(Program(checkout), *arguments, with_timers=True)

        checkout = open_checkout(str(self.folder))
        with Store(self.store) as store:
            return kept(store, checkout, "periodic-tasks", arguments, answer), made


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Give the question about a tree that nobody has touched for long, asked once."""
    folder = make(tmp_path / "nova", FILES)
    (folder / "nova" / "half.py").write_text("periodic_task = 1\ndef half(:\n")
    rest(folder)
    asked = Asked(folder, tmp_path / "store")
    assert asked()[1]
    return asked


def rest(folder: Path) -> None:
    """Let the tree look old: a file as young as this very moment may change again without a trace."""
    time.sleep(1.1)
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    time.sleep(1.1)


def test_what_is_kept_is_the_answer(asked: Asked) -> None:
    made = periodic_tasks(Program(open_checkout(str(asked.folder))), with_timers=True)
    assert [problem.kind for problem in made.problems] == [Kind.SYNTAX]
    assert asked() == (made, False)


def test_where_nothing_was_touched_nothing_is_read(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise AssertionError("a file is read")

    for name in ("read", "read_many", "digest", "state"):
        monkeypatch.setattr(Checkout, name, fail)
    assert not asked()[1]


@pytest.mark.parametrize(
    ("path", "text", "made"),
    [
        ("nova/virt/driver.py", "x = 1\n", False),
        ("nova/compute/manager.py", "x = 1\n", True),
        ("nova/new.py", "x = 1\n", False),
        ("nova/new.py", "periodic_task = 1\n", True),
        ("setup.cfg", "[metadata]\nname = nova\n", True),
    ],
)
def test_only_what_it_came_from_counts(asked: Asked, path: str, text: str, *, made: bool) -> None:
    (asked.folder / path).write_text(text)
    answer, again = asked()
    assert again is made
    assert answer == periodic_tasks(Program(open_checkout(str(asked.folder))), with_timers=True)


def test_a_copy_elsewhere_has_the_same_answer(asked: Asked, tmp_path: Path) -> None:
    copy = make(tmp_path / "copy", FILES)
    (copy / "nova" / "half.py").write_text("periodic_task = 1\ndef half(:\n")
    answer, made = Asked(copy, asked.store)()
    assert not made
    assert answer == asked()[0]


def test_two_trees_that_look_alike_from_outside(asked: Asked, tmp_path: Path) -> None:
    other = make(tmp_path / "other", {**FILES, "nova/compute/manager.py": FILES["nova/compute/manager.py"].upper()})
    (other / "nova" / "half.py").write_text("periodic_task = 1\ndef half(:\n")
    rest(other)
    assert Asked(other, asked.store)()[1]


def test_other_arguments_and_other_code(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked("nova-compute")[1]
    assert not asked("nova-compute")[1]
    monkeypatch.setattr(module, "_code", lambda: "other")
    assert asked()[1]


def test_a_file_as_young_as_now_may_change_without_a_trace(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova", FILES)
    assert open_checkout(str(folder)).mark() is None
    rest(folder)
    assert open_checkout(str(folder)).mark() is not None


def test_what_cannot_be_asked_is_not_kept(asked: Asked) -> None:
    for _ in range(2):
        with pytest.raises(QuestionError):
            asked("nova-nothing")


def test_without_a_store_it_is_made(asked: Asked) -> None:
    answer = Answer((), (Problem(Kind.NAME, "x"),), frozenset({Source("file", "y")}))
    calls: list[Callable[[], object]] = []

    def make_it() -> Answer[PeriodicTask]:
        calls.append(make_it)
        return answer

    checkout = open_checkout(str(asked.folder))
    assert kept(None, checkout, "x", (), make_it) is kept(None, checkout, "x", (), make_it)
    assert len(calls) == 2


def test_of_a_whole_folder_no_part_is_looked_at_by_itself(tmp_path: Path) -> None:
    looked: list[Source] = []

    def state(source: Source) -> str | None:
        looked.append(source)
        return None

    whole, beside, ref = Source("tree", "nova/conf"), Source("file", "nova/configuration.py"), Source("ref", "")
    parts = {
        Source("tree", "nova/conf/api"),
        Source("file", "nova/conf/base.py"),
        Source("names", "nova/conf"),
        Source("mentions", "nova/conf", ("'host'",)),
    }
    answer: Answer[PeriodicTask] = Answer((), (), frozenset({whole, beside, ref, *parts}))
    with Store(tmp_path / "store") as store:
        kept(store, open_checkout(str(make(tmp_path / "nova", FILES))), "q", (), lambda: answer, state=state)
    assert set(looked) == {whole, beside, ref}
