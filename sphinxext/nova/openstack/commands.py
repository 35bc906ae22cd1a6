"""Which processes can be started: the commands and WSGI modules of a checkout, in every form of declaration.

Up to 2013.1 a command is a script in ``bin/``, whether ``setup.py`` lists it or not (2011.1 and 2011.3 forgot some).
From 2013.2 it is an entry point. From 14.0.0 there are entry points for WSGI servers, and from 30.0.0 modules with an
``application`` that such a server imports; 12.0.0 to 15.0.0 have scripts of that kind, which nothing declares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.model import Command, Problem
from sphinxext.nova.openstack.entry_points import CONSOLE, WSGI, declared
from sphinxext.nova.program import Assigned, ClassDef, External, FunctionDef, Module, evaluate, imported_by_string
from sphinxext.nova.syntax.walking import statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.entry_points import EntryPoint
    from sphinxext.nova.program import Definition, Program
    from sphinxext.nova.syntax.forms import Block, Expr

_SCRIPTS: Final = "bin"
_APPLICATION: Final = "application"
"""The name that a WSGI server looks for in a module (``mod_wsgi``, uWSGI)."""
_MAKER: Final = "init_application"
_PYTHON: Final = re.compile(rb"#!.*\bpython")


class Start(NamedTuple):
    """Where a command starts, before any Python is read: the file, and the function in it where one is named."""

    name: str
    path: str
    """``""`` for what is not in the checkout."""
    point: EntryPoint | None = None
    """``None`` for a script that nothing declares."""
    wsgi: bool = False


def starts(program: Program) -> Mapping[str, Start]:
    """Return the file of every command, by its name; WSGI modules without a command are not among them. Cheap."""
    return program.remember("starts", lambda: {start.name: start for start in _starts(program)})


def commands(program: Program) -> tuple[Command, ...]:
    """Return every command and WSGI module, by name. :func:`problems` says what of the metadata could not be read."""
    return program.remember("commands", lambda: _commands(program))


def problems(program: Program) -> tuple[Problem, ...]:
    """Return what is wrong with the files that declare commands."""
    return declared(program).problems


def _starts(program: Program) -> Iterator[Start]:
    metadata = declared(program)
    seen: set[str] = set()
    for group in (CONSOLE, WSGI):
        for point in metadata.groups.get(group, ()):
            if point.name not in seen:
                seen.add(point.name)
                module = program.module(point.target.partition(":")[0])
                yield Start(point.name, module.path if module is not None else "", point, group == WSGI)
    for point in metadata.scripts:
        if point.name not in seen:
            seen.add(point.name)
            program.note("file", point.target)
            is_file = program.checkout.exists(point.target) and not program.checkout.is_folder(point.target)
            yield Start(point.name, point.target if is_file else "", point)
    for path in _files(_SCRIPTS, program):
        name = path.rpartition("/")[2]
        if name not in seen and _may_run(path, program):
            seen.add(name)
            yield Start(name, path)
    if not seen:
        yield from _undeclared(program)


def _may_run(path: str, program: Program) -> bool:
    """Tell whether a file of ``bin/`` that nothing declares is a script: ``openssl.cnf`` of Octavia is none."""
    if path.endswith(".py"):
        return True
    ((_, data),) = program.checkout.read_many([path])
    program.note("file", path)
    return isinstance(data, Problem) or data.startswith(b"#!")


def _undeclared(program: Program) -> Iterator[Start]:
    """Give the modules of the folder ``cmd``, by convention, in a tree whose metadata is not there."""
    package = program.checkout.package
    for path in _files(f"{package}/cmd", program):
        stem = path.rpartition("/")[2].removesuffix(".py")
        if path.endswith(".py") and stem != "__init__":
            yield Start(f"{package}-{stem.replace('_', '-')}", path)


def _files(folder: str, program: Program) -> list[str]:
    program.note("names", folder)
    depth = folder.count("/") + 1
    for path in program.absent_below(folder):
        if path.count("/") == depth:
            program.note("file", path)
    return [path for path in program.checkout.below(folder) if path.count("/") == depth]


def _commands(program: Program) -> tuple[Command, ...]:
    known = starts(program)
    program.load(sorted({start.path for start in known.values() if start.path.endswith(".py")}))
    found = {start.name: command for start in known.values() if (command := _command(start, program)) is not None}
    for command in _wsgi_modules(program):
        found.setdefault(command.name, command)
    return tuple(found[name] for name in sorted(found))


def _command(start: Start, program: Program) -> Command | None:
    point = start.point
    if point is None:
        return _undeclared_command(start, program)
    if ":" not in point.target and "/" in point.target:
        if not start.path:
            return Command(start.name, point.target, point.path, point.line, missing=True)
        return Command(start.name, start.path, start.path, _start_of_script(start.path, program))
    definition = imported_by_string(point.target, program)
    place = None if definition is None else _place(definition)
    file, line = place or (point.path, point.line)
    return Command(
        start.name,
        point.target,
        file,
        line,
        wsgi=start.wsgi,
        external=isinstance(definition, External),
        missing=definition is None,
    )


def _undeclared_command(start: Start, program: Program) -> Command | None:
    if not start.path.startswith(f"{program.checkout.package}/"):
        return Command(start.name, start.path, start.path, _start_of_script(start.path, program))
    module = program.module_at(start.path)
    main = imported_by_string(f"{module.name}:main", program) if module is not None else None
    if module is None or not isinstance(main, FunctionDef):
        return None
    return Command(start.name, f"{module.name}:main", main.module.path, main.fact.line)


def _place(definition: Definition) -> tuple[str, int] | None:
    match definition:
        case FunctionDef() | ClassDef():
            return definition.module.path, definition.fact.line
        case Assigned():
            return definition.scope.module.path, definition.line
        case Module():
            return definition.path, 1
        case External():
            return None


def _start_of_script(path: str, program: Program) -> int:
    """Return the line of ``if __name__ == '__main__'``; 1 where there is none, or it is no Python."""
    module = program.module_at(path) if _is_python(path, program) else None
    for statement in () if module is None else module.body:
        match statement:
            case ("if", line, ((_, ("compare", "__name__", (("==", _),)), _, _), *_), _):
                return line
    return 1


def _is_python(path: str, program: Program) -> bool:
    data = dict(program.read_many([path])).get(path)
    program.note("file", path)
    return data is not None and (path.endswith(".py") or _PYTHON.match(data) is not None)


# --- WSGI modules


def _wsgi_modules(program: Program) -> Iterator[Command]:
    """Give the modules, and scripts with names that cannot be imported, in ``wsgi/`` that make an application."""
    paths = [path for path in _files(f"{program.checkout.package}/wsgi", program) if path.endswith(".py")]
    program.load(paths)
    for module in filter(None, map(program.module_at, paths)):
        made = _application(module.body)
        if made is not None:
            line, expression = made
            importable = "/" not in module.name
            yield Command(
                _program_name(expression, module),
                f"{module.name}:{_APPLICATION}" if importable else module.path,
                module.path,
                line,
                wsgi=True,
            )


def _application(block: Block) -> tuple[int, Expr] | None:
    """Return the line where the application is made and what makes it; None is what it is before."""
    for statement in statements(block):
        match statement:
            case ("assign", line, targets, expression) if _APPLICATION in targets and expression is not None:
                return line, expression
    return None


def _program_name(made_by: Expr, module: Module) -> str:
    """Return the name by which the process of a WSGI module goes.

    The second argument of ``init_application(NAME, PROG)``, by which the configuration files are found (33.0.0 and
    newer); else the name that ``init_application(NAME)`` gives the service in the database (30.0.0 to 32.0.0); else
    that of the file.
    """
    package = module.program.checkout.package
    match made_by:
        case ("call", str(function), (name, *program), keywords, _, _) if function.endswith(_MAKER):
            given = evaluate(program[0] if program else dict(keywords).get("prog"), module)
            if isinstance(given, str):
                return given
            service = evaluate(name, module)
            if isinstance(service, str):
                return service if service.startswith(f"{package}-") else f"{package}-{service}"
    stem = module.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    return stem if stem.startswith(f"{package}-") else f"{package}-{stem.replace('_', '-')}"
