"""A small tree in which services talk, in the style of Nova since 2015."""

from __future__ import annotations

from textwrap import dedent


def _client(class_: str, topic: str, *methods: str) -> str:
    head = dedent(f"""\
        import oslo_messaging as messaging

        from nova import rpc


        class {class_}(object):
            def __init__(self):
                self.client = rpc.get_client(messaging.Target(topic='{topic}', version='1.0'))
        """)
    return head + "".join(methods)


def _sends(method: str, kind: str, prepare: str = "") -> str:
    extra = ", host" if "host" in prepare else ""
    return (
        f"\n    def {method}(self, ctxt, instance{extra}):\n"
        f"        cctxt = self.client.prepare({prepare})\n"
        f"        return cctxt.{kind}(ctxt, '{method}', instance=instance)\n"
    )


def _manager(class_: str, imports: str, body: str) -> str:
    head = f"from nova import manager\n{imports}\n\nclass {class_}(manager.Manager):\n"
    return head + "".join(f"    {line}\n" if line else "\n" for line in dedent(body).strip().splitlines())


def _command(name: str) -> str:
    return (
        "from nova import service\n\n\n"
        "def main():\n"
        f"    server = service.Service.create(binary='nova-{name}', topic='{name}')\n"
        "    service.serve(server)\n"
        "    service.wait()\n"
    )


FILES = {
    "PKG-INFO": "Metadata-Version: 2.1\nName: nova\nVersion: 30.0.0\n",
    "setup.cfg": (
        "[metadata]\nname = nova\nversion = 30.0.0\n\n[entry_points]\nconsole_scripts =\n"
        + "".join(f"    nova-{name} = nova.cmd.{name}:main\n" for name in ("compute", "conductor", "scheduler"))
    ),
    "nova/rpc.py": (
        "import oslo_messaging as messaging\n\nTRANSPORT = None\n\n\n"
        "def get_client(target):\n    return messaging.RPCClient(TRANSPORT, target)\n"
    ),
    "nova/manager.py": "class Manager(object):\n    pass\n",
    "nova/service.py": dedent("""\
        SERVICE_MANAGERS = {
            'nova-compute': 'nova.compute.manager.ComputeManager',
            'nova-conductor': 'nova.conductor.manager.ConductorManager',
            'nova-scheduler': 'nova.scheduler.manager.SchedulerManager',
        }


        class Service(object):
            def __init__(self, host, binary, topic, manager):
                self.topic = topic

            @classmethod
            def create(cls, host=None, binary=None, topic=None, manager=None):
                if not manager:
                    manager = SERVICE_MANAGERS.get(binary)
                return cls(host, binary, topic, manager)
        """),
    "nova/cmd/__init__.py": "",
    "nova/cmd/compute.py": _command("compute"),
    "nova/cmd/conductor.py": _command("conductor"),
    "nova/cmd/scheduler.py": _command("scheduler"),
    "nova/compute/__init__.py": "",
    "nova/compute/api.py": dedent("""\
        from nova.conductor import rpcapi


        class API(object):
            def __init__(self):
                self.conductor = rpcapi.ConductorAPI()

            def resize(self, context, instance):
                self.conductor.migrate_server(context, instance)

            def look(self, context):
                return 1
        """),
    "nova/compute/rpcapi.py": _client(
        "ComputeAPI",
        "compute",
        _sends("prep_resize", "cast", "server=host"),
        _sends("resize_instance", "call", "server=host"),
    ),
    "nova/compute/manager.py": _manager(
        "ComputeManager",
        "from nova.compute import rpcapi\nfrom nova.conductor import rpcapi as conductor_rpcapi\n"
        "from nova.scheduler import rpcapi as scheduler_rpcapi\n",
        """
        def __init__(self):
            self.compute = rpcapi.ComputeAPI()
            self.conductor = conductor_rpcapi.ConductorAPI()
            self.scheduler = scheduler_rpcapi.SchedulerAPI()

        def prep_resize(self, context, instance, migration):
            try:
                if instance.is_running:
                    self.compute.resize_instance(context, instance, migration.source_compute)
            except Exception:
                self.conductor.migrate_server(context, instance)

        def resize_instance(self, context, instance):
            self.scheduler.update_info(context, instance)
        """,
    ),
    "nova/conductor/__init__.py": "",
    "nova/conductor/rpcapi.py": _client("ConductorAPI", "conductor", _sends("migrate_server", "cast")),
    "nova/conductor/api.py": None,
    "nova/conductor/manager.py": _manager(
        "ConductorManager",
        "from nova.compute import rpcapi\nfrom nova.scheduler import rpcapi as scheduler_rpcapi\n",
        """
        def __init__(self):
            self.compute = rpcapi.ComputeAPI()
            self.scheduler = scheduler_rpcapi.SchedulerAPI()

        def migrate_server(self, context, instance):
            dest = self.scheduler.select(context, instance)
            self.compute.prep_resize(context, instance, dest)
        """,
    ),
    "nova/scheduler/__init__.py": "",
    "nova/scheduler/rpcapi.py": _client(
        "SchedulerAPI", "scheduler", _sends("select", "call"), _sends("update_info", "cast", "fanout=True")
    ),
    "nova/scheduler/manager.py": _manager(
        "SchedulerManager",
        "",
        """
        def select(self, context, instance):
            return 'host'

        def update_info(self, context, instance):
            pass
        """,
    ),
}
