"""What each folder and file of Nova is for: the bundled catalogue, and the reading of a user's own.

A catalogue is a TOML file of ``[[entry]]`` tables: a path, its description by language, and where the meaning of the
path changed over the years, the first and the last release for which the description holds.
"""

from __future__ import annotations

import functools
import importlib.resources

from sphinxext.nova.catalog.entries import Catalog, CatalogEntry
from sphinxext.nova.catalog.reading import load

__all__ = ["Catalog", "CatalogEntry", "bundled", "load"]


@functools.cache
def bundled() -> Catalog:
    """Return the catalogue that comes with the extension, which describes Nova from 2010.1 on."""
    data = importlib.resources.files(__name__).joinpath("nova.toml").read_bytes()
    return load(data, name="nova.toml")[0]
