"""The table ``ROUTE_LIST`` of ``nova/api/openstack/compute/routes.py`` (16.0.0 and newer), and Placement's.

An entry is a path with, by HTTP method, a factory of the controller and the method's name. The factory is a
``functools.partial`` of the main controller and of lists of controllers that were added to it. Placement, which was a
part of Nova from 14.0.0 to 19.0.0, has a dictionary from paths to functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sphinxext.nova.model import RestAction
from sphinxext.nova.openstack.rest.controllers import Route, actions
from sphinxext.nova.openstack.rest.resources import normal_path
from sphinxext.nova.program import Assigned, ClassDef, FunctionDef, evaluate, member_of, resolve
from sphinxext.nova.syntax.walking import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sphinxext.nova.program import Module, Scope
    from sphinxext.nova.syntax.forms import Expr, Pair

Wanted: TypeAlias = "Callable[[str, str], bool]"
"""Tells whether the actions of a method of HTTP and a path are asked for."""

LIST: Final = "ROUTE_LIST"
DECLARATIONS: Final = "ROUTE_DECLARATIONS"


def listed(module: Module, api: str, wanted: Wanted) -> Iterator[RestAction]:
    """Give the actions of a module's ``ROUTE_LIST``; entries that send to another path are none.

    Controllers are looked for only where the route is wanted.
    """
    table = _table(module, LIST)
    match table.value if table is not None else None:
        case ("tuple" | "list", entries):
            for entry in entries:
                match entry:
                    case ("tuple", (path, ("dict", methods))):
                        url = evaluate(path, module)
                        if isinstance(url, str):
                            yield from _entry(url, methods, module, api, wanted)


def _entry(url: str, methods: tuple[Pair, ...], module: Module, api: str, wanted: Wanted) -> Iterator[RestAction]:
    path = normal_path(url)
    for key, target in methods:
        http_method = evaluate(key, module)
        match target:
            case ("list" | "tuple", (factory, name)):
                method = evaluate(name, module)
                if not isinstance(http_method, str) or not isinstance(method, str) or path is None:
                    continue
                if wanted(http_method, path):
                    main, others = _controllers(factory, module)
                    yield from actions(Route(api, http_method, path, method, main), others)


@dataclass(frozen=True, slots=True)
class _Added:
    """The controllers that were added to the main one; looked for when somebody goes through them."""

    expressions: tuple[Expr, ...]
    scope: Scope

    def __iter__(self) -> Iterator[ClassDef]:
        for expression in self.expressions:
            yield from _classes(expression, self.scope)


def _controllers(factory: Expr, module: Module) -> tuple[tuple[ClassDef, ...], Iterable[ClassDef]]:
    """Return the main controller and those that were added to it: ``partial(_create_controller, A, [B, C])``."""
    definition = resolve(factory, module)
    match definition.value if isinstance(definition, Assigned) else factory:
        case ("call", _, (_, main, *others), keywords, _, _):
            scope = definition.scope if isinstance(definition, Assigned) else module
            return tuple(_classes(main, scope)), _Added((*others, *dict(keywords).values()), scope)
    return (), ()


def _classes(expression: Expr, scope: Scope) -> Iterator[ClassDef]:
    for part in inside(expression):
        found = resolve(part, scope) if isinstance(part, str) else None
        if isinstance(found, ClassDef):
            yield found


def placement(module: Module) -> Iterator[RestAction]:
    """Give the actions of a module's ``ROUTE_DECLARATIONS``, whose functions are of no class."""
    table = _table(module, DECLARATIONS)
    match table.value if table is not None else None:
        case ("dict", entries):
            for path, methods in entries:
                url = evaluate(path, module)
                match methods:
                    case ("dict", pairs) if isinstance(url, str):
                        for key, target in pairs:
                            http_method = evaluate(key, module)
                            function = resolve(target, module)
                            if isinstance(http_method, str) and isinstance(function, FunctionDef):
                                yield _function(http_method, f"/{url.strip('/')}", function)


def _function(http_method: str, path: str, function: FunctionDef) -> RestAction:
    return RestAction(
        name=f"{http_method} {path}",
        http_method=http_method,
        path=path,
        action=None,
        api="placement",
        controller=function.module.name,
        function=function.name,
        file=function.module.path,
        line=function.fact.line,
    )


def _table(module: Module, name: str) -> Assigned | None:
    return next((found for found in member_of(module, name) if isinstance(found, Assigned)), None)
