"""Nothing that a repository's configuration names is run, whatever is asked of the checkout."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import Unreadable, _git, open_checkout, source_uri_template
from sphinxext.nova.model import CheckoutError, Kind, Source
from tests.checkout.repositories import commit, git, start
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sphinxext.nova.checkout import Checkout

HOOKS = (
    *("applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout", "post-commit"),
    *(
        "post-index-change",
        "post-merge",
        "post-receive",
        "post-rewrite",
        "post-update",
        "pre-applypatch",
        "pre-auto-gc",
    ),
    *("pre-commit", "pre-merge-commit", "pre-push", "pre-rebase", "pre-receive", "prepare-commit-msg", "update"),
    *("reference-transaction", "sendemail-validate"),
)
LOST = "nova/virt/driver.py"


@pytest.fixture
def markers(tmp_path: Path) -> Path:
    folder = tmp_path / "markers"
    folder.mkdir()
    return folder


@pytest.fixture
def hostile(tmp_path: Path, markers: Path) -> Path:
    """Make a repository all of whose settings that name a program name one that leaves a marker."""
    program = tmp_path / "planted"
    program.write_text(f'#!/bin/sh\n: > "{markers}/$1"\n[ "$1" = clean ] && cat\nexit 0\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)

    attributes = "* filter=planted diff=planted merge=planted text=auto\n"
    folder = start(make(tmp_path / "hostile", {".gitattributes": attributes}))
    git(folder, "tag", "2013.2")
    lost = git(folder, "rev-parse", f"HEAD:{LOST}")
    commit(make(folder, {"nova/virt/driver.py": "class ComputeDriver(object):\n    pass\n"}))
    git(folder, "update-ref", "refs/heads/old", "HEAD~1")
    (folder / ".git/objects" / lost[:2] / lost[2:]).unlink()

    hooks = folder / ".git/hooks"
    for hook in HOOKS:
        (hooks / hook).write_text(f"#!/bin/sh\nexec {program} hook-{hook}\n")
        (hooks / hook).chmod(0o755)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text(attributes)
    (folder / ".git/included").write_text(f"[core]\n\tfsmonitor = {program} fsmonitor\n")
    with (folder / ".git/config").open("a") as config:
        config.write(f"""
[include]
    path = included
[core]
    hooksPath = {hooks}
    pager = {program} pager
    sshCommand = {program} ssh
    gitProxy = {program} proxy
    askPass = {program}
    editor = {program} editor
    alternateRefsCommand = {program} alternates
    untrackedCache = true
    repositoryFormatVersion = 1
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{program} fetch
    promisor = true
    uploadpack = {program} uploadpack
    receivepack = {program} receivepack
    fetch = +refs/heads/*:refs/remotes/origin/*
[protocol]
    allow = always
[protocol "ext"]
    allow = always
[credential]
    helper = !{program} credential
[diff]
    external = {program} external
[diff "planted"]
    textconv = {program} textconv
    command = {program} command
[merge "planted"]
    driver = {program} merge
[filter "planted"]
    clean = {program} clean
    smudge = {program} smudge
    required = true
[gpg]
    program = {program}
[log]
    showSignature = true
[pager]
    ls-files = {program} pager-ls-files
    tag = {program} pager-tag
[alias]
    ls-files = !{program} alias
    cat-file = !{program} alias
    evil = !{program} alias
[uploadpack]
    packObjectsHook = {program} pack
[gc]
    auto = 1
    recentObjectsHook = {program} recent
""")
    # Not what the index says, and as young as the index: whoever compares has to look inside.
    (folder / "nova/service.py").write_text("changed = 1\n")
    (folder / "nova/untracked.py").write_text("new = 1\n")
    index = (folder / ".git/index").stat()
    os.utime(folder / "nova/manager.py", ns=(index.st_mtime_ns, index.st_mtime_ns))
    for marker in markers.iterdir():
        marker.unlink()
    return folder


def ask_everything(checkout: Checkout) -> None:
    template = source_uri_template("opendev")
    for path in (*checkout.paths, *checkout.folders(), "", "nova/absent.py", LOST):
        checkout.exists(path)
        checkout.is_folder(path)
        checkout.below(path)
        checkout.digest(path)
        checkout.modified(path)
        checkout.link(path, 1, 2, template=template)
        for kind in ("file", "tree", "names"):
            checkout.state(Source(kind, path))
        for ask in (checkout.size, checkout.read, checkout.text):
            with suppress(Unreadable):
                ask(path)
    assert len(list(checkout.read_many(checkout.paths))) == len(checkout.paths)
    assert checkout.release == "2013.2"
    assert checkout.ref == checkout.commit
    assert checkout.stamp()
    checkout.look.remember()


@pytest.mark.parametrize("revision", ["", "@HEAD", "@2013.2", "@old"])
def test_nothing_planted_runs(hostile: Path, markers: Path, revision: str) -> None:
    index = (hostile / ".git/index").read_bytes()

    ask_everything(open_checkout(f"{hostile}{revision}"))

    assert sorted(marker.name for marker in markers.iterdir()) == []
    assert (hostile / ".git/index").read_bytes() == index


@pytest.mark.parametrize("revision", ["nosuch", "2013", "--upload-pack=x", "HEAD:nova", "origin/main", "@{u}"])
def test_nothing_planted_runs_where_there_is_no_such_revision(hostile: Path, markers: Path, revision: str) -> None:
    with pytest.raises(CheckoutError, match=r"has no revision") as caught:
        open_checkout(f"{hostile}@{revision}")

    assert caught.value.kind is Kind.REVISION
    assert sorted(marker.name for marker in markers.iterdir()) == []


def test_a_lost_object_is_a_problem_of_its_file(hostile: Path) -> None:
    checkout = open_checkout(f"{hostile}@old")

    with pytest.raises(Unreadable) as caught:
        checkout.read(LOST)
    many = dict(checkout.read_many(checkout.paths))

    assert many.pop(LOST) == caught.value.problem
    assert (caught.value.problem.kind, caught.value.problem.file) == (Kind.UNREADABLE, LOST)
    assert caught.value.problem.message == "its object is missing (a partial clone)"
    assert all(isinstance(data, bytes) for data in many.values())
    assert checkout.read("nova/manager.py") == b"class Manager(object):\n    pass\n"


def plain_status(folder: Path) -> None:
    git(folder, "status", check=False)


def plain_diff(folder: Path) -> None:
    git(folder, "diff", check=False)


def plain_checkout(folder: Path) -> None:
    git(folder, "checkout", "--", "nova/service.py", check=False)


def plain_lazy_fetch(folder: Path) -> None:
    git(folder, "cat-file", "-p", f"old:{LOST}", check=False)


def ours_without_settings(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_git, "_SETTINGS", ())
        ask_everything(open_checkout(str(folder)))


def ours_without_environment(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_git, "_SETTINGS", ())
        patch.setattr(_git, "_ENVIRONMENT", {})
        _git.Git(str(folder)).start("cat-file", "-p", f"old:{LOST}").communicate()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (plain_status, {"clean", "fsmonitor"}),
        (plain_diff, {"command"}),
        (plain_checkout, {"hook-post-checkout", "hook-post-index-change", "smudge"}),
        (plain_lazy_fetch, {"fetch"}),
        (ours_without_settings, {"fsmonitor"}),
        (ours_without_environment, {"fetch"}),
    ],
)
def test_what_is_planted_does_run_where_nothing_keeps_it(
    hostile: Path,
    markers: Path,
    command: Callable[[Path], None],
    expected: set[str],
) -> None:
    command(hostile)

    assert expected <= {marker.name for marker in markers.iterdir()}


def test_the_environment_does_not_choose_another_repository(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    markers: Path,
) -> None:
    mine = start(make(tmp_path / "mine"))
    other = start(make(tmp_path / "other", {"nova/other.py": ""}))
    head = git(mine, "rev-parse", "HEAD")
    trace = markers / "trace"
    for name, value in {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git/index",
        "GIT_OBJECT_DIRECTORY": other / ".git/objects",
        "GIT_CONFIG": other / ".git/config",
        "GIT_TRACE": trace,
        "GIT_TRACE2": trace,
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_CONFIG_PARAMETERS": "'core.bare=true'",
    }.items():
        monkeypatch.setenv(name, str(value))

    folder, revision = open_checkout(str(mine)), open_checkout(f"{mine}@HEAD")

    assert (folder.commit, revision.commit) == (head, head)
    assert "nova/other.py" not in {*folder.paths, *revision.paths}
    assert not trace.exists()


@pytest.mark.parametrize("setting", ["worktree = /", "worktree = ../../other", "bare = true"])
def test_the_configuration_does_not_choose_another_folder(tmp_path: Path, setting: str) -> None:
    make(tmp_path / "other", {"nova/other.py": ""})
    mine = start(make(tmp_path / "mine"))
    head = git(mine, "rev-parse", "HEAD")
    plain = open_checkout(str(mine))
    with (mine / ".git/config").open("a") as config:
        config.write(f"[core]\n\t{setting}\n")

    folder, revision = open_checkout(str(mine)), open_checkout(f"{mine}@main")

    assert (folder.paths, folder.commit, folder.problems) == (plain.paths, head, ())
    assert (revision.paths, revision.commit) == (plain.paths, head)


def test_replaced_objects_are_not_believed(tmp_path: Path) -> None:
    mine = start(make(tmp_path / "mine"))
    first = git(mine, "rev-parse", "HEAD")
    second = commit(make(mine, {"nova/new.py": ""}))
    git(mine, "replace", first, second)

    assert "nova/new.py" not in open_checkout(f"{mine}@{first}").paths


def index_of(*names: bytes) -> bytes:
    """Write an index as no git would, with names that it refuses (``gitformat-index``, version 2)."""
    entries = b""
    for name in sorted(names):
        entry = bytes(24) + (0o100644).to_bytes(4, "big") + bytes(12 + 20) + len(name).to_bytes(2, "big") + name
        entries += entry + bytes(8 - len(entry) % 8)
    content = b"DIRC" + (2).to_bytes(4, "big") + len(names).to_bytes(4, "big") + entries
    return content + hashlib.sha1(content, usedforsecurity=False).digest()


def test_names_that_lead_out_of_the_index(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("secret = 1\n")
    folder = start(make(tmp_path / "nova"))
    names = [b"nova/service.py", b"../secret.py", os.fsencode(secret), b"nova/../../secret.py", b".git/config"]
    (folder / ".git/index").write_bytes(index_of(*names))
    listed = git(folder, "ls-files").splitlines()
    assert sorted(map(os.fsdecode, names)) == listed, "git itself believes its index"

    checkout = open_checkout(str(folder))
    assert "nova/service.py" in checkout.paths
    assert not [path for path in checkout.paths if "secret" in path or path.startswith((".git/", "/"))]
    assert sorted(problem.file or "" for problem in checkout.problems) == sorted(("..", str(tmp_path), "nova/../.."))
    assert {problem.kind for problem in checkout.problems} == {Kind.OUTSIDE}
    for name in ("../secret.py", str(secret), "nova/../../secret.py"):
        with pytest.raises(Unreadable):
            checkout.read(name)
