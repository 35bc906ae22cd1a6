"""Timers: what runs again and again without being a periodic task of a manager.

The state report of every service is one, and so is the loop that runs the periodic tasks. The same calls are used to
wait for something inside one operation; those are not timers in this sense, and neither are the timers of a clock that
a hypervisor driver describes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.decorated import Timing
from sphinxext.nova.openstack.options import used, uses, value
from sphinxext.nova.program import ClassDef, FunctionDef, lookup, resolve
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.walking import calls, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.program import Module, Options
    from sphinxext.nova.syntax.forms import CallForm, Expr

_LOOPS: Final = frozenset({"LoopingCall", "FixedIntervalLoopingCall", "DynamicLoopingCall"})
"""Classes that take the function, and the interval when they are started. LoopingCall: 2010.1 to 2012.2."""
_ADDERS: Final = {"add_timer": 0, "add_timer_args": 0, "add_dynamic_timer": None}
"""Methods of a thread group, with the place of the interval among the arguments; the function is next. 2013.2-."""
STARTERS: Final = (*sorted(_LOOPS), *_ADDERS)
"""The names by which a file that starts timers is known."""

_ENDS: Final = frozenset({"wait", "stop"})
"""Methods by which a function waits for a loop that it has started, or ends it: a loop inside one operation."""
_DRIVERS: Final = "virt"


class Timer(NamedTuple):
    """A call that starts a timer. ``function`` is what the timer runs; ``line`` is that of the call.

    ``dynamic`` says that what runs decides each time when it will run again.
    """

    owner: ClassDef | None
    name: str
    function: FunctionDef | None
    line: int
    timing: Timing
    dynamic: bool


def timers(module: Module, options: Options) -> Iterator[Timer]:
    """Give the timers that a module starts, in the order of the source; hypervisor drivers have none."""
    if _DRIVERS in module.path.split("/"):
        return
    for fact in module.facts.functions:
        function = FunctionDef(module, fact.index)
        found = tuple(calls(function.body))
        if any(_last(call[1]) in _ENDS for call in found):
            continue
        for call in found:
            last = _last(call[1])
            if last in _LOOPS:
                yield from _timer(call, 0, _interval_of_start(call, function, found), function, options)
            elif last in _ADDERS and "." in str(call[1]):
                place = _ADDERS[last]
                interval = call[2][place] if place is not None and len(call[2]) > place else None
                yield from _timer(call, 0 if place is None else place + 1, interval, function, options)


def _timer(call: CallForm, place: int, interval: Expr, function: FunctionDef, options: Options) -> Iterator[Timer]:
    callback = call[2][place] if len(call[2]) > place else None
    if not isinstance(callback, str):
        return
    target = _target(callback, function)
    if callback.startswith("self.") or target is not None:
        timing = _timing(interval, function, options)
        dynamic = _last(call[1]) in {"DynamicLoopingCall", "add_dynamic_timer"}
        yield Timer(function.owner, callback.rpartition(".")[2], target, call[4], timing, dynamic)


def _target(callback: str, function: FunctionDef) -> FunctionDef | None:
    """Return the method or function of a module that is called; nested ones belong to one operation."""
    if callback.startswith("self."):
        member = lookup(function.owner, callback.removeprefix("self.")) if function.owner is not None else None
        found = member.definition if member is not None else None
    else:
        found = resolve(callback, function)
    return found if isinstance(found, FunctionDef) and found.fact.outer is None else None


def _interval_of_start(loop: CallForm, function: FunctionDef, found: tuple[CallForm, ...]) -> Expr:
    """Return the interval that a loop is started with: ``LoopingCall(f).start(1)``, or in a statement of its own."""
    variables = _variables(loop, function)
    if any(name.startswith("self.") for name in variables):
        # An attribute may be started by another method.
        found = (*found, *_calls_of_other_methods(function))
    for _, started, arguments, keywords, *place in found:
        match started:
            case ("attr", receiver, "start") if receiver == loop:
                return arguments[0] if arguments else dict(keywords).get("interval")
            # A variable may be used for one loop after the other.
            case str() if started.endswith(".start") and started[: -len(".start")] in variables and place > [*loop[4:]]:
                return arguments[0] if arguments else dict(keywords).get("interval")
    return None


def _calls_of_other_methods(function: FunctionDef) -> Iterator[CallForm]:
    for fact in function.module.facts.functions:
        if fact.class_ == function.fact.class_ and fact.index != function.index:
            yield from calls(function.module.facts.body(fact))


def _variables(loop: CallForm, function: FunctionDef) -> set[str]:
    found: set[str] = set()
    for statement in statements(function.body):
        match statement:
            case ("assign", _, targets, value) if value == loop:
                found.update(target for target in targets if isinstance(target, str))
    return found


def _timing(interval: Expr, function: FunctionDef, options: Options) -> Timing:
    if interval is None:
        return Timing(None, None, each_pass=False, options=())
    seconds = value(interval, function, options)
    found = tuple(uses(interval, function, options))
    if not found and isinstance(interval, str):
        # service.report_interval: Service.create gives the attribute the value of the option of its name.
        name = interval.rpartition(".")[2]
        option = options.find("DEFAULT", name)
        if option is not None:
            found = (used(interval, option, options),)
            seconds = found[0].default
    return Timing(
        spacing=render(interval),
        interval=seconds if isinstance(seconds, int | float) else None,
        each_pass=False,
        options=found,
    )


def _last(function: Expr) -> str:
    match function:
        case str():
            return function.rpartition(".")[2]
        case ("attr", _, str(name)):
            return name
    return ""
