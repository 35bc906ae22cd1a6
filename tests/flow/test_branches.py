"""What is left of branches: truth in three values, what a test says about names, ends, loops and handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flow.trees import text

if TYPE_CHECKING:
    from collections.abc import Callable


def test_both_branches_remain_where_only_running_tells(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, force):
            if force:
                self.compute_rpcapi.stop_instance(context, instance)
            elif instance.task_state is not None:
                self.compute_rpcapi.pause_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
        """
    ) == text(
        """
        alt force
          cast nova-compute stop_instance
        or instance.task_state is not None
          cast nova-compute pause_instance
        or
          cast nova-compute start_instance
        """
    )


def test_a_literal_decides_and_is_named(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            self._do(context, instance, force=True)
            self._do(context, instance)

        def _do(self, context, instance, force=False):
            if force:
                self.compute_rpcapi.stop_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
        """
    ) == text(
        """
        cast nova-compute stop_instance because force=True
        cast nova-compute start_instance because force=False
        """
    )


@pytest.mark.parametrize(
    ("condition", "given", "is_true"),
    [
        ("value", "'text'", True),
        ("value", "''", False),
        ("value", "0", False),
        ("value", "None", False),
        ("value", "[]", False),
        ("value", "{}", False),
        ("value", "[context]", True),
        ("value", "{'a': context}", True),
        ("value", "object()", None),
        ("value", "context", None),
        ("not value", "1", False),
        ("value is None", "None", True),
        ("value is not None", "None", False),
        ("value is None", "self", False),
        ("value is None", "self.run", False),
        ("value is None", "context", None),
        ("value == 'x'", "'x'", True),
        ("value != 'x'", "'x'", False),
        ("value == 'x'", "context", None),
        ("value in ('x', 'y')", "'y'", True),
        ("value not in ('x', 'y')", "'y'", False),
        ("value in ('x', 'y')", "'z'", False),
        ("value in ('x', context)", "'z'", None),
        ("value > 2", "3", True),
        ("value > 2", "2", False),
        ("0 < value < 2", "1", True),
        ("0 < value < 2", "4", False),
        ("value and context", "0", False),
        ("value and context", "1", None),
        ("value or context", "1", True),
        ("value or context", "0", None),
        ("not (value or context)", "1", False),
        ("value is True", "True", True),
        ("value is True", "1", False),
        ("value == 1", "True", True),
        ("isinstance(value, API)", "self", True),
        ("isinstance(value, API)", "None", False),
        ("isinstance(value, (int, API))", "self", True),
        ("bool(value)", "'x'", True),
        ("'x' in value", "{'x': 1}", True),
        ("'y' in value", "{'x': 1}", False),
        ("value.get('x')", "{'x': 1}", True),
        ("value.get('y')", "{'x': 1}", False),
        ("value['x']", "{'x': 0}", False),
        ("value[0]", "[0, 1]", False),
        ("value[-1]", "[0, 1]", True),
        ("value[0]", "(context, 1)", None),
        ("value % 2", "3", None),
        ("hasattr(value, 'run')", "self", True),
        ("getattr(value, 'missing', None)", "self", None),
        ("value.startswith('x')", "'xy'", True),
        ("len(value)", "'xy'", None),
        ("(lambda: value)()", "0", False),
        ("(value if context else 0)", "0", False),
        ("(value if context else 0)", "1", None),
        ("(value if value else 1)", "0", True),
    ],
)
def test_truth_has_three_values(run: Callable[..., str], condition: str, given: str, *, is_true: bool | None) -> None:
    steps = run(
        f"""
        def run(self, context, instance):
            self._do(context, instance, {given})

        def _do(self, context, instance, value):
            if {condition}:
                self.compute_rpcapi.stop_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
        """
    )
    methods = [word for word in steps.split() if word.endswith("_instance")]
    assert (
        methods
        == {
            True: ["stop_instance"],
            False: ["start_instance"],
            None: ["stop_instance", "start_instance"],
        }[is_true]
    )


@pytest.mark.parametrize(
    ("first", "second", "is_second_reached"),
    [
        ("host is None", "host is not None", False),
        ("host is not None", "host is None", False),
        ("not host", "host", False),
        ("host", "not host", False),
        ("host and live", "not live", False),
        ("host and live", "not host", False),
        ("host or live", "host", True),
        ("host == 'x'", "host is None", False),
        ("host == 'x'", "host == 'y'", False),
        ("host != 'x'", "host == 'x'", True),
        ("host is None", "live is None", True),
    ],
)
def test_what_a_test_has_told_holds_inside(
    run: Callable[..., str], first: str, second: str, *, is_second_reached: bool
) -> None:
    steps = run(
        f"""
        def run(self, context, instance, host, live):
            if {first}:
                self.compute_rpcapi.start_instance(context, instance)
                if {second}:
                    self.compute_rpcapi.stop_instance(context, instance)
        """
    )
    assert "start_instance" in steps
    assert ("stop_instance" in steps) is is_second_reached


def test_what_follows_a_branch_that_ends_knows_that_it_was_not_taken(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, host):
            if host is None:
                return
            if host is None:
                self.compute_rpcapi.stop_instance(context, instance)
            self.compute_rpcapi.start_instance(context, instance)
        """
    ) == text(
        """
        opt host is not None
          cast nova-compute start_instance
        """
    )


def test_a_branch_that_returns_after_its_message_is_another_way(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, force):
            self.scheduler_rpcapi.update_aggregates(context, [])
            if force:
                self.compute_rpcapi.stop_instance(context, instance)
                return
            self.compute_rpcapi.start_instance(context, instance)
            self.compute_rpcapi.pause_instance(context, instance)
        """
    ) == text(
        """
        fanout nova-scheduler update_aggregates
        alt force
          cast nova-compute stop_instance
        or
          cast nova-compute start_instance
          cast nova-compute pause_instance
        """
    )


def test_nothing_comes_after_return_raise_or_exit(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, how):
            self._return(context, instance)
            self._loop(context, instance)
            self._raise(context, instance, how)

        def _return(self, context, instance):
            return 1
            self.compute_rpcapi.stop_instance(context, instance)

        def _loop(self, context, instance):
            while True:
                self.compute_rpcapi.pause_instance(context, instance)
            self.compute_rpcapi.stop_instance(context, instance)

        def _raise(self, context, instance, how):
            if how:
                sys.exit(1)
                self.compute_rpcapi.stop_instance(context, instance)
            else:
                raise exception.Invalid(reason=self.scheduler_rpcapi.select_destinations(context, 1))
            self.compute_rpcapi.stop_instance(context, instance)
        """,
        imports="import sys\n\nfrom nova import exception\n",
    ) == text(
        """
        loop while True
          cast nova-compute pause_instance
        opt not how
          call nova-scheduler select_destinations
        """
    )


def test_handlers_are_failures_and_finally_is_not(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            try:
                self.scheduler_rpcapi.select_destinations(context, None)
            except (exception.NoValidHost, ValueError) as error:
                self.compute_rpcapi.stop_instance(context, instance)
                raise
            except Exception:
                with excutils.save_and_reraise_exception():
                    self.compute_rpcapi.pause_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
            finally:
                self.scheduler_rpcapi.update_aggregates(context, [])
            self.compute_rpcapi.confirm_resize(context, instance)
        """,
        imports="from oslo_utils import excutils\n\nfrom nova import exception\n",
    ) == text(
        """
        call nova-scheduler select_destinations
        cast nova-compute start_instance
        failure (exception.NoValidHost, ValueError)
          cast nova-compute stop_instance
        or Exception
          cast nova-compute pause_instance
        fanout nova-scheduler update_aggregates
        cast nova-compute confirm_resize
        """
    )


def test_after_a_block_that_never_ends_well_only_failures_go_on(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            try:
                self.compute_rpcapi.start_instance(context, instance)
                return
            except Exception:
                LOG.debug('no')
            self.compute_rpcapi.stop_instance(context, instance)
        """,
    ) == text(
        """
        cast nova-compute start_instance
        failure
          cast nova-compute stop_instance
        """
    )


def test_a_handler_sees_what_was_known_before_and_during_the_block(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance):
            done = False
            try:
                self.scheduler_rpcapi.select_destinations(context, None)
                done = True
            except Exception:
                if not done:
                    self.compute_rpcapi.stop_instance(context, instance)
        """,
    ) == text(
        """
        call nova-scheduler select_destinations
        failure Exception
          opt not done
            cast nova-compute stop_instance
        """
    )


def test_a_loop_does_not_know_what_it_assigns(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instances):
            stopped = None
            count = 0
            for instance in instances:
                if stopped:
                    self.compute_rpcapi.pause_instance(context, stopped)
                stopped = instance
                if count == 0:
                    self.compute_rpcapi.stop_instance(context, instance)
                count += 1
            else:
                self.scheduler_rpcapi.update_aggregates(context, [])
            while count < 3:
                if not instances:
                    break
                self.compute_rpcapi.start_instance(context, stopped)
        """,
    ) == text(
        """
        loop for instance in instances
          opt stopped
            cast nova-compute pause_instance
          opt count == 0
            cast nova-compute stop_instance
        fanout nova-scheduler update_aggregates
        loop while count < 3
          opt instances
            cast nova-compute start_instance
        """
    )


def test_comprehensions_and_generator_expressions_are_loops(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instances):
            consoles = [self.compute_rpcapi.get_console(context, one, 'vnc') for one in instances if one.host]
            return dict((one, self.scheduler_rpcapi.select_destinations(context, one)) for one in consoles)
        """,
    ) == text(
        """
        loop for one in instances
          call nova-compute get_console
        loop for one in consoles
          call nova-scheduler select_destinations
        """
    )


def test_expressions_choose_too(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, host, live):
            found = host or self.scheduler_rpcapi.select_destinations(context, instance)
            console = self.compute_rpcapi.get_console(context, instance, 'vnc') if live else None
            assert None or found and host and self.compute_rpcapi.get_console(context, instance, 'spice')
        """,
    ) == text(
        """
        opt not host
          call nova-scheduler select_destinations
        opt live
          call nova-compute get_console
        opt found and host
          call nova-compute get_console
        """
    )


def test_an_option_decides_no_branch_unless_its_value_is_given(run: Callable[..., str]) -> None:
    methods = """
        def run(self, context, instance):
            if CONF.reclaim_interval > 0:
                self.compute_rpcapi.stop_instance(context, instance)
            elif CONF.compute.live:
                self.compute_rpcapi.pause_instance(context, instance)
            else:
                self.compute_rpcapi.start_instance(context, instance)
        """
    imports = """
        from oslo_config import cfg

        CONF = cfg.CONF
        CONF.register_opts([cfg.IntOpt('reclaim_interval', default=0)])
        CONF.register_opts([cfg.BoolOpt('live', default=False)], group='compute')
        """
    assert run(methods, imports) == text(
        """
        alt CONF.reclaim_interval > 0
          cast nova-compute stop_instance
        or CONF.compute.live
          cast nova-compute pause_instance
        or
          cast nova-compute start_instance
        """
    )


def test_the_branch_that_is_left_alone_is_told_by_the_opposite_condition(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, host, live):
            if host is None:
                pass
            else:
                self.compute_rpcapi.stop_instance(context, instance)
            if host in live:
                return
            elif not live:
                LOG.debug('no')
            else:
                self.compute_rpcapi.pause_instance(context, instance)
            console = None if host < 3 else self.compute_rpcapi.get_console(context, instance, 'vnc')
        """
    ) == text(
        """
        opt host is not None
          cast nova-compute stop_instance
        opt host not in live
          opt live
            cast nova-compute pause_instance
          opt host >= 3
            call nova-compute get_console
        """
    )


def test_what_goes_on_after_a_branch_that_ended_happens_for_certain(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, host):
            if host:
                self.compute_rpcapi.stop_instance(context, instance)
                return
            else:
                self.compute_rpcapi.pause_instance(context, instance)
            self.compute_rpcapi.start_instance(context, instance)
        """
    ) == text(
        """
        alt host
          cast nova-compute stop_instance
        or
          cast nova-compute pause_instance
          cast nova-compute start_instance
        """
    )


def test_who_else_is_asked_is_told_once_on_each_way(run: Callable[..., str]) -> None:
    assert run(
        """
        def run(self, context, instance, task):
            if instance.shelved:
                self.reserve(context)
                self.reserve(context)
            for volume in instance.volumes:
                self.reserve(context)
            self.task_rpcapi.migrate_server(context, instance, live=True, flavor=None)
            self.reserve(context)
            if task:
                self.reserve(context)

        def reserve(self, context):
            cinder.attachment_create(context)
        """,
        imports="from nova.volume import cinder",
        volume____init__="",
        volume__cinder="""
        def attachment_create(context):
            pass
        """,
    ) == text(
        """
        opt instance.shelved
          external nova.volume.cinder.attachment_create
        loop for volume in instance.volumes
          external nova.volume.cinder.attachment_create
        call nova-conductor migrate_server because do_cast=False
        external nova.volume.cinder.attachment_create
        """
    )


# --- what is known of attributes

TASK = """
import functools


class Task(object):
    def __init__(self, hosts, client):
        self.hosts = hosts
        self.other = hosts
        self.client = client
        self.kept = []

    def take(self, hosts):
        self.hosts = hosts[1:]

    def drop(self):
        self.hosts = None

    def drop_later(self):
        self.drop()

    def drop_or_not(self, hosts):
        if hosts.empty:
            self.hosts = None
        return hosts

    def take_either_way(self, hosts):
        try:
            if hosts.empty:
                self.take(hosts)
                return
            self.hosts = []
        finally:
            self.other = None

    def take_in_vain(self, hosts):
        try:
            self.hosts = []
            return
        finally:
            self.drop()

    def again(self, hosts):
        if hosts.empty:
            self.hosts = None
            self.again(hosts)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.drop()

    def is_fresh(self, hosts):
        self.take(hosts)
        return hosts.fresh

    @property
    def lazy(self):
        if self.hosts is None:
            self.hosts = self.client.hosts()
        return self.hosts

    def run(self, context, instance, hosts, key):
        {body}
        if {test}:
            self.client.start_instance(context, instance)
        else:
            self.client.stop_instance(context, instance)
"""
NONE, SOME, EITHER = "start_instance", "stop_instance", "start_instance or stop_instance"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("pass", EITHER),
        ("self.hosts = None", NONE),
        ("self.hosts = hosts", EITHER),
        ("self.hosts = hosts[1:]", SOME),
        ("self.hosts, key = hosts[:2], None", SOME),
        ("self.hosts = hosts[1:]\nkey.hosts = None", EITHER),
        ("self.hosts = hosts[1:]\nkey.guests = None", SOME),
        ("self.hosts = hosts[1:]\nsetattr(self, key, None)", EITHER),
        ("self.hosts = hosts[1:]\nsetattr(self, 'guests', None)", SOME),
        ("self.hosts = hosts[1:]\nsetattr(self, 'hosts', None)", EITHER),
        ("self.take(hosts)", SOME),
        ("self.drop()", NONE),
        ("self.drop_later()", NONE),
        ("self.drop_or_not(hosts)", EITHER),
        ("self.take(hosts)\nself.drop_or_not(hosts)", EITHER),
        ("self.take_either_way(hosts)", SOME),
        ("self.take_in_vain(hosts)", EITHER),
        ("self.again(hosts)", EITHER),
        ("self.take(hosts)\nself.again(hosts)", EITHER),
        ("self.take(hosts)\nTask(None, self.client)", SOME),
        ("self.take(hosts)\nTask(None, self.client).drop()", EITHER),
        ("self.lazy", EITHER),
        ("if self.hosts is None:\n    self.take(hosts)", SOME),
        ("if self.hosts is None:\n    raise ValueError()", SOME),
        ("if self.hosts is not None:\n    return", NONE),
        ("if not self.hosts:\n    self.hosts = []", SOME),
        ("if self.hosts:\n    return", EITHER),
        ("if key and self.hosts is None:\n    return", EITHER),
        ("if key or self.hosts is None:\n    return", SOME),
        ("assert self.hosts", SOME),
        ("if key:\n    self.take(hosts)\nelse:\n    self.hosts = []", SOME),
        ("if key:\n    self.take(hosts)", EITHER),
        ("self.drop()\nkey and self.take(hosts)", EITHER),
        ("self.take(hosts)\nkey and self.drop()", EITHER),
        ("self.take(hosts)\nkey and self.is_fresh(hosts)", SOME),
        ("self.drop()\nkey = self.take(hosts) if key else None", EITHER),
        ("self.drop()\n[self.take(hosts) for one in hosts]", EITHER),
        ("self.take(hosts)\n[self.is_fresh(hosts) for one in hosts]", SOME),
        ("self.take(hosts)\nfor one in hosts:\n    self.drop()", EITHER),
        ("self.take(hosts)\nfor one in hosts:\n    key.go(one)", EITHER),
        ("for one in hosts:\n    key.go(one)\nelse:\n    self.take(hosts)", SOME),
        ("self.drop()\ntry:\n    self.take(hosts)\nexcept LookupError:\n    pass", EITHER),
        ("try:\n    key.go()\nexcept LookupError:\n    self.take(hosts)\nelse:\n    self.hosts = []", SOME),
        ("try:\n    self.drop()\nfinally:\n    self.take(hosts)", SOME),
        ("with Task(hosts, self.client) as one:\n    self.take(hosts)", EITHER),
        ("(self.take if key else self.drop)(hosts)", EITHER),
        ("functools.partial(self.take, hosts)()", EITHER),
        ("(lambda: self.drop())()", EITHER),
        ("other = Task(hosts, key)\nother.take(hosts)", EITHER),
    ],
)
def test_what_is_known_of_an_attribute(run: Callable[..., str], body: str, expected: str) -> None:
    """Attributes may be assigned by any method, but here they were."""
    task = TASK.replace("{body}", body.replace("\n", "\n        ")).replace("{test}", "self.hosts is None")
    found = run(
        """
        def run(self, context, instance, hosts, key):
            tasks.Task(hosts, self.compute_rpcapi).run(context, instance, hosts, key)
        """,
        imports="from nova.compute import tasks",
        compute__tasks=task,
    )
    methods = [line.rpartition(" ")[2] for line in found.splitlines() if "cast" in line]
    assert " or ".join(methods) == expected


def test_whether_a_container_is_empty_is_not_remembered(run: Callable[..., str]) -> None:
    body = "if not self.kept:\n            self.kept.append(key)"
    assert run(
        """
        def run(self, context, instance, hosts, key):
            tasks.Task(hosts, self.compute_rpcapi).run(context, instance, hosts, key)
        """,
        imports="from nova.compute import tasks",
        compute__tasks=TASK.replace("{body}", body).replace("{test}", "self.kept"),
    ) == text(
        """
        alt self.kept
          cast nova-compute start_instance
        or
          cast nova-compute stop_instance
        """
    )
