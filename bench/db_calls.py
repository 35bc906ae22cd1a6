"""What it costs to ask a checkout on the command line which database functions all its services reach.

    .venv/bin/python bench/db_calls.py [CHECKOUT] [--repeat N]

The floor is to open the checkout and read the files of the package (without tests); the measure is to parse them once
with tree-sitter. The question is asked of a checkout of which nothing is kept, of one whose facts are kept but not the
answer, and of one whose answer is. Prints a Markdown table, and of each question two ratios to the measure: that of the
CPU seconds of its whole process to what parsing adds to the floor, and that of both with the floor taken off.
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

import tree_sitter
import tree_sitter_python
from measure import medians, run, table

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Usage

ROOT = Path(__file__).resolve().parent.parent
FLOOR, PARSE, NOTHING, FACTS, ANSWER = "floor", "parse", "nothing kept", "facts kept", "answer kept"


def main() -> None:
    """Measure and print; with the name of a candidate, be it."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the question about database calls costs.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median counts, default: %(default)s")
    parser.add_argument("--be", choices=(FLOOR, PARSE), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        be(options.be, options.checkout)
        return
    compiled()
    with tempfile.TemporaryDirectory() as scratch:
        candidates = {name: being(name, options.checkout) for name in (FLOOR, PARSE)}
        candidates |= {name: asking(name, options.checkout, Path(scratch, name)) for name in (NOTHING, FACTS, ANSWER)}
        for name in (FACTS, ANSWER):
            candidates[name]()
        usages = medians(candidates, options.repeat)
    print(table("db-calls", usages), end="\n\n")
    floor = usages[FLOOR].seconds
    measure = usages[PARSE].seconds - floor
    for name in (NOTHING, FACTS, ANSWER):
        seconds = usages[name].seconds
        print(f"{name}: {seconds / measure:.2f} times one parse, {(seconds - floor) / measure:.2f} without the floor")


def compiled() -> None:
    """Compile the package, as pip does with what it installs, whatever this shell says of byte code."""
    compileall.compile_dir(ROOT / "sphinxext", quiet=1)


def being(name: str, checkout: Path) -> Callable[[], Usage]:
    """Return what reads the files in a process of its own."""
    return lambda: run([sys.executable, __file__, checkout, "--be", name])


def asking(name: str, checkout: Path, cache: Path) -> Callable[[], Usage]:
    """Return what asks the question in a process of its own, after everything else was forgotten."""

    def ask() -> Usage:
        if name == NOTHING:
            shutil.rmtree(cache, ignore_errors=True)
        elif name == FACTS:
            forget_answers(cache)
        command: list[str | Path] = [sys.executable, "-m", "sphinxext.nova", "db-calls", "--checkout", checkout]
        return run([*command, "--format", "json", "--cache-dir", cache])

    return ask


def forget_answers(cache: Path) -> None:
    """Take the answers out of a cache, and leave the facts."""
    for file in cache.glob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM answers")


def be(name: str, folder: Path) -> None:
    """Read the files, and parse them if that is the candidate."""
    checkout = open_checkout(str(folder))
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    for _, data in checkout.read_many(Program(checkout).source_files()):
        if name == PARSE and isinstance(data, bytes):
            parser.parse(data)


if __name__ == "__main__":
    main()
