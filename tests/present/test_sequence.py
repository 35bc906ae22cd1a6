"""Flows as sequence diagrams: the text, and what Mermaid reads in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sphinxext.nova.escaping import visible
from sphinxext.nova.model import Participant
from sphinxext.nova.present import words
from sphinxext.nova.present.choice import Choice
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.mermaid import escaped
from sphinxext.nova.present.picture import Arrow, Failing, Group, arrows
from sphinxext.nova.present.sequence import diagrams
from tests.mermaid_text import check, read_back
from tests.present import flows
from tests.present.flows import API, CONDUCTOR, SCHEDULER, block, call, cast, fanout, flow

EVERYTHING = Choice(
    failures=True, side=True, data=True, repeats=True, branches="all", objects=True, database=True, external=True
)

RESIZE = """\
sequenceDiagram
  accTitle: A resize
  accDescr: 8 steps between {services}. The table has the same steps in words.
  participant p1 as nova-api
  participant p2 as nova-conductor
  participant p3 as nova-scheduler
  box transparent destination
    participant p5 as nova-compute
  end
  box transparent source
    participant p4 as nova-compute
  end
  Note over p1: A resize
  p1-)p2: 1. cast migrate_server
  p2->>+p3: 2. call select_destinations
  p3-->>-p2: (2)
  alt _is_selected_host_in_source_cell(selection)
    p2-)p5: 3. cast prep_resize
    p5-)p4: 4. cast resize_instance
    p4-)p5: 5. cast finish_resize
    Note over p5: on failure:<br/>migrate_server
  else not _is_selected_host_in_source_cell(selection)
    p2->>+p5: 6. call prep_snapshot_based_resize_at_dest
    p5-->>-p2: (6)
    p2->>+p4: 7. call prep_snapshot_based_resize_at_source
    p4-->>-p2: (7)
    p2->>+p5: 8. call finish_snapshot_based_resize_at_dest
    p5-->>-p2: (8)
  end
""".replace("{services}", "nova-api, nova-conductor, nova-scheduler, nova-compute")


def drawn(told, choice: Choice | None = None, title: str = "A title") -> list[str]:
    """Draw a flow."""
    return [text for _part, text in diagrams(fold(told, choice), title, str)]


def test_a_resize_is_drawn_as_one_would_on_a_whiteboard() -> None:
    assert drawn(flows.resize(), title="A resize") == [RESIZE]


def test_everything_can_be_drawn() -> None:
    [text] = drawn(flows.boot(), EVERYTHING)
    check(text)
    assert text.splitlines()[6:11] == [
        "  box transparent source",
        "    participant p4 as nova-compute",
        "  end",
        "  participant x1 as Neutron",
        "  participant x2 as hypervisor driver",
    ]
    assert text.splitlines()[11:] == [
        "  Note over p1: A title",
        "  p1-)p2: 1. cast schedule_and_build_instances",
        "  p2->>+p3: 2. call select_destinations",
        "  p3-->>-p2: (2)",
        "  loop for build_request in build_requests",
        "    p2-)p4: 3. cast build_and_run_instance",
        "    p4->>x1: 4. API.allocate_for_instance",
        "    p4->>x2: 5. ComputeDriver.spawn",
        "    p4->>p2: 6. Instance.save",
        "    p4-)p3: 7. fanout update_instance_info",
        "    opt on failure: exception.RescheduledException",
        "      p4-)p2: 8. cast build_instances",
        "      p2-)p4: 9. cast build_and_run_instance",
        "      Note over p4: goes on as after 3",
        "    end",
        "  end",
    ]


def test_a_part_says_what_it_continues_and_where_it_is_continued() -> None:
    told = flow(cast(CONDUCTOR, "a", *(call(SCHEDULER, f"s{number}") for number in range(3))), call(SCHEDULER, "b"))
    (first, text), (second, other) = diagrams(fold(told), "Big", str, most=3)
    check(text)
    check(other)
    assert text.splitlines()[1] == "  accTitle: Big (part 1 of 2)"
    assert text.splitlines()[6:] == [
        "  Note over p1: Big",
        "  p1-)p2: 1. cast a",
        "  Note over p2: continued in part 2",
        "  p1->>+p3: 5. call b",
        "  p3-->>-p1: (5)",
    ]
    assert other.splitlines()[5:7] == ["  Note over p2: after 1. a", "  p2->>+p3: 2. call s0"]
    assert (first.of, second.of, second.after.number) == (None, 1, 1)


def test_the_title_that_is_read_out_may_be_chosen() -> None:
    [(_part, text)] = diagrams(fold(flows.boot()), "Boot", str, description="How #1 boots; briefly")
    assert text.splitlines()[2] == "  accDescr: How #35;1 boots#59; briefly"


def meant(told, choice: Choice | None, title: str) -> list[dict]:
    """Say what Mermaid should read in the diagrams of a flow."""
    picture = fold(told, choice)
    where = words.hosts(picture.lifelines, str)
    return [
        {
            "title": plain(title if len(parts) == 1 else f"{title} (part {part.number} of {len(parts)})"),
            "actors": [
                {
                    "id": line.id,
                    "label": plain(line.name),
                    "box": plain(hosts[line.id]) if line.id in hosts else None,
                }
                for hosts in [words.hosts(part.lifelines, str) or where]
                for line in part.lifelines
            ],
            "arrows": list(_meant(part.items)),
        }
        for parts in [[part for part, _text in diagrams(picture, title, str)]]
        for part in parts
    ]


def _meant(items):
    for item in items:
        if isinstance(item, Arrow):
            kind = f"{item.kind} " if item.told else ""
            type_ = "SOLID_POINT" if item.kind in {"cast", "fanout"} else "SOLID"
            yield type_, item.from_, item.to, plain(f"{item.number}. {kind}{item.text}")
            yield from _meant(item.body)
            if item.kind == "call":
                yield "DOTTED", item.to, item.from_, f"({item.number})"
        elif isinstance(item, Group):
            names = {"failure": "ALT" if len(item.branches) > 1 else "OPT"}
            word = names.get(item.kind, item.kind.upper())
            for number, (condition, inner) in enumerate(item.branches):
                text = plain(words.when(item.kind, condition, str))
                yield (f"{word}_ELSE" if number else f"{word}_START"), None, None, text
                yield from _meant(inner)
            yield f"{word}_END", None, None, ""
        elif isinstance(item, Failing):
            continue


def plain(text: str) -> str:
    """Say what a reader sees of a text: white space is one space, and an empty text is a dash."""
    return " ".join(visible(" ".join(text.split())).split()) or "–"


def read(model: dict) -> dict:
    """Take from what Mermaid read what we mean to say."""
    assert "error" not in model, model
    return {
        "title": model["title"],
        "actors": model["actors"],
        "arrows": [
            (message["type"], message["from"], message["to"], message["text"])
            for message in model["messages"]
            if not message["type"].startswith(("ACTIVE", "NOTE"))
        ],
    }


NASTY = [
    "a#b;c", "x; y", "</b><script>alert(1)</script>", "end", "日本語の条件", 'say "hi"', "a`b`", "%%{init: {}}%%",
    "wrap: a", "nowrap:b", "style:a#b;", "classDef x:#1;", "$$x^2$$", "a\nb", "a -> b ->> c", "as p1", "p1: x", "&amp;",
    "#35;", "\\", "", "  ", "\u2028", "x{y}", "participant z", "box red", "+", "-", "autonumber", "ﬂ°°35¶ß"[:0] or "é",
]  # fmt: skip


def nasty_flow(texts: list[str]):
    """Make a flow in which all names and conditions are the given texts, in turn."""
    endless = iter(texts * 20)
    one = replace(CONDUCTOR, name=next(endless))
    two = Participant("p7", "nova-compute", "service", next(endless))
    three = Participant("p8", "nova-compute", "service", next(endless))
    return flow(
        call(one, next(endless), fanout(two, next(endless)), cast(three, next(endless), call(two, next(endless)))),
        block(
            "alt",
            (next(endless), cast(two, next(endless))),
            (next(endless), call(two, next(endless))),
            (None, call(three, next(endless))),
        ),
        block("loop", (next(endless), call(API, next(endless)))),
        block("failure", (next(endless), cast(one, next(endless))), (None, cast(two, next(endless)))),
    )


@pytest.mark.node
@pytest.mark.parametrize("package", ["mermaid", "mermaid-newest"])
def test_mermaid_reads_what_was_meant(package: str) -> None:
    asked = [
        *((told, choice, title) for told in (flows.resize(), flows.live_migration(), flows.boot())
          for choice in (None, EVERYTHING) for title in ("A title", "POST /servers/{id}/action resize")),
        *((nasty_flow(NASTY[start:] + NASTY[:start]), EVERYTHING, NASTY[start]) for start in range(len(NASTY))),
        *((nasty_flow([text]), EVERYTHING, text) for text in NASTY),
    ]  # fmt: skip
    texts = [text for told, choice, title in asked for text in drawn(told, choice, title)]
    for text in texts:
        check(text)
    expected = [one for told, choice, title in asked for one in meant(told, choice, title)]
    assert list(map(read, read_back(texts, package))) == expected


_TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="#;:<>&\"'%{}()[]\\`$+-=, \n\twrapstyleclassDefend0123", max_size=30),
    st.sampled_from(NASTY),
)


@pytest.mark.node
def test_mermaid_reads_any_text_as_it_is() -> None:
    # One process of node for all that hypothesis thinks of: starting it takes longer than reading hundreds.
    asked: list[tuple] = []

    @settings(max_examples=150)
    @given(st.lists(_TEXTS, min_size=1, max_size=8), _TEXTS)
    def collect(texts: list[str], title: str) -> None:
        asked.append((nasty_flow(texts), title))

    collect()
    texts = [text for told, title in asked for text in drawn(told, EVERYTHING, title)]
    expected = [one for told, title in asked for one in meant(told, EVERYTHING, title)]
    for package in ("mermaid", "mermaid-newest"):
        for text, model, wanted in zip(texts, read_back(texts, package), expected, strict=True):
            assert read(model) == wanted, text


@given(_TEXTS)
def test_a_text_stays_on_its_line(text: str) -> None:
    assert escaped(text) == escaped(text).strip() != ""
    assert len(escaped(text).splitlines()) == 1
    check(drawn(flow(call(CONDUCTOR, text)), None, text)[0])


def test_every_arrow_of_a_picture_is_in_its_diagrams() -> None:
    picture = fold(flows.live_migration(), EVERYTHING)
    parts = [part for part, _text in diagrams(picture, "t", str, most=4)]
    shown = sorted(arrow.number for part in parts for arrow in arrows(part.items))
    assert shown == [arrow.number for arrow in arrows(picture.items)]
