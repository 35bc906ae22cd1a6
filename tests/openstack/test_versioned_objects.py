"""The versioned objects of small trees in each form; their numbers in real releases are with the database functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.versioned_objects import versioned_objects
from sphinxext.nova.program import Program
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

OWN_BASE = """import functools


def remotable_classmethod(fn):
    @functools.wraps(fn)
    def wrapper(cls, context, *args, **kwargs):
        if NovaObject.indirection_api:
            return NovaObject.indirection_api.object_class_action(context, cls.obj_name(), fn.__name__, args, kwargs)
        return fn(cls, context, *args, **kwargs)
    return classmethod(wrapper)


def remotable(fn):
    return fn


class NovaObject(object):
    fields = {'base': fields.ObjectField('Base')}
"""
OSLO_BASE = """from oslo_versionedobjects import base as ovoo_base

remotable_classmethod = ovoo_base.remotable_classmethod
remotable = ovoo_base.remotable


class NovaObject(ovoo_base.VersionedObject):
    pass
"""
THING = """from nova.objects import base
from nova.objects import part


class Thing(base.NovaObject):
    VERSION = '1.9'


@base.NovaObjectRegistry.register
class Thing(base.NovaObject):
    VERSION = '1.10'

    fields = {
        'id': fields.IntegerField(),
        'part': fields.ObjectField('Part', nullable=True),
        'parts': fields.ListOfObjectsField('Part'),
        'old': obj_utils.nested_object(part.Part, none_ok=False),
    }

    @base.remotable_classmethod
    def get(cls, context):
        pass

    @classmethod
    @base.remotable
    def get_all(cls, context):
        pass

    @serialize
    @base.remotable
    def save(self):
        pass

    @staticmethod
    def _from_db_object(context):
        pass


class Plain(object):
    @base.remotable
    def save(self):
        pass
"""


def program(folder: Path, base: str, other: Mapping[str, str] | None = None) -> Program:
    files = {
        "nova/objects/__init__.py": "",
        "nova/objects/base.py": base,
        "nova/objects/part.py": "from nova.objects import base\n\n\nclass Part(base.NovaObject):\n    pass\n",
        "nova/objects/thing.py": THING,
        **(other or {}),
    }
    return Program(open_checkout(str(make(folder, files))))


@pytest.mark.parametrize(
    ("base", "sends"),
    [(OWN_BASE, "object_class_action"), (OSLO_BASE, "object_class_action_versions")],
    ids=["of Nova", "of oslo"],
)
def test_remotable_methods(tmp_path: Path, base: str, sends: str) -> None:
    found = versioned_objects(program(tmp_path, base))
    assert [
        (one.name, one.owner.fact.line, one.function.fact.line, one.is_class, one.sends)
        for one in found.methods.values()
    ] == [
        ("nova.objects.thing.Thing.get", 10, 21, True, sends),
        ("nova.objects.thing.Thing.get_all", 10, 26, True, sends if base is OSLO_BASE else "object_class_action"),
        ("nova.objects.thing.Thing.save", 10, 31, False, "object_action"),
    ]
    assert [found.methods[function].function for function in found.methods] == list(found.methods)


def test_classes_and_their_fields(tmp_path: Path) -> None:
    found = versioned_objects(program(tmp_path, OWN_BASE))
    assert {name: class_.fact.line for name, class_ in found.classes.items()} == {
        "NovaObject": 17,
        "Part": 4,
        "Thing": 10,
    }
    assert {name: (field.holds, field.many) for name, field in found.fields(found.classes["Thing"]).items()} == {
        "part": ("Part", False),
        "parts": ("Part", True),
        "old": ("Part", False),
        "base": ("Base", False),
    }


INSTANCES = """from nova.objects import base


class _BaseInstance(base.NovaObject):
    @base.remotable
    def save(self):
        pass

    @classmethod
    def obj_name(cls):
        return 'Instance'


@base.NovaObjectRegistry.register
class InstanceV2(_BaseInstance):
    VERSION = '2.0'


@base.NovaObjectRegistry.register
class InstanceV1(_BaseInstance):
    VERSION = '1.23'
"""


def test_a_class_that_is_registered_under_another_name(tmp_path: Path) -> None:
    found = versioned_objects(program(tmp_path, OSLO_BASE, {"nova/objects/instance.py": INSTANCES}))
    assert {name: class_.name.rpartition(".")[2] for name, class_ in found.classes.items()} == {
        "Instance": "InstanceV2",
        "NovaObject": "NovaObject",
        "Part": "Part",
        "Thing": "Thing",
    }


def test_before_there_were_objects_there_are_none(tmp_path: Path) -> None:
    found = versioned_objects(Program(open_checkout(str(make(tmp_path)))))
    assert (found.classes, found.methods) == ({}, {})


@pytest.mark.release
def test_the_fields_of_an_instance(release: Callable[[str], Path]) -> None:
    found = versioned_objects(Program(open_checkout(str(release("nova-34.0.0")))))
    fields = found.fields(found.classes["Instance"])
    assert {name: field.holds for name, field in fields.items()} == {
        "services": "ServiceList",
        "info_cache": "InstanceInfoCache",
        "security_groups": "SecurityGroupList",
        "fault": "InstanceFault",
        "pci_devices": "PciDeviceList",
        "numa_topology": "InstanceNUMATopology",
        "pci_requests": "InstancePCIRequests",
        "device_metadata": "InstanceDeviceMetadata",
        "tags": "TagList",
        "flavor": "Flavor",
        "old_flavor": "Flavor",
        "new_flavor": "Flavor",
        "vcpu_model": "VirtCPUModel",
        "ec2_ids": "EC2Ids",
        "migration_context": "MigrationContext",
        "keypairs": "KeyPairList",
        "trusted_certs": "TrustedCerts",
        "resources": "ResourceList",
    }
    assert len(found.classes) == 112
