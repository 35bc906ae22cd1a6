"""Which names a block of statements binds, and to what, without knowing any other file.

A name may be bound in several ways: by the branches of a condition, by ``try`` and its handlers. All that may hold at
the end of the block are kept, those of the first branch first; a name that is bound again unconditionally forgets what
it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.syntax.facts import FileFacts, Function
    from sphinxext.nova.syntax.forms import Block, Expr, Stmt

STAR: Final = "*"
"""The name under which the star imports of a scope are kept."""

_DEEPEST: Final = 40
"""How many compound statements inside one another are looked into. Nova has fewer than ten."""
_MOST_AUGMENTED: Final = 50
_MOST_BINDINGS: Final = 100
"""How many bindings of one name are told apart where paths meet; of what they stand for, 8 are followed."""
_TYPE_CHECKING: Final = "TYPE_CHECKING"


class Imported(NamedTuple):
    """Bound by an import: the module itself where ``name`` is None, else ``name`` in it; ``level`` counts dots."""

    module: str
    name: str | None
    level: int
    line: int


class Value(NamedTuple):
    """Bound to a value by an assignment."""

    value: Expr
    line: int
    augmented: int = 0
    """How often it was added to, which is how deep ``value`` is at least."""


class DefinedClass(NamedTuple):
    """Bound by ``class``: ``facts.classes[index]``. ``before`` is what the name was until then, for its bases."""

    index: int  # type: ignore[assignment]  # of the file, not of the tuple
    line: int
    before: tuple[Binding, ...] = ()


class DefinedFunction(NamedTuple):
    """Bound by ``def``: ``facts.functions[index]``."""

    index: int  # type: ignore[assignment]  # of the file, not of the tuple
    line: int


class Opaque(NamedTuple):
    """Bound to something that only running tells: a parameter, a loop's variable, an exception."""

    line: int


Binding: TypeAlias = "Imported | Value | DefinedClass | DefinedFunction | Opaque"
Bindings: TypeAlias = "dict[str, tuple[Binding, ...]]"


def bindings_of(block: Block, facts: FileFacts) -> Mapping[str, tuple[Binding, ...]]:
    """Return what each name is bound to at the end of a module's, class's or function's body."""
    bound: Bindings = {}
    _Binder(facts).block(block, bound, 0)
    return bound


def bindings_of_function(function: Function, facts: FileFacts) -> Mapping[str, tuple[Binding, ...]]:
    """Return what the local names of a function are bound to; a parameter may also be what it was called with."""
    bound: Bindings = {}
    for parameter in function.parameters:
        _opaque(bound, parameter.name if parameter.unpack is None else parameter.unpack, function.line)
    binder = _Binder(facts)
    binder.block(facts.body(function), bound, 0)
    for name in binder.outside:
        bound.pop(name, None)
    return bound


class _Binder:
    def __init__(self, facts: FileFacts) -> None:
        self._facts = facts
        self.outside: set[str] = set()
        """Names that are declared to be of an outer scope."""

    def block(self, block: Block, bound: Bindings | _Layer, depth: int) -> None:
        if depth > _DEEPEST:
            return
        for statement in block:
            self._statement(statement, bound, depth)

    def _statement(self, statement: Stmt, bound: Bindings | _Layer, depth: int) -> None:  # noqa: C901 - a flat table
        match statement:
            case ("assign", line, targets, value):
                for target in targets:
                    _assign(bound, target, value, line)
            case ("annotate", line, target, _, value):
                _assign(bound, target, value, line)
            case ("augment", line, str(name), operator, value) if "." not in name:
                bound[name] = tuple(_augmented(before, operator, value, line) for before in bound.get(name, ()))
            case ("expr", line, ("call", str(function), (value,), (), _, _)):
                _extended(bound, function, value, line)
            case ("def", line, index):
                bound[self._facts.name_of_function(index)] = (DefinedFunction(index, line),)
            case ("class", line, index):
                name = self._facts.name_of_class(index)
                bound[name] = (DefinedClass(index, line, bound.get(name, ())),)
            case ("import", line, names):
                for module, alias in names:
                    name = module if alias else module.partition(".")[0]
                    bound[alias or name] = (Imported(name, None, 0, line),)
            case ("from", line, level, module, names):
                for name, alias in names:
                    if name == STAR:
                        bound[STAR] = (Imported(module, name, level, line), *bound.get(STAR, ()))
                    else:
                        bound[alias or name] = (Imported(module, name, level, line),)
            case ("if", _, branches, orelse):
                blocks = [branch[-1] for branch in branches if not _is_for_checkers(branch[1])]
                self._either(bound, [(block,) for block in (*blocks, orelse)], depth)
            case ("match", _, _, cases):
                self._either(bound, [*((case[-1],) for case in cases), ()], depth)
            case ("try", line, block, handlers, orelse, final):
                for handler in handlers:
                    _opaque(bound, handler[2], line)
                self._either(bound, [(block, orelse), *((handler[-1],) for handler in handlers)], depth)
                self.block(final, bound, depth + 1)
            case ("for", line, target, _, block, orelse, _):
                _opaque(bound, target, line)
                self._either(bound, [(block, orelse), ()], depth)
            case ("while", _, _, _, block, orelse):
                self._either(bound, [(block, orelse), ()], depth)
            case ("with", line, items, block, _):
                for _, target in items:
                    _opaque(bound, target, line)
                self.block(block, bound, depth + 1)
            case ("del", _, targets):
                for target in targets:
                    for name in _target_names(target):
                        bound.pop(name, None)
            case ("global" | "nonlocal", _, names):
                self.outside.update(names)

    def _either(self, bound: Bindings | _Layer, alternatives: Iterable[Iterable[Block]], depth: int) -> None:
        """Run each of the alternatives, which are one or more blocks in a row, and keep what any of them binds."""
        afters = []
        for blocks in alternatives:
            after = _Layer(bound)
            for block in blocks:
                self.block(block, after, depth + 1)
            afters.append(after)
        for name in dict.fromkeys(name for after in afters for name in after.changes):
            found: list[Binding] = []
            for after in afters:
                found += [binding for binding in after.get(name, ()) if not any(binding is other for other in found)]
            if any(name in after for after in afters):
                bound[name] = tuple(found[:_MOST_BINDINGS])


class _Layer:
    """What a block changes in the bindings around it: a copy for each block would take the square of their number."""

    __slots__ = ("_below", "changes")

    def __init__(self, below: Bindings | _Layer) -> None:
        self._below = below
        self.changes: dict[str, tuple[Binding, ...] | None] = {}
        """``None`` for a name that is bound no more."""

    def get(self, name: str, default: tuple[Binding, ...] = ()) -> tuple[Binding, ...]:
        if name in self.changes:
            found = self.changes[name]
            return default if found is None else found
        return self._below.get(name, default)

    def __contains__(self, name: str) -> bool:
        return self.changes[name] is not None if name in self.changes else name in self._below

    def __getitem__(self, name: str) -> tuple[Binding, ...]:
        return self.get(name)

    def __setitem__(self, name: str, bindings: tuple[Binding, ...]) -> None:
        self.changes[name] = bindings

    def pop(self, name: str, default: None) -> None:
        self.changes[name] = default


def _is_for_checkers(condition: Expr) -> bool:
    """Tell whether a condition holds for type checkers only (``typing.TYPE_CHECKING``), and so never when running."""
    return isinstance(condition, str) and condition.rpartition(".")[2] == _TYPE_CHECKING


def _assign(bound: Bindings | _Layer, target: Expr, value: Expr, line: int) -> None:
    match target, value:
        case str(), _:
            if "." not in target:
                bound[target] = (Value(value, line),)
        case ("tuple" | "list", targets), ("tuple" | "list", values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                _assign(bound, one, its, line)
        case _:
            _opaque(bound, target, line)


def _augmented(before: Binding, operator: str, value: Expr, line: int) -> Binding:
    """Return the binding after ``name += value``: an expression again, that does not mention the name."""
    if isinstance(before, Value) and before.augmented < _MOST_AUGMENTED:
        return Value(("operate", before.value, ((operator, value),)), before.line, before.augmented + 1)
    return Opaque(line)


def _extended(bound: Bindings | _Layer, function: str, value: Expr, line: int) -> None:
    """Take ``name.extend(value)`` and ``name.append(value)``, as lists of options are made, for ``name += ...``."""
    name, _, method = function.rpartition(".")
    if method == "append":
        value = ("list", (value,))
    elif method != "extend":
        return
    if name in bound:
        bound[name] = tuple(_augmented(before, "+", value, line) for before in bound[name])


def _opaque(bound: Bindings | _Layer, target: Expr, line: int) -> None:
    for name in _target_names(target):
        bound[name] = (Opaque(line),)


def _target_names(target: Expr) -> Iterator[str]:
    """Give the plain names in the left side of an assignment."""
    match target:
        case str():
            if "." not in target:
                yield target
        case ("tuple" | "list", items):
            for item in items:
                yield from _target_names(item)
        case ("*", item):
            yield from _target_names(item)
