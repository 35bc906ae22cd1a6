"""The start-up of a process as a picture."""

from __future__ import annotations

from sphinxext.nova.model import Service, StartStep
from sphinxext.nova.present.sequence import diagrams
from sphinxext.nova.present.starting import start_picture
from sphinxext.nova.present.steps import steps_table
from tests.mermaid_text import check

STEPS = (
    ("main", "nova.cmd.conductor:main"),
    ("database", "nova.cmd.compute.block_db_access"),
    ("create", "nova.service.Service.create"),
    ("manager", "nova.conductor.manager.ConductorManager"),
    ("workers", "CONF.conductor.workers or 1"),
    ("init_host", "nova.manager.Manager.init_host"),
    ("rpc_server", "conductor"),
    ("join", "nova.servicegroup.api.API.join"),
    ("periodic_tasks", "nova.service.Service.periodic_tasks"),
    ("something new", "nova.service.f"),
)


def service(steps) -> Service:
    start = tuple(StartStep(what, name, f"nova/{number}.py", number) for number, (what, name) in enumerate(steps, 1))
    return Service(
        binary="nova-conductor",
        kind="multi-process",
        entry_point="nova.cmd.conductor:main",
        file="nova/cmd/conductor.py",
        line=1,
        topics=("conductor",),
        manager=None,
        endpoints=(),
        workers=None,
        workers_option=None,
        workers_default=None,
        database="direct",
        missing=False,
        start=start,
    )


def test_each_step_is_done_by_one_to_another() -> None:
    picture = start_picture(service(STEPS), str)
    [(_part, text)] = diagrams(picture, "How it starts", str, start="main")
    check(text)
    assert text.splitlines()[3:] == [
        "  participant p1 as nova-conductor",
        "  participant p2 as Service",
        "  participant p3 as ConductorManager",
        "  participant p4 as RPC",
        "  participant p5 as service group",
        "  Note over p1: main",
        "  p1->>p1: 1. starts at: cmd.conductor:main",
        "  p1->>p1: 2. keeps away from the database: compute.block_db_access",
        "  p1->>p2: 3. makes the service",
        "  p2->>p3: 4. makes the manager",
        "  p2->>p2: 5. in so many processes: CONF.conductor.workers or 1",
        "  p2->>p3: 6. prepares the host: Manager.init_host",
        "  p2->>p4: 7. listens to the topic: conductor",
        "  p2->>p5: 8. joins the service group: API.join",
        "  loop again and again",
        "    p2->>p3: 9. runs its periodic tasks: Service.periodic_tasks",
        "  end",
        "  p1->>p1: 10. something new: service.f",
    ]
    table = steps_table(picture, ("number", "sender", "receiver", "method"), str)
    assert [(row.key, row.cells[1].place, row.cells[1].line) for row in table.rows][:2] == [
        ("1", "nova/1.py", 1),
        ("2", "nova/2.py", 2),
    ]


def test_what_makes_no_service_does_all_of_it_itself() -> None:
    picture = start_picture(service([("serve", "nova.cmd.x.run"), ("listen", "nova.wsgi.Server.start")]), str)
    [(_part, text)] = diagrams(picture, "t", str)
    assert text.splitlines()[-2:] == [
        "  p1->>p2: 1. runs it: x.run",
        "  p2->>p3: 2. listens for requests: Server.start",
    ]


def test_without_steps_there_is_only_the_command() -> None:
    picture = start_picture(service(()), str)
    assert (picture.items, [line.name for line in picture.lifelines]) == ((), ["nova-conductor"])
