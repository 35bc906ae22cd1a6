"""The bodies of functions that set up routes, read in the order of their lines.

Such functions do little: they fill dictionaries, make controllers and hand both on. Every branch is read, as a route
behind an option is a route.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program import (
    UNKNOWN,
    Assigned,
    ClassDef,
    FunctionDef,
    attribute,
    candidates,
    evaluate,
    lookup,
    mro,
    resolve,
)
from sphinxext.nova.program.constants import Unknown
from sphinxext.nova.syntax.facts import ParameterKind
from sphinxext.nova.syntax.walking import blocks, inside, own_expressions, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.syntax.forms import Block, CallForm, Expr, Keyword

_DEEPEST: Final = 8
_MOST: Final = 50
"""How often a loop over the items of a display is gone through."""
_WRAPPERS: Final = frozenset({"Resource", "ResourceV21"})
"""Classes of ``nova/api/openstack/wsgi.py`` that wrap a controller, their first argument."""

_STEPS: Final = 5_000
"""How many statements and expressions are read for one class that sets up routes. Those of 2013.2 need 139.
"""
_MOST_KEYS: Final = 1_000
"""How many items are added to a dictionary."""
_LONGEST_KEY: Final = 200
"""Characters of the key of what a dictionary holds; the names of resources have 40 at most."""

Classes: TypeAlias = "tuple[ClassDef, ...]"


@dataclass(slots=True)
class Allowance:
    """How much may still be read; what calls itself ten times would else be read 10 to the eighth times."""

    left: int = _STEPS

    def take(self, frame: Frame) -> bool:
        """Return whether one step more may be taken; the first that may not is a problem."""
        self.left -= 1
        if self.left == -1:
            module = frame.function.module
            message = f"{frame.function.fact.qualname} takes more steps than are read: routes may be left out"
            module.program.complain(Problem(Kind.DEPTH, message, module.path, frame.function.fact.line))
        return self.left >= 0


@dataclass(slots=True)
class Frame:
    """A function that is read, for an object of a class; what its names are known to be."""

    function: FunctionDef
    owner: ClassDef | None
    shared: dict[str, object]
    """The attributes of the object, which all its methods share; by ``self.name``."""
    values: dict[str, object] = field(default_factory=dict)
    objects: dict[str, Classes] = field(default_factory=dict)
    """The classes of what names refer to."""
    aliases: dict[str, Expr] = field(default_factory=dict)
    """What stands for the item of a loop: ``for class_ in (VolumeController, SnapshotController)``."""
    depth: int = 0
    allowance: Allowance = field(default_factory=Allowance)

    def value(self, expression: Expr) -> object:
        """Return the value of an expression, ``UNKNOWN`` where it is not known."""
        known = {**self.shared, **self.values}
        for part in inside(expression):
            if isinstance(part, str) and part.startswith("self.") and part not in known and self.owner is not None:
                for assigned in attribute(self.owner, part.removeprefix("self."))[:1]:
                    known[part] = evaluate(assigned.value, assigned.scope)
        for part in inside(expression):
            if isinstance(part, str) and part not in known and part.partition(".")[0] in self.aliases:
                known[part] = evaluate(self.unaliased(part), self.function)
        return evaluate(
            expression, self.function, {name: found for name, found in known.items() if found is not UNKNOWN}
        )

    def unaliased(self, name: str) -> Expr:
        """Return the expression that a name with an alias at its head stands for."""
        head, *rest = name.split(".")
        found = self.aliases.get(head, head)
        return ".".join((found, *rest)) if isinstance(found, str) else name if rest else found

    def classes(self, expression: Expr) -> Classes:
        """Return the classes that the object an expression gives may be of."""
        return tuple(dict.fromkeys(_classes(expression, self, self.depth)))


def run(frame: Frame, on_call: Callable[[CallForm, Frame], None]) -> None:
    """Read the statements of a function, and those of the methods of its object that it calls."""
    if frame.depth <= _DEEPEST:
        _run(frame.function.body, frame, on_call, _DEEPEST)


def _run(block: Block, frame: Frame, on_call: Callable[[CallForm, Frame], None], depth: int) -> None:
    for statement in block if depth else ():
        if not frame.allowance.take(frame):
            return
        for part in (part for expression in own_expressions(statement) for part in inside(expression)):
            if isinstance(part, tuple) and part[0] == "call":
                _call(part, frame, on_call)
        match statement:
            case ("assign", _, targets, value):
                for target in targets:
                    _assign(target, value, frame)
            case ("for", _, str(target), ("tuple" | "list", items), body, _, _):
                for item in items[:_MOST]:
                    frame.aliases[target] = item
                    _run(body, frame, on_call, depth - 1)
            case _:
                for inner in blocks(statement):
                    _run(inner, frame, on_call, depth - 1)


def _call(call: CallForm, frame: Frame, on_call: Callable[[CallForm, Frame], None]) -> None:
    method = _method_called(call[1], frame)
    if method is not None:
        run(_frame_of(method, call, frame), on_call)
    on_call(call, frame)


def arguments_of(call: CallForm, function: FunctionDef | None) -> dict[str, Expr]:
    """Return the arguments of a call by the names of the parameters; ``function`` is a method, or a class's."""
    _, _, arguments, keywords, _, _ = call
    parameters = function.fact.parameters if function is not None else ()
    names = [one.name for one in parameters if one.kind in {ParameterKind.POSITIONAL, ParameterKind.POSITIONAL_ONLY}]
    if function is not None and function.owner is not None:
        names = names[1:]
    return {**dict(zip(names, arguments, strict=False)), **_named(keywords)}


def _named(keywords: Sequence[Keyword]) -> dict[str, Expr]:
    return {name: value for name, value in keywords if name != "**"}


def _assign(target: Expr, value: Expr, frame: Frame) -> None:
    found = frame.value(value)
    match target:
        case str():
            where = frame.shared if target.startswith("self.") else frame.values
            where[target] = found
            frame.objects[target] = frame.classes(value)
        case ("subscript", str(container), key):
            name = frame.value(key)
            known = frame.values.get(container, frame.shared.get(container))
            if isinstance(known, dict) and isinstance(name, str) and len(known) < _MOST_KEYS:
                known[name] = found
            if (place := _place(container, name)) is not None:
                frame.shared[place] = frame.classes(value)


def _method_called(function: Expr, frame: Frame) -> FunctionDef | None:
    """Return the method that ``self.method()`` or ``super().method()`` calls."""
    if frame.owner is None:
        return None
    match function:
        case str() if function.startswith("self.") and function.count(".") == 1:
            member = lookup(frame.owner, function.removeprefix("self."))
            return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None
        case ("attr", ("call", "super", *_), str(name)):
            order = [one for one in mro(frame.owner) if isinstance(one, ClassDef)]
            here = frame.function.owner
            for ancestor in order[order.index(here) + 1 :] if here in order else ():
                found = lookup(ancestor, name) if name in ancestor.bindings else None
                if found is not None and isinstance(found.definition, FunctionDef):
                    return found.definition
    return None


def _frame_of(method: FunctionDef, call: CallForm, caller: Frame) -> Frame:
    """Return the frame of a method that is called from another one of the same object."""
    given = arguments_of(call, method)
    values = {name: caller.value(argument) for name, argument in given.items()}
    objects = {name: caller.classes(argument) for name, argument in given.items()}
    return Frame(
        method, caller.owner, caller.shared, values, objects, depth=caller.depth + 1, allowance=caller.allowance
    )


def _place(container: str, key: object) -> str | None:
    """Return the name under which a frame knows an item of a container, ``None`` for a key that no release has."""
    if isinstance(key, str):
        return f"{container}[{key}]" if len(key) <= _LONGEST_KEY else None
    return f"{container}[{key}]" if key is None or isinstance(key, bool | int | Unknown) else None


def _classes(expression: Expr, frame: Frame, depth: int) -> Iterator[ClassDef]:
    if depth > _DEEPEST or not frame.allowance.take(frame):
        return
    match expression:
        case str():
            yield from _of_name(expression, frame, depth)
        case ("subscript", str(container), key):
            found = frame.shared.get(_place(container, frame.value(key)) or "")
            yield from found if isinstance(found, tuple) else ()
        case ("call", function, arguments, keywords, _, _):
            for target in _targets(function, frame):
                if isinstance(target, FunctionDef):
                    yield from _returned(target, expression, frame, depth + 1)
                else:
                    first = arguments[0] if arguments else _named(keywords).get("controller")
                    wrapped = tuple(_classes(first, frame, depth + 1)) if target.fact.name in _WRAPPERS else ()
                    yield from wrapped or (target,)


def _of_name(name: str, frame: Frame, depth: int) -> Iterator[ClassDef]:
    if name in frame.objects:
        yield from frame.objects[name]
    elif name.startswith("self.") and frame.owner is not None:
        for assigned in attribute(frame.owner, name.removeprefix("self.")):
            yield from _of_assigned(assigned, frame, depth)
    else:
        for definition in candidates(name, frame.function):
            if isinstance(definition, Assigned):
                yield from _of_assigned(definition, frame, depth)


def _of_assigned(assigned: Assigned, frame: Frame, depth: int) -> Iterator[ClassDef]:
    if isinstance(assigned.scope, FunctionDef):
        inner = Frame(
            assigned.scope, frame.owner, frame.shared, frame.values, depth=depth + 1, allowance=frame.allowance
        )
        yield from _classes(assigned.value, inner, depth + 1)


def _targets(function: Expr, frame: Frame) -> Iterator[ClassDef | FunctionDef]:
    """Give the classes and functions that are called; ``{'1.0': V10, '1.1': V11}[version]`` is one of two. 2011.3."""
    match function:
        case ("subscript", ("dict", pairs), index):
            chosen = frame.value(index)
            for key, value in pairs:
                if chosen is UNKNOWN or frame.value(key) == chosen:
                    yield from _targets(value, frame)
        case _:
            name = frame.unaliased(function) if isinstance(function, str) else function
            target = resolve(name, frame.function)
            if isinstance(target, ClassDef | FunctionDef):
                yield target


def _returned(function: FunctionDef, call: CallForm, caller: Frame, depth: int) -> Iterator[ClassDef]:
    """Give the classes of what a function returns: ``create_resource()``. 2011.2 to 13.0.0."""
    given = arguments_of(call, function)
    values: dict[str, object] = {}
    for parameter in function.fact.parameters:
        if parameter.name in given:
            values[parameter.name] = caller.value(given[parameter.name])
        elif parameter.has_default:
            values[parameter.name] = evaluate(parameter.default, function.outer)
    objects = {name: caller.classes(argument) for name, argument in given.items()}
    inner = Frame(function, None, {}, values, objects, depth=depth, allowance=caller.allowance)
    for statement in statements(function.body):
        match statement:
            case ("assign", _, (str(target),), value):
                inner.objects[target] = tuple(_classes(value, inner, depth))
            case ("return", _, expression):
                yield from _classes(expression, inner, depth)
