"""The gate for text: what it lets through, what it writes as an escape, and that it does so once."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.escaping import ascii_json, json_number, visible, visible_json
from tests.markup import unshown

ANY = st.text(st.characters(exclude_categories=[]))
"""Any text, with halves of surrogate pairs, controls, and what is no character."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nova/compute/manager.py", "nova/compute/manager.py"),
        ("コンピュート 👩‍👧 é\u0301 \u00a0", "コンピュート 👩‍👧 é\u0301 \u00a0"),  # joiners and spaces stay
        ("\ud800x\udfff", r"\ud800x\udfff"),
        ("a\nb\tc\rd\0", r"a\nb\tc\rd\x00"),
        ("\x1b[31mred\x07\x7f\x85\x9b", r"\x1b[31mred\x07\x7f\x85\x9b"),
        ("\u202egnp.exe\u202c \u2066\u2069\u200e\u200f\u061c", r"\u202egnp.exe\u202c \u2066\u2069\u200e\u200f\u061c"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ufffe\uffff\ufdd0\U0001ffff\U0010fffe", r"\ufffe\uffff\ufdd0\U0001ffff\U0010fffe"),
        (r"\x1b", r"\x1b"),
        ("", ""),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_what_is_visible_can_be_shown_anywhere_and_stays(text: str) -> None:
    shown = visible(text)
    assert unshown(shown + "\n") == ""
    assert not {"\n", "\t"} & set(shown)
    assert visible(shown) == shown
    ET.fromstring(f"<a>{shown.replace('&', '&amp;').replace('<', '&lt;')}</a>")
    assert shown == "".join(map(visible, text))


@given(st.characters(exclude_categories=[]))
def test_only_what_cannot_be_shown_is_escaped(character: str) -> None:
    assert (visible(character) == character) == (not unshown(character) and character not in "\n\t")


@given(st.recursive(ANY | st.none(), lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_changes_only_what_is_no_unicode(value: object) -> None:
    text = visible_json(json.dumps(value, ensure_ascii=False))
    assert unshown(text) == ""
    assert json.loads(text) == _valid(value)
    assert json.loads(ascii_json(text)) == _valid(value)
    assert ascii_json(text).isascii()


def _valid(value: object) -> object:
    """Return a value with the escapes of halves of surrogate pairs."""
    if isinstance(value, str):
        return re.sub(r"[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):x}", value)
    if isinstance(value, list):
        return [_valid(item) for item in value]
    if isinstance(value, dict):
        return {_valid(name): _valid(item) for name, item in value.items()}
    return value


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, 0), (-1, -1), (1.5, 1.5), (10**300, 10**300), (10**400, None), (-(10**400), None), (inf, None), (-inf, None)],
)
def test_numbers_that_json_cannot_say_are_null(number: float, said: float | None) -> None:
    assert json_number(number) == said


def test_what_is_no_number_is_null() -> None:
    assert json_number(nan) is None
