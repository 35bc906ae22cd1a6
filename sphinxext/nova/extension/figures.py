"""What directives that draw share: figures in one or several parts, and the table of their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.diagrams import nova_diagram
from sphinxext.nova.extension.directives import NovaDirective, translate
from sphinxext.nova.extension.names import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.present.picture import Picture
    from sphinxext.nova.present.splitting import Part
    from sphinxext.nova.present.tables import TableRow


class DrawingDirective(NovaDirective):
    """A directive that draws pictures."""

    def figures(
        self,
        picture: Picture,
        about: str,
        anchor: str,
        *,
        start: str | None = None,
        description: str | None = None,
        most: int = 15,
        titled: bool = True,
    ) -> list[nodes.Node]:
        """Make a figure of each part of a picture, and say under it where it goes on.

        :param about: what the diagram is about where it has no caption.
        :param anchor: what the ids of the parts, and of the rows that numbers lead to, begin with.
        :param start: what is noted where it starts.
        :param description: what is read out after the title.
        :param most: how many arrows a part has at most.
        :param titled: whether caption and name of the directive are the figure's; else ``about`` is its caption.
        """
        from sphinxext.nova.present.sequence import diagrams

        caption = self.options.get("caption") if titled else None
        title = nodes.caption("", "", *self.inline(caption, self.lineno)).astext() if caption else about
        drawn = diagrams(picture, title, translate, start=start, description=description, most=most)
        own = None if titled else about
        figures = [self._figure(part, text, anchor, len(drawn), own) for part, text in drawn]
        found: list[nodes.Node] = []
        for (part, _text), figure in zip(drawn, figures, strict=True):
            found.append(figure)
            if said := list(self._links(part, [part for part, _text in drawn], figures)):
                found.append(nodes.paragraph("", "", *said, classes=["nova-parts"]))
        return found

    def _figure(self, part: Part, text: str, anchor: str, count: int, own: str | None) -> nodes.figure:
        alt = text.split("accDescr: ", 1)[1].splitlines()[0]
        diagram = nova_diagram(code=text, alt=alt, rows=f"{anchor}-step-")
        self.set_source_info(diagram)
        figure = nodes.figure("", diagram, classes=["nova-flow", *self.options.get("class", [])])
        self.set_source_info(figure)
        for caption in self.title(nodes.caption) if own is None else [nodes.caption(own, own)]:
            if count > 1:
                caption.append(nodes.Text(translate(" (part {part} of {count})").format(part=part.number, count=count)))
            figure += caption
        if count > 1:
            figure["ids"].append(f"{anchor}-part-{part.number}")
        if part.number == 1 and own is None:
            self.add_name(figure)
        return figure

    def _links(self, part: Part, parts: Sequence[Part], figures: Sequence[nodes.figure]) -> Iterator[nodes.Node]:
        """Say of which part this one is the continuation, and which are its own."""

        def link(other: Part) -> nodes.reference:
            text = translate("part {part}").format(part=other.number)
            return nodes.reference("", text, internal=True, refid=figures[other.number - 1]["ids"][0])

        before = [other for other in parts if other.number == part.of]
        after = [other for other in parts if other.of == part.number]
        for other in before:
            yield nodes.Text(translate("Continues "))
            yield link(other)
            yield nodes.Text(". " if after else ".")
        for number, other in enumerate(after):
            yield nodes.Text(", " if number else translate("Goes on in "))
            yield link(other)
            if other.after:
                said = translate(" after {number}. {method}")
                yield words(said.format(number=other.after.number, method=visible(other.after.text)))
        if after:
            yield nodes.Text(".")

    def steps(self, picture: Picture, columns: Sequence[str], anchor: str, *, titled: bool) -> nodes.table:
        """Make the table of the steps of a picture, with an anchor for each row."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.steps import default_columns, steps_table

        def target(row: TableRow) -> list[nodes.Node]:
            found = nodes.target("", "", ids=[f"{anchor}-step-{row.key}"])
            self.state.document.note_explicit_target(found)
            return [found]

        renderer = Renderer(self.link, target, lambda _row, _column: None)
        table = steps_table(picture, columns or default_columns(picture), translate)
        body = renderer.table(table, self.title(nodes.title) if titled else ())
        body["classes"] += self.options.get("class", [])
        if titled:
            self.add_name(body)
        return body
