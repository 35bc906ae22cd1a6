"""Trees of files as values: made in memory, told apart by a digest, written to a disk, and compared afterwards."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True, slots=True)
class Fifo:
    """A named pipe: to open it waits for ever."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, which may be empty."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A file of so many NUL bytes, which take no room on the disk."""

    size: int


Content: TypeAlias = "bytes | Link | Fifo | Folder | Sparse"


@dataclass(slots=True)
class Tree:
    """A checkout that is not on a disk yet.

    ``files`` maps paths to contents; a path is text as :func:`os.fsdecode` returns it. Where ``git`` is set, the files
    of ``committed`` are committed in two commits, and ``files`` is the state of the work tree after them. ``damage``
    are names of :data:`fuzz.repository.DAMAGE`, each with the seed of its choices. ``hints`` are names of functions
    that a question should be about.
    """

    files: dict[str, Content]
    git: bool = False
    bare: bool = False
    committed: dict[str, Content] = field(default_factory=dict)
    damage: list[tuple[str, int]] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def copy(self) -> Tree:
        """Return a tree that can be changed without changing this one."""
        return Tree(dict(self.files), self.git, self.bare, dict(self.committed), list(self.damage), list(self.hints))

    def digest(self) -> str:
        """Return what is the same for two trees only if they are the same on the disk."""
        known = hashlib.sha256()
        for files in (self.files, self.committed if self.git else {}):
            for path, content in sorted(files.items()):
                known.update(repr((path, content)).encode("utf-8", "surrogateescape"))
            known.update(b"\0")
        known.update(repr((self.git, self.bare, self.damage)).encode())
        return known.hexdigest()[:32]

    def size(self) -> int:
        """Return the number of bytes of all files, without those that take no room."""
        return sum(len(content) for content in self.files.values() if isinstance(content, bytes))

    def texts(self) -> dict[str, bytes]:
        """Return the regular files."""
        return {path: content for path, content in self.files.items() if isinstance(content, bytes)}

    def python(self) -> list[str]:
        """Return the paths of the Python files."""
        return sorted(path for path in self.texts() if path.endswith(".py"))


_LAST: Final = (Link, Fifo, Sparse)
"""What is written last, so that nothing is ever written through a link."""


def write(files: dict[str, Content], folder: Path) -> None:
    """Write files below ``folder``. What cannot be written, such as a file below a file, is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    root = os.fsencode(folder)
    for path, content in sorted(files.items(), key=lambda item: (isinstance(item[1], _LAST), item[0])):
        parts = _parts(path)
        if parts is None:
            continue
        try:
            place = _made(root, parts)
            if place is not None:
                _write(place, content)
        except (OSError, ValueError):
            continue


def _parts(path: str) -> list[bytes] | None:
    try:
        parts = os.fsencode(path).split(b"/")
    except UnicodeEncodeError:
        return None
    return None if any(part in {b"", b".", b".."} or b"\0" in part for part in parts) else parts


def _made(root: bytes, parts: list[bytes]) -> bytes | None:
    """Make the folders of a path; return the path, or None where one of them is there and is no folder."""
    place = root
    for part in parts[:-1]:
        place = os.path.join(place, part)  # noqa: PTH118 - a name in bytes
        try:
            os.mkdir(place)  # noqa: PTH102
        except FileExistsError:
            if not stat.S_ISDIR(os.lstat(place).st_mode):
                return None
    return os.path.join(place, parts[-1])  # noqa: PTH118


def _write(place: bytes, content: Content) -> None:
    match content:
        case bytes():
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        case Sparse(size):
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
            os.ftruncate(descriptor, size)
            os.close(descriptor)
        case Link(target):
            os.symlink(os.fsencode(target), place)  # noqa: PTH211 - a name in bytes
        case Fifo():
            os.mkfifo(place)
        case Folder():
            os.mkdir(place)  # noqa: PTH102


def snapshot(folder: Path) -> frozenset[tuple[object, ...]]:
    """Return the name, kind, size and times of all that is below ``folder``, itself included. No link is followed."""
    return frozenset(_states(os.fsencode(folder)))


def _states(folder: bytes) -> Iterator[tuple[object, ...]]:
    waiting = [folder]
    yield _state(folder)
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield _state(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _state(path: bytes) -> tuple[object, ...]:
    found = os.lstat(path)
    return path, found.st_mode, found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns
