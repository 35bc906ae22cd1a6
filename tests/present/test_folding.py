"""What of a flow is drawn, and that the rest is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sphinxext.nova.model import Again, Boundary
from sphinxext.nova.present.choice import EXTERNAL, Choice, lifeline_of
from sphinxext.nova.present.folding import fold, messages
from sphinxext.nova.present.picture import Arrow, Failing, Group, LeftOut, Reason, arrows
from tests.present import flows
from tests.present.flows import API, CONDUCTOR, DEST, SCHEDULER, SOURCE, block, call, cast, fanout, flow


def outline(items) -> list:
    """Say what is drawn in few words: methods, with what comes of them, and groups with their conditions."""
    told: list = []
    for item in items:
        if isinstance(item, Arrow):
            told.append((item.text, outline(item.body)) if item.body else item.text)
            if item.again:
                told[-1] = (told[-1], f"= {item.again}")
        elif isinstance(item, Group):
            told.append(
                {condition.text or f"not {condition.others}": outline(inner) for condition, inner in item.branches}
            )
            told[-1] = (item.kind, told[-1])
        elif isinstance(item, Failing):
            told.append(f"! {', '.join(item.methods)}")
    return told


def test_the_default_is_the_success_path() -> None:
    picture = fold(flows.resize())
    assert [arrow.text for arrow in arrows(picture.items)] == [
        "migrate_server",
        "select_destinations",
        "prep_resize",
        "resize_instance",
        "finish_resize",
        "prep_snapshot_based_resize_at_dest",
        "prep_snapshot_based_resize_at_source",
        "finish_snapshot_based_resize_at_dest",
    ]
    assert [arrow.number for arrow in arrows(picture.items)] == list(range(1, 9))
    assert picture.left_out == (
        LeftOut(Reason.FAILURE, 1, ("migrate_server",)),
        LeftOut(Reason.SIDE, 2, ("update_instance_info",)),
    )


@pytest.mark.parametrize("told", [flows.resize(), flows.live_migration(), flows.boot()])
@pytest.mark.parametrize(
    "choice",
    [
        Choice(),
        Choice(depth=1),
        Choice(depth=2, failures=True),
        Choice(stop=("live_migration", "prep_resize", "build_and_run_instance"), side=True),
        Choice(hide=("nova-scheduler",), branches="main"),
        Choice(only=("compute.*",), failures=True, repeats=True),
    ],
)
def test_every_message_is_drawn_or_counted(told, choice: Choice) -> None:
    picture = fold(told, choice)
    told_by = {message.number: _same(message) for message in messages(told.steps)}
    drawn = {told_by[arrow.told] for arrow in arrows(picture.items)}
    counted = sum(left.count for left in picture.left_out if left.reason is not Reason.REPEAT)
    assert len(drawn) + counted == len(set(told_by.values()))


def _same(message) -> tuple:
    return message.sender, message.to, message.kind, message.method


def test_what_goes_wrong_stays_where_it_would_happen() -> None:
    picture = fold(flows.live_migration())
    rollback = ["remove_volume_connection", "rollback_live_migration_at_destination", "drop_move_claim_at_destination"]
    assert outline(picture.items) == [
        (
            "alt",
            {
                "async_": [
                    (
                        "live_migrate_instance",
                        [
                            ("opt", {"not self.destination": ["select_destinations"]}),
                            ("check_can_live_migrate_destination", ["check_can_live_migrate_source"]),
                            (
                                "live_migration",
                                [
                                    "pre_live_migration",
                                    f"! {', '.join(rollback)}",
                                    "post_live_migration_at_destination",
                                    f"! {', '.join(rollback)}",
                                ],
                            ),
                        ],
                    )
                ],
                "not ('async_',)": [("migrate_server", "= 1")],
            },
        )
    ]


def test_what_goes_wrong_can_be_drawn() -> None:
    picture = fold(flows.boot(), Choice(failures=True))
    assert outline(picture.items)[0][1][-1] == (
        "loop",
        {
            "for build_request in build_requests": [
                (
                    "build_and_run_instance",
                    [
                        (
                            "failure",
                            {
                                "exception.RescheduledException": [
                                    ("build_instances", [("build_and_run_instance", "= 3")])
                                ]
                            },
                        )
                    ],
                )
            ]
        },
    )


def test_a_flow_of_one_fanout_shows_it() -> None:
    picture = fold(flow(fanout(SCHEDULER, "update_aggregates")))
    assert outline(picture.items) == ["update_aggregates"]
    assert picture.left_out == ()


def test_database_work_of_the_conductor_is_beside_the_point() -> None:
    def data(method: str, *steps):
        return call(CONDUCTOR, method, *steps, endpoint=f"nova.conductor.manager.ConductorManager.{method}")

    told = flow(
        cast(SOURCE, "resize_instance", data("instance_update"), data("relay", cast(DEST, "finish_resize")), data("b")),
        block("failure", ("E", data("instance_fault_create"))),
    )
    picture = fold(told)
    assert outline(picture.items) == [("resize_instance", [("relay", ["finish_resize"])])]
    assert picture.left_out[-1] == LeftOut(Reason.DATA, 2, ("instance_update", "b"))
    assert len(list(arrows(fold(told, Choice(data=True)).items))) == 5
    # Steps that were told before count, whichever message told them.
    told = flow(
        data("relay", cast(DEST, "go")), cast(SOURCE, "x", data("relay", Again(1))), data("a"), data("b", Again(5))
    )
    assert outline(fold(told).items) == [("relay", ["go"]), ("x", [("relay", "= 1")])]
    # What is hidden does not count.
    told = flow(cast(SOURCE, "x", data("relay", cast(DEST, "go"))))
    assert outline(fold(told, Choice(hide=("go",))).items) == ["x"]
    # Where there is nothing else, that is what the flow is about.
    assert outline(fold(flow(data("instance_update"))).items) == ["instance_update"]


def test_older_releases_are_left_out_and_their_branches_with_them() -> None:
    told = flow(
        block(
            "alt",
            ("self.client.can_send_version('1.6')", call(CONDUCTOR, "new")),
            (None, call(CONDUCTOR, "old")),
        ),
        block("opt", ("min_comp_ver < MIN_COMPUTE_VERSION", call(CONDUCTOR, "older"))),
        block("alt", ("service_version < 10 and x", call(CONDUCTOR, "oldest")), ("y", call(CONDUCTOR, "other"))),
    )
    picture = fold(told)
    assert outline(picture.items) == ["new", "other"]
    assert picture.left_out == (LeftOut(Reason.VERSION, 3, ("old", "older", "oldest")),)
    assert len(list(arrows(fold(told, Choice(branches="all")).items))) == 5


def test_the_main_branch_says_most() -> None:
    told = flow(block("alt", ("a", call(CONDUCTOR, "x")), (None, call(CONDUCTOR, "y", call(SCHEDULER, "z")))))
    picture = fold(told, Choice(branches="main"))
    assert outline(picture.items) == [("y", ["z"])]
    assert picture.left_out == (LeftOut(Reason.BRANCH, 1, ("x",)),)


def test_what_every_branch_sends_is_drawn_once() -> None:
    told = flow(
        block(
            "alt",
            ("a", call(CONDUCTOR, "first", call(SCHEDULER, "s")), call(CONDUCTOR, "x"), cast(DEST, "last")),
            (None, call(CONDUCTOR, "first", Again(1)), cast(DEST, "last")),
        ),
    )
    assert outline(fold(told).items) == [("first", ["s"]), ("opt", {"a": ["x"]}), "last"]


@pytest.mark.parametrize(("one", "other"), [("a", "not a"), ("not a", "a"), ("x is None", "x is not None")])
def test_a_condition_and_its_opposite_are_every_branch(one: str, other: str) -> None:
    told = flow(
        block("alt", (one, call(CONDUCTOR, "first"), call(CONDUCTOR, "x")), (other, call(CONDUCTOR, "first"))),
        call(CONDUCTOR, "first"),
    )
    assert outline(fold(told).items) == ["first", ("opt", {one: ["x"]})]


def test_what_every_branch_does_under_a_condition_is_drawn_once() -> None:
    told = flow(
        block(
            "alt",
            *((condition, block("loop", ("for x in y", call(CONDUCTOR, "a")))) for condition in ("p", "q", None)),
        ),
    )
    assert outline(fold(told).items) == [("loop", {"for x in y": ["a"]})]


def test_frames_around_the_same_are_one() -> None:
    told = flow(block("opt", ("a", block("opt", ("b or c", block("opt", ("c", call(CONDUCTOR, "x"))))))))
    assert outline(fold(told).items) == [("opt", {"a and c": ["x"]})]


def test_frames_that_would_be_said_less_clearly_together_stay_two() -> None:
    long = [" and ".join(f"{name}{number}_of_some_length" for number in range(3)) for name in ("first", "second")]
    told = flow(block("opt", (long[0], block("opt", (long[1], call(CONDUCTOR, "x"))))))
    assert outline(fold(told).items) == [("opt", {long[0]: [("opt", {long[1]: ["x"]})]})]
    again = flow(block("opt", ("a is None", block("opt", ("a is not None", call(CONDUCTOR, "x"))))))
    assert outline(fold(again).items) == [("opt", {"a is None": [("opt", {"a is not None": ["x"]})]})]


def test_an_option_that_is_known_is_asked_for_once() -> None:
    inner = block("opt", ("CONF.a", call(CONDUCTOR, "x", block("opt", ("CONF.a", call(SCHEDULER, "y"))))))
    told = flow(
        block("alt", ("CONF.a and b", inner, call(CONDUCTOR, "z")), (None, inner)),
        block("alt", ("not CONF.a", call(CONDUCTOR, "u")), (None, call(CONDUCTOR, "v"), inner, call(CONDUCTOR, "w"))),
        block("opt", ("self.a", call(CONDUCTOR, "p"), block("opt", ("self.a", call(CONDUCTOR, "q"))))),
    )
    items = fold(told, Choice(repeats=True)).items
    below, again = ("x", [("opt", {"CONF.a": ["y"]})]), ("x", "= 1")
    assert outline(items) == [
        ("alt", {"CONF.a and b": [below, "z"], "not ('CONF.a and b',)": [("opt", {"CONF.a": [again]})]}),
        ("alt", {"not CONF.a": ["u"], "not ('not CONF.a',)": ["v", again, "w"]}),
        # Anything else may have changed.
        ("opt", {"self.a": ["p", ("opt", {"self.a": ["q"]})]}),
    ]


def test_a_condition_of_every_branch_is_around_them() -> None:
    told = flow(
        block(
            "alt",
            ("a", block("opt", ("g", call(CONDUCTOR, "x"), block("opt", ("h", call(CONDUCTOR, "y")))))),
            (None, block("opt", ("g", call(CONDUCTOR, "x"), block("opt", ("h", call(CONDUCTOR, "z")))))),
        )
    )
    alt = ("alt", {"a": ["y"], "not ('a',)": ["z"]})
    assert outline(fold(told).items) == [("opt", {"g": ["x", ("opt", {"h": [alt]})]})]


def test_failures_that_are_noted_keep_no_frames_apart() -> None:
    failing = [block("failure", ("E", call(CONDUCTOR, name))) for name in ("x", "y")]
    told = flow(block("opt", ("a", block("opt", ("b", call(CONDUCTOR, "m"))), failing[0])))
    assert outline(fold(told).items) == [("opt", {"a and b": ["m"]}), "! x"]
    ways = [block("opt", ("g", call(CONDUCTOR, name))) for name in ("m", "n")]
    told = flow(block("alt", ("a", ways[0], failing[0]), (None, ways[1], *failing)))
    assert outline(fold(told).items) == [("opt", {"g": [("alt", {"a": ["m"], "not ('a',)": ["n"]})]}), "! x", "! y"]


def test_a_branch_without_steps_is_there_for_those_after_it() -> None:
    told = flow(block("alt", ("a",), ("b", call(CONDUCTOR, "x")), (None, call(CONDUCTOR, "y"))))
    assert outline(fold(told).items) == [("alt", {"b": ["x"], "not ('a', 'b')": ["y"]})]


def test_what_was_sent_before_is_not_drawn_again_unless_asked_for() -> None:
    told = flow(
        call(CONDUCTOR, "a"),
        block("opt", ("c", call(CONDUCTOR, "b"))),
        call(SCHEDULER, "s"),
        call(CONDUCTOR, "b"),
        call(CONDUCTOR, "a"),
    )
    picture = fold(told)
    # "b" may not have been sent the first time.
    assert outline(picture.items) == ["a", ("opt", {"c": ["b"]}), "s", "b"]
    assert picture.left_out == (LeftOut(Reason.REPEAT, 1, ("a",)),)
    assert len(list(arrows(fold(told, Choice(repeats=True)).items))) == 5


def test_steps_told_where_nothing_is_drawn_are_drawn_where_they_are_needed() -> None:
    told = flow(
        block("failure", ("E", cast(CONDUCTOR, "retry", call(SCHEDULER, "select")))),
        cast(CONDUCTOR, "try", Again(1)),
        cast(CONDUCTOR, "again", Again(3)),
    )
    assert outline(fold(told).items) == ["! retry", ("try", ["select"]), ("again", "= 1")]


def test_what_several_messages_lead_to_is_told_once() -> None:
    lead = [call(SCHEDULER, "s"), block("opt", ("c", cast(DEST, "d", call(SOURCE, "e"))))]
    told = flow(cast(CONDUCTOR, "new", *lead), cast(CONDUCTOR, "old", *lead), cast(CONDUCTOR, "other", lead[0]))
    assert outline(fold(told).items) == [
        ("new", ["s", ("opt", {"c": [("d", ["e"])]})]),
        ("old", "= 1"),
        ("other", ["s"]),
    ]


def test_what_is_done_at_once_or_later_is_told_once() -> None:
    told = flow(
        block("opt", ("full(executor)", call(DEST, "a", call(SOURCE, "b")), call(DEST, "c"))),
        call(DEST, "a", Again(1)),
        call(DEST, "c"),
        call(DEST, "d"),
    )
    assert outline(fold(told).items) == [("a", ["b"]), "c", "d"]


def test_what_goes_wrong_is_not_named_where_it_is_sent_anyway() -> None:
    told = flow(call(CONDUCTOR, "a"), block("failure", ("E", call(CONDUCTOR, "a"), call(CONDUCTOR, "b"))))
    assert outline(fold(told).items) == ["a", "! b"]


def test_each_handler_of_a_failure_is_noted_by_itself_in_the_order_of_the_code() -> None:
    told = flow(
        call(CONDUCTOR, "a"),
        block("failure", ("E", call(CONDUCTOR, "x"), call(CONDUCTOR, "y")), ("F", call(CONDUCTOR, "z"))),
        call(CONDUCTOR, "b"),
        block("failure", (None, call(CONDUCTOR, "y"), call(CONDUCTOR, "x"))),
    )
    assert outline(fold(told).items) == ["a", "! x, y", "! z", "b", "! y, x"]


def test_handlers_that_send_the_same_after_one_arrow_are_noted_once() -> None:
    same = block("failure", ("E", call(CONDUCTOR, "x")), ("F", call(CONDUCTOR, "x")), ("G", call(CONDUCTOR, "z")))
    told = flow(call(CONDUCTOR, "a"), same, block("failure", (None, call(CONDUCTOR, "x"))), call(CONDUCTOR, "b"), same)
    assert outline(fold(told).items) == ["a", "! x", "! z", "b", "! x", "! z"]


def test_a_failure_is_noted_in_its_branch_where_something_is_drawn_in_that() -> None:
    failing = [block("failure", ("E", call(CONDUCTOR, name))) for name in ("x", "y", "z")]
    told = flow(
        block("alt", ("p", call(CONDUCTOR, "a"), failing[0]), ("q", failing[1])),
        call(CONDUCTOR, "b"),
        block("loop", ("for c in d", failing[2])),
    )
    assert outline(fold(told).items) == [("opt", {"p": ["a", "! x"]}), "! y", "b", "! z"]


def test_what_every_branch_ends_with_is_drawn_once_although_its_failures_differ() -> None:
    failing = [block("failure", ("E", call(CONDUCTOR, name))) for name in ("x", "y")]
    told = flow(
        block(
            "alt",
            ("p", call(CONDUCTOR, "a"), call(CONDUCTOR, "c"), failing[0]),
            (None, call(CONDUCTOR, "b"), call(CONDUCTOR, "c"), failing[1]),
        ),
    )
    assert outline(fold(told).items) == [("alt", {"p": ["a"], "not ('p',)": ["b"]}), "c", "! x", "! y"]


def test_a_message_that_leads_back_to_itself_ends() -> None:
    told = flow(call(CONDUCTOR, "a", call(SCHEDULER, "b", call(CONDUCTOR, "a", Again(1)))), call(DEST, "c", Again(9)))
    assert outline(fold(told).items) == [("a", [("b", [("a", "= 1")])]), "c"]


def test_patterns_name_methods_classes_topics_and_services() -> None:
    told = flows.live_migration()

    def methods(**options) -> list[str]:
        return [arrow.text for arrow in arrows(fold(told, Choice(**options)).items)]

    whole = methods()
    assert methods(hide=("check_*",)) == [name for name in whole if not name.startswith("check_")]
    assert methods(hide=("nova-scheduler", "ComputeManager.check_can_live_migrate_destination")) == [
        name for name in whole if not name.startswith(("check_", "select_"))
    ]
    assert methods(only=("compute.*",)) == [
        "check_can_live_migrate_destination",
        "check_can_live_migrate_source",
        "live_migration",
        "pre_live_migration",
        "post_live_migration_at_destination",
    ]
    assert methods(stop=("live_migrate_instance",)) == ["live_migrate_instance", "migrate_server"]
    assert methods(depth=1) == ["live_migrate_instance", "migrate_server"]
    assert fold(told, Choice(depth=2)).left_out[-1] == LeftOut(
        Reason.DEPTH,
        7,
        (
            "check_can_live_migrate_source",
            "pre_live_migration",
            "remove_volume_connection",
            "rollback_live_migration_at_destination",
            "drop_move_claim_at_destination",
            "update_instance_info",
            "post_live_migration_at_destination",
        ),
    )


def test_what_is_no_message_is_drawn_on_demand() -> None:
    told = flow(
        call(
            SOURCE,
            "a",
            Boundary("database", "nova.db.main.api.instance_get", "nova/a.py", 1),
            Boundary("object", "nova.objects.instance.Instance.save", "nova/a.py", 2),
            Boundary("object", "nova.objects.instance.Instance.save", "nova/a.py", 3),
            Boundary("external", "nova.virt.driver.ComputeDriver.spawn", "nova/a.py", 4),
            Boundary("external", "somelib.Client.go", "nova/a.py", 5),
            Boundary("library", "oslo_service.service.launch", "nova/a.py", 6),
        ),
        Boundary("object", "nova.objects.instance.Instance.save", "nova/b.py", 1),
    )
    assert [arrow.text for arrow in arrows(fold(told).items)] == ["a"]
    picture = fold(told, Choice(objects=True, database=True, external=True), external={**EXTERNAL, "somelib": "Lib"})
    names = {line.id: line.name for line in picture.lifelines}
    assert [(names[arrow.from_], names[arrow.to], arrow.text) for arrow in arrows(picture.items)] == [
        ("nova-api", "nova-compute", "a"),
        ("nova-compute", "database", "api.instance_get"),
        ("nova-compute", "nova-conductor", "Instance.save"),
        ("nova-compute", "hypervisor driver", "ComputeDriver.spawn"),
        ("nova-compute", "Lib", "Client.go"),
        ("nova-api", "database", "Instance.save"),
    ]


def test_the_longest_prefix_names_the_lifeline() -> None:
    lifelines = {"nova.virt": "driver", "nova.virt.ironic": "Ironic"}
    assert lifeline_of("nova.virt.ironic.driver.X.f", lifelines) == "Ironic"
    assert lifeline_of("nova.virt.libvirt.driver.X.f", lifelines) == "driver"
    assert lifeline_of("nova.virtual.f", lifelines) is None


def test_only_lifelines_that_are_needed_are_drawn() -> None:
    picture = fold(flows.resize(), Choice(depth=1))
    assert [line.name for line in picture.lifelines] == ["nova-api", "nova-conductor"]
    assert [line.id for line in fold(flows.resize(), Choice(reverse=True)).lifelines] == ["p4", "p5", "p3", "p2", "p1"]


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        (None, None),
        ("source", "source"),
        ("destination", "destination"),
        ("server", "server"),
        ("chosen", None),
        ("asked", None),
        ("own", None),
        ("any", None),
        ("network", None),
    ],
)
def test_of_the_only_host_of_a_service_its_part_in_a_move_is_said_and_that_it_has_the_server(
    host: str | None, alone: str | None
) -> None:
    one = replace(SOURCE, host=host)
    assert [line.host for line in fold(flow(call(one, "a"))).lifelines] == [None, alone]
    both = fold(flow(call(one, "a"), call(DEST, "b")))
    assert [line.host for line in both.lifelines] == [None, host, "destination"]


def test_a_host_that_is_not_drawn_does_not_make_another_one_of_two() -> None:
    told = flow(call(replace(SOURCE, host="chosen"), "a"), call(DEST, "b"))
    assert [line.host for line in fold(told, Choice(hide=("b",))).lifelines] == [None, None]


def test_a_flow_without_messages_has_a_lifeline_and_nothing_on_it() -> None:
    picture = fold(flow())
    assert picture.items == ()
    assert [line.id for line in picture.lifelines] == [API.id]
