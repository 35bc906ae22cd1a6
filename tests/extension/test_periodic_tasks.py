"""``periodic-tasks`` in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from sphinx.util.inventory import InventoryFile

from tests.small_nova import make
from tests.small_tasks import FILES, TALKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extension.conftest import Site

RST = """\
Tasks
=====

.. periodic-tasks:: nova-compute
   :also: timers
   :caption: What *nova-compute* does by itself
   :name: by-itself
   :class: wide
   :columns: task manager services interval option default starts tests description source
   :help: whole
"""
MYST = """\
# Tasks

```{periodic-tasks} nova-compute
:also: timers
:caption: What *nova-compute* does by itself
:name: by-itself
:class: wide
:columns: task manager services interval option default starts tests description source
:help: whole
```
"""
MANAGER = "nova/compute/manager.py"


@pytest.fixture
def tasks(site: Site) -> Site:
    """Give the site about a tree in which something runs by itself."""
    make(site.nova, FILES)
    return site


def tables(site: Site) -> list[list[list[str]]]:
    """Give the texts of all cells of the tables in the first page."""
    document = site.doctree("index")
    return [
        [
            [entry.astext() for entry in row.findall(lambda node: node.tagname == "entry")]
            for row in table.findall(lambda node: node.tagname == "row")
        ]
        for table in document.findall(lambda node: node.tagname == "table")
    ]


def test_rst_and_markdown_give_one_doctree(tasks: Site, dump: Callable[[nodes.document], str]) -> None:
    tasks.write(index=RST)
    assert tasks.build() == ""
    rst = tasks.doctree("index")
    (tasks.pages / "index.rst").unlink()
    tasks.write(index_md=MYST)
    assert tasks.build(out="again") == ""
    assert rst.nameids["by-itself"] == tasks.doctree("index").nameids["by-itself"]
    assert dump(rst) == dump(tasks.doctree("index"))


def test_all_columns_and_whole_help(tasks: Site) -> None:
    tasks.write(index=RST)
    assert tasks.build() == ""
    every = "at each pass of the loop, every minute (60 s)"
    services = "nova-compute, nova-scheduler"
    idle = f"{every}; does nothing while reclaim_interval = 0"
    text = "Seconds between two looks at the power states.\n\nPossible values:\n\n* more than 0\n\n* -1: never"
    assert [[" | ".join(row) for row in table] for table in tables(tasks)] == [
        [
            (
                "Task | Manager | Services | How often | Option | Default | First run | Options it tests"
                " | What it does | Source"
            ),
            (
                "_sync | ComputeManager | nova-compute | every 10 minutes (600 s) | sync_interval | 600"
                f" | shortly after the start |  | Look at the power states. | {MANAGER}:21"
            ),
            (
                f"_reclaim | ComputeManager | nova-compute | {idle} |  |  | after the first interval"
                f" | reclaim_interval |  | {MANAGER}:29"
            ),
            (
                "_clean | ComputeManager | nova-compute | never, while [cache] interval = -1 | [cache] interval | -1"
                f" |  |  |  | {MANAGER}:36"
            ),
            f"_publish | Manager | {services} | {every} |  |  | after the first interval |  |  | nova/manager.py:6",
            (
                f"periodic_tasks | Service | {services} | when the next task is due |  |  |  |  | Runs what is due."
                " | nova/service.py:18"
            ),
        ],
        [
            "Option | Default | Help | Tasks",
            "[cache] interval | -1 |  | _clean",
            "reclaim_interval | 0 | Seconds until what was deleted is gone | _reclaim",
            f"sync_interval | 600 | {text} | _sync",
        ],
    ]


def test_by_default_only_what_says_something(tasks: Site) -> None:
    tasks.write(index="Tasks\n=====\n\n.. openstack:periodic-tasks:: ComputeManager\n")
    assert tasks.build() == ""
    of_tasks, of_options = tables(tasks)
    assert of_tasks[0] == ["Task", "Services", "How often", "Option", "What it does"]
    assert [row[0] for row in of_tasks[1:]] == ["_sync", "_reclaim", "_clean", "_publish"]
    assert [row[2] for row in of_options[1:]] == [
        "",
        "Seconds until what was deleted is gone",
        "Seconds between two looks at the power states.",
    ]


def test_without_the_second_table_the_first_has_what_it_would_say(tasks: Site) -> None:
    tasks.write(index="Tasks\n=====\n\n.. periodic-tasks:: ComputeManager\n   :help: none\n")
    assert tasks.build() == ""
    (of_tasks,) = tables(tasks)
    assert of_tasks[0] == ["Task", "Services", "How often", "Option", "Default", "Options it tests", "What it does"]


def test_whom_each_talks_to(tasks: Site) -> None:
    make(tasks.nova, {**FILES, **TALKING})
    tasks.write(
        index="Tasks\n=====\n\n.. periodic-tasks:: ComputeManager\n   :columns: task talks_to\n   :help: none\n"
    )
    assert tasks.build(nova_participants={"nova.volume": "Volumes"}) == ""
    assert tables(tasks) == [
        [["Task", "Talks to"], ["_poll", "scheduler.sync, database, hypervisor driver, Volumes"], ["_publish", ""]]
    ]


def test_names_lead_to_their_source(tasks: Site) -> None:
    tasks.write(index="Tasks\n=====\n\n.. periodic-tasks:: compute\n   :columns: task option tests\n")
    assert tasks.build() == ""
    source = "https://opendev.org/openstack/nova/src/tag/2013.2/nova"
    assert [
        (node.astext(), node["refuri"].removeprefix(source))
        for node in tasks.doctree("index").findall(lambda node: node.tagname == "reference")
    ] == [
        ("_sync", "/compute/manager.py#L21"),
        ("sync_interval", "/compute/manager.py#L9"),
        ("_reclaim", "/compute/manager.py#L29"),
        ("reclaim_interval", "/compute/manager.py#L12"),
        ("_clean", "/compute/manager.py#L36"),
        ("[cache] interval", "/compute/manager.py#L16"),
        ("_publish", "/manager.py#L6"),
        ("[cache] interval", "/compute/manager.py#L16"),
        ("_clean", "/compute/manager.py#L36"),
        ("reclaim_interval", "/compute/manager.py#L12"),
        ("_reclaim", "/compute/manager.py#L29"),
        ("sync_interval", "/compute/manager.py#L9"),
        ("_sync", "/compute/manager.py#L21"),
    ]


def test_references_inventory_and_index(tasks: Site) -> None:
    tasks.write(
        index="Tasks\n=====\n\n.. periodic-tasks:: nova-compute\n   :help: none\n\n.. toctree::\n\n   second\n",
        second=(
            "Second\n======\n\nTo :openstack:task:`_sync`, :openstack:task:`ComputeManager._clean`, "
            ":openstack:task:`the loop <nova.service.Service.periodic_tasks>`, :openstack:option:`sync_interval`, "
            ":openstack:option:`[cache] interval`, :openstack:option:`again:[DEFAULT] compute_manager` and "
            ":any:`Manager._publish`, :openstack:task:`~ComputeManager._clean`, "
            ":openstack:file:`~again:nova/service.py` and :openstack:folder:`~nova/compute/`.\n"
        ),
    )
    assert tasks.build(nova_checkouts={"again": "../nova"}, nitpicky=True) == ""
    assert tasks.app is not None
    second = tasks.app.env.get_and_resolve_doctree("second", tasks.app.builder)
    source = "https://opendev.org/openstack/nova/src/tag/2013.2/nova"
    assert [(node.astext(), node["refuri"]) for node in second.findall(lambda node: node.tagname == "reference")] == [
        ("_sync", "index.html#nova-task-ComputeManager._sync"),
        ("ComputeManager._clean", "index.html#nova-task-ComputeManager._clean"),
        ("the loop", f"{source}/service.py#L18"),
        ("sync_interval", f"{source}/compute/manager.py#L9"),
        ("[cache] interval", f"{source}/compute/manager.py#L16"),
        ("[DEFAULT] compute_manager", f"{source}/service.py#L6"),
        ("Manager._publish", "index.html#nova-task-Manager._publish"),
        ("_clean", "index.html#nova-task-ComputeManager._clean"),
        ("service.py", f"{source}/service.py"),
        ("compute", f"{source}/compute"),
    ]
    tasks.write(index="Tasks\n=====\n\n.. periodic-tasks:: nova-compute\n\n.. toctree::\n\n   second\n")
    assert tasks.build(nova_checkouts={"again": "../nova"}, nitpicky=True) == ""
    assert tasks.app is not None
    with (tasks.app.outdir / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    assert sorted(inventory["openstack:task"]) == [
        "ComputeManager._clean",
        "ComputeManager._reclaim",
        "ComputeManager._sync",
        "Manager._publish",
    ]
    assert sorted(inventory["openstack:option"]) == ["cache.interval", "reclaim_interval", "sync_interval"]
    index = tasks.output("genindex.html")
    assert 'index.html#nova-task-ComputeManager._sync">ComputeManager._sync (periodic task)</a>' in index
    assert 'index.html#nova-option-cache.interval">cache.interval (config option)</a>' in index


@pytest.mark.parametrize(
    ("markup", "warning"),
    [
        (
            ".. periodic-tasks:: nova-komputer",
            (
                "periodic-tasks: no service or manager nova-komputer in nova 2013.2; near matches: nova-compute,"
                " compute [nova.name]"
            ),
        ),
        (
            ".. periodic-tasks::\n   :also: cron",
            "periodic-tasks: :also: does not know 'cron', only timers [nova.option]",
        ),
        (
            ".. periodic-tasks::\n   :help: half",
            "periodic-tasks: :help: does not know 'half', only first, whole, none [nova.option]",
        ),
        (
            ":openstack:task:`_sing`",
            "no periodic task _sing in nova 2013.2; near matches: ComputeManager._sync [nova.name]",
        ),
        (
            ":openstack:option:`cache.intervall`",
            (
                "no config option cache.intervall in nova 2013.2; near matches: interval, sync_interval,"
                " reclaim_interval [nova.name]"
            ),
        ),
    ],
)
def test_a_question_that_cannot_be_asked(tasks: Site, markup: str, warning: str) -> None:
    tasks.write(index=f"Tasks\n=====\n\n{markup}\n\nThe rest.\n")
    assert tasks.build("text", nitpicky=True) == f"index.rst:4: WARNING: {warning}\n"
    assert tasks.output("index.txt").endswith("\n\nThe rest.\n")


def test_a_name_that_several_tasks_have(tasks: Site) -> None:
    manager = tasks.nova / "nova" / "scheduler" / "manager.py"
    manager.write_text(
        "from nova import manager\nfrom nova.openstack.common import periodic_task\n\n\n"
        "class SchedulerManager(manager.Manager):\n"
        "    @periodic_task.periodic_task\n    def _sync(self, context):\n        pass\n"
    )
    tasks.write(index="Tasks\n=====\n\n:openstack:task:`_sync` and :openstack:task:`SchedulerManager._sync`\n")
    assert tasks.build("text", nitpicky=True) == (
        "index.rst:4: WARNING: _sync may be ComputeManager._sync or SchedulerManager._sync [nova.name]\n"
    )


def test_where_nothing_runs_by_itself_the_page_says_so(tasks: Site) -> None:
    (tasks.nova / "nova" / "manager.py").write_text("class Manager(object):\n    pass\n")
    tasks.write(index="Tasks\n=====\n\n.. periodic-tasks:: nova-scheduler\n")
    assert tasks.build("text") == ""
    assert tasks.output("index.txt") == "Tasks\n*****\n\nNothing of the kind is there.\n"


def test_tasks_of_a_form_that_is_not_read_are_not_called_absent(tasks: Site) -> None:
    (tasks.nova / "nova" / "manager.py").write_text(
        "from futurist import periodics\n\n\nclass Manager(object):\n"
        "    @periodics.periodic(spacing=60)\n    def _sync(self):\n        pass\n"
    )
    tasks.write(index="Tasks\n=====\n\n.. periodic-tasks:: nova-scheduler\n")
    said = "asks that are made by futurist.periodics.periodic (here) are not read: the rows lack them"
    assert tasks.build("text") == f"index.rst:4: WARNING: ../nova: nova/manager.py:6: t{said} [nova.form]\n"
    found = [node.astext() for node in tasks.doctree("index").findall(nodes.paragraph)]
    assert found == ["Nothing of the kind was found.", f"T{said} (nova/manager.py:6)."]


PAGES = {
    "index": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   *\n",
    "table": "Table\n=====\n\n.. periodic-tasks:: nova-compute\n   :columns: task\n",
    "task": "Task\n====\n\n:openstack:task:`_sync`\n",
    "option": "Option\n======\n\n:openstack:option:`compute_manager`\n",
    "wrong": "Wrong\n=====\n\n.. periodic-tasks:: nova-cells\n",
}


@pytest.mark.parametrize(
    ("path", "text", "read"),
    [
        ("nova/virt/driver.py", "x = 1\n", ("wrong",)),
        ("nova/virt/new.py", "x = 1\n", ("wrong",)),
        ("nova/virt/new.py", "# periodic_task\n", ("table", "task", "wrong")),
        ("nova/virt/new.py", "opt = cfg.IntOpt('sync_interval')\n", ("table", "task", "wrong")),
        ("nova/virt/new.py", "opt = cfg.IntOpt('compute_manager')\n", ("option", "table", "task", "wrong")),
        ("nova/virt/new.py", "loop = LoopingCall(self.x)\n", ("task", "wrong")),
        ("nova/cmd/cells.py", "", ("wrong",)),
        ("setup.cfg", None, ("table", "task", "wrong")),
        (MANAGER, None, ("table", "task", "wrong")),
        ("nova/service.py", None, ("option", "table", "task", "wrong")),
        ("nova/tests/test_new.py", "# periodic_task\n", ("wrong",)),
    ],
)
def test_exactly_the_pages_concerned_are_read_again(
    tasks: Site, path: str, text: str | None, read: tuple[str, ...]
) -> None:
    tasks.write(**PAGES)
    assert tasks.build().count("WARNING") == 1
    tasks.build()
    assert tasks.read == ()
    file = tasks.nova / path
    if text is None:
        file.write_text(file.read_text() + "# more\n")
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    tasks.build()
    assert tasks.read == read
    tasks.build()
    assert tasks.read == ()


BUILDERS = ["html", "dirhtml", "singlehtml", "latex", "man", "text", "epub", "texinfo", "gettext", "json", "xml"]


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_builder(tasks: Site, builder: str) -> None:
    manager = tasks.nova / MANAGER
    manager.write_text(manager.read_text().replace("And more.", "").replace("Look at", "*Look* `at` <script> & $x$"))
    tasks.write(index=RST)
    assert tasks.build(builder, version="1", epub_copyright="x", numfig=True) == ""
    if builder == "text":
        assert "<script> & $x$" in tasks.output("index.txt")
    if builder == "html":
        assert "<script> &" not in tasks.output("index.html")
