"""Release numbers: which texts are read, their order, and which releases a specifier takes."""

from __future__ import annotations

import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova import releases
from sphinxext.nova.releases import Specifier

OLDEST_FIRST = [
    "0.9.0",
    "2010.1",
    "2011.1rc1",
    "2011.1",
    "2011.2gamma1",
    "2011.2rc1",
    "2011.2",
    "diablo-1",
    "diablo-4",
    "2011.3",
    "2011.3.1",
    "essex-1",
    "essex-rc1",
    "2012.1",
    "2012.1.3",
    "folsom-3",
    "folsom-rc1",
    "2012.2",
    "2012.2.4",
    "2013.1.g3",
    "2013.1.rc1",
    "2013.1",
    "2013.1.5",
    "2013.2.b1",
    "2013.2.rc2",
    "2013.2",
    "2013.2.4",
    "2014.1",
    "2014.2",
    "2015.1.0b1",
    "2015.1.0rc3",
    "2015.1.0",
    "2015.1.4",
    "12.0.0a0",
    "12.0.0.0b1",
    "12.0.0.0rc3",
    "12.0.0",
    "12.0.1.dev35",
    "12.0.1",
    "13.0.0.0b1",
    "13.0.0",
    "13.1.4",
    "14.0.9",
    "14.0.10",
    "20.0.0",
    "25.0.0",
    "25.0.0-7-g1a2b3c4",
    "25.0.1",
    "33.0.0.0rc1",
    "33.0.0.0rc1-12-gabcdef0",
    "33.0.0",
    "34.0.0",
]


def release(text: str) -> releases.Release:
    found = releases.parse(text)
    assert found is not None, text
    return found


def test_order_is_that_of_the_history() -> None:
    parsed = [release(text) for text in OLDEST_FIRST]
    assert all(one < other for one, other in itertools.pairwise(parsed))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("austin", "2010.1"),
        ("Kilo", "2015.1.0"),
        ("liberty", "12.0.0"),
        ("zed", "26"),
        ("hibiscus", "34"),
        ("2023.1", "27"),
        ("2023.2", "28"),
        ("2024.1", "29"),
        ("2026.2", "34"),
        ("kilo-eol", "2015.1"),
        ("train-em", "20"),
        ("2023.1-eom", "27"),
        ("grizzly-2", "2013.1b2"),
        (" 2013.2\n", "2013.2"),
        ("2011.3-dev", "2011.3.dev0"),
        ("2015.2.0", "2015.2"),
    ],
)
def test_texts_that_mean_the_same_release(text: str, same: str) -> None:
    assert release(text) == release(same)
    assert hash(release(text)) == hash(release(same))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "master",
        "stable/kilo",
        "2016.1",
        "2022.2",
        "2023.3",
        "2023.1.1",
        "2024",
        "20130523",
        "1!2",
        "12.0.0 rc",
        "१२",
        "-eol",
        "kilo kilo",
        "9" * 5000,
        "12." + "9" * 5000,
    ],
)
def test_texts_that_are_no_release(text: str) -> None:
    assert releases.parse(text) is None


YEARS = st.builds("{}.{}".format, st.integers(2010, 2015), st.integers(1, 3))
MAJORS = st.integers(12, 60).map(str)
POINTS = st.lists(st.integers(0, 12).map(str), max_size=2).map(lambda numbers: "".join(f".{n}" for n in numbers))
STAGES = st.sampled_from(["", "a1", "b2", ".b3", "rc1", ".0rc1", ".rc2", ".g3", ".dev35", "-dev", "-3-gabcdef1"])
TEXTS = st.builds("{}{}{}".format, YEARS | MAJORS, POINTS, STAGES)
RELEASES = TEXTS.map(release)


@given(RELEASES, RELEASES, RELEASES)
def test_order_is_total(one: releases.Release, two: releases.Release, three: releases.Release) -> None:
    assert [one < two, one == two, one > two].count(True) == 1
    assert (one <= two) == (one < two or one == two)
    if one <= two <= three:
        assert one <= three
    if one == two:
        assert hash(one) == hash(two)


@given(RELEASES)
def test_text_and_pickle_of_a_release_are_read_as_the_same_release(one: releases.Release) -> None:
    assert releases.parse(str(one)) == one
    assert pickle.loads(pickle.dumps(one)) == one


@given(st.text(max_size=30))
def test_any_text_is_a_release_or_none(text: str) -> None:
    found = releases.parse(text)
    assert found is None or releases.parse(str(found)) == found


MINE = [
    "2010.1",
    "2013.1.5",
    "2013.2.rc1",
    "2013.2",
    "2013.2.4",
    "2014.2",
    "2015.1.4",
    "12.0.0.0rc1",
    "12.0.3",
    "29.1.0",
]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (">=2014.2", ["2014.2", "2015.1.4", "12.0.0.0rc1", "12.0.3", "29.1.0"]),
        (">=juno", ["2014.2", "2015.1.4", "12.0.0.0rc1", "12.0.3", "29.1.0"]),
        ("<12", ["2010.1", "2013.1.5", "2013.2.rc1", "2013.2", "2013.2.4", "2014.2", "2015.1.4"]),
        ("<= 2013.2", ["2010.1", "2013.1.5", "2013.2.rc1", "2013.2", "2013.2.4"]),
        (">2013.2", ["2014.2", "2015.1.4", "12.0.0.0rc1", "12.0.3", "29.1.0"]),
        ("==2013.2", ["2013.2.rc1", "2013.2", "2013.2.4"]),
        ("== Havana", ["2013.2.rc1", "2013.2", "2013.2.4"]),
        ("==2013.2.0", ["2013.2.rc1", "2013.2"]),
        ("==2013.2.4", ["2013.2.4"]),
        (">2013.2.0", ["2013.2.4", "2014.2", "2015.1.4", "12.0.0.0rc1", "12.0.3", "29.1.0"]),
        ("==2013.2.rc1", ["2013.2.rc1"]),
        (">=2013.2.rc1,<2013.2.1", ["2013.2.rc1", "2013.2"]),
        ("!=2013.2,<2014.1", ["2010.1", "2013.1.5"]),
        (">=2013.1,<2015.1", ["2013.1.5", "2013.2.rc1", "2013.2", "2013.2.4", "2014.2"]),
        ("==2013", ["2013.1.5", "2013.2.rc1", "2013.2", "2013.2.4"]),
        ("==12", ["12.0.0.0rc1", "12.0.3"]),
        (">liberty", ["29.1.0"]),
        (">=2024.1", ["29.1.0"]),
        ("<2024.1,>=12.0.1", ["12.0.3"]),
        (">=2027.1", []),
    ],
)
def test_specifier_takes(text: str, taken: list[str]) -> None:
    specifier = Specifier.parse(text)
    assert [text for text in MINE if release(text) in specifier] == taken


@given(RELEASES, RELEASES)
def test_operators_agree_with_each_other(limit: releases.Release, asked: releases.Release) -> None:
    taken = {
        operator: asked in Specifier.parse(f"{operator}{limit}") for operator in ("<", "<=", "==", "!=", ">=", ">")
    }
    assert [taken["<"], taken["=="], taken[">"]].count(True) == 1
    assert taken["<="] == (taken["<"] or taken["=="])
    assert taken[">="] == (taken[">"] or taken["=="])
    assert taken["!="] != taken["=="]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' in '' is no comparison of releases like '>=2014.2' or '==kilo'"),
        ("2013.2", "'2013.2' in '2013.2' is no comparison of releases like '>=2014.2' or '==kilo'"),
        (">=2013.1,", "'' in '>=2013.1,' is no comparison of releases like '>=2014.2' or '==kilo'"),
        ("=>2013.1", "'=>2013.1' in '=>2013.1' is no comparison of releases like '>=2014.2' or '==kilo'"),
        ("===12", "'===12' in '===12' is no comparison of releases like '>=2014.2' or '==kilo'"),
        (">=12 13", "'>=12 13' in '>=12 13' is no comparison of releases like '>=2014.2' or '==kilo'"),
        (">=\nx\ny", r"'>=\nx\ny' in '>=\nx\ny' is no comparison of releases like '>=2014.2' or '==kilo'"),
        (">=devel", "'devel' is neither a release number of Nova nor the name of one"),
        (">=2016.1", "'2016.1' is neither a release number of Nova nor the name of one"),
    ],
)
def test_bad_specifier_is_one_line(text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole message is compared)
        Specifier.parse(text)
    assert str(caught.value) == message
