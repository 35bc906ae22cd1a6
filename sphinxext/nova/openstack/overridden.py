"""The steps of an overridden ``periodic_tasks``: what a manager did by itself before there was a decorator.

In 2010.1 to 2011.3 the loop calls one method of the manager, every ``periodic_interval`` seconds. A manager overrides
it, calls what is to be done, and passes the call on to its base class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.options import uses, value
from sphinxext.nova.openstack.tested import conditions_of
from sphinxext.nova.program import ClassDef, FunctionDef, lookup, mro
from sphinxext.nova.syntax.walking import blocks, inside, own_expressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.options import Use
    from sphinxext.nova.program import Module, Options
    from sphinxext.nova.syntax.forms import Block, Expr

METHOD: Final = "periodic_tasks"
_RUNNERS: Final = frozenset({METHOD, "run_periodic_tasks"})
"""Calls that only pass on what is to be done."""


class Step(NamedTuple):
    """A call in an overridden ``periodic_tasks``.

    ``function`` is the method of the class that is called, ``None`` where the call goes to another object.
    ``conditions`` are the options in the conditions around the call, ``idle`` the first of them by whose default it is
    not called.
    """

    owner: ClassDef
    name: str
    line: int
    function: FunctionDef | None
    conditions: tuple[Use, ...]
    idle: Use | None


def steps(module: Module, options: Options) -> Iterator[Step]:
    """Give the steps that the classes of a module define, in the order of the source."""
    for fact in module.facts.functions:
        function = FunctionDef(module, fact.index)
        owner = function.owner
        if owner is not None and fact.name == METHOD and len(fact.parameters) > 1:
            for name, line, conditions in _calls(function.body, fact.parameters[1].name, ()):
                member = lookup(owner, name.removeprefix("self.")) if name.startswith("self.") else None
                method = member.definition if member is not None else None
                found = [tuple(uses(condition, function, options)) for condition in conditions]
                unmet = (not value(condition, function, options) for condition in conditions)
                idle = next((use for one, is_unmet in zip(found, unmet, strict=True) if is_unmet for use in one), None)
                yield Step(
                    owner,
                    name.rpartition(".")[2],
                    line,
                    method if isinstance(method, FunctionDef) else None,
                    tuple(use for one in found for use in one),
                    idle,
                )


def reaching(class_: ClassDef, services: Mapping[str, ClassDef]) -> tuple[str, ...]:
    """Return the services whose loop gets as far as this class: each class before it must pass the call on."""
    return tuple(name for name, manager in services.items() if class_ in _called(manager))


def _called(manager: ClassDef) -> Iterator[ClassDef]:
    for class_ in mro(manager):
        if isinstance(class_, ClassDef) and METHOD in class_.bindings:
            yield class_
            member = lookup(class_, METHOD)
            if member is None or not isinstance(member.definition, FunctionDef) or not _passes_on(member.definition):
                return


def _passes_on(function: FunctionDef) -> bool:
    return any(
        expression == ("attr", expression[1], METHOD)
        for statement in function.body
        for outer in own_expressions(statement)
        for expression in inside(outer)
        if isinstance(expression, tuple) and expression[0] == "attr"
    )


def _calls(block: Block, context: str, conditions: tuple[Expr, ...]) -> Iterator[tuple[str, int, tuple[Expr, ...]]]:
    """Give what is called for its effect, with the line and the conditions around it: of ``self``, or with the context.

    What else is called only helps: the clock, the log, a list of errors.
    """
    for statement in block:
        for outer in own_expressions(statement):
            for expression in inside(outer):
                match expression:
                    case ("call", str(name), arguments, _, line, _) if _is_step(name, arguments, context):
                        yield name, line, conditions
        for inner in blocks(statement):
            yield from _calls(inner, context, (*conditions, *conditions_of(statement)))


def _is_step(name: str, arguments: tuple[Expr, ...], context: str) -> bool:
    return (name.startswith("self.") or context in arguments) and name.rpartition(".")[2] not in _RUNNERS
