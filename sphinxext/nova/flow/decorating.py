"""Decorators: what a name is bound to when a function has some.

Decorators of the checkout are functions as others are, and called with what they decorate; those of libraries change
nothing that the walk is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.frames import Frame
from sphinxext.nova.flow.values import Class, Closure, External, Function, Object, Partial, Wrapped
from sphinxext.nova.program import last_name

if TYPE_CHECKING:
    from sphinxext.nova.flow.values import Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import FunctionDef
    from sphinxext.nova.syntax.forms import Expr

_PROPERTIES: Final = frozenset({"property", "cached_property", "abstractproperty", "memoize_property"})
_STATIC: Final = "staticmethod"
_OF_CLASS: Final = "classmethod"
_REMOTABLE: Final = frozenset({"remotable", "remotable_classmethod"})
"""``oslo_versionedobjects/base.py``, and ``nova/objects/base.py`` in 2013.2 to 2015.1."""
_PLAIN: Final = (
    frozenset({_STATIC, _OF_CLASS, "abstractmethod", "wraps", "setter", "remotable", "getter"}) | _PROPERTIES
)
_CONTEXT_MANAGER: Final = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


class Decorating:
    """The part of a walker that applies decorators."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._made: dict[FunctionDef, Value] = {}

    def plain(self, definition: FunctionDef, receiver: Atom | None = None) -> Function:
        """Return a function without its decorators, bound to a receiver."""
        return self._atoms.function(definition, receiver)

    def function(self, definition: FunctionDef) -> Value:
        """Return what the name of a function is bound to, in a module or class."""
        if not definition.fact.decorators or definition.name in self._walker.boundaries.named:
            return (self._atoms.function(definition),)
        if definition not in self._made:
            # What is met again while its decorators are looked at.
            self._made[definition] = (self._atoms.function(definition),)
            frame = Frame(definition.outer, {}, {})
            self._made[definition] = self.decorated(definition, self._atoms.closed, frame)
        return self._made[definition]

    def method(self, definition: FunctionDef, receiver: Atom) -> Value:
        """Return a function of a class as an attribute of an instance or class."""
        names = definition.decorator_names
        if not names and isinstance(receiver, Object) and definition.fact.name != "__new__":
            return (self._atoms.function(definition, receiver),)
        if _STATIC in names:
            return self.function(definition)
        if _OF_CLASS in names or "remotable_classmethod" in names or definition.fact.name == "__new__":
            receiver = self._atoms.class_(receiver.class_) if isinstance(receiver, Object) else receiver
        elif isinstance(receiver, Class):
            return self.function(definition)
        return tuple(self._bound(atom, receiver) for atom in self.function(definition))

    def _bound(self, atom: Atom, receiver: Atom) -> Atom:
        if isinstance(atom, Function) and atom.receiver is None:
            return self._atoms.function(atom.definition, receiver, atom.closure)
        if isinstance(atom, Wrapped):
            return self._atoms.wrapped(atom.kind, self._bound(atom.function, receiver))
        return atom

    def decorated(self, definition: FunctionDef, closure: Closure, frame: Frame) -> Value:
        """Apply a function's decorators, the last one first, as they are seen in a frame."""
        value: Value = (self._atoms.function(definition, None, closure),)
        for decorator in reversed(definition.fact.decorators):
            if self._walker.boundaries.is_plain(definition.module.name, last_name(decorator.expression)):
                continue
            value = self._applied(decorator.expression, decorator.line, value, frame)
        return value

    def _applied(self, expression: Expr, line: int, value: Value, frame: Frame) -> Value:
        if last_name(expression) in _PLAIN or last_name(expression) in _REMOTABLE:
            return value
        # What a decorator does while the module is imported is not what the function does.
        before = frame.aside()
        maker = self._walker.expressions.value(frame, expression)
        result: Value = ()
        for atom in maker:
            if isinstance(atom, External) and atom.name in _CONTEXT_MANAGER:
                result = self._atoms.join(result, tuple(self._atoms.wrapped("context", one) for one in value))
            elif isinstance(atom, Function | Partial | Object | Class):
                arguments = self._atoms.arguments([value], ())
                result = self._atoms.join(result, self._walker.calls.call(frame, (atom,), arguments, line, None))
        frame.take(before)
        inner = value[0]
        return result if any(_holds(atom, inner, 0) for atom in result) else value


def _holds(atom: Atom, inner: Atom, depth: int) -> bool:
    """Tell whether a function is, or closes over, another one."""
    if atom is inner:
        return True
    if depth > 6:
        return False
    match atom:
        case Function(closure=closure):
            return any(_holds(one, inner, depth + 1) for value in closure.names.values() for one in value)
        case Partial(function=function, arguments=arguments):
            given = [*arguments.positional, *(value for _, value in arguments.keywords)]
            return _holds(function, inner, depth + 1) or any(
                _holds(one, inner, depth + 1) for value in given for one in value
            )
        case Wrapped(function=function):
            return _holds(function, inner, depth + 1)
        case Object(arguments=arguments) if arguments is not None:
            given = [*arguments.positional, *(value for _, value in arguments.keywords)]
            return any(_holds(one, inner, depth + 1) for value in given for one in value)
    return False


def is_property(definition: FunctionDef) -> bool:
    """Tell whether reading the attribute calls the function."""
    return not _PROPERTIES.isdisjoint(definition.decorator_names)


def is_remotable(definition: FunctionDef) -> bool:
    """Tell whether a method of an object is one that nova-conductor may run instead."""
    return not _REMOTABLE.isdisjoint(definition.decorator_names)
