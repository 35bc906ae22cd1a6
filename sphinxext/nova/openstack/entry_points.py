"""What a project declares in its metadata: entry points by group, and scripts. Read as data, never executed.

The forms, in the releases in which each was seen: ``scripts=[...]`` in ``setup.py`` (2010.1 to 2013.1),
``[entry_points]`` in ``setup.cfg``, which pbr reads (2013.2 to 32.0.0), and ``[project.scripts]`` and
``[project.entry-points]`` in ``pyproject.toml`` (33.0.0 and newer). Other projects have ``entry_points={...}`` in
``setup.py``. What was built from any of these, ``entry_points.txt`` next to the metadata of a distribution, counts only
where the project itself says nothing: it may be left over from an older build.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.checkout import Unreadable
from sphinxext.nova.checkout.formats import FormatError, read_ini, read_toml
from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program import evaluate
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    import configparser
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.program import Module, Program
    from sphinxext.nova.syntax.forms import Expr

CONSOLE: Final = "console_scripts"
WSGI: Final = "wsgi_scripts"
"""The group of pbr for what a WSGI server runs."""

_SECTION: Final = "entry_points"
_BUILT: Final = re.compile(r"[^/]+\.(?:egg|dist)-info/entry_points\.txt")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_WORD: Final = re.compile(r"""(?<![\w./-])([\w./-]+)["']?[ \t]*(?=[=,\]"']|$)""")
_TARGET: Final = re.compile(r"\w+(?:\.\w+)*(?::\w+(?:\.\w+)*)?")


class EntryPoint(NamedTuple):
    """``name = target``, the target being ``package.module:function`` or a module; and where that is declared."""

    name: str
    target: str
    path: str
    line: int


class Declared(NamedTuple):
    """All that the metadata declares: entry points by group, paths of scripts with their place, and what was wrong."""

    groups: Mapping[str, tuple[EntryPoint, ...]]
    scripts: tuple[EntryPoint, ...]
    """The target is the path of the file, relative to the root."""
    problems: tuple[Problem, ...]


def declared(program: Program) -> Declared:
    """Return what the metadata of a checkout declares."""
    return program.remember("entry points", lambda: _Reading(program).everything())


class _Reading:
    """Reads one file of metadata after the other; of two declarations of one name, the first one counts."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._groups: dict[str, dict[str, EntryPoint]] = {}
        self._scripts: dict[str, EntryPoint] = {}
        self._problems: list[Problem] = []

    def everything(self) -> Declared:
        self._pyproject("pyproject.toml")
        self._setup_cfg("setup.cfg")
        self._setup_py("setup.py")
        if not self._groups and not self._scripts:
            self._program.note("names", "")
            for path in filter(_BUILT.fullmatch, self._program.checkout.paths):
                self._ini_groups(path)
        groups = {group: tuple(points.values()) for group, points in self._groups.items()}
        return Declared(groups, tuple(self._scripts.values()), tuple(self._problems))

    # --- the files

    def _pyproject(self, path: str) -> None:
        text = self._text(path)
        if not text:
            return
        try:
            project = read_toml(text).get("project")
        except FormatError as error:
            self._problems.append(Problem(error.kind, str(error), path, error.line))
            return
        project = project if isinstance(project, dict) else {}
        groups = project.get("entry-points")
        tables = {CONSOLE: project.get("scripts"), **(groups if isinstance(groups, dict) else {})}
        lines = _lines_of(text)
        for group, table in tables.items():
            for name, target in table.items() if isinstance(table, dict) else ():
                self._add(group, name, target, path, lines.get(name, 1))

    def _setup_cfg(self, path: str) -> None:
        parser, lines = self._ini(path)
        if parser.has_section(_SECTION):
            for group, value in parser.items(_SECTION):
                self._lines(group, (value or "").splitlines(), path, lines)
        for script in (parser.get("files", "scripts", fallback="") or "").splitlines():
            self._script(script.strip(), path, lines.get(script.strip(), 1))

    def _ini_groups(self, path: str) -> None:
        parser, lines = self._ini(path)
        for group in parser.sections():
            for name, target in parser.items(group):
                self._add(group, name, target, path, lines.get(name, 1))

    def _setup_py(self, path: str) -> None:
        text = self._text(path)
        module = self._program.module_at(path) if "scripts" in text or _SECTION in text else None
        if module is None:
            return
        lines = _lines_of(text)
        for _, function, _, keywords, line, _ in calls(module.body):
            if isinstance(function, str) and function.rpartition(".")[2] == "setup":
                given = dict(keywords)
                for script in _items(given.get("scripts"), module):
                    self._script(script, path, lines.get(script, line))
                groups = evaluate(given.get(_SECTION), module)
                for group, points in groups.items() if isinstance(groups, dict) else ():
                    listed = points.splitlines() if isinstance(points, str) else points
                    self._lines(str(group), listed if isinstance(listed, list | tuple) else (), path, lines)

    # --- what is in them

    def _lines(self, group: str, listed: Iterable[object], path: str, lines: Mapping[str, int]) -> None:
        for point in listed:
            name, equals, target = str(point).partition("=")
            if equals:
                self._add(group, name.strip(), target, path, lines.get(name.strip(), 1))
            elif name.strip() and not name.lstrip().startswith("#"):
                self._problem(path, f"{name.strip()!r} is no entry point", lines.get(name.strip()))

    def _add(self, group: str, name: str, target: object, path: str, line: int) -> None:
        # What follows in brackets are extras of the distribution.
        found = target.partition("[")[0].replace(" ", "").strip() if isinstance(target, str) else ""
        if not _NAME.fullmatch(name) or not _TARGET.fullmatch(found):
            self._problem(path, f"the entry point {name!r} names no function: {target!r}", line)
            return
        self._groups.setdefault(group, {}).setdefault(name, EntryPoint(name, found, path, line))

    def _script(self, script: str, path: str, line: int) -> None:
        name = script.rpartition("/")[2]
        if not script:
            return
        if not _NAME.fullmatch(name) or script.startswith("/") or ".." in script.split("/"):
            self._problem(path, f"{script!r} is no script of this project", line)
            return
        self._scripts.setdefault(name, EntryPoint(name, script, path, line))

    # --- bytes

    def _ini(self, path: str) -> tuple[configparser.RawConfigParser, Mapping[str, int]]:
        text = self._text(path)
        parser, error = read_ini(text, ("=",))
        if error is not None:
            self._problems.append(Problem(error.kind, str(error), path, error.line))
        return parser, _lines_of(text)

    def _text(self, path: str) -> str:
        self._program.note("file", path)
        checkout = self._program.checkout
        if not checkout.exists(path) or checkout.is_folder(path):
            return ""
        try:
            return checkout.text(path)
        except Unreadable as error:
            self._problems.append(error.problem)
            self._program.unreadable(error.problem, path)
            return ""

    def _problem(self, path: str, message: str, line: int | None = None) -> None:
        self._problems.append(Problem(Kind.SYNTAX, message, path, line))


def _items(expression: Expr, module: Module) -> Iterator[str]:
    """Give the texts in a list, also where other items are only known when it runs."""
    match expression:
        case ("list" | "tuple", items):
            found = [evaluate(item, module) for item in items]
        case _:
            whole = evaluate(expression, module)
            found = list(whole) if isinstance(whole, list | tuple) else []
    yield from (item for item in found if isinstance(item, str))


def _lines_of(text: str) -> Mapping[str, int]:
    """Return for each word that is declared in a file, or stands in quotes, the number of the first such line."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#"):
            for word in _WORD.findall(line):
                found.setdefault(word, number)
    return found
