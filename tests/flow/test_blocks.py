"""What the reading of blocks says of small functions."""

from __future__ import annotations

from itertools import combinations
from textwrap import dedent

import pytest

from tests.flow.blocks import exclusive


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("a\nif x:\n    b\n    return\nc", "bc", id="a branch that returns"),
        pytest.param("a\nif x:\n    b\n    raise E\nelse:\n    c\nd", "bc bd", id="a branch that raises"),
        pytest.param("if x:\n    b\nelif y:\n    c\n    return\nelse:\n    d\ne", "cd ce", id="the second of three"),
        pytest.param(
            "if x:\n    a\n    if y:\n        b\n        return\n    c\nd", "bc bd", id="a branch of a branch"
        ),
        pytest.param(
            "if x:\n    if y:\n        a\n        return\n    else:\n        b\n        return\nc",
            "ab ac bc",
            id="all branches of a branch",
        ),
        pytest.param("if x: return a\nb", "", id="what is on the line of a condition"),
        pytest.param(
            "for x in y:\n    if z:\n        a\n        continue\n    b\nc", "ab", id="an iteration that ends"
        ),
        pytest.param("for x in y:\n    if z:\n        a\n        break\n    b\nc", "ab", id="a loop that ends"),
        pytest.param("while x:\n    if z:\n        a\n        return\n    b\nc", "ab ac", id="a return in a loop"),
        pytest.param("if x:\n    for y in z:\n        a\n        return\nb", "", id="a loop that may do nothing"),
        pytest.param(
            "try:\n    if x:\n        a\n        return\n    b\nexcept E:\n    c\nfinally:\n    d\ne",
            "ab",
            id="a try of which a handler goes on",
        ),
        pytest.param(
            "try:\n    if x:\n        a\n        return\n    b\nexcept E:\n    raise\nelse:\n    c\ne",
            "ab ac ae",
            id="a try of which no handler goes on",
        ),
        pytest.param("if x:\n    try:\n        return a\n    finally:\n        b\nc", "ac bc", id="a finally"),
        pytest.param("if x:\n    with y:\n        a\n        return\nb", "ab", id="a with"),
        pytest.param(
            "if x:\n    with y:\n        a\n        raise E\nb", "", id="a with that may swallow an exception"
        ),
        pytest.param("if x:\n    def f():\n        return a\nb", "", id="a function in a branch"),
        pytest.param(
            "match x:\n    case 1:\n        a\n        return\n    case _:\n        b\nc", "ab ac", id="a match"
        ),
        pytest.param("if x:\n    a\n    return\nprint 'x'\nb", "ab", id="Python 2"),
    ],
)
def test_which_lines_exclude_one_another(body: str, expected: str) -> None:
    text = "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    names = {
        line.split()[-1]: number for number, line in enumerate(text.splitlines(), 1) if line.split()[-1] in "abcde"
    }
    blocks = exclusive(dedent(text).encode())[1]
    found = [
        one + other
        for one, other in combinations(names, 2)
        if any(b.excludes(names[one], names[other]) for b in blocks)
    ]
    assert " ".join(found) == expected
