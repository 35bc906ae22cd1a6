"""Styles and scripts: ours on the pages that show an answer, and none of sphinxcontrib-mermaid's without a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from sphinxext.nova.extension.diagrams import MERMAID, nova_diagram

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STYLE = "sphinxext-nova.css"
STARTER = "sphinxext-nova-mermaid.js"
"""Our files in ``_static``: how answers look, and what starts Mermaid."""

_CLASSES = frozenset({"nova-table", "nova-tree", "nova-list", "nova-flow"})
"""What every answer with a look of its own has one of. Nova's own documentation has other classes of this prefix."""

_MERMAID = "sphinxcontrib.mermaid"


def setup(app: Sphinx) -> None:
    """Add sphinxcontrib-mermaid and what each page needs to Sphinx."""
    app.connect("builder-inited", _copy)
    added: dict[str, list[Any]] = {}

    def before(
        _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
    ) -> None:
        added.update({key: list(context.get(key, ())) for key in ("script_files", "css_files")})

    def after(app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
        # The first of these two conditions is a promise: with it no page of ours needs a network.
        ours = app.config.nova_mermaid == "local" or _MERMAID not in app.config.extensions
        if ours and not _has_mermaid(doctree):
            for key, files in added.items():
                if key in context:
                    context[key][:] = files

    # It adds its script to pages without a doctree (the index, the search). Handlers of one priority are called in the
    # order in which they were connected: what comes between these two is what the mermaid that we load has added.
    app.connect("html-page-context", before)
    app.setup_extension(_MERMAID)
    app.connect("html-page-context", after)
    app.connect("html-page-context", _add)


def _has_mermaid(doctree: nodes.document | None) -> bool:
    from sphinxcontrib.mermaid import mermaid

    return doctree is not None and next(doctree.findall(mermaid), None) is not None


def _add(app: Sphinx, _page: str, _template: str, _context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Add our files to a page that needs them."""
    if doctree is None or next(doctree.findall(_is_ours), None) is None:
        return
    app.add_css_file(STYLE)
    if app.config.nova_mermaid == "local" and next(doctree.findall(nova_diagram), None) is not None:
        app.add_js_file(MERMAID, defer="defer", priority=790)
        app.add_js_file(STARTER, defer="defer", priority=791)


def _is_ours(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Element) and not _CLASSES.isdisjoint(node["classes"])


def _copy(app: Sphinx) -> None:
    """Put our files beside the pages.

    They are not added to ``html_static_path``, a configuration value that would then differ from that of ``conf.py``.
    """
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    for name in (STYLE, STARTER):
        content = Path(__file__).with_name("static").joinpath(name).read_bytes()
        file = static / name
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
