"""Sphinx directives that read an OpenStack Nova checkout while the documentation is built."""

# Nothing of Python's own library is imported here, not even __future__: see __main__.py.
from sphinxext.nova._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["__version__", "setup"]


def setup(app: "Sphinx") -> "ExtensionMetadata":
    """Add the extension to Sphinx."""
    # Imported here, so that the command line, which needs none of it, starts without Sphinx.
    from sphinxext.nova import extension  # noqa: PLC0415

    app.require_sphinx("7.2")
    extension.setup(app)
    return {
        "version": __version__,
        "env_version": extension.ENV_VERSION,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
