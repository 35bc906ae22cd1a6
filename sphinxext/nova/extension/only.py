"""The directive ``nova-only``: prose that holds for some releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.util.nodes import nested_parse_with_titles

from sphinxext.nova.extension.directives import COMMON_OPTIONS, NovaDirective, Option
from sphinxext.nova.extension.staleness import note
from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.problems import Kind, QuestionError, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.extension.nodes import nova_answer


class NovaOnly(NovaDirective):
    """Show the content only where the checkout's release is in the given range: ``>=2014.2``, ``>=2013.1,<12``."""

    required_arguments = 1
    optional_arguments = 0
    has_content = True
    known_options: ClassVar[tuple[Option, ...]] = tuple(
        option for option in COMMON_OPTIONS if option.name == "checkout"
    )

    def answer(self, location: nova_answer) -> Sequence[nodes.Node]:
        """Parse the content, or leave it out."""
        from sphinxext.nova.releases import Specifier, parse

        try:
            specifier = Specifier.parse(self.arguments[0])
        except ValueError as error:
            raise QuestionError(Kind.RELEASE, str(error)) from None
        checkout = self.checkout()
        note(self.env, self.spec(), [Source("ref", "")])
        release = parse(checkout.release) if checkout.release else None
        if release is None:
            warn(Kind.RELEASE, f"nova-only: the release of {self.spec()} is not known; the text is shown", location)
        elif release not in specifier:
            return self.left_out()
        return self._content()

    def left_out(self) -> Sequence[nodes.Node]:
        """Leave the content out, but not for translators."""
        if not self.library.translating:
            return []
        with self.library.about_another_release():
            return self._content()

    def _content(self) -> Sequence[nodes.Node]:
        content = nodes.Element()
        nested_parse_with_titles(self.state, self.content, content, self.content_offset)
        return content.children
