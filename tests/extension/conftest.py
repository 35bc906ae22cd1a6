"""Real Sphinx builds of a few pages about a small checkout."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
import sphinx
from sphinx.testing.util import SphinxTestApp
from sphinx.util.console import strip_colors

from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docutils import nodes


@dataclass
class Site:
    """A folder of pages about a checkout beside it, and what Sphinx made of them last."""

    pages: Path
    nova: Path
    app: SphinxTestApp | None = None
    read: tuple[str, ...] = ()

    def build(self, builder: str = "html", *, parallel: int = 1, out: str = "out", **config: Any) -> str:
        """Build as a new process would, and give the warnings without this machine's paths."""
        read: list[str] = []
        config = {"extensions": ["sphinxext.nova", "myst_parser"], "nova_checkout": "../nova", **config}
        if (7, 3) <= sphinx.version_info < (8, 0):
            config["show_warning_types"] = True  # the default from 8.0 on
        warnings = StringIO()
        self.app = SphinxTestApp(
            builder,
            srcdir=self.pages,
            builddir=self.pages.parent / out,
            confoverrides=config,
            warning=warnings,
            parallel=parallel,
        )
        try:
            self.app.connect("env-before-read-docs", lambda _app, _env, docnames: read.extend(docnames))
            self.app.build()
        finally:
            self.app.cleanup()
        self.read = tuple(sorted(read))
        text = strip_colors(warnings.getvalue()).replace(f"{self.pages}/", "")
        return "".join(line for line in text.splitlines(keepends=True) if line.strip())

    def doctree(self, docname: str) -> nodes.document:
        """Give what was read of a page."""
        assert self.app is not None
        return self.app.env.get_doctree(docname)

    def output(self, name: str) -> str:
        """Give a file that was written."""
        assert self.app is not None
        return (self.app.outdir / name).read_text(encoding="utf-8")

    def text(self, name: str) -> str:
        """Give an HTML file as a reader's search sees it: no tags, and each name whole."""
        return html.unescape(re.sub(r"<[^>]*>", "", self.output(name)))

    def write(self, **pages: str) -> None:
        """Write pages, ``index`` as RST and ``page_md`` as Markdown."""
        for name, text in pages.items():
            stem, _, suffix = name.rpartition("_md")
            file = f"{stem}.md" if stem and not suffix else f"{name}.rst"
            (self.pages / file).write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a site about the small tree, without pages yet."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "conf.py").touch()
    return Site(pages, make(tmp_path / "nova"))


@pytest.fixture
def dump() -> Callable[[nodes.document], str]:
    """Give the function that writes a doctree without what differs between parsers and versions."""

    def write(document: nodes.document) -> str:
        return re.sub(
            r' (source|line|backrefs|ids|names|xml:space|support_smartquotes|internal)="[^"]*"', "", document.pformat()
        )

    return write
