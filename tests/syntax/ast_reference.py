"""The same facts from CPython's own parser: a second, independent reading of a file to compare the first with.

:func:`reference` gives what :func:`facts_of` takes out of a :class:`FileFacts`. Both are plain data, in which is left
out what :mod:`ast` does not know: brackets (so chains of operators are flat in both), the spelling of numbers, the
text of conditions, and positions inside f-strings (wrong before Python 3.12).
"""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinxext.nova.syntax import FileFacts, Function

_BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.FloorDiv: "//",
}
_COMPARE = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_UNARY = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~"}
_COMPREHENSION = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}
_CONVERSION = {-1: "", ord("r"): "r", ord("s"): "s", ord("a"): "a"}


def parses(source: bytes) -> bool:
    """Return whether CPython's parser takes ``source``."""
    try:
        _parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _parse(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def reference(source: bytes) -> dict[str, Any]:
    """Return the facts of ``source`` as CPython reads it."""
    return _Reference(_parse(source)).facts


def facts_of(facts: FileFacts) -> dict[str, Any]:
    """Return the facts of a file in the form of :func:`reference`."""
    return {
        "docstring": facts.docstring,
        "imports": [
            (item.module, item.name, item.alias, item.level, item.line, item.function) for item in facts.imports
        ],
        "assignments": [_plain_assignment(item) for item in facts.assignments],
        "attributes": [_plain_assignment(item) for item in facts.attributes],
        "classes": [
            (
                item.qualname,
                item.line,
                item.column,
                item.end_line,
                item.outer_class,
                item.outer,
                _plain(item.bases),
                _plain(item.keywords),
                [(_plain(one.expression), one.line, one.column) for one in item.decorators],
                item.docstring,
            )
            for item in facts.classes
        ],
        "functions": [
            (
                item.qualname,
                item.line,
                item.column,
                item.end_line,
                item.class_,
                item.outer,
                _plain_parameters(item),
                _plain(item.returns),
                [(_plain(one.expression), one.line, one.column) for one in item.decorators],
                item.docstring,
                item.is_async,
                item.is_generator,
            )
            for item in facts.functions
        ],
        "body": _plain(facts.body()),
        "class bodies": [_plain(facts.body(item)) for item in facts.classes],
        "function bodies": [_plain(facts.body(item)) for item in facts.functions],
    }


def _plain_assignment(item: Any) -> tuple[Any, ...]:
    return (
        _plain(item.target),
        _plain(item.value),
        item.has_value,
        item.operator,
        _plain(item.annotation),
        item.line,
        item.class_,
        item.function,
    )


def _plain_parameters(function: Function) -> list[tuple[Any, ...]]:
    return [
        (item.name, item.kind.value, item.has_default, _plain(item.default), _plain(item.annotation))
        for item in function.parameters
    ]


def _plain(form: Any) -> Any:
    """Return ``form`` without what :mod:`ast` does not know."""
    match form:
        case ("number", value, str()):
            return value
        case ("operate", first, rest):
            first, rest = _plain(first), _plain(rest)
            if isinstance(first, tuple) and first and first[0] == "operate":
                return ("operate", first[1], first[2] + rest)
            return ("operate", first, rest)
        case ("fstring", pieces) if isinstance(pieces, tuple):
            return ("fstring", _without_places(_plain(pieces)))
        case ("if", int() as line, branches, orelse) if isinstance(branches, tuple):
            return (
                "if",
                line,
                tuple((at, _plain(condition), _plain(block)) for at, condition, _, block in branches),
                _plain(orelse),
            )
        case ("while", int() as line, condition, str(), block, orelse):
            return ("while", line, _plain(condition), _plain(block), _plain(orelse))
        case ("assert", int() as line, condition, str(), message):
            return ("assert", line, _plain(condition), _plain(message))
        case ("match", int() as line, subject, cases) if isinstance(cases, tuple):
            return (
                "match",
                line,
                _plain(subject),
                tuple((at, _plain(pattern), _plain(guard), _plain(block)) for at, pattern, guard, _, block in cases),
            )
        case ("lambda", tuple() as parameters, body, int()):
            return ("lambda", tuple(_plain(parameter[:5]) for parameter in parameters), _plain(body))
        case tuple():
            return tuple(_plain(item) for item in form)
    return form


def _without_places(form: Any) -> Any:
    match form:
        case ("call", function, arguments, keywords, int(), int()):
            return ("call", *(_without_places(part) for part in (function, arguments, keywords)))
        case tuple():
            return tuple(_without_places(item) for item in form)
    return form


class _Reference:
    def __init__(self, tree: ast.Module) -> None:
        self.imports: list[Any] = []
        self.assignments: list[Any] = []
        self.attributes: list[Any] = []
        self.classes: list[Any] = []
        self.functions: list[Any] = []
        self.class_bodies: list[Any] = []
        self.function_bodies: list[Any] = []
        self.prefix = ""
        self.direct: int | None = None
        self.class_: int | None = None
        self.function: int | None = None
        self.receiver: str | None = None
        body = self.block(tree.body)
        self.facts = {
            "docstring": ast.get_docstring(tree, clean=False),
            "imports": self.imports,
            "assignments": self.assignments,
            "attributes": self.attributes,
            "classes": self.classes,
            "functions": self.functions,
            "body": body,
            "class bodies": self.class_bodies,
            "function bodies": self.function_bodies,
        }

    # Statements.

    def block(self, nodes: list[ast.stmt]) -> tuple[Any, ...]:
        return tuple(getattr(self, type(node).__name__)(node) for node in nodes)

    def Expr(self, node: ast.Expr) -> Any:  # noqa: N802 - named after the node, as all of these
        return ("expr", node.lineno, expr(node.value))

    def Assign(self, node: ast.Assign) -> Any:  # noqa: N802
        value = expr(node.value)
        targets = tuple(map(expr, node.targets))
        for target in targets:
            self.assigned(target, value, True, None, None, node.lineno)  # noqa: FBT003
        return ("assign", node.lineno, targets, value)

    def AugAssign(self, node: ast.AugAssign) -> Any:  # noqa: N802
        target, operator, value = expr(node.target), _BINARY[type(node.op)], expr(node.value)
        self.assigned(target, value, True, operator, None, node.lineno)  # noqa: FBT003
        return ("augment", node.lineno, target, operator, value)

    def AnnAssign(self, node: ast.AnnAssign) -> Any:  # noqa: N802
        target, annotation = expr(node.target), expr(node.annotation)
        value = expr(node.value)
        self.assigned(target, value, node.value is not None, None, annotation, node.lineno)
        if node.value is None:
            return ("declare", node.lineno, target, annotation)
        return ("annotate", node.lineno, target, annotation, value)

    def assigned(self, target: Any, value: Any, *rest: Any) -> None:
        if self.function is None or self.direct is not None:
            self.assignments.append((target, value, *rest, self.direct, self.function))
        elif self.receiver:
            self.to_attribute(target, value, *rest)

    def to_attribute(self, target: Any, value: Any, *rest: Any) -> None:
        if isinstance(target, str):
            if target.startswith(f"{self.receiver}.") and target.count(".") == 1:
                self.attributes.append((target, value, *rest, self.class_, self.function))
        elif target[0] in ("tuple", "list"):
            display = isinstance(value, tuple) and value[0] in ("tuple", "list")
            for index, item in enumerate(target[1]):
                if display and len(value[1]) == len(target[1]):
                    self.to_attribute(item, value[1][index], *rest)
                else:
                    self.to_attribute(item, ("subscript", value, index), *rest)

    def Return(self, node: ast.Return) -> Any:  # noqa: N802
        return ("return", node.lineno, expr(node.value))

    def Raise(self, node: ast.Raise) -> Any:  # noqa: N802
        return ("raise", node.lineno, expr(node.exc), expr(node.cause), ())

    def If(self, node: ast.If) -> Any:  # noqa: N802
        branches = [(node.lineno, expr(node.test), self.block(node.body))]
        orelse = node.orelse
        # An `elif` is an `if` alone in the else clause, in the column of the first one.
        while len(orelse) == 1 and isinstance(orelse[0], ast.If) and orelse[0].col_offset == node.col_offset:
            inner = orelse[0]
            branches.append((inner.lineno, expr(inner.test), self.block(inner.body)))
            orelse = inner.orelse
        return ("if", node.lineno, tuple(branches), self.block(orelse))

    def For(self, node: ast.For | ast.AsyncFor) -> Any:  # noqa: N802
        target, iterable = expr(node.target), expr(node.iter)
        is_async = isinstance(node, ast.AsyncFor)
        return ("for", node.lineno, target, iterable, self.block(node.body), self.block(node.orelse), is_async)

    AsyncFor = For

    def While(self, node: ast.While) -> Any:  # noqa: N802
        return ("while", node.lineno, expr(node.test), self.block(node.body), self.block(node.orelse))

    def Try(self, node: Any) -> Any:  # noqa: N802
        body = self.block(node.body)
        handlers = tuple((one.lineno, expr(one.type), one.name, self.block(one.body)) for one in node.handlers)
        return ("try", node.lineno, body, handlers, self.block(node.orelse), self.block(node.finalbody))

    TryStar = Try

    def With(self, node: ast.With | ast.AsyncWith) -> Any:  # noqa: N802
        items = tuple((expr(item.context_expr), expr(item.optional_vars)) for item in node.items)
        return ("with", node.lineno, items, self.block(node.body), isinstance(node, ast.AsyncWith))

    AsyncWith = With

    def FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:  # noqa: N802
        index = len(self.functions)
        self.functions.append(None)
        self.function_bodies.append(None)
        saved = (self.prefix, self.direct, self.class_, self.function, self.receiver)
        raw = parameters(node.args)
        if self.direct is not None:
            self.receiver = raw[0][0] if raw else None
        outer, self.prefix = self.function, f"{self.prefix}{node.name}."
        direct, self.direct, self.function = self.direct, None, index
        self.function_bodies[index] = self.block(node.body)
        self.prefix, self.direct, self.class_, self.function, self.receiver = saved
        self.functions[index] = (
            f"{self.prefix}{node.name}",
            node.lineno,
            node.col_offset,
            node.end_lineno,
            direct,
            outer,
            raw,
            expr(node.returns),
            decorators(node.decorator_list),
            ast.get_docstring(node, clean=False),
            isinstance(node, ast.AsyncFunctionDef),
            yields(node.body),
        )
        return ("def", node.lineno, index)

    AsyncFunctionDef = FunctionDef

    def ClassDef(self, node: ast.ClassDef) -> Any:  # noqa: N802
        index = len(self.classes)
        self.classes.append(None)
        self.class_bodies.append(None)
        saved = (self.prefix, self.direct, self.class_)
        self.prefix, self.direct, self.class_ = f"{self.prefix}{node.name}.", index, index
        self.class_bodies[index] = self.block(node.body)
        self.prefix, self.direct, self.class_ = saved
        self.classes[index] = (
            f"{self.prefix}{node.name}",
            node.lineno,
            node.col_offset,
            node.end_lineno,
            self.direct,
            self.function,
            tuple(map(expr, node.bases)),
            keywords(node.keywords),
            decorators(node.decorator_list),
            ast.get_docstring(node, clean=False),
        )
        return ("class", node.lineno, index)

    def Import(self, node: ast.Import) -> Any:  # noqa: N802
        names = tuple((alias.name, alias.asname) for alias in node.names)
        self.imports += [(name, None, asname, 0, node.lineno, self.function) for name, asname in names]
        return ("import", node.lineno, names)

    def ImportFrom(self, node: ast.ImportFrom) -> Any:  # noqa: N802
        names = tuple((alias.name, alias.asname) for alias in node.names)
        module = node.module or ""
        self.imports += [(module, name, asname, node.level, node.lineno, self.function) for name, asname in names]
        return ("from", node.lineno, node.level, module, names)

    def Global(self, node: ast.Global) -> Any:  # noqa: N802
        return ("global", node.lineno, tuple(node.names))

    def Nonlocal(self, node: ast.Nonlocal) -> Any:  # noqa: N802
        return ("nonlocal", node.lineno, tuple(node.names))

    def Delete(self, node: ast.Delete) -> Any:  # noqa: N802
        return ("del", node.lineno, tuple(map(expr, node.targets)))

    def Assert(self, node: ast.Assert) -> Any:  # noqa: N802
        return ("assert", node.lineno, expr(node.test), expr(node.msg))

    def Pass(self, node: ast.Pass) -> Any:  # noqa: N802
        return ("pass", node.lineno)

    def Break(self, node: ast.Break) -> Any:  # noqa: N802
        return ("break", node.lineno)

    def Continue(self, node: ast.Continue) -> Any:  # noqa: N802
        return ("continue", node.lineno)

    def Match(self, node: ast.Match) -> Any:  # noqa: N802
        cases = tuple(
            (case.pattern.lineno, pattern(case.pattern), expr(case.guard), self.block(case.body)) for case in node.cases
        )
        return ("match", node.lineno, expr(node.subject), cases)


def yields(body: list[ast.stmt]) -> bool:
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += [*node.decorator_list, *node.args.defaults]
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)
    return False


def decorators(nodes: list[ast.expr]) -> list[Any]:
    return [(expr(node), node.lineno, node.col_offset) for node in nodes]


def keywords(nodes: list[ast.keyword]) -> tuple[Any, ...]:
    return tuple((node.arg or "**", expr(node.value)) for node in nodes)


def parameters(node: ast.arguments) -> list[Any]:
    result = []
    positional = [*node.posonlyargs, *node.args]
    defaults = [None] * (len(positional) - len(node.defaults)) + node.defaults
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        kind = "positional-only" if index < len(node.posonlyargs) else "positional"
        result.append((argument.arg, kind, default is not None, expr(default), expr(argument.annotation)))
    if node.vararg:
        result.append((node.vararg.arg, "star", False, None, expr(node.vararg.annotation)))
    for argument, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        result.append((argument.arg, "keyword-only", default is not None, expr(default), expr(argument.annotation)))
    if node.kwarg:
        result.append((node.kwarg.arg, "star-star", False, None, expr(node.kwarg.annotation)))
    return result


def expr(node: ast.expr | None) -> Any:
    match node:
        case None:
            return None
        case ast.Constant(value=str() as value):
            return ("str", value)
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            inner = expr(value)
            return f"{inner}.{name}" if isinstance(inner, str) else ("attr", inner, name)
        case ast.Call(func=function, args=arguments, keywords=given):
            place = (node.lineno, node.col_offset)
            return ("call", expr(function), tuple(map(expr, arguments)), keywords(given), *place)
        case ast.Starred(value=value):
            return ("*", expr(value))
        case ast.Tuple(elts=items):
            return ("tuple", tuple(map(expr, items)))
        case ast.List(elts=items):
            return ("list", tuple(map(expr, items)))
        case ast.Set(elts=items):
            return ("set", tuple(map(expr, items)))
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return ("dict", tuple((expr(key) if key else "**", expr(value)) for key, value in pairs))
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return ("comp", _COMPREHENSION[type(node)], expr(node.elt), clauses(node.generators))
        case ast.DictComp(key=key, value=value, generators=generators):
            return ("comp", "dict", ("tuple", (expr(key), expr(value))), clauses(generators))
        case ast.BinOp():
            rest = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp):
                rest.append((_BINARY[type(left.op)], expr(left.right)))
                left = left.left
            return ("operate", expr(left), tuple(reversed(rest)))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ("not", expr(operand))
        case ast.UnaryOp(op=operator, operand=operand):
            value = expr(operand)
            number = isinstance(value, int | float | complex) and not isinstance(value, bool)
            return -value if number and isinstance(operator, ast.USub) else ("unary", _UNARY[type(operator)], value)
        case ast.BoolOp(op=ast.And(), values=values):
            return ("and", tuple(map(expr, values)))
        case ast.BoolOp(values=values):
            return ("or", tuple(map(expr, values)))
        case ast.Compare(left=left, ops=operators, comparators=operands):
            pairs = zip(operators, operands, strict=True)
            return ("compare", expr(left), tuple((_COMPARE[type(one)], expr(two)) for one, two in pairs))
        case ast.IfExp(test=test, body=then, orelse=otherwise):
            return ("choose", expr(test), expr(then), expr(otherwise))
        case ast.Subscript(value=value, slice=index):
            return ("subscript", expr(value), expr(index))
        case ast.Slice(lower=lower, upper=upper, step=step):
            return ("slice", expr(lower), expr(upper), expr(step))
        case ast.Lambda(args=arguments, body=body):
            return ("lambda", tuple(parameters(arguments)), expr(body))
        case ast.Yield(value=value):
            return ("yield", expr(value))
        case ast.YieldFrom(value=value):
            return ("yield from", expr(value))
        case ast.Await(value=value):
            return ("await", expr(value))
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            return ("walrus", name, expr(value))
        case ast.JoinedStr(values=values):
            return ("fstring", _without_places(pieces(values)))
    raise TypeError(node)


def pieces(values: list[ast.expr]) -> tuple[Any, ...]:
    result: list[Any] = []
    for value in values:
        if isinstance(value, ast.FormattedValue):
            specification = value.format_spec
            inner = pieces(specification.values) if isinstance(specification, ast.JoinedStr) else ()
            result.append(("format", expr(value.value), _CONVERSION[value.conversion], inner))
        else:
            result.append(expr(value))
    return tuple(result)


def clauses(generators: list[ast.comprehension]) -> tuple[Any, ...]:
    result: list[Any] = []
    for one in generators:
        result.append(("for", expr(one.target), expr(one.iter), bool(one.is_async)))
        result += [("if", expr(condition)) for condition in one.ifs]
    return tuple(result)


def pattern(node: ast.pattern) -> Any:
    match node:
        case ast.MatchValue(value=value):
            return ("value", expr(value))
        case ast.MatchSingleton(value=value):
            return ("value", value)
        case ast.MatchSequence(patterns=patterns):
            return ("sequence", tuple(map(pattern, patterns)))
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            return ("mapping", tuple((expr(one), pattern(two)) for one, two in zip(keys, patterns, strict=True)), rest)
        case ast.MatchClass(cls=name, patterns=patterns, kwd_attrs=names, kwd_patterns=values):
            named = tuple((one, pattern(two)) for one, two in zip(names, values, strict=True))
            return ("class", expr(name), tuple(map(pattern, patterns)), named)
        case ast.MatchStar(name=name):
            return ("star", name)
        case ast.MatchAs(pattern=None, name=name):
            return ("capture", name)
        case ast.MatchAs(pattern=inner, name=name):
            return ("as", pattern(inner), name)
        case ast.MatchOr(patterns=patterns):
            return ("or", tuple(map(pattern, patterns)))
    raise TypeError(node)
