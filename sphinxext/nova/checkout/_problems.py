"""The limits of what is read, and the exception that carries a problem."""

from __future__ import annotations

from typing import Final

from sphinxext.nova.problems import Kind, Problem

MAX_BYTES: Final = 16 * 1024 * 1024
"""Files larger than this are not read (bytes). Nova's largest is a hundredth of it."""

UNSURE: Final = frozenset({Kind.UNREADABLE, Kind.CHANGED})
"""Problems of reading that may be gone the next time although the listing is the same. The others follow from the bytes
or from the listing."""

MAX_DEPTH: Final = 100
"""Folders nested deeper than this are not listed (levels below the root). Nova has about a tenth of it."""

_POINTER: Final = b"version https://git-lfs.github.com/spec/v1\n"
_POINTER_BYTES: Final = 1024


class Unreadable(Exception):  # noqa: N818 - it says what the file is; callers turn it into its problem
    """A file of the checkout that cannot be read; ``problem`` says which and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def huge(path: str | None = None) -> Problem:
    """Make the problem of a file that is larger than :data:`MAX_BYTES`."""
    return Problem(Kind.HUGE, f"larger than {MAX_BYTES // 1024**2} MiB and not read", path)


def special(path: str) -> Problem:
    """Make the problem of a pipe, a socket or a device."""
    return Problem(Kind.SPECIAL, "no regular file (a pipe, a socket or a device) and not opened", path)


def pointer(path: str) -> Problem:
    """Make the problem of a pointer of Git LFS, in whose place ``git lfs pull`` puts the content."""
    return Problem(Kind.UNREADABLE, "a Git LFS pointer, its content is not here", path)


def is_pointer(data: bytes) -> bool:
    """Return whether the bytes of a file are a pointer of Git LFS, which is less than 1,024 bytes long."""
    return data.startswith(_POINTER) and len(data) < _POINTER_BYTES


def left_out(path: str) -> Problem:
    """Make the problem of a file that git has in its index and the folder lacks."""
    return Problem(Kind.MISSING, "not in this checkout; what it holds is not in the answer", path)


def changed(path: str) -> Problem:
    """Make the problem of a file that is no longer what it was when the checkout was opened."""
    return Problem(Kind.CHANGED, "changed while it was read", path)


def absent(path: str) -> Problem:
    """Make the problem of a file that was asked for and is not in the listing."""
    return Problem(Kind.UNREADABLE, "no such file in this checkout", path)
