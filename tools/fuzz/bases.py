"""The small trees that mutations start from: those of the tests, and further ones in the forms of each era.

All of them are written for this project; nothing is copied out of Nova.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Final

from fuzz.tree import Tree
from tests import small_database, small_flow, small_nova, small_services, small_tasks
from tests.flow import trees
from tests.openstack import test_rpc_eras

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

BUILD: Final = Path(__file__).resolve().parent.parent.parent / "build"
"""Where releases are unpacked, if they are."""
_RELEASE_FILES: Final = 25
_RELEASE_FILE_BYTES: Final = 60_000

EXECUTED: Final = "import os\nopen(os.environ.get('FUZZ_MARKER', os.devnull), 'a').write(__file__ + '\\n')\n"
"""The first lines of files that Python might import or run: they leave a mark."""
MARKERS: Final[dict[str, str]] = {
    "argparse.py": EXECUTED,
    "json.py": EXECUTED,
    "conftest.py": EXECUTED,
    "sitecustomize.py": EXECUTED,
    "usercustomize.py": EXECUTED,
    "setup.py": EXECUTED + "import setuptools\n\nsetuptools.setup(setup_requires=['pbr'], pbr=True)\n",
    "doc/source/conf.py": EXECUTED,
    "sphinxext/__init__.py": EXECUTED,
    "sphinxext/nova/__init__.py": EXECUTED,
    "tree_sitter/__init__.py": EXECUTED,
}

# --- further trees

_API: Final = "nova/api/openstack"
_PACKAGES: Final = {f"{path}/__init__.py": "" for path in ("nova/api", _API, f"{_API}/compute", f"{_API}/contrib")}
_PASTE: Final = """
    [composite:osapi]
    use = call:nova.api.openstack.urlmap:urlmap_factory
    /v2: openstack_compute_api_v2

    [pipeline:openstack_compute_api_v2]
    pipeline = faultwrap keystonecontext osapi_compute_app_v2

    [app:osapi_compute_app_v2]
    paste.app_factory = nova.api.openstack.compute:APIRouter.factory
    """
REST_MAPPER: Final = {
    **_PACKAGES,
    "etc/nova/api-paste.ini": _PASTE,
    f"{_API}/__init__.py": """
    import routes

    from nova.api.openstack import servers
    from nova import flags
    from nova import wsgi

    FLAGS = flags.FLAGS


    class APIRouter(wsgi.Router):
        def __init__(self):
            mapper = routes.Mapper()
            server_members = {'action': 'POST'}
            if FLAGS.allow_admin_api:
                server_members['pause'] = 'POST'
            mapper.resource('server', 'servers', controller=servers.Controller(),
                            collection={'detail': 'GET'}, member=server_members)
            mapper.connect('/servers/:server_id/meta', controller=servers.Controller(), action='meta',
                           conditions=dict(method=['PUT']))
            super(APIRouter, self).__init__(mapper)
    """,
    f"{_API}/servers.py": """
    from nova import wsgi
    from nova import rpc


    class Controller(wsgi.Controller):
        def index(self, req):
            return self._items(req)

        def detail(self, req):
            return self._items(req)

        def pause(self, req, id):
            rpc.cast(req.context, 'compute', {'method': 'pause_instance', 'args': {'instance_id': id}})

        def meta(self, req, server_id):
            pass

        def action(self, req, id):
            input_dict = self._deserialize(req.body, req)
            actions = {'reboot': self._reboot, 'resize': self._resize}
            for key in actions.keys():
                if key in input_dict:
                    return actions[key](input_dict, req, id)

        def _reboot(self, input_dict, req, id):
            reboot_type = input_dict['reboot']['type']

        def _resize(self, input_dict, req, id):
            rpc.call(req.context, 'compute', {'method': 'get_console', 'args': {}})
    """,
}
REST_EXTENSIONS: Final = {
    **_PACKAGES,
    "etc/nova/api-paste.ini": _PASTE,
    f"{_API}/wsgi.py": "class Resource(object):\n    def __init__(self, controller):\n        pass\n\n\n"
    "class Controller(object):\n    pass\n",
    f"{_API}/extensions.py": """
    class ExtensionDescriptor(object):
        def get_resources(self):
            return []


    class ResourceExtension(object):
        def __init__(self, collection, controller=None, parent=None, collection_actions=None, member_actions=None):
            self.collection = collection


    class ControllerExtension(object):
        def __init__(self, extension, collection, controller):
            self.collection = collection


    class ExtensionManager(object):
        def get_resources(self):
            resources = []
            resources.append(ResourceExtension('extensions', ExtensionsController(self)))
            return resources
    """,
    f"{_API}/compute/__init__.py": """
    from nova.api.openstack.compute import servers
    import nova.api.openstack


    class APIRouter(nova.api.openstack.APIRouter):
        ExtensionManager = extensions.ExtensionManager

        def _setup_routes(self, mapper, ext_mgr, init_only):
            self.resources['servers'] = servers.create_resource(ext_mgr)
            mapper.resource('server', 'servers', controller=self.resources['servers'],
                            collection={'detail': 'GET'}, member={'action': 'POST'})
            mapper.redirect('', '/')
    """,
    f"{_API}/compute/contrib/__init__.py": "",
    f"{_API}/compute/contrib/admin_actions.py": """
    from nova.api.openstack import extensions
    from nova.api.openstack import wsgi
    from nova import compute


    class AdminActionsController(wsgi.Controller):
        def __init__(self, *args, **kwargs):
            super(AdminActionsController, self).__init__(*args, **kwargs)
            self.compute_api = compute.API()

        @wsgi.action('migrate')
        def _migrate(self, req, id, body):
            self.compute_api.run(req.environ['nova.context'], id)

        @wsgi.extends(action='show')
        def show(self, req, resp_obj, id):
            pass


    class Admin_actions(extensions.ExtensionDescriptor):
        name = 'AdminActions'
        alias = 'os-admin-actions'

        def get_controller_extensions(self):
            controller = AdminActionsController()
            return [extensions.ControllerExtension(self, 'servers', controller)]

        def get_resources(self):
            return [extensions.ResourceExtension(self.alias, AdminActionsController(),
                                                 member_actions={'start': 'POST'})]
    """,
    f"{_API}/compute/servers.py": """
    from nova.api.openstack import wsgi
    from nova import compute


    class Controller(wsgi.Controller):
        def __init__(self, ext_mgr=None):
            self.compute_api = compute.API()

        def index(self, req):
            pass

        @wsgi.response(202)
        @wsgi.action('resize')
        def _action_resize(self, req, id, body):
            self.compute_api.run(req.environ['nova.context'], id)


    def create_resource(ext_mgr):
        return wsgi.Resource(Controller(ext_mgr))
    """,
    "nova/compute/__init__.py": """
    from nova.openstack.common import importutils
    from oslo.config import cfg


    def API(*args, **kwargs):
        return importutils.import_object('nova.compute.api.API', *args, **kwargs)
    """,
}
REST_ROUTES: Final = {
    **_PACKAGES,
    f"{_API}/compute/routes.py": """
    import functools

    from nova.api.openstack.compute import servers
    from nova.api.openstack.compute import evacuate


    def _create_controller(main_controller, action_controller_list):
        controller = wsgi.Resource(main_controller())
        for ctl in action_controller_list:
            controller.register_actions(ctl())
        return controller


    server_controller = functools.partial(_create_controller, servers.ServersController,
                                          [evacuate.EvacuateController])

    ROUTE_LIST = (
        ('/servers', {'GET': [server_controller, 'index'], 'POST': [server_controller, 'create']}),
        ('/servers/{id}', {'GET': [server_controller, 'show'], 'DELETE': [server_controller, 'delete']}),
        ('/servers/{id}/action', {'POST': [server_controller, 'action']}),
    )


    class APIRouterV21(base_wsgi.Router):
        def __init__(self, custom_routes=None):
            super(APIRouterV21, self).__init__(nova.api.openstack.ProjectMapper())
            for path, methods in ROUTE_LIST + (custom_routes or ()):
                for method, controller_info in methods.items():
                    controller = controller_info[0]()
                    action = controller_info[1]
                    self.map.create_route(path, method, controller, action)
    """,
    f"{_API}/compute/servers.py": """
    from nova.api.openstack import wsgi
    from nova.compute import api as compute


    class ServersController(wsgi.Controller):
        def __init__(self):
            self.compute_api = compute.API()

        def index(self, req):
            pass

        @wsgi.api_version('2.1', '2.36')
        def show(self, req, id):
            pass

        @wsgi.api_version('2.37')
        def show(self, req, id):
            return self.compute_api.get(req, id)

        @validation.schema(schema.create)
        def create(self, req, body):
            self.compute_api.run(req.environ['nova.context'], body['server'])

        def delete(self, req, id):
            self.compute_api.resize(req.environ['nova.context'], id)

        @wsgi.action('resize')
        def _resize(self, req, id, body):
            self.compute_api.resize(req.environ['nova.context'], id)
    """,
    f"{_API}/compute/evacuate.py": """
    from nova.api.openstack import wsgi


    class EvacuateController(wsgi.Controller):
        @wsgi.Controller.api_version('2.14')
        @wsgi.action('evacuate')
        def _evacuate(self, req, id, body):
            pass
    """,
    "nova/wsgi/__init__.py": "",
    "nova/wsgi/osapi_compute.py": """
    import threading

    from nova.api.openstack import wsgi_app

    NAME = 'osapi_compute'
    application = None
    lock = threading.Lock()
    with lock:
        if application is None:
            application = wsgi_app.init_application(NAME, 'nova-api-os-compute')
    """,
}
SCRIPTS: Final = {
    "setup.cfg": None,
    "MANIFEST.in": "include bin/*\nexclude .gitignore\nglobal-exclude *.pyc\n",
    "bin/nova-compute": """
    #!/usr/bin/env python
    import os
    import sys

    from nova import flags
    from nova import service
    from nova import utils

    if __name__ == '__main__':
        utils.default_flagfile()
        flags.FLAGS(sys.argv)
        service.serve()
        service.wait()
    """,
    "bin/nova-manage": """
    #!/usr/bin/python -u
    print 'hello'
    if __name__ == '__main__':
        main()
    """,
    "bin/stack": "#!/usr/bin/env bash\nif [ $# -lt 1 ]; then\n  exit\nfi\n",
    "nova/version.py": "NOVA_VERSION = ['2011', '3', None]\nYEAR, COUNT, REVISION = NOVA_VERSION\nFINAL = True\n",
    "nova/service.py": """
    from nova import flags
    from nova import rpc
    from nova import utils

    FLAGS = flags.FLAGS
    flags.DEFINE_integer('report_interval', 10, 'seconds between nodes reporting state to datastore')
    flags.DEFINE_integer('periodic_interval', 60, 'seconds between running periodic tasks')


    class Service(object):
        def __init__(self, host, binary, topic, manager, report_interval=None, periodic_interval=None):
            self.manager_class_name = manager
            manager_class = utils.import_class(self.manager_class_name)
            self.manager = manager_class(host=self.host)
            self.timers = []

        def start(self):
            self.manager.init_host()
            pulse = utils.LoopingCall(self.report_state)
            pulse.start(interval=self.report_interval, now=False)
            self.timers.append(pulse)
            periodic = utils.LoopingCall(self.periodic_tasks)
            periodic.start(interval=self.periodic_interval, now=False)

        @classmethod
        def create(cls, host=None, binary=None, topic=None, manager=None):
            if not binary:
                binary = os.path.basename(inspect.stack()[-1][1])
            if not topic:
                topic = binary.rpartition('nova-')[2]
            if not manager:
                manager = FLAGS.get('%s_manager' % topic, None)
            return cls(host, binary, topic, manager)

        def periodic_tasks(self):
            self.manager.periodic_tasks(context.get_admin_context())

        def report_state(self):
            pass
    """,
    "nova/compute/manager.py": """
    from nova import flags
    from nova import manager
    from nova import rpc

    FLAGS = flags.FLAGS
    flags.DEFINE_integer('rescue_timeout', 0, 'timeout')


    class ComputeManager(manager.SchedulerDependentManager):
        def periodic_tasks(self, context=None):
            error_list = super(ComputeManager, self).periodic_tasks(context)
            if FLAGS.rescue_timeout > 0:
                self.driver.poll_rescued_instances(FLAGS.rescue_timeout)
            try:
                self._poll_instance_states(context)
            except Exception as ex:
                error_list.append(ex)
            return error_list

        def _poll_instance_states(self, context):
            rpc.cast(context, 'scheduler', {'method': 'update', 'args': {}})
    """,
}
OBJECTS: Final = {
    "nova/objects/__init__.py": "def register_all():\n    __import__('nova.objects.instance')\n",
    "nova/objects/base.py": """
    from oslo_versionedobjects import base as ovoo_base

    remotable_classmethod = ovoo_base.remotable_classmethod
    remotable = ovoo_base.remotable


    class NovaObjectRegistry(ovoo_base.VersionedObjectRegistry):
        pass


    class NovaObject(ovoo_base.VersionedObject):
        OBJ_PROJECT_NAMESPACE = 'nova'
    """,
    "nova/objects/fields.py": "class ObjectField(object):\n    def __init__(self, name, **kwargs):\n        pass\n",
    "nova/objects/instance.py": """
    from nova.db.main import api as db
    from nova.objects import base
    from nova.objects import fields


    @base.NovaObjectRegistry.register
    class Instance(base.NovaObject):
        VERSION = '2.8'
        fields = {
            'id': fields.IntegerField(),
            'host': fields.StringField(nullable=True),
            'flavor': fields.ObjectField('Flavor'),
            'faults': fields.ListOfObjectsField('Instance'),
        }

        @base.remotable_classmethod
        def get_by_uuid(cls, context, uuid, expected_attrs=None):
            return cls._from_db_object(context, cls(), db.instance_get_by_uuid(context, uuid))

        @base.remotable
        def save(self, expected_vm_state=None):
            self.flavor.save()
            db.instance_update(self._context, self.uuid, self.obj_get_changes())

        def obj_load_attr(self, attrname):
            if attrname == 'flavor':
                self.flavor = Flavor.get_by_id(self._context, self.id)

        @staticmethod
        def _from_db_object(context, instance, db_inst):
            return instance


    @base.NovaObjectRegistry.register
    class Flavor(base.NovaObject):
        fields = {'owner': fields.ObjectField('Instance')}

        @base.remotable_classmethod
        def get_by_id(cls, context, id):
            return Instance.get_by_uuid(context, id).flavor

        @base.remotable
        def save(self):
            db.flavor_update(self._context, self.id)
    """,
    "nova/db/__init__.py": "",
    "nova/db/main/__init__.py": "",
    "nova/db/main/api.py": """
    from oslo_db.sqlalchemy import enginefacade

    context_manager = enginefacade.transaction_context()


    def pick_context_manager_reader(f):
        return f


    @pick_context_manager_reader
    def instance_get_by_uuid(context, uuid):
        return context.session.query(models.Instance).filter_by(uuid=uuid).first()


    @pick_context_manager_writer
    def instance_update(context, uuid, values):
        instance = instance_get_by_uuid(context, uuid)
        instance.update(values)
        context.session.add(instance)


    @pick_context_manager_writer
    def flavor_update(context, id):
        context.session.query(models.Flavor).update({'id': id})
    """,
    "nova/compute/manager.py": """
    from oslo_service import periodic_task

    from nova.objects import instance as instance_obj
    from nova import manager


    class ComputeManager(manager.Manager):
        def start_instance(self, context, instance):
            instance.save()

        def stop_instance(self, context, instance, clean_shutdown):
            instance = instance_obj.Instance.get_by_uuid(context, instance)
            instance.flavor.owner.save()

        @periodic_task.periodic_task(spacing=60)
        def _sync(self, context):
            for instance in instance_obj.InstanceList.get_by_host(context, self.host):
                instance.save()
    """,
}
OTHER_LIBRARIES: Final = {
    "nova/volume/__init__.py": "",
    "nova/volume/flows.py": """
    import taskflow.engines
    from taskflow.patterns import linear_flow

    from nova.scheduler import rpcapi


    class Cast(taskflow.task.Task):
        def __init__(self, scheduler):
            self.scheduler = scheduler

        def execute(self, context, spec):
            self.scheduler.update_aggregates(context, spec)


    def get_flow(context):
        flow = linear_flow.Flow('create')
        flow.add(Cast(rpcapi.SchedulerAPI()))
        return taskflow.engines.load(flow, store=context)
    """,
    "nova/volume/api.py": """
    from nova.volume import flows


    class API(object):
        def run(self, context):
            engine = flows.get_flow(context)
            engine.run()
    """,
    "nova/conductor/periodics.py": """
    from futurist import periodics
    import futurist


    class Base(object):
        @periodics.periodic(spacing=10, enabled=True)
        def _sync(self, context):
            pass

        def start(self):
            self._executor = futurist.GreenThreadPoolExecutor()
            self._worker = periodics.PeriodicWorker([(self._sync, (), {})], executor_factory=self._executor)
            self._executor.submit(self._worker.start)
    """,
}
PYPROJECT: Final = {
    "setup.cfg": None,
    "PKG-INFO": None,
    "pyproject.toml": """
    [build-system]
    requires = ["pbr>=6.1.1"]
    build-backend = "pbr.build"

    [project]
    name = "nova"
    dynamic = ["version"]

    [project.scripts]
    nova-compute = "nova.cmd.compute:main"
    nova-conductor = "nova.cmd.conductor:main"
    nova-scheduler = "nova.cmd.scheduler:main"

    [project.entry-points."nova.scheduler.driver"]
    filter = "nova.scheduler.manager:SchedulerManager"

    [project.entry-points.wsgi_scripts]
    nova-api-wsgi = "nova.wsgi.osapi_compute:application"
    """,
    "nova.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: nova\nVersion: 33.0.0\n",
    "nova.egg-info/entry_points.txt": "[console_scripts]\nnova-compute = nova.cmd.compute:main\n",
}
CONF: Final = {
    "nova/conf/__init__.py": """
    from oslo_config import cfg

    from nova.conf import compute
    from nova.conf import rpc

    CONF = cfg.CONF

    compute.register_opts(CONF)
    rpc.register_opts(CONF)
    """,
    "nova/conf/compute.py": """
    from oslo_config import cfg

    compute_group = cfg.OptGroup('compute', title='Compute')
    interval_opts = [
        cfg.IntOpt('sync_power_state_interval', default=600, min=-1, help='Interval. Possible values: ...'),
        cfg.StrOpt('compute_topic', default='compute', deprecated_for_removal=True),
    ]
    more_opts = [cfg.ListOpt('enabled', default=['a', 'b']), cfg.BoolOpt('flag', default=False)]
    ALL_OPTS = interval_opts + more_opts


    def register_opts(conf):
        conf.register_group(compute_group)
        conf.register_opts(interval_opts)
        conf.register_opts(more_opts, group=compute_group)


    def list_opts():
        return {'DEFAULT': interval_opts}
    """,
    "nova/conf/rpc.py": "def register_opts(conf):\n    pass\n",
    "nova/compute/manager.py": """
    from oslo_service import periodic_task

    from nova.compute import rpcapi
    import nova.conf
    from nova import manager

    CONF = nova.conf.CONF


    class ComputeManager(manager.Manager):
        def __init__(self):
            self.compute_rpcapi = rpcapi.ComputeAPI()

        @periodic_task.periodic_task(spacing=CONF.sync_power_state_interval, run_immediately=True)
        def _sync(self, context):
            if not CONF.compute.flag:
                return
            self.compute_rpcapi.start_instance(context, None, host=CONF.compute.enabled[0])
    """,
}


def _together(*changes: Mapping[str, str | bytes | None]) -> dict[str, bytes]:
    files: dict[str, str | bytes | None] = {}
    for some in changes:
        files |= some
    return {
        path: content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()
        for path, content in files.items()
        if content is not None
    }


_CALLS: Final = {
    "nova/compute/api.py": trees.api(
        """
        def run(self, context, instance):
            if instance.host:
                self.compute_rpcapi.start_instance(context, instance)
            else:
                self.task_rpcapi.migrate_server(context, instance, True, None, do_cast=True)

        def resize(self, context, instance):
            for one in [instance]:
                self.scheduler_rpcapi.select_destinations(context, one)

        def get(self, context, id):
            return self.scheduler_rpcapi.update_aggregates(context, [id])
        """
    )
}
_RPCCLIENT: Final = {
    "nova/rpcclient.py": test_rpc_eras.RPCCLIENT,
    "nova/compute/rpcapi.py": """
    from nova import rpcclient


    class ComputeAPI(rpcclient.RpcProxy):
        def __init__(self):
            super(ComputeAPI, self).__init__(topic='compute', default_version='3.0')
            self.client = self.get_client()

        def start_instance(self, ctxt, instance, host=None):
            cctxt = self.client.prepare(server=host or instance['host'], version='3.0')
            cctxt.cast(ctxt, 'start_instance', instance=instance)

        def get_console(self, ctxt, instance):
            version = '3.1' if self.client.can_send_version('3.1') else '3.0'
            return self.client.call(ctxt, 'get_console', instance=instance)

        def confirm_resize(self, ctxt, instance, cast=True):
            rpc_method = self.client.cast if cast else self.client.call
            return rpc_method(ctxt, 'confirm_resize', instance=instance)
    """,
}

BASES: Final[dict[str, Callable[[], dict[str, bytes]]]] = {
    "folders": lambda: _together(small_nova.FILES),
    "tasks": lambda: _together(small_nova.FILES, small_tasks.FILES),
    "talking tasks": lambda: _together(small_nova.FILES, small_tasks.FILES, small_tasks.TALKING),
    "services": lambda: _together(small_nova.FILES, small_services.FILES),
    "flow": lambda: _together(small_nova.FILES, small_flow.FILES),
    "database": lambda: _together(small_nova.FILES, small_database.FILES),
    "messaging": lambda: _together(trees.FILES, _CALLS),
    "proxy": lambda: _together(trees.FILES, test_rpc_eras.OLD),
    "rpcclient": lambda: _together(trees.FILES, test_rpc_eras.OLD, _RPCCLIENT),
    "raw": lambda: _together(trees.FILES, test_rpc_eras.RAW),
    "raw scripts": lambda: _together(small_nova.FILES, test_rpc_eras.RAW, SCRIPTS),
    "REST by mapper": lambda: _together(trees.FILES, test_rpc_eras.RAW, REST_MAPPER),
    "REST by extensions": lambda: _together(trees.FILES, test_rpc_eras.OLD, REST_EXTENSIONS),
    "REST by routes": lambda: _together(trees.FILES, _CALLS, REST_ROUTES),
    "objects": lambda: _together(trees.FILES, _CALLS, OBJECTS),
    "other libraries": lambda: _together(trees.FILES, _CALLS, OTHER_LIBRARIES),
    "pyproject": lambda: _together(trees.FILES, _CALLS, PYPROJECT, REST_ROUTES),
    "conf": lambda: _together(trees.FILES, _CALLS, CONF),
    "all of now": lambda: _together(small_nova.FILES, trees.FILES, _CALLS, CONF, OBJECTS, REST_ROUTES, OTHER_LIBRARIES),
}
"""Trees by name."""
RELEASE: Final = "files of "
"""How the names of bases begin that are files of an unpacked release, by the folder below ``build/``."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all bases that there are on this machine; those of releases come last."""
    releases = sorted(path.name for path in BUILD.glob("nova-*") if (path / "nova").is_dir())
    return (*BASES, *(RELEASE + name for name in releases))


@cache
def _kept(name: str) -> dict[str, bytes]:
    return BASES[name]()


def base(name: str, chance: random.Random) -> Tree:
    """Return a base with the files that leave a mark when they are run; of a release, some files by chance."""
    found = _of_release(name.removeprefix(RELEASE), chance) if name.startswith(RELEASE) else dict(_kept(name))
    marked = {path: content.encode() for path, content in MARKERS.items()}
    return Tree({**marked, **found, "setup.py": EXECUTED.encode() + found.get("setup.py", marked["setup.py"])})


def _of_release(name: str, chance: random.Random) -> dict[str, bytes]:
    folder = BUILD / name
    paths = _paths(name)
    wanted = {
        path for path in ("setup.cfg", "pyproject.toml", "PKG-INFO", "nova/__init__.py") if (folder / path).is_file()
    }
    start = chance.choice(paths)
    near = [path for path in paths if path.rpartition("/")[0] == start.rpartition("/")[0]]
    wanted |= set(chance.sample(near, min(_RELEASE_FILES // 2, len(near))))
    wanted |= set(chance.sample(paths, min(_RELEASE_FILES // 2, len(paths))))
    known = ("nova/service.py", "nova/rpc.py", "nova/manager.py", "nova/compute/rpcapi.py", "nova/cmd/compute.py")
    wanted |= {path for path in known if (folder / path).is_file()}
    return {path: (folder / path).read_bytes() for path in sorted(wanted)}


@cache
def _paths(name: str) -> tuple[str, ...]:
    folder = BUILD / name
    return tuple(
        sorted(
            path.relative_to(folder).as_posix()
            for path in (folder / "nova").rglob("*.py")
            if "/tests/" not in path.as_posix() and 0 < path.stat().st_size < _RELEASE_FILE_BYTES
        )
    )


def renamed(tree: Tree, package: str) -> None:
    """Make the tree one of another project: the package, and every mention of it."""
    tree.files = {
        path.replace("nova", package) if not path.startswith("sphinxext") else path: (
            content.replace(b"nova", package.encode()) if isinstance(content, bytes) else content
        )
        for path, content in tree.files.items()
    }
    setup = tree.files.get("setup.py")
    if isinstance(setup, bytes):  # Any project but Nova has to say that it is OpenStack's.
        tree.files["setup.py"] = setup + b"# Environment :: OpenStack\n"
