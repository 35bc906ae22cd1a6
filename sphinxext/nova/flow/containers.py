"""Dictionaries, lists and texts: their items and methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.keeping import CHANGING, HARMLESS, keeps
from sphinxext.nova.flow.values import (
    Arguments,
    Const,
    Dict,
    Function,
    Method,
    Object,
    Option,
    Sequence,
    Unknown,
    only_text,
)

if TYPE_CHECKING:
    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import CallForm, Expr

_ATTRIBUTES: Final = ".__dict__"
"""How code gets around ``__setattr__``: ``self.__dict__['_bdm_obj'] = bdm``. 2014.1 and newer (``block_device.py``)."""


class Containers:
    """The part of a walker that knows containers. They are values: a change makes a new one of the same name."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms

    # --- items

    def item(self, frame: Frame, atom: Atom, keys: Value, default: Value | None) -> Value:
        """Return what ``container[key]`` may be, or ``container.get(key, default)``."""
        match atom:
            case Dict():
                return self._of_dict(atom, keys, default)
            case Sequence(items=items):
                if len(keys) == 1 and isinstance(keys[0], Const) and isinstance(keys[0].value, int):
                    index = keys[0].value
                    if -len(items) <= index < len(items) and not (atom.is_open and index < 0):
                        return items[index]
                    return self._walker.expressions.items((atom,)) if atom.is_open else self._atoms.any
                return self._walker.expressions.items((atom,))
            case Option():
                name = only_text(keys)
                return self._walker.option((*atom.path, name)) if name is not None else self._atoms.any
            case Object() if self._walker.boundaries.is_record(atom.class_):
                return self._walker.element(atom)
            case Object():
                method = self._walker.attribute(frame, (atom,), "__getitem__")
                arguments = self._atoms.arguments([keys], ())
                return self._walker.calls.call(frame, method, arguments, 0, None, quiet=True)
        return self._atoms.any

    def sliced(self, container: Value, bounds: list[Value]) -> Value:
        """Return what ``container[first:last]`` may be: a part of what is there, and never ``None``."""
        numbers = [value[0].value if len(value) == 1 and isinstance(value[0], Const) else "" for value in bounds]
        found: list[Atom] = []
        for atom in container:
            match atom, numbers:
                case Sequence(is_open=False), [int() | None as first, int() | None as last, None]:
                    found.append(self._atoms.sequence(atom.kind, atom.items[first:last]))
                case Sequence(), [int() as first, None, None] if first >= 0:
                    found.append(self._atoms.sequence(atom.kind, atom.items[first:], is_open=True))
                case Sequence(), _:
                    items = self._walker.expressions.items((atom,))
                    found.append(self._atoms.sequence(atom.kind, (items,), is_open=True))
                case Object(), _ if self._walker.boundaries.is_record(atom.class_):
                    found.append(self._atoms.object(atom.class_, None))
                case _:
                    found += self._atoms.some
        return self._atoms.limited(found) or self._atoms.some

    def _of_dict(self, atom: Dict, keys: Value, default: Value | None) -> Value:
        found: Value = ()
        known = dict(atom.items)
        for key in self._keys(keys):
            if key in known:
                found = self._atoms.join(found, known[key])
            elif isinstance(key, Const):
                if atom.is_open:
                    for value in (value for other, value in known.items() if isinstance(other, Unknown)):
                        found = self._atoms.join(found, value)
                missing = default if default is not None else ()
                found = self._atoms.join(found, self._atoms.any if atom.is_open else missing)
            else:
                for value in known.values():
                    found = self._atoms.join(found, value)
                found = self._atoms.join(found, self._atoms.any)
        return found or default or self._atoms.any

    def _keys(self, keys: Value) -> Value:
        found: list[Atom] = []
        for key in keys:
            found += self._walker.default(key) if isinstance(key, Option) else (key,)
        return tuple(found)

    def set_item(self, frame: Frame, owner: Expr, keys: Value, value: Value) -> None:
        """Do ``owner[key] = value``."""
        if isinstance(owner, str) and owner.endswith(_ATTRIBUTES) and (name := only_text(keys)) is not None:
            made = self._walker.expressions.value(frame, owner.removesuffix(_ATTRIBUTES))
            self._walker.assign_attribute(frame, made, name, value)
            return
        changed = []
        for atom in self._walker.expressions.value(frame, owner):
            if isinstance(atom, Dict):
                if len(keys) == 1 and isinstance(keys[0], Const):
                    items = dict(atom.items)
                    if self._walker.uncertain and keys[0] in items:
                        value = self._atoms.join(items[keys[0]], value)
                    changed.append(self._atoms.dict([*atom.items, (keys[0], value)], is_open=atom.is_open))
                else:
                    changed.append(self._atoms.dict(atom.items, is_open=True))
            elif isinstance(atom, Sequence):
                changed.append(self._atoms.sequence(atom.kind, (*atom.items, value), is_open=True))
            else:
                changed.append(atom)
        self._rebind(frame, owner, self._atoms.limited(changed))

    def _rebind(self, frame: Frame, owner: Expr, value: Value) -> None:
        if not isinstance(owner, str):
            return
        container, dot, name = owner.rpartition(".")
        if not dot:
            if owner in frame.names:
                frame.names[owner] = value
            return
        made = self._walker.expressions.value(frame, container)
        self._walker.assign_attribute(frame, tuple(atom for atom in made if isinstance(atom, Object)), name, value)

    # --- calls

    def changed(self, frame: Frame, form: CallForm) -> Value | None:
        """Do a call of a method that changes a container with a name; ``None`` where the call is another one."""
        function = form[1]
        if not isinstance(function, str):
            return None
        owner, dot, name = function.rpartition(".")
        if not dot or name not in CHANGING:
            return None
        value = self._walker.expressions.value(frame, owner)
        if not any(isinstance(atom, Dict | Sequence) for atom in value):
            return None
        arguments = self._walker.expressions.arguments(frame, form)
        result: Value = ()
        changed: list[Atom] = []
        for atom in value:
            after, given = self._change(frame, atom, name, arguments)
            changed.append(after)
            result = self._atoms.join(result, given)
        self._rebind(frame, owner, self._atoms.limited(changed))
        return result

    def _change(self, frame: Frame, atom: Atom, name: str, arguments: Arguments) -> tuple[Atom, Value]:  # noqa: C901
        given = arguments.positional
        match atom, name:
            case Sequence(), "append" | "add" if given:
                items = (*atom.items, given[0])
                return self._atoms.sequence(
                    atom.kind, items, is_open=atom.is_open or bool(self._walker.uncertain)
                ), self._atoms.none
            case Sequence(), "extend" if given and len(given[0]) == 1 and isinstance(given[0][0], Sequence):
                more = given[0][0]
                items = (*atom.items, *more.items)
                is_open = atom.is_open or more.is_open or bool(self._walker.uncertain)
                return self._atoms.sequence(atom.kind, items, is_open=is_open), self._atoms.none
            case Sequence(), "pop":
                return self._atoms.sequence(atom.kind, atom.items, is_open=True), self._walker.expressions.items(
                    (atom,)
                )
            case Sequence(), _:
                items = (*atom.items, *given[-1:])
                return self._atoms.sequence(atom.kind, items, is_open=True), self._atoms.none
            case Dict(), "update" if not self._walker.uncertain:
                more_items = [(self._atoms.const(key), value) for key, value in arguments.keywords]
                is_open = atom.is_open or arguments.is_open
                for one in given:
                    if len(one) == 1 and isinstance(one[0], Dict):
                        more_items = [*one[0].items, *more_items]
                        is_open = is_open or one[0].is_open
                    else:
                        is_open = True
                return self._atoms.dict([*atom.items, *more_items], is_open=is_open), self._atoms.none
            case Dict(), "pop" if given:
                value = self.item(frame, atom, given[0], given[1] if len(given) > 1 else ())
                left = [(key, one) for key, one in atom.items if key not in given[0]]
                return self._atoms.dict(left, is_open=atom.is_open or len(given[0]) > 1), value
            case Dict(), "setdefault" if given and len(given[0]) == 1:
                default = given[1] if len(given) > 1 else self._atoms.none
                value = self.item(frame, atom, given[0], default)
                if atom.is_open and given[0][0] not in dict(atom.items):
                    value = self._atoms.join(value, default)
                return self._atoms.dict([*atom.items, (given[0][0], value)], is_open=atom.is_open), value
            case Dict(), _:
                return self._atoms.dict(atom.items, is_open=True), self._atoms.any
        return atom, self._atoms.any

    def open_given(self, frame: Frame, callee: Value, form: CallForm, returned: Value) -> None:
        """Note that a container that was given to a function may have been changed there.

        Or that it may be changed by another name, where the function gives it back.
        """
        _, called, positional, keywords, _, _ = form
        if isinstance(called, str) and called in HARMLESS:
            return
        for place, argument in enumerate(positional):
            self._open_given(frame, callee, form, returned, place, argument)
        for name, argument in keywords:
            if name != "**":
                self._open_given(frame, callee, form, returned, name, argument)

    def _open_given(
        self, frame: Frame, callee: Value, form: CallForm, returned: Value, place: int | str, argument: Expr
    ) -> None:
        if not isinstance(argument, str) or not self._is_closed(frame.names.get(argument, ())):
            return
        functions = [atom for atom in callee if isinstance(atom, Function)]
        is_kept = functions and all(keeps(function, form, place) for function in functions)
        if not is_kept or any(atom in returned for atom in frame.names[argument] if atom.is_closed):
            self.open_name(frame, argument)

    def open_name(self, frame: Frame, name: Expr) -> None:
        """Note that a container of this name may have been changed."""
        if not isinstance(name, str) or name not in frame.names:
            return
        value = frame.names[name]
        if self._is_closed(value):
            frame.names[name] = tuple(dict.fromkeys(self._opened(atom) for atom in value))

    @staticmethod
    def _is_closed(value: Value) -> bool:
        return any(atom.is_closed for atom in value)

    def _opened(self, atom: Atom) -> Atom:
        match atom:
            case Dict(is_open=False):
                return self._atoms.dict(atom.items, is_open=True)
            case Sequence(is_open=False) if atom.kind != "tuple":
                return self._atoms.sequence(atom.kind, atom.items, is_open=True)
        return atom

    def call(self, frame: Frame, method: Method, arguments: Arguments) -> Value:  # noqa: C901 - a flat table
        """Call a method of a constant or container that leaves it as it is."""
        given = arguments.positional
        match method.receiver, method.name:
            case Dict() | Option() as container, "get" | "pop" if given:
                default = given[1] if len(given) > 1 else self._atoms.none
                return self.item(frame, container, given[0], default)
            case Dict() as container, "values" | "itervalues":
                values = tuple(value for _, value in container.items)
                return (self._atoms.sequence("list", values, is_open=container.is_open),)
            case Dict() as container, "keys" | "iterkeys":
                return (
                    self._atoms.sequence("list", [(key,) for key, _ in container.items], is_open=container.is_open),
                )
            case Dict() as container, "items" | "iteritems":
                pairs = [(self._atoms.sequence("tuple", ((key,), value)),) for key, value in container.items]
                return (self._atoms.sequence("list", pairs, is_open=container.is_open),)
            case ((Dict() | Sequence() as container), "copy"):
                return (container,)
            case Const(value=str() as text), "format":
                return self._walker.texts.format(frame, text, arguments)
            case Const(value=str() as text), "lower" | "upper" | "strip" | "title" | "capitalize" if not given:
                return (self._atoms.const(getattr(text, method.name)()),)
            case Const(value=str() as text), "startswith" | "endswith" if given and only_text(given[0]) is not None:
                return self._atoms.outcome(getattr(text, method.name)(only_text(given[0])))
            case Const(value=str() as text), "partition" | "rpartition" | "split" | "rsplit" if given:
                separator = only_text(given[0])
                if separator:
                    parts = getattr(text, method.name)(separator)
                    return (self._atoms.sequence("tuple", [(self._atoms.const(part),) for part in parts]),)
            case Const(value=str() as text), "replace" if len(given) > 1:
                old, new = only_text(given[0]), only_text(given[1])
                if old and new is not None:
                    return (self._atoms.const(text.replace(old, new)),)
        return self._atoms.any
