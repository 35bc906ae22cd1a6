"""Pipes, sockets and devices in a repository, noticed before git is run: it would wait for them, or read without end.

git opens files of a repository by their names alone. Looked at is what the commands of :mod:`._git` open: the
repository's own files (through links, as git does), its references, its objects and those of repositories that it
borrows from, and the files that its configuration names. Nothing is opened here but regular files.
"""

from __future__ import annotations

import enum
import os
import re
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS: Final = ("info", "objects", "refs", "reftable")
"""The folders of a repository in which git opens files for nearly all that is asked of it."""
_LOGS: Final = "logs"
_SINGLE_OBJECTS: Final = 2
"""How long the names of folders are in which objects are that are not packed."""
_NAMED: Final = re.compile(
    r"^[ \t]*(?:path|excludesfile|attributesfile)[ \t]*=[ \t]*(\S[^\n]{0,4000})$", re.MULTILINE | re.IGNORECASE
)
"""What a configuration includes, or takes patterns from."""
_MOST_READ: Final = 1 << 16  # bytes
_MOST_ENTRIES: Final = 200_000
"""How many files and folders are looked at in one folder."""
_MOST_BORROWED: Final = 20
"""How many folders of objects are looked at; git borrows from those at most five steps away."""
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Scope(enum.IntEnum):
    """What is looked at; each has what the one before it has, and takes longer."""

    REPOSITORY = 1
    """What nearly every command opens: a millisecond."""
    OBJECTS = 2
    """Objects that are not packed, and logs: of these there may be thousands."""
    FOLDER = 3
    """The files ``.gitignore`` of the working folder."""


def special_file(root: str, scope: Scope) -> str | None:
    """Return the path of a file in the repository at ``root``, or named in it, that is no regular file.

    It is relative to ``root`` where it is below. ``None``: there is no such file, or no repository.
    """
    found = next(_special(root, scope), None)
    return None if found is None else found.removeprefix(f"{root}/")


def _special(root: str, scope: Scope) -> Iterator[str]:
    folder = f"{root}/.git"
    if not os.path.lexists(folder):
        folder = root
    elif not os.path.isdir(folder):  # noqa: PTH112 - a Path costs as much as what is asked of it
        if _is_special(folder):
            yield folder
            return
        # That of a worktree or of a submodule: "gitdir: ../../.git/modules/nova".
        folder = os.path.join(root, _text(folder).partition("gitdir:")[2].strip())  # noqa: PTH118
    common = os.path.join(folder, _text(f"{folder}/commondir").strip()).rstrip("/")  # noqa: PTH118
    with_objects = scope >= Scope.OBJECTS
    places = [folder, common]
    if os.path.lexists(f"{root}/HEAD"):
        places.append(root)  # what git takes for the repository where ".git" is none
    for place in dict.fromkeys(places):
        yield from _in_repository(place, with_objects=with_objects)
        yield from filter(_is_special, _named(place))
    for other in _borrowed(f"{common}/objects"):
        yield from _below(other, with_objects=with_objects)
    if scope >= Scope.FOLDER and folder != root:
        yield from (found for found in _below(root, with_objects=True) if found.endswith("/.gitignore"))


def _in_repository(folder: str, *, with_objects: bool) -> Iterator[str]:
    for entry in _entries(folder):
        if entry.name in _FOLDERS or (with_objects and entry.name == _LOGS):
            yield from _below(entry.path, with_objects=with_objects)
        if not entry.is_file(follow_symlinks=False) and _is_special(entry.path):
            yield entry.path


def _named(folder: str) -> Iterator[str]:
    """Give the files that the configuration of a repository names."""
    for name in ("config", "config.worktree"):
        for found in _NAMED.findall(_text(f"{folder}/{name}")):
            yield os.path.join(folder, os.path.expanduser(found.strip().strip('"')))  # noqa: PTH111, PTH118


def _below(folder: str, *, with_objects: bool) -> Iterator[str]:
    """Give what is special in a folder and in those below it, through no link."""
    waiting = [folder]
    left = _MOST_ENTRIES
    while waiting:
        current = waiting.pop()
        for entry in _entries(current):
            left -= 1
            if left < 0:
                return
            if entry.is_dir(follow_symlinks=False):
                if with_objects or len(entry.name) != _SINGLE_OBJECTS or not current.endswith("/objects"):
                    waiting.append(entry.path)
            elif not entry.is_file(follow_symlinks=False) and _is_special(entry.path):
                yield entry.path


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (OSError, ValueError):  # a name that is written in a file of the repository may hold a NUL
        return  # git cannot look there, either


def _borrowed(objects: str) -> Iterator[str]:
    """Give the folders of objects that a repository borrows from."""
    waiting, seen = [objects], {objects}
    while waiting and len(seen) <= _MOST_BORROWED:
        current = waiting.pop()
        for line in _text(f"{current}/info/alternates").splitlines():
            other = os.path.join(current, line)  # noqa: PTH118
            if line and not line.startswith("#") and other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other


def _is_special(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return not (S_ISREG(mode) or S_ISDIR(mode))


def _text(path: str) -> str:
    """Return the beginning of a regular file, an empty text where there is none."""
    try:
        opened = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return ""
    try:
        return os.fsdecode(os.read(opened, _MOST_READ)) if S_ISREG(os.fstat(opened).st_mode) else ""
    except OSError:
        return ""
    finally:
        os.close(opened)
