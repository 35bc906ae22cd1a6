"""Whether what was decoded has the shape of facts: all that comes out of a cache is looked at here before it is used.

The bytes of a cache may be damaged, or made by anybody who can write it, and have the right checksum all the same. What
passes may be the facts of other bytes than it says, but it is of one of the forms of
:mod:`~sphinxext.nova.syntax.forms`, refers to what is there, and is nested no deeper than those of a file: whoever uses
it need not expect anything else.

The forms of one level of a body are looked at after each other, and then those inside them. That takes half of the time
of a recursion, and the number of levels is known.
"""

from __future__ import annotations

from types import EllipsisType, NoneType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from sphinxext.nova.model import CorruptError, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST: Final = 200
"""How many levels of forms may lie inside each other; what is nested deeper when it is read is not kept."""

_LAST_LINE: Final = 2**31


class _Level:
    """The forms of one level that are still to be looked at."""

    __slots__ = ("expressions", "indexes", "patterns", "statements")

    def __init__(self) -> None:
        self.expressions: list[Any] = []
        self.statements: list[Any] = []
        self.patterns: list[Any] = []
        self.indexes: list[tuple[str, int]] = []
        """The definitions that were met, on any level."""


Check: TypeAlias = "Callable[[Any, _Level], object]"


def _refuse(value: object) -> NoReturn:
    # Its text may take forever to make, or be nested too deep to be made.
    raise CorruptError(f"facts do not have this {type(value).__name__} there")


# --- what a field may be

_CONSTANTS: Final = frozenset({str, int, float, complex, bytes, bool, EllipsisType, NoneType})
"""What an expression may be that is no form."""


def _tag(_value: object, _level: _Level) -> None:
    """Stand for the first item, by which the others were chosen."""


def _text(value: object, _level: _Level) -> None:
    if type(value) is not str:
        _refuse(value)


def _text_or_none(value: object, _level: _Level) -> None:
    if type(value) is not str and value is not None:
        _refuse(value)


def _number(value: object, _level: _Level) -> None:
    """Check a line or a column."""
    if type(value) is not int or not 0 <= value < _LAST_LINE:
        _refuse(value)


def _flag(value: object, _level: _Level) -> None:
    if type(value) is not bool:
        _refuse(value)


def _quantity(value: object, _level: _Level) -> None:
    if type(value) not in {int, float, complex}:
        _refuse(value)


def _expression(value: object, level: _Level) -> None:
    if type(value) is tuple:
        level.expressions.append(value)
    elif type(value) not in _CONSTANTS:
        _refuse(value)


def _expressions(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
    if type(value) is not tuple:
        _refuse(value)
    for item in value:
        if type(item) is tuple:
            level.expressions.append(item)
        elif type(item) not in _CONSTANTS:
            _refuse(item)


def _block(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
    if type(value) is not tuple:
        _refuse(value)
    level.statements += value


def _pattern(value: object, level: _Level) -> None:
    level.patterns.append(value)


def _one_of(*words: str | None) -> Check:
    known = frozenset(words)

    def check(value: object, _level: _Level) -> None:
        if type(value) not in {str, NoneType} or value not in known:
            _refuse(value)

    return check


def _row(*checks: Check) -> Check:
    count = len(checks)

    def check(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
        if type(value) is not tuple or len(value) != count:
            _refuse(value)
        for one, item in zip(checks, value, strict=True):
            one(item, level)

    return check


def _many(item: Check) -> Check:
    def check(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
        if type(value) is not tuple:
            _refuse(value)
        for one in value:
            item(one, level)

    return check


def _definition(kind: str) -> Check:
    def check(value: object, level: _Level) -> None:
        _number(value, level)
        level.indexes.append((kind, value))  # type: ignore[arg-type]  # it is an int

    return check


def _part(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
    """Check a part of an f-string."""
    if type(value) is not tuple or not value or value[0] not in {"str", "format"}:
        _refuse(value)
    level.expressions.append(value)


# --- the forms

_OPERATORS: Final = ("+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "^", "|")
_NAMES: Final = _many(_row(_text, _text_or_none))
_KEYWORDS: Final = _many(_row(_text, _expression))
_PAIRS: Final = _many(_row(_expression, _expression))
_OPERANDS: Final = _many(_row(_one_of(*_OPERATORS), _expression))
_COMPARED: Final = _many(_row(_one_of("<", "<=", "==", "!=", ">=", ">", "in", "not in", "is", "is not"), _expression))
_PARAMETERS: Final = _many(
    _row(
        _text,
        _one_of("positional-only", "positional", "star", "keyword-only", "star-star"),
        _flag,
        _expression,
        _expression,
        _expression,
    )
)
_CLAUSES: Final = {"for": _row(_tag, _expression, _expression, _flag), "if": _row(_tag, _expression)}


def _clause(value: Any, level: _Level) -> None:  # noqa: ANN401 - what was decoded
    """Check a clause of a comprehension."""
    _chosen(_CLAUSES, value)(value, level)


_EXPRESSIONS: Final[dict[str, Check]] = {
    "number": _row(_tag, _quantity, _text),
    "str": _row(_tag, _text),
    "fstring": _row(_tag, _many(_part)),
    "format": _row(_tag, _expression, _one_of("r", "s", "a", ""), _many(_part)),
    "attr": _row(_tag, _expression, _text),
    "call": _row(_tag, _expression, _expressions, _KEYWORDS, _number, _number),
    "*": _row(_tag, _expression),
    "tuple": _row(_tag, _expressions),
    "list": _row(_tag, _expressions),
    "set": _row(_tag, _expressions),
    "dict": _row(_tag, _PAIRS),
    "comp": _row(_tag, _one_of("list", "set", "dict", "generator"), _expression, _many(_clause)),
    "operate": _row(_tag, _expression, _OPERANDS),
    "unary": _row(_tag, _one_of("-", "+", "~"), _expression),
    "not": _row(_tag, _expression),
    "and": _row(_tag, _expressions),
    "or": _row(_tag, _expressions),
    "compare": _row(_tag, _expression, _COMPARED),
    "choose": _row(_tag, _expression, _expression, _expression),
    "subscript": _row(_tag, _expression, _expression),
    "slice": _row(_tag, _expression, _expression, _expression),
    "lambda": _row(_tag, _PARAMETERS, _expression, _number),
    "yield": _row(_tag, _expression),
    "yield from": _row(_tag, _expression),
    "await": _row(_tag, _expression),
    "walrus": _row(_tag, _text, _expression),
    "repr": _row(_tag, _expression),
    "error": _row(_tag, _text),
}

_STATEMENTS: Final[dict[str, Check]] = {
    "expr": _row(_tag, _number, _expression),
    "assign": _row(_tag, _number, _expressions, _expression),
    "augment": _row(_tag, _number, _expression, _one_of(*_OPERATORS), _expression),
    "annotate": _row(_tag, _number, _expression, _expression, _expression),
    "declare": _row(_tag, _number, _expression, _expression),
    "return": _row(_tag, _number, _expression),
    "raise": _row(_tag, _number, _expression, _expression, _expressions),
    "if": _row(_tag, _number, _many(_row(_number, _expression, _text, _block)), _block),
    "for": _row(_tag, _number, _expression, _expression, _block, _block, _flag),
    "while": _row(_tag, _number, _expression, _text, _block, _block),
    "try": _row(_tag, _number, _block, _many(_row(_number, _expression, _expression, _block)), _block, _block),
    "with": _row(_tag, _number, _PAIRS, _block, _flag),
    "def": _row(_tag, _number, _definition("def")),
    "class": _row(_tag, _number, _definition("class")),
    "import": _row(_tag, _number, _NAMES),
    "from": _row(_tag, _number, _number, _text, _NAMES),
    "global": _row(_tag, _number, _many(_text)),
    "nonlocal": _row(_tag, _number, _many(_text)),
    "del": _row(_tag, _number, _expressions),
    "assert": _row(_tag, _number, _expression, _text, _expression),
    "pass": _row(_tag, _number),
    "break": _row(_tag, _number),
    "continue": _row(_tag, _number),
    "match": _row(_tag, _number, _expression, _many(_row(_number, _pattern, _expression, _text, _block))),
    "print": _row(_tag, _number, _expression, _expressions, _flag),
    "exec": _row(_tag, _number, _expression, _expression, _expression),
    "type": _row(_tag, _number, _text, _expression),
    "error": _row(_tag, _number, _text),
}

_PATTERNS: Final[dict[str, Check]] = {
    "value": _row(_tag, _expression),
    "capture": _row(_tag, _text_or_none),
    "star": _row(_tag, _text_or_none),
    "sequence": _row(_tag, _many(_pattern)),
    "or": _row(_tag, _many(_pattern)),
    "mapping": _row(_tag, _many(_row(_expression, _pattern)), _text_or_none),
    "class": _row(_tag, _text, _many(_pattern), _many(_row(_text, _pattern))),
    "as": _row(_tag, _pattern, _text),
    "error": _row(_tag, _text),
}


_OF_STR: Final = 2


def _chosen(table: dict[str, Check], form: Any) -> Check:  # noqa: ANN401 - what was decoded
    if type(form) is not tuple or not form or type(form[0]) is not str or form[0] not in table:
        _refuse(form)
    return table[form[0]]


def _descend(level: _Level) -> None:
    """Check all forms of a level, and then those inside them."""
    for _depth in range(DEEPEST):
        expressions, statements, patterns = level.expressions, level.statements, level.patterns
        if not (expressions or statements or patterns):
            return
        level.expressions, level.statements, level.patterns = [], [], []
        for form in expressions:
            # A quarter of all forms is one of these, and all are tuples.
            if not (len(form) == _OF_STR and form[0] == "str" and type(form[1]) is str):
                _chosen(_EXPRESSIONS, form)(form, level)
        for table, forms in ((_STATEMENTS, statements), (_PATTERNS, patterns)):
            for form in forms:
                _chosen(table, form)(form, level)
    raise CorruptError(f"forms nested more than {DEEPEST} deep")


def _check(check: Check, value: object) -> list[tuple[str, int]]:
    """Check something and all forms in it; return the definitions among them."""
    level = _Level()
    check(value, level)
    _descend(level)
    return level.indexes


# --- the parts of a file's facts

_DECORATORS: Final = _many(_row(_expression, _number, _number))
_CLASS: Final = _row(
    *(_text, _text, _number, _number, _number, _tag, _tag),
    *(_expressions, _KEYWORDS, _DECORATORS, _text_or_none, _flag),
)
_FUNCTION: Final = _row(
    *(_text, _text, _number, _number, _number, _tag, _tag),
    *(_PARAMETERS, _expression, _DECORATORS, _text_or_none, _flag, _flag, _flag),
)
_ASSIGNMENTS: Final = _many(
    _row(_expression, _expression, _flag, _one_of(*_OPERATORS, None), _expression, _number, _tag, _tag)
)
_IMPORTS: Final = _many(_row(_text, _text_or_none, _text_or_none, _number, _number, _tag))
_PROBLEM_LINE: Final = _many(_row(_one_of(*Kind), _text, _tag))

_CLASSES_AT: Final = 5
"""Where in an outline the classes are; the functions follow."""
_PLACE: Final = slice(2, 4)
"""Where the line and the column are in the row of a class or function."""
_OF_CLASS, _OF_FUNCTION = 5, 6
"""Where in it the indexes of the class and of the function are that it stands in."""

Outline: TypeAlias = "tuple[Any, ...]"


def check_outline(outline: Any, bodies: Any) -> None:  # noqa: ANN401 - what was decoded
    """Check the rest of an outline that the other functions here, and whoever looks for a name, rely on.

    That is the names of classes and functions, and that what they stand in is there and begins before them.

    :raises CorruptError: it is no outline, or not of these bodies.
    """
    level = _Level()
    _row(_text_or_none, _number, *[_many(_tag)] * 6)(outline, level)
    _many(_encoded)(bodies, level)
    classes, functions = outline[_CLASSES_AT : _CLASSES_AT + 2]
    if len(bodies) != 1 + len(classes) + len(functions):
        _refuse(bodies)
    for rows, length in ((classes, 12), (functions, 14)):
        for row in rows:
            if type(row) is not tuple or len(row) != length or type(row[0]) is not str:
                _refuse(row)
            _number(row[2], level)
            _number(row[3], level)
    for row in (*classes, *functions):
        for around, index in ((classes, row[_OF_CLASS]), (functions, row[_OF_FUNCTION])):
            if index is not None and not around[_index(index, around)][_PLACE] < row[_PLACE]:
                _refuse(row)


def check_class(row: object) -> None:
    """Check what the outline says of a class.

    :raises CorruptError: it is of another shape.
    """
    _check(_CLASS, row)


def check_function(row: object) -> None:
    """Check what the outline says of a function.

    :raises CorruptError: it is of another shape.
    """
    _check(_FUNCTION, row)


def check_imports(outline: Outline) -> None:
    """Check the imports of an outline.

    :raises CorruptError: they are of another shape.
    """
    _check(_IMPORTS, outline[2])
    for row in outline[2]:
        _optional_index(row[-1], outline[_CLASSES_AT + 1])


def check_assignments(outline: Outline, part: int) -> None:
    """Check the assignments, or the attributes, that are this part of an outline.

    :raises CorruptError: they are of another shape.
    """
    _check(_ASSIGNMENTS, outline[part])
    for row in outline[part]:
        _optional_index(row[-2], outline[_CLASSES_AT])
        _optional_index(row[-1], outline[_CLASSES_AT + 1])


def check_problems(rows: Any) -> None:  # noqa: ANN401 - what was decoded
    """Check the problems of an outline.

    :raises CorruptError: they are of another shape.
    """
    _check(_PROBLEM_LINE, rows)
    for row in rows:
        if row[-1] is not None:
            _number(row[-1], _Level())


def check_body(outline: Outline, slot: int, body: object) -> None:
    """Check a body, and that the definitions in it are those that the outline says are directly inside.

    :raises CorruptError: it is of another shape.
    """
    tables = {"class": outline[_CLASSES_AT], "def": outline[_CLASSES_AT + 1]}
    number = slot - 1
    if number < 0:
        around: tuple[int | None, int | None] = (None, None)
    elif number < len(tables["class"]):
        around = (number, tables["class"][number][_OF_FUNCTION])
    else:
        around = (None, number - len(tables["class"]))
    for kind, index in _check(_block, body):
        row = tables[kind][_index(index, tables[kind])]
        if (row[_OF_CLASS], row[_OF_FUNCTION]) != around:
            _refuse(row)


def _encoded(value: object, _level: _Level) -> None:
    if type(value) is not bytes:
        _refuse(value)


def _index(value: Any, table: tuple[Any, ...]) -> int:  # noqa: ANN401 - what was decoded
    if type(value) is not int or not 0 <= value < len(table):
        _refuse(value)
    return int(value)


def _optional_index(value: object, table: tuple[Any, ...]) -> None:
    if value is not None:
        _index(value, table)
