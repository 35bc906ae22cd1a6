"""Nodes for names and for texts that hold names, which builders cut only where :mod:`~.present.breaking` lets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator
    from sphinx.writers.latex import LaTeXTranslator

_SPACES = re.compile(r"(\s+)")


class nova_name(nodes.literal):  # noqa: N801 - docutils' convention for nodes
    """A name out of a checkout: a literal that may be cut after a dot, an underscore or a slash.

    Its text is the whole name, so that it is found, indexed and copied as one. Builders without a visitor for it treat
    it as the literal that it is.
    """

    tagname = "literal"


class nova_words(nodes.inline):  # noqa: N801
    """A text with long names in it, which may be cut as those of :class:`nova_name` are."""

    tagname = "inline"


class nova_region(nodes.container):  # noqa: N801
    """A box around a table that scrolls what is wider than the page; ``label`` is what it is called when read out."""

    tagname = "container"


def words(text: str) -> nodes.Node:
    """Make the node of a text, which may be cut where it has names in it."""
    from sphinxext.nova.present.breaking import pieces

    return nova_words(text, text) if any(len(pieces(word)) > 1 for word in text.split()) else nodes.Text(text)


def _spread(text: str, word: Callable[[str], str]) -> str:
    """Set each word of a text, and keep the white space between them."""
    return "".join(part if not part or part.isspace() else word(part) for part in _SPACES.split(text))


def _visit_name_html(self: HTML5Translator, node: nova_name) -> None:
    from sphinxext.nova.present.breaking import pieces

    def word(text: str) -> str:
        # "pre" is the class by which Sphinx's style keeps each word of a literal on one line.
        return "<wbr />".join(f'<span class="pre">{self.encode(piece)}</span>' for piece in pieces(text))

    starttag = self.starttag(node, "code", "", CLASS="docutils literal notranslate nova-name")
    self.body.append(f"{starttag}{_spread(node.astext(), word)}</code>")
    raise nodes.SkipNode


def _visit_words_html(self: HTML5Translator, node: nova_words) -> None:
    from sphinxext.nova.present.breaking import pieces

    self.body.append(_spread(node.astext(), lambda word: "<wbr />".join(map(self.encode, pieces(word)))))
    raise nodes.SkipNode


def _latex_word(self: LaTeXTranslator, text: str) -> str:
    from sphinxext.nova.present.breaking import pieces

    # A box, since TeX would also end a line after a hyphen.
    return r"\allowbreak{}".join(rf"\mbox{{{self.encode(piece)}}}" for piece in pieces(text))


def _visit_name_latex(self: LaTeXTranslator, node: nova_name) -> None:
    if self.in_title:
        # What is also an entry of the table of contents and a bookmark has no boxes.
        text, style = self.encode(node.astext()), "sphinxstyleliteralintitle"
    else:
        text, style = _spread(node.astext(), lambda word: _latex_word(self, word)), "sphinxcode"
    self.body.append(rf"\{style}{{\sphinxupquote{{{text}}}}}")
    raise nodes.SkipNode


def _visit_words_latex(self: LaTeXTranslator, node: nova_words) -> None:
    from sphinxext.nova.present.breaking import pieces

    self.body.append(_spread(node.astext(), lambda word: r"\allowbreak{}".join(map(self.encode, pieces(word)))))
    raise nodes.SkipNode


def _visit_region_html(self: HTML5Translator, node: nova_region) -> None:
    # Reached by the keyboard, which else could not scroll it, and so with a name.
    attributes = {"role": "region", "tabindex": "0", "aria-label": node["label"]}
    self.body.append(self.starttag(node, "div", CLASS="nova-scroll", **attributes))


def _depart_region_html(self: HTML5Translator, _node: nova_region) -> None:
    self.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    """Add the nodes to Sphinx; all other builders know the nodes that they are made from."""
    app.add_node(nova_name, html=(_visit_name_html, None), latex=(_visit_name_latex, None))
    app.add_node(nova_words, html=(_visit_words_html, None), latex=(_visit_words_latex, None))
    app.add_node(nova_region, html=(_visit_region_html, _depart_region_html))
