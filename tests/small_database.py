"""A small tree in Nova's style of 2013.2 in which every way leads to the database, written for these tests."""

from __future__ import annotations

_FACADE = """from oslo.db import api as db_api

_BACKEND_MAPPING = {'sqlalchemy': 'nova.db.sqlalchemy.api'}

IMPL = db_api.DBAPI(backend_mapping=_BACKEND_MAPPING)


def constraint(**conditions):
    return IMPL.constraint(**conditions)


def instance_get_by_uuid(context, uuid):
    return IMPL.instance_get_by_uuid(context, uuid)


def instance_update(context, uuid, values):
    return IMPL.instance_update(context, uuid, values)


def instance_destroy(context, uuid, constraint=None):
    return IMPL.instance_destroy(context, uuid, constraint)
"""
_BACKEND = """from nova.db.sqlalchemy import models


def constraint(**conditions):
    return Constraint(conditions)


@require_context
def instance_get_by_uuid(context, uuid):
    return model_query(context, models.Instance).filter_by(uuid=uuid).first()


def instance_update(context, uuid, values):
    instance = instance_get_by_uuid(context, uuid)
    instance.update(values)
    instance.save()


def instance_destroy(context, uuid, constraint=None):
    model_query(context, models.Instance).filter_by(uuid=uuid).delete()
"""
_CONDUCTOR_RPCAPI = """from oslo import messaging

from nova import rpc


class ConductorAPI(object):
    def __init__(self):
        target = messaging.Target(topic='conductor', version='1.0')
        self.client = rpc.get_client(target)

    def instance_update(self, context, uuid, updates):
        cctxt = self.client.prepare()
        return cctxt.call(context, 'instance_update', uuid=uuid, updates=updates)
"""
_OBJECT = """from nova import db
from nova.objects import base


class Instance(base.NovaObject):
    fields = {'uuid': str, 'host': str}

    @base.remotable_classmethod
    def get_by_uuid(cls, context, uuid):
        return cls._from_db_object(context, cls(), db.instance_get_by_uuid(context, uuid))

    @base.remotable
    def save(self, context):
        db.instance_update(context, self.uuid, {'host': self.host})

    @staticmethod
    def _from_db_object(context, instance, row):
        return instance
"""
_COMPUTE = """from nova.conductor import rpcapi as conductor_rpcapi
from nova import db
from nova import manager
from nova.objects import instance as instance_obj


class ComputeManager(manager.Manager):
    def __init__(self):
        self.conductor = conductor_rpcapi.ConductorAPI()

    def start_instance(self, context, instance):
        instance.save(context)
        self.conductor.instance_update(context, instance.uuid, {'task_state': None})

    def stop_instance(self, context, uuid):
        instance = instance_obj.Instance.get_by_uuid(context, uuid)
        self._stop(context, instance)

    def _stop(self, context, instance):
        db.instance_destroy(context, instance.uuid, db.constraint(host=instance.host))
"""
_SERVICE = """SERVICE_MANAGERS = {
    'nova-compute': 'nova.compute.manager.ComputeManager',
    'nova-conductor': 'nova.conductor.manager.ConductorManager',
}
"""
_CONDUCTOR = """from nova import db
from nova import manager


class ConductorManager(manager.Manager):
    def instance_update(self, context, uuid, updates):
        return db.instance_update(context, uuid, updates)
"""
_COMMAND = """from nova.conductor import rpcapi as conductor_rpcapi
from nova.objects import base as objects_base


def main():
    block_db_access()
    objects_base.NovaObject.indirection_api = conductor_rpcapi.ConductorAPI()
"""

FILES: dict[str, str | None] = {
    "setup.cfg": (
        "[metadata]\nname = nova\nversion = 2013.2\n\n[entry_points]\nconsole_scripts =\n"
        "    nova-compute = nova.cmd.compute:main\n    nova-conductor = nova.cmd.conductor:main\n"
    ),
    "bin/nova-example": None,
    "nova/cmd/__init__.py": "",
    "nova/cmd/compute.py": _COMMAND,
    "nova/cmd/conductor.py": "def main():\n    pass\n",
    "nova/compute/__init__.py": "",
    "nova/compute/manager.py": _COMPUTE,
    "nova/conductor/manager.py": _CONDUCTOR,
    "nova/conductor/rpcapi.py": _CONDUCTOR_RPCAPI,
    "nova/db/__init__.py": "from nova.db.api import *\n",
    "nova/db/api.py": _FACADE,
    "nova/db/sqlalchemy/__init__.py": "",
    "nova/db/sqlalchemy/api.py": _BACKEND,
    "nova/objects/__init__.py": "",
    "nova/objects/base.py": (
        "def remotable(fn):\n    return fn\n\n\ndef remotable_classmethod(fn):\n"
        "    def wrapper(cls, context):\n"
        "        return NovaObject.indirection_api.object_class_action(context, fn.__name__)\n"
        "    return classmethod(wrapper)\n\n\nclass NovaObject(object):\n    indirection_api = None\n"
    ),
    "nova/objects/instance.py": _OBJECT,
    "nova/rpc.py": (
        "from oslo import messaging\n\n\ndef get_client(target):\n    return messaging.RPCClient(TRANSPORT, target)\n"
    ),
    "nova/service.py": _SERVICE,
}
