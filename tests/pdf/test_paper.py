"""What LaTeX makes of every directive: each row of each table is on a page, whole, and nothing runs into the margin."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from docutils import nodes
from sphinx.testing.util import SphinxTestApp

from tests.every_directive import PAGES, build, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.pdf

NOVA = Path(__file__).resolve().parent.parent.parent / "build" / "nova-34.0.0"

BOXES = {
    "warning": ".. warning::\n\n   {}\n",
    "note": ".. note::\n\n   {}\n",
    "sidebar": ".. sidebar:: Beside\n\n   {}\n\nProse.\n",
    "topic": ".. topic:: About\n\n   {}\n",
    "item": "- - {}\n",
    "cell": ".. list-table::\n   :widths: 80 20\n\n   * - {}\n     - A cell\n",
    "footnote": "A word [#note]_.\n\n.. [#note] Note.\n\n   {}\n",
}
"""Places of which LaTeX makes boxes, or narrow columns."""

BOXED = ".. nova-layout:: nova/compute\n   :only: files\n   :no-index:"


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex"])
def test_every_row_is_on_a_page(tmp_path: Path, engine: str) -> None:
    boxes = {name: placed(place, BOXED) for name, place in BOXES.items()}
    pages = {**{name: "\n".join(texts) for name, texts in PAGES.items()}, **boxes}
    # What the index and the heads of pages hold is Sphinx's; xelatex has the one font that each TeX comes with.
    elements = {"printindex": "", **({"fontpkg": ""} if engine == "xelatex" else {})}
    out = build(
        tmp_path,
        "latex",
        NOVA,
        pages,
        nova_cache_dir=str(tmp_path.parent / "cache"),
        mermaid_cmd="no-such-mmdc",
        latex_engine=engine,
        latex_use_xindy=False,
        latex_elements=elements,
        latex_documents=[("index", "all.tex", "All", "A", "manual")],
    )
    command = ["latexmk", "-pdfxe" if engine == "xelatex" else "-pdf", "-interaction=nonstopmode", "-halt-on-error"]
    made = subprocess.run([*command, "all.tex"], cwd=out, capture_output=True, check=False)
    log = (out / "all.log").read_text(encoding="utf-8", errors="replace")
    assert made.returncode == 0, log[-3000:]
    # Sphinx's own frames are higher than their pages by a point.
    assert re.findall(r"^Overfull \\hbox.*|^Overfull \\vbox \(\d\d.*|.*multiply defined.*", log, re.MULTILINE) == []
    assert list(outside(out / "all.pdf")) == []
    written = squeezed(text_between_margins(out / "all.pdf"))
    rows = [row for name in pages for row in rows_of(tmp_path, name)]
    assert len(rows) > 500
    assert [row for row in rows if not any(squeezed(form) in written for form in row)] == []


def rows_of(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Give the text of each row of a page's tables, as a row and as an item of a list."""
    app = SphinxTestApp("dummy", srcdir=folder / "pages", builddir=folder / "out", warning=StringIO(), freshenv=False)
    try:
        document = app.env.get_doctree(name)
    finally:
        app.cleanup()
    for table in document.findall(nodes.table):
        if "nova-table" not in table["classes"]:
            continue
        head, *rows = ([entry.astext() for entry in row.findall(nodes.entry)] for row in table.findall(nodes.row))
        for row in rows:
            said = (f"{title}: {cell}" for title, cell in zip(head[1:], row[1:], strict=True) if cell)
            yield "".join(row), "".join((row[0], *said))


def squeezed(text: str) -> str:
    """Leave what no font, no end of a line and no typographer changes."""
    return re.sub(r"[^\w./]|[–—]", "", unicodedata.normalize("NFKC", text))


def text_between_margins(pdf: Path) -> str:
    """Give the text of all pages in the order in which it was set, without the heads and feet of pages.

    What is outside of a page is none of its text.
    """
    crop = ["-x", "0", "-y", "62", "-W", "612", "-H", "668"]
    return subprocess.run(
        ["pdftotext", "-raw", "-nopgbrk", *crop, pdf, "-"], capture_output=True, text=True, check=True
    ).stdout


def outside(pdf: Path) -> Iterator[tuple[int, str]]:
    """Give the words that are not wholly on their page, by its number."""
    boxes = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    space = "{http://www.w3.org/1999/xhtml}"
    for number, page in enumerate(ET.fromstring(boxes).iter(f"{space}page"), 1):
        width, height = float(page.get("width", 0)), float(page.get("height", 0))
        for word in page.iter(f"{space}word"):
            left, top, right, bottom = (float(word.get(side, -1)) for side in ("xMin", "yMin", "xMax", "yMax"))
            if left < 0 or top < 0 or right > width or bottom > height:
                yield number, word.text or ""
