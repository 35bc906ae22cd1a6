"""What is asked of a repository about one commit: its tree, its tags, and what else there is by that name."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Final, NamedTuple

from sphinxext.nova.checkout._git import Git, GitDistrustError, GitError, GitSilentError, GitStalledError

_VERSION_TAGS: Final = "[0-9]*.[0-9]*"


class Commit(NamedTuple):
    """A commit's whole id, and the folder of its repository's references."""

    oid: str
    references: Path

    def stamp(self) -> str:
        """Return a text that differs for another commit, and whenever a tag may have been set since."""
        places = ("packed-refs", "refs/tags", "reftable/tables.list")
        return " ".join((self.oid, *(_modified(self.references / place) for place in places)))


class Tree(NamedTuple):
    """A commit's files and symbolic links with their objects' ids; names that are not UTF-8 hold surrogates."""

    files: dict[str, str]
    links: dict[str, str]


def resolve(git: Git, revision: str) -> Commit | None:
    """Find the commit that ``revision`` names, ``None`` where it names none.

    :raises GitError: the repository cannot be read.
    """
    if revision.startswith("-") or "\0" in revision:  # no revision begins like an option
        return None
    wanted = f"{revision}^{{commit}}"
    try:
        found = git.run("rev-parse", "--git-common-dir", "--verify", "--quiet", "--end-of-options", wanted)
    except GitSilentError:
        return None
    except GitStalledError:
        raise
    except GitError:
        git.run("rev-parse", "--git-dir")  # is it the repository, or "no upstream configured for branch 'main'"?
        return None
    folder, _, oid = os.fsdecode(found).removesuffix("\n").rpartition("\n")
    return Commit(oid, Path(git.root) / folder)


def tree_of(git: Git, commit: str) -> Tree:
    """List a commit's files; submodules are left out.

    :raises GitError: an object of a folder is missing.
    """
    listed = git.run("ls-tree", "-r", "-z", "--full-tree", commit).decode("utf-8", "surrogateescape").split("\0")
    name = len("100644 blob ") + len(commit) + 1
    files = {entry[name:]: entry[12 : name - 1] for entry in listed if entry.startswith("100")}
    links = {entry[name:]: entry[12 : name - 1] for entry in listed if entry.startswith("120")}
    return Tree(files, links)


def is_tag_of(git: Git, tag: str, commit: str) -> bool:
    """Tell whether a tag of this name marks the commit."""
    try:
        found = resolve(git, f"refs/tags/{tag}")
    except GitError:
        return False
    return found is not None and found.oid == commit


def tags_at(git: Git, commit: str) -> list[str]:
    """Return the tags of a commit: none where none of them is a version, or git fails."""
    try:
        git.run("describe", "--tags", "--exact-match", f"--match={_VERSION_TAGS}", commit)  # a third of the time
        return git.run("tag", "--points-at", commit).decode("utf-8", "replace").split()
    except GitError:
        return []


def nearest_tag(git: Git, commit: str) -> str | None:
    """Return the nearest version tag of the commit and its ancestors, ``None`` where there is none."""
    from sphinxext.nova.checkout import _metadata

    try:
        found = git.run("describe", "--tags", "--abbrev=0", f"--match={_VERSION_TAGS}", commit).decode(
            "utf-8", "replace"
        )
    except GitError:
        return None
    return _metadata.newest([found.strip()])


def revision_names(git: Git) -> list[str]:
    """Return the names of all tags and branches, those of remotes too (none where git fails)."""
    try:
        listed = git.run("for-each-ref", "--format=%(refname:short)", "refs/tags", "refs/heads", "refs/remotes")
    except GitError:
        return []
    return listed.decode("utf-8", "replace").split()


def newest_release(git: Git) -> str | None:
    """Return the highest final release among the tags, as an example of a revision."""
    from sphinxext.nova.checkout import _metadata

    return _metadata.newest(revision_names(git))


def explain(error: GitError, folder: str) -> str:
    """Say what is wrong with the repository in ``folder`` (as the user wrote it), and the cure where one is known."""
    if isinstance(error, GitDistrustError):
        command = f'git config --global --add safe.directory "$(realpath {shlex.quote(folder)})"'
        return f'git distrusts the owner of {folder!r} ("dubious ownership"); if you trust it: {command}'
    return f"git cannot read {folder!r}: {error}"


def _modified(path: Path) -> str:
    try:
        return str(path.stat().st_mtime_ns)
    except OSError:
        return "-"
