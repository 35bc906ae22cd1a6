"""Tables on a terminal and as reStructuredText."""

from __future__ import annotations

import docutils.core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow
from sphinxext.nova.present.text import paragraph, rst_table, text_table

TABLE = Table(
    (
        Column("path", "Path", Look.NAME, 20),
        Column("description", "What it is for", Look.TEXT, 60),
        Column("lines", "Lines", Look.NUMBER, 10),
    ),
    (
        TableRow("a", (Cell("a/"), Cell("The first."), Cell("1,234"))),
        TableRow("b", (Cell("bcd"), Cell("コンピュートの仕事をする。"), Cell("5"))),
    ),
)


def test_text_is_aligned_also_where_characters_are_wide() -> None:
    assert text_table(TABLE).splitlines() == [
        "Path  What it is for              Lines",
        "----  --------------------------  -----",
        "a/    The first.                  1,234",
        "bcd   コンピュートの仕事をする。      5",
    ]


def test_long_sentences_go_on_in_their_column() -> None:
    table = Table(TABLE.columns[:2], (TableRow("a", (Cell("a/"), Cell("word " * 20))),))
    assert text_table(table).splitlines()[2:] == [
        f"a/    {('word ' * 14).strip()}",
        f"      {('word ' * 6).strip()}",
    ]


def test_rst_gives_the_table_again() -> None:
    assert rst_table(TABLE).splitlines() == [
        ".. list-table::",
        "   :header-rows: 1",
        "   :widths: 20 60 10",
        "",
        "   * - Path",
        "     - What it is for",
        "     - Lines",
        "   * - ``a/``",
        "     - The first.",
        "     - 1,234",
        "   * - ``bcd``",
        "     - コンピュートの仕事をする。",
        "     - 5",
    ]


@pytest.mark.parametrize("look", [Look.NAME, Look.TEXT])
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).map(str.strip))
def test_nothing_in_a_cell_acts_as_markup(look: Look, text: str) -> None:
    table = Table((Column("c", "C", look, 1),), (TableRow("r", (Cell(text),)),))
    document = docutils.core.publish_doctree(rst_table(table), settings_overrides={"report_level": 5})
    entries = [" ".join(entry.astext().split()) for entry in document.findall(lambda node: node.tagname == "entry")]
    assert entries == ["C", " ".join(text.split())]


NAMES = Table(
    (
        Column("method", "Method", Look.NAME, 30),
        Column("client", "Client", Look.NAME, 30, rank=1),
        Column("endpoint", "Endpoint of it", Look.NAME, 30),
        Column("lines", "Lines", Look.NUMBER, 5),
    ),
    (
        TableRow("a", (Cell("attach_volume"), Cell("ComputeAPI.attach_volume"), Cell("a.B.attach_volume"), Cell("1"))),
        TableRow("b", (Cell("x"), Cell("y"), Cell("ComputeManager.x, nova-api.y"), Cell("1,234"))),
    ),
)


def test_a_table_is_as_wide_as_the_terminal() -> None:
    assert text_table(NAMES, 82).splitlines() == text_table(NAMES).splitlines()
    assert text_table(NAMES, 64).splitlines() == [
        "Method         Client            Endpoint of it            Lines",
        "-------------  ----------------  ------------------------  -----",
        "attach_volume  ComputeAPI.       a.B.attach_volume             1",
        "                 attach_volume",
        "x              y                 ComputeManager.x,         1,234",
        "                                 nova-api.y",
    ]


def test_columns_for_which_there_is_no_room_are_named() -> None:
    assert text_table(NAMES, 44).splitlines() == [
        "Method         Endpoint of it          Lines",
        "-------------  ----------------------  -----",
        "attach_volume  a.B.attach_volume           1",
        "x              ComputeManager.x,       1,234",
        "               nova-api.y",
        "",
        "Columns without room: Client.",
    ]


def test_a_name_that_is_too_long_goes_on_after_one_of_its_parts() -> None:
    table = Table(
        (Column("name", "Name", Look.NAME, 30),),
        (TableRow("a", (Cell("nova-compute.prep_snapshot_based_resize_at_source"),)), TableRow("b", (Cell("x" * 30),))),
    )
    assert text_table(table, 24).splitlines()[2:] == [
        "nova-compute.prep_",
        "  snapshot_based_resize_",
        "  at_source",
        "x" * 24,
        f"  {'x' * 6}",
    ]


def test_columns_become_narrow_before_those_of_no_rank_are_left_out() -> None:
    columns = tuple(
        Column(name, name, Look.NAME, 20, rank=rank)
        for name, rank in (("a", 0), ("b", 0), ("c", 1), ("d", 2), ("e", 0))
    )
    cells = tuple(Cell("one_two_three_four_five_six_seven") for _column in columns)
    table = Table(columns, (TableRow("r", cells),))
    shown = {width: text_table(table, width).splitlines()[0].split() for width in (173, 84, 83, 65, 64, 40)}
    assert shown == {
        173: ["a", "b", "c", "d", "e"],
        84: ["a", "b", "c", "d", "e"],
        83: ["a", "b", "c", "e"],
        65: ["a", "b", "c", "e"],
        64: ["a", "b", "e"],
        40: ["a", "b"],
    }


def test_titles_are_bold_where_that_is_understood() -> None:
    styled = text_table(NAMES, 80, styled=True).splitlines()
    plain = text_table(NAMES, 80).splitlines()
    assert styled == [f"\x1b[1m{plain[0]}\x1b[0m", f"\x1b[2m{plain[1]}\x1b[0m", *plain[2:]]


_WORDS = st.lists(st.text(st.sampled_from("ab_./-é日 ,"), max_size=60), min_size=1, max_size=3)


def _size(line: str) -> int:
    return sum(2 if character == "日" else 1 for character in line)


@given(st.lists(_WORDS, min_size=1, max_size=6), st.integers(20, 90))
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(cells: list[list[str]], width: int) -> None:
    count = max(map(len, cells))
    columns = tuple(Column(str(number), f"T{number}", Look.NAME, 10) for number in range(count))
    rows = tuple(
        TableRow(str(number), tuple(Cell(text) for text in [*row, *[""] * (count - len(row))]))
        for number, row in enumerate(cells)
    )
    table = text_table(Table(columns, rows), width)
    assert max(map(_size, table.splitlines())) <= width
    if "\nColumns" not in table:
        letters = sorted("".join("".join(cell.text.split()) for row in rows for cell in row.cells))
        shown = sorted("".join("".join(line.split()) for line in table.splitlines()[2:]))
        assert shown == letters


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Mn", "Me", "Cf"])), st.integers(20, 90))
def test_a_paragraph_is_as_wide_as_the_terminal(text: str, width: int) -> None:
    assert paragraph(text, width).replace("\n", "") == text
