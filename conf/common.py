"""What all editions of the documentation have in common; each edition is a folder beside this file.

An edition is the same prose about another checkout: ``sphinx-build -c conf/EDITION docs OUTPUT``. Its conf.py takes
its settings from :func:`settings`.
"""

from __future__ import annotations

import os
import tomllib
import warnings
from pathlib import Path

from sphinx.errors import ConfigError

from sphinxext.nova import __version__
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.problems import CheckoutError

ROOT = Path(__file__).resolve().parent.parent

MERMAID = ROOT / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
"""What draws the diagrams; `npm ci` puts it there. Without it the reader's browser gets it from the network."""

# One for each function that is documented, about a method of Sphinx that is not ours to stop using.
warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"sphinx_autodoc_typehints\.")


def newest_release() -> str:
    """Return the path of the newest Nova release, which ``tools/get_release.py`` unpacks."""
    with (ROOT / "releases.toml").open("rb") as file:
        path: Path = ROOT / "build" / tomllib.load(file)["docs"]
    if not path.is_dir():
        message = f"{path} is not there: run `make docs`, or `python tools/get_release.py` once before sphinx-build"
        raise ConfigError(message)
    return str(path)


def checkout_of(variable: str) -> str | None:
    """Return the checkout that an environment variable names, None if it names none.

    A relative path starts at this repository, where ``make`` runs; while a conf.py is read, the current folder is that
    of the conf.py. What follows an ``@``, a revision, is left as it is.
    """
    path, at, revision = os.environ.get(variable, "").partition("@")
    return f"{(ROOT / Path(path).expanduser()).resolve()}{at}{revision}" if path else None


def settings(checkout: str) -> dict[str, object]:
    """Return the configuration of an edition about ``checkout`` (see ``nova_checkout``)."""
    try:
        nova = open_checkout(checkout)
    except CheckoutError as error:
        raise ConfigError(str(error)) from error
    return {
        "project": "sphinxext-nova",
        "author": "The sphinxext-nova authors",
        "copyright": "The sphinxext-nova authors",
        "version": __version__,
        "release": __version__,
        "extensions": [
            "sphinxext.nova",
            "sphinx.ext.autodoc",
            "sphinx_autodoc_typehints",
            "myst_parser",
            "reference",  # the module beside this one
            *os.environ.get("DOCS_EXTENSIONS", "").split(),  # of a theme that has to be loaded as one
        ],
        "nova_checkout": checkout,
        "nova_mermaid": "local" if MERMAID.is_file() else "sphinxcontrib",
        "mermaid_height": "auto",
        "html_static_path": [str(MERMAID)] if MERMAID.is_file() else [],
        "numfig": True,
        "html_theme": "furo",
        "html_title": f"sphinxext-nova {__version__}, about Nova {nova.release or 'of no known release'}",
        "html_baseurl": os.environ.get("READTHEDOCS_CANONICAL_URL", ""),
        "autodoc_member_order": "bysource",
        "autodoc_default_options": {"no-value": True},
        "nitpick_ignore_regex": NITPICK_IGNORE,
        # sphinx-autodoc-typehints tries to import what Sphinx and docutils import for type checkers alone; some of it
        # is not there at run time. Nor can it follow an alias that refers to itself, as that of expressions does.
        "suppress_warnings": [
            "sphinx_autodoc_typehints.guarded_import",
            "sphinx_autodoc_typehints.forward_reference",
        ],
    }


# No build fetches an inventory, so that it works without a network. What is not documented here can then not be
# linked to, and nitpicky mode is told whose it is:
NITPICK_IGNORE = [
    # Python's own,
    ("py:.*", r"(argparse|ast|collections|configparser|dataclasses|enum|pathlib|re|sqlite3|types|typing)\..*"),
    ("py:data", "Ellipsis"),
    ("py:mod", "ast|marshal"),
    # and those of the libraries that stand in our signatures.
    ("py:.*", r"(docutils|sphinx|tree_sitter)\..*"),
    # Aliases of unions, and what only a type checker imports: an annotation shows the bare name.
    ("py:(class|data)", "Binding|CallForm|Classes|Definition|Keyword|Node|Value"),
    # Fields of a dataclass, or of a named tuple, are described by its docstring and are no objects of their own.
    ("py:attr", ".*"),
]
