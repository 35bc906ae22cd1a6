"""Routers: classes that map URLs to controllers with ``mapper.resource`` and ``mapper.connect``. 2010.1 to 15.0.0.

Their routes are made in ``__init__`` and the methods that it calls (``_setup_routes``, 2011.2 and newer). Other
projects have such routers still.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.rest.bodies import Frame, run
from sphinxext.nova.openstack.rest.controllers import ACTION, Route, actions, named
from sphinxext.nova.openstack.rest.extensions import (
    Extended,
    extended,
    in_folders,
    in_group,
    methods_of,
    parent_of,
)
from sphinxext.nova.openstack.rest.resources import Resource, normal_path, routes
from sphinxext.nova.program import ClassDef, FunctionDef, attribute, evaluate, lookup, member_of, mro

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.model import RestAction
    from sphinxext.nova.program import Module
    from sphinxext.nova.syntax.forms import CallForm

_VERSIONED: Final = re.compile(r"V(\d)(\d?)$")
_VERSION: Final = re.compile(r"v\d")
_SUFFIX: Final = "Router"
_GROUPS: Final = ("API_EXTENSION_NAMESPACE", "api_extension_namespace")
"""The attribute (2013.2 and 2014.1) or method (2014.2 to 15.0.0) that names the group of a router's extensions."""
_MANAGER: Final = "ExtensionManager"
_FIRST: Final = "v1.0"


def routers(modules: Sequence[Module]) -> list[ClassDef]:
    """Return the routers among the classes of some modules, without those that others of them derive from."""
    found = [
        ClassDef(module, fact.index)
        for module in modules
        for fact in module.facts.classes
        if _SUFFIX in fact.name and fact.outer is None
    ]
    bases = {base for class_ in found for base in mro(class_)[1:]}
    return [class_ for class_ in found if class_ not in bases]


def api_of(router: ClassDef) -> str:
    """Return the name of the API that a router is of.

    ``APIRouterV21`` is v2.1; elsewhere the module says it (``cinder/api/v3``, ``openstack/volume``). A router of that
    name alone is of v1.0 (2010.1 and 2011.1) or, in the folder ``compute``, of v2 (2012.1 to 13.0.0).
    """
    versioned = _VERSIONED.search(router.fact.name)
    if versioned:
        return f"v{versioned[1]}" if not versioned[2] else f"v{versioned[1]}.{versioned[2]}"
    parts = router.module.name.split(".")
    version = next(filter(_VERSION.fullmatch, parts), None)
    if version:
        return version
    return "v2" if parts[-1] == "compute" else "volume" if parts[-1] == "volume" else _FIRST


def routed(router: ClassDef) -> Iterator[RestAction]:
    """Give the actions of a router, in the order in which it maps them, and then those of its extensions."""
    api = api_of(router)
    resources: list[Resource] = []
    connected: list[Route] = []
    init = lookup(router, "__init__")
    if init is not None and isinstance(init.definition, FunctionDef):
        run(Frame(init.definition, router, {}), lambda call, frame: _read(call, frame, api, resources, connected))
    added = extended(_extensions(router, api), api)
    resources += added.resources
    for resource, other in added.inheriting:
        controllers = next((one.controllers for one in resources if one.collection == other), ())
        resources.append(Resource(api, resource.collection, controllers, resource.on_collection, resource.on_member))
    for function, owner, resource in added.customs:
        names = [parameter.name for parameter in function.fact.parameters[-1:]]
        frame = Frame(function, owner, {}, objects=dict.fromkeys(names, resource.controllers))
        run(frame, lambda call, frame: _read(call, frame, api, resources, connected))
    for resource in resources:
        others = added.controllers.get(resource.collection, ()) if resource.parent is None else ()
        for route in routes(resource):
            yield from actions(route, others)
    for route in connected:
        yield from actions(route)
    yield from _actions(added, api)


def _actions(added: Extended, api: str) -> Iterator[RestAction]:
    for collection, name, controller, method in added.actions:
        route = Route(api, "POST", f"/{collection}/{{id}}/{ACTION}", ACTION, (controller,))
        yield from named(route, name, controller, method)


def _read(call: CallForm, frame: Frame, api: str, resources: list[Resource], connected: list[Route]) -> None:
    match call:
        case ("call", str(function), (_, collection, *_), keywords, _, _) if function.endswith("mapper.resource"):
            given = dict(keywords)
            name = frame.value(collection)
            if isinstance(name, str):
                resource = Resource(
                    api,
                    name,
                    frame.classes(given.get("controller")),
                    methods_of(frame.value(given.get("collection"))),
                    methods_of(frame.value(given.get("member"))),
                    parent_of(frame.value(given.get("parent_resource"))),
                )
                resources.append(resource)
        case ("call", str(function), (*_, last), keywords, _, _) if function.endswith("mapper.connect"):
            given = dict(keywords)
            url, method = frame.value(last), frame.value(given.get("action"))
            path = normal_path(url) if isinstance(url, str) else None
            if path is not None and isinstance(method, str):
                controllers = frame.classes(given.get("controller"))
                connected += [
                    Route(api, verb, path, method, controllers) for verb in _verbs(frame.value(given.get("conditions")))
                ]


def _verbs(conditions: object) -> list[str]:
    match conditions:
        case {"method": list() | tuple() as verbs}:
            return [verb for verb in verbs if isinstance(verb, str)]
    return ["GET"]


def _extensions(router: ClassDef, api: str) -> Iterator[ClassDef]:
    program = router.module.program
    group = _group(router)
    if group is not None:
        yield from in_group(group, program)
    elif api != _FIRST:  # its pipeline in etc/nova/api-paste.ini has no extensions
        yield from _manager(router)
        folder = router.module.path.rpartition("/")[0]
        yield from in_folders(folder, program)
        if _VERSION.fullmatch(folder.rpartition("/")[2]):
            yield from in_folders(folder.rpartition("/")[0], program)


def _manager(router: ClassDef) -> Iterator[ClassDef]:
    """Give the class that loads a router's extensions: it has a resource too, the list of them."""
    named = member_of(router, _MANAGER)
    beside = router.module.program.module(f"{router.module.name}.extensions")
    for found in (*named, *(member_of(beside, _MANAGER) if beside is not None else ())):
        if isinstance(found, ClassDef):
            yield found
            return


def _group(router: ClassDef) -> str | None:
    """Return the group of entry points that a router loads its extensions from, ``None`` for none."""
    for name in _GROUPS:
        for assigned in attribute(router, name)[:1]:
            value = evaluate(assigned.value, assigned.scope)
            if isinstance(value, str):
                return value
        member = lookup(router, name)
        if member is not None and isinstance(member.definition, FunctionDef):
            for statement in member.definition.body:
                match statement:
                    case ("return", _, ("str", group)):
                        return group
    return None
