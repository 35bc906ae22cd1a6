"""What bodies and names say about reading and writing, against what the decorators of newer releases say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.database.access import Bodies, by_name, by_transaction
from sphinxext.nova.openstack.database.layers import layers, of_module
from sphinxext.nova.program import Program
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BODIES = {
    "    return models.Thing.find(id, session=get_session()).first()": "read",
    "    return get_session().execute('select * from things')": "read",
    "    return get_session().execute('UPDATE things SET x = 1')": "write",
    "    session.add(thing)": "write",
    "    found = set()\n    found.add(1)\n    values = {}\n    values.update(x=1)\n    names.insert(0, 'x')": None,
    "    query = model_query(context, models.Thing)\n    query.update({'x': 1})": "write",
    "    thing = models.Thing()\n    thing.update(values)\n    thing.save()": "write",
    "    thing = model_query(context).first()\n    thing.host = None": "write",
    "    thing = model_query(context).first()\n    thing['host'] = None": "write",
    "    for thing in model_query(context).all():\n        other['host'] = thing": "read",
    "    for thing in model_query(context).all():\n        thing.update({'x': 1})": "write",
    "    model_query(context).filter_by(id=1).soft_delete()": "write",
    "    conn.execute(InsertFromSelect(shadow, rows))": "write",
    "    conn.execute(table.insert(values))": "write",
    "    def work():\n        _forget(context)\n    return retry(work)": "write",
    "    return again(context)": None,
    "    from nova import db\n    db.forget(context)": "write",
    "    from nova import image\n    image.forget(context)": None,
    "    return 'host.%s' % host": None,
}

FORGET = "\n\ndef forget(context):\n    _forget(context)\n"


@pytest.mark.parametrize("body", BODIES)
def test_what_a_body_does(tmp_path: Path, body: str) -> None:
    other = "def _forget(context):\n    session.delete(1)\n\n\ndef again(context):\n    return asked(context)\n"
    files = {
        "nova/db/__init__.py": "from nova.db.api import *\n",
        "nova/db/api.py": "def forget(context):\n    IMPL.forget(context)\n",
        "nova/db/sqlalchemy/__init__.py": "",
        "nova/db/sqlalchemy/api.py": f"def asked(context):\n{body}\n\n\n{other}{FORGET}",
        "nova/image.py": "def forget(context):\n    pass\n",
    }
    module = Program(open_checkout(str(make(tmp_path, files)))).module("nova.db.sqlalchemy.api")
    assert module
    assert Bodies(module).access(next(of_module(module))) == BODIES[body]


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("instance_get_all", "read"),
        ("floating_ip_disassociate", "write"),
        ("service_create", "write"),
        ("security_group_in_use", "read"),
        ("_thing_update_and_get_original", "write"),
        ("constraint", None),
    ],
)
def test_what_a_name_says(name: str, access: str | None) -> None:
    assert by_name(name) == access


@pytest.mark.release
@pytest.mark.parametrize(
    ("number", "decorated", "bodies", "names"),
    [("15.1.5", 294, 1, 4), ("20.0.0", 252, 2, 3), ("24.0.0", 164, 1, 0), ("34.0.0", 164, 1, 1)],
)
def test_bodies_and_names_agree_with_decorators(
    release: Callable[[str], Path], number: str, decorated: int, bodies: int, names: int
) -> None:
    """Only what moves data into new columns, through objects, is not seen to write."""
    module = layers(Program(open_checkout(str(release(f"nova-{number}")))))[0].backend
    known = Bodies(module)
    public = [function for function in of_module(module) if not function.fact.name.startswith("_")]
    found = {function: access for function in public if (access := by_transaction(function))}
    assert len(found) == decorated
    wrong = [function.fact.name for function, access in found.items() if known.access(function) != access]
    assert len(wrong) == bodies
    assert all(name.endswith(("_online_data_migration", "_migrate_to_uuid")) for name in wrong)
    assert sum(by_name(function.fact.name) != access for function, access in found.items()) == names
