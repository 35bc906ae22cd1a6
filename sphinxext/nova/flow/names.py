"""Which names a body uses and assigns, without knowing what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.walking import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.syntax.facts import FileFacts
    from sphinxext.nova.syntax.forms import Block, Expr


def used_names(of: FunctionDef | Expr) -> frozenset[str]:
    """Return the plain names that a function or expression may refer to, functions inside it included.

    There may be too many: arguments' names, say. They are held against the names that an outer function has.
    """
    found: set[str] = set()
    if not isinstance(of, FunctionDef):
        _collect(of, found)
        return frozenset(found)
    pending = [of.index]
    facts = of.module.facts
    while pending:
        fact = facts.function(pending.pop())
        body = facts.body(fact)
        _collect(body, found)
        for parameter in fact.parameters:
            _collect(parameter.default, found)
        for decorator in fact.decorators:
            _collect(decorator.expression, found)
        pending += [statement[2] for statement in statements(body) if statement[0] == "def"]
    return frozenset(found)


def _collect(form: Any, found: set[str]) -> None:  # noqa: ANN401 - any form
    pending = [form]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            found.add(current.partition(".")[0])
        elif isinstance(current, tuple) and current and current[0] != "str":
            pending += current


def assigned_names(block: Block, facts: FileFacts) -> frozenset[str]:
    """Return the plain names that a block binds."""
    return frozenset(_assigned(block, facts))


def _assigned(block: Block, facts: FileFacts) -> Iterator[str]:  # noqa: C901 - a flat table
    for statement in statements(block):
        match statement:
            case ("assign", _, targets, _):
                for target in targets:
                    yield from _targets(target)
            case ("augment" | "annotate" | "for", _, target, *_):
                yield from _targets(target)
            case ("with", _, items, *_):
                for _, target in items:
                    yield from _targets(target)
            case ("def", _, index):
                yield facts.function(index).name
            case ("import" | "from", *_, names):
                for name, alias in names:
                    yield alias or name.partition(".")[0]
            case ("try", _, _, handlers, _, _):
                for handler in handlers:
                    yield from _targets(handler[2])


def _targets(target: Expr) -> Iterator[str]:
    match target:
        case str():
            if "." not in target:
                yield target
        case ("tuple" | "list", items):
            for item in items:
                yield from _targets(item)
        case ("*", item):
            yield from _targets(item)
        case ("subscript", str(name), _) if "." not in name:
            yield name
