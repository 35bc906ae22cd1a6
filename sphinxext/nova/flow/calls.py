"""Calls: what is called, and what that does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow.decorating import is_remotable
from sphinxext.nova.flow.entering import around
from sphinxext.nova.flow.frames import common
from sphinxext.nova.flow.libraries import Libraries
from sphinxext.nova.flow.opening import Opening
from sphinxext.nova.flow.picking import reasons
from sphinxext.nova.flow.steps import Call, Choice, Reached, Way
from sphinxext.nova.flow.values import (
    Class,
    Client,
    Const,
    Entered,
    External,
    Function,
    Lambda,
    Method,
    Object,
    Partial,
    Send,
    Sequence,
    Text,
    Unknown,
    Wrapped,
)
from sphinxext.nova.program import FunctionDef, lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.steps import Steps, Summary
    from sphinxext.nova.flow.values import Arguments, Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import CallForm, Expr

_TIMERS: Final = {
    "add_timer": (1, 3),
    "add_timer_args": (1, None),
    "add_dynamic_timer": (0, 3),
    "add_dynamic_timer_args": (0, None),
    "FixedIntervalLoopingCall": (0, 1),
    "DynamicLoopingCall": (0, 1),
}
"""What lets a function run again and again: its place, and where the arguments begin that it is given.

``oslo_service/threadgroup.py`` and ``loopingcall.py``, 12.0.0 and newer. Those whose arguments begin nowhere are given
them as ``args`` and ``kwargs``, right after the function.
"""
_OF_TIMER: Final = frozenset({"initial_delay", "periodic_interval_max", "stop_on_exception"})
"""What a timer keeps for itself of what it is given by name."""


@dataclass(slots=True)
class Context:
    """What entering a ``with`` gives, and what happens before and after its body."""

    value: Value
    steps: Steps
    after: Steps = ()
    assigns: frozenset[str] = frozenset()
    """The attributes that may be assigned before or after the body."""

    def around(self, inside: Steps) -> Steps:
        """Return the steps with those of the body among them."""
        if self.after:
            return (*self.steps, *inside, *self.after)
        return around(self.steps, inside) if self.steps else inside


class _Known(NamedTuple):
    """What is known of a function whoever calls it."""

    is_special: bool
    """Whether it may be known by what it does."""
    is_leaf: bool
    kind: str | None
    """What reaching it is called."""
    is_closed: bool
    """Whether nobody looks behind it then."""


class Calls:
    """The part of a walker that calls things."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self.opening = Opening(walker, self)
        self._libraries = Libraries(walker, self)
        self._spawning = walker.boundaries.spawning
        self._known: dict[FunctionDef, _Known] = {}

    def call(
        self,
        frame: Frame,
        callee: Value,
        arguments: Arguments,
        line: int,
        form: CallForm | None,
        via: str | None = None,
        *,
        quiet: bool = False,
    ) -> Value:
        """Call each thing that a value may be, and return what they may return."""
        if len(callee) == 1:
            return self._one(frame, callee[0], arguments, line, form, via, quiet=quiet)
        value: Value = ()
        ways: list[tuple[Atom, Steps]] = []
        spawning: set[str] = set()
        known = frame.facts
        left: list[Mapping[str, Value]] = []
        for atom in callee:
            if isinstance(atom, Const) and atom.value is None:
                continue
            if isinstance(atom, External | Unknown):
                # Whichever executor it is, what it is given runs once.
                last = (atom.name if isinstance(atom, External) else _written(form)).rpartition(".")[2]
                if last in spawning:
                    continue
                spawning |= {last} & self._spawning
            before = frame.aside()
            value = self._atoms.join(value, self._one(frame, atom, arguments, line, form, via, quiet=quiet))
            steps = frame.take(before)
            left.append(frame.know(known))
            if steps:
                ways.append((atom, steps))
        if left:
            frame.know(common(left, self._atoms.join))
        if len(ways) == 1:
            frame.steps += ways[0][1]
        elif ways:
            said = reasons(self._walker, frame, callee, form)
            named = tuple(Way(said.get(atom), line, steps) for atom, steps in ways)
            frame.steps.append(Choice("alt", frame.scope, named))
        return value or self._atoms.any

    def _one(  # noqa: C901 - a flat table
        self,
        frame: Frame,
        atom: Atom,
        arguments: Arguments,
        line: int,
        form: CallForm | None,
        via: str | None,
        *,
        quiet: bool,
    ) -> Value:
        if type(atom) is Function:
            return self._function(frame, atom, arguments, line, form, via)
        if type(atom) is External:
            return self._libraries.call(frame, atom, arguments, line, form)
        match atom:
            case Unknown():
                pass
            case Class():
                return self._class(frame, atom, arguments, line, form)
            case Lambda():
                summary = self._walker.summary(atom, arguments)
                self._step(frame, summary, line, form, via)
                return summary.returns or self._atoms.any
            case Partial():
                given = atom.arguments
                merged = self._atoms.arguments(
                    (*given.positional, *arguments.positional),
                    {**dict(given.keywords), **dict(arguments.keywords)}.items(),
                    is_open=given.is_open or arguments.is_open,
                )
                return self._one(frame, atom.function, merged, line, form, via, quiet=quiet)
            case Wrapped(kind="context"):
                return (self._atoms.entered(atom.function, arguments),)
            case Send():
                return self._walker.messaging.send(frame, atom, arguments, line)
            case Method(receiver=Client()):
                return self._walker.messaging.method(frame, atom, arguments, form)
            case Method(receiver=Object()):
                return self._libraries.opened(frame, atom, arguments, line)
            case Method():
                self._walker.unfollowed.of_value(frame, atom, line, form)
                return self._walker.containers.call(frame, atom, arguments)
            case Object():
                if lookup(atom.class_, "__call__") is not None:
                    method = self._walker.attribute(frame, (atom,), "__call__")
                    return self.call(frame, method, arguments, line, form, via)
        if not quiet:
            self._walker.unfollowed.unknown(frame, atom, arguments, line, form)
        last = _written(form).rpartition(".")[2]
        if last in self._spawning:
            # An executor of which nothing is known: all of them are asked like this.
            self.spawned(frame, arguments, line)
            return self._atoms.some
        if not self.timed(frame, last, arguments, line):
            self.callbacks(frame, arguments, line, "callback")
        return self._atoms.any

    def _function(
        self,
        frame: Frame,
        function: Function,
        arguments: Arguments,
        line: int,
        form: CallForm | None,
        via: str | None,
    ) -> Value:
        definition = function.definition
        known = self._known.get(definition) or self._told(definition)
        if known.is_special:
            value = self._libraries.of_checkout(frame, function, arguments, line, form)
            if value is not None:
                return value
        if known.is_leaf:
            return self._atoms.any
        kind = known.kind
        if kind is not None and known.is_closed:
            name = self._reached_name(function, kind)
            frame.steps.append(Reached(kind, name, frame.scope, line, (), via))
            self.callbacks(frame, arguments, line, "callback")
            return self._of_closed(function, kind)
        summary = self._walker.summary(function, arguments)
        if kind is None:
            self._step(frame, summary, line, form, via)
            if summary.leaves and form is not None:
                self._walker.refining.left(frame, function, summary, form)
        else:
            before = frame.aside()
            self._step(frame, summary, line, form, via)
            steps = frame.take(before)
            frame.steps.append(Reached(kind, self._reached_name(function, kind), frame.scope, line, steps, via))
        if definition.fact.is_generator:
            return (self._atoms.sequence("list", (summary.yields,) if summary.yields else (), is_open=True),)
        returns = summary.returns
        for atom in returns:
            if isinstance(atom, Client | Text):
                returns = self._walker.messaging.rebased(returns, frame, definition, form)
                break
        return returns or self._atoms.any

    def _told(self, definition: FunctionDef) -> _Known:
        """Return what is known of a function whoever calls it."""
        boundaries, name = self._walker.boundaries, definition.name
        kind = "object" if is_remotable(definition) else boundaries.kind(name)
        known = self._known[definition] = _Known(
            self._libraries.is_special(definition),
            boundaries.is_leaf(name),
            kind,
            kind in boundaries.closed_kinds or name in boundaries.closed,
        )
        return known

    def _of_closed(self, function: Function, kind: str) -> Value:
        """Return what a function gives that nobody looks into: a class method of objects gives one, or a list."""
        if kind == "object" and isinstance(function.receiver, Class):
            return (self._atoms.object(function.receiver.definition, None),)
        return self._atoms.any

    @staticmethod
    def _reached_name(function: Function, kind: str) -> str:
        """Name an object's method by the class that is asked, not by the one that has the method's body."""
        receiver = function.receiver
        class_ = (
            receiver.class_
            if isinstance(receiver, Object)
            else receiver.definition
            if isinstance(receiver, Class)
            else None
        )
        if kind == "object" and class_ is not None:
            return f"{class_.name}.{function.definition.fact.name}"
        return function.definition.name

    def _step(self, frame: Frame, summary: Summary, line: int, form: CallForm | None, via: str | None) -> None:
        if summary.assigns:
            frame.forget(summary.assigns)
        if summary.lost and not summary.tells:
            # The call may not be kept, or not be looked at: then the caller answers for what was not followed there.
            frame.lose(summary.lost)
        if summary.steps or not summary.is_complete:
            frame.steps.append(Call(summary, frame.scope, line, form, via))

    def _class(self, frame: Frame, class_: Class, arguments: Arguments, line: int, form: CallForm | None) -> Value:
        made, summary = self._walker.heap.construct(class_.definition, arguments)
        self._step(frame, summary, line, form, None)
        return (made,)

    def entered(self, frame: Frame, expression: Expr, line: int) -> Context:
        """Enter a ``with``."""
        managers = self._walker.expressions.value(frame, expression)
        before = frame.note()
        context = self._entered(frame, managers, line)
        assigned = frame.noted(before)
        frame.forget(assigned)
        context.assigns = frozenset(assigned)
        return context

    def _entered(self, frame: Frame, managers: Value, line: int) -> Context:
        value: Value = ()
        steps: list[Steps] = []
        after: list[Steps] = []
        for atom in managers:
            match atom:
                case Entered(function=Function() as function, arguments=arguments):
                    summary = self._walker.summary(function, arguments)
                    value = self._atoms.join(value, summary.yields or self._atoms.any)
                    steps.append(summary.steps)
                    frame.forget(summary.assigns)
                    frame.lose(summary.lost)
                case Object():
                    value = self._atoms.join(value, self._entered_object(frame, atom, line))
                    before = frame.aside()
                    leave = lookup(atom.class_, "__exit__")
                    if leave is not None and isinstance(leave.definition, FunctionDef):
                        given = self._atoms.arguments([self._atoms.any] * 3, ())
                        self.call(frame, self._walker.attribute(frame, (atom,), "__exit__"), given, line, None)
                    after.append(frame.take(before))
                case External(name="builtins.open()"):
                    # A file gives itself, and calls nothing that it is given to write.
                    value = self._atoms.join(value, (atom,))
                case _:
                    value = self._atoms.join(value, self._atoms.any)
        return Context(
            value or self._atoms.any,
            next((one for one in steps if one), ()),
            next((one for one in after if one), ()),
        )

    def _entered_object(self, frame: Frame, made: Object, line: int) -> Value:
        enter = lookup(made.class_, "__enter__")
        if enter is None or not isinstance(enter.definition, FunctionDef):
            return (made,)
        method = self._walker.attribute(frame, (made,), "__enter__")
        return self.call(frame, method, self._atoms.empty, line, None)

    def callbacks(self, frame: Frame, arguments: Arguments, line: int, via: str) -> None:
        """Call the functions among the arguments of something that the walk cannot see into."""
        if not arguments.has_callbacks:
            return
        for name, value in (*(("", value) for value in arguments.positional), *arguments.keywords):
            for atom in value:
                if atom.is_callback:
                    before = frame.aside()
                    given = self._atoms.arguments((), (), is_open=True)
                    self._one(frame, atom, given, line, None, via, quiet=True)
                    steps = frame.take(before)
                    if steps and name in self._walker.boundaries.rollbacks:
                        frame.steps.append(Choice("failure", frame.scope, (Way(None, line, steps),)))
                    else:
                        frame.steps += steps

    def spawned(self, frame: Frame, arguments: Arguments, line: int) -> None:
        """Call what is given to something that runs it elsewhere, with the arguments after it."""
        positional = list(arguments.positional)
        keywords = dict(arguments.keywords)
        target = keywords.pop("target", None) or keywords.pop("func", None)
        while target is None and positional:
            first = positional.pop(0)
            if any(isinstance(atom, Function | Lambda | Partial | Send) for atom in first):
                target = first
        if target is None:
            return
        given = self._atoms.arguments(positional, keywords.items(), is_open=arguments.is_open)
        if "args" in keywords or "kwargs" in keywords:
            given = self._atoms.arguments((), (), is_open=True)
        self.call(frame, target, given, line, None, "spawn", quiet=True)

    def timed(self, frame: Frame, name: str, arguments: Arguments, line: int) -> bool:
        """Call what a timer is given, with the arguments that are for it; tell whether it is a timer's function."""
        function, first = _TIMERS.get(name, (0, 0))
        if name not in _TIMERS or len(arguments.positional) <= function:
            return False
        keywords = dict(arguments.keywords)
        rest = arguments.positional[function + 1 :]
        args = keywords.get("args") or (rest[0] if rest else ())
        if first is not None:
            named = [(key, value) for key, value in arguments.keywords if key not in _OF_TIMER]
            given = self._atoms.arguments(arguments.positional[first:], named, is_open=arguments.is_open)
        elif len(args) == 1 and isinstance(args[0], Sequence) and len(rest) < 2 and "kwargs" not in keywords:
            given = self._atoms.arguments(args[0].items, (), is_open=args[0].is_open)
        else:
            given = self._atoms.arguments((), (), is_open=True)
        for atom in arguments.positional[function]:
            if atom.is_callback:
                self._one(frame, atom, given, line, None, "callback", quiet=True)
        return True


def _written(form: CallForm | None) -> str:
    """Return the dotted name that is called, if it is one."""
    return form[1] if form is not None and isinstance(form[1], str) else ""
