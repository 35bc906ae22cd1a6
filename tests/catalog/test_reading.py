"""A catalogue file: what is well formed is read, and everything else is a problem with a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.catalog import Catalog, CatalogEntry, load
from sphinxext.nova.model import Kind, Problem

GOOD = """
[[entry]]
path = "nova/good"
description = "Good."
"""
NOT_RELATIVE = "'path' is not relative to the checkout's root in the form 'nova/compute'"
GOOD_ENTRY = CatalogEntry("nova/good", (("", "Good."),))


def problem(message: str, line: int | None) -> Problem:
    return Problem(Kind.CATALOG, message, "my.toml", line)


def read(text: str) -> tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]]:
    catalog, problems = load(text.encode(), name="my.toml")
    assert isinstance(catalog, Catalog)
    return catalog.entries, problems


def test_all_forms_of_an_entry() -> None:
    entries, problems = read(
        """\
[[entry]]
path = "nova/conductor"
service = "nova-conductor"
since = "2013.1"
until = "19"
[entry.description]
en = " Talks to the database. "
ja = "データベースとやり取りする。"

[[ entry ]]
path = "README.rst"
description = "Any language."

[[entry]]
path = "nova/conductor"
since = "20.0.0"
description.en = "Something else."
"""
    )
    assert problems == ()
    # The entries of one path stand together.
    assert entries == (
        CatalogEntry(
            "nova/conductor",
            (("en", "Talks to the database."), ("ja", "データベースとやり取りする。")),
            service="nova-conductor",
            since="2013.1",
            until="19",
        ),
        CatalogEntry("nova/conductor", (("en", "Something else."),), since="20.0.0"),
        CatalogEntry("README.rst", (("", "Any language."),)),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "entry = []\n"])
def test_empty_file(text: str) -> None:
    assert read(text) == ((), ())


def test_byte_order_mark_and_windows_lines() -> None:
    catalog, problems = load(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), name="my.toml")
    assert (catalog.entries, problems) == ((GOOD_ENTRY,), ())


@pytest.mark.parametrize(
    ("entry", "messages"),
    [
        ('description = "x"', ["'path' is missing"]),
        ('path = 5\ndescription = "x"', ["'path' is not a text"]),
        ('path = " "\ndescription = "x"', ["entry ' ' is not used: 'path' is not a text"]),
        ('path = "nova/x"', ["entry 'nova/x' is not used: 'description' is missing"]),
        ('path = "nova/x"\n[entry.description]', ["entry 'nova/x' is not used: 'description' is missing"]),
        *(
            (
                f'path = "nova/x"\ndescription = {value}',
                ["entry 'nova/x' is not used: 'description' is neither a text nor a table of texts by language"],
            )
            for value in ("5", "''", "' '", "['x']", "{en = 5}", "{en = ''}", "{en = 'x', ja = []}")
        ),
        *(
            (
                f"path = '{path}'\ndescription = 'x'",
                [f"entry {path!r} is not used: {NOT_RELATIVE}"],
            )
            for path in ("/nova", "nova/", "./nova", "nova//x", "nova/../x", "..", "../nova", ".", "nova\\x")
        ),
        (
            'path = "nova/x"\nsince = "soon"\nuntil = 12\ndescription = "x"',
            [
                "entry 'nova/x' is not used: 'since' is no release of Nova: 'soon'",
                "entry 'nova/x' is not used: 'until' is not a text",
            ],
        ),
        (
            'path = "nova/x"\nsince = "12"\nuntil = "kilo"\ndescription = "x"',
            ["entry 'nova/x' is not used: 'since' (12) is later than 'until' (kilo)"],
        ),
        (
            'path = "nova/x"\nservice = ["a"]\nsinse = "12"\ndescription = "x"',
            [
                "entry 'nova/x' is not used: unknown key 'sinse'",
                "entry 'nova/x' is not used: 'service' is not a text",
            ],
        ),
    ],
)
def test_malformed_entry_is_left_out(entry: str, messages: list[str]) -> None:
    entries, problems = read(f"{GOOD}\n[[entry]]\n{entry}\n{GOOD.replace('good', 'second')}")
    assert [entry.path for entry in entries] == ["nova/good", "nova/second"]
    assert problems == tuple(problem(message, 6) for message in messages)


@pytest.mark.parametrize("limits", ['since = "12"\nuntil = "12"', 'since = "19.3"\nuntil = "19"', 'until = "2024.1"'])
def test_limits_that_are_a_range(limits: str) -> None:
    entries, problems = read(f'[[entry]]\npath = "a"\ndescription = "x"\n{limits}\n')
    assert (len(entries), problems) == (1, ())


def twice(first: str, second: str) -> str:
    return "".join(f'[[entry]]\npath = "nova/x"\ndescription = "x"\n{limits}\n' for limits in (first, second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", 'since = "12"'),
        ('until = "2015.1"', 'since = "2015.1.4"'),
        ('until = "19.0.3"', 'since = "19"'),
        ('since = "13"', 'since = "20"'),
        ('since = "12"\nuntil = "20"', 'since = "14"\nuntil = "15"'),
    ],
)
@pytest.mark.parametrize("swap", [False, True])
def test_overlapping_entries_of_a_path(first: str, second: str, *, swap: bool) -> None:
    entries, problems = read(twice(second, first) if swap else twice(first, second))
    assert len(entries) == 1
    [found] = problems
    assert found.message == "a second entry for 'nova/x' in the same releases is not used"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('until = "2015.1"', 'since = "12"'),
        ('until = "19"', 'since = "20.0.0"'),
        ('since = "31"', 'since = "13"\nuntil = "30.1.0"'),
    ],
)
def test_entries_of_a_path_one_after_the_other(first: str, second: str) -> None:
    entries, problems = read(twice(first, second))
    assert (len(entries), problems) == (2, ())


def test_what_stands_beside_the_entries() -> None:
    assert read(f'title = "Mine"\n{GOOD}\n[extra]\n') == (
        (GOOD_ENTRY,),
        (
            problem("unknown key 'title' beside the [[entry]] tables", None),
            problem("unknown key 'extra' beside the [[entry]] tables", None),
        ),
    )


def test_entry_that_is_no_array() -> None:
    assert read('[entry]\npath = "nova"\n') == (
        (),
        (problem("'entry' is not an array of tables: write [[entry]]", None),),
    )


def test_entries_written_inline_have_no_line() -> None:
    assert read('entry = [5, {path = "nova/good", description = "Good."}, {path = "nova"}]') == (
        (GOOD_ENTRY,),
        (
            problem("an entry is not a table: write [[entry]]", None),
            problem("entry 'nova' is not used: 'description' is missing", None),
        ),
    )


def test_header_inside_a_text_makes_lines_unknown() -> None:
    assert read('[[entry]]\npath = "nova"\ndescription = """\n[[entry]]\n"""\nservice = 5') == (
        (),
        (problem("entry 'nova' is not used: 'service' is not a text", None),),
    )


def test_broken_toml_costs_only_the_entry_it_is_in() -> None:
    broken = '[[entry]]\npath = "nova/broken\ndescription = "x"\n'
    assert read(GOOD + broken + GOOD.replace("good", "second")) == (
        (GOOD_ENTRY, CatalogEntry("nova/second", (("", "Good."),))),
        (problem("not TOML: Illegal character '\\n'", 6),),
    )


def test_broken_head_of_the_file() -> None:
    entries, problems = read(f"?\n{GOOD}")
    assert entries == (GOOD_ENTRY,)
    assert [(found.message, found.line) for found in problems] == [("not TOML: Invalid statement", 1)]


def test_file_that_is_broken_only_as_a_whole() -> None:
    entries, problems = read(f"entry = 1\n{GOOD}")
    assert entries == (GOOD_ENTRY,)
    assert [(found.kind, found.line) for found in problems] == [(Kind.CATALOG, 3)]


def test_text_without_end() -> None:
    assert read(f'{GOOD}[[entry]]\npath = """') == (
        (GOOD_ENTRY,),
        (problem("not TOML: Unterminated string", 5),),
    )


def test_values_nested_too_deeply() -> None:
    assert read(f"{GOOD}[[entry]]\npath = {'[' * 100_000}") == (
        (GOOD_ENTRY,),
        (problem("not TOML: values are nested too deeply", 5),),
    )


def test_not_utf_8() -> None:
    catalog, problems = load(GOOD.encode() + b"\n# caf\xe9\n", name="my.toml")
    assert (catalog.entries, problems) == ((), (problem("not UTF-8, nothing of it is used", 6),))


@given(st.binary(max_size=200) | st.text("[]entrypahdsciou=\"'\n {}.0", max_size=200).map(str.encode))
def test_any_bytes_are_answered(data: bytes) -> None:
    catalog, problems = load(data, name="my.toml")
    assert all(found.kind is Kind.CATALOG and found.file == "my.toml" for found in problems)
    assert all(catalog.lookup(entry.path, None) is not None for entry in catalog.entries)
