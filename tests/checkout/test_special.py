"""What is no file in a repository is noticed before git waits for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import _git, look_at_checkout, open_checkout
from sphinxext.nova.checkout._special import Scope, special_file
from sphinxext.nova.model import CheckoutError, Kind
from tests.checkout.repositories import git, start
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    return start(make(tmp_path / "nova"))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the commands that are started from now on."""
    commands: list[list[str]] = []
    popen = subprocess.Popen

    def start_one(command: list[str], **more: object) -> subprocess.Popen[bytes]:
        commands.append(command)
        return popen(command, **more)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start_one)
    return commands


def replace_with_pipe(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


PLACES = (
    *(".git", ".git/config", ".git/HEAD", ".git/index", ".git/packed-refs", ".git/info/exclude", ".git/objects"),
    *(".git/refs", ".git/refs/heads/main", ".git/info", ".git/shallow", ".git/commondir", ".git/config.worktree"),
    *(".git/objects/pack", ".git/objects/pack/pack-1.idx", ".git/objects/info/alternates", ".git/sharedindex.1"),
    *(".git/objects/info/commit-graph", ".git/reftable/tables.list", ".git/refs/tags/a/b/c"),
)


@pytest.mark.parametrize("place", PLACES)
def test_a_pipe_in_a_working_folder(nova: Path, started: list[list[str]], place: str) -> None:
    replace_with_pipe(nova / place)
    checkout = open_checkout("nova", base=nova.parent)

    assert not started
    (problem,) = checkout.problems
    message = (
        f"git cannot read 'nova': {place} is no regular file (a pipe, a socket or a device); until then its files have"
        " no links to their lines"
    )
    assert (problem.kind, problem.message) == (Kind.GIT, message)
    assert (checkout.exists("nova/service.py"), checkout.commit, checkout.ref) == (True, None, None)


@pytest.mark.parametrize("place", PLACES)
def test_a_pipe_in_the_repository_of_a_revision(nova: Path, started: list[list[str]], place: str) -> None:
    replace_with_pipe(nova / place)
    with pytest.raises(CheckoutError, match="is no regular file") as raised:
        open_checkout("nova@HEAD", base=nova.parent)
    assert (raised.value.kind, started) == (Kind.GIT, [])


@pytest.mark.parametrize("place", ["config", "packed-refs", "objects/pack/x.pack", "refs/heads/main"])
def test_a_pipe_in_a_bare_repository(nova: Path, started: list[list[str]], place: str) -> None:
    replace_with_pipe(nova / ".git" / place)
    (nova / ".git").rename(nova.parent / "bare")
    with pytest.raises(CheckoutError, match=f"'bare': {place} is no regular file"):
        open_checkout("bare@main", base=nova.parent)
    assert not started


@pytest.mark.parametrize("place", ["config", "packed-refs", "refs/heads/main"])
def test_a_pipe_in_a_bare_repository_that_has_a_folder_of_the_name_git(
    nova: Path, started: list[list[str]], place: str
) -> None:
    replace_with_pipe(nova / ".git" / place)
    (nova / ".git").rename(nova.parent / "bare")
    (nova.parent / "bare" / ".git").mkdir()
    with pytest.raises(CheckoutError, match=f"'bare': {place} is no regular file"):
        open_checkout("bare@main", base=nova.parent)
    assert not started


def test_a_socket_and_a_link_to_a_device(nova: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(nova)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(".git/shallow")
    assert special_file(str(nova), Scope.REPOSITORY) == ".git/shallow"
    (nova / ".git/shallow").unlink()
    (nova / ".git/packed-refs").symlink_to("/dev/zero")
    assert special_file(str(nova), Scope.REPOSITORY) == ".git/packed-refs"
    assert not started


def test_a_pipe_in_the_repository_of_a_worktree(nova: Path, started: list[list[str]]) -> None:
    git(nova, "worktree", "add", "-q", "../other")
    os.mkfifo(nova / ".git/shallow")
    started.clear()
    (problem,) = open_checkout("other", base=nova.parent).problems
    assert (problem.kind, "/shallow is no regular file" in problem.message) == (Kind.GIT, True)
    assert str(nova.parent) not in problem.message
    assert not started


@pytest.mark.parametrize(
    "text",
    [
        "[include]\n\tpath = ../endless\n",
        '[core]\n\texcludesFile = "../endless"\n',
        "[core]\nattributesfile=../endless",
    ],
)
def test_a_pipe_that_the_configuration_names(nova: Path, started: list[list[str]], text: str) -> None:
    os.mkfifo(nova / "endless")
    with (nova / ".git/config").open("a") as config:
        config.write(text)
    assert [problem.kind for problem in open_checkout("nova", base=nova.parent).problems] == [Kind.GIT, Kind.SPECIAL]
    assert not started


def test_a_pipe_among_the_objects_that_are_borrowed(nova: Path, started: list[list[str]]) -> None:
    (nova / ".git/objects/info/alternates").write_text("../../../elsewhere\n")
    (nova.parent / "elsewhere/pack").mkdir(parents=True)
    os.mkfifo(nova.parent / "elsewhere/pack/pack-1.pack")
    assert [problem.kind for problem in open_checkout("nova", base=nova.parent).problems] == [Kind.GIT]
    assert not started


def test_a_pipe_in_place_of_an_object(nova: Path) -> None:
    oid = git(nova, "rev-parse", "HEAD:nova/service.py")
    replace_with_pipe(nova / ".git/objects" / oid[:2] / oid[2:])
    assert special_file(str(nova), Scope.REPOSITORY) is None
    assert special_file(str(nova), Scope.OBJECTS) == f".git/objects/{oid[:2]}/{oid[2:]}"
    with pytest.raises(CheckoutError, match="is no regular file"):
        open_checkout("nova@HEAD", base=nova.parent)


@pytest.mark.parametrize("place", [".gitignore", "nova/virt/.gitignore"])
def test_a_pipe_in_place_of_what_git_ignores(
    nova: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(_git, "_PATIENCE", 0.05)
    os.mkfifo(nova / place)
    problems = open_checkout("nova", base=nova.parent).problems
    assert [problem.kind for problem in problems] == [Kind.GIT, Kind.SPECIAL]
    assert f"{place} is no regular file" in problems[0].message
    assert [command[-4] for command in started if "ls-files" in command] == ["-c"]


def test_git_that_takes_too_long_is_not_asked_again(
    nova: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_git, "_PATIENCE", 0.05)
    monkeypatch.setattr(_git, "TIMEOUT", 0.2)
    os.mkfifo(nova / ".git/hooks/endless")
    (nova / ".git/inner").write_text("[include]\n\tpath = hooks/endless\n")  # what is included is not looked through
    with (nova / ".git/config").open("a") as config:
        config.write("[include]\n\tpath = inner\n")
    (problem,) = open_checkout("nova", base=nova.parent).problems
    assert problem.message.startswith("git cannot read 'nova': git took longer than 0 seconds")
    assert len(started) == 1


def test_a_look_notices_it_each_time(nova: Path, started: list[list[str]]) -> None:
    look = look_at_checkout("nova", base=nova.parent)
    remembered = look.remember()
    started.clear()
    replace_with_pipe(nova / ".git/index")
    checkout = look_at_checkout("nova", base=nova.parent, remembered=remembered).open()
    assert [problem.kind for problem in checkout.problems] == [Kind.GIT]
    assert not started


def test_an_ordinary_repository_has_nothing_special(nova: Path, tmp_path: Path) -> None:
    git(nova, "gc", "-q")
    (nova / ".git/dangling").symlink_to("nowhere")
    (nova / ".git/round").symlink_to(".")
    (nova / ".git/refs/round").symlink_to("..")
    deep = nova / ".git/refs" / "/".join("d" * 300)
    deep.mkdir(parents=True)
    assert [special_file(str(nova), scope) for scope in Scope] == [None, None, None]
    assert special_file(str(tmp_path), Scope.FOLDER) is None
    assert special_file(str(tmp_path / "nowhere"), Scope.FOLDER) is None
