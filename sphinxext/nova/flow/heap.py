"""Objects: what their attributes are.

An attribute is what the constructor leaves in it and what any other method of the class assigns to it, whichever the
walk has gone through. Assignments from outside (``instance.host = host``) are of objects whose attributes nobody tells.

What ``__new__`` keeps on the class (``if not cls._driver: cls._driver = ...``) is made once in each process, for the
first one who asks. A walk that begins where a process begins finds out who that is (``keeps``); any other takes each
object for one that was made first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.flow.decorating import is_property
from sphinxext.nova.flow.frames import Frame
from sphinxext.nova.flow.opening import is_standing_method
from sphinxext.nova.flow.steps import Reached, Summary
from sphinxext.nova.flow.values import Const, Dict, Sequence
from sphinxext.nova.program import ClassDef, FunctionDef, attribute, lookup, mro
from sphinxext.nova.syntax.walking import inside

if TYPE_CHECKING:
    from sphinxext.nova.flow.values import Arguments, Atom, Object, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import Member

_MAKER = "__new__"
_CONSTRUCTOR = "__init__"
_DYNAMIC = "__getattr__"


class Heap:
    """The part of a walker that knows objects.

    :param keeps: whether the walk goes through one process alone, from its beginning on.
    """

    def __init__(self, walker: Walker, *, keeps: bool = False) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._keeps = keeps
        self._kept: dict[tuple[ClassDef, str], Value] = {}
        self._attributes: dict[Object, dict[str, Value]] = {}
        self._constructors: dict[Object, Summary] = {}
        self._going: dict[Object, None] = {}
        self._found: dict[tuple[Object, str], Value] = {}
        self._settled: dict[tuple[Object, str], tuple[Value, tuple[str, str] | None]] = {}
        """What is the same each time, with the kind and the name of the step that reading it is: of objects that are
        done."""
        self._members: dict[tuple[ClassDef, str], Member | None] = {}
        self._first: dict[Object, Object] = {}
        self._by_content: dict[tuple[ClassDef, frozenset[tuple[str, Value]]], Object] = {}
        self._asked: set[tuple[Object, str]] = set()
        self._fields: dict[tuple[ClassDef, str], bool] = {}
        """Whether something is an attribute that is assigned, of an object that anybody looks into."""

    def construct(self, class_: ClassDef, arguments: Arguments | None) -> tuple[Object, Summary]:
        """Make an instance; its constructor's summary is the same each time."""
        if arguments is not None and self._walker.boundaries.is_record(class_):
            arguments = None
        made = self._atoms.object(class_, arguments)
        summary = self._constructed(made)
        if summary.height > self._walker.tallest:
            self._walker.tallest = summary.height
        return (made if made in self._going else self._alike(made)), summary

    def made_of(self, class_: ClassDef) -> tuple[Object, ...]:
        """Return the instances of exactly this class that were made so far, in that order."""
        return tuple(made for made in self._constructors if made.class_ == class_)

    def _alike(self, made: Object) -> Object:
        """Return the first object of the class in which the constructor left the same: they do the same ever after.

        But for decorators that are classes of a library, whose constructors take the function that each decorates.
        """
        found = self._first.get(made)
        if found is None:
            if not self._attributes[made] or made.arguments is None or made.arguments.has_callbacks:
                return made
            key = (made.class_, frozenset(self._attributes[made].items()))
            found = self._first[made] = self._by_content.setdefault(key, made)
        return found

    def _constructed(self, made: Object) -> Summary:
        if made in self._constructors:
            return self._constructors[made]
        empty = self._constructors[made] = Summary(None)
        self._attributes[made] = {}
        maker, constructor = self._function(made, _MAKER), self._function(made, _CONSTRUCTOR)
        if maker is None and constructor is None:
            return empty
        boundaries = self._walker.boundaries
        if boundaries.is_opaque_class(made.class_) or boundaries.is_exception(made.class_):
            return empty
        arguments = made.arguments
        if arguments is None:
            arguments = self._atoms.arguments((), (), is_open=True)
        self._going[made] = None
        before, self._walker.uncertain = self._walker.uncertain, 0
        if maker is not None:
            new = self._walker.decorating.plain(maker, self._atoms.class_(made.class_))
            self._constructors[made] = self._walker.summary(new, arguments)
        if constructor is not None:
            init = self._walker.decorating.plain(constructor, made)
            self._constructors[made] = _both(self._constructors[made], self._walker.summary(init, arguments))
        self._walker.uncertain = before
        del self._going[made]
        return self._constructors[made]

    @property
    def constructing(self) -> int:
        """How many objects are under construction."""
        return len(self._going)

    def unwound(self, constructing: int) -> None:
        """Leave the construction of objects that an error has left, so that only so many are under construction."""
        while len(self._going) > constructing:
            self._going.popitem()

    def _function(self, made: Object, name: str) -> FunctionDef | None:
        member = self._member(made.class_, name)
        return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None

    def _member(self, class_: ClassDef, name: str) -> Member | None:
        """Return what the name is in the class; nothing is asked as often as this."""
        key = (class_, name)
        if key not in self._members:
            self._members[key] = lookup(class_, name)
        return self._members[key]

    def assign(self, made: Object, name: str, value: Value) -> None:
        """Take ``self.name = value`` of an object under construction; other assignments are found in its class."""
        if made not in self._going:
            return
        attributes = self._attributes[made]
        if self._walker.uncertain and name in attributes:
            value = self._atoms.join(attributes[name], value)
        attributes[name] = value

    def assign_to_class(self, class_: ClassDef, name: str, value: Value) -> None:
        """Take ``cls.name = value``, by which ``__new__`` keeps what the first one who asks makes."""
        if self._keeps:
            self._kept[class_, name] = self._atoms.join(self._kept.get((class_, name), ()), value)
        made = next((one for one in reversed(self._going) if one.class_ == class_), None)
        if made is not None:
            self.assign(made, name, value)

    def kept(self, class_: ClassDef, name: str) -> Value | None:
        """Return what this process keeps on a class, or on one that it inherits from."""
        if not self._kept:
            return None
        owners = (one for one in mro(class_) if isinstance(one, ClassDef) and (one, name) in self._kept)
        return next((self._kept[one, name] for one in owners), None)

    def is_new(self, made: Atom) -> bool:
        """Tell whether an object is under construction."""
        return made in self._going

    def own(self, made: Object, name: str) -> Value | None:
        """Return what the constructor left in an attribute, ``None`` where it left nothing."""
        self._constructed(made)
        return self._attributes[made].get(name)

    def field(self, frame: Frame, made: Object, name: str) -> Value | None:
        """Return what an attribute may be that is assigned; ``None`` for others, and for those of new objects."""
        if made in self._going:
            return None
        key = (made.class_, name)
        if key not in self._fields:
            boundaries, member = self._walker.boundaries, self._member(made.class_, name)
            is_told = boundaries.is_record(made.class_) or boundaries.is_opaque_class(made.class_)
            is_code = member is not None and isinstance(member.definition, FunctionDef)
            self._fields[key] = not is_told and not is_code and bool(attribute(made.class_, name))
        return self.attribute(frame, made, name) if self._fields[key] else None

    def attribute(self, frame: Frame, made: Object, name: str) -> Value:
        """Return what ``object.name`` may be."""
        settled = self._settled.get((made, name))
        if settled is None:
            return self._looked_up(frame, made, name)
        value, step = settled
        if step is not None:
            frame.steps.append(Reached(*step, frame.scope, frame.line))
        return value

    def _looked_up(self, frame: Frame, made: Object, name: str) -> Value:
        opaque = self._walker.boundaries.opaque_attribute(made.class_, name)
        if opaque is not None:
            if self._walker.boundaries.opens and is_standing_method(made.class_, name):
                return (self._atoms.method(made, name),)
            return (self._atoms.external(opaque),)
        if name == "__class__":
            return (self._atoms.class_(made.class_),)
        self._constructed(made)
        kept = self.kept(made.class_, name)
        if kept is not None:
            return kept
        if name not in self._attributes[made]:
            member = self._member(made.class_, name)
            if member is not None:
                found = self._walker.of_member(frame, member, name, made)
                if not _is_code(found):
                    return self._joined_with_assigned(made, name, found)
                if made not in self._going and _is_method(member):
                    self._settled[made, name] = found, None
                return found
        return self._of_instance(frame, made, name)

    def _of_instance(self, frame: Frame, made: Object, name: str) -> Value:
        own = self._attributes[made].get(name, ())
        key = (made, name)
        if made in self._going:
            return own or self._assigned_so_far(made, name) or self._dynamic(frame, made, name)
        if key not in self._found:
            self._asked.add(key)
            self._found[key] = own or self._atoms.any
            value = self._atoms.join(own, self._assigned(made, name))
            if self._is_made_of_itself(made, name):
                # First the name of a class, then the class: once more, with what is known now.
                self._found[key] = value
                value = self._atoms.join(value, self._assigned(made, name))
            self._found[key] = self.shared(value)
            self._asked.discard(key)
        found, boundaries = self._found[key], self._walker.boundaries
        is_settled = key not in self._asked and not self._keeps
        if not found and self._has_dynamic(made.class_, name):
            is_settled = False
            found = self._dynamic(frame, made, name)
        found = found or self._atoms.any
        step: tuple[str, str] | None = None
        if boundaries.is_record(made.class_):
            # Whoever has a record may set its fields.
            if any(isinstance(atom, Const) for atom in found):
                found = self._atoms.any
            found = boundaries.field(self._walker, made, name, found)
            step, is_told = boundaries.loading(self._walker, made, name)
            is_settled = is_settled and is_told
            if step is not None:
                frame.steps.append(Reached(*step, frame.scope, frame.line))
        if is_settled:
            self._settled[key] = found, step
        return found

    def _assigned_so_far(self, made: Object, name: str) -> Value:
        """Return what other methods assign to an attribute that the constructor asks for before it is done."""
        key = (made, name)
        if key in self._asked:
            return self._atoms.any  # ``self.name = self.name.more()`` says nothing by itself.
        self._asked.add(key)
        value = self._assigned(made, name)
        self._asked.discard(key)
        return value

    def _is_made_of_itself(self, made: Object, name: str) -> bool:
        """Tell whether an attribute is assigned from itself: ``self.driver = import_object(self.driver)``."""
        return any(
            isinstance(part, str) and part.partition(".")[2] == name
            for assigned in attribute(made.class_, name)
            for part in inside(assigned.value)
        )

    def _joined_with_assigned(self, made: Object, name: str, value: Value) -> Value:
        return self._atoms.join(value, self._assigned(made, name))

    def _assigned(self, made: Object, name: str) -> Value:
        """Return what methods other than the constructor assign to an attribute."""
        found: Value = ()
        for assigned in attribute(made.class_, name):
            scope = assigned.scope
            if not isinstance(scope, FunctionDef) or scope.fact.name == _CONSTRUCTOR:
                continue
            if scope.fact.name == _MAKER and name in self._attributes[made]:
                continue  # It was gone through, with what it was given.
            if not isinstance(assigned.value, str | tuple):
                found = self._atoms.join(found, (self._atoms.const(assigned.value),))
                continue
            names = {parameter.name: self._atoms.any for parameter in scope.fact.parameters}
            if scope.fact.parameters:
                names[scope.fact.parameters[0].name] = (made,)
            guess = Frame(scope, names, {}, made, is_guess=True)
            found = self._atoms.join(found, self._walker.expressions.value(guess, assigned.value))
        return found

    def _dynamic(self, frame: Frame, made: Object, name: str) -> Value:
        """Ask ``__getattr__``, where the class has one, as a scheduler's manager does up to 2012.1."""
        member = self._member(made.class_, _DYNAMIC)
        if member is None or not isinstance(member.definition, FunctionDef) or not self._has_dynamic(made.class_, name):
            return self._atoms.any
        method = self._walker.decorating.plain(member.definition, made)
        arguments = self._atoms.arguments([(self._atoms.const(name),)], ())
        return self._walker.calls.call(frame, (method,), arguments, member.definition.fact.line, None)

    def _has_dynamic(self, class_: ClassDef, name: str) -> bool:
        member = None if name.startswith("__") else self._member(class_, _DYNAMIC)
        return member is not None and isinstance(member.definition, FunctionDef)

    def shared(self, value: Value) -> Value:
        """Return what others may find in an attribute to which this is assigned."""
        return tuple(dict.fromkeys(self._shared(atom) for atom in value))

    def _shared(self, atom: Atom) -> Atom:
        """Return a container as later methods may find it."""
        if isinstance(atom, Dict) and not atom.is_open:
            return self._atoms.dict(atom.items, is_open=True)
        if isinstance(atom, Sequence) and not atom.is_open and atom.kind != "tuple":
            return self._atoms.sequence(atom.kind, atom.items, is_open=True)
        return atom


def _both(maker: Summary, constructor: Summary) -> Summary:
    """Return what making an object does: ``__new__``, then ``__init__``."""
    if not maker.steps and not maker.assigns and not maker.lost and maker.is_complete:
        return constructor
    return Summary(
        constructor.function,
        (*maker.steps, *constructor.steps),
        is_complete=maker.is_complete and constructor.is_complete,
        sends=maker.sends or constructor.sends,
        tells=maker.tells or constructor.tells,
        height=max(maker.height, constructor.height),
        assigns=maker.assigns | constructor.assigns,
        lost=(*maker.lost, *constructor.lost),
    )


def _is_method(member: Member) -> bool:
    return isinstance(member.definition, FunctionDef) and not is_property(member.definition)


def _is_code(value: Value) -> bool:
    return not any(isinstance(atom, Const | Dict | Sequence) for atom in value)
