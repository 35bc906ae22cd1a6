"""Forms of other projects that are not read: what an answer lacks because of one, and where the first of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program import External, FunctionDef, Module, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.flow import Lost
    from sphinxext.nova.program import Scope

PERIODICS: Final = "periodics"
"""The module of futurist whose decorator makes tasks, and how projects call their own on top of it."""
_MESSAGING: Final = ("oslo_messaging", "oslo.messaging", "neutron_lib.rpc")
_RPC_MODULES: Final = ("rpc", "messaging")
"""Modules of projects that make clients and servers of messages for the others."""


class Place(NamedTuple):
    """Where a form is used: ``name`` is the dotted name of what makes it."""

    name: str
    file: str
    line: int


def unread_tasks(module: Module) -> Iterator[Place]:
    """Give the functions that ``futurist.periodics.periodic`` makes tasks, or a decorator of a module ``periodics``."""
    for fact in module.facts.functions:
        function = FunctionDef(module, fact.index)
        for decorator in fact.decorators:
            match decorator.expression:
                case str(name) | ("call", str(name), _, _, _, _) if "." in name or PERIODICS in name:
                    found = _name(name, function.owner or module)
                    if PERIODICS in found.split(".")[:-1]:
                        yield Place(found, module.path, fact.line)
                        break


def is_messaging(name: str, scope: Scope) -> bool:
    """Tell whether a name is of a library that sends messages, or of a project's own module on top of one."""
    found = resolve(name, scope)
    if isinstance(found, FunctionDef):
        return found.owner is None and is_messaging_module(found.module)
    return isinstance(found, External) and found.name.startswith(_MESSAGING)


def is_messaging_module(module: Module) -> bool:
    """Tell whether a module is the one of its project that makes clients and servers of messages for the others."""
    return module.name.rpartition(".")[2] in _RPC_MODULES


def full_name(name: str, scope: Scope) -> str:
    """Return the dotted name of what a name stands for; the name itself where that is not known."""
    return _name(name, scope)


def unread(places: Iterable[Place], what: str, missing: str) -> Iterator[Problem]:
    """Give one problem for all places: ``what`` they are, and what is ``missing`` because of them."""
    found = sorted(set(places), key=lambda place: (place.file, place.line))
    if found:
        names = dict.fromkeys(place.name for place in found)
        listed = ", ".join([*names][:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        count = f"{len(found)} places, the first here" if len(found) > 1 else "here"
        message = f"{what} by {listed} ({count}) are not read: {missing}"
        yield Problem(Kind.FORM, message, found[0].file, found[0].line)


_NAMED: Final = 3


def handed_over(lost: Iterable[Lost]) -> Iterator[Problem]:
    """Give a problem for each library to which a flow hands work."""
    by_library: dict[str, list[Lost]] = {}
    for one in lost:
        if one.library is not None:
            by_library.setdefault(one.library, []).append(one)
    for library, found in by_library.items():
        places = f"{len(found)} places, the first here" if len(found) > 1 else "here"
        message = f"the flow hands work to {library} ({places}), which is not followed: messages may be missing"
        yield Problem(Kind.FORM, message, found[0].scope.module.path, found[0].line)


def _name(name: str, scope: Scope) -> str:
    found = resolve(name, scope)
    match found:
        case FunctionDef() | External() | Module():
            return found.name
    return name
