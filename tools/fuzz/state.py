"""What is kept of a run: a line for each tree that was tried, and a folder for each finding."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fuzz import bases, child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fuzz.examine import Examined
    from fuzz.judge import Finding
    from fuzz.questions import Question
    from fuzz.recipe import Recipe

_LARGEST_TREE: Final = 3_000_000
_CODE: Final = ("sphinxext/nova", "tools/fuzz")
_TREES: Final = ("tests/small_*.py", "tests/flow/trees.py", "tests/openstack/test_rpc_eras.py")


@dataclass(slots=True)
class Tried:
    """One tree that was tried.

    ``findings`` are the folders of what was found. ``seconds`` is the CPU time of all that was done for it, ``slowest``
    and ``largest`` are the CPU seconds and the MiB of the first run of the question.
    """

    number: int
    code: str
    tree: str
    question: str
    status: int
    seconds: float
    slowest: float
    largest: float
    again: bool
    findings: list[str] = field(default_factory=list)


def code() -> str:
    """Return what identifies the code that is tried, and all that makes trees."""
    known = hashlib.sha256(repr(bases.names()).encode())
    paths = [path for folder in _CODE for path in (child.ROOT / folder).rglob("*") if path.suffix in {".py", ".toml"}]
    paths += [path for pattern in _TREES for path in child.ROOT.glob(pattern)]
    for path in sorted(paths):
        known.update(path.relative_to(child.ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return known.hexdigest()[:12]


class State:
    """The folder of a run. A line is there whole or not at all, so that a run can be ended at any time."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        self.code = code
        self.findings = folder / "findings"
        self._lines = folder / "tried.jsonl"
        self.older = 0
        self.tried: dict[int, Tried] = {}
        self.spent = 0.0
        self._load()

    def _load(self) -> None:
        if not self._lines.exists():
            return
        whole, _, rest = self._lines.read_bytes().rpartition(b"\n")
        if rest:  # Another run was ended while it wrote.
            self._lines.write_bytes(whole + b"\n" if whole else b"")
        for line in whole.splitlines():
            tried = Tried(**json.loads(line))
            if tried.code == self.code:
                self.tried[tried.number] = tried
                self.spent += tried.seconds
            else:
                self.older += 1

    def add(self, tried: Tried) -> None:
        """Keep what was tried."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tried[tried.number] = tried
        self.spent += tried.seconds
        with self._lines.open("ab") as file:
            file.write(json.dumps(asdict(tried)).encode() + b"\n")

    def trees(self) -> set[str]:
        """Return the digests of the trees that were tried."""
        return {tried.tree for tried in self.tried.values()}

    def counts(self) -> dict[str, list[int]]:
        """Return the numbers of the trees that have each finding, those with most first."""
        found: dict[str, list[int]] = {}
        for number, tried in sorted(self.tried.items()):
            for name in tried.findings:
                found.setdefault(name, []).append(number)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def known(self, finding: Finding) -> bool:
        """Return whether a finding with the same key was kept already, by this code."""
        return self.describe(folder_of(finding)).get("code") == self.code

    def describe(self, name: str) -> dict[str, Any]:
        """Return what was kept about a finding."""
        try:
            return dict(json.loads((self.findings / name / "finding.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def keep(
        self,
        finding: Finding,
        recipe: Recipe,
        question: Question,
        examined: Examined,
        tree_folder: Path,
    ) -> None:
        """Keep a finding with the tree that shows it, in place of an older one with the same key."""
        final = self.findings / folder_of(finding)
        folder = final.with_name(f".{final.name}-{os.getpid()}")
        folder.mkdir(parents=True)
        first = examined.first
        said = {
            "code": self.code,
            "wrong": finding.wrong,
            "key": finding.key,
            "message": finding.message,
            "recipe": asdict(recipe),
            "question": asdict(question),
            "command": command(question, final),
            "status": first.status,
            "seconds": round(first.seconds, 2),
            "mebibytes": round(first.mebibytes),
        }
        (folder / "finding.json").write_text(json.dumps(said, indent=1), encoding="utf-8")
        for run, outcome in examined.outcomes:
            name = re.sub(r"\W+", "-", run)
            (folder / f"{name}.stdout").write_bytes(outcome.stdout[:200_000])
            (folder / f"{name}.stderr").write_bytes(outcome.stderr[:200_000])
        if question.builder:
            (folder / "index.rst").write_text(question.page, encoding="utf-8", errors="backslashreplace")
        if _size(tree_folder) < _LARGEST_TREE:
            _copy(tree_folder, folder / "tree")
        shutil.rmtree(final, ignore_errors=True)
        try:
            folder.rename(final)
        except OSError:  # Another process has just kept the same.
            shutil.rmtree(folder, ignore_errors=True)


def folder_of(finding: Finding) -> str:
    """Return the name of the folder of a finding."""
    return f"{finding.wrong}-{hashlib.sha256(finding.key.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"


def command(question: Question, folder: Path) -> str:
    """Return what a person would type to see the finding."""
    if question.builder:
        settings = f"-D extensions=sphinxext.nova -D nova_checkout={folder}/tree"
        return f"sphinx-build -b {question.builder} -C {settings} {folder} /tmp/out"
    revision = "" if question.revision is None else f"@{question.revision}"
    words = [
        "python",
        "-P",
        "-m",
        "sphinxext.nova",
        *question.arguments,
        "--cache-dir",
        "",
        "--checkout",
        f"{folder}/tree{revision}",
    ]
    if "--" in words:  # What follows is the argument.
        words = [*words[:4], *words[-4:], *words[4:-4]]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    if re.fullmatch(r"[\w./@=:,-]+", word):
        return word
    if word.isprintable():
        return "'" + word.replace("'", "'\\''") + "'"
    return "$'" + word.encode("unicode_escape").decode().replace("'", "\\'") + "'"


def _size(folder: Path) -> int:
    """Return how many bytes a tree takes on the disk."""
    found = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            found += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118
    return found


def _copy(from_: Path, to: Path) -> None:
    """Copy links, pipes and empty room as what they are, which is why ``cp`` does it."""
    words = ["cp", "-R", "-P", "--sparse=always", "--", os.fspath(from_), os.fspath(to)]
    os.spawnvp(os.P_WAIT, "cp", words)


def summary(state: State, wanted: Iterable[int]) -> str:
    """Return what there is to say at the end."""
    wanted = set(wanted)
    tried = [one for number, one in state.tried.items() if number in wanted]
    again = sum(one.again for one in tried)
    each = state.spent / max(1, len(state.tried))
    lines = [f"{len(tried)} of {len(wanted)} trees, {again} of them again; code {state.code}"]
    lines.append(f"{state.spent / 60:.1f} CPU minutes, {each:.3f} s for each tree")
    if state.older:
        lines.append(f"{state.older} lines are of other code, and do not count")
    statuses = {status: sum(one.status == status for one in tried) for status in sorted({one.status for one in tried})}
    lines.append("exit status " + ", ".join(f"{status}: {count}" for status, count in statuses.items()))
    measures: dict[str, Callable[[Tried], float]] = {"CPU s": lambda one: one.slowest, "MiB": lambda one: one.largest}
    for title, measure in measures.items():
        most = sorted(tried, key=measure, reverse=True)[:5]
        shown = (f"{measure(one):.1f} (tree {one.number}, {one.question})" for one in most)
        lines.append(f"most {title}: {', '.join(shown)}")
    counts = state.counts()
    lines.append(f"{len(counts)} findings" if counts else "no findings")
    for name, numbers in counts.items():
        said = state.describe(name)
        lines.append(f"  {len(numbers):5} {name}  {said.get('key', '')[:110]}  (tree {numbers[0]})")
    return "\n".join(lines)
