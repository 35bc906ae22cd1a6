"""The entries of a catalogue, and finding the one that is true for a path in a release."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sphinxext.nova import releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ANY_LANGUAGE = ""
"""The language of a description that the catalogue gives as one plain string."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What one folder or file is for, in the releases from ``since`` to ``until``.

    ``path`` is relative to the checkout's root. ``service`` is the process whose body the folder is. ``since`` and
    ``until`` are both inclusive and compare as many numbers as they have (``until="19"`` covers 19.3.2); ``None`` is
    no limit. ``descriptions`` are pairs of language and text. ``line`` is where the file says it, ``None`` where that
    cannot be told.
    """

    path: str
    descriptions: tuple[tuple[str, str], ...]
    service: str | None = None
    since: str | None = None
    until: str | None = None
    line: int | None = field(default=None, compare=False)

    def description(self, language: str) -> str:
        """Return the text in a language (``ja_JP``), else in its base (``ja``), else English, else the first one."""
        texts = {_language(code): text for code, text in self.descriptions}
        wanted = _language(language)
        for code in (wanted, wanted.partition("_")[0], "en"):
            if code in texts:
                return texts[code]
        return self.descriptions[0][1]

    def specifier(self) -> releases.Specifier:
        """Return the releases for which the entry holds; ``ValueError`` where a limit is no release."""
        return releases.Specifier(
            tuple(
                releases.Clause.of(operator, limit)
                for operator, limit in ((">=", self.since), ("<=", self.until))
                if limit is not None
            ),
        )


def _language(code: str) -> str:
    return code.replace("-", "_").lower()


def overlap(one: CatalogEntry, other: CatalogEntry) -> bool:
    """Say whether there can be a release for which both entries hold."""
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: CatalogEntry, other: CatalogEntry) -> bool:
    if one.until is None or other.since is None:
        return False
    start = releases.parse(other.since)
    return start is not None and not releases.Clause.of("<=", one.until).holds(start)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries indexed by path; the ranges of the entries of one path do not overlap."""

    entries: tuple[CatalogEntry, ...]
    _by_path: Mapping[str, tuple[tuple[releases.Specifier, CatalogEntry], ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_path", _index(self.entries))

    @property
    def paths(self) -> frozenset[str]:
        """Every path that has an entry, for whichever releases."""
        return frozenset(self._by_path)

    def lookup(self, path: str, release: str | None) -> CatalogEntry | None:
        """Return the entry that holds for a path in a release, or ``None``.

        A release that is not known, or is no release number of Nova's, gets what holds for the newest release.
        """
        ranges = self._by_path.get(path, ())
        known = None if release is None else releases.parse(release)
        if known is None:
            return ranges[-1][1] if ranges else None
        return next((entry for holds_for, entry in ranges if known in holds_for), None)


def _index(
    entries: Iterable[CatalogEntry],
) -> dict[str, tuple[tuple[releases.Specifier, CatalogEntry], ...]]:
    """Group entries by path, those of the oldest releases first."""
    ranges = defaultdict(list)
    for entry in entries:
        ranges[entry.path].append((entry.specifier(), entry))
    return {path: tuple(sorted(pairs, key=_age)) for path, pairs in ranges.items()}


def _age(pair: tuple[releases.Specifier, CatalogEntry]) -> tuple[int, ...]:
    since = releases.parse(pair[1].since or "")
    return since.leading(3) if since else ()
