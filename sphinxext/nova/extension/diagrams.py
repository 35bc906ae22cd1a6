"""Diagrams: a node that holds Mermaid's text, and what each builder can make of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.problems import Kind

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.writers.html5 import HTML5Translator

MERMAID = "mermaid.min.js"
"""Mermaid as one classic script, which browsers load from ``file://`` too; npm's package has it in ``dist/``."""


class nova_diagram(nodes.General, nodes.Element):  # noqa: N801 - docutils' convention for nodes
    """A diagram: ``code`` is Mermaid's text, ``alt`` says in words what it shows.

    ``rows`` begins the ids of the rows that the numbers in the diagram stand for; the number follows.
    """


def _resolve(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Put what the builder can draw in the place of each diagram, and take away what it cannot.

    All references are resolved by then: those to a figure need its caption.
    """
    found = list(doctree.findall(nova_diagram))
    how = drawn_by(app.builder) if found else None
    for node in found:
        if how == "mermaid":
            node.replace_self(_mermaid(node))
        elif how is None:
            _without(node)


def drawn_by(builder: Builder) -> str | None:
    """Say who draws diagrams for a builder: ``local`` (we do), ``mermaid`` (sphinxcontrib-mermaid does), or nobody.

    EPUB readers run no scripts, and where ``mmdc`` (``mermaid_cmd``) is not there, LaTeX and Texinfo would get a
    warning in the place of a diagram: there the table of steps stands alone.
    """
    config = builder.config
    if builder.format == "html":
        images = config.mermaid_output_format in {"png", "svg"}
        if builder.name == "epub":
            return "mermaid" if images else None
        return "local" if config.nova_mermaid == "local" and not images else "mermaid"
    if builder.format in {"latex", "texinfo"} and isinstance(config.mermaid_cmd, str):
        return "mermaid" if shutil.which(config.mermaid_cmd) else None
    return None


def _mermaid(node: nova_diagram) -> nodes.Element:
    from sphinxcontrib.mermaid import mermaid

    drawn: nodes.Element = mermaid(code=node["code"], options={}, alt=node["alt"])
    drawn.source, drawn.line = node.source, node.line
    return drawn


def _without(node: nova_diagram) -> None:
    """Take a diagram away, and the figure around it unless a caption is left that can be referred to."""
    figure = node.parent
    figure.remove(node)
    if figure.children:
        # Something is left in its place: docutils ends the caption only of a figure with more than one child.
        figure.insert(0, nodes.raw("", "", format="html"))
    elif isinstance(figure, nodes.figure):
        if figure["ids"]:
            # A target before it has given it its id, and would be a second one of that name.
            for target in list(figure.parent.findall(nodes.target)):
                if target.get("refid") in figure["ids"]:
                    target.parent.remove(target)
            figure.replace_self(nodes.target("", "", ids=figure["ids"]))
        else:
            figure.parent.remove(figure)


def _visit_html(self: HTML5Translator, node: nova_diagram) -> None:
    attributes = {"data-rows": node["rows"]} if node.get("rows") else {}
    self.body.append(self.starttag(node, "pre", "", CLASS="nova-mermaid", **attributes))
    self.body.append(self.encode(node["code"]))
    self.body.append("</pre>\n")
    raise nodes.SkipNode


def _skip(_self: object, _node: nova_diagram) -> None:
    raise nodes.SkipNode


def _check_local(app: Sphinx) -> None:
    """Say so where the project's static files lack Mermaid."""
    if app.config.nova_mermaid != "local" or app.builder.format != "html":
        return
    for name in app.config.html_static_path:
        path = Path(app.confdir, name)
        if (path.name == MERMAID and path.is_file()) or (path / MERMAID).is_file():
            return
    warn(Kind.CONFIG, f"nova_mermaid: no folder or file of html_static_path has {MERMAID}; diagrams stay text")


def setup(app: Sphinx) -> None:
    """Add the node and what becomes of it to Sphinx."""
    skip = (_skip, None)
    app.add_node(nova_diagram, html=(_visit_html, None), latex=skip, text=skip, man=skip, texinfo=skip)
    app.connect("doctree-resolved", _resolve)
    app.connect("builder-inited", _check_local)
