"""A small tree with one process of each kind, in the style of Nova 2013.2, written for these tests."""

from __future__ import annotations

FILES = {
    "setup.cfg": (
        "[metadata]\nname = nova\nversion = 2013.2\n\n[entry_points]\nconsole_scripts =\n"
        "    nova-all = nova.cmd.all:main\n"
        "    nova-api = nova.cmd.api:main\n"
        "    nova-api-metadata = nova.cmd.api_metadata:main\n"
        "    nova-compute = nova.cmd.compute:main\n"
        "    nova-conductor = nova.cmd.conductor:main\n"
        "    nova-gone = nova.cmd.gone:main\n"
        "    nova-manage = nova.cmd.manage:main\n"
        "    nova-novncproxy = nova.cmd.novncproxy:main\n"
        "    nova-rootwrap = oslo.rootwrap.cmd:main\n"
    ),
    "bin/nova-example": None,
    "nova/cmd/__init__.py": "",
    "nova/cmd/all.py": (
        "from nova import service\n\n\n"
        "def main():\n"
        "    for binary in ['nova-compute', 'nova-conductor']:\n"
        "        service.serve(service.Service.create(binary=binary))\n"
    ),
    "nova/cmd/api.py": (
        "from oslo.config import cfg\n\n"
        "from nova import service\n\n"
        "CONF = cfg.CONF\n\n\n"
        "def main():\n"
        "    launcher = service.process_launcher()\n"
        "    for api in CONF.enabled_apis:\n"
        "        if api == 'ec2':\n"
        "            server = service.WSGIService(api, max_url_len=16384)\n"
        "        else:\n"
        "            server = service.WSGIService(api)\n"
        "        launcher.launch_service(server, workers=server.workers or 1)\n"
        "    launcher.wait()\n"
    ),
    "nova/cmd/api_metadata.py": (
        "from nova import service\n\n\n"
        "def main():\n"
        "    server = service.WSGIService('metadata')\n"
        "    service.serve(server, workers=server.workers)\n"
        "    service.wait()\n"
    ),
    "nova/cmd/compute.py": (
        "from nova.conductor import rpcapi as conductor_rpcapi\n"
        "from nova.objects import base as objects_base\n"
        "from nova import service\n\n\n"
        "def block_db_access():\n"
        "    pass\n\n\n"
        "def main():\n"
        "    if not CONF.conductor.use_local:\n"
        "        block_db_access()\n"
        "        objects_base.NovaObject.indirection_api = conductor_rpcapi.ConductorAPI()\n"
        "    server = service.Service.create(binary='nova-compute', topic=CONF.compute_topic)\n"
        "    service.serve(server)\n"
    ),
    "nova/cmd/conductor.py": (
        "from oslo.config import cfg\n\n"
        "from nova import service\n\n"
        "CONF = cfg.CONF\n\n\n"
        "def main():\n"
        "    server = service.Service.create(binary='nova-conductor', topic=CONF.conductor.topic,\n"
        "                                    manager=CONF.conductor.manager)\n"
        "    workers = CONF.conductor.workers or 1\n"
        "    service.serve(server, workers=workers)\n"
    ),
    "nova/cmd/manage.py": "def main():\n    pass\n",
    "nova/cmd/novncproxy.py": (
        "from nova.cmd import baseproxy\n\n\ndef main():\n    baseproxy.proxy(host='0.0.0.0', port=6080)\n"
    ),
    "nova/cmd/baseproxy.py": (
        "from nova.console import websocketproxy\n\n\n"
        "def proxy(host, port):\n    websocketproxy.NovaWebSocketProxy(listen_host=host).start_server()\n"
    ),
    "nova/console/__init__.py": "",
    "nova/console/websocketproxy.py": "class NovaWebSocketProxy(websockify.WebSocketProxy):\n    pass\n",
    "nova/objects/__init__.py": "",
    "nova/objects/base.py": "class NovaObject(object):\n    indirection_api = None\n",
    "nova/service.py": (
        '"""Base classes of what runs."""\n\n'
        "from oslo.config import cfg\n\n"
        "from nova import baserpc\n"
        "from nova import servicegroup\n"
        "from nova import wsgi\n\n"
        "CONF = cfg.CONF\n"
        "CONF.register_opts([\n"
        "    cfg.ListOpt('enabled_apis', default=['ec2', 'metadata']),\n"
        "    cfg.IntOpt('ec2_workers'),\n"
        "    cfg.IntOpt('metadata_workers', default=2),\n"
        "    cfg.StrOpt('compute_topic', default='compute'),\n"
        "    cfg.StrOpt('compute_manager', default='nova.compute.manager.ComputeManager'),\n"
        "    cfg.StrOpt('metadata_manager', default='nova.api.manager.MetadataManager'),\n"
        "])\n"
        "CONF.register_opts([\n"
        "    cfg.IntOpt('workers'),\n"
        "    cfg.StrOpt('topic', default='conductor'),\n"
        "    cfg.StrOpt('manager', default='nova.conductor.manager.ConductorManager'),\n"
        "], group='conductor')\n\n\n"
        "class Service(object):\n"
        "    def __init__(self, host, binary, topic, manager, *args, **kwargs):\n"
        "        self.servicegroup_api = servicegroup.API()\n"
        "        manager_class = importutils.import_class(manager)\n"
        "        self.manager = manager_class(host=self.host, *args, **kwargs)\n\n"
        "    def start(self):\n"
        "        self.manager.init_host()\n"
        "        self.manager.pre_start_hook()\n"
        "        rpc_dispatcher = self.manager.create_rpc_dispatcher(self.backdoor_port)\n"
        "        self.conn.create_consumer(self.topic, rpc_dispatcher, fanout=False)\n"
        "        node_topic = '%s.%s' % (self.topic, self.host)\n"
        "        self.conn.create_consumer(node_topic, rpc_dispatcher, fanout=False)\n"
        "        self.conn.create_consumer(self.topic, rpc_dispatcher, fanout=True)\n"
        "        self.manager.post_start_hook()\n"
        "        self.servicegroup_api.join(self.host, self.topic, self)\n"
        "        self.tg.add_dynamic_timer(self.periodic_tasks)\n\n"
        "    @classmethod\n"
        "    def create(cls, host=None, binary=None, topic=None, manager=None):\n"
        "        return cls(host, binary, topic, manager)\n\n"
        "    def periodic_tasks(self):\n"
        "        pass\n\n\n"
        "class WSGIService(object):\n"
        "    def __init__(self, name, loader=None):\n"
        "        self.app = self.loader.load_app(name)\n"
        "        self.workers = getattr(CONF, '%s_workers' % name, None) or cpus()\n"
        "        self.server = wsgi.Server(name, self.app)\n\n"
        "    def start(self):\n"
        "        if self.manager:\n"
        "            self.manager.init_host()\n"
        "        self.server.start()\n\n\n"
        "def process_launcher():\n"
        "    return service.ProcessLauncher()\n\n\n"
        "def serve(server, workers=None):\n"
        "    _launcher = service.launch(server, workers=workers)\n"
    ),
    "nova/servicegroup/__init__.py": "from nova.servicegroup.api import API\n",
    "nova/servicegroup/api.py": "class API(object):\n    def join(self, host, group, service):\n        pass\n",
    "nova/wsgi.py": "class Server(object):\n    def start(self):\n        pass\n",
    "nova/baserpc.py": "class BaseRPCAPI(object):\n    def ping(self, context, arg):\n        pass\n",
    "nova/openstack/__init__.py": "",
    "nova/openstack/common/__init__.py": "",
    "nova/openstack/common/dispatcher.py": (
        "class RpcDispatcher(object):\n    def __init__(self, callbacks):\n        self.callbacks = callbacks\n"
    ),
    "nova/manager.py": (
        "from nova import baserpc\n"
        "from nova.openstack.common import dispatcher\n\n\n"
        "class Manager(object):\n"
        "    def __init__(self, host=None):\n"
        "        self.host = host\n\n"
        "    def create_rpc_dispatcher(self, backdoor_port=None, additional_apis=None):\n"
        "        apis = []\n"
        "        if additional_apis:\n"
        "            apis.extend(additional_apis)\n"
        "        base_rpc = baserpc.BaseRPCAPI(backdoor_port)\n"
        "        apis.extend([self, base_rpc])\n"
        "        return dispatcher.RpcDispatcher(apis)\n\n"
        "    def init_host(self):\n"
        "        pass\n\n"
        "    def pre_start_hook(self):\n"
        "        pass\n\n"
        "    def post_start_hook(self):\n"
        "        pass\n"
    ),
    "nova/api/__init__.py": "",
    "nova/api/manager.py": "from nova import manager\n\n\nclass MetadataManager(manager.Manager):\n    pass\n",
    "nova/compute/__init__.py": "",
    "nova/compute/manager.py": (
        "from nova import manager\n\n\nclass ComputeManager(manager.Manager):\n    def init_host(self):\n        pass\n"
    ),
    "nova/conductor/manager.py": (
        "from nova import manager\n\n\n"
        "class ConductorManager(manager.Manager):\n"
        "    def __init__(self, *args, **kwargs):\n"
        "        super(ConductorManager, self).__init__(*args, **kwargs)\n"
        "        self.compute_task_mgr = ComputeTaskManager()\n\n"
        "    def create_rpc_dispatcher(self, *args, **kwargs):\n"
        "        kwargs['additional_apis'] = [self.compute_task_mgr]\n"
        "        return super(ConductorManager, self).create_rpc_dispatcher(*args, **kwargs)\n\n\n"
        "class ComputeTaskManager(object):\n"
        "    RPC_API_NAMESPACE = 'compute_task'\n"
    ),
}
