"""``db-calls`` in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils import nodes

from tests.small_database import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extension.conftest import Site

RST = """\
Calls
=====

.. db-calls:: nova-compute
   :caption: What *nova-compute* asks the database
   :name: calls
   :columns: service function access way object process callers implementation source

:openstack:db:`instance_update` and :openstack:db:`nova.db.sqlalchemy.api.instance_destroy`
"""
MYST = """\
# Calls

```{db-calls} nova-compute
:caption: What *nova-compute* asks the database
:name: calls
:columns: service function access way object process callers implementation source
```

{openstack:db}`instance_update` and {openstack:db}`nova.db.sqlalchemy.api.instance_destroy`
"""
API = "nova/db/sqlalchemy/api.py"
IMPL = "nova.db.sqlalchemy.api"


@pytest.fixture
def calls(site: Site) -> Site:
    """Give the site about a tree in which every way leads to the database."""
    make(site.nova, FILES)
    return site


def table(site: Site) -> list[list[str]]:
    """Give the texts of all cells of the table in the first page."""
    document = site.doctree("index")
    [found] = document.findall(nodes.table)
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in found.findall(nodes.row)]


def test_rst_and_markdown_give_one_doctree(calls: Site, dump: Callable[[nodes.document], str]) -> None:
    calls.write(index=RST)
    assert calls.build() == ""
    rst = calls.doctree("index")
    (calls.pages / "index.rst").unlink()
    calls.write(index_md=MYST)
    assert calls.build() == ""
    assert dump(calls.doctree("index")) == dump(rst)


def test_every_column(calls: Site) -> None:
    calls.write(index=RST)
    assert calls.build() == ""
    compute, conductor = "nova-compute", "nova-conductor"
    straight, hop, through = "straight, which this process may not do", "through nova-conductor", "through an object"
    stop, start = "ComputeManager._stop", "ComputeManager.start_instance"
    assert table(calls) == [
        [
            "Service",
            "Function",
            "Access",
            "Way",
            "Method of an object",
            "Done by",
            "Asked by",
            "Implementation",
            "Source",
        ],
        [compute, "instance_destroy", "writes", straight, "", compute, stop, f"{IMPL}.instance_destroy", f"{API}:19"],
        [
            compute,
            "instance_get_by_uuid",
            "reads",
            through,
            "Instance.get_by_uuid",
            conductor,
            "ComputeManager.stop_instance",
            f"{IMPL}.instance_get_by_uuid",
            f"{API}:9",
        ],
        [compute, "instance_update", "writes", hop, "", conductor, start, f"{IMPL}.instance_update", f"{API}:13"],
        [
            compute,
            "instance_update",
            "writes",
            through,
            "Instance.save",
            conductor,
            start,
            f"{IMPL}.instance_update",
            f"{API}:13",
        ],
    ]


def test_a_summary_counts(calls: Site) -> None:
    calls.write(index=".. db-calls::\n   :summary:\n")
    assert calls.build() == ""
    assert table(calls) == [
        [
            "Service",
            "reads straight",
            "writes straight",
            "reads through an object",
            "writes through an object",
            "reads through nova-conductor",
            "writes through nova-conductor",
            "straight, but may not",
        ],
        ["nova-compute", "0", "0", "1", "1", "0", "1", "1"],
        ["nova-conductor", "0", "1", "0", "0", "0", "0", "0"],
    ]


def test_the_way_of_one_call_is_drawn(calls: Site) -> None:
    calls.write(
        index=".. db-calls:: nova-compute\n   :flow: instance_update\n   :ways: object\n   :columns: function way\n"
    )
    assert calls.build() == ""
    [diagram] = calls.doctree("index").findall(lambda node: node.tagname == "nova_diagram")
    assert diagram["code"].splitlines() == [
        "sequenceDiagram",
        "  accTitle: How nova-compute reaches instance_update",
        f"  accDescr: {diagram['alt']}",
        "  participant p1 as nova-compute",
        "  participant p2 as nova-conductor",
        "  participant database as database",
        "  Note over p1: nova-compute",
        "  p1->>+p2: 1. call Instance.save",
        "  p2->>database: 2. api.instance_update",
        "  p2-->>-p1: (1)",
    ]
    assert table(calls) == [["Function", "Way"], ["instance_update", "through an object"]]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (":access: change", ":access: does not know 'change', only read, write, neither [nova.option]"),
        (":flow: gone", "nothing that is shown here reaches a database function gone [nova.name]"),
    ],
)
def test_options_that_cannot_be(calls: Site, option: str, message: str) -> None:
    calls.write(index=f".. db-calls::\n   {option}\n")
    assert message in calls.build()


def test_what_is_chosen(calls: Site) -> None:
    calls.write(index=".. db-calls::\n   :access: write\n   :ways: blocked\n   :columns: service function\n")
    assert calls.build() == ""
    assert table(calls) == [["Service", "Function"], ["nova-compute", "instance_destroy"]]
    calls.write(index=".. db-calls:: nova-compute\n   :access: neither\n   :columns: function access way\n")
    assert calls.build() == ""
    assert table(calls) == [["Function", "Access", "Way"], ["constraint", "neither", "straight"]]
    inside = "   :ways: inside\n   :columns: service function way callers\n"
    calls.write(index=f".. db-calls:: nova-conductor\n{inside}")
    assert calls.build() == ""
    assert table(calls) == [
        ["Service", "Function", "Way", "Asked by"],
        ["nova-conductor", "instance_get_by_uuid", "straight, inside another function", "api.instance_update"],
    ]
    calls.write(index=".. db-calls:: nova-conductor\n   :ways: conductor\n")
    assert calls.build() == ""
    assert "Nothing of the kind is there." in calls.doctree("index").astext()


def test_a_role_leads_to_the_row_or_says_what_is_near(calls: Site) -> None:
    calls.write(index=RST)
    assert calls.build() == ""
    page = calls.output("index.html")
    assert 'href="#nova-db-nova.db.api.instance_update"' in page
    assert 'href="#nova-db-nova.db.api.instance_destroy"' in page
    index = calls.output("genindex.html")
    assert 'index.html#nova-db-nova.db.api.instance_update">instance_update (database function)</a>' in index
    calls.write(index=":openstack:db:`instance_updat`\n")
    assert calls.build().startswith(
        "index.rst:1: WARNING: no database function instance_updat in nova 2013.2; near matches: instance_update"
    )
