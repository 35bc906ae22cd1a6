"""Expression nodes to the tuples of :mod:`~sphinxext.nova.syntax.forms`.

One small function for each kind of node, found through a table. What is written here runs for half a million nodes of
one Nova, which is why a name or a dotted chain is taken as one slice of the text, a string is not descended into, and
the commonest shapes are unpacked by position. Positions can be relied on as soon as comments, which may stand anywhere,
are out of the way.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from sphinxext.nova.syntax import literals
from sphinxext.nova.syntax.grammar import ERROR, kinds, solid, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from sphinxext.nova.syntax.forms import Expr, ForClause, FPart, IfClause, Keyword, Operand, Pair, RawParameter

DEPTH_LIMIT: Final = 150
"""How deep expressions and statements may be nested. Chains (of operators, of ``elif``) do not nest."""

_BINARY: Final = 3
"""Children of an operator with two sides."""


class MalformedError(ValueError):
    """A node that is not of the shape that its kind should have; costs the statement that it is in."""


class Text(Protocol):
    """The source as something that can be sliced by byte offsets: a ``str`` where it is ASCII."""

    def __getitem__(self, span: slice) -> str:
        """Return the text between two byte offsets."""


class Utf8:
    """A :class:`Text` over UTF-8 bytes that are not all ASCII."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __getitem__(self, span: slice) -> str:
        return self._data[span].decode("utf-8", "replace")


class Context:
    """What the functions of one file share.

    ``chains`` are the dotted chains of names that were met. ``yields`` is set when a ``yield`` was seen. ``misread``
    collects what to write where, before the file is parsed once more: the grammar takes backticks for a string, and
    braces in their place show what they hold.
    """

    __slots__ = ("chains", "misread", "text", "yields")

    def __init__(self, data: bytes) -> None:
        self.text: Text = data.decode("ascii") if data.isascii() else Utf8(data)
        self.chains: dict[str, str] = {}
        self.yields = False
        self.misread: dict[int, bytes] = {}


Handler: TypeAlias = "Callable[[Context, Node, int], Expr]"
"""(context, node, depth) -> form"""


def skip(_context: Context, node: Node, _depth: int) -> Expr:
    """Stand in the table for what is no expression: punctuation, comments."""
    raise MalformedError(node.type)


def check_depth(depth: int) -> None:
    """Raise :class:`MalformedError` if ``depth`` is more than we follow."""
    if depth > DEPTH_LIMIT:
        message = f"nested more than {DEPTH_LIMIT} levels deep"
        raise MalformedError(message)


def expression(context: Context, node: Node, depth: int) -> Expr:
    """Return the form of an expression node."""
    return EXPRESSION[node.kind_id](context, node, depth)


def expressions(context: Context, nodes: list[Node], depth: int) -> list[Expr]:
    """Return the forms of those of ``nodes`` that are expressions."""
    result: list[Expr] = []
    for node in nodes:
        handler = EXPRESSION[node.kind_id]
        if handler is not skip:
            result.append(handler(context, node, depth))
    return result


def listed(context: Context, nodes: list[Node], depth: int) -> Expr:
    """Return the form of ``a`` or of ``a, b`` without brackets: one expression, or a tuple."""
    items = expressions(context, nodes, depth)
    if len(items) == 1:
        for node in nodes:
            if node.kind_id == _COMMA:
                break
        else:
            return items[0]
    return ("tuple", tuple(items))


def only(context: Context, node: Node, depth: int) -> Expr:
    """Return the form of the one expression below ``node``."""
    check_depth(depth)
    (item,) = expressions(context, node.children, depth + 1)
    return item


def _error(context: Context, node: Node, _depth: int) -> Expr:
    return ("error", context.text[node.start_byte : node.end_byte])


def _name(context: Context, node: Node, _depth: int) -> str:
    return intern(context.text[node.start_byte : node.end_byte])


def _dotted_name(context: Context, node: Node, _depth: int) -> Expr:
    return dotted(context, node)


def dotted(context: Context, node: Node) -> str:
    """Return the text of a dotted name without the spaces that may stand around its dots."""
    text = context.text[node.start_byte : node.end_byte]
    if not _is_chain(text):
        text = ".".join(
            context.text[part.start_byte : part.end_byte] for part in node.named_children if part.kind_id in _IDENTIFIER
        )
    return intern(text)


def _is_chain(text: str) -> bool:
    """Tell whether this is names and dots only, as quickly as that can be told: most attributes are."""
    return text.replace(".", "_").isidentifier() and "." not in {text[0], text[-1]} and ".." not in text


def _attribute(context: Context, node: Node, depth: int) -> Expr:
    text = context.text[node.start_byte : node.end_byte]
    chain = context.chains.get(text)
    if chain is not None:
        return chain
    if _is_chain(text):
        chain = context.chains[text] = intern(text)
        return chain
    check_depth(depth)
    target, _, name = node.children if node.child_count == 3 else solid(node)
    value = EXPRESSION[target.kind_id](context, target, depth + 1)
    attribute = intern(context.text[name.start_byte : name.end_byte])
    if isinstance(value, str):
        return intern(f"{value}.{attribute}")
    return ("attr", value, attribute)


def _call(context: Context, node: Node, depth: int) -> Expr:
    if depth > DEPTH_LIMIT:
        check_depth(depth)
    depth += 1
    text = context.text
    function, arguments = node.children if node.child_count == 2 else solid(node)
    row, column = node.start_point
    value = EXPRESSION[function.kind_id](context, function, depth)
    if arguments.kind_id in _GENERATOR:
        return ("call", value, (_comprehension(context, arguments, depth),), (), row + 1, column)
    positional: list[Expr] = []
    keywords: list[Keyword] = []
    for child in arguments.children:
        kind = child.kind_id
        if kind == _KEYWORD_ARGUMENT:
            name, _, given = child.children if child.child_count == 3 else solid(child)
            key = intern(text[name.start_byte : name.end_byte])
            keywords.append((key, EXPRESSION[given.kind_id](context, given, depth)))
        elif kind == _DICTIONARY_SPLAT:
            keywords.append(("**", only(context, child, depth)))
        else:
            handler = EXPRESSION[kind]
            if handler is not skip:
                positional.append(handler(context, child, depth))
    return ("call", value, tuple(positional), tuple(keywords), row + 1, column)


def arguments(context: Context, node: Node, depth: int) -> tuple[tuple[Expr, ...], tuple[Keyword, ...]]:
    """Return the positional and the keyword arguments of an argument list, as in a call."""
    positional: list[Expr] = []
    keywords: list[Keyword] = []
    for child in node.children:
        if child.kind_id == _KEYWORD_ARGUMENT:
            name, _, given = solid(child)
            keywords.append((_name(context, name, depth), expression(context, given, depth)))
        elif child.kind_id == _DICTIONARY_SPLAT:
            keywords.append(("**", only(context, child, depth)))
        else:
            positional += expressions(context, [child], depth)
    return tuple(positional), tuple(keywords)


def _string(context: Context, node: Node, depth: int) -> Expr:
    text = context.text[node.start_byte : node.end_byte]
    first = text[0]
    if (first in "'\"") and "\\" not in text and text[:3] not in _TRIPLE:
        return ("str", text[1:-1])
    prefix, quotes = literals.opening(text)
    if quotes == "`":
        context.misread |= {node.start_byte: b"{", node.end_byte - 1: b"}"}
        return ("error", text)
    if "f" in prefix or "t" in prefix:
        return _formatted(context, node, depth, raw="r" in prefix)
    value = literals.string(text)
    return value if isinstance(value, bytes) else ("str", value)


def _formatted(context: Context, node: Node, depth: int, *, raw: bool) -> Expr:
    check_depth(depth)
    parts: list[FPart] = []
    for child in node.children:
        kind = child.kind_id
        if kind in _STRING_CONTENT:
            content = context.text[child.start_byte : child.end_byte].replace("{{", "{").replace("}}", "}")
            parts.append(("str", content if raw else literals.unescape(content)))
        elif kind in _INTERPOLATION:
            parts += _interpolation(context, child, depth + 1)
    return ("fstring", merged(parts))


def merged(parts: list[FPart]) -> tuple[FPart, ...]:
    """Return the parts of an f-string with neighbouring constants joined."""
    result: list[FPart] = []
    for part in parts:
        if result and part[0] == "str" and result[-1][0] == "str":
            result[-1] = ("str", result[-1][1] + part[1])
        else:
            result.append(part)
    return tuple(result)


def _interpolation(context: Context, node: Node, depth: int) -> list[FPart]:
    """Return the parts that ``{value!r:spec}`` stands for: ``{value=}`` has its own text before it."""
    conversion = ""
    specification: tuple[FPart, ...] = ()
    parts: list[FPart] = []
    values: list[Node] = []
    for child in node.children:
        kind = child.kind_id
        if kind in _CONVERSION:
            conversion = context.text[child.start_byte + 1 : child.end_byte].strip()
        elif kind in _SPECIFIER:
            specification = _specification(context, child, depth)
        elif kind in _EQUALS:
            parts = [("str", context.text[node.start_byte + 1 : child.end_byte])]
        else:
            values.append(child)
    if parts and not conversion and not specification:
        conversion = "r"
    return [*parts, ("format", listed(context, values, depth), conversion, specification)]


def _specification(context: Context, node: Node, depth: int) -> tuple[FPart, ...]:
    check_depth(depth)
    parts: list[FPart] = []
    end = node.start_byte + 1
    for child in node.named_children:
        if child.kind_id in _FORMAT_EXPRESSION or child.kind_id in _INTERPOLATION:
            parts += [("str", context.text[end : child.start_byte]), *_interpolation(context, child, depth + 1)]
            end = child.end_byte
    parts.append(("str", context.text[end : node.end_byte]))
    return merged([part for part in parts if part != ("str", "")])


def _concatenated(context: Context, node: Node, depth: int) -> Expr:
    pieces = expressions(context, node.children, depth)
    if constants := [piece for piece in pieces if isinstance(piece, bytes)]:
        if len(constants) == len(pieces):
            return b"".join(constants)
        pieces = [("str", piece.decode("latin-1")) if isinstance(piece, bytes) else piece for piece in pieces]
    parts: list[FPart] = []
    formatted = False
    for piece in pieces:
        match piece:
            case ("str", _):
                parts.append(piece)
            case ("fstring", more):
                parts += more
                formatted = True
            case _:
                raise MalformedError(node.type)
    joined = merged(parts)
    if not formatted and len(joined) == 1 and joined[0][0] == "str":
        return joined[0]
    return ("fstring", joined)


def _number(context: Context, node: Node, _depth: int) -> Expr:
    text = context.text[node.start_byte : node.end_byte]
    if len(text) < 10 and text.isdecimal() and (text[0] != "0" or text == "0"):
        return int(text)
    return literals.number(text)


def _true(_context: Context, _node: Node, _depth: int) -> Expr:
    return True


def _false(_context: Context, _node: Node, _depth: int) -> Expr:
    return False


def _none(_context: Context, _node: Node, _depth: int) -> Expr:
    return None


def _ellipsis(_context: Context, _node: Node, _depth: int) -> Expr:
    return ...


def _tuple(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    return ("tuple", tuple(expressions(context, node.children, depth + 1)))


def _list(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    return ("list", tuple(expressions(context, node.children, depth + 1)))


def _set(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    if context.text[node.start_byte : node.start_byte + 1] == "`":
        return ("repr", listed(context, node.children, depth + 1))
    return ("set", tuple(expressions(context, node.children, depth + 1)))


def _dictionary(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    depth += 1
    pairs: list[Pair] = []
    for child in node.children:
        kind = child.kind_id
        if kind == _PAIR:
            pairs.append(_pair(context, child, depth))
        elif kind == _DICTIONARY_SPLAT:
            pairs.append(("**", only(context, child, depth)))
    return ("dict", tuple(pairs))


def _pair(context: Context, node: Node, depth: int) -> Pair:
    key, _, value = node.children if node.child_count == 3 else solid(node)
    return (
        EXPRESSION[key.kind_id](context, key, depth),
        EXPRESSION[value.kind_id](context, value, depth),
    )


def _starred(context: Context, node: Node, depth: int) -> Expr:
    return ("*", only(context, node, depth))


def _operate(context: Context, node: Node, depth: int) -> Expr:
    """Walk down the left side, which may be ten thousand operators long, without recursion."""
    check_depth(depth)
    top = node
    rest: list[Operand] = []
    while node.kind_id == _BINARY_OPERATOR:
        node, operator, right = node.children if node.child_count == 3 else solid(node)
        word = operator.type
        if word == "&":
            return _reordered(context, top, depth)
        rest.append((word, EXPRESSION[right.kind_id](context, right, depth + 1)))
    rest.reverse()
    return ("operate", expression(context, node, depth + 1), tuple(rest))


def _reordered(context: Context, node: Node, depth: int) -> Expr:
    """Apply Python's precedence to a row of operators: the grammar has ``^`` before ``&``."""
    operands = [node]
    operators: list[str] = []
    position = 0
    while position < len(operands):
        current = operands[position]
        if current.kind_id == _BINARY_OPERATOR and (parts := solid(current))[1].type != "**":
            left, operator, right = parts
            operands[position : position + 1] = [left, right]
            operators.insert(position, operator.type)
        else:
            position += 1
    forms = iter([expression(context, operand, depth + 1) for operand in operands])
    words = iter([*operators, ""])
    return _climb(forms, words, next(words), 0)[0]


def _climb(forms: Iterator[Expr], words: Iterator[str], word: str, least: int) -> tuple[Expr, str]:
    """Return the operations from ``word`` on that bind at least so tightly, and the operator after them."""
    first = next(forms)
    rest: list[Operand] = []
    while (level := _LEVELS.get(word, -1)) >= least:
        operator = word
        operand, word = _climb(forms, words, next(words), level + 1)
        rest.append((operator, operand))
    return ("operate", first, tuple(rest)) if rest else first, word


def _unary(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    operator, operand = solid(node)
    value = expression(context, operand, depth + 1)
    if operator.type == "-" and isinstance(value, int | float | complex) and not isinstance(value, bool):
        return -value
    return ("unary", operator.type, value)


def _not(context: Context, node: Node, depth: int) -> Expr:
    return ("not", only(context, node, depth))


def _boolean(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    left, operator, right = solid(node)
    word = operator.type
    items = [expression(context, right, depth + 1)]
    while left.kind_id == _BOOLEAN_OPERATOR:
        inner, operator, right = solid(left)
        if operator.type != word:
            break
        items.append(expression(context, right, depth + 1))
        left = inner
    items.append(expression(context, left, depth + 1))
    items.reverse()
    return ("and" if word == "and" else "or", tuple(items))


def _compare(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    parts = solid(node)
    if len(parts) == _BINARY:
        left, operator, right = parts
        pair = (_COMPARISONS[operator.type], EXPRESSION[right.kind_id](context, right, depth + 1))
        return ("compare", EXPRESSION[left.kind_id](context, left, depth + 1), (pair,))
    first, *rest = parts
    operators = (_COMPARISONS[operator.type] for operator in rest[::2])
    operands = (expression(context, operand, depth + 1) for operand in rest[1::2])
    return ("compare", expression(context, first, depth + 1), tuple(zip(operators, operands, strict=True)))


def _choose(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    then, condition, otherwise = expressions(context, node.children, depth + 1)
    return ("choose", condition, then, otherwise)


def _subscript(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    value, *index = node.children
    return ("subscript", expression(context, value, depth + 1), listed(context, index, depth + 1))


def _slice(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    parts: list[Expr] = [None, None, None]
    position = 0
    for child in node.children:
        if child.kind_id in _COLON:
            position += 1
        else:
            for part in expressions(context, [child], depth + 1):
                parts[position] = part
    lower, upper, step = parts
    return ("slice", lower, upper, step)


def _lambda(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    yields = context.yields
    raw: tuple[RawParameter, ...] = ()
    body: list[Expr] = []
    for child in node.children:
        if child.kind_id in _LAMBDA_PARAMETERS:
            raw = parameters(context, child, depth + 1)
        else:
            body += expressions(context, [child], depth + 1)
    context.yields = yields
    (value,) = body
    return ("lambda", raw, value, node.start_point[0] + 1)


def parameters(context: Context, node: Node, depth: int) -> tuple[RawParameter, ...]:
    """Return the parameters of a function or lambda in the form of ``RawParameter``."""
    result: list[RawParameter] = []
    kind = "positional"
    for child in node.children:
        number = child.kind_id
        if number in _IDENTIFIER:
            result.append((_name(context, child, depth), kind, False, None, None, None))
        elif number in _POSITIONAL_SEPARATOR:
            result = [(before[0], "positional-only", *before[2:]) for before in result]
        elif number in _KEYWORD_SEPARATOR:
            kind = "keyword-only"
        elif number in _PARAMETER:
            parameter = _parameter(context, child, depth, len(result), kind)
            result.append(parameter)
            if parameter[1] == "star":
                kind = "keyword-only"
    return tuple(result)


def _parameter(context: Context, node: Node, depth: int, position: int, kind: str) -> RawParameter:
    """Return a parameter with a star, default or annotation, or a tuple; ``kind`` is that of one without a star."""
    target = node
    default: Expr = None
    annotation: Expr = None
    unpack: Expr = None
    has_default = False
    if node.kind_id in _WITH_PARTS:
        parts = solid(node)
        target = parts[0]
        for mark, value in zip(parts[1::2], parts[2::2], strict=False):
            if mark.kind_id in _EQUALS:
                has_default, default = True, expression(context, value, depth)
            else:
                annotation = expression(context, value, depth)
    if target.kind_id in _STAR_PATTERN:
        kind = "star"
        target = target.named_children[0]
    elif target.kind_id in _STAR_STAR_PATTERN:
        kind = "star-star"
        target = target.named_children[0]
    if target.kind_id in _TUPLE_PATTERN:
        name = f".{position}"
        unpack = expression(context, target, depth)
    else:
        name = _name(context, target, depth)
    return (name, kind, has_default, default, annotation, unpack)


def _yield(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    context.yields = True
    children = node.children
    if len(children) == 1:
        return ("yield", None)
    value = listed(context, children, depth + 1)
    return ("yield from", value) if any(child.kind_id in _FROM for child in children) else ("yield", value)


def _await(context: Context, node: Node, depth: int) -> Expr:
    return ("await", only(context, node, depth))


def _walrus(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    name, _, value = solid(node)
    return ("walrus", _name(context, name, depth), expression(context, value, depth + 1))


def _comprehension(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    depth += 1
    element: Expr = None
    clauses: list[ForClause | IfClause] = []
    for child in node.children:
        kind = child.kind_id
        if kind in _FOR_CLAUSE:
            clauses.append(_for_clause(context, child, depth))
        elif kind in _IF_CLAUSE:
            clauses.append(("if", only(context, child, depth)))
        elif kind == _PAIR:
            element = ("tuple", _pair(context, child, depth))
        elif EXPRESSION[kind] is not skip:
            element = expression(context, child, depth)
    return ("comp", _COMPREHENSIONS[node.type], element, tuple(clauses))


def _for_clause(context: Context, node: Node, depth: int) -> ForClause:
    target, iterable = divided(node, _IN)
    is_async = target[0].kind_id in _ASYNC
    return ("for", listed(context, target, depth), listed(context, iterable, depth), is_async)


def divided(node: Node, mark: frozenset[int]) -> tuple[list[Node], list[Node]]:
    """Return the children before and after the first child of the kind ``mark``."""
    children = node.children
    for index, child in enumerate(children):
        if child.kind_id in mark:
            return children[:index], children[index + 1 :]
    raise MalformedError(node.type)


def _generic(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    name, *parameter = solid(node)
    index = listed(context, parameter[0].children, depth + 1)
    return ("subscript", expression(context, name, depth + 1), index)


def _member(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    owner, _, name = solid(node)
    value = expression(context, owner, depth + 1)
    attribute = _name(context, name, depth)
    if isinstance(value, str):
        return f"{value}.{attribute}"
    return ("attr", value, attribute)


def _union(context: Context, node: Node, depth: int) -> Expr:
    check_depth(depth)
    first, *rest = expressions(context, node.children, depth + 1)
    return ("operate", first, tuple(("|", item) for item in rest))


def _constrained(context: Context, node: Node, depth: int) -> Expr:
    """Return ``T`` of the type parameter ``T: bound``."""
    check_depth(depth)
    return expressions(context, node.children, depth + 1)[0]


EXPRESSION: Final = table(
    skip,
    {
        "identifier": _name,
        "dotted_name": _dotted_name,
        "attribute": _attribute,
        "call": _call,
        "string": _string,
        "concatenated_string": _concatenated,
        "integer": _number,
        "float": _number,
        "true": _true,
        "false": _false,
        "none": _none,
        "ellipsis": _ellipsis,
        "tuple": _tuple,
        "list": _list,
        "set": _set,
        "tuple_pattern": _tuple,
        "list_pattern": _list,
        "dictionary": _dictionary,
        "list_splat": _starred,
        "list_splat_pattern": _starred,
        "parenthesized_list_splat": only,
        "splat_type": _starred,
        "binary_operator": _operate,
        "unary_operator": _unary,
        "not_operator": _not,
        "boolean_operator": _boolean,
        "comparison_operator": _compare,
        "conditional_expression": _choose,
        "subscript": _subscript,
        "slice": _slice,
        "lambda": _lambda,
        "yield": _yield,
        "await": _await,
        "named_expression": _walrus,
        "list_comprehension": _comprehension,
        "set_comprehension": _comprehension,
        "dictionary_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "parenthesized_expression": only,
        "expression_list": _tuple,
        "pattern_list": _tuple,
        "type": only,
        "generic_type": _generic,
        "member_type": _member,
        "union_type": _union,
        "constrained_type": _constrained,
    },
)
EXPRESSION[ERROR] = _error

(_KEYWORD_ARGUMENT,) = kinds("keyword_argument")
(_DICTIONARY_SPLAT,) = kinds("dictionary_splat")
(_PAIR,) = kinds("pair")
(_BINARY_OPERATOR,) = kinds("binary_operator")
(_BOOLEAN_OPERATOR,) = kinds("boolean_operator")
_IDENTIFIER: Final = kinds("identifier")
_GENERATOR: Final = kinds("generator_expression")
_STRING_CONTENT: Final = kinds("string_content")
_INTERPOLATION: Final = kinds("interpolation")
_CONVERSION: Final = kinds("type_conversion")
_SPECIFIER: Final = kinds("format_specifier")
_FORMAT_EXPRESSION: Final = kinds("format_expression")
_LAMBDA_PARAMETERS: Final = kinds("lambda_parameters")
_POSITIONAL_SEPARATOR: Final = kinds("positional_separator")
_KEYWORD_SEPARATOR: Final = kinds("keyword_separator")
_STAR_PATTERN: Final = kinds("list_splat_pattern")
_STAR_STAR_PATTERN: Final = kinds("dictionary_splat_pattern")
_TUPLE_PATTERN: Final = kinds("tuple_pattern")
_WITH_PARTS: Final = kinds("default_parameter", "typed_parameter", "typed_default_parameter")
_PARAMETER: Final = _WITH_PARTS | _STAR_PATTERN | _STAR_STAR_PATTERN | _TUPLE_PATTERN
_FOR_CLAUSE: Final = kinds("for_in_clause")
_IF_CLAUSE: Final = kinds("if_clause")
(_COMMA,) = kinds(",", named=False)
_COLON: Final = kinds(":", named=False)
_EQUALS: Final = kinds("=", named=False)
_FROM: Final = kinds("from", named=False)
_IN: Final = kinds("in", named=False)
_ASYNC: Final = kinds("async", named=False)
_LEVELS: Final = {
    word: level
    for level, words in enumerate((("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "//", "%", "@")))
    for word in words
}
_TRIPLE: Final = ('"""', "'''")
_COMPARISONS: Final = {
    operator: operator for operator in ("<", "<=", "==", "!=", ">=", ">", "in", "not in", "is", "is not")
} | {"<>": "!="}
_COMPREHENSIONS: Final = {
    "list_comprehension": "list",
    "set_comprehension": "set",
    "dictionary_comprehension": "dict",
    "generator_expression": "generator",
}
