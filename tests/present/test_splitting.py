"""Pictures in several parts."""

from __future__ import annotations

from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from sphinxext.nova.present.choice import Choice
from sphinxext.nova.present.folding import fold
from sphinxext.nova.present.mermaid import MAX_TEXT
from sphinxext.nova.present.picture import Arrow, Continued, Group, arrows
from sphinxext.nova.present.sequence import diagrams
from sphinxext.nova.present.splitting import split
from tests.mermaid_text import check
from tests.present.flows import CONDUCTOR, DEST, SCHEDULER, SOURCE, block, call, cast, flow

EVERYTHING = Choice(failures=True, side=True, repeats=True, branches="all")


def numbers(part) -> list[int]:
    return [arrow.number for arrow in arrows(part.items)]


def test_a_small_picture_is_one_part() -> None:
    picture = fold(flow(call(CONDUCTOR, "a", call(SCHEDULER, "b"))))
    [part] = split(picture, lambda _part: True)
    assert (part.number, part.after, part.of, part.items) == (1, None, None, picture.items)


def test_it_is_cut_where_another_process_goes_on() -> None:
    told = flow(
        cast(
            CONDUCTOR,
            "a",
            call(SCHEDULER, "b"),
            cast(SOURCE, "c", *(call(DEST, f"d{number}") for number in range(4))),
            call(SCHEDULER, "e"),
        )
    )
    first, second = split(fold(told), lambda _part: True, most=5)
    assert (numbers(first), numbers(second)) == ([1, 2, 3, 8], [4, 5, 6, 7])
    assert (second.of, second.after.text, second.start) == (1, "c", SOURCE.id)
    assert [line.id for line in second.lifelines] == ["p4", "p5"]
    [arrow] = first.items
    assert arrow.body[1].body == (Continued((SOURCE.id,), 2),)


def test_a_long_sequence_of_one_process_is_cut_too() -> None:
    told = flow(cast(CONDUCTOR, "a", block("opt", ("c", *(call(SCHEDULER, f"s{number}") for number in range(9))))))
    parts = split(fold(told), lambda _part: True, most=4)
    assert [len(numbers(part)) for part in parts] == [1, 4, 4, 1]
    assert sorted(chain.from_iterable(map(numbers, parts))) == list(range(1, 11))


def test_many_branches_are_cut_between_them() -> None:
    told = flow(block("alt", *((f"c{number}", call(SCHEDULER, f"s{number}")) for number in range(8))))
    parts = split(fold(told), lambda _part: True, most=3)
    assert [numbers(part) for part in parts] == [[1, 2], [3, 4], [5, 6], [7, 8]]


def test_characters_are_counted_as_mermaid_does() -> None:
    told = flow(*(call(SCHEDULER, "long_" * 200 + str(number)) for number in range(60)))
    drawn = diagrams(fold(told), "t", str, most=100)
    assert len(drawn) > 1
    assert all(len(text) <= MAX_TEXT for _part, text in drawn)


_PEOPLE = st.sampled_from([CONDUCTOR, SCHEDULER, SOURCE, DEST])


@st.composite
def steps(draw, depth: int = 3):
    found = []
    for _number in range(draw(st.integers(0, 4))):
        inner = draw(steps(depth=depth - 1)) if depth else []
        if draw(st.booleans()):
            send = draw(st.sampled_from([call, cast]))
            found.append(send(draw(_PEOPLE), draw(st.sampled_from("abcdefgh")), *inner))
        else:
            branches = [
                (condition, *inner) for condition in draw(st.sampled_from([["x"], ["x", None], ["x", "y", None]]))
            ]
            found.append(block("alt" if len(branches) > 1 else draw(st.sampled_from(["opt", "loop"])), *branches))
    return found


@settings(max_examples=60)
@given(steps(), st.integers(1, 8))
def test_no_arrow_is_lost_and_every_part_is_reached(told: list, most: int) -> None:
    picture = fold(flow(*told), EVERYTHING)
    drawn = diagrams(picture, "t", str, most=most)
    for _part, text in drawn:
        check(text)
    parts = [part for part, _text in drawn]
    assert sorted(chain.from_iterable(map(numbers, parts))) == [arrow.number for arrow in arrows(picture.items)]
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    led = [item.part for part in parts for item in continued(part.items)]
    assert sorted(led) == list(range(2, len(parts) + 1))
    assert all(part.of is not None and 1 <= part.of < part.number for part in parts[1:])


def continued(items):
    for item in items:
        if isinstance(item, Continued):
            yield item
        elif isinstance(item, Arrow):
            yield from continued(item.body)
        elif isinstance(item, Group):
            for _condition, inner in item.branches:
                yield from continued(inner)
