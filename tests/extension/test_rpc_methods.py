"""``rpc-methods`` in a page, and on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sphinx.util.inventory import InventoryFile

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.present.plain import plain
from sphinxext.nova.program import Program
from tests.openstack.test_rpc_methods import BASE_API
from tests.small_flow import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from docutils import nodes

    from tests.extension.conftest import Site

RST = """\
Messages
========

.. rpc-methods:: nova-compute
   :caption: What *nova-compute* is asked
   :name: asked
   :class: wide
   :callers:
   :show: answered no-client no-endpoint
"""
MYST = """\
# Messages

```{rpc-methods} nova-compute
:caption: What *nova-compute* is asked
:name: asked
:class: wide
:callers:
:show: answered no-client no-endpoint
```
"""
MORE = "\n\n    def init_host(self):\n        pass\n"


@pytest.fixture
def services(site: Site) -> Site:
    """Give the site about a tree of three services that talk."""
    manager = f"{FILES['nova/compute/manager.py']}{MORE}"
    make(site.nova, {**FILES, "nova/baserpc.py": BASE_API, "nova/compute/manager.py": manager})
    return site


def table(site: Site) -> list[str]:
    """Give the texts of all cells of the tables in the first page, a line for each row."""
    return [
        " | ".join(entry.astext() for entry in row.findall(lambda node: node.tagname == "entry"))
        for row in site.doctree("index").findall(lambda node: node.tagname == "row")
    ]


def test_rst_and_markdown_give_one_doctree(services: Site, dump: Callable[[nodes.document], str]) -> None:
    services.write(index=RST)
    assert services.build() == ""
    rst = services.doctree("index")
    (services.pages / "index.rst").unlink()
    services.write(index_md=MYST)
    assert services.build(out="again") == ""
    assert rst.nameids["asked"] == services.doctree("index").nameids["asked"]
    assert dump(rst) == dump(services.doctree("index"))


def test_both_ends_and_what_has_but_one(services: Site) -> None:
    services.write(index=RST)
    assert services.build() == ""
    assert table(services) == [
        "Method | Namespace | Kind | Version | Client | Endpoint | Called by",
        (
            "prep_resize |  | cast | 1.0 | ComputeAPI.prep_resize | ComputeManager.prep_resize"
            " | ConductorManager.migrate_server"
        ),
        (
            "resize_instance |  | call | 1.0 | ComputeAPI.resize_instance | ComputeManager.resize_instance"
            " | ComputeManager.prep_resize"
        ),
        "init_host |  |  |  | no client | ComputeManager.init_host | ",
        "ping | baseapi | call | 1.0 | BaseAPI.ping | BaseRPCAPI.ping | ",
    ]


def test_by_default_what_a_client_sends_in_the_columns_that_say_something(services: Site) -> None:
    (services.nova / "nova" / "conductor" / "manager.py").unlink()
    services.write(index="Messages\n========\n\n.. openstack:rpc-methods::\n   :columns: method topic endpoint\n")
    lost = "needs nova.conductor.manager, which is not in this checkout; what it holds is not in the answer"
    warning = f"index.rst:4: WARNING: ../nova: nova/service.py:1: {lost} [nova.missing]\n"
    assert services.build() == warning
    assert table(services) == [
        "Method | Topic | Endpoint",
        "prep_resize | compute | ComputeManager.prep_resize",
        "resize_instance | compute | ComputeManager.resize_instance",
        "ping | compute | BaseRPCAPI.ping",
        "migrate_server | conductor | no endpoint",
        "select | scheduler | SchedulerManager.select",
        "update_info | scheduler | SchedulerManager.update_info",
        "ping | scheduler | BaseRPCAPI.ping",
    ]
    services.write(index="Messages\n========\n\n.. rpc-methods:: scheduler\n   :show: no-client\n")
    assert services.build("text") == warning
    assert services.output("index.txt").endswith("\nNothing of the kind was found.\n")


def test_references_inventory_and_index(services: Site) -> None:
    services.write(
        index="Messages\n========\n\n.. rpc-methods:: compute\n\n.. toctree::\n\n   second\n",
        second=(
            "Second\n======\n\nTo :openstack:rpc:`compute.prep_resize`, :openstack:rpc:`it <scheduler.select>` "
            "and :openstack:rpc:`compute.baseapi.ping`, or :openstack:rpc:`scheduler.baseapi.ping`.\n"
        ),
    )
    assert services.build(nitpicky=True) == ""
    assert services.app is not None
    source = "https://opendev.org/openstack/nova/src/tag/30.0.0/nova"
    first = services.app.env.get_and_resolve_doctree("index", services.app.builder)
    assert [
        (node.astext(), node["refuri"])
        for node in first.findall(lambda node: node.tagname == "reference" and not node["internal"])
    ] == [
        ("ComputeAPI.prep_resize", f"{source}/compute/rpcapi.py#L10"),
        ("ComputeManager.prep_resize", f"{source}/compute/manager.py#L13"),
        ("ComputeAPI.resize_instance", f"{source}/compute/rpcapi.py#L14"),
        ("ComputeManager.resize_instance", f"{source}/compute/manager.py#L20"),
        ("BaseAPI.ping", f"{source}/baserpc.py#L10"),
        ("BaseRPCAPI.ping", f"{source}/baserpc.py#L21"),
    ]
    second = services.app.env.get_and_resolve_doctree("second", services.app.builder)
    assert [(node.astext(), node["refuri"]) for node in second.findall(lambda node: node.tagname == "reference")] == [
        ("compute.prep_resize", "index.html#nova-rpc-compute.prep_resize"),
        ("it", f"{source}/scheduler/manager.py#L5"),
        ("compute.baseapi.ping", "index.html#nova-rpc-compute.ping"),
        ("scheduler.baseapi.ping", f"{source}/baserpc.py#L21"),
    ]
    with (services.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    assert sorted(inventory["openstack:rpc"]) == [
        "compute.baseapi.ping",
        "compute.ping",
        "compute.prep_resize",
        "compute.resize_instance",
    ]
    index = services.output("genindex.html")
    assert 'index.html#nova-rpc-compute.prep_resize">compute.prep_resize (RPC method)</a>' in index


@pytest.mark.parametrize(
    ("markup", "warning"),
    [
        (
            ".. rpc-methods:: compute-",
            ("rpc-methods: no topic compute- in nova 30.0.0; near matches: compute, nova-compute [nova.name]"),
        ),
        (
            ".. rpc-methods::\n   :show: all",
            "rpc-methods: :show: does not know 'all', only answered, no-client, no-endpoint [nova.option]",
        ),
    ],
)
def test_a_question_that_cannot_be_asked(services: Site, markup: str, warning: str) -> None:
    services.write(index=f"Messages\n========\n\n{markup}\n\nThe rest.\n")
    assert services.build("text", nitpicky=True) == f"index.rst:4: WARNING: {warning}\n"
    assert services.output("index.txt").endswith("\n\nThe rest.\n")


PAGES = {
    "index": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n",
    "all": "All\n===\n\n.. rpc-methods::\n",
    "none": "None\n====\n",
}


@pytest.mark.parametrize(
    ("path", "text", "read"),
    [
        ("nova/virt/driver.py", "x = 1\n", ()),
        ("nova/compute/rpcapi.py", None, ("all",)),
        ("nova/compute/manager.py", None, ("all",)),
        ("nova/cells/rpcapi.py", "from nova import rpc\n\nclient = rpc.get_client(None)\n", ("all",)),
        ("nova/tests/test_new.py", "rpc.get_client()\n", ()),
    ],
)
def test_exactly_the_pages_concerned_are_read_again(
    services: Site, path: str, text: str | None, read: tuple[str, ...]
) -> None:
    services.write(**PAGES)
    assert services.build() == ""
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


@pytest.mark.parametrize("more", [(), ("--with", "callers")])
def test_the_whole_answer_as_json(services: Site, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]) -> None:
    where = ("--checkout", str(services.nova), "--cache-dir", "")
    assert main(["rpc-methods", "compute", *more, *where, "--format", "json"]) == 0
    answer = rpc_methods(Program(open_checkout(str(services.nova))), "compute", with_callers=bool(more))
    assert json.loads(capsys.readouterr().out)["answers"] == plain(answer.rows)


def test_a_table_on_a_terminal(
    services: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["rpc-methods", "scheduler", "--checkout", str(services.nova), "--cache-dir", ""]) == 0
    assert capsys.readouterr().out == (
        "Method       Namespace  Kind    Version  Client                    Endpoint\n"
        "-----------  ---------  ------  -------  ------------------------  ----------------------------\n"
        "select                  call    1.0      SchedulerAPI.select       SchedulerManager.select\n"
        "update_info             fanout  1.0      SchedulerAPI.update_info  SchedulerManager.update_info\n"
        "ping         baseapi    call    1.0      BaseAPI.ping              BaseRPCAPI.ping\n"
    )
