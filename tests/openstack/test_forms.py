"""Forms of other projects that are not read: the answer names them, and does not call what it lacks absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.openstack.rpc_methods import rpc_methods
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "setup.cfg": (
        "[metadata]\nname = ironic\nauthor = OpenStack\n\n[entry_points]\nconsole_scripts =\n"
        "    ironic-conductor = ironic.cmd.conductor:main\n"
    ),
    "ironic/__init__.py": "",
    "ironic/cmd/__init__.py": "",
    "ironic/cmd/conductor.py": "def main():\n    pass\n",
    "ironic/conductor/__init__.py": "",
    "ironic/conductor/manager.py": (
        "from futurist import periodics\n\n\n"
        "class ConductorManager(object):\n"
        "    @periodics.periodic(spacing=60)\n    def _sync_power_states(self, context):\n        pass\n\n"
        "    @periodics.periodic(spacing=30)\n    def _check_timeouts(self, context):\n        pass\n"
    ),
    "ironic/common/__init__.py": "",
    "ironic/common/rpc_service.py": (
        "from ironic.common import rpc\n\n\n"
        "class RPCService(object):\n    def start(self, target):\n"
        "        self.rpcserver = rpc.get_server(target, [self.manager], None)\n"
    ),
    "ironic/common/rpc.py": "def get_server(target, endpoints, serializer):\n    pass\n",
    "ironic/agent.py": (
        "import taskflow.engines\n"
        "from futurist import ThreadPoolExecutor\n"
        "from neutron_lib import rpc as n_rpc\n\n\n"
        "class PluginApi(object):\n    def __init__(self, target):\n        self.client = n_rpc.get_client(target)\n\n"
        "    def get_routers(self, context):\n"
        "        cctxt = self.client.prepare()\n        return cctxt.call(context, 'sync_routers')\n\n\n"
        "def create(context):\n"
        "    engine = taskflow.engines.load(None)\n    engine.run()\n\n\n"
        "def look(context):\n    ThreadPoolExecutor(4)\n"
    ),
}


def program(folder: Path, changes: dict[str, str] | None = None) -> Program:
    for path, text in {**FILES, **(changes or {})}.items():
        place = folder / "ironic-1" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Program(open_checkout(str(folder / "ironic-1")))


def test_tasks_of_futurist_are_not_called_absent(tmp_path: Path) -> None:
    answer = periodic_tasks(program(tmp_path))
    message = (
        "tasks that are made by futurist.periodics.periodic (2 places, the first here) are not read: the rows lack them"
    )
    assert (answer.rows, answer.problems) == ((), (Problem(Kind.FORM, message, "ironic/conductor/manager.py", 6),))


def test_an_executor_of_futurist_makes_no_tasks(tmp_path: Path) -> None:
    manager = "import futurist\n\n\ndef run(work):\n    futurist.ThreadPoolExecutor().submit(work)\n"
    answer = periodic_tasks(program(tmp_path, {"ironic/conductor/manager.py": manager}))
    assert (answer.rows, answer.problems) == ((), ())


def test_both_ends_of_messages_of_other_forms_are_named(tmp_path: Path) -> None:
    answer = rpc_methods(program(tmp_path))
    servers = (
        "servers of messages that are made by ironic.common.rpc.get_server (here) are not read: "
        "the rows lack what they answer"
    )
    clients = (
        "RPC clients that are made by neutron_lib.rpc.get_client (here) are not read: the rows lack what they send"
    )
    assert (answer.rows, answer.problems) == (
        (),
        (
            Problem(Kind.FORM, servers, "ironic/common/rpc_service.py", 6),
            Problem(Kind.FORM, clients, "ironic/agent.py", 8),
        ),
    )


def test_a_flow_names_the_library_that_it_hands_work_to(tmp_path: Path) -> None:
    asked = program(tmp_path)
    found = {}
    for name in ("PluginApi.get_routers", "ironic.agent.create", "ironic.agent.look"):
        answer = rpc_flow(asked, name)
        (flow,) = answer.rows
        assert flow.messages == ()
        found[name] = [one.expression for one in flow.unfollowed], list(answer.problems)
    form = "the flow hands work to {} (here), which is not followed: messages may be missing"
    assert found == {
        "PluginApi.get_routers": (
            ["cctxt.call"],
            [Problem(Kind.FORM, form.format("neutron_lib.rpc.get_client"), "ironic/agent.py", 12)],
        ),
        "ironic.agent.create": (
            ["taskflow.engines.load"],
            [Problem(Kind.FORM, form.format("taskflow.engines"), "ironic/agent.py", 16)],
        ),
        "ironic.agent.look": ([], []),
    }


def test_who_touches_the_database_is_not_known_without_its_functions(tmp_path: Path) -> None:
    answer = db_calls(program(tmp_path))
    message = "there is no ironic/db/api.py: which functions of ironic touch the database is not known"
    assert (answer.rows, answer.problems) == ((), (Problem(Kind.FORM, message),))
