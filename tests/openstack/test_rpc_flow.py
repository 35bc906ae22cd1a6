"""Flows of small trees: what goes through a message, who answers it, which host is meant, what entries there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.model import QuestionError
from sphinxext.nova.openstack.rpc_flow import Flows
from tests.flow import trees
from tests.flow.trees import text

if TYPE_CHECKING:
    from pathlib import Path

API = {
    "nova/compute/api.py": trees.api(
        """
        def run(self, context, instance):
            self.task_rpcapi.migrate_server(context, instance, live=False, flavor=None, do_cast=True)

        def live(self, context, instance):
            self.task_rpcapi.migrate_server(context, instance, live=True, flavor=None)

        def resize(self, context, instance, flavor):
            self.task_rpcapi.migrate_server(context, instance, False, flavor)
        """
    )
}
CONDUCTOR = """
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
        if live and flavor is None:
            self.compute_rpcapi.start_instance(context, instance)
        elif not live and flavor is not None:
            self.compute_rpcapi.stop_instance(context, instance)
        else:
            self.compute_rpcapi.pause_instance(context, instance)
"""


def told(folder: Path, entry: str, **files: str) -> str:
    changes = {f"nova/{name.replace('__', '/')}.py": content for name, content in files.items()}
    return trees.told(trees.flow(folder, {**API, **changes}, entry))


def test_literals_and_none_are_known_on_the_other_side_of_a_message(tmp_path: Path) -> None:
    assert told(tmp_path, "nova.compute.api.API.run", conductor__manager=CONDUCTOR) == text(
        """
        cast nova-conductor migrate_server because do_cast=True
          cast nova-compute pause_instance because live=False, flavor=None
        """
    )
    assert told(tmp_path, "nova.compute.api.API.live", conductor__manager=CONDUCTOR) == text(
        """
        call nova-conductor migrate_server because do_cast=False
          cast nova-compute start_instance because live=True, flavor=None
        """
    )


def test_what_is_not_known_stays_so_on_the_other_side(tmp_path: Path) -> None:
    assert told(tmp_path, "nova.compute.api.API.resize", conductor__manager=CONDUCTOR) == text(
        """
        call nova-conductor migrate_server because do_cast=False
          alt not live and flavor is not None
            cast nova-compute stop_instance
          or
            cast nova-compute pause_instance
        """
    )


def test_that_something_is_not_none_is_known_on_the_other_side(tmp_path: Path) -> None:
    flow = trees.flow(
        tmp_path,
        {
            "nova/compute/api.py": trees.api(
                """
                def run(self, context, instance, flavor_id):
                    if flavor_id is None:
                        raise ValueError()
                    self.task_rpcapi.migrate_server(context, instance, False, flavor_id)
                """
            ),
            "nova/conductor/manager.py": CONDUCTOR,
        },
    )
    assert trees.told(flow) == text(
        """
        call nova-conductor migrate_server because do_cast=False
          cast nova-compute stop_instance because live=False
        """
    )


def test_an_object_of_the_sender_is_not_the_receivers(tmp_path: Path) -> None:
    """What travels is data: a client that is sent by mistake is no client on the other side."""
    changed = CONDUCTOR.replace(
        "if live and flavor is None:", "if live:\n            flavor.stop_instance()\n        if 0:"
    )
    flow = trees.flow(
        tmp_path,
        {
            "nova/compute/api.py": trees.api(
                """
                def run(self, context, instance):
                    self.task_rpcapi.migrate_server(context, instance, True, self.compute_rpcapi)
                """
            ),
            "nova/conductor/manager.py": changed,
        },
    )
    assert trees.told(flow) == text(
        """
        call nova-conductor migrate_server because do_cast=False
          cast nova-compute pause_instance because live=True
        """
    )


def test_services_that_ask_one_another_in_a_circle(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        "nova.compute.api.API.live",
        conductor__manager=CONDUCTOR,
        compute__manager="""
        from nova import manager
        from nova.conductor import rpcapi as conductor_rpcapi


        class ComputeManager(manager.Manager):
            def __init__(self):
                super(ComputeManager, self).__init__()
                self.task_rpcapi = conductor_rpcapi.ComputeTaskAPI()

            def start_instance(self, context, instance):
                try:
                    instance.save()
                except Exception:
                    self.task_rpcapi.migrate_server(context, instance, True, None)
        """,
    ) == text(
        """
        call nova-conductor migrate_server because do_cast=False
          cast nova-compute start_instance because live=True, flavor=None
            failure Exception
              call nova-conductor migrate_server because do_cast=False
                again 1
        """
    )


def test_hosts_of_one_service_are_several_lines(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        "nova.compute.api.API.run",
        compute__api=trees.api(
            """
            def run(self, context, instance, dest):
                self.compute_rpcapi.start_instance(context, instance, host=dest)
            """
        ),
        compute__manager="""
        from nova import manager
        from nova.compute import rpcapi


        class ComputeManager(manager.Manager):
            def __init__(self):
                super(ComputeManager, self).__init__()
                self.rpcapi = rpcapi.ComputeAPI()

            def start_instance(self, context, instance):
                self.rpcapi.stop_instance(context, instance)

            def stop_instance(self, context, instance, clean_shutdown):
                self.rpcapi.start_instance(context, instance, host=instance.dest_host)
                self.rpcapi.pause_instance(context, instance)
        """,
    ) == text(
        """
        cast nova-compute(destination) start_instance
          cast nova-compute(source) stop_instance
            cast nova-compute(destination) start_instance
              again 1
            cast nova-compute(source) pause_instance to nobody
        """
    )


def test_what_nobody_answers_is_told_all_the_same(tmp_path: Path) -> None:
    nothing = "from nova import manager\n\n\nclass ComputeManager(manager.Manager):\n    pass\n"
    entry = trees.api(
        """
        def run(self, context, instance):
            self.compute_rpcapi.start_instance(context, instance)
            Other().ask(context)
        """,
        imports="""
        import oslo_messaging as messaging

        from nova import rpc


        class Other(object):
            def __init__(self):
                self.client = rpc.get_client(messaging.Target(topic='elsewhere'))

            def ask(self, context):
                self.client.prepare(version='1.0').call(context, 'ask')
        """,
    )
    flow = trees.flow(tmp_path, {"nova/compute/api.py": entry, "nova/compute/manager.py": nothing})
    assert trees.told(flow) == text(
        """
        cast nova-compute start_instance to nobody
        call elsewhere ask to nobody
        """
    )


def test_a_message_says_where_it_is_sent_and_answered(tmp_path: Path) -> None:
    flow = trees.flow(tmp_path, {**API, "nova/conductor/manager.py": CONDUCTOR}, "API.live")
    (first, second) = flow.messages
    assert (flow.entry.name, flow.entry.file, flow.entry.service) == (
        "nova.compute.api.API.live",
        "nova/compute/api.py",
        "nova-api",
    )
    assert (first.sender, first.client, first.endpoint, first.topic, first.namespace, first.server) == (
        "nova.compute.api.API.live",
        "nova.conductor.rpcapi.ComputeTaskAPI.migrate_server",
        "nova.conductor.manager.ComputeTaskManager.migrate_server",
        "conductor",
        "compute_task",
        None,
    )
    assert (second.sender, second.client, second.endpoint, second.topic, second.namespace, second.server) == (
        "nova.conductor.manager.ComputeTaskManager.migrate_server",
        "nova.compute.rpcapi.ComputeAPI.start_instance",
        "nova.compute.manager.ComputeManager.start_instance",
        "compute",
        None,
        "instance.host",
    )
    for message in (first, second):
        for file, line, word in (
            (message.file, message.line, message.method),
            (message.client_file, message.client_line, f"def {message.method}"),
            (message.endpoint_file, message.endpoint_line, f"def {message.method}"),
        ):
            assert file is not None
            assert line is not None
            assert word in (tmp_path / file).read_text().splitlines()[line - 1]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("nova.compute.api.API.resize", "nova.compute.api.API.resize"),
        ("ComputeTaskManager.migrate_server", "nova.conductor.manager.ComputeTaskManager.migrate_server"),
        ("conductor.migrate_server", "nova.conductor.manager.ComputeTaskManager.migrate_server"),
        ("compute.stop_instance", "nova.compute.manager.ComputeManager.stop_instance"),
        (" API.resize ", "nova.compute.api.API.resize"),
        ("nova.rpc.get_client", "nova.rpc.get_client"),
    ],
)
def test_entries(tmp_path: Path, asked: str, name: str) -> None:
    assert Flows(trees.program(tmp_path, API)).find(asked).name == name


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("", "no function is called nothing"),
        ("API.resise", "no function API.resise in nova 30.0.0; near matches: API.resize"),
        ("nova.compute.api.API", "no function nova.compute.api.API in nova 30.0.0"),
        (
            "compute.stop_instanc",
            "no function compute.stop_instanc in nova 30.0.0; near matches: compute.stop_instance",
        ),
        ("a b", "no function is called a b"),
        ("nova.compute\u00e9", "no function is called nova.compute\u00e9"),
        ("\x1b[1m" + "x" * 500, "no function is called"),
        ("ComputeAPI.start_instance.x", "no function ComputeAPI.start_instance.x in nova 30.0.0"),
    ],
)
def test_what_is_no_entry_is_said_in_one_line(tmp_path: Path, asked: str, message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        Flows(trees.program(tmp_path, API)).find(asked)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value).splitlines()) == 1


def test_what_two_endpoints_of_a_topic_have_is_meant_once(tmp_path: Path) -> None:
    manager = """
    import oslo_messaging as messaging

    from nova import manager


    class ComputeManager(manager.Manager):
        start = messaging.Target(version='6.0')

        def __init__(self):
            super(ComputeManager, self).__init__()
            self.additional_endpoints.append(_Proxy())

        def start_instance(self, context):
            pass

        def _start_instance(self, context):
            pass


    class _Proxy(object):
        def start_instance(self, context):
            pass
    """
    with pytest.raises(QuestionError) as caught:
        Flows(trees.program(tmp_path, {"nova/compute/manager.py": manager})).find("compute.start_instanc")
    message = "no function compute.start_instanc in nova 30.0.0; near matches: compute.start_instance"
    assert str(caught.value) == message


def test_a_name_that_two_classes_have_is_answered_with_both(tmp_path: Path) -> None:
    other = {"nova/conductor/api.py": "class API(object):\n    def resize(self, context):\n        pass\n"}
    with pytest.raises(QuestionError) as caught:
        Flows(trees.program(tmp_path, {**API, **other})).find("API.resize")
    assert str(caught.value) == "API.resize may be nova.compute.api.API.resize, nova.conductor.api.API.resize"


def test_a_version_proxy_is_not_who_answers(tmp_path: Path) -> None:
    manager = """
    import oslo_messaging as messaging

    from nova import manager


    class ComputeManager(manager.Manager):
        target = messaging.Target(version='6.0')

        def __init__(self):
            super(ComputeManager, self).__init__()
            self.additional_endpoints.append(_ComputeV5Proxy(self))

        def start_instance(self, context, instance):
            pass


    class _ComputeV5Proxy(object):
        target = messaging.Target(version='5.13')

        def __init__(self, manager):
            self.manager = manager

        def start_instance(self, context, instance):
            return self.manager.start_instance(context, instance)
    """
    entry = trees.api("def run(self, context, instance):\n    self.compute_rpcapi.start_instance(context, instance)\n")
    flow = trees.flow(tmp_path, {"nova/compute/api.py": entry, "nova/compute/manager.py": manager})
    assert [one.endpoint for one in flow.messages] == ["nova.compute.manager.ComputeManager.start_instance"]


def test_a_helper_that_prepares_for_another_topic(tmp_path: Path) -> None:
    """33.0.0 and newer: the topic is chosen by the version that may be sent."""
    rpcapi = """
    import oslo_messaging as messaging

    from nova import rpc

    RPC_TOPIC = 'compute'
    RPC_TOPIC_ALT = 'compute-alt'


    class ComputeAPI(object):
        def __init__(self):
            self._client = rpc.get_client(messaging.Target(topic=RPC_TOPIC, version='6.0'))

        @property
        def router(self):
            return Router(self._client)

        def prepare_for_alt_rpcserver(self, client, server, version, **kwargs):
            topic = RPC_TOPIC_ALT
            if not client.can_send_version('6.5'):
                topic = RPC_TOPIC
            params = {'server': server, 'version': version, 'topic': topic}
            params.update(kwargs)
            return client.prepare(**params)

        def start_instance(self, ctxt, instance, host):
            version = '6.0'
            client = self.router.client(ctxt)
            cctxt = self.prepare_for_alt_rpcserver(client, server=host, version=version)
            cctxt.cast(ctxt, 'start_instance', instance=instance)


    class Router(object):
        def __init__(self, default_client):
            self.default_client = default_client

        def client(self, context):
            return self.default_client
    """
    entry = trees.api(
        "def run(self, context, instance, dest):\n    self.compute_rpcapi.start_instance(context, instance, dest)\n"
    )
    (message,) = trees.flow(tmp_path, {"nova/compute/api.py": entry, "nova/compute/rpcapi.py": rpcapi}).messages
    assert (message.kind, message.topic, message.server, message.client) == (
        "cast",
        "compute-alt",
        "dest",
        "nova.compute.rpcapi.ComputeAPI.start_instance",
    )


def test_lifelines_say_how_a_process_reaches_the_database(tmp_path: Path) -> None:
    """2014.1 to 20.0.0 nova-network asks nova-conductor as nova-compute does."""
    asking = """
    from nova import objects
    from nova.conductor import rpcapi as conductor_rpcapi


    def main():
        objects.base.NovaObject.indirection_api = conductor_rpcapi.ConductorAPI()
    """
    files = {**API, "nova/conductor/manager.py": CONDUCTOR, "nova/cmd/scheduler.py": asking, "nova/db/api.py": ""}
    flow = trees.flow(tmp_path, files, "nova.compute.api.API.run")
    found = [(one.name, one.database) for one in flow.participants]
    assert found == [("nova-api", "direct"), ("nova-conductor", "direct"), ("nova-compute", "direct")]
    changed = trees.flow(tmp_path / "changed", {**files, "nova/cmd/compute.py": asking}, "nova.compute.api.API.run")
    assert [one.database for one in changed.participants] == ["direct", "direct", "conductor"]


def test_without_a_database_nothing_says_how_a_process_reaches_it(tmp_path: Path) -> None:
    """Neutron and Cinder have their databases elsewhere."""
    flow = trees.flow(tmp_path, {**API, "nova/conductor/manager.py": CONDUCTOR}, "nova.compute.api.API.run")
    found = [(one.name, one.database) for one in flow.participants]
    assert found == [("nova-api", None), ("nova-conductor", None), ("nova-compute", None)]


def test_that_an_attribute_is_not_none_is_known_on_the_other_side(tmp_path: Path) -> None:
    """20.0.0 and newer: a resize that is tried again has hosts left, and asks the scheduler for none."""
    conductor = """
    import oslo_messaging as messaging

    from nova import manager
    from nova.compute import rpcapi as compute_rpcapi
    from nova.scheduler import rpcapi as scheduler_rpcapi


    class ConductorManager(manager.Manager):
        target = messaging.Target(version='3.0')

        def __init__(self):
            super(ConductorManager, self).__init__()
            self.additional_endpoints.append(ComputeTaskManager())


    class ComputeTaskManager(object):
        target = messaging.Target(namespace='compute_task', version='1.5')

        def __init__(self):
            self.compute_rpcapi = compute_rpcapi.ComputeAPI()

        def migrate_server(self, context, instance, live, flavor):
            task = Migration(instance, flavor, self.compute_rpcapi, scheduler_rpcapi.SchedulerAPI())
            task.execute(context)


    class Migration(object):
        def __init__(self, instance, hosts, client, query_client):
            self.instance = instance
            self.hosts = hosts
            self.client = client
            self.query_client = query_client

        def execute(self, context):
            if self.hosts is None:
                selection = self._schedule(context)
            else:
                selection = self.hosts.pop(0)
            self.instance.host = selection.host
            self.client.get_console(context, self.instance, self.hosts)

        def _schedule(self, context):
            selections = self.query_client.select_destinations(context, self.instance)
            selection, self.hosts = selections[0], selections[1:]
            return selection
    """
    compute = """
    from nova import manager
    from nova.conductor import rpcapi


    class ComputeManager(manager.Manager):
        def __init__(self):
            super(ComputeManager, self).__init__()
            self.task_rpcapi = rpcapi.ComputeTaskAPI()

        def get_console(self, context, instance, console_type):
            try:
                self.driver.migrate(instance)
            except Exception:
                self.task_rpcapi.migrate_server(context, instance, False, console_type)
    """
    assert told(tmp_path, "nova.compute.api.API.run", conductor__manager=conductor, compute__manager=compute) == text(
        """
        cast nova-conductor migrate_server because do_cast=True
          opt self.hosts is None
            call nova-scheduler select_destinations
          call nova-compute get_console
            failure Exception
              call nova-conductor migrate_server because do_cast=False
                call nova-compute get_console
                  again 3
        """
    )
