"""What it costs to ask a checkout on the command line which database functions all its services reach.

    .venv/bin/python bench/db_calls.py [CHECKOUT] [--repeat N]

The measure is a process that parses the files of the package (without tests) once with tree-sitter, see ``parse.py``.
The question is asked of a checkout of which nothing is kept, of one whose facts are kept but not the answer, and of one
whose answer is. Prints a Markdown table, and of each question two ratios: to that process, and to its parser alone.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import sqlite3
import sys
import tempfile
import tomllib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from measure import medians, run, table
from parse import measures, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Usage

ROOT = Path(__file__).resolve().parent.parent
NOTHING, FACTS, ANSWER = "nothing kept", "facts kept", "answer kept"


def main() -> None:
    """Measure and print."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the question about database calls costs.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median counts, default: %(default)s")
    options = parser.parse_args()
    compiled()
    with tempfile.TemporaryDirectory() as scratch:
        candidates = measures(options.checkout)
        candidates |= {name: asking(name, options.checkout, Path(scratch, name)) for name in (NOTHING, FACTS, ANSWER)}
        for name in (FACTS, ANSWER):
            candidates[name]()
        usages = medians(candidates, options.repeat)
    print(table("db-calls", usages), end="\n\n")
    report(usages, (NOTHING, FACTS, ANSWER))


def compiled() -> None:
    """Compile the package, as pip does with what it installs, whatever this shell says of byte code."""
    compileall.compile_dir(ROOT / "sphinxext", quiet=1)


def asking(name: str, checkout: Path, cache: Path) -> Callable[[], Usage]:
    """Return what asks the question in a process of its own, after everything else was forgotten."""

    def ask() -> Usage:
        if name == NOTHING:
            shutil.rmtree(cache, ignore_errors=True)
        elif name == FACTS:
            forget_answers(cache)
        command: list[str | Path] = [sys.executable, "-P", "-m", "sphinxext.nova", "db-calls", "--checkout", checkout]
        return run([*command, "--format", "json", "--cache-dir", cache])

    return ask


def forget_answers(cache: Path) -> None:
    """Take the answers out of a cache, and leave the facts."""
    for file in cache.glob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM answers")


if __name__ == "__main__":
    main()
