"""The node that stands for an answer in the doctree, and the post-transform that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinxext.nova.extension.library import library

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class nova_answer(nodes.General, nodes.Element):  # noqa: N801 - docutils' convention for nodes
    """What one directive shows.

    Its children are what every builder can show (a table, a list), so that captions are numbered, texts translated
    and references resolved as anywhere else. The attribute ``question`` names the directive, ``asked`` is its argument.
    """


class AnswerTransform(SphinxPostTransform):
    """Put what the builder can show in the place of each :class:`nova_answer`."""

    default_priority = 9  # before Sphinx resolves references (10): what is put in may hold some

    def run(self, **_kwargs: Any) -> None:  # noqa: ANN401 - Sphinx's signature
        """Give the tables of every answer the form that the builder can show, and unwrap it."""
        answers = list(self.document.findall(nova_answer))
        if answers:
            self._fit_tables()
        for node in answers:
            node.replace_self(node.children)

    def _fit_tables(self) -> None:
        tables = [table for table in self.document.findall(nodes.table) if "nova-table" in table["classes"]]
        if not tables:
            return
        from sphinxext.nova.extension.fitting import fit

        builder = library(self.env).builder
        for table in tables:
            answer = table.parent
            while answer is not None and not isinstance(answer, nova_answer):
                answer = answer.parent
            if answer is not None:
                fit(table, f"{answer['question']} {answer['asked']}".strip(), builder, self.config)


def setup(app: Sphinx) -> None:
    """Add the node and its transform to Sphinx."""
    app.add_node(nova_answer)
    app.add_post_transform(AnswerTransform)
