"""What the facts of a checkout's Python cost: read from its source, and taken from the cache.

    .venv/bin/python bench/facts.py [CHECKOUT] [--repeat N]

The floor is to open the checkout, read and hash the same files (those of the package, without tests) and do nothing
with them; the measure is to parse them once with tree-sitter. Prints a Markdown table, and the ratios to the measure,
the floor taken off both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_python
from measure import medians, run, table

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.program import Cache, Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Usage

ROOT = Path(__file__).resolve().parent.parent
FLOOR, PARSE, FACTS, CACHED = "floor", "parse", "facts", "cached"


def main() -> None:
    """Measure and print; with the name of a candidate, be it."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the facts of a checkout's Python cost.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median counts, default: %(default)s")
    parser.add_argument("--be", choices=(FLOOR, PARSE, FACTS, CACHED), help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        be(options.be, options.checkout, options.cache)
        return
    with tempfile.TemporaryDirectory() as cache:
        # In a process of its own as well: what this one needed at most would be said of every process that it starts.
        candidate(CACHED, options.checkout, cache)()
        names = (FLOOR, PARSE, FACTS, CACHED)
        usages = medians({name: candidate(name, options.checkout, cache) for name in names}, options.repeat)
    print(table("facts", usages), end="\n\n")
    measure = usages[PARSE].seconds - usages[FLOOR].seconds
    for name in (FACTS, CACHED):
        print(f"{name}: {(usages[name].seconds - usages[FLOOR].seconds) / measure:.2f} times one parse")


def candidate(name: str, checkout: Path, cache: str) -> Callable[[], Usage]:
    """Return what runs one candidate in a process of its own."""
    return lambda: run([sys.executable, __file__, checkout, "--be", name, "--cache", cache])


def be(name: str, folder: Path, cache: Path) -> None:
    """Do what one candidate does."""
    checkout = open_checkout(str(folder))
    with Cache(cache) as kept:
        program = Program(checkout, kept if name == CACHED else None)
        paths = program.source_files()
        for path in paths:
            checkout.digest(path)
        if name in {FACTS, CACHED}:
            program.load(paths)
            return
    if name == PARSE:
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
        for _, data in checkout.read_many(paths):
            if isinstance(data, bytes):
                parser.parse(data)


if __name__ == "__main__":
    main()
