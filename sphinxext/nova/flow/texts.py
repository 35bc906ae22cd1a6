"""Texts that are put together: enough of them to know a topic, an option's or a method's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.flow.values import Const, Dict, Option, Sequence, Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence as Many

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Atom, Value, Written
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import Expr, FPart

_FIELD: Final = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?([sdrif%])")
_BRACES: Final = re.compile(r"\{(\w*)\}")
_LONGEST: Final = 1000
"""How many characters of a text are put together: more than are kept of one, so that what is too long stays so."""


class Texts:
    """The part of a walker that knows operators, most of all those of texts."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms

    def operate(self, frame: Frame, left: Value, sign: str, right: Value, operand: Expr) -> Value:
        """Return the value of ``left sign right``; ``operand`` is how the right side is written."""
        found: Value = ()
        for one in left[:4]:
            if sign == "%" and isinstance(one, Const) and isinstance(one.value, str):
                found = self._atoms.join(found, self._formatted(frame, one.value, right, operand))
                continue
            for other in right[:4]:
                found = self._atoms.join(found, self._operated(frame, one, sign, other, operand))
        return found or self._atoms.any

    def _operated(self, frame: Frame, one: Atom, sign: str, other: Atom, operand: Expr) -> Value:
        match sign, one, other:
            case "+", Const(value=str() as a), Const(value=str() as b):
                return (self._atoms.const(a + b),)
            case "+", Const(value=str() as a), _:
                return (self._atoms.text(a, (frame.scope, operand)),)
            case "+", Text(), _:
                return (one,)
            case "+", Option(), Const(value=str()):
                return tuple(
                    part
                    for atom in self._walker.default(one)
                    for part in self._operated(frame, atom, sign, other, operand)
                )
            case "+", Sequence(), Sequence():
                items = (*one.items, *other.items)
                return (self._atoms.sequence(one.kind, items, is_open=one.is_open or other.is_open),)
            case "|", Dict(), Dict():
                return (self._atoms.dict((*one.items, *other.items), is_open=one.is_open or other.is_open),)
        return self._atoms.some

    def _formatted(self, frame: Frame, text: str, right: Value, operand: Expr) -> Value:
        """Do ``text % right``."""
        parts: list[tuple[str, Value | None, Expr]] = []
        position = 0
        given = self._given(right, operand)
        for match in _FIELD.finditer(text):
            parts.append((text[position : match.start()], None, None))
            position = match.end()
            if match[2] == "%":
                parts.append(("%", None, None))
            elif match[1]:
                parts.append(("", *self._named(right, match[1], operand)))
            else:
                value, expression = next(given, (self._atoms.any, operand))
                parts.append(("", value, expression))
        parts.append((text[position:], None, None))
        return self._together(frame, parts)

    def _given(self, right: Value, operand: Expr) -> Iterator[tuple[Value, Expr]]:
        match operand, right:
            case ("tuple", expressions), (Sequence(items=items),) if len(expressions) == len(items):
                yield from zip(items, expressions, strict=True)
            case _, (Sequence(items=items),):
                yield from ((item, operand) for item in items)
            case _:
                yield right, operand

    def _named(self, right: Value, name: str, operand: Expr) -> tuple[Value, Expr]:
        if len(right) == 1 and isinstance(right[0], Dict):
            for key, value in right[0].items:
                if isinstance(key, Const) and key.value == name:
                    return value, operand
        return self._atoms.any, operand

    def fstring(self, frame: Frame, parts: Many[FPart]) -> Value:
        """Return the value of an f-string."""
        found: list[tuple[str, Value | None, Expr]] = []
        for part in parts:
            match part:
                case ("str", text):
                    found.append((text, None, None))
                case ("format", expression, *_):
                    found.append(("", self._walker.expressions.value(frame, expression), expression))
        return self._together(frame, found)

    def format(self, frame: Frame, text: str, arguments: Any) -> Value:  # noqa: ANN401 - arguments
        """Do ``text.format(...)``."""
        named = dict(arguments.keywords)
        positional = iter(arguments.positional)
        parts: list[tuple[str, Value | None, Expr]] = []
        position = 0
        for match in _BRACES.finditer(text):
            parts.append((text[position : match.start()], None, None))
            position = match.end()
            name = match[1]
            value = named.get(name) if name and not name.isdecimal() else next(positional, None)
            parts.append(("", value or self._atoms.any, None))
        parts.append((text[position:], None, None))
        return self._together(frame, parts)

    def _together(self, frame: Frame, parts: list[tuple[str, Value | None, Expr]]) -> Value:
        """Put together what is known, up to the first part that is not."""
        known = [""]
        for literal, value, expression in parts:
            if value is None:
                known = [(text + literal)[:_LONGEST] for text in known]
                continue
            texts = self.texts(value)
            if not texts:
                rest: Written | None = (frame.scope, expression) if expression is not None else None
                return tuple(self._atoms.text(text, rest) for text in known)
            known = [(text + one)[:_LONGEST] for text in known for one in texts[:4]][:4]
        return self._atoms.limited(self._atoms.const(text) for text in known)

    def texts(self, value: Value) -> list[str]:
        """Return the texts that a value may be; none where one of its possibilities is not known."""
        found: list[str] = []
        for atom in value:
            match atom:
                case Const(value=str() | int() as known):
                    found.append(str(known))
                case Option():
                    found += [
                        one.value
                        for one in self._walker.default(atom)
                        if isinstance(one, Const) and isinstance(one.value, str)
                    ]
                case _:
                    return []
        return found
