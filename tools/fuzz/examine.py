"""Write a tree, ask about it, and say what is wrong: once, or again in the ways that must not matter."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from fuzz import build, child, repository
from fuzz.hostile import SECRET
from fuzz.judge import Finding, Wrong, judge, judge_build
from fuzz.tree import snapshot, write

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from fuzz.child import Limits, Outcome
    from fuzz.questions import Question
    from fuzz.tree import Tree

_BUILD_LIMIT: Final = 3
"""How many times as long as a question a build may take, which asks several."""
_KEPT: Final = ("PATH", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(slots=True)
class Examined:
    """What came of it: the findings, how each run ended, and the largest use."""

    findings: list[Finding] = field(default_factory=list)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)

    @property
    def first(self) -> Outcome:
        """How the first run ended."""
        return self.outcomes[0][1]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where trees are examined, and how.

    ``scratch`` is emptied for each tree. ``cache`` is the folder of the cache that all trees share, ``None`` for one of
    its own. ``ask`` answers the command line ``sys.argv``.
    """

    scratch: Path
    cache: Path | None
    limits: Limits
    ask: Callable[[], object]

    def environment(self, cache: Path, hash_seed: int | None = None) -> dict[str, str]:
        """Return the environment of a child: nothing of the user's, and where code of the tree would leave a mark."""
        home = self.scratch / "home"
        found = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return found | {
            "HOME": str(home),
            "XDG_CACHE_HOME": str(cache),
            "FUZZ_MARKER": str(self.scratch / "marker"),
            "PYTHONHASHSEED": str(os.environ.get("PYTHONHASHSEED", "0") if hash_seed is None else hash_seed),
            "PYTHONUTF8": "1",
            "PYTHONFAULTHANDLER": "1",
        }


def examine(tree: Tree, question: Question, bench: Bench, again: random.Random | None = None) -> Examined:
    """Ask a question of a tree.

    :param again: what chooses the second hash seed where the question is to be asked again: in a fresh interpreter with
        that seed, and with a cache of its own, cold and warm.
    """
    shutil.rmtree(bench.scratch, ignore_errors=True)
    bench.scratch.mkdir(parents=True)
    (bench.scratch / "home").mkdir()
    (bench.scratch / "outside").mkdir()
    (bench.scratch / "outside" / "secret.py").write_text(f'"""{SECRET}"""\nNAME = "{SECRET}"\n', encoding="utf-8")
    folder = bench.scratch / "tree"
    if tree.git:
        folder.mkdir()
        repository.make(tree, folder)
    else:
        write(tree.files, folder)
    before = snapshot(folder)
    examined = Examined()
    if question.builder:
        _build(question, bench, examined, again)
    else:
        _ask(question, folder, bench, examined, again)
    marker = bench.scratch / "marker"
    if marker.exists():
        examined.findings.append(Finding(Wrong.EXECUTED, question.name, marker.read_text(errors="replace")[:500]))
    if (after := snapshot(folder)) != before:
        changed = sorted({str(state[0]) for state in before ^ after})
        examined.findings.append(Finding(Wrong.WRITTEN, question.name, ", ".join(changed)[:500]))
    if any(SECRET.encode() in outcome.stdout + outcome.stderr for _, outcome in examined.outcomes):
        examined.findings.append(Finding(Wrong.OUTSIDE, question.name, "the file beside the tree is shown"))
    examined.findings = list({finding.key: finding for finding in examined.findings}.values())
    return examined


# --- the command line


def _ask(question: Question, folder: Path, bench: Bench, examined: Examined, again: random.Random | None) -> None:
    shared = bench.cache or bench.scratch / "cache"
    first = _asked(question, folder, bench, shared, examined, "first")
    examined.findings += judge(question, first)
    if examined.findings and bench.cache is not None and not _ends_early(first):
        alone = _asked(question, folder, bench, None, examined, "without a cache")
        keys = {finding.key for finding in judge(question, alone)}
        examined.findings = [
            finding
            if finding.key in keys
            else replace(finding, message=f"{finding.message}\n(not without the cache that all trees share)")
            for finding in examined.findings
        ]
    if again is None or question.sink != "file" or _ends_early(first):
        return
    plain = _asked(question, folder, bench, None, examined, "without a cache")
    _same(Wrong.SHARED_CACHE, question, plain, first, examined)
    own = bench.scratch / "own"
    for run in ("cold", "warm"):
        _same(Wrong.CACHE, question, plain, _asked(question, folder, bench, own, examined, run), examined)
    seed = again.randrange(1, 1 << 32)
    fresh = _asked(question, folder, bench, None, examined, f"hash seed {seed}", seed)
    _same(Wrong.HASH_SEED, question, plain, fresh, examined)
    if seen := list(judge(question, fresh)):
        examined.findings += seen


def _ends_early(outcome: Outcome) -> bool:
    return outcome.exhausted or outcome.stalled or outcome.status not in {0, 2}


def _same(wrong: Wrong, question: Question, one: Outcome, other: Outcome, examined: Examined) -> None:
    if _ends_early(one) or _ends_early(other):
        return
    for name in ("status", "stdout", "stderr"):
        expected, found = getattr(one, name), getattr(other, name)
        if expected != found:
            message = f"{name} differs: {_difference(expected, found)}"
            examined.findings.append(Finding(wrong, f"{question.name} {wrong}: {name}", message))
            return


def _difference(expected: object, found: object) -> str:
    if not isinstance(expected, bytes) or not isinstance(found, bytes):
        return f"{expected!r}, then {found!r}"
    pairs = enumerate(zip(expected, found, strict=False))
    place = next((index for index, (one, other) in pairs if one != other), min(len(expected), len(found)))
    start = max(0, place - 80)
    return f"{expected[start : place + 160]!r}, then {found[start : place + 160]!r}"


def _asked(
    question: Question,
    folder: Path,
    bench: Bench,
    cache: Path | None,
    examined: Examined,
    run: str,
    hash_seed: int | None = None,
) -> Outcome:
    inside = folder if question.where == "here" else folder.parent
    spec = {"absolute": str(folder), "relative": folder.name, "here": "."}[question.where]
    spec += "" if question.revision is None else f"@{question.revision}"
    arguments = list(question.arguments)
    arguments[1:1] = ["--cache-dir", "" if cache is None else str(cache)]
    if spec != ".":
        arguments[1:1] = ["--checkout", spec]
    environment = bench.environment(bench.scratch / "home", hash_seed)
    place = child.Place(bench.scratch / "run", inside, environment, bench.limits, question.sink)
    if hash_seed is not None:
        outcome = child.command(["-P", "-m", "sphinxext.nova", *arguments], place)
    else:

        def work() -> None:
            sys.argv = ["sphinxext.nova", *arguments]
            bench.ask()

        outcome = child.call(work, place)
    examined.outcomes.append((run, outcome))
    return outcome


# --- builds


def _build(question: Question, bench: Bench, examined: Examined, again: random.Random | None) -> None:
    outcome, written = _built(question, bench, examined, "first", bench.cache or bench.scratch / "home")
    examined.findings += judge_build(question, outcome, written)
    if any(SECRET.encode() in data for data in written.values()):
        examined.findings.append(Finding(Wrong.OUTSIDE, question.name, "the file beside the tree is shown"))
    if again is None or _ends_early(outcome):
        return
    second, same = _built(question, bench, examined, "without a cache", bench.scratch / "home" / "own")
    for path in sorted(written.keys() | same.keys()):
        if path.endswith((".html", ".txt", ".xhtml", ".xml", ".tex")) and written.get(path) != same.get(path):
            message = f"{path}: {_difference(same.get(path, b''), written.get(path, b''))}"
            examined.findings.append(Finding(Wrong.SHARED_CACHE, f"{question.name} {path}", message))
            break
    _same(Wrong.SHARED_CACHE, question, second, outcome, examined)


def _built(
    question: Question, bench: Bench, examined: Examined, run: str, cache: Path
) -> tuple[Outcome, dict[str, bytes]]:
    pages = bench.scratch / "pages"
    shutil.rmtree(pages, ignore_errors=True)
    build.write(question.page, pages)
    limits = replace(bench.limits, seconds=bench.limits.seconds * _BUILD_LIMIT, wall=bench.limits.wall * _BUILD_LIMIT)
    place = child.Place(bench.scratch / "run", bench.scratch, bench.environment(cache), limits)
    builder = question.builder or "html"
    outcome = child.call(lambda: build.build(pages, builder, "../tree"), place)
    examined.outcomes.append((run, outcome))
    return outcome, dict(build.written(pages))
