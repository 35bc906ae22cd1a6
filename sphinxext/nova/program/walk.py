"""Every expression of a block of statements, wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.syntax.forms import Block, Expr, FPart, Stmt


def blocks(statement: Stmt) -> Iterator[Block]:
    """Give the blocks that a statement holds, in the order of the source."""
    match statement:
        case ("if", _, branches, orelse):
            for branch in branches:
                yield branch[3]
            yield orelse
        case ("for", _, _, _, block, orelse, _) | ("while", _, _, _, block, orelse):
            yield block
            yield orelse
        case ("try", _, block, handlers, orelse, final):
            yield block
            for handler in handlers:
                yield handler[3]
            yield orelse
            yield final
        case ("with", _, _, block, _):
            yield block
        case ("match", _, _, cases):
            for case in cases:
                yield case[4]


def heads(statement: Stmt) -> Iterator[Expr]:  # noqa: C901 - a flat table
    """Give the expressions of a statement that stand in none of its blocks, in the order of the source."""
    match statement:
        case ("expr" | "return", _, value):
            yield value
        case ("assign", _, targets, value):
            yield value
            yield from targets
        case ("augment", _, target, _, value):
            yield target
            yield value
        case ("annotate", _, target, annotation, value):
            yield from (target, annotation, value)
        case ("raise", _, exception, cause, arguments):
            yield from (exception, cause, *arguments)
        case ("if", _, branches, _):
            for branch in branches:
                yield branch[1]
        case ("for", _, target, iterable, _, _, _):
            yield iterable
            yield target
        case ("while", _, condition, _, _, _):
            yield condition
        case ("assert", _, condition, _, message):
            yield condition
            yield message
        case ("try", _, _, handlers, _, _):
            for handler in handlers:
                yield handler[1]
        case ("with", _, items, _, _):
            for item, target in items:
                yield item
                yield target
        case ("del", _, targets):
            yield from targets
        case ("match", _, subject, cases):
            yield subject
            for case in cases:
                yield case[2]
        case ("print", _, destination, values, _):
            yield destination
            yield from values
        case ("exec", _, code, globals_, locals_):
            yield from (code, globals_, locals_)


def parts(expression: Expr) -> Iterator[Expr]:  # noqa: C901 - a flat table
    """Give the expressions that an expression is directly made of, in the order of the source."""
    match expression:
        case ("call", function, arguments, keywords, _, _):
            yield function
            yield from arguments
            for _, value in keywords:
                yield value
        case ("attr", value, _) | ("walrus", _, value) | ("unary", _, value):
            yield value
        case ("tuple" | "list" | "set" | "and" | "or", items):
            yield from items
        case ("dict", pairs):
            for key, value in pairs:
                if key != "**":
                    yield key
                yield value
        case ("operate" | "compare", first, rest):
            yield first
            for _, operand in rest:
                yield operand
        case ("not" | "*" | "yield" | "yield from" | "await" | "repr", value):
            yield value
        case ("choose", condition, then, otherwise):
            yield from (then, condition, otherwise)
        case ("subscript", value, index):
            yield value
            yield index
        case ("slice", lower, upper, step):
            yield from (lower, upper, step)
        case ("comp", _, element, clauses):
            yield element
            for clause in clauses:
                yield clause[1]
                if clause[0] == "for":
                    yield clause[2]
        case ("lambda", parameters, body, _):
            for parameter in parameters:
                yield parameter[3]
            yield body
        case ("fstring", fields):
            yield from _formatted(fields)


def _formatted(fields: tuple[FPart, ...]) -> Iterator[Expr]:
    for field in fields:
        match field:
            case ("format", value, _, spec):
                yield value
                yield from _formatted(spec)


def expressions(block: Block) -> Iterator[Expr]:
    """Give every expression in a block and inside each other, a whole before its parts, in the order of the source.

    The bodies of nested functions and classes are not part of the block; those of lambdas are.
    """
    for statement in block:
        for head in heads(statement):
            yield from within(head)
        for inner in blocks(statement):
            yield from expressions(inner)


def within(expression: Expr) -> Iterator[Expr]:
    """Give an expression and all those inside it, a whole before its parts."""
    waiting = [expression]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, tuple):
            waiting += reversed(tuple(parts(one)))
