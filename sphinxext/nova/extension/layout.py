"""The directive ``nova-layout``."""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from sphinx.locale import get_translation

from sphinxext.nova.extension.directives import COMMON_OPTIONS, NovaDirective, Option
from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.present.columns import LAYOUT
from sphinxext.nova.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import LayoutRow
    from sphinxext.nova.present.tables import Column, TableRow

_ = get_translation("sphinxext.nova")

_DESCRIPTION = re.compile(r"(?P<path>\S.*?)/?:(?:\s+(?P<text>.*))?$")

_ONLY: dict[str, Callable[[LayoutRow], bool]] = {
    "folders": lambda row: row.kind == "folder",
    "files": lambda row: row.kind == "file",
    "services": lambda row: row.kind == "folder" and row.service is not None,
    "support": lambda row: row.kind == "folder" and row.service is None,
}


class NovaLayout(NovaDirective):
    """Show the folders (or files) below a folder of the checkout and what each is for.

    The content may describe some of them, a line each: ``conductor: does database work for nova-compute``. A line
    that is indented goes on with the description above it.
    """

    has_content = True
    known_options: ClassVar[tuple[Option, ...]] = (
        Option("depth", "a number, 1 by default", "How many levels below the folder are shown."),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in LAYOUT),
            "The columns, in this order; by default those that have something to say.",
        ),
        Option(
            "only",
            ", ".join(f"``{key}``" for key in _ONLY),
            "What is shown. By default the folders; all of the folder that is a service's body, or has no folders.",
        ),
        Option(
            "exclude", "patterns such as ``*.egg-info``", "What is left out, by its name or its path below the folder."
        ),
        Option("style", "``table``, ``tree``", "A table, or a list with the levels inside each other."),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:
        """Ask for the layout and make a table or a list of it."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.openstack.layout import layout
        from sphinxext.nova.present.layout import default_columns, layout_table

        depth = self.number("depth", 1)
        columns = self.words("columns", LAYOUT)
        style = self.choice("style", ("table", "tree"), "table")
        only = self.words("only", _ONLY)
        folder = "/".join(part for part in (self.arguments or [""])[0].split("/") if part not in {"", "."})
        checkout = self.checkout()
        catalogs = self.library.catalogs
        for path, _catalog, _problems in self.library.user_catalogs:
            self.env.note_dependency(str(path))
        spec, books = self.spec(), self.library
        answer = books.asked(
            spec,
            lambda: layout(
                checkout,
                folder,
                depth=depth,
                catalogs=catalogs,
                language=books.language,
                program=books.program(spec),
            ),
        )
        self.note(answer)
        written = self._written(folder, checkout, location)
        rows = [
            replace(row, described_by="page") if row.path in written else row
            for row in _chosen(answer.rows, folder, only, self.words("exclude"))
        ]
        if not rows:
            return [nodes.paragraph("", _("Nothing of the kind is there."))]
        columns = columns or list(default_columns(rows))
        nobody = [row.path for row in rows if row.kind == "folder" and not row.described_by]
        if nobody and "description" in columns:
            warn(Kind.UNDESCRIBED, f"nobody says what is in {', '.join(nobody)}", location)
        objtypes = {row.path: row.kind for row in rows}

        def anchor(row: TableRow) -> list[nodes.Node]:
            return self.target(objtypes[row.key], row.key)

        def description(row: TableRow, column: Column) -> nodes.paragraph | None:
            return written.get(row.key) if column.key == "description" else None

        renderer = Renderer(self.link, anchor, description)
        table = layout_table(rows, columns, _)
        if style == "table":
            body: nodes.Element = renderer.table(table, self.title(nodes.title))
            return [self.finish(body, body)]
        body = renderer.tree(table)
        if captions := list(self.title(nodes.caption)):
            return [self.finish(nodes.figure("", body, *captions), body)]
        return [self.finish(body, body)]

    def _written(self, folder: str, checkout: Checkout, location: nova_answer) -> dict[str, nodes.paragraph]:
        """Read the descriptions in the directive's content, by the path that each is of."""
        from sphinxext.nova.openstack.layout import holds

        written = {}
        for name, paragraph in self._descriptions(location):
            path = next((path for path in (f"{folder}/{name}".strip("/"), name) if holds(checkout, path)), None)
            if path is None:
                place = (self.env.docname, cast("int", paragraph.line))
                warn(Kind.STALE, f"no {name} to describe in {folder or 'the root'}", place)
            else:
                written[path] = paragraph
        return written

    def left_out(self) -> Sequence[nodes.Node]:
        """Give the caption and the descriptions."""
        return [*super().left_out(), *(paragraph for _name, paragraph in self._descriptions(None))]

    def _descriptions(self, location: nova_answer | None) -> Iterator[tuple[str, nodes.paragraph]]:
        """Read the descriptions in the content; what is none is a warning, unless there is no location for it."""
        entries: list[tuple[str, list[str], int]] = []
        for offset, line in enumerate(self.content):
            number = self.content_offset + offset + 1
            if line[:1].isspace() and entries:
                entries[-1][1].append(line.strip())
            elif match := _DESCRIPTION.match(line):
                entries.append((match["path"], [match["text"] or ""], number))
            elif line.strip() and location is not None:
                warn(Kind.OPTION, f"{location['question']}: not of the form 'path: description': {line}", location)
        for name, lines, number in entries:
            text = " ".join(lines).strip()
            paragraph = nodes.paragraph(text, "", *self.inline(text, number))
            paragraph.source, paragraph.line = self.get_source_info()[0], number
            yield name, paragraph


def _chosen(rows: Sequence[LayoutRow], folder: str, only: Sequence[str], exclude: Sequence[str]) -> list[LayoutRow]:
    """Choose rows: what is not chosen takes what is below it along."""
    if not only:
        top = [row for row in rows if not row.depth]
        whole = any(row.role for row in top) or not any(row.kind == "folder" for row in top)
        only = ("folders", "files") if whole else ("folders",)
    chosen: list[LayoutRow] = []
    gone = ""
    for row in rows:
        if gone and row.path.startswith(gone):
            continue
        # Services and support are kinds of the folders that were asked about, not of what is inside them.
        wanted = any(_ONLY[word](row) for word in only) or (row.depth and row.kind == "folder" and "files" not in only)
        names = (row.path.removeprefix(f"{folder}/"), row.path.rpartition("/")[2])
        if wanted and not any(fnmatchcase(name, pattern) for pattern in exclude for name in names):
            chosen.append(row)
        elif row.kind == "folder":
            gone = f"{row.path}/"
    return chosen
