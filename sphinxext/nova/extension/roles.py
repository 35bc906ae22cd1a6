"""Roles for things that a checkout holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.roles import XRefRole

from sphinxext.nova.extension.library import library
from sphinxext.nova.extension.staleness import note
from sphinxext.nova.extension.warnings import warn
from sphinxext.nova.model import Kind, QuestionError, Source

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.environment import BuildEnvironment


class PathRole(XRefRole):
    """A folder or a file of a checkout: ``:openstack:folder:`nova/conductor```, ``:openstack:file:`nova/service.py```.

    In ``:openstack:folder:`havana:nova/cells``` the checkout is one of ``nova_checkouts``. The reference leads to the
    row of a layout that shows the path, or else to the path's source. A path that is not in the checkout is a warning
    of kind ``name``.
    """

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_explicit_title: bool,  # noqa: FBT001 - Sphinx's signature
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Look the path up in the checkout, leave its address on the node and normalise the target."""
        name, colon, path = target.rpartition(":")
        path = path.strip("/")
        refnode["openstack:checkout"] = name
        if not name and not library(env).config.checkout and not library(env).config.checkouts:
            # A project without a checkout of its own may refer to another project's pages.
            return title, path
        try:
            refnode["openstack:source"] = self._address(env, name, refnode["reftype"], path)
        except QuestionError as error:
            refnode["openstack:missing"] = True
            warn(error.kind, str(error), self.get_location())
        return (title.rpartition(":")[2] if colon and not has_explicit_title else title), path

    def _address(self, env: BuildEnvironment, name: str, objtype: str, path: str) -> str | None:
        books = library(env)
        spec = books.spec(name)
        # A file's own bytes count too: a file that differs from the commit has no link.
        note(env, spec, [Source("names" if objtype == "folder" else "file", path), Source("ref", "")])
        checkout = books.checkout(spec)
        if checkout.is_folder(path) if objtype == "folder" else checkout.exists(path):
            return books.link(checkout, path)
        raise QuestionError(Kind.NAME, f"no {objtype} {path} in {checkout.project} {checkout.release or spec}")

    def result_nodes(
        self,
        document: nodes.document,  # noqa: ARG002 - Sphinx's signature
        env: BuildEnvironment,  # noqa: ARG002
        node: nodes.Element,
        is_ref: bool,  # noqa: ARG002, FBT001
    ) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave just the text of what is not there: it has been warned of once."""
        return (list(node.children) if node.get("openstack:missing") else [node]), []
