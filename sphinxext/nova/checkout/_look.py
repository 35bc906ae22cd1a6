"""A look at a checkout, which tells whether it has changed: all that a build pays for in which nothing has.

Whatever opens a checkout is imported when one is opened.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING, Protocol

from sphinxext.nova.checkout import _git, _repository
from sphinxext.nova.checkout._git import Git, GitError
from sphinxext.nova.checkout._names import usable
from sphinxext.nova.checkout._remembered import remember, seen_again
from sphinxext.nova.checkout._spec import near
from sphinxext.nova.checkout._walk import look_at, look_below, through_no_link
from sphinxext.nova.problems import CheckoutError, Kind, Problem

if TYPE_CHECKING:
    from sphinxext.nova.checkout._base import Checkout
    from sphinxext.nova.checkout._remembered import Remembered
    from sphinxext.nova.checkout._repository import Commit
    from sphinxext.nova.checkout._spec import Place
    from sphinxext.nova.checkout._walk import Seen


class Look(Protocol):
    """What a checkout was at one moment; nothing has been asked yet but what its stamp is made of."""

    stamp: str
    """A short text that differs whenever anything in the checkout may have changed."""

    def open(self) -> Checkout:
        """Open what was seen.

        :raises CheckoutError: as :func:`~sphinxext.nova.checkout.open_checkout`.
        """

    def remember(self) -> Remembered | None:
        """Return what makes the next look cheaper; ``None`` where nothing does."""


class RevisionLook:
    """A commit, which alone decides what there is; the rest of the stamp is for its tags."""

    def __init__(self, place: Place, git: Git, commit: Commit) -> None:
        self.place = place
        self.git = git
        self.commit = commit
        self.stamp = commit.stamp()

    def open(self) -> Checkout:
        from sphinxext.nova.checkout._revision import open_commit

        return open_commit(self)

    def remember(self) -> None:
        """There is nothing to remember: git is asked once for a commit."""


class FolderLook:
    """The names and times of the files in a working folder.

    ``git`` is ``None`` where there is no repository or git cannot be asked, ``commit`` where it has none yet.
    """

    def __init__(self, place: Place, seen: Seen, *, git: Git | None, commit: Commit | None, moment: int) -> None:
        self.place = place
        self.seen = seen
        self.git = git
        self.commit = commit
        self.moment = moment
        """When it was begun, in nanoseconds since the epoch."""
        self.stamp = self._stamp()

    def open(self) -> Checkout:
        from sphinxext.nova.checkout._folder import open_folder

        return open_folder(self.place, self)

    def remember(self) -> Remembered | None:
        return remember(self.place.root, self.git, self.seen, self.stamp, self.moment)

    def _stamp(self) -> str:
        known = hashlib.blake2b(self.seen.numbers.tobytes(), digest_size=20)
        where = "no git" if self.git is None else self.commit.stamp() if self.commit else "no commit"
        absent = (f"absent {path}" for path in self.seen.absent)
        known.update("\0".join((where, *self.seen.paths, *map(repr, self.seen.problems), *absent)).encode())
        return known.hexdigest()


def look_at_folder(place: Place, remembered: Remembered | None = None) -> FolderLook:
    """Look at the folder at ``place`` as it lies there.

    What an earlier look left behind is only used where everything is as it was then.

    git says which files belong to it only where ``.git`` lies in this very folder; where git cannot be asked, the
    folder is read as one that was copied.
    """
    moment = time.time_ns()
    has_repository = _git.has_repository(place.root)
    if remembered is not None and (again := _look_again(place, remembered, moment, has_repository=has_repository)):
        return again
    if not has_repository:
        return FolderLook(place, look_below(place.root), git=None, commit=None, moment=moment)
    git = Git(place.root)
    try:
        commit = _repository.resolve(git, "HEAD")
        names, problems = _names_in_git(git)
    except GitError as error:
        message = f"{_repository.explain(error, place.folder)}; until then its files have no links to their lines"
        seen = look_below(place.root)
        seen.problems.append(Problem(Kind.GIT, message))
        return FolderLook(place, seen, git=None, commit=None, moment=moment)
    problems += through_no_link(place.root, names)
    seen = look_at(place.root, names)
    seen.problems += problems
    return FolderLook(place, seen, git=git, commit=commit, moment=moment)


def _look_again(place: Place, remembered: Remembered, moment: int, *, has_repository: bool) -> FolderLook | None:
    git = Git(place.root) if has_repository else None
    seen = seen_again(place.root, remembered)
    if seen is None:
        return None
    try:
        commit = _repository.resolve(git, "HEAD") if git is not None else None
    except GitError:
        return None
    look = FolderLook(place, seen, git=git, commit=commit, moment=moment)
    return look if look.stamp == remembered.stamp else None


def look_at_revision(place: Place, revision: str) -> RevisionLook:
    """Look for the commit that ``revision`` names in the repository at ``place``.

    :raises CheckoutError: there is no such commit, no repository, or git cannot be asked.
    """
    if not _git.has_repository(place.root) and not _git.is_bare(place.root):
        message = f"{place.folder!r} is no git repository and has no revision {revision!r}"
        raise CheckoutError(Kind.CHECKOUT, message)
    git = Git(place.root)
    try:
        commit = _repository.resolve(git, revision)
    except GitError as error:
        raise CheckoutError(Kind.GIT, _repository.explain(error, place.folder)) from None
    if commit is None:
        names = near(revision, _repository.revision_names(git))
        raise CheckoutError(Kind.REVISION, f"{place.folder!r} has no revision {revision!r}{names}")
    return RevisionLook(place, git, commit)


def _names_in_git(git: Git) -> tuple[dict[str, list[str]], list[Problem]]:
    """Return the names, by folder, of all that git has in its index or would add."""
    listed = os.fsdecode(git.run("ls-files", "-c", "-o", "--exclude-standard", "-z"))
    paths = dict.fromkeys(listed.split("\0"))  # a file in conflict is named once for each side
    del paths[""]  # what follows the last
    if "/\0" in listed:  # a repository inside this one
        return usable(path for path in paths if not path.endswith("/"))
    return usable(paths)
