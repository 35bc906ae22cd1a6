"""Going through the forms of :mod:`~sphinxext.nova.syntax.forms`: which expressions and calls there are.

All of these go on in the order of the source, outermost first, and enter neither the bodies of nested functions and
classes (they have their own) nor recursion, so that depth is no matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.syntax.forms import Block, CallForm, Comprehension, Expr, FPart, Pattern, Stmt


def calls(block: Block) -> Iterator[CallForm]:
    """Return every call in the statements of a body."""
    for expression in expressions(block):
        if isinstance(expression, tuple) and expression[0] == "call":
            yield expression


def expressions(block: Block) -> Iterator[Expr]:
    """Return every expression in the statements of a body, with all that is inside it."""
    for statement in statements(block):
        for expression in own_expressions(statement):
            yield from inside(expression)


def statements(block: Block) -> Iterator[Stmt]:
    """Return every statement of a body, those in nested blocks included."""
    pending = list(reversed(block))
    while pending:
        statement = pending.pop()
        yield statement
        for nested in reversed(blocks(statement)):
            pending += reversed(nested)


def inside(expression: Expr) -> Iterator[Expr]:
    """Return an expression and every expression in it."""
    pending = [expression]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, tuple):
            pending += reversed(parts(current))


def blocks(statement: Stmt) -> list[Block]:
    """Return the blocks of a compound statement, ``[]`` for a simple one."""
    match statement:
        case ("if", _, branches, orelse):
            return [*(block for _, _, _, block in branches), orelse]
        case ("for", _, _, _, block, orelse, _) | ("while", _, _, _, block, orelse):
            return [block, orelse]
        case ("try", _, block, handlers, orelse, final):
            return [block, *(body for _, _, _, body in handlers), orelse, final]
        case ("with", _, _, block, _):
            return [block]
        case ("match", _, _, cases):
            return [block for _, _, _, _, block in cases]
    return []


def own_expressions(statement: Stmt) -> list[Expr]:  # noqa: C901 - one case for each statement
    """Return the expressions of a statement itself, not those of its blocks."""
    match statement:
        case ("expr" | "return", _, expression):
            return [expression]
        case ("assign", _, targets, value):
            return [*targets, value]
        case ("augment", _, target, _, value):
            return [target, value]
        case ("annotate", _, target, annotation, value):
            return [target, annotation, value]
        case ("declare", _, target, annotation):
            return [target, annotation]
        case ("raise", _, exception, cause, arguments):
            return [exception, *arguments, cause]
        case ("if", _, branches, _):
            return [condition for _, condition, _, _ in branches]
        case ("for", _, target, iterable, _, _, _):
            return [target, iterable]
        case ("while", _, condition, _, _, _):
            return [condition]
        case ("try", _, _, handlers, _, _):
            return [expression for _, exception, alias, _ in handlers for expression in (exception, alias)]
        case ("with", _, items, _, _):
            return [expression for item in items for expression in item]
        case ("del", _, targets):
            return list(targets)
        case ("assert", _, condition, _, message):
            return [condition, message]
        case ("match", _, subject, cases):
            inner = [part for _, pattern, guard, _, _ in cases for part in (*_pattern_values(pattern), guard)]
            return [subject, *inner]
        case ("print", _, destination, values, _):
            return [destination, *values]
        case ("exec", _, code, globals_, locals_):
            return [code, globals_, locals_]
        case ("type", _, _, value):
            return [value]
    return []


def parts(expression: Expr) -> list[Expr]:  # noqa: C901 - one case for each form
    """Return the expressions that an expression is directly made of."""
    if not isinstance(expression, tuple):
        return []
    match expression:
        case ("call", function, arguments, keywords, _, _):
            return [function, *arguments, *(value for _, value in keywords)]
        case ("attr", value, _) | ("unary", _, value) | ("walrus", _, value):
            return [value]
        case ("*" | "not" | "yield" | "yield from" | "await" | "repr", value):
            return [value]
        case ("tuple" | "list" | "set" | "and" | "or", items):
            return list(items)
        case ("dict", pairs):
            return [part for key, value in pairs for part in ((value,) if key == "**" else (key, value))]
        case ("operate" | "compare", first, rest):
            return [first, *(operand for _, operand in rest)]
        case ("subscript", value, index):
            return [value, index]
        case ("choose", condition, then, otherwise):
            return [then, condition, otherwise]
        case ("slice", lower, upper, step):
            return [lower, upper, step]
        case ("fstring", pieces):
            return _interpolated(pieces)
        case ("comp", _, _, _):
            return _comprehended(expression)
        case ("lambda", parameters, body, _):
            return [*(part for _, _, _, default, _, _ in parameters for part in (default,)), body]
    return []


def _interpolated(pieces: Iterable[FPart]) -> list[Expr]:
    result: list[Expr] = []
    for piece in pieces:
        if piece[0] == "format":
            result += [piece[1], *_interpolated(piece[3])]
    return result


def _comprehended(comprehension: Comprehension) -> list[Expr]:
    _, _, element, clauses = comprehension
    result = [element]
    for clause in clauses:
        result += [clause[1], clause[2]] if clause[0] == "for" else [clause[1]]
    return result


def _pattern_values(pattern: Pattern) -> list[Expr]:
    match pattern:
        case ("value", expression):
            return [expression]
        case ("sequence" | "or", patterns):
            return [value for inner in patterns for value in _pattern_values(inner)]
        case ("mapping", pairs, _):
            return [value for key, inner in pairs for value in (key, *_pattern_values(inner))]
        case ("class", name, patterns, keywords):
            inner_patterns = (*patterns, *(inner for _, inner in keywords))
            return [name, *(value for inner in inner_patterns for value in _pattern_values(inner))]
        case ("as", inner, _):
            return _pattern_values(inner)
    return []
