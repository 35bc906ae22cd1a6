"""Expressions that are long or deep become texts that are no longer than that."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.syntax import read
from sphinxext.nova.syntax.rendering import render
from tests.bounds import within

if TYPE_CHECKING:
    from sphinxext.nova.syntax.forms import Expr


def form(text: str) -> Expr:
    (assignment,) = read(f"x = {text}\n".encode(), path="").assignments
    return assignment.value


def nested(depth: int) -> str:
    text = "''"
    for level in range(depth):
        quote = "'\""[level % 2]
        text = f"f{quote}{{{text}}}\\{quote}{quote}"
    return text


def test_f_strings_in_f_strings() -> None:
    text = within(lambda: render(form(nested(40))))
    assert len(text) < 10_000
    assert "…" in text
    assert render(form("f'a{f\"b{c}\"}'")) == """f"a{f'b{c}'}\""""


@pytest.mark.parametrize(
    "one", ["[1, {}]", "a[1, {}]", "a[1, 2, {}].b", "f({})", "{{1: {}}}", "lambda a={}: 1", "not {}"]
)
def test_an_expression_as_deep_as_any_that_is_read(one: str) -> None:
    text = "1"
    while (deeper := read(f"x = {one.format(text)}\n".encode(), path="")).problems == ():
        text = one.format(text)
        expression = deeper.assignments[0].value

    def deep(levels: int) -> str:
        return render(expression) if not levels else deep(levels - 1)

    assert within(lambda: deep(700)) == text
    assert sys.getrecursionlimit() == within(lambda: (deep(700), sys.getrecursionlimit())[1])


def test_many_parameters() -> None:
    text = f"lambda *, {', '.join(f'a{n}=1' for n in range(30_000))}: 1"
    assert within(lambda: render(form(text))) == text
    for text in ("lambda a, *, b: 1", "lambda *a, b: 1", "lambda a, /, b, *, c, **d: 1"):
        assert render(form(text)) == text
