"""Statement nodes to the tuples of :mod:`~sphinxext.nova.syntax.forms`, and the outline on the way.

Each function of ``STATEMENT`` gets the :class:`Reader` of the file, a node, and how deep it is nested. A statement
that cannot be understood becomes ``("error", line, text)``; what stands beside it is unharmed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from sphinxext.nova.syntax.encoding import encoded_body
from sphinxext.nova.syntax.expressions import (
    EXPRESSION,
    Context,
    arguments,
    check_depth,
    divided,
    dotted,
    expression,
    expressions,
    listed,
    only,
    parameters,
    skip,
)
from sphinxext.nova.syntax.grammar import COMMENTS, ERROR, kinds, siblings, solid, table
from sphinxext.nova.syntax.patterns import pattern
from sphinxext.nova.syntax.repair import FILLER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from sphinxext.nova.syntax.encoding import EncodedBody
    from sphinxext.nova.syntax.forms import Block, Branch, Case, Expr, Keyword, Pair, RawParameter, Stmt
    from sphinxext.nova.syntax.forms import Handler as HandlerForm

    Row: TypeAlias = tuple[Any, ...]

_FEW: Final = 50
_ERROR_TEXT: Final = 200
"""How many characters of something that was not understood are kept."""


class Scope(NamedTuple):
    """Where a statement stands."""

    prefix: str = ""
    """The names of the enclosing classes and functions, each with a dot after it."""
    direct: int | None = None
    """The class whose body it stands in directly."""
    class_: int | None = None
    """The innermost class."""
    function: int | None = None
    """The innermost function."""
    receiver: str | None = None
    """``self.`` in a method and in what is nested in it, by whatever name."""


class Reader(Context):
    """Reads one file: what was found so far, and which scope is being read.

    The lists are the rows of :class:`~sphinxext.nova.syntax.facts.FileFacts`; ``problems`` are lines with something
    that was not understood. ``lost`` is what fillers stand for, by line (:mod:`~sphinxext.nova.syntax.repair`).
    """

    __slots__ = (
        "assignments",
        "attributes",
        "class_bodies",
        "classes",
        "function_bodies",
        "functions",
        "imports",
        "lost",
        "problems",
        "scope",
    )

    def __init__(self, data: bytes, lost: dict[int, str]) -> None:
        super().__init__(data)
        self.lost = lost
        self.scope = Scope()
        self.imports: list[Row] = []
        self.assignments: list[Row] = []
        self.attributes: list[Row] = []
        self.classes: list[Row] = []
        self.functions: list[Row] = []
        self.class_bodies: list[EncodedBody] = []
        self.function_bodies: list[EncodedBody] = []
        self.problems: list[int] = []

    def misunderstood(self, node: Node) -> Stmt:
        """Record a problem and return the statement that stands in the place of ``node``."""
        line = node.start_point[0] + 1
        self.problems.append(line)
        return ("error", line, self.text[node.start_byte : node.end_byte][:_ERROR_TEXT].partition("\n")[0])

    def lost_between(self, first: int, last: int) -> bool:
        """Return whether something between two lines was replaced by a filler."""
        return any(first <= line <= last for line in self.lost)


Handler: TypeAlias = "Callable[[Reader, Node, int], Stmt]"


def _skip(reader: Reader, node: Node, _depth: int) -> Stmt:
    """Stand in the table for what is no statement: comments, semicolons."""
    return reader.misunderstood(node)


def block(reader: Reader, nodes: Iterable[Node], depth: int) -> Block:
    """Return the statements among ``nodes``; never raises because of one of them."""
    result: list[Stmt] = []
    for node in nodes:
        kind = node.kind_id
        handler = STATEMENT[kind]
        if handler is not _skip:
            try:
                result.append(handler(reader, node, depth))
            except ValueError:  # MalformedError, or a node with more or fewer children than its kind has
                result.append(reader.misunderstood(node))
        elif kind == ERROR:
            result += _salvaged(reader, node, depth)
    return tuple(result)


def _salvaged(reader: Reader, node: Node, depth: int) -> list[Stmt]:
    """Return what is whole inside an error node, after a statement that says that something was not understood."""
    result = [reader.misunderstood(node)]
    if depth < _SALVAGE_DEPTH:
        for child in node.children:
            if child.kind_id in _BLOCK or child.kind_id == ERROR:
                result += block(reader, _inside(reader, child), depth + 1)
            else:
                result += block(reader, [child], depth + 1)
    return result


def _inside(reader: Reader, node: Node) -> Iterable[Node]:
    """Return the children of a block, all at once where they are few: that takes less time, and keeps them.

    The grammar lets a block without statements pass, as a half-written file ends in one; Python does not.
    """
    count = node.child_count
    if not count:
        reader.misunderstood(node)
    return node.children if count < _FEW else siblings(node)


def _below(reader: Reader, node: Node, depth: int) -> Block:
    """Return the block that is a child of ``node``."""
    for child in node.children:
        if child.kind_id in _BLOCK:
            return block(reader, _inside(reader, child), depth + 1)
    return ()


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _source(reader: Reader, node: Node) -> str:
    """Return the source text of an expression on one line."""
    text = reader.text[node.start_byte : node.end_byte]
    return " ".join(text.replace("\\\n", " ").split()) if "\n" in text else text


def _expression_statement(reader: Reader, node: Node, depth: int) -> Stmt:
    children = node.children
    first = children[0]
    kind = first.kind_id
    if kind == _ASSIGNMENT:
        return _assignment(reader, first, depth)
    if kind == _AUGMENTED:
        return _augmented(reader, first, depth)
    line = node.start_point[0] + 1
    if line in reader.lost and reader.text[node.start_byte : node.end_byte] == FILLER:
        return ("error", line, reader.lost[line][:_ERROR_TEXT])
    if len(children) == 1 and (handler := EXPRESSION[kind]) is not skip:
        return ("expr", line, handler(reader, first, depth))
    return ("expr", line, listed(reader, children, depth))


def _assignment(reader: Reader, node: Node, depth: int) -> Stmt:
    line = node.start_point[0] + 1
    targets = []
    while True:
        children = node.children if node.child_count == _BINARY else solid(node)
        left, mark, right, *annotated = children
        targets.append(EXPRESSION[left.kind_id](reader, left, depth))
        if mark.kind_id in _COLON:
            return _annotated(reader, line, targets[-1], [right, *annotated], depth)
        if right.kind_id != _ASSIGNMENT:
            break
        node = right
    value = EXPRESSION[right.kind_id](reader, right, depth)
    for target in targets:
        _assigned(reader, (target, value, True, None, None, line))
    return ("assign", line, tuple(targets), value)


def _annotated(reader: Reader, line: int, target: Expr, parts: list[Node], depth: int) -> Stmt:
    annotation = expression(reader, parts[0], depth)
    if len(parts) == 1:
        _assigned(reader, (target, None, False, None, annotation, line))
        return ("declare", line, target, annotation)
    value = expression(reader, parts[2], depth)
    _assigned(reader, (target, value, True, None, annotation, line))
    return ("annotate", line, target, annotation, value)


def _augmented(reader: Reader, node: Node, depth: int) -> Stmt:
    left, mark, right = solid(node)
    line = _line(node)
    target = expression(reader, left, depth)
    operator = mark.type[:-1]
    value = expression(reader, right, depth)
    _assigned(reader, (target, value, True, operator, None, line))
    return ("augment", line, target, operator, value)


def _assigned(reader: Reader, row: Row) -> None:
    """Add an assignment to the outline if it is one of the kinds that are kept there."""
    scope = reader.scope
    if scope.function is None or scope.direct is not None:
        reader.assignments.append((*row, scope.direct, scope.function))
    elif scope.receiver and not (isinstance(row[0], str) and not row[0].startswith(scope.receiver)):
        target, value, *rest = row
        for name, part in _attributes(target, value, scope.receiver):
            reader.attributes.append((name, part, *rest, scope.class_, scope.function))


def _attributes(target: Expr, value: Expr, receiver: str) -> list[tuple[str, Expr]]:
    """Return the attributes of ``self`` that ``target = value`` assigns, each with the part of value that it gets."""
    if isinstance(target, str):
        return [(target, value)] if target.startswith(receiver) and target.count(".") == 1 else []
    if not isinstance(target, tuple) or not (target[0] == "tuple" or target[0] == "list"):
        return []
    items = target[1]
    values: list[Expr] = [("subscript", value, index) for index in range(len(items))]
    if isinstance(value, tuple) and (value[0] == "tuple" or value[0] == "list") and len(value[1]) == len(items):
        values = list(value[1])
    return [pair for item, part in zip(items, values, strict=True) for pair in _attributes(item, part, receiver)]


def _return(reader: Reader, node: Node, depth: int) -> Stmt:
    children = node.children
    if len(children) == 1:
        return ("return", node.start_point[0] + 1, None)
    if len(children) == _WITH_VALUE and (handler := EXPRESSION[children[1].kind_id]) is not skip:
        return ("return", node.start_point[0] + 1, handler(reader, children[1], depth))
    return ("return", node.start_point[0] + 1, listed(reader, children, depth))


def _raise(reader: Reader, node: Node, depth: int) -> Stmt:
    exception: Expr = None
    cause: Expr = None
    further: tuple[Expr, ...] = ()
    after_from = False
    for child in node.children:
        if child.kind_id in _FROM:
            after_from = True
        elif child.kind_id in _EXPRESSION_LIST:
            exception, *rest = expressions(reader, child.children, depth)
            further = tuple(rest)
        else:
            for form in expressions(reader, [child], depth):
                if after_from:
                    cause = form
                else:
                    exception = form
    return ("raise", _line(node), exception, cause, further)


def _if(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    branches: list[Branch] = []
    orelse: Block = ()
    own = []
    for child in node.children:
        kind = child.kind_id
        if kind in _ELIF:
            branches.append(_branch(reader, child.children, depth))
        elif kind in _ELSE:
            orelse = _below(reader, child, depth)
        else:
            own.append(child)
            if kind in _BLOCK:
                branches.append(_branch(reader, own, depth))
    return ("if", _line(node), tuple(branches), orelse)


def _branch(reader: Reader, nodes: list[Node], depth: int) -> Branch:
    """Return ``(line, condition, text, block)`` of ``if``/``elif``, a condition, ``:`` and a block."""
    keyword, condition, *rest = [node for node in nodes if node.kind_id not in COMMENTS]
    body = rest[-1] if rest else None
    return (
        keyword.start_point[0] + 1,
        EXPRESSION[condition.kind_id](reader, condition, depth),
        _source(reader, condition),
        block(reader, _inside(reader, body), depth + 1) if body and body.kind_id in _BLOCK else (),
    )


def _for(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    target, rest = divided(node, _IN)
    iterable = []
    body: Block = ()
    orelse: Block = ()
    for child in rest:
        if child.kind_id in _BLOCK:
            body = block(reader, _inside(reader, child), depth + 1)
        elif child.kind_id in _ELSE:
            orelse = _below(reader, child, depth)
        else:
            iterable.append(child)
    is_async = target[0].kind_id in _ASYNC
    return ("for", _line(node), listed(reader, target, depth), listed(reader, iterable, depth), body, orelse, is_async)


def _while(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    line, condition, text, body = _branch(
        reader, [child for child in node.children if child.kind_id not in _ELSE], depth
    )
    orelse: Block = ()
    for child in node.children:
        if child.kind_id in _ELSE:
            orelse = _below(reader, child, depth)
    return ("while", line, condition, text, body, orelse)


def _try(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    body: Block = ()
    orelse: Block = ()
    final: Block = ()
    handlers: list[HandlerForm] = []
    for child in node.children:
        kind = child.kind_id
        if kind in _BLOCK:
            body = block(reader, _inside(reader, child), depth + 1)
        elif kind in _EXCEPT:
            handlers.append(_handler(reader, child, depth))
        elif kind in _ELSE:
            orelse = _below(reader, child, depth)
        elif kind in _FINALLY:
            final = _below(reader, child, depth)
    return ("try", _line(node), body, tuple(handlers), orelse, final)


def _handler(reader: Reader, node: Node, depth: int) -> HandlerForm:
    exception: Expr = None
    alias: Expr = None
    values: list[Expr] = []
    for child in node.children:
        if child.kind_id in _AS_PATTERN:
            exception, alias = _as_pattern(reader, child, depth)
        elif child.kind_id not in _BLOCK:
            values += expressions(reader, [child], depth)
    match values:
        case [exception]:
            pass
        case [exception, alias]:
            pass
        case [_, _, *_]:
            exception = ("tuple", tuple(values))
    return (_line(node), exception, alias, _below(reader, node, depth))


def _as_pattern(reader: Reader, node: Node, depth: int) -> Pair:
    value, _, target = solid(node)
    name = only(reader, target, depth) if target.kind_id in _AS_TARGET else expression(reader, target, depth)
    return expression(reader, value, depth), name


def _with(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    items: list[Pair] = []
    is_async = False
    for child in node.children:
        if child.kind_id in _WITH_CLAUSE:
            for item in child.children:
                if item.kind_id in _WITH_ITEM:
                    value = solid(item)[0]
                    if value.kind_id in _AS_PATTERN:
                        items.append(_as_pattern(reader, value, depth))
                    else:
                        items.append((expression(reader, value, depth), None))
        elif child.kind_id in _ASYNC:
            is_async = True
    return ("with", _line(node), tuple(items), _below(reader, node, depth), is_async)


def _decorated(reader: Reader, node: Node, depth: int) -> Stmt:
    decorators = []
    for child in node.children:
        kind = child.kind_id
        if kind in _DECORATOR:
            value = solid(child)[1]
            row, column = value.start_point
            decorators.append((expression(reader, value, depth), row + 1, column))
        elif kind in _FUNCTION:
            return _define(reader, child, depth, tuple(decorators))
        elif kind in _CLASS:
            return _classify(reader, child, depth, tuple(decorators))
    return reader.misunderstood(node)


def _define(reader: Reader, node: Node, depth: int, decorators: Row = ()) -> Stmt:
    check_depth(depth)
    outer = reader.scope
    yields = reader.yields
    reader.yields = False
    problems = len(reader.problems)
    index = len(reader.functions)
    reader.functions.append(())
    reader.function_bodies.append(b"")
    name = ""
    raw: tuple[RawParameter, ...] = ()
    returns: Expr = None
    is_async = False
    body: Block = ()
    for child in node.children:
        kind = child.kind_id
        if kind == _IDENTIFIER:
            name = dotted(reader, child)
        elif kind == _PARAMETERS:
            try:
                raw = parameters(reader, child, depth)
            except ValueError:
                reader.misunderstood(child)
        elif kind == _TYPE:
            try:
                returns = expression(reader, child, depth)
            except ValueError:
                reader.misunderstood(child)
        elif kind in _ASYNC:
            is_async = True
        elif kind in _BLOCK:
            receiver = outer.receiver if outer.direct is None else f"{raw[0][0]}." if raw else None
            reader.scope = Scope(f"{outer.prefix}{name}.", None, outer.class_, index, receiver)
            body = block(reader, _inside(reader, child), depth + 1)
            reader.scope = outer
    row, column = node.start_point
    end_line = _end_line(node)
    reader.functions[index] = (
        name,
        f"{outer.prefix}{name}",
        row + 1,
        column,
        end_line,
        outer.direct,
        outer.function,
        raw,
        returns,
        decorators,
        docstring(body),
        is_async,
        reader.yields,
        node.has_error or len(reader.problems) > problems or reader.lost_between(row + 1, end_line),
    )
    reader.function_bodies[index] = encoded_body(body)
    reader.yields = yields
    return ("def", row + 1, index)


def _classify(reader: Reader, node: Node, depth: int, decorators: Row = ()) -> Stmt:
    check_depth(depth)
    outer = reader.scope
    problems = len(reader.problems)
    index = len(reader.classes)
    reader.classes.append(())
    reader.class_bodies.append(b"")
    name = ""
    bases: tuple[Expr, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    body: Block = ()
    for child in node.children:
        kind = child.kind_id
        if kind == _IDENTIFIER:
            name = dotted(reader, child)
        elif kind == _ARGUMENTS:
            try:
                bases, keywords = arguments(reader, child, depth)
            except ValueError:
                reader.misunderstood(child)
        elif kind in _BLOCK:
            reader.scope = Scope(f"{outer.prefix}{name}.", index, index, outer.function, outer.receiver)
            body = block(reader, _inside(reader, child), depth + 1)
            reader.scope = outer
    row, column = node.start_point
    end_line = _end_line(node)
    reader.classes[index] = (
        name,
        f"{outer.prefix}{name}",
        row + 1,
        column,
        end_line,
        outer.direct,
        outer.function,
        bases,
        keywords,
        decorators,
        docstring(body),
        node.has_error or len(reader.problems) > problems or reader.lost_between(row + 1, end_line),
    )
    reader.class_bodies[index] = encoded_body(body)
    return ("class", row + 1, index)


def docstring(body: Block) -> str | None:
    """Return the docstring that a block begins with."""
    match body:
        case (("expr", _, ("str", text)), *_) if isinstance(text, str):
            return text
    return None


def _end_line(node: Node) -> int:
    """Return the last line of a statement: the tree counts the comments after it in, Python does not."""
    while True:
        last = None
        for child in reversed(node.children):
            if child.kind_id not in COMMENTS:
                last = child
                break
        if last is None or last.kind_id not in _OPEN_ENDED:
            return (last or node).end_point[0] + 1
        node = last


def _import(reader: Reader, node: Node, _depth: int) -> Stmt:
    line = _line(node)
    names = _names(reader, node.named_children)
    reader.imports += [(name, None, alias, 0, line, reader.scope.function) for name, alias in names]
    return ("import", line, tuple(names))


def _import_from(reader: Reader, node: Node, _depth: int) -> Stmt:
    line = _line(node)
    level = 0
    module, *rest = solid(node)[1:]
    if module.kind_id in _RELATIVE:
        dots, *after = solid(module)
        level = dots.end_byte - dots.start_byte - sum(map(str.isspace, reader.text[dots.start_byte : dots.end_byte]))
        name = dotted(reader, after[0]) if after else ""
    elif module.kind_id in _DOTTED:
        name = dotted(reader, module)
    else:
        name = "__future__"
    names = [("*", None)] if any(child.kind_id in _WILDCARD for child in rest) else _names(reader, rest)
    reader.imports += [(name, what, alias, level, line, reader.scope.function) for what, alias in names]
    return ("from", line, level, name, tuple(names))


def _names(reader: Reader, nodes: list[Node]) -> list[tuple[str, str | None]]:
    result: list[tuple[str, str | None]] = []
    for node in nodes:
        if node.kind_id in _ALIASED:
            name, _, alias = solid(node)
            result.append((dotted(reader, name), dotted(reader, alias)))
        elif node.kind_id in _DOTTED:
            result.append((dotted(reader, node), None))
    return result


def _global(reader: Reader, node: Node, _depth: int) -> Stmt:
    return ("global", _line(node), tuple(dotted(reader, name) for name in node.named_children))


def _nonlocal(reader: Reader, node: Node, _depth: int) -> Stmt:
    return ("nonlocal", _line(node), tuple(dotted(reader, name) for name in node.named_children))


def _delete(reader: Reader, node: Node, depth: int) -> Stmt:
    target = solid(node)[1]
    nodes = target.children if target.kind_id in _EXPRESSION_LIST else [target]
    return ("del", _line(node), tuple(expressions(reader, nodes, depth)))


def _assert(reader: Reader, node: Node, depth: int) -> Stmt:
    _, condition, *rest = solid(node)
    message = expression(reader, rest[1], depth) if rest else None
    return ("assert", _line(node), expression(reader, condition, depth), _source(reader, condition), message)


def _pass(_reader: Reader, node: Node, _depth: int) -> Stmt:
    return ("pass", _line(node))


def _break(_reader: Reader, node: Node, _depth: int) -> Stmt:
    return ("break", _line(node))


def _continue(_reader: Reader, node: Node, _depth: int) -> Stmt:
    return ("continue", _line(node))


def _match(reader: Reader, node: Node, depth: int) -> Stmt:
    check_depth(depth)
    subject: list[Node] = []
    cases: list[Case] = []
    for child in node.children:
        if child.kind_id in _BLOCK:
            cases += [_case(reader, case, depth) for case in _inside(reader, child) if case.kind_id in _CASE]
        elif child.kind_id not in _COLON:
            subject.append(child)
    return ("match", _line(node), listed(reader, subject, depth), tuple(cases))


def _case(reader: Reader, node: Node, depth: int) -> Case:
    guard: Expr = None
    text = ""
    nodes: list[Node] = []
    for child in node.children:
        if child.kind_id in _GUARD:
            condition = solid(child)[1]
            guard, text = expression(reader, condition, depth), _source(reader, condition)
        elif child.kind_id not in _BLOCK:
            nodes.append(child)
    return (_line(node), pattern(reader, nodes, depth), guard, text, _below(reader, node, depth))


def _print(reader: Reader, node: Node, depth: int) -> Stmt:
    destination: Expr = None
    values: list[Expr] = []
    children = solid(node)
    for child in children:
        if child.kind_id in _CHEVRON:
            destination = only(reader, child, depth)
        else:
            values += expressions(reader, [child], depth)
    newline = not values or children[-1].kind_id not in _COMMA
    return ("print", _line(node), destination, tuple(values), newline)


def _exec(reader: Reader, node: Node, depth: int) -> Stmt:
    code, *namespaces = expressions(reader, node.children, depth)
    globals_, locals_ = (*namespaces, None, None)[:2]
    return ("exec", _line(node), code, globals_, locals_)


def _type_alias(reader: Reader, node: Node, depth: int) -> Stmt:
    name, value = (child for child in solid(node) if child.is_named)
    if not _ALIAS.match(reader.text[name.start_byte : name.end_byte]):
        # The grammar takes `type(x).y = z` for an alias, too.
        reader.misread[node.start_byte] = b"tYpe"
        return reader.misunderstood(node)
    return ("type", _line(node), _source(reader, name), expression(reader, value, depth))


STATEMENT: Final[list[Handler]] = table(
    _skip,
    {
        "expression_statement": _expression_statement,
        "return_statement": _return,
        "raise_statement": _raise,
        "if_statement": _if,
        "for_statement": _for,
        "while_statement": _while,
        "try_statement": _try,
        "with_statement": _with,
        "decorated_definition": _decorated,
        "function_definition": _define,
        "class_definition": _classify,
        "import_statement": _import,
        "import_from_statement": _import_from,
        "future_import_statement": _import_from,
        "global_statement": _global,
        "nonlocal_statement": _nonlocal,
        "delete_statement": _delete,
        "assert_statement": _assert,
        "pass_statement": _pass,
        "break_statement": _break,
        "continue_statement": _continue,
        "match_statement": _match,
        "print_statement": _print,
        "exec_statement": _exec,
        "type_alias_statement": _type_alias,
    },
)

_BINARY: Final = 3
_WITH_VALUE: Final = 2
_ALIAS: Final = re.compile(r"[^\W\d]")
_SALVAGE_DEPTH: Final = 50
(_ASSIGNMENT,) = kinds("assignment")
(_AUGMENTED,) = kinds("augmented_assignment")
(_IDENTIFIER,) = kinds("identifier")
(_PARAMETERS,) = kinds("parameters")
(_TYPE,) = kinds("type")
(_ARGUMENTS,) = kinds("argument_list")
_BLOCK: Final = kinds("block")
_ELIF: Final = kinds("elif_clause")
_ELSE: Final = kinds("else_clause")
_EXCEPT: Final = kinds("except_clause")
_FINALLY: Final = kinds("finally_clause")
_AS_PATTERN: Final = kinds("as_pattern")
_AS_TARGET: Final = kinds("as_pattern_target")
_WITH_CLAUSE: Final = kinds("with_clause")
_WITH_ITEM: Final = kinds("with_item")
_DECORATOR: Final = kinds("decorator")
_FUNCTION: Final = kinds("function_definition")
_CLASS: Final = kinds("class_definition")
_EXPRESSION_LIST: Final = kinds("expression_list")
_RELATIVE: Final = kinds("relative_import")
_DOTTED: Final = kinds("dotted_name", "identifier")
_ALIASED: Final = kinds("aliased_import")
_WILDCARD: Final = kinds("wildcard_import")
_CASE: Final = kinds("case_clause")
_GUARD: Final = kinds("if_clause")
_CHEVRON: Final = kinds("chevron")
_OPEN_ENDED: Final = (
    _BLOCK
    | _ELIF
    | _ELSE
    | _EXCEPT
    | _FINALLY
    | _FUNCTION
    | _CLASS
    | _CASE
    | kinds(
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
        "decorated_definition",
    )
)
_COLON: Final = kinds(":", named=False)
_COMMA: Final = kinds(",", named=False)
_FROM: Final = kinds("from", named=False)
_IN: Final = kinds("in", named=False)
_ASYNC: Final = kinds("async", named=False)
