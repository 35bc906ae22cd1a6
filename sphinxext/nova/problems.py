"""What can be wrong, and what an answer depends on: all that a build in which nothing has changed needs of the facts.

:mod:`sphinxext.nova.model` has the rest, and these too. It is apart because making its many dataclasses takes a fifth
of the time that such a build may cost.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Kind(enum.StrEnum):
    """What is wrong: the subtype of a Sphinx warning (``nova.<value>``) and ``problems[].kind`` of a JSON answer.

    The comment under each member is its entry in the reference; :mod:`sphinxext.nova.extension` logs nothing that is
    not listed here.
    """

    CHECKOUT = "checkout"
    """The checkout that a page or the configuration names is not there, is no folder, or is no OpenStack source."""
    REVISION = "revision"
    """The repository has no such revision, or not all of its objects."""
    GIT = "git"
    """git cannot be asked: it is not installed, or it distrusts the folder's owner ("dubious ownership")."""
    CONFIG = "config"
    """A configuration value of this extension has the wrong type or an impossible value; its default is used."""
    OPTION = "option"
    """An option of a directive has a value that the directive does not know."""
    NAME = "name"
    """The folder, service, function or task that a directive or the command line names is not in this checkout."""
    CATALOG = "catalog"
    """A catalogue file cannot be read, or an entry in it is not of the documented form."""
    UNDESCRIBED = "undescribed"
    """A folder that a layout shows has no description anywhere."""
    STALE = "stale"
    """A description, in the page or in the user's catalogue, is of a folder or file that is not in this checkout."""
    RELEASE = "release"
    """A release specifier cannot be read, or the checkout's release is not known."""
    UNREADABLE = "unreadable"
    """A file of the checkout cannot be read: permissions, a missing object, a Git LFS pointer in its place, an
    input/output error."""
    MISSING = "missing"
    """A module or file that the answer needs is not in this checkout: it was deleted, or left out by a sparse checkout
    or a partial archive; what it holds is not in the answer."""
    CHANGED = "changed"
    """A file of the checkout was changed, or removed, after the checkout was opened and before the answer was made. The
    answer is not kept, and the page is read again by the next build."""
    OUTSIDE = "outside"
    """A link in the checkout leads out of it and is not followed, or leads round in a circle."""
    SPECIAL = "special"
    """A file of the checkout is no regular file (a pipe, a socket, a device) and is not opened."""
    HUGE = "huge"
    """A file of the checkout is larger than the extension reads."""
    BINARY = "binary"
    """A file that should be text holds NUL bytes."""
    ENCODING = "encoding"
    """A file's bytes, or a file's name, are not in the encoding that they should be in."""
    SYNTAX = "syntax"
    """A part of a Python file cannot be understood; the rest of the file is used."""
    DEPTH = "depth"
    """Folders are nested, or classes inherit from one another, deeper than the extension goes."""
    BUDGET = "budget"
    """The answer would take far more work than that of any release, or goes deeper; the rest of it is left open."""
    FORM = "form"
    """The source does a part of what is asked in a form that is not read, as other projects do; the answer lacks it."""
    UNRESOLVED = "unresolved"
    """Only running Nova would tell a value that an answer needs; the answer leaves it open."""


_PARTLY_READ: Final = frozenset({Kind.SYNTAX, Kind.ENCODING})
"""Problems of files that were read all the same."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was wrong while reading, returned beside the answer that it affects.

    ``file`` is relative to the checkout's root (``None``: the checkout as a whole), ``line`` counts from 1 (``None``:
    the file as a whole). ``message`` says what it means for the answer.
    """

    kind: Kind
    message: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One part of a checkout that an answer was made from: what a page that shows the answer depends on.

    ``kind`` is ``"file"`` (the bytes of the file ``path``), ``"tree"`` (the names and bytes of all files below
    ``path``), ``"names"`` (the names of all files below ``path``), ``"mentions"`` (the names and bytes of the Python
    files below ``path`` that hold one of ``words``), ``"ref"`` (the commit and the release; ``path`` is empty) or
    ``"readable"`` (what kept the file ``path`` from being read). A file that was looked for and is not there is a
    source too: the page is outdated when it appears. Where an import looked for it, ``words`` are the file and line of
    the import, and the module that it names.
    """

    kind: str
    path: str
    words: tuple[str, ...] = ()


class CorruptError(ValueError):
    """Facts that were kept are none: damaged, made by something else, or by another version.

    Most of what is kept is looked at only when it is used. So an answer may come to this, and has to be asked for once
    more, after :meth:`.Program.start_anew`.
    """


class QuestionError(Exception):
    """A question that cannot be asked of this checkout: one warning and a placeholder, or exit status 2.

    ``kind`` is the warning's subtype; the text is one line and names near matches where there are any. Where something
    of the checkout could not be read on the way, the text ends with that: what was not read is not absent.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.problems: tuple[Problem, ...] = ()
        """What could not be read on the way, what is most likely to be the reason first."""

    def __str__(self) -> str:
        said = super().__str__()
        if not self.problems:
            return said
        first, *others = self.problems
        place = ":".join(str(part) for part in (first.file, first.line) if part)
        # What a problem means for an answer comes after its semicolon.
        what = first.message.partition(";")[0]
        more = f", and {len(others)} more" if others else ""
        return f"{said}; {place}: {what}{more}" if place else f"{said}; {what}{more}"

    def add(self, problems: Iterable[Problem]) -> None:
        """Add what could not be read while the question was asked, unless that is known."""
        if not self.problems:
            of_reading = (problem for problem in problems if problem.kind is not Kind.UNRESOLVED)
            self.problems = tuple(sorted(of_reading, key=lambda problem: problem.kind in _PARTLY_READ))


class CheckoutError(QuestionError):
    """A checkout that cannot be opened."""


def whole(sources: Iterable[Source]) -> Iterator[Source]:
    """Give sources without the parts of folders that are sources as a whole: these change with each of their parts."""
    sources = tuple(sources)
    folders = tuple(f"{source.path}/" for source in sources if source.kind == "tree")
    for source in sources:
        # No folder is a part of itself.
        path = source.path if source.kind == "tree" else f"{source.path}/"
        if source.kind == "ref" or not path.startswith(folders):
            yield source
