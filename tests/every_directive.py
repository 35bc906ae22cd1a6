"""Pages with every directive about a whole Nova release, for the tests that look at what is built."""

from __future__ import annotations

import re
import textwrap
from io import StringIO
from typing import TYPE_CHECKING, Any

from sphinx.testing.util import SphinxTestApp

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ":columns: number sender receiver kind method sent_by condition"
PAGES = {
    "layout": (
        ".. nova-layout:: nova/compute\n   :only: files folders\n",
        ".. nova-layout::\n   :style: tree\n   :depth: 2\n",
    ),
    "periodic": (
        (
            ".. periodic-tasks:: nova-compute\n   :caption: What runs by itself\n   :help: whole\n   :no-index:\n"
            "   :columns: task manager services interval option default starts tests talks_to description source\n"
        ),
        ".. periodic-tasks::\n",
    ),
    "services": (
        ".. service-bootstrap::\n   :no-index:\n",
        ".. service-bootstrap:: nova-compute nova-conductor nova-scheduler\n   :flow:\n   :show: table steps\n",
    ),
    "methods": (".. rpc-methods:: compute\n   :callers:\n",),
    "flow": (
        ".. rpc-flow:: compute.prep_resize\n",
        f".. rpc-flow:: nova.compute.api.API.resize\n   :failures:\n   :side:\n   :external:\n   {COLUMNS}\n",
    ),
    "calls": (".. db-calls:: nova-compute\n",),
}
"""The pages: each directive with the fewest and with the most columns."""


def placed(place: str, text: str) -> str:
    """Put a directive where a place has ``{}``: its lines are indented, or framed, as the first one is."""
    if place.startswith("+"):
        width = max(map(len, text.splitlines()))
        body = "\n".join(f"| {line:<{width}} |" for line in text.splitlines())
        return place.format(body, line="-" * (width + 2))
    [before] = [line.partition("{}")[0] for line in place.splitlines() if "{}" in re.sub("{{|}}", "", line)]
    indent = before if before.startswith(">") else "   " if '"' in before else " " * len(before)
    return place.format(textwrap.indent(text, indent, lambda _line: True).removeprefix(indent))


def build(folder: Path, builder: str, checkout: Path, pages: dict[str, str], **config: Any) -> Path:
    """Build pages as a project of its own would, without a warning, and give the folder of what was written."""
    source = folder / "pages"
    source.mkdir(parents=True, exist_ok=True)
    (source / "conf.py").touch()
    for name, text in pages.items():
        (source / f"{name}.rst").write_text(f"{name}\n{'=' * len(name)}\n\n{text}", encoding="utf-8")
    names = "".join(f"   {name}\n" for name in pages)
    (source / "index.rst").write_text(f"All\n===\n\n.. toctree::\n\n{names}", encoding="utf-8")
    warnings = StringIO()
    settings = {"extensions": ["sphinxext.nova"], "nova_checkout": str(checkout), "numfig": True, **config}
    app = SphinxTestApp(builder, srcdir=source, builddir=folder / "out", confoverrides=settings, warning=warnings)
    app.build()
    app.cleanup()
    assert warnings.getvalue() == ""
    return app.outdir
