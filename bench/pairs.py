"""What a change costs: this working tree beside another one, in interleaved pairs of whole processes.

    .venv/bin/python bench/pairs.py OTHER [CHECKOUT] [--pairs N] [--only WORD]

``OTHER`` is a git worktree of an earlier commit in which ``make .venv/test.stamp`` has installed that version. Each
question is asked cold (nothing kept), with the facts of the files kept, and with its answer kept; then all flows, as
``walk.py`` asks for them, and a documentation build, the first and one in which nothing has changed. The two versions
take turns, the order changing from pair to pair, so that the load of the machine falls on both. Prints a Markdown
table: the medians in CPU seconds, and the median of the ratios pair by pair.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from db_calls import ROOT, forget_answers
from measure import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUESTIONS: Final = {
    "layout": ["layout"],
    "periodic-tasks": ["periodic-tasks"],
    "services": ["services"],
    "rpc-methods": ["rpc-methods"],
    "boot": ["rpc-flow", "POST /servers"],
    "talks": ["periodic-tasks", "--with", "talks_to"],
    "callers": ["rpc-methods", "--with", "callers"],
    "db-calls": ["db-calls"],
}
PAGE: Final = """\
Nova
====

.. nova-layout:: nova/conductor

.. periodic-tasks:: nova-compute

.. service-bootstrap::

.. rpc-methods:: compute

.. rpc-flow:: POST /servers

.. db-calls:: nova-conductor
"""


def main() -> None:
    """Measure and print."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what a change costs.")
    parser.add_argument("other", type=Path, help="the working tree of the other version")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--pairs", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--only", default="", help="only what has this word in its name")
    options = parser.parse_args()
    print(f"{options.pairs} pairs, load before: {os.getloadavg()[0]:.1f}", flush=True)
    print("| work | before, CPU s | after, CPU s | ratio |", "|---|---:|---:|---:|", sep="\n", flush=True)
    other, checkout = options.other.resolve(), options.checkout.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        # The package would be found in the current folder before the one that is installed.
        os.chdir(scratch)
        before = dict(works(other, checkout, Path(scratch, "before")))
        after = dict(works(ROOT, checkout, Path(scratch, "after")))
        for name, work in after.items():
            if options.only in name:
                print(compared(name, before[name], work, options.pairs), flush=True)
    print(f"load after: {os.getloadavg()[0]:.1f}")


def compared(name: str, before: Callable[[], float], after: Callable[[], float], pairs: int) -> str:
    """Return a line of the table."""
    before(), after()  # what is compiled or kept
    taken: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            second = after()
            taken.append((before(), second))
        else:
            taken.append((before(), after()))
    medians = [statistics.median(column) for column in zip(*taken, strict=True)]
    ratio = statistics.median(second / first for first, second in taken)
    return f"| {name} | {medians[0]:.3f} | {medians[1]:.3f} | {ratio:.3f} |"


def works(tree: Path, checkout: Path, scratch: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """Give what is measured, by its name: each returns the CPU seconds that it took."""
    python = tree / ".venv" / "bin" / "python"
    scratch.mkdir()
    for name, question in QUESTIONS.items():
        asked: list[str | Path] = [
            python,
            "-P",
            "-m",
            "sphinxext.nova",
            *question,
            "--checkout",
            checkout,
            "--format",
            "json",
        ]

        def ask(cache: Path, asked: list[str | Path] = asked) -> float:
            return run([*asked, "--cache-dir", cache]).seconds

        def cold(name: str = name, ask: Callable[[Path], float] = ask) -> float:
            shutil.rmtree(scratch / name, ignore_errors=True)
            return ask(scratch / name)

        def with_facts(name: str = name, ask: Callable[[Path], float] = ask) -> float:
            forget_answers(scratch / name)
            return ask(scratch / name)

        def kept(name: str = name, ask: Callable[[Path], float] = ask) -> float:
            return ask(scratch / name)

        yield f"{name}, cold", cold
        if name != "layout":
            yield f"{name}, facts kept", with_facts
            yield f"{name}, answer kept", kept
    flows: list[str | Path] = [python, tree / "bench" / "walk.py", checkout, "--be", "all flows"]
    yield "all flows, cold", lambda: run(flows).seconds
    yield "all flows, facts kept", lambda: run([*flows, "--cache", scratch / "flows"]).seconds
    source = scratch / "project"
    source.mkdir()
    (source / "conf.py").write_text(
        f'extensions = ["sphinxext.nova"]\nnova_checkout = {str(checkout)!r}\nnova_cache_dir = "cache"\n',
        encoding="utf-8",
    )
    (source / "index.rst").write_text(PAGE, encoding="utf-8")
    build: list[str | Path] = [python, "-P", "-m", "sphinx", "-q", "-b", "html", source, source / "_build"]

    def first() -> float:
        for folder in ("_build", "cache"):
            shutil.rmtree(source / folder, ignore_errors=True)
        return run(build).seconds

    def unchanged() -> float:
        return run(build).seconds

    yield "documentation, first build", first
    yield "documentation, nothing changed", unchanged


if __name__ == "__main__":
    main()
