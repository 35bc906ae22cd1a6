"""Methods that a decorator makes periodic tasks, in each form that the decorator has had. 2012.1 and newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.options import uses, value
from sphinxext.nova.openstack.runner import period
from sphinxext.nova.program import ClassDef, FunctionDef, resolve
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.walking import expressions, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.options import Use
    from sphinxext.nova.program import Definition, Module, Options
    from sphinxext.nova.syntax import Decorator
    from sphinxext.nova.syntax.forms import Expr

DECORATOR: Final = "periodic_task"
"""The last part of the decorator's name, in all releases."""

_PASS_SECONDS: Final = 60.0
"""``DEFAULT_INTERVAL`` of :mod:`oslo_service.periodic_task` and of each of its forerunners."""


class Timing(NamedTuple):
    """How often something runs: the interval as written, in seconds, and the options that it depends on."""

    spacing: str | None
    interval: int | float | None
    each_pass: bool
    options: tuple[Use, ...]


class Decorated(NamedTuple):
    """A method with the decorator."""

    function: FunctionDef
    owner: ClassDef
    timing: Timing
    run_immediately: bool
    enabled: bool
    external_process_ok: bool


def decorated(module: Module, options: Options) -> Iterator[Decorated]:
    """Give the periodic tasks that the classes of a module define, in the order of the source."""
    for function in _functions(module):
        owner = function.owner
        for decorator in function.fact.decorators if owner is not None else ():
            name, keywords = _parts(decorator)
            if owner is not None and name.rpartition(".")[2] == DECORATOR:
                yield _read(function, owner, resolve(name, owner), keywords, options)
                break


def _parts(decorator: Decorator) -> tuple[str, Mapping[str, Expr]]:
    """Return the name of a decorator and its keyword arguments; it never has others."""
    match decorator.expression:
        case ("call", str(name), _, keywords, _, _):
            return name, dict(keywords)
        case str(name):
            return name, {}
    return "", {}


def _read(
    function: FunctionDef, owner: ClassDef, target: Definition | None, keywords: Mapping[str, Expr], options: Options
) -> Decorated:
    timing = _by_ticks(target, keywords, owner, options) or _by_seconds(target, keywords, owner, options)
    return Decorated(
        function,
        owner,
        timing,
        run_immediately=value(keywords.get("run_immediately"), owner, options) is True,
        enabled="enabled" not in keywords or value(keywords["enabled"], owner, options) is not False,
        external_process_ok=value(keywords.get("external_process_ok"), owner, options) is True,
    )


def _by_ticks(
    target: Definition | None, keywords: Mapping[str, Expr], owner: ClassDef, options: Options
) -> Timing | None:
    """Recognise ``@manager.periodic_task(ticks_between_runs=10)``, also without arguments. 2012.1 and 2012.2.

    A tick is a pass of the loop, every ``periodic_interval`` seconds; after a run, that many ticks are left out.
    """
    if not isinstance(target, FunctionDef) or not _takes(target, "ticks_between_runs") or _takes(target, "spacing"):
        return None
    tick = period(options)
    expression = keywords.get("ticks_between_runs", 0)
    ticks = value(expression, owner, options)
    interval: int | float | None = None
    each_pass = False
    if isinstance(ticks, int) and isinstance(tick.default, int | float):
        interval = (max(ticks, 0) + 1) * tick.default
        each_pass = ticks <= 0
    return Timing(
        spacing=render(expression) if "ticks_between_runs" in keywords else None,
        interval=interval,
        each_pass=each_pass,
        options=(*uses(expression, owner, options), tick),
    )


def _by_seconds(target: Definition | None, keywords: Mapping[str, Expr], owner: ClassDef, options: Options) -> Timing:
    """Recognise ``@periodic_task.periodic_task(spacing=600)``, also without arguments. 2013.1 and newer.

    The decorator is a function of ``nova.manager`` (2013.1), of ``nova.openstack.common.periodic_task`` (2013.2 to
    2015.1.0) or of the library oslo.service, which is not in the checkout.
    """
    expression = keywords.get("spacing")
    found = value(expression, owner, options)
    seconds = 0 if found is None else found
    interval: int | float | None = None
    if isinstance(seconds, int | float):
        interval = seconds or _PASS_SECONDS
    return Timing(
        spacing=render(expression) if "spacing" in keywords else None,
        interval=interval,
        each_pass=seconds == 0 and _runs_each_pass(target),
        options=tuple(uses(expression, owner, options)),
    )


def _runs_each_pass(target: Definition | None) -> bool:
    """Tell whether no spacing means to run at each pass of the loop, as from 2013.1 to 2014.1.

    Such a loop wakes up for any task that is due, and after a minute at the latest. Newer ones keep to the minute.
    """
    if not isinstance(target, FunctionDef):
        return False
    module = target.module
    return module.program.remember(("runs each pass", module), lambda: any(map(_unsets_spacing, _functions(module))))


def _unsets_spacing(function: FunctionDef) -> bool:
    for statement in statements(function.body):
        match statement:
            case ("assign", _, (str(name),), None) if name.endswith("._periodic_spacing"):
                return True
    return False


def _functions(module: Module) -> Iterator[FunctionDef]:
    return (FunctionDef(module, fact.index) for fact in module.facts.functions)


def _takes(target: FunctionDef, argument: str) -> bool:
    """Tell whether a decorator takes an argument out of its ``**kwargs``."""
    facts = target.module.facts
    inner = (fact for fact in facts.functions if fact.outer == target.index)
    return any(
        expression == ("str", argument)
        for fact in (target.fact, *inner)
        for expression in expressions(facts.body(fact))
    )
