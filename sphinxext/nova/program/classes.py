"""What classes have: methods and attributes with those of their ancestors, and their subclasses."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.program.bindings import DefinedFunction
from sphinxext.nova.program.definitions import Assigned, ClassDef, FunctionDef
from sphinxext.nova.program.names import mro, own_member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.program.bindings import Binding
    from sphinxext.nova.program.definitions import Definition, Module
    from sphinxext.nova.program.program import Program

# A pattern that begins with a plain text is looked for many times as fast as one that does not.
_CLASS: Final = re.compile(rb"\n[ \t]*class[ \t]+(\w+)[ \t]*\(([^)]*)\)")
_AS: Final = re.compile(rb"as[ \t]")
_ALIAS: Final = re.compile(rb"\b(\w++)[ \t]+as[ \t]+(\w+)")
_LAST_NAME: Final = re.compile(rb"\b(\w++)[ \t\r\n]*(?:,|$)")


class Member(NamedTuple):
    """An attribute of a class, and the class of the hierarchy whose body gives it."""

    owner: ClassDef
    definition: Definition | None
    """``None`` for what only running tells."""


def lookup(class_: ClassDef, name: str) -> Member | None:
    """Return the attribute that ``class_.name`` is, from the first class in its order that has one."""
    return class_.module.program.remember(("lookup", class_, name), _lookup, class_, name)


def _lookup(class_: ClassDef, name: str) -> Member | None:
    for ancestor in _own_ancestors(class_):
        if name in ancestor.bindings:
            found = own_member(ancestor, name)
            return Member(ancestor, found[0] if found else None)
    return None


def methods(class_: ClassDef) -> Mapping[str, FunctionDef]:
    """Return the methods of a class, inherited ones included, by name; ``FunctionDef.owner`` is where each is defined.

    Those of the class itself come first, in the order of the source, then those of its ancestors.
    """
    return class_.module.program.remember(("methods", class_), _methods, class_)


def attribute(class_: ClassDef, name: str) -> tuple[Assigned, ...]:
    """Return the values that an instance's attribute is given: ``self.name = value`` along the MRO, then by the class.

    Names in a value are of the scope of the method, ``Assigned.scope``.
    """
    return class_.module.program.remember(("attribute", class_, name), _attribute, class_, name)


def _attribute(class_: ClassDef, name: str) -> tuple[Assigned, ...]:
    found: list[Assigned] = []
    for ancestor in _own_ancestors(class_):
        found += _assigned_to_self(ancestor).get(name, ())
    member = lookup(class_, name)
    if member is not None and isinstance(member.definition, Assigned):
        found.append(member.definition)
    return tuple(found)


def subclasses(class_: ClassDef) -> tuple[ClassDef, ...]:
    """Return the classes of the package, without tests, that have this one among their ancestors, in order of place.

    All files are scanned for the names of bases, once; those that may have a subclass are read.
    """
    program = class_.module.program
    return program.remember(("subclasses", class_), lambda: tuple(_subclasses(class_)))


def _own_ancestors(class_: ClassDef) -> Iterator[ClassDef]:
    return (ancestor for ancestor in mro(class_) if isinstance(ancestor, ClassDef))


def _methods(class_: ClassDef) -> Mapping[str, FunctionDef]:
    found: dict[str, FunctionDef | None] = {}
    for ancestor in _own_ancestors(class_):
        for name, bindings in ancestor.bindings.items():
            if name not in found:
                found[name] = _function(ancestor, bindings)
    return {name: function for name, function in found.items() if function is not None}


def _function(class_: ClassDef, bindings: tuple[Binding, ...]) -> FunctionDef | None:
    return next(
        (FunctionDef(class_.module, binding.index) for binding in bindings if isinstance(binding, DefinedFunction)),
        None,
    )


def _assigned_to_self(class_: ClassDef) -> Mapping[str, list[Assigned]]:
    module = class_.module
    return module.program.remember(("self", module), _assignments, module).get(class_.index, {})


def _assignments(module: Module) -> Mapping[int, Mapping[str, list[Assigned]]]:
    """Return what the methods of each class of a module assign to attributes of their instance."""
    found: defaultdict[int, defaultdict[str, list[Assigned]]] = defaultdict(lambda: defaultdict(list))
    for assignment in module.facts.attributes:
        if assignment.class_ is not None and assignment.function is not None and assignment.operator is None:
            match assignment.target:
                case str(target):
                    name = target.partition(".")[2]
                    scope = FunctionDef(module, assignment.function)
                    found[assignment.class_][name].append(Assigned(scope, name, assignment.value, assignment.line))
    return found


def _subclasses(class_: ClassDef) -> Iterator[ClassDef]:
    program = class_.module.program
    derived = program.remember("derived", lambda: _derived(program))
    names = [class_.fact.name]
    seen = set(names)
    paths: set[str] = set()
    while names:
        for name, path in derived.get(names.pop(), ()):
            paths.add(path)
            if name not in seen:
                seen.add(name)
                names.append(name)
    program.load(sorted(paths))
    for path in sorted(paths):
        module = program.module_at(path)
        if module is None:
            continue
        for fact in module.facts.classes:
            other = ClassDef(module, fact.index)
            if other != class_ and class_ in mro(other):
                yield other


def _derived(program: Program) -> Mapping[str, set[tuple[str, str]]]:
    """Return, by the name of a base as it is written, the names and files of classes that may derive from it."""
    program.note("tree", program.checkout.package)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for path, data in program.scan():
        # Behind the last bracket no class can match, and each would be looked for to the end of the file.
        for name, bases in _CLASS.findall(b"\n" + data[: data.rfind(b")") + 1]):
            for base in _LAST_NAME.findall(bases):
                found[base.decode()].add((name.decode(), path))
        for name, alias in _aliases(data):
            found[name.decode()].add((alias.decode(), path))
    return found


def _aliases(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give what is written ``name as alias``, in any statement."""
    end = 0  # of the last line that was looked at
    for found in _AS.finditer(data):
        before = found.start() - 1
        if before >= end and data[before : before + 1] in {b" ", b"\t"}:
            line = data.rfind(b"\n", end, before) + 1 or end
            end = data.find(b"\n", before) + 1 or len(data)
            yield from _ALIAS.findall(data, line, end)
