"""The node that stands for an answer in the doctree, and the post-transform that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class nova_answer(nodes.General, nodes.Element):  # noqa: N801 - docutils' convention for nodes
    """What one directive shows.

    Its children are what every builder can show (a table, a list), so that captions are numbered, texts translated
    and references resolved as anywhere else. The attribute ``question`` names the directive.
    """


class AnswerTransform(SphinxPostTransform):
    """Put what the builder can show in the place of each :class:`nova_answer`."""

    default_priority = 9  # before Sphinx resolves references (10): what is put in may hold some

    def run(self, **_kwargs: Any) -> None:  # noqa: ANN401 - Sphinx's signature
        """Unwrap every answer."""
        for node in list(self.document.findall(nova_answer)):
            node.replace_self(node.children)


def setup(app: Sphinx) -> None:
    """Add the node and its transform to Sphinx."""
    app.add_node(nova_answer)
    app.add_post_transform(AnswerTransform)
