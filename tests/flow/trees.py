"""A small Nova of three services that send messages, written for these tests, and flows as short texts."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Again, Block, Boundary, Message
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sphinxext.nova.model import Flow, Step

FILES: dict[str, str | bytes] = {
    "PKG-INFO": "Metadata-Version: 2.1\nName: nova\nVersion: 30.0.0\n",
    "setup.cfg": (
        "[metadata]\nname = nova\n\n[entry_points]\nconsole_scripts =\n"
        "    nova-compute = nova.cmd.compute:main\n"
        "    nova-conductor = nova.cmd.conductor:main\n"
        "    nova-scheduler = nova.cmd.scheduler:main\n"
    ),
    "nova/__init__.py": "",
    "nova/service.py": (
        "SERVICE_MANAGERS = {\n"
        "    'nova-compute': 'nova.compute.manager.ComputeManager',\n"
        "    'nova-conductor': 'nova.conductor.manager.ConductorManager',\n"
        "    'nova-scheduler': 'nova.scheduler.manager.SchedulerManager',\n"
        "}\n"
    ),
    "nova/cmd/__init__.py": "",
    **{f"nova/cmd/{name}.py": "def main():\n    pass\n" for name in ("compute", "conductor", "scheduler")},
    "nova/manager.py": "class Manager(object):\n    def __init__(self):\n        self.additional_endpoints = []\n",
    "nova/rpc.py": dedent(
        """
        import oslo_messaging as messaging

        TRANSPORT = None


        def get_client(target, version_cap=None, serializer=None):
            return messaging.get_rpc_client(TRANSPORT, target, version_cap=version_cap, serializer=serializer)
        """
    ),
    "nova/compute/__init__.py": "",
    "nova/compute/rpcapi.py": dedent(
        """
        import oslo_messaging as messaging

        from nova import rpc

        RPC_TOPIC = 'compute'


        class ComputeAPI(object):
            def __init__(self):
                target = messaging.Target(topic=RPC_TOPIC, version='5.0')
                self.client = rpc.get_client(target)

            def start_instance(self, ctxt, instance, host=None):
                cctxt = self.client.prepare(server=host or instance.host, version='5.0')
                cctxt.cast(ctxt, 'start_instance', instance=instance)

            def stop_instance(self, ctxt, instance, clean_shutdown=True):
                cctxt = self.client.prepare(server=instance.host, version='5.0')
                cctxt.cast(ctxt, 'stop_instance', instance=instance, clean_shutdown=clean_shutdown)

            def pause_instance(self, ctxt, instance):
                cctxt = self.client.prepare(server=instance.host, version='5.0')
                cctxt.cast(ctxt, 'pause_instance', instance=instance)

            def get_console(self, ctxt, instance, console_type):
                cctxt = self.client.prepare(server=instance.host, version='5.0')
                return cctxt.call(ctxt, 'get_console', instance=instance, console_type=console_type)

            def confirm_resize(self, ctxt, instance, cast=True):
                cctxt = self.client.prepare(server=instance.host, version='5.0')
                rpc_method = cctxt.cast if cast else cctxt.call
                return rpc_method(ctxt, 'confirm_resize', instance=instance)
        """
    ),
    "nova/compute/manager.py": dedent(
        """
        from nova import manager


        class ComputeManager(manager.Manager):
            def start_instance(self, context, instance):
                pass

            def stop_instance(self, context, instance, clean_shutdown):
                pass

            def pause_instance(self, context, instance):
                pass

            def get_console(self, context, instance, console_type):
                pass

            def confirm_resize(self, context, instance):
                pass
        """
    ),
    "nova/conductor/__init__.py": "",
    "nova/conductor/rpcapi.py": dedent(
        """
        import oslo_messaging as messaging

        from nova import rpc

        RPC_TOPIC = 'conductor'


        class ComputeTaskAPI(object):
            def __init__(self):
                target = messaging.Target(topic=RPC_TOPIC, namespace='compute_task', version='1.0')
                self.client = rpc.get_client(target)

            def migrate_server(self, ctxt, instance, live, flavor, do_cast=False):
                cctxt = self.client.prepare(version='1.5')
                if do_cast:
                    return cctxt.cast(ctxt, 'migrate_server', instance=instance, live=live, flavor=flavor)
                return cctxt.call(ctxt, 'migrate_server', instance=instance, live=live, flavor=flavor)
        """
    ),
    "nova/conductor/manager.py": dedent(
        """
        import oslo_messaging as messaging

        from nova import manager
        from nova.compute import rpcapi as compute_rpcapi


        class ConductorManager(manager.Manager):
            target = messaging.Target(version='3.0')

            def __init__(self):
                super(ConductorManager, self).__init__()
                self.compute_task_mgr = ComputeTaskManager()
                self.additional_endpoints.append(self.compute_task_mgr)


        class ComputeTaskManager(object):
            target = messaging.Target(namespace='compute_task', version='1.5')

            def __init__(self):
                self.compute_rpcapi = compute_rpcapi.ComputeAPI()

            def migrate_server(self, context, instance, live, flavor):
                pass
        """
    ),
    "nova/scheduler/__init__.py": "",
    "nova/scheduler/rpcapi.py": dedent(
        """
        import oslo_messaging as messaging

        from nova import rpc

        RPC_TOPIC = 'scheduler'


        class SchedulerAPI(object):
            def __init__(self):
                self.client = rpc.get_client(messaging.Target(topic=RPC_TOPIC, version='4.0'))

            def select_destinations(self, ctxt, spec):
                cctxt = self.client.prepare(version='4.5')
                return cctxt.call(ctxt, 'select_destinations', spec=spec)

            def update_aggregates(self, ctxt, aggregates):
                cctxt = self.client.prepare(fanout=True, version='4.1')
                cctxt.cast(ctxt, 'update_aggregates', aggregates=aggregates)
        """
    ),
    "nova/scheduler/manager.py": dedent(
        """
        from nova import manager


        class SchedulerManager(manager.Manager):
            def select_destinations(self, context, spec):
                pass

            def update_aggregates(self, context, aggregates):
                pass
        """
    ),
}


def api(methods: str, imports: str = "") -> str:
    """Return ``nova/compute/api.py`` whose class ``API`` has these methods, and clients of all three services."""
    head = dedent(
        """
        from nova.compute import rpcapi as compute_rpcapi
        from nova.conductor import rpcapi as conductor_rpcapi
        from nova.scheduler import rpcapi as scheduler_rpcapi
        """
    )
    constructor = dedent(
        """
        class API(object):
            def __init__(self):
                self.compute_rpcapi = compute_rpcapi.ComputeAPI()
                self.task_rpcapi = conductor_rpcapi.ComputeTaskAPI()
                self.scheduler_rpcapi = scheduler_rpcapi.SchedulerAPI()

        """
    )
    return head + dedent(imports) + "\n" + constructor + indent(dedent(methods), "    ")


def program(folder: Path, changes: Mapping[str, str | bytes | None]) -> Program:
    """Write the tree with ``changes``, a path to other content or to None, and open it."""
    for path, content in {**FILES, **changes}.items():
        if content is not None:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
    return Program(open_checkout(folder))


def flow(folder: Path, changes: Mapping[str, str | bytes | None], entry: str = "nova.compute.api.API.run") -> Flow:
    """Return the flow of an entry of the tree with ``changes``."""
    flows = Flows(program(folder, changes))
    return flows.flow(flows.find(entry))


def told(flow: Flow) -> str:
    """Return the steps of a flow as indented lines: kind, receiver and method of each message, and its blocks."""
    names = [one.name for one in flow.participants]
    hosts = {one.id: one.name if names.count(one.name) == 1 else f"{one.name}({one.host})" for one in flow.participants}
    return "\n".join(_lines(flow.steps, hosts))


def _lines(steps: Iterable[Step], hosts: Mapping[str, str]) -> Iterator[str]:
    for step in steps:
        match step:
            case Message():
                via = f" by {step.via}" if step.via else ""
                because = f" because {', '.join(step.decided_by)}" if step.decided_by else ""
                nobody = "" if step.endpoint else " to nobody"
                yield f"{step.kind} {hosts[step.to]} {step.method}{nobody}{via}{because}"
                yield from (f"  {line}" for line in _lines(step.steps, hosts))
            case Block():
                for index, branch in enumerate(step.branches):
                    word = step.kind if not index else "or"
                    yield word if branch.condition is None else f"{word} {branch.condition}"
                    yield from (f"  {line}" for line in _lines(branch.steps, hosts))
            case Boundary():
                yield f"{step.kind} {step.name}"
            case Again():
                yield f"again {step.number}"


def text(lines: str) -> str:
    """Return the lines of an expectation without what indents all of them."""
    return dedent(lines).strip("\n")
