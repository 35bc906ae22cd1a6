"""Broken source to source that parses, so that a half-written statement costs that statement only.

tree-sitter always gives a tree, but one missing bracket can swallow the rest of a file. Two things are done about it:

* ``async`` was an ordinary name in Nova from 12.0.0 to 17.0.0 and is a keyword of the grammar. The word is replaced by
  another one of the same length.
* Otherwise the file is taken apart by its indentation: a group of lines that parses on its own is left alone; in one
  that does not, headers (``def``, ``class``, ``if`` ...) are kept and their bodies taken apart in turn; what remains is
  replaced by a filler. Lines keep their numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.syntax.grammar import Effort, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

FILLER: Final = "0"
"""The statement that stands where something was not understood."""

_FILLER: Final = FILLER.encode()
_ASYNC_NAME: Final = re.compile(rb"\basync\b(?![ \t]+(?:def|for|with)\b)")
_STAND_INS: Final = (b"asynk", b"asynx", b"asynq")
_STRING_START: Final = re.compile(rb"#[^\n]*|\"\"\"|'''|\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?", re.DOTALL)
_STRING_END: Final = {
    b'"""': re.compile(rb'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    b"'''": re.compile(rb"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
}
_NO_START: Final = re.compile(rb"[)\]},:.=#\n]|\Z")
"""A line that begins like this goes on with the statement before it."""
_CLAUSE: Final = re.compile(rb"(elif|else|except|finally)\b")
_HEADER: Final = re.compile(rb"[ \t\f]*(?:async|class|def|elif|else|except|finally|for|if|match|case|try|while|with)\b")
_DEFINITION: Final = re.compile(rb"[ \t\f]*(?:async[ \t]+)?(?:def|(class))[ \t]+\w+")
_WRAPPERS: Final = {b"elif": b"if 0: 0\n", b"else": b"if 0: 0\n", b"except": b"try: 0\n", b"finally": b"try: 0\n"}
_HEADER_LINES: Final = 60
_NESTING: Final = 30
_PLACES: Final = 500
"""After so many places what else is broken is not looked at closely."""
_TAB: Final = 8
_EFFORT: Final = 2
"""How many times the effort of parsing the file once its repair may take."""


class Parsed(NamedTuple):
    """A tree and its text.

    ``parsed`` is what was parsed, ``text`` the same with the original words where it has stand-ins of the same length.
    ``lost`` are the first lines of what was replaced by fillers, by line.
    """

    root: Node
    parsed: bytes
    text: bytes
    lost: dict[int, str]


def parse_tolerantly(text: bytes) -> Parsed:
    """Return the tree of ``text``, of repaired text if it is broken."""
    root = parse(text, Effort(len(text)))
    if root and not root.has_error:
        return Parsed(root, text, text, {})
    stand_in = next((word for word in _STAND_INS if word not in text), None)
    renamed = text
    if stand_in and b"async" in text:
        renamed = _ASYNC_NAME.sub(stand_in, text)
        root = parse(renamed, Effort(len(text)))
        if root and not root.has_error:
            return Parsed(root, renamed, text, {})
    lines, lost = _repaired(renamed)
    data = b"".join(lines)
    root = parse(data, Effort(len(data)))
    if root is None:
        return parse_tolerantly(b"")._replace(lost={1: _text(lines[0])})
    return Parsed(root, data, data.replace(stand_in, b"async") if stand_in and renamed is not text else data, lost)


def parse_again(before: Parsed, changes: dict[int, bytes]) -> Parsed:
    """Return ``before`` parsed with other bytes at some offsets, as many as before; as it was if that is no better."""
    data = bytearray(before.parsed)
    for offset, replacement in changes.items():
        data[offset : offset + len(replacement)] = replacement
    root = parse(bytes(data), Effort(len(data)))
    return before if root is None or root.has_error else before._replace(root=root, parsed=bytes(data))


def _repaired(text: bytes) -> tuple[list[bytes], dict[int, str]]:
    """Return the lines of ``text`` with fillers, and what they stand for.

    Where strings of several lines are is looked up first; if one of them has no end, it is better not to know.
    """
    inside = _continued(text)
    repairs = [_Repair(text, inside), *([_Repair(text, frozenset())] if inside else [])]
    best = min(repairs, key=lambda repair: len(repair.lost))
    return best.lines, best.lost


def _continued(text: bytes) -> frozenset[int]:
    """Return the lines (from 0) that begin inside a string of several lines."""
    result: set[int] = set()
    unending: set[bytes] = set()
    position = line = counted = 0
    while match := _STRING_START.search(text, position):
        position = match.end()
        if (quotes := match[0]) in _STRING_END:
            end = None if quotes in unending else _STRING_END[quotes].match(text, position)
            if end is None:
                unending.add(quotes)
                continue
            position = end.end()
        line += text.count(b"\n", counted, match.start())
        counted = match.start()
        result.update(range(line + 1, line + 1 + text.count(b"\n", counted, position)))
    return frozenset(result)


class _Repair:
    """Replaces what does not parse in ``lines``, in place.

    ``lost``: see :class:`Parsed`. ``inside`` are lines that do not begin a statement, whatever they look like.
    """

    def __init__(self, text: bytes, inside: frozenset[int]) -> None:
        self._effort = Effort(len(text), factor=_EFFORT)
        self.lines = text.splitlines(keepends=True)
        self.lost: dict[int, str] = {}
        self._indents = [None if number in inside else _indent(line) for number, line in enumerate(self.lines)]
        self._repair(0, len(self.lines), 0)

    def _repair(self, start: int, stop: int, nesting: int) -> None:
        """Make the lines from ``start`` to ``stop``, the statements of one block, parse."""
        for first, last in self._groups(start, stop):
            if self._parses(first, last):
                continue
            if self._effort.exhausted:
                # Nothing after this can be looked at any more.
                self._lose(first, stop)
                return
            if nesting > _NESTING or len(self.lost) > _PLACES:
                self._lose(first, last)
                continue
            header = self._after_decorators(first, last)
            clauses = list(self._clauses(header, last))
            bodies = [self._body(clause, end) for clause, end in clauses]
            if None in bodies:
                self._lose(first, last)
                continue
            if header > first and not self._parses(first, header, b"\ndef f(): 0"):
                self._lose(first, header)
            for (clause, end), body in zip(clauses, bodies, strict=True):
                self._repair_clause(clause, end, body or end, nesting)
            if not self._parses(first, last):
                self._lose(first, last)

    def _repair_clause(self, header: int, end: int, body: int, nesting: int) -> None:
        if any(self._indents[line] is not None for line in range(body, end)):
            self._repair(body, end, nesting + 1)
        else:
            self.lines[body:end] = [b"\n"] * (end - body)
            self.lines[body - 1] = self.lines[body - 1].split(b"#")[0].rstrip() + b" " + _FILLER + b"\n"
            self.lost.setdefault(body, _text(self.lines[header]))

    def _groups(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Divide a block into statements (with their clauses and decorators) by the lowest indentation in it."""
        starts = [(line, indent) for line in range(start, stop) if (indent := self._indents[line]) is not None]
        lowest = min((indent for _, indent in starts), default=0)
        first: int | None = None
        decorated = False
        for line, indent in starts:
            if first is None:
                first = line
            elif indent == lowest and not (decorated or _CLAUSE.match(self.lines[line].lstrip())):
                yield first, line
                first = line
            if indent == lowest:
                decorated = self.lines[line].lstrip().startswith(b"@")
        if first is not None:
            yield first, stop

    def _after_decorators(self, first: int, last: int) -> int:
        """Return the line of the statement that the decorators of a group belong to."""
        for line in range(first, last):
            if self._indents[line] == self._indents[first] and not self.lines[line].lstrip().startswith(b"@"):
                return line
        return first

    def _clauses(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Divide a compound statement into its clauses."""
        start = first
        for line in range(first + 1, last):
            if self._indents[line] == self._indents[first] and _CLAUSE.match(self.lines[line].lstrip()):
                yield start, line
                start = line
        yield start, last

    def _body(self, first: int, last: int) -> int | None:
        """Return the line at which the body of a clause begins; None if its header cannot be made to parse."""
        if _HEADER.match(self.lines[first]):
            for end in range(first + 1, min(last, first + _HEADER_LINES) + 1):
                line = self.lines[end - 1].split(b"#")[0].rstrip()
                if line.endswith(b":") and self._parses(first, end, b" " + _FILLER):
                    return end
        if definition := _DEFINITION.match(self.lines[first]):
            self.lost[first + 1] = _text(self.lines[first])
            indents = [(indent, line) for line in range(first + 1, last) if (indent := self._indents[line]) is not None]
            body = min(indents)[1] if indents else last
            header = definition[0] + (b":" if definition[1] else b"():") + b"\n"
            self.lines[first:body] = [header, *[b"\n"] * (body - first - 1)]
            return body
        return None

    def _parses(self, first: int, last: int, suffix: bytes = b"") -> bool:
        text = b"".join(self.lines[first:last])
        clause = _CLAUSE.match(text.lstrip())
        before = _WRAPPERS[clause[1]] if clause else b""
        if suffix:
            text = text.split(b"#")[0].rstrip() if last == first + 1 else text.rstrip()
            after = b"\nfinally: 0\n" if text.startswith(b"try") else b"\n"
            root = parse(before + text.lstrip() + suffix + after, self._effort)
        else:
            root = parse(b"if 0:\n" + text if self._indents[first] else text, self._effort)
        return root is not None and not root.has_error

    def _lose(self, first: int, last: int) -> None:
        """Replace lines by one filler."""
        line = self.lines[first]
        self.lost.setdefault(first + 1, _text(line))
        self.lines[first:last] = [line[: -len(line.lstrip())] + _FILLER + b"\n", *[b"\n"] * (last - first - 1)]


def _indent(line: bytes) -> int | None:
    """Return the indentation of a line that begins a statement, None for other lines."""
    content = line.lstrip()
    return None if _NO_START.match(content) else len(line[: -len(content)].expandtabs(_TAB))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").strip()
