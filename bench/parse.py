"""The measure of the other benchmarks: a process that parses the files of a package once, and does nothing with them.

    .venv/bin/python bench/parse.py FOLDER [--read]

The files are those that end in ``.py``, without those in folders called ``tests``. With ``--read`` they are only read:
what is left of the difference is the parser's.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from measure import Usage

FLOOR, PARSE = "read", "parse"
_PACKAGE = "nova"


def main() -> None:
    """Read the files, and parse them."""
    arguments = argparse.ArgumentParser(description="Parse the files of a package once.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--read", action="store_true", help="do not parse them")
    options = arguments.parse_args()
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    for file in _files(options.folder):
        data = file.read_bytes()
        if not options.read:
            parser.parse(data)


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "tests"]
        yield from (Path(where, name) for name in names if name.endswith(".py"))


def measures(checkout: Path) -> dict[str, Callable[[], Usage]]:
    """Return the two candidates that everything else is compared with."""
    from measure import run  # noqa: PLC0415 - not part of what is measured

    command: list[str | Path] = [sys.executable, __file__, checkout / _PACKAGE]
    return {FLOOR: lambda: run([*command, "--read"]), PARSE: lambda: run(command)}


def report(usages: Mapping[str, Usage], names: Iterable[str]) -> None:
    """Print how often one parse fits into each: whole processes, and the process without what reading them costs."""
    whole, alone = usages[PARSE].seconds, usages[PARSE].seconds - usages[FLOOR].seconds
    for name in names:
        seconds = usages[name].seconds
        print(
            f"{name}: {seconds / whole:.2f} times a process that parses, {seconds / alone:.2f} times the parser alone"
        )


if __name__ == "__main__":
    main()
