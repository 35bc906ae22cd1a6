"""What one file says, with nothing of how it was parsed: imports, assignments, classes, functions and their bodies.

:func:`sphinxext.nova.syntax.read` makes a :class:`FileFacts`; :meth:`.FileFacts.dump` and :meth:`.FileFacts.load` put
it into a cache and get it back, equal. The outline (everything but the bodies) is named tuples; expressions and
statements are the tagged tuples of :mod:`~sphinxext.nova.syntax.forms`. Bodies stay encoded until somebody asks for
one, since most questions look into few functions.

Facts belong to bytes, not to a place: they do not know the file's name, except in the ``problems``.
"""

from __future__ import annotations

import enum
import marshal
import zlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sphinxext.nova.model import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinxext.nova.syntax.forms import Block, Expr, Keyword, RawParameter

ANALYSER_VERSION: Final = 3
"""Part of every cache key: raised whenever the same bytes give other facts, or the same facts another form."""

_MARSHAL_FORMAT: Final = 4
_CHECKSUM_BYTES: Final = 4


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


class CorruptError(ValueError):
    """Bytes that :meth:`FileFacts.dump` did not make, or not this version of it."""


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

    def __init__(self, outline: tuple[Any, ...], bodies: tuple[bytes, ...], path: str) -> None:
        self._outline = outline
        self._bodies = bodies
        self._path = path
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
        return tuple(Import(*fields) for fields in self._outline[2])

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Assignments at the level of the module and of classes, those under ``if``, ``try`` and so on included."""
        return tuple(Assignment(*fields) for fields in self._outline[3])

    @cached_property
    def attributes(self) -> tuple[Assignment, ...]:
        """Assignments to attributes of the first parameter of a method: ``self.x = value``."""
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
            found = self._made[kind, index] = make(index, self._outline[part][index])
        return found

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What was not understood: ``SYNTAX`` with a line, ``ENCODING``, ``BINARY``, ``HUGE``."""
        return tuple(Problem(Kind(kind), message, self._path, line) for kind, message, line in self._outline[7])

    def body(self, of: Function | Class | None = None) -> Block:
        """Return the statements of a function or class of this file, of the module itself for ``None``.

        The block is decoded anew each time; nothing is kept.
        """
        return marshal.loads(self._bodies[self._slot(of)])  # type: ignore[no-any-return]  # noqa: S302 - our own, checksummed

    def mentions(self, of: Function | Class | None, word: bytes) -> bool:
        """Tell whether a body may hold a word (a name, a keyword), without decoding it; never wrongly ``False``."""
        return word in self._bodies[self._slot(of)]

    def functions_mentioning(self, word: bytes) -> tuple[Function, ...]:
        """Return the functions whose bodies may hold a word, without making the others."""
        first = 1 + len(self._outline[5])
        return tuple(self.function(index) for index, body in enumerate(self._bodies[first:]) if word in body)

    def _slot(self, of: Function | Class | None) -> int:
        match of:
            case None:
                return 0
            case Class():
                return 1 + of.index
            case Function():
                return 1 + len(self._outline[5]) + of.index

    def dump(self) -> bytes:
        """Return everything as bytes for :meth:`load`."""
        payload = marshal.dumps((ANALYSER_VERSION, self._outline, self._bodies), _MARSHAL_FORMAT)
        return zlib.crc32(payload).to_bytes(_CHECKSUM_BYTES, "big") + payload

    @classmethod
    def load(cls, data: bytes, *, path: str) -> FileFacts:
        """Return the facts that :meth:`dump` was called on; ``path`` as in :func:`sphinxext.nova.syntax.read`.

        Raises :class:`CorruptError` for anything else: the checksum keeps :mod:`marshal` from ever seeing damage.
        """
        payload = memoryview(data)[_CHECKSUM_BYTES:]
        if int.from_bytes(data[:_CHECKSUM_BYTES], "big") != zlib.crc32(payload) or not payload:
            raise CorruptError("not facts, or damaged")
        version, outline, bodies = marshal.loads(payload)  # noqa: S302 - our own, checksummed
        if version != ANALYSER_VERSION:
            raise CorruptError(f"facts of analyser version {version}, not {ANALYSER_VERSION}")
        return cls(outline, bodies, path)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FileFacts):
            return NotImplemented
        return self._outline == other._outline and [marshal.loads(body) for body in self._bodies] == [  # noqa: S302
            marshal.loads(body)  # noqa: S302
            for body in other._bodies
        ]

    def __hash__(self) -> int:
        return hash(self._outline[:2])
