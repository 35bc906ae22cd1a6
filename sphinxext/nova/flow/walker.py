"""The walk: what functions do and return, function by function, each once for each context.

A context is a function with what it closes over and what it is called with. Its :class:`~.steps.Summary` is made once,
whoever asks first, and does not depend on who that was: what an object's attributes are is told by its constructor and
by the assignments in its class, never by what the walk happened to go through before.
"""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.flow.boundaries import Boundaries
from sphinxext.nova.flow.calls import Calls
from sphinxext.nova.flow.containers import Containers
from sphinxext.nova.flow.decorating import Decorating, is_property
from sphinxext.nova.flow.ends import plain, structured
from sphinxext.nova.flow.expressions import Expressions
from sphinxext.nova.flow.frames import ANYTHING, UNFINISHED, Frame, common
from sphinxext.nova.flow.globals import Globals
from sphinxext.nova.flow.heap import Heap
from sphinxext.nova.flow.limits import (
    DEEPEST,
    MOST_CONTEXTS,
    MOST_EVALUATIONS,
    MOST_IN_CIRCLES,
    MOST_KINDS,
    MOST_LINES,
    MOST_MADE,
    MOST_SHARED,
    Limit,
    Limits,
)
from sphinxext.nova.flow.messaging import Messaging
from sphinxext.nova.flow.names import assigned_names, used_names
from sphinxext.nova.flow.refining import Refining
from sphinxext.nova.flow.statements import Statements
from sphinxext.nova.flow.steps import Ended, Summary, sends, tells
from sphinxext.nova.flow.texts import Texts
from sphinxext.nova.flow.unfollowed import Clients, Unfollowed
from sphinxext.nova.flow.values import (
    Atoms,
    Class,
    Client,
    Const,
    Dict,
    External,
    Function,
    Lambda,
    Mod,
    Object,
    Option,
    Sequence,
    Super,
    Target,
    Unknown,
)
from sphinxext.nova.program import ClassDef, FunctionDef, Options, lookup, mro
from sphinxext.nova.syntax.facts import ParameterKind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from sphinxext.nova.flow.steps import Steps
    from sphinxext.nova.flow.values import Arguments, Atom, Closure, Value
    from sphinxext.nova.program import Member, Program, Scope
    from sphinxext.nova.syntax.facts import Parameter
    from sphinxext.nova.syntax.forms import Block, Expr

_STACK: Final = 20_000
"""Python's own limit meanwhile. Its frames are on the heap, so that this is no danger."""
_MOST_INSIDE: Final = 12
"""How often a function is inside itself, with other arguments each time, before nothing of them is told apart."""
_MOST_NESTED: Final = 2
"""How much deeper nested an argument of a function may be than where it is around itself. One deeper is in releases."""
_LONGEST_CHAIN: Final = 2
"""How many attributes of what a library returned are told apart."""
_NEVER: Final = sys.maxsize
_STAR: Final = ParameterKind.STAR
_STAR_STAR: Final = ParameterKind.STAR_STAR
_KEYWORD_ONLY: Final = ParameterKind.KEYWORD_ONLY
_RECEIVERS: Final = (Object, Class)


class Walker:
    """Goes through the functions of one program.

    :param assume: values of config options, by their names with the group before it (``compute.workers``).
    :param process_of: another walker of the program with whose values this one works. It goes through one process
        alone, and first through that one's start: what is kept on classes is then what the start keeps there.
    """

    def __init__(
        self,
        program: Program,
        boundaries: Boundaries | None = None,
        assume: Mapping[str, object] | None = None,
        *,
        process_of: Walker | None = None,
    ) -> None:
        self.program = program
        self.options = Options(program)
        self.boundaries = boundaries or Boundaries()
        self.assume = {**dict(self.boundaries.deployment), **(assume or {})}
        self.atoms: Atoms = Atoms() if process_of is None else process_of.atoms
        self._nothing = (self.atoms.any, self.atoms.some)
        """The values of which nothing is known but that they may be no ``None``."""
        self.refining = Refining(self)
        self.expressions = Expressions(self)
        self.statements = Statements(self)
        self.names = Globals(self)
        self.heap = Heap(self, keeps=process_of is not None)
        self.calls = Calls(self)
        self.containers = Containers(self)
        self.texts = Texts(self)
        self.decorating = Decorating(self)
        self.messaging = Messaging(self)
        self.unfollowed = Unfollowed(self)
        self.uncertain = 0
        """In how many branches that may not be taken the walk is now."""
        self._summaries: dict[Hashable, Summary] = {}
        self._done: dict[tuple[Function | Lambda, Arguments], Summary] = {}
        """What is found again without binding the arguments to parameters first."""
        self._going: dict[Hashable, tuple[int, Summary]] = {}
        self._lowest = _NEVER
        self._waiting: dict[Hashable, tuple[int, Summary]] = {}
        """What was gone through inside a function that is not done yet, and depends on it: how deep that one is."""
        self._inside: dict[FunctionDef, list[tuple[int, tuple[Any, ...]]]] = {}
        """How deep each of the functions that are not done is, and its context; the outermost first."""
        self._contexts: dict[FunctionDef, int] = {}
        self._assigns: dict[frozenset[str], frozenset[str]] = {}
        """Each of them once: many functions assign the same attributes."""
        self._used: dict[FunctionDef, frozenset[str]] = {}
        self._idle: dict[FunctionDef, frozenset[str]] = {}
        self._assigned: dict[tuple[Scope, int], frozenset[str]] = {}
        self.explaining = False
        """Whether all calls that are not followed are noted, and not only those that may send messages."""
        self.clients: Callable[[], Clients] = lambda: Clients({}, frozenset())
        """Gives the RPC clients: what has the name of one's method, or is given one, may send."""
        self.entry_point: Callable[[str, str], str | None] = lambda _namespace, _name: None
        """Gives what an entry point leads to, by its namespace and name."""
        self.limits = Limits()
        """What was left open, and whether any limit was met that depends on what else was asked."""
        self.tallest = 0
        """How many calls are inside one another at most in what the present function has called so far."""
        self.evaluations = 0
        """How many functions were gone through."""
        self._lines = 0
        self._lines_in_circles = 0
        """How many lines these have."""

    @property
    def is_for_all(self) -> bool:
        """Whether what was gone through is good for the next question, too, which then is answered as it is alone.

        It is not where a limit was met: how soon that is depends on all that was asked.
        """
        return not self.limits.is_met and self.evaluations <= MOST_SHARED

    # --- functions

    @contextmanager
    def walking(self) -> Iterator[None]:
        """Let functions be as deep inside one another as they are in the checkout.

        All that is made meanwhile is kept, and so the garbage collector only costs time.
        """
        before, collecting = sys.getrecursionlimit(), gc.isenabled()
        sys.setrecursionlimit(max(before, _STACK))
        gc.disable()
        try:
            yield
        finally:
            sys.setrecursionlimit(before)
            if collecting:
                gc.enable()

    def entry(self, scope: Scope, callee: Value, arguments: Arguments) -> Summary:
        """Return what calling a value does, from outside any function; the same each time."""
        key: Hashable = ("entry", scope, callee, arguments)
        found = self._summaries.get(key)
        if found is None:
            first = next((atom for atom in callee if isinstance(atom, Function)), None)
            # There is no call to point to: what is asked is where it begins.
            line = first.definition.fact.line if first is not None else 1
            frame = Frame(scope, {}, {})
            try:
                returns = self.calls.call(frame, callee, arguments, line, None)
            except RecursionError:
                self._unwound(0, 0, 0)
                self.limits.leave_open(Limit.NESTING, first.definition if first is not None else None)
                returns = self.atoms.any
            found = self._summaries[key] = Summary(
                first.definition if first is not None else None, tuple(frame.steps), returns, lost=frame.lost
            )
        return found

    def apart(self, scope: Scope, callee: Value, arguments: Arguments) -> Summary:
        """Return what calling a value does as :meth:`entry` does, in the middle of a walk that is none of it."""
        before = self._going, self._lowest, self.uncertain, self.tallest
        self._going, self._lowest, self.uncertain = {}, _NEVER, 0
        waiting, self._waiting, inside, self._inside = self._waiting, {}, self._inside, {}
        found = self.entry(scope, callee, arguments)
        self._going, self._lowest, self.uncertain, self.tallest = before
        self._waiting, self._inside = waiting, inside
        return found

    def summary(  # noqa: C901 - the path that is taken most often is kept short
        self, function: Function | Lambda, arguments: Arguments
    ) -> Summary:
        """Return what a function does when it is called like this."""
        definition: FunctionDef | None
        key: Hashable
        call = (function, arguments)
        if isinstance(function, Lambda):
            if (done := self._done.get(call)) is not None:
                if done.height > self.tallest:
                    self.tallest = done.height
                return done
            definition = None
            names = self._bound(function, function.parameters, arguments, None)
            key = (function, *names.values())
        else:
            definition = function.definition
            active = self._inside.get(definition)
            # What is inside itself may have to be told less apart, whatever is known of it otherwise.
            # Decorators make functions of the same definition that are inside one another without recursion.
            is_inside = active is not None and (
                len(active) >= _MOST_INSIDE or (bool(active) and function.closure is active[0][1][1])
            )
            if not is_inside and (done := self._done.get(call)) is not None:
                if done.height > self.tallest:
                    self.tallest = done.height
                return done
            names = self._bound(function, definition.fact.parameters, arguments, function.receiver)
            key = (definition, function.closure, *names.values())
            self._lines += len(names)
            if is_inside and active is not None:
                key = self._inner(key, names, active)
        found = self._summaries.get(key)
        if found is not None:
            if found.height > self.tallest:
                self.tallest = found.height
            return found
        if key in self._going:
            depth, summary = self._going[key]
            self._lowest = min(self._lowest, depth)
            return summary
        if key in self._waiting:
            lowest, summary = self._waiting[key]
            self._lowest = min(self._lowest, lowest)
            return summary
        limit = self._limit()
        if limit is not None:
            self.limits.leave_open(limit, function.definition if isinstance(function, Function) else None)
            self._lowest = min(self._lowest, 0)
            return Summary(definition, returns=self.atoms.any, assigns=frozenset({ANYTHING}))
        made = self._made(key, function, definition, names)
        if key in self._summaries:
            self._done[call] = made
        return made

    def _limit(self) -> Limit | None:
        """Return the limit because of which nothing more is gone through here."""
        if (
            self.evaluations >= MOST_EVALUATIONS
            or self._lines >= MOST_LINES
            or self._lines_in_circles >= MOST_IN_CIRCLES
        ):
            return Limit.WORK
        return Limit.DEPTH if len(self._going) >= DEEPEST else None

    def _inner(
        self, key: tuple[Any, ...], names: dict[str, Value], active: list[tuple[int, tuple[Any, ...]]]
    ) -> tuple[Any, ...]:
        """Return the context of a function that is inside itself: of what grows each time, only the kind is known.

        ``names`` are changed accordingly.
        """
        if len(active) >= _MOST_INSIDE:
            self._lowest = min(self._lowest, active[0][0])
            for name in names:
                names[name] = self.atoms.any
            return (*key[:2], *names.values())
        atoms = self.atoms
        depth, outer = active[0]
        grown = [
            name
            for (name, value), first in zip(names.items(), outer[2:], strict=True)
            if value is not first and atoms.nesting(value) - atoms.nesting(first) > _MOST_NESTED
        ]
        if not grown and len(active) > 1:
            (depth, outer), (_, inner) = active[-2:]
            grown = [
                name
                for (name, value), before, first in zip(names.items(), inner[2:], outer[2:], strict=True)
                if value is not before and atoms.size(first) < atoms.size(before) < atoms.size(value)
            ]
        if not grown:
            return key
        self._lowest = min(self._lowest, depth)
        self.limits.is_met = True
        for name in grown:
            names[name] = atoms.kinds(names[name])
        return (*key[:2], *names.values())

    def _made(
        self,
        key: tuple[Any, ...],
        function: Function | Lambda,
        definition: FunctionDef | None,
        names: dict[str, Value],
    ) -> Summary:
        summary = Summary(definition, returns=self.atoms.any, is_complete=False, assigns=frozenset({UNFINISHED}))
        depth = len(self._going)
        self._going[key] = (depth, summary)
        outer, self._lowest = self._lowest, _NEVER
        tallest, self.tallest = self.tallest, 0
        waiting, uncertain, constructing = len(self._waiting), self.uncertain, self.heap.constructing
        self.evaluations += 1
        if definition is not None:
            fact = definition.fact
            lines = fact.end_line - fact.line
            self._lines += lines
            self._contexts[definition] = self._contexts.get(definition, 0) + 1
            active = self._inside.setdefault(definition, [])
            if active or self._waiting:
                self._lines_in_circles += lines
            active.append((depth, key))
        try:
            frame = self._run(function, names)
        except RecursionError:
            # It is caught where there is room again for what comes after it.
            self._unwound(depth + 1, uncertain, constructing)
            self.limits.leave_open(Limit.NESTING, definition)
            frame = Frame(function.scope if isinstance(function, Lambda) else function.definition, names, {})
            frame.returns = self.atoms.any
            frame.assigns.add(ANYTHING)
            self._lowest = min(self._lowest, 0)
        if definition is not None:
            self._inside[definition].pop()
        del self._going[key]
        steps = summary.steps = _steps(frame, definition)
        summary.returns = frame.returns
        summary.yields = frame.yields
        summary.is_complete = True
        summary.height = self.tallest + 1
        if depth + summary.height > DEEPEST:
            self.limits.is_met = True
        self.tallest = max(tallest, summary.height)
        summary.lost = frame.lost
        if steps:
            summary.sends = sends(steps)
            summary.tells = summary.sends or tells(steps)
        if frame.exits and all(frame.exits):
            summary.leaves = self._left(frame, definition)
        if self._lowest >= depth:
            # Whatever it depends on is done, too.
            frame.assigns.discard(UNFINISHED)
            self._summaries[key] = summary
            self._lowest = outer
            while len(self._waiting) > waiting:
                self._waiting.popitem()
        else:
            # What depends on a function that is not done yet would depend on who asked first: it is good until then.
            self._waiting[key] = (self._lowest, summary)
            self._lowest = min(outer, self._lowest)
        assigns = frozenset(frame.assigns)
        summary.assigns = self._assigns.setdefault(assigns, assigns)
        return summary

    def _unwound(self, depth: int, uncertain: int, constructing: int) -> None:
        """Forget the functions that an error has left, so that only so many are going on."""
        while len(self._going) > depth:
            key, _ = self._going.popitem()
            if isinstance(key, tuple) and isinstance(key[0], FunctionDef):
                self._inside[key[0]].pop()
        self.uncertain = uncertain
        self.heap.unwound(constructing)

    def _left(self, frame: Frame, definition: FunctionDef | None) -> Mapping[str, Value]:
        """Return what is known of the attributes of a function's first argument wherever it ends."""
        if definition is None or definition.fact.is_generator:
            return {}
        first = definition.fact.parameters[0].name if definition.fact.parameters else ""
        paths = ((path.partition("."), value) for path, value in common(frame.exits, self.atoms.join).items())
        return {name: value for (owner, _, name), value in paths if owner == first}

    def _run(self, function: Function | Lambda, names: dict[str, Value]) -> Frame:
        if isinstance(function, Lambda):
            frame = Frame(function.scope, names, function.closure.names)
            frame.line = function.line
            frame.returns = self.expressions.value(frame, function.body)
            return frame
        definition = function.definition
        first = next(iter(names.values()), ())
        receiver = first[0] if len(first) == 1 and isinstance(first[0], _RECEIVERS) else function.closure.receiver
        frame = Frame(definition, names, function.closure.names, receiver)
        if self.statements.run(frame, definition.body):
            frame.exits.append(frame.facts)
            if not definition.fact.is_generator:
                frame.returns = self.atoms.join(frame.returns, self.atoms.none)
        return frame

    def _bound(
        self,
        function: Function | Lambda,
        parameters: tuple[Parameter, ...],
        arguments: Arguments,
        receiver: Atom | None,
    ) -> dict[str, Value]:
        """Return what each parameter is, in their order."""
        positional = arguments.positional
        if receiver is not None:
            positional = ((receiver,), *positional)
        keywords = dict(arguments.keywords)
        names: dict[str, Value] = {}
        nothing = self._nothing
        taken, given = 0, len(positional)
        for parameter in parameters:
            kind, name = parameter.kind, parameter.name
            if kind is _STAR:
                names[name] = (self.atoms.sequence("tuple", positional[taken:], is_open=arguments.is_open),)
                taken = given
            elif kind is _STAR_STAR:
                items = [(self.atoms.const(key), value) for key, value in keywords.items()]
                names[name] = (self.atoms.dict(items, is_open=arguments.is_open),)
            elif taken < given and kind is not _KEYWORD_ONLY:
                value = positional[taken]
                names[name] = self._known(name, value) if value in nothing else value
                taken += 1
                if keywords:
                    keywords.pop(name, None)
            elif name in keywords:
                value = keywords.pop(name)
                names[name] = self._known(name, value) if value in nothing else value
            else:
                names[name] = self._not_given(function, parameter, arguments)
            if parameter.unpack is not None:
                self._unpacked(names, parameter.unpack)
        return self._fewer(function, names)

    def _known(self, name: str, value: Value) -> Value:
        """Return what an argument is that may be anything: what parameters of this name are."""
        named = self.boundaries.parameter(self, name)
        return value if named == self.atoms.any else named

    def _not_given(self, function: Function | Lambda, parameter: Parameter, arguments: Arguments) -> Value:
        if arguments.is_open:
            return self.boundaries.parameter(self, parameter.name)
        if parameter.has_default:
            default = parameter.default
            return self.atoms.none if default is None else self._default(function, default)
        return self.atoms.any

    def _unpacked(self, names: dict[str, Value], target: Expr) -> None:
        """Bind the names of Python 2's ``def f(a, (b, c))``."""
        match target:
            case str():
                names[target] = self.atoms.any
            case ("tuple" | "list", items):
                for item in items:
                    self._unpacked(names, item)

    def _default(self, function: Function | Lambda, expression: Expr) -> Value:
        if isinstance(expression, str | tuple):
            if isinstance(function, Lambda):
                return self.expressions.value(Frame(function.scope, {}, function.closure.names), expression)
            scope = function.definition.outer
            return self.expressions.value(Frame(scope, {}, function.closure.names), expression)
        return self.expressions.value(Frame(self._scope(function), {}, {}), expression)

    @staticmethod
    def _scope(function: Function | Lambda) -> Scope:
        return function.scope if isinstance(function, Lambda) else function.definition

    def _fewer(self, function: Function | Lambda, names: dict[str, Value]) -> dict[str, Value]:
        """Forget what decides nothing, and the texts and numbers when there were too many already."""
        if isinstance(function, Lambda):
            return names
        definition = function.definition
        idle = self._idle.get(definition)
        if idle is None:
            idle = self._idle[definition] = self.boundaries.idle_parameters(definition.name)
        for name in idle:
            if name in names:
                names[name] = self.atoms.any
        count = self._contexts.get(definition, 0)
        most = MOST_MADE if definition.fact.name == "__init__" else MOST_CONTEXTS
        if count < most or self.messaging.carries(definition):
            return names
        self.limits.leave_open(Limit.CONTEXTS, definition)
        fewer = {name: self.atoms.kinds(value) for name, value in names.items()}
        if count < most + MOST_KINDS:
            return fewer
        # Of many parameters with two kinds each there may still be any number of contexts.
        first = next(iter(names)) if function.receiver is not None else None
        return {name: value if name == first else self.atoms.any for name, value in fewer.items()}

    # --- nested functions

    def closure_of(self, frame: Frame, function: FunctionDef) -> Closure:
        """Return what a nested function closes over where it is defined."""
        used = self._used.get(function)
        if used is None:
            used = self._used[function] = used_names(function)
        return self._closed(frame, used)

    def closure(self, frame: Frame, body: Expr) -> Closure:
        """Return what a lambda closes over."""
        return self._closed(frame, used_names(body))

    def _closed(self, frame: Frame, used: frozenset[str]) -> Closure:
        names = {name: value for name, value in frame.closure.items() if name in used}
        names |= {name: value for name, value in frame.names.items() if name in used}
        return self.atoms.closure(tuple(sorted(names.items(), key=lambda item: item[0])), frame.receiver)

    def assigned_in(self, scope: Scope, line: int, block: Block) -> frozenset[str]:
        """Return the names that a loop's body assigns."""
        key = (scope, line)
        if key not in self._assigned:
            self._assigned[key] = assigned_names(block, scope.module.facts)
        return self._assigned[key]

    # --- attributes

    def attribute(self, frame: Frame, value: Value, name: str) -> Value:
        """Return what ``value.name`` may be."""
        if len(value) == 1:
            return self._attribute(frame, value[0], name)
        found: Value = ()
        for atom in value:
            if not (isinstance(atom, Const) and atom.value is None):
                found = self.atoms.join(found, self._attribute(frame, atom, name))
        return found or self.atoms.any

    def _attribute(self, frame: Frame, atom: Atom, name: str) -> Value:  # noqa: C901 - a flat table
        if type(atom) is Unknown:
            return self.atoms.any
        if type(atom) is Object:
            return self.heap.attribute(frame, atom, name)
        match atom:
            case Mod():
                return self.names.member(atom.module, name)
            case External():
                if name in self.boundaries.configuration:
                    return (self.atoms.option(()),)
                if name.startswith("__") or _is_long(atom.name):
                    return self.atoms.any
                return (self.atoms.external(f"{atom.name}.{name}"),)
            case Class():
                return self.class_attribute(frame, atom, name)
            case Super():
                return self._above(frame, atom, name)
            case Option():
                if name in {"get", "pop"}:
                    return (self.atoms.method(atom, name),)
                return self.option((*atom.path, name))
            case Dict():
                # What DriverManager gives; a dictionary proper has its keys as items only.
                wanted = self.atoms.const(name)
                for key, found in atom.items:
                    if key is wanted:
                        return found
                return (self.atoms.method(atom, name),)
            case Const() | Sequence():
                return (self.atoms.method(atom, name),)
            case Client() | Target():
                return self.messaging.attribute(atom, name)
        return self.atoms.any

    def option(self, path: tuple[str, ...]) -> Value:
        """Return a config option: what it is assumed to be, else itself."""
        dotted = ".".join(path)
        if dotted in self.assume:
            return (self.atoms.const(self.assume[dotted]),)
        return (self.atoms.option(path),)

    def default(self, option: Option) -> Value:
        """Return the default of a config option."""
        if not option.path:
            return self.atoms.any
        *group, name = option.path
        found = self.options.find(group[0] if group else "DEFAULT", name)
        if found is None or not isinstance(found.default, str | int | float | type(None)):
            return self.atoms.any
        return (self.atoms.const(found.default),)

    def default_items(self, option: Option) -> Value:
        """Return the items of a config option that is a list, where its default says what the deployment is made of."""
        name = ".".join(option.path)
        found = self.options.find("DEFAULT", name) if name in self.boundaries.by_default else None
        if found is None or not isinstance(found.default, list | tuple):
            return self.atoms.any
        return self.atoms.limited(self.atoms.const(item) for item in found.default) or self.atoms.any

    def class_attribute(self, frame: Frame, class_: Class, name: str) -> Value:
        """Return what ``Class.name`` is."""
        if name == "__name__":
            return (self.atoms.const(class_.definition.fact.name),)
        if name == "__module__":
            return (self.atoms.const(class_.definition.module.name),)
        kept = self.heap.kept(class_.definition, name)
        if kept:
            return kept
        member = lookup(class_.definition, name)
        if member is not None:
            return self.of_member(frame, member, name, class_)
        if name == "__init__":
            return (self.atoms.external("object.__init__"),)
        return self.atoms.any

    def of_member(self, frame: Frame, member: Member, name: str, receiver: Atom) -> Value:
        """Return what an attribute from the body of a class, or of an ancestor, is for an instance or class."""
        definition = member.definition
        if isinstance(definition, FunctionDef):
            if is_property(definition):
                if isinstance(receiver, Class):
                    return self.atoms.any
                method = self.decorating.plain(definition, receiver)
                return self.calls.call(frame, (method,), self.atoms.empty, definition.fact.line, None)
            return self.decorating.method(definition, receiver)
        return self.names.class_value(member.owner, name, definition)

    def _above(self, frame: Frame, super_: Super, name: str) -> Value:
        receiver = super_.receiver
        class_ = (
            receiver.class_
            if isinstance(receiver, Object)
            else receiver.definition
            if isinstance(receiver, Class)
            else None
        )
        if class_ is None:
            return self.atoms.any
        ancestors = mro(class_)
        after = ancestors[ancestors.index(super_.start) + 1 :] if super_.start in ancestors else ()
        for ancestor in after:
            if isinstance(ancestor, ClassDef) and name in ancestor.bindings:
                member = lookup(ancestor, name)
                if member is not None:
                    return self.of_member(frame, member, name, receiver)
        outside = next((one.name for one in after if not isinstance(one, ClassDef)), "object")
        return (self.atoms.external(f"{outside}.{name}"),)

    def assign_attribute(self, frame: Frame, value: Value, name: str, new: Value) -> None:
        """Do ``value.name = new``."""
        for atom in value:
            if not self.heap.is_new(atom):
                frame.forget({name})
                break
        for atom in value:
            if isinstance(atom, Object):
                self.heap.assign(atom, name, new)
            elif isinstance(atom, Class):
                self.heap.assign_to_class(atom.definition, name, new)

    def element(self, atom: Atom) -> Value:
        """Return what going through something that is no container gives."""
        if isinstance(atom, Object):
            return self.boundaries.element(self, atom)
        return self.atoms.any


def _is_long(name: str) -> bool:
    """Tell whether a name is so far from anything imported that nothing is known of it."""
    returned = name.rfind("()")
    return returned >= 0 and name.count(".", returned) >= _LONGEST_CHAIN


def _steps(frame: Frame, definition: FunctionDef | None) -> Steps:
    """Return what is done in a function that was gone through, without the marks of where its paths end."""
    steps = tuple(frame.steps)
    if steps and type(steps[-1]) is Ended:
        steps = steps[:-1]
    if not frame.ends:
        return steps
    is_generator = definition is not None and definition.fact.is_generator
    return structured(steps) if not is_generator and sends(steps) else plain(steps)
