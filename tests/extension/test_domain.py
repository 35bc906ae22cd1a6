"""Roles, references, inventory and index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.util.inventory import InventoryFile

if TYPE_CHECKING:
    from tests.extension.conftest import Site

INDEX = """\
Tree
====

.. nova-layout:: nova

To :openstack:folder:`nova/virt/`, :openstack:file:`nova/service.py`, :openstack:folder:`drivers <nova/virt>` and
:any:`nova/conductor`.

.. toctree::

   second
"""
SECOND = """\
Second
======

.. nova-layout:: nova
   :checkout: old
   :columns: path

To :openstack:folder:`nova/virt` and :openstack:folder:`old:nova/virt`.
"""


def references(site: Site, docname: str) -> list[tuple[str, str]]:
    document = site.app.env.get_and_resolve_doctree(docname, site.app.builder)
    paragraph = next(
        node for node in document.findall(lambda node: node.tagname == "paragraph") if "To " in node.astext()
    )
    return [
        (node.astext(), node.get("refuri") or f"#{node['refid']}")
        for node in paragraph.findall(lambda node: node.tagname == "reference")
    ]


def test_references_lead_to_rows_or_else_to_the_source(site: Site) -> None:
    site.write(index=INDEX, second=SECOND)
    assert site.build(nova_checkouts={"old": "../nova"}, nitpicky=True) == ""
    source = "https://opendev.org/openstack/nova/src/tag/2013.2/nova/service.py"
    assert references(site, "index") == [
        ("nova/virt/", "#nova-folder-nova-virt"),
        ("nova/service.py", source),
        ("drivers", "#nova-folder-nova-virt"),
        ("nova/conductor", "#nova-folder-nova-conductor"),
    ]
    assert references(site, "second") == [
        ("nova/virt", "index.html#nova-folder-nova-virt"),
        ("nova/virt", "#nova-old-folder-nova-virt"),
    ]
    with (site.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    assert sorted(inventory["openstack:folder"]) == [
        "nova/conductor",
        "nova/virt",
        "old:nova/conductor",
        "old:nova/virt",
    ]
    assert '<a href="index.html#nova-folder-nova-virt">nova/virt (folder)</a>' in site.output("genindex.html")


def test_a_path_that_is_not_there_is_one_warning(site: Site) -> None:
    site.write(index="Tree\n====\n\nTo :openstack:folder:`nova/service.py` and :openstack:file:`x:nova`.\n")
    assert site.build("text", nitpicky=True) == (
        "index.rst:4: WARNING: no folder nova/service.py in nova 2013.2 [nova.name]\n"
        "index.rst:4: WARNING: nova_checkouts has no 'x'; it has: none [nova.checkout]\n"
    )
    assert site.output("index.txt") == 'Tree\n****\n\nTo "nova/service.py" and "nova".\n'


def test_what_an_older_version_has_kept_is_read_anew(site: Site, monkeypatch: object) -> None:
    site.write(index=INDEX.partition("To ")[0])
    assert site.build() == ""
    from sphinxext.nova import extension

    monkeypatch.setattr(extension, "ENV_VERSION", extension.ENV_VERSION + 1)
    assert site.build() == ""
    assert site.read == ("index",)
