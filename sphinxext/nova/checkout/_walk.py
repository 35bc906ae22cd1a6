"""What lies in a folder: looked at through no link, and opening no file."""

from __future__ import annotations

import os
import posixpath
from array import array
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from typing import TYPE_CHECKING, Final

from sphinxext.nova.checkout._names import Listing, encodable, folders_of, is_tools, joined, too_deep, undecodable
from sphinxext.nova.checkout._problems import MAX_DEPTH, special
from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_AT: Final = os.stat in os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether names can be looked up from an open folder, so that the way to it is gone only once (not on Windows)."""

_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Seen:
    """What was seen below a folder.

    ``paths`` are those of all that is no folder, in the order in which they were met. ``numbers`` has three of each:
    when it was modified, when it or what is said of it was changed (both in nanoseconds), and its size in bytes. They
    are kept as flat as this because a build in which nothing has changed needs no more.
    """

    def __init__(self, root: str) -> None:
        self.paths: list[str] = []
        self.numbers = array("q")
        self.problems: list[Problem] = []
        self.absent: list[str] = []
        """What was looked for and is not there: deleted, or left out of a sparse checkout, but known to git."""
        self._prefix = f"{root}/"
        self._links: dict[str, str] = {}
        self._special: list[str] = []

    def note(self, path: str, found: os.stat_result) -> None:
        """Take what the file system says; a folder is a submodule, or has taken the place of a tracked file."""
        kind = S_IFMT(found.st_mode)
        if kind == S_IFDIR:
            return
        self.paths.append(path)
        self.numbers.extend((found.st_mtime_ns, found.st_ctime_ns, found.st_size))  # `numbers`, without a call
        if kind == S_IFREG:
            return
        if kind == S_IFLNK:
            self._links[path] = self._target(path)
        else:
            self._special.append(path)

    def note_error(self, path: str, error: OSError) -> None:
        """Take what cannot be looked at; what is not there is no problem yet: an answer may not need it."""
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            self.absent.append(path)
        else:
            self.problems.append(Problem(Kind.UNREADABLE, f"cannot be looked at: {error.strerror}", path))

    def listing(self) -> Listing:
        """Return the files, the links and what was wrong with the rest."""
        files = set(self.paths).difference(self._links, self._special)
        return Listing(files, self._links, list(dict.fromkeys((*self.problems, *map(special, self._special)))))

    def stats(self) -> dict[str, tuple[int, int, int]]:
        """Return the numbers of each path."""
        return dict(zip(self.paths, zip(*[iter(self.numbers)] * 3, strict=True), strict=True))

    def _target(self, link: str) -> str:
        """Return the text of a link; of an absolute one into the root, the path from the link to there."""
        text = os.readlink(self._prefix + link)  # noqa: PTH115 - the text as it is, not a Path
        if text.startswith(self._prefix):
            return posixpath.relpath(text.removeprefix(self._prefix), posixpath.dirname(link) or ".")
        return text


def numbers(found: os.stat_result) -> tuple[int, int, int]:
    """Return what :class:`Seen` has of each file: when it was modified, when it was changed, and its size."""
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def look_below(root: str) -> Seen:
    """Look at all that lies below ``root``."""
    seen = Seen(root)
    note, problems = seen.note, seen.problems
    folders = [("", 0)]  # with a slash at the end, and how deep
    while folders:
        folder, depth = folders.pop()
        opened: int | str | None = None
        try:
            opened = _open(f"{root}/{folder}")
            with os.scandir(opened) as entries:
                for entry in entries:
                    name = entry.name
                    if is_tools(name):
                        continue
                    if not (name.isascii() or encodable(name)):
                        problems.append(undecodable(folder + name))
                    elif not entry.is_dir(follow_symlinks=False):
                        try:
                            note(folder + name, entry.stat(follow_symlinks=False))
                        except OSError as error:
                            seen.note_error(folder + name, error)
                    elif depth == MAX_DEPTH:
                        problems.append(too_deep(folder + name))
                    else:
                        folders.append((f"{folder}{name}/", depth + 1))
        except OSError as error:
            message = f"the folder cannot be listed: {error.strerror}"
            problems.append(Problem(Kind.UNREADABLE, message, folder[:-1] or None))
        finally:
            if isinstance(opened, int):
                os.close(opened)
    return seen


def look_at(root: str, names: Mapping[str, Sequence[str]]) -> Seen:
    """Look at each of the names in folders below ``root`` that git knows."""
    return at_once(root, joined(names))


def at_once(root: str, paths: Iterable[str]) -> Seen:
    """Look at each of the paths below ``root``."""
    seen = Seen(root)
    opened = _open(root)
    # Relative to the open folder, or the whole way.
    prefix, at = (f"{root}/", None) if isinstance(opened, str) else ("", opened)
    try:
        for path in paths:
            try:
                seen.note(path, os.stat(prefix + path, dir_fd=at, follow_symlinks=False))
            except OSError as error:
                seen.note_error(path, error)
    finally:
        if at is not None:
            os.close(at)
    return seen


def _open(folder: str) -> int | str:
    """Open a folder, or give its path back where names cannot be looked up from an open one."""
    return os.open(folder, _FOLDER) if _AT else folder


def through_no_link(root: str, names: dict[str, list[str]]) -> list[Problem]:
    """Take away names in folders in whose place a link lies now; return the problems of these.

    :func:`look_below` goes through no link; git's names may.
    """
    found: tuple[str, ...] = ()  # each with a slash at the end
    for folder in sorted(folders_of(names)):
        if folder.startswith(found):
            continue
        try:
            if S_IFMT(os.lstat(f"{root}/{folder}").st_mode) == S_IFLNK:
                found = (*found, f"{folder}/")
        except OSError:
            continue  # gone, with all that was in it
    if found:
        for folder in [folder for folder in names if folder.startswith(found)]:
            del names[folder]
    return [Problem(Kind.OUTSIDE, "a link lies in the place of this folder; not followed", name[:-1]) for name in found]
