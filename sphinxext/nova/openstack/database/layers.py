"""Where a release keeps its database functions: behind which facade, in which backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.program import UNKNOWN, Assigned, ClassDef, FunctionDef, evaluate, methods, resolve
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.program import Module, Program
    from sphinxext.nova.syntax.forms import CallForm

_FACADES: Final = ("db.api", "db.main.api", "db.api.api")
"""The modules that callers import, below the package. The second and third are of 24.0.0 and newer."""
_BACKEND: Final = "IMPL"
"""The name of the backend in a facade."""


class Layer(NamedTuple):
    """A module whose functions callers call, and the one whose functions do the work: the same without a facade."""

    facade: Module
    backend: Module

    @property
    def is_facade(self) -> bool:
        """Whether there are two modules."""
        return self.facade is not self.backend

    def functions(self) -> Iterator[tuple[FunctionDef, FunctionDef | None]]:
        """Give the public functions of the facade, each with the one of the backend that it calls, if that is there."""
        behind = {function.fact.name: function for function in of_module(self.backend)}
        for function in of_module(self.facade):
            name = function.fact.name
            if not name.startswith("_"):
                yield function, behind.get(name) if not self.is_facade else behind.get(_asked(function) or name)


def layers(program: Program) -> tuple[Layer, ...]:
    """Return the layers of a checkout, in order of the facades' names; none where there is no ``db`` package."""
    return program.remember("database layers", lambda: tuple(_layers(program)))


def has_database(program: Program) -> bool:
    """Return whether a checkout has a facade of a database; none is read."""
    return any(program.module(f"{program.checkout.package}.{name}") is not None for name in _FACADES)


def of_module(module: Module) -> Iterator[FunctionDef]:
    """Give the functions at the level of a module, in the order of the source."""
    for fact in module.facts.functions:
        if fact.class_ is None and fact.outer is None:
            yield FunctionDef(module, fact.index)


def _layers(program: Program) -> Iterator[Layer]:
    for name in _FACADES:
        module = program.module(f"{program.checkout.package}.{name}")
        if module is not None and not module.is_package:
            yield Layer(module, _backend(module) or module)


def _backend(facade: Module) -> Module | None:
    """Return the module behind a facade, ``None`` where it is no facade."""
    implementation = resolve(_BACKEND, facade)
    if not isinstance(implementation, Assigned):
        return None
    match implementation.value:
        case ("call", _, _, _, _, _) as call:
            names = [*_of_mapping(call, facade), *_of_keywords(call, facade), *_of_wrapper(call, facade)]
            found = (facade.program.module(name) for name in names)
            return next((module for module in found if module is not None), None)
    return None


def _of_mapping(call: CallForm, facade: Module) -> Iterator[str]:
    """Recognise ``DBAPI(backend_mapping={'sqlalchemy': 'nova.db.sqlalchemy.api'})``. 2013.1 to 23.0.0.

    ``DBAPI`` is of the incubator (2013.1 to 2014.1), ``TpoolDbapiWrapper`` of oslo.db (2014.2 and newer).
    """
    mapping = evaluate(dict(call[3]).get("backend_mapping"), facade)
    if isinstance(mapping, dict):
        yield from (name for name in mapping.values() if isinstance(name, str))


def _of_keywords(call: CallForm, facade: Module) -> Iterator[str]:
    """Recognise ``utils.LazyPluggable(FLAGS['db_backend'], sqlalchemy='nova.db.sqlalchemy.api')``. 2010.1 to 2012.2."""
    for _, value in call[3]:
        name = evaluate(value, facade)
        if name is not UNKNOWN and isinstance(name, str):
            yield name


def _of_wrapper(call: CallForm, facade: Module) -> Iterator[str]:
    """Recognise ``NovaDBAPI()``, a class of the facade that makes the backend on first use. Milestones of 2014.2."""
    wrapper = resolve(call[1], facade)
    if isinstance(wrapper, ClassDef):
        for method in methods(wrapper).values():
            for inner in calls(method.body):
                yield from _of_mapping(inner, facade)


def _asked(function: FunctionDef) -> str | None:
    """Return the name of the backend's function that a function of the facade calls: its own name, up to now."""
    for call in calls(function.body):
        match call[1]:
            case str(name) if name.startswith(f"{_BACKEND}."):
                return name.partition(".")[2]
    return None
