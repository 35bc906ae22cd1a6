"""Resources: what ``mapper.resource`` of the library routes makes of a collection."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.rest.controllers import Route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.program import ClassDef

_PROJECT: Final = re.compile(r"^/?\{(?:project_id|tenant_id)\}(?=/|$)")
_PLACE: Final = re.compile(r":\((\w+)\)|:(\w+)|\{(\w+)(?::[^{}]*)?\}")
_OWN_URL: Final = frozenset({"POST", "GET", "ANY"})
"""Methods of HTTP for which an action of a member has a URL of its own always."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A collection of things with URLs of their own.

    ``on_collection`` and ``on_member`` are further methods of the controller with the HTTP method that asks for each.
    ``parent`` is the collection and the member's name of what each is a part of.
    """

    api: str
    collection: str
    controllers: tuple[ClassDef, ...]
    on_collection: Mapping[str, str] = field(default_factory=dict)
    on_member: Mapping[str, str] = field(default_factory=dict)
    parent: tuple[str, str] | None = None

    @property
    def path(self) -> str:
        """The URL of the collection."""
        if self.parent is None:
            return f"/{self.collection}"
        collection, member = self.parent
        return f"/{collection}/{{{member}_id}}/{self.collection}"


def routes(resource: Resource) -> Iterator[Route]:
    """Give the routes of a resource, as ``routes.Mapper.resource`` makes them.

    Of the methods that one HTTP method asks for, the first needs no URL of its own: ``update`` and ``delete`` of a
    member, and what is given for a collection instead of ``create``: ``PUT`` to it, say.
    """
    path, member = resource.path, f"{resource.path}/{{id}}"

    def route(http_method: str, url: str, method: str) -> Route:
        return Route(resource.api, http_method, url, method, resource.controllers)

    yield route("GET", path, "index")
    yield route("POST", path, "create")
    yield route("GET", f"{path}/new", "new")
    for http_method, methods in _by_method(resource.on_collection).items():
        if http_method not in {"GET", "POST"}:
            yield route(http_method, path, methods.pop(0))
        for method in methods:
            yield route(http_method, f"{path}/{method}", method)
    yield route("GET", member, "show")
    yield route("PUT", member, "update")
    yield route("DELETE", member, "delete")
    yield route("GET", f"{member}/edit", "edit")
    for http_method, methods in _by_method(resource.on_member).items():
        if http_method not in _OWN_URL | {"PUT", "DELETE"}:
            yield route(http_method, member, methods.pop(0))
        for method in methods:
            yield route("POST" if http_method == "ANY" else http_method, f"{member}/{method}", method)


def normal_path(path: str) -> str | None:
    """Return a path in one notation: ``:id`` and ``{id:regex}`` become ``{id}``, a project's id goes.

    ``None`` for a path with an ending for the format, which is there twice.
    """
    places = _PLACE.sub(lambda match: f"{{{match[1] or match[2] or match[3]}}}", path)
    if "{format}" in places:
        return None
    return "/" + _PROJECT.sub("", places).strip("/")


def _by_method(methods: Mapping[str, str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for method, http_method in methods.items():
        found[http_method.upper()].append(method)
    return found
