"""Which class is the manager of which service: the object whose methods run in the service's process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.options import value
from sphinxext.nova.program import (
    UNKNOWN,
    ClassDef,
    FunctionDef,
    evaluate,
    imported_by_string,
    mro,
    note_import,
    note_named,
)
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.program import Module, Options, Program, Scope

_TABLE: Final = "SERVICE_MANAGERS"
"""The dictionary in ``service.py`` from commands to managers. 15.0.0 and newer."""


def managers(program: Program, options: Options) -> Mapping[str, ClassDef]:
    """Return the manager class of each service that has one, by the name of its command, sorted.

    In the order in which ``Service.create`` looks for it: what the command itself gives (``manager=``), the table in
    ``service.py``, and the option ``<name>_manager``, which all releases before 15.0.0 have, and other projects.
    Options have their defaults.
    """
    return program.remember("managers", lambda: dict(sorted(_managers(program, options))))


def running(class_: ClassDef, services: Mapping[str, ClassDef]) -> tuple[str, ...]:
    """Return the services whose manager is this class or inherits from it."""
    return tuple(name for name, manager in services.items() if class_ in mro(manager))


class _Named(NamedTuple):
    """The name of a manager, and where it stands."""

    name: str
    file: str
    line: int


def _managers(program: Program, options: Options) -> Iterator[tuple[str, ClassDef]]:
    given = dict(_given(program, options))
    table = _table(program)
    # Where there is a table, there are no such options, and looking for them would mean to scan the whole package.
    for service in dict.fromkeys((*_commands(program), *table)):
        found = given.get(service) or (table.get(service) if table else _configured(service, program, options))
        if found is None or not found.name:
            continue
        class_ = imported_by_string(found.name, program)
        if class_ is None:
            note_named(found.name, program, found.file, found.line)
        if isinstance(class_, ClassDef):
            yield service, class_


def _commands(program: Program) -> list[str]:
    """Return the commands that may be a service of this project: ``nova-compute``, not ``stack``."""
    prefix = f"{program.checkout.package}-"
    return [start.name for start in starts(program).values() if start.path and start.name.startswith(prefix)]


def _given(program: Program, options: Options) -> Iterator[tuple[str, _Named]]:
    """Give the services whose command names the manager: ``service.Service.create(binary=..., manager=...)``."""
    paths = [start.path for start in starts(program).values() if start.path]
    for path, data in program.read_many(paths):
        program.note("file", path)
        if b"manager=" not in data:
            continue
        module = program.module_at(path)
        for scope in () if module is None else _scopes(module):
            for _, function, _, keywords, line, _ in calls(scope.body):
                if isinstance(function, str) and function.endswith(".create"):
                    named = dict(keywords)
                    service = evaluate(named.get("binary"), scope)
                    name = value(named.get("manager"), scope, options)
                    if isinstance(service, str) and isinstance(name, str):
                        yield service, _Named(name, path, line)


def _scopes(module: Module) -> list[Scope]:
    return [module, *(FunctionDef(module, fact.index) for fact in module.facts.functions)]


def _table(program: Program) -> Mapping[str, _Named]:
    module = program.module(f"{program.checkout.package}.service")
    if module is None:
        _note_lost_table(program)
    found = UNKNOWN if module is None else evaluate(_TABLE, module)
    if module is None or not isinstance(found, dict):
        return {}
    line = module.bindings[_TABLE][0].line
    return {
        key: _Named(name, module.path, line)
        for key, name in found.items()
        if isinstance(key, str) and isinstance(name, str)
    }


def _note_lost_table(program: Program) -> None:
    """Note that there is no ``service.py``, where a command imports it: there are projects that have none."""
    package = program.checkout.package
    for start in starts(program).values():
        importer = program.module_at(start.path) if start.path.endswith(".py") else None
        for one in () if importer is None else importer.facts.imports:
            if importer is not None and (one.module, one.name) in {(package, "service"), (f"{package}.service", None)}:
                note_import(importer, one.line, package, "service")


def _configured(service: str, program: Program, options: Options) -> _Named | None:
    name = service.removeprefix(f"{program.checkout.package}-").replace("-", "_")
    option = options.find("DEFAULT", f"{name}_manager")
    if option is None or not isinstance(option.default, str):
        return None
    return _Named(option.default, option.path, option.line)
