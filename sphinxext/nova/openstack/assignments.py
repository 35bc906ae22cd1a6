"""What functions assign, return and give by name, read from each function by itself, without its callers.

A module or a class counts as a function here. Which role a field gives to the host that is put into it is known here
as well: ``migration.dest_compute = host``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import HostRole
from sphinxext.nova.program import ClassDef, FunctionDef, last_name, mro
from sphinxext.nova.syntax.walking import blocks, calls, expressions, inside, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.program import Scope
    from sphinxext.nova.syntax.forms import Block, CallForm, Expr, Stmt

FIELDS: Final = {
    "source_compute": HostRole.SOURCE,
    "source_host": HostRole.SOURCE,
    "dest_compute": HostRole.DESTINATION,
    "dest_host": HostRole.DESTINATION,
    "service_host": HostRole.CHOSEN,
}
"""Fields that hold a host: those of ``Migration`` (2011.3 and newer), and of ``Selection`` (16.0.0 and newer)."""
_STORED: Final = {name: role for name, role in FIELDS.items() if role is not HostRole.CHOSEN}
_HOST: Final = "host"


@dataclass(slots=True)
class Assigned:
    """What is assigned to a name: ``instead`` only where it was nothing before.

    ``is_always`` says that something is in any case, so that what a parameter of the name was given is gone.
    """

    values: list[Expr] = field(default_factory=list)
    instead: list[Expr] = field(default_factory=list)
    is_always: bool = False


class Assignments:
    """What functions assign and give, by name, without knowing who calls them. For all flows of a program."""

    def __init__(self) -> None:
        self._names: dict[Scope, Mapping[str, Assigned]] = {}
        self._stored: dict[Scope, Mapping[str, HostRole]] = {}
        self._given: dict[Scope, Mapping[str, list[Expr]]] = {}
        self._calls: dict[Scope, Mapping[str, list[CallForm]]] = {}
        self._returned: dict[FunctionDef, Sequence[Expr]] = {}
        self._attributes: dict[tuple[ClassDef, str], list[tuple[FunctionDef, Expr]]] = {}
        self._stored_in_class: dict[ClassDef, Mapping[str, HostRole]] = {}

    def assigned(self, scope: Scope, name: str) -> Assigned | None:
        """Return what is assigned to a name in a function, or to an attribute (``self.host``)."""
        return self._all_assigned(scope).get(name)

    def _all_assigned(self, scope: Scope) -> Mapping[str, Assigned]:
        known = self._names.get(scope)
        if known is None:
            found: dict[str, Assigned] = {}
            _assignments(scope.body, found, frozenset(), is_always=True)
            known = self._names[scope] = found
        return known

    def returned(self, function: FunctionDef) -> Sequence[Expr]:
        """Return what a function returns, in order; what may be either is two of them."""
        known = self._returned.get(function)
        if known is None:
            values = [one[2] for one in statements(function.body) if one[0] == "return" and one[2] is not None]
            known = self._returned[function] = [part for value in values for part in _parts(value)]
        return known

    def stored(self, scope: Scope) -> Mapping[str, HostRole]:
        """Return the expressions that a function puts into fields with a role: ``migration.dest_compute = host``."""
        known = self._stored.get(scope)
        if known is None:
            known = self._stored[scope] = dict(self._all_stored(scope))
        return known

    def _all_stored(self, scope: Scope) -> Iterator[tuple[str, HostRole]]:
        for target, assigned in self._all_assigned(scope).items():
            role = _STORED.get(target.rpartition(".")[2]) if "." in target else None
            for value in (*assigned.values, *assigned.instead) if role is not None else ():
                name = dotted_name(value)
                if name is not None and role is not None:
                    yield name, role
        for field_, role in _STORED.items():
            yield from ((name, role) for value in self.given(scope, field_) if (name := dotted_name(value)) is not None)

    def stored_in_class(self, class_: ClassDef) -> Mapping[str, HostRole]:
        """Return the attributes that any method of a class puts into such fields."""
        known = self._stored_in_class.get(class_)
        if known is None:
            found: dict[str, HostRole] = {}
            for method in methods_mentioning(class_, *_STORED):
                found.update((name, role) for name, role in self.stored(method).items() if name.startswith("self."))
            known = self._stored_in_class[class_] = found
        return known

    def given(self, scope: Scope, name: str) -> list[Expr]:
        """Return what a function gives by a name: as a keyword, or as an item of a dictionary."""
        known = self._given.get(scope)
        if known is None:
            found: dict[str, list[Expr]] = {}
            for key, value in _given_by_name(scope.body):
                found.setdefault(key, []).append(value)
            known = self._given[scope] = found
        return known.get(name, [])

    def calls(self, scope: Scope, name: str) -> list[CallForm]:
        """Return the calls in a function of what has a name."""
        known = self._calls.get(scope)
        if known is None:
            found: dict[str, list[CallForm]] = {}
            for call in calls(scope.body):
                found.setdefault(last_name(call[1]), []).append(call)
            known = self._calls[scope] = found
        return known.get(name, [])

    def attribute(self, class_: ClassDef, name: str) -> list[tuple[FunctionDef, Expr]]:
        """Return what methods of a class, and of those above it, assign to an attribute of the instance."""
        key = (class_, name)
        if key not in self._attributes:
            self._attributes[key] = [
                (method, value)
                for one in mro(class_)
                if isinstance(one, ClassDef)
                for method in _assigning(one, name)
                if (found := self.assigned(method, f"self.{name}")) is not None
                for value in (*found.values, *found.instead)
            ]
        return self._attributes[key]


def methods_mentioning(class_: ClassDef, *words: str) -> Iterator[FunctionDef]:
    """Give the methods of a class in whose bodies one of these words may be."""
    for word in words:
        for fact in class_.module.facts.functions_mentioning(word.encode()):
            if fact.class_ == class_.index and fact.outer is None:
                yield FunctionDef(class_.module, fact.index)


def _assigning(class_: ClassDef, name: str) -> Iterator[FunctionDef]:
    """Give the methods of a class that may assign an attribute of the instance."""
    if name != _HOST:
        return methods_mentioning(class_, f"self.{name}")
    # Many methods read it.
    found = (one for one in class_.module.facts.attributes if one.class_ == class_.index)
    indexes = dict.fromkeys(one.function for one in found if one.target == f"self.{name}")
    return (FunctionDef(class_.module, index) for index in indexes if index is not None)


def dotted_name(expression: Expr) -> str | None:
    """Return an expression as a dotted name: ``instance['host']`` is ``instance.host``; ``None`` for others."""
    match expression:
        case str():
            return expression
        case ("attr", owner, name) | ("subscript", owner, ("str", name)):
            dotted = dotted_name(owner)
            return None if dotted is None else f"{dotted}.{name}"
    return None


def _parts(expression: Expr) -> Sequence[Expr]:
    """Return those of which an expression is one: ``a or b``, ``a if c else b``."""
    match expression:
        case ("or", items):
            return list(items)
        case ("choose", _, one, other):
            return [one, other]
    return [expression]


def _assignments(block: Block, found: dict[str, Assigned], missing: frozenset[str], *, is_always: bool) -> None:
    """Note what is assigned to names, and where that is only done because they were nothing."""
    for statement in block:
        kind = statement[0]
        for target, value in _targets(statement):
            name = dotted_name(target)
            if name is None or value is None:
                continue
            known = found.setdefault(name, Assigned())
            if is_always and kind != "for" and name not in inside(value):
                known.is_always = True
            if not _is_constant(value):
                (known.instead if name in missing else known.values).append(value)
        if statement[0] == "if":
            for _, condition, _, inner in statement[2]:
                _assignments(inner, found, missing | _missing(condition), is_always=False)
            _assignments(statement[3], found, missing, is_always=False)
        else:
            for number, inner in enumerate(blocks(statement)):
                is_run = is_always and not number and kind in {"try", "with"}
                _assignments(inner, found, missing, is_always=is_run)


def _missing(condition: Expr) -> frozenset[str]:
    """Return the names that are nothing under a condition."""
    match condition:
        case ("not", str(name)) | ("compare", str(name), (("is" | "==", None),)):
            return frozenset({name})
        case ("and", items):
            return frozenset[str]().union(*map(_missing, items))
    return frozenset()


def _targets(statement: Stmt) -> Iterator[tuple[Expr, Expr]]:
    match statement:
        case ("assign", _, targets, value):
            for target in targets:
                yield from _unpacked(target, value)
        case ("annotate", _, target, _, value):
            yield target, value
        case ("for", _, target, iterable, _, _, _):
            yield from _unpacked(target, iterable)
        case ("with", _, items, _, _):
            for expression, target in items:
                if target is not None:
                    yield from _unpacked(target, expression)


def _unpacked(target: Expr, value: Expr) -> Iterator[tuple[Expr, Expr]]:
    match target, value:
        case ("tuple" | "list", targets), ("tuple" | "list", values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                yield from _unpacked(one, its)
        case ("tuple" | "list", targets), _:
            for index, one in enumerate(targets):
                yield from _unpacked(one, ("subscript", value, ("number", index, str(index))))
        case _:
            yield target, value


def _is_constant(value: Expr) -> bool:
    return not isinstance(value, str | tuple) or (isinstance(value, tuple) and value[0] in {"str", "number"})


def _given_by_name(block: Block) -> Iterator[tuple[str, Expr]]:
    """Give keywords of calls, items of dictionaries, and what is assigned to items, with their names."""
    for expression in expressions(block):
        match expression:
            case ("call", _, _, keywords, _, _):
                yield from ((name, value) for name, value in keywords if name != "**")
            case ("dict", pairs):
                for key, value in pairs:
                    match key:
                        case ("str", str(name)):
                            yield name, value
    for statement in statements(block):
        for target, value in _targets(statement):
            match target:
                case ("subscript", _, ("str", str(name))):
                    yield name, value
