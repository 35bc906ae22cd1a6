"""Which lines of a function exclude one another, read from its blocks alone.

This is nothing but what a person sees who reads where blocks end: it knows no values, and calls nothing of what follows
paths, so that it can be held against that. Only the parser is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sphinxext.nova.syntax.repair import parse_tolerantly
from sphinxext.nova.syntax.source import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

LEAVES_FUNCTION: Final = frozenset({"return", "raise"})
LEAVES_ITERATION: Final = frozenset({"break", "continue"})
GOES_ON: Final = frozenset({"on"})


@dataclass(frozen=True)
class Exclusive:
    """A block that ends, and what comes after it in its function: no run of the function does something of both.

    ``ended`` are the lines of the block, ``after`` those of each statement after it; first and last, both included.
    In a loop it is one iteration of the loop in which both are that does not do both.
    """

    ended: tuple[int, int]
    after: tuple[tuple[int, int], ...]

    def excludes(self, line: int, later: int) -> bool:
        """Return whether what is on the second line is not done where that on the first one is."""
        first, last = self.ended
        return first <= line <= last and any(first <= later <= last for first, last in self.after)


def exclusive(data: bytes) -> dict[int, list[Exclusive]]:
    """Return the blocks that end of each function of a file, by the line of its ``def``."""
    text, _problems = decode(data)
    found: dict[int, list[Exclusive]] = {}
    pending = [parse_tolerantly(text).root]
    while pending:
        node = pending.pop()
        pending += node.named_children
        if node.type == "function_definition":
            body = node.child_by_field_name("body")
            assert body is not None
            found[_line(node)] = [*_in_block(_statements(body), (), 0)]
    return found


def _in_block(statements: Sequence[Node], after: Sequence[Node], reach: int) -> Iterator[Exclusive]:
    """Give what ends in a block.

    :param after: the statements outside that leaving the function in the block skips, in their order.
    :param reach: how many of them leaving the iteration skips, too.
    """
    for index, statement in enumerate(statements):
        rest = statements[index + 1 :]
        yield from _in_statement(statement, [*rest, *after], reach + len(rest))


def _in_statement(statement: Node, after: Sequence[Node], reach: int) -> Iterator[Exclusive]:
    match statement.type:
        case "if_statement" | "match_statement":
            clauses = _clauses(statement)
            for index, clause in enumerate(clauses):
                body = _body(clause)
                others = [one for later in clauses[index + 1 :] for one in _body(later)]
                if body and _line(body[0]) > _line(clause):
                    # What is on the line of a condition cannot be told from it.
                    yield from _ended(body, [*others, *after], reach + len(others))
                yield from _in_block(body, [*others, *after], reach + len(others))
        case "for_statement" | "while_statement":
            yield from _in_block(_body(statement), after, 0)
        case "with_statement":
            yield from _in_block(_body(statement), after, reach)
        case "try_statement":
            yield from _in_try(statement, after, reach)


def _in_try(statement: Node, after: Sequence[Node], reach: int) -> Iterator[Exclusive]:
    """Give what ends in a ``try``: what fails in it may lead to a handler, and from there to what comes after it."""
    handlers = [_body(one) for one in statement.named_children if one.type.startswith("except")]
    orelse = _orelse(statement)
    if any(_how(handler) >= GOES_ON for handler in handlers):
        after, reach = (), 0
    yield from _in_block(_body(statement), [*orelse, *after], reach + len(orelse))
    yield from _in_block(orelse, after, reach)
    for block in (*handlers, *(_body(one) for one in statement.named_children if one.type == "finally_clause")):
        yield from _in_block(block, (), 0)


def _ended(block: Sequence[Node], after: Sequence[Node], reach: int) -> Iterator[Exclusive]:
    """Give a block that is done under a condition, if it ends on every path."""
    how = _how(block)
    if how >= GOES_ON:
        return
    skipped = after if how <= LEAVES_FUNCTION else after[:reach]
    if skipped:
        yield Exclusive(
            (_line(block[0]), _last_line(block[-1])), tuple((_line(one), _last_line(one)) for one in skipped)
        )


def _how(block: Iterable[Node]) -> frozenset[str]:
    """Return in which ways a block is left: ``on`` where what comes after it is reached."""
    found: frozenset[str] = frozenset()
    for statement in block:
        how = _how_statement(statement)
        if not how >= GOES_ON:
            return found | how
        found |= how - GOES_ON
    return found | GOES_ON


def _how_statement(statement: Node) -> frozenset[str]:
    kind = statement.type.removesuffix("_statement")
    if kind in LEAVES_FUNCTION | LEAVES_ITERATION:
        return frozenset({kind})
    if kind in {"if", "match"}:
        clauses = _clauses(statement)
        is_whole = kind == "if" and clauses[-1].type == "else_clause"
        return (frozenset() if is_whole else GOES_ON).union(*(_how(_body(clause)) for clause in clauses))
    if kind == "with":
        how = _how(_body(statement))
        # A manager may swallow what is raised.
        return how | GOES_ON if "raise" in how else how
    if kind == "try":
        handlers = (_body(one) for one in statement.named_children if one.type.startswith("except"))
        return _how([*_body(statement), *_orelse(statement)]).union(*map(_how, handlers))
    # A loop may have nothing to go through.
    return GOES_ON


def _orelse(statement: Node) -> list[Node]:
    """Return the statements of the ``else`` of a ``try``."""
    return [one for clause in statement.named_children if clause.type == "else_clause" for one in _body(clause)]


def _clauses(statement: Node) -> list[Node]:
    """Return the branches of an ``if`` or a ``match``; the first one of an ``if`` is itself."""
    if statement.type == "match_statement":
        body = statement.child_by_field_name("body")
        return [] if body is None else [one for one in body.named_children if one.type == "case_clause"]
    return [statement, *(one for one in statement.named_children if one.type in {"elif_clause", "else_clause"})]


def _body(clause: Node) -> list[Node]:
    """Return the statements of a clause that are in it."""
    for name in ("consequence", "body"):
        block = clause.child_by_field_name(name)
        if block is not None:
            break
    else:
        block = next(one for one in clause.named_children if one.type == "block")
    return _statements(block)


def _statements(block: Node) -> list[Node]:
    return [one for one in block.named_children if one.type != "comment"]


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _last_line(node: Node) -> int:
    return node.end_point[0] + 1
