"""Tables in the form that a builder can show: one that scrolls, one that fits on a page, or a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from unicodedata import east_asian_width

from docutils import nodes

from sphinxext.nova.extension.directives import translate
from sphinxext.nova.extension.names import nova_name, nova_region, nova_words
from sphinxext.nova.present.breaking import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx.config import Config

    from sphinxext.nova.extension.library import BuilderKind

_BOXES = (
    nodes.Admonition,
    nodes.figure,
    nodes.footnote,
    nodes.legend,
    nodes.sidebar,
    nodes.topic,
)
"""What LaTeX sets in a box, in which a table cannot go on on the next page; without that it must not be a long one."""


def fit(table: nodes.table, about: str, builder: BuilderKind, config: Config) -> None:
    """Give a table of an answer the form that the builder can show at its place.

    :param about: what was asked, which names the table where it has no caption.
    """
    if _inside(table, nodes.entry):
        if builder.format == "latex" and _list_lines(table) > _CELL:
            _move_out(table, _title(table) or about)
            _fit_paper(table, config)
            return
        # Text, man and older LaTeX builders have no table in a table, and a browser no space for one.
        _replace(table, as_list(table))
    elif builder.format == "latex":
        _fit_paper(table, config)
    elif builder.format == "html" and builder.name != "epub":
        # A book is cut into pages, and nothing in it scrolls.
        region = nova_region(label=_title(table) or f"{about}: {_heads(table)[0]}")
        region.source, region.line = table.source, table.line
        table.replace_self(region)
        region += table


def _inside(node: nodes.Node, *kinds: type) -> bool:
    parent: nodes.Node | None = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def _title(table: nodes.table) -> str:
    title = table.next_node(nodes.title)
    return title.astext() if title is not None else ""


def _heads(table: nodes.table) -> list[str]:
    return [entry.astext() for entry in cast("nodes.thead", table.next_node(nodes.thead)).findall(nodes.entry)]


def as_list(table: nodes.table) -> list[nodes.Element]:
    """Make a list of a table: an item for each row, and in it one for each cell that is not empty.

    The nodes of the cells are moved, and with them what references lead to; the ids of the table become those of a
    target before it.
    """
    heads = _heads(table)
    rows = list(cast("nodes.tbody", table.next_node(nodes.tbody)).findall(nodes.row))
    found: list[nodes.Element] = []
    if title := table.next_node(nodes.title):
        found.append(nodes.paragraph("", "", *title.children))
    listed = nodes.bullet_list(bullet="-", classes=["nova-list", *_classes(table)], ids=table["ids"])
    for row in rows:
        first, *others = cast("list[nodes.entry]", row.children)
        item = nodes.list_item("", *first.children)
        said = [
            nodes.list_item("", *_headed(head, entry))
            for head, entry in zip(heads[1:], others, strict=True)
            if entry.astext()
        ]
        if said:
            item += nodes.bullet_list("", *said, bullet="-")
        listed += item
    return [*found, listed]


def _classes(table: nodes.table) -> list[str]:
    return [name for name in table["classes"] if name not in {"nova-table", "colwidths-given", "longtable"}]


def _headed(head: str, entry: nodes.entry) -> Sequence[nodes.Node]:
    """Put what stands over a column before what stands in a cell."""
    first = entry[0]
    if isinstance(first, nodes.paragraph):
        first.insert(0, nodes.Text(f"{head}: "))
        first["classes"] = [name for name in first["classes"] if name != "nova-number"]
        return entry.children
    return [nodes.paragraph("", f"{head}:"), *entry.children]


def _replace(table: nodes.table, found: Sequence[nodes.Element]) -> None:
    parent = cast("nodes.Element", table.parent)
    index = parent.index(table)
    parent[index : index + 1] = found


# Paper: TeX has neither columns that take their width from what is in them nor rows that go on on the next page.

_TEXT_WIDTH = 440.0
"""How wide the text of a page is at least, in points: that of A4 and US letter with Sphinx's margins."""

_TEXT_HEIGHT = 600.0
_INDENT = 28.0
"""What a list or a quotation is indented by."""

_LINE = 1.25
"""The distance of lines, in sizes of the font."""

_PROSE, _HEAD = 0.58, 0.64
"""How wide a character of a word may be on average, in sizes of the font: in a text, and in the head of a column."""

_LITERAL, _LITERAL_DEFAULT = 0.6, 0.525
"""The same of a literal: in whichever font, and in the one that Sphinx takes with pdfLaTeX."""

_SMALL = 12
"""How many lines a table may have that is kept on one page."""

_CELL = 30
"""How many lines a list may have in the cell of a table, which does not go on on the next page."""

_STEPS = 40
"""In how many portions the space is shared that is left when every column has what it needs."""


@dataclass(frozen=True, slots=True)
class _Size:
    """A size of type: what LaTeX calls it, how large it is beside the text's, and half the gap between columns."""

    command: str
    relative: float
    gap: float


_SIZES = (
    _Size("normalsize", 1.0, 6.0),
    _Size("small", 0.9, 5.0),
    _Size("footnotesize", 0.8, 4.0),
    _Size("scriptsize", 0.7, 3.0),
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column, in sizes of the font: its widest part that is not cut, and the lengths of its paragraphs, by row."""

    narrowest: float
    lengths: tuple[tuple[float, ...], ...]

    def lines(self, width: float) -> list[float]:
        """Return how many lines each row takes at a width; what is cut leaves some of it empty."""
        return [sum(1 + 1.15 * length // width for length in lengths) for lengths in self.lengths]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A table in a size of type: the widths of its columns, and how many lines each of its rows takes."""

    size: _Size
    widths: tuple[float, ...]
    lines: tuple[float, ...]


def _list_lines(table: nodes.table) -> int:
    """Return how many lines a table would take as a list in a cell that is half as wide as the page."""
    return sum(1 + len(paragraph.astext()) // 40 for paragraph in table.findall(nodes.paragraph) if paragraph.astext())


def _move_out(table: nodes.table, name: str) -> None:
    """Put a table after the outermost table that it stands in, and a word of that in its place."""
    outer: nodes.Element = table
    around = table.parent
    while around is not None:
        if isinstance(around, nodes.table):
            outer = around
        around = around.parent
    _replace(table, [nodes.paragraph("", translate("{table}: below this table").format(table=name))])
    place = outer.parent
    if place is not None:
        place.insert(place.index(outer) + 1, table)


def _fit_paper(table: nodes.table, config: Config) -> None:
    fitted = [] if _inside(table, *_BOXES) else list(_fittings(table, config))
    if not fitted:
        _set_list(table)
        return
    # The largest type in which names and sentences are not cut much more often than in the smallest.
    fewest = min(sum(each.lines) for each in fitted)
    _set_table(table, next(each for each in fitted if sum(each.lines) <= 1.5 * fewest))


def _fittings(table: nodes.table, config: Config) -> Iterator[_Fitted]:
    default = config.latex_engine == "pdflatex" and "fontpkg" not in config.latex_elements
    literal = _LITERAL_DEFAULT if default else _LITERAL
    rows = [cast("Sequence[nodes.Element]", row.children) for row in table.findall(nodes.row)]
    columns = [_column(entries, literal) for entries in zip(*rows, strict=True)]
    width = _TEXT_WIDTH - _INDENT * sum(1 for _ in _indents(table))
    point = float(str(config.latex_elements.get("pointsize", "10pt")).removesuffix("pt"))
    for size in _SIZES:
        space = (width - 2 * size.gap * len(columns)) / (size.relative * point)
        if sum(column.narrowest for column in columns) <= space:
            widths = _widths(columns, space)
            lines = tuple(map(max, zip(*map(_Column.lines, columns, widths), strict=True)))
            if max(lines) * size.relative * point * _LINE <= _TEXT_HEIGHT:
                yield _Fitted(size, widths, lines)


def _indents(node: nodes.Node) -> Iterator[nodes.Node]:
    parent: nodes.Node | None = node.parent
    while parent is not None:
        if isinstance(parent, nodes.bullet_list | nodes.enumerated_list | nodes.block_quote | nodes.definition):
            yield parent
        parent = parent.parent


def _column(entries: Sequence[nodes.Element], literal: float) -> _Column:
    cells = [
        [list(_parts(paragraph, _PROSE if number else _HEAD, literal)) for paragraph in entry.findall(nodes.paragraph)]
        for number, entry in enumerate(entries)
    ]
    narrowest = max([1.0, *(part for cell in cells for parts in cell for part, _length in parts)])
    return _Column(narrowest, tuple(tuple(sum(length for _part, length in parts) for parts in cell) for cell in cells))


def _parts(paragraph: nodes.paragraph, prose: float, literal: float) -> Iterator[tuple[float, float]]:
    """Give the width that each part of a paragraph needs, which is not cut, and its length in a line."""
    for text in paragraph.findall(nodes.Text):
        wide = literal if isinstance(text.parent, nodes.literal) else prose
        may_be_cut = isinstance(text.parent, nova_name | nova_words)
        for word in str(text).split():
            for piece in pieces(word) if may_be_cut else [word]:
                full = sum(east_asian_width(character) in "WF" for character in piece)
                narrow = (len(piece) - full) * wide
                # Between full-width characters a line may end anywhere.
                yield max(narrow, float(full > 0)), narrow + full
            yield 0.0, wide


def _widths(columns: Sequence[_Column], space: float) -> tuple[float, ...]:
    """Share the space: each column has what it needs; the rest goes, in portions, where it saves most lines."""
    widths = [column.narrowest for column in columns]
    portion = (space - sum(widths)) / _STEPS
    lines = [column.lines(width) for column, width in zip(columns, widths, strict=True)]
    for _ in range(_STEPS):
        best: tuple[float, float, int] | None = None
        for number, column in enumerate(columns):
            wider = column.lines(widths[number] + portion)
            rows = zip(*lines[:number], wider, *lines[number + 1 :], strict=True)
            # Where it saves none yet, the column with most lines is on its way to save some.
            cost = (sum(map(max, rows)), -sum(lines[number]), number)
            best = cost if best is None or cost < best else best
        assert best is not None  # noqa: S101 - a table has columns
        number = best[2]
        widths[number] += portion
        lines[number] = columns[number].lines(widths[number])
    return tuple(widths)


def _set_table(table: nodes.table, fitted: _Fitted) -> None:
    gap = 2 * fitted.size.gap / (fitted.size.relative * 10)
    for colspec, width in zip(table.findall(nodes.colspec), fitted.widths, strict=True):
        colspec["colwidth"] = round((width + gap) * 100)
    if sum(fitted.lines) > _SMALL:
        table["classes"].append("longtable")
    for entry in table.findall(nodes.entry):
        if isinstance(entry[0], nodes.paragraph):
            # Between words of a narrow column there would be more space than words.
            entry[0].insert(0, nodes.raw("", r"\raggedright{}", format="latex"))
    # A long table leaves the bullet of an item to what comes after it.
    item = r"\leavevmode\par" if _opens_item(table) else ""
    start = item + rf"\begingroup\{fitted.size.command}\setlength{{\tabcolsep}}{{{fitted.size.gap:g}pt}}"
    _replace(table, [_tex(start), table, _tex(r"\endgroup")])


def _opens_item(table: nodes.table) -> bool:
    node: nodes.Element = table
    while not isinstance(node.parent, nodes.list_item):
        if node.parent is None or node.parent.index(node):
            return False
        node = node.parent
    return node.parent.index(node) == 0


def _set_list(table: nodes.table) -> None:
    # In a line of names there is no space that could be stretched.
    _replace(table, [_tex(r"\begingroup\raggedright"), *as_list(table), _tex(r"\endgroup")])


def _tex(text: str) -> nodes.raw:
    return nodes.raw("", text, format="latex")
