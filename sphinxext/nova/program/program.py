"""The Python of one checkout: which modules there are, and what was looked at to answer a question."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, TypeVarTuple

from sphinxext.nova.model import Problem, QuestionError, Source
from sphinxext.nova.program.definitions import Module
from sphinxext.nova.program.unread import TESTS, fewer, problems_of
from sphinxext.nova.syntax import read

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.program.cache import Cache
    from sphinxext.nova.syntax.facts import FileFacts

Result = TypeVar("Result")
Given = TypeVarTuple("Given")

_Noted: TypeAlias = tuple[str, str, tuple[str, ...]]
"""A source as it is noted, many thousand times in a walk: a tuple is compared and hashed much faster."""

_NOTHING: Final[AbstractSet[_Noted]] = frozenset()
_EVALUATIONS: Final = 2_000_000
"""How many expressions are looked at for all values of a checkout that are computed from others.

The options, services, periodic tasks, RPC methods and REST actions of cinder 29.0.0 need 16,414, those of 34.0.0 8,861.
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What was looked at since some moment; grows until the ``with`` that gave it is left."""

    _program: Program
    _sources: set[_Noted]

    @property
    def sources(self) -> frozenset[Source]:
        """The parts of the checkout that were read, listed, or looked for without success."""
        return _as_sources(self._sources)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with them, in order of place."""
        return self._program.problems_in(self.sources)


@dataclass(slots=True)
class _Remembered:
    """A result, what it was made from, and where that was noted last."""

    result: Any
    sources: AbstractSet[_Noted]
    noted: set[_Noted] | None = None


def _as_sources(noted: Iterable[_Noted]) -> frozenset[Source]:
    return frozenset(Source(*one) for one in noted)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the garbage collector out: facts are many objects without cycles, and it would look at each many times."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class Program:
    """The Python of a checkout. Nothing is read before it is asked for, and nothing twice.

    ``cache`` may be shared with other programs; ``None`` for none. Modules, classes and so on that come out of one
    program are not for use with another one.
    """

    def __init__(self, checkout: Checkout, cache: Cache | None = None) -> None:
        self.checkout = checkout
        self._cache = cache
        self._forget()

    def start_anew(self) -> None:
        """Forget everything, and read all files anew: some facts that were kept are none (:exc:`.CorruptError`).

        Nothing that came out of this program before may be used with it afterwards.
        """
        if self._cache is not None:
            self._cache.distrust()
        self._forget()

    def _forget(self) -> None:
        self._facts: dict[str, FileFacts] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._files: dict[str, Module] = {}
        self._remembered: dict[Hashable, _Remembered] = {}
        self._sources: set[_Noted] = set()
        """Where sources are noted now."""
        self.noted: set[str] = set()
        """The files among them, by their paths: looked at most often, by far. Another one for each recording."""
        self.evaluations = _EVALUATIONS
        """How many expressions may still be looked at for constants; see :mod:`.constants`."""

    # --- what was looked at

    @contextmanager
    def recording(self) -> Iterator[Record]:
        """Record what is looked at inside the ``with``, whether it was looked at before or not.

        A question that cannot be asked says what could not be read on the way.
        """
        outer, noted = self._sources, self.noted
        inner: set[_Noted] = set()
        record = Record(self, inner)
        self._sources, self.noted = inner, set()
        try:
            yield record
        except QuestionError as error:
            error.add(problems_of(self.checkout, self._problems, record.sources))
            raise
        finally:
            self._sources, self.noted = outer, noted
            outer |= inner

    def sources(self) -> frozenset[Source]:
        """Return the parts of the checkout that were read, listed, or looked for without success, ever."""
        return _as_sources(self._sources)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with all that was looked at, in order of place."""
        return self.problems_in(self.sources())

    def problems_in(self, sources: Iterable[Source]) -> tuple[Problem, ...]:
        """Return what was wrong with ``sources``, in order of place: what was not read, and what is not there."""
        return tuple(fewer(problems_of(self.checkout, self._problems, sources)))

    def complain(self, problem: Problem) -> None:
        """Add what is wrong with a file that was read, and is only seen together with others."""
        path = problem.file or ""
        if problem not in self._problems.get(path, ()):
            self._problems[path] = (*self._problems.get(path, ()), problem)

    def note(self, kind: str, path: str, words: Iterable[str] = ()) -> None:
        """Record that something was looked at; for those who ask the checkout and not the program."""
        self._sources.add((kind, path, tuple(words)))

    def remember(self, key: Hashable, make: Callable[[*Given], Result], *given: *Given) -> Result:
        """Return what ``make`` returned for this key; its sources are recorded again each time.

        What is asked most often hands over ``given``: to make a function of its own for each call takes longer than to
        find what is remembered.
        """
        found = self._remembered.get(key)
        if found is None:
            # As `recording` does, which as a context manager would cost more than most of what is made here.
            outer, noted, inner = self._sources, self.noted, set[_Noted]()
            self._sources, self.noted = inner, set()
            try:
                result = make(*given)
            finally:
                self._sources, self.noted = outer, noted
                outer |= inner
            found = self._remembered[key] = _Remembered(result, inner or _NOTHING, outer)
        if found.noted is not self._sources:
            self._sources |= found.sources
            found.noted = self._sources
        remembered: Result = found.result
        return remembered

    # --- files

    def facts(self, path: str) -> FileFacts:
        """Return the facts of a file; there are none in one that cannot be read, which becomes a problem."""
        if path not in self.noted:
            self.noted.add(path)
            self.note("file", path)
        if path not in self._facts:
            self.load((path,))
        return self._facts[path]

    def load(self, paths: Iterable[str]) -> None:
        """Get the facts of several files at once, which is faster than one by one."""
        wanted = dict.fromkeys(path for path in paths if path not in self._facts)
        if wanted:
            with _uncollected():
                self._load(wanted)

    def _load(self, wanted: Mapping[str, None]) -> None:
        digests = {} if self._cache is None else {path: self.checkout.digest(path) for path in wanted}
        if self._cache is not None:
            self._facts |= self._cache.facts({path: digest for path, digest in digests.items() if digest is not None})
        for path, data in self.checkout.read_many([path for path in wanted if path not in self._facts]):
            if isinstance(data, Problem):
                self._facts[path] = read(b"", path=path)
                self._problems[path] = (data,)
                continue
            facts = self._facts[path] = read(data, path=path)
            digest = digests.get(path)
            if self._cache is not None and digest is not None:
                self._cache.keep_facts(digest, facts)
        for path in wanted:
            self._problems.setdefault(path, self._facts[path].problems)

    def source_files(self, folder: str | None = None) -> Sequence[str]:
        """Return the Python files below a folder (``None``: the project's package), without tests, sorted."""
        return [
            path
            for path in self.checkout.below(self.checkout.package if folder is None else folder)
            if path.endswith(".py") and TESTS not in path.split("/")
        ]

    def read_many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Give files with their bytes, without those that cannot be read: each of these is a problem of the answer."""
        for path, data in self.checkout.read_many(paths):
            if isinstance(data, Problem):
                self.unreadable(data, path)
            else:
                yield path, data

    def unreadable(self, problem: Problem, path: str) -> None:
        """Record that a file was looked at and cannot be read."""
        self.note("file", path)
        self._problems[path] = (problem,)

    def scan(self, folder: str | None = None) -> Iterator[tuple[str, bytes]]:
        """Give the Python files below a folder (:meth:`source_files`) with their bytes, to look for words in them.

        So that what is not there is not missed in silence, those that git has and the folder lacks are given too, as
        git has them: for them there is no :meth:`module_at`, and that it was asked for is a problem of the answer.
        """
        yield from self.read_many(self.source_files(folder))
        if self.checkout.absent:
            yield from self._recorded([path for path in self.absent_below(folder) if path.endswith(".py")])

    def absent_below(self, folder: str | None = None) -> Sequence[str]:
        """Return the files that git has below a folder (``None``: the package) and the checkout lacks, without tests.

        Sorted.
        """
        start = f"{self.checkout.package if folder is None else folder}/"
        return sorted(path for path in self.checkout.absent if path.startswith(start) and TESTS not in path.split("/"))

    def _recorded(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for path, data in self.checkout.recorded(paths):
            if isinstance(data, Problem):
                self.note("file", path)
            else:
                yield path, data

    # --- modules

    def module(self, name: str) -> Module | None:
        """Return the module or package of this dotted name, ``None`` where the checkout has none.

        As Python looks: a package, else a file, else a folder without ``__init__.py`` in which there is Python; and
        below a file there is nothing.
        """
        return self.remember(("module", name), self._find, name)

    def module_at(self, path: str) -> Module | None:
        """Return the module that a file is, ``None`` where there is no such file. Scripts may have any name."""
        if path in self._files:
            # What was looked for in vain before the file was found is noted again.
            return self.module(self._files[path].name) or self._files[path]
        if not self.checkout.exists(path) or self.checkout.is_folder(path):
            self.note("file", path)
            return None
        stem = path.removesuffix(".py").removesuffix("/__init__")
        module = self.module(stem.replace("/", "."))
        if module is None or module.path != path:
            module = self._made(path, path, is_package=False)
        return module

    def has_package(self, name: str) -> bool:
        """Tell whether the first part of a dotted name is something in this checkout."""
        return self.module(name.partition(".")[0]) is not None

    def _find(self, name: str) -> Module | None:
        parent, _, last = name.rpartition(".")
        if parent:
            package = self.module(parent)
            if package is None or not package.is_package:
                return None
        elif last in sys.stdlib_module_names:
            return None
        if not last.isidentifier():
            return None
        stem = name.replace(".", "/")
        for path, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
            self.note("file", path)
            if self.checkout.exists(path) and not self.checkout.is_folder(path):
                return self._made(name, path, is_package=is_package)
        if self.checkout.is_folder(stem):
            self.note("names", stem)
            if self.source_files(stem):
                self._facts[stem] = read(b"", path=stem)
                return self._made(name, stem, is_package=True)
        return None

    def _made(self, name: str, path: str, *, is_package: bool) -> Module:
        if path not in self._files:
            self._files[path] = Module(self, name, path, is_package=is_package)
        return self._files[path]
