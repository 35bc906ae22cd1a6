"""``nova-layout`` in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import defusedxml.ElementTree
import pytest

from sphinxext.nova.catalog import bundled

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from tests.extension.conftest import Site

RST = """\
Tree
====

.. nova-layout:: nova
   :caption: What is in *nova*
   :name: the-tree
   :class: wide

   virt: Hypervisors, see
      :openstack:file:`nova/virt/driver.py`.
"""
MYST = """\
# Tree

```{nova-layout} nova
:caption: What is in *nova*
:name: the-tree
:class: wide

virt: Hypervisors, see
   {openstack:file}`nova/virt/driver.py`.
```
"""


def test_rst_and_markdown_give_one_doctree(site: Site, dump: Callable[[nodes.document], str]) -> None:
    site.write(index=RST)
    assert site.build() == ""
    rst = site.doctree("index")
    (site.pages / "index.rst").unlink()
    site.write(index_md=MYST)
    assert site.build(out="again") == ""
    assert rst.nameids["the-tree"] == site.doctree("index").nameids["the-tree"]
    assert "nova-table" in dump(rst)
    assert dump(rst) == dump(site.doctree("index"))


def test_a_table(site: Site, dump: Callable[[nodes.document], str]) -> None:
    site.write(index="Tree\n====\n\n.. openstack:nova-layout:: nova\n   :columns: path, lines\n   :only: files\n")
    assert site.build() == ""
    link = "https://opendev.org/openstack/nova/src/tag/2013.2/nova"

    def entry(name: str) -> str:
        return rf"('single',\ 'nova/{name}\ (file)',\ 'nova-file-nova-{name}',\ '',\ None)"

    rows = "".join(
        f"""\
                        <row>
                            <entry>
                                <paragraph>
                                    <index entries="{entry(name)}">
                                    <target>
                                    <reference refuri="{link}/{name}">
                                        <literal>
                                            nova/{name}
                            <entry>
                                <paragraph classes="nova-number">
                                    {lines}
"""
        for name, lines in (("__init__.py", 4), ("manager.py", 2), ("service.py", 3))
    )
    table = dump(site.doctree("index"))
    assert table[table.index("        <nova_answer") :] == (
        """\
        <nova_answer asked="nova" question="nova-layout">
            <table classes="nova-table colwidths-given">
                <tgroup cols="2">
                    <colspec colwidth="28" stub="1">
                    <colspec colwidth="9" stub="0">
                    <thead>
                        <row>
                            <entry>
                                <paragraph>
                                    Path
                            <entry>
                                <paragraph classes="nova-number">
                                    Lines
                    <tbody>
"""
        + rows
    )


def test_a_tree(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n   :style: tree\n   :depth: 2\n   :columns: path\n")
    assert site.build("text") == ""
    assert site.output("index.txt") == (
        "Tree\n****\n\n"
        '* "nova/conductor/"\n\n'
        '  * "nova/conductor/tasks/"\n\n'
        '* "nova/virt/"\n\n'
        '  * "nova/virt/libvirt/"\n'
    )


def test_descriptions_in_japanese(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout::\n")
    assert site.build(language="ja") == ""
    entry = bundled().lookup("nova", "2013.2")
    assert entry
    assert entry.description("ja") in site.output("index.html")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("", ["conductor/", "virt/"]),
        (":only: services", ["conductor/"]),
        (":only: support", ["virt/"]),
        (":only: support, files", ["virt/", "__init__.py", "manager.py", "service.py"]),
        (":exclude: vi* conductor/tasks\n   :depth: 2", ["conductor/"]),
        (":only: files\n   :exclude: __init__.py", ["manager.py", "service.py"]),
    ],
)
def test_what_is_shown(site: Site, options: str, shown: list[str]) -> None:
    site.write(index=f"Tree\n====\n\n.. nova-layout:: nova\n   :columns: path\n   :style: tree\n   {options}\n")
    assert site.build() == ""
    assert [literal.astext() for literal in site.doctree("index").findall(lambda node: node.tagname == "literal")] == [
        f"nova/{name}" for name in shown
    ]


@pytest.mark.parametrize(
    ("directive", "warning"),
    [
        (
            ".. nova-layout:: nova/konductor",
            (
                "nova-layout: no folder nova/konductor in nova 2013.2; near matches: nova/conductor,"
                " nova/conductor/tasks [nova.name]"
            ),
        ),
        (
            ".. nova-layout::\n   :depth: deep",
            "nova-layout: :depth: takes a number from 1 to 99, not 'deep' [nova.option]",
        ),
        (
            ".. nova-layout::\n   :style: heap",
            "nova-layout: :style: does not know 'heap', only table, tree [nova.option]",
        ),
        (
            ".. nova-layout::\n   :columns: path, colour",
            (
                "nova-layout: :columns: does not know 'colour', only path, description, service, role, files, lines"
                " [nova.option]"
            ),
        ),
        (
            ".. nova-layout::\n   :checkout: essex",
            "nova-layout: nova_checkouts has no 'essex'; it has: none [nova.checkout]",
        ),
    ],
)
def test_a_question_that_cannot_be_asked(site: Site, directive: str, warning: str) -> None:
    site.write(index=f"Tree\n====\n\n{directive}\n\nThe rest.\n")
    assert site.build("text") == f"index.rst:4: WARNING: {warning}\n"
    assert site.output("index.txt") == (
        "Tree\n****\n\nWhat belongs here could not be read from the source.\n\nThe rest.\n"
    )


@pytest.mark.parametrize("checkout", ["../nowhere", "../nova@2013.2", "../pages", "../nova/setup.cfg"])
def test_a_checkout_that_cannot_be_read(site: Site, checkout: str) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout::\n")
    warnings = site.build("text", nova_checkout=checkout)
    assert warnings.startswith("index.rst:4: WARNING: nova-layout: ")
    assert warnings.count("\n") == 1
    assert "What belongs here could not be read" in site.output("index.txt")


def test_where_nothing_is_left_the_page_says_so(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n   :only: services\n   :exclude: *\n")
    assert site.build("text") == ""
    assert site.output("index.txt") == "Tree\n****\n\nNothing of the kind is there.\n"


def test_what_is_not_there_or_not_described_warns(site: Site) -> None:
    (site.nova / "nova" / "misc").mkdir()
    (site.nova / "nova" / "misc" / "x.txt").write_text("x")
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n\n   cells: Gone.\n   nonsense\n")
    assert site.build() == (
        "index.rst:4: WARNING: nova-layout: not of the form 'path: description': nonsense [nova.option]\n"
        "index.rst:6: WARNING: no cells to describe in nova [nova.stale]\n"
        "index.rst:4: WARNING: nobody says what is in nova/misc [nova.undescribed]\n"
    )


def test_the_users_catalogue_goes_before_the_bundled_one(site: Site) -> None:
    (site.pages / "mine.toml").write_text(
        '[[entry]]\npath = "nova/virt"\ndescription = "Our drivers."\n\n'
        '[[entry]]\npath = "nova/gone"\ndescription = "Was here."\n'
    )
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n   :columns: path description\n   :only: support\n")
    assert site.build("text", nova_catalog="mine.toml") == (
        "mine.toml:5: WARNING: nova/gone is described but not in ../nova [nova.stale]\n"
    )
    assert "Our drivers." in site.output("index.txt")


def test_bad_files_warn_once_for_all_pages(site: Site) -> None:
    (site.nova / "nova" / "virt" / "driver.py").write_bytes(b'"""\xff"""\n')
    (site.nova / "nova" / "virt" / "loop").symlink_to("loop")
    page = ":orphan:\n\nTree\n====\n\n.. nova-layout:: nova/virt\n   :only: files\n   :exclude: driver.py\n"
    site.write(index=page, second=page, third=page)
    serial = site.build()
    assert [line.partition(" WARNING: ")[2].partition(": ")[0] for line in serial.splitlines()] == ["../nova"] * 2
    assert [line.rpartition(" ")[2] for line in serial.splitlines()] == ["[nova.outside]", "[nova.encoding]"]
    assert serial.count("index.rst:6: ") == 2
    assert site.build(parallel=2, out="other") == serial


MARKUP = "*a* `b` |c| :d:`e` <script>alert(1)</script> & $x$ {{ y }} \\newpage \x07 %"
BUILDERS = ["html", "dirhtml", "singlehtml", "latex", "man", "text", "epub", "texinfo", "gettext", "json", "xml"]


@pytest.mark.parametrize("builder", [*BUILDERS, "pseudoxml", "linkcheck", "changes", "dummy"])
def test_every_builder_shows_it_as_text(site: Site, builder: str) -> None:
    (site.nova / "nova" / "virt" / "driver.py").write_text(f'"""{MARKUP}"""\n'.replace("\\", "\\\\"))
    for name in ("*a*_`b`|c|", "<script>", "$x&y%z#~^", "-- no option", "日本語"):
        (site.nova / "nova" / "virt" / f"{name}.py").write_text(f'"""{MARKUP}"""\n'.replace("\\", "\\\\"))
    site.write(index="Tree\n====\n\n.. nova-layout:: nova/virt\n   :only: files\n   :caption: Files\n")
    config = {"linkcheck_ignore": [".*"], "version": "1", "epub_copyright": "x", "numfig": True, "smartquotes": True}
    assert site.build(builder, **config) == ""
    if builder == "text":
        assert "<script>alert(1)</script>" in site.output("index.txt")
    if builder in {"html", "singlehtml"}:
        assert "<script>alert" not in site.output("index.html")
        assert "<script>.py" in site.text("index.html")
    if builder == "xml":
        defusedxml.ElementTree.fromstring(site.output("index.xml"))
