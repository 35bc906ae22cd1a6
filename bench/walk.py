"""What the walk costs: one flow on the command line, and all flows of a checkout in one process.

    .venv/bin/python bench/walk.py [CHECKOUT] [--repeat N]

The measure is a process that parses the files of the package (without tests) once with tree-sitter, see ``parse.py``.
``boot`` is ``rpc-flow 'POST /servers'`` as a whole process, of a checkout of which nothing is kept, and of one
whose answer is. ``all flows`` are those of every REST action, of every public method of every endpoint and of every
periodic task. Prints a Markdown table, and of each two ratios: to that process, and to its parser alone.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from db_calls import ROOT, compiled
from measure import medians, run, table
from parse import measures, report

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.datastack import in_large_chunk
from sphinxext.nova.openstack.entries import Start
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.openstack.rest import function_of, rest_actions
from sphinxext.nova.openstack.rpc_flow import Flows
from sphinxext.nova.program import Cache, ClassDef, Program, imported_by_string, methods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measure import Usage

NOTHING, BOOT, BOOT_KEPT = "python -c pass", "boot", "boot, answer kept"
ALL, ALL_KEPT = "all flows", "all flows, facts kept"


def main() -> None:
    """Measure and print; with the name of a candidate, be it."""
    newest = ROOT / "build" / tomllib.loads((ROOT / "releases.toml").read_text(encoding="utf-8"))["docs"]
    parser = argparse.ArgumentParser(description="Measure what the walk costs.")
    parser.add_argument("checkout", nargs="?", type=Path, default=newest, help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median counts, default: %(default)s")
    parser.add_argument("--be", choices=(ALL,), help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be:
        walk_all(options.checkout, options.cache)
    else:
        measure(options.checkout, options.repeat)


def measure(checkout: Path, repeat: int) -> None:
    """Print what each candidate costs."""
    compiled()
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch, "kept")
        candidates: dict[str, Callable[[], Usage]] = {
            **measures(checkout),
            NOTHING: lambda: run([sys.executable, "-c", "pass"]),
            BOOT: lambda: asking(checkout, Path(scratch, "boot"), forget=True),
            BOOT_KEPT: lambda: asking(checkout, kept),
            ALL: lambda: telling(checkout),
            ALL_KEPT: lambda: telling(checkout, kept),
        }
        candidates[BOOT_KEPT]()
        candidates[ALL_KEPT]()
        usages = medians(candidates, repeat)
    print(table("the walk", usages), end="\n\n")
    report(usages, (BOOT, ALL, ALL_KEPT))
    print(f"{BOOT_KEPT}: {usages[BOOT_KEPT].seconds - usages[NOTHING].seconds:+.3f} s")


def telling(checkout: Path, cache: Path | None = None) -> Usage:
    """Tell all flows in a process of its own."""
    more: list[str | Path] = [] if cache is None else ["--cache", cache]
    return run([sys.executable, __file__, checkout, "--be", ALL, *more])


def asking(checkout: Path, cache: Path, *, forget: bool = False) -> Usage:
    """Ask on the command line what booting a server does, after everything that was kept was forgotten."""
    if forget:
        shutil.rmtree(cache, ignore_errors=True)
    command: list[str | Path] = [sys.executable, "-P", "-m", "sphinxext.nova", "rpc-flow", "POST /servers"]
    return run([*command, "--checkout", checkout, "--format", "json", "--cache-dir", cache])


@in_large_chunk
def walk_all(checkout: Path, folder: Path | None) -> None:
    """Tell all flows, and end the process as the command line does."""
    gc.disable()
    cache = None if folder is None else Cache(folder)
    flows = Flows(Program(open_checkout(str(checkout)), cache))
    told = sum(len(flows.flow(start).messages) for start in starts(flows))
    if cache is not None:
        cache.flush()
    print(f"{told} messages, {flows.walker.evaluations} functions gone through")
    sys.stdout.flush()
    os._exit(0)


def starts(flows: Flows) -> Iterator[Start]:
    """Give every REST action, every public method of every endpoint, and every periodic task."""
    program, package = flows.program, flows.program.checkout.package
    for action in rest_actions(program):
        function, class_ = function_of(action, program), imported_by_string(action.controller, program)
        if function is not None:
            yield Start(function, class_ if isinstance(class_, ClassDef) else None, f"{package}-api")
    for service in flows.endpoints.managers:
        for endpoint in flows.endpoints.of(service):
            for name, method in methods(endpoint.made.class_).items():
                if not name.startswith("_"):
                    yield Start(method, endpoint.made.class_, service)
    for row in periodic_tasks(program).rows:
        yield flows.find(f"{row.manager}.{row.task}")


if __name__ == "__main__":
    main()
