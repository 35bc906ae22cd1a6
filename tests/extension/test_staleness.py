"""What a page depends on: exactly the pages concerned are read again."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import sphinx

from sphinxext.nova.checkout import Checkout, _folder, _look
from tests.small_nova import make
from tests.small_tasks import FILES as SMALL_TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.checkout._look import FolderLook
    from sphinxext.nova.checkout._spec import Place
    from sphinxext.nova.model import Problem
    from tests.extension.conftest import Site

PAGES = {
    "index": "Prose\n=====\n\nNothing of a checkout. \n\n.. toctree::\n   :glob:\n\n   *\n",
    "conductor": "Conductor\n=========\n\n.. nova-layout:: nova/conductor\n",
    "virt": "Virt\n====\n\n.. nova-layout:: nova/virt\n",
    "mention": "Mention\n=======\n\nSee :openstack:file:`nova/service.py`.\n",
    "only": "Only\n====\n\n.. nova-only:: >=2013\n\n   Text.\n",
}


@pytest.fixture
def built(site: Site) -> Site:
    site.write(**PAGES)
    assert site.build() == ""
    assert site.read == tuple(sorted(PAGES))
    return site


def test_nothing_changed_nothing_read(built: Site) -> None:
    assert built.build() == ""
    assert built.read == ()


def test_nothing_changed_nothing_opened(built: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_folder, "open_folder", lambda *arguments: pytest.fail("the checkout is opened"))
    assert built.build() == ""
    assert built.read == ()


def test_another_page_is_read_of_what_was_looked_at(built: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    really_open = _folder.open_folder

    def changed_meanwhile(place: Place, look: FolderLook | None = None) -> Checkout:
        (built.nova / "nova" / "conductor" / "new.py").touch()
        return really_open(place, look)

    built.write(virt=PAGES["virt"] + "\nMore.\n")
    with monkeypatch.context() as patch:
        patch.setattr(_folder, "open_folder", changed_meanwhile)
        built.build()
    assert built.read == ("virt",)
    built.build()
    assert built.read == ("conductor",)


def test_the_same_bytes_written_again_are_no_change(built: Site) -> None:
    file = built.nova / "nova" / "virt" / "driver.py"
    file.write_bytes(file.read_bytes())
    built.build()
    assert built.read == ()


def test_a_changed_file(built: Site) -> None:
    with (built.nova / "nova" / "virt" / "driver.py").open("a") as file:
        file.write("# more\n")
    assert built.build() == ""
    assert built.read == ("virt",)
    built.build()
    assert built.read == ()


def test_a_new_file(built: Site) -> None:
    (built.nova / "nova" / "conductor" / "new.py").touch()
    built.build()
    assert built.read == ("conductor",)


def test_a_file_that_is_gone(built: Site) -> None:
    (built.nova / "nova" / "service.py").unlink()
    assert built.build() == "mention.rst:4: WARNING: no file nova/service.py in nova 2013.2 [nova.name]\n"
    assert built.read == ("mention",)


def test_a_checkout_that_appears(site: Site) -> None:
    away = site.nova.rename(site.nova.with_name("away"))
    site.write(**PAGES)
    assert site.build().count("[nova.checkout]") == 4
    assert site.build() == ""
    assert site.read == ()
    away.rename(site.nova)
    assert site.build() == ""
    assert site.read == ("conductor", "mention", "only", "virt")


def test_a_checkout_that_comes_back(built: Site) -> None:
    before = built.output("conductor.html")
    away = built.nova.rename(built.nova.with_name("away"))
    assert built.build().count("[nova.checkout]") == 4
    away.rename(built.nova)
    assert built.build() == ""
    assert built.read == ("conductor", "mention", "only", "virt")
    assert built.output("conductor.html") == before


@pytest.mark.parametrize("builder", ["text", "dirhtml", "epub", "xml"])
def test_another_builder_has_read_the_change(built: Site, builder: str) -> None:
    """They share a folder of doctrees, as with ``make html text``."""
    config = {"version": "1", "copyright": "nobody"}  # EPUB wants them
    written: list[str] = []

    def build(name: str) -> None:
        written.clear()
        assert built.build(name, **config) == ""
        assert built.app is not None
        for page in PAGES:
            outputs = sorted(built.app.outdir.rglob(f"{page}.*" if name != "dirhtml" else f"{page}/index.html"))
            written.extend(page for file in outputs if b"new.py" in file.read_bytes())

    build("html")
    build(builder)
    assert written == []
    (built.nova / "nova" / "conductor" / "new.py").touch()
    build("html")
    assert (built.read, written) == (("conductor",), ["conductor"])
    build(builder)
    assert (built.read, written) == ((), ["conductor"])
    assert built.app is not None
    times = {file: file.stat().st_mtime_ns for file in built.app.outdir.rglob("*virt*") if file.is_file()}
    build(builder)
    assert {file: file.stat().st_mtime_ns for file in times} == times


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    done = subprocess.run(("git", *identity, *arguments), cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_new_revision(site: Site) -> None:
    git(site.nova, "init", "-q", "-b", "main")
    git(site.nova, "add", "-A")
    git(site.nova, "commit", "-q", "-m", "first")
    site.write(**PAGES)
    (site.pages / "other.rst").write_text("Other\n=====\n\n.. nova-layout:: nova/virt\n   :checkout: plain\n")
    config = {"nova_checkout": "../nova@main", "nova_checkouts": {"plain": "../nova"}}
    assert site.build(**config) == ""
    assert f"/commit/{git(site.nova, 'rev-parse', 'HEAD')}/nova/virt" in site.output("virt.html")
    git(site.nova, "checkout", "-q", "-b", "work")
    (site.nova / "nova" / "service.py").write_text("x = 1\n")
    git(site.nova, "commit", "-q", "-a", "-m", "second")
    assert site.build(**config) == ""
    assert site.read == ("other",)
    git(site.nova, "branch", "-f", "main", "work")
    assert site.build(**config) == ""
    assert site.read == ("conductor", "mention", "only", "virt")
    assert site.build(**config) == ""
    assert site.read == ()


def test_parallel_output_is_serial_output(site: Site) -> None:
    site.write(**PAGES, **{f"more{number}": PAGES["virt"] for number in range(12)})
    assert site.build(out="serial") == ""
    assert site.build(out="parallel", parallel=4) == ""
    assert site.build(out="again", parallel=4) == ""

    def files(name: str) -> dict[str, bytes]:
        folder = site.pages.parent / name / "html"
        found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
        # In Sphinx 7.2 the search index of any project depends on which process is ready first.
        varies = {"searchindex.js"} if sphinx.version_info < (8, 0) else set()
        return {
            name: path.read_bytes() for name, path in found.items() if ".doctrees" not in name and name not in varies
        }

    serial = files("serial")
    assert serial == files("parallel") == files("again")
    assert not [name for name, data in serial.items() if str(site.pages.parent).encode() in data]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at checkouts a minute later: everything in them has been there for a while."""
    monkeypatch.setattr(_look, "time", SimpleNamespace(time_ns=lambda: time.time_ns() + 60 * 10**9))


def kept(site: Site) -> Path:
    return site.pages.parent / "out" / "doctrees" / "sphinxext-nova.json"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record when a checkout is opened, or looked at without the help of an earlier look."""
    done: list[str] = []
    for module, name in ((_folder, "open_folder"), (_look, "look_below")):
        really = getattr(module, name)

        def record(*arguments: object, name: str = name, really: Callable[..., object] = really) -> object:
            done.append(name)
            return really(*arguments)

        monkeypatch.setattr(module, name, record)
    return done


@pytest.mark.usefixtures("later")
def test_what_the_first_build_saw_helps_the_second(site: Site, opened: list[str]) -> None:
    site.write(**PAGES)
    site.build()
    opened.clear()
    assert site.build() == ""
    assert (site.read, opened) == ((), [])


@pytest.mark.usefixtures("later")
def test_a_file_is_touched_that_no_page_needs(built: Site, opened: list[str]) -> None:
    (built.nova / "setup.py").write_text("x = 1\n")
    built.build()
    assert (built.read, opened) == ((), ["look_below", "open_folder"])
    opened.clear()
    built.build()
    assert (built.read, opened) == ((), [])

    with (built.nova / "nova" / "virt" / "driver.py").open("a") as file:
        file.write("# more\n")
    built.build()
    assert built.read == ("virt",)
    opened.clear()
    built.build()
    assert (built.read, opened) == ((), [])


@pytest.mark.usefixtures("later")
def test_an_older_environment_comes_back(built: Site) -> None:
    environment = kept(built).with_name("environment.pickle")
    before = environment.read_bytes()
    with (built.nova / "nova" / "virt" / "driver.py").open("a") as file:
        file.write("# more\n")
    built.build()
    assert built.read == ("virt",)
    environment.write_bytes(before)
    built.build()
    assert built.read == ("virt",)


@pytest.mark.usefixtures("later")
def test_nothing_can_be_kept(built: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a read-only file system, whose builds find nothing to read, either."""

    (built.nova / "setup.py").write_text("x = 1\n")
    refused: list[str] = []
    for name in ("write_text", "unlink"):
        really: Callable[..., object] = getattr(Path, name)

        def refuse(
            path: Path, *arguments: object, name: str = name, really: Callable[..., object] = really, **options: object
        ) -> object:
            if not path.name.startswith("sphinxext-nova."):
                return really(path, *arguments, **options)
            refused.append(name)
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

        monkeypatch.setattr(Path, name, refuse)
    assert built.build() == ""
    assert (built.read, refused) == ((), ["write_text", "unlink"])


def look(stamp: object, fields: object) -> Callable[[str], bytes]:
    return lambda of: json.dumps([1, {"../nova": [of if stamp == "" else stamp, fields]}]).encode()


DAMAGED: list[bytes | Callable[[str], bytes]] = [
    *(b"", b"[]", b"[1, []]", b'[1, {"../nova": ["", []]}]', b"[0, {}]", b"\xff", b"[" * 100_000, b"[1, 1]", b"1"),
    look("", ["x", ["nova/service.py"], ["."], [1, 1], [], []]),
    look("", [1, [], [], [], [], []]),
    look("", ["x", [1], [], [], [], []]),
    look("", ["x", ["\0"], [], [], [], []]),
    look("", ["x", ["\ud800"], [], [], [], []]),
    look("", ["x", "nova/service.py", [], [], [], []]),
    look("", ["x", [], [None], [], [], []]),
    look("", ["x", [], ["\0"], [], [], []]),
    look("", ["x", [], [], ["1"], [], []]),
    look("", ["x", [], [], [], [{}], []]),
    look("", ["x", [], [], [], ["\0"], [0, 0, 0]]),
    look("", ["x", [], [], [], [], {}]),
    look("", ["x", [], [], [10**40], [], []]),
    look([], ["x", [], [], [], [], []]),
]


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("damage", DAMAGED)
def test_what_was_kept_is_damaged(built: Site, damage: bytes | Callable[[str], bytes]) -> None:
    assert built.app is not None
    [stamp] = built.app.env.domaindata["openstack"]["stamps"].values()
    content = damage if isinstance(damage, bytes) else damage(stamp)
    kept(built).write_bytes(content)
    assert built.build() == ""
    assert built.read == ()
    with (built.nova / "nova" / "virt" / "driver.py").open("a") as file:
        file.write("# more\n")
    kept(built).write_bytes(content)
    assert built.build() == ""
    assert built.read == ("virt",)


# --- what could not be read, or was changed meanwhile

TASKS = "nova/compute/manager.py"


def test_a_file_is_changed_while_a_page_is_read(built: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """And has its old bytes again before the next build."""
    file = built.nova / "nova/virt/driver.py"
    before = file.read_bytes()
    really = Checkout.read_many

    def switched(self: Checkout, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        file.write_bytes(before + b"# more\n")
        return really(self, paths)

    built.write(virt=PAGES["virt"] + "\nMore.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Checkout, "read_many", switched)
        assert built.build() == (
            "virt.rst:4: WARNING: ../nova: nova/virt/driver.py: changed while it was read [nova.changed]\n"
        )
    file.write_bytes(before)
    assert built.build() == ""
    assert built.read == ("virt",)
    fresh = built.output("virt.html")
    assert built.build() == ""
    assert built.read == ()
    assert built.build(out="fresh") == ""
    assert built.output("virt.html") == fresh


def test_an_object_that_comes_back(site: Site) -> None:
    """The stamp of a revision is the same, and so are all its ids."""
    make(site.nova, SMALL_TASKS)
    git(site.nova, "init", "-q", "-b", "main")
    git(site.nova, "add", "-A")
    git(site.nova, "commit", "-q", "-m", "first")
    oid = git(site.nova, "rev-parse", f"main:{TASKS}")
    file = site.nova / ".git/objects" / oid[:2] / oid[2:]
    site.write(
        index="Tasks\n=====\n\n.. periodic-tasks::\n\n.. toctree::\n   :glob:\n\n   *\n",
        layout="Layout\n======\n\n.. nova-layout:: nova/compute\n",
        other="Other\n=====\n\n.. nova-layout:: nova/virt\n",
    )
    config = {"nova_checkout": "../nova@main", "nova_cache_dir": "../cache"}
    away = file.rename(site.pages.parent / "away")
    missing = f"WARNING: ../nova@main: {TASKS}: its object is missing from the repository [nova.unreadable]"
    assert site.build(**config).splitlines() == [f"index.rst:4: {missing}"]
    half = site.output("index.html")
    assert site.build(**config) == ""
    assert site.read == ()
    away.rename(file)
    assert site.build(**config) == ""
    assert site.read == ("index", "layout")
    whole = site.output("index.html"), site.output("layout.html")
    assert whole[0] != half
    assert site.build(**config) == ""
    assert site.read == ()
    assert site.build(out="fresh", **(config | {"nova_cache_dir": ""})) == ""
    assert (site.output("index.html"), site.output("layout.html")) == whole
