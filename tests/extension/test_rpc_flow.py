"""``rpc-flow`` in a page: the diagram, its table, and what each builder makes of them."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from sphinx.util.inventory import InventoryFile

from tests.bad_questions import ANSWERED, REFUSED, WHOLE
from tests.mermaid_text import check
from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.extension.conftest import Site

RST = """\
Resize
======

See :numref:`resizing`.

.. rpc-flow:: nova.compute.api.API.resize
   :caption: How *nova* resizes
   :name: resizing
   :class: wide
   :failures:
   :alt: A resize; *one*
   :direction: rtl
   :columns: number sender receiver kind method sent_by condition
"""
MYST = """\
# Resize

See {numref}`resizing`.

```{rpc-flow} nova.compute.api.API.resize
:caption: How *nova* resizes
:name: resizing
:class: wide
:failures:
:alt: A resize; *one*
:direction: rtl
:columns: number sender receiver kind method sent_by condition
```
"""

DIAGRAM = """\
sequenceDiagram
  accTitle: How nova resizes
  accDescr: A resize#59; *one*
  box transparent source
    participant p5 as nova-compute
  end
  box transparent destination
    participant p4 as nova-compute
  end
  participant p3 as nova-scheduler
  participant p2 as nova-conductor
  participant p1 as nova-api
  Note over p1: API.resize
  p1-)p2: 1. cast migrate_server
  p2->>+p3: 2. call select
  p3-->>-p2: (2)
  p2-)p4: 3. cast prep_resize
  opt instance.is_running
    p4->>+p5: 4. call resize_instance
    p5-->>-p4: (4)
  end
  opt on failure: Exception
    p4-)p2: 5. cast migrate_server
    Note over p2: goes on as after 1
  end
"""


@pytest.fixture
def flows(site: Site) -> Site:
    """Give the site about a tree in which services talk."""
    make(site.nova, FILES)
    return site


def page(flow: str, *options: str) -> str:
    """Write a page with one flow."""
    return f"Flow\n====\n\n.. rpc-flow:: {flow}\n" + "".join(f"   {option}\n" for option in options)


RESIZE = "nova.compute.api.API.resize"


def codes(site: Site) -> list[str]:
    """Give the diagrams of the first page."""
    return [node["code"] for node in site.doctree("index").findall(lambda node: node.tagname == "nova_diagram")]


def rows(site: Site) -> list[list[str]]:
    """Give the texts of the cells of the first page's table."""
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in site.doctree("index").findall(nodes.row)]


def test_rst_and_markdown_give_one_doctree(flows: Site, dump: Callable[[nodes.document], str]) -> None:
    flows.write(index=RST)
    assert flows.build(numfig=True) == ""
    rst = flows.doctree("index")
    (flows.pages / "index.rst").unlink()
    flows.write(index_md=MYST)
    assert flows.build(numfig=True, out="again") == ""
    assert dump(rst) == dump(flows.doctree("index"))


def test_the_diagram_and_its_table(flows: Site) -> None:
    flows.write(index=RST)
    assert flows.build(numfig=True) == ""
    assert codes(flows) == [DIAGRAM]
    check(DIAGRAM)
    conductor, compute = "ConductorManager.migrate_server", "ComputeManager.prep_resize"
    source, dest = "nova-compute (source)", "nova-compute (destination)"
    assert rows(flows) == [
        ["Step", "From", "To", "Kind", "Method", "Sent by", "Only if"],
        ["1", "nova-api", "nova-conductor", "cast", "migrate_server", "API.resize", ""],
        ["2", "nova-conductor", "nova-scheduler", "call", "select", conductor, ""],
        ["3", "nova-conductor", dest, "cast", "prep_resize", conductor, ""],
        ["4", dest, source, "call", "resize_instance", compute, "instance.is_running"],
        ["5", dest, "nova-conductor", "cast", "migrate_server", compute, "on failure: Exception"],
    ]
    html = flows.output("index.html")
    assert "Fig. 1" in html
    assert html.count('class="mermaid"') == 1
    said = [item.astext() for item in flows.doctree("index").findall(nodes.list_item)]
    assert said == ["To all servers of a service, with nothing following: 1 (update_info). :side:"]


def test_both_ends_are_linked(flows: Site) -> None:
    flows.write(index=page(RESIZE))
    assert flows.build(nova_source_uri="https://example.org/{path}#{line}") == ""
    links = [node["refuri"] for node in flows.doctree("index").findall(nodes.reference)]

    def line(path: str, text: str) -> int:
        return next(
            number for number, said in enumerate((flows.nova / path).read_text().splitlines(), 1) if text in said
        )

    api, conductor, compute = "nova/compute/api.py", "nova/conductor/manager.py", "nova/compute/manager.py"
    scheduler = "nova/scheduler/manager.py"
    assert links == [
        f"https://example.org/{path}#{line(path, text)}"
        for path, text in [
            (api, "self.conductor.migrate_server"),
            (conductor, "def migrate_server"),
            (conductor, "self.scheduler.select"),
            (scheduler, "def select"),
            (conductor, "self.compute.prep_resize"),
            (compute, "def prep_resize"),
            (compute, "self.compute.resize_instance"),
            (compute, "def resize_instance"),
        ]
    ]


def test_numbers_in_a_diagram_lead_to_rows(flows: Site) -> None:
    flows.write(index=page(RESIZE) + page(RESIZE, ":failures:").partition("\n\n")[2])
    assert flows.build(nova_mermaid="local", **local(flows)) == ""
    html = flows.output("index.html")
    first, second = re.findall(r'<pre class="nova-mermaid" data-rows="([^"]+)">', html)
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert [f"{first}{number}" in ids for number in range(1, 6)] == [True] * 4 + [False]
    assert [f"{second}{number}" in ids for number in range(1, 6)] == [True] * 5


def local(site: Site) -> dict[str, object]:
    """Put something where Mermaid would be, and give the configuration that takes it."""
    (site.pages / "static").mkdir(exist_ok=True)
    (site.pages / "static" / "mermaid.min.js").write_text("// Mermaid", encoding="utf-8")
    return {"html_static_path": ["static"]}


def test_mermaid_of_the_project_needs_no_inline_script_and_no_network(flows: Site) -> None:
    flows.write(index=page(RESIZE) + "\n.. toctree::\n\n   other\n", other="Other\n=====\n")
    assert flows.build(nova_mermaid="local", html_theme="basic", **local(flows)) == ""
    scripts = re.findall(r"<script([^>]*)>", flows.output("index.html"))
    assert re.findall(r'src="_static/([^"?]+)', "".join(scripts))[-2:] == [
        "mermaid.min.js",
        "sphinxext-nova-mermaid.js",
    ]
    for name in ("index.html", "other.html", "genindex.html", "search.html"):
        assert "cdn.jsdelivr" not in flows.output(name), name
        assert 'type="module"' not in flows.output(name), name
    assert "mermaid.min.js" not in flows.output("other.html")
    assert (flows.app.outdir / "_static" / "sphinxext-nova-mermaid.js").is_file()


def test_diagrams_of_others_are_still_drawn_by_others(flows: Site) -> None:
    flows.write(index=page(RESIZE) + "\n.. mermaid::\n\n   graph LR\n")
    assert flows.build(nova_mermaid="local", **local(flows)) == ""
    html = flows.output("index.html")
    assert 'class="mermaid"' in html
    assert 'class="nova-mermaid"' in html
    assert "cdn.jsdelivr" in html


def test_missing_mermaid_is_said(flows: Site) -> None:
    flows.write(index=page(RESIZE))
    assert flows.build(nova_mermaid="local") == (
        "WARNING: nova_mermaid: no folder or file of html_static_path has mermaid.min.js; diagrams stay text "
        "[nova.config]\n"
    )


@pytest.mark.parametrize(
    "builder",
    ["dirhtml", "singlehtml", "epub", "latex", "man", "text", "texinfo", "gettext", "json", "xml", "pseudoxml"],
)
def test_every_builder_shows_at_least_the_steps(flows: Site, builder: str) -> None:
    flows.write(index=RST)
    more = {"epub": {"version": "1"}, "latex": {"latex_documents": [("index", "i.tex", "T", "A", "howto")]}}
    warnings = flows.build(builder, numfig=True, mermaid_cmd="no-such-mmdc", **more.get(builder, {}))
    assert [line for line in warnings.splitlines() if "epub_copyright" not in line] == []
    assert flows.app is not None
    written = "".join(
        file.read_text(encoding="utf-8")
        for file in flows.app.outdir.rglob("*")
        if file.suffix in {".html", ".xhtml", ".tex", ".1", ".txt", ".texi", ".pot", ".fjson", ".xml", ".pseudoxml"}
    )
    if builder == "gettext":
        assert "How *nova* resizes" in written
        return
    # Where hyphens are escaped, or lines may end, names are still whole.
    written = re.sub(r'</span><wbr /><span class="pre">|}\\allowbreak{}\\mbox{', "", written)
    assert "resize_instance" in written.replace("\\", "").replace("{-}", "-")
    drawn = builder in {"dirhtml", "singlehtml", "json"}
    assert ("sequenceDiagram" in written) is drawn


def test_with_mmdc_a_pdf_gets_the_picture(flows: Site, tmp_path: Path) -> None:
    mmdc = tmp_path / "mmdc"
    mmdc.write_text('#!/bin/sh\nwhile [ "$1" != "-o" ]; do shift; done\ntouch "$2"\n', encoding="utf-8")
    mmdc.chmod(mmdc.stat().st_mode | stat.S_IXUSR)
    flows.write(index=page(RESIZE))
    assert flows.build("latex", mermaid_cmd=str(mmdc)) == ""
    assert "sphinxincludegraphics{mermaid-" in flows.output(next(flows.app.outdir.glob("*.tex")).name)


def test_the_table_alone_and_the_diagram_alone(flows: Site) -> None:
    flows.write(index=page(RESIZE, ":style: table", ":caption: Steps", ":name: steps", ":hide: nova-scheduler"))
    assert flows.build() == ""
    assert codes(flows) == []
    [table] = flows.doctree("index").findall(nodes.table)
    assert (table["names"], table[0].astext()) == (["steps"], "Steps")
    assert [row[4] for row in rows(flows)[1:]] == ["migrate_server", "prep_resize", "resize_instance"]
    flows.write(index=page(RESIZE, ":style: diagram"))
    assert flows.build() == ""
    assert len(codes(flows)) == 1
    assert rows(flows) == []


def test_parts_lead_to_each_other(flows: Site) -> None:
    flows.write(index=page(RESIZE, ":failures:", ":split: 2", ":caption: Parts", ":name: parts"))
    assert flows.build(numfig=True) == ""
    assert len(codes(flows)) == 3
    document = flows.doctree("index")
    figures = list(document.findall(nodes.figure))
    assert [figure[-1].astext() for figure in figures] == [f"Parts (part {number} of 3)" for number in (1, 2, 3)]
    said = [
        paragraph.astext() for paragraph in document.findall(nodes.paragraph) if "nova-parts" in paragraph["classes"]
    ]
    assert said == [
        "Goes on in part 2 after 1. migrate_server, part 3 after 3. prep_resize.",
        "Continues part 1.",
        "Continues part 1.",
    ]
    ids = {identity for figure in figures for identity in figure["ids"]}
    assert {link["refid"] for link in document.findall(nodes.reference) if "refid" in link} <= ids


def test_assumed_options_decide_branches(flows: Site) -> None:
    file = flows.nova / "nova/compute/manager.py"
    text = file.read_text(encoding="utf-8").replace("instance.is_running", "CONF.fast")
    file.write_text(
        "from oslo_config import cfg\n\nCONF = cfg.CONF\nCONF.register_opts([cfg.BoolOpt('fast', default=True)])\n\n"
        + text
    )
    told = [["migrate_server", "select", "prep_resize"], ["resize_instance"]]
    for options, config, methods in [
        ((), {}, [*told[0], *told[1]]),
        ((":options: fast=False",), {}, told[0]),
        ((), {"nova_options": {"DEFAULT.fast": False}}, told[0]),
        ((":options: DEFAULT.fast=true",), {"nova_options": {"fast": False}}, [*told[0], *told[1]]),
    ]:
        flows.write(index=page(RESIZE, *options, ":columns: method condition"))
        assert flows.build(**config) == ""
        assert [row[0] for row in rows(flows)[1:]] == methods
        assert ("CONF.fast" in codes(flows)[0]) is (not options and not config)


def test_nothing_is_sent(flows: Site) -> None:
    flows.write(index=page("nova.compute.api.API.look"))
    assert flows.build() == ""
    assert [node.astext() for node in flows.doctree("index").findall(nodes.paragraph)] == ["It sends no message."]


def test_a_call_that_could_send_is_said_beside_what_is_found(flows: Site) -> None:
    api = (
        str(FILES["nova/compute/api.py"])
        + "\n    def unknown(self, context, proxy):\n        proxy.prep_resize(context)\n"
    )
    make(flows.nova, {**FILES, "nova/compute/api.py": api})
    line = len(api.splitlines())
    why = "could reach ComputeAPI.prep_resize: proxy is given by the caller, and not known"
    said = f"nova/compute/api.py:{line} proxy.prep_resize() ({why})"
    flows.write(index=page("nova.compute.api.API.unknown"))
    assert flows.build() == ""
    assert [node.astext() for node in flows.doctree("index").findall(nodes.paragraph)] == [
        "No message was found.",
        f"Messages may be missing: 1 call that could send some is not followed, {said}.",
    ]


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        ([":depth: 0"], ":depth: takes a number from 1 to 99, not '0' [nova.option]"),
        ([":style: art"], ":style: does not know 'art', only both, diagram, table [nova.option]"),
        ([":branches: none"], ":branches: does not know 'none', only main, newest, all [nova.option]"),
        ([":direction: up"], ":direction: does not know 'up', only ltr, rtl [nova.option]"),
        ([":options: x"], ":options: takes name=value, not 'x' [nova.option]"),
        ([":hide:"], ":hide: is empty [nova.option]"),
        ([":columns: colour"], "number, sender, receiver, kind, method, sent_by, condition [nova.option]"),
    ],
)
def test_what_cannot_be_asked_is_one_warning(flows: Site, options: list[str], warning: str) -> None:
    flows.write(index=page(RESIZE, *options))
    said = flows.build()
    assert said.endswith(f"{warning}\n")
    assert said.count("\n") == 1
    assert "could not be read" in flows.doctree("index").astext()


@pytest.mark.parametrize("name", REFUSED)
def test_an_entry_that_is_none_is_one_warning(site: Site, name: str) -> None:
    changes, asked, said = REFUSED[name]
    make(site.nova, {**FILES, **changes})
    site.write(index=page(asked))
    assert site.build() == f"index.rst:4: WARNING: rpc-flow: {said} [nova.name]\n"
    assert "could not be read" in site.doctree("index").astext()


@pytest.mark.parametrize("name", ANSWERED)
def test_a_strange_tree_is_shown(site: Site, name: str) -> None:
    changes, messages = ANSWERED[name]
    make(site.nova, {**FILES, **changes})
    site.write(index=page(RESIZE, ":failures:"))
    lost = "nova.compute.manager" if name == "a module of the endpoint that is not there" else ""
    message = f"needs {lost}, which is not in this checkout; what it holds is not in the answer [nova.missing]"
    assert site.build() == (f"index.rst:4: WARNING: ../nova: nova/service.py:1: {message}\n" if lost else "")
    # The fanout of the whole tree is not shown unless it is asked for.
    assert len(rows(site)[1:]) == (messages - 1 if messages == WHOLE else messages)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("nova_options", {1: 2}, "not a dictionary from names of config options to values"),
        ("nova_participants", {"nova.virt": 1}, "not a dictionary from prefixes of dotted names to names of lifelines"),
        ("nova_mermaid", "cdn", "neither 'sphinxcontrib' nor 'local': 'cdn'"),
    ],
)
def test_impossible_configuration_is_said(flows: Site, name: str, value: object, text: str) -> None:
    flows.write(index=page(RESIZE))
    assert flows.build(**{name: value}) == f"WARNING: {name}: {text}; the default is used [nova.config]\n"


def test_roles_lead_to_what_is_shown_or_to_the_source(flows: Site) -> None:
    links = (
        f":openstack:flow:`{RESIZE}` :openstack:rpc:`compute.prep_resize` :openstack:rpc:`text <scheduler.select>` "
        ":openstack:rpc:`compute.none`"
    )
    flows.write(index=page(RESIZE) + f"\n{links}\n")
    said = flows.build(nova_source_uri="https://example.org/{path}#{line}")
    assert re.fullmatch(r"index\.rst:6: WARNING: .*compute\.none.* \[nova\.name\]\n", said), said
    last = flows.output("index.html").rpartition("<p><a")[2].partition("</p>")[0]
    assert re.findall(r'href="([^"]+)"', last) == [
        "#nova-flow-nova.compute.api.API.resize",
        "https://example.org/nova/compute/manager.py#13",
        "https://example.org/nova/scheduler/manager.py#5",
    ]
    with (flows.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda _base, path: path)
    assert list(inventory["openstack:flow"]) == [RESIZE]


def test_a_page_is_read_again_when_its_flow_may_be_another(flows: Site) -> None:
    flows.write(index=page(RESIZE) + "\n.. toctree::\n\n   other\n", other="Other\n=====\n")
    assert flows.build() == ""
    flows.build()
    assert flows.read == ()
    file = flows.nova / "nova/conductor/manager.py"
    file.write_text(file.read_text(encoding="utf-8").replace("def migrate_server", "# moved\n    def migrate_server"))
    assert flows.build() == ""
    assert flows.read == ("index",)


def test_pages_are_the_same_however_they_are_read(flows: Site) -> None:
    pages = {f"p{number}": page(RESIZE, *([":failures:"] * (number % 2))) for number in range(6)}
    names = "".join(f"   {name}\n" for name in pages)
    flows.write(index=f"All\n===\n\n.. toctree::\n\n{names}", **pages)
    assert flows.build(numfig=True) == ""
    serial = [flows.output(f"{name}.html") for name in pages]
    assert flows.build(numfig=True, parallel=2, out="parallel") == ""
    assert [flows.output(f"{name}.html") for name in pages] == serial


def test_the_start_of_a_service_is_drawn(flows: Site) -> None:
    flows.write(
        index="Start\n=====\n\n.. service-bootstrap:: nova-conductor\n   :flow:\n   :caption: All\n   :name: all\n"
    )
    assert flows.build(numfig=True) == ""
    [text] = codes(flows)
    check(text)
    assert "accTitle: How nova-conductor starts" in text
    document = flows.doctree("index")
    [figure] = document.findall(nodes.figure)
    assert (figure[-1].astext(), figure["names"]) == ("How nova-conductor starts", [])
    services, steps = document.findall(nodes.table)
    assert services["names"] == ["all"]
    numbers = [row[0].astext() for row in steps.findall(nodes.row)][1:]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert f"{numbers[-1]}. " in text
