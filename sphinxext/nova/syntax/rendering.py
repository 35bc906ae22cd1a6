"""Expressions back to Python source, on one line: to show a default, a condition or an argument to a reader."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.syntax.forms import Comprehension, Expr, FPart, Keyword, Operand, Pair, RawParameter, Tagged

_LOWEST, _CHOOSE, _OR, _AND, _NOT, _COMPARE, _OPERATE, _UNARY, _POWER, _AWAIT, _ATOM = range(0, 220, 20)
"""How tightly an expression holds together; 20 apart, for the binary operators between."""

_OPERATORS: Final = {
    operator: _OPERATE + level
    for level, operators in enumerate((("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "//", "%", "@")))
    for operator in operators
} | {"**": _POWER}

_FRAMES: Final = 2_000
"""More calls than are inside one another for an expression: ``a[1, b]`` takes 7 for each of at most 150 levels."""
_LONGEST_FIELD: Final = 2_000
"""How many characters a replacement field has at most; beyond, it is left out (``f'{…}'``).

With f-strings inside one another each level doubles the backslashes of those within.
"""


def render(expression: Expr) -> str:
    """Return Python source for an expression; strings in ``repr``'s quotes, spaces as PEP 8 has them."""
    try:
        return _render(expression)[0]
    except RecursionError:
        # As deep as expressions are read, and the caller may be deep in others.
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + _FRAMES)
        try:
            return _render(expression)[0]
        finally:
            sys.setrecursionlimit(before)


def _render(expression: Expr) -> tuple[str, int]:
    if isinstance(expression, str):
        return expression, _ATOM
    if isinstance(expression, tuple):
        return _tagged(expression)
    if expression is ...:
        return "...", _ATOM
    text = repr(expression)
    return text, _UNARY if text.startswith("-") else _ATOM


def _at(expression: Expr, least: int) -> str:
    """Return the source of an expression, in brackets if it holds together less than ``least``."""
    text, level = _render(expression)
    return f"({text})" if level < least else text


def _tagged(form: Tagged) -> tuple[str, int]:  # noqa: C901 - one case for each form
    match form:
        case ("str", text):
            return repr(text), _ATOM
        case ("number", _, text):
            return text, _ATOM
        case ("fstring", pieces):
            return _fstring(pieces), _ATOM
        case ("call", function, arguments, keywords, _, _):
            return f"{_at(function, _ATOM)}({_arguments(arguments, keywords)})", _ATOM
        case ("attr", value, name):
            text = _at(value, _ATOM)
            return f"({text}).{name}" if isinstance(value, int | float) else f"{text}.{name}", _ATOM
        case ("subscript", value, index):
            return f"{_at(value, _ATOM)}[{_index(index)}]", _ATOM
        case ("slice", _, _, _):
            return _index(form), _LOWEST
        case ("tuple", items):
            return f"({_commas(items)}{',' * (len(items) == 1)})", _ATOM
        case ("list", items):
            return f"[{_commas(items)}]", _ATOM
        case ("set", items):
            return f"{{{_commas(items)}}}", _ATOM
        case ("dict", pairs):
            return f"{{{', '.join(_pair(pair) for pair in pairs)}}}", _ATOM
        case ("comp", _, _, _):
            return _comprehension(form), _ATOM
        case ("operate", first, rest):
            return _operate(first, rest)
        case ("compare", first, rest):
            operands = (f" {operator} {_at(operand, _OPERATE)}" for operator, operand in rest)
            return f"{_at(first, _OPERATE)}{''.join(operands)}", _COMPARE
        case ("and", items):
            return " and ".join(_at(item, _NOT) for item in items), _AND
        case ("or", items):
            return " or ".join(_at(item, _AND) for item in items), _OR
        case ("not", value):
            return f"not {_at(value, _NOT)}", _NOT
        case ("unary", operator, value):
            return f"{operator}{_at(value, _UNARY)}", _UNARY
        case ("choose", condition, then, otherwise):
            return f"{_at(then, _OR)} if {_at(condition, _OR)} else {_at(otherwise, _CHOOSE)}", _CHOOSE
        case ("lambda", parameters, body, _):
            return f"lambda{_parameters(parameters)}: {_at(body, _CHOOSE)}", _CHOOSE
        case ("*", value):
            return f"*{_at(value, _OPERATE)}", _LOWEST
        case ("await", value):
            return f"await {_at(value, _ATOM)}", _AWAIT
        case ("yield" | "yield from" as word, value):
            return word if value is None else f"{word} {_at(value, _CHOOSE)}", _LOWEST
        case ("walrus", name, value):
            return f"{name} := {_at(value, _CHOOSE)}", _LOWEST
        case ("repr", value):
            return f"`{_at(value, _CHOOSE)}`", _ATOM
        case ("error", text):
            return " ".join(text.split()), _ATOM


def _item(expression: Expr) -> str:
    """Return the source of an expression between commas, where a star needs no brackets."""
    if isinstance(expression, tuple) and expression[0] == "*":
        return render(expression)
    return _at(expression, _CHOOSE)


def _commas(items: Iterable[Expr]) -> str:
    return ", ".join(map(_item, items))


def _arguments(arguments: tuple[Expr, ...], keywords: tuple[Keyword, ...]) -> str:
    if len(arguments) == 1 and not keywords and isinstance(arguments[0], tuple) and arguments[0][0] == "comp":
        return render(arguments[0])[1:-1] if arguments[0][1] == "generator" else render(arguments[0])
    given = (
        f"**{_at(value, _OPERATE)}" if name == "**" else f"{name}={_at(value, _CHOOSE)}" for name, value in keywords
    )
    return ", ".join([*map(_item, arguments), *given])


def _index(index: Expr) -> str:
    if isinstance(index, tuple):
        if index[0] == "slice":
            lower, upper, step = index[1:]
            bounds = [_at(bound, _CHOOSE) if bound is not None else "" for bound in (lower, upper)]
            return ":".join([*bounds, _at(step, _CHOOSE)] if step is not None else bounds)
        if index[0] == "tuple" and index[1]:
            return ", ".join(map(_index, index[1])) + "," * (len(index[1]) == 1)
    return _item(index)


def _pair(pair: Pair) -> str:
    key, value = pair
    return f"**{_at(value, _OPERATE)}" if key == "**" else f"{_at(key, _CHOOSE)}: {_at(value, _CHOOSE)}"


def _comprehension(form: Comprehension) -> str:
    kind, element, clauses = form[1:]
    if kind == "dict" and isinstance(element, tuple) and element[0] == "tuple":
        text = ": ".join(_at(part, _CHOOSE) for part in element[1])
    else:
        text = _at(element, _CHOOSE)
    for clause in clauses:
        if clause[0] == "for":
            _, target, iterable, is_async = clause
            target_text = render(target)
            if isinstance(target, tuple) and target[0] == "tuple":
                target_text = target_text[1:-1]
            text += f"{' async' * is_async} for {target_text} in {_at(iterable, _OR)}"
        else:
            text += f" if {_at(clause[1], _OR)}"
    opening, closing = {"list": ("[", "]"), "generator": ("(", ")")}.get(kind, ("{", "}"))
    return f"{opening}{text}{closing}"


def _operate(first: Expr, rest: tuple[Operand, ...]) -> tuple[str, int]:
    levels = [_OPERATORS[operator] for operator, _ in rest]
    power = levels[0] == _POWER
    text = _at(first, _AWAIT if power else levels[0] + (isinstance(first, tuple) and first[0] == "operate"))
    for (operator, operand), level in zip(rest, levels, strict=True):
        text += f" {operator} {_at(operand, _UNARY if level == _POWER else level + 1)}"
    return text, min(levels)


def _fstring(pieces: Iterable[FPart]) -> str:
    quoted = repr("".join(_replacement_fields(pieces)))
    return f"f{quoted}"


def _replacement_fields(pieces: Iterable[FPart]) -> Iterable[str]:
    for piece in pieces:
        if piece[0] == "str":
            yield piece[1].replace("{", "{{").replace("}", "}}")
        else:
            _, value, conversion, specification = piece
            text = render(value)
            if len(text) > _LONGEST_FIELD:
                text = "…"
            mark = f"!{conversion}" if conversion else ""
            form = f":{''.join(_replacement_fields(specification))}" if specification else ""
            yield f"{{{' ' * text.startswith('{')}{text}{mark}{form}}}"


def _parameters(parameters: tuple[RawParameter, ...]) -> str:
    result: list[str] = []
    kinds = [kind for _, kind, *_ in parameters]
    starred = False
    for index, (name, kind, has_default, default, _, unpack) in enumerate(parameters):
        if kind == "keyword-only" and not starred:
            result.append("*")
        starred = starred or kind in {"star", "keyword-only"}
        star = {"star": "*", "star-star": "**"}.get(kind, "")
        shown = render(unpack) if unpack is not None else name
        result.append(f"{star}{shown}{f'={_at(default, _CHOOSE)}' if has_default else ''}")
        if kind == "positional-only" and kinds[index + 1 : index + 2] != ["positional-only"]:
            result.append("/")
    return " " * bool(result) + ", ".join(result)
