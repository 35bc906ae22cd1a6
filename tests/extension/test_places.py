"""Every directive at every place of a page at which a directive may stand, in every builder and in both markups."""

from __future__ import annotations

import re

import pytest
from check_xml import faults

from tests.every_directive import placed
from tests.extension.conftest import Site
from tests.extension.test_hostile import plant
from tests.small_database import FILES as DATABASE
from tests.small_flow import FILES as FLOW
from tests.small_nova import make
from tests.small_services import FILES as SERVICES
from tests.small_tasks import FILES as TASKS

BUILDERS = ["html", "latex", "man", "text", "epub", "texinfo", "xml"]
"""One for each writer."""

DIRECTIVES = {
    "nova-layout": ("nova", "depth: 2", "only: folders files"),
    "periodic-tasks": ("nova-compute", "checkout: tasks", "no-index:"),
    "service-bootstrap": ("nova-compute nova-conductor", "checkout: services", "flow:", "show: table steps"),
    "rpc-methods": ("compute", "checkout: flow"),
    "rpc-flow": ("nova.compute.api.API.resize", "checkout: flow", "caption: A *resize*", "failures:"),
    "db-calls": ("nova-compute", "checkout: database", "flow: instance_update"),
}
"""What is asked; the first line is the argument, the others are options."""

PLACES = {
    "page": "{}",
    "list-table": ".. list-table::\n\n   * - {}\n     - A cell\n",
    "grid-table": "+{line}+\n{}\n+{line}+\n",
    "csv-table": '.. csv-table::\n\n   "{}", A cell\n',
    "item": "- {}\n",
    "definition": "Term\n    {}\n",
    "quotation": "Prose.\n\n    {}\n",
    "footnote": "A word [#note]_.\n\n.. [#note] Note.\n\n   {}\n",
    "admonition": ".. warning::\n\n   {}\n",
    "only": ".. only:: not nothing\n\n   {}\n",
    "sidebar": ".. sidebar:: Beside\n\n   {}\n\nProse.\n",
    "topic": ".. topic:: About\n\n   {}\n",
    "legend": ".. figure:: image.png\n\n   The caption.\n\n   {}\n",
}
MYST_PLACES = {
    "page": "{}",
    "list-table": "````{{list-table}}\n* - {}\n  - A cell\n````\n",
    "item": "- {}\n",
    "quotation": "> {}\n",
    "footnote": "A word [^note].\n\n[^note]:\n    {}\n",
    "admonition": "````{{warning}}\n{}\n````\n",
    "only": "````{{only}} not nothing\n{}\n````\n",
    "sidebar": "````{{sidebar}} Beside\n{}\n````\n\nProse.\n",
    "topic": "````{{topic}} About\n{}\n````\n",
    "legend": "````{{figure}} image.png\nThe caption.\n\n{}\n````\n",
}


def rst(name: str, argument: str, *options: str) -> str:
    return "\n".join([f".. {name}:: {argument}", *(f"   :{option}" for option in options)])


def myst(name: str, argument: str, *options: str) -> str:
    return "\n".join([f"```{{{name}}} {argument}", *(f":{option}" for option in options), "```"])


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site about five small trees, with a page for each place in each markup, which is read once."""
    folder = tmp_path_factory.mktemp("places")
    (folder / "pages").mkdir()
    (folder / "pages" / "conf.py").touch()
    site = Site(folder / "pages", make(folder / "nova"))
    for name, files in {"flow": FLOW, "tasks": TASKS, "services": SERVICES, "database": DATABASE}.items():
        make(site.pages.parent / name, files)
    (site.pages / "image.png").write_bytes(IMAGE)
    pages = {}
    for name, place in PLACES.items():
        body = "\n\n".join(placed(place, rst(*each)) for each in asked("note" in place))
        pages[f"rst-{name}"] = f"{name}\n{'=' * len(name)}\n\n{body}\n"
    for name, place in MYST_PLACES.items():
        body = "\n\n".join(placed(place, myst(*each)) for each in asked("note" in place))
        pages[f"myst-{name}_md"] = f"# {name}\n\n{body}\n"
    names = "".join(f"   {name.removesuffix('_md')}\n" for name in pages)
    site.write(index=f"All\n===\n\n.. toctree::\n\n{names}", **pages)
    return site


def asked(once: bool) -> list[tuple[str, ...]]:  # noqa: FBT001
    """Give all directives; just one with a table and a picture where there can be but one of a name."""
    found = [(name, *said) for name, said in DIRECTIVES.items()]
    return [each for each in found if not once or each[0] == "rpc-flow"]


IMAGE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
CONFIG = {
    "nova_checkouts": {name: f"../{name}" for name in ("flow", "tasks", "services", "database")},
    "mermaid_cmd": "no-such-mmdc",
    "version": "1",
    "epub_copyright": "x",
    "numfig": True,
    "myst_enable_extensions": ["colon_fence"],
    "suppress_warnings": ["nova.undescribed"],
}


@pytest.mark.parametrize("builder", BUILDERS)
def test_no_place_is_too_small(everything: Site, builder: str) -> None:
    assert everything.build(builder, man_pages=[("index", "man", "T", ["A"], 1)], **CONFIG) == ""
    assert everything.app is not None
    if builder == "text":
        for place in ("page", "list-table", "item", "admonition", "only", "sidebar", "topic", "legend"):
            assert everything.output(f"myst-{place}.txt") == everything.output(f"rst-{place}.txt"), place
    if builder in {"epub", "xml"}:
        assert faults(everything.app.outdir) == []


def test_a_table_in_a_table_is_a_list(site: Site) -> None:
    make(site.nova, TASKS)
    table = placed(
        PLACES["list-table"],
        rst("periodic-tasks", "ComputeManager", "caption: Tasks of *compute*", "columns: task interval option")
        + "\n   :help: none\n   :name: inner",
    )
    site.write(index=f"Tasks\n=====\n\nSee :ref:`inner`.\n\n{table}")
    assert site.build("text") == ""
    # Sphinx sets all that stands in a cell as one paragraph.
    cell = re.findall(r"^\| (.*?) +\| (?:A cell)? +\|$", site.output("index.txt"), re.MULTILINE)
    assert " ".join(cell) == (
        'Tasks of *compute* * "_sync" * How often: every 10 minutes (600 s) * Option: "sync_interval" * "_reclaim" '
        "* How often: at each pass of the loop, every minute (60 s); does nothing while reclaim_interval = 0 "
        '* "_clean" * How often: never, while [cache] interval = -1 * Option: "[cache] interval" * "_publish" '
        "* How often: at each pass of the loop, every minute (60 s)"
    ).replace(" * ", "  * ")
    assert site.build() == ""
    html = site.output("index.html")
    assert html.count("<table") == 1
    assert html.count('id="inner"') == 1


def test_every_file_of_a_book_can_be_parsed(site: Site) -> None:
    plant(site.nova / "nova" / "conductor")
    make(site.pages.parent / "flow", FLOW)
    figures = [
        rst("rpc-flow", "nova.compute.api.API.resize", "checkout: flow", *more) for more in ((), ("caption: A",))
    ]
    site.write(
        index="Book\n====\n\n.. nova-layout:: nova/conductor\n   :only: files folders\n   :depth: 2\n\n"
        + "\n\n".join([*figures, rst("service-bootstrap", "nova-compute", "checkout: flow", "flow:")])
        + "\n"
    )
    site.build("epub", **CONFIG)
    assert site.app is not None
    assert faults(site.app.outdir) == []
    assert site.output("index.xhtml").count("<figcaption") == 2
