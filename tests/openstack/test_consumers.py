"""Messages that no manager answers, but an object for which other code makes a server of messages."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.program import Program
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SERVICE = {
    "setup.cfg": "[metadata]\nname = nova\n",
    "setup.py": "from setuptools import setup\n\nsetup(scripts=['bin/nova-cells', 'bin/nova-proxy'])\n",
    "bin/nova-cells": "from nova import service\n\nif __name__ == '__main__':\n    service.serve()\n",
    "nova/flags.py": dedent("""\
        from oslo.config import cfg

        FLAGS = cfg.CONF
        FLAGS.register_opts([
            cfg.StrOpt('cells_manager', default='nova.cells.manager.CellsManager'),
            cfg.StrOpt('queue_base', default='cells.intercell'),
            cfg.StrOpt('proxy_topic', default='proxy'),
        ])
        """),
    "nova/rpc.py": dedent("""\
        def cast(context, topic, msg):
            pass
        """),
    "nova/openstack/common/rpc/__init__.py": "",
    "nova/openstack/common/rpc/dispatcher.py": "class RpcDispatcher(object):\n    pass\n",
    "nova/cells/__init__.py": "",
    "nova/cells/manager.py": dedent("""\
        from nova import manager


        class CellsManager(manager.Manager):
            def start(self, context):
                pass
        """),
    "nova/cells/messaging.py": dedent("""\
        from nova import flags
        from nova import rpc

        FLAGS = flags.FLAGS


        def send(context, message):
            topic = '%s.%s' % (FLAGS.queue_base, message.kind)
            rpc.cast(context, topic, {'method': 'process', 'args': {'message': message}})
            rpc.cast(context, topic, {'method': 'lose', 'args': {'message': message}})


        def authorize(context, token):
            rpc.cast(context, FLAGS.proxy_topic, {'method': 'authorize', 'args': {'token': token}})
        """),
}
SERVER = """
    def start(self, runner):
        dispatcher = Dispatcher(runner)
        for kind in runner.kinds():
            target = messaging.Target(topic='%s.%s' % (FLAGS.queue_base, kind), server='host')
            self.server = rpc.get_server(target, endpoints=[dispatcher])
"""
RPC_DISPATCHER = """
    def start(self, runner):
        proxied = Dispatcher(runner)
        self._start(rpc_dispatcher.RpcDispatcher([proxied]), 'topic')
"""
ADAPTER = """
        consumer = rpc.TopicAdapterConsumer(connection=conn, proxy=Proxy, topic=FLAGS.proxy_topic)
"""
CREATED = """
        conn.create_consumer(FLAGS.proxy_topic, Proxy)
"""


def ends(folder: Path, changes: Mapping[str, str]) -> dict[str, tuple[str | None, int | None]]:
    answer = rpc_methods(Program(open_checkout(str(make(folder, {**SERVICE, **changes})))))
    assert answer.problems == ()
    assert {row.topic for row in answer.rows} == {"cells", "proxy"}
    return {row.method: (row.endpoint, row.endpoint_line) for row in answer.rows if row.client is not None}


@pytest.mark.parametrize("serving", [SERVER, RPC_DISPATCHER], ids=["get_server", "RpcDispatcher"])
def test_a_service_with_servers_of_its_own(tmp_path: Path, serving: str) -> None:
    imports = dedent("""\
        import oslo_messaging as messaging

        from nova import flags
        from nova import rpc
        from nova.openstack.common.rpc import dispatcher as rpc_dispatcher

        FLAGS = flags.FLAGS


        class Dispatcher(object):
            def __init__(self, runner):
                self.runner = runner

            def process(self, context, message):
                pass


        class Driver(object):""")
    assert ends(tmp_path, {"nova/cells/rpc_driver.py": f"{imports}{serving}"}) == {
        "process": ("nova.cells.rpc_driver.Dispatcher.process", 14),
        "lose": (None, None),
        "authorize": (None, None),
    }


@pytest.mark.parametrize("serving", [ADAPTER, CREATED], ids=["TopicAdapterConsumer", "create_consumer"])
def test_a_command_without_a_manager(tmp_path: Path, serving: str) -> None:
    script = dedent("""\
        #!/usr/bin/env python
        from nova import flags
        from nova import rpc

        FLAGS = flags.FLAGS


        class Console(object):
            def listen(self):
                class Proxy():
                    @staticmethod
                    def authorize(context, **kwargs):
                        pass

                conn = rpc.create_connection(new=True)""")
    main = "\n\nif __name__ == '__main__':\n    Console().listen()\n"
    assert ends(tmp_path, {"bin/nova-proxy": f"{script}{serving}{main}"}) == {
        "process": (None, None),
        "lose": (None, None),
        "authorize": ("bin/nova-proxy.Console.listen.Proxy.authorize", 12),
    }
