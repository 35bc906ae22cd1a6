"""Which database functions call others: ``instance_create`` calls ``security_group_ensure_default``.

The calls that are written in a function of the backend count, whatever its arguments, and those in its decorators:
``@require_instance_exists_using_uuid`` asks for the instance first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.model import Caller
from sphinxext.nova.openstack.database.access import Bodies, with_nested
from sphinxext.nova.program import FunctionDef, resolve
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.database.catalogue import Database, DbFunction
    from sphinxext.nova.program import Module


class Inner:
    """The calls between the functions of the backends."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bodies: dict[Module, Bodies] = {}
        self._calls: dict[FunctionDef, tuple[tuple[FunctionDef, Caller], ...]] = {}
        self._below: dict[DbFunction, Mapping[DbFunction, frozenset[Caller]]] = {}

    def below(self, function: DbFunction) -> Mapping[DbFunction, frozenset[Caller]]:
        """Return the database functions that one reaches, and where in the backend they are called on the way.

        Functions that stand outside the ``db`` package have none here: what they call may be anything.
        """
        if function not in self._below:
            self._below[function] = dict(self._found(function))
        return self._below[function]

    def _found(self, function: DbFunction) -> Iterator[tuple[DbFunction, frozenset[Caller]]]:
        if function.own or function.implementation is None:
            return
        callers: dict[FunctionDef, set[Caller]] = {}
        pending, seen = [function.implementation], {function.implementation}
        while pending:
            for called, caller in self._called(pending.pop()):
                callers.setdefault(called, set()).add(caller)
                if called not in seen:
                    seen.add(called)
                    pending.append(called)
        for called, places in callers.items():
            found = self._database.of(called)
            if found is not None and found is not function:
                yield found, frozenset(places)

    def _called(self, function: FunctionDef) -> tuple[tuple[FunctionDef, Caller], ...]:
        if function not in self._calls:
            self._calls[function] = tuple(self._all_called(function))
        return self._calls[function]

    def _all_called(self, function: FunctionDef) -> Iterator[tuple[FunctionDef, Caller]]:
        for part in (function, *_decorators(function)):
            if part.module not in self._bodies:
                self._bodies[part.module] = Bodies(part.module)
            bodies = self._bodies[part.module]
            for inner in with_nested(part):
                for call in calls(inner.body):
                    called = bodies.called(call[1], part) if isinstance(call[1], str) else None
                    if called is not None:
                        yield called, Caller(inner.name, inner.module.path, call[4])


def _decorators(function: FunctionDef) -> Iterator[FunctionDef]:
    for decorator in function.fact.decorators:
        match decorator.expression:
            case str(name) | ("call", str(name), _, _, _, _):
                found = resolve(name, function.outer)
                if isinstance(found, FunctionDef):
                    yield found
