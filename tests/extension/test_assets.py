"""Styles and scripts are on the pages that need them, and on no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from tests.extension.conftest import Site

WITHOUT = ("prose", "role", "genindex", "search")
"""Pages without a directive of ours."""

PAGES = {
    "index": "Index\n=====\n\n.. toctree::\n\n   a_table\n   prose\n   picture\n   role\n   z_table\n",
    "a_table": "Table\n=====\n\n.. nova-layout:: nova\n",
    "picture": "Picture\n=======\n\n.. rpc-flow:: nova.compute.api.API.resize\n",
    "prose": "Prose\n=====\n\n.. container:: nova-extra-spec\n\n   A class of Nova's own.\n",
    "role": "Role\n====\n\nNothing but :openstack:file:`nova/rpc.py`.\n",
    "z_table": "Table\n=====\n\n.. rpc-methods:: compute\n",
}


@pytest.fixture
def flows(site: Site) -> Site:
    """Give the site about a tree in which services talk."""
    make(site.nova, FILES)
    site.write(**PAGES)
    return site


def loaded(site: Site, name: str) -> list[str]:
    """Give what a page loads and runs, without the sums by which browsers know a new file."""
    tags = re.findall(r"<link[^>]*>|<script.*?</script>", site.output(f"{name}.html"), re.DOTALL)
    return [re.sub(r"\?v=\w+", "", tag) for tag in tags]


def ours(site: Site, name: str) -> list[str]:
    """Say what a page has of the extension and of Mermaid."""
    text = " ".join(loaded(site, name))
    return [part for part in ("sphinxext-nova.css", "sphinxext-nova-mermaid.js", "cdn.jsdelivr.net") if part in text]


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_page_without_a_directive_is_as_without_the_extension(flows: Site, parallel: int) -> None:
    assert flows.build(parallel=parallel) == ""
    found = {name: loaded(flows, name) for name in ("index", *WITHOUT)}
    shown = {name: ours(flows, name) for name in PAGES}
    assert shown == {
        "index": [],
        "a_table": ["sphinxext-nova.css"],
        "picture": ["sphinxext-nova.css", "cdn.jsdelivr.net"],
        "prose": [],
        "role": [],
        "z_table": ["sphinxext-nova.css"],
    }
    flows.write(**{name: re.sub(r"\.\. (nova|rpc)-.*|:openstack:file:", "", page) for name, page in PAGES.items()})
    flows.build(extensions=[], nova_checkout=None, out="without")
    assert {name: loaded(flows, name) for name in found} == found


def test_a_page_that_is_written_again_is_the_same(flows: Site) -> None:
    assert flows.build() == ""
    before = {name: flows.output(f"{name}.html") for name in (*PAGES, *WITHOUT)}
    for name in ("prose", "z_table"):
        page = flows.pages / f"{name}.rst"
        page.write_text(f"{page.read_text()}\n.. a comment\n")
    assert flows.build() == ""
    assert flows.read == ("prose", "z_table")
    assert {name: flows.output(f"{name}.html") for name in before} == before


def test_a_project_that_loads_mermaid_itself_has_it_as_it_would(flows: Site) -> None:
    for extensions in (["sphinxcontrib.mermaid", "sphinxext.nova"], ["sphinxext.nova", "sphinxcontrib.mermaid"]):
        assert flows.build(extensions=extensions, out=extensions[0]) == ""
        assert {name: ours(flows, name) for name in WITHOUT} == {
            "prose": [],
            "role": [],
            "genindex": ["cdn.jsdelivr.net"],
            "search": ["cdn.jsdelivr.net"],
        }


def test_the_configuration_is_left_as_it_was(flows: Site) -> None:
    assert flows.build(html_static_path=[]) == ""
    assert flows.app is not None
    assert flows.app.config.html_static_path == []
    assert sorted(path.name for path in flows.app.outdir.glob("_static/sphinxext-nova*")) == [
        "sphinxext-nova-mermaid.js",
        "sphinxext-nova.css",
    ]
