"""What a function may do to the containers that it is given, by how it is written.

``HookManager.run_pre(name, args, kwargs)`` of ``nova/hooks.py`` (2013.1 to 21.0.0) only hands on what is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.names import used_names
from sphinxext.nova.program import FunctionDef, lookup
from sphinxext.nova.syntax.facts import ParameterKind
from sphinxext.nova.syntax.walking import own_expressions, parts, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinxext.nova.flow.values import Function
    from sphinxext.nova.syntax.forms import CallForm, Expr, Stmt

CHANGING: Final = frozenset(
    {
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "setdefault",
        "pop",
        "popitem",
        "remove",
        "clear",
        "discard",
        "sort",
    }
)
"""Methods that change their container."""
HARMLESS: Final = frozenset(
    {"len", "isinstance", "str", "repr", "list", "dict", "tuple", "set", "sorted", "bool", "iter", "enumerate", "zip"}
)
"""Functions that leave what they are given as it is."""


def keeps(function: Function, form: CallForm, place: int | str) -> bool:
    """Tell whether a function leaves a container as it is, and hands it on to nobody who may not.

    :param place: which of the arguments of the call the container is, by its place or name.
    """
    return _keeps(function.definition, form, place, is_bound=function.receiver is not None)


def _keeps(definition: FunctionDef, form: CallForm, place: int | str, *, is_bound: bool) -> bool:
    parameters = definition.fact.parameters
    if isinstance(place, str):
        found = [one.name for one in parameters if one.name == place]
    elif any(_is_spread(one) for one in form[2][:place]):
        return False
    else:
        plain = [one for one in parameters if one.kind not in {ParameterKind.STAR, ParameterKind.STAR_STAR}]
        found = [one.name for one in plain[place + is_bound :][:1]]
    return bool(found) and found[0] not in _changed(definition)


def _changed(definition: FunctionDef) -> frozenset[str]:
    """Return the parameters whose values a function may change, or hand on to somebody who may."""
    program = definition.module.program
    if definition in (going := program.remember("changing", set)):
        return frozenset(parameter.name for parameter in definition.fact.parameters)
    going.add(definition)
    found = program.remember(("changed", definition), _changes_of, definition)
    going.discard(definition)
    return found


def _changes_of(definition: FunctionDef) -> frozenset[str]:
    return _Changes(definition).found


class _Changes:
    """Goes through a function, by how it is written, for what it may do to what it is given."""

    def __init__(self, definition: FunctionDef) -> None:
        self._definition = definition
        self._names = frozenset(parameter.name for parameter in definition.fact.parameters)
        self._found: set[str] = set()
        for statement in statements(definition.body):
            self._statement(statement)
        self.found = self._names & self._found

    def _statement(self, statement: Stmt) -> None:
        match statement:
            case ("def", _, index):
                self._found |= used_names(FunctionDef(self._definition.module, index))
            case ("class" | "exec" | "error" | "match", *_):
                self._found |= self._names
            case ("if", _, branches, _):
                self._look_at(condition for _, condition, _, _ in branches)
            case ("while", _, condition, *_) | ("for", _, _, condition, *_) | ("assert", _, condition, *_):
                self._look_at([condition])
            case ("return", _, str()):
                pass  # Who calls sees what comes back.
            case ("assign", _, targets, value):
                # A name that is bound again is no parameter any more.
                self._hand_on([one for one in targets if not isinstance(one, str)], is_changed=True)
                self._hand_on([value])
            case _:
                self._hand_on(own_expressions(statement), is_changed=statement[0] == "del")

    def _look_at(self, expressions: Iterable[Expr]) -> None:
        """Take expressions of which a name alone changes nothing."""
        self._hand_on(one for one in expressions if not isinstance(one, str))

    def _hand_on(self, expressions: Iterable[Expr], *, is_changed: bool = False) -> None:
        """Take expressions whose value somebody gets, or which are changed themselves."""
        for expression in expressions:
            match expression:
                case str():
                    owner, _, method = expression.rpartition(".")
                    if not owner or method in CHANGING:
                        self._found.add(owner or expression)
                case ("subscript", str(owner), index):
                    self._found |= {owner} if is_changed else set()
                    self._look_at([index])
                case ("call", _, _, _, _, _):
                    self._call(expression)
                case ("comp", _, element, clauses):
                    self._hand_on([element])
                    self._look_at(clause[2] if clause[0] == "for" else clause[1] for clause in clauses)
                case ("not" | "compare" | "subscript" | "attr" | "fstring", *_):
                    self._look_at(parts(expression))
                case _:
                    self._hand_on(parts(expression), is_changed=is_changed)

    def _call(self, form: CallForm) -> None:
        _, function, arguments, keywords, _, _ = form
        if not isinstance(function, str) or "." in function:
            self._hand_on([function])
        callee = self._method(function)
        given: list[tuple[int | str, Expr]] = [*enumerate(arguments), *keywords]
        for place, argument in given:
            if place == "**" or _is_spread(argument):
                self._look_at(parts(argument) if place != "**" else [argument])
            elif isinstance(argument, str) and callee is not None and _keeps(callee, form, place, is_bound=True):
                pass
            elif function in HARMLESS:
                self._look_at([argument])
            else:
                self._hand_on([argument])

    def _method(self, function: Expr) -> FunctionDef | None:
        """Return a method of the same class that is called."""
        first = self._definition.fact.parameters[0].name if self._definition.fact.parameters else ""
        owner, _, name = function.rpartition(".") if isinstance(function, str) else ("", "", "")
        if not owner or owner != first or self._definition.owner is None:
            return None
        member = lookup(self._definition.owner, name)
        found = member.definition if member is not None else None
        return found if isinstance(found, FunctionDef) and not found.fact.decorators else None


def _is_spread(argument: Expr) -> bool:
    """Tell whether an argument is written ``*argument``."""
    return isinstance(argument, tuple) and argument[0] == "*"
