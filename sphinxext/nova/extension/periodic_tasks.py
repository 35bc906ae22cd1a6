"""The directive ``periodic-tasks``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes

from sphinxext.nova.extension.directives import COMMON_OPTIONS, NovaDirective, Option, translate
from sphinxext.nova.present.columns import PERIODIC_TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import Answer, PeriodicTask
    from sphinxext.nova.present.tables import TableRow
    from sphinxext.nova.program import Program

_TALKS = "talks_to"
"""The column that needs the walk."""

_HELP = ("first", "whole", "none")


def tasks(
    books: Library, spec: str, of: str = "", *, with_timers: bool, with_talks: bool = False
) -> Answer[PeriodicTask]:
    """Ask a checkout what runs by itself, and with ``with_talks`` whom it talks to, unless that is known.

    :raises QuestionError: the question cannot be asked.
    """

    def ask(program: Program) -> Answer[PeriodicTask]:
        if with_talks:
            from sphinxext.nova.openstack.talking import talking_tasks

            return talking_tasks(program, of, with_timers=with_timers)
        from sphinxext.nova.openstack.periodic_tasks import periodic_tasks

        return periodic_tasks(program, of, with_timers=with_timers)

    return books.kept(spec, "periodic-tasks", (of, with_timers, with_talks), ask)


class PeriodicTasks(NovaDirective):
    """Show what runs by itself: each periodic task, how often it really runs, and the options that decide it.

    A second table explains the options. Where a task never does anything while nothing is configured, the first says
    so, and which option is the reason.
    """

    known_options: ClassVar[tuple[Option, ...]] = (
        Option(
            "also",
            "``timers``",
            "Shows also what a timer runs that is no periodic task of a manager: the report that a service is alive, "
            "the loop that runs the periodic tasks.",
        ),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in PERIODIC_TASKS),
            "The columns of the first table, in this order; by default those that have something to say and "
            "that the second one does not have. ``talks_to``, which takes longest to find, is only there when named: "
            "the messages that a task sends, whether it gets to the database, and whom else it asks "
            "(``nova_participants``).",
        ),
        Option(
            "help",
            ", ".join(f"``{key}``" for key in _HELP),
            "How much of its help text the second table shows of each option: the first paragraph, or all; with "
            "``none`` there is no second table.",
        ),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:  # noqa: ARG002 - it has nothing to warn of
        """Ask for the tasks and make tables of them and of their options."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.choice import EXTERNAL
        from sphinxext.nova.present.periodic_tasks import default_columns, periodic_tasks_table

        also = self.words("also", ("timers",))
        columns = self.words("columns", PERIODIC_TASKS)
        shown_help = self.choice("help", _HELP, "first")
        self.checkout()
        of = (self.arguments or [""])[0].strip()
        answer = tasks(self.library, self.spec(), of, with_timers=bool(also), with_talks=_TALKS in columns)
        self.note(answer)
        rows = answer.rows
        if not rows:
            return self.nothing(answer)

        def anchor(row: TableRow) -> list[nodes.Node]:
            return self.target("task", row.key)

        options_apart = shown_help != "none" and any(row.options for row in rows)
        columns = columns or list(default_columns(rows, options_apart=options_apart))
        renderer = Renderer(self.link, anchor, lambda _row, _column: None)
        external = {**EXTERNAL, **self.library.config.participants}
        table = periodic_tasks_table(rows, columns, translate, external)
        body = renderer.table(table, self.title(nodes.title))
        found: list[nodes.Node] = [self.finish(body, body)]
        if options_apart:
            found.append(self._options(rows, whole=shown_help == "whole"))
        return [*found, *self.unread(answer)]

    def _options(self, rows: Sequence[PeriodicTask], *, whole: bool) -> nodes.table:
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.periodic_tasks import options_table

        def anchor(row: TableRow) -> list[nodes.Node]:
            return self.target("option", row.key)

        renderer = Renderer(self.link, anchor, lambda _row, _column: None)
        table = renderer.table(options_table(rows, ("option", "default", "help", "tasks"), translate, whole=whole), ())
        table["classes"] += self.options.get("class", [])
        return table
