"""What a look leaves behind: used where nothing has changed, and nowhere else."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import Remembered, _look, look_at_checkout, open_checkout
from tests.checkout.repositories import commit, git, start
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Look a minute later: everything has been there for a while."""
    with monkeypatch.context() as patch:
        patch.setattr(_look, "time", SimpleNamespace(time_ns=lambda: time.time_ns() + 60 * 10**9))
        yield patch


@pytest.fixture(params=["copied", "git"])
def nova(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = make(tmp_path / "nova", {".gitignore": "*.log\n/build/\n", "build/made.py": "", "nova/empty/x.log": ""})
    (folder / "nova/empty/x.log").unlink()
    (folder / "nova/link.py").symlink_to("service.py")
    if request.param == "git":
        start(folder)
    return folder


def remembered(folder: Path) -> Remembered:
    """Return what a look leaves behind, as it comes out of the file in which it was kept."""
    left = look_at_checkout(str(folder)).remember()
    assert left is not None
    return Remembered(*json.loads(json.dumps(left)))


@pytest.fixture
def fully(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record when a folder is looked at without the help of an earlier look."""
    done: list[str] = []
    for name in ("look_below", "_names_in_git"):
        really: Callable[..., object] = getattr(_look, name)

        def record(*arguments: object, name: str = name, really: Callable[..., object] = really) -> object:
            done.append(name)
            return really(*arguments)

        monkeypatch.setattr(_look, name, record)
    return done


def test_nothing_changed(nova: Path, fully: list[str]) -> None:
    first = look_at_checkout(str(nova))
    left = remembered(nova)
    fully.clear()
    again = look_at_checkout(str(nova), remembered=left)
    assert fully == []
    assert again.stamp == first.stamp
    opened, plain = again.open(), open_checkout(str(nova))
    assert (opened.paths, opened.problems, opened.commit) == (plain.paths, plain.problems, plain.commit)
    assert {path: opened.digest(path) for path in opened.paths} == {path: plain.digest(path) for path in plain.paths}


def a_file(nova: Path) -> None:
    (nova / "nova/service.py").write_text("x = 1\n")


def a_new_file(nova: Path) -> None:
    (nova / "nova/new.py").touch()


def a_new_file_in_an_empty_folder(nova: Path) -> None:
    (nova / "nova/empty/new.py").touch()


def a_file_that_is_gone(nova: Path) -> None:
    (nova / "nova/service.py").unlink()


def a_link(nova: Path) -> None:
    (nova / "nova/link.py").unlink()
    (nova / "nova/link.py").symlink_to("utils.py")


def a_folder_that_is_a_link_now(nova: Path) -> None:
    (nova / "nova/virt").rename(nova.parent / "virt")
    (nova / "nova/virt").symlink_to(nova.parent / "virt")


def a_repository(nova: Path) -> None:
    if (nova / ".git").exists():
        (nova / ".git").rename(nova.parent / "away")
    else:
        start(nova)


CHANGES = (
    a_file,
    a_new_file,
    a_new_file_in_an_empty_folder,
    a_file_that_is_gone,
    a_link,
    a_folder_that_is_a_link_now,
    a_repository,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_something_changed(nova: Path, change: Callable[[Path], None]) -> None:
    left = remembered(nova)
    change(nova)
    look = look_at_checkout(str(nova), remembered=left)
    assert look.stamp != left.stamp
    assert look.stamp == look_at_checkout(str(nova)).stamp
    assert look.open().paths == open_checkout(str(nova)).paths


@pytest.mark.parametrize("nova", ["git"], indirect=True)
def test_a_commit(nova: Path) -> None:
    left = remembered(nova)
    git(nova, "commit", "-q", "--allow-empty", "-m", "Nothing")
    look = look_at_checkout(str(nova), remembered=left)
    assert look.stamp != left.stamp
    assert look.open().commit == git(nova, "rev-parse", "HEAD")


@pytest.mark.parametrize("nova", ["git"], indirect=True)
@pytest.mark.parametrize(
    "ignoring", [".git/info/exclude", "nova/.gitignore", "ignored", "home/git/ignore", "included", "worktree"]
)
def test_what_git_ignores(nova: Path, ignoring: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the repository, in files that its configuration names, and where git looks by itself."""
    home = nova.parent / "home"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    exclude = nova / ignoring if "/." in f"/{ignoring}" else nova.parent / ignoring
    ignored = "mine.py\n.gitignore\n"
    if ignoring == "ignored":
        git(nova, "config", "core.excludesFile", str(exclude))
    elif ignoring in {"included", "worktree"}:
        (nova.parent / "ignored").write_text(ignored)
        ignored = f"[core]\nexcludesFile = {nova.parent}/ignored\n"
    if ignoring == "included":
        git(nova, "config", "include.path", str(exclude))
    elif ignoring == "worktree":
        git(nova, "config", "extensions.worktreeConfig", "true")
        exclude = nova / ".git/config.worktree"
    (nova / "nova/mine.py").touch()
    exclude.parent.mkdir(parents=True, exist_ok=True)
    exclude.write_text(ignored)
    left = remembered(nova)
    assert "nova/mine.py" not in left.paths

    exclude.write_text("")
    look = look_at_checkout(str(nova), remembered=left)
    assert "nova/mine.py" in look.open().paths


@pytest.mark.parametrize("nova", ["git"], indirect=True)
def test_an_ignored_file_is_added(nova: Path) -> None:
    left = remembered(nova)
    git(nova, "add", "-f", "build/made.py")
    assert "build/made.py" in look_at_checkout(str(nova), remembered=left).open().paths


def test_nothing_young_is_relied_on(nova: Path, later: pytest.MonkeyPatch) -> None:
    """Nor what a program that unpacks or copies files has given an old time."""
    assert look_at_checkout(str(nova)).remember() is not None
    later.undo()
    assert look_at_checkout(str(nova)).remember() is None
    for folder, names, files in os.walk(nova):
        for name in (".", *names, *files):
            os.utime(Path(folder, name), (1_400_000_000, 1_400_000_000), follow_symlinks=False)
    assert look_at_checkout(str(nova)).remember() is None


def test_problems_are_looked_for_again(nova: Path) -> None:
    os.mkfifo(nova / "nova/pipe")
    (nova / os.fsdecode(b"nova/\xff.py")).touch()
    assert look_at_checkout(str(nova)).remember() is None


def test_a_revision_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = start(make(tmp_path / "nova"))
    commit(folder)
    assert look_at_checkout(f"{folder}@main").remember() is None


def test_too_many_folders(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sphinxext.nova.checkout._remembered._MOST_FOLDERS", 3)
    assert look_at_checkout(str(nova)).remember() is None


def test_what_the_folder_lacks(tmp_path: Path, fully: list[str]) -> None:
    folder = start(make(tmp_path / "nova"))
    (folder / "nova/service.py").unlink()
    first = look_at_checkout(str(folder))
    left = remembered(folder)
    fully.clear()
    again = look_at_checkout(str(folder), remembered=left)
    assert fully == []
    assert again.stamp == first.stamp
    assert again.open().absent == open_checkout(str(folder)).absent == frozenset({"nova/service.py"})
