"""Reading a catalogue file: what is well formed is used, everything else is one problem each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sphinxext.nova import releases
from sphinxext.nova.catalog.entries import ANY_LANGUAGE, Catalog, CatalogEntry, overlap
from sphinxext.nova.model import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*entry[ \t]*\]\]", re.MULTILINE)
_KEYS = frozenset({"path", "service", "since", "until", "description"})
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load(data: bytes, *, name: str) -> tuple[Catalog, tuple[Problem, ...]]:
    """Read a catalogue.

    ``data`` is the file's bytes (UTF-8, TOML), ``name`` what the problems call the file. An entry that is not of the
    documented form is left out; where the TOML itself is broken, so are the entries that the break is in.
    """
    report = _Report(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add("not UTF-8, nothing of it is used", data.count(b"\n", 0, error.start) + 1)
        return Catalog(()), tuple(report.problems)
    kept: dict[str, list[CatalogEntry]] = {}
    for line, table in _tables(text, report):
        entry = _EntryReader(table).read(line, report)
        if entry is None:
            continue
        known = kept.setdefault(entry.path, [])
        if any(overlap(entry, other) for other in known):
            report.add(f"a second entry for {entry.path!r} in the same releases is not used", line)
        else:
            known.append(entry)
    return Catalog(tuple(entry for entries in kept.values() for entry in entries)), tuple(report.problems)


@dataclass(frozen=True, slots=True)
class _Report:
    """The problems of one file."""

    name: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, message: str, line: int | None) -> None:
        self.problems.append(Problem(Kind.CATALOG, message, self.name, line))


def _tables(text: str, report: _Report) -> Iterator[tuple[int | None, object]]:
    """Yield each entry as TOML has it, with its line; report what is no entry."""
    headers = _headers(text)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        yield from _salvaged(text, headers, error, report)
        return
    for key in [key for key in document if key != "entry"]:
        report.add(f"unknown key {key!r} beside the [[entry]] tables", None)
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        report.add("'entry' is not an array of tables: write [[entry]]", None)
        return
    # A header inside a text of several lines, or entries written as an inline array: no line can be told.
    exact = len(headers) == len(entries)
    for number, entry in enumerate(entries):
        yield headers[number][1] if exact else None, entry


def _headers(text: str) -> list[tuple[int, int]]:
    """Find the ``[[entry]]`` headers: the position and the line of each."""
    found = []
    position, line = 0, 1
    for header in _HEADER.finditer(text):
        line += text.count("\n", position, header.start())
        position = header.start()
        found.append((position, line))
    return found


def _salvaged(
    text: str, headers: list[tuple[int, int]], error: Exception, report: _Report
) -> Iterator[tuple[int, object]]:
    """Read a file that is no TOML one entry at a time."""
    healthy = True
    ends = [position for position, _ in headers] + [len(text)]
    for (start, line), end in zip([(0, 1), *headers], ends, strict=True):
        try:
            document = tomllib.loads(text[start:end])
        except (ValueError, RecursionError) as broken:
            healthy = False
            report.add(*_explained(broken, line))
            continue
        entries = document.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            yield line, entry
    if healthy:
        report.add(*_explained(error, 1))


def _explained(error: Exception, first_line: int) -> tuple[str, int]:
    """Return what a TOML error means and the line in the file where it is, else the first line of the entry."""
    if isinstance(error, RecursionError):
        return "not TOML: values are nested too deeply", first_line
    message = str(error)
    place = _TOML_PLACE.search(message)
    line = first_line + int(place[1]) - 1 if place and place[1] else first_line
    return f"not TOML: {_TOML_PLACE.sub('', message)}", line


class _EntryReader:
    """One ``[[entry]]`` table: takes its values out and keeps a list of what is wrong with them."""

    def __init__(self, table: object) -> None:
        self._complaints: list[str] = []
        self._table: dict[str, Any] = {}
        if isinstance(table, dict):
            self._table = table
        else:
            self._complaints.append("an entry is not a table: write [[entry]]")

    def read(self, line: int | None, report: _Report) -> CatalogEntry | None:
        """Return the entry, or report everything that is wrong with it and return ``None``."""
        if not self._complaints:
            self._complaints += [f"unknown key {key!r}" for key in self._table if key not in _KEYS]
            entry = CatalogEntry(
                path=self._path(),
                descriptions=self._descriptions(),
                service=self._text("service"),
                since=self._release("since"),
                until=self._release("until"),
                line=line,
            )
            if entry.since and entry.until and _backwards(entry.since, entry.until):
                self._complaints.append(f"'since' ({entry.since}) is later than 'until' ({entry.until})")
            if not self._complaints:
                return entry
        of = f"entry {self._table['path']!r} is not used: " if isinstance(self._table.get("path"), str) else ""
        for complaint in self._complaints:
            report.add(of + complaint, line)
        return None

    def _text(self, key: str) -> str | None:
        value = self._table.get(key)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        self._complaints.append(f"{key!r} is not a text")
        return None

    def _path(self) -> str:
        path = self._text("path")
        if path is None:
            if "path" not in self._table:
                self._complaints.append("'path' is missing")
            return ""
        plain = PurePosixPath(path)
        # PurePosixPath drops empty parts, dots and a trailing slash: what changes was not written plainly.
        if plain.is_absolute() or not plain.parts or ".." in plain.parts or "\\" in path or str(plain) != path:
            self._complaints.append("'path' is not relative to the checkout's root in the form 'nova/compute'")
        return path

    def _release(self, key: str) -> str | None:
        text = self._text(key)
        if text is not None and releases.parse(text) is None:
            self._complaints.append(f"{key!r} is no release of Nova: {text!r}")
            return None
        return text

    def _descriptions(self) -> tuple[tuple[str, str], ...]:
        value = self._table.get("description")
        if isinstance(value, str):
            value = {ANY_LANGUAGE: value}
        if value is None or value == {}:
            self._complaints.append("'description' is missing")
        elif not isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value.values()):
            self._complaints.append("'description' is neither a text nor a table of texts by language")
        else:
            return tuple((language, text.strip()) for language, text in value.items())
        return ()


def _backwards(since: str, until: str) -> bool:
    start = releases.parse(since)
    return start is not None and not releases.Clause.of("<=", until).holds(start)
