"""Whole answers about small trees and about real releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.catalog import bundled
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Kind, LayoutRow, Problem, QuestionError, Role, Source
from sphinxext.nova.openstack.layout import layout
from sphinxext.nova.present.layout import layout_table
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CATALOGS = (("catalog", bundled()),)


def row(path: str, kind: str = "folder", **other: object) -> LayoutRow:
    values: dict[str, object] = {"description": None, "described_by": None, "role": None, "service": None, "depth": 0}
    return LayoutRow(path=path, kind=kind, **{**values, "files": 1, **other})  # type: ignore[arg-type]


def test_a_service_is_shown_file_by_file_with_roles(tmp_path: Path) -> None:
    answer = layout(open_checkout(str(make(tmp_path))), "nova/conductor", catalogs=CATALOGS)
    described = {"described_by": "docstring"}
    tasks = bundled().lookup("nova/conductor/tasks", "2013.2")
    assert tasks
    assert answer.rows == (
        row(
            "nova/conductor/tasks",
            description=tasks.description("en"),
            described_by="catalog",
            role=Role.TASKS,
            files=2,
            lines=3,
        ),
        row("nova/conductor/__init__.py", "file", lines=0),
        row(
            "nova/conductor/api.py",
            "file",
            description="Asks for database work, wherever it is done.",
            role=Role.API,
            lines=8,
            **described,
        ),
        row("nova/conductor/manager.py", "file", description="Does it.", role=Role.MANAGER, lines=8, **described),
        row("nova/conductor/rpcapi.py", "file", description="Sends.", role=Role.RPCAPI, lines=7, **described),
    )
    assert answer.problems == ()
    # The base class by which the manager is known lies elsewhere.
    looked_for = ("nova/__init__.py", "nova/manager/__init__.py", "nova/manager.py")
    elsewhere = {Source("file", path) for path in looked_for}
    assert answer.sources == {Source("tree", "nova/conductor"), Source("ref", ""), *elsewhere}


def test_depth_shows_the_levels_below(tmp_path: Path) -> None:
    answer = layout(open_checkout(str(make(tmp_path))), "nova", depth=2)
    assert [(row.depth, row.path) for row in answer.rows if row.kind == "folder"] == [
        (0, "nova/conductor"),
        (1, "nova/conductor/tasks"),
        (0, "nova/virt"),
        (1, "nova/virt/libvirt"),
    ]


def test_a_package_speaks_for_itself_where_no_catalogue_does(tmp_path: Path) -> None:
    answer = layout(open_checkout(str(make(tmp_path))), "nova")
    assert {row.path: (row.description, row.described_by) for row in answer.rows} == {
        "nova/conductor": ("Does it.", "docstring"),
        "nova/virt": ("The interface of every hypervisor.", "docstring"),
        "nova/__init__.py": ("Cloud", "docstring"),
        "nova/manager.py": (None, None),
        "nova/service.py": ("Base classes of what runs.", "docstring"),
    }


def test_an_unknown_folder_names_near_matches(tmp_path: Path) -> None:
    checkout = open_checkout(str(make(tmp_path)))
    with pytest.raises(
        QuestionError, match=r"no folder nova/conducter in nova 2013\.2; near matches: nova/conductor"
    ) as met:
        layout(checkout, "nova/conducter")
    assert met.value.kind is Kind.NAME
    with pytest.raises(QuestionError, match=r"nova/service\.py is a file, not a folder"):
        layout(checkout, "nova/service.py")


def test_a_bad_file_is_one_problem_and_the_rest_of_the_answer(tmp_path: Path) -> None:
    broken = b"def whole():\n    pass\n\n\ndef half(:\n"
    answer = layout(open_checkout(str(make(tmp_path, {"nova/service.py": broken, "nova/\u00e9.py": "x = 1"}))), "nova")
    assert [row.path for row in answer.rows if row.kind == "file"] == [
        "nova/__init__.py",
        "nova/manager.py",
        "nova/service.py",
        "nova/\u00e9.py",
    ]
    assert [(problem.kind, problem.file, problem.line) for problem in answer.problems] == [
        (Kind.SYNTAX, "nova/service.py", 5)
    ]
    assert all(isinstance(problem, Problem) for problem in answer.problems)


def test_the_lines_of_what_cannot_be_read_are_unknown(tmp_path: Path) -> None:
    folder = make(tmp_path)
    with (folder / "nova/virt/huge.py").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (folder / "nova/virt/picture.png").write_bytes(b"\x89PNG\0\n")
    checkout = open_checkout(str(folder))
    answer = layout(checkout, "nova/virt")
    lines = {row.path.rpartition("/")[2]: row.lines for row in answer.rows}
    assert (lines["huge.py"], lines["picture.png"]) == (None, 0)
    assert [(problem.kind, problem.file) for problem in answer.problems] == [(Kind.HUGE, "nova/virt/huge.py")]
    (total,) = (row.lines for row in layout(checkout, "nova").rows if row.path == "nova/virt")
    assert total == sum(number for number in lines.values() if number is not None)
    shown = {row.key: row.cells[-1].text for row in layout_table(answer.rows, ("path", "lines"), str).rows}
    assert shown["nova/virt/huge.py"] == ""


def test_a_bad_file_elsewhere_is_a_problem_where_a_role_depends_on_it(tmp_path: Path) -> None:
    broken = "class Manager(object):\n    pass\n\n\ndef half(:\n"
    answer = layout(
        open_checkout(str(make(tmp_path, {"nova/manager.py": broken}))), "nova/conductor", catalogs=CATALOGS
    )
    assert {row.path: row.role for row in answer.rows}["nova/conductor/manager.py"] is Role.MANAGER
    assert [(problem.kind, problem.file, problem.line) for problem in answer.problems] == [
        (Kind.SYNTAX, "nova/manager.py", 5)
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.release
def test_nothing_in_the_newest_nova_is_undescribed(release: Callable[[str], Path], language: str) -> None:
    checkout = open_checkout(str(release("nova-34.0.0")))
    for folder in ("", "nova"):
        answer = layout(checkout, folder, catalogs=CATALOGS, language=language)
        assert [row.path for row in answer.rows if row.kind == "folder" and row.described_by != "catalog"] == []
        assert answer.problems == ()
