"""What an expression may be while the walk goes through a function: small sets of abstract values.

An :class:`Atom` is one possibility: a constant, a class, an object by what its constructor was given, a function with
what it closes over, an RPC client. A :data:`Value` is a tuple of at most :data:`MOST` of them, in the order in which
they were found; ``()`` is the value of what never comes to an end.

Atoms are made by :class:`Atoms` only, one for each content, so that two are equal when they are the same object. That
makes contexts of functions cheap to compare, however much is inside an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from collections.abc import Sequence as Many

    from sphinxext.nova.program import ClassDef, FunctionDef, Module, Scope
    from sphinxext.nova.syntax.facts import Parameter
    from sphinxext.nova.syntax.forms import Expr

MOST: Final = 8
"""How many possibilities a value has at most; what is more becomes unknown."""
_DEEPEST: Final = 5
"""How many objects inside objects are told apart."""
_LONGEST: Final = 200
"""How many characters of a text, and items of a container, are kept."""

_LARGEST: Final = 1 << 30
"""The size of what is larger than that: lists that are twice in the next one, line by line."""
_DEEPEST_KIND: Final = 1
"""How deep inside a value the kinds of what can be called are known, where only kinds are told apart."""

Value: TypeAlias = "tuple[Atom, ...]"
Written: TypeAlias = "tuple[Scope, Expr]"
"""An expression, and where it is written."""
Kept = TypeVar("Kept", bound="Atom")


class Atom:
    """One possibility. Compared by identity; ``depth`` is how many objects are inside one another.

    ``truth`` is what ``bool()`` gives, ``None`` where only running tells. ``is_closed`` tells of a container that all
    that is in it is known, ``is_callback`` whether whoever gets this can call it.
    """

    __slots__ = ()
    depth: int = 0
    truth: bool | None = True
    is_closed: bool = False
    is_callback: bool = False


class Const(Atom):
    """A number, text, bytes, ``None``, ``True`` or ``False``."""

    __slots__ = ("truth", "value")

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - any constant
        self.value = value
        self.truth = bool(value)


class Unknown(Atom):
    """What only running tells; ``flavour`` says what is known all the same, as an earlier test has told."""

    __slots__ = ("flavour", "truth")

    def __init__(self, flavour: str) -> None:
        self.flavour = flavour
        self.truth = {"true": True, "false": False}.get(flavour)


class Text(Atom):
    """A text of which only the beginning is known: ``"compute.%s" % host``. ``rest`` is what follows, as written."""

    __slots__ = ("prefix", "rest")

    def __init__(self, prefix: str, rest: Written | None) -> None:
        self.prefix = prefix
        self.rest = rest


class Option(Atom):
    """A config option, by what follows ``CONF``. It decides no branch: its default is not what runs everywhere."""

    __slots__ = ("path",)
    truth = None

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path


class Mod(Atom):
    """A module of the checkout."""

    __slots__ = ("module",)

    def __init__(self, module: Module) -> None:
        self.module = module


class Class(Atom):
    """A class of the checkout."""

    __slots__ = ("definition",)

    def __init__(self, definition: ClassDef) -> None:
        self.definition = definition


class External(Atom):
    """Something outside the checkout by its dotted name; what it returns when called ends in ``()``.

    An imported thing is true; what a call returned may be anything.
    """

    __slots__ = ("name", "truth")

    def __init__(self, name: str) -> None:
        self.name = name
        self.truth = None if "(" in name else True


class Function(Atom):
    """A function of the checkout, with what it closes over, and its ``self`` where it is a bound method."""

    __slots__ = ("closure", "definition", "depth", "is_callback", "receiver")

    def __init__(self, definition: FunctionDef, receiver: Atom | None, closure: Closure) -> None:
        # A method without its instance is only looked at.
        self.is_callback = receiver is not None or definition.owner is None
        self.definition = definition
        self.receiver = receiver
        self.closure = closure
        self.depth = closure.depth if receiver is None else max(closure.depth, receiver.depth)


class Lambda(Atom):
    """An anonymous function."""

    __slots__ = ("body", "closure", "depth", "line", "parameters", "scope")
    is_callback = True

    def __init__(
        self, parameters: tuple[Parameter, ...], body: Expr, line: int, scope: Scope, closure: Closure
    ) -> None:
        self.parameters = parameters
        self.body = body
        self.line = line
        self.scope = scope
        self.closure = closure
        self.depth = closure.depth


class Wrapped(Atom):
    """A function that an outer one makes something else of: ``contextlib.contextmanager``."""

    __slots__ = ("depth", "function", "kind")

    def __init__(self, kind: str, function: Atom) -> None:
        self.kind = kind
        self.function = function
        self.depth = function.depth


class Entered(Atom):
    """What calling a context manager function gives: a body that runs around that of a ``with``."""

    __slots__ = ("arguments", "depth", "function")

    def __init__(self, function: Atom, arguments: Arguments) -> None:
        self.function = function
        self.arguments = arguments
        self.depth = max(function.depth, arguments.depth)


class Partial(Atom):
    """``functools.partial(function, ...)``."""

    __slots__ = ("arguments", "depth", "function")
    is_callback = True

    def __init__(self, function: Atom, arguments: Arguments) -> None:
        self.function = function
        self.arguments = arguments
        self.depth = max(function.depth, arguments.depth)


class Object(Atom):
    """An instance of a class of the checkout, by what its constructor was given (``None``: that is not known).

    Nothing is known of the truth of an object that somebody else made: it may be an empty list of objects.
    """

    __slots__ = ("arguments", "class_", "depth", "truth")

    def __init__(self, class_: ClassDef, arguments: Arguments | None) -> None:
        self.class_ = class_
        self.arguments = arguments
        self.truth = None if arguments is None else True
        self.depth = 0 if arguments is None else arguments.depth + 1


class Super(Atom):
    """``super()``: attributes of ``receiver`` from the classes after ``start`` in its order."""

    __slots__ = ("depth", "receiver", "start")

    def __init__(self, start: ClassDef, receiver: Atom) -> None:
        self.start = start
        self.receiver = receiver
        self.depth = receiver.depth


class Dict(Atom):
    """A dictionary; ``is_open`` where it may have more than what is known of it."""

    __slots__ = ("depth", "is_closed", "is_open", "items", "truth")

    def __init__(self, items: tuple[tuple[Atom, Value], ...], is_open: bool) -> None:  # noqa: FBT001 - a field
        self.items = items
        self.is_open = is_open
        self.is_closed = not is_open
        self.truth = None if is_open else bool(items)
        self.depth = _depth(value for _, value in items)


class Sequence(Atom):
    """A list, tuple or set; ``is_open`` where it may have more items, or fewer, than what is known of it."""

    __slots__ = ("depth", "is_closed", "is_open", "items", "kind", "truth")

    def __init__(self, kind: str, items: tuple[Value, ...], is_open: bool) -> None:  # noqa: FBT001 - a field
        self.kind = kind
        self.items = items
        self.is_open = is_open
        self.is_closed = not is_open
        self.truth = None if is_open else bool(items)
        self.depth = _depth(items)


class Method(Atom):
    """A method of a constant, container or option."""

    __slots__ = ("depth", "name", "receiver")

    def __init__(self, receiver: Atom, name: str) -> None:
        self.receiver = receiver
        self.name = name
        self.depth = receiver.depth


class Target(Atom):
    """``oslo_messaging.Target``: where messages go to, as far as each is said."""

    __slots__ = ("fanout", "namespace", "server", "topic", "version")

    def __init__(self, topic: Value, namespace: Value, version: Value, server: Written | None, fanout: Value) -> None:
        self.topic = topic
        self.namespace = namespace
        self.version = version
        self.server = server
        self.fanout = fanout


class Client(Atom):
    """``oslo_messaging.RPCClient``, or what its ``prepare`` returns."""

    __slots__ = ("target",)

    def __init__(self, target: Target) -> None:
        self.target = target


class Send(Atom):
    """A method of a client that sends: ``call`` or ``cast``."""

    __slots__ = ("client", "kind")
    is_callback = True

    def __init__(self, client: Client, kind: str) -> None:
        self.client = client
        self.kind = kind


class Arguments(Atom):
    """What a function is called with; ``is_open`` where there may be more, which nobody can tell.

    ``may_change`` tells whether there may be a closed container among it, ``has_callbacks`` whether there is anything
    that can be called.
    """

    __slots__ = ("depth", "has_callbacks", "is_open", "keywords", "may_change", "positional")

    def __init__(
        self,
        positional: tuple[Value, ...],
        keywords: tuple[tuple[str, Value], ...],
        is_open: bool,  # noqa: FBT001 - a field
    ) -> None:
        self.positional = positional
        self.keywords = keywords
        self.is_open = is_open
        self.depth = 0
        self.may_change = is_open
        self.has_callbacks = False
        for value in positional:
            self._look_at(value)
        for _, value in keywords:
            self._look_at(value)

    def _look_at(self, value: Value) -> None:
        for atom in value:
            if atom.depth > self.depth:
                self.depth = atom.depth
            if atom.is_closed:
                self.may_change = True
            if atom.is_callback:
                self.has_callbacks = True


class Closure(Atom):
    """The names of outer functions that a nested function uses, and the ``self`` that ``super()`` means there."""

    __slots__ = ("depth", "names", "receiver")

    def __init__(self, names: tuple[tuple[str, Value], ...], receiver: Atom | None) -> None:
        self.names = dict(names)
        self.receiver = receiver
        self.depth = max(_depth(self.names.values()), 0 if receiver is None else receiver.depth)


_HOLDING: Final = (Dict, Entered, Lambda, Object, Partial, Sequence)
"""What others are inside of."""


class Facts(Atom):
    """What is known of attributes at one place in a function, by how they are written there: ``self.host_list``."""

    __slots__ = ("known",)

    def __init__(self, known: Mapping[str, Value]) -> None:
        self.known = known


def _depth(values: Iterable[Value]) -> int:
    deepest = 0
    for value in values:
        for atom in value:
            if atom.depth > deepest:
                deepest = atom.depth
    return deepest


class Atoms:
    """The maker of atoms: one for each content.

    This is where a walk spends much of its time, so that each of these methods looks for what is there already by
    itself.
    """

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}
        self._constants: dict[Hashable, Const] = {}
        self._externals: dict[str, External] = {}
        self._measures: dict[Atom, tuple[int, int]] = {}
        """The size and the nesting of what was asked for so far."""
        self.any: Value = (Unknown("any"),)
        """What nothing is known of."""
        self.some: Value = (Unknown("some"),)
        """What is not ``None``."""
        self.true: Value = (Unknown("true"),)
        """What is true."""
        self.false: Value = (Unknown("false"),)
        """What is false."""
        self.none: Value = (self.const(None),)
        self.closed = self.closure(())
        """Closes over nothing."""
        self.empty = self.arguments((), ())

    def _atom(self, key: Hashable, make: Callable[..., Kept], *content: object) -> Kept:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make(*content)
        return found

    def const(self, value: object) -> Atom:
        """Make a constant; of what is unreasonably long only the class is kept."""
        key = (type(value), value)
        found = self._constants.get(key)
        if found is None:
            if isinstance(value, str | bytes) and len(value) > _LONGEST:
                return self.true[0]
            found = self._constants[key] = Const(value)
        return found

    def outcome(self, truth: bool | None) -> Value:  # noqa: FBT001 - the value itself
        """Make the result of a test."""
        return self.some if truth is None else (self.const(truth),)

    def text(self, prefix: str, rest: Written | None = None) -> Atom:
        """Make a text that begins like this."""
        prefix = prefix[:_LONGEST]
        return self._atom(("text", prefix, rest), Text, prefix, rest)

    def option(self, path: tuple[str, ...]) -> Atom:
        """Make a config option, or a group of them."""
        return self._atom(("option", path), Option, path)

    def module(self, module: Module) -> Atom:
        """Make a module."""
        return self._atom(module, Mod, module)

    def class_(self, definition: ClassDef) -> Atom:
        """Make a class."""
        return self._atom(definition, Class, definition)

    def external(self, name: str) -> Atom:
        """Make something outside the checkout."""
        found = self._externals.get(name)
        if found is None:
            found = self._externals[name] = External(name)
        return found

    def function(
        self, definition: FunctionDef, receiver: Atom | None = None, closure: Closure | None = None
    ) -> Function:
        """Make a function, a method, a nested function."""
        closure = closure or self.closed
        key = (definition, receiver, closure)
        found: Function | None = self._made.get(key)
        if found is None:
            found = self._made[key] = Function(definition, receiver, closure)
        return found

    def lambda_(self, parameters: tuple[Parameter, ...], body: Expr, line: int, scope: Scope, closure: Closure) -> Atom:
        """Make an anonymous function."""
        return self._atom(("lambda", scope, line, body, closure), Lambda, parameters, body, line, scope, closure)

    def wrapped(self, kind: str, function: Atom) -> Atom:
        """Make a function that is wrapped by something known."""
        return self._atom(("wrapped", kind, function), Wrapped, kind, function)

    def entered(self, function: Atom, arguments: Arguments) -> Atom:
        """Make what a context manager function returns."""
        return self._atom(("entered", function, arguments), Entered, function, arguments)

    def partial(self, function: Atom, arguments: Arguments) -> Atom:
        """Make a partial function."""
        return self._atom(("partial", function, arguments), Partial, function, arguments)

    def object(self, class_: ClassDef, arguments: Arguments | None) -> Object:
        """Make an instance; of what is deep inside others it is not told what the constructor was given."""
        if arguments is not None and arguments.depth >= _DEEPEST:
            arguments = self.shallow(arguments)
        return self._atom(("object", class_, arguments), Object, class_, arguments)

    def shallow(self, arguments: Arguments) -> Arguments:
        """Make the same arguments with nothing known of the deepest."""

        def value(given: Value) -> Value:
            return tuple(dict.fromkeys(self.some[0] if atom.depth >= _DEEPEST else atom for atom in given))

        return self.arguments(
            tuple(value(one) for one in arguments.positional),
            tuple((name, value(one)) for name, one in arguments.keywords),
            is_open=arguments.is_open,
        )

    def super(self, start: ClassDef, receiver: Atom) -> Atom:
        """Make ``super()``."""
        return self._atom(("super", start, receiver), Super, start, receiver)

    def dict(self, items: Iterable[tuple[Atom, Value]], *, is_open: bool = False) -> Atom:
        """Make a dictionary; a later item takes the place of an earlier one with the same key."""
        kept = tuple(dict(items).items())
        if len(kept) > _LONGEST:
            kept, is_open = kept[:_LONGEST], True
        return self._atom(("dict", kept, is_open), Dict, kept, is_open)

    def sequence(self, kind: str, items: Iterable[Value], *, is_open: bool = False) -> Atom:
        """Make a list, tuple or set."""
        kept = tuple(items)
        if len(kept) > _LONGEST:
            kept, is_open = kept[:_LONGEST], True
        return self._atom(("sequence", kind, kept, is_open), Sequence, kind, kept, is_open)

    def method(self, receiver: Atom, name: str) -> Atom:
        """Make a method of a constant or container."""
        return self._atom(("method", receiver, name), Method, receiver, name)

    def target(self, topic: Value, namespace: Value, version: Value, server: Written | None, fanout: Value) -> Target:
        """Make a target of messages."""
        content = (topic, namespace, version, server, fanout)
        return self._atom(("target", content), Target, *content)

    def client(self, target: Target) -> Client:
        """Make a client."""
        return self._atom(("client", target), Client, target)

    def send(self, client: Client, kind: str) -> Atom:
        """Make the method of a client that sends."""
        return self._atom(("send", client, kind), Send, client, kind)

    def arguments(
        self,
        positional: Iterable[Value],
        keywords: Iterable[tuple[str, Value]],
        *,
        is_open: bool = False,
    ) -> Arguments:
        """Make what a function is called with."""
        key = (tuple(positional), tuple(keywords), is_open)
        found: Arguments | None = self._made.get(key)
        if found is None:
            found = self._made[key] = Arguments(*key)
        return found

    def closure(self, names: tuple[tuple[str, Value], ...], receiver: Atom | None = None) -> Closure:
        """Make what a nested function closes over."""
        return self._atom(("closure", names, receiver), Closure, names, receiver)

    # --- what grows

    def size(self, value: Value) -> int:
        """Return how large the largest possibility is: how many values are in it, or how many characters."""
        return max((self._measured(atom)[0] for atom in value), default=0)

    def nesting(self, value: Value) -> int:
        """Return how many containers, and things that close over others or were given them, are inside one another."""
        return max((self._measured(atom)[1] for atom in value), default=0)

    def _measured(self, atom: Atom) -> tuple[int, int]:
        """Return the size and the nesting of a possibility."""
        known = self._measures
        pending = [atom]
        while pending:
            one = pending[-1]
            if one in known:
                pending.pop()
                continue
            inner = inside(one)
            missing = [part for part in inner if part not in known]
            if missing:
                pending += missing
                continue
            own = len(one.value) if isinstance(one, Const) and isinstance(one.value, str | bytes) else 1
            size = own + sum(known[part][0] for part in inner)
            nesting = max((known[part][1] for part in inner), default=0) + isinstance(one, _HOLDING)
            known[one] = min(size, _LARGEST), nesting
            pending.pop()
        return known[atom]

    def kinds(self, value: Value, depth: int = 0) -> Value:
        """Return a value of which only the kind of each possibility is left.

        What can be called can still be called; what it was given, and what it closes over, is known less and less with
        the depth.
        """
        return self.limited(self._kind(atom, depth) for atom in value)

    def _kind(self, atom: Atom, depth: int) -> Atom:  # noqa: C901 - a flat table
        match atom:
            case Const(value=str() | bytes() | int() | float()) if not isinstance(atom.value, bool):
                return (self.true if atom.value else self.false)[0]
            case Text() | Unknown():
                return self.any[0]
            case External() if "(" in atom.name:
                return self.any[0]
            case Dict():
                return self.dict((), is_open=True)
            case Sequence():
                return self.sequence(atom.kind, (), is_open=True)
            case Object() if atom.arguments is not None:
                given = self._kinds_given(atom.arguments, depth) if depth < _DEEPEST_KIND else None
                return self.object(atom.class_, given)
            case Function():
                receiver = atom.receiver if atom.receiver is None else self._kind(atom.receiver, depth)
                return self.function(atom.definition, receiver, self._kinds_closed(atom.closure, depth))
            case Lambda():
                closure = self._kinds_closed(atom.closure, depth)
                return self.lambda_(atom.parameters, atom.body, atom.line, atom.scope, closure)
            case Partial():
                return self.partial(self._kind(atom.function, depth), self.arguments((), (), is_open=True))
            case Wrapped():
                return self.wrapped(atom.kind, self._kind(atom.function, depth))
            case Entered():
                return self.entered(self._kind(atom.function, depth), self.arguments((), (), is_open=True))
            case Method(receiver=Const() | Dict() | Sequence() | Object() as receiver):
                return self.method(self._kind(receiver, depth), atom.name)
        return atom

    def _kinds_given(self, arguments: Arguments, depth: int) -> Arguments:
        return self.arguments(
            tuple(self.kinds(value, depth + 1) for value in arguments.positional),
            tuple((name, self.kinds(value, depth + 1)) for name, value in arguments.keywords),
            is_open=arguments.is_open,
        )

    def _kinds_closed(self, closure: Closure, depth: int) -> Closure:
        if not closure.names:
            return closure
        if depth < _DEEPEST_KIND:
            names = tuple((name, self.kinds(value, depth + 1)) for name, value in closure.names.items())
        else:
            names = tuple((name, self.any) for name in closure.names)
        receiver = closure.receiver if closure.receiver is None else self._kind(closure.receiver, depth)
        return self.closure(names, receiver)

    def join(self, one: Value, other: Value) -> Value:
        """Return what either may be."""
        if one is other or not other:
            return one
        if not one:
            return other
        for atom in other:
            if atom not in one:
                found = tuple(dict.fromkeys(one + other))
                return found if len(found) <= MOST else self.limited(found)
        return one

    def limited(self, atoms: Iterable[Atom]) -> Value:
        """Return the value of these possibilities; unknown where there are too many."""
        found = tuple(dict.fromkeys(atoms))
        if len(found) <= MOST:
            return found
        # What can be called is what the walk is about.
        left = [atom for atom in found if not isinstance(atom, Const | Text | Unknown)]
        left.sort(key=lambda atom: isinstance(atom, Dict | Sequence))
        return (*left[: MOST - 1], *self.any)


def inside(atom: Atom) -> Many[Atom]:  # noqa: C901 - a flat table
    """Return what is directly inside a possibility."""
    match atom:
        case Dict(items=items):
            return [one for key, value in items for one in (key, *value)]
        case Sequence(items=values):
            return [one for value in values for one in value]
        case Arguments():
            values = (*atom.positional, *(value for _, value in atom.keywords))
            return [one for value in values for one in value]
        case Closure():
            closed = [one for value in atom.names.values() for one in value]
            return closed if atom.receiver is None else [*closed, atom.receiver]
        case Function():
            return [atom.closure] if atom.receiver is None else [atom.closure, atom.receiver]
        case Lambda():
            return [atom.closure]
        case Partial() | Entered():
            return [atom.function, atom.arguments]
        case Object():
            return [] if atom.arguments is None else [atom.arguments]
        case Wrapped():
            return [atom.function]
        case Method() | Super():
            return [atom.receiver]
    return ()


def truth(value: Value) -> bool | None:
    """Tell what ``bool(value)`` is: ``None`` where it may be either."""
    found: bool | None = None
    for index, atom in enumerate(value):
        one = atom.truth
        if one is None or (index and one is not found):
            return None
        found = one
    return found


def only_text(value: Value) -> str | None:
    """Return the one text that a value is."""
    match value:
        case (Const(value=str(text)),):
            return text
    return None
