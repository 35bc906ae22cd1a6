"""Where a message leaves its sender: the line of the caller's own code, whatever stands between that and the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flow import trees

if TYPE_CHECKING:
    from pathlib import Path

MANAGER = """
from nova import manager
from nova.scheduler import client
from nova.scheduler import rpcapi


class ComputeManager(manager.Manager):
    def __init__(self):
        super(ComputeManager, self).__init__()
        self.client = client.SchedulerClient()
        self.rpcapi = rpcapi.SchedulerAPI()

    def run(self, context, spec):
        self.client.select(context, spec)  # own

    def nested(self, context, aggregates):
        def do_update():
            self.rpcapi.update_aggregates(context, aggregates)  # own

        do_update()
"""
CLIENT = """
from nova import hooks
from nova.scheduler import rpcapi
from nova.scheduler import utils


class SchedulerClient(object):
    def __init__(self):
        self.rpcapi = rpcapi.SchedulerAPI()

    @hooks.add_hook('select')
    @utils.retry
    def select(self, context, spec):
        return self.rpcapi.select_destinations(context, spec)
"""
UTILS = """
import functools


def retry(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapped
"""
HOOKS = """
import functools


def add_hook(name):
    def outer(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            return f(*args, **kwargs)
        return inner
    return outer
"""


def place(folder: Path, entry: str) -> str:
    """Return the line at which the only message of a flow is sent."""
    files = {
        "nova/compute/manager.py": MANAGER,
        "nova/scheduler/client.py": CLIENT,
        "nova/scheduler/utils.py": UTILS,
        "nova/hooks.py": HOOKS,
    }
    (message,) = trees.flow(folder, files, entry).messages
    line = (folder / message.file).read_text().splitlines()[message.line - 1].strip()
    return f"{message.file}: {line}"


def test_what_decorates_a_client_is_on_the_way(tmp_path: Path) -> None:
    own = "nova/compute/manager.py: self.client.select(context, spec)  # own"
    assert place(tmp_path, "ComputeManager.run") == own


def test_a_nested_function_of_the_sender_is_its_own_code(tmp_path: Path) -> None:
    own = "nova/compute/manager.py: self.rpcapi.update_aggregates(context, aggregates)  # own"
    assert place(tmp_path, "ComputeManager.nested") == own
