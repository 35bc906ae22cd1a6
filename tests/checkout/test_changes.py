"""Of each file there is one state, and of each object the bytes of its id: else nothing, and a problem that says so."""

from __future__ import annotations

import os
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import MAX_BYTES, Unreadable, _folder, blob_id, open_checkout
from sphinxext.nova.model import Kind, Problem, Source
from tests.checkout.repositories import git, start
from tests.small_nova import FILES, make

if TYPE_CHECKING:
    from pathlib import Path

FILE = "nova/service.py"
CHANGED = Problem(Kind.CHANGED, "changed while it was read", FILE)
FORGED = Problem(Kind.UNREADABLE, "its object does not have the bytes of its id", FILE)
OTHER = FILES[FILE].replace("runs", "wins")


@pytest.fixture(params=["plain", "git"])
def nova(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Make a folder in which all files are older than git's index, where there is one."""
    folder = make(tmp_path / "nova")
    if request.param == "git":
        start(folder)
        late = (folder / ".git/index").stat().st_mtime_ns + 10**9
        os.utime(folder / ".git/index", ns=(late, late))
    return folder


def write_with_the_same_times(file: Path, text: str) -> None:
    before = file.stat()
    file.write_text(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def rename_over(file: Path, text: str) -> None:
    other = file.with_name("other")
    other.write_text(text)
    other.replace(file)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.write_text("x = 1\n"),
        lambda file: write_with_the_same_times(file, OTHER),
        lambda file: rename_over(file, OTHER),
        lambda file: file.unlink(),
    ],
    ids=["another size", "the same size and time", "another file", "gone"],
)
@pytest.mark.parametrize("hashed_before", [True, False])
def test_a_file_that_is_not_as_it_was_listed(nova: Path, change: object, *, hashed_before: bool) -> None:
    checkout = open_checkout(str(nova))
    if hashed_before:
        assert checkout.digest(FILE) == blob_id(FILES[FILE].encode())
    change(nova / FILE)  # type: ignore[operator]

    with pytest.raises(Unreadable) as caught:
        checkout.read(FILE)
    assert caught.value.problem == CHANGED
    assert list(checkout.read_many([FILE])) == [(FILE, CHANGED)]
    assert checkout.digest(FILE) == (blob_id(FILES[FILE].encode()) if hashed_before else None)
    assert checkout.unread([Source("tree", "nova")]) == {FILE: CHANGED}
    assert checkout.unread([Source("file", "nova/manager.py"), Source("names", "nova"), Source("ref", "")]) == {}


def test_times_have_their_grain(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_folder, "numbers", lambda _stat: (1, 2, 3))
    checkout = open_checkout(str(nova))
    checkout._stats[FILE] = (1, 2, 3)  # type: ignore[attr-defined]
    assert checkout.read(FILE) == FILES[FILE].encode()
    (nova / FILE).write_text(OTHER)
    with pytest.raises(Unreadable) as caught:
        checkout.read(FILE)
    assert caught.value.problem == CHANGED


def test_a_file_that_is_written_to_while_it_is_read(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = open_checkout(str(nova))
    really = os.read
    pieces: list[bytes] = []

    def written_meanwhile(opened: int, size: int) -> bytes:
        data = really(opened, size)
        if not pieces:
            with (nova / FILE).open("a") as file:
                file.write("# more\n")
        pieces.append(data)
        return data

    monkeypatch.setattr(_folder.os, "read", written_meanwhile)
    with pytest.raises(Unreadable) as caught:
        checkout.read(FILE)
    assert caught.value.problem == CHANGED


def test_a_file_that_is_changed_after_it_was_read(nova: Path) -> None:
    (nova / "nova/link.py").symlink_to("service.py")
    checkout = open_checkout(str(nova))
    checkout.read(FILE)
    checkout.look_again([Source("tree", "nova")])
    assert checkout.unread([Source("tree", "")]) == {}
    (nova / FILE).write_text(OTHER)
    checkout.look_again([Source("names", "nova"), Source("file", "nova/manager.py")])
    assert checkout.unread([Source("tree", "")]) == {}
    checkout.look_again([Source("mentions", "nova", ("x",))])
    assert checkout.unread([Source("tree", "")]) == {"nova/link.py": CHANGED, FILE: CHANGED}


def test_the_folder_itself_is_gone(nova: Path) -> None:
    checkout = open_checkout(str(nova))
    nova.rename(nova.with_name("away"))
    checkout.look_again([Source("file", FILE)])
    assert checkout.unread([Source("file", FILE)]) == {FILE: CHANGED}


def test_git_s_index_is_no_proof_of_bytes(nova: Path) -> None:
    """A hostile one says of a file that it is another project's, of which the facts are known."""
    if (nova / ".git").exists():
        data = (nova / ".git/index").read_bytes()
        honest, told = blob_id(FILES[FILE].encode()), blob_id(b"told = 1\n")
        (nova / ".git/index").write_bytes(data.replace(bytes.fromhex(honest), bytes.fromhex(told)))
    checkout = open_checkout(str(nova))
    assert checkout.digest(FILE) == blob_id(FILES[FILE].encode())
    assert checkout.read(FILE) == FILES[FILE].encode()


# --- objects


def forge(folder: Path, oid: str, content: bytes, kind: str = "blob") -> None:
    """Put other bytes under the id of an object."""
    file = folder / ".git/objects" / oid[:2] / oid[2:]
    file.unlink(missing_ok=True)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))


@pytest.mark.parametrize("form", ["sha1", "sha256"])
@pytest.mark.parametrize("content", [b"forged = 1\n", b"x" * (MAX_BYTES + 1)], ids=["small", "huge"])
@pytest.mark.parametrize("several", [True, False])
def test_a_forged_object(tmp_path: Path, form: str, content: bytes, *, several: bool) -> None:
    folder = start(make(tmp_path / "nova"), f"--object-format={form}")
    forge(folder, git(folder, "rev-parse", f"HEAD:{FILE}"), content)
    assert git(folder, "cat-file", "-s", f"HEAD:{FILE}") == str(len(content)), "git itself believes it"
    checkout = open_checkout(f"{folder}@HEAD")

    paths = checkout.paths if several else [FILE]
    assert len(paths) > 8 or not several
    found = dict(checkout.read_many(paths))
    assert found.pop(FILE) == FORGED
    assert found == {path: FILES[path].encode() for path in paths if path != FILE}
    with pytest.raises(Unreadable) as caught:
        checkout.read(FILE)
    assert caught.value.problem == FORGED
    assert checkout.unread([Source("tree", "")]) == {FILE: FORGED}


def test_an_object_of_another_kind(tmp_path: Path) -> None:
    folder = start(make(tmp_path / "nova"))
    forge(folder, git(folder, "rev-parse", f"HEAD:{FILE}"), b"", "tree")
    checkout = open_checkout(f"{folder}@HEAD")
    with pytest.raises(Unreadable) as caught:
        checkout.read(FILE)
    assert caught.value.problem.kind is Kind.UNREADABLE
    assert checkout.unread([Source("file", FILE)]) == {FILE: caught.value.problem}


def test_a_forged_link(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova")
    (folder / "nova/link.py").symlink_to("service.py")
    start(folder)
    assert open_checkout(f"{folder}@HEAD").mark() is not None
    forge(folder, git(folder, "rev-parse", "HEAD:nova/link.py"), b"manager.py")
    checkout = open_checkout(f"{folder}@HEAD")
    assert not checkout.exists("nova/link.py")
    assert [problem.message for problem in checkout.problems] == [FORGED.message]
    assert checkout.mark() is None


def test_a_forged_folder_has_another_mark(tmp_path: Path) -> None:
    """Of what a commit holds git's word is taken; so the mark has all of it."""
    folder = start(make(tmp_path / "nova"))
    honest = open_checkout(f"{folder}@HEAD")
    assert honest.mark() == open_checkout(f"{folder}@HEAD").mark()
    oid = git(folder, "rev-parse", "HEAD:nova/virt")
    object_ = folder / ".git/objects" / oid[:2] / oid[2:]
    before = object_.read_bytes()
    blob = git(folder, "rev-parse", "HEAD:nova/manager.py")
    forge(folder, oid, b"100644 driver.py\0" + bytes.fromhex(blob), "tree")
    forged = open_checkout(f"{folder}@HEAD")
    assert forged.commit == honest.commit
    assert forged.digest("nova/virt/driver.py") == blob
    assert forged.mark() != honest.mark()
    object_.unlink()
    object_.write_bytes(before)
    assert open_checkout(f"{folder}@HEAD").mark() == honest.mark()


def test_a_listing_that_was_made_while_files_were_written(nova: Path) -> None:
    checkout = open_checkout(str(nova))
    assert checkout.mark() is None, "the files are young"
    (nova / "nova/new.py").write_text("x = 1\n")
    (nova / "nova/virt/driver.py").unlink()
    checkout.look_again([Source("ref", "")])
    new, gone = (replace(CHANGED, file=path) for path in ("nova/new.py", "nova/virt/driver.py"))
    assert checkout.unread([Source("tree", "")]) == {"nova/new.py": new, "nova/virt/driver.py": gone}
    assert checkout.unread([Source("file", "nova/new.py")]) == {"nova/new.py": new}
    assert checkout.unread([Source("mentions", "nova/virt", ("x",))]) == {"nova/virt/driver.py": gone}
    assert checkout.unread([Source("names", "nova")]) == {"nova/new.py": new, "nova/virt/driver.py": gone}
    assert checkout.unread([Source("tree", "nova/vir"), Source("names", "nova/conductor"), Source("file", FILE)]) == {}


def test_a_commit_that_is_changed_last(tmp_path: Path) -> None:
    """As by git: first the files, then the index, then the branch."""
    nova = start(make(tmp_path / "nova"))
    checkout = open_checkout(str(nova))
    assert checkout.unread([Source("tree", ""), Source("ref", "")]) == {}
    git(nova, "commit", "-q", "--allow-empty", "-m", "Another")
    checkout.look_again([Source("ref", "")])
    problem = Problem(Kind.CHANGED, "another commit was checked out while it was read")
    assert checkout.unread([Source("file", FILE)]) == {"": problem}


def test_a_tree_that_was_at_rest_is_not_listed_again(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = open_checkout(str(nova))
    checkout.look_again([Source("ref", "")])
    monkeypatch.setattr(_folder, "look_at_folder", lambda place: pytest.fail("it is"))
    checkout.look_again([Source("ref", "")])
    assert checkout.unread([Source("tree", "")]) == {}
