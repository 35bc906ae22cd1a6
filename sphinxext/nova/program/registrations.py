"""The calls that make config options in one module, with the group under which each is registered.

The forms are those of Nova's history: ``flags.DEFINE_integer`` (2010.1 to 2011.3), and lists of ``cfg.IntOpt`` given to
``FLAGS.register_opts``, ``CONF.register_opts``, or in a function ``register_opts(conf)``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.program.classes import attribute
from sphinxext.nova.program.constants import UNKNOWN, evaluate
from sphinxext.nova.program.definitions import Assigned, ClassDef, FunctionDef, last_name
from sphinxext.nova.program.names import candidates, resolve
from sphinxext.nova.syntax.walking import blocks, inside, own_expressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.program.definitions import Definition, Module, Scope
    from sphinxext.nova.syntax.forms import Block, CallForm, Expr

DEFAULT: Final = "DEFAULT"
"""The group of options that are registered without one, as oslo.config calls it."""

FLAG_TYPES: Final = {
    "DEFINE_bool": "BoolOpt",
    "DEFINE_boolean": "BoolOpt",
    "DEFINE_enum": "StrOpt",
    "DEFINE_float": "FloatOpt",
    "DEFINE_integer": "IntOpt",
    "DEFINE_list": "ListOpt",
    "DEFINE_multistring": "MultiStrOpt",
    "DEFINE_string": "StrOpt",
}
"""The functions of gflags, and the class of oslo.config that took the place of each."""

_REGISTER: Final = frozenset({"register_opt", "register_opts", "register_cli_opt", "register_cli_opts"})
_NO_OPTION: Final = frozenset({"DeprecatedOpt"})
_STEPS: Final = 20_000
_DEEPEST: Final = 30


class OptionCall(NamedTuple):
    """A call that makes an option, such as ``cfg.IntOpt(...)``.

    ``known`` has the values of names that are parameters or loop variables where the call stands. ``group`` is ``None``
    where it is not known.
    """

    call: CallForm
    kind: str
    scope: Scope
    known: Mapping[str, object]
    group: str | None


def registrations(module: Module) -> tuple[OptionCall, ...]:
    """Return the options that a module makes or registers, in the order of the source.

    Those that are made here and registered in no way that is understood come last, with the group ``None``.
    """
    return module.program.remember(("registrations", module), lambda: tuple(_Reader(module).read()))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where an expression stands: names that have a value there, and loop variables with what they loop over."""

    scope: Scope
    known: Mapping[str, object] = field(default_factory=dict)
    loops: Mapping[str, tuple[Expr, _Frame]] = field(default_factory=dict)


class _Reader:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._steps = _STEPS
        self._made: list[tuple[CallForm, str, _Frame]] = []

    def read(self) -> Iterator[OptionCall]:
        registered = set()
        scopes: list[Scope] = [self._module]
        scopes += [ClassDef(self._module, fact.index) for fact in self._module.facts.classes]
        scopes += [FunctionDef(self._module, fact.index) for fact in self._module.facts.functions]
        for scope in scopes:
            for option in self._block(scope.body, _Frame(scope)):
                registered.add(_place(option.scope, option.call))
                yield option
        for call, kind, frame in self._made:
            if _place(frame.scope, call) not in registered:
                yield OptionCall(call, kind, frame.scope, frame.known, None)

    def _block(self, block: Block, frame: _Frame) -> Iterator[OptionCall]:
        for statement in block:
            for head in own_expressions(statement):
                for expression in inside(head):
                    match expression:
                        case ("call", *_):
                            yield from self._registered(expression, frame)
            inner = frame
            match statement:
                case ("for", _, str(name), iterable, _, _, _):
                    inner = _Frame(frame.scope, frame.known, {**frame.loops, name: (iterable, frame)})
            for part in blocks(statement):
                yield from self._block(part, inner)

    def _registered(self, call: CallForm, frame: _Frame) -> Iterator[OptionCall]:
        """Give the options that a call registers; one that makes an option is noted."""
        _, function, arguments, keywords, _, _ = call
        name = last_name(function)
        if name.endswith("Opt"):
            kind = _kind(call, frame.scope)
            if kind:
                self._made.append((call, kind, frame))
        elif name in FLAG_TYPES:
            yield OptionCall(call, FLAG_TYPES[name], frame.scope, frame.known, DEFAULT)
        elif name in _REGISTER:
            named = dict(keywords)
            options = arguments[0] if arguments else named.get("opts", named.get("opt"))
            group = arguments[1] if len(arguments) > 1 else named.get("group")
            for option, kind, where in self._options(options, frame, 0):
                yield OptionCall(option, kind, where.scope, where.known, group_name(group, frame.scope, frame.known))

    def _options(  # noqa: C901 - a flat table
        self, expression: Expr, frame: _Frame, depth: int
    ) -> Iterator[tuple[CallForm, str, _Frame]]:
        """Give the calls in a list of options, wherever the list and its parts are defined."""
        self._steps -= 1
        if depth > _DEEPEST or self._steps < 0:
            return
        depth += 1
        match expression:
            case str():
                yield from self._named(expression, frame, depth)
            case ("list" | "tuple" | "set" | "or" | "and", items):
                for item in items:
                    yield from self._options(item, frame, depth)
            case ("*", several) | ("subscript", several, _):
                yield from self._options(several, frame, depth)
            case ("operate", first, rest):
                for item in (first, *(operand for _, operand in rest)):
                    yield from self._options(item, frame, depth)
            case ("choose", _, then, otherwise):
                yield from self._options(then, frame, depth)
                yield from self._options(otherwise, frame, depth)
            case ("comp", _, element, (("for", str(name), iterable, _), *_)):
                yield from self._comprehended(element, name, iterable, frame, depth)
            case ("call", function, arguments, _, _, _) as call:
                kind = _kind(call, frame.scope)
                if kind:
                    yield call, kind, frame
                    return
                target = resolve(function, frame.scope)
                if isinstance(target, FunctionDef):
                    yield from self._returned(target, call, frame, depth)
                else:  # list(...), itertools.chain(...), copy.deepcopy(...)
                    for item in arguments:
                        yield from self._options(item, frame, depth)

    def _named(self, name: str, frame: _Frame, depth: int) -> Iterator[tuple[CallForm, str, _Frame]]:
        if name in frame.loops:
            iterable, outer = frame.loops[name]
            yield from self._options(iterable, outer, depth)
            return
        found: Iterable[Definition] = candidates(name, frame.scope)
        head, _, rest = name.partition(".")
        if not found and head == "self" and isinstance(frame.scope, FunctionDef) and frame.scope.owner is not None:
            found = attribute(frame.scope.owner, rest)
        for definition in found:
            if isinstance(definition, Assigned):
                yield from self._options(definition.value, _Frame(definition.scope), depth)

    def _comprehended(
        self, element: Expr, name: str, iterable: Expr, frame: _Frame, depth: int
    ) -> Iterator[tuple[CallForm, str, _Frame]]:
        values = evaluate(iterable, frame.scope, frame.known)
        if isinstance(values, list | tuple):
            for value in values:
                if self._steps < 0:
                    return
                yield from self._options(element, _Frame(frame.scope, {**frame.known, name: value}, frame.loops), depth)
        else:
            loops = {**frame.loops, name: (iterable, frame)}
            yield from self._options(element, _Frame(frame.scope, frame.known, loops), depth)

    def _returned(
        self, function: FunctionDef, call: CallForm, frame: _Frame, depth: int
    ) -> Iterator[tuple[CallForm, str, _Frame]]:
        """Give the options that a helper function returns, for these arguments."""
        _, _, arguments, keywords, _, _ = call
        parameters = function.fact.parameters
        given = {parameter.name: parameter.default for parameter in parameters if parameter.has_default}
        known = {name: evaluate(value, function.outer) for name, value in given.items()}
        loops = {}
        for name, value in (*zip((parameter.name for parameter in parameters), arguments, strict=False), *keywords):
            known[name] = evaluate(value, frame.scope, frame.known)
            loops[name] = (value, frame)
        inner = _Frame(function, {name: value for name, value in known.items() if value is not UNKNOWN}, loops)
        for value in _returns(function.body):
            yield from self._options(value, inner, depth)


def _place(scope: Scope, call: CallForm) -> tuple[Module, int, int]:
    return (scope.module, call[4], call[5])


def group_name(group: Expr, scope: Scope, known: Mapping[str, object]) -> str | None:
    """Return the name of an option group: given as a text, an ``OptGroup``, or its ``.name``; ``None`` if not known."""
    for expression in (group, group.removesuffix(".name")) if isinstance(group, str) else (group,):
        group = expression
        value = evaluate(group, scope, known)
        if value is None or isinstance(value, str):
            return value or DEFAULT
    if isinstance(group, str):
        found = resolve(group, scope)
        if isinstance(found, Assigned):
            return _group_object(found.value, found.scope, {})
    return _group_object(group, scope, known)


def _group_object(value: Expr, scope: Scope, known: Mapping[str, object]) -> str | None:
    match value:
        case ("call", function, arguments, keywords, _, _) if last_name(function) == "OptGroup":
            name = evaluate(arguments[0] if arguments else dict(keywords).get("name"), scope, known)
            return name if isinstance(name, str) else None
    return None


def _kind(expression: Expr, scope: Scope) -> str:
    """Return the class of the option that a call makes, ``""`` where it makes none."""
    match expression:
        case ("call", str(function), _, _, _, _):
            name = last_name(function)
            if (
                name.endswith("Opt")
                and name not in _NO_OPTION
                and not isinstance(resolve(function, scope), FunctionDef)
            ):
                return name
    return ""


def _returns(block: Block) -> Iterator[Expr]:
    for statement in block:
        match statement:
            case ("return", _, value):
                yield value
        for inner in blocks(statement):
            yield from _returns(inner)
