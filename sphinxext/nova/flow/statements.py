"""Statements: blocks of a function, with the branches that remain where a condition is not known."""

from __future__ import annotations

from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.flow.ends import (
    EVERYTHING,
    before_ends,
    has_ends,
    nested,
    push,
    shown,
    structured,
    without_ends,
)
from sphinxext.nova.flow.frames import FACTS, common, facts_of
from sphinxext.nova.flow.refining import is_mute
from sphinxext.nova.flow.steps import Choice, Decided, Ended, Failed, Since, Way, Yielded
from sphinxext.nova.flow.values import Const, Facts, Sequence, truth
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.walking import statements as all_statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.steps import Steps
    from sphinxext.nova.flow.values import Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import Block, Expr

_RERAISES: Final = "save_and_reraise_exception"
"""The context manager of oslo.utils (``excutils.py``) after which a handler does not go on."""

_ENDS: Final = frozenset({"return", "raise"})

_ENDED: Final = {kind: Ended(kind) for kind in EVERYTHING}


class Statements:
    """The part of a walker that goes through statements.

    Each method that runs a block tells whether the code after it can be reached; where it cannot, the last step is an
    ``Ended``.
    """

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._logging = walker.boundaries.logging
        self._by_tag: dict[str, Callable[[Frame, Any], bool]] = {
            "expr": self._expr,
            "assign": lambda frame, form: self._assigned(frame, form[2], form[3]),
            "augment": self._augment,
            "annotate": lambda frame, form: self._assigned(frame, (form[2],), form[4]),
            "declare": lambda *_: True,
            "return": self._return,
            "raise": self._raise,
            "if": self._if,
            "try": self._try,
            "for": self._for,
            "while": self._while,
            "with": self._with,
            "def": self._def,
            "class": self._class,
            "import": self._import,
            "from": self._import,
            "global": lambda *_: True,
            "nonlocal": lambda *_: True,
            "del": self._del,
            "assert": self._assert,
            "pass": lambda *_: True,
            "break": self._leave,
            "continue": self._leave,
            "match": self._match,
            "print": self._print,
            "exec": lambda *_: True,
            "type": lambda *_: True,
            "error": lambda *_: True,
        }

    def run(self, frame: Frame, block: Block) -> bool:
        """Go through a block."""
        for statement in block:
            frame.line = statement[1]
            if not self._by_tag[statement[0]](frame, statement):
                return False
        return True

    @staticmethod
    def _leave(frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        frame.steps.append(_ENDED[form[0]])
        return False

    # --- simple statements

    def _expr(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        expression = form[2]
        tag = expression[0] if type(expression) is tuple else None
        if tag == "str":
            return True  # a docstring
        if tag != "call":
            self._walker.expressions.value(frame, expression)
            return True
        called = expression[1]
        if isinstance(called, str) and called.startswith(self._logging):
            return True
        self._walker.expressions.value(frame, expression)
        if not isinstance(called, str) or called not in self._walker.boundaries.endless:
            return True
        if called.partition(".")[0] in frame.names:
            return True
        frame.steps.append(_ENDED["exit"])
        return False

    def _assigned(self, frame: Frame, targets: Iterable[Expr], expression: Expr) -> bool:
        value = self._walker.expressions.value(frame, expression)
        for target in targets:
            self.assign(frame, target, value)
        return True

    def assign(self, frame: Frame, target: Expr, value: Value) -> None:
        """Give a value to the left side of an assignment."""
        if isinstance(target, str):
            if "." in target:
                before, _, last = target.rpartition(".")
                self._walker.assign_attribute(frame, self._walker.expressions.value(frame, before), last, value)
                self._walker.refining.assigned(frame, target, value)
                return
            if value is self._atoms.any or value is self._atoms.some:
                value = self._walker.boundaries.local(self._walker, target, value)
            frame.names[target] = value
            if FACTS in frame.names:
                frame.forget_name(target)
            return
        match target:
            case ("tuple" | "list", items):
                for item, part in zip(items, self._parts(value, len(items)), strict=True):
                    self.assign(frame, item, part)
            case ("*", item):
                self.assign(frame, item, (self._atoms.sequence("list", (value,), is_open=True),))
            case ("attr", owner, str(name)):
                self._walker.assign_attribute(frame, self._walker.expressions.value(frame, owner), name, value)
            case ("subscript", owner, index):
                keys = self._walker.expressions.value(frame, index)
                self._walker.containers.set_item(frame, owner, keys, value)

    def _parts(self, value: Value, count: int) -> list[Value]:
        """Take apart what is assigned to several targets."""
        if len(value) == 1 and isinstance(value[0], Sequence) and not value[0].is_open and len(value[0].items) == count:
            return list(value[0].items)
        parts: list[Value] = [()] * count
        for atom in value:
            match atom:
                case Sequence(items=items, is_open=False) if len(items) == count:
                    parts = [self._atoms.join(part, item) for part, item in zip(parts, items, strict=True)]
                case _:
                    parts = [self._atoms.join(part, self._atoms.any) for part in parts]
        return parts

    def _augment(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, _, target, operator, expression = form
        value = self._walker.expressions.value(frame, expression)
        if isinstance(target, str):
            before = self._walker.expressions.value(frame, target)
            value = self._walker.texts.operate(frame, before, operator, value, expression)
        self.assign(frame, target, value)
        return True

    def _return(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        value = self._walker.expressions.value(frame, form[2])
        frame.returns = self._atoms.join(frame.returns, value)
        frame.exits.append(frame.facts)
        frame.steps.append(_ENDED["return"])
        return False

    def _raise(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        match form[2]:
            case ("call", _, arguments, keywords, _, _):
                # What an exception is made of tells nobody anything; what is done to find it out may.
                for expression in (*arguments, *(value for _, value in keywords)):
                    if isinstance(expression, tuple) and expression[0] != "str":
                        self._walker.expressions.value(frame, expression)
        frame.steps.append(_ENDED["raise"])
        return False

    def _del(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        for target in form[2]:
            if isinstance(target, str):
                frame.names.pop(target, None)
                frame.forget({target.rpartition(".")[2]})
            elif target[0] == "subscript":
                self._walker.containers.open_name(frame, target[1])
        return True

    def _assert(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        self._walker.expressions.value(frame, form[2])
        self._walker.refining.refine(frame, form[2], truth=True)
        return True

    def _print(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        for expression in form[3]:
            self._walker.expressions.value(frame, expression)
        return True

    # --- definitions

    def _def(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        function = FunctionDef(frame.scope.module, form[2])
        closure = self._walker.closure_of(frame, function)
        frame.names[function.fact.name] = self._walker.decorating.decorated(function, closure, frame)
        return True

    def _class(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        name = frame.scope.module.facts.class_(form[2]).name
        frame.names[name] = self._walker.names.local(name, frame.scope)
        return True

    def _import(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        for name, alias in form[-1]:
            bound = alias or (name.partition(".")[0] if form[0] == "import" else name)
            frame.names[bound] = self._walker.names.local(bound, frame.scope)
        return True

    # --- branches

    def _if(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, branches, orelse = form
        return self._branches(frame, line, branches, orelse)

    def _branches(  # noqa: C901 - one condition after the other
        self, frame: Frame, line: int, branches: tuple[Any, ...] | list[Any], orelse: Block
    ) -> bool:
        ways: list[Way] = []
        names: list[dict[str, Value]] = []
        tests: list[tuple[Expr, bool]] = []
        for index in range(len(branches) + 1):
            last = index == len(branches)
            if last:
                condition, text, block, where = True, None, orelse, line
            else:
                where, condition, text, block = branches[index]
            known = True if last else truth(self._walker.expressions.value(frame, condition))
            if known is False:
                tests.append((condition, False))
                continue
            if known is True and not ways:
                if not last:
                    tests.append((condition, True))
                return self._taken(frame, branches, block, tests)
            if last and not orelse:
                # Nothing happens, with the names that are left: they are nobody else's any more.
                ways.append(Way(None, line, ()))
                names.append(frame.names)
                break
            kept, frame.names = frame.names, dict(frame.names)
            before = frame.aside()
            says = not last and not is_mute(condition)
            if says:
                self._walker.refining.refine(frame, condition, truth=True)
            self._walker.uncertain += 1
            alive = self.run(frame, block)
            self._walker.uncertain -= 1
            steps = frame.take(before)
            if alive:
                names.append(frame.names)
            frame.names = kept
            if says:
                self._walker.refining.refine(frame, condition, truth=False)
            ways.append(Way(text, where, steps, None if last or text is None else condition))
            if known is True:
                break
        if names:
            frame.names = self._joined(names)
        for way in ways:
            if way.steps:
                break
        else:
            return bool(names)
        choice = Choice("alt", frame.scope, tuple(ways), is_whole=True)
        choice.ends = any(has_ends(way.steps) for way in ways)
        frame.ends = frame.ends or choice.ends
        frame.steps += shown(choice)
        return bool(names)

    def _taken(self, frame: Frame, branches: Iterable[Any], block: Block, tests: Iterable[tuple[Expr, bool]]) -> bool:
        """Go through the branch that is taken for certain, ``block``."""
        ending = _all_end(branches)
        if not block and not ending:
            return True
        by = tuple(dict.fromkeys(one for test, _ in tests for one in self._reasons(frame, test)))
        for condition, holds in tests:
            if holds:
                self._walker.refining.refine(frame, condition, truth=True)
        before = frame.aside()
        alive = self.run(frame, block)
        steps = frame.take(before)
        if by and steps:
            frame.steps.append(Decided(by, steps))
            frame.ends = frame.ends or has_ends(steps)
        else:
            frame.steps += steps
        if alive and ending and by:
            # The branches that were not taken end: what comes after is what they chose, too.
            frame.steps.append(Since(by))
            frame.ends = True
        return alive

    def _reasons(self, frame: Frame, condition: Expr) -> Iterable[str]:
        """Say which literals decided a condition."""
        match condition:
            case str():
                value = frame.names.get(condition) or frame.closure.get(condition, ())
                if len(value) == 1 and isinstance(value[0], Const):
                    yield f"{condition}={value[0].value!r}"
            case ("not", inner):
                yield from self._reasons(frame, inner)
            case ("and" | "or", items):
                for item in items:
                    yield from self._reasons(frame, item)
            case ("compare", first, rest):
                yield from self._reasons(frame, first)
                for _, operand in rest:
                    yield from self._reasons(frame, operand)

    def _joined(self, names: list[dict[str, Value]]) -> dict[str, Value]:
        first, *others = names
        if not others:
            return first
        result = dict(first)
        if FACTS in first:
            result[FACTS] = (Facts(common([facts_of(one) for one in names], self._atoms.join)),)
        for other in others:
            # Most names are what they were, in the order in which they were: that is seen without a look at each.
            if [*result] == [*other]:
                differing = [*compress(other, map(is_not, result.values(), other.values()))]
            else:
                differing = [*other]
            for name in differing:
                before, value = result.get(name, ()), other[name]
                if before is not value and name != FACTS:
                    result[name] = self._atoms.join(before, value)
        return result

    def _match(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, subject, cases = form
        self._walker.expressions.value(frame, subject)
        branches = []
        for where, pattern, guard, text, block in cases:
            for name in _captured(pattern):
                frame.names[name] = self._atoms.any
            branches.append((where, ("call", "match", (), (), where, 0) if guard is None else guard, text, block))
        frame.names.setdefault("match", self._atoms.any)
        return self._branches(frame, line, branches, ())

    # --- loops

    def _for(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, target, iterable, block, orelse, _ = form
        items = self._walker.expressions.items(self._walker.expressions.value(frame, iterable))
        text = f"for {render(target)} in {render(iterable)}"
        return self._loop(frame, line, text, block, orelse, lambda: self.assign(frame, target, items))

    def _while(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, condition, text, block, orelse = form
        self._walker.expressions.value(frame, condition)
        endless = condition is True or condition == 1
        alive = self._loop(frame, line, f"while {text}", block, orelse, lambda: None)
        return alive and not (endless and not any(one[0] == "break" for one in all_statements(block)))

    def _loop(self, frame: Frame, line: int, text: str, block: Block, orelse: Block, begin: Callable[[], None]) -> bool:
        before = frame.names
        frame.names = dict(before)
        frame.names.pop(FACTS, None)
        for name in self._walker.assigned_in(frame.scope, line, block):
            if name in frame.names:
                frame.names[name] = self._atoms.join(frame.names[name], self._atoms.any)
        begin()
        aside = frame.aside()
        self._walker.uncertain += 1
        self.run(frame, block)
        self._walker.uncertain -= 1
        steps = frame.take(aside)
        frame.names = self._joined([before, frame.names])
        if steps:
            ends = has_ends(steps)
            frame.ends = frame.ends or ends
            frame.steps.append(Choice("loop", frame.scope, (Way(text, line, steps),), ends=ends))
        return self.run(frame, orelse)

    # --- try and with

    def _try(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, block, handlers, orelse, final = form
        first_exit = len(frame.exits)
        before = dict(frame.names)
        outside = frame.aside()
        alive = self.run(frame, block)
        # A handler may run after any part of the block.
        during = self._joined([before, frame.names])
        alive = alive and self.run(frame, orelse)
        body = frame.take(outside)
        names = [frame.names] if alive else []
        going: list[dict[str, Value]] = []
        after = self._handled(frame, handlers, during, going)
        reachable = [*names, *going]
        frame.names = self._joined(reachable) if reachable else during
        goes_on = True
        if final:
            aside = frame.aside()
            goes_on = self._finally(frame, final, first_exit)
            after += frame.take(aside)
        steps = _with_handlers(body, after, is_handled=bool(handlers))
        goes_on = goes_on and bool(reachable)
        if goes_on and not names:
            # Only what an exception has led to a handler that went on gets here.
            steps = (*without_ends(steps, EVERYTHING), Failed(frame.scope, line))
        frame.steps += steps
        frame.ends = frame.ends or has_ends(steps)
        return goes_on

    def _handled(
        self, frame: Frame, handlers: Iterable[Any], during: dict[str, Value], going: list[dict[str, Value]]
    ) -> Steps:
        """Go through the handlers of a ``try``; ``going`` gets the names of those that go on."""
        ways: list[Way] = []
        for where, exception, alias, handler in handlers:
            frame.names = dict(during)
            if isinstance(alias, str):
                frame.names[alias] = self._atoms.some
            aside = frame.aside()
            self._walker.uncertain += 1
            if self.run(frame, handler):
                going.append(frame.names)
            self._walker.uncertain -= 1
            steps = structured(frame.take(aside))
            if steps:
                ways.append(Way(render(exception) if exception is not None else None, where, steps))
        return (Choice("failure", frame.scope, tuple(ways)),) if ways else ()

    def _finally(self, frame: Frame, block: Block, first_exit: int) -> bool:
        last_exit = len(frame.exits)
        before = frame.note()
        alive = self.run(frame, block)
        frame.forget_at_exits(frame.noted(before), first_exit, last_exit)
        return alive

    def _with(self, frame: Frame, form: Any) -> bool:  # noqa: ANN401 - a form
        _, line, items, block, _ = form
        return self._with_items(frame, line, list(items), block)

    def _with_items(self, frame: Frame, line: int, items: list[Any], block: Block) -> bool:
        if not items:
            return self.run(frame, block)
        (expression, target), *others = items
        entered = self._walker.calls.entered(frame, expression, line)
        if target is not None:
            self.assign(frame, target, entered.value)
        aside, first_exit = frame.aside(), len(frame.exits)
        alive = self._with_items(frame, line, others, block)
        inside = frame.take(aside)
        if has_ends(inside):
            inside = nested(inside)
            frame.ends = True
        frame.steps += entered.around(inside)
        frame.forget(entered.assigns)
        frame.forget_at_exits(entered.assigns, first_exit, len(frame.exits))
        return alive and not _reraises(expression, block)

    def yielded(self, frame: Frame, value: Value, *, is_from: bool) -> Value:
        """Note what a generator gives."""
        if is_from:
            value = self._walker.expressions.items(value)
        frame.yields = self._atoms.join(frame.yields, value)
        frame.steps.append(Yielded())
        return self._atoms.any


def _with_handlers(body: Steps, after: Steps, *, is_handled: bool) -> Steps:
    """Return the steps of a block with what its handlers and its ``finally`` do, also where a path ends in it."""
    if not has_ends(body):
        return (*body, *after)
    body = nested(body)
    if is_handled:
        body = without_ends(body, {"raise"})
    return push(before_ends(body, after), after) if after else body


def _all_end(branches: Iterable[Any]) -> bool:
    return all(block and block[-1][0] in _ENDS for _, _, _, block in branches)


def _reraises(expression: Expr, block: Block) -> bool:
    match expression:
        case ("call", str(name), *_) if name.rpartition(".")[2] == _RERAISES:
            return not any(
                statement[0] == "assign" and any(isinstance(t, str) and t.endswith(".reraise") for t in statement[2])
                for statement in all_statements(block)
            )
    return False


def _captured(pattern: Any) -> Iterable[str]:  # noqa: ANN401 - a form
    """Give the names that a pattern binds."""
    pending = [pattern]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple) and current:
            if current[0] in {"capture", "star", "as"} and isinstance(current[-1], str):
                yield current[-1]
            pending += [part for part in current[1:] if isinstance(part, tuple)]
