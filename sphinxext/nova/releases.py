"""Nova's release numbers: reading them, ordering them, and specifiers such as ``>=2014.2,<12``.

Nova was numbered by year up to Kilo (2010.1 ... 2015.1.4) and is numbered by major release since Liberty (12.0.0 ...).
From 27 on a release also has a year-like *name* (2023.1 is 27), which is never its number. :pep:`440` supplies the
order and the form; what this module adds is the change of numbering (an epoch), the names, and the forms of tags and
version strings that Nova's history has and :pep:`440` has not.
"""

from __future__ import annotations

import functools
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable

_YEAR_NUMBERED = {
    "austin": "2010.1",
    "bexar": "2011.1",
    "cactus": "2011.2",
    "diablo": "2011.3",
    "essex": "2012.1",
    "folsom": "2012.2",
    "grizzly": "2013.1",
    "havana": "2013.2",
    "icehouse": "2014.1",
    "juno": "2014.2",
    "kilo": "2015.1",
}
_FIRST_MAJOR = 12
_NUMBERED_IN_ORDER = (
    "liberty",
    "mitaka",
    "newton",
    "ocata",
    "pike",
    "queens",
    "rocky",
    "stein",
    "train",
    "ussuri",
    "victoria",
    "wallaby",
    "xena",
    "yoga",
    "zed",
    "antelope",
    "bobcat",
    "caracal",
    "dalmatian",
    "epoxy",
    "flamingo",
    "gazpacho",
    "hibiscus",
)
_NAMES = _YEAR_NUMBERED | {name: str(major) for major, name in enumerate(_NUMBERED_IN_ORDER, _FIRST_MAJOR)}

_YEARS_OF_NUMBERS = range(2010, 2016)
_YEAR_OF_27 = 2023

_NUMBER = re.compile(r"(\d+)(?:\.\d+)*(?![\d!])", re.ASCII)
_YEAR_NAME = re.compile(r"(20\d\d)\.([12])(?![.\d])", re.ASCII)
_CODE_NAME = re.compile(r"([a-z]+)(-(?=\d))?", re.ASCII)
_FORMS = (
    # A branch that has ended keeps its last commit as a tag: kilo-eol, train-em, zed-eom.
    (re.compile(r"-(?:eol|em|eom)$"), ""),
    # git describe: so many commits after the tag.
    (re.compile(r"-(\d+)-g[0-9a-f]+$", re.ASCII), r".post\1"),
    # Milestones before 2013.2.b1: 2013.1.g3, 2011.2gamma1.
    (re.compile(r"(?:\.g|gamma)(\d+)", re.ASCII), r"b\1"),
)


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """One release of Nova, ordered as they came out; made by :func:`parse`.

    ``str()`` is a text that :func:`parse` reads as the same release.
    """

    version: Version

    def __str__(self) -> str:
        return str(self.version).rpartition("!")[2]

    def leading(self, count: int) -> tuple[int, ...]:
        """Return what the first ``count`` numbers of the release compare by; numbers not written are 0."""
        numbers = self.version.release[:count]
        return (self.version.epoch, *numbers, *(0,) * (count - len(numbers)))


@functools.lru_cache(maxsize=512)
def parse(text: str) -> Release | None:
    """Read a release number, a tag of Nova's repository, or a release's name; ``None`` where it is none of these.

    Understood are ``2013.2.4``, ``12``, ``33.0.0.0rc1``, ``12.0.1.dev35``, ``2011.3-dev``, ``2013.1.g3``,
    ``25.0.0-7-g1a2b3c4`` (git describe), ``kilo``, ``folsom-3``, ``zed-eom`` and ``2024.1``.
    """
    text = _numbered(text.strip().lower())
    for form, replacement in _FORMS:
        text = form.sub(replacement, text)
    number = _NUMBER.match(text)
    if number is None:
        return None
    try:
        major = int(number[1])
        if major > _YEARS_OF_NUMBERS[-1]:
            return None
        # 12.0.0 came after 2015.1: an epoch says so. 0.9.0 came before 2010.1.
        epoch = 1 if 0 < major < _YEARS_OF_NUMBERS[0] else 0
        return Release(Version(f"{epoch}!{text}"))
    except ValueError:
        return None


def _numbered(text: str) -> str:
    """Replace a name at the start of the text with the number that it stands for."""
    if year := _YEAR_NAME.match(text):
        if int(year[1]) not in _YEARS_OF_NUMBERS:
            major = 27 + (int(year[1]) - _YEAR_OF_27) * 2 + int(year[2]) - 1
            # There are no releases named 2016.1 ... 2022.2: leave the text, no number fits it.
            return f"{major}{text[year.end() :]}" if int(year[1]) >= _YEAR_OF_27 else text
    elif (name := _CODE_NAME.match(text)) and name[1] in _NAMES:
        milestone = "b" if name[2] else ""
        return _NAMES[name[1]] + milestone + text[name.end() :]
    return text


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_CLAUSE = re.compile(r"\s*(==|!=|>=|<=|>|<)\s*([^\s<>=!,]+)\s*")


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison, such as ``<=2013.2``.

    It looks at as many numbers as ``precision`` says: as were written. ``<=2013.2`` therefore holds for 2013.2.4,
    and ``>=12`` for 12.0.0.0rc1. Where a pre-release was written, ``precision`` is ``None`` and everything counts.
    """

    operator: str
    release: Release
    precision: int | None

    @classmethod
    def of(cls, operator_: str, text: str) -> Clause:
        """Make a clause of an operator and the text of a release; ``ValueError`` where the text is no release."""
        release = parse(text)
        if release is None:
            message = f"{text!r} is neither a release number of Nova nor the name of one"
            raise ValueError(message)
        version = release.version
        final = str(version) == version.base_version
        return cls(operator_, release, len(version.release) if final else None)

    def holds(self, release: Release) -> bool:
        """Say whether a release is in the range of the clause."""
        compare = _OPERATORS[self.operator]
        if self.precision is None:
            return compare(release, self.release)
        return compare(release.leading(self.precision), self.release.leading(self.precision))


@dataclass(frozen=True, slots=True)
class Specifier:
    """Comparisons that must all hold: ``>=2013.1,<2015.1``; asked with ``release in specifier``."""

    clauses: tuple[Clause, ...]

    @classmethod
    def parse(cls, text: str) -> Specifier:
        """Read a specifier; ``ValueError`` with a message of one line where it cannot be read."""
        clauses = []
        for part in text.split(","):
            clause = _CLAUSE.fullmatch(part)
            if clause is None:
                message = f"{part.strip()!r} in {text!r} is no comparison of releases like '>=2014.2' or '==kilo'"
                raise ValueError(message)
            clauses.append(Clause.of(clause[1], clause[2]))
        return cls(tuple(clauses))

    def __contains__(self, release: Release) -> bool:
        return all(clause.holds(release) for clause in self.clauses)
