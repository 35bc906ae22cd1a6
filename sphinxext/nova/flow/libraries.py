"""What functions of libraries do, as far as the walk depends on it, and those of the checkout that came from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.frames import ANYTHING
from sphinxext.nova.flow.steps import Reached
from sphinxext.nova.flow.values import (
    Class,
    Const,
    Dict,
    External,
    Function,
    Lambda,
    Method,
    Object,
    Option,
    Partial,
    Sequence,
    Text,
    Unknown,
    only_text,
    truth,
)
from sphinxext.nova.program import ClassDef, FunctionDef, Module, imported_by_string, lookup, methods, mro, note_named
from sphinxext.nova.program import External as Outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinxext.nova.flow.calls import Calls
    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Arguments, Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import CallForm

_IMPORTING: Final = frozenset(
    {"import_class", "import_module", "import_object", "import_object_ns", "import_versioned_module", "try_import"}
)
"""``oslo_utils/importutils.py``; before it ``openstack/common/importutils.py``, and ``nova/utils.py`` up to 2012.1."""
_SAME: Final = frozenset(
    {
        "builtins.iter", "builtins.reversed", "builtins.sorted", "copy.copy", "copy.deepcopy", "builtins.list",
        "builtins.tuple", "builtins.set", "builtins.frozenset", "weakref.proxy", "itertools.chain",
    }
)  # fmt: skip
"""What gives back what it is given, or its items."""
_LOOKING: Final = ("builtins.", "functools.", "inspect.", "logging.", "oslo_log.", "oslo_utils.reflection.")
"""Libraries that look at the functions they are given, and do not call them."""
_CALLING: Final = frozenset({"builtins.map", "builtins.filter", "builtins.max", "builtins.min", "functools.reduce"})
_UNWRAPPING: Final = ".get_wrapped_function"
"""Looks for the function inside its decorators: ``safe_utils.py``, 13.0.0 and newer; ``utils.py`` from 2013.1 on."""
_TRANSLATING: Final = frozenset({"_", "_LC", "_LE", "_LI", "_LW"})
"""Functions that translate a message: ``openstack/common/gettextutils.py``, up to 2014.1."""

_SPECIAL: Final = (
    _IMPORTING
    | _TRANSLATING
    | {"check_isinstance", "get_client", "get_wrapped_function", "load_compute_driver", "queue_get_for"}
)
"""The names of functions of the checkout that are known by what they do."""

_MESSAGING: Final = ("oslo_messaging", "oslo.messaging")
_CLIENTS: Final = frozenset({"RPCClient", "get_rpc_client"})

_SHORTEST_PREFIX: Final = 3
"""How much of a name must be known for ``getattr`` to be of any use."""


class Libraries:
    """The part of a walker that knows libraries."""

    def __init__(self, walker: Walker, calls: Calls) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._calls = calls
        self._package = f"{walker.boundaries.package}."
        self._opaque_ones = tuple(f"{self._package}{one}()." for one in walker.boundaries.opaque)
        self._known: dict[str, Callable[[Frame, Arguments, int, CallForm | None], Value]] = {
            "builtins.super": self._super,
            "builtins.getattr": self._getattr,
            "builtins.setattr": self._setattr,
            "builtins.hasattr": self._hasattr,
            "builtins.isinstance": self._isinstance,
            "builtins.dict": self._dict,
            "builtins.bool": self._bool,
            "builtins.type": self._type,
            "builtins.str": self._str,
            "builtins.zip": self._zip,
            "builtins.enumerate": self._enumerate,
            "builtins.next": self._next,
            "builtins.callable": lambda *_: self._atoms.some,
            "builtins.locals": lambda *_: (self._atoms.dict((), is_open=True),),
            "functools.partial": self._partial,
            "functools.wraps": lambda *_: (self._atoms.external("functools.wraps()"),),
            "functools.wraps()": self._first,
            "functools.update_wrapper": self._first,
            "six.wraps": lambda *_: (self._atoms.external("functools.wraps()"),),
            "stevedore.driver.DriverManager": self._driver_manager,
            "oslo_versionedobjects.base.obj_make_list": self._second,
        }

    # --- outside the checkout

    def call(  # noqa: C901 - a flat table
        self, frame: Frame, callee: External, arguments: Arguments, line: int, form: CallForm | None
    ) -> Value:
        """Call something outside the checkout."""
        name = callee.name
        known = self._known.get(name)
        if known is not None:
            return known(frame, arguments, line, form)
        last = name.rpartition(".")[2]
        if name in _SAME and arguments.positional:
            return self._copied(name, arguments)
        if last in _IMPORTING:
            return self._imported(frame, last, arguments, line, form)
        if last == "Target" and name.startswith(_MESSAGING):
            return self._walker.messaging.target(frame, arguments, form)
        if last in _CLIENTS and name.startswith(_MESSAGING):
            return self._walker.messaging.client(arguments)
        if last in self._walker.boundaries.spawning:
            self._calls.spawned(frame, arguments, line)
            return self._atoms.some
        if name.startswith(self._package):
            if name.startswith(self._opaque_ones):
                return self._opaque(frame, name, arguments, line)
            return self._unread(frame, name, arguments, line)
        self._walker.unfollowed.of_library(frame, callee, last, line, form)
        if self._calls.timed(frame, last, arguments, line):
            return self._atoms.some
        if not name.startswith(_LOOKING) or name in _CALLING:
            self._calls.callbacks(frame, arguments, line, "callback")
        longer = f"{name}()"
        return (self._atoms.external(longer),) if len(longer) < 100 else self._atoms.any

    def _unread(self, frame: Frame, name: str, arguments: Arguments, line: int) -> Value:
        """Call something of a module that is not looked into."""
        shown = name.replace("()", "")
        kind = self._walker.boundaries.kind(shown)
        if shown.endswith(".queue_get_for"):
            return self._queue(frame, arguments, None)
        if shown.endswith(_UNWRAPPING) and arguments.positional:
            return arguments.positional[0]
        if kind is not None:
            frame.steps.append(Reached(kind, shown, frame.scope, line))
        if not self._walker.boundaries.is_leaf(shown):
            self._calls.callbacks(frame, arguments, line, "callback")
        return (self._atoms.external(f"{name}()"),) if "(" not in name else self._atoms.any

    def opened(self, frame: Frame, method: Method, arguments: Arguments, line: int) -> Value:
        """Call a method of an object that stands for those of several classes."""
        standing = method.receiver
        if isinstance(standing, Object):
            name = f"{standing.class_.name}().{method.name}"
            self._opaque(frame, name, arguments, line)
            self._calls.opening.call(frame, standing, method.name, arguments, line)
        return self._atoms.any

    def _opaque(self, frame: Frame, name: str, arguments: Arguments, line: int) -> Value:
        """Reach a method that nobody looks into, and call back what it was given."""
        shown = name.replace("()", "")
        before = frame.aside()
        self._calls.callbacks(frame, self._with_names(shown, arguments), line, "callback")
        steps = frame.take(before)
        frame.steps += (Reached("external", shown, frame.scope, line), *steps)
        return self._atoms.any

    def _with_names(self, name: str, arguments: Arguments) -> Arguments:
        """Return arguments by the names of the parameters of the class that nobody looks into further."""
        found = imported_by_string(name, self._walker.program)
        if not isinstance(found, FunctionDef):
            return arguments
        names = [parameter.name for parameter in found.fact.parameters[1:]]
        named = list(zip(names, arguments.positional, strict=False))
        rest = arguments.positional[len(named) :]
        return self._atoms.arguments(rest, [*named, *arguments.keywords], is_open=arguments.is_open)

    # --- of the checkout

    def is_special(self, definition: FunctionDef) -> bool:
        """Tell whether a function of the checkout may be known by what it does, for :meth:`of_checkout`."""
        return definition.fact.name in _SPECIAL or self._walker.messaging.is_raw(definition)

    def of_checkout(
        self,
        frame: Frame,
        function: Function,
        arguments: Arguments,
        line: int,
        form: CallForm | None,
    ) -> Value | None:
        """Call a function of the checkout that is known by what it does; ``None`` for all others."""
        definition = function.definition
        last = definition.fact.name
        if last == "get_client" and isinstance(function.receiver, Object):
            return self._walker.messaging.proxied(frame, function.receiver, definition, arguments)
        if last in _TRANSLATING and definition.owner is None:
            return self._atoms.true
        if last in _IMPORTING and definition.owner is None:
            return self._imported(frame, last, arguments, line, form)
        if f".{last}" == _UNWRAPPING and arguments.positional and definition.owner is None:
            return arguments.positional[0]
        if self._walker.messaging.is_raw(definition):
            return self._walker.messaging.raw(frame, last, arguments, line)
        if last == "queue_get_for" and len(arguments.positional) > 1 and definition.owner is None:
            return self._queue(frame, arguments, form)
        if last == "load_compute_driver" and definition.owner is None:
            return self._driver(frame, definition, arguments, line)
        if last == "check_isinstance" and definition.owner is None:
            return self._checked(frame, arguments, line)
        return None

    def _queue(self, frame: Frame, arguments: Arguments, form: CallForm | None) -> Value:
        """Do ``queue_get_for(context, topic, host)``: ``db/api.py`` up to 2012.1, ``rpc/__init__.py`` in 2012.2."""
        rest = (frame.scope, form[2][2]) if form is not None and len(form[2]) > 2 else None
        topics = self._walker.messaging.topics(arguments.positional[1])
        host = arguments.positional[2] if len(arguments.positional) > 2 else self._atoms.any
        if rest is not None and host == self._atoms.none:
            rest = None
        return tuple(self._atoms.text(f"{topic}.", rest) for topic in topics) or self._atoms.any

    def _driver(self, frame: Frame, function: FunctionDef, arguments: Arguments, line: int) -> Value:
        """Do ``load_compute_driver(virtapi)``: ``virt/driver.py``, 2013.1 and newer."""
        base = imported_by_string(f"{function.module.name}.ComputeDriver", self._walker.program)
        if not isinstance(base, ClassDef):
            return self._atoms.any
        if not self._walker.boundaries.opens:
            return (self._atoms.object(base, None),)
        return self._standing(frame, base, self._atoms.arguments(arguments.positional[:1], ()), line)

    def _checked(self, frame: Frame, arguments: Arguments, line: int) -> Value | None:
        """Do ``check_isinstance(import_object(FLAGS.compute_driver), driver.ComputeDriver)``: 2011.2 to 2012.2."""
        boundaries = self._walker.boundaries
        for atom in arguments.positional[1] if boundaries.opens and len(arguments.positional) > 1 else ():
            if isinstance(atom, Class) and boundaries.is_standing(atom.definition):
                unknown = self._atoms.arguments((), (), is_open=True)
                return self._standing(frame, atom.definition, unknown, line)
        return None

    def _standing(self, frame: Frame, base: ClassDef, arguments: Arguments, line: int) -> Value:
        """Make an object that stands for one of each class below."""
        made = self._atoms.object(base, arguments)
        self._calls.opening.construct(frame, made, line)
        return (made,)

    # --- importing by name

    def _imported(self, frame: Frame, function: str, arguments: Arguments, line: int, form: CallForm | None) -> Value:
        given = [*arguments.positional, *(value for name, value in arguments.keywords if name == "import_str")]
        if not given:
            return self._atoms.any
        is_object = function.startswith("import_object")
        names = given[1] if function == "import_object_ns" and len(given) > 1 else given[0]
        rest = self._atoms.arguments(
            arguments.positional[2 if function == "import_object_ns" else 1 :],
            [(name, value) for name, value in arguments.keywords if name != "import_str"],
            is_open=arguments.is_open,
        )
        found: Value = ()
        # An attribute may be a name first, and later what has that name.
        for text in [text for atom in names for text in self._walker.texts.texts((atom,))]:
            definition = imported_by_string(text, self._walker.program)
            match definition:
                case ClassDef() | FunctionDef() if is_object:
                    callee = self._walker.names.of(definition)
                    found = self._atoms.join(found, self._calls.call(frame, callee, rest, line, form))
                case Outside(name=name) if is_object:
                    found = self._atoms.join(found, (self._atoms.external(f"{name}()"),))
                case ClassDef() | FunctionDef() | Module() | Outside():
                    found = self._atoms.join(found, self._walker.names.of(definition))
                case None if function != "try_import":
                    place, is_module = frame.scope.module.path, function.endswith("_module")
                    note_named(text, self._walker.program, place, line, is_module=is_module)
        return found or self._atoms.any

    def _driver_manager(self, frame: Frame, arguments: Arguments, line: int, form: CallForm | None) -> Value:
        """Do ``stevedore.driver.DriverManager(namespace, name, invoke_on_load=True)``."""
        if len(arguments.positional) < 2:
            return self._atoms.any
        namespace = only_text(arguments.positional[0])
        found: Value = ()
        for name in self._walker.texts.texts(arguments.positional[1]):
            target = self._walker.entry_point(namespace or "", name)
            definition = imported_by_string(target, self._walker.program) if target else None
            if isinstance(definition, ClassDef):
                callee = self._walker.names.of(definition)
                found = self._atoms.join(found, self._calls.call(frame, callee, self._atoms.empty, line, form))
        return (self._atoms.dict([(self._atoms.const("driver"), found)]),) if found else self._atoms.any

    # --- builtins

    def _first(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        return arguments.positional[0] if arguments.positional else self._atoms.any

    def _second(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        return arguments.positional[1] if len(arguments.positional) > 1 else self._atoms.any

    def _copied(self, name: str, arguments: Arguments) -> Value:
        value = arguments.positional[0]
        kind = name.rpartition(".")[2]
        found: list[Atom] = []
        for atom in value:
            match atom:
                case Sequence() if kind in {"list", "tuple", "set"}:
                    found.append(self._atoms.sequence(kind, atom.items, is_open=atom.is_open))
                case Dict() if kind in {"list", "tuple", "set", "sorted", "iter"}:
                    keys = [(key,) for key, _ in atom.items]
                    found.append(self._atoms.sequence("list", keys, is_open=atom.is_open))
                case _:
                    found.append(atom)
        return self._atoms.limited(found)

    def _super(self, frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        receiver: Atom | None = frame.receiver
        start = frame.owner
        if arguments.positional:
            named = arguments.positional[0]
            if len(named) == 1 and isinstance(named[0], Class):
                start = named[0].definition
            if len(arguments.positional) > 1 and len(arguments.positional[1]) == 1:
                receiver = arguments.positional[1][0]
        if start is None or not isinstance(receiver, Object | Class):
            return self._atoms.any
        return (self._atoms.super(start, receiver),)

    def _getattr(self, frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        given = arguments.positional
        if len(given) < 2:
            return self._atoms.any
        names = self._walker.texts.texts(given[1]) or self._beginning(given[0], given[1])
        found: Value = ()
        for name in names:
            found = self._atoms.join(found, self._walker.attribute(frame, given[0], name))
        if len(given) > 2 and not any(isinstance(atom, Function | Class) for atom in found):
            found = self._atoms.join(found, given[2])
        return found or self._atoms.any

    def _beginning(self, owner: Value, name: Value) -> list[str]:
        """Return the methods of an object whose names begin so: ``getattr(self, '_save_%s' % name)``."""
        match owner, name:
            case (Object(class_=class_),), (Text(prefix=prefix),) if len(prefix) >= _SHORTEST_PREFIX:
                return [one for one in methods(class_) if one.startswith(prefix)]
        return []

    def _setattr(self, frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        given = arguments.positional
        if len(given) > 2:
            names = self._walker.texts.texts(given[1])
            for name in names:
                self._walker.assign_attribute(frame, given[0], name, given[2])
            if len(names) < len(given[1]):
                frame.forget({ANYTHING})
        return self._atoms.none

    def _hasattr(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        given = arguments.positional
        name = only_text(given[1]) if len(given) > 1 else None
        if name is not None and given[0]:
            found = {
                (isinstance(atom, Object) and lookup(atom.class_, name) is not None)
                or (isinstance(atom, Class) and lookup(atom.definition, name) is not None)
                for atom in given[0]
            }
            if found == {True}:
                return self._atoms.outcome(truth=True)
        return self._atoms.outcome(None)

    def _isinstance(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        given = arguments.positional
        if len(given) < 2:
            return self._atoms.outcome(None)
        classes: list[Atom] = []
        for atom in given[1]:
            if isinstance(atom, Sequence):
                classes += [one for item in atom.items for one in item]
            else:
                classes.append(atom)
        found = {_is_instance(atom, classes) for atom in given[0]}
        return self._atoms.outcome(found.pop() if len(found) == 1 else None)

    def _dict(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        items: list[tuple[Atom, Value]] = []
        is_open = arguments.is_open
        for value in arguments.positional:
            if len(value) == 1 and isinstance(value[0], Dict):
                items += value[0].items
                is_open = is_open or value[0].is_open
            else:
                is_open = True
        items += [(self._atoms.const(name), value) for name, value in arguments.keywords]
        return (self._atoms.dict(items, is_open=is_open),)

    def _bool(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        return self._atoms.outcome(truth(arguments.positional[0]) if arguments.positional else None)

    def _str(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        value = arguments.positional[0] if arguments.positional else ()
        if value and all(isinstance(atom, Const) and isinstance(atom.value, str) for atom in value):
            return value
        return self._atoms.some

    def _type(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        value = arguments.positional[0] if len(arguments.positional) == 1 else ()
        found = tuple(self._atoms.class_(atom.class_) for atom in value if isinstance(atom, Object))
        return found or self._atoms.any

    def _zip(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        items = [self._walker.expressions.items(value) for value in arguments.positional]
        return (self._atoms.sequence("list", [(self._atoms.sequence("tuple", items),)], is_open=True),)

    def _enumerate(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        items = self._walker.expressions.items(arguments.positional[0]) if arguments.positional else self._atoms.any
        pair = self._atoms.sequence("tuple", [self._atoms.some, items])
        return (self._atoms.sequence("list", [(pair,)], is_open=True),)

    def _next(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        if not arguments.positional:
            return self._atoms.any
        found = self._walker.expressions.items(arguments.positional[0])
        return self._atoms.join(found, arguments.positional[1]) if len(arguments.positional) > 1 else found

    def _partial(self, _frame: Frame, arguments: Arguments, _line: int, _form: CallForm | None) -> Value:
        if not arguments.positional:
            return self._atoms.any
        rest = self._atoms.arguments(arguments.positional[1:], arguments.keywords, is_open=arguments.is_open)
        return tuple(self._atoms.partial(atom, rest) for atom in arguments.positional[0])


def _is_instance(atom: Atom, classes: list[Atom]) -> bool | None:
    match atom:
        case Object(class_=class_):
            known = [one.definition for one in classes if isinstance(one, Class)]
            if any(one in mro(class_) for one in known):
                return True
            outside = any(not isinstance(one, ClassDef) for one in mro(class_))
            return False if len(known) == len(classes) and not outside else None
        case Const(value=None):
            return False
        case Unknown() | Option() | Const() | Lambda() | Partial():
            return None
    return None
