"""Sphinx: directives, nodes, the domain, transforms, configuration values, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.extension import assets, config, diagrams, domain, library, names, nodes, staleness

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ENV_VERSION = 4
"""Counts the shapes of what the extension keeps in Sphinx's environment; another one is read anew."""


def setup(app: Sphinx) -> None:
    """Add everything to Sphinx."""
    for part in (config, library, names, nodes, diagrams, assets, domain, staleness):
        part.setup(app)
