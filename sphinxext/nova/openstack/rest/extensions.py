"""Extensions: classes that give an API further resources, and further actions of resources that it has.

In 2011.2 to 13.0.0 they are found by their place and name, ``contrib/floating_ips.py`` having the class
``Floating_ips``; in 2013.2 to 15.0.0 also by entry points of the group that the router names. Each has
``get_resources``, ``get_controller_extensions`` (2012.1 and newer) or ``get_actions`` (2011.2 and 2011.3).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.entry_points import declared
from sphinxext.nova.openstack.rest.bodies import Frame, arguments_of, run
from sphinxext.nova.openstack.rest.resources import Resource
from sphinxext.nova.program import ClassDef, FunctionDef, imported_by_string, lookup, member_of, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.program import Program
    from sphinxext.nova.syntax.forms import CallForm, Expr

_METHODS: Final = ("get_resources", "get_controller_extensions", "get_actions")
_FOLDERS: Final = ("contrib", "legacy_v2/contrib")
"""Where extensions are, next to the module of the router; the second one in 12.0.0 and 13.0.0."""


@dataclass(slots=True)
class Extended:
    """What the extensions of an API add."""

    resources: list[Resource] = field(default_factory=list)
    inheriting: list[tuple[Resource, str]] = field(default_factory=list)
    """Resources that have the controllers of another collection, and that collection."""
    customs: list[tuple[FunctionDef, ClassDef, Resource]] = field(default_factory=list)
    """Methods that connect further routes to a resource of their extension."""
    controllers: dict[str, list[ClassDef]] = field(default_factory=dict)
    """Controllers that are added to those of a collection."""
    actions: list[tuple[str, str, ClassDef, str]] = field(default_factory=list)
    """Collection, name of the action, controller, and its method. 2011.2 and 2011.3."""


def extended(extensions: Iterable[ClassDef], api: str) -> Extended:
    """Return what extension classes add to an API."""
    found = Extended()
    for class_ in extensions:
        for name in _METHODS:
            member = lookup(class_, name)
            if member is not None and isinstance(member.definition, FunctionDef):
                run(Frame(member.definition, class_, {}), lambda call, frame: _read(call, frame, api, found))
    return found


def in_folders(folder: str, program: Program) -> Iterator[ClassDef]:
    """Give the extensions in the folders for them next to a router, in the order of their files."""
    for name in _FOLDERS:
        place = f"{folder}/{name}"
        program.note("names", place)
        paths = [path for path in program.source_files(place) if not path.endswith("__init__.py")]
        program.load(paths)
        for module in filter(None, map(program.module_at, paths)):
            stem = module.name.rpartition(".")[2]
            for found in member_of(module, f"{stem[:1].upper()}{stem[1:]}")[:1]:
                if isinstance(found, ClassDef):
                    yield found


def in_group(group: str, program: Program) -> Iterator[ClassDef]:
    """Give the extensions that are entry points of a group, in the order of their names."""
    for point in sorted(declared(program).groups.get(group, ()), key=lambda point: point.name):
        found = imported_by_string(point.target, program)
        if isinstance(found, ClassDef):
            yield found


def _read(call: CallForm, frame: Frame, api: str, found: Extended) -> None:
    class_ = resolve(call[1], frame.function) if isinstance(call[1], str) else None
    if not isinstance(class_, ClassDef):
        return
    init = lookup(class_, "__init__")
    given = arguments_of(
        call, init.definition if init is not None and isinstance(init.definition, FunctionDef) else None
    )
    collection = frame.value(given.get("collection"))
    if not isinstance(collection, str):
        return
    match class_.fact.name:
        case "ResourceExtension":
            _resource(collection, given, frame, api, found)
        case "ControllerExtension":
            found.controllers.setdefault(collection, []).extend(frame.classes(given.get("controller")))
        case "ActionExtension":
            _action(collection, given, frame, found)


def _resource(collection: str, given: Mapping[str, Expr], frame: Frame, api: str, found: Extended) -> None:
    parent = frame.value(given.get("parent"))
    resource = Resource(
        api,
        collection,
        frame.classes(given.get("controller")),
        methods_of(frame.value(given.get("collection_actions"))),
        methods_of(frame.value(given.get("member_actions"))),
        parent_of(parent),
    )
    inherits = frame.value(given.get("inherits"))
    if not resource.controllers and isinstance(inherits, str):
        found.inheriting.append((resource, inherits))
        return
    found.resources.append(resource)
    custom = given.get("custom_routes_fn")
    if isinstance(custom, str) and custom.startswith("self.") and frame.owner is not None:
        member = lookup(frame.owner, custom.removeprefix("self."))
        if member is not None and isinstance(member.definition, FunctionDef):
            found.customs.append((member.definition, frame.owner, resource))


def _action(collection: str, given: Mapping[str, Expr], frame: Frame, found: Extended) -> None:
    name, handler = frame.value(given.get("action_name")), given.get("handler")
    if not isinstance(name, str) or not isinstance(handler, str) or "." not in handler:
        return
    receiver, _, method = handler.rpartition(".")
    controllers = (frame.owner,) if receiver == "self" else frame.classes(receiver)
    for controller in filter(None, controllers):
        found.actions.append((collection, name, controller, method))


def methods_of(value: object) -> dict[str, str]:
    """Return a dictionary of a controller's methods and HTTP methods, as far as it is one."""
    if not isinstance(value, dict):
        return {}
    return {key: verb for key, verb in value.items() if isinstance(key, str) and isinstance(verb, str)}


def parent_of(value: object) -> tuple[str, str] | None:
    """Return the collection and the member's name of ``parent_resource``."""
    match value:
        case {"collection_name": str(collection), "member_name": str(member)}:
            return collection, member
    return None
