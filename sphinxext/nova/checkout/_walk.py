"""What lies in a folder: a walk that goes through no link and opens no file."""

from __future__ import annotations

import os
import posixpath
from stat import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from typing import TYPE_CHECKING

from sphinxext.nova.checkout._names import Listing, encodable, folders_of, is_tools, too_deep, undecodable
from sphinxext.nova.checkout._problems import MAX_DEPTH, special
from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def names_below(root: str) -> tuple[list[str], list[Problem]]:
    """Return the names of all that is no folder below ``root`` (relative), and what could not be listed."""
    names: list[str] = []
    problems: list[Problem] = []
    folders = [("", 0)]  # with a slash at the end, and how deep
    while folders:
        folder, depth = folders.pop()
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    name = entry.name
                    if is_tools(name):
                        continue
                    if not encodable(name):
                        problems.append(undecodable(folder + name))
                    elif not entry.is_dir(follow_symlinks=False):
                        names.append(folder + name)
                    elif depth == MAX_DEPTH:
                        problems.append(too_deep(folder + name))
                    else:
                        folders.append((f"{folder}{name}/", depth + 1))
        except OSError as error:
            problems.append(
                Problem(Kind.UNREADABLE, f"the folder cannot be listed: {error.strerror}", folder[:-1] or None)
            )
    return names, list(dict.fromkeys(problems))


def stat_all(root: str, names: Sequence[str]) -> tuple[Listing, dict[str, os.stat_result]]:
    """Ask the file system about each name; return the listing, and what was said of the regular files.

    Names that are gone (deleted but known to git) are left out in silence.
    """
    listing = Listing()
    prefix = f"{root}/"
    files: dict[str, os.stat_result] = {}
    for name in names:
        try:
            found = os.lstat(prefix + name)
            kind = S_IFMT(found.st_mode)
            if kind == S_IFREG:
                files[name] = found
            elif kind == S_IFLNK:
                listing.links[name] = _target(prefix, name)
            elif kind != S_IFDIR:  # a folder here is a submodule, or has taken the place of a tracked file
                listing.problems.append(special(name))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            listing.problems.append(Problem(Kind.UNREADABLE, f"cannot be looked at: {error.strerror}", name))
    listing.files = set(files)
    return listing, files


def through_no_link(root: str, names: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """Part names that git knows into those to look at, and the problems of folders in whose place a link lies now.

    :func:`names_below` goes through no link; git's names may.
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
    problems = [
        Problem(Kind.OUTSIDE, "a link lies in the place of this folder; not followed", name[:-1]) for name in found
    ]
    return [name for name in names if not name.startswith(found)], problems


def _target(prefix: str, link: str) -> str:
    """Return the text of a link; of an absolute one into the root, the path from the link to there."""
    text = os.readlink(prefix + link)  # noqa: PTH115 - the text as it is, not a Path
    if text.startswith(prefix):
        return posixpath.relpath(text.removeprefix(prefix), posixpath.dirname(link) or ".")
    return text
