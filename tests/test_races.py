"""What a cache holds after a checkout was switched while it was read, and after what wrote to it was killed.

`make test-races NOVA_GIT=../nova` does each try once: what was done is noted, and a second run goes on after it. The
tries are of a part of two releases, so that a cold question takes a second and not five.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.checkout.repositories import git

pytestmark = pytest.mark.races

RELEASES = ("27.0.0", "33.0.0")
PART = re.compile(r"setup\.cfg|nova/\w+\.py|nova/(cmd|conf|compute|conductor|scheduler|console)/[\w/]*\.py")
QUESTION = ("rpc-methods", "--format", "json")
SWITCHES, KILLS = 50, 200
AGE = 1.1
"""Seconds after which a file is old enough for an answer to be found without reading."""


class Done:
    """The tries that were done, by their numbers, in a file with a line for each."""

    def __init__(self, name: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{name}.jsonl"
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        self.tries: dict[int, Any] = dict(map(json.loads, lines))

    def note(self, number: int, result: Any) -> None:
        self.tries[number] = result
        with self._file.open("a") as file:
            file.write(json.dumps([number, result]) + "\n")


@pytest.fixture
def done(request: pytest.FixtureRequest, tmp_path: Path) -> Done:
    return Done(request.node.name, Path(os.environ.get("RACES_DONE", tmp_path)))


@pytest.fixture(scope="module")
def clone(nova_git: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a part of each release as a branch."""
    folder = tmp_path_factory.mktemp("races") / "nova"
    folder.mkdir()
    git(folder, "init", "-q")
    for release in RELEASES:
        git(folder, "checkout", "-q", "--orphan", release)
        for path in list(folder.iterdir()):
            if path.name != ".git":
                subprocess.run(["rm", "-r", path], check=True)
        names = git(nova_git, "ls-tree", "-r", "--name-only", release).splitlines()
        paths = [name for name in names if PART.fullmatch(name) and "/tests/" not in name]
        archive = subprocess.run(
            ["git", "-C", nova_git, "archive", release, *paths], check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", release)
    return folder


def started(folder: Path, cache: Path | str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "sphinxext.nova", *QUESTION]
    return subprocess.Popen(
        [*command, "--checkout", folder, "--cache-dir", cache], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def answered(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, b"")
    said: dict[str, Any] = json.loads(output)
    return said


def asked(folder: Path, cache: Path | str = "") -> dict[str, Any]:
    return answered(started(folder, cache))


@pytest.fixture(scope="module")
def references(clone: Path) -> dict[str, dict[str, Any]]:
    """Return the answer about each branch, without a cache, and how long it takes."""
    found = {}
    for release in RELEASES:
        git(clone, "checkout", "-q", release)
        found[release] = asked(clone)
    assert found[RELEASES[0]]["answers"] != found[RELEASES[1]]["answers"]
    return found


def cold_seconds(clone: Path) -> float:
    start = time.monotonic()
    asked(clone)
    return time.monotonic() - start


def test_switches(clone: Path, references: dict[str, dict[str, Any]], done: Done, tmp_path: Path) -> None:
    """A question is asked while the branch is switched; then each branch is asked at rest, with the same cache."""
    seconds = cold_seconds(clone)
    for number in range(SWITCHES):
        if number in done.tries:
            continue
        chance = random.Random(number)
        before, after = chance.sample(RELEASES, 2)
        cache = tmp_path / str(number)
        git(clone, "checkout", "-q", before)
        if number % 2:
            time.sleep(AGE)
        process = started(clone, cache)
        time.sleep(chance.uniform(0.1, 1) * seconds)
        git(clone, "checkout", "-q", after)
        said = answered(process)
        if any(problem["kind"] == "changed" for problem in said["problems"]):
            outcome = "said to be changed"
        else:
            outcome = next((name for name in RELEASES if said == references[name]), "wrong, and nothing is said")
        wrong = []
        for release in (after, before):
            git(clone, "checkout", "-q", release)
            for rest in (0, AGE) if number % 5 == 0 else (0,):
                time.sleep(rest)
                if asked(clone, cache) != references[release]:
                    wrong.append(f"{release} after {rest} seconds")
        done.note(number, [outcome.replace(before, "the one before").replace(after, "the one after"), wrong])
    sys.stdout.write(f"{Counter(outcome for outcome, _wrong in done.tries.values())}\n")
    assert {number: wrong for number, (_outcome, wrong) in done.tries.items() if wrong} == {}


def test_kills(clone: Path, references: dict[str, dict[str, Any]], done: Done, tmp_path: Path) -> None:
    """A cold question is killed, at any moment; a new one that shares its cache is answered rightly."""
    release = RELEASES[1]
    git(clone, "checkout", "-q", release)
    time.sleep(AGE)
    seconds = cold_seconds(clone)
    for number in range(KILLS):
        if number in done.tries:
            continue
        chance = random.Random(number)
        cache = tmp_path / str(number % 4)  # each is killed again and again
        process = started(clone, cache)
        time.sleep(chance.uniform(0, 1.1) * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        done.note(number, asked(clone, cache) == references[release])
        if number % 8 == 7:  # from nothing again
            for file in tmp_path.glob("*/*"):
                file.unlink()
    sys.stdout.write(f"{Counter(done.tries.values())}\n")
    assert [number for number, right in done.tries.items() if not right] == []
