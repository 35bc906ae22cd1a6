"""Tables on a terminal and as reStructuredText."""

from __future__ import annotations

import docutils.core
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinxext.nova.present.tables import Cell, Column, Look, Table, TableRow
from sphinxext.nova.present.text import rst_table, text_table

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
