"""Controllers: classes whose methods answer requests, and which method answers which one.

A route names a method of the controller. Where it names ``action``, or the controller has no such method, the key of
the request's body chooses, or what other controllers have added under that name: see ``Resource.get_method`` of
``nova/api/openstack/wsgi.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.model import RestAction
from sphinxext.nova.program import ClassDef, FunctionDef, evaluate, lookup, mro
from sphinxext.nova.syntax.walking import expressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinxext.nova.syntax.forms import Expr

ACTION: Final = "action"
"""The method that a route names where the body of the request says what to do."""
_STANDARD: Final = frozenset({"create", "delete", "update", "show"})
"""Methods for which other controllers may step in; the last two in 2013.1 and newer."""


class Route(NamedTuple):
    """A method of HTTP and a URL, and the method of a controller that they lead to."""

    api: str
    http_method: str
    path: str
    """Without the API's version and the project's id: ``/servers/{server_id}/metadata``."""
    method: str
    controllers: tuple[ClassDef, ...]


def actions(route: Route, others: Iterable[ClassDef] = ()) -> Iterator[RestAction]:
    """Give the actions behind a route; ``others`` are controllers that were added to its own.

    They are gone through only where they may step in: most are of files that need not be read for the route.
    """
    for controller in route.controllers:
        found = versions(controller, route.method)
        if found and route.method == ACTION:
            for function in found[:1]:
                yield from _dispatched(route, controller, function)
        elif found:
            for function in found:
                yield _action(route, None, controller, function)
        elif route.method == ACTION or route.method in _STANDARD:
            yield from _stepping_in(route, (controller, *others))


def _stepping_in(route: Route, controllers: Iterable[ClassDef]) -> Iterator[RestAction]:
    """Give the actions that controllers have registered for a route; one may have those of the main one, inherited."""
    seen = set()
    for controller in controllers:
        for key, functions in _registered(controller).items():
            wanted = key not in _STANDARD if route.method == ACTION else key == route.method
            for function in functions if wanted else ():
                if (key, function) not in seen:
                    seen.add((key, function))
                    yield _action(route, key if route.method == ACTION else None, controller, function)


def named(route: Route, key: str, controller: ClassDef, name: str) -> Iterator[RestAction]:
    """Give the action ``key`` of a route that a certain method of a controller answers."""
    for function in versions(controller, name):
        yield _action(route, key, controller, function)


def _action(route: Route, key: str | None, controller: ClassDef, function: FunctionDef) -> RestAction:
    return RestAction(
        name=f"{route.http_method} {route.path}{f' {key}' if key else ''}",
        http_method=route.http_method,
        path=route.path,
        action=key,
        api=route.api,
        controller=controller.name,
        function=function.name,
        file=function.module.path,
        line=function.fact.line,
    )


def versions(controller: ClassDef, name: str) -> Sequence[FunctionDef]:
    """Return the methods of this name, of which each may answer a range of microversions, the newest first.

    ``@wsgi.Controller.api_version('2.1', '2.9')`` and ``@wsgi.api_version``: several of one name, 2015.1.0 and newer.
    """
    member = lookup(controller, name)
    if member is None:
        return ()
    same = [fact for fact in member.owner.module.facts.functions_called(name) if fact.class_ == member.owner.index]
    found = [FunctionDef(member.owner.module, fact.index) for fact in same]
    ordered = sorted(((_since(function), function) for function in found), key=lambda pair: pair[0] or (), reverse=True)
    if len(found) > 1 and any(since is not None for since, _ in ordered):
        return [function for _, function in ordered]
    return found[-1:]


def _since(function: FunctionDef) -> tuple[int, ...] | None:
    """Return the microversion from which on a method answers, ``None`` where it does not say so."""
    for decorator in function.fact.decorators:
        match decorator.expression:
            case ("call", str(name), arguments, keywords, _, _) if name.rpartition(".")[2] == "api_version":
                first = arguments[0] if arguments else dict(keywords).get("min_ver")
                version = evaluate(first, function.outer)
                parts = version.split(".") if isinstance(version, str) else []
                return tuple(int(part) for part in parts if part.isdecimal())
    return None


def _registered(controller: ClassDef) -> dict[str, Sequence[FunctionDef]]:
    """Return the methods with ``@wsgi.action('resize')``, by what they are registered for. 2012.1 and newer."""
    names: dict[str, str] = {}
    for ancestor in reversed([one for one in mro(controller) if isinstance(one, ClassDef)]):
        for fact in ancestor.module.facts.functions:
            if fact.class_ == ancestor.index:
                for decorator in fact.decorators:
                    match decorator.expression:
                        case ("call", str(name), (argument,), (), _, _) if name.rpartition(".")[2] == "action":
                            key = evaluate(argument, ancestor)
                            if isinstance(key, str):
                                names[key] = fact.name
    return {key: versions(controller, name) for key, name in names.items()}


def _dispatched(route: Route, controller: ClassDef, function: FunctionDef) -> Iterator[RestAction]:
    """Give the actions of a method that chooses by itself.

    ``actions = {'resize': self._action_resize}`` (2011.2 to 2013.2, in some controllers until 14.0.0); in 2010.1 and
    2011.1 the method knows one action, ``input_dict['reboot']``.
    """
    keys: dict[str, str] = {}
    read: list[str] = []
    for expression in expressions(function.body):
        match expression:
            case ("dict", pairs):
                for key, value in pairs:
                    name = _method(value)
                    match key:
                        case ("str", text) if name and lookup(controller, name) is not None:
                            keys[text] = name
            case ("subscript", str(), ("str", text)):
                read.append(text)
    for key, name in keys.items():
        yield from named(route, key, controller, name)
    if not keys:
        for key in list(dict.fromkeys(read))[:1]:
            yield _action(route, key, controller, function)


def _method(expression: Expr) -> str | None:
    match expression:
        case str() if expression.startswith("self.") and expression.count(".") == 1:
            return expression.removeprefix("self.")
    return None
