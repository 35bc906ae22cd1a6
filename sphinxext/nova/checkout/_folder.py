"""A working folder: a git clone with its files checked out, an unpacked sdist, or files copied from anywhere."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Final

from sphinxext.nova.checkout import _git, _repository
from sphinxext.nova.checkout._base import Checkout
from sphinxext.nova.checkout._git import Git, GitError
from sphinxext.nova.checkout._hash import blob_id
from sphinxext.nova.checkout._identity import Identity, NotOpenStackError, identify
from sphinxext.nova.checkout._look import look_at_folder
from sphinxext.nova.checkout._problems import MAX_BYTES, Unreadable, changed, huge, special
from sphinxext.nova.checkout._walk import at_once, numbers
from sphinxext.nova.problems import CheckoutError, Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sphinxext.nova.checkout._look import FolderLook
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
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR})

_TIMES_AGREE: Final = os.name == "posix"
"""Whether an open file has the times that its folder gave for it; Windows may be late to write them there."""

_SECOND: Final = 10**9  # nanoseconds
_PIECE: Final = 1 << 16  # bytes

_INDEX_ENTRY: Final = re.compile(
    rb"\d{6} ([0-9a-f]{40,64}) 0\t([^\0]+)\0  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n"
    rb"  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: [0-9a-f]+\n",
)
"""An entry of ``git ls-files -s -z --debug``. git does not promise the form; what does not match is read."""

_FILE_IN_INDEX: Final = re.compile(rb"100\d{3} ([0-9a-f]{40,64}) \d\t([^\0]+)\0")
"""A file among the entries of ``git ls-files -s -z``, which end in NUL bytes; links have another mode."""


def open_folder(place: Place, look: FolderLook | None = None) -> Checkout:
    """Open the folder at ``place`` as it lies there, or as it was at an earlier ``look``.

    :raises CheckoutError: there is no OpenStack source in it.
    """
    if _git.is_bare(place.root):
        example = f"{place.folder}@{_repository.newest_release(Git(place.root)) or 'master'}"
        message = f"{place.spec!r} is a bare git repository: name a revision too, such as {example!r}"
        raise CheckoutError(Kind.CHECKOUT, message)
    try:
        # Before it is looked at: a wrong folder may hold a million files.
        identity = identify(_Glance(place.root))
    except NotOpenStackError as error:
        raise CheckoutError(Kind.CHECKOUT, f"{place.spec!r} is no OpenStack source: {error}") from None
    return FolderCheckout(look or look_at_folder(place), identity)


class FolderCheckout(Checkout):
    """A folder as it lies there."""

    look: FolderLook

    def __init__(self, look: FolderLook, identity: Identity) -> None:
        super().__init__(
            look.place.spec, identity, look.seen.listing(), commit=look.commit.oid if look.commit else None
        )
        self.look = look
        self.absent = frozenset(look.seen.absent)
        self._root = look.place.root
        self._stats = look.seen.stats()
        self._git = look.git
        self._hashed: dict[str, str | None] = {}
        self._settled = False
        """Whether a second look, some time after the first one, saw the same."""

    @property
    def ref(self) -> str | None:
        # In a repository that cannot be asked for the commit, the files may be of any.
        return None if self.commit is None and _git.has_repository(self._root) else super().ref

    def mark(self) -> str | None:
        youngest = max((max(modified, changed) for modified, changed, _size in self._stats.values()), default=0)
        return f"{self._root}\0{self.stamp()}" if youngest < self.look.moment - _SECOND else None

    def modified(self, path: str) -> bool:
        if self._git is None or self.commit is None:
            return False
        if path in self._names:
            file = self._aliases.get(path, path)
            committed = self._committed.get(file)
            return committed is None or (self._clean.get(file) != committed and self._blob_id(file) != committed)
        return not any(file in self._committed for file in self.below(path))

    def size(self, path: str) -> int:
        return self._stats[self._file(path)][-1]

    def _load(self, file: str) -> bytes:
        data = _read(f"{self._root}/{file}", file, self._stats.get(file))
        # Times have their grain, so that the same times are no proof of the same bytes.
        digest = blob_id(data, like=self.commit)
        if self._hashed.setdefault(file, digest) not in {digest, None}:
            raise Unreadable(changed(file))
        return data

    def _changed(self, files: set[str]) -> Iterable[str]:
        try:
            found = at_once(self._root, files).stats()
        except OSError:  # the folder itself
            return files
        return [file for file in files if found.get(file) != self._stats.get(file)]

    def _list_again(self) -> None:
        if self._settled or self.mark() is not None:
            return
        try:
            again = look_at_folder(self.look.place)
        except OSError:
            return
        self._settled = again.stamp == self.stamp()
        self._added_or_removed.update(again.seen.stats().keys() ^ self._stats.keys())
        if self.look.commit and again.commit and again.commit.oid != self.commit:
            self._note_unread(Problem(Kind.CHANGED, "another commit was checked out while it was read"), "")

    def _load_many(self, files: Sequence[str]) -> Iterator[bytes | Problem]:
        for file in files:
            try:
                yield self._load(file)
            except Unreadable as error:
                yield error.problem

    def recorded(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        from sphinxext.nova.checkout._objects import Objects  # noqa: PLC0415 - a whole folder needs none

        blobs = self._in_index
        asked = [blobs[path] for path in paths if path in blobs]
        found = iter(()) if self._git is None else Objects(self._git, "HEAD").stream(asked)
        for path in paths:
            data = next(found) if path in blobs else self._absent(path)
            yield path, replace(data, file=path) if isinstance(data, Problem) else data

    def _blob_id(self, file: str) -> str | None:
        if file not in self._hashed:
            try:
                self._load(file)
            except Unreadable as error:
                self._hashed[file] = None
                self._note_unread(error.problem, file)
        return self._hashed[file]

    @cached_property
    def _clean(self) -> dict[str, str]:
        """The blob ids of files that are, by size and times, what git put into its index: no proof of their bytes.

        They only decide on links, together with the bytes: where git converts the ends of lines, these are others than
        those of the commit. A file as young as the index itself may have changed since without a trace ("racy").
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
        for blob, name, *said in _INDEX_ENTRY.findall(listed):
            file = os.fsdecode(name)
            ctime, ctime_ns, mtime, mtime_ns, size = map(int, said)
            modified = mtime * _SECOND + mtime_ns
            recorded = (modified, ctime * _SECOND + ctime_ns, size)
            if modified < written and recorded == self._stats.get(file):
                clean[file] = blob.decode()
        return clean

    @cached_property
    def _in_index(self) -> dict[str, str]:
        """The blob ids of all files in git's index; empty where git cannot be asked."""
        try:
            listed = b"" if self._git is None else self._git.run("ls-files", "-s", "-z")
        except GitError:
            return {}
        return {os.fsdecode(name): blob.decode() for blob, name in _FILE_IN_INDEX.findall(listed)}

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


def _open(where: str, file: str, *, is_listed: bool) -> int:
    try:
        return os.open(where, _FLAGS)
    except OSError as error:
        if is_listed and error.errno in _NO_FILE | _GONE:
            raise Unreadable(changed(file)) from None
        if error.errno in _NO_FILE:
            raise Unreadable(special(file)) from None
        raise Unreadable(Problem(Kind.UNREADABLE, f"cannot be read: {error.strerror}", file)) from None


def _read(where: str, file: str, listed: tuple[int, int, int] | None = None) -> bytes:
    """Read a regular file, through no link, up to the limit.

    :param listed: its times and size (see :class:`.Seen`) when it was listed, ``None`` where it was not.
    :raises Unreadable: it is none, is not as it was ``listed``, or may not be read; the problem names ``file``.
    """
    opened = _open(where, file, is_listed=listed is not None)
    try:
        stat = os.fstat(opened)
        if not S_ISREG(stat.st_mode):
            raise Unreadable(special(file) if listed is None else changed(file))
        if listed is not None and _TIMES_AGREE and numbers(stat) != listed:
            raise Unreadable(changed(file))
        if stat.st_size > MAX_BYTES:
            raise Unreadable(huge(file))
        data = os.read(opened, stat.st_size + 1)
        # A file of /proc has no size and is read piece by piece; any other is at its end here, unless it grows.
        while len(data) <= MAX_BYTES and (more := os.read(opened, _PIECE)):
            data += more
        if numbers(os.fstat(opened)) != numbers(stat):
            raise Unreadable(changed(file))
    except OSError as error:
        raise Unreadable(Problem(Kind.UNREADABLE, f"cannot be read: {error.strerror}", file)) from None
    finally:
        os.close(opened)
    if len(data) > MAX_BYTES:  # it grows, or is a file of /proc that has no size
        raise Unreadable(huge(file))
    return data
