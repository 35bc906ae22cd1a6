"""What runs by itself, in every form that it has had."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Answer, Kind, PeriodicTask, Problem, QuestionError, TaskOption
from sphinxext.nova.openstack.periodic_tasks import near_tasks, periodic_tasks, tasks_named
from sphinxext.nova.program import Program
from tests.small_nova import make
from tests.small_tasks import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXPECTED = Path(__file__).parent.parent / "expected"
PATH = "nova/compute/manager.py"
PLAIN = {
    "manager": "nova.compute.manager.ComputeManager",
    "services": ("nova-compute",),
    "form": "decorator",
    "file": PATH,
    "interval": 60,
    "enabled": True,
}


def ask(
    folder: Path, files: Mapping[str, str | bytes | None], *arguments: str, timers: bool = False
) -> Answer[PeriodicTask]:
    tree = make(folder / "nova", {**FILES, **files})
    return periodic_tasks(Program(open_checkout(str(tree))), *arguments, with_timers=timers)


def said(answer: Answer[PeriodicTask]) -> list[dict[str, Any]]:
    """Give of each row what differs from a task of nova-compute of which nothing is said, which runs every minute."""
    rows = []
    for row in answer.rows:
        whole = {field.name: getattr(row, field.name) for field in fields(row)}
        rows.append(
            {name: value for name, value in whole.items() if value != PLAIN.get(name) and (name in PLAIN or value)}
        )
    return rows


def option(name: str, default: object, line: int) -> TaskOption:
    return TaskOption(name, default, repr(default), None, PATH, line)


def compute(*lines: str) -> dict[str, str]:
    """Give the module of a manager whose body begins in line 6."""
    head = (
        "from nova import manager",
        "from oslo_config import cfg; from oslo_service import periodic_task",
        "CONF = cfg.CONF",
        "",
    )
    return {PATH: "\n".join((*head, "class ComputeManager(manager.Manager):", *lines)) + "\n"}


LIBRARY = {
    "nova/openstack/common/periodic_task.py": None,
    "nova/manager.py": "class Manager(object):\n    pass\n",
}
"""The mechanism as in 12.0.0 and newer: in oslo.service, which is not in the checkout."""


def test_seconds_and_options(tmp_path: Path) -> None:
    answer = ask(
        tmp_path,
        {
            **LIBRARY,
            **compute(
                "    @periodic_task.periodic_task(spacing=600.0)",
                "    def literal(self, context):",
                '        """Do it.\n\n        Slowly."""',
                "    @periodic_task.periodic_task(spacing=CONF.a_b, run_immediately=True)",
                "    def of_option(self, context): pass",
                "    @periodic_task.periodic_task(spacing=CONF.g.every if CONF.g.every != 0 else -1)",
                "    @other",
                "    def conditional(self, context): pass",
                "    @periodic_task.periodic_task(enabled=False)",
                "    def off(self, context): pass",
                "    @periodic_task.periodic_task(spacing=CONF.a_b * 2 + compute(1))",
                "    def unknown(self, context): pass",
                "    @periodic_task.periodic_task(spacing=CONF.oslo.library, external_process_ok=True)",
                "    def of_library(self, context): pass",
                "    @periodic_task.periodic_task(spacing=0)",
                "    def zero(self, context): pass",
                "CONF.register_opt(cfg.IntOpt('a-b', default=30))",
                "CONF.register_opts([cfg.IntOpt('every', default=0)], 'g')",
            ),
        },
    )
    a_b, every = option("a_b", 30, 24), option("g.every", 0, 25)
    library = TaskOption("oslo.library", None, None, None, None, None)
    of_a_b = {"option": "a_b", "default": 30, "options": (a_b,)}
    assert said(answer) == [
        {"task": "literal", "line": 7, "spacing": "600.0", "interval": 600, "description": "Do it."},
        {"task": "of_option", "line": 12, "spacing": "CONF.a_b", "interval": 30, "run_immediately": True, **of_a_b},
        {
            "task": "conditional",
            "line": 15,
            "spacing": "CONF.g.every if CONF.g.every != 0 else -1",
            "option": "g.every",
            "interval": -1,
            "enabled": False,
            "disabled_by": "g.every",
            "options": (every,),
        },
        {"task": "off", "line": 17, "enabled": False, "disabled_by": "enabled"},
        {"task": "unknown", "line": 19, "spacing": "CONF.a_b * 2 + compute(1)", "interval": None, **of_a_b},
        {
            "task": "of_library",
            "line": 21,
            "spacing": "CONF.oslo.library",
            "interval": None,
            "external_process_ok": True,
            "option": "oslo.library",
            "options": (library,),
        },
        {"task": "zero", "line": 23, "spacing": "0"},
    ]
    assert answer.problems == (
        Problem(Kind.UNRESOLVED, "only running tells how often unknown runs: CONF.a_b * 2 + compute(1)", PATH, 19),
        Problem(Kind.UNRESOLVED, "only running tells how often of_library runs: CONF.oslo.library", PATH, 21),
    )


def test_what_the_body_tests_first(tmp_path: Path) -> None:
    answer = ask(
        tmp_path,
        {
            **LIBRARY,
            **compute(
                "    @periodic_task.periodic_task",
                "    def leaves(self, context):",
                "        if not CONF.off:",
                "            return",
                "        self.work()",
                "    @periodic_task.periodic_task",
                "    def inside(self, context):",
                "        if CONF.seconds > 0:",
                "            self.work()",
                "    @periodic_task.periodic_task",
                "    def works(self, context):",
                "        self.work()",
                "        if not CONF.off:",
                "            return",
                "    @periodic_task.periodic_task",
                "    def computed(self, context):",
                "        timeout = CONF.seconds",
                "        if timeout and self.busy:",
                "            self.work(CONF.other)",
                "        elif CONF.on: pass",
                "CONF.register_opts([cfg.BoolOpt('off', default=False), cfg.IntOpt('seconds', default=0)])",
                "CONF.register_opts([cfg.BoolOpt('on', default=True)])",
            ),
        },
    )
    off, seconds, on = (
        option("off", default=False, line=26),
        option("seconds", 0, 26),
        option("on", default=True, line=27),
    )
    assert said(answer) == [
        {"task": "leaves", "line": 7, "disabled_by": "off", "tests_options": ("off",), "options": (off,)},
        {"task": "inside", "line": 12, "disabled_by": "seconds", "tests_options": ("seconds",), "options": (seconds,)},
        {"task": "works", "line": 16, "tests_options": ("off",), "options": (off,)},
        {"task": "computed", "line": 21, "tests_options": ("seconds", "on"), "options": (seconds, on)},
    ]


def test_ticks_of_2012(tmp_path: Path) -> None:
    manager = (
        "from nova import flags\n\n\n"
        "def periodic_task(*args, **kwargs):\n"
        "    def decorator(f):\n"
        "        f._ticks_between_runs = kwargs.pop('ticks_between_runs', 0)\n"
        "        return f\n"
        "    return decorator\n\n\n"
        "class Manager(object):\n"
        "    @periodic_task\n"
        "    def publish(self, context):\n"
        "        pass\n"
    )
    answer = ask(
        tmp_path,
        {
            "nova/manager.py": manager,
            "nova/flags.py": "FLAGS.register_opts([cfg.IntOpt('periodic_interval', default=60)])\n",
            PATH: (
                "from nova import flags, manager\nFLAGS = flags.FLAGS\n"
                "FLAGS.register_opts([cfg.IntOpt('ticks', default=40)])\n\n\n"
                "class ComputeManager(manager.Manager):\n"
                "    @manager.periodic_task(ticks_between_runs=10)\n"
                "    def tenth(self, context): pass\n"
                "    @manager.periodic_task(ticks_between_runs=FLAGS.ticks)\n"
                "    def of_option(self, context): pass\n"
            ),
        },
    )
    period = TaskOption("periodic_interval", 60, "60", None, "nova/flags.py", 1)
    of_period = {"option": "periodic_interval", "default": 60, "options": (period,)}
    ticks = option("ticks", 40, 3)
    assert said(answer) == [
        {"task": "tenth", "line": 8, "spacing": "10", "interval": 660, **of_period},
        {
            "task": "of_option",
            "line": 10,
            "spacing": "FLAGS.ticks",
            "interval": 2460,
            "option": "ticks",
            "default": 40,
            "options": (ticks, period),
        },
        {
            "task": "publish",
            "manager": "nova.manager.Manager",
            "services": ("nova-compute", "nova-scheduler"),
            "file": "nova/manager.py",
            "line": 13,
            "each_pass": True,
            **of_period,
        },
    ]


def test_steps_before_there_was_a_decorator(tmp_path: Path) -> None:
    answer = ask(
        tmp_path,
        {
            "nova/openstack/common/periodic_task.py": None,
            "nova/flags.py": "DEFINE_integer('periodic_interval', 60, 'seconds between passes')\n",
            "nova/manager.py": ("class Manager(object):\n    def periodic_tasks(self, context=None):\n        pass\n"),
            PATH: (
                "from nova import flags, manager\nFLAGS = flags.FLAGS\n"
                "flags.DEFINE_integer('rescue_timeout', 0, 'seconds')\n\n\n"
                "class ComputeManager(manager.Manager):\n"
                "    def periodic_tasks(self, context=None):\n"
                "        error_list = super(ComputeManager, self).periodic_tasks(context)\n"
                "        if error_list is None:\n"
                "            error_list = []\n"
                "        try:\n"
                "            if FLAGS.rescue_timeout > 0:\n"
                "                self.driver.poll_rescued(FLAGS.rescue_timeout)\n"
                "        except Exception as ex:\n"
                "            error_list.append(ex)\n"
                "        self._sync(context)\n"
                "        return error_list\n\n"
                "    def _sync(self, context):\n"
                '        """Look at the power states."""\n'
            ),
        },
    )
    period = TaskOption("periodic_interval", 60, "60", "seconds between passes", "nova/flags.py", 1)
    step = {"form": "override", "option": "periodic_interval", "default": 60, "each_pass": True}
    rescue = TaskOption("rescue_timeout", 0, "0", "seconds", PATH, 3)
    assert said(answer) == [
        {
            "task": "poll_rescued",
            "line": 13,
            "tests_options": ("rescue_timeout",),
            "disabled_by": "rescue_timeout",
            "options": (period, rescue),
            **step,
        },
        {"task": "_sync", "line": 19, "description": "Look at the power states.", "options": (period,), **step},
    ]


def test_timers(tmp_path: Path) -> None:
    db = "nova/servicegroup/drivers/db.py"
    answer = ask(
        tmp_path,
        {
            **LIBRARY,
            **compute(
                "    def init_host(self):",
                "        pulse = utils.FixedIntervalLoopingCall(self._pulse)",
                "        pulse.start(interval=5)",
                "        def _wait(): pass",
                "        utils.FixedIntervalLoopingCall(_wait).start(1).wait()",
                "    def _start(self):",
                "        utils.LoopingCall(self._pulse).start(interval=CONF.pulse, now=False)",
                "    def _pulse(self): pass",
                "CONF.register_opt(cfg.IntOpt('pulse', default=7))",
            ),
            "nova/servicegroup/__init__.py": "",
            "nova/servicegroup/drivers/__init__.py": "",
            db: (
                "class DbDriver(object):\n"
                "    def join(self, member_id, group_id, service=None):\n"
                "        report_interval = service.report_interval\n"
                "        if report_interval:\n"
                "            service.tg.add_timer(report_interval, self._report, 5, service)\n\n"
                "    def _report(self, service):\n"
                "        pass\n"
            ),
            "nova/virt/clock.py": "class Clock(object):\n    def make(self):\n        self.add_timer(1, self.make)\n",
        },
        "nova-scheduler",
        timers=True,
    )
    both = ("nova-compute", "nova-scheduler")
    assert said(answer) == [
        {
            "task": "periodic_tasks",
            "manager": "nova.service.Service",
            "services": both,
            "form": "timer",
            "file": "nova/service.py",
            "line": 18,
            "interval": None,
            "each_pass": True,
            "description": "Runs what is due.",
        },
        {
            "task": "_report",
            "manager": "nova.servicegroup.drivers.db.DbDriver",
            "services": both,
            "form": "timer",
            "file": db,
            "line": 7,
            "interval": None,
            "spacing": "report_interval",
        },
    ]


def test_what_is_asked_for(tmp_path: Path) -> None:
    def names(of: str) -> list[str]:
        return [row.task for row in ask(tmp_path, {}, of).rows]

    for of in ("nova-compute", "ComputeManager", "nova.compute.manager.ComputeManager", "compute"):
        assert names(of) == ["_sync", "_reclaim", "_clean", "_publish"]
    assert names("nova-scheduler") == names("Manager") == ["_publish"]
    with pytest.raises(QuestionError) as error:
        names("nova-computer")
    assert str(error.value) == (
        "no service or manager nova-computer in nova 2013.2; near matches: nova-compute, compute, nova-scheduler"
    )
    assert error.value.kind is Kind.NAME


def test_names_of_tasks(tmp_path: Path) -> None:
    rows = ask(tmp_path, {}).rows

    def lines(name: str) -> list[int]:
        return [row.line for row in tasks_named(rows, name)]

    assert lines("_sync") == lines("ComputeManager._sync") == lines("nova.compute.manager.ComputeManager._sync") == [21]
    assert lines("sync") == lines("Manager._sync") == []
    assert near_tasks(rows, "_snyc") == ["ComputeManager._sync"]
    assert near_tasks(rows, "ComputeManger._clean")[0] == "ComputeManager._clean"


def test_a_bad_file_costs_that_file(tmp_path: Path) -> None:
    files = {
        "nova/half.py": "class Half(object):\n    @periodic_task\n    def half(:\n",
        "nova/zero.py": b"periodic_task\0",
    }
    answer = ask(tmp_path, files)
    assert [row.task for row in answer.rows] == ["_sync", "_reclaim", "_clean", "half", "_publish"]
    assert [(problem.kind, problem.file) for problem in answer.problems] == [
        (Kind.SYNTAX, "nova/half.py"),
        (Kind.BINARY, "nova/zero.py"),
    ]


# --- real releases


def timing(row: PeriodicTask) -> list[Any]:
    """Give what ``periodic_task_timing.json`` has of a task."""
    defaults = {option.name: option.default for option in row.options}
    flags = [name for name in ("run_immediately", "external_process_ok") if getattr(row, name)]
    return [
        row.interval,
        flags if row.enabled else [*flags, "never"],
        {row.option: row.default} if row.option else {},
        {name: defaults[name] for name in row.tests_options},
        row.disabled_by,
    ]


def expected(release: str, name: str) -> Any:
    return json.loads((EXPECTED / release / name).read_text(encoding="utf-8"))


def short(row: PeriodicTask) -> str:
    return f"{row.manager.rpartition('.')[2]}.{row.task}"


@pytest.mark.release
def test_the_newest_nova(release: Callable[[str], Path]) -> None:
    answer = periodic_tasks(Program(open_checkout(str(release("nova-34.0.0")))))
    assert {short(row): [row.file, row.line] for row in answer.rows} == expected("34.0.0", "periodic_tasks.json")
    assert {short(row): timing(row) for row in answer.rows} == expected("34.0.0", "periodic_task_timing.json")
    assert Counter(row.services for row in answer.rows) == {("nova-compute",): 18, ("nova-scheduler",): 1}
    assert answer.problems == ()


STATUS = "publish_service_capabilities"


@pytest.mark.release
def test_cinder(release: Callable[[str], Path]) -> None:
    answer = periodic_tasks(Program(open_checkout(str(release("cinder-29.0.0")))))
    backup, scheduler, volume = (f"cinder/{name}/manager.py" for name in ("backup", "scheduler", "volume"))
    assert [
        (row.file, row.line, row.task, *row.services, row.option, row.interval, row.run_immediately)
        for row in answer.rows
    ] == [
        (backup, 1252, STATUS, "cinder-backup", "backup_driver_stats_polling_interval", 60, False),
        (scheduler, 131, "_clean_expired_messages", "cinder-scheduler", "message_reap_interval", 86400, True),
        (scheduler, 136, "_clean_expired_reservation", "cinder-scheduler", "reservation_clean_interval", 86400, True),
        (volume, 2902, STATUS, "cinder-volume", "backend_stats_polling_interval", 60, False),
        (volume, 5471, "_thread_info", "cinder-volume", None, 60, True),
    ]
    assert answer.problems == ()


TOTALS = {
    "2010.1": 0,
    "2011.1": 0,
    "2011.2": 0,
    "2011.3": 0,
    "2012.1": 14,
    "2012.2": 17,
    "2013.1": 20,
    "2013.2": 20,
    "2014.1": 21,
    "2014.2": 21,
    "2015.1.0": 22,
    "12.0.0": 23,
    "13.0.0": 23,
    "14.0.0": 24,
    "15.0.0": 25,
    "16.0.0": 24,
    "17.0.0": 23,
    "18.0.0": 24,
    "19.0.0": 24,
    "20.0.0": 22,
    "21.0.0": 20,
    "22.0.0": 20,
    "23.0.0": 18,
    "24.0.0": 18,
    "25.0.0": 18,
    "26.0.0": 18,
    "27.0.0": 18,
    "28.0.0": 18,
    "29.0.0": 18,
    "30.0.0": 18,
    "31.0.0": 18,
    "32.0.0": 18,
    "33.0.0": 18,
}


@pytest.mark.history
@pytest.mark.parametrize("tag", TOTALS if os.environ.get("NOVA_GIT") else ["(no clone)"])
def test_every_first_release_of_a_series(nova_git: Path, tag: str) -> None:
    answer = periodic_tasks(Program(open_checkout(f"{nova_git}@{tag}")))
    tasks = [row for row in answer.rows if row.form == "decorator"]
    assert len(tasks) == TOTALS[tag]
    assert {short(row): [row.file, row.line] for row in tasks} == expected(tag, "periodic_tasks.json")
    assert [row for row in answer.rows if not row.services and row.manager.rpartition(".")[2] != "ClientRouter"] == []
    assert [row for row in tasks if row.interval is None] == []
    assert answer.problems == ()


@pytest.mark.history
def test_havana(nova_git: Path) -> None:
    answer = periodic_tasks(Program(open_checkout(f"{nova_git}@2013.2")))
    assert {short(row): timing(row) for row in answer.rows} == expected("2013.2", "periodic_task_timing.json")
    assert Counter(row.services for row in answer.rows) == {
        ("nova-compute",): 15,
        ("nova-network",): 2,
        ("nova-cells",): 2,
        ("nova-scheduler",): 1,
    }


@pytest.mark.history
def test_steps_of_2011(nova_git: Path) -> None:
    answer = periodic_tasks(Program(open_checkout(f"{nova_git}@2011.3")))
    compute, network, volume = (f"nova/{name}/manager.py" for name in ("compute", "network", "volume"))
    dependent = ("nova-compute", "nova-network", "nova-volume", "nova-vsa")
    assert [
        (short(row), row.file, row.line, row.services, row.tests_options, row.disabled_by) for row in answer.rows
    ] == [
        (
            "ComputeManager.poll_rescued_instances",
            compute,
            1644,
            ("nova-compute",),
            ("rescue_timeout",),
            "rescue_timeout",
        ),
        ("ComputeManager._report_driver_status", compute, 1665, ("nova-compute",), ("host_state_interval",), None),
        ("ComputeManager._sync_power_states", compute, 1675, ("nova-compute",), (), None),
        ("SchedulerDependentManager.update_service_capabilities", "nova/manager.py", 112, dependent, (), None),
        ("NetworkManager.fixed_ip_disassociate_all_by_timeout", network, 379, ("nova-network",), (), None),
        ("SchedulerManager.ping", "nova/scheduler/manager.py", 58, ("nova-scheduler",), (), None),
        ("VolumeManager._report_driver_status", volume, 288, ("nova-volume",), (), None),
    ]
    assert {(row.interval, row.option, row.default, row.each_pass) for row in answer.rows} == {
        (60, "periodic_interval", 60, True)
    }
