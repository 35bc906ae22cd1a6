"""A working folder of git: what belongs to it, what differs from the commit, and git that cannot be asked."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import _folder, _git, blob_id, look_at_checkout, open_checkout, source_uri_template
from sphinxext.nova.checkout._git import Git
from sphinxext.nova.model import Kind, Problem, Source
from tests.checkout.repositories import commit, git, start
from tests.small_nova import FILES, make

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.checkout import Checkout

# As a repository of 15.0.0 or later has it: nothing in it says which release it is.
PLAIN = {"PKG-INFO": None, "setup.cfg": "[metadata]\nname = nova\n"}
TRACKED = tuple(sorted(set(FILES) - {"PKG-INFO"}))
TEMPLATE = source_uri_template("opendev")


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    return start(make(tmp_path / "nova", PLAIN))


def opened(folder: Path) -> Checkout:
    return open_checkout(folder.name, base=folder.parent)


def blobs(folder: Path) -> dict[str, str]:
    listed = git(folder, "ls-tree", "-r", "HEAD").splitlines()
    return {line.partition("\t")[2]: line.partition("\t")[0].split()[2] for line in listed}


def test_a_clone(nova: Path) -> None:
    checkout = opened(nova)
    head = git(nova, "rev-parse", "HEAD")

    assert (checkout.spec, checkout.project, checkout.release) == ("nova", "nova", None)
    assert (checkout.commit, checkout.ref) == (head, head)
    assert checkout.paths == TRACKED
    assert checkout.problems == ()
    assert {path: checkout.digest(path) for path in checkout.paths} == blobs(nova)
    assert not any(checkout.modified(path) for path in (*checkout.paths, *checkout.folders(), ""))
    assert checkout.link("nova/service.py", 3, template=TEMPLATE) == (
        f"https://opendev.org/openstack/nova/src/commit/{head}/nova/service.py#L3"
    )


def test_ignored_files_do_not_belong_to_it(nova: Path) -> None:
    make(
        nova,
        {**PLAIN, ".gitignore": "*.log\n/build/\n", "nova/new.py": "", "a.log": "", "build/x.py": "", ".tox/x.py": ""},
    )
    make(nova / "inner")
    git(nova / "inner", "init", "-q")

    assert opened(nova).paths == tuple(sorted({*TRACKED, ".gitignore", "nova/new.py"}))


def test_what_differs_from_the_commit_has_no_link(nova: Path) -> None:
    head = git(nova, "rev-parse", "HEAD")
    make(
        nova,
        {
            **PLAIN,
            "nova/service.py": "dirty = 1\n",
            "nova/manager.py": "staged = 1\n",
            "nova/new.py": "",
            "more/x.py": "",
        },
    )
    git(nova, "add", "nova/manager.py")
    (nova / "nova/virt/driver.py").unlink()
    (nova / "nova/link.py").symlink_to("conductor/api.py")
    checkout = opened(nova)

    assert checkout.commit == head
    assert set(checkout.paths) == {*TRACKED, "nova/new.py", "more/x.py", "nova/link.py"} - {"nova/virt/driver.py"}
    changed = {path for path in (*checkout.paths, *checkout.folders()) if checkout.modified(path)}
    assert changed == {"nova/service.py", "nova/manager.py", "nova/new.py", "more", "more/x.py"}
    unlinked = {path for path in (*checkout.paths, *checkout.folders()) if not checkout.link(path, template=TEMPLATE)}
    assert unlinked == changed
    assert checkout.link("nova/link.py", 3, template=TEMPLATE) == checkout.link(
        "nova/conductor/api.py", 3, template=TEMPLATE
    )
    assert checkout.digest("nova/service.py") == git(nova, "hash-object", "nova/service.py")


def test_a_file_written_back_is_not_modified(nova: Path) -> None:
    (nova / "nova/service.py").write_text(FILES["nova/service.py"])  # newer than the index, the same content

    assert not opened(nova).modified("nova/service.py")


def test_a_change_that_leaves_no_trace_in_the_times_is_seen(nova: Path) -> None:
    file = nova / "nova/service.py"
    file.write_text(FILES["nova/service.py"].replace("runs", "wins"))
    git(nova, "add", "nova/service.py")
    recorded = file.stat()
    file.write_text(FILES["nova/service.py"].replace("runs", "sits"))
    os.utime(file, ns=(recorded.st_atime_ns, recorded.st_mtime_ns))

    assert opened(nova).digest("nova/service.py") == git(nova, "hash-object", "nova/service.py")


def test_what_is_as_in_the_index_is_not_read_for_a_link(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = (nova / ".git/index").stat().st_mtime_ns + 10**9
    os.utime(nova / ".git/index", ns=(late, late))  # no file is as young as the index
    monkeypatch.setattr(_folder, "_read", lambda where, file, *_: pytest.fail(f"{file} is read"))

    checkout = opened(nova)

    assert not any(checkout.modified(path) for path in checkout.paths)


def test_another_form_of_the_index_listing_costs_time_only(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Git.run

    def changed(self: Git, *arguments: str) -> bytes:
        return run(self, *arguments).replace(b"mtime: ", b"modified: ")

    monkeypatch.setattr(Git, "run", changed)
    checkout = opened(nova)

    assert not any(checkout.modified(path) for path in checkout.paths)


def test_a_conflict(nova: Path) -> None:
    git(nova, "checkout", "-q", "-b", "other")
    commit(make(nova, {**PLAIN, "nova/service.py": "theirs = 1\n"}))
    git(nova, "checkout", "-q", "main")
    head = commit(make(nova, {**PLAIN, "nova/service.py": "ours = 1\n"}))
    git(nova, "merge", "other", check=False)
    checkout = opened(nova)

    assert (checkout.commit, checkout.paths) == (head, TRACKED)
    assert checkout.modified("nova/service.py")
    assert checkout.text("nova/service.py").startswith("<<<<<<<")


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova", PLAIN)
    git(folder, "init", "-q")
    checkout = opened(folder)

    assert (checkout.commit, checkout.ref, checkout.problems) == (None, None, ())
    assert checkout.paths == TRACKED
    assert not checkout.modified("nova/service.py")
    assert checkout.link("nova/service.py", 3, template=TEMPLATE) is None


def test_a_second_working_folder(nova: Path) -> None:
    git(nova, "worktree", "add", "-q", "-b", "more", "../second")
    second = nova.parent / "second"
    head = commit(make(second, {**PLAIN, "nova/more.py": ""}))
    (second / "nova/manager.py").write_text("dirty = 1\n")
    assert (second / ".git").is_file()

    checkout, revision = opened(second), open_checkout(f"{second}@main")

    assert (checkout.commit, set(checkout.paths)) == (head, {*TRACKED, "nova/more.py"})
    assert {path for path in checkout.paths if checkout.modified(path)} == {"nova/manager.py"}
    assert revision.commit == git(nova, "rev-parse", "main")


def test_a_second_working_folder_whose_repository_is_gone(nova: Path) -> None:
    git(nova, "worktree", "add", "-q", "-b", "more", "../second")
    shutil.rmtree(nova)
    checkout = opened(nova.parent / "second")

    message = (
        "git cannot read 'second': not a git repository: .../second; until then its files have no links to their lines"
    )
    assert checkout.problems == (Problem(Kind.GIT, message),)
    assert checkout.paths == TRACKED


def test_submodules_are_left_out(nova: Path, tmp_path: Path) -> None:
    start(make(tmp_path / "inner", PLAIN))
    git(nova, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "inner"), "inner")
    commit(nova)

    expected = tuple(sorted({*TRACKED, ".gitmodules"}))
    assert opened(nova).paths == open_checkout(f"{nova}@HEAD").paths == expected
    inside = opened(nova / "inner")
    assert (inside.paths, inside.commit) == (TRACKED, git(tmp_path / "inner", "rev-parse", "HEAD"))


def test_a_link_in_the_place_of_a_folder_is_not_gone_through(nova: Path) -> None:
    shutil.move(nova / "nova/virt", nova.parent / "secret")
    (nova / "nova/virt").symlink_to(nova.parent / "secret")
    checkout = opened(nova)

    assert set(checkout.paths) == {path for path in TRACKED if not path.startswith("nova/virt/")}
    assert checkout.problems == (
        Problem(Kind.OUTSIDE, "a link lies in the place of this folder; not followed", "nova/virt"),
        Problem(Kind.OUTSIDE, "a link that leads out of the checkout; not followed", "nova/virt"),
    )


def test_a_pipe_in_the_place_of_a_file(nova: Path) -> None:
    (nova / "nova/service.py").unlink()
    os.mkfifo(nova / "nova/service.py")
    checkout = opened(nova)

    assert "nova/service.py" not in checkout.paths
    message = "no regular file (a pipe, a socket or a device) and not opened"
    assert checkout.problems == (Problem(Kind.SPECIAL, message, "nova/service.py"),)


def test_names_that_are_not_utf8(nova: Path) -> None:
    for name in (b"caf\xe9.py", "日本.py".encode()):
        with open(os.fsencode(nova) + b"/nova/" + name, "wb"):  # noqa: PTH123 - bytes, which no Path takes
            pass
    untracked = opened(nova)
    commit(nova)
    tracked, revision = opened(nova), open_checkout("nova@HEAD", base=nova.parent)

    for checkout in (untracked, tracked, revision):
        assert set(checkout.paths) - set(TRACKED) == {"nova/日本.py"}
        message = "its name is not UTF-8; left out"
        assert checkout.problems == (Problem(Kind.ENCODING, message, r"nova/caf\xe9.py"),)


def test_repositories_of_sha256(tmp_path: Path) -> None:
    nova = start(make(tmp_path / "nova", PLAIN), "--object-format=sha256")
    make(nova, {**PLAIN, "nova/service.py": "dirty = 1\n"})
    checkout, revision = opened(nova), open_checkout(f"{nova}@HEAD")

    assert checkout.commit == revision.commit == git(nova, "rev-parse", "HEAD")
    assert len(checkout.commit) == 64
    assert {path: revision.digest(path) for path in revision.paths} == blobs(nova)
    assert checkout.digest("nova/service.py") == git(nova, "hash-object", "nova/service.py")
    assert checkout.digest("nova/manager.py") == blob_id(checkout.read("nova/manager.py"), like=checkout.commit)
    assert {path for path in checkout.paths if checkout.modified(path)} == {"nova/service.py"}
    assert revision.text("nova/service.py") == FILES["nova/service.py"]


# --- has it changed?


def test_the_stamp_changes_with_the_commit(nova: Path) -> None:
    before = opened(nova).stamp()
    git(nova, "commit", "-q", "--allow-empty", "-m", "Nothing")
    assert opened(nova).stamp() != before


def test_the_stamp_changes_with_an_untracked_file(nova: Path) -> None:
    before = opened(nova).stamp()
    make(nova, {**PLAIN, "nova/new.py": ""})
    assert opened(nova).stamp() != before


def test_the_stamp_changes_with_a_tag(nova: Path) -> None:
    git(nova, "tag", "15.0.0.0rc1")
    stamps = [opened(nova).stamp(), open_checkout(f"{nova}@main").stamp()]
    git(nova, "tag", "15.0.0")
    after = [opened(nova), open_checkout(f"{nova}@main")]

    assert [checkout.release for checkout in after] == ["15.0.0", "15.0.0"]
    assert not any(checkout.stamp() == stamp for checkout, stamp in zip(after, stamps, strict=True))


@pytest.mark.parametrize("revision", ["", "@main"])
def test_a_look_has_the_stamp_of_what_it_opens(nova: Path, revision: str) -> None:
    make(nova, {**PLAIN, "nova/new.py": ""})
    (nova / "nova/link.py").symlink_to("new.py")
    spec = f"{nova}{revision}"
    look = look_at_checkout(spec)
    checkout = open_checkout(spec)
    assert look.stamp == checkout.stamp() == look.open().stamp()
    assert look.open().paths == checkout.paths

    git(nova, "commit", "-q", "--allow-empty", "-m", "Nothing")
    assert look_at_checkout(spec).stamp != look.stamp


def test_a_stamp_tells_a_repository_from_a_copy(nova: Path) -> None:
    before = look_at_checkout(str(nova)).stamp
    (nova / ".git").rename(nova.parent / "away")
    assert look_at_checkout(str(nova)).stamp != before


def test_a_folder_moved_and_linked_to_has_another_stamp(nova: Path) -> None:
    before = look_at_checkout(str(nova)).stamp
    (nova / "nova/virt").rename(nova.parent / "virt")
    (nova / "nova/virt").symlink_to(nova.parent / "virt")
    assert look_at_checkout(str(nova)).stamp != before


def test_states_do_not_depend_on_what_is_staged(nova: Path) -> None:
    (nova / "nova/service.py").write_text("x = 1\n")
    before = opened(nova).state(Source("tree", "nova"))
    git(nova, "add", "-A")
    staged = opened(nova).state(Source("tree", "nova"))
    git(nova, "commit", "-q", "-m", "A change")

    assert before == staged == opened(nova).state(Source("tree", "nova"))
    assert before == open_checkout(f"{nova}@HEAD").state(Source("tree", "nova"))


# --- git that cannot be asked: the folder is read as one that was copied


def assert_read_without_git(nova: Path, message: str) -> None:
    checkout = opened(nova)

    assert checkout.problems == (Problem(Kind.GIT, f"{message}; until then its files have no links to their lines"),)
    assert (checkout.paths, checkout.commit, checkout.ref) == (TRACKED, None, None)
    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()
    assert checkout.digest("nova/service.py") == blobs(nova)["nova/service.py"]
    assert checkout.link("nova/service.py", 3, template=TEMPLATE) is None


CURE = """git config --global --add safe.directory "$(realpath nova)\""""


def test_a_folder_of_somebody_else(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_git._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert_read_without_git(nova, f"git distrusts the owner of 'nova' (\"dubious ownership\"); if you trust it: {CURE}")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give folders away")
def test_a_folder_given_away(nova: Path) -> None:
    for path in (nova, nova / ".git"):
        os.chown(path, 65534, 65534)
    problems = opened(nova).problems
    git(nova.parent, "config", "--global", "--add", "safe.directory", os.path.realpath(nova))
    try:
        assert [problem.kind for problem in problems] == [Kind.GIT]
        assert opened(nova).problems == ()
    finally:
        git(nova.parent, "config", "--global", "--unset-all", "safe.directory")


def test_no_git(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(nova))
        problems = opened(nova).problems
    assert problems == (
        Problem(
            Kind.GIT,
            "git cannot read 'nova': git is not installed; until then its files have no links to their lines",
        ),
    )


def test_a_git_that_is_gone_by_now(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(nova, "tag", "15.0.0")
    folder, revision = opened(nova), open_checkout(f"{nova}@15.0.0")
    monkeypatch.setenv("PATH", str(nova))

    assert (folder.release, revision.release) == (None, None)
    assert folder.digest("nova/service.py") == revision.digest("nova/service.py")
    assert folder.modified("nova/service.py")  # nothing says that it is not
    gone = Problem(Kind.UNREADABLE, "its object is missing from the repository", "nova/service.py")
    assert list(revision.read_many(["nova/service.py"])) == [("nova/service.py", gone)]
    assert {data.message for _, data in revision.read_many(revision.paths) if isinstance(data, Problem)} == {
        gone.message
    }
    assert len(list(revision.read_many(revision.paths))) == len(revision.paths)


def test_a_damaged_repository(nova: Path) -> None:
    (nova / ".git/HEAD").unlink()
    checkout = opened(nova)

    assert [problem.kind for problem in checkout.problems] == [Kind.GIT]
    assert str(nova) not in checkout.problems[0].message
    assert checkout.paths == TRACKED


def test_a_damaged_repository_inside_another(tmp_path: Path) -> None:
    nova = start(make(tmp_path / "docs/nova", PLAIN))
    shutil.rmtree(nova / ".git")
    start(tmp_path / "docs")
    (nova / ".git").mkdir()
    checkout = opened(nova)

    assert (checkout.commit, [problem.kind for problem in checkout.problems]) == (None, [Kind.GIT])


def test_git_that_takes_too_long(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(nova / ".git/endless")
    with (nova / ".git/config").open("a") as config:
        config.write("[include]\n\tpath = endless\n")
    monkeypatch.setattr(_git, "TIMEOUT", 0.2)
    checkout = opened(nova)

    assert [problem.kind for problem in checkout.problems] == [Kind.GIT]
    assert checkout.paths == TRACKED


def test_a_path_that_would_let_git_look_above(tmp_path: Path) -> None:
    nova = start(make(tmp_path / "a:b/nova", PLAIN))
    checkout = opened(nova)

    assert (checkout.commit, [problem.kind for problem in checkout.problems]) == (None, [Kind.GIT])


def test_a_sparse_checkout(nova: Path) -> None:
    git(nova, "sparse-checkout", "set", "nova/virt")
    checkout = opened(nova)

    assert checkout.problems == ()
    assert "nova/virt/driver.py" in checkout.paths
    assert "nova/conductor/api.py" not in checkout.paths


def test_what_git_has_and_the_folder_lacks(nova: Path) -> None:
    (nova / "nova" / "service.py").unlink()
    git(nova, "update-index", "--skip-worktree", "nova/manager.py")
    (nova / "nova" / "manager.py").unlink()
    (nova / "nova" / "new.py").touch()
    checkout = opened(nova)
    lost = frozenset({"nova/manager.py", "nova/service.py"})
    message = "not in this checkout; what it holds is not in the answer"

    assert (checkout.absent, checkout.problems) == (lost, ())
    assert lost.isdisjoint(checkout.paths)
    wanted = (*sorted(lost), "nova/new.py")
    problems = [(path, Problem(Kind.MISSING, message, path)) for path in sorted(lost)]
    assert list(checkout.read_many(wanted)) == [*problems, ("nova/new.py", b"")]
    recorded = dict(checkout.recorded((*wanted, "nova/none.py")))
    assert {path: recorded.pop(path) for path in lost} == {path: FILES[path].encode() for path in lost}
    assert {problem.message for problem in recorded.values() if isinstance(problem, Problem)} == {
        "no such file in this checkout"
    }


def test_whether_git_has_what_is_not_there_is_a_change(nova: Path) -> None:
    sources = (Source("file", "nova/service.py"), Source("tree", "nova"), Source("names", "nova"))
    (nova / "nova" / "service.py").unlink()
    known = opened(nova)
    git(nova, "rm", "-q", "--cached", "nova/service.py")
    unknown = opened(nova)

    assert unknown.absent == frozenset()
    assert known.stamp() != unknown.stamp()
    for source in sources:
        assert known.state(source) != unknown.state(source)
    assert unknown.state(sources[0]) is None


def test_an_empty_file_that_the_folder_lacks(nova: Path) -> None:
    (nova / "nova" / "virt" / "__init__.py").unlink()
    assert list(opened(nova).recorded(["nova/virt/__init__.py"])) == [("nova/virt/__init__.py", b"")]


def test_a_folder_that_is_no_repository_lacks_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path / "plain")
    assert opened(folder).absent == frozenset()
