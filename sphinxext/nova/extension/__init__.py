"""Sphinx: directives, nodes, the domain, transforms, configuration values, warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinxext.nova.extension import config, diagrams, domain, library, nodes, staleness

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ENV_VERSION = 3
"""Counts the shapes of what the extension keeps in Sphinx's environment; another one is read anew."""


def setup(app: Sphinx) -> None:
    """Add everything to Sphinx."""
    for part in (config, library, nodes, diagrams, domain, staleness):
        part.setup(app)
    app.add_css_file("sphinxext-nova.css")
    app.connect("builder-inited", _add_static)


def _add_static(app: Sphinx) -> None:
    # After Sphinx has compared the configuration with that of the last build, which this is not part of.
    app.config.html_static_path.append(str(Path(__file__).with_name("static")))
