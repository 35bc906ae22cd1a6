"""What a condition that holds, or does not, says about the names in it: tests of truth, of ``None`` and of a class.

Also about attributes of an object that a name means (``self.host_list``), until one of that name may be assigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.values import Class, Const, Dict, External, Object, Option, Sequence, Unknown
from sphinxext.nova.program import mro

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.steps import Summary
    from sphinxext.nova.flow.values import Atom, Atoms, Function, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import ClassDef
    from sphinxext.nova.syntax.forms import CallForm, Expr


_CONTAINMENT: Final = frozenset({"in", "not in"})
_IS_SET: Final = ".obj_attr_is_set"
"""A method of :mod:`oslo_versionedobjects.base` that tells whether a field has a value."""
_EQUALITY: Final = frozenset({"is", "==", "is not", "!="})


class Refining:
    """The part of a walker that learns from conditions, and from assignments to attributes."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms

    def refine(self, frame: Frame, condition: Expr, *, truth: bool) -> None:  # noqa: C901 - a flat table
        """Leave to the names in a condition what they may be when it has this outcome."""
        atoms = self._atoms
        if isinstance(condition, str):
            if condition in frame.names:
                frame.names[condition] = _true(frame.names[condition], atoms, truth=truth)
            else:
                self._learn(frame, condition, lambda value: _lastingly_true(value, atoms, truth=truth))
            return
        if is_mute(condition):
            return
        match condition:
            case ("not", inner):
                self.refine(frame, inner, truth=not truth)
            case ("and", items) if truth:
                for item in items:
                    self.refine(frame, item, truth=True)
            case ("or", items) if not truth:
                for item in items:
                    self.refine(frame, item, truth=False)
            case ("compare", str(name), (("is" | "==" | "is not" | "!=" as sign, None),)):
                is_none = truth is (sign in {"is", "=="})
                if name in frame.names:
                    frame.names[name] = _none(frame.names[name], atoms, is_none=is_none)
                else:
                    self._learn(frame, name, lambda value: _none(value, atoms, is_none=is_none))
            case ("compare", str(name), (("==" | "!=" as sign, ("str", str(text))),)) if name in frame.names:
                if truth is (sign == "=="):
                    frame.names[name] = (atoms.const(text),)
            case ("compare", ("str", str(field)), (("in" | "not in" as sign, str(name)),)):
                if truth is (sign == "in"):
                    self._learn_set(frame, name, field)
            case ("call", str(called), (("str", str(field)),), (), _, _):
                if truth:
                    self._learn_set(frame, called.removesuffix(_IS_SET), field)
            case ("call", "isinstance", (str(name), class_), (), _, _) if name in frame.names:
                match self._walker.expressions.value(frame, class_):
                    case (Class(definition=definition),):
                        frame.names[name] = _instance(self._walker, frame.names[name], definition, truth=truth)
            case ("walrus", str(name), _) if name in frame.names:
                frame.names[name] = _true(frame.names[name], atoms, truth=truth)

    def assigned(self, frame: Frame, path: str, value: Value) -> None:
        """Learn what ``object.name = value`` leaves in the attribute, which the caller forgot before."""
        known = self._field(frame, path)
        if known is None:
            return
        if any(isinstance(atom, Unknown) for atom in value):
            # What else is assigned to it tells more than nothing.
            if not _may_be_none(value):
                frame.learn(path, _none(known, self._atoms, is_none=False))
        else:
            frame.learn(path, self._walker.heap.shared(value))

    def left(self, frame: Frame, method: Function, done: Summary, form: CallForm) -> None:
        """Learn what a method left in the attributes of the object that a name means."""
        if isinstance(form[1], str) and method.receiver is not None:
            owner, _, _ = form[1].rpartition(".")
            value = frame.names.get(owner) or frame.closure.get(owner, ())
            if value == (method.receiver,):
                for name, left in done.leaves.items():
                    frame.learn(f"{owner}.{name}", left)

    def _learn_set(self, frame: Frame, owner: str, field: str) -> None:
        """Learn that a field of a record is set: nobody has to load it here."""
        value = frame.names.get(owner) or frame.closure.get(owner, ())
        if len(value) != 1 or not isinstance(value[0], Object):
            return
        if self._walker.boundaries.is_field(value[0].class_, field):
            before = frame.aside()
            held = self._walker.attribute(frame, value, field)
            frame.take(before)
            frame.learn(f"{owner}.{field}", held)

    def _learn(self, frame: Frame, path: str, refined: Callable[[Value], Value]) -> None:
        known = self._field(frame, path)
        if known is not None:
            new = refined(known)
            if new != known:
                frame.learn(path, new)

    def _field(self, frame: Frame, path: str) -> Value | None:
        """Return what an attribute is that methods assign; ``None`` for anything else."""
        owner, _, name = path.partition(".")
        if not name or "." in name:
            return None
        known = frame.facts.get(path)
        if known is not None:
            return known
        value = frame.names.get(owner) or frame.closure.get(owner, ())
        if len(value) != 1 or not isinstance(value[0], Object):
            return None
        return self._walker.heap.field(frame, value[0], name)


def is_mute(condition: Expr) -> bool:
    """Tell quickly that a condition says nothing about a name, as most calls and comparisons do not."""
    if not isinstance(condition, tuple):
        return not isinstance(condition, str)
    if condition[0] == "call":
        called = condition[1]
        return called != "isinstance" and not (isinstance(called, str) and called.endswith(_IS_SET))
    if condition[0] == "compare":
        left, rest = condition[1], condition[2]
        return len(rest) != 1 or rest[0][0] not in (_EQUALITY if isinstance(left, str) else _CONTAINMENT)
    return False


def _true(value: Value, atoms: Atoms, *, truth: bool) -> Value:
    if len(value) == 1:
        # Most values are one thing; what is left of it is itself, or something known.
        atom = value[0]
        if not isinstance(atom, Unknown) or (atom.truth is not None and atom.truth is not truth):
            return value
        return atoms.true if truth else atoms.false
    known = (atoms.true if truth else atoms.false)[0]
    left = [atom for atom in value if atom.truth is None or atom.truth is truth]
    return atoms.limited(known if isinstance(atom, Unknown) else atom for atom in left) or value


def _lastingly_true(value: Value, atoms: Atoms, *, truth: bool) -> Value:
    """Return what is left of a value whose truth was tested; a container may be filled or emptied after that."""

    def refined(atom: Atom) -> Value:
        match atom:
            case Unknown(flavour="any") if truth:
                return atoms.some
            case Unknown() | Dict() | Sequence():
                return (atom,)
        return (atom,) if atom.truth in {None, truth} else ()

    return atoms.limited(one for atom in value for one in refined(atom)) or value


def _none(value: Value, atoms: Atoms, *, is_none: bool) -> Value:
    def refined(atom: Atom) -> Value:
        match atom:
            case Const(value=None):
                return (atom,) if is_none else ()
            case Unknown(flavour="any" | "false"):
                return atoms.none if is_none else atoms.some if atom.flavour == "any" else (atom,)
            case External(truth=None) | Option():
                return (atom,)
        return () if is_none else (atom,)

    return atoms.limited(one for atom in value for one in refined(atom)) or value


def _may_be_none(value: Value) -> bool:
    for atom in value:
        match atom:
            case Unknown(flavour="any" | "false") | Const(value=None) | Option():
                return True
            case External(truth=None):
                return True
    return False


def _instance(walker: Walker, value: Value, class_: ClassDef, *, truth: bool) -> Value:
    """Leave what is an instance of a class, or what is none.

    What nothing was known of is one of the class then, or of one below it, which may do everything in another way; but
    for a class that nobody looks into that is all the same: ``check_isinstance(made, driver.ComputeDriver)`` of
    ``nova/utils.py``, 2011.3 and newer.
    """
    atoms = walker.atoms

    def refined(atom: Atom) -> Value:
        match atom:
            case Object(arguments=None) if truth and atom.class_ in mro(class_):
                return (atoms.object(class_, None),)
            case Object():
                return (atom,) if (class_ in mro(atom.class_)) is truth else ()
            case Unknown() if truth and atom.truth is not False:
                made = atoms.object(class_, None)
                return (made,) if walker.boundaries.is_opaque_class(class_) else (made, *atoms.some)
            case Const():
                return () if truth else (atom,)
        return (atom,)

    return atoms.limited(one for atom in value for one in refined(atom)) or value
