"""What a look at a folder leaves behind, so that the next one sees with less work that nothing has changed.

A folder's own times tell whether a name in it has come or gone. Where none has, and git would still answer as it did,
the same files are there, and only what each of them is has to be looked at again.
"""

from __future__ import annotations

import os
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.checkout._git import Git, GitError
from sphinxext.nova.checkout._names import is_tools
from sphinxext.nova.checkout._walk import at_once

if TYPE_CHECKING:
    from sphinxext.nova.checkout._walk import Seen

_MOST_FOLDERS: Final = 5000
"""A tree with more of them costs more than to ask anew."""
_SECOND: Final = 10**9  # nanoseconds


class Remembered(NamedTuple):
    """A look at a folder, in types that can be written as JSON."""

    stamp: str
    paths: list[str]
    """All that was seen and is no folder, in the order in which it was."""
    folders: list[str]
    """Every folder but tools' own, empty ones included; the root is ``.``."""
    numbers: list[int]
    """Two of each folder: when a name in it, and when anything that is said of it, was changed (nanoseconds)."""
    around: list[str]
    """The files that decide what git takes for a part of the folder: its index, and what it ignores."""
    around_numbers: list[int]
    """Three of each of these: when it was modified, when it was changed, its size; zeros where there is none."""
    absent: list[str]
    """What git has in its index and the folder lacks."""


def remember(root: str, git: Git | None, seen: Seen, stamp: str, moment: int) -> Remembered | None:
    """Return what a look began at ``moment`` leaves behind; ``None`` where it is too young to be relied on.

    As with git's index: what was changed in the second before the look may have been changed after it without a trace.
    """
    if seen.problems:
        return None
    listed = _folders(root)
    around = [] if git is None else _around(git)
    if listed is None or around is None:
        return None
    folders, ignoring = listed
    if git is not None:
        around += ignoring
    try:
        numbers = _numbers(root, folders)
    except OSError:
        return None
    around_numbers = _of_files(around)
    # Sizes are far less. What unpacks or copies gives back the time of modification, but not that of the change.
    if max(*numbers, *around_numbers) >= moment - _SECOND:
        return None
    return Remembered(stamp, seen.paths, folders, numbers.tolist(), around, around_numbers, seen.absent)


def seen_again(root: str, remembered: Remembered) -> Seen | None:
    """Look at the files of an earlier look; return ``None`` where there may be others now."""
    try:
        if _numbers(root, remembered.folders).tolist() != remembered.numbers:
            return None
    except OSError:
        return None
    if _of_files(remembered.around) != remembered.around_numbers:
        return None
    seen = at_once(root, remembered.paths)
    # None of these has come back: the times of their folders would be others.
    seen.absent += remembered.absent
    return seen


def _numbers(root: str, folders: list[str]) -> array[int]:
    numbers = array("q")
    for folder in folders:
        found = os.lstat(f"{root}/{folder}")
        numbers.extend((found.st_mtime_ns, found.st_ctime_ns))
    return numbers


def _of_files(paths: list[str]) -> list[int]:
    numbers: list[int] = []
    for path in paths:
        try:
            found = os.stat(path)  # noqa: PTH116 - as for all others here
            numbers += found.st_mtime_ns, found.st_ctime_ns, found.st_size
        except OSError:
            numbers += 0, 0, 0
    return numbers


def _folders(root: str) -> tuple[list[str], list[str]] | None:
    """Return all folders but tools' own, and what git is told in them to ignore.

    A ``.gitignore`` that is ignored itself is not among the files that were seen. ``None`` where the folders are too
    many or one cannot be listed.
    """
    found, pending = ["."], [""]
    ignoring: list[str] = []
    while pending:
        folder = pending.pop()
        inner: list[str] = []
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    if entry.name == ".gitignore":
                        ignoring.append(f"{root}/{folder}.gitignore")
                    elif not is_tools(entry.name) and entry.is_dir(follow_symlinks=False):
                        inner.append(f"{folder}{entry.name}/")
        except OSError:
            return None
        found += inner
        pending += inner
        if len(found) > _MOST_FOLDERS:
            return None
    return found, ignoring


def _around(git: Git) -> list[str] | None:
    """Return the files by which git decides what belongs to its working folder, those of the user included."""
    asked = ("index", "info/exclude", "config", "config.worktree")
    try:
        told = os.fsdecode(git.run("rev-parse", *(word for name in asked for word in ("--git-path", name))))
        settled = os.fsdecode(git.run("config", "--list", "--name-only", "--show-origin", "-z"))
    except GitError:
        return None
    # Those of the system and those that another one includes, too.
    origins = (origin.removeprefix("file:") for origin in settled.split("\0") if origin.startswith("file:"))
    own = [str(Path(git.root, path)) for path in dict.fromkeys((*told.splitlines(), *origins))]
    home = Path.home()
    users = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "git")
    settings = os.environ.get("GIT_CONFIG_GLOBAL")
    try:
        ignored = os.fsdecode(git.run("config", "--path", "--get", "core.excludesFile")).strip()
    except GitError:  # it is not set
        ignored = str(users / "ignore")
    return [*own, ignored, settings or str(home / ".gitconfig"), str(users / "config")]
