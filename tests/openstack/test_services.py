"""Which processes there are and how each starts: of a small tree, in forms of other eras, and of real releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Kind, Problem, QuestionError, Service, StartStep
from sphinxext.nova.openstack.commands import commands
from sphinxext.nova.openstack.services import find_command, services
from sphinxext.nova.program import Program
from tests.openstack.record_services import EXPECTED, told
from tests.openstack.test_history import tags
from tests.small_nova import make
from tests.small_services import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sphinxext.nova.program import Cache

API_WORKERS = "getattr(CONF, '%s_workers' % name, None) or cpus()"
BASE = "nova.baserpc.BaseRPCAPI"


def program(folder: Path, files: Mapping[str, str | None]) -> Program:
    return Program(open_checkout(str(make(folder, files))))


def service(binary: str, kind: str, file: str, line: int, **other: object) -> Service:
    values: dict[str, object] = {
        "entry_point": f"{file.removesuffix('.py').replace('/', '.')}:main",
        "topics": (),
        "manager": None,
        "endpoints": (),
        "workers": None,
        "workers_option": None,
        "workers_default": None,
        "database": None,
        "missing": False,
    }
    return Service(binary=binary, kind=kind, file=file, line=line, **{**values, **other})  # type: ignore[arg-type]


def test_one_of_each_kind(tmp_path: Path) -> None:
    answer = services(program(tmp_path, FILES))
    assert answer.problems == ()
    assert answer.rows == (
        service("nova-all", "all-in-one", "nova/cmd/all.py", 4),
        service(
            "nova-api",
            "wsgi",
            "nova/cmd/api.py",
            8,
            workers=API_WORKERS,
            workers_option="ec2_workers, metadata_workers",
        ),
        service(
            "nova-api-metadata",
            "wsgi",
            "nova/cmd/api_metadata.py",
            4,
            manager="nova.api.manager.MetadataManager",
            workers=API_WORKERS,
            workers_option="metadata_workers",
            workers_default=2,
        ),
        service(
            "nova-compute",
            "single-process",
            "nova/cmd/compute.py",
            10,
            topics=("compute",),
            manager="nova.compute.manager.ComputeManager",
            endpoints=(BASE,),
            database="conductor",
        ),
        service(
            "nova-conductor",
            "multi-process",
            "nova/cmd/conductor.py",
            8,
            topics=("conductor",),
            manager="nova.conductor.manager.ConductorManager",
            endpoints=("nova.conductor.manager.ComputeTaskManager", BASE),
            workers="CONF.conductor.workers or 1",
            workers_option="conductor.workers",
        ),
        service("nova-gone", "command", "setup.cfg", 12, entry_point="nova.cmd.gone:main", missing=True, database=None),
        service("nova-manage", "command", "nova/cmd/manage.py", 1),
        service("nova-novncproxy", "proxy", "nova/cmd/novncproxy.py", 4),
        service("nova-rootwrap", "command", "setup.cfg", 15, entry_point="oslo.rootwrap.cmd:main", database=None),
    )


def test_the_steps_of_a_service_and_of_an_api(tmp_path: Path) -> None:
    answer = services(program(tmp_path, FILES), "nova-compute", "nova-api", with_start=True)
    compute, api = [row.start for row in answer.rows]
    assert compute == (
        StartStep("main", "nova.cmd.compute:main", "nova/cmd/compute.py", 10),
        StartStep("database", "nova.cmd.compute.block_db_access", "nova/cmd/compute.py", 6),
        StartStep("database", "nova.objects.base.NovaObject.indirection_api", "nova/cmd/compute.py", 13),
        StartStep("create", "nova.service.Service.create", "nova/service.py", 44),
        StartStep("manager", "nova.compute.manager.ComputeManager", "nova/compute/manager.py", 4),
        StartStep("serve", "nova.service.serve", "nova/service.py", 67),
        StartStep("init_host", "nova.compute.manager.ComputeManager.init_host", "nova/compute/manager.py", 5),
        StartStep("pre_start_hook", "nova.manager.Manager.pre_start_hook", "nova/manager.py", 20),
        StartStep("rpc_server", "compute", "nova/service.py", 35),
        StartStep("rpc_server", "compute.HOST", "nova/service.py", 37),
        StartStep("rpc_server", "compute_fanout", "nova/service.py", 38),
        StartStep("post_start_hook", "nova.manager.Manager.post_start_hook", "nova/manager.py", 23),
        StartStep("join", "nova.servicegroup.api.API.join", "nova/servicegroup/api.py", 2),
        StartStep("periodic_tasks", "nova.service.Service.periodic_tasks", "nova/service.py", 47),
    )
    assert api == (
        StartStep("main", "nova.cmd.api:main", "nova/cmd/api.py", 8),
        StartStep("launcher", "nova.service.process_launcher", "nova/service.py", 63),
        StartStep("create", "nova.service.WSGIService", "nova/service.py", 51),
        StartStep("application", "ec2", "nova/service.py", 53),
        StartStep("application", "metadata", "nova/service.py", 53),
        StartStep("serve", "launcher.launch_service", "nova/cmd/api.py", 15),
        StartStep("workers", API_WORKERS, "nova/service.py", 54),
        StartStep("listen", "nova.wsgi.Server.start", "nova/wsgi.py", 2),
    )


def test_only_starting_is_asked_for(tmp_path: Path) -> None:
    asked = program(tmp_path, FILES)
    assert {row.start for row in services(asked).rows} == {None}
    started = {row.binary: row.start for row in services(asked, with_start=True).rows}
    assert started["nova-gone"] == started["nova-rootwrap"] == ()
    assert [step.name for step in started["nova-all"] or () if step.what == "service"] == [
        "nova-compute",
        "nova-conductor",
    ]


def test_what_is_not_there_names_near_matches(tmp_path: Path) -> None:
    asked = program(tmp_path, FILES)
    for ask in (services, find_command):
        with pytest.raises(
            QuestionError, match=r"no service or command nova-compte in nova 2013\.2; near matches: nova-compute"
        ) as met:
            ask(asked, "nova-compte")
        assert met.value.kind is Kind.NAME


TWISTED = {
    "setup.cfg": None,
    "bin/nova-example": None,
    "bin/nova-volume": (
        "#!/usr/bin/env python\nfrom nova import service\nfrom nova import twistd\n\n"
        "if __name__ == '__main__':\n    twistd.serve(__file__)\n\n"
        "if __name__ == '__builtin__':\n    application = service.Service.create()\n"
    ),
    "bin/nova-api": (
        "#!/usr/bin/env python\nfrom nova import server\n\n\ndef main(_args):\n    from nova import wsgi\n"
        "    wsgi.run_server(api.API(), FLAGS.api_port)\n\n\n"
        "if __name__ == '__main__':\n    server.serve('nova-api', main)\n"
    ),
    "nova/twistd.py": "def serve(filename):\n    pass\n",
    "nova/server.py": "def serve(name, main):\n    main()\n",
    "nova/flags.py": "FLAGS.DEFINE_string('volume_manager', 'nova.volume.Manager', 'manager for volume')\n",
    "nova/volume.py": "class Manager(object):\n    def init_host(self):\n        pass\n",
    "nova/service.py": (
        "class Service(object, service.Service):\n    def startService(self):\n"
        "        manager_class = utils.import_class(self.manager_class_name)\n"
        "        self.manager = manager_class(host=self.host)\n        self.manager.init_host()\n"
        "        consumer = rpc.AdapterConsumer(connection=conn, topic=self.topic, proxy=self)\n"
        "        pulse = task.LoopingCall(self.report_state)\n\n"
        "    @classmethod\n    def create(cls, binary=None, topic=None):\n        return cls(binary, topic)\n\n"
        "    def report_state(self):\n        pass\n"
    ),
}


def test_twistd(tmp_path: Path) -> None:
    answer = services(program(tmp_path, TWISTED), with_start=True)
    steps = [step for row in answer.rows for step in row.start or ()]
    assert [(row.binary, row.kind, row.topics, row.manager, row.line) for row in answer.rows] == [
        ("nova-api", "wsgi", (), None, 10),
        ("nova-volume", "single-process", ("volume",), "nova.volume.Manager", 5),
    ]
    assert [(step.what, step.name, step.line) for step in steps] == [
        ("main", "bin/nova-api", 10),
        ("serve", "nova.server.serve", 1),
        ("application", "wsgi.run_server", 7),
        ("main", "bin/nova-volume", 5),
        ("serve", "nova.twistd.serve", 1),
        ("create", "nova.service.Service.create", 10),
        ("manager", "nova.volume.Manager", 1),
        ("init_host", "nova.volume.Manager.init_host", 2),
        ("rpc_server", "volume", 6),
        ("report_state", "nova.service.Service.report_state", 13),
    ]


def test_a_service_that_says_nothing_goes_by_the_name_of_its_script(tmp_path: Path) -> None:
    files = {
        **TWISTED,
        "bin/nova-volume": (
            "#!/usr/bin/env python\nfrom nova import service\n\n"
            "if __name__ == '__main__':\n    service.serve()\n    service.wait()\n"
        ),
        "nova/service.py": (
            "class Service(object):\n    def __init__(self, manager):\n"
            "        manager_class = utils.import_class(manager)\n        self.manager = manager_class(host=1)\n\n"
            "    def start(self):\n        self.manager.init_host()\n\n\ndef serve(*services):\n    pass\n"
        ),
    }
    (row,) = services(program(tmp_path, files), "nova-volume", with_start=True).rows
    assert (row.kind, row.topics, row.manager) == ("single-process", ("volume",), "nova.volume.Manager")
    assert [step.what for step in row.start or ()] == ["main", "serve", "manager", "init_host"]


def test_two_topics_and_no_access_to_the_database(tmp_path: Path) -> None:
    files = {
        **FILES,
        "nova/cmd/compute.py": (
            "import nova.db.api\nfrom nova.compute import rpcapi\nfrom nova import service\n\n\ndef main():\n"
            "    nova.db.api.DISABLE_DB_ACCESS = True\n"
            "    server = service.Service.create(binary='nova-compute', topic=rpcapi.TOPIC, topic_alt=rpcapi.ALT)\n"
            "    service.serve(server, workers=1, no_fork=True)\n"
        ),
        "nova/compute/rpcapi.py": "TOPIC = 'compute'\nALT = 'compute-alt'\n",
    }
    (row,) = services(program(tmp_path, files), "nova-compute").rows
    assert (row.kind, row.topics, row.workers, row.workers_option, row.database) == (
        "single-process",
        ("compute", "compute-alt"),
        "1",
        None,
        "conductor",
    )


def test_a_topic_that_only_running_tells_is_a_problem(tmp_path: Path) -> None:
    main = "def main():\n    server = service.Service.create(binary='nova-compute',\n        topic=sys.argv[1])\n"
    answer = services(program(tmp_path, {**FILES, "nova/cmd/compute.py": main}), "nova-compute")
    assert answer.rows[0].topics == ()
    message = "only running tells a topic of nova-compute: sys.argv[1]"
    assert answer.problems == (Problem(Kind.UNRESOLVED, message, "nova/cmd/compute.py", 2),)


@pytest.mark.parametrize(
    "files",
    [
        {"nova/service.py": "class Service(Service):\n    pass\n"},
        {"nova/service.py": None},
        {"nova/cmd/compute.py": "def main():\n    main()\n    x = x\n    service.Service.create(binary=x, topic=x)\n"},
        {"nova/cmd/compute.py": "def main(:\n"},
        {"nova/manager.py": "from nova.manager import Manager\n"},
        {
            "nova/compute/manager.py": (
                "class ComputeManager(object):\n    def __init__(self, host):\n        self.client.ask()\n\n"
                "    def reset(self):\n        self.client = self.client.again(self.client)\n"
            )
        },
    ],
)
def test_hostile_services_end(tmp_path: Path, files: Mapping[str, str | None]) -> None:
    answer = services(program(tmp_path, {**FILES, **files}), with_start=True)
    assert len(answer.rows) == 9
    assert {problem.kind for problem in answer.problems} <= {Kind.SYNTAX, Kind.UNRESOLVED, Kind.MISSING}


@pytest.mark.release
@pytest.mark.parametrize("release_", ["20.0.0", "24.0.0", "30.0.0", "34.0.0"])
def test_the_services_of_real_releases(release: Callable[[str], Path], release_: str) -> None:
    answer = services(Program(open_checkout(str(release(f"nova-{release_}")))), with_start=True)
    assert told(answer.rows) == json.loads((EXPECTED / release_ / "services.json").read_text())
    assert answer.problems == ()


@pytest.mark.release
def test_other_projects_have_such_services_too(release: Callable[[str], Path]) -> None:
    answer = services(Program(open_checkout(str(release("cinder-29.0.0")))))
    assert [(row.binary, row.kind, row.topics, row.manager) for row in answer.rows if row.topics] == [
        ("cinder-backup", "single-process", ("backup",), "cinder.backup.manager.BackupManager"),
        ("cinder-scheduler", "single-process", ("scheduler",), "cinder.scheduler.manager.SchedulerManager"),
        ("cinder-volume", "single-process", ("volume",), "cinder.volume.manager.VolumeManager"),
    ]


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_every_tag_has_its_services(nova_git: Path, facts: Cache, tag: str) -> None:
    asked = Program(open_checkout(f"{nova_git}@{tag}"), facts)
    answer = services(asked, with_start=True)
    assert answer.problems == ()
    rows = {row.binary: row for row in answer.rows}
    assert {row.binary: row.missing for row in answer.rows} == {one.name: one.missing for one in commands(asked)}
    assert (rows["nova-compute"].kind, rows["nova-compute"].topics[:1]) == ("single-process", ("compute",))
    assert rows["nova-compute"].manager == "nova.compute.manager.ComputeManager"
    if (EXPECTED / tag / "services.json").exists():
        assert told(answer.rows) == json.loads((EXPECTED / tag / "services.json").read_text())


DATABASE = {
    "nova/db/__init__.py": "",
    "nova/db/api.py": "def service_get(context):\n    pass\n\n\ndef configure(conf):\n    pass\n",
}
BASE_CLASS = "class Base(object):\n    pass\n"
HANDLER = (
    "from nova import objects\n\n\n"
    "class NovaWebSocketProxy(websockify.WebSocketProxy):\n"
    "    def new(self, token):\n        objects.ConsoleAuthToken.validate(token)\n"
)
MANAGER = (
    "from nova.db import base\n\n\nclass ConductorManager(base.Base):\n    pass\n\n\n"
    "class ComputeTaskManager(object):\n    pass\n"
)


@pytest.mark.parametrize(
    ("binary", "changes", "database"),
    [
        # The command's own module.
        (
            "nova-manage",
            {"nova/cmd/manage.py": "from nova.db import api\n\n\ndef main():\n    api.service_get(None)\n"},
            "direct",
        ),
        # To say where the database is, is not to use it.
        (
            "nova-manage",
            {"nova/cmd/manage.py": "from nova.db import api\n\n\ndef main():\n    api.configure(None)\n"},
            None,
        ),
        ("nova-manage", {}, None),
        # What the command names: the handler of a proxy's requests.
        ("nova-novncproxy", {"nova/console/websocketproxy.py": HANDLER}, "direct"),
        ("nova-novncproxy", {}, None),
        # The manager's base class.
        ("nova-conductor", {"nova/db/base.py": BASE_CLASS, "nova/conductor/manager.py": MANAGER}, "direct"),
        # The modules of an API.
        (
            "nova-api",
            {"nova/api/servers.py": "from nova import objects\n\n\ndef index():\n    objects.Instance.get_by_uuid()\n"},
            "direct",
        ),
        ("nova-api", {}, None),
        # No database functions are known, as in other projects.
        (
            "nova-novncproxy",
            {"nova/console/websocketproxy.py": HANDLER, "nova/db/api.py": None},
            None,
        ),
        # No service answers for the database.
        (
            "nova-compute",
            {"setup.cfg": FILES["setup.cfg"].replace("    nova-conductor = nova.cmd.conductor:main\n", "")},
            None,
        ),
    ],
)
def test_what_uses_the_database_is_what_code_says(
    binary: str, changes: dict[str, str | None], database: str | None, tmp_path: Path
) -> None:
    (row,) = services(program(tmp_path, {**FILES, **DATABASE, **changes}), binary).rows
    assert row.database == database


def test_a_file_of_bin_is_a_command_only_if_it_can_run(tmp_path: Path) -> None:
    files = {
        "bin/nova-example": None,
        "bin/openssl.cnf": "[ca]\ndefault_ca = CA_default\n",
        "bin/make-ca.sh": "#!/bin/sh\n",
        "bin/worker": "#!/usr/bin/env python\n",
    }
    assert [row.binary for row in services(program(tmp_path, files)).rows] == ["make-ca.sh", "worker"]
