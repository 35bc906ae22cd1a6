"""The facts of real files are those that CPython's own parser finds, and no function of any file is lost."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.syntax import read
from tests.openstack.test_history import tags
from tests.syntax.ast_reference import facts_of, parses, reference
from tests.syntax.definitions import definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PARTS = 4
"""Into how many tests the files are dealt, so that several processes can share the work."""


def differences(data: bytes, path: str) -> list[str]:
    """Name what differs between the two readings of a file, and the functions that are lost."""
    facts = read(data, path=path)
    found = [(function.name, function.line) for function in facts.functions]
    differing = [f"{path}: {name} is lost" for name in definitions(data) if name not in found]
    if parses(data):
        ours, theirs = facts_of(facts), reference(data)
        differing += [f"{path}: {key}" for key in theirs if ours[key] != theirs[key]]
        differing += [f"{path}: {problem.message}" for problem in facts.problems]
    return differing


@pytest.mark.release
@pytest.mark.parametrize("part", range(PARTS))
def test_every_file_is_read_as_cpython_reads_it(release: Callable[[str], Path], part: int) -> None:
    checkout = open_checkout(str(release("nova-34.0.0")))
    paths = [path for path in checkout.paths if path.endswith(".py")]
    assert len(paths) > 1500
    files = checkout.read_many(paths[part::PARTS])
    assert [said for path, data in files if isinstance(data, bytes) for said in differences(data, path)] == []


@pytest.mark.release
def test_what_cpython_cannot_read_any_more_is_read(release: Callable[[str], Path]) -> None:
    checkout = open_checkout(str(release("nova-15.1.5")))
    paths = [path for path in checkout.below("nova") if path.endswith(".py") and "tests" not in path.split("/")]
    files = [(path, data) for path, data in checkout.read_many(paths) if isinstance(data, bytes)]
    assert [path for path, data in files if not parses(data)] == [
        "nova/api/openstack/compute/migrate_server.py",
        "nova/compute/api.py",
        "nova/conductor/api.py",
        "nova/db/sqlalchemy/api.py",
        "nova/virt/libvirt/guest.py",
    ]
    assert [said for path, data in files for said in differences(data, path)] == []
    assert [problem for path, data in files for problem in read(data, path=path).problems] == []


def blobs(clone: Path, digit: str) -> Iterator[tuple[str, str]]:
    """Give each content that a file of Python has in some release, with its name, once; by its last digit."""
    seen = set()
    for tag in tags():
        listed = subprocess.run(
            ("git", "-C", clone, "ls-tree", "-r", "-z", tag), check=True, capture_output=True, text=True
        ).stdout
        for entry in listed.split("\0")[:-1]:
            about, path = entry.split("\t")
            mode, _, blob = about.split()
            if mode != "120000" and blob.endswith(digit) and blob not in seen and path.endswith(".py"):
                seen.add(blob)
                yield blob, path


@pytest.mark.history
@pytest.mark.parametrize("digit", "0123456789abcdef")
def test_no_function_of_any_release_is_lost(nova_git: Path, digit: str) -> None:
    known = list(blobs(nova_git, digit))
    assert len(known) > 1000
    process = subprocess.Popen(
        ("git", "-C", nova_git, "cat-file", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    with process:
        lost = []
        for blob, path in known:
            process.stdin.write(f"{blob}\n".encode())
            process.stdin.flush()
            size = int(process.stdout.readline().split()[2])
            data = process.stdout.read(size + 1)[:-1]
            found = [(function.name, function.line) for function in read(data, path=path).functions]
            lost += [f"{path} ({blob}): {name}" for name in definitions(data) if name not in found]
        process.stdin.close()
    assert lost == []
