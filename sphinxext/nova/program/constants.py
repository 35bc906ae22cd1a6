"""The values of expressions that need no running: constants, and what is computed from constants in the plainest way.

Nothing of the checkout is executed: an expression is evaluated by its form, a handful of functions that only make
text or containers are known by name, and everything else is :data:`.UNKNOWN`. So is what would be unreasonably large,
which :mod:`~sphinxext.nova.program.bounded` says before it is made.
"""

from __future__ import annotations

import enum
import inspect
import operator
import posixpath
import re
import textwrap
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sphinxext.nova.program.bindings import Opaque
from sphinxext.nova.program.bounded import MOST_BITS, as_text, check, formatted, joined, percent, repeated, size
from sphinxext.nova.program.definitions import Assigned, External, FunctionDef
from sphinxext.nova.program.names import candidates, resolve
from sphinxext.nova.syntax.facts import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sphinxext.nova.program.definitions import Definition, Scope
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.syntax.forms import Expr, FPart, Stmt


class Unknown(enum.Enum):
    """The type of :data:`.UNKNOWN`."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
"""The value of what is not statically known; ``None`` is the constant ``None``."""

Locals: TypeAlias = "Mapping[str, object]"

_STEPS: Final = 2_000
"""How many expressions are looked at for one value. The releases that bounded.py names need 75 at most."""
_DEEPEST: Final = 60
_MOST_MADE: Final = 1_000_000
"""How many characters and items all values have together that are met on the way to one."""

_TRANSLATION: Final = re.compile(r"_|N_|_L[A-Z]|gettext|_translate")
"""Functions that mark a text for translation; the text is what a reader of the source sees."""
_BINARY: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "**": operator.pow,
}
_UNARY: Final[Mapping[str, Callable[[Any], object]]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}
_COMPARISON: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda one, many: one in many,
    "not in": lambda one, many: one not in many,
}


def evaluate(expression: Expr, scope: Scope, known: Locals | None = None) -> object:
    """Return the value of an expression written in a scope: plain Python data, or :data:`.UNKNOWN`.

    ``known`` gives names that have a value here (parameters, say); it comes before the names of the scope. A container
    with one unknown item is unknown.
    """
    try:
        return _Evaluation(scope.module.program).value(expression, scope, known or {}, 0)
    except _UnknownError:
        return UNKNOWN


class _UnknownError(Exception):
    """A part of the expression has no value without running."""


class _Evaluation:
    """The evaluation of one expression, with what bounds it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._steps = _STEPS
        self._left = _MOST_MADE
        self._values: dict[Definition, Any] = {}
        """The values of names that were met before."""

    def value(self, expression: Expr, scope: Scope, known: Locals, depth: int) -> Any:  # noqa: ANN401 - any value
        self._steps -= 1
        self._program.evaluations -= 1
        if depth > _DEEPEST or self._steps < 0 or self._program.evaluations < 0:
            raise _UnknownError
        try:
            found = self._value(expression, scope, known, depth + 1)
            self._left -= size(found)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise _UnknownError from error  # Python would raise, too; or it is too large.
        if self._left < 0:
            raise _UnknownError
        return found

    def _value(self, expression: Expr, scope: Scope, known: Locals, depth: int) -> Any:  # noqa: ANN401, C901 - a flat table
        def value(part: Expr) -> Any:  # noqa: ANN401 - any value
            return self.value(part, scope, known, depth)

        match expression:
            case str():
                return self._name(expression, scope, known, depth)
            case bool() | int() | float() | complex() | bytes() | None:
                return expression
            case ("str", text):
                return text
            case ("number", number, _):
                return number
            case ("fstring", parts):
                return joined("", (_formatted(part, value) for part in parts))
            case ("tuple" | "list" | "set" as kind, items):
                return _CONTAINERS[kind](self._items(items, scope, known, depth))
            case ("dict", pairs):
                return {value(_named(key)): value(item) for key, item in pairs}
            case ("operate", first, rest):
                left = value(first)
                for sign, operand in rest:
                    left = _operate(left, sign, value(operand))
                return left
            case ("unary", sign, operand):
                return _UNARY[sign](value(operand))
            case ("not", operand):
                return not value(operand)
            case ("and" | "or" as sign, items):
                for item in items[:-1]:
                    result = value(item)
                    if bool(result) is (sign == "or"):
                        return result
                return value(items[-1])
            case ("compare", first, rest):
                return _compare(value(first), [(sign, value(operand)) for sign, operand in rest])
            case ("choose", condition, then, otherwise):
                return value(then if value(condition) else otherwise)
            case ("subscript", container, index):
                return value(container)[value(index)]
            case ("call", function, arguments, keywords, _, _):
                given = list(self._items(arguments, scope, known, depth))
                named = {str(_named(name)): value(item) for name, item in keywords}
                return self._called(function, given, named, scope, known, depth)
            case _:
                raise _UnknownError

    def _items(self, items: Iterable[Expr], scope: Scope, known: Locals, depth: int) -> Iterator[Any]:
        for item in items:
            match item:
                case ("*", several):
                    yield from self.value(several, scope, known, depth)
                case _:
                    yield self.value(item, scope, known, depth)

    def _name(self, name: str, scope: Scope, known: Locals, depth: int) -> Any:  # noqa: ANN401 - any value
        if name in known:
            return known[name]
        if name in {"__name__", "__package__"}:
            return scope.module.name if name == "__name__" else scope.module.parent
        head = name.partition(".")[0]
        if head in known or _is_opaque(head, scope):
            raise _UnknownError
        values = [self._defined(one, depth) for one in candidates(name, scope)]
        if not values or not all(_same(other, values[0]) for other in values):
            raise _UnknownError
        return values[0]

    def _defined(self, definition: Definition, depth: int) -> Any:  # noqa: ANN401 - any value
        if not isinstance(definition, Assigned):
            raise _UnknownError
        if definition not in self._values:
            self._values[definition] = self.value(definition.value, definition.scope, {}, depth)
        return self._values[definition]

    def _called(
        self, function: Expr, given: list[Any], named: dict[str, Any], scope: Scope, known: Locals, depth: int
    ) -> Any:  # noqa: ANN401 - any value
        if isinstance(function, str) and _TRANSLATION.fullmatch(function.rpartition(".")[2]) and given:
            return given[0]
        match resolve(function, scope):
            case FunctionDef() as target:
                return self._returned(target, given, named, depth)
            case External(name) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*given, **named)
        match function:
            case str() if "." in function:
                receiver, _, name = function.rpartition(".")
            case ("attr", receiver, str(name)):
                pass
            case _:
                raise _UnknownError
        text = self.value(receiver, scope, known, depth)
        if not isinstance(text, str):
            raise _UnknownError
        return _TEXT_METHODS[name](text, *given, **named)

    def _returned(self, function: FunctionDef, given: list[Any], named: dict[str, Any], depth: int) -> Any:  # noqa: ANN401 - any value
        """Return what a function returns whose body is one ``return`` (and a docstring)."""
        match [statement for statement in function.body if not _is_docstring(statement)]:
            case [("return", _, expression)] if not function.fact.decorators and not function.fact.is_generator:
                return self.value(expression, function, self._bound(function, given, named, depth), depth)
        raise _UnknownError

    def _bound(self, function: FunctionDef, given: list[Any], named: dict[str, Any], depth: int) -> dict[str, object]:
        """Return what each parameter is in a call."""
        bound: dict[str, object] = {}
        for parameter in function.fact.parameters:
            match parameter.kind:
                case ParameterKind.STAR:
                    bound[parameter.name], given = tuple(given), []
                case ParameterKind.STAR_STAR:
                    bound[parameter.name], named = named, {}
                case kind if given and kind is not ParameterKind.KEYWORD_ONLY:
                    bound[parameter.name], *given = given
                case _ if parameter.name in named:
                    bound[parameter.name] = named.pop(parameter.name)
                case _ if parameter.has_default:
                    bound[parameter.name] = self.value(parameter.default, function.outer, {}, depth)
        if given or named:
            raise _UnknownError
        return bound


def _is_docstring(statement: Stmt) -> bool:
    match statement:
        case ("expr", _, ("str", _)):
            return True
    return False


def _is_opaque(name: str, scope: Scope) -> bool:
    """Tell whether the nearest scope that binds the name binds it, maybe, to something that only running tells."""
    where: Scope | None = scope
    while where is not None:
        if name in where.bindings:
            return any(isinstance(binding, Opaque) for binding in where.bindings[name])
        where = where.outer
    return False


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _named(key: Expr) -> Expr:
    """Return the key of an item or argument, which ``**mapping`` has none of."""
    if key == "**":
        raise _UnknownError
    return key


def _formatted(part: FPart, value: Callable[[Expr], Any]) -> str:
    match part:
        case ("str", text):
            return text
        case ("format", expression, "" | "s", ()):
            return as_text(value(expression))
        case _:
            raise _UnknownError


def _operate(left: Any, sign: str, right: Any) -> Any:  # noqa: ANN401 - any value
    numbers = isinstance(left, int) and isinstance(right, int)
    match sign:
        case "%" if isinstance(left, str):
            return percent(left, right)
        case "/" if numbers:
            if left % right:
                raise _UnknownError  # Python 2 cuts off what Python 3 keeps.
            return left // right
        case "*" if isinstance(right, int) and isinstance(left, _REPEATED):
            return repeated(left, right)
        case "*" if isinstance(left, int) and isinstance(right, _REPEATED):
            return repeated(right, left)
        case "**" if not numbers or right < 0 or left.bit_length() * right > MOST_BITS:
            raise _UnknownError
        case "<<" if right > MOST_BITS:
            raise _UnknownError
        case "%" if isinstance(left, bytes):
            raise _UnknownError
    found = _BINARY[sign](left, right)
    size(found)
    return found


def _compare(left: Any, rest: list[tuple[str, Any]]) -> bool:  # noqa: ANN401 - any value
    for sign, right in rest:
        if sign in {"is", "is not"} and not any(one is None or isinstance(one, bool) for one in (left, right)):
            raise _UnknownError
        if not _COMPARISON[sign](left, right):
            return False
        left = right
    return True


def _format(text: str, *given: object, **named: object) -> str:
    return formatted(text, given, named)


def _str(value: object = "") -> str:
    return as_text(value)


def _join(separator: str, texts: Iterable[str]) -> str:
    return joined(separator, texts)


def _path(first: str, *more: str) -> str:
    check(sum(map(len, more), len(first)) + len(more))
    return posixpath.join(first, *more)


_REPEATED: Final = (str, bytes, list, tuple)
_CONTAINERS: Final[Mapping[str, Callable[[Iterable[Any]], Any]]] = {"tuple": tuple, "list": list, "set": set}

_FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "builtins.bool": bool,
    "builtins.dict": dict,
    "builtins.float": float,
    "builtins.frozenset": frozenset,
    "builtins.int": int,
    "builtins.len": len,
    "builtins.list": list,
    "builtins.set": set,
    "builtins.str": _str,
    "builtins.tuple": tuple,
    "inspect.cleandoc": inspect.cleandoc,
    "os.path.join": _path,
    "textwrap.dedent": textwrap.dedent,
}
"""What is called with known values; none of them does anything but make a value."""

_TEXT_METHODS: Final[Mapping[str, Callable[..., object]]] = {
    "format": _format,
    "join": _join,
    "lower": str.lower,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "split": str.split,
    "strip": str.strip,
    "upper": str.upper,
}
"""Methods of a text that do not make it much longer."""
