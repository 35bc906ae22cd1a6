"""The checkouts and catalogues that the pages of one build read, each opened once."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sphinx.util import logging

from sphinxext.nova.escaping import visible
from sphinxext.nova.extension.config import nova_config
from sphinxext.nova.extension.looks import Looks
from sphinxext.nova.problems import CheckoutError, CorruptError, Kind, Problem, QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from sphinxext.nova.catalog import Catalog
    from sphinxext.nova.checkout import Checkout, Look
    from sphinxext.nova.model import Answer, Row, Source
    from sphinxext.nova.program import Cache, Program

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)

_libraries: WeakKeyDictionary[BuildEnvironment, Library] = WeakKeyDictionary()


class BuilderKind(NamedTuple):
    """What is written: the name of the builder (``dirhtml``) and the format of its output (``html``)."""

    name: str
    format: str


class Library:
    """What a build has opened so far.

    It belongs to an environment but is never pickled with it: a checkout is read anew by each build, and the
    processes of a parallel build inherit what was open when they were made.
    """

    def __init__(self, config: Config, *, base: Path, builder: BuilderKind, kept: Path) -> None:
        self.config = nova_config(config)
        self.language = config.language or "en"
        self.base = base
        self.builder = builder
        self.translating = builder.name == "gettext"
        """Whether all of the prose is wanted, whichever checkout the messages are extracted with."""
        self.elsewhere = False
        """Whether what is being parsed is about another release than that of the checkout."""
        self._kept_looks = Looks(kept)
        self._looks: dict[str, Look] = {}
        self._checkouts: dict[str, Checkout | CheckoutError] = {}
        self.reading: set[str] = set()
        """The documents that this build reads."""
        self._stamps: dict[str, str] = {}
        self._catalogs: tuple[tuple[Path, Catalog, tuple[Problem, ...]], ...] | None = None
        self._programs: dict[str, Program] = {}
        self._cache: Cache | None = None
        self._states: dict[tuple[str, Source], str | None] = {}
        self._answers: dict[tuple[str | bool | int | None, ...], Answer[Any]] = {}

    @contextmanager
    def about_another_release(self) -> Iterator[None]:
        """Parse inside the ``with`` what holds for another release: nothing in it is looked up in the checkout."""
        before, self.elsewhere = self.elsewhere, True
        try:
            yield
        finally:
            self.elsewhere = before

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
                # As it was when it was looked at: there is one state of a checkout in each build.
                look = self._looks.get(spec)
                found = open_checkout(spec, base=self.base) if look is None else look.open()
                # Taken before anything is read: what changes meanwhile is seen by the next build.
                self._looks[spec] = found.look
                self._stamps[spec] = found.stamp()
            except CheckoutError as error:
                found = error
            self._checkouts[spec] = found
        if isinstance(found, CheckoutError):
            raise found
        return found

    def program(self, spec: str) -> Program:
        """Give the Python of a checkout, which all directives of this build share.

        :raises CheckoutError: the checkout cannot be opened.
        """
        from sphinxext.nova.program import Program

        if spec not in self._programs:
            self._programs[spec] = Program(self.checkout(spec), self._opened_cache())
        return self._programs[spec]

    def asked(self, spec: str, ask: Callable[[], Result]) -> Result:
        """Return what ``ask`` returns, after a second call where facts of earlier builds turn out to be none.

        :param ask: asks :meth:`program` for what it uses.
        """
        try:
            return ask()
        except CorruptError:
            self._programs[spec].start_anew()
            return ask()

    def kept(
        self,
        spec: str,
        question: str,
        arguments: Sequence[str | bool | int | None],
        make: Callable[[Program], Answer[Row]],
    ) -> Answer[Row]:
        """Return the answer of an earlier build, or of this one, or make it.

        :param arguments: all that the answer depends on beside the checkout.
        :raises QuestionError: the question cannot be asked.
        """
        from sphinxext.nova.openstack.kept import kept

        key = (spec, question, *arguments)
        if key not in self._answers:
            self._answers[key] = kept(
                self._opened_cache(),
                self.checkout(spec),
                question,
                arguments,
                lambda: self.asked(spec, lambda: make(self.program(spec))),
                state=lambda source: self.state(spec, source),
            )
        return self._answers[key]

    def flush(self) -> tuple[str, ...]:
        """Write what was read since the last time into the cache, and give what is to be said about the cache."""
        if self._cache is None:
            return ()
        self._cache.flush()
        return self._cache.take_notes()

    def _opened_cache(self) -> Cache | None:
        from sphinxext.nova.program import Cache
        from sphinxext.nova.store import default_folder

        if self._cache is None and self.config.cache_dir != "":
            folder = self.config.cache_dir
            self._cache = Cache(default_folder() if folder is None else self.base / Path(folder).expanduser())
        return self._cache

    def state(self, spec: str, source: Source) -> str | None:
        """Give what identifies the present content of a source; ``None`` where there is none.

        :raises CheckoutError: the checkout cannot be opened.
        """
        if (spec, source) not in self._states:
            from sphinxext.nova.openstack.kept import state_of

            self._states[spec, source] = state_of(self.checkout(spec), source)
        return self._states[spec, source]

    def has_stamp(self, spec: str, stamp: str) -> bool:
        """Tell whether a checkout is as it was when an earlier build gave it a stamp; it is not opened for that."""
        from sphinxext.nova.checkout import look_at_checkout

        remembered = self._kept_looks.find(spec, stamp)
        if spec not in self._looks:
            try:
                self._looks[spec] = look_at_checkout(spec, base=self.base, remembered=remembered)
            except CheckoutError:
                return False
        return self._looks[spec].stamp in {stamp, remembered.stamp if remembered is not None else stamp}

    def keep_look(self, spec: str, stamp: str) -> None:
        """Let the next build know that pages for which the environment has this stamp are as the checkout is now."""
        look = self._looks.get(spec)
        remembered = self._kept_looks.find(spec, stamp)
        if look is not None and (remembered is None or remembered.stamp != look.stamp):
            self._kept_looks.keep(spec, stamp, look.remember())

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
    _libraries[app.env] = Library(
        app.config,
        base=Path(app.confdir),
        builder=BuilderKind(app.builder.name, app.builder.format),
        kept=Path(app.doctreedir),
    )


def _flush(app: Sphinx, _doctree: nodes.document) -> None:
    # After each page, because the processes of a parallel build just end.
    for note in library(app.env).flush():
        _logger.info("%s", visible(note))


def setup(app: Sphinx) -> None:
    """Open a library for each build."""
    app.connect("builder-inited", _open)
    app.connect("doctree-read", _flush)
