"""The names of a checkout's files: which are usable, what lies where, and where links lead."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.checkout._problems import MAX_DEPTH
from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_ODD: Final = frozenset({"", ".", ".."})

_MOST_LINKS: Final = 40
"""How many links are followed, one after the other; Linux itself follows as many."""

_TOOLS: Final = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr"),
        *("__pycache__", ".mypy_cache", ".pytest_cache"),
        *(".tox", ".nox", ".venv", ".stestr", ".eggs"),
    },
)
"""What tools put into a working folder and is no source."""


class Listing(NamedTuple):
    """What a walk or git found: regular files, links (with the text of each), and what was wrong with the rest."""

    files: set[str]
    links: dict[str, str]
    problems: list[Problem]

    def resolve(self) -> dict[str, str]:
        """Follow the links inside the listing; return, for each that leads to a file, that file.

        Links to folders are not descended into. A problem is added for a link that leads out, in a circle, through too
        many others, or nowhere.
        """
        folders = folders_of(self.files) if self.links else frozenset()
        found = {}
        for link in sorted(self.links):
            end = self._follow(link, folders)
            if isinstance(end, Problem):
                self.problems.append(end)
            elif end in self.files:
                found[link] = end
        return found

    def _follow(self, link: str, folders: frozenset[str]) -> str | Problem:
        at, seen = link, set[str]()
        while at in self.links:
            if at in seen:
                return Problem(Kind.OUTSIDE, "a link that leads round in a circle; not followed", link)
            seen.add(at)
            if len(seen) > _MOST_LINKS:
                return Problem(Kind.OUTSIDE, f"a link that leads through more than {_MOST_LINKS}; not followed", link)
            target = self.links[at]
            at = posixpath.normpath(posixpath.join(posixpath.dirname(at), target))
            if target.startswith("/") or at.split("/", 1)[0] == "..":
                return Problem(Kind.OUTSIDE, "a link that leads out of the checkout; not followed", link)
        if at == "." or link.startswith(f"{at}/"):
            return Problem(Kind.OUTSIDE, "a link to a folder that it lies in; not followed", link)
        if at not in self.files and at not in folders:
            return Problem(Kind.UNREADABLE, "a link to what is not in the checkout", link)
        return at


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """Return all folders that hold any of the files, at any depth; the root ("") is not among them."""
    found: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in paths}:
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]  # noqa: PLW2901 - climbs to the root
    return frozenset(found)


def usable(paths: Iterable[str]) -> tuple[dict[str, list[str]], list[Problem]]:
    """Part paths that git told into those to use and the problems of the others.

    The former are the names in each folder, which ends with a slash unless it is the root; :func:`joined` makes paths
    of them. git stores any bytes: a name may be undecodable (it comes with surrogates), lead out of the root by ``..``,
    or lie deeper than :data:`MAX_DEPTH`. What is some tool's own is left out in silence.
    """
    good: dict[str, list[str]] = {}
    for path in paths:
        cut = path.rfind("/") + 1
        good.setdefault(path[:cut], []).append(path[cut:])
    problems: list[Problem] = []
    for folder, names in list(good.items()):
        parts = folder[:-1].split("/") if folder else []
        if any(map(is_tools, parts)):
            good[folder] = []
        elif len(parts) > MAX_DEPTH:
            good[folder] = []
            problems.append(too_deep(folder))
        elif not _ODD.isdisjoint(parts) or not encodable(folder):
            good[folder] = []
            problems.append(_odd(folder[:-1] or folder))
        elif not _plain(names):
            names = [name for name in names if not is_tools(name)]  # noqa: PLW2901 - the rest of them
            good[folder] = [name for name in names if name not in _ODD and encodable(name)]
            problems += [_odd(folder + name) for name in names if name in _ODD or not encodable(name)]
    return {folder: names for folder, names in good.items() if names}, list(dict.fromkeys(problems))


def joined(names: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the paths of names in folders."""
    for folder, held in names.items():
        for name in held:
            yield folder + name


def _plain(names: Sequence[str]) -> bool:
    """Tell, for all of them at once, whether none of the names can be a tool's, odd, or not encodable."""
    text = "\0".join(names)
    return text.isascii() and ".pyc" not in text and _ODD.isdisjoint(names) and _TOOLS.isdisjoint(names)


def is_tools(name: str) -> bool:
    """Tell whether a file or folder of this name is some tool's own and no source."""
    return name in _TOOLS or name.endswith(".pyc")


def encodable(name: str) -> bool:
    """Tell whether the bytes of a name were UTF-8 (it holds no surrogate)."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def too_deep(folder: str) -> Problem:
    """Make the problem of a folder below :data:`MAX_DEPTH` levels; its path is cut to its beginning."""
    return Problem(Kind.DEPTH, f"folders nested more than {MAX_DEPTH} deep are left out", folder.split("/", 1)[0])


def undecodable(path: str) -> Problem:
    r"""Make the problem of a name whose bytes are not UTF-8; they are shown as ``\xNN``."""
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Problem(Kind.ENCODING, "its name is not UTF-8; left out", shown)


def _odd(path: str) -> Problem:
    if encodable(path):
        return Problem(Kind.OUTSIDE, "its name leads out of the checkout; left out", path)
    return undecodable(path)
