"""What was not read is not absent: questions say what of the checkout they needed and did not get."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.catalog import bundled
from sphinxext.nova.checkout import MAX_BYTES, open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.model import Kind, Problem, QuestionError
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.openstack.kept import kept
from sphinxext.nova.openstack.layout import layout
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.openstack.services import services
from sphinxext.nova.program import Cache, Program
from tests import small_database
from tests.checkout.repositories import commit, git, start
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sphinxext.nova.model import Answer

FILES = {**small_database.FILES, "nova/tests/__init__.py": "", "nova/tests/test_x.py": "from nova.tests import gone\n"}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"
NOT_HERE = "not in this checkout; what it holds is not in the answer"

QUESTIONS: dict[str, Callable[[Program], Answer]] = {
    "services": lambda program: services(program, with_start=True),
    "rpc-methods": lambda program: rpc_methods(program, with_callers=True),
    "rpc-flow": lambda program: rpc_flow(program, "nova.compute.manager.ComputeManager.start_instance"),
    "periodic-tasks": lambda program: periodic_tasks(program, with_timers=True),
    "db-calls": db_calls,
}


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    return make(tmp_path / "nova", FILES)


@pytest.fixture
def repository(nova: Path) -> Path:
    return start(nova)


def ask(folder: Path | str, question: str) -> Answer:
    return QUESTIONS[question](Program(open_checkout(str(folder))))


def needs(name: str, file: str, line: int) -> Problem:
    message = f"needs {name}, which is not in this checkout; what it holds is not in the answer"
    return Problem(Kind.MISSING, message, file, line)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("has_git", [False, True])
def test_a_whole_tree_has_no_problem(nova: Path, question: str, *, has_git: bool) -> None:
    if has_git:
        start(nova)
    assert ask(nova, question).problems == ()


# --- what is there and cannot be read


def hole(folder: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``nova/service.py``, the table of the managers, be unreadable."""
    file = folder / "nova" / "service.py"
    match how:
        case "NUL":
            file.write_bytes(file.read_bytes() + b"\0")
        case "huge":
            file.write_bytes(b"#" * (MAX_BYTES + 1))
        case "link":
            file.unlink()
            file.symlink_to("/etc/hosts")
        case "pointer":
            file.write_text(POINTER)
        case "denied":
            really = os.open

            def refuse(path: str, *arguments: int, **options: int) -> int:
                if str(path).endswith("nova/service.py"):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
                return really(path, *arguments, **options)

            monkeypatch.setattr(os, "open", refuse)


HOLES = {
    "NUL": (Kind.BINARY, "holds NUL bytes, not read"),
    "huge": (Kind.HUGE, "larger than 16 MiB and not read"),
    "link": (Kind.OUTSIDE, "a link that leads out of the checkout; not followed"),
    "pointer": (Kind.UNREADABLE, "a Git LFS pointer, its content is not here"),
    "denied": (Kind.UNREADABLE, "cannot be read: Permission denied"),
}


@pytest.mark.parametrize("how", HOLES)
def test_a_name_is_not_found_because_a_file_was_not_read(
    nova: Path, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hole(nova, how, monkeypatch)
    kind, message = HOLES[how]
    with pytest.raises(SystemExit) as status:
        main(["periodic-tasks", "nova-compute", "--checkout", str(nova), "--cache-dir", ""])
    assert status.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    place = f"nova/service.py: {message.partition(';')[0]}"
    assert said == f"sphinxext-nova: no service or manager nova-compute in nova 2013.2; {place}\n"
    for question in ("services", "db-calls"):
        assert Problem(kind, message, "nova/service.py") in ask(nova, question).problems


def test_a_clone_without_blobs(repository: Path, tmp_path: Path) -> None:
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repository}", "bare.git")
    message = "its object is missing (a partial clone)"
    for asked in ("periodic_tasks", "rpc_methods", "services", "db_calls", "rpc_flow"):
        question = globals()[asked]
        with pytest.raises(QuestionError) as caught:
            question(Program(open_checkout(f"{tmp_path / 'bare.git'}@main")), "nova-compute")
        assert f"; {caught.value.problems[0].file}: {message}, and " in str(caught.value)
        assert {problem.message for problem in caught.value.problems} == {message}
        assert "\n" not in str(caught.value)
    problems = ask(f"{tmp_path / 'bare.git'}@main", "services").problems
    assert {problem.message.partition(";")[0] for problem in problems} == {message}


def test_the_same_trouble_with_many_files_is_counted(tmp_path: Path) -> None:
    many = {f"nova/virt/x{number:02}.py": POINTER for number in range(30)}
    found = ask(make(tmp_path / "nova", {**FILES, **many}), "periodic-tasks").problems
    message = "a Git LFS pointer, its content is not here"
    assert [problem.file for problem in found] == [f"nova/virt/x{number:02}.py" for number in range(20)]
    assert {problem.message for problem in found[:-1]} == {message}
    assert found[-1].message == f"{message}; so it is with 10 more files"


def test_a_link_in_the_place_of_a_folder(repository: Path) -> None:
    (repository / "nova" / "compute").rename(repository.parent / "moved")
    (repository / "nova" / "compute").symlink_to(repository.parent / "moved")
    for question, named in (
        (lambda program: rpc_flow(program, "compute.start_instance"), "no function compute.start_instance"),
        (lambda program: periodic_tasks(program, "compute"), "no service or manager compute"),
        (lambda program: layout(program.checkout, "nova/compute"), "no folder nova/compute"),
    ):
        with pytest.raises(QuestionError, match=named) as caught:
            question(Program(open_checkout(str(repository))))
        assert "; nova/compute: a link lies in the place of this folder" in str(caught.value)


def test_an_unknown_name_in_a_whole_tree_says_nothing_more(nova: Path) -> None:
    with pytest.raises(QuestionError) as caught:
        periodic_tasks(Program(open_checkout(str(nova))), "nova-nothing")
    assert str(caught.value) == "no service or manager nova-nothing in nova 2013.2"


# --- what is not there


@pytest.mark.parametrize("has_git", [False, True])
def test_a_deleted_module(nova: Path, *, has_git: bool) -> None:
    if has_git:
        start(nova)
    whole = ask(nova, "rpc-flow")
    (nova / "nova" / "conductor" / "rpcapi.py").unlink()
    answer = ask(nova, "rpc-flow")
    assert len(answer.rows[0].messages) < len(whole.rows[0].messages)
    assert answer.problems == (needs("nova.conductor.rpcapi", "nova/compute/manager.py", 1),)


@pytest.mark.parametrize("question", ["rpc-methods", "rpc-flow", "services", "periodic-tasks"])
def test_a_deleted_table_of_managers(nova: Path, question: str) -> None:
    """Without git, the commands alone say that there should be one."""
    (nova / "nova" / "service.py").unlink()
    (nova / "nova" / "cmd" / "compute.py").write_text("from nova import service\n\n\ndef main():\n    pass\n")
    assert needs("nova.service", "nova/cmd/compute.py", 1) in ask(nova, question).problems


def test_one_that_the_worktree_skips(repository: Path) -> None:
    git(repository, "update-index", "--skip-worktree", "nova/service.py")
    (repository / "nova" / "service.py").unlink()
    assert ask(repository, "services").problems == (Problem(Kind.MISSING, NOT_HERE, "nova/service.py"),)
    with pytest.raises(QuestionError, match=r"; nova/service\.py: not in this checkout$"):
        periodic_tasks(Program(open_checkout(str(repository))), "nova-compute")


def test_what_no_answer_needs_may_be_absent(repository: Path) -> None:
    for path in ("nova/virt/driver.py", "nova/tests/test_x.py", "doc/source/index.rst", "nova/conductor/tasks/base.py"):
        (repository / path).unlink()
    for question in QUESTIONS:
        assert ask(repository, question).problems == (), question


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (
            "nova/other.py",
            "class Other(object):\n    @periodic_task.periodic_task\n    def _run(self):\n        pass\n",
        ),
        ("nova/tests/other.py", None),
    ],
)
def test_what_a_scan_would_have_found(repository: Path, path: str, content: str | None) -> None:
    """git has it: whether an answer needs it is known from what git has."""
    file = repository / path
    file.write_text(content or "@periodic_task.periodic_task\ndef f():\n    pass\n")
    commit(repository)
    file.unlink()
    expected = () if content is None else (Problem(Kind.MISSING, NOT_HERE, path),)
    assert ask(repository, "periodic-tasks").problems == expected


def test_an_option_that_is_not_there(tmp_path: Path) -> None:
    folder = make(
        tmp_path / "nova",
        {
            **FILES,
            "nova/conf/__init__.py": "",
            "nova/conf/compute.py": "opts = [cfg.IntOpt('sync_interval', default=1)]\nCONF.register_opts(opts)\n",
            "nova/compute/manager.py": (
                "class ComputeManager(object):\n"
                "    @periodic_task.periodic_task(spacing=CONF.sync_interval)\n"
                "    def _sync(self, context):\n        pass\n"
            ),
        },
    )
    start(folder)
    assert ask(folder, "periodic-tasks").problems == ()
    (folder / "nova" / "conf" / "compute.py").unlink()
    lost, open_ = ask(folder, "periodic-tasks").problems
    assert lost == Problem(Kind.MISSING, NOT_HERE, "nova/conf/compute.py")
    assert open_.kind is Kind.UNRESOLVED


def test_metadata_that_is_not_there(repository: Path) -> None:
    (repository / "setup.cfg").unlink()
    assert ask(repository, "services").problems[0] == Problem(Kind.MISSING, NOT_HERE, "setup.cfg")


def test_a_sparse_checkout(repository: Path) -> None:
    git(repository, "sparse-checkout", "set", "nova/compute", "nova/cmd")
    checkout = open_checkout(str(repository))
    with pytest.raises(QuestionError, match=r"; nova/virt: not in this checkout, with 3 files that git has$"):
        layout(checkout, "nova/virt")
    folders = {problem.file: problem.message for problem in layout(checkout, "nova").problems}
    assert folders["nova/virt"] == "not in this checkout, with 3 files that git has; it is not in the answer"
    assert set(folders) == {"nova/conductor", "nova/db", "nova/objects", "nova/tests", "nova/virt"}
    assert needs("nova.conductor", "nova/compute/manager.py", 1) in ask(repository, "rpc-flow").problems


def test_a_manager_that_only_a_name_leads_to(nova: Path) -> None:
    (nova / "nova" / "conductor" / "manager.py").unlink()
    expected = needs("nova.conductor.manager", "nova/service.py", 1)
    assert ask(nova, "periodic-tasks").problems == (expected,)


# --- and then it is there again


@pytest.mark.parametrize("path", ["nova/conductor/rpcapi.py", "nova/service.py", "nova/objects/instance.py"])
@pytest.mark.parametrize("question", ["rpc-flow", "services", "db-calls"])
def test_a_kept_answer_depends_on_what_was_missing(repository: Path, tmp_path: Path, question: str, path: str) -> None:
    def asked() -> Answer:
        checkout = open_checkout(str(repository))
        with Cache(tmp_path / "cache") as cache:
            answer = kept(cache, checkout, question, (), lambda: QUESTIONS[question](Program(checkout, cache)))
            return replace(answer, sources=frozenset())

    whole = asked()
    before = (repository / path).read_bytes()
    (repository / path).unlink()
    without = asked()
    assert without == replace(ask(repository, question), sources=frozenset())
    (repository / path).write_bytes(before)
    assert asked() == whole
    (repository / path).unlink()
    git(repository, "rm", "-q", "--cached", path)
    assert asked() == replace(ask(repository, question), sources=frozenset())


def test_a_layout_says_what_is_a_pointer(nova: Path) -> None:
    (nova / "nova" / "service.py").write_text(POINTER)
    answer = layout(open_checkout(str(nova)), "nova", catalogs=(("catalog", bundled()),))
    message = "a Git LFS pointer, its content is not here"
    assert answer.problems == (Problem(Kind.UNREADABLE, message, "nova/service.py"),)
    assert [row.lines for row in answer.rows if row.path == "nova/service.py"] == [None]
