"""What one file says, with nothing of how it was parsed: imports, assignments, classes, functions and their bodies.

:func:`sphinxext.nova.syntax.read` makes a :class:`FileFacts`; :meth:`.FileFacts.dump` and :meth:`.FileFacts.load` put
it into a cache and get it back, equal. The outline (everything but the bodies) is named tuples; expressions and
statements are the tagged tuples of :mod:`~sphinxext.nova.syntax.forms`. Bodies stay encoded until one is asked for,
since most questions look into few functions.

What comes out of a cache is checked when it is used for the first time, part by part: nearly all that is loaded of a
project is never looked at. So each property and method may raise :exc:`~sphinxext.nova.problems.CorruptError` then.

Facts belong to bytes, not to a place: they do not know the file's name, except in the ``problems``.
"""

from __future__ import annotations

import enum
import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sphinxext.nova.model import CorruptError, Kind, Problem
from sphinxext.nova.syntax import encoding, shapes
from sphinxext.nova.syntax.encoding import UnencodableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sphinxext.nova.syntax.encoding import EncodedBody
    from sphinxext.nova.syntax.forms import Block, Expr, Keyword, RawParameter

ANALYSER_VERSION: Final = 4
"""Part of every cache key: raised whenever the same bytes give other facts, or the same facts another form."""

_CHECKSUM_BYTES: Final = 4
_PARTS: Final = 3


class ParameterKind(enum.StrEnum):
    """How an argument reaches a parameter."""

    POSITIONAL_ONLY = "positional-only"
    POSITIONAL = "positional"
    """By position or by name."""
    STAR = "star"
    """``*args``."""
    KEYWORD_ONLY = "keyword-only"
    STAR_STAR = "star-star"
    """``**kwargs``."""


class Import(NamedTuple):
    """One name that an import statement binds.

    ``import a.b as c`` is ``module="a.b", name=None, alias="c"``; ``from ..a import b as c`` is ``module="a", name="b",
    alias="c", level=2``; ``from a import *`` has the name ``*``. ``function`` is the index of the function that the
    statement stands in, ``None`` at the level of the module or a class.
    """

    module: str
    name: str | None
    alias: str | None
    level: int
    line: int
    function: int | None

    @property
    def binds(self) -> str:
        """The name that the import gives in its scope: ``c`` above, ``a`` for ``import a.b``."""
        return self.alias or self.name or self.module.partition(".")[0]


class Assignment(NamedTuple):
    """A value given to a name at the level of a module or class, or to an attribute of ``self`` in a method.

    ``target`` is the left side: a name, ``"self.x"``, or a display for ``a, b = value``. ``a = b = value`` is two
    assignments. ``operator`` is ``"+"`` for ``+=`` and None for ``=``. ``value`` of a declaration without one (``x:
    int``) is None, with ``has_value`` False. ``class_`` and ``function`` are the indexes of the innermost class and
    function that it stands in (a method's assignments have both).
    """

    target: Expr
    value: Expr
    has_value: bool
    operator: str | None
    annotation: Expr
    line: int
    class_: int | None
    function: int | None


class Parameter(NamedTuple):
    """One parameter of a function.

    ``default`` and ``annotation`` are None where absent (``has_default`` tells an absent default from ``=None``).
    ``unpack`` is the display of Python 2's ``def f(a, (b, c))``; the name is then ``.1``, its position.
    """

    name: str
    kind: ParameterKind
    has_default: bool
    default: Expr
    annotation: Expr
    unpack: Expr


class Decorator(NamedTuple):
    """One decorator: its expression (a dotted name or a call, mostly) and the place of that expression."""

    expression: Expr
    line: int
    column: int


class Function(NamedTuple):
    """A function, method or nested function. Lambdas are expressions.

    ``line`` is the line of ``def`` (of ``async`` in ``async def``), also where decorators stand above it. ``qualname``
    joins the names of all enclosing classes and functions by dots. ``class_`` is the index of the class whose body it
    stands in directly (a method), ``outer`` of the innermost enclosing function. ``broken`` says that a part of it was
    not understood. Get the body by :meth:`FileFacts.body`.
    """

    index: int  # type: ignore[assignment]  # of the file, not of the tuple
    name: str
    qualname: str
    line: int
    column: int
    end_line: int
    class_: int | None
    outer: int | None
    parameters: tuple[Parameter, ...]
    returns: Expr
    decorators: tuple[Decorator, ...]
    docstring: str | None
    is_async: bool
    is_generator: bool
    broken: bool


class Class(NamedTuple):
    """A class: ``bases`` may hold starred expressions, ``keywords`` are as in a call (``metaclass=``).

    ``outer_class`` is the index of the class whose body it stands in directly, ``outer`` of the innermost enclosing
    function.
    """

    index: int  # type: ignore[assignment]  # of the file, not of the tuple
    name: str
    qualname: str
    line: int
    column: int
    end_line: int
    outer_class: int | None
    outer: int | None
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Decorator, ...]
    docstring: str | None
    broken: bool


_KINDS: Final = {kind.value: kind for kind in ParameterKind}
"""Faster than calling the enum, which is done for every parameter of every function that is looked at."""


def parameters_of(raw: Iterable[RawParameter]) -> tuple[Parameter, ...]:
    """Return the parameters of a ``("lambda", parameters, ...)`` form as facts."""
    return tuple(
        Parameter(name, _KINDS[kind], has_default, default, annotation, unpack)
        for name, kind, has_default, default, annotation, unpack in raw
    )


def _decorators(raw: Iterable[Any]) -> tuple[Decorator, ...]:
    return tuple(Decorator(*fields) for fields in raw)


def _function(index: int, raw: tuple[Any, ...]) -> Function:
    name, qualname, line, column, end_line, class_, outer, parameters, returns, decorators, *rest = raw
    docstring, is_async, is_generator, broken = rest
    return Function(
        index=index,
        name=name,
        qualname=qualname,
        line=line,
        column=column,
        end_line=end_line,
        class_=class_,
        outer=outer,
        parameters=parameters_of(parameters),
        returns=returns,
        decorators=_decorators(decorators),
        docstring=docstring,
        is_async=is_async,
        is_generator=is_generator,
        broken=broken,
    )


def _class(index: int, raw: tuple[Any, ...]) -> Class:
    name, qualname, line, column, end_line, outer_class, outer, bases, keywords, decorators, docstring, broken = raw
    return Class(
        index=index,
        name=name,
        qualname=qualname,
        line=line,
        column=column,
        end_line=end_line,
        outer_class=outer_class,
        outer=outer,
        bases=bases,
        keywords=keywords,
        decorators=_decorators(decorators),
        docstring=docstring,
        broken=broken,
    )


class FileFacts:
    """The facts of one file.

    Made by :func:`sphinxext.nova.syntax.read`, never by hand. Equal when everything but the path is equal. The
    named tuples of the outline are made on first use.
    """

    def __init__(
        self, outline: tuple[Any, ...], bodies: tuple[EncodedBody, ...], path: str, *, unchecked: bool = False
    ) -> None:
        self._outline = outline
        self._bodies = bodies
        self._path = path
        self._unchecked = unchecked
        self._checked: set[int] = set()
        """The bodies that were: by the number of each among all."""
        self._made: dict[tuple[str, int], Function | Class] = {}

    @property
    def docstring(self) -> str | None:
        """The module's docstring, as its author wrote it (indentation and all)."""
        return self._outline[0]  # type: ignore[no-any-return]

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return self._outline[1]  # type: ignore[no-any-return]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import of the file in the order of the source, those inside functions included."""
        if self._unchecked:
            shapes.check_imports(self._outline)
        return tuple(Import(*fields) for fields in self._outline[2])

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Assignments at the level of the module and of classes, those under ``if``, ``try`` and so on included."""
        if self._unchecked:
            shapes.check_assignments(self._outline, 3)
        return tuple(Assignment(*fields) for fields in self._outline[3])

    @cached_property
    def attributes(self) -> tuple[Assignment, ...]:
        """Assignments to attributes of the first parameter of a method: ``self.x = value``."""
        if self._unchecked:
            shapes.check_assignments(self._outline, 4)
        return tuple(Assignment(*fields) for fields in self._outline[4])

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        """Every class in the order of the source; ``classes[i].index == i``."""
        return tuple(map(self.class_, range(len(self._outline[5]))))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function in the order of the source; ``functions[i].index == i``."""
        return tuple(map(self.function, range(len(self._outline[6]))))

    def function(self, index: int) -> Function:
        """Return ``functions[index]`` without making the others."""
        return self._one("function", index, _function, 6)  # type: ignore[return-value]

    def class_(self, index: int) -> Class:
        """Return ``classes[index]`` without making the others."""
        return self._one("class", index, _class, 5)  # type: ignore[return-value]

    def name_of_function(self, index: int) -> str:
        """Return ``functions[index].name`` without making any."""
        return self._outline[6][index][0]  # type: ignore[no-any-return]

    def name_of_class(self, index: int) -> str:
        """Return ``classes[index].name`` without making any."""
        return self._outline[5][index][0]  # type: ignore[no-any-return]

    def functions_called(self, name: str) -> tuple[Function, ...]:
        """Return the functions of a name without making the others."""
        return tuple(self.function(index) for index, raw in enumerate(self._outline[6]) if raw[0] == name)

    def _one(
        self, kind: str, index: int, make: Callable[[int, tuple[Any, ...]], Function | Class], part: int
    ) -> Function | Class:
        found = self._made.get((kind, index))
        if found is None:
            row = self._outline[part][index]
            if self._unchecked:
                (shapes.check_function if kind == "function" else shapes.check_class)(row)
            found = self._made[kind, index] = make(index, row)
        return found

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What was not understood: ``SYNTAX`` with a line, ``ENCODING``, ``BINARY``, ``HUGE``."""
        if self._unchecked:
            shapes.check_problems(self._outline[7])
        return tuple(Problem(Kind(kind), message, self._path, line) for kind, message, line in self._outline[7])

    def body(self, of: Function | Class | None = None) -> Block:
        """Return the statements of a function or class of this file, of the module itself for ``None``.

        The block is decoded anew each time; nothing is kept.
        """
        return self._body(self._slot(of))

    def _body(self, slot: int) -> Block:
        held = self._bodies[slot]
        body: Block = encoding.decoded(held) if isinstance(held, bytes) else held
        if self._unchecked and slot not in self._checked:
            shapes.check_body(self._outline, slot, body)
            self._checked.add(slot)
        return body

    def mentions(self, of: Function | Class | None, word: bytes) -> bool:
        """Tell whether a body may hold a word (a name, a keyword), without decoding it; never wrongly ``False``."""
        body = self._bodies[self._slot(of)]
        return not isinstance(body, bytes) or word in body

    def functions_mentioning(self, word: bytes) -> tuple[Function, ...]:
        """Return the functions whose bodies may hold a word, without making the others."""
        first = 1 + len(self._outline[5])
        bodies = enumerate(self._bodies[first:])
        return tuple(self.function(index) for index, body in bodies if not isinstance(body, bytes) or word in body)

    def _slot(self, of: Function | Class | None) -> int:
        match of:
            case None:
                return 0
            case Class():
                return 1 + of.index
            case Function():
                return 1 + len(self._outline[5]) + of.index

    def dump(self) -> bytes:
        """Return everything as bytes for :meth:`load`.

        :raises UnencodableError: it is nested too deep to be loaded.
        """
        if not all(isinstance(body, bytes) for body in self._bodies):
            raise UnencodableError("a body is nested too deep, or too long")
        payload = encoding.encoded((ANALYSER_VERSION, self._outline, self._bodies))
        return zlib.crc32(payload).to_bytes(_CHECKSUM_BYTES, "big") + payload

    @classmethod
    def load(cls, data: bytes, *, path: str) -> FileFacts:
        """Return the facts that :meth:`dump` was called on; ``path`` as in :func:`sphinxext.nova.syntax.read`.

        :raises ~sphinxext.nova.problems.CorruptError: it was called on nothing that gave these bytes.
        """
        payload = memoryview(data)[_CHECKSUM_BYTES:]
        if int.from_bytes(data[:_CHECKSUM_BYTES], "big") != zlib.crc32(payload) or not payload:
            raise CorruptError("not facts, or damaged")
        loaded = encoding.decoded(payload)
        if type(loaded) is not tuple or loaded[:1] != (ANALYSER_VERSION,) or len(loaded) != _PARTS:
            raise CorruptError(f"no facts of analyser version {ANALYSER_VERSION}")
        _version, outline, bodies = loaded
        shapes.check_outline(outline, bodies)
        return cls(outline, bodies, path, unchecked=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FileFacts):
            return NotImplemented
        return self._outline == other._outline and list(self._all_bodies()) == list(other._all_bodies())

    def _all_bodies(self) -> Iterator[Block]:
        return map(self._body, range(len(self._bodies)))

    def __hash__(self) -> int:
        return hash(self._outline[:2])
