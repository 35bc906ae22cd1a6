"""Calls that were not followed: which of them could reach an RPC client, and why each was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Clients
from sphinxext.nova.model import Unresolved
from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.flow import Lost
    from sphinxext.nova.program import Module, Program
    from sphinxext.nova.syntax.forms import Expr

_CLIENT: Final = "rpcapi"
"""The module of a service's folder that has its client. 2012.2 and newer, and in other projects."""
_COMMON: Final = "baserpc"
"""The module of the client that all services have. 2013.1 and newer."""
_SENDING: Final = (b"cast", b"call")
"""What the body of a method that sends holds."""
_COMMON_NAMES: Final = frozenset(name for kind in (dict, list, set, str, bytes, tuple) for name in dir(kind)) | {
    "get_client"
}
"""Names that say nothing: most unknown values that have such a method are a dictionary, a list or a text, and
``get_client`` is what the clients of other projects' REST APIs are called."""


def known_clients(program: Program) -> Clients:
    """Return the RPC clients of a program: those of the services' own folders, ``nova/compute/rpcapi.py``.

    Up to 2012.1 there are none, for any function may send then.
    """
    return program.remember("known clients", lambda: _known_clients(program))


def explained(lost: Iterable[Lost]) -> tuple[Unresolved, ...]:
    """Return calls that were not followed as rows of an answer: first those that could reach an RPC client."""
    rows = {_row(one): one.sends for one in lost}
    return tuple(sorted(rows, key=lambda row: (not rows[row], not row.could_reach)))


def sending(lost: Iterable[Lost]) -> tuple[Unresolved, ...]:
    """Return those calls because of which messages may be missing."""
    return explained(one for one in lost if one.sends)


def _known_clients(program: Program) -> Clients:
    package = program.checkout.package
    folders = (name.removeprefix(f"{package}-").replace("-", "_") for name in starts(program))
    names = [*(f"{package}.{folder}.{_CLIENT}" for folder in dict.fromkeys(folders)), f"{package}.{_COMMON}"]
    modules = [module for module in map(program.module, names) if module is not None]
    found: dict[str, list[str]] = {}
    for module in modules:
        for function in _senders(module):
            found.setdefault(function.fact.name, []).append(function.name)
    methods = {name: tuple(clients) for name, clients in found.items()}
    return Clients(methods, frozenset(module.name for module in modules))


def _senders(module: Module) -> Iterator[FunctionDef]:
    for fact in module.facts.functions:
        if fact.class_ is None or fact.outer is not None or fact.name.startswith("_") or fact.name in _COMMON_NAMES:
            continue
        if any(module.facts.mentions(fact, word) for word in _SENDING):
            yield FunctionDef(module, fact.index)


def _row(lost: Lost) -> Unresolved:
    return Unresolved(
        lost.scope.module.path,
        lost.line,
        render(lost.expression),
        lost.why or _why(lost.expression, lost.scope),
        lost.could_reach,
    )


def _why(called: Expr, scope: object) -> str:
    """Say what is not known of what is called."""
    match called:
        case str():
            owner = called.rpartition(".")[0] or called
        case ("attr", inner, _):
            owner = render(inner)
        case _:
            owner = render(called)
    head = owner.partition(".")[0]
    if isinstance(scope, FunctionDef) and owner == head:
        for parameter in scope.fact.parameters:
            if parameter.name == head:
                return f"{head} is given by the caller, and not known"
    return f"the value of {owner} is not known"
