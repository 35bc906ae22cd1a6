"""Whom periodic tasks talk to: in a small tree, and in real releases."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Kind, Problem, QuestionError
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.talking import talking_tasks
from sphinxext.nova.program import Program
from tests.conftest import ROOT
from tests.small_nova import make
from tests.small_tasks import FILES, TALKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Program:
    return Program(open_checkout(str(make(tmp_path, {**FILES, **TALKING}))))


def test_messages_the_database_and_what_is_outside_but_not_what_the_receiver_does(small: Program) -> None:
    answer = talking_tasks(small, with_timers=True)
    assert [(row.task, row.talks_to) for row in answer.rows] == [
        ("_poll", ("scheduler.sync", "database", "nova.virt.driver", "nova.volume.cinder")),
        ("_publish", ()),
        ("periodic_tasks", ("scheduler.sync", "database", "nova.virt.driver", "nova.volume.cinder")),
    ]
    assert answer.problems == ()


def test_all_else_is_the_answer_without_it(small: Program) -> None:
    plain, talking = periodic_tasks(small, "nova-compute"), talking_tasks(small, "nova-compute")
    assert tuple(replace(row, talks_to=None) for row in talking.rows) == plain.rows
    assert all(row.talks_to is None for row in plain.rows)
    assert plain.sources <= talking.sources
    assert "nova/scheduler/rpcapi.py" in {source.path for source in talking.sources - plain.sources}


def test_a_timer_whose_function_is_not_known_says_where(tmp_path: Path) -> None:
    service = FILES["nova/service.py"].replace("self.periodic_tasks)", "self.model.report)")
    program = Program(open_checkout(str(make(tmp_path, {**FILES, "nova/service.py": service}))))
    answer = talking_tasks(program, "nova-scheduler", with_timers=True)
    assert [(row.form, row.talks_to) for row in answer.rows] == [("decorator", ()), ("timer", None)]
    assert answer.problems == (
        Problem(Kind.UNRESOLVED, "nothing in the source tells what report is", "nova/service.py", 16),
    )


def test_a_timer_is_called_with_what_the_start_of_the_service_gives_it(tmp_path: Path) -> None:
    changes = {
        "nova/db/__init__.py": "from nova.db.api import *\n",
        "nova/db/api.py": "def service_update(context, values):\n    return IMPL.service_update(context, values)\n",
        "nova/service.py": FILES["nova/service.py"]
        .replace(
            "    def start(self):\n        self.tg.add_dynamic_timer(self.periodic_tasks)\n",
            "    @classmethod\n"
            "    def create(cls, binary=None, topic=None):\n"
            "        return cls()\n\n"
            "    def start(self):\n"
            "        servicegroup.DbDriver().join(self)\n\n"
            "    def store(self):\n"
            "        db.service_update(None, {})\n",
        )
        .replace("from oslo.config", "from nova import db\nfrom nova import servicegroup\nfrom oslo.config"),
        "nova/servicegroup/__init__.py": "from nova.servicegroup.drivers import DbDriver\n",
        "nova/servicegroup/drivers.py": (
            "class DbDriver(object):\n"
            "    def join(self, service):\n"
            "        service.tg.add_timer(10, self._report_state, 10, service)\n\n"
            "    def _report_state(self, service):\n"
            "        service.store()\n"
        ),
    }
    rows = talking_tasks(Program(open_checkout(str(make(tmp_path, {**FILES, **changes})))), with_timers=True).rows
    assert [row.talks_to for row in rows if row.task == "_report_state"] == [("database",)]


OVERRIDING = {
    "nova/compute/manager.py": (
        "from nova import db\n"
        "from nova import manager\n"
        "from nova.virt import driver\n\n\n"
        "class ComputeManager(manager.Manager):\n"
        "    def __init__(self):\n"
        "        self.db = db\n"
        "        self.driver = driver.load_compute_driver()\n"
        "        self.clock = Clock()\n\n"
        "    def periodic_tasks(self, context=None):\n"
        "        self.driver.poll_rescued_instances()\n"
        "        if self.is_due:\n"
        "            self.db.instance_get_all(context)\n"
        "        self.clock.tick()\n"
        "        self.weather.look()\n"
        "        self._sync(context)\n\n"
        "    def _sync(self, context):\n"
        "        self.db.instance_get_all(context)\n"
        "        self.driver.list_instances()\n\n\n"
        "class Clock(object):\n"
        "    def tick(self):\n"
        "        pass\n"
    ),
    "nova/manager.py": "class Manager(object):\n    def periodic_tasks(self, context=None):\n        pass\n",
}


def test_steps_that_call_other_objects(tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path, {**FILES, **TALKING, **OVERRIDING}))))
    answer = talking_tasks(program)
    assert [(row.task, row.line, row.talks_to) for row in answer.rows] == [
        ("poll_rescued_instances", 13, ("nova.virt.driver",)),
        ("instance_get_all", 15, ("database",)),
        ("tick", 16, ()),
        ("look", 17, None),
        ("_sync", 20, ("database", "nova.virt.driver")),
    ]
    message = "nothing in the source tells what look is"
    assert answer.problems == (Problem(Kind.UNRESOLVED, message, "nova/compute/manager.py", 17),)


@pytest.mark.history
def test_reports_and_steps_of_old_releases(nova_git: Path) -> None:
    """Each was looked up in the source."""

    def of(tag: str) -> dict[str, tuple[str, ...] | None]:
        rows = talking_tasks(Program(open_checkout(f"{nova_git}@{tag}")), with_timers=True).rows
        return {f"{row.manager.rpartition('.')[2]}.{row.task}": row.talks_to for row in rows if row.form != "decorator"}

    assert of("2011.2") == {
        "ComputeManager.poll_rescued_instances": ("nova.virt.driver",),
        "ComputeManager._poll_instance_states": ("database", "nova.virt.driver"),
        "InstanceMonitor.updateInstances": ("nova.virt.driver",),
        "SchedulerDependentManager.update_service_capabilities": ("scheduler.update_service_capabilities",),
        "NetworkManager.fixed_ip_disassociate_all_by_timeout": ("database",),
        "Consumer.fetch": (),
        "SchedulerManager.ping": ("database",),
        "Service.periodic_tasks": ("scheduler.update_service_capabilities", "database", "nova.virt.driver"),
        "Service.report_state": ("database",),
        "VNCNovaAuthMiddleware.delete_expired_cache_items": (),
        "VNCProxyAuthManager._delete_expired_tokens": (),
    }
    assert of("2013.2")["DbDriver._report_state"] == ("conductor.service_update", "database")
    assert of("20.0.0")["DbDriver._report_state"] == ("database",)


def test_what_cannot_be_asked(small: Program) -> None:
    with pytest.raises(QuestionError, match="no service or manager nova-komputer in nova"):
        talking_tasks(small, "nova-komputer")


@pytest.mark.release
@pytest.mark.parametrize("release_of", ["15.1.5", "34.0.0"])
def test_whom_the_tasks_of_a_release_talk_to(release: Callable[[str], Path], release_of: str) -> None:
    expected = json.loads((ROOT / "tests" / "expected" / release_of / "talks_to.json").read_text())
    rows = talking_tasks(Program(open_checkout(release(f"nova-{release_of}")))).rows
    assert {f"{row.manager}.{row.task}": list(row.talks_to or ()) for row in rows} == expected
