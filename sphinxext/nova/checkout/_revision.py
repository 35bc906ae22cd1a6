"""A revision, read out of the object store of a repository, bare or not; no working folder is looked at."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sphinxext.nova.checkout import _metadata, _repository
from sphinxext.nova.checkout._base import Checkout
from sphinxext.nova.checkout._git import GitError, GitStalledError, GitVerboseError
from sphinxext.nova.checkout._identity import Identity, NotOpenStackError, identify
from sphinxext.nova.checkout._names import Listing, joined, usable
from sphinxext.nova.checkout._objects import Objects
from sphinxext.nova.checkout._problems import UNSURE, Unreadable
from sphinxext.nova.checkout._special import Scope
from sphinxext.nova.problems import CheckoutError, Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sphinxext.nova.checkout._look import RevisionLook


_LONGEST_LINK: Final = 4096
"""No file system takes links of more bytes; git does, and thousands of links may have one object."""


def open_commit(look: RevisionLook) -> Checkout:
    """Open a commit that was found.

    :raises CheckoutError: it has not all of its objects, or there is no OpenStack source in it.
    """
    place, git, commit = look.place, look.git, look.commit
    try:
        git.look_for_special(Scope.OBJECTS)
        tree = _repository.tree_of(git, commit.oid)
    except (GitStalledError, GitVerboseError) as error:
        raise CheckoutError(Kind.GIT, _repository.explain(error, place.folder)) from None
    except GitError as error:
        message = f"{place.spec!r} cannot be listed, the repository has not all of its objects: {error}"
        raise CheckoutError(Kind.REVISION, message) from None
    objects = Objects(git, commit.oid)
    good, problems = usable(tree.files)
    files = list(joined(good))
    good, more = usable(tree.links)
    links = list(joined(good))
    listing = Listing(set(files), {}, problems + more)
    oids = list(dict.fromkeys(tree.links[link] for link in links))
    texts = dict(zip(oids, map(_link_text, objects.stream(oids)), strict=True))
    for link in links:
        text = texts[tree.links[link]]
        if isinstance(text, Problem):
            listing.problems.append(replace(text, file=link))
        else:
            listing.links[link] = text
    blobs = {path: tree.files[path] for path in files}
    try:
        identity = identify(_Glance(blobs, objects))
    except NotOpenStackError as error:
        raise CheckoutError(Kind.CHECKOUT, f"{place.spec!r} is no OpenStack source: {error}") from None
    return RevisionCheckout(look, identity, listing, blobs=blobs, objects=objects)


def _link_text(found: bytes | Problem) -> str | Problem:
    if isinstance(found, Problem):
        return found
    if len(found) > _LONGEST_LINK:
        return Problem(Kind.OUTSIDE, f"a link whose text is longer than {_LONGEST_LINK} bytes; not followed")
    return found.decode("utf-8", "surrogateescape")


class RevisionCheckout(Checkout):
    """One commit."""

    look: RevisionLook
    commit: str

    def __init__(
        self,
        look: RevisionLook,
        identity: Identity,
        listing: Listing,
        *,
        blobs: Mapping[str, str],
        objects: Objects,
    ) -> None:
        super().__init__(look.place.spec, identity, listing, commit=look.commit.oid)
        self.look = look
        self._git = look.git
        self._blobs = blobs
        self._objects = objects
        self._whole = not any(problem.kind in UNSURE for problem in listing.problems)

    def mark(self) -> str | None:
        # git does not compare a folder's object with its id either: a commit may have been listed as what it is not.
        return f"{self.look.place.root}\0{self.look.stamp}\0{self._listed}" if self._whole else None

    @cached_property
    def _listed(self) -> str:
        listed = "\n".join(f"{path}\0{self._blob_id(self._file(path))}" for path in self.paths)
        return hashlib.blake2b(listed.encode(), digest_size=20).hexdigest()

    def _changed(self, files: set[str]) -> Iterable[str]:  # noqa: ARG002 - objects are what their ids say, or unreadable
        return ()

    def _list_again(self) -> None:
        """Do nothing: a commit has one listing."""

    def modified(self, path: str) -> bool:
        return not self.exists(path)

    def size(self, path: str) -> int:
        file = self._file(path)
        found = self._sizes[file]
        if isinstance(found, Problem):
            raise Unreadable(replace(found, file=path))
        return found

    @cached_property
    def _sizes(self) -> dict[str, int | Problem]:
        return dict(zip(self._blobs, self._objects.sizes(list(self._blobs.values())), strict=True))

    def _load(self, file: str) -> bytes:
        found = self._objects.load(self._blobs[file])
        if isinstance(found, Problem):
            raise Unreadable(replace(found, file=file))
        return found

    def _load_many(self, files: Sequence[str]) -> Iterator[bytes | Problem]:
        for file, found in zip(files, self._objects.stream([self._blobs[file] for file in files]), strict=True):
            yield replace(found, file=file) if isinstance(found, Problem) else found

    def _blob_id(self, file: str) -> str | None:
        return self._blobs[file]

    def _exact_tags(self) -> list[str]:
        wanted = (self.look.place.revision or "").removeprefix("refs/").removeprefix("tags/")
        if _metadata.is_version(wanted) and _repository.is_tag_of(self._git, wanted, self.commit):
            return [wanted]  # and no other tag of this commit: 17.0.7 is 17.0.8 too
        return _repository.tags_at(self._git, self.commit)

    def _nearest_tag(self) -> str | None:
        return _repository.nearest_tag(self._git, self.commit)


class _Glance:
    """What :func:`~sphinxext.nova.checkout._identity.identify` looks at, out of a listing."""

    def __init__(self, blobs: Mapping[str, str], objects: Objects) -> None:
        self._blobs = blobs
        self._objects = objects

    def names(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        start = len(folder) + 1 if folder else 0
        below = [path[start:].partition("/") for path in self._blobs if path.startswith(f"{folder}/") or not folder]
        return (
            frozenset(name for name, slash, _ in below if slash),
            frozenset(name for name, slash, _ in below if not slash),
        )

    def head(self, path: str) -> str | None:
        found = self._objects.load(self._blobs[path]) if path in self._blobs else None
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else None
