"""What a name tells of what holds an object, where nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.program import Program
from tests.small_database import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

MANAGER = """import queue

from nova import manager


class ComputeManager(manager.Manager):
    def __init__(self):
        self.found = queue.Queue()

    def run(self, context{parameters}):
        {body}
"""
GROUP = """from nova import db
from nova.objects import base


class SecurityGroup(base.NovaObject):
    fields = {'id': int, 'name': str}

    @base.remotable_classmethod
    def get(cls, context, group_id):
        return db.instance_get_by_uuid(context, group_id)

    @base.remotable
    def save(self, context):
        db.instance_update(context, self.id, {'name': self.name})


class SecurityGroupList(base.NovaObject):
    fields = {'objects': list}

    @base.remotable
    def save(self, context):
        db.instance_destroy(context, None)
"""


LOADED = """from nova import db
from nova.objects import base


class Instance(base.NovaObject):
    fields = {{'uuid': str, 'host': str}}

    def obj_load_attr(self, attrname):
        if {condition}:
            raise exception.ObjectActionError(action='obj_load_attr')
        self._load(attrname)

    def _load(self, attrname):
        db.instance_get_by_uuid(self._context, self.uuid)
"""


@pytest.mark.parametrize(
    ("condition", "body", "reached"),
    [
        ("'uuid' not in self", "return instance.host", [11]),
        ("'uuid' not in self", "return instance.uuid", []),
        ("not 'uuid' in self", "return instance.uuid", []),
        ("'uuid' not in attrname", "return instance.uuid", [11]),
        ("'uuid' not in attrname", "return instance.host", []),
        ("'ui' in attrname", "return instance.uuid", []),
        ("'ui' in attrname", "return instance.host", [11]),
        # Of another field, nobody knows whether it is there.
        ("'host' not in self", "return instance.uuid", [11]),
        ("'uuid' not in self", "self.found.put(\n            lambda: instance.host)", [12]),
    ],
)
def test_what_is_being_loaded_is_not_there(tmp_path: Path, condition: str, body: str, reached: list[int]) -> None:
    changes = {
        "nova/compute/manager.py": MANAGER.format(parameters=", instance", body=body),
        "nova/objects/instance.py": LOADED.format(condition=condition),
    }
    rows = db_calls(Program(open_checkout(make(tmp_path, {**FILES, **changes}))), "ComputeManager.run").rows
    lines = [caller.line for row in rows if not row.inside for caller in row.callers]
    assert lines == reached


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("return instance.host", [11]),
        ("return instance.host if 'host' in instance else None", []),
        ("return None if 'host' not in instance else instance.host", []),
        ("return instance.host if instance.obj_attr_is_set('host') else None", []),
        ("return 'host' in instance and instance.host", []),
        ("if 'host' not in instance: return\n        return instance.host", []),
        # Another field, another object, another method; and what was not there before.
        ("return instance.host if 'uuid' in instance else None", [11]),
        ("return instance.host if 'host' in context else None", [11]),
        ("return instance.host if instance.knows('host') else None", [11]),
        ("return None if 'host' in instance else instance.host", [11]),
        ("if 'host' in instance:\n            del instance.host\n            return instance.host", [13]),
    ],
)
def test_what_is_set_need_not_be_loaded(tmp_path: Path, body: str, reached: list[int]) -> None:
    changes = {
        "nova/compute/manager.py": MANAGER.format(parameters=", instance", body=body),
        "nova/objects/instance.py": LOADED.format(condition="'uuid' not in self"),
    }
    rows = db_calls(Program(open_checkout(make(tmp_path, {**FILES, **changes}))), "ComputeManager.run").rows
    assert [caller.line for row in rows if not row.inside for caller in row.callers] == reached


@pytest.mark.parametrize(
    ("parameters", "body", "reached"),
    [
        (", instance", "instance.save(context)", ["Instance.save"]),
        # What comes out of a queue, nothing tells.
        ("", "instance = self.found.get()[1]; instance.save(context)", ["Instance.save"]),
        ("", "_, instance = self.found.get(); instance.save(context)", ["Instance.save"]),
        ("", "for instance in self.found.get(): instance.save(context)", ["Instance.save"]),
        ("", "what = self.found.get()[1]; what.save(context)", []),
        # What is known stays what it is.
        ("", "instance = {'uuid': 1}; instance.save(context)", []),
        # The list in a request has the same name.
        ("", "security_groups = self.found.get()[1]; security_groups.save(context)", []),
        # Is it asked as a dictionary?
        (", security_group", "security_group.get('name')", []),
        ("", "security_group = self.found.get()[1]; security_group.get('name')", []),
    ],
)
def test_a_name_tells_the_class(tmp_path: Path, parameters: str, body: str, reached: list[str]) -> None:
    changes = {
        "nova/compute/manager.py": MANAGER.format(parameters=parameters, body=body),
        "nova/objects/security_group.py": GROUP,
    }
    rows = db_calls(Program(open_checkout(make(tmp_path, {**FILES, **changes}))), "ComputeManager.run").rows
    assert [".".join((row.object or row.function).split(".")[-2:]) for row in rows if not row.inside] == reached
