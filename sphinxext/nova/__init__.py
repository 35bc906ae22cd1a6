"""Sphinx directives that read an OpenStack Nova checkout while the documentation is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova._version import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["__version__", "setup"]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the extension to Sphinx."""
    # Imported here, so that the command line, which needs none of it, starts without Sphinx.
    from sphinxext.nova import extension  # noqa: PLC0415

    app.require_sphinx("7.2")
    app.setup_extension("sphinxcontrib.mermaid")
    extension.setup(app)
    return {
        "version": __version__,
        "env_version": extension.ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
