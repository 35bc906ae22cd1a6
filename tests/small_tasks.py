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
