"""The database functions of a checkout: those that callers call, what does their work, and whether it reads or writes.

Beside the functions of the ``db`` package there are those that objects keep for themselves: since 13.0.0, methods and
functions in ``nova/objects`` open a transaction of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.openstack.database.access import Bodies, by_name, by_transaction, with_nested
from sphinxext.nova.openstack.database.layers import layers, of_module
from sphinxext.nova.openstack.mentions import mentioning
from sphinxext.nova.problems import Source
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.database.access import Access
    from sphinxext.nova.openstack.database.layers import Layer
    from sphinxext.nova.program import Module, Program

TRANSACTIONS: Final = (
    "api_context_manager",
    "context_manager",
    "main_context_manager",
    "pick_context_manager_reader",
    "pick_context_manager_reader_allow_async",
    "pick_context_manager_writer",
    "placement_context_manager",
    "select_db_reader_mode",
)
"""The words by which a file is known that opens transactions of its own. 13.0.0 and newer."""

_MOST_NEAR: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class DbFunction:
    """A database function, compared by identity.

    ``name`` is the dotted name that callers use (``nova.db.api.instance_get``), ``definition`` the function of that
    name. ``implementation`` does the work: the same where there is no facade, ``None`` where the backend has none of
    the name. ``access`` is ``None`` for what neither reads nor writes (it makes a condition, or gives an engine).
    ``decorated_by`` are the decorators of the implementation, as written.
    """

    name: str
    definition: FunctionDef
    implementation: FunctionDef | None
    access: Access | None
    decorated_by: tuple[str, ...]
    own: bool = False
    """Whether it stands outside the ``db`` package: what it calls besides may be anything."""

    @property
    def file(self) -> str:
        """The file that does the work."""
        return (self.implementation or self.definition).module.path

    @property
    def line(self) -> int:
        """The line of the ``def`` in it."""
        return (self.implementation or self.definition).fact.line


class Database:
    """The database functions of a checkout, in the order of the source.

    ``functions`` has them by :attr:`DbFunction.name`.
    """

    def __init__(self, functions: Iterator[DbFunction]) -> None:
        self.functions: Mapping[str, DbFunction] = {function.name: function for function in functions}
        self._of: dict[FunctionDef, DbFunction] = {}
        for function in self.functions.values():
            self._of[function.definition] = function
            if function.implementation is not None:
                self._of[function.implementation] = function

    def of(self, function: FunctionDef) -> DbFunction | None:
        """Return the database function that a function is, be it the facade's or the backend's."""
        return self._of.get(function)


def database(program: Program) -> Database:
    """Return the catalogue of a checkout's database functions; empty where there is no ``db`` package."""
    return program.remember("database", lambda: Database(_functions(program)))


def of_name(program: Program, name: str) -> tuple[DbFunction, ...]:
    """Return the database functions that a name means: dotted, of the facade or the backend, or its last parts."""
    functions = database(program).functions
    if name in functions:
        return (functions[name],)
    implemented = {one.implementation.name: one for one in functions.values() if one.implementation is not None}
    if name in implemented:
        return (implemented[name],)
    return tuple(one for one in functions.values() if one.name.endswith(f".{name}"))


def near_functions(program: Program, name: str) -> list[str]:
    """Return names of database functions that are much like this one."""
    known = {function.definition.fact.name for function in database(program).functions.values()}
    return get_close_matches(name.rpartition(".")[2], sorted(known), n=_MOST_NEAR)


def sources(program: Program) -> Iterator[Source]:
    """Give the parts of the checkout, besides what was read, in which another function could appear."""
    yield Source("mentions", program.checkout.package, TRANSACTIONS)


def _functions(program: Program) -> Iterator[DbFunction]:
    for layer in layers(program):
        yield from _of_layer(layer)
    inside = f"{program.checkout.package}/db/"
    found = mentioning(program, program.checkout.package, TRANSACTIONS)
    paths = [path for path in found if not path.startswith(inside)]
    program.load(paths)
    for module in map(program.module_at, paths):
        if module is not None:
            yield from _of_other(module)


def _of_layer(layer: Layer) -> Iterator[DbFunction]:
    bodies = Bodies(layer.backend)
    reached: set[FunctionDef] = set()
    for definition, implementation in layer.functions():
        if implementation is not None:
            reached.add(implementation)
        if not _is_decorator(implementation or definition):
            yield _made(definition, implementation, bodies)
    # What the backend has besides is called by objects that go past the facade.
    for function in of_module(layer.backend):
        if function not in reached and not _is_decorator(function):
            made = _made(function, function, bodies)
            if made.access is not None and (not _is_private(function) or by_transaction(function) is not None):
                yield made


def _of_other(module: Module) -> Iterator[DbFunction]:
    bodies = Bodies(module)
    for fact in module.facts.functions:
        function = FunctionDef(module, fact.index)
        # What only puts the work of others into one transaction is no database function.
        if by_transaction(function) is not None and bodies.access(function) is not None:
            yield _made(function, function, bodies, own=True)


def _made(
    definition: FunctionDef, implementation: FunctionDef | None, bodies: Bodies, *, own: bool = False
) -> DbFunction:
    access = by_name(definition.fact.name)
    if implementation is not None:
        access = by_transaction(implementation) or bodies.access(implementation)
    decorators = implementation.fact.decorators if implementation is not None else ()
    written = tuple(render(decorator.expression) for decorator in decorators)
    return DbFunction(definition.name, definition, implementation, access, written, own)


def _is_private(function: FunctionDef) -> bool:
    return function.fact.name.startswith("_")


def _is_decorator(function: FunctionDef) -> bool:
    """Tell whether a function returns one that is defined inside it."""
    nested = {one.fact.name for one in with_nested(function) if one.fact.outer == function.index}
    return any(statement[0] == "return" and statement[2] in nested for statement in function.body) if nested else False
