"""The names of modules and classes: what they are bound to, as values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.flow.frames import Frame
from sphinxext.nova.flow.values import Dict, External, Sequence
from sphinxext.nova.program import (
    Assigned,
    ClassDef,
    FunctionDef,
    Module,
    candidates,
    member_of,
)
from sphinxext.nova.program import External as Outside
from sphinxext.nova.program.bindings import Value as Given
from sphinxext.nova.syntax.walking import statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinxext.nova.flow.values import Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import Definition, Scope
    from sphinxext.nova.syntax.forms import Expr

_CLASSES: Final = (
    re.compile(rb"\nclass[ \t]+(\w+)"),
    re.compile(rb"\n([A-Z]\w*)[ \t]*=[ \t]*[A-Z]\w*[ \t]*$", re.MULTILINE),
)
"""A class, or another name for one: ``Instance = InstanceV2``, 12.0.0."""


class Globals:
    """The part of a walker that knows what modules and classes hold."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._values: dict[object, Value] = {}

    def value(self, name: str, frame: Frame) -> Value:
        """Return what a name is that is neither a local one nor closed over."""
        if name in self._walker.boundaries.configuration:
            return (self._atoms.option(()),)
        scope: Scope = frame.scope
        if isinstance(scope, FunctionDef):
            if not frame.is_guess:
                # A local name that is not bound yet is one that running would not find, either.
                outer = frame.owner.outer if frame.owner is not None else None
                is_of_maker = isinstance(outer, FunctionDef) and name in outer.bindings
                return self._named(name, outer if is_of_maker and outer is not None else scope.module)
            bindings = scope.bindings.get(name)
            if bindings and isinstance(bindings[0], Given):
                return self._guessed(scope, name, frame)
            while isinstance(scope, FunctionDef) and name not in scope.bindings:
                scope = scope.outer
        return self._named(name, scope)

    def local(self, name: str, scope: Scope) -> Value:
        """Return what an import or a class statement in a function binds a name to."""
        return self._named(name, scope)

    def _named(self, name: str, scope: Scope) -> Value:
        key = (scope, name)
        found = self._values.get(key)
        if found is None:
            self._values[key] = self._atoms.any  # What is met again while it is looked for.
            found = self._values[key] = self._of_definitions(candidates(name, scope), scope, name)
        return found

    def _guessed(self, scope: FunctionDef, name: str, frame: Frame) -> Value:
        key = (scope, name, frame.receiver)
        if key not in self._values:
            self._values[key] = self._atoms.any
            found: Value = ()
            for binding in scope.bindings[name]:
                if isinstance(binding, Given):
                    guess = Frame(scope, frame.names, {}, frame.receiver, is_guess=True)
                    found = self._atoms.join(found, self._walker.expressions.value(guess, binding.value))
                else:
                    found = self._atoms.join(found, self._atoms.any)
            self._values[key] = found
        return self._values[key]

    def member(self, module: Module, name: str) -> Value:
        """Return what ``module.name`` is."""
        if name == "__name__":
            return (self._atoms.const(module.name),)
        if name in self._walker.boundaries.configuration:
            return (self._atoms.option(()),)
        key = (module, name)
        found = self._values.get(key)
        if found is None:
            self._values[key] = self._atoms.any
            if self._walker.boundaries.is_unread(module.name) and not module.is_package:
                found = (self._atoms.external(f"{module.name}.{name}"),)
            else:
                found = self._of_definitions(member_of(module, name), module, name)
            self._values[key] = found
        return found

    def class_value(self, owner: ClassDef, name: str, definition: Definition | None) -> Value:
        """Return a class attribute that is no function."""
        key = ("class", owner, name)
        if key not in self._values:
            self._values[key] = self._atoms.any
            found = self._of_definitions((definition,), owner, name) if definition is not None else self._atoms.any
            self._values[key] = found
        return self._values[key]

    def _of_definitions(self, definitions: Iterable[Definition], scope: Scope, name: str) -> Value:
        found: Value = ()
        for definition in definitions:
            found = self._atoms.join(found, self.of(definition))
        if not found:
            registered = self._registered(scope, name)
            return (self._atoms.class_(registered),) if registered is not None else self._atoms.any
        if isinstance(scope, Module) and name in self._reassigned(scope):
            return self._atoms.join(found, self._atoms.any)
        return found

    def of(self, definition: Definition) -> Value:
        """Return the value of a definition."""
        match definition:
            case Module():
                return (self._atoms.module(definition),)
            case ClassDef():
                return (self._atoms.class_(definition),)
            case FunctionDef():
                return self._walker.decorating.function(definition)
            case Outside(name=name):
                return (self._atoms.external(name),)
            case Assigned():
                return self._assigned(definition)

    def _assigned(self, definition: Assigned) -> Value:
        frame = Frame(definition.scope, {}, {}, is_guess=isinstance(definition.scope, FunctionDef))
        value = self._walker.expressions.value(frame, definition.value)
        if isinstance(definition.scope, FunctionDef):
            return value
        shared: Value = tuple(self._shared(atom) for atom in value)
        if isinstance(definition.scope, Module):
            return tuple(self._filled(definition.scope, definition.name, atom) for atom in shared)
        return shared

    def _filled(self, module: Module, name: str, atom: Atom) -> Atom:
        """Return a dictionary of a module with what functions of the module put into it, by whatever key.

        ``DRIVER_CACHE`` of ``nova/network/security_group/openstack_driver.py``, 13.0.0.
        """
        if not isinstance(atom, Dict) or atom.items or not atom.is_open:
            return atom
        put: Value = ()
        for scope, value in self._walker.program.remember(("filled", module, name), lambda: _put_into(module, name)):
            guess = Frame(scope, {}, {}, is_guess=True)
            put = self._atoms.join(put, self._walker.expressions.value(guess, value))
        return self._atoms.dict([(self._atoms.any[0], put)], is_open=True) if put else atom

    def _shared(self, atom: Any) -> Any:  # noqa: ANN401 - an atom
        """Return a container of a module or class as others may find it: what begins empty was made to be filled."""
        match atom:
            case Dict(items=(), is_open=False):
                return self._atoms.dict((), is_open=True)
            case Sequence(items=(), is_open=False):
                return self._atoms.sequence(atom.kind, (), is_open=True)
            case External(name=name) if name.endswith(("defaultdict()", "WeakKeyDictionary()")):
                return self._atoms.dict((), is_open=True)
        return atom

    def _reassigned(self, module: Module) -> frozenset[str]:
        """Return the names that functions of the module declare ``global``."""
        return self._walker.program.remember(("global", module), _declared_global, module)

    def _registered(self, scope: Scope, name: str) -> ClassDef | None:
        """Find a class that puts itself into a package when it is defined: ``objects.Instance``. 2014.2 and newer."""
        if not isinstance(scope, Module) or not scope.is_package:
            return None
        if scope.name.rpartition(".")[2] not in self._walker.boundaries.registries:
            return None
        found = self._walker.program.remember(("registry", scope), lambda: _classes_below(scope))
        path = found.get(name)
        module = self._walker.program.module_at(path) if path else None
        definition = next(iter(member_of(module, name)), None) if module is not None else None
        return definition if isinstance(definition, ClassDef) else None


def _declared_global(module: Module) -> frozenset[str]:
    found: set[str] = set()
    for function in module.facts.functions_mentioning(b"global"):
        for statement in statements(module.facts.body(function)):
            if statement[0] == "global":
                found.update(statement[2])
    return frozenset(found)


def _put_into(module: Module, name: str) -> list[tuple[Scope, Expr]]:
    """Return the expressions that functions of a module assign to items of one of its names, each with its function."""
    return [
        (scope, statement[3])
        for function in module.facts.functions_mentioning(name.encode())
        if name not in (scope := FunctionDef(module, function.index)).bindings
        for statement in statements(module.facts.body(function))
        if statement[0] == "assign"
        and any(isinstance(target, tuple) and target[:2] == ("subscript", name) for target in statement[2])
    ]


def _classes_below(package: Module) -> Mapping[str, str]:
    """Return the file of each class right below a package, by the names that the class has there."""
    program = package.program
    folder = package.path.rpartition("/")[0]
    program.note("tree", folder)
    found: dict[str, str] = {}
    for path, data in program.scan(folder):
        for name in (name for pattern in _CLASSES for name in pattern.findall(b"\n" + data)):
            found.setdefault(name.decode(), path)
    return found
