"""A small tree with things that run by themselves, in the style of Nova 2013.2, written for these tests."""

from __future__ import annotations

FILES = {
    "setup.cfg": (
        "[metadata]\nname = nova\nversion = 2013.2\n\n[entry_points]\nconsole_scripts =\n"
        "    nova-compute = nova.cmd.compute:main\n"
        "    nova-scheduler = nova.cmd.scheduler:main\n"
    ),
    "nova/cmd/__init__.py": "",
    "nova/cmd/compute.py": (
        "from nova import service\n\n\n"
        "def main():\n"
        "    server = service.Service.create(binary='nova-compute', topic='compute')\n"
        "    service.serve(server)\n"
    ),
    "nova/cmd/scheduler.py": (
        "from nova import service\n\n\n"
        "def main():\n"
        "    server = service.Service.create(binary='nova-scheduler', topic='scheduler')\n"
        "    service.serve(server)\n"
    ),
    "nova/service.py": (
        '"""Base classes of what runs."""\n\n'
        "from oslo.config import cfg\n\n"
        "service_opts = [\n"
        "    cfg.StrOpt('compute_manager', default='nova.compute.manager.ComputeManager'),\n"
        "    cfg.StrOpt('scheduler_manager', default='nova.scheduler.manager.SchedulerManager'),\n"
        "]\n\n"
        "CONF = cfg.CONF\n"
        "CONF.register_opts(service_opts)\n\n\n"
        "class Service(object):\n"
        "    def start(self):\n"
        "        self.tg.add_dynamic_timer(self.periodic_tasks)\n\n"
        "    def periodic_tasks(self):\n"
        '        """Runs what is due."""\n'
    ),
    "nova/manager.py": (
        "from nova.openstack.common import periodic_task\n\n\n"
        "class Manager(periodic_task.PeriodicTasks):\n"
        "    @periodic_task.periodic_task\n"
        "    def _publish(self, context):\n"
        "        pass\n"
    ),
    "nova/openstack/common/periodic_task.py": (
        "def periodic_task(*args, **kwargs):\n"
        "    def decorator(f):\n"
        "        f._periodic_spacing = kwargs.pop('spacing', 0)\n"
        "        f._periodic_immediate = kwargs.pop('run_immediately', False)\n"
        "        if f._periodic_spacing == 0:\n"
        "            f._periodic_spacing = None\n"
        "        return f\n"
        "    return decorator\n"
    ),
    "nova/compute/__init__.py": "",
    "nova/compute/manager.py": (
        '"""Handles instances."""\n\n'
        "from oslo.config import cfg\n\n"
        "from nova import manager\n"
        "from nova.openstack.common import periodic_task\n\n"
        "interval_opts = [\n"
        "    cfg.IntOpt('sync_interval', default=600,\n"
        "               help='Seconds between two looks at the power states.\\n\\nPossible values:\\n\\n'\n"
        "                    '* more than 0\\n* -1: never'),\n"
        "    cfg.IntOpt('reclaim_interval', default=0, help='Seconds until what was deleted is gone'),\n"
        "]\n"
        "CONF = cfg.CONF\n"
        "CONF.register_opts(interval_opts)\n"
        "CONF.register_opts([cfg.IntOpt('interval', default=-1)], group='cache')\n\n\n"
        "class ComputeManager(manager.Manager):\n"
        "    @periodic_task.periodic_task(spacing=CONF.sync_interval, run_immediately=True)\n"
        "    def _sync(self, context):\n"
        '        """Look at the power states.\n\n        And more.\n        """\n'
        "        pass\n\n"
        "    @periodic_task.periodic_task\n"
        "    def _reclaim(self, context):\n"
        "        interval = CONF.reclaim_interval\n"
        "        if interval <= 0:\n"
        "            return\n"
        "        self._delete(context)\n\n"
        "    @periodic_task.periodic_task(spacing=CONF.cache.interval, external_process_ok=True)\n"
        "    def _clean(self, context):\n"
        "        pass\n"
    ),
    "nova/scheduler/__init__.py": "",
    "nova/scheduler/manager.py": ("from nova import manager\n\n\nclass SchedulerManager(manager.Manager):\n    pass\n"),
}
"""Changes to the tree of :mod:`tests.small_nova`."""

TALKING = {
    "nova/compute/manager.py": (
        "from nova import db\n"
        "from nova import manager\n"
        "from nova.openstack.common import periodic_task\n"
        "from nova.scheduler import rpcapi as scheduler_rpcapi\n"
        "from nova.virt import driver\n"
        "from nova.volume import cinder\n\n\n"
        "class ComputeManager(manager.Manager):\n"
        "    def __init__(self):\n"
        "        self.scheduler_rpcapi = scheduler_rpcapi.SchedulerAPI()\n"
        "        self.driver = driver.load_compute_driver()\n"
        "        self.volume_api = cinder.API()\n\n"
        "    @periodic_task.periodic_task\n"
        "    def _poll(self, context):\n"
        "        for instance in db.instance_get_all(context):\n"
        "            self._heal(context, instance)\n\n"
        "    def _heal(self, context, instance):\n"
        "        try:\n"
        "            self.driver.get_info(instance)\n"
        "        except Exception:\n"
        "            self.volume_api.get(context, instance)\n"
        "        self.scheduler_rpcapi.sync(context, instance)\n"
    ),
    "nova/db/__init__.py": "from nova.db.api import *\n",
    "nova/db/api.py": "def instance_get_all(context):\n    return IMPL.instance_get_all(context)\n",
    "nova/openstack/common/rpc/__init__.py": "def cast(context, topic, msg):\n    pass\n",
    "nova/openstack/common/rpc/proxy.py": (
        "from nova.openstack.common import rpc\n\n\n"
        "class RpcProxy(object):\n"
        "    def __init__(self, topic, default_version):\n"
        "        self.topic = topic\n\n"
        "    @staticmethod\n"
        "    def make_msg(method, **kwargs):\n"
        "        return {'method': method, 'args': kwargs}\n\n"
        "    def cast(self, context, msg, topic=None):\n"
        "        rpc.cast(context, topic or self.topic, msg)\n"
    ),
    "nova/scheduler/rpcapi.py": (
        "from nova.openstack.common.rpc import proxy\n\n\n"
        "class SchedulerAPI(proxy.RpcProxy):\n"
        "    def __init__(self):\n"
        "        super(SchedulerAPI, self).__init__(topic='scheduler', default_version='1.0')\n\n"
        "    def sync(self, ctxt, instance):\n"
        "        self.cast(ctxt, self.make_msg('sync', instance=instance))\n"
    ),
    "nova/scheduler/manager.py": (
        "from nova import manager\n"
        "from nova.image import glance\n\n\n"
        "class SchedulerManager(manager.Manager):\n"
        "    def sync(self, context, instance):\n"
        "        glance.API().get(context, instance)\n"
    ),
    "nova/image/__init__.py": "",
    "nova/image/glance.py": "class API(object):\n    def get(self, context, image):\n        pass\n",
    "nova/virt/__init__.py": "",
    "nova/virt/driver.py": (
        "class ComputeDriver(object):\n"
        "    def get_info(self, instance):\n"
        "        raise NotImplementedError()\n\n\n"
        "def load_compute_driver():\n"
        "    return ComputeDriver()\n"
    ),
    "nova/volume/__init__.py": "",
    "nova/volume/cinder.py": "class API(object):\n    def get(self, context, volume):\n        pass\n",
}
"""Changes to :data:`FILES`, after which a task sends a message, and asks the database and what is outside."""
