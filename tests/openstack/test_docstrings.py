"""The sentence in a docstring that says what a module is for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.openstack.docstrings import summary
from tests.bounds import within


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        (None, None),
        ("", None),
        ("Starter script for Nova Example.", "Starter script for Nova Example."),
        ("\n:mod:`nova.x` -- Cloud things\n=============================\n\n.. automodule:: nova.x\n", "Cloud things"),
        ("\n``nova.x`` - Cloud things\n-------------------------\n", "Cloud things"),
        (".. moduleauthor:: Somebody\n\nDoes it all. And more.", "Does it all."),
        ("Talks to :class:`~nova.x.Driver` by ``RPC``.", "Talks to Driver by RPC."),
        (
            "A `link <http://example.org>`_ and **strong**\nwords, e.g. these. Then more.",
            "A link and strong words, e.g. these.",
        ),
        ("Copyright 2010 Nobody\n\nThe real one.", "The real one."),
        ("====\n\nX of nova.compute here", "X of nova.compute here"),
    ],
)
def test_summary(docstring: str | None, said: str | None) -> None:
    assert summary(docstring) == said


@given(st.text(alphabet=st.sampled_from("ab .`:*_<>-=~\n")))
def test_any_docstring_gives_one_line_or_none(docstring: str) -> None:
    said = summary(docstring)
    assert said is None or (said.strip() == said and "\n" not in said and said)


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        ("`a link  <http://example.org>`__", "a link"),
        ("`  kept  ` and ````", "kept   and"),
        (":" * 200_000, None),
        ("a `b" + " " * 200_000 + "c", "a `b" + " " * 200_000 + "c"),
        ("a " + "`<" * 100_000, "a " + "`<" * 100_000),
        ("a " + "**" * 100_001 + "b", "a " + "**" * 100_001 + "b"),
        ("a" + "\n \n" * 100_000 + "b", "a"),
        ("=" * 200_000 + " x", "=" * 200_000 + " x"),
        ("a" + ". " * 100_000 + "b", "a" + ". " * 100_000 + "b"),
        ("a." * 100_000 + " - ", "a." * 100_000 + " -"),
    ],
    ids=range(10),
)
def test_a_summary_takes_time_by_the_length_of_the_text(docstring: str, said: str | None) -> None:
    assert within(lambda: summary(docstring)) == said
