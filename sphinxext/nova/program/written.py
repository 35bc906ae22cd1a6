"""Expressions as text again, as Python would write them on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.syntax.facts import ParameterKind, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.syntax.facts import Parameter
    from sphinxext.nova.syntax.forms import Expr, ForClause, FPart, IfClause

_LOOSE: Final = frozenset(
    {"operate", "unary", "not", "and", "or", "compare", "choose", "lambda", "yield", "yield from", "await", "walrus"}
)
"""Forms that stand in parentheses inside another one."""
_STARS: Final = {ParameterKind.STAR: "*", ParameterKind.STAR_STAR: "**"}


def written(expression: Expr) -> str:  # noqa: C901 - a flat table
    """Return the source text of an expression. Quotes, brackets and spaces need not be those of its author."""
    match expression:
        case str():
            return expression
        case ("str", text):
            return repr(text)
        case ("number" | "error", *_, text):
            return text
        case ("fstring", parts):
            return f"f{_fields(parts)!r}"
        case ("attr", value, name):
            return f"{_tight(value)}.{name}"
        case ("call", function, arguments, keywords, _, _):
            given = [written(argument) for argument in arguments]
            named = [f"**{_tight(value)}" if name == "**" else f"{name}={written(value)}" for name, value in keywords]
            return f"{_tight(function)}({', '.join(given + named)})"
        case ("*", value):
            return f"*{_tight(value)}"
        case ("tuple", items):
            return f"({_listed(items)}{',' if len(items) == 1 else ''})"
        case ("list", items):
            return f"[{_listed(items)}]"
        case ("set", items):
            return f"{{{_listed(items)}}}"
        case ("dict", pairs):
            entries = [
                f"**{_tight(value)}" if key == "**" else f"{written(key)}: {written(value)}" for key, value in pairs
            ]
            return f"{{{', '.join(entries)}}}"
        case ("comp", kind, element, clauses):
            return _comprehension(kind, element, clauses)
        case ("operate" | "compare", first, rest):
            return " ".join([_tight(first), *(f"{sign} {_tight(operand)}" for sign, operand in rest)])
        case ("unary", sign, value):
            return f"{sign}{_tight(value)}"
        case ("not" | "yield" | "yield from" | "await" as word, value):
            return f"{word} {_tight(value)}" if value is not None or word == "not" else word
        case ("and" | "or" as word, items):
            return f" {word} ".join(_tight(item) for item in items)
        case ("choose", condition, then, otherwise):
            return f"{_tight(then)} if {_tight(condition)} else {_tight(otherwise)}"
        case ("subscript", value, index):
            return f"{_tight(value)}[{written(index)}]"
        case ("slice", lower, upper, step):
            ends = [lower, upper] if step is None else [lower, upper, step]
            return ":".join("" if end is None else _tight(end) for end in ends)
        case ("lambda", parameters, body, _):
            names = ", ".join(_parameter(parameter) for parameter in parameters_of(parameters))
            return f"lambda {names}: {written(body)}" if names else f"lambda: {written(body)}"
        case ("walrus", name, value):
            return f"{name} := {_tight(value)}"
        case ("repr", value):
            return f"`{written(value)}`"
        case _:
            return "..." if expression is ... else repr(expression)


def _tight(expression: Expr) -> str:
    """Return the text of an expression that stands inside another one."""
    text = written(expression)
    loose = isinstance(expression, tuple) and expression[0] in _LOOSE
    return f"({text})" if loose else text


def _listed(items: Iterable[Expr]) -> str:
    return ", ".join(written(item) for item in items)


def _comprehension(kind: str, element: Expr, clauses: Iterable[ForClause | IfClause]) -> str:
    opening, closing = {"list": ("[", "]"), "set": ("{", "}"), "dict": ("{", "}")}.get(kind, ("(", ")"))
    match kind, element:
        case "dict", ("tuple", key_and_value):
            text = ": ".join(map(_tight, key_and_value))
        case _:
            text = _tight(element)
    for clause in clauses:
        if clause[0] == "for":
            word = "async for" if clause[3] else "for"
            text += f" {word} {written(clause[1])} in {_tight(clause[2])}"
        else:
            text += f" if {_tight(clause[1])}"
    return f"{opening}{text}{closing}"


def _parameter(parameter: Parameter) -> str:
    name = parameter.name if parameter.unpack is None else written(parameter.unpack)
    text = _STARS.get(parameter.kind, "") + name
    return f"{text}={written(parameter.default)}" if parameter.has_default else text


def _fields(parts: Iterable[FPart]) -> str:
    text = ""
    for part in parts:
        match part:
            case ("str", constant):
                text += constant.replace("{", "{{").replace("}", "}}")
            case ("format", value, conversion, spec):
                text += (
                    "{"
                    + written(value)
                    + (f"!{conversion}" if conversion else "")
                    + (f":{_fields(spec)}" if spec else "")
                    + "}"
                )
    return text
