"""The patterns of ``match`` statements to the tuples of :mod:`~sphinxext.nova.syntax.forms`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.syntax.expressions import MalformedError, check_depth, dotted, expression, expressions
from sphinxext.nova.syntax.grammar import kinds, solid

if TYPE_CHECKING:
    from tree_sitter import Node

    from sphinxext.nova.syntax.expressions import Context
    from sphinxext.nova.syntax.forms import Expr, Pattern


def pattern(context: Context, nodes: list[Node], depth: int) -> Pattern:
    """Return the form of the pattern that ``nodes``, the children between ``case`` and its guard, stand for."""
    patterns = _patterns(context, nodes, depth)
    if len(patterns) == 1 and not any(node.type == "," for node in nodes):
        return patterns[0]
    return ("sequence", tuple(patterns))


def _patterns(context: Context, nodes: list[Node], depth: int) -> list[Pattern]:
    return [_pattern(context, node, depth) for node in nodes if node.is_named and node.kind_id in _PATTERN]


def _pattern(context: Context, node: Node, depth: int) -> Pattern:
    check_depth(depth)
    depth += 1
    children = solid(node)
    match node.type:
        case "as_pattern":
            return ("as", _pattern(context, children[0], depth), dotted(context, children[-1]))
        case "union_pattern":
            return ("or", tuple(_alternatives(context, children, depth)))
        case "list_pattern":
            return ("sequence", tuple(_patterns(context, children, depth)))
        case "splat_pattern":
            name = context.text[children[-1].start_byte : children[-1].end_byte]
            return ("star", None if name == "_" else name)
        case "dotted_name":
            name = dotted(context, node)
            return ("value", name) if "." in name else ("capture", name)
        case kind if kind in _COMPOUND:
            return _COMPOUND[kind](context, children, depth)
    return ("value", expression(context, node, depth))


def _case(context: Context, children: list[Node], depth: int) -> Pattern:
    if len(children) == 1 and not children[0].is_named:
        return ("capture", None)
    if children[0].type == "-":
        return _negative(context, children[1], depth)
    (inner,) = children
    return _pattern(context, inner, depth)


def _alternatives(context: Context, children: list[Node], depth: int) -> list[Pattern]:
    """Return the patterns between ``|``; a ``-`` or ``_`` may stand there without a node of its own."""
    result: list[Pattern] = []
    negative = False
    for child in children:
        if child.type == "-":
            negative = True
        elif child.type == "_":
            result.append(("capture", None))
        elif child.is_named:
            result.append(_negative(context, child, depth) if negative else _pattern(context, child, depth))
            negative = False
    return result


def _negative(context: Context, node: Node, depth: int) -> Pattern:
    value = expression(context, node, depth)
    return ("value", -value if isinstance(value, int | float | complex) else ("unary", "-", value))


def _mapping(context: Context, children: list[Node], depth: int) -> Pattern:
    pairs: list[tuple[Expr, Pattern]] = []
    rest: str | None = None
    key: Expr = None
    for child in children:
        if child.type == "splat_pattern":
            rest = dotted(context, child)
        elif child.type == "case_pattern":
            pairs.append((key, _pattern(context, child, depth)))
        elif child.is_named:
            key = expression(context, child, depth)
    return ("mapping", tuple(pairs), rest)


def _class(context: Context, children: list[Node], depth: int) -> Pattern:
    positional: list[Pattern] = []
    keywords: list[tuple[str, Pattern]] = []
    for child in children[1:]:
        inner = solid(child)
        if len(inner) == 1 and inner[0].type == "keyword_pattern":
            name, _, *value = solid(inner[0])
            keywords.append((dotted(context, name), _case(context, value, depth)))
        elif child.is_named:
            positional.append(_pattern(context, child, depth))
    return ("class", dotted(context, children[0]), tuple(positional), tuple(keywords))


def _complex(context: Context, children: list[Node], depth: int) -> Pattern:
    text = "".join(context.text[child.start_byte : child.end_byte] for child in children)
    try:
        return ("value", complex(text))
    except ValueError:
        items = expressions(context, children, depth)
        if not items:
            raise MalformedError(text) from None
        return ("value", items[0])


_COMPOUND: Final = {
    "case_pattern": _case,
    "tuple_pattern": pattern,
    "dict_pattern": _mapping,
    "class_pattern": _class,
    "complex_pattern": _complex,
}
_PATTERN: Final = kinds(
    "case_pattern",
    "as_pattern",
    "union_pattern",
    "list_pattern",
    "tuple_pattern",
    "dict_pattern",
    "class_pattern",
    "splat_pattern",
    "dotted_name",
    "complex_pattern",
)
