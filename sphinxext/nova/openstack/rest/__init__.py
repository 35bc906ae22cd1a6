"""The REST API: what can be asked of it, and the method that answers, in every era of its routing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack import mentions
from sphinxext.nova.openstack.rest.ec2 import ec2
from sphinxext.nova.openstack.rest.route_list import DECLARATIONS, LIST, listed, placement
from sphinxext.nova.openstack.rest.routers import api_of, routed, routers
from sphinxext.nova.program import FunctionDef

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinxext.nova.model import RestAction
    from sphinxext.nova.openstack.rest.route_list import Wanted
    from sphinxext.nova.program import ClassDef, Program

_WORDS: Final = ("mapper.resource", "APIRouter", "APIRouterV3", "APIRouterV21", LIST, DECLARATIONS)
"""What the modules hold that map URLs to controllers."""
_PREFIX: Final = re.compile(r"\s*(v\d(?:\.\d+)?|ec2|volume|placement)\s*:\s*", re.IGNORECASE)
_PLACE: Final = re.compile(r"\{[^{}]*\}")
_LEGACY: Final = "legacy_v2"
_PREFERRED: Final = ("v2.1", "v1.1", "v1.0", "v3")
"""Which API is meant where several have an action and the question does not say; v2 is before or after the first."""


def rest_actions(program: Program) -> tuple[RestAction, ...]:
    """Return every action of the REST APIs of a checkout; the API that is preferred comes first.

    Where methods of one name answer different microversions, there is an action for each, the newest first.
    """
    return program.remember("rest actions", lambda: _ordered(_actions(program, lambda _method, _path: True)))


def rest_actions_for(program: Program, asked: str) -> tuple[RestAction, ...]:
    """Return the actions among which :func:`find_rest_action` finds the same as among all.

    With a table of routes (16.0.0 and newer) the controllers of all other routes need not be read for that.
    """
    wanted = f"{_split(asked)[1]} "

    def is_wanted(http_method: str, path: str) -> bool:
        return wanted.startswith(f"{_comparable(f'{http_method} {path}')} ")

    return _ordered(_actions(program, is_wanted))


def find_rest_action(actions: Iterable[RestAction], asked: str) -> tuple[RestAction, ...]:
    """Return the actions that ``POST /servers/{id}/action resize`` means; several where that is ambiguous.

    What stands in braces is not compared, nor is upper and lower case of the HTTP method. ``v3:`` and so on before it
    chooses the API; else the one that :func:`rest_actions` puts first answers, which is v2 or v2.1. Of several
    microversions the newest is meant.
    """
    api, wanted = _split(asked)
    found = [
        action
        for action in actions
        if (api is None or action.api == api) and wanted in {_comparable(action.name), _bare(action)}
    ]
    chosen: dict[tuple[str, str], RestAction] = {}
    for action in found:
        if action.api == found[0].api:
            chosen.setdefault((action.controller, action.name), action)
    return tuple(chosen.values())


def function_of(action: RestAction, program: Program) -> FunctionDef | None:
    """Return the function that an action calls; by its place, as several may have its name."""
    module = program.module_at(action.file)
    if module is None:
        return None
    called = module.facts.functions_called(action.function.rpartition(".")[2])
    return next((FunctionDef(module, fact.index) for fact in called if fact.line == action.line), None)


def _split(asked: str) -> tuple[str | None, str]:
    """Return the API that a question names, and the rest of it, comparable."""
    prefix = _PREFIX.match(asked)
    return (prefix[1].lower(), _comparable(asked[prefix.end() :])) if prefix else (None, _comparable(asked))


def _comparable(name: str) -> str:
    http_method, _, rest = " ".join(name.split()).partition(" ")
    path, space, action = rest.partition(" ")
    return f"{http_method.upper()} {_PLACE.sub('{}', path).rstrip('/') or '/'}{space}{action}"


def _bare(action: RestAction) -> str | None:
    """Return the name of an EC2 action without the API."""
    return _comparable(action.action) if action.api == "ec2" and action.action else None


def _actions(program: Program, wanted: Wanted) -> Iterator[RestAction]:
    folder = f"{program.checkout.package}/api"
    program.note("tree", folder)
    paths = mentions.mentioning(program, folder, _WORDS)
    program.load(paths)
    modules = [module for module in map(program.module_at, paths) if module is not None]
    for router in _served(routers(modules), program):
        yield from listed(router.module, api_of(router), wanted)
        yield from routed(router)
    for module in modules:
        yield from placement(module)
    yield from ec2(program)


def _served(found: Sequence[ClassDef], program: Program) -> list[ClassDef]:
    """Return the routers that the sample configuration of the paste library names; all, where there is none.

    12.0.0 still had the router of v3, which nothing led to any more.
    """
    path = f"etc/{program.checkout.project}/api-paste.ini"
    program.note("file", path)
    found_there = dict(program.read_many([path] if program.checkout.exists(path) else ()))
    text = found_there.get(path, b"").decode("utf-8", "replace")
    named = [router for router in found if f"{router.module.name}:{router.fact.name}." in text]
    return named or list(found)


def _ordered(actions: Iterable[RestAction]) -> tuple[RestAction, ...]:
    found = list(dict.fromkeys(actions))
    legacy = any(f"/{_LEGACY}/" in action.file for action in found)
    order = [*(_PREFERRED[:1] if legacy else ()), "v2", *_PREFERRED]
    return tuple(sorted(found, key=lambda action: order.index(action.api) if action.api in order else len(order)))
