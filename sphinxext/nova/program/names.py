"""From a name as it is written in some scope to what it stands for, across files.

What cannot be told without running is left out: a parameter, a loop's variable, an attribute of an instance. Where a
name may stand for several things (an import in each branch of a ``try``), all are found, in the order of the source.
Cycles of imports and of inheritance come to an end.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program.bindings import STAR, DefinedClass, DefinedFunction, Imported, Opaque, Value
from sphinxext.nova.program.definitions import Assigned, ClassDef, External, FunctionDef, Module
from sphinxext.nova.program.linear import MOST as MOST_CLASSES
from sphinxext.nova.program.linear import linearised
from sphinxext.nova.program.unread import note_attribute, note_import

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sphinxext.nova.program.bindings import Binding
    from sphinxext.nova.program.definitions import Definition, Scope
    from sphinxext.nova.program.program import Program
    from sphinxext.nova.syntax.forms import Expr

_MOST: Final = 8
"""How many candidates of one name are followed."""
_DEEPEST: Final = 40
"""How many steps (aliases, re-exports, bases) lie between a name and its definition at most.

The longest way in 2010.1, 2013.2, 20.0.0, 34.0.0 and cinder 29.0.0 has 4.
"""
_MOST_PARTS: Final = 40
"""How many parts of a dotted name are followed. The same releases have at most 9."""
_DEEPEST_BASES: Final = 10
"""How many classes have to have their bases known before those of one: ``class A(B.C)``, ``class B(D.E)``.

The same releases have at most 1.
"""
_BUILTINS: Final = frozenset(dir(builtins)) | {
    "basestring", "buffer", "cmp", "execfile", "file", "long", "raw_input", "reduce", "reload", "unichr", "unicode",
    "xrange",
}  # fmt: skip


def candidates(expression: Expr, scope: Scope) -> tuple[Definition, ...]:
    """Return everything that a dotted name, written in this scope, may stand for, in the order of the source.

    Other expressions stand for nothing: :func:`evaluate` is for those.
    """
    if not isinstance(expression, str):
        return tuple(_Search(scope.module.program).expression(expression, scope))
    program = scope.module.program
    return program.remember(
        ("candidates", expression, scope), lambda: tuple(_Search(program).expression(expression, scope))
    )


def resolve(expression: Expr, scope: Scope) -> Definition | None:
    """Return what a dotted name most likely stands for: the first candidate in this checkout, else the first."""
    found = candidates(expression, scope)
    return next((one for one in found if not isinstance(one, External)), found[0] if found else None)


def imported_by_string(name: str, program: Program) -> Definition | None:
    """Return what ``importutils.import_class(name)`` or ``import_module(name)`` gives; also for ``module:name``."""
    return program.remember(("imported", name), lambda: _imported_by_string(name, program))


def _imported_by_string(name: str, program: Program) -> Definition | None:
    module, *attributes = name.replace(":", ".").split(".")
    if len(attributes) > _MOST_PARTS or not all(part.isidentifier() for part in (module, *attributes)):
        return None
    if not program.has_package(module):
        return External(".".join((module, *attributes)))
    found: Sequence[Definition] = _Search(program).module(module)
    for attribute in attributes:
        found = _Search(program).members(found, attribute)
    return found[0] if found else None


def member_of(definition: Definition, name: str) -> tuple[Definition, ...]:
    """Return everything that ``definition.name`` may stand for: of a module, a class, something external."""
    match definition:
        case Module() | ClassDef():
            program = definition.module.program
            return program.remember(
                ("member", definition, name), lambda: tuple(_Search(program).members((definition,), name))
            )
        case External():
            return (External(f"{definition.name}.{name}"),)
    return ()


def own_member(class_: ClassDef, name: str) -> Sequence[Definition]:
    """Return everything that a name in the body of a class may stand for."""
    return _Search(class_.module.program).members((class_,), name) if name in class_.bindings else ()


def bases(class_: ClassDef) -> tuple[ClassDef | External, ...]:
    """Return the base classes that can be found, in order; calls and the like among the bases are left out."""
    program = class_.module.program
    return program.remember(("bases", class_), lambda: _Search(program).bases(class_))


def mro(class_: ClassDef) -> tuple[ClassDef | External, ...]:
    """Return the class and its ancestors in the order in which Python looks up attributes.

    Where Python would refuse (an inconsistent hierarchy, a cycle), each ancestor stands where it is first met, depth
    first.
    """
    return class_.module.program.remember(("mro", class_), _mro, class_)


def _mro(start: ClassDef) -> tuple[ClassDef | External, ...]:
    first: ClassDef | External = start
    order = linearised(first, _bases_of)
    if len(order) == MOST_CLASSES and not {*order}.issuperset(base for one in order for base in _bases_of(one)):
        # The same for each class of the file, of which there may be thousands.
        message = f"a class has more than {MOST_CLASSES - 1} ancestors: what the rest of them have is left out"
        start.module.program.complain(Problem(Kind.DEPTH, message, start.module.path))
    return order


def _bases_of(class_: ClassDef | External) -> Sequence[ClassDef | External]:
    return bases(class_) if isinstance(class_, ClassDef) else ()


class _Search:
    """One question; knows what it is looking for already, and so does not go round in circles."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: dict[object, Sequence[Definition]] = {}
        self._depth = 0
        self._classes = 0
        """How many classes are gone through for one another's bases."""

    def expression(self, expression: Expr, scope: Scope) -> Sequence[Definition]:
        match expression:
            case str():
                head, *attributes = expression.split(".")
                found = self._name(head, scope)
            case ("attr", value, str(attribute)):
                attributes = [attribute]
                found = self.expression(value, scope)
            case _:
                return ()
        if len(attributes) > _MOST_PARTS:
            return ()
        for attribute in attributes:
            before = found
            found = self.members(before, attribute)
            if not found:
                for one in before:
                    if isinstance(one, Module):
                        note_attribute(scope.module, one, attribute)
                break
        return found

    def module(self, name: str) -> Sequence[Definition]:
        module = self._program.module(name)
        if module is not None:
            return (module,)
        return () if self._program.has_package(name) and "." in name else (External(name),)

    def members(self, definitions: Sequence[Definition], name: str) -> Sequence[Definition]:
        if len(definitions) == 1:
            return self._member(definitions[0], name)
        return _few(found for definition in definitions for found in self._member(definition, name))

    def bases(self, class_: ClassDef) -> tuple[ClassDef | External, ...]:
        found: list[ClassDef | External] = []
        for base in class_.fact.bases:
            classes = [one for one in self._base(base, class_) if isinstance(one, ClassDef | External)]
            found += sorted(classes, key=lambda one: isinstance(one, External))[:1]
        return tuple(found)

    def _base(self, base: Expr, class_: ClassDef) -> Sequence[Definition]:
        found = self.expression(base, class_.outer)
        if class_ not in found:
            return found
        # class Manager(Manager): the base is what the name was before.
        scope = class_.outer
        return _few(
            one
            for binding in scope.bindings.get(class_.fact.name, ())
            if isinstance(binding, DefinedClass) and binding.index == class_.index
            for before in binding.before
            for one in self._definitions(scope, class_.fact.name, before)
        )

    def _name(self, name: str, scope: Scope) -> Sequence[Definition]:
        where: Scope | None = scope
        while where is not None:
            bindings = where.bindings.get(name)
            if bindings is not None:
                return self._bound(where, name, bindings)
            if isinstance(where, Module):
                found = self._starred(where, name)
                if found:
                    return found
            where = where.outer
        return (External(f"builtins.{name}"),) if name in _BUILTINS else ()

    def _bound(self, scope: Scope, name: str, bindings: Sequence[Binding]) -> Sequence[Definition]:
        key = (scope, name)
        if key in self._found or self._depth > _DEEPEST:
            return self._found.get(key, ())
        self._found[key] = ()  # What is met again while it is looked for adds nothing.
        self._depth += 1
        if len(bindings) == 1:
            found = self._definitions(scope, name, bindings[0])
        else:
            found = _few(one for binding in bindings for one in self._definitions(scope, name, binding))
        self._depth -= 1
        self._found[key] = found
        return found

    def _definitions(self, scope: Scope, name: str, binding: Binding) -> Sequence[Definition]:
        match binding:
            case DefinedClass():
                return (ClassDef(scope.module, binding.index),)
            case DefinedFunction():
                return (FunctionDef(scope.module, binding.index),)
            case Imported():
                return self._imported(scope.module, binding)
            case Value():
                aliased = self.expression(binding.value, scope)
                return aliased or (Assigned(scope, name, binding.value, binding.line),)
            case Opaque():
                return ()

    def _imported(self, importer: Module, binding: Imported) -> Sequence[Definition]:
        module = _absolute(importer, binding)
        if module is None:
            return ()
        found = self.module(module)
        if binding.name is not None:
            found = self.members(found, binding.name)
        if not found:
            note_import(importer, binding.line, module, binding.name)
        return found

    def _member(self, definition: Definition, name: str) -> Sequence[Definition]:
        match definition:
            case Module():
                return self._member_of_module(definition, name)
            case ClassDef():
                return self._member_of_class(definition, name)
            case External():
                return (External(f"{definition.name}.{name}"),)
            case _:
                return ()

    def _member_of_module(self, module: Module, name: str) -> Sequence[Definition]:
        bindings = module.bindings
        found: Sequence[Definition] = self._bound(module, name, bindings[name]) if name in bindings else ()
        if not found and STAR in bindings:
            found = self._starred(module, name)
        if not found and module.is_package:
            submodule = self._program.module(f"{module.name}.{name}")
            found = () if submodule is None else (submodule,)
        return found

    def _starred(self, module: Module, name: str) -> Sequence[Definition]:
        key = (module, STAR, name)
        if STAR not in module.bindings or key in self._found or self._depth > _DEEPEST:
            return self._found.get(key, ())
        self._found[key] = ()
        self._depth += 1
        found: Sequence[Definition] = ()
        for source, public in self._program.remember(("stars", module), lambda: tuple(_stars(module))):
            if name in public if public is not None else not name.startswith("_"):
                found = self._member_of_module(source, name)
                if found:
                    break
        self._depth -= 1
        self._found[key] = found
        return found

    def _member_of_class(self, class_: ClassDef, name: str) -> Sequence[Definition]:
        bindings = class_.bindings.get(name)
        if bindings is not None:
            return self._bound(class_, name, bindings)
        if self._classes >= _DEEPEST_BASES:
            return ()
        self._classes += 1
        start: ClassDef | External = class_
        order = linearised(start, self._bases)
        self._classes -= 1
        for ancestor in order[1:]:
            if isinstance(ancestor, ClassDef):
                bindings = ancestor.bindings.get(name)
                if bindings is not None:
                    return self._bound(ancestor, name, bindings)
        return ()

    def _bases(self, class_: ClassDef | External) -> Sequence[ClassDef | External]:
        return self.bases(class_) if isinstance(class_, ClassDef) else ()


def _few(found: Iterable[Definition]) -> Sequence[Definition]:
    return tuple(dict.fromkeys(found))[:_MOST]


def _absolute(importer: Module, binding: Imported) -> str | None:
    """Return the dotted name of the module that an import names, ``None`` beyond the top of the tree."""
    if not binding.level:
        return binding.module
    parts = importer.parent.split(".")
    parts = parts[: len(parts) - binding.level + 1]
    return ".".join([*parts, *([binding.module] if binding.module else [])]) or None


def _stars(module: Module) -> Iterator[tuple[Module, frozenset[str] | None]]:
    """Give the modules of which a module imports everything, and the names that each of them exports."""
    for star in module.bindings[STAR]:
        origin = _absolute(module, star) if isinstance(star, Imported) else None
        source = None if origin is None else module.program.module(origin)
        if source is not None:
            yield source, _exported(source)
        elif origin is not None:
            note_import(module, star.line, origin, None)


def _exported(module: Module) -> frozenset[str] | None:
    """Return what ``from module import *`` takes, by ``__all__``; ``None`` where it is no plain list."""
    for binding in module.bindings.get("__all__", ()):
        match binding:
            case Value(("list" | "tuple", items)):
                return frozenset(item[1] for item in items if isinstance(item, tuple) and item[0] == "str")
    return None
