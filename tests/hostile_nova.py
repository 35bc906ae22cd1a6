"""A small tree with text that no output may show as it is, at every place that an answer can take text from."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from tests import small_database, small_flow
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

RAW = "\x1b[31m\x07\x85\u202e\u2066\u200f\ufffe\uffff\ufdd0\U0001ffff\u2028"
"""What may stand in a file as it is: what a terminal obeys, what turns the text around it, what XML cannot say."""

WRITTEN = r"\ud800\udfff\x1b[31m\x07\x85\u202e\ufffe\u2028\n\t; ! | @ </td> ]]> {0} %s"
"""What a Python file says in a string beside it: halves of surrogate pairs, which no encoding has, and line ends."""

FILES: dict[str, str | bytes | None] = {
    **small_flow.FILES,
    **{path: text for path, text in small_database.FILES.items() if path.startswith(("nova/db/", "nova/objects/"))},
    "nova/rpc.py": small_flow.FILES["nova/rpc.py"],
    "nova/service.py": dedent(f"""\
        from oslo_config import cfg

        CONF = cfg.CONF
        CONF.register_opts([
            cfg.IntOpt('workers', default=10 ** 400, help='How many {WRITTEN}.\\n\\n{RAW[:-1]}'),
            cfg.StrOpt('topic_{WRITTEN}', default='{WRITTEN}'),
        ])

        SERVICE_MANAGERS = {{
            'nova-compute': 'nova.compute.manager.ComputeManager',
            'nova-conductor': 'nova.conductor.manager.ConductorManager',
            'nova-scheduler': 'nova.scheduler.manager.SchedulerManager',
            'nova-{WRITTEN}': 'nova.compute.manager.Compute{WRITTEN}',
        }}


        class Service(object):
            def __init__(self, host, binary, topic, manager):
                self.topic = topic

            def start(self):
                self.manager.init_host()
                target = messaging.Target(topic=self.topic, server=self.host)
                self.rpcserver = rpc.get_server(target, [self.manager, '{WRITTEN}'])
                self.rpcserver.start()

            @classmethod
            def create(cls, host=None, binary=None, topic=None, manager=None):
                if not manager:
                    manager = SERVICE_MANAGERS.get(binary)
                return cls(host, binary, topic, manager)


        def serve(server, workers=None):
            _launcher = service.launch(CONF, server, workers=workers)
        """),
    "nova/cmd/compute.py": dedent(f"""\
        from nova import service


        def main():
            server = service.Service.create(binary='nova-compute', topic='compute{WRITTEN}')
            service.serve(server, workers=CONF.workers or '{WRITTEN}')
        """),
    "nova/compute/rpcapi.py": dedent(f"""\
        import oslo_messaging as messaging

        from nova import rpc


        class ComputeAPI(object):
            def __init__(self):
                target = messaging.Target(topic='compute', version='1.0{WRITTEN}')
                self.client = rpc.get_client(target)
                self.far = rpc.get_client(messaging.Target(topic='compute{WRITTEN}', namespace='{WRITTEN}'))

            def prep_resize(self, ctxt, instance, host):
                cctxt = self.client.prepare(server=host)
                return cctxt.cast(ctxt, 'prep_resize', instance=instance)

            def hostile(self, ctxt, host):
                cctxt = self.client.prepare(server=host + '{WRITTEN}', version='2.0{WRITTEN}')
                return cctxt.cast(ctxt, 'hostile{WRITTEN}', **{{'argument{WRITTEN}': 1}})

            def other(self, ctxt):
                return self.far.prepare().call(ctxt, 'other{WRITTEN}')

            def last(self, ctxt):
                return self.client.prepare().call(ctxt, '{WRITTEN}')
        """),
    "nova/compute/api.py": dedent(f"""\
        from nova.compute import rpcapi
        from nova.conductor import rpcapi as conductor_rpcapi
        from nova import objects


        class API(object):
            def __init__(self):
                self.conductor = conductor_rpcapi.ConductorAPI()
                self.compute = rpcapi.ComputeAPI()

            def resize(self, context, instance):
                self.conductor.migrate_server(context, instance)

            def hostile(self, context, instance):
                if instance.name == '{WRITTEN}{RAW[:-1]}':
                    self.compute.hostile(context, instance.host)
                else:
                    self.compute.other(context)
                for name in instance['{RAW[:-1]}']:
                    self.compute.last(context)
                try:
                    self.compute.prep_resize(context, instance, instance['{WRITTEN}'])
                except exception.Hostile['{WRITTEN}']:
                    self.compute.other(context)
        """),
    "nova/compute/manager.py": dedent(f"""\
        # {RAW[:-1]}
        from oslo_config import cfg
        from oslo_service import loopingcall, periodic_task

        from nova import db, manager
        from nova.compute import rpcapi

        CONF = cfg.CONF
        CONF.register_opts([
            cfg.IntOpt('clean', default='{WRITTEN}', help='{WRITTEN}\\n\\nMore {RAW[:-1]}'),
            cfg.FloatOpt('never', default=1e999, help=u'{RAW[:-1]}'),
            cfg.StrOpt('{WRITTEN}', default=float('nan'), help='{WRITTEN}'),
            cfg.IntOpt('huge', default={"9" * 400}),
        ])


        class ComputeManager(manager.Manager):
            def __init__(self):
                self.compute = rpcapi.ComputeAPI()

            def prep_resize(self, context, instance):
                '''Look {RAW[:-1]} {WRITTEN}.'''
                self.compute.hostile(context, instance)

            @periodic_task.periodic_task(spacing=CONF.clean or '{WRITTEN}{RAW[:-1]}')
            def _clean(self, context):
                '''Cleans {RAW[:-1]} {WRITTEN}.'''
                if not getattr(CONF, '{WRITTEN}'):
                    return
                self.compute.hostile(context, 1)
                db.instance_update(context, '{WRITTEN}', {{}})

            @periodic_task.periodic_task(spacing=CONF.never)
            def _never(self, context):
                if CONF.huge:
                    pass

            @periodic_task.periodic_task(spacing=float('nan'))
            def _nan(self, context):
                pass

            @periodic_task.periodic_task(spacing=CONF.huge)
            def _huge(self, context):
                pass

            @periodic_task.periodic_task(spacing=-1e999)
            def _minus(self, context):
                pass

            def _start(self):
                timer = loopingcall.FixedIntervalLoopingCall(getattr(self, '{WRITTEN}'))
                timer.start(interval=float('inf'))
        """),
    "nova/api/__init__.py": "",
    "nova/api/openstack/__init__.py": "",
    "nova/api/openstack/compute/__init__.py": "",
    "nova/api/openstack/compute/routes.py": dedent(f"""\
        import functools

        from nova.api.openstack.compute import servers

        controller = functools.partial(_create_controller, servers.ServersController, [], [])

        ROUTE_LIST = (
            ('/servers', {{'POST': [controller, 'create']}}),
            ('/servers/{{id}}/action', {{'POST': [controller, 'action']}}),
            ('/servers{WRITTEN}', {{'GET': [controller, 'create']}}),
            ('/{WRITTEN}', {{'GET{WRITTEN}': [controller, 'missing{WRITTEN}']}}),
        )


        class APIRouterV21(base_wsgi.Router):
            def __init__(self):
                for path, methods in ROUTE_LIST:
                    self.map.create_route(path, methods)
        """),
    "nova/api/openstack/compute/servers.py": dedent(f"""\
        from nova.api.openstack import wsgi
        from nova.compute import api


        class ServersController(wsgi.Controller):
            def __init__(self):
                self.compute = api.API()

            @wsgi.action('resize{WRITTEN}')
            def _resize(self, req, id, body):
                self.compute.hostile(req, body)

            def create(self, req, body):
                '''{WRITTEN}'''
                self.compute.hostile(req, body)
        """),
    f"nova/red{RAW[:-1]}/__init__.py": f'"""Red {RAW[:-1]} {WRITTEN}."""\n',
    f"nova/red{RAW[:-1]}/torn.py": "def half(:\n",
    "nova/two\nlines/__init__.py": f"'''{WRITTEN}'''\n",
    "nova/two\nlines/ta\tb.py": "",
    "nova/a; b!c|d@e/</td>.py": '"""Text."""\n',
    "nova/zero.py": b'"""A\0B"""\n',
    "nova/compute/to\x1b[31m\u202e.py": "import nova\n\nx = (\n",
    f"etc/{RAW[:-1]}/x": "",
}


QUESTIONS = (
    ("layout",),
    ("layout", "nova"),
    ("layout", "nova/compute"),
    ("services",),
    ("services", "--with", "start"),
    ("rpc-methods",),
    ("rpc-methods", "--with", "callers"),
    ("periodic-tasks",),
    ("periodic-tasks", "--with", "timers,talks_to"),
    ("db-calls",),
    ("rpc-flow", "nova.compute.api.API.hostile"),
    ("rpc-flow", "compute.prep_resize", "--explain"),
    ("rpc-flow", "POST /servers"),
)
"""What the command line is asked of it."""

PAGE = """\
Everything
==========

.. nova-layout:: nova
   :depth: 2
   :only: folders files
   :caption: A table

.. nova-layout:: etc
   :style: tree
   :only: folders files
   :no-index:

.. service-bootstrap::
   :show: table steps
   :columns: binary kind topics manager endpoints workers option default database starts_at source

.. service-bootstrap:: nova-compute
   :flow:
   :no-index:

.. rpc-methods::
   :callers:
   :show: answered no-client no-endpoint
   :columns: method topic namespace kind versions client endpoint arguments callers

.. periodic-tasks::
   :also: timers
   :help: whole
   :columns: task manager services interval option default starts tests talks_to description source

.. db-calls::
   :access: read write neither
   :columns: service function access way object process callers drivers implementation source

.. db-calls:: nova-compute
   :flow: instance_update
   :no-index:

.. rpc-flow:: nova.compute.api.API.hostile
   :failures:
   :database:
   :external:
   :objects:
   :repeats:
   :split: 2
   :columns: number sender receiver kind method sent_by condition

.. rpc-flow:: POST /servers
   :depth: 1
   :hide: other*

.. rpc-flow:: ServersController.missing

.. nova-only:: >=29

   Some text.

:openstack:task:`ComputeManager._clean`, :openstack:option:`clean`, :openstack:db:`instance_update`,
:openstack:service:`nova-compute`, :openstack:rpc:`compute.prep_resize`, :openstack:flow:`POST /servers`,
:openstack:folder:`nova/compute`, :openstack:file:`nova/zero.py`, :openstack:task:`nothing`,
:openstack:rpc:`nothing`, :openstack:service:`nothing`, :openstack:option:`nothing`, :openstack:db:`nothing`,
:openstack:flow:`nothing`, :openstack:folder:`nothing`, :openstack:file:`nothing`.
"""
"""Every directive and role, asked for all that it shows."""


def make_hostile(folder: Path) -> Path:
    """Write the tree below ``folder``."""
    return make(folder, FILES)
