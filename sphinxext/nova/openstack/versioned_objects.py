"""Versioned objects: which methods of theirs may run in nova-conductor, and which objects their fields hold.

A remotable method does its work where it is called, unless that process has an ``indirection_api``: then it becomes a
call to nova-conductor, which finds the method by its name. 2013.2 and newer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.program import ClassDef, External, FunctionDef, evaluate, lookup, mro, resolve
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.program import Program
    from sphinxext.nova.syntax.forms import Expr

_FOLDER: Final = "objects"
_BASES: Final = frozenset({"NovaObject", "VersionedObject"})
"""The class from which all others inherit, in Nova and in oslo.versionedobjects."""

_OF_OBJECT: Final = "object_action"
_OF_CLASS: Final = "object_class_action"
_OF_CLASS_VERSIONS: Final = "object_class_action_versions"
"""What :mod:`oslo_versionedobjects.base` sends for a class method; what it sends for an object is as it was."""

_ONE: Final = "ObjectField"
_MANY: Final = frozenset({"ListOfObjectsField", "SetOfObjectsField", "DictOfObjectsField"})


class RemotableMethod(NamedTuple):
    """A method that a process without access to the database asks nova-conductor to run.

    ``name`` is as the class defines it, dotted. ``is_class`` tells a class method from one of an object. ``sends`` is
    the method of nova-conductor that is called: ``object_action``, ``object_class_action`` or
    ``object_class_action_versions``.
    """

    name: str
    function: FunctionDef
    owner: ClassDef
    is_class: bool
    sends: str


class ObjectField(NamedTuple):
    """A field that holds an object, or several: the name of their class, and its place."""

    name: str
    holds: str
    many: bool
    owner: ClassDef


class VersionedObjects:
    """The versioned objects of a checkout."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._classes = tuple(_classes(program))
        found: dict[str, ClassDef] = {}
        for class_ in self._classes:
            name = _object_name(class_)
            other = found.get(name)
            if other is None or _version(class_) >= _version(other):
                found[name] = class_
        self.classes: Mapping[str, ClassDef] = dict(sorted(found.items()))
        """What ``objects.NAME`` is, by the name: of several classes of one name, that of the highest version."""
        self.methods: Mapping[FunctionDef, RemotableMethod] = {
            method.function: method for class_ in self._classes for method in _methods(class_)
        }
        """The remotable methods, in the order of the source."""

    def fields(self, class_: ClassDef) -> Mapping[str, ObjectField]:
        """Return the fields of a class that hold objects, those that it inherits included."""
        return self._program.remember(("object fields", class_), lambda: _all_fields(class_))

    def declared(self, class_: ClassDef) -> frozenset[str]:
        """Return the names of all fields of a class, those that it inherits included."""
        return self._program.remember(("declared fields", class_), lambda: _all_declared(class_))


def versioned_objects(program: Program) -> VersionedObjects:
    """Return the versioned objects of a checkout; there are none before 2013.2."""
    return program.remember("versioned objects", lambda: VersionedObjects(program))


def _classes(program: Program) -> Iterator[ClassDef]:
    folder = f"{program.checkout.package}/{_FOLDER}"
    program.note("names", folder)
    paths = [path for path in program.source_files(folder) if path.count("/") == folder.count("/") + 1]
    program.load(paths)
    for module in map(program.module_at, paths):
        for fact in () if module is None else module.facts.classes:
            class_ = ClassDef(module, fact.index) if module is not None else None
            if class_ is not None and any(_is_base(ancestor) for ancestor in mro(class_)):
                yield class_


def _is_base(ancestor: ClassDef | External) -> bool:
    name = ancestor.name if isinstance(ancestor, External) else ancestor.fact.name
    return name.rpartition(".")[2] in _BASES


def _object_name(class_: ClassDef) -> str:
    """Return the name under which a class is registered: what ``obj_name`` returns, where that is a text. 12.0.0."""
    member = lookup(class_, "obj_name")
    match member.definition.body if member is not None and isinstance(member.definition, FunctionDef) else ():
        case (*_, ("return", _, ("str", text))):
            return text
    return class_.fact.name


def _version(class_: ClassDef) -> tuple[int, ...]:
    value = evaluate("VERSION", class_)
    parts = value.split(".") if isinstance(value, str) else []
    return tuple(int(part) for part in parts if part.isdecimal())


def _methods(class_: ClassDef) -> Iterator[RemotableMethod]:
    for fact in class_.module.facts.functions:
        if fact.class_ != class_.index:
            continue
        function = FunctionDef(class_.module, fact.index)
        names = [name for decorator in fact.decorators if (name := _name(decorator.expression))]
        for name in names:
            is_class = _is_class_method(name, names)
            if is_class is not None:
                sends = _sent(name, function) if is_class else _OF_OBJECT
                yield RemotableMethod(function.name, function, class_, is_class, sends)
                break


def _name(decorator: Expr) -> str:
    return decorator if isinstance(decorator, str) else ""


def _is_class_method(name: str, names: list[str]) -> bool | None:
    """Recognise the decorators of remotable methods; ``None`` for others.

    ``@base.remotable`` and ``@base.remotable_classmethod``, 2013.2 and newer; ``@classmethod`` above
    ``@base.remotable``, 34.0.0.
    """
    match name.rpartition(".")[2]:
        case "remotable":
            return "classmethod" in names
        case "remotable_classmethod":
            return True
    return None


def _sent(name: str, function: FunctionDef) -> str:
    """Return what a class method sends: as the decorator does that Nova defines, 2013.2 to 2015.1.0; else oslo's."""
    decorator = resolve(name, function.module)
    if not isinstance(decorator, FunctionDef):
        return _OF_CLASS_VERSIONS
    for fact in decorator.module.facts.functions[decorator.index :]:
        if fact.line <= decorator.fact.end_line:
            for call in calls(decorator.module.facts.body(fact)):
                if isinstance(call[1], str) and call[1].rpartition(".")[2].startswith(_OF_CLASS):
                    return call[1].rpartition(".")[2]
    return _OF_CLASS


def _all_fields(class_: ClassDef) -> Mapping[str, ObjectField]:
    found: dict[str, ObjectField] = {}
    for ancestor in mro(class_):
        for field in _fields(ancestor) if isinstance(ancestor, ClassDef) else ():
            found.setdefault(field.name, field)
    return found


def _all_declared(class_: ClassDef) -> frozenset[str]:
    return frozenset(
        name for ancestor in mro(class_) if isinstance(ancestor, ClassDef) for name, _ in _declarations(ancestor)
    )


def _fields(class_: ClassDef) -> Iterator[ObjectField]:
    for name, value in _declarations(class_):
        held = _held(value, class_)
        if held is not None:
            yield ObjectField(name, held[0], held[1], class_)


def _declarations(class_: ClassDef) -> Iterator[tuple[str, Expr]]:
    """Give the fields that a class itself declares: the dictionary ``fields`` in its body."""
    for assignment in class_.module.facts.assignments:
        if assignment.class_ == class_.index and assignment.target == "fields":
            match assignment.value:
                case ("dict", pairs):
                    for key, value in pairs:
                        name = evaluate(key, class_)
                        if isinstance(name, str):
                            yield name, value


def _held(value: Expr, class_: ClassDef) -> tuple[str, bool] | None:
    return _by_type(value, class_) or _by_converter(value, class_)


def _by_type(value: Expr, class_: ClassDef) -> tuple[str, bool] | None:
    """Recognise ``fields.ObjectField('Flavor', nullable=True)``. 2014.1 and newer."""
    match value:
        case ("call", str(function), (first, *_), _, _, _):
            last = function.rpartition(".")[2]
            name = evaluate(first, class_)
            if isinstance(name, str) and (last == _ONE or last in _MANY):
                return name, last in _MANY
    return None


def _by_converter(value: Expr, class_: ClassDef) -> tuple[str, bool] | None:
    """Recognise ``obj_utils.nested_object(security_group.SecurityGroupList, none_ok=False)``. 2013.2."""
    match value:
        case ("call", str(function), (str(first), *_), _, _, _) if function.rpartition(".")[2] == "nested_object":
            found = resolve(first, class_)
            if isinstance(found, ClassDef):
                return found.fact.name, False
    return None
