"""The form in which statements and expressions are kept: plain, tagged tuples.

A function body has hundreds of nodes and Nova has thousands of functions, so they are not objects but nested tuples
of plain values, which are cheap to make, to encode (:mod:`~sphinxext.nova.syntax.encoding`) and to take apart with
``match``. Nothing in them refers to a syntax tree, to the source text or to a byte offset. Lines count from 1; columns
are in bytes of UTF-8 and count from 0, as CPython's :mod:`ast` has them. What comes out of a cache is held against
:mod:`~sphinxext.nova.syntax.shapes`, which has all forms once more.

Expressions (:data:`Expr`)
    A **name or a dotted chain of names** is a ``str``: ``"CONF"``, ``"self.compute_rpcapi.prep_resize"``.

    A **number, bytes, True, False, None, or ``...``** is itself, ``-1`` too. A
    number that is not written as Python would write it is ``("number", value, text)``: ``("number", 493, "0755")``.

    Everything else is a tuple whose first item says what it is:

    ========================================================  ==========================================================
    ``("str", text)``                                         a string constant (adjacent constants are joined)
    ``("fstring", parts)``                                    f-string; a part is ``("str", text)`` or ``("format",
                                                              expr, conversion, spec)``: conversion ``"r"``, ``"s"``,
                                                              ``"a"`` or ``""``, spec a tuple of parts
    ``("attr", value, name)``                                 ``value.name`` where value is more than names
    ``("call", function, args, keywords, line, column)``      args: expressions, one may be ``("*", expr)``;
                                                              keywords: ``(name, expr)``, the name of ``**expr`` is
                                                              ``"**"``
    ``("*", expr)``                                           starred, in calls, displays, targets, subscripts
    ``("tuple", items)`` ``("list", items)``                  displays; also as targets
    ``("set", items)``
    ``("dict", pairs)``                                       ``(key, value)``; the key of ``**expr`` is ``"**"``
    ``("comp", kind, element, clauses)``                      kind ``"list"``, ``"set"``, ``"dict"``, ``"generator"``;
                                                              the element of a dict is ``("tuple", (key, value))``;
                                                              a clause is ``("for", target, iterable, is_async)`` or
                                                              ``("if", condition)``
    ``("operate", first, rest)``                              binary operators, applied from left to right;
                                                              rest: ``(operator, expr)``. ``a * b + c`` is one of
                                                              these; ``a + b * c`` has another one inside
    ``("unary", operator, expr)``                             ``-``, ``+``, ``~``
    ``("not", expr)``
    ``("and", items)`` ``("or", items)``
    ``("compare", first, rest)``                              rest: ``(operator, expr)``; ``<>`` is ``!=``
    ``("choose", condition, then, otherwise)``                ``then if condition else otherwise``
    ``("subscript", value, index)``                           several indexes are one tuple
    ``("slice", lower, upper, step)``                         None where absent
    ``("lambda", parameters, body, line)``                    parameters: see :class:`~.Parameter`,
                                                              :func:`~.parameters_of`
    ``("yield", expr)`` ``("yield from", expr)``
    ``("await", expr)``
    ``("walrus", name, expr)``                                ``name := expr``
    ``("repr", expr)``                                        Python 2's backticks
    ``("error", text)``                                       not understood
    ========================================================  ==========================================================

Statements (:data:`Stmt`)
    Always a tuple ``(tag, line, ...)``. A block is a tuple of statements, ``()`` where a clause is absent. ``text`` is
    the source text of a condition on one line, for people to read.

    =============================================================  =====================================================
    ``("expr", line, expr)``                                       docstrings included
    ``("assign", line, targets, value)``                           ``a = b = value`` has two targets
    ``("augment", line, target, operator, value)``                 operator without its ``=``
    ``("annotate", line, target, annotation, value)``              ``target: annotation = value``
    ``("declare", line, target, annotation)``                      ``target: annotation``
    ``("return", line, expr)``                                     None where absent
    ``("raise", line, exception, cause, arguments)``               arguments: the further expressions of Python 2's form
    ``("if", line, branches, orelse)``                             branch: ``(line, condition, text, block)``, one for
                                                                   ``if`` and one for each ``elif``
    ``("for", line, target, iterable, block, orelse, is_async)``
    ``("while", line, condition, text, block, orelse)``
    ``("try", line, block, handlers, orelse, final)``              handler: ``(line, exception, alias, block)``; alias
                                                                   is an expression, in both ``except A as e`` and
                                                                   ``except A, e``; None where absent
    ``("with", line, items, block, is_async)``                     item: ``(expr, target)``; None without ``as``
    ``("def", line, index)`` ``("class", line, index)``            a definition: ``facts.functions[index]``,
                                                                   ``facts.classes[index]``
    ``("import", line, names)``                                    name: ``(dotted name, alias)``
    ``("from", line, level, module, names)``                       name: ``(name, alias)``; level counts leading dots
    ``("global", line, names)`` ``("nonlocal", line, names)``
    ``("del", line, targets)``
    ``("assert", line, condition, text, message)``
    ``("pass", line)`` ``("break", line)`` ``("continue", line)``
    ``("match", line, subject, cases)``                            case: ``(line, pattern, guard, text, block)``
    ``("print", line, destination, values, newline)``              Python 2's statement; newline is False after a
                                                                   trailing comma
    ``("exec", line, code, globals, locals)``                      Python 2's statement
    ``("type", line, name, value)``
    ``("error", line, text)``                                      not understood; text is its first line
    =============================================================  =====================================================

Patterns of ``match`` (:data:`Pattern`)
    ``("value", expr)``, ``("capture", name)`` (name None: ``_``), ``("star", name)``, ``("sequence", patterns)``,
    ``("mapping", ((key, pattern), ...), rest)``, ``("class", name, patterns, ((name, pattern), ...))``,
    ``("or", patterns)``, ``("as", pattern, name)``, ``("error", text)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from types import EllipsisType

Constant: TypeAlias = "int | float | complex | bytes | bool | EllipsisType | None"

Keyword: TypeAlias = "tuple[str, Expr]"
Pair: TypeAlias = "tuple[Expr, Expr]"
Operand: TypeAlias = "tuple[str, Expr]"
RawParameter: TypeAlias = "tuple[str, str, bool, Expr, Expr, Expr]"
"""The fields of :class:`~.facts.Parameter`, in their order."""

Number: TypeAlias = "tuple[Literal['number'], int | float | complex, str]"
Str: TypeAlias = "tuple[Literal['str'], str]"
Format: TypeAlias = "tuple[Literal['format'], Expr, str, tuple[FPart, ...]]"
FPart: TypeAlias = "Str | Format"
FString: TypeAlias = "tuple[Literal['fstring'], tuple[FPart, ...]]"
Attr: TypeAlias = "tuple[Literal['attr'], Expr, str]"
CallForm: TypeAlias = "tuple[Literal['call'], Expr, tuple[Expr, ...], tuple[Keyword, ...], int, int]"
Starred: TypeAlias = "tuple[Literal['*'], Expr]"
Display: TypeAlias = "tuple[Literal['tuple', 'list', 'set'], tuple[Expr, ...]]"
DictForm: TypeAlias = "tuple[Literal['dict'], tuple[Pair, ...]]"
ForClause: TypeAlias = "tuple[Literal['for'], Expr, Expr, bool]"
IfClause: TypeAlias = "tuple[Literal['if'], Expr]"
Comprehension: TypeAlias = "tuple[Literal['comp'], str, Expr, tuple[ForClause | IfClause, ...]]"
Operate: TypeAlias = "tuple[Literal['operate'], Expr, tuple[Operand, ...]]"
Unary: TypeAlias = "tuple[Literal['unary'], str, Expr]"
Not: TypeAlias = "tuple[Literal['not'], Expr]"
Logic: TypeAlias = "tuple[Literal['and', 'or'], tuple[Expr, ...]]"
Compare: TypeAlias = "tuple[Literal['compare'], Expr, tuple[Operand, ...]]"
Choose: TypeAlias = "tuple[Literal['choose'], Expr, Expr, Expr]"
Subscript: TypeAlias = "tuple[Literal['subscript'], Expr, Expr]"
Slice: TypeAlias = "tuple[Literal['slice'], Expr, Expr, Expr]"
Lambda: TypeAlias = "tuple[Literal['lambda'], tuple[RawParameter, ...], Expr, int]"
Wrapped: TypeAlias = "tuple[Literal['yield', 'yield from', 'await', 'repr'], Expr]"
Walrus: TypeAlias = "tuple[Literal['walrus'], str, Expr]"
ErrorForm: TypeAlias = "tuple[Literal['error'], str]"

Tagged: TypeAlias = (
    "Number | Str | FString | Attr | CallForm | Starred | Display | DictForm | Comprehension | Operate | Unary | Not"
    " | Logic | Compare | Choose | Subscript | Slice | Lambda | Wrapped | Walrus | ErrorForm"
)
Expr: TypeAlias = "str | Constant | Tagged"
"""An expression."""

Value: TypeAlias = "tuple[Literal['value'], Expr]"
Capture: TypeAlias = "tuple[Literal['capture', 'star'], str | None]"
Patterns: TypeAlias = "tuple[Literal['sequence', 'or'], tuple[Pattern, ...]]"
MappingPattern: TypeAlias = "tuple[Literal['mapping'], tuple[tuple[Expr, Pattern], ...], str | None]"
ClassPattern: TypeAlias = "tuple[Literal['class'], str, tuple[Pattern, ...], tuple[tuple[str, Pattern], ...]]"
AsPattern: TypeAlias = "tuple[Literal['as'], Pattern, str]"
Pattern: TypeAlias = "Value | Capture | Patterns | MappingPattern | ClassPattern | AsPattern | ErrorForm"
"""A pattern of a ``case``."""

Block: TypeAlias = "tuple[Stmt, ...]"
Branch: TypeAlias = "tuple[int, Expr, str, Block]"
Handler: TypeAlias = "tuple[int, Expr, Expr, Block]"
Case: TypeAlias = "tuple[int, Pattern, Expr, str, Block]"
Names: TypeAlias = "tuple[tuple[str, str | None], ...]"

Stmt: TypeAlias = (
    "tuple[Literal['expr', 'return'], int, Expr]"
    " | tuple[Literal['assign'], int, tuple[Expr, ...], Expr]"
    " | tuple[Literal['augment'], int, Expr, str, Expr]"
    " | tuple[Literal['annotate'], int, Expr, Expr, Expr]"
    " | tuple[Literal['declare'], int, Expr, Expr]"
    " | tuple[Literal['raise'], int, Expr, Expr, tuple[Expr, ...]]"
    " | tuple[Literal['if'], int, tuple[Branch, ...], Block]"
    " | tuple[Literal['for'], int, Expr, Expr, Block, Block, bool]"
    " | tuple[Literal['while'], int, Expr, str, Block, Block]"
    " | tuple[Literal['try'], int, Block, tuple[Handler, ...], Block, Block]"
    " | tuple[Literal['with'], int, tuple[Pair, ...], Block, bool]"
    " | tuple[Literal['def', 'class'], int, int]"
    " | tuple[Literal['import'], int, Names]"
    " | tuple[Literal['from'], int, int, str, Names]"
    " | tuple[Literal['global', 'nonlocal'], int, tuple[str, ...]]"
    " | tuple[Literal['del'], int, tuple[Expr, ...]]"
    " | tuple[Literal['assert'], int, Expr, str, Expr]"
    " | tuple[Literal['pass', 'break', 'continue'], int]"
    " | tuple[Literal['match'], int, Expr, tuple[Case, ...]]"
    " | tuple[Literal['print'], int, Expr, tuple[Expr, ...], bool]"
    " | tuple[Literal['exec'], int, Expr, Expr, Expr]"
    " | tuple[Literal['type'], int, str, Expr]"
    " | tuple[Literal['error'], int, str]"
)
"""A statement."""
