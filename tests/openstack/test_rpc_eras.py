"""Flows in the forms in which messages were sent over the years, on small trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flow import trees
from tests.flow.trees import text

if TYPE_CHECKING:
    from pathlib import Path

COMMON_RPC = """
def call(context, topic, msg, timeout=None):
    return _get_impl().call(cfg.CONF, context, topic, msg, timeout)


def cast(context, topic, msg):
    return _get_impl().cast(cfg.CONF, context, topic, msg)


def fanout_cast(context, topic, msg):
    return _get_impl().fanout_cast(cfg.CONF, context, topic, msg)


def queue_get_for(context, topic, host):
    return '%s.%s' % (topic, host) if host else topic
"""
PROXY = """
from nova.openstack.common import rpc


class RpcProxy(object):
    def __init__(self, topic, default_version):
        self.topic = topic
        self.default_version = default_version
        super(RpcProxy, self).__init__()

    def _set_version(self, msg, vers):
        msg['version'] = vers if vers else self.default_version

    def _get_topic(self, topic):
        return topic if topic else self.topic

    @staticmethod
    def make_namespaced_msg(method, namespace, **kwargs):
        return {'method': method, 'namespace': namespace, 'args': kwargs}

    def make_msg(self, method, **kwargs):
        return self.make_namespaced_msg(method, None, **kwargs)

    def call(self, context, msg, topic=None, version=None, timeout=None):
        self._set_version(msg, version)
        real_topic = self._get_topic(topic)
        try:
            return rpc.call(context, real_topic, msg, timeout)
        except rpc.Timeout as exc:
            raise rpc.Timeout(exc.info, real_topic, msg.get('method'))

    def cast(self, context, msg, topic=None, version=None):
        self._set_version(msg, version)
        rpc.cast(context, self._get_topic(topic), msg)

    def fanout_cast(self, context, msg, topic=None, version=None):
        self._set_version(msg, version)
        rpc.fanout_cast(context, self._get_topic(topic), msg)
"""
RPCCLIENT = """
from nova.openstack.common.rpc import proxy


class RPCClient(object):
    def __init__(self, proxy, namespace=None):
        super(RPCClient, self).__init__()
        self.proxy = proxy
        self.namespace = namespace
        self.kwargs = {}
        self.fanout = None

    def prepare(self, **kwargs):
        ret = self.__class__(self.proxy, self.namespace)
        ret.kwargs.update(self.kwargs)
        ret.fanout = self.fanout
        ret.kwargs.update(kwargs)
        server = ret.kwargs.pop('server', None)
        if server:
            ret.kwargs['topic'] = '%s.%s' % (self.proxy.topic, server)
        fanout = ret.kwargs.pop('fanout', None)
        if fanout:
            ret.fanout = True
        return ret

    def _invoke(self, cast_or_call, ctxt, method, **kwargs):
        try:
            msg = self.proxy.make_namespaced_msg(method, self.namespace, **kwargs)
            return cast_or_call(ctxt, msg, **self.kwargs)
        finally:
            self.kwargs = {}
            self.fanout = None

    def cast(self, ctxt, method, **kwargs):
        caster = self.proxy.fanout_cast if self.fanout else self.proxy.cast
        self._invoke(caster, ctxt, method, **kwargs)

    def call(self, ctxt, method, **kwargs):
        return self._invoke(self.proxy.call, ctxt, method, **kwargs)

    def can_send_version(self, version):
        return self.proxy.can_send_version(version)


class RpcProxy(proxy.RpcProxy):
    def get_client(self, namespace=None):
        return RPCClient(self, namespace=namespace)
"""
DISPATCHER = "class RpcDispatcher(object):\n    def __init__(self, callbacks):\n        self.callbacks = callbacks\n"
MANAGER = """
from nova.openstack.common.rpc import dispatcher as rpc_dispatcher


class Manager(object):
    RPC_API_VERSION = '1.0'

    def create_rpc_dispatcher(self, backdoor_port=None, additional_apis=None):
        apis = []
        if additional_apis:
            apis.extend(additional_apis)
        apis.append(self)
        return rpc_dispatcher.RpcDispatcher(apis)
"""
FLAGS_OPTIONS = """
from oslo.config import cfg

CONF = cfg.CONF
CONF.register_opts([
    cfg.StrOpt('compute_manager', default='nova.compute.manager.ComputeManager'),
    cfg.StrOpt('scheduler_manager', default='nova.scheduler.manager.SchedulerManager'),
    cfg.StrOpt('conductor_manager', default='nova.conductor.manager.ConductorManager'),
    cfg.StrOpt('compute_topic', default='compute'),
    cfg.StrOpt('scheduler_topic', default='scheduler'),
    cfg.StrOpt('network_topic', default='network'),
])
"""
OLD = {
    "nova/service.py": FLAGS_OPTIONS,
    "nova/rpc.py": None,
    "nova/openstack/__init__.py": "",
    "nova/openstack/common/__init__.py": "",
    "nova/openstack/common/rpc/__init__.py": COMMON_RPC,
    "nova/openstack/common/rpc/proxy.py": PROXY,
    "nova/openstack/common/rpc/dispatcher.py": DISPATCHER,
    "nova/manager.py": MANAGER,
    "nova/scheduler/rpcapi.py": """
    from oslo.config import cfg

    import nova.openstack.common.rpc.proxy

    CONF = cfg.CONF


    class SchedulerAPI(nova.openstack.common.rpc.proxy.RpcProxy):
        BASE_RPC_API_VERSION = '2.0'

        def __init__(self):
            super(SchedulerAPI, self).__init__(topic=CONF.scheduler_topic, default_version=self.BASE_RPC_API_VERSION)

        def run_instance(self, ctxt, request_spec):
            return self.cast(ctxt, self.make_msg('run_instance', request_spec=request_spec))

        def update_service_capabilities(self, ctxt, host):
            self.fanout_cast(ctxt, self.make_msg('update_service_capabilities', host=host), version='2.4')
    """,
    "nova/scheduler/manager.py": """
    from nova import manager
    from nova.compute import rpcapi as compute_rpcapi


    class SchedulerManager(manager.Manager):
        RPC_API_VERSION = '2.4'

        def __init__(self, *args, **kwargs):
            self.compute_rpcapi = compute_rpcapi.ComputeAPI()
            super(SchedulerManager, self).__init__(*args, **kwargs)

        def run_instance(self, context, request_spec):
            self.compute_rpcapi.start_instance(context, request_spec, host='x')

        def update_service_capabilities(self, context, host):
            pass
    """,
    "nova/compute/rpcapi.py": """
    from oslo.config import cfg

    import nova.openstack.common.rpc.proxy
    from nova.openstack.common import rpc

    CONF = cfg.CONF


    def _compute_topic(topic, ctxt, host, instance):
        if not host:
            host = instance['host']
        return rpc.queue_get_for(ctxt, topic, host)


    class ComputeAPI(nova.openstack.common.rpc.proxy.RpcProxy):
        BASE_RPC_API_VERSION = '2.0'

        def __init__(self):
            super(ComputeAPI, self).__init__(topic=CONF.compute_topic, default_version=self.BASE_RPC_API_VERSION)

        def start_instance(self, ctxt, instance, host=None):
            self.cast(ctxt, self.make_msg('start_instance', instance=instance),
                      topic=_compute_topic(self.topic, ctxt, host, instance))

        def confirm_resize(self, ctxt, instance, cast=True):
            rpc_method = self.cast if cast else self.call
            return rpc_method(ctxt, self.make_msg('confirm_resize', instance=instance),
                              topic=_compute_topic(self.topic, ctxt, None, instance))

        def get_console(self, ctxt, instance):
            msg = self.make_msg('get_console', instance=instance)
            return self.call(ctxt, msg, topic=_compute_topic(self.topic, ctxt, None, instance), version='2.1')
    """,
    "nova/compute/api.py": """
    from nova.compute import rpcapi as compute_rpcapi
    from nova.scheduler import rpcapi as scheduler_rpcapi


    class API(object):
        def __init__(self):
            self.compute_rpcapi = compute_rpcapi.ComputeAPI()
            self.scheduler_rpcapi = scheduler_rpcapi.SchedulerAPI()

        def run(self, context, instance):
            self.scheduler_rpcapi.run_instance(context, request_spec=instance)
            self.scheduler_rpcapi.update_service_capabilities(context, 'x')
            self.compute_rpcapi.get_console(context, instance)
            self.compute_rpcapi.confirm_resize(context, instance, cast=False)
            self.compute_rpcapi.confirm_resize(context, instance)
    """,
}


def test_rpc_proxy(tmp_path: Path) -> None:
    """2012.2 and 2013.1: a client is a proxy that makes a message and gives it to ``rpc.cast``."""
    flow = trees.flow(tmp_path, OLD)
    assert trees.told(flow) == text(
        """
        cast nova-scheduler run_instance
          cast nova-compute start_instance
        fanout nova-scheduler update_service_capabilities
        call nova-compute get_console
        call nova-compute confirm_resize
        cast nova-compute confirm_resize
        """
    )
    assert [(one.topic, one.namespace, one.server, one.client.rpartition(".")[2]) for one in flow.messages] == [
        ("scheduler", None, None, "run_instance"),
        ("compute", None, "'x'", "start_instance"),
        ("scheduler", None, None, "update_service_capabilities"),
        ("compute", None, "instance['host']", "get_console"),
        ("compute", None, "instance['host']", "confirm_resize"),
        ("compute", None, "instance['host']", "confirm_resize"),
    ]


def test_rpcclient(tmp_path: Path) -> None:
    """2013.2: the same proxy, behind an object that looks like ``oslo.messaging``'s client."""
    flow = trees.flow(
        tmp_path,
        OLD
        | {
            "nova/rpcclient.py": RPCCLIENT,
            "nova/compute/rpcapi.py": """
            from oslo.config import cfg

            from nova import rpcclient

            CONF = cfg.CONF


            def _compute_host(host, instance):
                if host:
                    return host
                return instance['host']


            class ComputeAPI(rpcclient.RpcProxy):
                def __init__(self):
                    super(ComputeAPI, self).__init__(topic=CONF.compute_topic, default_version='3.0')
                    self.client = self.get_client()

                def start_instance(self, ctxt, instance, host=None):
                    cctxt = self.client.prepare(server=_compute_host(host, instance), version='3.0')
                    cctxt.cast(ctxt, 'start_instance', instance=instance)

                def confirm_resize(self, ctxt, instance, cast=True):
                    cctxt = self.client.prepare(server=_compute_host(None, instance), version='3.0')
                    rpc_method = cctxt.cast if cast else cctxt.call
                    return rpc_method(ctxt, 'confirm_resize', instance=instance)

                def get_console(self, ctxt, instance):
                    if self.client.can_send_version('3.1'):
                        version = '3.1'
                    else:
                        version = '3.0'
                    return self.client.call(ctxt, 'get_console', instance=instance)

                def refresh(self, ctxt):
                    cctxt = self.client.prepare(fanout=True)
                    cctxt.cast(ctxt, 'refresh')
            """,
            "nova/conductor/rpcapi.py": """
            from nova import rpcclient


            class ComputeTaskAPI(rpcclient.RpcProxy):
                RPC_API_NAMESPACE = 'compute_task'

                def __init__(self):
                    super(ComputeTaskAPI, self).__init__(topic='conductor', default_version='1.0')
                    self.client = self.get_client(namespace=self.RPC_API_NAMESPACE)

                def migrate_server(self, ctxt, instance, live):
                    cctxt = self.client.prepare(version='1.4')
                    return cctxt.call(ctxt, 'migrate_server', instance=instance, live=live)
            """,
            "nova/conductor/manager.py": """
            from nova import manager
            from nova.compute import rpcapi as compute_rpcapi


            class ConductorManager(manager.Manager):
                RPC_API_VERSION = '1.58'

                def __init__(self, *args, **kwargs):
                    self.compute_task_mgr = ComputeTaskManager()

                def create_rpc_dispatcher(self, *args, **kwargs):
                    kwargs['additional_apis'] = [self.compute_task_mgr]
                    return super(ConductorManager, self).create_rpc_dispatcher(*args, **kwargs)


            class ComputeTaskManager(object):
                RPC_API_NAMESPACE = 'compute_task'
                RPC_API_VERSION = '1.6'

                def __init__(self):
                    self.compute_rpcapi = compute_rpcapi.ComputeAPI()

                def migrate_server(self, context, instance, live):
                    if live:
                        self.compute_rpcapi.get_console(context, instance)
                    else:
                        self.compute_rpcapi.start_instance(context, instance)
            """,
            "nova/compute/api.py": """
            from nova.compute import rpcapi as compute_rpcapi
            from nova.conductor import rpcapi as conductor_rpcapi


            class API(object):
                def __init__(self):
                    self.compute_rpcapi = compute_rpcapi.ComputeAPI()
                    self.task_rpcapi = conductor_rpcapi.ComputeTaskAPI()

                def run(self, context, instance):
                    self.compute_rpcapi.confirm_resize(context, instance, cast=False)
                    self.compute_rpcapi.refresh(context)
                    self.task_rpcapi.migrate_server(context, instance, False)
            """,
        },
    )
    assert trees.told(flow) == text(
        """
        call nova-compute confirm_resize
        fanout nova-compute refresh to nobody
        call nova-conductor migrate_server
          cast nova-compute start_instance because live=False
        """
    )
    assert [(one.topic, one.namespace, one.server) for one in flow.messages] == [
        ("compute", None, "instance.host"),
        ("compute", None, None),
        ("conductor", "compute_task", None),
        ("compute", None, "instance.host"),
    ]


RAW = {
    "nova/service.py": None,
    "nova/manager.py": "class Manager(object):\n    pass\n",
    "nova/flags.py": """
    import gflags

    FLAGS = gflags.FLAGS
    DEFINE_string = gflags.DEFINE_string
    DEFINE_string('compute_manager', 'nova.compute.manager.ComputeManager', 'manager')
    DEFINE_string('scheduler_manager', 'nova.scheduler.manager.SchedulerManager', 'manager')
    DEFINE_string('compute_topic', 'compute', 'the topic compute nodes listen on')
    DEFINE_string('scheduler_topic', 'scheduler', 'the topic scheduler nodes listen on')
    DEFINE_string('network_topic', 'network', 'the topic network nodes listen on')
    """,
    "nova/rpc.py": """
    def call(context, topic, msg):
        return Connection.instance().call(context, topic, msg)


    def cast(context, topic, msg):
        Connection.instance().cast(context, topic, msg)


    def fanout_cast(context, topic, msg):
        Connection.instance().fanout(context, topic, msg)
    """,
    "nova/db/__init__.py": "from nova.db.api import *\n",
    "nova/db/api.py": """
    def queue_get_for(context, topic, physical_node_id):
        return IMPL.queue_get_for(context, topic, physical_node_id)
    """,
    "nova/scheduler/manager.py": """
    import functools

    from nova import db
    from nova import flags
    from nova import manager
    from nova import rpc
    from nova import utils

    FLAGS = flags.FLAGS
    flags.DEFINE_string('scheduler_driver', 'nova.scheduler.chance.ChanceScheduler', 'driver')


    class SchedulerManager(manager.Manager):
        def __init__(self, scheduler_driver=None, *args, **kwargs):
            if not scheduler_driver:
                scheduler_driver = FLAGS.scheduler_driver
            self.driver = utils.import_object(scheduler_driver)
            super(SchedulerManager, self).__init__(*args, **kwargs)

        def __getattr__(self, key):
            return functools.partial(self._schedule, key)

        def _schedule(self, method, context, topic, *args, **kwargs):
            driver_method = 'schedule_%s' % method
            elevated = context.elevated()
            try:
                host = getattr(self.driver, driver_method)(elevated, *args, **kwargs)
            except AttributeError:
                host = self.driver.schedule(elevated, topic, *args, **kwargs)

            rpc.cast(context,
                     db.queue_get_for(context, topic, host),
                     {"method": method, "args": kwargs})

        def update(self, context):
            pass
    """,
    "nova/scheduler/chance.py": """
    class ChanceScheduler(object):
        def schedule(self, context, topic, *_args, **_kwargs):
            return self.hosts_up(context, topic)[0]
    """,
    "nova/utils.py": """
    def import_class(import_str):
        mod_str, _sep, class_str = import_str.rpartition('.')
        __import__(mod_str)
        return getattr(sys.modules[mod_str], class_str)


    def import_object(import_str):
        try:
            __import__(import_str)
            return sys.modules[import_str]
        except ImportError:
            cls = import_class(import_str)
            return cls()
    """,
    "nova/compute/api.py": """
    from nova import db
    from nova import flags
    from nova import rpc

    FLAGS = flags.FLAGS


    class API(object):
        def __init__(self):
            self.db = db

        def run(self, context, instance_id, host):
            rpc.cast(context,
                     FLAGS.scheduler_topic,
                     {"method": "start_instance",
                      "args": {"topic": FLAGS.compute_topic,
                               "instance_id": instance_id}})
            self._cast_compute_message('stop_instance', context, instance_id, params={'clean_shutdown': True})
            self._call_compute_message('get_console', context, instance_id, 'vnc')
            rpc.call(context, '%s.%s' % (FLAGS.compute_topic, host), dict(method='confirm_resize', args={}))
            topic = self.db.queue_get_for(context, FLAGS.compute_topic, host)
            rpc.cast(context, topic, {'args': {'instance_id': instance_id}, 'method': 'pause_instance'})
            rpc.fanout_cast(context, 'scheduler', {'method': 'update', 'args': {}})
            print "%s" % instance_id

        def _cast_compute_message(self, method, context, instance_id, host=None, params=None):
            if not params:
                params = {}
            if not host:
                instance = self.get(context, instance_id)
                host = instance['host']
            queue = self.db.queue_get_for(context, FLAGS.compute_topic, host)
            params['instance_id'] = instance_id
            kwargs = {'method': method, 'args': params}
            rpc.cast(context, queue, kwargs)

        def _call_compute_message(self, rpc_method, *args):
            return self._cast_or_call(rpc.call, rpc_method, *args)

        def _cast_or_call(self, function, method, context, instance_id, console):
            return function(context, 'compute.%s' % self.host, {'method': method, 'args': {'console_type': console}})
    """,
    "nova/compute/manager.py": """
    from nova import exception
    from nova import manager


    class ComputeManager(manager.Manager):
        @exception.wrap_exception
        def start_instance(self, context, instance_id, **_kwargs):
            try:
                self.driver.spawn(instance_id)
            except Exception, e:
                print "no"

        def stop_instance(self, context, instance_id, clean_shutdown):
            pass

        def pause_instance(self, context, instance_id):
            pass

        def get_console(self, context, console_type):
            pass

        def confirm_resize(self, context):
            pass
    """,
    "nova/exception.py": """
    def wrap_exception(f):
        def _wrap(*args, **kw):
            try:
                return f(*args, **kw)
            except Exception, e:
                raise
        _wrap.func_name = f.func_name
        return _wrap
    """,
    "nova/compute/rpcapi.py": None,
    "nova/conductor/rpcapi.py": None,
    "nova/conductor/manager.py": None,
    "nova/scheduler/rpcapi.py": None,
}


def test_raw_messages(tmp_path: Path) -> None:
    """2010.1 to 2012.1: ``rpc.cast`` with a dictionary; the scheduler passes on what it does not know."""
    flow = trees.flow(tmp_path, RAW)
    assert trees.told(flow) == text(
        """
        cast nova-scheduler start_instance
          cast nova-compute start_instance
        cast nova-compute stop_instance
        call nova-compute get_console
        call nova-compute confirm_resize
        cast nova-compute pause_instance
        fanout nova-scheduler update
        """
    )
    assert [(one.topic, one.server) for one in flow.messages] == [
        ("scheduler", None),
        ("compute", "host"),
        ("compute", "host"),
        ("compute", "self.host"),
        ("compute", "host"),
        ("compute", "host"),
        ("scheduler", None),
    ]
    assert [one.endpoint for one in flow.messages][:2] == [
        "nova.scheduler.manager.SchedulerManager.start_instance",
        "nova.compute.manager.ComputeManager.start_instance",
    ]
