"""Whole answers about real releases.

``tests/expected/34.0.0/db_calls.json`` has the service, function, access and way of each row, and whether only other
database functions call it. It was kept when it held every function of which the recording that this project has, made
while Nova's own functional tests ran, says that it ran for a service. ``db_calls_of_objects.json`` beside it has the
functions that stand outside the ``db`` package: access and place are those that Python's own ``ast`` gives, and at each
place that asks stands the name of the function, of the object's method, or of the field that has to be loaded.
``tests/expected/RELEASE/db_calls_blocked.json`` has what a process would do in the database that it may not touch;
each of its rows was looked up in the source, and the book's chapter about the database says how the code gets there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack import db_calls as module
from sphinxext.nova.openstack.database import database
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.program import Program
from tests.conftest import ROOT
from tests.openstack.database.test_catalogue import WITHOUT_BACKEND
from tests.openstack.test_history import numbered, tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sphinxext.nova.program import Cache

EXPECTED = ROOT / "tests" / "expected"


@pytest.mark.release
def test_all_services_of_a_release(release: Callable[[str], Path]) -> None:
    answer = db_calls(Program(open_checkout(release("nova-34.0.0"))))
    assert [[row.service, row.function, row.access, row.route, row.inside] for row in answer.rows] == json.loads(
        (EXPECTED / "34.0.0" / "db_calls.json").read_text()
    )


@pytest.mark.release
def test_functions_that_objects_keep_for_themselves(release: Callable[[str], Path]) -> None:
    """Each is there with its access, its place, who asks for it in which service, or why no service does."""
    program = Program(open_checkout(release("nova-34.0.0")))
    asked: dict[str, dict[str, list[str]]] = {}
    for row in db_calls(program).rows:
        places = [f"{caller.name} {caller.file}:{caller.line}" for caller in row.callers]
        asked.setdefault(row.function, {})[f"{row.service} {row.route}"] = places
    expected = json.loads((EXPECTED / "34.0.0" / "db_calls_of_objects.json").read_text())
    assert {one.name for one in database(program).functions.values() if one.own} == expected.keys()
    for name, one in expected.items():
        function = database(program).functions[name]
        assert [name, function.access, f"{function.file}:{function.line}", asked.get(name)] == [
            name,
            one["access"],
            one["file"],
            one.get("asked"),
        ]


@pytest.mark.release
@pytest.mark.parametrize("name", ["nova-15.1.5", "nova-34.0.0"])
def test_what_is_left_out_asks_nothing(
    release: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where something of it asks the database, or decides what does, there are other rows or callers with it.

    ``_expected_cols`` gives an empty list back as it is, and so it seems that this may be changed by another name.
    """
    checkout = open_checkout(str(release(name)))
    rows = db_calls(Program(checkout)).rows
    for left_out in ("_OF_HOSTS", "_PLAIN", "_IDLE"):
        assert getattr(module, left_out)
        monkeypatch.setattr(module, left_out, ())
    assert db_calls(Program(checkout)).rows == rows
    monkeypatch.setattr(module, "_LEAVES", ())
    more = db_calls(Program(checkout)).rows
    assert [(row.service, row.function, row.route) for row in more] == [
        (row.service, row.function, row.route) for row in rows
    ]
    assert all({*row.callers} <= {*other.callers} for row, other in zip(rows, more, strict=True))


@pytest.mark.release
def test_the_method_of_an_object_that_is_meant_comes_first(release: Callable[[str], Path]) -> None:
    """Loading fields on the way, others get to the same function; those come after it."""
    rows = db_calls(Program(open_checkout(str(release("nova-34.0.0")))), "nova-compute").rows
    meant = {row.function.rpartition(".")[2]: row.object for row in rows if row.route == "object"}
    assert meant["instance_get_by_uuid"] == "nova.objects.instance.Instance.get_by_uuid"
    assert meant["service_get_by_compute_host"] == "nova.objects.service.Service.get_by_compute_host"
    assert meant["instance_update_and_get_original"] == "nova.objects.instance.Instance.save"


@pytest.mark.release
def test_the_drivers_of_a_release(release: Callable[[str], Path]) -> None:
    """``db_calls_drivers.json`` has the function and way of each row that drivers reach, and which; each alone or not.

    No line of ``nova/virt`` in which something of the database is asked for is left out, but for those of
    ``machine_type_utils.py`` (a part of nova-manage) and for functions that nobody calls.
    """
    rows = db_calls(Program(open_checkout(str(release("nova-34.0.0"))))).rows
    assert {row.service for row in rows if row.drivers} == {"nova-compute"}
    assert [[row.function, row.route, list(row.drivers), row.by_drivers_only] for row in rows if row.drivers] == (
        json.loads((EXPECTED / "34.0.0" / "db_calls_drivers.json").read_text())
    )


@pytest.mark.history
@pytest.mark.parametrize("tag", ["2013.1", "2013.2", "2014.1", "2014.2", "14.0.0", "15.1.5", "18.0.0", "20.0.0"])
def test_what_a_process_does_that_may_not(nova_git: Path, tag: str) -> None:
    assert blocked(f"{nova_git}@{tag}") == expected_blocked(tag)


@pytest.mark.release
def test_what_a_process_of_today_does_that_may_not(release: Callable[[str], Path]) -> None:
    assert blocked(str(release("nova-34.0.0"))) == expected_blocked("34.0.0")


def blocked(spec: str) -> list[dict[str, object]]:
    return [
        {
            "service": row.service,
            "function": row.function,
            "access": row.access,
            "callers": [f"{caller.name} {caller.file}:{caller.line}" for caller in row.callers],
        }
        for row in db_calls(Program(open_checkout(spec))).rows
        if row.blocked
    ]


def expected_blocked(release: str) -> object:
    return json.loads((EXPECTED / release / "db_calls_blocked.json").read_text())


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_every_tag_says_how_it_gets_to_the_database(nova_git: Path, facts: Cache, tag: str) -> None:
    answer = db_calls(Program(open_checkout(f"{nova_git}@{tag}"), facts))
    assert answer.problems == ()
    services = {"nova-api", "nova-compute", "nova-scheduler"}
    if numbered(tag) >= numbered("2013.1.g3"):
        services.add("nova-conductor")
    if numbered("14.0.0b3") <= numbered(tag) < numbered("20.0.0rc1"):
        services.add("nova-placement-api")
    assert services <= {row.service for row in answer.rows}
    assert {row.service for row in answer.rows if row.blocked} <= {"nova-compute", "nova-network"}
    nowhere = {row.function.rpartition(".")[2] for row in answer.rows if row.implementation is None}
    assert nowhere <= WITHOUT_BACKEND
    updated = {
        row.route for row in answer.rows if row.service == "nova-compute" and "api.instance_update" in row.function
    }
    # First itself, then by a call of nova-conductor, then through the object.
    if numbered(tag) < numbered("2013.1.g3"):
        assert updated == {"direct"}
    else:
        assert ("object" if numbered(tag) >= numbered("2013.2.b2") else "conductor") in updated
