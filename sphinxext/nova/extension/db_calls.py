"""The directive ``db-calls``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

from sphinxext.nova.extension.diagrams import nova_diagram
from sphinxext.nova.extension.directives import COMMON_OPTIONS, NovaDirective, Option, translate
from sphinxext.nova.present.columns import DB_CALLS
from sphinxext.nova.problems import Kind, QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import Answer, DbCall
    from sphinxext.nova.present.tables import TableRow
    from sphinxext.nova.program import Program

_ACCESS = ("read", "write", "neither")
_WAYS = ("direct", "object", "conductor", "blocked", "inside")


def calls(books: Library, spec: str, of: str = "") -> Answer[DbCall]:
    """Ask a checkout who touches the database, unless that is known.

    :raises QuestionError: the question cannot be asked.
    """

    def ask(program: Program) -> Answer[DbCall]:
        from sphinxext.nova.openstack.db_calls import db_calls

        return db_calls(program, of)

    return books.kept(spec, "db-calls", (of,), ask)


class DbCalls(NovaDirective):
    """Show which database functions a service reaches, whether each reads or writes, and by which way.

    Straight; through a method of an object, which is a call to nova-conductor when it is made in a process that may not
    touch the database; or through nova-conductor's own RPC methods. What is reached straight from a process that may
    not do so is shown too, and marked.
    """

    known_options: ClassVar[tuple[Option, ...]] = (
        Option(
            "summary",
            "",
            "Counts the functions of each service instead, by what they do and by the way.",
            directives.flag,
        ),
        Option(
            "flow",
            "a database function",
            "Draws the ways to this function, one diagram for each service, and shows only its rows: "
            "``instance_get_by_uuid``.",
        ),
        Option(
            "access",
            ", ".join(f"``{word}``" for word in _ACCESS),
            "What the functions do that are shown; those that do neither only make a condition or give a connection, "
            "and are left out by default.",
        ),
        Option(
            "ways",
            ", ".join(f"``{word}``" for word in _WAYS),
            "The ways that are shown. ``blocked`` is what a process reaches straight that may not, ``inside`` what "
            "only other database functions call; that is left out by default, but for ``flow``.",
        ),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in DB_CALLS),
            "The columns of the table, in this order; by default those that have something to say.",
        ),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:  # noqa: ARG002 - it has nothing to warn of
        """Ask for the calls and make a table of them, or of their numbers."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.db_calls import db_calls_table, default_columns, function_name, summary_table

        columns = self.words("columns", DB_CALLS)
        self.checkout()
        answer = calls(self.library, self.spec(), " ".join((self.arguments or [""])[0].split()))
        self.note(answer)
        rows = self._chosen(answer.rows)
        if not rows:
            return self.nothing(answer)
        found: list[nodes.Node] = []
        if "flow" in self.options:
            found += self._figures(rows)
        if "summary" in self.options:
            renderer = Renderer(self.link, lambda _row: [], lambda _row, _column: None)
            body = renderer.table(summary_table(rows, translate), self.title(nodes.title))
        else:
            shown: set[str] = set()

            def anchor(row: TableRow) -> list[nodes.Node]:
                if row.key in shown:
                    return []
                shown.add(row.key)
                return self.target("db", row.key, indexed=function_name(row.key))

            renderer = Renderer(self.link, anchor, lambda _row, _column: None)
            table = db_calls_table(rows, columns or default_columns(rows), translate)
            body = renderer.table(table, self.title(nodes.title))
        return [*found, self.finish(body, body), *self.unread(answer)]

    def _chosen(self, rows: Sequence[DbCall]) -> list[DbCall]:
        from sphinxext.nova.present.db_calls import is_about, way_of

        access = self.words("access", _ACCESS) or _ACCESS[:2]
        ways = self.words("ways", _WAYS) or (_WAYS if "flow" in self.options else _WAYS[:-1])
        found = [row for row in rows if (row.access or "neither") in access and way_of(row) in ways]
        if "flow" not in self.options:
            return found
        name = str(self.options["flow"] or "").strip()
        about = [row for row in found if is_about(row, name)]
        if not about:
            raise QuestionError(Kind.NAME, f"nothing that is shown here reaches a database function {name}")
        return about

    def _figures(self, rows: Sequence[DbCall]) -> Iterator[nodes.Node]:
        from sphinxext.nova.present.choice import Choice
        from sphinxext.nova.present.db_calls import ways_to
        from sphinxext.nova.present.folding import fold
        from sphinxext.nova.present.sequence import diagrams

        name = str(self.options["flow"]).strip()
        choice = Choice(data=True, objects=True, database=True)
        for flow in ways_to(rows, name):
            title = translate("How {service} reaches {function}").format(
                service=flow.participants[0].name, function=name
            )
            for _part, text in diagrams(fold(flow, choice), title, translate, start=flow.participants[0].name):
                alt = text.split("accDescr: ", 1)[1].splitlines()[0]
                diagram = nova_diagram(code=text, alt=alt)
                self.set_source_info(diagram)
                figure = nodes.figure("", diagram, classes=["nova-flow"])
                self.set_source_info(figure)
                yield figure
