"""A revision read out of a repository: nothing but its objects is looked at."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import MAX_BYTES, MAX_DEPTH, Unreadable, _git, open_checkout, source_uri_template
from sphinxext.nova.checkout._objects import Objects
from sphinxext.nova.model import CheckoutError, Kind, Problem, Source
from tests.checkout.repositories import commit, git, start
from tests.small_nova import FILES, make

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.checkout import Checkout

PATHS = tuple(sorted(FILES))
TEMPLATE = source_uri_template("github")


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    folder = start(make(tmp_path / "nova"))
    for tag in ("2013.1", "2013.2", "2013.2.rc1", "havana-eol"):
        git(folder, "tag", tag)
    commit(make(folder, {"nova/later.py": "later = 1\n"}))
    return folder


def opened(folder: Path, revision: str) -> Checkout:
    return open_checkout(f"{folder.name}@{revision}", base=folder.parent)


def test_a_revision(nova: Path) -> None:
    (nova / "nova/service.py").write_text("dirty = 1\n")
    (nova / "nova/untracked.py").write_text("")
    checkout = opened(nova, "2013.2")
    wanted = git(nova, "rev-parse", "2013.2")

    assert (checkout.spec, checkout.project, checkout.package) == ("nova@2013.2", "nova", "nova")
    assert (checkout.release, checkout.commit, checkout.ref) == ("2013.2", wanted, wanted)
    assert (checkout.paths, checkout.problems) == (PATHS, ())
    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()
    assert checkout.text("nova/service.py") == FILES["nova/service.py"]
    assert checkout.size("nova/service.py") == len(FILES["nova/service.py"])
    assert checkout.digest("nova/service.py") == git(nova, "rev-parse", "2013.2:nova/service.py")
    assert list(checkout.read_many(PATHS)) == [(path, FILES[path].encode()) for path in PATHS]
    assert not any(checkout.modified(path) for path in PATHS)
    assert checkout.modified("nova/later.py")
    assert checkout.link("nova/service.py", 3, 4, template=TEMPLATE) == (
        f"https://github.com/openstack/nova/blob/{wanted}/nova/service.py#L3-L4"
    )
    assert checkout.link("nova/virt", template=TEMPLATE) == f"https://github.com/openstack/nova/tree/{wanted}/nova/virt"


def test_ways_to_name_a_revision(nova: Path) -> None:
    first, head = git(nova, "rev-parse", "2013.2"), git(nova, "rev-parse", "HEAD")
    git(nova, "tag", "-a", "-m", "Havana", "annotated", first)

    for revision in ("2013.2", "tags/2013.2", "annotated", "HEAD~1", "main^", first, first[:9], "main@{1}"):
        assert opened(nova, revision).commit == first, revision
    for revision in ("main", "HEAD", "refs/heads/main", "HEAD@{0}"):
        assert opened(nova, revision).commit == head, revision


@pytest.mark.parametrize("config", [True, False])
def test_a_bare_repository(nova: Path, config: bool) -> None:  # noqa: FBT001 - a parameter of the test
    bare = nova.parent / "nova.git"
    git(nova.parent, "clone", "-q", "--bare", "nova", "nova.git")
    if not config:
        (bare / "config").unlink()

    checkout = opened(bare, "2013.2")

    assert (checkout.paths, checkout.release, checkout.problems) == (PATHS, "2013.2", ())
    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()


def test_a_bare_repository_where_git_wants_them_named(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(nova.parent, "clone", "-q", "--bare", "nova", "nova.git")
    for name, value in {"COUNT": "1", "KEY_0": "safe.bareRepository", "VALUE_0": "explicit"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)

    assert opened(nova.parent / "nova.git", "2013.2").paths == PATHS


def error(folder: Path, revision: str) -> tuple[Kind, str]:
    with pytest.raises(CheckoutError) as caught:
        opened(folder, revision)
    return caught.value.kind, str(caught.value)


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("2013.3", "'nova' has no revision '2013.3'; did you mean '2013.2' or '2013.1'?"),
        ("2013", "'nova' has no revision '2013'; did you mean '2013.2' or '2013.1' or '2013.2.rc1'?"),
        ("havana", "'nova' has no revision 'havana'; did you mean 'havana-eol'?"),
        ("mian", "'nova' has no revision 'mian'; did you mean 'main'?"),
        ("nosuch", "'nova' has no revision 'nosuch'"),
        ("0" * 40, f"'nova' has no revision '{'0' * 40}'"),
        ("HEAD:nova", "'nova' has no revision 'HEAD:nova'"),
        ("2013.1..2013.2", "'nova' has no revision '2013.1..2013.2'"),
        ("--all", "'nova' has no revision '--all'"),
        ("-h", "'nova' has no revision '-h'"),
        ("--end-of-options", "'nova' has no revision '--end-of-options'"),
        ("HEAD\n", r"'nova' has no revision 'HEAD\n'"),
        ("a\0b", r"'nova' has no revision 'a\x00b'"),
        ("@{u}", "'nova' has no revision '@{u}'"),
        ("main@{99}", "'nova' has no revision 'main@{99}'"),
    ],
)
def test_no_such_revision(nova: Path, revision: str, message: str) -> None:
    assert error(nova, revision) == (Kind.REVISION, message)


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    start(tmp_path)
    make(tmp_path / "nova")

    message = "'nova' is no git repository and has no revision '2013.2'"
    assert error(tmp_path / "nova", "2013.2") == (Kind.CHECKOUT, message)


def test_a_revision_without_nova(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    start(make(tmp_path / "other", dict.fromkeys(FILES) | {"README": "", "src/x.c": ""}))

    message = "'other@main' is no OpenStack source: it holds no package of OpenStack"
    assert error(tmp_path / "other", "main") == (Kind.CHECKOUT, message)


def test_a_revision_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    start(tmp_path / "empty")

    message = "'empty@main' is no OpenStack source: it is an empty folder"
    assert error(tmp_path / "empty", "main") == (Kind.CHECKOUT, message)


def test_a_repository_of_somebody_else(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_git._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    command = 'git config --global --add safe.directory "$(realpath nova)"'
    message = f"git distrusts the owner of 'nova' (\"dubious ownership\"); if you trust it: {command}"
    assert error(nova, "2013.2") == (Kind.GIT, message)


def test_no_git(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(nova))

    assert error(nova, "2013.2") == (Kind.GIT, "git cannot read 'nova': git is not installed")


def test_a_damaged_repository(nova: Path) -> None:
    (nova / ".git/config").write_text("[core\n")

    kind, message = error(nova, "2013.2")
    assert kind is Kind.GIT
    assert str(nova) not in message


def lose(folder: Path, name: str) -> str:
    """Delete the object of the revision's file or folder; return its id."""
    oid = git(folder, "rev-parse", name)
    (folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    return oid


def test_a_lost_folder(nova: Path) -> None:
    lost = lose(nova, "2013.2:nova/virt")

    kind, message = error(nova, "2013.2")
    assert kind is Kind.REVISION
    assert message.startswith("'nova@2013.2' cannot be listed, the repository has not all of its objects: ")
    assert lost in message


@pytest.mark.parametrize("damage", ["lost", "truncated"])
def test_a_lost_file(nova: Path, damage: str) -> None:
    oid = git(nova, "rev-parse", "2013.2:nova/service.py")
    file = nova / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.unlink() if damage == "lost" else file.write_bytes(file.read_bytes()[:20])
    checkout = opened(nova, "2013.2")

    lost = Problem(Kind.UNREADABLE, "its object is missing from the repository", "nova/service.py")
    with pytest.raises(Unreadable) as caught:
        checkout.read("nova/service.py")
    assert caught.value.problem == lost
    assert checkout.read("nova/manager.py") == FILES["nova/manager.py"].encode()
    expected = [(path, lost if path == "nova/service.py" else FILES[path].encode()) for path in PATHS]
    assert list(checkout.read_many(PATHS)) == expected
    assert list(opened(nova, "2013.2").read_many(PATHS)) == expected
    assert checkout.digest("nova/service.py") == oid
    assert checkout.size("nova/manager.py") == len(FILES["nova/manager.py"])
    if damage == "lost":
        with pytest.raises(Unreadable) as caught:
            opened(nova, "2013.2").size("nova/service.py")
        assert caught.value.problem == lost


def test_a_partial_clone_fetches_nothing(nova: Path) -> None:
    git(nova, "config", "uploadpack.allowFilter", "true")
    git(nova.parent, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{nova}", "partial")
    objects = sorted(path.name for path in (nova.parent / "partial/.git/objects").rglob("*"))
    checkout = opened(nova.parent / "partial", "2013.2")

    message = "its object is missing (a partial clone)"
    assert checkout.paths == PATHS
    assert list(checkout.read_many(PATHS)) == [(path, Problem(Kind.UNREADABLE, message, path)) for path in PATHS]
    for path in PATHS:
        with pytest.raises(Unreadable):
            checkout.read(path)
    assert sorted(path.name for path in (nova.parent / "partial/.git/objects").rglob("*")) == objects


def test_links(nova: Path) -> None:
    for link, target in {
        "nova/link.py": "virt/driver.py",
        "nova/twice.py": "link.py",
        "nova/out.py": "../../x",
        "nova/abs.py": "/etc/passwd",
        "nova/self": "self",
        "nova/up": "..",
        "nova/folder": "virt",
    }.items():
        (nova / link).symlink_to(target)
    commit(nova)
    checkout = opened(nova, "main")

    assert set(checkout.paths) == {*PATHS, "nova/later.py", "nova/link.py", "nova/twice.py"}
    assert checkout.problems == (
        Problem(Kind.OUTSIDE, "a link that leads out of the checkout; not followed", "nova/abs.py"),
        Problem(Kind.OUTSIDE, "a link that leads out of the checkout; not followed", "nova/out.py"),
        Problem(Kind.OUTSIDE, "a link that leads round in a circle; not followed", "nova/self"),
        Problem(Kind.OUTSIDE, "a link to a folder that it lies in; not followed", "nova/up"),
    )
    assert checkout.text("nova/twice.py") == FILES["nova/virt/driver.py"]
    assert checkout.link("nova/link.py", template=TEMPLATE) == checkout.link("nova/virt/driver.py", template=TEMPLATE)


def test_a_link_of_a_long_text(nova: Path) -> None:
    (nova / "text").write_text("a/" * 2500)
    oid = git(nova, "hash-object", "-w", "text")
    for number in range(20):
        git(nova, "update-index", "--add", "--cacheinfo", f"120000,{oid},nova/link{number}.py")
    git(nova, "commit", "-q", "-m", "links")
    checkout = opened(nova, "main")
    assert {problem.message for problem in checkout.problems} == {
        "a link whose text is longer than 4096 bytes; not followed"
    }
    assert len(checkout.problems) == 20


def test_links_of_one_text_are_read_once(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        (nova / f"nova/link{number}.py").symlink_to("service.py")
    commit(nova)
    asked: list[str] = []
    load = Objects.load

    def counted(self: Objects, oid: str) -> bytes | Problem:
        asked.append(oid)
        return load(self, oid)

    monkeypatch.setattr(Objects, "load", counted)
    checkout = opened(nova, "main")
    assert {"nova/link0.py", "nova/link19.py"} <= set(checkout.paths)
    assert asked.count(git(nova, "rev-parse", "main:nova/link0.py")) == 1


def test_more_files_than_can_be_listed(nova: Path) -> None:
    """Each folder holds the next one ten times: some dozens of objects are ten thousand million files."""
    folder = git(nova, "rev-parse", "HEAD:nova/virt")
    for _ in range(10):
        (nova / "entries").write_text("".join(f"040000 tree {folder}\td{number}\n" for number in range(10)))
        with (nova / "entries").open() as entries:
            made = subprocess.run(["git", "-C", nova, "mktree"], stdin=entries, capture_output=True, check=True)
        folder = made.stdout.decode().strip()
    bomb = git(nova, "commit-tree", "-m", "many", folder)
    with pytest.raises(CheckoutError) as raised:
        open_checkout(f"nova@{bomb}", base=nova.parent)
    assert (raised.value.kind, str(raised.value)) == (
        Kind.GIT,
        "git cannot read 'nova': git printed more than 64 MiB",
    )


def test_a_huge_file(nova: Path) -> None:
    with (nova / "nova/huge.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    commit(nova)
    checkout = opened(nova, "main")

    huge = Problem(Kind.HUGE, "larger than 16 MiB and not read", "nova/huge.py")
    wanted = ["nova/huge.py", "nova/later.py"]
    assert checkout.size("nova/huge.py") == MAX_BYTES + 1
    assert list(checkout.read_many(wanted)) == [("nova/huge.py", huge), ("nova/later.py", b"later = 1\n")]
    with pytest.raises(Unreadable) as caught:
        checkout.read("nova/huge.py")
    assert caught.value.problem == huge
    assert checkout.read("nova/later.py") == b"later = 1\n"


def test_folders_nested_too_deep(nova: Path) -> None:
    path = nova.joinpath("nova", *["d"] * 200, "x.py")
    path.parent.mkdir(parents=True)
    path.write_text("")
    nova.joinpath("nova", *["d"] * (MAX_DEPTH - 1), "y.py").write_text("")
    commit(nova)
    checkout = opened(nova, "main")

    assert set(checkout.paths) == {*PATHS, "nova/later.py", "nova/" + "d/" * (MAX_DEPTH - 1) + "y.py"}
    message = f"folders nested more than {MAX_DEPTH} deep are left out"
    assert checkout.problems == (Problem(Kind.DEPTH, message, "nova"),)


def plant_tree(folder: Path, *entries: bytes) -> str:
    """Write a commit whose root has entries that no git would write; return its id."""

    def write(kind: str, data: bytes) -> str:
        command = ["git", "-C", str(folder), "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode().strip()

    entries_kept = (line.split(maxsplit=3) for line in git(folder, "ls-tree", "2013.2").splitlines())
    good = [f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(oid) for mode, _, oid, name in entries_kept]
    tree = write("tree", b"".join([*good, *entries]))
    return git(folder, "commit-tree", "-m", "Hostile", tree)


def test_names_that_lead_out(nova: Path) -> None:
    file = bytes.fromhex(git(nova, "rev-parse", "2013.2:nova/service.py"))
    folder = bytes.fromhex(git(nova, "rev-parse", "2013.2:nova/virt"))
    planted = plant_tree(
        nova,
        b"100644 ../evil.py\0" + file,
        b"100644 ..\0" + file,
        b"100644 /etc/evil\0" + file,
        b"40000 ..\0" + folder,
        b"40000 .git\0" + folder,
        b"100644 wrong.py\0" + folder,
    )
    checkout = opened(nova, planted)

    assert checkout.paths == tuple(sorted({*PATHS, "wrong.py"}))
    message = "its name leads out of the checkout; left out"
    assert checkout.problems == tuple(Problem(Kind.OUTSIDE, message, path) for path in ("..", "../libvirt", "/etc"))
    with pytest.raises(Unreadable) as caught:
        checkout.read("wrong.py")
    no_file = Problem(Kind.UNREADABLE, "its object is not the content of a file", "wrong.py")
    assert caught.value.problem == no_file
    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()


# --- has it changed?


def test_the_stamp_is_the_commit(nova: Path) -> None:
    before = opened(nova, "main").stamp()
    (nova / "nova/service.py").write_text("dirty = 1\n")
    assert opened(nova, "main").stamp() == before
    commit(nova)
    assert opened(nova, "main").stamp() != before


def test_states_change_with_what_they_are_of(nova: Path) -> None:
    commit(make(nova, {"nova/virt/driver.py": "x = 1\n"}))
    before, after = opened(nova, "main~1"), opened(nova, "main")
    sources = [
        Source(kind, path)
        for kind in ("file", "tree", "names")
        for path in ("nova/virt/driver.py", "nova/virt", "nova/conductor", "")
    ]

    changed = {(source.kind, source.path) for source in sources if before.state(source) != after.state(source)}
    assert changed == {("file", "nova/virt/driver.py"), ("tree", "nova/virt"), ("tree", "")}


# --- one git serves all reads


def test_a_stream_may_be_left_and_interrupted_by_reads(nova: Path) -> None:
    checkout = opened(nova, "2013.2")
    stream = checkout.read_many(PATHS)
    seen = [next(stream), ("read", checkout.read("nova/service.py")), next(stream)]
    del stream

    assert seen[1] == ("read", FILES["nova/service.py"].encode())
    assert [seen[0][0], seen[2][0]] == list(PATHS[:2])
    assert checkout.read("nova/manager.py") == FILES["nova/manager.py"].encode()


def test_a_forked_process_reads_on(nova: Path) -> None:
    checkout = opened(nova, "2013.2")
    checkout.read("nova/service.py")
    told, tell = os.pipe()
    child = os.fork()
    if not child:  # what happens here is seen through the pipe only
        try:
            os.write(tell, checkout.read("nova/manager.py"))
        finally:
            os._exit(0)
    os.close(tell)
    mine = [checkout.read(path) for path in PATHS]
    with os.fdopen(told, "rb") as answer:
        theirs = answer.read()
    os.waitpid(child, 0)

    assert mine == [FILES[path].encode() for path in PATHS]
    assert theirs == FILES["nova/manager.py"].encode()
    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()


def test_a_git_that_is_ended_from_outside_is_started_again(nova: Path) -> None:
    checkout = opened(nova, "2013.2")
    checkout.read("nova/service.py")
    process = checkout._objects._process  # type: ignore[attr-defined]
    process.kill()
    process.wait()

    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()


def test_no_git_is_left_behind(nova: Path) -> None:
    checkout = opened(nova, "2013.2")
    checkout.read("nova/service.py")
    process = checkout._objects._process  # type: ignore[attr-defined]
    assert process.poll() is None
    del checkout

    assert process.poll() is not None
