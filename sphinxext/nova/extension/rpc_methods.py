"""The directive ``rpc-methods``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives

from sphinxext.nova.extension.directives import COMMON_OPTIONS, NovaDirective, Option, translate
from sphinxext.nova.present.columns import RPC_METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.extension.domain import OpenStackDomain
    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import Answer, RpcMethod
    from sphinxext.nova.present.tables import TableRow
    from sphinxext.nova.program import Program

_SHOWN = ("answered", "no-client", "no-endpoint")


def methods(books: Library, spec: str, topic: str, *, with_callers: bool) -> Answer[RpcMethod]:
    """Ask a checkout what can be asked over RPC, unless that is known.

    :raises QuestionError: the question cannot be asked.
    """

    def ask(program: Program) -> Answer[RpcMethod]:
        from sphinxext.nova.openstack.rpc_methods import rpc_methods

        return rpc_methods(program, topic, with_callers=with_callers)

    return books.kept(spec, "rpc-methods", (topic, with_callers), ask)


class RpcMethods(NovaDirective):
    """Show what can be asked of a process over RPC: each method with the client that sends it and what answers.

    The argument is a topic (``compute``) or a command (``nova-compute``); without it all topics are shown. Both ends
    lead to their source.
    """

    known_options: ClassVar[tuple[Option, ...]] = (
        Option(
            "show",
            ", ".join(f"``{key}``" for key in _SHOWN),
            "Which rows are shown: messages that an endpoint answers, public methods of managers that no client in "
            "the checkout asks for, messages that nothing in it answers. By default all but the second.",
        ),
        Option(
            "callers",
            "",
            "Shows also the functions in which each client is called, which takes longer to find.",
            directives.flag,
        ),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in RPC_METHODS),
            "The columns, in this order; by default those that have something to say.",
        ),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:  # noqa: ARG002 - it has nothing to warn of
        """Ask for the methods and make a table of them."""
        from sphinxext.nova.extension.tables import Renderer
        from sphinxext.nova.present.rpc_methods import default_columns, rpc_methods_table

        shown = self.words("show", _SHOWN) or ["answered", "no-endpoint"]
        columns = self.words("columns", RPC_METHODS)
        with_callers = "callers" in self.options or "callers" in columns
        self.checkout()
        topic = (self.arguments or [""])[0].strip()
        answer = methods(self.library, self.spec(), topic, with_callers=with_callers)
        self.note(answer)
        rows = [row for row in answer.rows if _what(row) in shown]
        if not rows:
            return self.nothing(answer)
        table = rpc_methods_table(rows, columns or default_columns(rows), translate)
        by_key = dict(zip(table.rows, rows, strict=True))
        seen: set[str] = set()

        def anchor(table_row: TableRow) -> list[nodes.Node]:
            row = by_key[table_row]
            names = [name for name in _names(row) if name not in seen]
            seen.update(names)
            return self._target(names) if names else []

        body = Renderer(self.link, anchor, lambda _row, _column: None).table(table, self.title(nodes.title))
        return [self.finish(body, body), *self.unread(answer)]

    def _target(self, names: Sequence[str]) -> list[nodes.Node]:
        """Make the target of a row, which the other names lead to as well."""
        found = self.target("rpc", names[0])
        domain = cast("OpenStackDomain", self.env.domains["openstack"])
        for name in names[1:] if found else ():
            [anchor] = found[-1]["ids"]  # type: ignore[index]
            domain.note_object("rpc", self.options.get("checkout", ""), name, anchor)
        return found


def _what(row: RpcMethod) -> str:
    """Say which of the words of ``:show:`` a row is."""
    if row.client is None:
        return "no-client"
    return "answered" if row.endpoint is not None else "no-endpoint"


def _names(row: RpcMethod) -> list[str]:
    """Give what references may call a row: ``compute.ping``, and with the namespace ``compute.baseapi.ping``."""
    if row.topic is None:
        return [row.method]
    names = [f"{row.topic}.{row.method}"]
    return [*names, f"{row.topic}.{row.namespace}.{row.method}"] if row.namespace else names
