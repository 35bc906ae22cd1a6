"""What working folders and revisions have in common."""

from __future__ import annotations

import abc
import hashlib
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from sphinxext.nova.checkout import _text, links
from sphinxext.nova.checkout._names import folders_of
from sphinxext.nova.checkout._problems import UNSURE, Unreadable, absent, changed, is_pointer, left_out, pointer
from sphinxext.nova.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.checkout._identity import Identity
    from sphinxext.nova.checkout._look import Look
    from sphinxext.nova.checkout._names import Listing
    from sphinxext.nova.problems import Source


class Checkout(abc.ABC):
    """The source of one project at one moment: its files, their bytes, their hashes, links to their lines.

    Made by :func:`~sphinxext.nova.checkout.open_checkout`. Paths are relative to the root, with ``/`` between their
    parts and none at the end; the root is ``""``. The listing is that of the moment when it was opened; bytes are read
    when they are asked for, and a file that was changed since it was listed cannot be read: of each file there is one
    state. Not for use by several threads at once; a forked process may go on using it.
    """

    look: Look
    """What it was opened from."""
    spec: str
    """As the user wrote it: all that messages and pages may show of where it is."""
    project: str
    """The project's name on the web (``nova``)."""
    package: str
    """The folder of its Python package (``nova``)."""
    commit: str | None
    """The whole id of the commit, where there is one."""
    problems: tuple[Problem, ...]
    """What was wrong with files and links met while listing, in order of their paths."""
    paths: Sequence[str]
    """All regular files, and links to such, sorted."""
    absent: AbstractSet[str]
    """The files that git has in its index and the folder lacks: deleted, or left out of a sparse checkout."""

    def __init__(self, spec: str, identity: Identity, listing: Listing, *, commit: str | None) -> None:
        self.spec = spec
        self.project = identity.project
        self.package = identity.package
        self.commit = commit
        self._aliases = listing.resolve()  # links to files, with the file that each leads to
        self.paths = tuple(sorted((*listing.files, *self._aliases)))
        self.problems = tuple(sorted(listing.problems, key=lambda problem: (problem.file or "", problem.kind)))
        self.absent = frozenset()
        self._names = frozenset(self.paths)
        self._states: dict[Source, str | None] = {}
        self._unread: dict[str, Problem] = {}
        """The files that could not be read so far, and may be readable the next time. ``""``: the commit."""
        self._added_or_removed: set[str] = set()
        """Those of them that are there and were not listed, or the other way round."""
        self._release_files: set[str] = set()
        """What was read to find the release."""

    # --- what there is

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file or folder."""
        return path in self._names or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder of this name with at least one file below it, or it is the root."""
        return not path or path in self._folders

    def folders(self) -> Sequence[str]:
        """Return all folders that hold a file at any depth, sorted, without the root."""
        return self._sorted_folders

    def below(self, folder: str) -> Sequence[str]:
        """Return the files below a folder at any depth, sorted ("": all of them)."""
        if not folder:
            return self.paths
        start = bisect_left(self.paths, f"{folder}/")
        return self.paths[start : bisect_left(self.paths, f"{folder}0", start)]  # "0" follows "/"

    @cached_property
    def _folders(self) -> frozenset[str]:
        return folders_of(self.paths)

    @cached_property
    def _sorted_folders(self) -> tuple[str, ...]:
        return tuple(sorted(self._folders))

    # --- which release it is

    @cached_property
    def release(self) -> str | None:
        """The release as its own files or tags name it (``2013.2``, ``2011.2-dev``), ``None`` where nothing does.

        The first of: ``PKG-INFO`` (an sdist), a tag of this very commit, ``version.py`` of the package (2011.1-2012.2),
        ``setup.cfg`` (2013.2-12.0.0), ``*.egg-info``, ``pyproject.toml``, ``setup.py`` (2010.1, 2013.1),
        and the nearest tag before this commit.
        """
        from sphinxext.nova.checkout import _metadata

        return (
            _metadata.sdist_version(self._small_text)
            or _metadata.newest(self._exact_tags())
            or _metadata.version(self._small_text, self.package, self._egg_info())
            or self._nearest_tag()
        )

    @property
    def ref(self) -> str | None:
        """What links name: the commit, else the tag of the release, ``None`` where neither is known."""
        if self.commit is not None:
            return self.commit
        release = self.release
        return None if release is None or "dev" in release or "+" in release else release

    def _egg_info(self) -> str | None:
        infos = (path for path in self.paths if path.endswith(".egg-info/PKG-INFO") and path.count("/") == 1)
        return next(infos, None)

    def _small_text(self, path: str) -> str | None:
        self._release_files.add(path)
        try:
            return self.read(path).decode("utf-8", "replace")
        except Unreadable:
            return None

    @abc.abstractmethod
    def _exact_tags(self) -> list[str]:
        """Return the tags of this very commit."""

    @abc.abstractmethod
    def _nearest_tag(self) -> str | None:
        """Return the nearest version tag among the ancestors of the commit."""

    # --- bytes

    def read(self, path: str) -> bytes:
        """Return the bytes of a file.

        :raises Unreadable: it is not there (any more), was changed since it was listed, may not be read, is huge, or
            its object is missing or has other bytes than its id says.
        """
        file = self._file(path)
        try:
            data = self._load(file)
        except Unreadable as error:
            self._note_unread(error.problem, path, file)
            raise
        if is_pointer(data):
            problem = pointer(path)
            self._note_unread(problem, path, file)
            raise Unreadable(problem)
        return data

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        """Read files one after another, in the order given, and give each with its bytes or what was wrong with it.

        A revision is asked once for all of them; one file at a time is in memory.
        """
        known = [path for path in paths if path in self._names]
        loaded = self._load_many([self._aliases.get(path, path) for path in known])
        for path in paths:
            found = next(loaded) if path in self._names else self._absent(path)
            if isinstance(found, bytes) and is_pointer(found):
                found = pointer(path)
            if isinstance(found, Problem) and path in self._names:
                self._note_unread(found, path, self._file(path))
            yield path, found

    def recorded(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        """Read, as :meth:`read_many`, what git has of files that are :attr:`absent`; no answer is made from that."""
        for path in paths:
            yield path, self._absent(path)

    def text(self, path: str) -> str:
        """Return a file as text: Python by the encoding that it declares (PEP 263), all else UTF-8.

        :raises Unreadable: as :meth:`read`; and ``BINARY`` or ``ENCODING``, with the line.
        """
        return _text.decode(path, self.read(path))

    def unread(self, sources: Iterable[Source]) -> dict[str, Problem]:
        """Return the files among ``sources`` that could not be read so far and may be readable the next time.

        What was made from these sources is not to be kept: that the file is readable again may not show in their
        :meth:`state`.
        """
        if not self._unread:
            return {}
        found = self._unread.keys() & {""}
        for source in sources:
            if source.kind in {"tree", "mentions"}:
                # Not only those that were listed: a file may have been added since.
                found.update(_inside(source.path, self._unread))
            elif source.kind == "names":
                found.update(_inside(source.path, self._added_or_removed))
            elif source.kind == "ref":
                found.update(self._unread.keys() & self._release_files)
            elif source.kind == "file":
                found.update(self._unread.keys() & {source.path})
        return {path: self._unread[path] for path in sorted(found)}

    def look_again(self, sources: Iterable[Source]) -> None:
        """Look whether the files of ``sources`` are still as they were listed; those that are not are :meth:`unread`.

        A file may have been read before it was changed, and another one after that. Nor has the listing to be of one
        moment: where files are so young that they were still being written then, it is made once more. There the commit
        may be that from before, which git changes last.
        """
        paths: dict[str, set[str]] = {}  # by the file that each stands for
        for source in sources:
            if source.kind in {"tree", "mentions"}:
                for path in self.below(source.path):
                    paths.setdefault(self._file(path), set()).add(path)
            elif source.kind == "file" and source.path in self._names:
                paths.setdefault(self._file(source.path), set()).add(source.path)
        for file in self._changed(set(paths)):
            self._note_unread(changed(file), file, *paths[file])
        self._list_again()
        for path in self._added_or_removed:
            self._note_unread(changed(path), path)

    def _note_unread(self, problem: Problem, *paths: str) -> None:
        if problem.kind in UNSURE:
            self._unread.update(dict.fromkeys(paths, problem))

    @abc.abstractmethod
    def _changed(self, files: set[str]) -> Iterable[str]:
        """Return those files that are not what they were when they were listed."""

    @abc.abstractmethod
    def _list_again(self) -> None:
        """Note what was added or removed since, and another commit, where the listing cannot be relied on."""

    @abc.abstractmethod
    def size(self, path: str) -> int:
        """Return the size of a file in bytes, without reading it.

        :raises Unreadable: it is not there, or its object is missing.
        """

    def _file(self, path: str) -> str:
        """Return the file that a path stands for: itself, or where the link leads."""
        if path not in self._names:
            raise Unreadable(self._absent(path))
        return self._aliases.get(path, path)

    def _absent(self, path: str) -> Problem:
        return left_out(path) if path in self.absent else absent(path)

    @abc.abstractmethod
    def _load(self, file: str) -> bytes:
        """Read a file of the listing that is no link."""

    @abc.abstractmethod
    def _load_many(self, files: Sequence[str]) -> Iterator[bytes | Problem]:
        """Read files of the listing that are no links."""

    # --- has it changed?

    def digest(self, path: str) -> str | None:
        """Return the git blob id of a file's bytes, ``None`` where there is no such file or it cannot be read.

        It has 40 digits (SHA-1), in a SHA-256 repository 64. It is the id of all bytes that :meth:`read` ever returns
        for the file: those of a folder are hashed, and of a revision, which has the id before it has the bytes, other
        bytes are not returned.
        """
        return self._blob_id(self._aliases.get(path, path)) if path in self._names else None

    def stamp(self) -> str:
        """Return a short text that differs whenever anything in the checkout may have changed since; cheap."""
        return self.look.stamp

    @abc.abstractmethod
    def mark(self) -> str | None:
        """Return a text that stands for exactly this content, also for later processes of this machine; cheap.

        It is made of the place, the :meth:`stamp` and, of a revision, the listing. ``None`` where a file is so young
        that it may still be written to without a change of its times, or where the listing is not whole.
        """

    def state(self, source: Source) -> str | None:
        """Return a digest of a part of the checkout, ``None`` where there is no such part.

        Of a ``file``, its :meth:`digest`, or that it is :attr:`absent`; of a ``tree``, names and digests of all files
        below; of ``names``, the names alone.

        :raises ValueError: there is no such kind of source.
        """
        if source not in self._states:
            self._states[source] = self._state(source)
        return self._states[source]

    def _state(self, source: Source) -> str | None:
        if source.kind == "file":
            if source.path in self._names:
                return self._content(source.path)
            # An answer says what git has and the folder lacks.
            return "absent" if source.path in self.absent else None
        if source.kind not in {"tree", "names"}:
            raise ValueError(f"{source.kind!r} is no kind of source")
        paths = self.below(source.path)
        inside = f"{source.path}/" if source.path else ""
        absent = [f"\0{path}" for path in sorted(self.absent) if path.startswith(inside)]
        if not paths and not absent:
            return None
        lines = list(paths) if source.kind == "names" else [f"{path}\0{self._content(path)}" for path in paths]
        lines += absent
        # The one character that no path has: a path may be two lines, and begin with any word.
        return hashlib.blake2b("\0".join(lines).encode(), digest_size=20).hexdigest()

    def _content(self, path: str) -> str:
        return self.digest(path) or "unreadable"

    @abc.abstractmethod
    def _blob_id(self, file: str) -> str | None:
        """Return the blob id of a file of the listing that is no link."""

    # --- links

    @abc.abstractmethod
    def modified(self, path: str) -> bool:
        """Tell whether a file differs from the commit, or a file or folder is not in it. Without a commit: never."""

    def link(self, path: str, line: int | None = None, endline: int | None = None, *, template: str) -> str | None:
        """Return the address of a file, its lines, or a folder, on the web.

        ``template`` is what :func:`~sphinxext.nova.checkout.source_uri_template` returned. Lines count from 1. ``None``
        where there is no such path, no :attr:`ref` is known, or the file is :meth:`modified`.
        """
        ref = self.ref
        if ref is None or not self.exists(path) or self.modified(path):
            return None
        folder = path not in self._names
        return links.fill(
            template,
            project=self.project,
            ref=ref,
            path=self._aliases.get(path, path),
            folder=folder,
            line=None if folder else line,
            endline=endline,
        )


def _inside(folder: str, paths: Iterable[str]) -> list[str]:
    start = f"{folder}/" if folder else ""
    return [path for path in paths if path.startswith(start)]
