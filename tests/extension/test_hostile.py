"""A checkout with everything wrong: one clear warning for each thing, and a whole page."""

from __future__ import annotations

import os
import re
from html import escape
from typing import TYPE_CHECKING

import pytest
from sphinx.util.inventory import InventoryFile

from tests.hostile_nova import PAGE as EVERYTHING
from tests.hostile_nova import make_hostile
from tests.markup import unshown, wrong_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.extension.conftest import Site

BUILDERS = (
    *("html", "dirhtml", "singlehtml", "json", "text", "man", "latex", "texinfo", "xml", "pseudoxml", "gettext"),
    *("qthelp", "linkcheck", "epub"),
)

PAGE = "Tree\n====\n\n.. nova-layout:: nova/conductor\n   :only: files folders\n   :depth: 2\n   :exclude: tasks deep\n"


def plant(folder: Path) -> None:
    """Put a file of every bad kind into a service's own folder, where each is read for its role."""
    (folder / "half.py").write_text("class Whole(object):\n    pass\n\n\ndef half(:\n")
    with (folder / "enormous.py").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (folder / "round").symlink_to("round")
    (folder / "out.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")
    (folder / "latin.py").write_bytes(b'"""D\xe9j\xe0 vu."""\n')
    (folder / "zero.py").write_bytes(b'"""A\0B"""\n')
    with open(os.fsencode(folder) + b"/\xff\xfe.py", "wb"):  # noqa: PTH123 - a name that no Path should need to show
        pass
    deep = os.fspath(folder / "deep")
    here = os.getcwd()  # noqa: PTH109 - one step at a time: the whole path is too long for one call
    try:
        os.mkdir(deep)  # noqa: PTH102
        os.chdir(deep)
        for _ in range(200):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
    finally:
        os.chdir(here)


@pytest.mark.parametrize("builder", ["html", "text", "latex"])
def test_each_bad_thing_is_one_warning(site: Site, builder: str) -> None:
    plant(site.nova / "nova" / "conductor")
    site.write(index=PAGE)
    warnings = site.build(builder)
    found = re.findall(
        r"^index\.rst:4: WARNING: \.\./nova: (\S+?):(?:\d+:)? .* \[nova\.(\w+)\]$", warnings, re.MULTILINE
    )
    assert len(found) == warnings.count("\n")
    assert sorted((kind, path.removeprefix("nova/conductor/")[:11]) for path, kind in found) == [
        ("binary", "zero.py"),
        ("depth", "nova"),
        ("encoding", "\\xff\\xfe.py"),
        ("encoding", "latin.py"),
        ("huge", "enormous.py"),
        ("outside", "out.py"),
        ("outside", "round"),
        ("special", "pipe.py"),
        ("syntax", "half.py"),
    ]
    assert "rpcapi.py" in "".join(
        path.read_text() for path in site.app.outdir.rglob("*") if path.suffix in {".html", ".txt", ".tex"}
    )


@pytest.mark.parametrize("builder", BUILDERS)
def test_no_text_of_a_checkout_ends_a_build_or_gets_out_as_it_is(site: Site, tmp_path: Path, builder: str) -> None:
    site.nova = make_hostile(tmp_path / "nova")
    site.write(index=EVERYTHING)
    warnings = site.build(builder, numfig=True, nitpicky=True, linkcheck_ignore=[".*"], nova_cache_dir="")
    assert unshown(warnings) == ""
    ours = [line for line in warnings.splitlines() if not line.startswith('WARNING: conf value "')]
    assert [line for line in ours if not re.fullmatch(r"index\.rst:\d+: WARNING: .* \[nova\.\w+\]", line)] == []
    assert site.app is not None
    assert list(wrong_files(site.app.outdir)) == []


def test_what_cannot_be_shown_is_escaped(site: Site, tmp_path: Path) -> None:
    site.nova = make_hostile(tmp_path / "nova")
    site.write(index=EVERYTHING)
    warnings = site.build("dummy", nova_cache_dir="")
    text = site.doctree("index").astext()
    for escaped in (
        r"hostile\ud800\udfff\x1b[31m\x07\x85\u202e\ufffe\u2028\n\t; ! | @ </td> ]]> {0} %s",  # a method
        r"compute\ud800\udfff\x1b[31m",  # a topic
        r"argument\ud800\udfff\x1b[31m",
        r"2.0\ud800\udfff\x1b[31m",  # a version
        r"nova/red\x1b[31m\x07\x85\u202e\u2066\u200f\ufffe\uffff\ufdd0\U0001ffff/",  # a folder
        r"nova/two\nlines/ta\tb.py",
        r"Red \x1b[31m\x07",  # what a docstring says
        r"Cleans \x1b[31m\x07",
        r"More \x1b[31m\x07",  # the help of an option
        r"CONF.workers or '\ud800\udfff\x1b[31m",  # an expression
    ):
        assert escaped in text, escaped
    assert r"nova/compute/to\x1b[31m\u202e.py:3: a statement is not understood" in warnings


def test_the_inventory_and_the_index_have_the_same_names(site: Site, tmp_path: Path) -> None:
    site.nova = make_hostile(tmp_path / "nova")
    site.write(index=EVERYTHING)
    site.build("html", nova_cache_dir="")
    assert site.app is not None
    with (site.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    shown = site.output("genindex.html")
    for objtype, name in (
        ("folder", r"nova/two\nlines"),
        ("file", r"nova/two\nlines/ta\tb.py"),
        ("rpc", r"compute.hostile\ud800\udfff\x1b[31m\x07\x85\u202e\ufffe\u2028\n\t; ! | @ </td> ]]> {0} %s"),
    ):
        assert name in inventory[f"openstack:{objtype}"]
        assert escape(name.partition(";")[0]) in shown


def test_a_role_may_write_a_name_as_it_is(site: Site, tmp_path: Path) -> None:
    site.nova = make_hostile(tmp_path / "nova")
    layout = ".. nova-layout:: nova/compute\n   :only: files\n\n"
    site.write(index=f"Tree\n====\n\n{layout}:openstack:file:`~nova/compute/to\x1b[31m\u202e.py`\n")
    warnings = site.build("html", nova_cache_dir="")
    assert [line for line in warnings.splitlines() if "nova.name" in line] == []
    assert r'title="nova/compute/to\x1b[31m\u202e.py"' in site.output("index.html")
