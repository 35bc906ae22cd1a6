"""Try many trees; ``make fuzz`` calls this.

    python -P -m fuzz [--trees 10000] [--seed 1] [--jobs 2] [--minutes 90]
    python -P -m fuzz --only 17          one tree again, with all that came of it; nothing is kept

What was done is kept below ``build/fuzz/``: run again, it goes on. The exit status is 1 where there are findings, and 2
where it ended before all trees were tried.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sphinxext.nova
from fuzz import build, recipe
from fuzz.child import ROOT, Limits
from fuzz.examine import Bench, examine
from fuzz.judge import Wrong
from fuzz.shrink import Patience, fewer_files, fewer_mutations
from fuzz.state import State, Tried, code, folder_of, summary
from sphinxext.nova import cli as command_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fuzz.examine import Examined
    from fuzz.judge import Finding
    from fuzz.questions import Question
    from fuzz.recipe import Recipe
    from fuzz.tree import Tree

BUILD: Final = ROOT / "build" / "fuzz"
AGAIN: Final = 10
"""Each tree whose number this divides is asked again."""
_MEMORY: Final = "/dev/shm"
"""Where trees are written that live for a moment, where the system has it."""
_EVERY: Final = 20.0
"""Seconds between two lines of progress."""
_SHRUNK: Final = 150
"""How many findings are made smaller; more than that are one fault under many names."""
_SLOW: Final = frozenset({Wrong.TIME, Wrong.STALLED})
_SLOW_ATTEMPTS: Final = 4
_SHORT_WALL: Final = 5.0
_AGAIN: Final = frozenset({Wrong.HASH_SEED, Wrong.CACHE, Wrong.SHARED_CACHE})
"""What only shows when the question is asked again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -P -m fuzz", description="Ask questions of many hostile trees.")
    parser.add_argument("--trees", type=int, default=10_000, help="how many trees (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="from which number all choices come (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at the same time (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=90.0, help="CPU minutes in all (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="CPU seconds of a question (default: %(default)s)")
    parser.add_argument("--mebibytes", type=int, default=1536, help="memory of a question (default: %(default)s)")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="try one tree and say all that came of it")
    parser.add_argument("--folder", type=Path, default=BUILD, help="where to keep what was done (default: %(default)s)")
    asked = parser.parse_args(arguments)
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The same tree and question for a number, whatever order sets have.
        words = [sys.executable, "-P", "-m", "fuzz", *(sys.argv[1:] if arguments is None else arguments)]
        os.execve(sys.executable, words, {**os.environ, "PYTHONHASHSEED": "0"})
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    import_everything()
    limits = Limits(asked.seconds, mebibytes=asked.mebibytes)
    state = State(asked.folder / f"seed-{asked.seed}", code())
    if asked.only is not None:
        return only(asked.only, asked.seed, state, limits)
    return run(range(asked.trees), asked.seed, state, limits, jobs=asked.jobs, minutes=asked.minutes)


def import_everything() -> None:
    """Import all that a child needs, so that a fork has it."""
    for module in pkgutil.walk_packages(sphinxext.nova.__path__, "sphinxext.nova."):
        importlib.import_module(module.name)
    build.warm_up()
    gc.collect()
    gc.freeze()


def _ask() -> None:
    command_line.run()


# --- many trees


def run(numbers: Sequence[int], seed: int, state: State, limits: Limits, *, jobs: int, minutes: float) -> int:
    """Try the trees of these numbers that were not tried yet, so many at a time; return the exit status."""
    if state.tried:
        print(f"{len(state.tried)} trees were tried before, by the same code", flush=True)
    scratch = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None))
    trials = Trials(seed, state, limits, scratch)
    own = time.process_time()
    try:
        trials.run([number for number in numbers if number not in state.tried], jobs, minutes, len(numbers))
    except KeyboardInterrupt:
        print("ended; run it again to go on", flush=True)
    finally:
        trials.end()
        shutil.rmtree(scratch, ignore_errors=True)
    state.spent += time.process_time() - own
    print(summary(state, numbers))
    if state.counts():
        print(f"see {state.findings}")
        return 1
    return 0 if state.tried.keys() >= set(numbers) else 2


class Trials:
    """The trees that are being tried, each in a process of its own."""

    def __init__(self, seed: int, state: State, limits: Limits, scratch: Path) -> None:
        self._seed = seed
        self._state = state
        self._limits = limits
        self._scratch = scratch
        self._seen = state.trees()
        self._running: dict[int, tuple[Recipe, str, Path]] = {}

    def run(self, waiting: list[int], jobs: int, minutes: float, total: int) -> None:
        """Try trees while there are any and the CPU time is not used up."""
        said = started = time.monotonic()
        own = time.process_time()
        while waiting or self._running:
            over = (self._state.spent + time.process_time() - own) / 60 > minutes
            while waiting and len(self._running) < jobs and not over:
                self._start(waiting.pop(0))
            if not self._running:
                return
            child, status, usage = os.wait4(-1, 0)
            if child in self._running:
                self._finish(*self._running.pop(child), status, usage.ru_utime + usage.ru_stime)
            if time.monotonic() - said > _EVERY:
                said = time.monotonic()
                _progress(self._state, total, said - started)

    def end(self) -> None:
        """End the processes that still run."""
        for child in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        for child in self._running:
            os.waitpid(child, 0)
        self._running.clear()

    def _start(self, number: int) -> None:
        made, digest = _distinct(self._seed, number, self._seen)
        folder = self._scratch / str(number)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            try:
                _write(folder / "result.json", asdict(_try(made, folder, self._state, self._limits)))
                os._exit(0)
            except KeyboardInterrupt:
                os._exit(1)
            except BaseException:  # noqa: BLE001 - a fault of this program, which ends it
                _write(folder / "failed.json", traceback.format_exc())
                os._exit(1)
        self._running[child] = (made, digest, folder)

    def _finish(self, made: Recipe, digest: str, folder: Path, status: int, seconds: float) -> None:
        try:
            result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        except OSError:
            with contextlib.suppress(OSError):
                print(json.loads((folder / "failed.json").read_text(encoding="utf-8")), file=sys.stderr)
            print(f"tree {made.number} (attempt {made.attempt}) was not tried: status {status}", file=sys.stderr)
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._state.add(Tried(**{**result, "tree": digest, "seconds": seconds}))


def _distinct(seed: int, number: int, seen: set[str]) -> tuple[Recipe, str]:
    """Return the first recipe of a number that makes a tree like no earlier one, and the tree's digest."""
    attempt = 0
    while True:
        made = recipe.draw(seed, number, attempt)
        digest = made.tree().digest()
        if digest not in seen:
            seen.add(digest)
            return made, digest
        attempt += 1


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _progress(state: State, total: int, seconds: float) -> None:
    print(
        f"{len(state.tried):6} of {total}, {state.spent / 60:.1f} CPU minutes, {seconds / 60:.1f} on the clock, "
        f"{len(state.counts())} findings",
        flush=True,
    )


def _try(made: Recipe, folder: Path, state: State, limits: Limits) -> Tried:
    """Try one tree; what is found for the first time is made smaller and kept."""
    tree = made.tree()
    question = made.question(tree)
    again = made.number % AGAIN == 0
    bench = Bench(folder / "bench", state.folder / "cache", limits, _ask)
    examined = examine(tree, question, bench, made.chance() if again else None)
    for finding in examined.findings:
        if not state.known(finding):
            Keeping(finding, made, question, examined, folder, state, limits).keep()
    first = examined.first
    return Tried(
        made.number,
        state.code,
        "",
        question.name,
        first.status,
        0.0,
        round(first.seconds, 3),
        round(first.mebibytes, 1),
        again,
        sorted({folder_of(finding) for finding in examined.findings}),
    )


@dataclass(frozen=True, slots=True)
class Keeping:
    """A finding that is new, and what there is to keep it with."""

    finding: Finding
    made: Recipe
    question: Question
    examined: Examined
    folder: Path
    state: State
    limits: Limits

    def keep(self) -> None:
        """Shrink the tree, and keep the finding as the smallest tree shows it, or as the first one did."""
        limits = replace(self.limits, wall=min(self.limits.wall, _SHORT_WALL))
        bench = Bench(self.folder / "smaller", None, limits, _ask)
        smaller = self.made
        tree = smaller.tree()
        if len(list(self.state.findings.glob("*"))) < _SHRUNK:
            patience = Patience(_SLOW_ATTEMPTS, 600.0) if self.finding.wrong in _SLOW else Patience()
            smaller = fewer_mutations(smaller, lambda tree: self._shown(tree, bench) is not None, patience)
            tree = fewer_files(smaller.tree(), lambda tree: self._shown(tree, bench) is not None, patience)
        shown = self._shown(tree, bench)
        if shown is None:
            # Not with this tree alone: it needs the cache that other trees have filled, or it is chance.
            message = f"{self.finding.message}\n(not when it was asked again)"
            examine(self.made.tree(), self.question, bench)
            shown = replace(self.finding, message=message), self.examined
            smaller = self.made
        self.state.keep(
            replace(shown[0], key=self.finding.key), smaller, self.question, shown[1], bench.scratch / "tree"
        )

    def _shown(self, tree: Tree, bench: Bench) -> tuple[Finding, Examined] | None:
        """Return the same finding of another tree."""
        examined = examine(tree, self.question, bench, self.made.chance() if self.finding.wrong in _AGAIN else None)
        # What takes too long is stopped in one place today, in another tomorrow.
        is_slow = self.finding.wrong in _SLOW
        same = [one for one in examined.findings if one.key == self.finding.key or (is_slow and one.wrong in _SLOW)]
        return (same[0], examined) if same else None


# --- one tree


def only(number: int, seed: int, state: State, limits: Limits) -> int:
    """Try one tree and print all that came of it; the tree stays below ``build/fuzz/``."""
    made = recipe.draw(seed, number)
    tree = made.tree()
    question = made.question(tree)
    bench = Bench(state.folder / "only", None, limits, _ask)
    examined = examine(tree, question, bench, made.chance())
    print(made)
    print(question)
    for run, outcome in examined.outcomes:
        print(f"--- {run}: status {outcome.status}, {outcome.seconds:.2f} CPU s, {outcome.mebibytes:.0f} MiB")
        print(outcome.stdout[:4000].decode("utf-8", "backslashreplace"))
        print(outcome.stderr[-4000:].decode("utf-8", "backslashreplace"))
    for finding in examined.findings:
        print(f"=== {finding.wrong}: {finding.key}\n{finding.message}")
    print(f"the tree is in {bench.scratch / 'tree'}")
    return 1 if examined.findings else 0


if __name__ == "__main__":
    sys.exit(main())
