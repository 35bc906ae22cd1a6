"""A working folder: a git clone with its files checked out, an unpacked sdist, or files copied from anywhere."""

from __future__ import annotations

import array
import errno
import hashlib
import os
import re
import time
from functools import cached_property
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Final

from sphinxext.nova.checkout import _git, _repository, _revision
from sphinxext.nova.checkout._base import Checkout
from sphinxext.nova.checkout._git import Git, GitError
from sphinxext.nova.checkout._hash import blob_id
from sphinxext.nova.checkout._identity import Identity, NotOpenStackError, identify
from sphinxext.nova.checkout._names import Listing, usable
from sphinxext.nova.checkout._problems import MAX_BYTES, Unreadable, huge, special
from sphinxext.nova.checkout._walk import names_below, stat_all, through_no_link
from sphinxext.nova.problems import CheckoutError, Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.checkout._repository import Commit
    from sphinxext.nova.checkout._spec import Place

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)  # what was a file when it was listed may be a link by now,
    | getattr(os, "O_NONBLOCK", 0)  # or a pipe
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_NO_FILE: Final = frozenset({errno.ELOOP, errno.ENXIO})
"""What opening a link or a socket is answered with."""

_SECOND: Final = 10**9  # nanoseconds

_INDEX_ENTRY: Final = re.compile(
    rb"\d{6} ([0-9a-f]{40,64}) 0\t([^\0]+)\0  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n"
    rb"  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n",
)
"""An entry of ``git ls-files -s -z --debug``. git does not promise the form; what does not match is hashed."""


def open_folder(place: Place) -> Checkout:
    """Open the folder at ``place`` as it lies there.

    git says which files belong to it only where ``.git`` lies in this very folder; where git cannot be asked, the
    folder is read as one that was copied.

    :raises CheckoutError: there is no OpenStack source in it.
    """
    if _git.is_bare(place.root):
        example = f"{place.folder}@{_revision.newest_release(place.root) or 'master'}"
        message = f"{place.spec!r} is a bare git repository: name a revision too, such as {example!r}"
        raise CheckoutError(Kind.CHECKOUT, message)
    try:
        identity = identify(_Glance(place.root))
    except NotOpenStackError as error:
        raise CheckoutError(Kind.CHECKOUT, f"{place.spec!r} is no OpenStack source: {error}") from None
    if not _git.has_repository(place.root):
        return _open_copied(place, identity)
    git = Git(place.root)
    try:
        commit = _repository.resolve(git, "HEAD")
        names, problems = _names_in_git(git)
    except GitError as error:
        message = f"{_repository.explain(error, place.folder)}; until then its files have no links to their lines"
        return _open_copied(place, identity, Problem(Kind.GIT, message))
    names, more = through_no_link(place.root, names)
    listing, stats = stat_all(place.root, names)
    listing.problems += [*problems, *more]
    return FolderCheckout(place, identity, listing, stats, git=git, commit=commit)


def _open_copied(place: Place, identity: Identity, *problems: Problem) -> Checkout:
    names, more = names_below(place.root)
    listing, stats = stat_all(place.root, names)
    listing.problems += [*problems, *more]
    return FolderCheckout(place, identity, listing, stats, git=None, commit=None)


def _names_in_git(git: Git) -> tuple[list[str], list[Problem]]:
    """Return the names of all that git has in its index or would add."""
    listed = os.fsdecode(git.run("ls-files", "-c", "-o", "--exclude-standard", "-z")).split("\0")
    # A repository inside this one ends with a slash. A file in conflict is named once for each side.
    return usable(dict.fromkeys(name for name in listed if name and not name.endswith("/")))


class FolderCheckout(Checkout):
    """A folder as it lies there."""

    def __init__(
        self,
        place: Place,
        identity: Identity,
        listing: Listing,
        stats: Mapping[str, os.stat_result],
        *,
        git: Git | None,
        commit: Commit | None,
    ) -> None:
        super().__init__(place.spec, identity, listing, commit=commit.oid if commit else None)
        self._commit_stamp = commit.stamp() if commit else ""
        self._root = place.root
        self._stats = stats
        self._git = git
        self._hashed: dict[str, str | None] = {}
        self._opened = time.time_ns()

    @property
    def ref(self) -> str | None:
        # In a repository that cannot be asked for the commit, the files may be of any.
        return None if self.commit is None and _git.has_repository(self._root) else super().ref

    def stamp(self) -> str:
        stats = [self._stats[self._aliases.get(path, path)] for path in self.paths]
        numbers = array.array(
            "q", [part for stat in stats for part in (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)]
        )
        known = hashlib.blake2b(numbers.tobytes(), digest_size=20)
        known.update("\0".join((self._commit_stamp, *self.paths)).encode())
        return known.hexdigest()

    def mark(self) -> str | None:
        youngest = max((max(stat.st_mtime_ns, stat.st_ctime_ns) for stat in self._stats.values()), default=0)
        return f"{self._root}\0{self.stamp()}" if youngest < self._opened - _SECOND else None

    def modified(self, path: str) -> bool:
        if self._git is None or self.commit is None:
            return False
        if path in self._names:
            file = self._aliases.get(path, path)
            return file not in self._committed or self._committed[file] != self._blob_id(file)
        return not any(file in self._committed for file in self.below(path))

    def size(self, path: str) -> int:
        return self._stats[self._file(path)].st_size

    def _load(self, file: str) -> bytes:
        return _read(f"{self._root}/{file}", file)

    def _load_many(self, files: Sequence[str]) -> Iterator[bytes | Problem]:
        for file in files:
            try:
                yield self._load(file)
            except Unreadable as error:
                yield error.problem

    def _blob_id(self, file: str) -> str | None:
        known = self._clean.get(file)
        if known is not None:
            return known
        if file not in self._hashed:
            try:
                self._hashed[file] = blob_id(self._load(file), like=self.commit)
            except Unreadable:
                self._hashed[file] = None
        return self._hashed[file]

    @cached_property
    def _clean(self) -> dict[str, str]:
        """The blob ids of files that are, by size and times, what git put into its index.

        A file as young as the index itself may have changed since without a trace ("racy"): it is hashed.
        """
        if self._git is None:
            return {}
        try:
            listed = self._git.run("ls-files", "-s", "-z", "--debug")
            index = os.fsdecode(self._git.run("rev-parse", "--git-path", "index")).rstrip("\n")
            written = (Path(self._root) / index).stat().st_mtime_ns
        except (GitError, OSError):
            return {}
        clean = {}
        for blob, name, *numbers in _INDEX_ENTRY.findall(listed):
            file = os.fsdecode(name)
            stat = self._stats.get(file)
            if stat is None:
                continue
            ctime, ctime_ns, mtime, mtime_ns, size = map(int, numbers)
            modified = mtime * _SECOND + mtime_ns
            recorded = (modified, ctime * _SECOND + ctime_ns, size)
            if modified < written and recorded == (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size):
                clean[file] = blob.decode()
        return clean

    @cached_property
    def _committed(self) -> Mapping[str, str]:
        """The files of the commit with their blob ids; empty where its objects are not all there."""
        if self._git is None or self.commit is None:
            return {}
        try:
            return _repository.tree_of(self._git, self.commit).files
        except GitError:
            return {}

    def _exact_tags(self) -> list[str]:
        return _repository.tags_at(self._git, self.commit) if self._git and self.commit else []

    def _nearest_tag(self) -> str | None:
        return _repository.nearest_tag(self._git, self.commit) if self._git and self.commit else None


class _Glance:
    """What :func:`~sphinxext.nova.checkout._identity.identify` looks at, straight from the folder."""

    def __init__(self, root: str) -> None:
        self._root = root

    def names(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        folders, files = set[str](), set[str]()
        try:
            with os.scandir(f"{self._root}/{folder}") as entries:
                for entry in entries:
                    (folders if entry.is_dir(follow_symlinks=False) else files).add(entry.name)
        except OSError:
            return frozenset(), frozenset()
        return frozenset(folders), frozenset(files)

    def head(self, path: str) -> str | None:
        try:
            return _read(f"{self._root}/{path}", path).decode("utf-8", "replace")
        except Unreadable:
            return None


def _read(where: str, file: str) -> bytes:
    """Read a regular file, through no link, up to the limit.

    :raises Unreadable: it is none, or may not be read; the problem names ``file``.
    """
    try:
        opened = os.open(where, _FLAGS)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise Unreadable(special(file)) from None
        raise Unreadable(Problem(Kind.UNREADABLE, f"cannot be read: {error.strerror}", file)) from None
    try:
        stat = os.fstat(opened)
        if not S_ISREG(stat.st_mode):
            raise Unreadable(special(file))
        if stat.st_size > MAX_BYTES:
            raise Unreadable(huge(file))
        with os.fdopen(opened, "rb", closefd=False) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(Problem(Kind.UNREADABLE, f"cannot be read: {error.strerror}", file)) from None
    finally:
        os.close(opened)
    if len(data) > MAX_BYTES:  # it grows, or is a file of /proc that has no size
        raise Unreadable(huge(file))
    return data
