"""The limits of what is read, and the exception that carries a problem."""

from __future__ import annotations

from typing import Final

from sphinxext.nova.problems import Kind, Problem

MAX_BYTES: Final = 16 * 1024 * 1024
"""Files larger than this are not read (bytes). Nova's largest is a hundredth of it."""

MAX_DEPTH: Final = 100
"""Folders nested deeper than this are not listed (levels below the root). Nova has about a tenth of it."""


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


def absent(path: str) -> Problem:
    """Make the problem of a file that was asked for and is not in the listing."""
    return Problem(Kind.UNREADABLE, "no such file in this checkout", path)
