"""Database calls of a small tree by every way, and of real releases."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Caller, DbCall
from sphinxext.nova.openstack.database.catalogue import TRANSACTIONS
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.problems import QuestionError, Source
from sphinxext.nova.program import Program
from tests.small_database import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

LINES = {"constraint": 4, "instance_get_by_uuid": 9, "instance_update": 13, "instance_destroy": 19}
MANAGER = "nova.compute.manager.ComputeManager"


def row(
    service: str | None, name: str, access: str | None, route: str, *callers: tuple[str, int], **more: object
) -> DbCall:
    through = more.pop("through", None)
    return DbCall(
        service=service,
        function=f"nova.db.api.{name}",
        implementation=f"nova.db.sqlalchemy.api.{name}",
        file="nova/db/sqlalchemy/api.py",
        line=LINES[name],
        access=access,
        route=route,
        object=f"nova.objects.instance.Instance.{through}" if through else None,
        objects=(f"nova.objects.instance.Instance.{through}",) if through else (),
        callers=tuple(Caller(name, f"{name.rsplit('.', 2)[0].replace('.', '/')}.py", line) for name, line in callers),
        **{"process": "nova-conductor", "blocked": False, **more},  # type: ignore[arg-type]
    )


STOP = (f"{MANAGER}._stop", 20)
STRAIGHT = {"process": "nova-compute", "blocked": True}
PREPARED = {"process": "nova-compute"}
COMPUTE = (
    row("nova-compute", "constraint", None, "direct", STOP, **PREPARED),
    row("nova-compute", "instance_destroy", "write", "direct", STOP, **STRAIGHT),
    row(
        "nova-compute",
        "instance_get_by_uuid",
        "read",
        "object",
        (f"{MANAGER}.stop_instance", 16),
        through="get_by_uuid",
    ),
    row("nova-compute", "instance_update", "write", "conductor", (f"{MANAGER}.start_instance", 13)),
    row("nova-compute", "instance_update", "write", "object", (f"{MANAGER}.start_instance", 12), through="save"),
)
CONDUCTOR = row(
    "nova-conductor",
    "instance_update",
    "write",
    "direct",
    ("nova.conductor.manager.ConductorManager.instance_update", 7),
)


@pytest.fixture
def small(tmp_path: Path) -> Program:
    return Program(open_checkout(str(make(tmp_path, FILES))))


def test_every_way_of_every_service(small: Program) -> None:
    answer = db_calls(small)
    assert answer.rows == (*COMPUTE, CONDUCTOR)
    assert answer.problems == ()
    assert {
        Source("mentions", "nova", TRANSACTIONS),
        Source("file", "nova/db/api.py"),
        Source("ref", ""),
    } <= answer.sources


def test_of_a_service_and_of_a_function(small: Program) -> None:
    assert db_calls(small, "nova-compute").rows == COMPUTE
    assert db_calls(small, "nova-conductor").rows == (CONDUCTOR,)
    assert db_calls(small, "ComputeManager._stop").rows == COMPUTE[:2]
    assert db_calls(small, "compute.start_instance").rows == COMPUTE[3:]


def test_a_process_that_may_do_everything_itself(tmp_path: Path) -> None:
    free = {**FILES, "nova/cmd/compute.py": "def main():\n    pass\n"}
    rows = db_calls(Program(open_checkout(str(make(tmp_path, free))))).rows
    assert [(row.route, row.process, row.blocked) for row in rows if row.service == "nova-compute"] == [
        ("direct", "nova-compute", False),
        ("direct", "nova-compute", False),
        ("object", "nova-compute", False),
        ("conductor", "nova-conductor", False),
        ("object", "nova-compute", False),
    ]


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("nova-computer", "no function nova-computer in nova 2013.2; near matches: nova-compute"),
        ("ComputeManager.gone", "no function ComputeManager.gone in nova 2013.2"),
    ],
)
def test_what_is_not_there(small: Program, of: str, message: str) -> None:
    with pytest.raises(QuestionError) as found:
        db_calls(small, of)
    assert str(found.value).startswith(message)
    assert "\n" not in str(found.value)


def test_the_command_line_gives_the_whole_answer(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova", FILES)
    command = [sys.executable, "-m", "sphinxext.nova", "db-calls", "nova-conductor", "--checkout", str(folder)]
    run = subprocess.run([*command, "--format", "json", "--cache-dir", ""], check=True, capture_output=True, text=True)
    assert json.loads(run.stdout)["answers"] == [
        {
            "service": "nova-conductor",
            "function": "nova.db.api.instance_update",
            "implementation": "nova.db.sqlalchemy.api.instance_update",
            "file": "nova/db/sqlalchemy/api.py",
            "line": 13,
            "access": "write",
            "route": "direct",
            "object": None,
            "objects": [],
            "process": "nova-conductor",
            "blocked": False,
            "callers": [
                {
                    "name": "nova.conductor.manager.ConductorManager.instance_update",
                    "file": "nova/conductor/manager.py",
                    "line": 7,
                }
            ],
        }
    ]
