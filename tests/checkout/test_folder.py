"""A folder that is no repository: an unpacked sdist, with all that may lie in it."""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import socket
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import (
    MAX_BYTES,
    MAX_DEPTH,
    Unreadable,
    _folder,
    _walk,
    open_checkout,
    source_uri_template,
)
from sphinxext.nova.model import Kind, Problem, Source
from tests.checkout.repositories import start
from tests.small_nova import FILES, make

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.checkout import Checkout


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    return make(tmp_path / "nova")


def opened(folder: Path) -> Checkout:
    return open_checkout(folder.name, base=folder.parent)


def problem_of(checkout: Checkout, path: str) -> Problem:
    with pytest.raises(Unreadable) as caught:
        checkout.read(path)
    assert dict(checkout.read_many([path])) == {path: caught.value.problem}
    return caught.value.problem


def test_an_unpacked_sdist(nova: Path) -> None:
    checkout = opened(nova)

    assert (checkout.spec, checkout.project, checkout.package) == ("nova", "nova", "nova")
    assert (checkout.release, checkout.commit, checkout.ref) == ("2013.2", None, "2013.2")
    assert checkout.paths == tuple(sorted(FILES))
    assert checkout.problems == ()
    assert checkout.folders() == (
        *("bin", "doc", "doc/source", "nova", "nova/conductor", "nova/conductor/tasks"),
        *("nova/virt", "nova/virt/libvirt"),
    )


def test_what_there_is(nova: Path) -> None:
    make(nova, {"nova/virt.py": "", "nova/virt-more/x.py": "", "nova/virt0.py": ""})
    checkout = opened(nova)

    assert [checkout.exists(path) for path in ("", "nova", "nova/virt", "nova/virt.py", "nova/vir", "nova/")] == [
        *(True, True, True, True),
        *(False, False),
    ]
    assert [checkout.is_folder(path) for path in ("", "nova", "nova/virt", "nova/virt.py", "no")] == [
        *(True, True, True),
        *(False, False),
    ]
    assert checkout.below("nova/virt") == (
        "nova/virt/__init__.py",
        "nova/virt/driver.py",
        "nova/virt/libvirt/__init__.py",
    )
    assert checkout.below("") == checkout.paths
    assert checkout.below("nova/virt.py") == checkout.below("absent") == ()


def test_bytes(nova: Path) -> None:
    checkout = opened(nova)
    wanted = ["nova/service.py", "absent.py", "nova/manager.py", "nova/service.py"]

    assert checkout.read("nova/service.py") == FILES["nova/service.py"].encode()
    assert checkout.text("nova/service.py") == FILES["nova/service.py"]
    assert checkout.size("nova/service.py") == len(FILES["nova/service.py"])
    assert list(checkout.read_many(wanted)) == [
        ("nova/service.py", FILES["nova/service.py"].encode()),
        ("absent.py", Problem(Kind.UNREADABLE, "no such file in this checkout", "absent.py")),
        ("nova/manager.py", FILES["nova/manager.py"].encode()),
        ("nova/service.py", FILES["nova/service.py"].encode()),
    ]


def test_what_is_not_listed_is_not_read(nova: Path) -> None:
    (nova.parent / "secret").write_text("secret")
    checkout = opened(nova)

    for path in ("../secret", "nova/../../secret", str(nova.parent / "secret"), "nova", "", "nova/service.py/"):
        assert problem_of(checkout, path) == Problem(Kind.UNREADABLE, "no such file in this checkout", path)
        with pytest.raises(Unreadable):
            checkout.size(path)
        assert checkout.digest(path) is None


def test_digests_are_those_of_git(nova: Path) -> None:
    data = FILES["nova/service.py"].encode()
    checkout = opened(nova)

    assert checkout.digest("nova/service.py") == hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    assert checkout.digest("nova/conductor/__init__.py") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_what_tools_leave_is_no_source(nova: Path) -> None:
    more = (".git-blame-ignore-revs", ".stestr.conf", ".zuul.yaml")
    make(nova, dict.fromkeys(more, ""))
    for junk in (
        "nova/__pycache__/x.cpython-311.pyc",
        "nova/x.pyc",
        ".tox/py3/x.py",
        ".venv/x.py",
        ".hg/x",
        ".stestr/1",
    ):
        make(nova, {junk: "x"})

    assert set(opened(nova).paths) - set(FILES) == set(more)


# --- has it changed?


@pytest.mark.parametrize(
    "change",
    [
        {"nova/service.py": '"""Base classes of what sleep."""\n\nimport os\n'},  # the same size
        {"nova/new.py": ""},
        {"nova/virt/libvirt/driver.py": "x = 1\n"},
    ],
)
def test_the_stamp_changes_with_anything(nova: Path, change: dict[str, str]) -> None:
    before = opened(nova).stamp()
    assert opened(nova).stamp() == before

    for path, content in change.items():
        (nova / path).write_text(content)
    assert opened(nova).stamp() != before


def test_the_stamp_changes_when_a_file_goes_or_is_renamed(nova: Path) -> None:
    stamps = [opened(nova).stamp()]
    (nova / "nova/manager.py").rename(nova / "nova/manager2.py")
    stamps.append(opened(nova).stamp())
    (nova / "nova/manager2.py").unlink()
    stamps.append(opened(nova).stamp())

    assert len(set(stamps)) == 3


SOURCES = {
    "file": Source("file", "nova/virt/driver.py"),
    "absent file": Source("file", "nova/virt/absent.py"),
    "tree": Source("tree", "nova/virt"),
    "names": Source("names", "nova/virt"),
    "all names": Source("names", ""),
    "other tree": Source("tree", "nova/conductor"),
    "absent tree": Source("tree", "nova/absent"),
}


def changed(nova: Path, changes: dict[str, str | bytes | None]) -> set[str]:
    before = {name: opened(nova).state(source) for name, source in SOURCES.items()}
    for path, content in changes.items():
        if content is None:
            (nova / path).unlink()
        else:
            make(nova, {path: content})
    after = {name: opened(nova).state(source) for name, source in SOURCES.items()}
    return {name for name in SOURCES if before[name] != after[name]}


@pytest.mark.parametrize(
    ("changes", "concerned"),
    [
        ({"nova/virt/driver.py": FILES["nova/virt/driver.py"]}, set()),
        ({"nova/virt/driver.py": "x = 1\n"}, {"file", "tree"}),
        ({"nova/virt/libvirt/__init__.py": "x = 1\n"}, {"tree"}),
        ({"nova/virt/absent.py": ""}, {"absent file", "tree", "names", "all names"}),
        ({"nova/virt/driver.py": None}, {"file", "tree", "names", "all names"}),
        ({"nova/absent/x.py": ""}, {"absent tree", "all names"}),
        ({"nova/virt.py": ""}, {"all names"}),
    ],
)
def test_states_change_with_what_they_are_of(
    nova: Path, changes: dict[str, str | bytes | None], concerned: set[str]
) -> None:
    assert changed(nova, changes) == concerned


def test_a_name_of_two_lines_is_not_two_names(nova: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other" / "nova", {"nova/x/a\nnova/x/b": ""})
    make(nova, {"nova/x/a": "", "nova/x/b": ""})
    names = Source("names", "nova/x")
    assert opened(nova).below("nova/x") != opened(other).below("nova/x")
    assert opened(nova).state(names) != opened(other).state(names)


def test_states_of_what_is_not_there(nova: Path) -> None:
    checkout = opened(nova)
    assert [checkout.state(SOURCES[name]) for name in ("absent file", "absent tree")] == [None, None]
    assert checkout.state(Source("file", "nova")) is None
    with pytest.raises(ValueError, match="'folder' is no kind of source"):
        checkout.state(Source("folder", "nova"))


def test_an_unreadable_file_is_not_an_absent_one(nova: Path) -> None:
    before = opened(nova).state(SOURCES["file"])
    with (nova / "nova/virt/driver.py").open("ab") as file:
        file.truncate(MAX_BYTES + 1)
    assert opened(nova).state(SOURCES["file"]) not in {before, None}


# --- links on the web


def test_links_name_the_tag_of_the_release(nova: Path) -> None:
    checkout = opened(nova)
    template = source_uri_template("opendev")

    assert [
        checkout.link("nova/service.py", 3, template=template),
        checkout.link("nova/service.py", template=template),
        checkout.link("nova/virt", template=template),
        checkout.link("nova/virt", 3, template=template),
        checkout.link("nova/absent.py", 3, template=template),
    ] == [
        "https://opendev.org/openstack/nova/src/tag/2013.2/nova/service.py#L3",
        "https://opendev.org/openstack/nova/src/tag/2013.2/nova/service.py",
        "https://opendev.org/openstack/nova/src/tag/2013.2/nova/virt",
        "https://opendev.org/openstack/nova/src/tag/2013.2/nova/virt",
        None,
    ]


@pytest.mark.parametrize("version", ["34.1.0.dev12", "2014.1-dev", "34.0.0+local"])
def test_a_development_version_has_no_tag(nova: Path, version: str) -> None:
    make(nova, {"PKG-INFO": f"Name: nova\nVersion: {version}\n"})
    checkout = opened(nova)

    assert (checkout.release, checkout.ref) == (version, None)
    assert checkout.link("nova/service.py", 3, template=source_uri_template("opendev")) is None


# --- a folder inside the repository of the documentation


def test_a_repository_around_it_is_not_asked(tmp_path: Path) -> None:
    make(tmp_path / "docs/build/nova")
    (tmp_path / "docs/.gitignore").write_text("build/nova/nova/service.py\n")
    start(tmp_path / "docs")

    checkout = opened(tmp_path / "docs/build/nova")

    assert (checkout.commit, checkout.ref) == (None, "2013.2")
    assert checkout.paths == tuple(sorted(FILES))


# --- what is no file, or none to read


def test_links_inside(nova: Path) -> None:
    (nova / "nova/link.py").symlink_to("virt/driver.py")
    (nova / "nova/twice.py").symlink_to("../nova/link.py")
    (nova / "nova/absolute.py").symlink_to(nova / "nova/service.py")
    (nova / "nova/hypervisors").symlink_to("virt")
    checkout = opened(nova)

    links = {"nova/link.py", "nova/twice.py", "nova/absolute.py"}
    assert set(checkout.paths) == set(FILES) | links
    assert checkout.problems == ()
    assert checkout.read("nova/twice.py") == FILES["nova/virt/driver.py"].encode()
    assert checkout.read("nova/absolute.py") == FILES["nova/service.py"].encode()
    assert checkout.digest("nova/link.py") == checkout.digest("nova/virt/driver.py")
    assert checkout.size("nova/link.py") == checkout.size("nova/virt/driver.py")
    template = source_uri_template("opendev")
    assert checkout.link("nova/twice.py", 1, template=template) == checkout.link(
        "nova/virt/driver.py", 1, template=template
    )


def test_a_chain_of_links(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of ``n`` links would be followed through up to ``n`` others."""
    for number in range(300):
        (nova / f"nova/link{number:03}.py").symlink_to(f"link{number + 1:03}.py")
    (nova / "nova/link300.py").write_text("end = 1\n")
    followed = 0
    normpath = posixpath.normpath

    def counted(path: str) -> str:
        nonlocal followed
        followed += 1
        return normpath(path)

    monkeypatch.setattr(posixpath, "normpath", counted)
    checkout = opened(nova)
    assert [path for path in checkout.paths if "link" in path] == [f"nova/link{at:03}.py" for at in range(260, 301)]
    assert {(problem.kind, problem.message) for problem in checkout.problems} == {
        (Kind.OUTSIDE, "a link that leads through more than 40; not followed")
    }
    assert len(checkout.problems) == 260
    assert followed <= 300 * 40


def test_links_that_are_not_followed(nova: Path) -> None:
    (nova.parent / "secret.py").write_text("secret = 1\n")
    (nova.parent / "folder").mkdir()
    for link, target in {
        "nova/out.py": "../../secret.py",
        "nova/abs.py": str(nova.parent / "secret.py"),
        "nova/etc": "/etc",
        "nova/folder": "../../folder",
        "nova/self": "self",
        "nova/one": "two",
        "nova/two": "virt/../one",
        "nova/virt/up": "..",
        "nova/here": ".",
        "nova/nowhere.py": "nothing.py",
        "nova/by.py": "self/x.py",
    }.items():
        (nova / link).symlink_to(target)
    checkout = opened(nova)

    out = "a link that leads out of the checkout; not followed"
    circle = "a link that leads round in a circle; not followed"
    above = "a link to a folder that it lies in; not followed"
    nowhere = "a link to what is not in the checkout"
    assert checkout.paths == tuple(sorted(FILES))
    assert checkout.problems == (
        Problem(Kind.OUTSIDE, out, "nova/abs.py"),
        Problem(Kind.UNREADABLE, nowhere, "nova/by.py"),
        Problem(Kind.OUTSIDE, out, "nova/etc"),
        Problem(Kind.OUTSIDE, out, "nova/folder"),
        Problem(Kind.OUTSIDE, above, "nova/here"),
        Problem(Kind.UNREADABLE, nowhere, "nova/nowhere.py"),
        Problem(Kind.OUTSIDE, circle, "nova/one"),
        Problem(Kind.OUTSIDE, out, "nova/out.py"),
        Problem(Kind.OUTSIDE, circle, "nova/self"),
        Problem(Kind.OUTSIDE, circle, "nova/two"),
        Problem(Kind.OUTSIDE, above, "nova/virt/up"),
    )


def test_pipes_and_sockets_are_not_opened(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(nova / "nova/pipe.py")
    monkeypatch.chdir(nova / "nova")  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
    (nova / "nova/to_pipe.py").symlink_to("pipe.py")
    checkout = opened(nova)

    message = "no regular file (a pipe, a socket or a device) and not opened"
    assert checkout.paths == tuple(sorted(FILES))
    assert checkout.problems == (
        Problem(Kind.SPECIAL, message, "nova/pipe.py"),
        Problem(Kind.SPECIAL, message, "nova/socket.py"),
        Problem(Kind.UNREADABLE, "a link to what is not in the checkout", "nova/to_pipe.py"),
    )


def test_what_turns_into_something_else_after_listing(nova: Path) -> None:
    make(nova, dict.fromkeys(("nova/a.py", "nova/b.py", "nova/c.py", "nova/d.py"), "x = 1\n"))
    checkout = opened(nova)
    for name in "abcd":
        (nova / f"nova/{name}.py").unlink()
    os.mkfifo(nova / "nova/a.py")
    (nova / "nova/b.py").symlink_to("/etc/passwd")
    (nova / "nova/c.py").mkdir()

    for name in "abcd":
        path = f"nova/{name}.py"
        assert problem_of(checkout, path) == Problem(Kind.CHANGED, "changed while it was read", path)
    assert [checkout.digest(f"nova/{name}.py") for name in "abcd"] == [None] * 4


def test_a_huge_file_is_not_read(nova: Path) -> None:
    with (nova / "nova/huge.py").open("wb") as file:
        file.truncate(50 * 1024**2)
    with (nova / "nova/large.py").open("wb") as file:
        file.truncate(MAX_BYTES)
    checkout = opened(nova)

    assert checkout.size("nova/huge.py") == 50 * 1024**2
    assert problem_of(checkout, "nova/huge.py") == Problem(Kind.HUGE, "larger than 16 MiB and not read", "nova/huge.py")
    assert checkout.digest("nova/huge.py") is None
    assert len(checkout.read("nova/large.py")) == MAX_BYTES


def test_undecodable_names_are_left_out(nova: Path) -> None:
    root = os.fsencode(nova)
    with open(root + b"/nova/caf\xe9.py", "wb"):  # noqa: PTH123 - bytes, which no Path takes
        pass
    os.mkdir(root + b"/nova/\xff")  # noqa: PTH102 - as above
    with open(root + b"/nova/\xff/x.py", "wb"):  # noqa: PTH123 - as above
        pass
    make(nova, {"nova/日本.py": "", "nova/a\nb.py": ""})
    checkout = opened(nova)

    assert set(checkout.paths) - set(FILES) == {"nova/日本.py", "nova/a\nb.py"}
    message = "its name is not UTF-8; left out"
    assert checkout.problems == (
        Problem(Kind.ENCODING, message, r"nova/\xff"),
        Problem(Kind.ENCODING, message, r"nova/caf\xe9.py"),
    )
    assert checkout.state(Source("tree", "nova"))


def test_folders_nested_too_deep_are_left_out(nova: Path) -> None:
    folder = nova / "nova"
    for _ in range(200):
        folder /= "d"
        folder.mkdir()
        (folder / "x.py").write_text("")
    checkout = opened(nova)

    assert len(set(checkout.paths) - set(FILES)) == MAX_DEPTH - 1  # the first level is nova/
    assert checkout.problems == (
        Problem(Kind.DEPTH, f"folders nested more than {MAX_DEPTH} deep are left out", "nova"),
    )


def refuse(what: str) -> OSError:
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), what)


def test_a_file_that_may_not_be_read(nova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = opened(nova)
    really_open = os.open

    def guarded(path: str, flags: int) -> int:
        if path.endswith("nova/service.py"):
            raise refuse(path)
        return really_open(path, flags)

    monkeypatch.setattr(_folder.os, "open", guarded)
    denied = Problem(Kind.UNREADABLE, "cannot be read: Permission denied", "nova/service.py")
    assert problem_of(checkout, "nova/service.py") == denied
    assert checkout.digest("nova/service.py") is None
    assert checkout.read("nova/manager.py")


@pytest.mark.parametrize("relative", [True, False])
def test_a_folder_that_may_not_be_listed(nova: Path, monkeypatch: pytest.MonkeyPatch, *, relative: bool) -> None:
    monkeypatch.setattr(_walk, "_AT", relative)
    name = "open" if relative else "scandir"
    really = getattr(os, name)

    def guarded(path: str, *flags: int) -> object:
        if str(path).rstrip("/").endswith("nova/virt"):
            raise refuse(path)
        return really(path, *flags)

    monkeypatch.setattr(_walk.os, name, guarded)
    checkout = opened(nova)

    assert checkout.paths == tuple(sorted(path for path in FILES if not path.startswith("nova/virt/")))
    message = "the folder cannot be listed: Permission denied"
    assert checkout.problems == (Problem(Kind.UNREADABLE, message, "nova/virt"),)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"


@pytest.mark.parametrize(
    ("content", "is_pointer"),
    [(POINTER, True), (POINTER.ljust(1024, b"\n"), False), (b"# " + POINTER, False), (POINTER[:30], False)],
)
def test_a_pointer_of_git_lfs(nova: Path, content: bytes, *, is_pointer: bool) -> None:
    (nova / "nova" / "service.py").write_bytes(content)
    checkout = opened(nova)
    problem = Problem(Kind.UNREADABLE, "a Git LFS pointer, its content is not here", "nova/service.py")
    assert list(checkout.read_many(["nova/service.py"])) == [("nova/service.py", problem if is_pointer else content)]
    if is_pointer:
        for read in (checkout.read, checkout.text):
            with pytest.raises(Unreadable) as caught:
                read("nova/service.py")
            assert caught.value.problem == problem
    assert checkout.digest("nova/service.py") == hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()
