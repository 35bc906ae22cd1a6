"""The checkouts and catalogues that the pages of one build read, each opened once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sphinxext.nova.extension.config import nova_config
from sphinxext.nova.model import CheckoutError, Kind, Problem, QuestionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from sphinxext.nova.catalog import Catalog
    from sphinxext.nova.checkout import Checkout

_libraries: WeakKeyDictionary[BuildEnvironment, Library] = WeakKeyDictionary()


class Library:
    """What a build has opened so far.

    It belongs to an environment but is never pickled with it: a checkout is read anew by each build, and the
    processes of a parallel build inherit what was open when they were made.
    """

    def __init__(self, config: Config, *, base: Path, builder: str) -> None:
        self.config = nova_config(config)
        self.language = config.language or "en"
        self.base = base
        self.builder = builder
        self._checkouts: dict[str, Checkout | CheckoutError] = {}
        self.reading: set[str] = set()
        """The documents that this build reads."""
        self._stamps: dict[str, str] = {}
        self._catalogs: tuple[tuple[Path, Catalog, tuple[Problem, ...]], ...] | None = None

    def spec(self, name: str | None = None) -> str:
        """Give the checkout that ``:checkout: name`` means, as ``conf.py`` writes it.

        :raises QuestionError: there is none of that name, or none at all.
        """
        if name:
            if name not in self.config.checkouts:
                known = ", ".join(sorted(self.config.checkouts)) or "none"
                raise QuestionError(Kind.CHECKOUT, f"nova_checkouts has no {name!r}; it has: {known}")
            return self.config.checkouts[name]
        if self.config.checkout:
            return self.config.checkout
        if len(self.config.checkouts) == 1:
            return next(iter(self.config.checkouts.values()))
        raise QuestionError(Kind.CHECKOUT, "nova_checkout is not set in conf.py")

    def checkout(self, spec: str) -> Checkout:
        """Open a checkout, or give the one that is open.

        :raises CheckoutError: it cannot be opened; said anew for every page that asks.
        """
        from sphinxext.nova.checkout import open_checkout

        found = self._checkouts.get(spec)
        if found is None:
            try:
                found = open_checkout(spec, base=self.base)
                # Taken before anything is read: what changes meanwhile is seen by the next build.
                self._stamps[spec] = found.stamp()
            except CheckoutError as error:
                found = error
            self._checkouts[spec] = found
        if isinstance(found, CheckoutError):
            raise found
        return found

    def stamp(self, spec: str) -> str:
        """Give the stamp that a checkout had when this build opened it; empty where it is not open."""
        return self._stamps.get(spec, "")

    def link(self, checkout: Checkout, path: str, line: int | None = None, endline: int | None = None) -> str | None:
        """Give the address of a file or folder, or of lines in a file; ``None`` where there is none."""
        from sphinxext.nova.checkout import source_uri_template

        if self.config.source_uri is None:
            return None
        return checkout.link(path, line, endline, template=source_uri_template(self.config.source_uri))

    @property
    def user_catalogs(self) -> tuple[tuple[Path, Catalog, tuple[Problem, ...]], ...]:
        """The catalogues of ``nova_catalog``: the file, what it says, and what is wrong with it."""
        if self._catalogs is None:
            self._catalogs = tuple(self._load(name) for name in self.config.catalogs)
        return self._catalogs

    @property
    def catalogs(self) -> tuple[tuple[str, Catalog], ...]:
        """All catalogues, best first, by the name that an answer's ``described_by`` gives them."""
        from sphinxext.nova.catalog import bundled

        return (*(("user", catalog) for _path, catalog, _problems in self.user_catalogs), ("catalog", bundled()))

    def _load(self, name: str) -> tuple[Path, Catalog, tuple[Problem, ...]]:
        from sphinxext.nova.catalog import Catalog, load

        path = self.base / Path(name).expanduser()
        try:
            data = path.read_bytes()
        except OSError as error:
            problem = Problem(Kind.CATALOG, f"cannot be read: {error.strerror}", name)
            return path, Catalog(()), (problem,)
        return (path, *load(data, name=name))


def library(env: BuildEnvironment) -> Library:
    """Give the library of this build."""
    return _libraries[env]


def _open(app: Sphinx) -> None:
    _libraries[app.env] = Library(app.config, base=Path(app.confdir), builder=app.builder.name)


def setup(app: Sphinx) -> None:
    """Open a library for each build."""
    app.connect("builder-inited", _open)
