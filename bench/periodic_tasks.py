"""What it costs to ask a checkout on the command line what runs by itself: for the first time, and again.

    .venv/bin/python bench/periodic_tasks.py [CHECKOUT] [--repeat N]

The floor of the first time is to import the same modules, open the checkout, read and scan the files of the package
(without tests), and parse those that mention a task or register an option in play, with tree-sitter and for nothing.
That of any later time is a Python that does nothing. Prints Markdown tables.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_python
from measure import medians, run, table

from sphinxext.nova import cli as command_line
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.decorated import DECORATOR
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from measure import Usage

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print; with the files to be parsed, be the floor."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the question about periodic tasks costs.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=9, help="runs of which the median counts, default: %(default)s")
    parser.add_argument("--floor", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor is not None:
        floor(options.checkout, options.floor)
        return
    answer = periodic_tasks(Program(open_checkout(str(options.checkout))))
    registering = sorted({option.file for row in answer.rows for option in row.options if option.file})
    with tempfile.TemporaryDirectory() as scratch:
        first = {
            "floor": lambda: run([sys.executable, __file__, options.checkout, "--floor", *registering]),
            "first time": asking(options.checkout, Path(scratch, "first"), forget=True),
        }
        again = {
            "python -c pass": lambda: run([sys.executable, "-c", "pass"]),
            "again": asking(options.checkout, Path(scratch, "again"), forget=False),
        }
        again["again"]()
        print(table("periodic-tasks", medians(first, options.repeat)), end="\n\n")
        print(table("periodic-tasks", medians(again, options.repeat)))


def asking(checkout: Path, cache: Path, *, forget: bool) -> Callable[[], Usage]:
    """Return what asks the question in a process of its own."""

    def ask() -> Usage:
        if forget:
            shutil.rmtree(cache, ignore_errors=True)
        program: list[str | Path] = [sys.executable, "-P", "-m", "sphinxext.nova"]
        command = [*program, "periodic-tasks", "--checkout", checkout]
        return run([*command, "--cache-dir", cache])

    return ask


def floor(folder: Path, registering: Sequence[str]) -> None:
    """Do what nobody who answers the question can leave out."""
    command_line.parser()
    checkout = open_checkout(str(folder))
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    for path, data in checkout.read_many(Program(checkout).source_files()):
        if isinstance(data, bytes) and (DECORATOR.encode() in data or path in registering):
            parser.parse(data)


if __name__ == "__main__":
    main()
