"""How Nova's code gets from a caller to an RPC client: one test or more for each habit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow.trees import text

if TYPE_CHECKING:
    from collections.abc import Callable

START = "cast nova-compute start_instance"
STOP = "cast nova-compute stop_instance"
PAUSE = "cast nova-compute pause_instance"
SELECT = "call nova-scheduler select_destinations"
UPDATE = "fanout nova-scheduler update_aggregates"


# --- attributes that hold clients


def test_an_attribute_that_a_base_class_sets(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                return Sub().go(context, instance)
            """,
            imports="""
            from nova.compute import base


            class Sub(base.Base):
                def go(self, context, instance):
                    self.rpcapi.start_instance(context, instance)
                    self.other.update_aggregates(context, [])
            """,
            compute__base="""
            import nova.compute.rpcapi
            from nova import scheduler


            class Base(object):
                def __init__(self, rpcapi=None):
                    self.rpcapi = rpcapi or nova.compute.rpcapi.ComputeAPI()
                    self.other = scheduler.rpcapi.SchedulerAPI()
            """,
        )
        == f"{START}\n{UPDATE}"
    )


def test_the_concrete_class_of_self_decides_what_an_inherited_method_asks(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                Remote().go(context, instance)
                Local().go(context, instance)
            """,
            imports="""
            class Local(object):
                def __init__(self):
                    self._manager = scheduler_rpcapi.SchedulerAPI()

                def go(self, context, instance):
                    return self._manager.select_destinations(context, instance)


            class Remote(Local):
                def __init__(self):
                    self._manager = Other()


            class Other(object):
                def select_destinations(self, context, instance):
                    compute_rpcapi.ComputeAPI().stop_instance(context, instance)
            """,
        )
        == f"{STOP}\n{SELECT}"
    )


def test_a_mixin_uses_what_its_sibling_sets(run: Callable[..., str]) -> None:
    assert (
        run(
            "def run(self, context, instance):\n    return Manager().allocate(context, instance)\n",
            imports="""
            class FloatingIP(object):
                def allocate(self, context, instance):
                    self.network_rpcapi.start_instance(context, instance)
                    super(FloatingIP, self).allocate(context, instance)


            class Base(object):
                def __init__(self):
                    self.network_rpcapi = compute_rpcapi.ComputeAPI()

                def allocate(self, context, instance):
                    self.network_rpcapi.stop_instance(context, instance)


            class Manager(FloatingIP, Base):
                pass
            """,
        )
        == f"{START}\n{STOP}"
    )


def test_an_attribute_that_is_set_around_setattr(run: Callable[..., str]) -> None:
    assert (
        run(
            "def run(self, context, instance):\n    Proxy(compute_rpcapi.ComputeAPI()).start(context, instance)\n",
            imports="""
            class Proxy(dict):
                def __init__(self, rpcapi):
                    self.__dict__['_rpcapi'] = rpcapi

                def __setattr__(self, name, value):
                    self[name] = value

                def start(self, context, instance):
                    self._rpcapi.start_instance(context, instance)
            """,
        )
        == START
    )


def test_two_hops_to_the_object_that_made_this_one(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                Virt(self).go(context, instance)
            """,
            imports="""
            class Virt(object):
                def __init__(self, compute):
                    self._compute = compute

                def go(self, context, instance):
                    self._compute.compute_rpcapi.start_instance(context, instance)
            """,
        )
        == START
    )


def test_what_new_keeps_on_the_class_is_made_of_what_it_was_given(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                group.API(is_remote=True).report(context, instance)
                group.API().report(context, instance)
            """,
            imports="from nova import group\n",
            group="""
            from nova.compute import rpcapi


            class Local(object):
                def report(self, context, instance):
                    rpcapi.ComputeAPI().pause_instance(context, instance)


            class Remote(object):
                def report(self, context, instance):
                    rpcapi.ComputeAPI().stop_instance(context, instance)


            class API(object):
                _driver = None

                def __new__(cls, *args, **kwargs):
                    if not cls._driver:
                        cls._driver = cls._made(**kwargs)
                        rpcapi.ComputeAPI().start_instance(None, None)
                    return super(API, cls).__new__(cls)

                def __init__(self, is_remote=False):
                    self.is_remote = is_remote

                @staticmethod
                def _made(is_remote=False):
                    return Remote() if is_remote else Local()

                def report(self, context, instance):
                    self._driver.report(context, instance)
            """,
        )
        == f"{START}\n{STOP}\n{START}\n{PAUSE}"
    )


@pytest.mark.parametrize(
    "timer",
    [
        "self.tg.add_timer(60, self._tell, 60, self.given)",
        "self.tg.add_timer_args(60, self._tell, [self.given], initial_delay=60)",
        "self.tg.add_timer_args(60, self._tell, args=[self.given])",
        "self.tg.add_dynamic_timer(self._tell, 60, 60, self.given)",
        "self.tg.add_dynamic_timer(self._tell, api=self.given, initial_delay=60)",
        "self.tg.add_dynamic_timer_args(self._tell, args=(self.given,))",
        "loopingcall.FixedIntervalLoopingCall(self._tell, self.given).start(interval=60)",
        "loopingcall.FixedIntervalLoopingCall(self._tell, api=self.given).start(interval=60)",
    ],
)
def test_what_a_timer_is_given_is_called_with_what_is_for_it(run: Callable[..., str], timer: str) -> None:
    methods = f"""
        def run(self, context, instance):
            self.given = self.compute_rpcapi
            {timer}

        def _tell(self, api):
            api.stop_instance(None, None)
        """
    imports = "from oslo_service import loopingcall\n"
    assert run(methods, imports) == f"{STOP} by callback"


def test_a_lazy_property_with_an_import_in_it(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                lazy = Lazy()
                lazy.client.start_instance(context, instance)
                lazy.cached.stop_instance(context, instance)
            """,
            imports="""
            import functools


            class Lazy(object):
                def __init__(self):
                    self._client = None

                @property
                def client(self):
                    if self._client is None:
                        from nova.compute import rpcapi
                        self._client = rpcapi.ComputeAPI()
                    return self._client

                @functools.cached_property
                def cached(self):
                    return compute_rpcapi.ComputeAPI()
            """,
        )
        == f"{START}\n{STOP}"
    )


def test_an_attribute_that_another_method_sets(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                task = Task()
                task.prepare(context)
                task.go(context, instance)
            """,
            imports="""
            class Task(object):
                def __init__(self):
                    self.rpcapi = None

                def prepare(self, context):
                    client = compute_rpcapi.ComputeAPI()
                    self.rpcapi = client

                def go(self, context, instance):
                    self.rpcapi.start_instance(context, instance)
            """,
        )
        == START
    )


@pytest.mark.parametrize(
    ("registered", "starts"),
    [
        ("cfg.ListOpt('enabled_apis', default=['metadata', 'osapi_compute'])", False),
        ("cfg.ListOpt('enabled_apis', default=['metadata', 'compute'])", True),
        ("cfg.ListOpt('enabled_apis', default=[])", True),
        ("cfg.StrOpt('enabled_apis', default='metadata')", True),
        ("cfg.ListOpt('other', default=['metadata'])", True),
    ],
)
def test_the_apis_of_a_service_are_those_that_are_enabled_by_default(
    run: Callable[..., str], registered: str, *, starts: bool
) -> None:
    """``SERVICE_MANAGERS.get('nova-%s' % api)`` of ``nova/service.py``, 16.0.0 to 31.0.0, gives no manager then."""
    found = run(
        """
            def run(self, context, instance):
                for api in CONF.enabled_apis:
                    start = {'nova-compute': self.compute_rpcapi.start_instance}.get('nova-%s' % api)
                    if start is not None:
                        start(context, instance)
        """,
        imports=f"from oslo_config import cfg\n\nCONF = cfg.CONF\nCONF.register_opts([{registered}])",
    )
    assert (START in found) is starts


# --- factories and names of classes


def test_a_factory_function_of_the_package_by_an_option_and_a_dictionary_of_names(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                factory.API(read_only=True).go(context, instance)
                factory.Driver().driver.go(context, instance)
                factory.made('other').go(context, instance)
            """,
            imports="from nova.compute import factory",
            compute__factory="""
            from oslo_config import cfg
            from oslo_utils import importutils

            CONF = cfg.CONF
            CONF.register_opts([
                cfg.StrOpt('cell_type', default=None),
                cfg.StrOpt('driver', default='nova.compute.classes.Second'),
            ])
            CELL_TYPE_TO_CLS_NAME = {
                'api': 'nova.compute.classes.Missing',
                'compute': 'nova.compute.classes.Second',
                None: 'nova.compute.classes.First',
            }


            def _get_class_name(cell_type):
                return CELL_TYPE_TO_CLS_NAME[cell_type]


            def API(*args, **kwargs):
                class_name = _get_class_name(CONF.cell_type)
                return importutils.import_object(class_name, *args, **kwargs)


            class Driver(object):
                def __init__(self, driver=None):
                    if not driver:
                        driver = CONF.driver
                    self.driver = importutils.import_object(driver, None)


            def made(kind):
                name = 'nova.compute.classes.%s' % {'other': 'Third'}.get(kind)
                return importutils.import_class(name)()
            """,
            compute__classes="""
            from nova.compute import rpcapi


            class First(object):
                def __init__(self, read_only=False):
                    self.rpcapi = rpcapi.ComputeAPI()

                def go(self, context, instance):
                    self.rpcapi.start_instance(context, instance)


            class Second(First):
                def go(self, context, instance):
                    self.rpcapi.stop_instance(context, instance)


            class Third(First):
                def go(self, context, instance):
                    self.rpcapi.pause_instance(context, instance)
            """,
        )
        == f"{START}\n{STOP}\n{PAUSE}"
    )


def test_a_dictionary_of_a_module_that_functions_fill(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance, kind):
                drivers.get_driver(kind).start_instance(context, instance)
                drivers.CACHE['own'].stop_instance(context, instance)
                drivers.EMPTY[kind].pause_instance(context, instance)
            """,
            imports="from nova.compute import drivers",
            compute__drivers="""
            from nova.compute import rpcapi

            CACHE = {}
            EMPTY = {}


            def get_driver(kind):
                if kind not in CACHE:
                    CACHE[kind] = rpcapi.ComputeAPI()
                return CACHE[kind]


            def other(kind):
                EMPTY = {}
                EMPTY[kind] = rpcapi.ComputeAPI()
                return EMPTY
            """,
        )
        == f"{START}\n{STOP}"
    )


def test_a_dictionary_that_is_made_of_a_list_of_objects(run: Callable[..., str]) -> None:
    """``QuotaEngine`` keeps resources by their names, and each knows the function that counts it. 19.0.0 and newer."""
    assert (
        run(
            """
            def run(self, context, instance):
                quota.QUOTAS.count(context, instance, 'servers')
                quota.QUOTAS.count(context, instance, 'ports')
            """,
            imports="from nova import quota",
            quota="""
            from nova.compute import rpcapi


            class Resource(object):
                def __init__(self, name, count):
                    self.name = name
                    self.count = count


            class Engine(object):
                def __init__(self, resources):
                    self._resources = {resource.name: resource for resource in resources}

                def count(self, context, instance, name):
                    return self._resources.get(name).count(context, instance)


            def _servers(context, instance):
                rpcapi.ComputeAPI().start_instance(context, instance)


            def _ports(context, instance):
                rpcapi.ComputeAPI().stop_instance(context, instance)


            def _disks(context, instance):
                rpcapi.ComputeAPI().pause_instance(context, instance)


            QUOTAS = Engine(resources=[
                Resource('servers', _servers), Resource('disks', _disks), Resource('ports', _ports)])
            """,
        )
        == f"{START}\n{STOP}"
    )


def test_a_dictionary_that_is_made_by_names_that_nobody_knows(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance, name):
                made = {name: one for one in [rpcapi.ComputeAPI()]}
                made[name].start_instance(context, instance)
                {one: rpcapi.ComputeAPI() for one in name}['own'].stop_instance(context, instance)
            """,
            imports="from nova.compute import rpcapi",
        )
        == ""
    )


def test_a_class_beside_the_one_that_is_configured(run: Callable[..., str]) -> None:
    """``compute.HostAPI()``, 2013.1 to 17.0.0."""
    assert (
        run(
            """
            def run(self, context, instance):
                factory.HostAPI().go(context, instance)
            """,
            imports="from nova.compute import factory",
            compute__factory="""
            from oslo_utils import importutils


            def HostAPI(*args, **kwargs):
                api_class = importutils.import_class('nova.compute.classes.First')
                class_name = api_class.__module__ + '.HostAPI'
                return importutils.import_object(class_name, *args, **kwargs)
            """,
            compute__classes="""
            from nova.compute import rpcapi


            class First(object):
                pass


            class HostAPI(object):
                def __init__(self):
                    self.rpcapi = rpcapi.ComputeAPI()

                def go(self, context, instance):
                    self.rpcapi.start_instance(context, instance)
            """,
        )
        == START
    )


def test_a_registered_class_by_another_name(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                objects.Task(context).start(instance)
            """,
            imports="from nova import objects",
            objects__task="""
            from nova.compute import rpcapi


            class TaskV2(object):
                def __init__(self, context):
                    self.context = context

                def start(self, instance):
                    rpcapi.ComputeAPI().start_instance(self.context, instance)


            Task = TaskV2
            """,
        )
        == START
    )


def test_a_class_by_another_name(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                names.API().start_instance(context, instance)
                capi = names.Client
                capi().stop_instance(context, instance)
                client = self.compute_rpcapi
                client.pause_instance(context, instance)
            """,
            imports="from nova.compute import names",
            compute__names="""
            from nova.compute.rpcapi import ComputeAPI as Client

            API = Client
            """,
        )
        == f"{START}\n{STOP}\n{PAUSE}"
    )


def test_a_factory_with_two_results_gives_both(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, local):
            made(local).go(context, instance)
        """,
        imports="""
        class Local(object):
            def go(self, context, instance):
                compute_rpcapi.ComputeAPI().start_instance(context, instance)


        class Remote(object):
            def go(self, context, instance):
                compute_rpcapi.ComputeAPI().stop_instance(context, instance)


        def made(local):
            if local:
                return Local()
            return Remote()
        """,
    ) == text(
        f"""
        alt
          {START}
        or
          {STOP}
        """
    )


def test_a_class_that_a_function_makes(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                made()().go(context, instance)
            """,
            imports="""
            def made():
                client = compute_rpcapi.ComputeAPI()

                class Made(object):
                    def go(self, context, instance):
                        client.start_instance(context, instance)

                return Made
            """,
        )
        == START
    )


def test_a_transparent_wrapper(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                Lazy(compute_rpcapi.ComputeAPI).start_instance(context, instance)
                Helper(compute_rpcapi.ComputeAPI()).stop_instance(context, instance)
            """,
            imports="""
            import functools


            class Lazy(object):
                def __init__(self, klass, *args, **kwargs):
                    self.klass = klass
                    self.args = args
                    self.kwargs = kwargs
                    self.instance = None

                def __getattr__(self, name):
                    return functools.partial(self.__run_method, name)

                def __run_method(self, __name, *args, **kwargs):
                    if self.instance is None:
                        self.instance = self.klass(*self.args, **self.kwargs)
                    return getattr(self.instance, __name)(*args, **kwargs)


            class Helper(object):
                def __init__(self, target):
                    self._target = target

                def __getattr__(self, name):
                    func = getattr(self._target, name)

                    @functools.wraps(func)
                    def wrapper(*args, **kwargs):
                        return func(*args, **kwargs)
                    return wrapper
            """,
        )
        == f"{START}\n{STOP}"
    )


# --- tasks


def test_a_client_that_is_given_to_a_task_with_a_template_method(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            task = self._build_task(context, instance, [])
            task.execute()

        def _build_task(self, context, instance, hosts):
            return tasks.Migration(context, instance, self.compute_rpcapi, query_client=self.scheduler_rpcapi)
        """,
        imports="from nova.compute import tasks",
        compute__tasks="""
        import abc
        import functools

        from oslo_utils import excutils


        def rollback_wrapper(original):
            @functools.wraps(original)
            def wrap(self):
                try:
                    return original(self)
                except Exception as ex:
                    with excutils.save_and_reraise_exception():
                        self.rollback(ex)
            return wrap


        class TaskBase(object, metaclass=abc.ABCMeta):
            def __init__(self, context, instance):
                self.context = context
                self.instance = instance

            @rollback_wrapper
            def execute(self):
                return self._execute()

            @abc.abstractmethod
            def _execute(self):
                pass

            def rollback(self, ex):
                pass


        class Migration(TaskBase):
            def __init__(self, context, instance, compute_rpcapi, query_client):
                super(Migration, self).__init__(context, instance)
                self.compute_rpcapi = compute_rpcapi
                self.query_client = query_client

            def _execute(self):
                self.query_client.select_destinations(self.context, self.instance)
                self.compute_rpcapi.start_instance(self.context, self.instance)

            def rollback(self, ex):
                self.compute_rpcapi.stop_instance(self.context, self.instance)
        """,
    ) == text(
        f"""
        {SELECT}
        {START}
        failure Exception
          {STOP}
        """
    )


def test_a_function_of_a_module_that_makes_a_task(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                return live_migrate.execute(context, instance, self.compute_rpcapi)
            """,
            imports="from nova.compute import live_migrate",
            compute__live_migrate="""
            class Task(object):
                def __init__(self, context, instance, rpcapi):
                    self.context = context
                    self.instance = instance
                    self.rpcapi = rpcapi

                def execute(self):
                    self.rpcapi.start_instance(self.context, self.instance)


            def execute(context, *args, **kwargs):
                task = Task(context, *args, **kwargs)
                return task.execute()
            """,
        )
        == START
    )


# --- functions as values


def test_bound_methods_lambdas_and_partials_that_are_handed_on(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            self._delete(context, instance, 'delete', self._do_delete)
            self._delete(context, instance, 'stop', lambda ctxt, *args: self.compute_rpcapi.stop_instance(ctxt, *args))
            self._delete(context, instance, 'pause', functools.partial(self._do, 'pause', extra=1))
            self._delete(context, instance, 'direct', cb=self.compute_rpcapi.start_instance)

        def _delete(self, context, instance, delete_type, cb, **attributes):
            cb(context, instance, **attributes)

        def _do_delete(self, context, instance, local=False):
            self.compute_rpcapi.start_instance(context, instance)

        def _do(self, what, context, instance, extra):
            if what == 'pause' and extra == 1:
                self.compute_rpcapi.pause_instance(context, instance)
            else:
                self.compute_rpcapi.stop_instance(context, instance)
        """,
        imports="import functools",
    ) == text(
        f"""
        {START}
        {STOP}
        {PAUSE} because what='pause', extra=1
        {START}
        """
    )


def test_nested_functions_close_over_what_is_around_them(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                client = self.compute_rpcapi

                @utils.synchronized(instance.uuid)
                def do_run(how):
                    def deeper():
                        if how:
                            client.start_instance(context, instance)
                        else:
                            self.compute_rpcapi.stop_instance(context, instance)
                    deeper()

                do_run(how=True)
                do_run(False)
            """,
            imports="from nova import utils",
            utils="""
            from oslo_concurrency import lockutils

            synchronized = lockutils.synchronized_with_prefix('nova-')
            """,
        )
        == f"{START} because how=True\n{STOP} because how=False"
    )


@pytest.mark.parametrize(
    "spawning",
    [
        "eventlet.spawn_n(self._do, context, instance)",
        "greenthread.spawn(self._do, context, instance=instance)",
        "self.pool.submit(self._do, context, instance)",
        "threading.Thread(target=self._do, args=(context, instance))",
        "utils.spawn_n(self._do, context, instance)",
        "utils.spawn_on(self.executor, 'name', self._do, context, instance)",
        "eventlet.spawn_n(lambda: self._do(context, instance))",
        "eventlet.spawn_after(5, functools.partial(self._do, context), instance)",
    ],
)
def test_what_is_spawned_is_followed(run: Callable[..., str], spawning: str) -> None:
    assert (
        run(
            f"""
            def run(self, context, instance):
                self.pool = futurist.GreenThreadPoolExecutor()
                {spawning}

            def _do(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
            """,
            imports="""
            import functools
            import threading

            import eventlet
            from eventlet import greenthread
            import futurist

            from nova import utils
            """,
            utils="""
            import functools

            import eventlet


            def pass_context(runner, func, *args, **kwargs):
                @functools.wraps(func)
                def wrapped(*args, **kwargs):
                    return func(*args, **kwargs)
                return runner(wrapped, *args, **kwargs)


            def spawn_n(func, *args, **kwargs):
                return pass_context(eventlet.spawn_n, func, *args, **kwargs)


            def spawn_on(executor, name, func, *args, **kwargs):
                future = executor.submit(func, *args, **kwargs)
                future.add_done_callback(lambda one: None)
                return future
            """,
        )
        == f"{START} by spawn"
    )


def test_star_arguments_carry_functions(run: Callable[..., str]) -> None:
    assert (
        run(
            """
            def run(self, context, instance):
                args = (context, instance)
                kwargs = {'then': self.compute_rpcapi.stop_instance}
                kwargs['first'] = self.compute_rpcapi.start_instance
                self._one(*args, **kwargs)

            def _one(self, *args, **kwargs):
                self._two(kwargs.pop('first'), *args, **kwargs)

            def _two(self, first, context, *rest, then=None):
                first(context, *rest)
                then(context, *rest)
            """
        )
        == f"{START}\n{STOP}"
    )


def test_a_method_by_a_name_that_is_put_together(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance):
                for action in ('start', 'stop'):
                    getattr(self.compute_rpcapi, '%s_instance' % action)(context, instance)
                method = getattr(self, '_do_' + 'pause', None)
                method(context, instance)
                {'start': self._do_start, 'pause': self._do_pause}['start'](context, instance)

            def _do_pause(self, context, instance):
                self.compute_rpcapi.pause_instance(context, instance)

            def _do_start(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
            """
    ) == text(
        f"""
            loop for action in ('start', 'stop')
              alt
                {START}
              or
                {STOP}
            {PAUSE}
            {START}
            """
    )


def test_of_many_possibilities_those_that_can_be_called_are_kept(run: Callable[..., str]) -> None:
    """``MetadataHandler.lookup`` of ``nova/api/metadata/base.py``: texts, lists, dictionaries, and a function."""
    assert (
        run(
            """
            def run(self, context, instance, name):
                found = self.find(name)
                if callable(found):
                    found(self, context, instance)

            def find(self, name):
                if name == 'a':
                    return [1]
                if name == 'b':
                    return [2]
                if name == 'c':
                    return [3]
                if name == 'd':
                    return {'a': 1}
                if name == 'e':
                    return {'b': 1}
                if name == 'f':
                    return {'c': 1}
                if name == 'g':
                    return {'d': 1}
                if name == 'h':
                    return {'e': 1}
                return start
            """,
            imports="""
            def start(api, context, instance):
                api.compute_rpcapi.start_instance(context, instance)
            """,
        )
        == f"opt callable(found)\n  {START}"
    )


def test_a_file_calls_nothing_that_is_written_into_it(run: Callable[..., str]) -> None:
    """``ConfigDriveBuilder._add_file`` of ``nova/virt/configdrive.py``, 2012.2 and newer."""
    assert (
        run(
            """
            def run(self, context, instance):
                with open('disk.config') as disk:
                    disk.write(self.start)
                with unknown() as other:
                    other.write(self.stop)

            def start(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)

            def stop(self, context, instance):
                self.compute_rpcapi.stop_instance(context, instance)
            """
        )
        == f"{STOP} by callback"
    )


# --- decorators


def test_decorators_are_functions(run: Callable[..., str]) -> None:
    assert run(
        """
            @decorators.checked('live', host=True)
            @decorators.hooks.add_hook('run')
            @decorators.wrap_exception()
            @decorators.Reverting
            @decorators.plain
            def run(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
            """,
        imports="from nova.compute import decorators",
        compute__decorators="""
            import functools
            import inspect

            import hooks
            from oslo_utils import excutils

            from nova import exception_wrapper
            from nova.compute import rpcapi
            from nova.scheduler import rpcapi as scheduler_rpcapi

            wrap_exception = functools.partial(exception_wrapper.wrap_exception, service='compute')


            def plain(function):
                @functools.wraps(function)
                def decorated_function(self, context, *args, **kwargs):
                    try:
                        return function(self, context, *args, **kwargs)
                    except Exception:
                        with excutils.save_and_reraise_exception():
                            wrapped_func = inspect.unwrap(function)
                            rpcapi.ComputeAPI().stop_instance(context, kwargs['instance'])
                return decorated_function


            def checked(state, host=False):
                def outer(f):
                    @functools.wraps(f)
                    def inner(self, context, instance, *args, **kw):
                        if host and state == 'live':
                            self.scheduler_rpcapi.update_aggregates(context, [])
                        return f(self, context, instance, *args, **kw)
                    return inner
                return outer


            class Reverting(object):
                def __init__(self, function):
                    self.function = function

                def __call__(self, *args, **kwargs):
                    return self.function(*args, **kwargs)
            """,
        exception_wrapper="""
            import functools


            def wrap_exception(notifier=None, service=None):
                def inner(f):
                    def wrapped(self, context, *args, **kw):
                        return f(self, context, *args, **kw)
                    return functools.wraps(f)(wrapped)
                return inner
            """,
    ) == text(
        f"""
            {UPDATE} because host=True, state='live'
            {START}
            failure Exception
              {STOP}
            """
    )


def test_a_function_whose_arguments_are_only_looked_at_is_not_called(run: Callable[..., str]) -> None:
    """``safe_utils.getcallargs`` tells by which names a function would be called; 2012.2 and newer."""
    assert run(
        """
        @decorators.wrap_exception
        @decorators.wrap_exception
        def run(self, context, instance):
            rpcapi.ComputeAPI().start_instance(context, instance)
        """,
        imports="from nova.compute import decorators, rpcapi",
        compute__decorators="""
        from nova import safe_utils


        def wrap_exception(function):
            def wrapped(self, context, *args, **kw):
                try:
                    return function(self, context, *args, **kw)
                except Exception:
                    safe_utils.getcallargs(function, context, *args, **kw)
                    raise
            return wrapped
        """,
        safe_utils="def getcallargs(function, *args, **kwargs):\n    return {}\n",
    ) == text(START)


# --- context managers


def test_a_context_manager_that_yields_in_each_branch_has_one_body(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance, cell):
                with self._try_target(context, cell) as cctxt:
                    self.compute_rpcapi.start_instance(cctxt, instance)

            @contextlib.contextmanager
            def _try_target(self, context, cell):
                if cell:
                    with self._target(context, cell) as cctxt:
                        yield cctxt
                    self.scheduler_rpcapi.update_aggregates(context, [])
                else:
                    yield context

            @contextlib.contextmanager
            def _target(self, context, cell, quick=False):
                if not quick:
                    self.scheduler_rpcapi.select_destinations(context, cell)
                    try:
                        yield context.cell
                    except LookupError:
                        yield None
                        self.compute_rpcapi.stop_instance(context, cell)
        """,
        imports="import contextlib",
    ) == text(
        """
        opt cell
          call nova-scheduler select_destinations because quick=False
        cast nova-compute start_instance
        opt cell
          failure LookupError
            cast nova-compute stop_instance because quick=False
          fanout nova-scheduler update_aggregates
        """
    )


def test_a_body_runs_where_a_context_manager_yields_under_a_condition(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance, lock):
                with self._locked(context, lock):
                    self.compute_rpcapi.start_instance(context, instance)

            @contextlib.contextmanager
            def _locked(self, context, lock):
                if lock:
                    self.scheduler_rpcapi.select_destinations(context, lock)
                    yield lock
                    return
                yield
        """,
        imports="import contextlib",
    ) == text(
        """
        opt lock
          call nova-scheduler select_destinations
        cast nova-compute start_instance
        """
    )


def test_context_managers_surround_what_is_in_them(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance):
                with self._noted(context, instance) as client, Reporter(self, context) as reporter:
                    client.start_instance(context, instance)
                    with managers.outside(reporter), managers.targeted(context) as cctxt:
                        reporter.api.compute_rpcapi.pause_instance(cctxt, instance)

            @contextlib.contextmanager
            def _noted(self, context, instance):
                self.scheduler_rpcapi.select_destinations(context, instance)
                try:
                    yield self.compute_rpcapi
                except Exception:
                    with excutils.save_and_reraise_exception():
                        self.compute_rpcapi.stop_instance(context, instance)
            """,
        imports="""
            import contextlib

            from oslo_utils import excutils

            import managers


            class Reporter(object):
                def __init__(self, api, context):
                    self.api = api
                    self.context = context

                def __enter__(self):
                    self.api.scheduler_rpcapi.update_aggregates(self.context, [])
                    return self

                def __exit__(self, exc_type, exc_val, exc_tb):
                    self.api.scheduler_rpcapi.select_destinations(self.context, None)
                    return False
            """,
    ) == text(
        f"""
            {SELECT}
            {UPDATE}
            {START}
            {PAUSE}
            {SELECT}
            failure Exception
              {STOP}
            """
    )


# --- the hypervisor driver


@pytest.mark.parametrize(
    "made",
    [
        "utils.import_object(FLAGS.compute_driver)",
        "importutils.import_object_ns('nova.virt', FLAGS.compute_driver)",
        "importutils.import_object(FLAGS.compute_driver, self.virtapi)",
    ],
    ids=["2011.3", "2012.2", "2013.1"],
)
def test_what_is_checked_to_be_a_driver_is_one(run: Callable[..., str], made: str) -> None:
    """Nobody but the configuration knows its class. It is asked as one, and calls back what it is given."""
    assert run(
        f"""
            def run(self, context, instance):
                self.driver = utils.check_isinstance({made}, driver.ComputeDriver)
                self.driver.reboot(instance, self._done)

            def _done(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
            """,
        imports="from nova import utils\nfrom nova.openstack.common import importutils\nfrom nova.virt import driver\n",
        virt____init__="",
        virt__driver="""
            class ComputeDriver(object):
                def reboot(self, instance, done):
                    raise NotImplementedError()
            """,
        utils="""
            def check_isinstance(obj, cls):
                if isinstance(obj, cls):
                    return obj
                raise Exception('Expected object of type: %s' % str(cls))


            def import_object(import_str):
                __import__(import_str)
            """,
    ) == text(
        f"""
            external nova.virt.driver.ComputeDriver.reboot
            {START} by callback
            """
    )


def test_what_is_checked_to_be_of_a_class_may_be_of_one_below_it(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance, made):
                if isinstance(made, plans.First):
                    made.go(context, instance)
                elif isinstance(made, (plans.Second, dict)):
                    made.go(context, instance)
                assert isinstance(made, plans.Third)
                made.go(context, instance)
                made.rest(context, instance, self._after)

            def _after(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
            """,
        imports="from nova.compute import plans\n",
        compute__plans="""
            from nova.compute import rpcapi


            class First(object):
                def go(self, context, instance):
                    rpcapi.ComputeAPI().start_instance(context, instance)


            class Second(First):
                def go(self, context, instance):
                    rpcapi.ComputeAPI().pause_instance(context, instance)


            class Third(First):
                def go(self, context, instance):
                    rpcapi.ComputeAPI().stop_instance(context, instance)
            """,
    ) == text(
        f"""
            opt isinstance(made, plans.First)
              {START}
            {STOP}
            {START} by callback
            """
    )


def test_what_the_driver_is_given_to_call_back(run: Callable[..., str]) -> None:
    assert run(
        """
            def run(self, context, instance):
                self.driver = driver.load_compute_driver(None)
                post = functools.partial(self._post_live_migration, source='x')
                self.driver.live_migration(context, instance, 'dest', post, self._rollback_live_migration)
                self.driver.cleanup(context, instance, undo=self._undo)

            def _post_live_migration(self, context, instance, dest, source=None):
                self.compute_rpcapi.start_instance(context, instance)

            def _rollback_live_migration(self, context, instance, dest):
                self.compute_rpcapi.stop_instance(context, instance)

            def _undo(self, context, instance):
                self.compute_rpcapi.pause_instance(context, instance)
            """,
        imports="import functools\n\nfrom nova.virt import driver\n",
        virt____init__="",
        virt__driver="""
            from oslo_utils import importutils


            class ComputeDriver(object):
                def live_migration(self, context, instance, dest, post_method, recover_method, block_migration=False):
                    raise NotImplementedError()

                def cleanup(self, context, instance):
                    raise NotImplementedError()


            def load_compute_driver(virtapi, compute_driver=None):
                return importutils.import_object('nova.virt.%s' % compute_driver, virtapi)
            """,
    ) == text(
        f"""
            external nova.virt.driver.ComputeDriver.live_migration
            {START} by callback
            failure
              {STOP} by callback
            external nova.virt.driver.ComputeDriver.cleanup
            {PAUSE} by callback
            """
    )


# --- what is given to a function that leaves it as it is

HOOKS = """
import functools

from outside import hooks


class Manager(hooks.Manager):
    def run_pre(self, name, args, kwargs, f=None):
        self._run(name, 'pre', kwargs=kwargs, args=args, f=f)

    def _run(self, name, kind, args, kwargs, f=None):
        if name in kwargs or not args:
            return
        for one in self.extensions:
            method = getattr(one, kind, None)
            if method and kwargs.get('quiet') is None and len(kwargs) > 1:
                method(f, *args, **kwargs)

    def changed(self, name, args, kwargs):
        {body}

    def store(self, kwargs):
        self.kept = kwargs

    def ask(self, kwargs):
        return self.ask(kwargs)


_HOOKS = {}


def add_hook(name):
    def outer(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            manager = _HOOKS.setdefault(name, Manager(name))
            manager.run_pre(name, args, kwargs, f=f)
            manager.changed(name, args, kwargs)
            return f(*args, **kwargs)
        return inner
    return outer
"""


@pytest.mark.parametrize(
    ("body", "keeps"),
    [
        ("pass", True),
        ("return len(kwargs) and kwargs['host'] or sorted(kwargs)", True),
        ("name.go(**kwargs)", True),
        ("kwargs = dict(kwargs)\n        self.run_pre(name, args, {})", True),
        ("assert kwargs\n        while not kwargs:\n            name = kwargs.host, kwargs['a'][1:]", True),
        ("self._run(name, args[0], args, kwargs)", True),
        ("return [args for key in kwargs if key in kwargs]", True),
        ("if name:\n            return args\n        return name", True),
        ("return kwargs", False),
        ("return [kwargs for key in args]", False),
        ("kwargs['host'] = name", False),
        ("del kwargs['host']", False),
        ("kwargs['host'], name = name, 1", False),
        ("kwargs.update(host=name)", False),
        ("name = kwargs", False),
        ("kwargs += name", False),
        ("name.go(kwargs)", False),
        ("name.go(name, one=[kwargs])", False),
        ("return args or kwargs", False),
        ("return lambda: kwargs.pop('host')", False),
        ("self.store(kwargs)", False),
        ("self.ask(kwargs)", False),
        ("self._run(*args, kwargs)", False),
        ("def go():\n            return kwargs", False),
    ],
)
def test_a_function_that_leaves_what_it_is_given_as_it_is(run: Callable[..., str], body: str, keeps: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """2014.2: nobody asks for a host where none is given, although hooks see what is given."""
    found = run(
        """
            @hooks.add_hook('run')
            def _start(self, context, instance, host=None):
                if host is not None:
                    self.scheduler_rpcapi.select_destinations(context, host)
                self.compute_rpcapi.start_instance(context, instance)

            def run(self, context, instance):
                self._start(context, instance=instance)
        """,
        imports="from nova.compute import hooks",
        compute__hooks=HOOKS.replace("{body}", body),
    )
    sometimes = "opt host is not None\n  call nova-scheduler select_destinations\n"
    assert found == (START if keeps else f"{sometimes}{START}")


# --- what only checks, or tells whoever listens

WRAPPING = """
def wrap_exception(notifier=None):
    def inner(f):
        def wrapped(self, context, *args, **kw):
            try:
                return f(self, context, *args, **kw)
            except Exception:
                self.compute_rpcapi.stop_instance(context, *args)
                raise
        return wrapped
    return inner
"""

NOTIFICATION = """
class Payload(object):
    def __init__(self, api, context, instance):
        api.compute_rpcapi.stop_instance(context, instance)
"""


@pytest.mark.parametrize(
    ("decorator", "shown"),
    [("wrap_exception", START), ("wrap_errors", f"{START}\nfailure Exception\n  cast nova-compute stop_instance")],
)
def test_a_decorator_that_only_tells_is_left_out(run: Callable[..., str], decorator: str, shown: str) -> None:
    """Only the one that is called so: ``wrap_exception`` of ``exception_wrapper.py``, in 34.0.0."""
    found = run(
        f"""
            @exception_wrapper.{decorator}()
            def run(self, context, instance):
                self.compute_rpcapi.start_instance(context, instance)
        """,
        imports="from nova import exception_wrapper",
        exception_wrapper=WRAPPING.replace("wrap_exception", decorator),
    )
    assert found == shown


@pytest.mark.parametrize(
    ("module", "shown"),
    [("notifications__objects__instance", ""), ("compute__payload", "cast nova-compute stop_instance\n")],
)
def test_what_is_made_to_notify_is_not_looked_into(run: Callable[..., str], module: str, shown: str) -> None:
    """Objects of notifications, ``nova/notifications/objects``: 14.0.0 and newer."""
    package, _, name = module.replace("__", ".").rpartition(".")
    found = run(
        f"""
            def run(self, context, instance):
                {name}.Payload(self, context, instance)
                self.compute_rpcapi.start_instance(context, instance)
        """,
        imports=f"from nova.{package} import {name}",
        **{"notifications/__init__": "", "notifications/objects/__init__": "", module: NOTIFICATION},
    )
    assert found == shown + START
