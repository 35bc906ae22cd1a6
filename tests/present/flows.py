"""Flows written by hand, as the walk gives them: the shapes are Nova's, the names and places are examples."""

from __future__ import annotations

from itertools import count

from sphinxext.nova.model import Again, Block, Boundary, Branch, Entry, Flow, Message, Participant

API, CONDUCTOR, SCHEDULER, SOURCE, DEST = (
    Participant("p1", "nova-api", "service", database="direct"),
    Participant("p2", "nova-conductor", "service", database="direct"),
    Participant("p3", "nova-scheduler", "service", database="direct"),
    Participant("p4", "nova-compute", "service", "source", "conductor"),
    Participant("p5", "nova-compute", "service", "destination", "conductor"),
)
_MANAGERS = {
    "nova-conductor": ("conductor", "nova.conductor.manager.ComputeTaskManager"),
    "nova-scheduler": ("scheduler", "nova.scheduler.manager.SchedulerManager"),
    "nova-compute": ("compute", "nova.compute.manager.ComputeManager"),
}


class Sent:
    """A message that has no number yet."""

    def __init__(self, kind: str, to: Participant, method: str, *steps, **more) -> None:
        self.kind, self.to, self.method, self.steps, self.more = kind, to, method, steps, more


def call(to, method, *steps, **more):
    return Sent("call", to, method, *steps, **more)


def cast(to, method, *steps, **more):
    return Sent("cast", to, method, *steps, **more)


def fanout(to, method, *steps, **more):
    return Sent("fanout", to, method, *steps, **more)


def block(kind: str, *branches: tuple) -> Block:
    """Make a block of (condition, step, step...) for each branch."""
    return Block(kind, tuple(Branch(condition, steps, "nova/x.py", 1) for condition, *steps in branches))


def flow(*steps, entry: str = "nova.compute.api.API.act", start: Participant = API) -> Flow:
    """Number the messages of a tree in the order in which they are told."""
    numbers = count(1)
    people = {start.id: start}

    def finish(step, sender: Participant, name: str):
        if isinstance(step, Sent):
            people.setdefault(step.to.id, step.to)
            topic, manager = _MANAGERS.get(step.to.name, ("other", "nova.other.Manager"))
            endpoint = f"{manager}.{step.method}"
            number = next(numbers)
            folder = f"nova/{topic}"
            values = {
                "number": number,
                "from_": sender.id,
                "to": step.to.id,
                "method": step.method,
                "kind": step.kind,
                "topic": topic,
                "namespace": None,
                "sender": name,
                "client": f"nova.{topic}.rpcapi.Client.{step.method}",
                "client_file": f"{folder}/rpcapi.py",
                "client_line": number,
                "endpoint": endpoint,
                "endpoint_file": f"{folder}/manager.py",
                "endpoint_line": 100 + sum(map(ord, step.method)) % 900,
                "file": "nova/sender.py",
                "line": 200 + number,
                "server": step.to.host,
                "via": None,
                "decided_by": (),
            }
            values |= step.more
            return Message(**values, steps=tuple(finish(inner, step.to, endpoint) for inner in step.steps))
        if isinstance(step, Block):
            return Block(
                step.kind,
                tuple(
                    Branch(
                        branch.condition,
                        tuple(finish(inner, sender, name) for inner in branch.steps),
                        branch.file,
                        branch.line,
                    )
                    for branch in step.branches
                ),
            )
        return step

    told = tuple(finish(step, start, entry) for step in steps)
    return Flow(Entry(entry, "nova/compute/api.py", 10, start.name), tuple(people.values()), told, ())


def resize() -> Flow:
    """A resize of 21.0.0 and later (patterns: cast, call, then three casts between two hosts)."""
    refresh = fanout(SCHEDULER, "update_instance_info")
    return flow(
        cast(
            CONDUCTOR,
            "migrate_server",
            call(SCHEDULER, "select_destinations", Boundary("database", "nova.db.main.api.host_get", "nova/s.py", 3)),
            block(
                "alt",
                (
                    "self._is_selected_host_in_source_cell(selection)",
                    cast(
                        DEST,
                        "prep_resize",
                        cast(SOURCE, "resize_instance", cast(DEST, "finish_resize", refresh)),
                        block("failure", ("Exception", call(CONDUCTOR, "migrate_server", Again(1)))),
                    ),
                ),
                (
                    None,
                    call(DEST, "prep_snapshot_based_resize_at_dest"),
                    call(SOURCE, "prep_snapshot_based_resize_at_source"),
                    call(DEST, "finish_snapshot_based_resize_at_dest", refresh),
                ),
            ),
        ),
        entry="nova.api.openstack.compute.servers.ServersController._resize",
    )


def live_migration() -> Flow:
    """A live migration of 14.0.0 and later: two ways in, checks on both hosts, callbacks of the driver."""
    rollback = block(
        "failure",
        (
            "rollback",
            block("loop", ("for bdm in bdms", call(DEST, "remove_volume_connection"))),
            block(
                "alt",
                ("do_cleanup", cast(DEST, "rollback_live_migration_at_destination")),
                ("performs_checks", call(DEST, "drop_move_claim_at_destination")),
            ),
        ),
    )
    return flow(
        block(
            "alt",
            (
                "async_",
                cast(
                    CONDUCTOR,
                    "live_migrate_instance",
                    block("opt", ("not self.destination", call(SCHEDULER, "select_destinations"))),
                    call(DEST, "check_can_live_migrate_destination", call(SOURCE, "check_can_live_migrate_source")),
                    cast(
                        SOURCE,
                        "live_migration",
                        call(DEST, "pre_live_migration"),
                        rollback,
                        fanout(SCHEDULER, "update_instance_info"),
                        call(DEST, "post_live_migration_at_destination", via="callback"),
                        rollback,
                    ),
                ),
            ),
            (None, call(CONDUCTOR, "migrate_server", Again(1))),
        ),
        entry="nova.api.openstack.compute.migrate_server.MigrateServerController._migrate_live",
    )


def boot() -> Flow:
    """A boot of 15.0.0 and later."""
    return flow(
        cast(
            CONDUCTOR,
            "schedule_and_build_instances",
            call(SCHEDULER, "select_destinations"),
            block(
                "loop",
                (
                    "for build_request in build_requests",
                    cast(
                        SOURCE,
                        "build_and_run_instance",
                        Boundary("external", "nova.network.neutron.API.allocate_for_instance", "nova/c.py", 4),
                        Boundary("external", "nova.virt.driver.ComputeDriver.spawn", "nova/c.py", 5),
                        Boundary("object", "nova.objects.instance.Instance.save", "nova/c.py", 6),
                        fanout(SCHEDULER, "update_instance_info"),
                        block(
                            "failure",
                            (
                                "exception.RescheduledException",
                                cast(CONDUCTOR, "build_instances", cast(SOURCE, "build_and_run_instance", Again(3))),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        entry="nova.api.openstack.compute.servers.ServersController.create",
    )
