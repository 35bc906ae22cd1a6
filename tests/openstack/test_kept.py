"""Answers are kept under what they came from, found without reading, and never for another code or content."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from sphinxext.nova.checkout import MAX_BYTES, Checkout, open_checkout
from sphinxext.nova.model import Answer, Kind, PeriodicTask, Problem, QuestionError, Source
from sphinxext.nova.openstack import kept as module
from sphinxext.nova.openstack import mentions
from sphinxext.nova.openstack.kept import kept
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.program import Program
from sphinxext.nova.store import Store
from tests.checkout.repositories import git, start
from tests.checkout.test_changes import forge
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


# --- what could not be read, or was changed meanwhile

MANAGER = "nova/compute/manager.py"
OTHER = FILES[MANAGER].replace("def _sync", "def _other")


def ask(spec: str, store: Path, meanwhile: Callable[[], object] = lambda: None) -> tuple[Answer[PeriodicTask], bool]:
    """Ask as a new process would, and do something after the answer was made and before it is kept."""
    made = False

    def answer() -> Answer[PeriodicTask]:
        nonlocal made
        made = True
        found = periodic_tasks(Program(checkout), with_timers=True)
        meanwhile()
        return found

    checkout = open_checkout(spec)
    with Store(store) as opened:
        return kept(opened, checkout, "periodic-tasks", (), answer), made


def fresh(spec: str) -> Answer[PeriodicTask]:
    return periodic_tasks(Program(open_checkout(spec)), with_timers=True)


@pytest.mark.parametrize("is_repository", [True, False])
def test_an_answer_during_which_a_file_is_changed_is_not_kept(tmp_path: Path, *, is_repository: bool) -> None:
    folder, store = make(tmp_path / "nova", FILES), tmp_path / "store"
    if is_repository:
        start(folder)
    rest(folder)
    answer, _made = ask(str(folder), store, lambda: (folder / MANAGER).write_text(OTHER))
    assert Problem(Kind.CHANGED, "changed while it was read", MANAGER) in answer.problems
    for text in (OTHER, FILES[MANAGER]):
        (folder / MANAGER).write_text(text)
        assert ask(str(folder), store) == (fresh(str(folder)), True)


def test_a_file_that_is_only_looked_through_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word is looked for in all files, and those that cannot be read are left out."""
    folder, store = make(tmp_path / "nova", FILES), tmp_path / "store"
    rest(folder)
    really = mentions.mentioning

    def changed(checkout: Checkout, *arguments: Any) -> list[str]:
        (folder / MANAGER).write_text(OTHER)
        return really(checkout, *arguments)

    with monkeypatch.context() as patch:
        for module_ in [found for name, found in sys.modules.items() if name.startswith("sphinxext.nova")]:
            if getattr(module_, "mentioning", None) is really:
                patch.setattr(module_, "mentioning", changed)
        answer, _made = ask(str(folder), store)
    assert [found for found in answer.problems if found.kind is Kind.CHANGED]
    assert ask(str(folder), store) == (fresh(str(folder)), True)


def objects(folder: Path, path: str) -> Path:
    oid = git(folder, "rev-parse", f"HEAD:{path}")
    return folder / ".git/objects" / oid[:2] / oid[2:]


def test_half_an_answer_does_not_stay(tmp_path: Path) -> None:
    folder, store = start(make(tmp_path / "nova", FILES)), tmp_path / "store"
    file = objects(folder, MANAGER)
    away = file.rename(tmp_path / "away")
    for _ in range(2):
        answer, made = ask(f"{folder}@HEAD", store)
        assert made
        assert [found.file for found in answer.problems] == [MANAGER]
    away.rename(file)
    whole = fresh(f"{folder}@HEAD")
    assert ask(f"{folder}@HEAD", store) == (whole, True)
    assert ask(f"{folder}@HEAD", store) == (whole, False)
    assert len(whole.rows) > len(answer.rows)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_be_read_again(tmp_path: Path) -> None:
    folder, store = make(tmp_path / "nova", FILES), tmp_path / "store"
    (folder / MANAGER).chmod(0)
    assert ask(str(folder), store)[1]
    (folder / MANAGER).chmod(0o644)
    assert ask(str(folder), store) == (fresh(str(folder)), True)


@pytest.mark.parametrize("lie", [b"forged = 1\n", b"x" * (MAX_BYTES + 1)], ids=["small", "huge"])
def test_a_forged_repository_does_not_answer_for_an_honest_one(tmp_path: Path, lie: bytes) -> None:
    forged, honest = start(make(tmp_path / "forged", FILES)), start(make(tmp_path / "honest", FILES))
    assert git(forged, "rev-parse", "HEAD") == git(honest, "rev-parse", "HEAD")
    forge(forged, git(forged, "rev-parse", f"HEAD:{MANAGER}"), lie)
    store = tmp_path / "store"
    answer, made = ask(f"{forged}@HEAD", store)
    assert made
    assert [found.file for found in answer.problems] == [MANAGER]
    for spec in (f"{honest}@HEAD", str(honest)):
        assert ask(spec, store)[0] == fresh(spec)
    shutil.rmtree(forged)
    honest.rename(forged)
    assert ask(f"{forged}@HEAD", store)[0] == fresh(f"{forged}@HEAD")


def test_a_forged_folder_does_not_answer_for_the_honest_one_in_its_place(tmp_path: Path) -> None:
    folder, store = start(make(tmp_path / "nova", FILES)), tmp_path / "store"
    tree = git(folder, "rev-parse", "HEAD:nova/compute")
    listed = git(folder, "ls-tree", "HEAD:nova/compute").splitlines()
    file = folder / ".git/objects" / tree[:2] / tree[2:]
    honest = file.read_bytes()
    rest_ = [line.split(None, 3) for line in listed if not line.endswith("manager.py")]
    forge(
        folder,
        tree,
        b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid) for mode, _kind, oid, name in rest_),
        "tree",
    )
    answer, _made = ask(f"{folder}@HEAD", store)
    file.unlink()
    file.write_bytes(honest)
    assert ask(f"{folder}@HEAD", store) == (fresh(f"{folder}@HEAD"), True)
    assert fresh(f"{folder}@HEAD") != answer
