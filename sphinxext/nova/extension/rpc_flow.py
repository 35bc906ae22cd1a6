"""The directive ``rpc-flow``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.nodes import make_id

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.directives import COMMON_OPTIONS, Option, translate
from sphinxext.nova.extension.figures import DrawingDirective
from sphinxext.nova.present.choice import CHOICE_OPTIONS, Takes
from sphinxext.nova.present.columns import RPC_FLOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.extension.nodes import nova_answer
    from sphinxext.nova.model import Answer, Flow
    from sphinxext.nova.present.picture import Picture
    from sphinxext.nova.program import Program

_STYLES = ("both", "diagram", "table")


def flow_of(books: Library, spec: str, asked: str, assume: Mapping[str, object]) -> Answer[Flow]:
    """Ask a checkout what happens when something is called, unless that is known.

    :raises QuestionError: the question cannot be asked.
    """

    def ask(program: Program) -> Answer[Flow]:
        from sphinxext.nova.openstack.rpc_flow import rpc_flow

        return rpc_flow(program, asked, assume=assume)

    return books.kept(spec, "rpc-flow", (asked, *sorted(f"{name}={value!r}" for name, value in assume.items())), ask)


class RpcFlow(DrawingDirective):
    """Show what happens, process by process, when something is called: a sequence diagram and its table of steps.

    What is called is a function (``nova.compute.api.API.resize``), a method by its class where that is unambiguous
    (``ServersController._resize``), a REST action (``POST /servers/{id}/action resize``), an RPC method
    (``compute.prep_resize``) or a periodic task.

    The diagram shows the success path. What it does not show is counted below it, and options draw it. Each number in
    the diagram is a row of the table, which leads to where the message is sent and to what answers it. A diagram that
    would be too large is cut between processes. Builders that draw nothing show the table.
    """

    required_arguments = 1
    optional_arguments = 0
    known_options: ClassVar[tuple[Option, ...]] = (
        *(
            Option(
                option.name,
                option.values,
                option.doc,
                directives.flag if option.takes is Takes.NOTHING else directives.unchanged,
            )
            for option in CHOICE_OPTIONS
        ),
        Option("style", ", ".join(f"``{word}``" for word in _STYLES), "The diagram, the table, or (the default) both."),
        Option(
            "columns",
            ", ".join(f"``{key}``" for key in RPC_FLOW),
            "The columns of the table, in this order; by default those that have something to say.",
        ),
        Option("alt", "text", "What is read out in the place of the diagram, after its title."),
        *COMMON_OPTIONS,
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:  # noqa: ARG002 - it has nothing to warn of
        """Ask for the flow, and make figures and a table of what is chosen of it."""
        from sphinxext.nova.present.choice import EXTERNAL
        from sphinxext.nova.present.folding import fold

        given = self.given()
        choice = given.choice()
        style = self.choice("style", _STYLES, "both")
        columns = self.words("columns", RPC_FLOW)
        most = given.most()
        assume = given.assumed(self.library.config.options)
        asked = " ".join(self.arguments[0].split())
        self.checkout()
        answer = flow_of(self.library, self.spec(), asked, assume)
        self.note(answer)
        [flow] = answer.rows
        picture = fold(flow, choice, external={**EXTERNAL, **self.library.config.participants})
        found = self.target("flow", asked) or [self._target(asked)]
        [anchor] = cast("nodes.target", found[-1])["ids"]
        if not picture.items:
            return [*found, *self._nothing(picture)]
        if style != "table":
            start = asked if " " in asked else ".".join(asked.split(".")[-2:])
            found += self.figures(picture, asked, anchor, start=start, description=self.options.get("alt"), most=most)
        found += self._unfollowed(picture)
        found += self._left_out(picture)
        if style != "diagram":
            found.append(self.steps(picture, columns, anchor, titled=style == "table"))
        return found

    def _target(self, asked: str) -> nodes.target:
        target = nodes.target("", "", ids=[make_id(self.env, self.state.document, "nova-flow", asked)])
        self.state.document.note_explicit_target(target)
        return target

    def _nothing(self, picture: Picture) -> Iterator[nodes.Node]:
        """Say that there is no message to show."""
        from sphinxext.nova.present.rpc_flow import nothing_shown

        if (nothing := nothing_shown(picture, translate)) is not None:
            yield nodes.paragraph("", nothing)
        yield from self._unfollowed(picture)
        yield from self._left_out(picture)

    def _unfollowed(self, picture: Picture) -> Iterator[nodes.Node]:
        """Say that messages may be missing, and where the first of the calls are that were not followed."""
        if not picture.unfollowed:
            return
        from sphinxext.nova.present import unfollowed
        from sphinxext.nova.present.tables import Cell

        before, after = unfollowed.sentence(picture.unfollowed, translate)
        said = nodes.paragraph("", before, classes=["nova-unfollowed"])
        said["support_smartquotes"] = False
        for number, row in enumerate(unfollowed.first(picture.unfollowed)):
            said += nodes.Text("; " if number else " ")
            place = nodes.Text(unfollowed.place(row))
            uri = self.link(Cell(str(place), row.file, row.line))
            said += nodes.reference("", "", place, internal=False, refuri=uri) if uri else place
            said += [nodes.Text(" "), nodes.literal("", unfollowed.call(row))]
            said += nodes.Text(f" ({visible(unfollowed.reason(row))})")
        said += nodes.Text(after)
        yield said

    def _left_out(self, picture: Picture) -> Iterator[nodes.Node]:
        """Say how many messages are not shown, why, and which option of this directive shows them."""
        from sphinxext.nova.present.rpc_flow import left_out

        if not picture.left_out:
            return
        said = nodes.bullet_list(bullet="-")
        for text, option in left_out(picture, translate):
            paragraph = nodes.paragraph("", visible(text), classes=["nova-left-out"])
            paragraph["support_smartquotes"] = False
            if option is not None:
                paragraph += [nodes.Text(" "), nodes.literal("", f":{': '.join(option)}".rstrip())]
            said += nodes.list_item("", paragraph)
        lead = nodes.paragraph("", translate("Not shown:"))
        yield nodes.container("", lead, said, classes=["nova-left-out"])
