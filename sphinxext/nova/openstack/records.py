"""What a walk needs to know of versioned objects: what they are called, and what their fields hold. 2013.2 and newer.

Where nothing tells what an argument or a local variable is, its name does: Nova calls an ``Instance`` ``instance``,
and a list of them ``instances``. A field that holds an object is read as one of its class. Reading a field that was not
set asks ``obj_load_attr``, which gets it out of the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Boundaries, Summary
from sphinxext.nova.flow.decorating import is_remotable
from sphinxext.nova.openstack.versioned_objects import versioned_objects
from sphinxext.nova.program import FunctionDef, lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.flow import Frame, Object, Value, Walker
    from sphinxext.nova.openstack.versioned_objects import ObjectField, VersionedObjects
    from sphinxext.nova.program import ClassDef, Program

_LIST: Final = "List"
_ITEMS: Final = "objects"
_GET: Final = "get"
_CLONE: Final = "obj_clone"
"""A method of :mod:`oslo_versionedobjects.base` that gives another object like this one."""
LOADER: Final = "obj_load_attr"
LOAD: Final = "load"
"""The kind of step that reading a field is which may have to be loaded."""
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORT: Final = {
    "bdm": "BlockDeviceMapping",
    "bdms": "BlockDeviceMappingList",
    "build_req": "BuildRequest",
    "inst": "Instance",
    "inst_mapping": "InstanceMapping",
    "reqspec": "RequestSpec",
    "spec_obj": "RequestSpec",
    "vif": "VirtualInterface",
}
"""What objects are called besides their names."""


@dataclass(frozen=True)
class Records(Boundaries):
    """The boundaries of a walk that goes through versioned objects."""

    program: Program = field(kw_only=True)
    loads: dict[str, Summary | None] = field(default_factory=dict, compare=False, repr=False)
    """What loading a field does, by the dotted names of the class and the field; ``None`` for fields always there."""
    _names: dict[str, ClassDef] = field(default_factory=dict, compare=False, repr=False)
    _holding: dict[ClassDef, Mapping[str, ObjectField]] = field(default_factory=dict, compare=False, repr=False)
    _all_fields: dict[ClassDef, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def names(self) -> Mapping[str, ClassDef]:
        """Return the classes of objects by the names that parameters have.

        Not those with a class method ``get``: where the name is that of a dictionary, ``security_group.get('id')``
        would be taken for a question to the database.
        """
        if not self._names:
            known = self._objects.classes
            classes = {name: class_ for name, class_ in known.items() if not _gets(class_)}
            for name, class_ in classes.items():
                snake = _CAPITAL.sub("_", name).lower()
                self._names.setdefault(snake, class_)
                if name.endswith(_LIST) and name[: -len(_LIST)] in classes:
                    self._names[f"{snake.removesuffix('_list')}s"] = class_
            for short, name in _SHORT.items():
                if name in classes:
                    self._names[short] = classes[name]
        return self._names

    def parameter(self, walker: Walker, name: str) -> Value:
        """Return an object of the class that the name says, where it says one."""
        class_ = self.names().get(name)
        return walker.atoms.any if class_ is None else (walker.atoms.object(class_, None),)

    def local(self, walker: Walker, name: str, value: Value) -> Value:
        """Return for what is not known that it may be an object of the class that the name says, or something else.

        No lists: what a request holds is called ``security_groups``, too.
        """
        if value is not walker.atoms.any and value is not walker.atoms.some:
            return value
        class_ = self.names().get(name)
        if class_ is None or _ITEMS in self._declared(class_):
            return value
        return walker.atoms.join((walker.atoms.object(class_, None),), value)

    def element(self, walker: Walker, atom: Object) -> Value:
        """Return what the items of a list of objects are; of one object, itself: a list of lists is named alike."""
        held = self._fields(atom.class_).get(_ITEMS)
        if held is not None:
            return self._held(walker, held.holds)
        return (atom,) if self.is_record(atom.class_) else walker.atoms.any

    def field(self, walker: Walker, made: Object, name: str, found: Value) -> Value:
        """Return what a field holds."""
        if name == _CLONE:
            copied = walker.atoms.arguments([(made,)], ())
            return (walker.atoms.partial(walker.atoms.external("copy.copy"), copied),)
        declared = self._fields(made.class_).get(name)
        if declared is None or not (declared.many or found is walker.atoms.any):
            return found
        held = self._held(walker, declared.holds)
        return (walker.atoms.sequence("list", [held], is_open=True),) if declared.many else held

    def loading(self, walker: Walker, made: Object, name: str) -> tuple[tuple[str, str] | None, bool]:
        """Return the step in which ``obj_load_attr`` may be asked for a field, and whether it is known by now."""
        if name == _CLONE:
            return None, True
        does, key = self._loads(walker, made, name), f"{made.class_.name}.{name}"
        found = self.loads[key]
        return (LOAD, key) if does else None, found is None or found.is_complete

    def is_field(self, class_: ClassDef, name: str) -> bool:
        """Tell whether a class of objects declares a field of this name."""
        return name in self._declared(class_)

    def has_field(self, frame: Frame, made: Object, name: Value) -> bool | None:
        """Return ``False`` for the field that is being loaded: it is not there yet, or nobody would ask for it.

        ``Instance.obj_load_attr``, which asks for the ``uuid`` of what it loads something for, does not load that.
        """
        if not isinstance(frame.scope, FunctionDef) or frame.scope.fact.name != LOADER or made != frame.receiver:
            return None
        asked = [frame.names.get(parameter.name) for parameter in frame.scope.fact.parameters[1:]]
        return False if asked == [name] else None

    def _loads(self, walker: Walker, made: Object, name: str) -> bool:
        """Tell whether a field is loaded on demand, and walk what that does: apart, as loading goes in circles."""
        key = f"{made.class_.name}.{name}"
        if key not in self.loads:
            loader = lookup(made.class_, LOADER)
            if (
                loader is None
                or not isinstance(loader.definition, FunctionDef)
                or name not in self._declared(made.class_)
            ):
                self.loads[key] = None
                return False
            self.loads[key] = Summary(loader.definition, is_complete=False)
            method = walker.decorating.plain(loader.definition, made)
            given = walker.atoms.arguments([(walker.atoms.const(name),)], ())
            self.loads[key] = walker.apart(made.class_.module, (method,), given)
        found = self.loads[key]
        return found is not None and (bool(found.steps) or not found.is_complete)

    def _held(self, walker: Walker, name: str) -> Value:
        class_ = self._objects.classes.get(name)
        return walker.atoms.any if class_ is None else (walker.atoms.object(class_, None),)

    def _fields(self, class_: ClassDef) -> Mapping[str, ObjectField]:
        found = self._holding.get(class_)
        if found is None:
            found = self._holding[class_] = self._objects.fields(class_)
        return found

    def _declared(self, class_: ClassDef) -> frozenset[str]:
        found = self._all_fields.get(class_)
        if found is None:
            found = self._all_fields[class_] = self._objects.declared(class_)
        return found

    @cached_property
    def _objects(self) -> VersionedObjects:
        return versioned_objects(self.program)


def _gets(class_: ClassDef) -> bool:
    """Tell whether ``get`` of a class is a class method of objects: ``SecurityGroup.get(context, id)``. 2014.2."""
    member = lookup(class_, _GET)
    function = member.definition if member is not None else None
    return isinstance(function, FunctionDef) and is_remotable(function)
