"""What an answer needed of a checkout and did not get: files that cannot be read, or are not there.

What was looked for is known from the sources of the answer; what is missing is known from three places: reading a
file, the listing of the checkout (a link that leads out, a folder that cannot be listed), and git, whose index may
have files that were deleted or that a sparse checkout leaves out. Without git, an import names what should be there.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.problems import Source
    from sphinxext.nova.program.definitions import Module
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.syntax.forms import Block, Expr, Stmt

TESTS: Final = "tests"
"""The folder, at any depth, whose files describe no running service."""

_SCANS: Final = frozenset({"tree", "names", "mentions"})
"""The kinds of sources that are a whole folder."""
_MOST_ALIKE: Final = 20
"""How many files with the same problem are named: of a partial clone, it is all of them."""
_MODULE: Final = re.compile(r"[a-z_][a-z0-9_]*")
"""A name that a module may have: what is written otherwise in a package is a class that is put there later."""
_NOT_OURS: Final = frozenset({TESTS, "vcsversion", "_version"})
"""Tests, and modules that a build writes: ``nova/vcsversion.py`` (2010.1 to 2011.3), ``_version.py`` elsewhere."""
_INCUBATOR: Final = ["openstack", "common"]
"""The package that was copied into projects module by module, without all that its modules name (2012.1 to 2014.2)."""
_CATCHING: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "StandardError", "BaseException"})
_TYPE_CHECKING: Final = "TYPE_CHECKING"
_SUPPRESS: Final = "suppress"


# --- what is wrong with what was looked for


def problems_of(
    checkout: Checkout, of_files: Mapping[str, Sequence[Problem]], sources: Iterable[Source]
) -> tuple[Problem, ...]:
    """Return what was wrong with the parts of a checkout among ``sources``, in order of place, each once.

    :param of_files: what was wrong with the files that were read.
    """
    files: set[str] = set()
    folders: set[str] = set()
    imported: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for source in sources:
        if source.kind in _SCANS:
            folders.add(source.path)
        elif source.kind == "file":
            files.add(source.path)
            if source.words:
                imported[source.path].append(_place(source))
    found = [problem for path in sorted(files) for problem in of_files.get(path, ()) if problem.kind != Kind.MISSING]
    explained: set[str | None] = set()
    if checkout.problems:
        hidden = _with_folders(path for path in files if not checkout.exists(path))
        of_listing = [one for one in checkout.problems if _concerns(one, hidden, folders)]
        explained.update(one.file for one in of_listing)
        found += of_listing
    lost = {path for path in files & checkout.absent if TESTS not in path.split("/")} | imported.keys()
    for path in sorted(lost):
        if explained.isdisjoint(_with_folders([path])):
            found.append(_lost(path, imported.get(path, ())))
    return tuple(dict.fromkeys(found))


def _place(source: Source) -> tuple[str, int, str]:
    """Return the file and line of an import that looked for a source in vain, and the module that it names."""
    file, line, name = source.words
    return file, int(line), name


def _lost(path: str, imports: Sequence[tuple[str, int, str]]) -> Problem:
    where = min((one for one in imports if one[0]), default=None)
    if where is None:
        return Problem(Kind.MISSING, "not in this checkout; what it holds is not in the answer", path)
    file, line, name = where
    message = f"needs {name}, which is not in this checkout; what it holds is not in the answer"
    return Problem(Kind.MISSING, message, file, line or None)


def _with_folders(paths: Iterable[str]) -> set[str]:
    """Return paths with those of all folders above them."""
    found: set[str] = set()
    for path in paths:
        above = path
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def _concerns(problem: Problem, hidden: AbstractSet[str], folders: AbstractSet[str]) -> bool:
    """Return whether a problem of the listing is one of a path in ``hidden``, or of a part of one of the folders."""
    path = problem.file
    if path is None or path in hidden or path in folders:
        return True
    parts = path.split("/")
    if TESTS in parts or ("." in parts[-1] and not path.endswith(".py")):
        return False
    return any(_is_in(path, folder) or _is_in(folder, path) for folder in folders)


def _is_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def fewer(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Give problems, but of those that differ in nothing but the file some; the last of these counts the others."""
    problems = list(problems)
    alike = Counter((problem.kind, problem.message) for problem in problems if problem.line is None)
    seen: Counter[tuple[Kind, str]] = Counter()
    for problem in problems:
        key = (problem.kind, problem.message)
        more = alike[key] - _MOST_ALIKE
        if problem.line is not None or more <= 0:
            yield problem
            continue
        seen[key] += 1
        if seen[key] < _MOST_ALIKE:
            yield problem
        elif seen[key] == _MOST_ALIKE:
            yield Problem(problem.kind, f"{problem.message}; so it is with {more} more files", problem.file)


# --- imports of what is not there


def note_import(importer: Module, line: int, origin: str, name: str | None) -> None:
    """Note that an import found nothing, where it names a module of the checkout's package that is nowhere.

    :param origin: the module that the import names, by its dotted name.
    :param name: what is taken out of it, ``None`` for the module itself.
    """
    program = importer.program
    if not _is_ours(origin if name is None else f"{origin}.{name}", program):
        return
    lost = _lost_module(origin, name, program)
    if lost is not None and line not in program.remember(("guarded", importer), lambda: guarded(importer)):
        note_lost(lost, program, importer.path, line)


def note_attribute(importer: Module, package: Module, name: str) -> None:
    """Note that a package has no module of a name, where ``import a.b.c`` names that module."""
    if not _MODULE.fullmatch(name) or not package.is_package:
        return
    whole = f"{package.name}.{name}"
    for one in importer.facts.imports:
        if one.name is None and (one.module == whole or one.module.startswith(f"{whole}.")):
            note_import(importer, one.line, package.name, name)


def note_named(text: str, program: Program, file: str, line: int, *, is_module: bool = False) -> None:
    """Note that nothing was found by a name in a text (``importutils.import_class``), where its module is nowhere.

    Without ``is_module``, the last part of the name is that of a class or a function. ``file`` and ``line`` are where
    the name stands.
    """
    parts = text.replace(":", ".").split(".")[: None if is_module else -1]
    if not _is_ours(".".join(parts), program) or parts[1:3] == _INCUBATOR:
        return
    for count in range(2, len(parts) + 1):
        lost = _lost_module(".".join(parts[: count - 1]), parts[count - 1], program)
        if lost is not None:
            note_lost(".".join(parts) if count < len(parts) and parts[-1].islower() else lost, program, file, line)
            return
        if program.module(".".join(parts[:count])) is None:
            return


def note_lost(name: str, program: Program, file: str, line: int) -> None:
    """Note that a module is nowhere: the answer depends on its file, and has a problem."""
    stem = name.replace(".", "/")
    absent = program.checkout.absent
    path = f"{stem}/__init__.py" if f"{stem}/__init__.py" in absent else f"{stem}.py"
    program.note("file", path, (file, str(line), name))


def _is_ours(name: str, program: Program) -> bool:
    """Return whether a dotted name may be that of a module of the project's package which a release holds."""
    package, *parts = name.split(".")
    return package == program.checkout.package and bool(parts) and _NOT_OURS.isdisjoint(parts)


def _lost_module(origin: str, name: str | None, program: Program) -> str | None:
    """Return the name of the module that should be there, ``None`` where it is a name in one that is there."""
    module = program.module(origin)
    if module is None:
        return origin
    if name is None or not module.is_package or not _MODULE.fullmatch(name) or name in module.bindings:
        return None
    return None if _is_open(module) or program.module(f"{origin}.{name}") is not None else f"{origin}.{name}"


def _is_open(package: Module) -> bool:
    """Return whether a package may have names that its ``__init__.py`` does not give one by one."""
    bindings = package.bindings
    return "*" in bindings or "__getattr__" in bindings or any(one.line is None for one in package.facts.problems)


def guarded(module: Module) -> frozenset[int]:
    """Return the lines of the imports of a module that may fail, and of those that only type checkers see."""
    facts = module.facts
    found: set[int] = set()
    pending: list[tuple[Block, bool]] = [(module.body, False)]
    while pending:
        block, may_fail = pending.pop()
        for statement in block:
            match statement:
                case ("import" | "from", line, *_):
                    found.update([line] if may_fail else ())
                case ("def", _, index):
                    pending.append((facts.body(facts.function(index)), False))
                case ("class", _, index):
                    pending.append((facts.body(facts.class_(index)), may_fail))
                case _:
                    pending += _blocks(statement, may_fail=may_fail)
    return frozenset(found)


def _blocks(statement: Stmt, *, may_fail: bool) -> Iterator[tuple[Block, bool]]:
    """Give the blocks of a compound statement, each with whether an import in it may fail."""
    match statement:
        case ("if", _, branches, orelse):
            for _, condition, _, block in branches:
                is_for_checkers = isinstance(condition, str) and condition.rpartition(".")[2] == _TYPE_CHECKING
                yield block, may_fail or is_for_checkers
            yield orelse, may_fail
        case ("try", _, block, handlers, orelse, final):
            catches = any(_catches(handler[1]) for handler in handlers)
            yield block, may_fail or catches
            for _, exception, _, handling in handlers:
                # What is tried where the first does not exist is no more needed than that.
                yield handling, may_fail or _catches(exception)
            yield orelse, may_fail
            yield final, may_fail
        case ("with", _, items, block, _):
            yield block, may_fail or any(_suppresses(item[0]) for item in items)
        case ("for", _, _, _, block, orelse, _) | ("while", _, _, _, block, orelse):
            yield block, may_fail
            yield orelse, may_fail
        case ("match", _, _, cases):
            for case in cases:
                yield case[-1], may_fail


def _catches(exception: Expr) -> bool:
    """Return whether a handler catches what a failing import raises; ``None`` is a bare ``except``."""
    match exception:
        case None:
            return True
        case str():
            return exception.rpartition(".")[2] in _CATCHING
        case ("tuple", items):
            return any(item is not None and _catches(item) for item in items)
    return False


def _suppresses(expression: Expr) -> bool:
    match expression:
        case ("call", str(function), arguments, _, _, _):
            return function.rpartition(".")[2] == _SUPPRESS and any(map(_catches, arguments))
    return False
