"""A small Sphinx project about a tree, built in this process."""

from __future__ import annotations

import importlib
import io
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz import child

if TYPE_CHECKING:
    from collections.abc import Mapping


def build(pages: Path, builder: str, checkout: str) -> None:
    """Build the project in ``pages`` into its folder ``_build`` and print the warnings."""
    from sphinx.application import Sphinx  # noqa: PLC0415 - most children build nothing
    from sphinx.util.console import nocolor  # noqa: PLC0415

    nocolor()
    warnings = io.StringIO()
    out = pages / "_build"
    settings = {
        "project": "fuzz",
        "author": "fuzz",
        "copyright": "fuzz",
        "version": "1",
        "extensions": ["sphinxext.nova"],
        "nova_checkout": checkout,
        "show_warning_types": True,
        "epub_show_urls": "no",
        "suppress_warnings": ["epub"],
    }
    try:
        app = Sphinx(pages, None, out, out / ".doctrees", builder, settings, status=None, warning=warnings)
        app.build()
    finally:
        sys.stdout.write(warnings.getvalue())
        sys.stdout.flush()


def write(page: str, pages: Path) -> None:
    """Write the project."""
    pages.mkdir(parents=True, exist_ok=True)
    (pages / "index.rst").write_text(page, encoding="utf-8", errors="backslashreplace")


def written(pages: Path) -> Mapping[str, bytes]:
    """Return the files that a build has written."""
    out = pages / "_build"
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.is_relative_to(out / ".doctrees")
    }


def warm_up() -> None:
    """Import into this process what builds import, so that no child has to: what a first child has imported."""
    with tempfile.TemporaryDirectory() as scratch:
        pages = Path(scratch, "pages")
        write("Page\n====\n\n.. code-block:: python\n\n   a = 1\n", pages)

        def work() -> None:
            for builder in ("html", "text", "epub", "latex", "xml", "man", "texinfo"):
                build(pages, builder, "")
            Path(scratch, "modules").write_text("\n".join(sorted(sys.modules)), encoding="utf-8")

        place = child.Place(Path(scratch, "child"), Path(scratch), dict(os.environ), child.Limits(seconds=60))
        child.call(work, place)
        names = Path(scratch, "modules").read_text(encoding="utf-8").split("\n")
    for name in names:
        with suppress(Exception):
            if not name.startswith(("sphinxext", "__main__")):
                importlib.import_module(name)
