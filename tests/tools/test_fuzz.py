"""The fuzzer itself: the same number makes the same tree, limits hold, planted faults are found, and a run goes on."""
# ruff: noqa: T201 - what is planted prints its answers

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fuzz import __main__ as command_line
from fuzz import bases, child, recipe, repository
from fuzz.child import Limits, Outcome, Place
from fuzz.examine import Bench, Examined, examine
from fuzz.judge import CONTRACT, Wrong, judge, judge_build, not_well_formed, shape
from fuzz.mutations import MUTATIONS, apply
from fuzz.questions import QUESTIONS, Question
from fuzz.shrink import Patience, fewer_files, fewer_mutations
from fuzz.state import State, Tried
from fuzz.structures import STRUCTURES
from fuzz.tree import Fifo, Folder, Link, Sparse, Tree, snapshot, write

from sphinxext.nova import cli as nova

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = Limits(seconds=2, wall=2, mebibytes=4096)
"""A child has the address space of the process that runs the tests: after thousands of them, that is large."""
LAYOUT = Question(("layout", "--format", "json"))
SMALL = {"nova/__init__.py": b"", "nova/service.py": b'"""Runs."""\n'}


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[Callable[[], object]], Bench]:
    return lambda ask: Bench(tmp_path / "bench", None, LIMITS, ask)


def wrongs(examined: Examined) -> list[Wrong]:
    return [finding.wrong for finding in examined.findings]


# --- trees, mutations and recipes


def test_a_number_makes_the_same_tree_and_question() -> None:
    for number in range(40):
        one, other = recipe.draw(3, number), recipe.draw(3, number)
        assert one == other
        tree = one.tree()
        assert tree.digest() == other.tree().digest()
        assert one.question(tree) == other.question(other.tree())
    assert len({recipe.draw(seed, 0).mutations for seed in range(20)}) == 20


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_mutation_changes_a_tree_and_takes_its_choices_from_the_seed(name: str) -> None:
    changed = 0
    for seed in range(12):
        trees = [bases.base("all of now", random.Random(0)) for _ in range(2)]
        before = trees[0].digest()
        for tree in trees:
            apply(name, seed, tree)
        assert trees[0].digest() == trees[1].digest()
        changed += trees[0].digest() != before
    assert changed >= 6


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.__name__)
def test_each_structure_is_python_that_has_what_is_asked_for(structure: Callable[[random.Random], object]) -> None:
    for seed in range(20):
        made = structure(random.Random(seed))
        assert made == structure(random.Random(seed))
        assert "def run(" in made.text  # type: ignore[attr-defined]


def test_every_base_can_be_asked_every_question(tmp_path: Path) -> None:
    """What is mutated is a tree that has answers: a mutation of what is refused anyway would show little."""
    for number, name in enumerate(bases.BASES):
        folder = tmp_path / str(number)
        write(bases.base(name, random.Random(0)).files, folder)
        for question in QUESTIONS:
            argument = ["nova.compute.manager.ComputeManager.start_instance"] if question == "rpc-flow" else []
            asked = [question, *argument, "--checkout", str(folder), "--cache-dir", "", "--format", "json"]
            place = Place(tmp_path / "run", tmp_path, dict(os.environ), Limits())
            outcome = child.call(lambda asked=asked: nova.main(asked), place)  # type: ignore[misc]
            assert outcome.status == 0 or b"no function" in outcome.stderr, (name, question, outcome.stderr)


def test_a_tree_of_another_digest_is_another_tree() -> None:
    one = Tree({"a": b"b"})
    others = [Tree({"a": b"c"}), Tree({"b": b"b"}), Tree({"a": Link("b")}), Tree({"a": b"b"}, git=True), Tree({})]
    assert len({one.digest(), *(other.digest() for other in others)}) == 6


def test_nothing_is_written_outside_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    files = {
        "a": Link("../outside"),
        "a/b.py": b"through a link",
        "c": b"a file",
        "c/d.py": b"below a file",
        "../e.py": b"above",
        "/f.py": b"absolute",
        "g/h\udcff": b"no text",
        "i": Fifo(),
        "j": Folder(),
        "k": Sparse(10**10),
        "l\0": b"",
        "m" * 300: b"too long",
    }
    write(files, tmp_path / "tree")
    assert list(outside.iterdir()) == []
    found = sorted(os.fsencode(path.relative_to(tmp_path / "tree")) for path in (tmp_path / "tree").rglob("*"))
    # The folder of what is below the link is there first, so that there is no link.
    assert found == [b"a", b"a/b.py", b"c", b"g", b"g/h\xff", b"i", b"j", b"k"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside", "tree"]
    assert (tmp_path / "tree" / "k").stat().st_blocks == 0


@pytest.mark.parametrize("name", repository.DAMAGE)
def test_each_damage_breaks_something(tmp_path: Path, name: str) -> None:
    states = []
    for damage in ([], [(name, 5)]):
        folder = tmp_path / f"tree{len(states)}"
        repository.make(Tree(dict(SMALL), git=True, committed=dict(SMALL), damage=damage), folder)
        states.append(
            {
                path.relative_to(folder): path.read_bytes()
                if path.is_file() and not path.is_symlink()
                else path.is_fifo()
                for path in folder.rglob("*")
                if path.name != "index"
            }
        )
        index = folder / ".git" / "index"
        states[-1][Path("index")] = index.read_bytes()[100:] if index.is_file() else index.is_fifo()
    assert states[0] != states[1]


def test_pipes_and_links_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["loop", "config is a pipe", "config flipped", "sparse"]
    done: list[str] = []
    for name in names:
        monkeypatch.setitem(repository.DAMAGE, name, lambda _folder, _chance, name=name: done.append(name))
    repository.make(Tree(dict(SMALL), git=True, damage=[(name, 1) for name in names]), tmp_path)
    assert done == names[::-1]


def test_a_snapshot_sees_each_change(tmp_path: Path) -> None:
    write(SMALL, tmp_path / "tree")
    before = snapshot(tmp_path / "tree")
    assert snapshot(tmp_path / "tree") == before
    (tmp_path / "tree" / "nova" / "service.py").write_bytes(SMALL["nova/service.py"])
    assert snapshot(tmp_path / "tree") != before


# --- limits


def place(folder: Path, sink: str = "file") -> Place:
    return Place(folder / "run", folder, dict(os.environ), LIMITS, sink)


def spin() -> None:
    while True:
        pass


def test_cpu_time_is_limited(tmp_path: Path) -> None:
    outcome = child.call(spin, place(tmp_path))
    assert outcome.exhausted
    assert outcome.seconds < 5
    assert outcome.trace[0].endswith(":spin")


def test_waiting_is_limited(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    outcome = child.call((tmp_path / "pipe").read_bytes, place(tmp_path))
    assert (outcome.stalled, outcome.exhausted) == (True, False)


def test_memory_is_limited(tmp_path: Path) -> None:
    outcome = child.call(lambda: bytes(4 << 30), place(tmp_path))
    assert outcome.fault is not None
    assert outcome.fault.type == "MemoryError"


def test_output_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_OUTPUT_BYTES", 1000)
    outcome = child.call(lambda: print("x" * 10_000), place(tmp_path))
    assert len(outcome.stdout) <= 1000
    assert outcome.fault is not None


def test_what_a_child_leaves_running_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    child.call(lambda: os.system(f"sleep 60 & echo $! > {tmp_path}/pid"), place(tmp_path))
    process = int((tmp_path / "pid").read_text())
    while Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_bytes():
        assert time.monotonic() - started < 10
        time.sleep(0.05)


def test_the_limits_are_the_childs_alone(tmp_path: Path) -> None:
    before = [resource.getrlimit(limit) for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    child.call(lambda: None, place(tmp_path))
    assert [
        resource.getrlimit(limit) for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)
    ] == before


@pytest.mark.parametrize(
    ("sink", "expected"), [("file", None), ("full", "OSError"), ("closed", None), ("pipe", "BrokenPipeError")]
)
def test_where_the_output_goes(tmp_path: Path, sink: str, expected: str | None) -> None:
    outcome = child.call(lambda: print("x" * 100_000), place(tmp_path, sink))
    assert (outcome.fault and outcome.fault.type) == expected
    assert outcome.stdout == (b"x" * 100_000 + b"\n" if sink == "file" else b"")


# --- planted faults


def answer(rows: object = (), problems: object = ()) -> str:
    checkout = {"path": ".", "ref": None, "release": None}
    return json.dumps({"version": 1, "checkout": checkout, "answers": rows, "problems": problems})


def raises() -> None:
    raise KeyError("planted")


def recurses() -> None:
    # Before the limit of memory is met, with which Python would end otherwise.
    sys.setrecursionlimit(1000)
    recurses()


def writes() -> None:
    Path(sys.argv[sys.argv.index("--checkout") + 1], "new").touch()
    print(answer())


def runs() -> None:
    exec(Path(sys.argv[sys.argv.index("--checkout") + 1], "setup.py").read_text())


def shows() -> None:
    print(answer([Path(sys.argv[sys.argv.index("--checkout") + 1], "../outside/secret.py").read_text()]))


def refuses() -> None:
    sys.stderr.write("one\nanother\n")
    sys.exit(2)


PLANTED: dict[str, tuple[Callable[[], object], Wrong]] = {
    "an exception": (raises, Wrong.RAISED),
    "a recursion": (recurses, Wrong.RECURSION),
    "a loop": (spin, Wrong.TIME),
    "a wait": (lambda: time.sleep(100), Wrong.STALLED),
    "memory": (lambda: bytes(4 << 30), Wrong.MEMORY),
    "a signal": (os.abort, Wrong.CRASHED),
    "a status": (lambda: sys.exit(3), Wrong.STATUS),
    "two lines": (refuses, Wrong.REFUSAL),
    "no line": (lambda: sys.exit(2), Wrong.REFUSAL),
    "NaN": (lambda: print(answer([float("nan")])), Wrong.JSON),
    "no JSON": (lambda: print("{"), Wrong.JSON),
    "a lone surrogate": (lambda: print(answer(problems=[{"message": "\ud800"}])), Wrong.JSON),
    "no fields": (lambda: print(answer([{"path": "nova"}])), Wrong.SHAPE),
    "an unknown kind": (
        lambda: print(answer(problems=[{"kind": "odd", "file": None, "line": None, "message": "a"}])),
        Wrong.KIND,
    ),
    "an escape on stderr": (lambda: print("\x1b[31m", file=sys.stderr), Wrong.CONTROL),
    "a file in the tree": (writes, Wrong.WRITTEN),
    "code of the tree": (runs, Wrong.EXECUTED),
    "a file outside": (shows, Wrong.OUTSIDE),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(bench: Callable[[Callable[[], object]], Bench], name: str) -> None:
    ask, wrong = PLANTED[name]
    tree = Tree({**SMALL, "setup.py": bases.EXECUTED.encode()})
    assert wrong in wrongs(examine(tree, LAYOUT, bench(ask)))


def test_nothing_is_found_where_nothing_is_wrong(bench: Callable[[Callable[[], object]], Bench]) -> None:
    examined = examine(Tree(dict(SMALL)), LAYOUT, bench(nova.run), random.Random(1))
    assert examined.findings == []
    assert [run.partition(" ")[0] for run, _ in examined.outcomes] == ["first", "without", "cold", "warm", "hash"]
    assert len({outcome.stdout for _, outcome in examined.outcomes}) == 1
    row = json.loads(examined.first.stdout)["answers"][0]
    assert row["path"] == "nova"


def test_a_text_with_control_characters_is_found(bench: Callable[[Callable[[], object]], Bench]) -> None:
    text = Question(("layout", "--format", "text"))
    for found in ("\x1b", "\t", "\x85", "\u202e", "\u2028", "\ufffe"):
        assert wrongs(examine(Tree(dict(SMALL)), text, bench(lambda found=found: print(f"a{found}b")))) == [  # type: ignore[misc]
            Wrong.CONTROL
        ]


def from_cache() -> None:
    """Answer otherwise when there is a cache from before."""
    folder = sys.argv[sys.argv.index("--cache-dir") + 1]
    warm = bool(folder) and Path(folder).exists()
    if folder:
        Path(folder).mkdir(exist_ok=True)
    print(answer(problems=[{"kind": "name", "file": None, "line": None, "message": f"warm: {warm}"}]))


def test_an_answer_that_differs_by_cache_or_hash_seed_is_found(tmp_path: Path) -> None:
    own = Bench(tmp_path / "bench", None, LIMITS, from_cache)
    found = wrongs(examine(Tree(dict(SMALL)), LAYOUT, own, random.Random(1)))
    # A fresh interpreter answers with the real code, and so otherwise than what is planted.
    assert found == [Wrong.CACHE, Wrong.HASH_SEED]
    (tmp_path / "cache").mkdir()
    shared = Bench(tmp_path / "bench", tmp_path / "cache", LIMITS, from_cache)
    assert Wrong.SHARED_CACHE in wrongs(examine(Tree(dict(SMALL)), LAYOUT, shared, random.Random(1)))


# --- the contract


def test_the_contract_is_that_of_real_answers(tmp_path: Path) -> None:
    write(bases.base("all of now", random.Random(0)).files, tmp_path / "tree")
    seen = set()
    for question in CONTRACT:
        argument = ["POST /servers"] if question == "rpc-flow" else []
        asked = [question, *argument, "--checkout", str(tmp_path / "tree"), "--cache-dir", "", "--format", "json"]
        outcome = child.call(lambda asked=asked: nova.main(asked), place(tmp_path))  # type: ignore[misc]
        found = json.loads(outcome.stdout)
        assert list(shape(question, found)) == []
        for row in found["answers"][:1]:
            for name in CONTRACT[question]:
                less = {**found, "answers": [{key: value for key, value in row.items() if key != name}]}
                assert [finding.key for finding in shape(question, less)] == [f"{question}: no {name}"]
            seen.add(question)
    assert seen == set(CONTRACT)


def outcome(**values: object) -> Outcome:
    return replace(Outcome(0, b"", b"", 0.1, 10.0), **values)  # type: ignore[arg-type]


def test_a_build_is_judged_by_its_warnings_and_files() -> None:
    question = Question(builder="epub", page="")
    good = b"index.rst:4: WARNING: nova/a.py: it is huge [nova.huge]\n"
    assert list(judge_build(question, outcome(stdout=good), {"a.xhtml": b"<p/>", "b.js": b"\x1b"})) == []
    bad = {
        b"index.rst:4: WARNING: nova/a.py\nmore [nova.huge]\n": [Wrong.WARNING, Wrong.WARNING],
        b"index.rst:4: WARNING: inline markup [docutils]\n": [Wrong.WARNING],
        b"index.rst:4: WARNING: a [nova.odd]\n": [Wrong.KIND],
        b"index.rst:4: WARNING: \x1b [nova.huge]\n": [Wrong.CONTROL],
    }
    for warnings, expected in bad.items():
        assert [finding.wrong for finding in judge_build(question, outcome(stdout=warnings), {})] == expected
    files = {"a.xhtml": b"<p>", "b.html": "\u202e".encode(), "c.tex": b"\xff"}
    assert [finding.wrong for finding in judge_build(question, outcome(), files)] == [
        Wrong.XML,
        Wrong.CONTROL,
        Wrong.CONTROL,
    ]
    assert not_well_formed(b"<a>&b;</a>")


def test_the_same_exception_at_the_same_place_is_one_finding(tmp_path: Path) -> None:
    keys = set()
    for message in ("one", "another"):

        def ask(message: str = message) -> None:
            raise KeyError(message)

        keys |= {finding.key for finding in judge(LAYOUT, child.call(ask, place(tmp_path)))}
    assert len(keys) == 1


# --- smaller trees


def test_a_finding_is_shrunk_to_what_it_needs() -> None:
    made = recipe.Recipe(1, 1, 0, "tasks", (("flip", 1), ("structure", 2), ("tokens", 3)))
    smaller = fewer_mutations(made, lambda tree: "nova/fuzzed.py" in tree.files, Patience())
    assert smaller.mutations == (("structure", 2),)
    tree = fewer_files(smaller.tree(), lambda tree: "nova/fuzzed.py" in tree.files, Patience(attempts=200))
    assert list(tree.files) == ["nova/fuzzed.py"]


def test_shrinking_ends() -> None:
    attempts = []

    def is_wrong(tree: Tree) -> bool:
        attempts.append(tree)
        return False

    fewer_files(bases.base("all of now", random.Random(0)), is_wrong, Patience(attempts=7))
    assert len(attempts) == 7


# --- whole runs


def tried(number: int, code: str = "now", **other: object) -> Tried:
    return Tried(number, code, f"tree{number}", "layout", 0, 1.0, 0.5, 60.0, again=False, **other)  # type: ignore[arg-type]


def test_a_state_knows_what_was_tried_by_the_same_code(tmp_path: Path) -> None:
    state = State(tmp_path, "now")
    for number in (0, 1):
        state.add(tried(number))
    State(tmp_path, "before").add(tried(7, "before"))
    with (tmp_path / "tried.jsonl").open("a") as file:
        file.write('{"number": 3, "co')  # ended while it wrote
    for _ in range(2):
        again = State(tmp_path, "now")
        assert sorted(again.tried) == [0, 1]
        assert (again.spent, again.older, again.trees()) == (2.0, 1, {"tree0", "tree1"})
    again.add(tried(2, findings=["raised-1"]))
    assert State(tmp_path, "now").counts() == {"raised-1": [2]}


def test_a_run_goes_on_where_it_was_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "_ask", lambda: print(answer()))
    first = State(tmp_path, "now")
    assert command_line.run(range(3), 1, first, LIMITS, jobs=1, minutes=5) in {0, 1}
    assert sorted(first.tried) == [0, 1, 2]
    lines = (tmp_path / "tried.jsonl").read_bytes()
    second = State(tmp_path, "now")
    command_line.run(range(5), 1, second, LIMITS, jobs=2, minutes=5)
    assert sorted(second.tried) == [0, 1, 2, 3, 4]
    assert (tmp_path / "tried.jsonl").read_bytes().startswith(lines)
    assert (tmp_path / "tried.jsonl").read_bytes().count(b"\n") == 5
    assert len(second.trees()) == 5
    assert "3 trees were tried before" in capsys.readouterr().out
    third = State(tmp_path, "now")
    assert command_line.run(range(9), 1, third, LIMITS, jobs=2, minutes=0) in {1, 2}
    assert sorted(third.tried) == [0, 1, 2, 3, 4]


def test_a_tree_that_cannot_be_tried_does_not_end_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    examined = command_line.examine

    def fails_at_two(tree: Tree, question: Question, bench: Bench, again: random.Random | None = None) -> Examined:
        if bench.scratch.parent.name == "2":
            raise OSError("planted")
        return examined(tree, question, bench, again)

    monkeypatch.setattr(command_line, "examine", fails_at_two)
    assert command_line.main(["--trees", "4", "--jobs", "1", "--folder", str(tmp_path)]) == 2
    assert "tree 2 (attempt 0) was not tried" in capfd.readouterr().err
    tried = (tmp_path / "seed-1" / "tried.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["number"] for line in tried.splitlines()] == [0, 1, 3]


def test_a_finding_of_a_run_is_kept_with_a_small_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "_ask", raises)
    state = State(tmp_path, "now")
    number = next(n for n in range(100) if not recipe.draw(1, n).question(recipe.draw(1, n).tree()).builder)
    assert command_line.run([number], 1, state, LIMITS, jobs=1, minutes=5) == 1
    [name] = state.counts()
    said = state.describe(name)
    assert (said["wrong"], said["code"], said["recipe"]["mutations"]) == ("raised", "now", [])
    assert said["key"].startswith("KeyError ")
    assert "--checkout" in said["command"]
    kept = tmp_path / "findings" / name
    assert (kept / "first.stderr").read_bytes().endswith(b"KeyError: 'planted'\n")
    assert sum(path.is_file() for path in (kept / "tree").rglob("*")) == 0


def test_a_number_whose_tree_was_there_before_makes_another() -> None:
    seen: set[str] = set()
    first, digest = command_line._distinct(1, 4, seen)
    second, other = command_line._distinct(1, 4, seen)
    assert (first.attempt, second.attempt) == (0, 1)
    assert digest != other
