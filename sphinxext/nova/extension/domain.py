"""The domain ``openstack``: what the pages show of a checkout, where, and from which of its files.

The domain is not called ``nova`` because Nova's own documentation registers a domain of that name
(``doc/ext/extra_specs.py``), and Sphinx allows one of a name.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from docutils import nodes
from sphinx.domains import Domain, ObjType
from sphinx.errors import NoUri
from sphinx.locale import get_translation
from sphinx.util.display import progress_message
from sphinx.util.nodes import make_refnode

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.db_calls import DbCalls
from sphinxext.nova.extension.layout import NovaLayout
from sphinxext.nova.extension.library import library
from sphinxext.nova.extension.only import NovaOnly
from sphinxext.nova.extension.periodic_tasks import PeriodicTasks
from sphinxext.nova.extension.roles import DbRole, EntryRole, OptionRole, PathRole, ServiceRole, TaskRole
from sphinxext.nova.extension.rpc_flow import RpcFlow
from sphinxext.nova.extension.rpc_methods import RpcMethods
from sphinxext.nova.extension.services import ServiceBootstrap
from sphinxext.nova.extension.warnings import warn, warn_problem
from sphinxext.nova.problems import CheckoutError, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

    from sphinxext.nova.extension.directives import NovaDirective
    from sphinxext.nova.problems import Problem, Source

_ = get_translation("sphinxext.nova")
__ = get_translation("sphinxext.nova", "console")

DIRECTIVES: dict[str, type[NovaDirective]] = {
    "db-calls": DbCalls,
    "nova-layout": NovaLayout,
    "nova-only": NovaOnly,
    "periodic-tasks": PeriodicTasks,
    "rpc-flow": RpcFlow,
    "rpc-methods": RpcMethods,
    "service-bootstrap": ServiceBootstrap,
}
"""The directives, which go by these names and by the domain's (``openstack:nova-layout``)."""


class ObjectKey(NamedTuple):
    """What an entry of the domain is called: its type, the checkout (``""``: the default one) and its name.

    The name is written as inventories and indexes can show it: :func:`~sphinxext.nova.escaping.visible`.
    """

    objtype: str
    checkout: str
    name: str

    @property
    def fullname(self) -> str:
        """The name with the checkout before it, as a role writes it."""
        return f"{self.checkout}:{self.name}" if self.checkout else self.name


class OpenStackDomain(Domain):
    """What there is in a checkout, and the record of what each page was made from."""

    name = "openstack"
    label = "OpenStack"
    object_types: ClassVar[dict[str, ObjType]] = {
        "folder": ObjType(_("folder"), "folder"),
        "file": ObjType(_("file"), "file"),
        "db": ObjType(_("database function"), "db"),
        "task": ObjType(_("periodic task"), "task"),
        "option": ObjType(_("config option"), "option"),
        "flow": ObjType(_("flow"), "flow"),
        "rpc": ObjType(_("RPC method"), "rpc"),
        "service": ObjType(_("service"), "service"),
    }
    roles: ClassVar[dict[str, Any]] = {
        "folder": PathRole(),
        "file": PathRole(),
        "db": DbRole(),
        "task": TaskRole(),
        "option": OptionRole(),
        "flow": EntryRole(),
        "rpc": EntryRole(),
        "service": ServiceRole(),
    }
    directives: ClassVar[dict[str, Any]] = dict(DIRECTIVES)
    initial_data: ClassVar[dict[str, Any]] = {"objects": {}, "problems": {}, "sources": {}, "stamps": {}}
    data_version = 1

    @property
    def objects(self) -> dict[ObjectKey, dict[str, str]]:
        """Where each object is shown: the anchor in each document that shows it."""
        return self.data["objects"]  # type: ignore[no-any-return]

    @property
    def sources(self) -> dict[str, dict[str, dict[Source, str | None]]]:
        """What each document was made from: for each checkout, the state of each source when it was read."""
        return self.data["sources"]  # type: ignore[no-any-return]

    @property
    def stamps(self) -> dict[str, str]:
        """The stamp of each checkout before it was read: while it is the same, so is everything in it."""
        return self.data["stamps"]  # type: ignore[no-any-return]

    @property
    def problems(self) -> dict[str, list[tuple[str, Problem, int]]]:
        """What was wrong with files of a checkout, for each document that needed them, and the line that did."""
        return self.data["problems"]  # type: ignore[no-any-return]

    def note_object(self, objtype: str, checkout: str, name: str, anchor: str) -> None:
        """Record that the current document shows an object."""
        self.objects.setdefault(ObjectKey(objtype, checkout, visible(name)), {}).setdefault(self.env.docname, anchor)

    def note_problem(self, spec: str, problem: Problem, line: int) -> None:
        """Record that a file of a checkout could not be read as it should for the current document."""
        self.problems.setdefault(self.env.docname, []).append((spec, problem, line))

    def note_sources(self, spec: str, stamp: str, states: dict[Source, str | None]) -> None:
        """Record what of a checkout the current document depends on; the stamp is empty where it cannot be opened."""
        if not stamp:
            self.stamps[spec] = ""  # What it was before may come back.
        self.stamps.setdefault(spec, stamp)
        self.sources.setdefault(self.env.docname, {}).setdefault(spec, {}).update(states)

    def shown(self) -> Iterator[tuple[ObjectKey, tuple[str, str]]]:
        """Give each object with the place that links lead to: the first in the order of document names."""
        for key, places in self.objects.items():
            yield key, min(places.items())

    def clear_doc(self, docname: str) -> None:
        """Forget what a document shows and what it was made from."""
        self.sources.pop(docname, None)
        self.problems.pop(docname, None)
        for key in [key for key, places in self.objects.items() if places.pop(docname, None) and not places]:
            del self.objects[key]

    def merge_domaindata(self, docnames: AbstractSet[str], otherdata: dict[str, Any]) -> None:
        """Take over what another process has read."""
        for key, places in otherdata["objects"].items():
            if mine := {docname: anchor for docname, anchor in places.items() if docname in docnames}:
                self.objects.setdefault(key, {}).update(mine)
        self.sources.update({name: read for name, read in otherdata["sources"].items() if name in docnames})
        self.problems.update({name: met for name, met in otherdata["problems"].items() if name in docnames})
        for spec, stamp in otherdata["stamps"].items():
            # Where two processes saw different checkouts, no stamp speaks for both, and the next build compares files.
            if self.stamps.setdefault(spec, stamp) != stamp:
                self.stamps[spec] = ""

    def resolve_xref(
        self,
        env: BuildEnvironment,  # noqa: ARG002 - Sphinx's signature
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> nodes.reference | None:
        """Lead to the row that shows an object; else to its source, whose address the role has left on the node."""
        target = visible(target)
        key = ObjectKey(typ, node.get("openstack:checkout", ""), target)
        if places := self.objects.get(key):
            # The page's own row, or that of the first page by its name.
            docname = fromdocname if fromdocname in places else min(places)
            try:
                return make_refnode(builder, fromdocname, docname, places[docname], contnode, target)
            except NoUri:
                return None
        if uri := node.get("openstack:source"):
            return nodes.reference("", "", contnode, internal=False, refuri=uri, reftitle=target)
        return None

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Look for ``target`` among the objects of every type."""
        return [
            (f"{self.name}:{self.role_for_objtype(objtype)}", reference)
            for objtype in self.object_types
            if (reference := self.resolve_xref(env, fromdocname, builder, objtype, target, node, contnode))
        ]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Give what goes into ``objects.inv`` and the search index."""
        for key, (docname, anchor) in sorted(self.shown()):
            yield key.fullname, key.fullname, key.objtype, docname, anchor, 1

    def get_full_qualified_name(self, node: Element) -> str | None:
        """Give the name by which another project finds what ``node`` refers to."""
        target = node.get("reftarget")
        if not target:
            return None
        return ObjectKey(node["reftype"], node.get("openstack:checkout", ""), visible(target)).fullname


def _before_reading(_app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    books = library(env)
    books.reading.update(docnames)
    spec = books.config.checkout
    if docnames and spec and not books.stamp(spec):
        # Opened once here rather than in each process of a parallel build. What is wrong with it is said by the
        # first directive that asks.
        with progress_message(__("reading checkout %s") % spec), contextlib.suppress(CheckoutError):
            books.checkout(spec)


def _report(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each bad file once, however many pages and processes met it, in an order that does not depend on them."""
    domain = cast("OpenStackDomain", env.domains["openstack"])
    books = library(env)
    met: dict[tuple[str, Problem], tuple[str, int]] = {}
    for docname, problems in sorted(domain.problems.items()):
        if docname in books.reading:
            for spec, problem, line in problems:
                met.setdefault((spec, problem), (docname, line))
    for (spec, problem), location in met.items():
        warn_problem(problem, spec, location)


def _check_catalogs(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of what is wrong in the user's catalogues, and of descriptions that no checkout needs any more."""
    domain = cast("OpenStackDomain", env.domains["openstack"])
    books = library(env)
    if not books.config.catalogs:
        return
    from sphinxext.nova.openstack.layout import holds

    specs = sorted({spec for read in domain.sources.values() for spec in read})
    for path, catalog, problems in books.user_catalogs:
        for problem in problems:
            warn(problem.kind, problem.message, f"{path}:{problem.line or 1}")
        for entry in catalog.entries:
            for spec in specs:
                with contextlib.suppress(CheckoutError):
                    checkout = books.checkout(spec)
                    if catalog.lookup(entry.path, checkout.release) is entry and not holds(checkout, entry.path):
                        warn(Kind.STALE, f"{entry.path} is described but not in {spec}", f"{path}:{entry.line or 1}")


def setup(app: Sphinx) -> None:
    """Add the domain and the directives' bare names to Sphinx."""
    app.add_domain(OpenStackDomain)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.connect("env-before-read-docs", _before_reading)
    app.connect("env-updated", _report)
    app.connect("env-check-consistency", _check_catalogs)
