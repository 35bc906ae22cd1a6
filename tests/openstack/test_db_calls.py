"""Database calls of a small tree by every way, and of real releases."""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Caller, DbCall
from sphinxext.nova.openstack.database.catalogue import TRANSACTIONS
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.problems import QuestionError, Source
from sphinxext.nova.program import Program
from tests.small_database import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

LINES = {"constraint": 4, "instance_get_by_uuid": 9, "instance_update": 13, "instance_destroy": 19}
MANAGER = "nova.compute.manager.ComputeManager"


def row(
    service: str | None, name: str, access: str | None, route: str, *callers: tuple[str, int], **more: object
) -> DbCall:
    through = more.pop("through", None)
    return DbCall(
        service=service,
        function=f"nova.db.api.{name}",
        implementation=f"nova.db.sqlalchemy.api.{name}",
        file="nova/db/sqlalchemy/api.py",
        line=LINES[name],
        access=access,
        route=route,
        object=f"nova.objects.instance.Instance.{through}" if through else None,
        objects=(f"nova.objects.instance.Instance.{through}",) if through else (),
        callers=tuple(Caller(name, _file(name), line) for name, line in callers),
        **{"process": "nova-conductor", "blocked": False, **more},  # type: ignore[arg-type]
    )


def _file(name: str) -> str:
    *modules, last, _ = name.split(".")
    return "/".join(modules if last[0].isupper() else (*modules, last)) + ".py"


STOP = (f"{MANAGER}._stop", 20)
INSIDE = ("nova.db.sqlalchemy.api.instance_update", 14)
STRAIGHT = {"process": "nova-compute", "blocked": True}
PREPARED = {"process": "nova-compute"}
COMPUTE = (
    row("nova-compute", "constraint", None, "direct", STOP, **PREPARED),
    row("nova-compute", "instance_destroy", "write", "direct", STOP, **STRAIGHT),
    row("nova-compute", "instance_get_by_uuid", "read", "conductor", INSIDE, inside=True),
    row(
        "nova-compute",
        "instance_get_by_uuid",
        "read",
        "object",
        (f"{MANAGER}.stop_instance", 16),
        through="get_by_uuid",
    ),
    row("nova-compute", "instance_update", "write", "conductor", (f"{MANAGER}.start_instance", 13)),
    row("nova-compute", "instance_update", "write", "object", (f"{MANAGER}.start_instance", 12), through="save"),
)
CONDUCTOR = (
    row(
        "nova-conductor",
        "instance_get_by_uuid",
        "read",
        "direct",
        INSIDE,
        inside=True,
    ),
    row(
        "nova-conductor",
        "instance_update",
        "write",
        "direct",
        ("nova.conductor.manager.ConductorManager.instance_update", 7),
    ),
)


@pytest.fixture
def small(tmp_path: Path) -> Program:
    return Program(open_checkout(str(make(tmp_path, FILES))))


def test_every_way_of_every_service(small: Program) -> None:
    answer = db_calls(small)
    assert answer.rows == (*COMPUTE, *CONDUCTOR)
    assert answer.problems == ()
    assert {
        Source("mentions", "nova", TRANSACTIONS),
        Source("file", "nova/db/api.py"),
        Source("ref", ""),
    } <= answer.sources


def test_of_a_service_and_of_a_function(small: Program) -> None:
    assert db_calls(small, "nova-compute").rows == COMPUTE
    assert db_calls(small, "nova-conductor").rows == CONDUCTOR
    assert db_calls(small, "ComputeManager._stop").rows == COMPUTE[:2]
    assert [row.function.rpartition(".")[2] for row in db_calls(small, "compute.start_instance").rows] == [
        "instance_get_by_uuid",
        "instance_get_by_uuid",
        "instance_update",
        "instance_update",
    ]


def test_a_later_question_depends_on_what_an_earlier_one_looked_at(small: Program, tmp_path: Path) -> None:
    """What was walked for one is not walked again for the other, whose page must be read again all the same."""
    alone = db_calls(Program(open_checkout(str(tmp_path))), "nova-compute")
    db_calls(small)
    later = db_calls(small, "nova-compute")
    assert later.rows == alone.rows
    assert alone.sources <= later.sources


def test_a_bad_file_is_a_problem_of_every_question(tmp_path: Path) -> None:
    bad = {"nova/objects/instance.py": f"{FILES['nova/objects/instance.py']}\n\ndef (\n"}
    made = Program(open_checkout(str(make(tmp_path, {**FILES, **bad}))))
    problems = db_calls(made).problems
    assert [problem.file for problem in problems] == ["nova/objects/instance.py"]
    assert db_calls(made, "nova-compute").problems == problems


def test_a_process_that_may_do_everything_itself(tmp_path: Path) -> None:
    free = {**FILES, "nova/cmd/compute.py": "def main():\n    pass\n"}
    rows = db_calls(Program(open_checkout(str(make(tmp_path, free))))).rows
    assert [(row.route, row.process, row.blocked) for row in rows if row.service == "nova-compute"] == [
        ("direct", "nova-compute", False),
        ("direct", "nova-compute", False),
        ("conductor", "nova-conductor", False),
        ("object", "nova-compute", False),
        ("conductor", "nova-conductor", False),
        ("object", "nova-compute", False),
    ]


AUSTIN = {
    "setup.cfg": "[metadata]\nname = nova\n",
    "setup.py": "from setuptools import setup\n\nsetup(scripts=['bin/nova-scheduler'])\n",
    "bin/nova-scheduler": dedent("""\
        from nova import service

        if __name__ == '__builtin__':
            application = service.Service.create()
        """),
    "nova/flags.py": dedent("""\
        DEFINE_string('scheduler_manager', 'nova.scheduler.manager.SchedulerManager', 'Manager')
        DEFINE_string('scheduler_topic', 'scheduler', 'Topic')
        DEFINE_string('scheduler_driver', 'nova.scheduler.driver.Scheduler', 'Driver')
        FLAGS = None
        """),
    "nova/rpc.py": "def cast(context, topic, msg):\n    pass\n",
    "nova/utils.py": "def import_object(import_str):\n    pass\n",
    "nova/db/__init__.py": "from nova.db.api import *\n",
    "nova/db/api.py": dedent("""\
        def host_get_all(context, topic):
            return IMPL.host_get_all(context, topic)


        def service_get(context, host):
            return IMPL.service_get(context, host)
        """),
    "nova/db/sqlalchemy/__init__.py": "",
    "nova/db/sqlalchemy/api.py": dedent("""\
        def host_get_all(context, topic):
            return get_session().query(models.Host).all()


        def service_get(context, host):
            return get_session().query(models.Service).first()
        """),
    "nova/service.py": dedent("""\
        from twisted.application import service

        from nova import db


        class Service(object, service.Service):
            def startService(self):
                db.service_get(None, self.host)

            @classmethod
            def create(cls, host=None, binary=None):
                application = service.Application(binary)
                cls(host, binary).setServiceParent(application)
                return application
        """),
    "nova/compute/__init__.py": "",
    "nova/compute/api.py": dedent("""\
        from nova import flags
        from nova import rpc

        FLAGS = flags.FLAGS


        def run(context, instance_id):
            rpc.cast(context, FLAGS.scheduler_topic,
                     {'method': 'run_instance', 'args': {'topic': 'compute', 'instance_id': instance_id}})
        """),
    "nova/scheduler/__init__.py": "",
    "nova/scheduler/driver.py": dedent("""\
        from nova import db


        class Scheduler(object):
            def schedule_run_instance(self, context, topic, **kwargs):
                return db.host_get_all(context, topic)
        """),
    "nova/scheduler/manager.py": dedent("""\
        import functools

        from nova import flags
        from nova import utils

        FLAGS = flags.FLAGS


        class SchedulerManager(object):
            def __init__(self):
                self.driver = utils.import_object(FLAGS.scheduler_driver)

            def __getattr__(self, key):
                return functools.partial(self._schedule, key)

            def _schedule(self, method, context, topic, **kwargs):
                getattr(self.driver, 'schedule_%s' % method)(context, topic, **kwargs)
        """),
}


def test_a_scheduler_whose_methods_have_no_names_and_that_twisted_starts(tmp_path: Path) -> None:
    answer = db_calls(Program(open_checkout(str(make(tmp_path, AUSTIN)))), "nova-scheduler")
    assert answer.problems == ()
    assert [(row.function, row.route, row.callers) for row in answer.rows] == [
        (
            "nova.db.api.host_get_all",
            "direct",
            (Caller("nova.scheduler.driver.Scheduler.schedule_run_instance", "nova/scheduler/driver.py", 6),),
        ),
        ("nova.db.api.service_get", "direct", (Caller("nova.service.Service.startService", "nova/service.py", 8),)),
    ]


KEEPING: dict[str, str | None] = {
    "nova/service.py": (
        "from nova import servicegroup\n\n"
        "SERVICE_MANAGERS = {\n"
        "    'nova-compute': 'nova.compute.manager.ComputeManager',\n"
        "    'nova-conductor': 'nova.conductor.manager.ConductorManager',\n"
        "}\n\n\n"
        "class Service(object):\n"
        "    def __init__(self, binary, db_allowed=True):\n"
        "        self.servicegroup_api = servicegroup.API(db_allowed=db_allowed)\n\n"
        "    def start(self):\n"
        "        self.servicegroup_api.join(self)\n\n"
        "    @classmethod\n"
        "    def create(cls, binary=None, db_allowed=True):\n"
        "        return cls(binary, db_allowed=db_allowed)\n"
    ),
    "nova/servicegroup.py": (
        "from nova.conductor import rpcapi as conductor_rpcapi\n"
        "from nova import db\n\n\n"
        "class Driver(object):\n"
        "    def __init__(self, db_allowed=True):\n"
        "        self.db_allowed = db_allowed\n"
        "        self.conductor = conductor_rpcapi.ConductorAPI()\n\n"
        "    def join(self, service):\n"
        "        if self.db_allowed:\n"
        "            db.instance_update(None, None, {})\n"
        "        else:\n"
        "            self.conductor.instance_update(None, None, {})\n\n\n"
        "class API(object):\n"
        "    _driver = None\n\n"
        "    def __new__(cls, *args, **kwargs):\n"
        "        if not cls._driver:\n"
        "            cls._driver = Driver(*args, **kwargs)\n"
        "        return super(API, cls).__new__(cls)\n\n"
        "    def join(self, service):\n"
        "        self._driver.join(service)\n"
    ),
    "nova/compute/manager.py": (
        "from nova import manager\n"
        "from nova import servicegroup\n\n\n"
        "class ComputeManager(manager.Manager):\n"
        "    def __init__(self):\n"
        "        self.servicegroup_api = servicegroup.API()\n\n"
        "    def start_instance(self, context, instance):\n"
        "        self.servicegroup_api.join(instance)\n"
    ),
}


def test_what_the_start_of_a_process_keeps_on_a_class_is_what_all_of_it_finds_there(tmp_path: Path) -> None:
    folder = make(tmp_path, {**FILES, **KEEPING})
    expected = [
        ("nova-compute", "conductor", False, "Driver.join", 14),
        ("nova-conductor", "direct", False, "ConductorManager.instance_update", 7),
        ("nova-conductor", "direct", False, "Driver.join", 12),
    ]

    def found(program: Program, of: str) -> list[tuple[object, ...]]:
        return [
            (row.service, row.route, row.blocked, ".".join(caller.name.split(".")[-2:]), caller.line)
            for row in db_calls(program, of).rows
            for caller in row.callers
            if not row.inside
        ]

    whole = Program(open_checkout(str(folder)))
    assert found(whole, "") == expected
    assert found(whole, "ComputeManager.start_instance") == expected[:1]
    assert found(Program(open_checkout(str(folder))), "ComputeManager.start_instance") == expected[:1]


MAKING: dict[str, str | None] = {
    "nova/service.py": (
        "from nova.compute import manager\n\n"
        "SERVICE_MANAGERS = {\n"
        "    'nova-compute': 'nova.compute.manager.ComputeManager',\n"
        "    'nova-conductor': 'nova.conductor.manager.ConductorManager',\n"
        "}\n\n\n"
        "class Service(object):\n"
        "    def __init__(self, host):\n"
        "        self.manager = manager.ComputeManager(host=host)\n\n"
        "    def start(self):\n"
        "        self.manager.init_host()\n\n"
        "    @classmethod\n"
        "    def create(cls, binary=None):\n"
        "        return cls('here')\n"
    ),
    "nova/compute/manager.py": (
        "from nova import db\n"
        "from nova import manager\n\n\n"
        "class Here(object):\n"
        "    def run(self):\n"
        "        db.instance_update(None, None, {})\n\n\n"
        "class Nowhere(object):\n"
        "    def run(self):\n"
        "        db.instance_destroy(None, None)\n\n\n"
        "class ComputeManager(manager.Manager):\n"
        "    def __init__(self, host=None):\n"
        "        self.place = Here() if host else Nowhere()\n\n"
        "    def init_host(self):\n"
        "        self.place.run()\n\n"
        "    def start_instance(self, context):\n"
        "        self.place.run()\n"
    ),
    "nova/cmd/compute.py": "def main():\n    pass\n",
}


@pytest.mark.parametrize("of", ["nova-compute", "ComputeManager.start_instance", "compute.start_instance"])
def test_what_answers_is_what_the_start_of_the_process_has_made(tmp_path: Path, of: str) -> None:
    rows = db_calls(Program(open_checkout(str(make(tmp_path, {**FILES, **MAKING})))), of).rows
    assert [(row.function, [caller.line for caller in row.callers]) for row in rows if not row.inside] == [
        ("nova.db.api.instance_update", [7])
    ]


def test_the_client_of_another_project_touches_the_database_too(tmp_path: Path) -> None:
    client = {
        "nova/network/__init__.py": "",
        "nova/network/neutron.py": (
            "from nova.objects import instance as instance_obj\n\n\n"
            "class API(object):\n"
            "    def deallocate(self, context, instance):\n"
            "        self.client.delete_port(instance.uuid)\n"
            "        instance.save(context)\n"
        ),
        "nova/compute/manager.py": (
            "from nova import manager\n"
            "from nova.network import neutron\n\n\n"
            "class ComputeManager(manager.Manager):\n"
            "    def stop_instance(self, context, instance):\n"
            "        neutron.API().deallocate(context, instance)\n"
        ),
    }
    rows = db_calls(Program(open_checkout(str(make(tmp_path, {**FILES, **client})))), "nova-compute").rows
    assert [(row.function, row.route, row.callers) for row in rows if not row.inside] == [
        (
            "nova.db.api.instance_update",
            "object",
            (Caller("nova.network.neutron.API.deallocate", "nova/network/neutron.py", 7),),
        ),
    ]


def test_what_passes_on_consoles_is_a_service(tmp_path: Path) -> None:
    proxy = {
        "setup.cfg": (FILES["setup.cfg"] or "") + "    nova-novncproxy = nova.cmd.novncproxy:main\n",
        "nova/cmd/novncproxy.py": "def main():\n    pass\n",
        "nova/console/__init__.py": "",
        "nova/console/websocketproxy.py": (
            "import websockify\n\n"
            "from nova.objects import instance as instance_obj\n\n\n"
            "class NovaProxyRequestHandler(websockify.ProxyRequestHandler):\n"
            "    def new_websocket_client(self):\n"
            "        return instance_obj.Instance.get_by_uuid(None, self.token)\n"
        ),
    }
    program = Program(open_checkout(str(make(tmp_path, {**FILES, **proxy}))))
    assert {row.service for row in db_calls(program).rows} == {"nova-compute", "nova-conductor", "nova-novncproxy"}
    [found] = db_calls(program, "nova-novncproxy").rows
    assert (found.function, found.process, found.blocked) == (
        "nova.db.api.instance_get_by_uuid",
        "nova-novncproxy",
        False,
    )


def test_functions_that_call_others_go_through_helpers_and_decorators_and_fail_before_where_they_are_blocked(
    tmp_path: Path,
) -> None:
    backend = FILES["nova/db/sqlalchemy/api.py"] or ""
    backend = backend.replace(
        "def instance_destroy(context, uuid, constraint=None):\n",
        "def require_instance(f):\n"
        "    def wrapper(context, uuid, *args):\n"
        "        instance_get_by_uuid(context, uuid)\n"
        "        return f(context, uuid, *args)\n"
        "    return wrapper\n\n\n"
        "def _forget(context, uuid):\n"
        "    nova.db.instance_update(context, uuid, {})\n\n\n"
        "@require_instance\n"
        "def instance_destroy(context, uuid, constraint=None):\n"
        "    _forget(context, uuid)\n",
    ).replace("from nova.db.sqlalchemy import models", "import nova.db\nfrom nova.db.sqlalchemy import models")
    free = {**FILES, "nova/db/sqlalchemy/api.py": backend, "nova/cmd/compute.py": "def main():\n    pass\n"}
    rows = db_calls(Program(open_checkout(str(make(tmp_path / "free", free)))), "ComputeManager._stop").rows
    assert [(row.function.rpartition(".")[2], row.callers[0].line) for row in rows if row.inside] == [
        ("instance_get_by_uuid", 15),
        ("instance_update", 28),
    ]
    assert [caller.name.rpartition("api.")[2] for row in rows if row.inside for caller in row.callers] == [
        "instance_update",
        "require_instance.wrapper",
        "_forget",
    ]
    blocked = {**FILES, "nova/db/sqlalchemy/api.py": backend}
    rows = db_calls(Program(open_checkout(str(make(tmp_path / "blocked", blocked)))), "ComputeManager._stop").rows
    assert [(row.function.rpartition(".")[2], row.blocked) for row in rows] == [
        ("constraint", False),
        ("instance_destroy", True),
    ]


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("nova-computer", "no function nova-computer in nova 2013.2; near matches: nova-compute"),
        ("ComputeManager.gone", "no function ComputeManager.gone in nova 2013.2"),
    ],
)
def test_what_is_not_there(small: Program, of: str, message: str) -> None:
    with pytest.raises(QuestionError) as found:
        db_calls(small, of)
    assert str(found.value).startswith(message)
    assert "\n" not in str(found.value)


def test_the_command_line_gives_the_whole_answer(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova", FILES)
    command = [sys.executable, "-P", "-m", "sphinxext.nova", "db-calls", "nova-conductor", "--checkout", str(folder)]
    run = subprocess.run([*command, "--format", "json", "--cache-dir", ""], check=True, capture_output=True, text=True)
    answers = json.loads(run.stdout)["answers"]
    assert [answer["function"] for answer in answers if answer["inside"]] == ["nova.db.api.instance_get_by_uuid"]
    assert answers[1:] == [
        {
            "service": "nova-conductor",
            "function": "nova.db.api.instance_update",
            "implementation": "nova.db.sqlalchemy.api.instance_update",
            "file": "nova/db/sqlalchemy/api.py",
            "line": 13,
            "access": "write",
            "route": "direct",
            "object": None,
            "objects": [],
            "process": "nova-conductor",
            "blocked": False,
            "callers": [
                {
                    "name": "nova.conductor.manager.ConductorManager.instance_update",
                    "file": "nova/conductor/manager.py",
                    "line": 7,
                }
            ],
            "inside": False,
            "drivers": [],
            "by_drivers_only": False,
        }
    ]


def test_what_a_server_calls_of_the_metadata_api(tmp_path: Path) -> None:
    handler = """
        import webob.dec

        from nova import db
        from nova import wsgi


        class MetadataRequestHandler(wsgi.Application):
            @webob.dec.wsgify(RequestClass=wsgi.Request)
            def __call__(self, req):
                return db.instance_get_by_uuid(None, req.headers.get('X-Instance-ID'))
        """
    changes = {"nova/api/metadata/handler.py": dedent(handler).lstrip(), "nova/api/metadata/__init__.py": ""}
    program = Program(open_checkout(make(tmp_path, {**FILES, **changes})))
    assert [(row.function, row.callers) for row in db_calls(program, "nova-api-metadata").rows] == [
        (
            "nova.db.api.instance_get_by_uuid",
            (Caller("nova.api.metadata.handler.MetadataRequestHandler.__call__", "nova/api/metadata/handler.py", 10),),
        )
    ]


def test_the_functions_that_the_routes_of_the_placement_api_lead_to(tmp_path: Path) -> None:
    """Each of those that have one name for several versions, without the decorators of libraries."""
    placement = {
        "handler": """
            from nova.api.openstack.placement import instance

            ROUTE_DECLARATIONS = {
                '/': {'GET': instance.home},
                '/instances/{id}': {'GET': instance.show, 'PUT': instance.update},
                '/gone': {'GET': instance.gone, 'PUT': None, 'POST': [instance.show]},
                '/more': make_more(),
                **instance.MORE,
            }
            """,
        "instance": """
            import webob.dec

            from nova import db


            @webob.dec.wsgify
            def home(req):
                return None


            @webob.dec.wsgify
            def show(req):
                return db.instance_get_by_uuid(None, req.uuid)


            @versions('1.1')
            def update(req):
                return db.instance_update(None, req.uuid)


            @versions('1.2')
            def update(req):
                return db.instance_get_by_uuid(None, req.uuid)
            """,
        "wsgi": """
            from nova import db


            def init_application():
                db.instance_update(None, None)
            """,
        "__init__": "",
    }
    folder = "nova/api/openstack/placement"
    changes = {f"{folder}/{name}.py": dedent(text).lstrip() for name, text in placement.items()}
    made = make(tmp_path, {**FILES, **changes, "nova/api/openstack/__init__.py": ""})
    rows = db_calls(Program(open_checkout(made)), "nova-placement-api").rows
    assert [(row.function, [(caller.name, caller.line) for caller in row.callers]) for row in rows] == [
        (
            "nova.db.api.instance_get_by_uuid",
            [(f"{folder}/instance.show".replace("/", "."), 13), (f"{folder}/instance.update".replace("/", "."), 23)],
        ),
        (
            "nova.db.api.instance_update",
            [
                (f"{folder}/instance.update".replace("/", "."), 18),
                (f"{folder}/wsgi.init_application".replace("/", "."), 5),
            ],
        ),
    ]
