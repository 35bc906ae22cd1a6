"""What the directives share: options, checkouts, captions, problems, and what a page shows in place of an answer."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.locale import get_translation
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.library import library
from sphinxext.nova.extension.nodes import nova_answer
from sphinxext.nova.extension.staleness import note
from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.present.choice import Given
from sphinxext.nova.problems import Kind, QuestionError, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.extension.domain import OpenStackDomain
    from sphinxext.nova.extension.library import Library
    from sphinxext.nova.model import Answer
    from sphinxext.nova.present.tables import Cell

_ = get_translation("sphinxext.nova")


def translate(text: str) -> str:
    """Give a word of ours in the reader's language, as a plain text and not as one that is translated later."""
    return str(_(text))


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a directive, declared once: what docutils accepts and what the reference says of it.

    Values are checked by the directive and not by ``convert``, which only splits: an impossible one is then a typed
    warning like any other question that cannot be asked.
    """

    name: str
    values: str
    doc: str
    convert: Callable[[str], Any] = directives.unchanged


COMMON_OPTIONS = (
    Option("checkout", "a name of ``nova_checkouts``", "Which checkout is asked; ``nova_checkout`` when left out."),
    Option("caption", "text", "The caption, numbered by ``:numref:`` where ``numfig`` is on."),
    Option("name", "text", "The name by which ``:ref:`` and ``:numref:`` lead here."),
    Option("class", "class names", "Classes for the table or list.", directives.class_option),
    Option("no-index", "", "References and the general index do not lead here.", directives.flag),
)


class NovaDirective(SphinxDirective):
    """A directive that asks a checkout.

    A subclass declares ``known_options`` and answers in :meth:`answer`; it may raise
    :exc:`~sphinxext.nova.problems.QuestionError`, which becomes one typed warning and a placeholder in the page.
    """

    known_options: ClassVar[tuple[Option, ...]] = COMMON_OPTIONS
    required_arguments = 0
    optional_arguments = 1
    final_argument_whitespace = True

    def __init_subclass__(cls) -> None:
        """Derive docutils' ``option_spec`` from the declared options."""
        cls.option_spec = {option.name: option.convert for option in cls.known_options}

    def run(self) -> list[nodes.Node]:
        """Answer, or say in the page that there is no answer."""
        asked = " ".join(" ".join(self.arguments).split())
        answer = nova_answer(question=self.name.rpartition(":")[2], asked=asked)
        self.set_source_info(answer)
        if self.library.elsewhere:
            return [*self.left_out()]
        try:
            answer += self.answer(answer)
        except QuestionError as error:
            warn(error.kind, f"{answer['question']}: {error}", answer)
            self._depend_on_everything()
            # The reason may name a path of this machine, which is the warning's business and not the page's.
            text = _("What belongs here could not be read from the source.")
            answer += nodes.paragraph("", text, classes=["nova-unanswered"])
        return [answer]

    def left_out(self) -> Sequence[nodes.Node]:
        """Give what translators need of a directive in a text about another release: nothing is asked there."""
        return list(self.title(nodes.paragraph))

    def _depend_on_everything(self) -> None:
        """Ask again after any change: nobody knows which one would let the question be asked."""
        with contextlib.suppress(QuestionError):
            note(self.env, self.spec(), [Source("tree", ""), Source("ref", "")])

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:
        """Give what every builder can show.

        :param location: where warnings point to.
        :raises QuestionError: the question cannot be asked.
        """
        raise NotImplementedError

    @property
    def library(self) -> Library:
        """The checkouts and catalogues of this build."""
        return library(self.env)

    def checkout(self) -> Checkout:
        """Open the checkout that this directive asks, on which the page depends from now on.

        :raises QuestionError: there is none.
        """
        spec = self.spec()
        note(self.env, spec, ())
        return self.library.checkout(spec)

    def spec(self) -> str:
        """Give the checkout that this directive asks, as ``conf.py`` writes it."""
        return self.library.spec(self.options.get("checkout"))

    def note(self, answer: Answer[Any]) -> None:
        """Record what an answer came from and what was wrong on the way."""
        spec = self.spec()
        note(self.env, spec, answer.sources)
        domain = cast("OpenStackDomain", self.env.domains["openstack"])
        for problem in answer.problems:
            domain.note_problem(spec, problem, self.lineno)

    def unread(self, answer: Answer[Any]) -> list[nodes.Node]:
        """Say beside an answer which forms were not read, in a paragraph for each."""
        found: list[nodes.Node] = []
        for problem in answer.problems:
            if problem.kind is Kind.FORM:
                place = ":".join(str(part) for part in (problem.file, problem.line) if part)
                text = f"{problem.message} ({place})." if place else f"{problem.message}."
                said = nodes.paragraph("", f"{text[0].upper()}{text[1:]}", classes=["nova-unread"])
                said["support_smartquotes"] = False
                found.append(said)
        return found

    def nothing(self, answer: Answer[Any]) -> list[nodes.Node]:
        """Say that there is no row to show: that there is nothing of the kind only where all was read."""
        there = translate("Nothing of the kind was found.") if answer.problems else None
        return [nodes.paragraph("", there or translate("Nothing of the kind is there.")), *self.unread(answer)]

    def link(self, cell: Cell) -> str | None:
        """Give the address of a cell's place in the checkout; ``None`` where it has none."""
        checkout = self.library.checkout(self.spec())
        return self.library.link(checkout, cell.place, cell.line) if cell.place else None

    def target(self, objtype: str, name: str, *, indexed: str | None = None) -> list[nodes.Node]:
        """Make what references to an object of the checkout lead to, and its entry in the general index.

        :param indexed: how the index calls it, ``None`` for its name.
        """
        if "no-index" in self.options:
            return []
        checkout = self.options.get("checkout", "")
        prefix = "-".join(filter(None, ("nova", checkout, objtype)))
        anchor = make_id(self.env, self.state.document, prefix, name)
        target = nodes.target("", "", ids=[anchor])
        self.state.document.note_explicit_target(target)
        domain = cast("OpenStackDomain", self.env.domains["openstack"])
        domain.note_object(objtype, checkout, name, anchor)
        entry = f"{visible(indexed or name)} ({domain.object_types[objtype].lname})"
        return [addnodes.index(entries=[("single", entry, anchor, "", None)]), target]

    def given(self) -> Given:
        """Give the options of this directive to what reads them."""
        return Given(self.options, ":{}:".format)

    def choice(self, option: str, known: Collection[str], default: str) -> str:
        """Give the value of an option that is one word.

        :raises QuestionError: it is none of the known words.
        """
        return self.given().word(option, known, default)

    def words(self, option: str, known: Collection[str] | None = None) -> list[str]:
        """Give the words of an option, separated by commas or white space; none where it is left out.

        :raises QuestionError: one of them is not among the known words.
        """
        return self.given().words(option, known)

    def number(self, option: str, default: int) -> int:
        """Give the value of an option that counts from 1.

        :raises QuestionError: it is no such number.
        """
        return self.given().number(option, default)

    def inline(self, text: str, line: int) -> list[nodes.Node]:
        """Parse inline markup in the language of the page."""
        # SphinxDirective.parse_inline() is new in Sphinx 7.4; it does the same.
        parsed, messages = self.state.inline_text(text, line)
        return [*parsed, *messages]

    def finish(self, element: nodes.Element, body: nodes.Element) -> nodes.Element:
        """Give the outermost element its name and classes."""
        body["classes"] += self.options.get("class", [])
        self.add_name(element)
        return element

    def title(self, element_type: type[nodes.TextElement]) -> Iterable[nodes.TextElement]:
        """Make the caption, if there is one."""
        if text := self.options.get("caption"):
            title = element_type(text, "", *self.inline(text, self.lineno))
            title.source, title.line = self.get_source_info()
            yield title
