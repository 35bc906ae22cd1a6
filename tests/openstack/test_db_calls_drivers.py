"""What hypervisor drivers do in the database: each driver of a small tree, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Caller
from sphinxext.nova.openstack.db_calls import db_calls
from sphinxext.nova.openstack.rpc_flow import rpc_flow
from sphinxext.nova.present.db_calls import db_calls_table
from sphinxext.nova.program import Program
from tests.small_database import FILES
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANAGER = """from nova.conductor import rpcapi as conductor_rpcapi
from nova import manager
from nova.virt import driver


class ComputeVirtAPI(object):
    def __init__(self, compute):
        self._compute = compute

    def instance_update(self, context, uuid, updates):
        return self._compute.conductor.instance_update(context, uuid, updates)


class ComputeManager(manager.Manager):
    def __init__(self, compute_driver=None):
        self.conductor = conductor_rpcapi.ConductorAPI()
        self.virtapi = ComputeVirtAPI(self)
        self.driver = driver.load_compute_driver(self.virtapi, compute_driver)

    def start_instance(self, context, instance):
        self.driver.spawn(context, instance, on_done=self._done)

    def stop_instance(self, context, instance):
        self.driver.power_off(instance)

    def _done(self, context, instance):
        instance.save(context)
"""
BASE = """class ComputeDriver(object):
    def __init__(self, virtapi):
        self.virtapi = virtapi

    def spawn(self, context, instance, on_done):
        raise NotImplementedError()

    def power_off(self, instance):
        raise NotImplementedError()


def load_compute_driver(virtapi, compute_driver=None):
    return importutils.import_object('nova.virt.%s' % compute_driver, virtapi)
"""
FAKE = """from nova.virt import driver


class FakeDriver(driver.ComputeDriver):
    size = 1

    def spawn(self, context, instance, on_done):
        self._spawned(context, instance)

    def power_off(self, instance):
        pass

    def _spawned(self, context, instance):
        on_disk(instance)


class LargeFakeDriver(FakeDriver):
    size = 1000


class SlowFakeDriver(FakeDriver):
    def _spawned(self, context, instance):
        self.virtapi.instance_update(context, instance.uuid, {'task_state': None})


def on_disk(instance):
    pass
"""
REAL = """from nova import db
from nova.virt import driver
from nova.virt.real import ops


class RealDriver(driver.ComputeDriver):
    def __init__(self, virtapi):
        super(RealDriver, self).__init__(virtapi)
        self._ops = ops.Ops(self.virtapi)

    def spawn(self, context, instance, on_done):
        self._ops.spawn(context, instance)
        on_done(context, instance)

    def power_off(self, instance):
        db.instance_destroy(None, instance.uuid)

    def never_asked(self, context, uuid):
        db.instance_get_by_uuid(context, uuid)
"""
OPS = """class Ops(object):
    def __init__(self, virtapi):
        self._virtapi = virtapi

    def spawn(self, context, instance):
        self._virtapi.instance_update(context, instance.uuid, {'task_state': 'spawning'})
"""
TREE: Mapping[str, str | None] = {
    **FILES,
    "nova/compute/manager.py": MANAGER,
    "nova/virt/__init__.py": "",
    "nova/virt/driver.py": BASE,
    "nova/virt/fake.py": FAKE,
    "nova/virt/real/__init__.py": "from nova.virt.real import driver\n\nRealDriver = driver.RealDriver\n",
    "nova/virt/real/driver.py": REAL,
    "nova/virt/real/ops.py": OPS,
}
REAL_DRIVER = "nova.virt.real.driver.RealDriver"
SLOW = "nova.virt.fake.SlowFakeDriver"


def told(folder: Path, changes: Mapping[str, str | None]) -> list[tuple[object, ...]]:
    rows = db_calls(Program(open_checkout(str(make(folder, {**TREE, **changes})))), "nova-compute").rows
    return [
        (
            row.function.rpartition(".")[2],
            row.route,
            row.drivers,
            row.by_drivers_only,
            [f"{caller.name.split('.', 2)[-1]}:{caller.line}" for caller in row.callers],
        )
        for row in rows
        if not row.inside
    ]


def test_each_driver_is_gone_through_with_what_it_was_given(tmp_path: Path) -> None:
    # What FakeDriver spawns touches nothing; LargeFakeDriver is not asked for, since it does the same.
    assert told(tmp_path, {}) == [
        ("instance_destroy", "direct", (REAL_DRIVER,), True, ["real.driver.RealDriver.power_off:16"]),
        ("instance_update", "conductor", (SLOW, REAL_DRIVER), True, ["manager.ComputeVirtAPI.instance_update:11"]),
        ("instance_update", "object", (REAL_DRIVER,), False, ["manager.ComputeManager._done:27"]),
    ]


def test_the_column_of_drivers(tmp_path: Path) -> None:
    rows = db_calls(Program(open_checkout(str(make(tmp_path, dict(TREE))))), "nova-compute").rows
    table = db_calls_table([row for row in rows if not row.inside], ("function", "drivers"), str)
    assert [column.title for column in table.columns] == ["Function", "Hypervisor drivers"]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["instance_destroy", "driver.RealDriver"],
        ["instance_update", "fake.SlowFakeDriver, driver.RealDriver"],
        ["instance_update", "driver.RealDriver"],
    ]


def test_what_a_driver_does_with_images_is_not_read_and_calls_what_it_is_given(tmp_path: Path) -> None:
    images = "from nova import db\n\n\ndef fetch(image, done):\n    db.instance_destroy(None, image)\n    done()\n"
    real = REAL.replace(
        "from nova.virt import driver\n", "from nova.virt import driver\nfrom nova.virt import images\n"
    )
    changes = {
        "nova/virt/images.py": images,
        "nova/virt/real/driver.py": real.replace(
            "db.instance_destroy(None, instance.uuid)", "images.fetch(1, lambda: instance.save(None))"
        ),
    }
    answer = db_calls(Program(open_checkout(str(make(tmp_path, {**TREE, **changes})))), "ComputeManager.stop_instance")
    assert [(row.function, row.object, row.callers) for row in answer.rows if not row.inside] == [
        (
            "nova.db.api.instance_update",
            "nova.objects.instance.Instance.save",
            (Caller(f"{REAL_DRIVER}.power_off", "nova/virt/real/driver.py", 17),),
        )
    ]


def test_of_drivers_that_inherit_the_first_is_named(tmp_path: Path) -> None:
    fake = FAKE.replace("on_disk(instance)\n\n\nclass Large", "instance.save(context)\n\n\nclass Large")
    large = fake.replace("    size = 1000", "    def power_off(self, instance):\n        self._spawned(None, instance)")
    for content in (fake, large):
        found = told(tmp_path / content[-100:-90].strip(), {"nova/virt/fake.py": content})
        assert [row[2] for row in found if row[:2] == ("instance_update", "object")] == [
            ("nova.virt.fake.FakeDriver", REAL_DRIVER)
        ]


def test_a_driver_that_is_checked_to_be_one(tmp_path: Path) -> None:
    """The form of 2012.2: nothing but its base tells which class it is."""
    made = "utils.check_isinstance(importutils.import_object(FLAGS.compute_driver), driver.ComputeDriver)"
    manager = MANAGER.replace("driver.load_compute_driver(self.virtapi, compute_driver)", made)
    changes = {
        "nova/compute/manager.py": manager.replace("import driver\n", "import driver\nfrom nova import utils\n"),
        "nova/utils.py": "def check_isinstance(obj, cls):\n    return obj\n",
        "nova/virt/driver.py": BASE.replace("virtapi):", "virtapi=None):"),
    }
    assert [row[:4] for row in told(tmp_path, changes)] == [
        ("instance_destroy", "direct", (REAL_DRIVER,), True),
        ("instance_update", "object", (REAL_DRIVER,), False),
    ]


def test_a_flow_stops_at_the_driver_as_before(tmp_path: Path) -> None:
    program = Program(open_checkout(str(make(tmp_path, dict(TREE)))))
    # RealDriver would ask nova-conductor.
    assert rpc_flow(program, "ComputeManager.start_instance").rows[0].messages == ()
