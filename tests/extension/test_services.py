"""``service-bootstrap`` in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sphinx.util.inventory import InventoryFile

from tests.small_nova import make
from tests.small_services import FILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from tests.extension.conftest import Site

RST = """\
Start
=====

.. service-bootstrap:: nova-compute, nova-conductor nova-api
   :caption: How *Nova* starts
   :name: how
   :class: wide
   :columns: binary kind topics manager endpoints workers option default database starts_at source
"""
MYST = """\
# Start

```{service-bootstrap} nova-compute, nova-conductor nova-api
:caption: How *Nova* starts
:name: how
:class: wide
:columns: binary kind topics manager endpoints workers option default database starts_at source
```
"""
WORKERS = "getattr(CONF, '%s_workers' % name, None) or cpus()"


@pytest.fixture
def services(site: Site) -> Site:
    """Give the site about a tree with one process of each kind."""
    make(site.nova, FILES)
    (site.nova / "bin" / "nova-example").unlink()
    return site


def tables(site: Site) -> list[list[str]]:
    """Give the texts of all cells of the tables in the first page, a line for each row."""
    return [
        [
            " | ".join(entry.astext() for entry in row.findall(lambda node: node.tagname == "entry"))
            for row in table.findall(lambda node: node.tagname == "row")
        ]
        for table in site.doctree("index").findall(lambda node: node.tagname == "table")
    ]


def test_rst_and_markdown_give_one_doctree(services: Site, dump: Callable[[nodes.document], str]) -> None:
    services.write(index=RST)
    assert services.build() == ""
    rst = services.doctree("index")
    (services.pages / "index.rst").unlink()
    services.write(index_md=MYST)
    assert services.build(out="again") == ""
    assert rst.nameids["how"] == services.doctree("index").nameids["how"]
    assert dump(rst) == dump(services.doctree("index"))


def test_services_side_by_side(services: Site) -> None:
    services.write(index=RST)
    assert services.build() == ""
    assert tables(services) == [
        [
            (
                "Command | Kind | Topics | Manager | Further endpoints | Workers | Option | Default | Database"
                " | Starts at | Source"
            ),
            (
                "nova-compute | one process | compute | ComputeManager | BaseRPCAPI |  |  |  | through nova-conductor"
                " | nova.cmd.compute:main | nova/cmd/compute.py:10"
            ),
            (
                "nova-conductor | several worker processes | conductor | ConductorManager | ComputeTaskManager,"
                " BaseRPCAPI | CONF.conductor.workers or 1 | [conductor] workers | None | "
                " | nova.cmd.conductor:main | nova/cmd/conductor.py:8"
            ),
            (
                f"nova-api | WSGI application |  |  |  | {WORKERS} | ec2_workers, metadata_workers | None | "
                " | nova.cmd.api:main | nova/cmd/api.py:8"
            ),
        ],
        [
            "Step | nova-compute | nova-conductor | nova-api",
            "starts at | cmd.compute:main | cmd.conductor:main | cmd.api:main",
            "makes a launcher |  |  | service.process_launcher",
            ("keeps away from the database | compute.block_db_access, NovaObject.indirection_api |  | "),
            "makes the service | Service.create | Service.create | service.WSGIService",
            "loads the application |  |  | ec2, metadata",
            "makes the manager | manager.ComputeManager | manager.ConductorManager | ",
            "runs it | service.serve | service.serve | launcher.launch_service",
            f"in so many processes |  | CONF.conductor.workers or 1 | {WORKERS}",
            "listens for requests |  |  | Server.start",
            "prepares the host | ComputeManager.init_host | Manager.init_host | ",
            "before it listens | Manager.pre_start_hook | Manager.pre_start_hook | ",
            (
                "listens to the topic | compute, compute.HOST, compute_fanout | conductor, conductor.HOST,"
                " conductor_fanout | "
            ),
            "after it listens | Manager.post_start_hook | Manager.post_start_hook | ",
            "joins the service group | API.join | API.join | ",
            ("runs its periodic tasks, again and again | Service.periodic_tasks | Service.periodic_tasks | "),
        ],
    ]


def test_by_default_all_commands_and_what_says_something(services: Site) -> None:
    services.write(index="Start\n=====\n\n.. openstack:service-bootstrap::\n")
    assert services.build() == ""
    (table,) = tables(services)
    assert table[0] == "Command | Kind | Topics | Manager | Further endpoints | Workers | Option | Default | Database"
    assert [row.split(" | ")[:2] for row in table[1:]] == [
        ["nova-all", "starts other services"],
        ["nova-api", "WSGI application"],
        ["nova-api-metadata", "WSGI application"],
        ["nova-compute", "one process"],
        ["nova-conductor", "several worker processes"],
        ["nova-gone", "command; its module is not there"],
        ["nova-manage", "command"],
        ["nova-novncproxy", "proxy"],
        ["nova-rootwrap", "command"],
    ]


def test_kinds_and_steps_alone(services: Site) -> None:
    services.write(
        index=(
            "Start\n=====\n\n.. service-bootstrap::\n   :kinds: proxy command\n   :show: table\n   :columns: binary\n\n"
            ".. service-bootstrap:: nova-novncproxy\n   :show: steps\n   :caption: Steps\n\n"
            ".. service-bootstrap:: nova-compute\n   :kinds: wsgi\n"
        )
    )
    assert services.build("text") == ""
    assert tables(services) == [
        ["Command", "nova-gone", "nova-manage", "nova-novncproxy", "nova-rootwrap"],
        [
            "Step | nova-novncproxy",
            "starts at | cmd.novncproxy:main",
            "makes the proxy | websocketproxy.NovaWebSocketProxy",
        ],
    ]
    assert services.output("index.txt").endswith("\nNothing of the kind is there.\n")


def test_references_inventory_and_index(services: Site) -> None:
    services.write(
        index="Start\n=====\n\n.. service-bootstrap:: nova-compute\n   :show: table\n\n.. toctree::\n\n   second\n",
        second=(
            "Second\n======\n\nTo :openstack:service:`nova-compute`, :openstack:service:`it <nova-conductor>`, "
            ":openstack:service:`again:nova-api` and :any:`nova-compute`.\n"
        ),
    )
    assert services.build(nova_checkouts={"again": "../nova"}, nitpicky=True) == ""
    assert services.app is not None
    second = services.app.env.get_and_resolve_doctree("second", services.app.builder)
    source = "https://opendev.org/openstack/nova/src/tag/2013.2/nova/cmd"
    assert [(node.astext(), node["refuri"]) for node in second.findall(lambda node: node.tagname == "reference")] == [
        ("nova-compute", "index.html#nova-service-nova-compute"),
        ("it", f"{source}/conductor.py#L8"),
        ("nova-api", f"{source}/api.py#L8"),
        ("nova-compute", "index.html#nova-service-nova-compute"),
    ]
    with (services.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    assert sorted(inventory["openstack:service"]) == ["nova-compute"]
    assert 'index.html#nova-service-nova-compute">nova-compute (service)</a>' in services.output("genindex.html")


@pytest.mark.parametrize(
    ("markup", "warning"),
    [
        (
            ".. service-bootstrap:: nova-komputer",
            (
                "service-bootstrap: no service or command nova-komputer in nova 2013.2; near matches: nova-compute,"
                " nova-conductor, nova-gone [nova.name]"
            ),
        ),
        (
            ".. service-bootstrap::\n   :kinds: daemon",
            (
                "service-bootstrap: :kinds: does not know 'daemon', only wsgi, multi-process, single-process, proxy,"
                " all-in-one, command [nova.option]"
            ),
        ),
        (
            ":openstack:service:`nova-manager`",
            (
                "no service or command nova-manager in nova 2013.2; near matches: nova-manage, nova-gone, nova-api"
                " [nova.name]"
            ),
        ),
    ],
)
def test_a_question_that_cannot_be_asked(services: Site, markup: str, warning: str) -> None:
    services.write(index=f"Start\n=====\n\n{markup}\n\nThe rest.\n")
    assert services.build("text", nitpicky=True) == f"index.rst:4: WARNING: {warning}\n"
    assert services.output("index.txt").endswith("\n\nThe rest.\n")


PAGES = {
    "index": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n",
    "all": "All\n===\n\n.. service-bootstrap::\n",
    "api": "Api\n===\n\n.. service-bootstrap:: nova-api\n",
    "role": "Role\n====\n\n:openstack:service:`nova-compute`\n",
}


@pytest.mark.parametrize(
    ("path", "text", "read"),
    [
        ("nova/virt/driver.py", "x = 1\n", ()),
        # Which class is whose manager is found for all services at once.
        ("nova/compute/manager.py", None, ("all", "api")),
        ("nova/cmd/manage.py", None, ("all", "api", "role")),
        ("nova/wsgi.py", None, ("api",)),
        ("setup.cfg", None, ("all", "api", "role")),
        ("bin/nova-new", "#!/usr/bin/env python\n", ("all", "api", "role")),
        ("nova/virt/new.py", "opt = cfg.IntOpt('ec2_workers')\n", ("all", "api")),
        ("nova/tests/test_new.py", "x = 1\n", ()),
    ],
)
def test_exactly_the_pages_concerned_are_read_again(
    services: Site, path: str, text: str | None, read: tuple[str, ...]
) -> None:
    services.write(**PAGES)
    assert services.build() == ""
    services.build()
    assert services.read == ()
    file = services.nova / path
    if text is None:
        file.write_text(file.read_text() + "# more\n")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    services.build()
    assert services.read == read
    services.build()
    assert services.read == ()


BUILDERS = ["html", "dirhtml", "singlehtml", "latex", "man", "text", "epub", "texinfo", "gettext", "json", "xml"]


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_builder(services: Site, builder: str) -> None:
    services.write(index=RST)
    assert services.build(builder, version="1", epub_copyright="x", numfig=True) == ""
