"""The directive ``service-bootstrap``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.nodes import make_id

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.directives import COMMON_OPTIONS, Option, translate
from sphinxext.nova.extension.figures import DrawingDirective
from sphinxext.nova.present.columns import SERVICE_KINDS, SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import Answer, Service
    from sphinxext.nova.present.tables import TableRow
    from sphinxext.nova.program import Program

_SHOWN = ("table", "steps")
_MOST_COMPARED = 4
"""How many services stand side by side in one table of steps."""


def starts(books: Library, spec: str, names: Sequence[str], *, with_start: bool) -> Answer[Service]:
    """Ask a checkout which processes there are, unless that is known.

    :raises QuestionError: the question cannot be asked.
    """

    def ask(program: Program) -> Answer[Service]:
        from sphinxext.nova.openstack.services import services

        return services(program, *names, with_start=with_start)

    return books.kept(spec, "services", (*names, with_start), ask)


class ServiceBootstrap(DrawingDirective):
    """Show which processes there are and how each starts.

    A table says of each command what kind of process it is, to which topics it listens, which manager and further
    endpoints answer, how many workers there are and how it reaches the database. A second table has the steps in which
    it starts, in their order; where several commands are shown, side by side.
    """

    known_options: ClassVar[tuple[Option, ...]] = (
        Option(
            "show",
            ", ".join(f"``{key}``" for key in _SHOWN),
            "What is shown; by default the table alone for all commands, and both for those that are named.",
        ),
        Option(
            "kinds",
            ", ".join(f"``{key}``" for key in SERVICE_KINDS),
            "The kinds of processes that are shown; all by default.",
        ),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in SERVICES),
            "The columns of the table, in this order; by default those that have something to say.",
        ),
        Option(
            "flow",
            "",
            "Draws the start of each service that is named: who makes whom, in numbered steps, and a table of them. It "
            "takes the place of the steps side by side, unless ``:show:`` asks for them.",
            directives.flag,
        ),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:  # noqa: ARG002 - it has nothing to warn of
        """Ask for the services and make tables of them and of their steps."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.services import default_columns, services_table

        names = (self.arguments or [""])[0].replace(",", " ").split()
        columns = self.words("columns", SERVICES)
        kinds = self.words("kinds", SERVICE_KINDS)
        drawn = "flow" in self.options
        shown = self.words("show", _SHOWN) or list(_SHOWN if names and not drawn else _SHOWN[:1])
        self.checkout()
        answer = starts(self.library, self.spec(), names, with_start=drawn or "steps" in shown)
        self.note(answer)
        rows = [row for row in answer.rows if not kinds or row.kind in kinds]
        if not rows:
            return self.nothing(answer)

        def anchor(row: TableRow) -> list[nodes.Node]:
            return self.target("service", row.key)

        found: list[nodes.Node] = []
        titles: Iterable[nodes.TextElement] = self.title(nodes.title)
        if "table" in shown:
            renderer = Renderer(self.link, anchor, lambda _row, _column: None)
            table = renderer.table(services_table(rows, columns or default_columns(rows), translate), titles)
            found.append(self.finish(table, table))
            titles = ()
        if "steps" in shown:
            for steps in self._steps(rows, titles):
                found.append(steps if found else self.finish(steps, steps))
                titles = ()
        if drawn:
            for row in rows:
                found += self._flow(row)
        return [*found, *self.unread(answer)]

    def _flow(self, row: Service) -> list[nodes.Node]:
        from sphinxext.nova.present.starting import start_picture

        if not row.start:
            return []
        picture = start_picture(row, translate)
        anchor = make_id(self.env, self.state.document, "nova-start", row.binary)
        target = nodes.target("", "", ids=[anchor])
        self.state.document.note_explicit_target(target)
        about = translate("How {service} starts").format(service=visible(row.binary))
        figures = self.figures(picture, about, anchor, start=row.entry_point, most=30, titled=False)
        columns = ("number", "sender", "receiver", "method")
        return [target, *figures, self.steps(picture, columns, anchor, titled=False)]

    def _steps(self, rows: Sequence[Service], titles: Iterable[nodes.TextElement]) -> list[nodes.table]:
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.services import compared_table

        renderer = Renderer(self.link, lambda _row: [], lambda _row, _column: None)
        started = [row for row in rows if row.start]
        tables: list[nodes.table] = []
        for first in range(0, len(started), _MOST_COMPARED):
            table = compared_table(started[first : first + _MOST_COMPARED], translate)
            tables.append(renderer.table(table, titles if not tables else ()))
        return tables
