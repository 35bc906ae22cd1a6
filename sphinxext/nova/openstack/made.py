"""Objects that are given what they work with by what makes them: the tasks of nova-conductor and their clients."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Frame
from sphinxext.nova.program import FunctionDef, lookup
from sphinxext.nova.syntax import ParameterKind
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.flow import Arguments, Object, Value, Walker
    from sphinxext.nova.openstack.endpoints import Endpoints
    from sphinxext.nova.program import ClassDef, Module
    from sphinxext.nova.syntax import Parameter

_CONSTRUCTOR: Final = "__init__"
_GIVEN: Final = frozenset({ParameterKind.POSITIONAL_ONLY, ParameterKind.POSITIONAL, ParameterKind.KEYWORD_ONLY})


def is_given_something(class_: ClassDef) -> bool:
    """Return whether instances of a class cannot be made without arguments."""
    return any(
        parameter.kind in _GIVEN and not parameter.has_default for parameter in _parameters(_constructor(class_))
    )


class Makers:
    """Finds the places in the package, without its tests, that make the instances of a class.

    Each function with such a place is gone through by itself, what it is called with being unknown, on an instance that
    is made in the same way. What is found depends on what the walker has gone through before: use a new one.
    """

    def __init__(self, walker: Walker, endpoints: Endpoints) -> None:
        self._walker = walker
        self._program = walker.program
        self._endpoints = endpoints
        self._going: list[ClassDef] = []

    def instance(self, class_: ClassDef) -> Object:
        """Return an instance whose constructor was given, for each parameter, what any of these places gives.

        Where there is no such place, nothing is known of what it was given.
        """
        heap, atoms = self._walker.heap, self._walker.atoms
        if not is_given_something(class_) or class_ in self._going:
            return heap.construct(class_, atoms.empty)[0]
        self._going.append(class_)
        for function in self._places(class_):
            self._walk(function)
        self._going.pop()
        # One that was made of nothing stands for one of which it is not known what it was given.
        given = [one for made in heap.made_of(class_) if (one := made.arguments) is not None and one is not atoms.empty]
        return heap.construct(class_, self._joined(class_, given) if given else atoms.empty)[0]

    def _places(self, class_: ClassDef) -> Iterator[FunctionDef]:
        """Give the outermost functions in which something of the class's name is called."""
        name = class_.fact.name
        self._program.note("tree", self._program.checkout.package)
        paths = [path for path, data in self._program.scan() if f"{name}(".encode() in data]
        self._program.load(paths)
        for module in map(self._program.module_at, paths):
            if module is not None:
                yield from dict.fromkeys(_calling(module, name))

    def _walk(self, function: FunctionDef) -> None:
        walker = self._walker
        if function.owner is None:
            callee = walker.names.of(function)
        else:
            callee = walker.attribute(
                Frame(function.module, {}, {}), (self._owner(function.owner),), function.fact.name
            )
        walker.entry(function.module, callee, walker.atoms.arguments((), (), is_open=True))

    def _owner(self, class_: ClassDef) -> Object:
        for service in self._endpoints.managers:
            for endpoint in self._endpoints.of(service):
                if endpoint.made.class_ == class_:
                    return endpoint.made
        return self.instance(class_)

    def _joined(self, class_: ClassDef, given: list[Arguments]) -> Arguments:
        """Return arguments, all by name, that are any of these."""
        atoms = self._walker.atoms
        names = [parameter.name for parameter in _parameters(_constructor(class_)) if parameter.kind in _GIVEN]
        bound = [{**dict(zip(names, one.positional, strict=False)), **dict(one.keywords)} for one in given]
        joined: list[tuple[str, Value]] = []
        for name in names:
            if not all(name in one for one in bound):
                continue  # the default is one of the possibilities, so nothing is known
            joined.append((name, reduce(atoms.join, (one[name] for one in bound))))
        missing = len(joined) < len(names) or any(one.is_open for one in given)
        return atoms.arguments((), joined, is_open=missing)


def _constructor(class_: ClassDef) -> FunctionDef | None:
    member = lookup(class_, _CONSTRUCTOR)
    return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None


def _parameters(function: FunctionDef | None) -> tuple[Parameter, ...]:
    return () if function is None else function.fact.parameters[1:]


def _calling(module: Module, name: str) -> Iterator[FunctionDef]:
    for fact in module.facts.functions:
        inner = FunctionDef(module, fact.index)
        for _, called, *_ in calls(inner.body):
            last = called[2] if isinstance(called, tuple) and called[0] == "attr" else called
            if isinstance(last, str) and last.rpartition(".")[2] == name:
                yield inner.outermost
                break
