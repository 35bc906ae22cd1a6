"""The bytes of a repository's objects, by id, out of ``git cat-file --batch``."""

from __future__ import annotations

import os
import weakref
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import IO, TYPE_CHECKING, Final, TypeVar

from sphinxext.nova.checkout._git import Git, GitError
from sphinxext.nova.checkout._hash import blob_hash, blob_id
from sphinxext.nova.checkout._problems import MAX_BYTES, huge
from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence

_MISSING: Final = Problem(Kind.UNREADABLE, "its object is missing from the repository")
_NOT_FETCHED: Final = Problem(Kind.UNREADABLE, "its object is missing (a partial clone)")
_FORGED: Final = Problem(Kind.UNREADABLE, "its object does not have the bytes of its id")
_NO_BLOB: Final = Problem(Kind.UNREADABLE, "its object is not the content of a file")
_CHUNK: Final = 1 << 20
_FEW: Final = 8
"""So many blobs are had sooner one by one than from a git started for them."""
_TRIES: Final = 2
"""How often git may die over one object (it may have been ended from outside) before the object counts as missing."""

Found = TypeVar("Found")


class Objects:
    """Reads blobs of one commit's tree. One git process serves all single reads, and one each stream.

    What git gives is hashed: it does not do so itself, and an object may lie under the id of another one.

    Problems that it returns name no file. Where git dies over an object (a damaged one; before git 2.45, one that it
    would like to fetch) it is started again, and the object counts as missing.
    """

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self._commit = commit
        self._process: subprocess.Popen[bytes] | None = None
        self._lost = _MISSING
        """The problem of what is missing."""
        self._owner = 0  # the process that started it: a forked child must not share its pipes

    @cached_property
    def _missing(self) -> set[str]:
        """What is known to be missing: in a partial clone, where git before 2.45 takes seconds to die, all that is.

        rev-list is the one command of those versions that can be told not to fetch.
        """
        try:
            self._git.run("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$")
            self._lost = _NOT_FETCHED
            listed = self._git.run("rev-list", "--objects", "--no-walk", "--missing=print", self._commit)
        except GitError:
            return set()
        return {line[1:].decode() for line in listed.split(b"\n") if line.startswith(b"?")}

    def load(self, oid: str) -> bytes | Problem:
        """Return one blob."""
        for _ in range(_TRIES):
            if oid in self._missing:
                break
            try:
                process = self._running()
                requests, answers = _pipe(process.stdin), _pipe(process.stdout)
                requests.write(f"{oid}\n".encode())
                requests.flush()
                answer = _blob(answers, oid)
            except (OSError, GitError):
                answer = None
            if answer is not None:
                return answer
            self._process = None
        self._missing.add(oid)
        return self._lost

    def stream(self, oids: Sequence[str]) -> Iterator[bytes | Problem]:
        """Yield blobs in the order asked, one in memory at a time."""
        return map(self.load, oids) if len(oids) <= _FEW else self._ask(oids, "--batch", _blob)

    def sizes(self, oids: Sequence[str]) -> Iterator[int | Problem]:
        """Yield the sizes of blobs, in bytes, in the order asked."""
        return self._ask(oids, "--batch-check", _size)

    def _ask(
        self,
        oids: Sequence[str],
        mode: str,
        parse: Callable[[IO[bytes], str], Found | Problem | None],
    ) -> Iterator[Found | Problem]:
        rest = list(oids)
        died_over = None
        while rest:
            if self._missing.issuperset(rest):
                yield from [self._lost] * len(rest)
                return
            done = 0
            try:
                with self._batch(mode, [oid for oid in rest if oid not in self._missing]) as answers:
                    for oid in rest:
                        answer = self._lost if oid in self._missing else parse(answers, oid)
                        if answer is None:
                            break
                        done += 1
                        yield answer
            except GitError:  # it is gone by now, for good
                self._missing.update(rest)
            rest = rest[done:]
            if rest and rest[0] == died_over:
                self._missing.add(died_over)
            died_over = rest[0] if rest else None

    @contextmanager
    def _batch(self, mode: str, oids: Sequence[str]) -> Iterator[IO[bytes]]:
        import tempfile  # noqa: PLC0415 - as subprocess in _git.py

        # A file, and not a pipe that would have to be filled while the answers are read.
        with tempfile.TemporaryFile() as requests:
            requests.write("".join(f"{oid}\n" for oid in oids).encode())
            requests.seek(0)
            process = self._git.start("cat-file", mode, "--buffer", stdin=requests)
        try:
            yield _pipe(process.stdout)
        finally:
            _end(process, os.getpid())

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            self._process = self._git.start("cat-file", "--batch")
            self._owner = os.getpid()
            weakref.finalize(self, _end, self._process, self._owner)
        return self._process


def _blob(answers: IO[bytes], oid: str) -> bytes | Problem | None:
    """Read one answer of ``--batch``; ``None``: git has died."""
    header = answers.readline().split()
    if len(header) != 3:
        return _MISSING if header else None
    size = int(header[2])
    if size > MAX_BYTES or header[1] != b"blob":
        known, left = blob_hash(size, like=oid), size
        while left > 0:
            got = answers.read(min(left, _CHUNK))
            if not got:
                return None
            known.update(got)
            left -= len(got)
        if not answers.read(1):  # the line's end
            return None
        if header[1] != b"blob":
            return _NO_BLOB
        return huge() if known.hexdigest() == oid else _FORGED
    data = answers.read(size + 1)
    if len(data) != size + 1:
        return None
    data = data[:-1]
    return data if blob_id(data, like=oid) == oid else _FORGED


def _size(answers: IO[bytes], _oid: str) -> int | Problem | None:
    """Read one answer of ``--batch-check``; ``None``: git has died."""
    header = answers.readline().split()
    if len(header) != 3:
        return _MISSING if header else None
    return int(header[2])


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise GitError("git was started without a pipe")
    return pipe


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """End a git that only reads; a forked child leaves its parent's alone."""
    if owner != os.getpid():
        return
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # a request that was never read
                pipe.close()
    process.wait()
