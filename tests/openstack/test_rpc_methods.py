"""What can be asked over RPC: in the forms of all eras, of small trees, and of real releases."""

from __future__ import annotations

import json
import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Caller, QuestionError, RpcMethod
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.program import Program
from tests import small_flow
from tests.openstack.record_rpc_methods import EXPECTED, told
from tests.openstack.test_history import numbered, tags
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sphinxext.nova.program import Cache

MANAGERS = {
    "nova/service.py": dedent("""\
        from oslo.config import cfg

        service_opts = [
            cfg.StrOpt('compute_manager', default='nova.compute.manager.ComputeManager'),
            cfg.StrOpt('scheduler_manager', default='nova.scheduler.manager.SchedulerManager'),
        ]
        FLAGS = cfg.CONF
        FLAGS.register_opts(service_opts)
        FLAGS.register_opts([
            cfg.StrOpt('compute_topic', default='compute'),
            cfg.StrOpt('scheduler_topic', default='scheduler'),
        ])
        """),
    "bin/nova-compute": "from nova import service\n\nif __name__ == '__main__':\n    service.serve()\n",
    "bin/nova-scheduler": "from nova import service\n\nif __name__ == '__main__':\n    service.serve()\n",
    "setup.py": "from setuptools import setup\n\nsetup(scripts=['bin/nova-compute', 'bin/nova-scheduler'])\n",
    "setup.cfg": "[metadata]\nname = nova\n",
    "nova/compute/__init__.py": "",
    "nova/scheduler/__init__.py": "",
}
RAW = {
    **MANAGERS,
    "nova/rpc.py": (
        "def call(context, topic, msg):\n    pass\n\n\ndef cast(context, topic, msg):\n    pass\n\n\n"
        "def fanout_cast(context, topic, msg):\n    pass\n"
    ),
    "nova/compute/api.py": dedent("""\
        from nova import flags
        from nova import rpc

        FLAGS = flags.FLAGS


        class API(object):
            def start(self, context, instance_id):
                self._cast_compute_message('start_instance', context, instance_id)

            def get_console(self, context, instance_id):
                return rpc.call(context, '%s.%s' % (FLAGS.compute_topic, 'host'),
                                {'method': 'get_console', 'args': {'instance_id': instance_id}})

            def _cast_compute_message(self, method, context, instance_id, params=None):
                kwargs = {'method': method, 'args': {'instance_id': instance_id}}
                rpc.cast(context, 'compute.%s' % instance_id, kwargs)


        def refresh(context):
            def send():
                rpc.fanout_cast(context, FLAGS.scheduler_topic, {'method': 'refresh', 'args': {}})
            send()
            rpc.cast(context, 'nowhere', {'method': 'vanish', 'args': {}})
        """),
    "nova/compute/manager.py": dedent("""\
        from nova import manager


        class ComputeManager(manager.Manager):
            def start_instance(self, context, instance_id):
                pass

            def get_console(self, context, instance_id):
                pass
        """),
    "nova/scheduler/manager.py": dedent("""\
        import functools

        from nova import manager


        class SchedulerManager(manager.Manager):
            def __getattr__(self, key):
                return functools.partial(self._schedule, key)

            def _schedule(self, method, context, topic, **kwargs):
                pass
        """),
}
PROXY = {
    **MANAGERS,
    "nova/openstack/common/rpc/__init__.py": "def call(context, topic, msg, timeout=None):\n    pass\n\n\n"
    "def cast(context, topic, msg):\n    pass\n",
    "nova/openstack/common/rpc/proxy.py": dedent("""\
        from nova.openstack.common import rpc


        class RpcProxy(object):
            def __init__(self, topic, default_version):
                self.topic = topic
                self.default_version = default_version

            def make_msg(self, method, **kwargs):
                return {'method': method, 'args': kwargs}

            def call(self, context, msg, topic=None, version=None):
                msg['version'] = version or self.default_version
                return rpc.call(context, topic or self.topic, msg)

            def cast(self, context, msg, topic=None, version=None):
                msg['version'] = version or self.default_version
                rpc.cast(context, topic or self.topic, msg)
        """),
    "nova/compute/rpcapi.py": dedent("""\
        from nova import flags
        from nova.openstack.common.rpc import proxy

        FLAGS = flags.FLAGS


        class ComputeAPI(proxy.RpcProxy):
            def __init__(self):
                super(ComputeAPI, self).__init__(topic=FLAGS.compute_topic, default_version='1.0')

            def confirm_resize(self, ctxt, instance, cast=True):
                rpc_method = self.cast if cast else self.call
                return rpc_method(ctxt, self.make_msg('confirm_resize', instance=instance), version='1.1')

            def _set_host(self, ctxt, host):
                return self.call(ctxt, self.make_msg('_set_host', host=host))

            def _topic(self):
                return self.topic
        """),
    "nova/compute/manager.py": dedent("""\
        from nova import manager


        class Floating(object):
            def _set_host(self, context, host):
                pass

            @property
            def floating(self):
                return 1


        class ComputeManager(Floating, manager.Manager):
            def confirm_resize(self, context, instance):
                pass

            def init_host(self):
                pass
        """),
    "nova/scheduler/manager.py": "class SchedulerManager(object):\n    pass\n",
}


def ask(folder: Path, files: Mapping[str, str | None], topic: str = "", **how: bool) -> tuple[RpcMethod, ...]:
    answer = rpc_methods(Program(open_checkout(str(make(folder, files)))), topic, **how)
    assert answer.problems == ()
    return answer.rows


def row(topic: str | None, method: str, client: str | None, endpoint: str | None, **other: object) -> RpcMethod:
    """Make a row; an end is ``name@file:line``."""
    values: dict[str, object] = {"namespace": None, "kind": (), "versions": (), "arguments": ()}
    for end, written in (("client", client), ("endpoint", endpoint)):
        name, _, place = (written or "").partition("@")
        file, _, line = place.rpartition(":")
        values |= {end: name or None, f"{end}_file": file or None, f"{end}_line": int(line) if line else None}
    return RpcMethod(topic=topic, method=method, **{**values, **other})  # type: ignore[arg-type]


def test_functions_that_hand_over_a_dictionary(tmp_path: Path) -> None:
    api, manager = "nova/compute/api.py", "nova/compute/manager.py"
    assert ask(tmp_path, RAW) == (
        row(
            "compute",
            "start_instance",
            f"nova.compute.api.API.start@{api}:8",
            f"nova.compute.manager.ComputeManager.start_instance@{manager}:5",
            kind=("cast",),
            arguments=("instance_id",),
        ),
        row(
            "compute",
            "get_console",
            f"nova.compute.api.API.get_console@{api}:11",
            f"nova.compute.manager.ComputeManager.get_console@{manager}:8",
            kind=("call",),
            arguments=("instance_id",),
        ),
        row("nowhere", "vanish", f"nova.compute.api.refresh@{api}:20", None, kind=("cast",)),
        row(
            "scheduler",
            "refresh",
            f"nova.compute.api.refresh.send@{api}:21",
            "nova.scheduler.manager.SchedulerManager.refresh@nova/scheduler/manager.py:7",
            kind=("fanout",),
        ),
    )


def test_methods_of_a_proxy(tmp_path: Path) -> None:
    rpcapi, manager = "nova/compute/rpcapi.py", "nova/compute/manager.py"
    assert ask(tmp_path, PROXY) == (
        row(
            "compute",
            "confirm_resize",
            f"nova.compute.rpcapi.ComputeAPI.confirm_resize@{rpcapi}:11",
            f"nova.compute.manager.ComputeManager.confirm_resize@{manager}:14",
            kind=("cast", "call"),
            versions=("1.1",),
            arguments=("instance",),
        ),
        row(
            "compute",
            "_set_host",
            f"nova.compute.rpcapi.ComputeAPI._set_host@{rpcapi}:15",
            f"nova.compute.manager.Floating._set_host@{manager}:5",
            kind=("call",),
            versions=("1.0",),
            arguments=("host",),
        ),
        row("compute", "init_host", None, f"nova.compute.manager.ComputeManager.init_host@{manager}:17"),
    )


BASE_API = dedent("""\
    import oslo_messaging as messaging

    from nova import rpc


    class BaseAPI(object):
        def __init__(self, topic):
            self.client = rpc.get_client(messaging.Target(topic=topic, namespace='baseapi', version='1.0'))

        def ping(self, context, arg):
            cctxt = self.client.prepare()
            return cctxt.call(context, 'ping', arg=arg)

        def supports_ping(self, context):
            return self.client.can_send_version('1.0')


    class BaseRPCAPI(object):
        target = messaging.Target(namespace='baseapi', version='1.1')

        def ping(self, context, arg):
            return arg
    """)


def test_a_client_of_oslo_messaging_and_one_for_every_service(tmp_path: Path) -> None:
    rows = ask(tmp_path, {**small_flow.FILES, "nova/baserpc.py": BASE_API})
    base = [
        row(
            topic,
            "ping",
            "nova.baserpc.BaseAPI.ping@nova/baserpc.py:10",
            "nova.baserpc.BaseRPCAPI.ping@nova/baserpc.py:21",
            namespace="baseapi",
            kind=("call",),
            versions=("1.0",),
            arguments=("arg",),
        )
        for topic in ("compute", "conductor", "scheduler")
    ]

    def both(topic: str, class_: str, method: str, lines: tuple[int, int], kind: str) -> RpcMethod:
        folder, package = f"nova/{topic}", f"nova.{topic}"
        return row(
            topic,
            method,
            f"{package}.rpcapi.{class_}API.{method}@{folder}/rpcapi.py:{lines[0]}",
            f"{package}.manager.{class_}Manager.{method}@{folder}/manager.py:{lines[1]}",
            kind=(kind,),
            versions=("1.0",),
            arguments=("instance",),
        )

    assert rows == (
        both("compute", "Compute", "prep_resize", (10, 13), "cast"),
        both("compute", "Compute", "resize_instance", (14, 20), "call"),
        base[0],
        both("conductor", "Conductor", "migrate_server", (10, 11), "cast"),
        base[1],
        both("scheduler", "Scheduler", "select", (10, 5), "call"),
        both("scheduler", "Scheduler", "update_info", (14, 8), "fanout"),
        base[2],
    )


def test_who_calls_a_client(tmp_path: Path) -> None:
    """Also a task that is given its client by whoever makes it."""
    task = dedent("""\
        class Task(object):
            def __init__(self, compute_rpcapi):
                self.compute_rpcapi = compute_rpcapi

            def execute(self, context, instance):
                def run():
                    self.compute_rpcapi.prep_resize(context, instance, 'host')
                run()
        """)
    manager = dedent("""\
        from nova import manager
        from nova.compute import rpcapi
        from nova.conductor import tasks


        class ConductorManager(manager.Manager):
            def __init__(self):
                self.compute = rpcapi.ComputeAPI()

            def migrate_server(self, context, instance):
                tasks.Task(self.compute).execute(context, instance)
        """)
    files = {**small_flow.FILES, "nova/conductor/tasks/__init__.py": task, "nova/conductor/manager.py": manager}
    found = {row.method: row.callers for row in ask(tmp_path, files, with_callers=True)}
    assert found == {
        "prep_resize": (Caller("nova.conductor.tasks.Task.execute.run", "nova/conductor/tasks/__init__.py", 7),),
        "resize_instance": (Caller("nova.compute.manager.ComputeManager.prep_resize", "nova/compute/manager.py", 16),),
        "migrate_server": (
            Caller("nova.compute.api.API.resize", "nova/compute/api.py", 9),
            Caller("nova.compute.manager.ComputeManager.prep_resize", "nova/compute/manager.py", 18),
        ),
        "select": (),
        "update_info": (Caller("nova.compute.manager.ComputeManager.resize_instance", "nova/compute/manager.py", 21),),
    }


def test_a_topic_or_a_command(tmp_path: Path) -> None:
    every = ask(tmp_path, small_flow.FILES)
    compute = tuple(row for row in every if row.topic == "compute")
    assert ask(tmp_path, small_flow.FILES, "compute") == ask(tmp_path, small_flow.FILES, "nova-compute") == compute
    with pytest.raises(QuestionError, match=r"^no topic compote in nova 30.0.0; near matches: compute, nova-compute$"):
        ask(tmp_path, small_flow.FILES, "compote")


def test_a_checkout_without_messages(tmp_path: Path) -> None:
    assert ask(tmp_path, {}) == ()


@pytest.mark.release
@pytest.mark.parametrize("release_", ["20.0.0", "34.0.0"])
def test_the_methods_of_real_releases(release: Callable[[str], Path], release_: str) -> None:
    rows = rpc_methods(Program(open_checkout(str(release(f"nova-{release_}"))))).rows
    assert told(rows) == json.loads((EXPECTED / release_ / "rpc_methods.json").read_text())


METHODS = {
    "2012.2": {"cert": 7, "compute": 53, "console": 2, "consoleauth": 2, "scheduler": 6},
    "2013.1": {
        "cells": 21,
        "cert": 8,
        "compute": 61,
        "conductor": 59,
        "console": 3,
        "consoleauth": 4,
        "network": 50,
        "scheduler": 7,
    },
    "2013.2": {
        "cells": 50,
        "cert": 7,
        "compute": 68,
        "conductor": 56,
        "console": 2,
        "consoleauth": 3,
        "network": 49,
        "scheduler": 5,
    },
    "2014.1": {
        "cells": 52,
        "cert": 7,
        "compute": 66,
        "conductor": 46,
        "console": 2,
        "consoleauth": 3,
        "network": 45,
        "scheduler": 3,
    },
    "15.0.0": {
        "cells": 53,
        "cert": 7,
        "compute": 71,
        "conductor": 9,
        "console": 2,
        "consoleauth": 3,
        "network": 31,
        "scheduler": 6,
    },
    "20.0.0": {"compute": 72, "conductor": 9, "console": 2, "network": 31, "scheduler": 6},
    "33.0.0": {"compute": 73, "conductor": 13, "scheduler": 6},
}
"""How many methods each ``rpcapi.py`` sends."""


NAMED = re.compile(rb"""\b(?:call|cast|make_msg|method|rpc_method)\(\s*(?:\w+(?:\.\w+)*,\s*)?['"](\w+)['"]""")
"""What a client says itself: the name of a method of the other side, after the context if there is one."""


def named(asked: Program) -> dict[str, set[str]]:
    """Give the names of remote methods that are written in the file of each client."""
    paths = [path for path in asked.source_files() if path.endswith("/rpcapi.py")]
    texts = {path: data for path, data in asked.checkout.read_many(paths) if isinstance(data, bytes)}
    return {path: {name.decode() for name in NAMED.findall(data)} for path, data in texts.items()}


def unanswered(tag: str) -> set[str]:
    """Give what no method answers."""
    if numbered(tag) < numbered("2011.2gamma1"):
        # A callback reads the name of the method itself.
        return {"authorize_ajax_console"} if numbered("2011.1rc1") <= numbered(tag) else set()
    # The endpoint was removed before its client was.
    is_left = numbered("2014.2.b2") <= numbered(tag) < numbered("2015.1.0rc1")
    return {"vol_get_usage_by_time"} if is_left else set()


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_what_is_asked_in_every_tag_is_answered(nova_git: Path, facts: Cache, tag: str) -> None:
    asked = Program(open_checkout(f"{nova_git}@{tag}"), facts)
    answer = rpc_methods(asked)
    assert answer.problems == ()
    rows = [row for row in answer.rows if row.client is not None]
    assert {row.method for row in rows if row.endpoint is None or row.topic is None} == unanswered(tag)
    written = named(asked)
    found = {path: {row.method for row in rows if row.client_file == path} for path in written}
    assert {path: names - found[path] for path, names in written.items() if names - found[path]} == {}
    # One name is in a variable, to 2013.2: ``backup_instance``.
    assert {name for path, names in found.items() for name in names - written[path]} <= {"backup_instance"}
    if tag in METHODS:
        assert {path.split("/")[1]: len(names) for path, names in found.items()} == METHODS[tag]
    if (EXPECTED / tag / "rpc_methods.json").exists():
        assert told(answer.rows) == json.loads((EXPECTED / tag / "rpc_methods.json").read_text())
