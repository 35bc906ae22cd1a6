"""What can be asked: the list of each question, and near matches of bare names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.cli import main
from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.askable import askable
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.program import Program
from tests import small_flow, small_tasks
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = ("layout", "services", "rpc-methods", "periodic-tasks", "rpc-flow", "db-calls")


@pytest.fixture(params=["flow", "tasks"])
def nova(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(make(tmp_path / "nova", {"flow": small_flow.FILES, "tasks": small_tasks.FILES}[request.param]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_that_is_listed_can_be_asked(nova: str, question: str, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ["--checkout", nova, "--cache-dir", ""]
    assert main([question, "--list", *shared]) == 0
    names = capsys.readouterr().out.splitlines()
    assert names == list(askable(Program(open_checkout(nova)), question).rows)
    assert len(names) == len(set(names))
    for name in names:
        assert main([question, name, *shared]) == 0, name


@pytest.mark.parametrize("flow_of", [small_flow.FILES])
def test_each_kind_of_entry_is_listed(flow_of: dict[str, str | None], tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path / "nova", flow_of))))
    sent = {f"{row.topic}.{row.method}" for row in rpc_methods(program).rows if row.endpoint}
    tasks = {f"{row.manager.rpartition('.')[2]}.{row.task}" for row in periodic_tasks(program).rows}
    assert sent | tasks <= set(askable(program, "rpc-flow").rows)
    assert sent


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("RESIZE", ["compute.prep_resize", "compute.resize_instance"]),
        ("*.prep_*", ["compute.prep_resize"]),
        ("prep_*", []),
        ("compute.prep_resiz?", ["compute.prep_resize"]),
    ],
)
def test_a_pattern_chooses(pattern: str, expected: list[str], tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path / "nova", small_flow.FILES))))
    assert list(askable(program, "rpc-flow", pattern).rows) == expected


def test_nothing_is_printed_where_nothing_matches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nova = str(make(tmp_path / "nova", small_flow.FILES))
    assert main(["rpc-flow", "--list", "nothing-of-the-kind", "--checkout", nova, "--cache-dir", ""]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_flow_needs_an_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nova = str(make(tmp_path / "nova", small_flow.FILES))
    with pytest.raises(SystemExit) as left:
        main(["rpc-flow", "--checkout", nova])
    assert left.value.code == 2
    said = "sphinxext-nova: rpc-flow needs what to ask for, which rpc-flow --list shows\n"
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("prep_resize", "; near matches: compute.prep_resize"),
        ("prep_resise", "; near matches: compute.prep_resize"),
        ("nothing_of_the_kind", ""),
    ],
)
def test_a_bare_name_is_near_to_what_ends_with_it(asked: str, near: str, tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path / "nova", small_flow.FILES))))
    with pytest.raises(QuestionError) as error:
        rpc_flow(program, asked)
    assert str(error.value) == f"no function {asked} in nova 30.0.0{near}"


def test_a_task_is_near_to_its_manager(tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path / "nova", small_tasks.FILES))))
    row = periodic_tasks(program).rows[0]
    with pytest.raises(QuestionError) as error:
        periodic_tasks(program, row.task)
    manager = row.manager.rpartition(".")[2]
    assert str(error.value) == f"no service or manager {row.task} in nova 2013.2; near matches: {manager}"


def test_the_first_topic_of_a_service_means_all_of_its_topics(tmp_path: Path) -> None:
    rpcapi = small_flow.FILES["nova/compute/rpcapi.py"]
    assert rpcapi is not None
    client = (
        "\n    def finish(self, ctxt):\n        self.client.prepare(topic=RPC_TOPIC_ALT).cast(ctxt, 'prep_resize')\n"
    )
    files = {**small_flow.FILES, "nova/compute/rpcapi.py": f"RPC_TOPIC_ALT = 'compute-alt'\n{rpcapi}{client}"}
    program = Program(open_checkout(str(make(tmp_path / "nova", files))))
    by_topic = {topic: rpc_methods(program, topic).rows for topic in ("compute", "nova-compute", "compute-alt")}
    assert by_topic["compute"] == by_topic["nova-compute"]
    assert {row.topic for row in by_topic["compute"]} == {"compute", "compute-alt"}
    assert {row.topic for row in by_topic["compute-alt"]} == {"compute-alt"}
