"""What the extension costs a Sphinx project: its first build, and a build when nothing has changed.

    .venv/bin/python bench/build.py [CHECKOUT] [--pages N] [--repeat N]

The floor is the same project with only sphinxcontrib.mermaid loaded. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from measure import medians, run, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Usage

ROOT = Path(__file__).resolve().parent.parent
PROSE = "A paragraph with *emphasis*, ``literal text`` and a :doc:`link <index>`.\n\n"
DIRECTIVES = ".. nova-layout::\n\n.. nova-layout:: nova\n\n.. nova-layout:: nova/conductor\n\n"


def main() -> None:
    """Measure and print."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the extension costs a Sphinx project.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--pages", type=int, default=30, help="pages of prose, default: %(default)s")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median counts, default: %(default)s")
    options = parser.parse_args()
    # As pip does with what it installs, whatever this shell says of byte code.
    compileall.compile_dir(ROOT / "sphinxext", quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        loaded = f'extensions = ["sphinxext.nova"]\nnova_checkout = {str(options.checkout.resolve())!r}\n'
        projects = {
            "only sphinxcontrib.mermaid": project(
                Path(scratch, "floor"), 'extensions = ["sphinxcontrib.mermaid"]\n', "", options.pages
            ),
            "sphinxext.nova loaded": project(Path(scratch, "loaded"), loaded, "", options.pages),
            "sphinxext.nova used": project(Path(scratch, "used"), loaded, DIRECTIVES, options.pages),
        }
        first = {name: first_build(source) for name, source in projects.items()}
        again = {name: build(source) for name, source in projects.items()}
        print(table("first build", medians(first, options.repeat)), end="\n\n")
        print(table("build, nothing changed", medians(again, options.repeat)))


def project(source: Path, configuration: str, directives: str, pages: int) -> Path:
    """Write a Sphinx project with ``pages`` pages of prose, the index followed by ``directives``; return its folder."""
    source.mkdir()
    (source / "conf.py").write_text(configuration, encoding="utf-8")
    names = [f"page{number}" for number in range(pages)]
    toctree = ".. toctree::\n\n" + "".join(f"   {name}\n" for name in names)
    (source / "index.rst").write_text(f"Index\n=====\n\n{toctree}\n{directives}", encoding="utf-8")
    for name in names:
        (source / f"{name}.rst").write_text(f"{name}\n{'=' * len(name)}\n\n{PROSE * 20}", encoding="utf-8")
    return source


def build(source: Path) -> Callable[[], Usage]:
    """Return what builds ``source`` into its folder ``_build``, the cache of the extension being beside it."""
    command: list[str | Path] = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", source, source / "_build"]
    return lambda: run(command, environment={"XDG_CACHE_HOME": str(source.parent / f"{source.name}-cache")})


def first_build(source: Path) -> Callable[[], Usage]:
    """Return what builds ``source`` as on a new machine: no output, no cache."""

    def measured() -> Usage:
        for folder in (source / "_build", source.parent / f"{source.name}-cache"):
            shutil.rmtree(folder, ignore_errors=True)
        return build(source)()

    return measured


if __name__ == "__main__":
    main()
