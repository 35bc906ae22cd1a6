"""Expressions: from a form to a value, with the steps of the calls in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.flow.frames import FACTS
from sphinxext.nova.flow.keeping import CHANGING
from sphinxext.nova.flow.opposites import none_of, opposite
from sphinxext.nova.flow.steps import Choice, Way
from sphinxext.nova.flow.values import Class, Const, Dict, External, Mod, Object, Option, Sequence, Unknown, truth
from sphinxext.nova.syntax.facts import parameters_of
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.steps import Steps
    from sphinxext.nova.flow.values import Arguments, Atom, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import Module
    from sphinxext.nova.syntax.forms import CallForm, Expr

_EQUAL: Final = {"is": True, "==": True, "is not": False, "!=": False}
"""What the result is where both sides are the same."""
_WITHIN: Final = {"in": True, "not in": False}
_STEADY: Final = frozenset({External, Mod, Option})
"""The kinds of things whose attributes are the same each time, and do nothing."""
_MOST_BEFORE: Final = 50
"""How many items before one are shown in its condition. The longest condition of 2013.2 and 34.0.0 has 422 characters.
"""
_LONGEST_CONDITION: Final = 10_000
"""Characters."""
_PLAIN: Final = (str, int, float, bytes, bool, type(None))


class _Before:
    """The items of ``and`` or ``or`` before one, as far as they decide whether that is looked at."""

    def __init__(self, *, stops_at: bool) -> None:
        self._stops_at = stops_at
        self._text = ""
        self.items: list[Expr] = []

    def append(self, item: Expr) -> None:
        """Add one; what is beyond the limit is shown as an ellipsis, the same for all that follow."""
        if len(self.items) <= _MOST_BEFORE:
            self.items.append(item if len(self.items) < _MOST_BEFORE else ("error", "…"))
            self._text = ""

    def condition(self) -> str:
        """Return when the next item is looked at."""
        if not self._text:
            first, *more = self.items
            form = none_of(self.items) if self._stops_at else ("and", tuple(self.items)) if more else first
            text = render(form)
            self._text = text if len(text) <= _LONGEST_CONDITION else f"{text[:_LONGEST_CONDITION]}…"
        return self._text


class Expressions:
    """The part of a walker that evaluates expressions."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._parts: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Dotted names, taken apart."""
        self._of_modules: dict[tuple[Module | None, str], Value] = {}
        self._texts: dict[str, Value] = {}
        self._by_tag: dict[str, Callable[[Frame, Any], Value]] = {
            "str": self._text,
            "number": lambda _, form: (self._atoms.const(form[1]),),
            "fstring": self._fstring,
            "attr": self._attribute,
            "call": self._call,
            "*": lambda frame, form: self.value(frame, form[1]),
            "tuple": self._display,
            "list": self._display,
            "set": self._display,
            "dict": self._dict,
            "comp": self._comprehension,
            "operate": self._operate,
            "unary": self._unary,
            "not": self._not,
            "and": self._and,
            "or": self._or,
            "compare": self._compare,
            "choose": self._choose,
            "subscript": self._subscript,
            "slice": self._slice,
            "lambda": self._lambda,
            "yield": self._yield,
            "yield from": self._yield,
            "await": lambda frame, form: self.value(frame, form[1]),
            "walrus": self._walrus,
            "repr": self._through,
            "error": lambda _, __: self._atoms.any,
        }

    def value(self, frame: Frame, expression: Expr) -> Value:
        """Return what an expression may be; the calls in it become steps of the frame."""
        if type(expression) is str:
            # Most expressions are names, and most of these local.
            known = frame.names.get(expression)
            return self._name(frame, expression) if known is None else known
        if type(expression) is tuple:
            return self._by_tag[expression[0]](frame, expression)
        return (self._atoms.const(expression),) if isinstance(expression, _PLAIN) else self._atoms.any

    # --- names and attributes

    def _name(self, frame: Frame, name: str) -> Value:
        head, attributes = self._parts.get(name) or self._taken_apart(name)
        names, walker = frame.names, self._walker
        value = names.get(head)
        if value is None:
            value = frame.closure.get(head)
            if value is None:
                return self._of_module(frame, name, head, attributes)
        if not attributes:
            return value
        if FACTS in names and (known := frame.facts.get(f"{head}.{attributes[0]}")) is not None:
            value, attributes = known, attributes[1:]
        for attribute in attributes:
            # What nothing is known of has attributes of which nothing is known.
            if value is not self._atoms.any:
                value = walker.attribute(frame, value, attribute)
        return value

    def _of_module(self, frame: Frame, name: str, head: str, attributes: tuple[str, ...]) -> Value:
        """Return what a dotted name is whose head is neither a local one nor closed over."""
        key = (frame.module, name)
        known = self._of_modules.get(key)
        if known is not None:
            return known
        value = self._walker.names.value(head, frame)
        is_steady = frame.module is not None
        for attribute in attributes:
            if value is not self._atoms.any:
                is_steady = is_steady and len(value) == 1 and type(value[0]) in _STEADY
                value = self._walker.attribute(frame, value, attribute)
        if is_steady and value is not self._atoms.any:
            # Of what is still looked for, nothing is known for the time being.
            self._of_modules[key] = value
        return value

    def _text(self, _frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        text = form[1]
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = (self._atoms.const(text),)
        return found

    def _taken_apart(self, name: str) -> tuple[str, tuple[str, ...]]:
        head, *attributes = name.split(".")
        parts = self._parts[name] = head, tuple(attributes)
        return parts

    def _attribute(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, owner, name = form
        return self._walker.attribute(frame, self.value(frame, owner), name)

    # --- calls

    def _call(self, frame: Frame, form: CallForm) -> Value:
        _, function, _, _, line, _ = form
        callee = self.value(frame, function)
        containers = self._walker.containers
        if isinstance(function, str) and "." in function and self._parts[function][1][-1] in CHANGING:
            changed = containers.changed(frame, form)
            if changed is not None:
                return changed
        arguments = self.arguments(frame, form)
        value = self._walker.calls.call(frame, callee, arguments, line, form)
        if arguments.may_change:
            containers.open_given(frame, callee, form, value)
        return value

    def arguments(self, frame: Frame, form: CallForm) -> Arguments:
        """Evaluate what a call gives."""
        if not form[2] and not form[3]:
            return self._atoms.empty
        positional: list[Value] = []
        keywords: dict[str, Value] = {}
        is_open = False
        for argument in form[2]:
            if type(argument) is tuple and argument[0] == "*":
                given, more = self._several(self.value(frame, argument[1]))
                positional += () if is_open else given
                is_open = is_open or more
            elif is_open:
                self.value(frame, argument)
            else:
                positional.append(self.value(frame, argument))
        for name, argument in form[3]:
            value = self.value(frame, argument)
            if name != "**":
                keywords[name] = value
            elif len(value) == 1 and isinstance(value[0], Dict):
                is_open = is_open or value[0].is_open
                for key, item in value[0].items:
                    if isinstance(key, Const) and isinstance(key.value, str):
                        keywords[key.value] = item
            else:
                is_open = True
        return self._atoms.arguments(positional, keywords.items() if keywords else (), is_open=is_open)

    def _several(self, value: Value) -> tuple[list[Value], bool]:
        """Return what ``*value`` gives, place by place, and whether there may be more or less of it."""
        found: list[Value] | None = None
        is_open = False
        for atom in value:
            if not isinstance(atom, Sequence):
                return [], True
            is_open = is_open or atom.is_open or (found is not None and len(found) != len(atom.items))
            if found is None:
                found = [*atom.items]
            else:
                found = [self._atoms.join(one, other) for one, other in zip(found, atom.items, strict=False)]
        return found or [], is_open or found is None

    def _lambda(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, parameters, body, line = form
        closure = self._walker.closure(frame, body)
        return (self._atoms.lambda_(parameters_of(parameters), body, line, frame.scope, closure),)

    def _yield(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        return self._walker.statements.yielded(frame, self.value(frame, form[1]), is_from=form[0] == "yield from")

    # --- containers

    def _display(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        kind, items = form
        values: list[Value] = []
        is_open = False
        for item in items:
            value = self.value(frame, item)
            if isinstance(item, tuple) and item[0] == "*":
                if len(value) == 1 and isinstance(value[0], Sequence):
                    values += value[0].items
                    is_open = is_open or value[0].is_open
                else:
                    is_open = True
            else:
                values.append(value)
        return (self._atoms.sequence(kind, values, is_open=is_open),)

    def _dict(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        items: list[tuple[Atom, Value]] = []
        is_open = False
        for key, item in form[1]:
            value = self.value(frame, item)
            if key == "**":
                if len(value) == 1 and isinstance(value[0], Dict):
                    items += value[0].items
                    is_open = is_open or value[0].is_open
                else:
                    is_open = True
                continue
            keys = self.value(frame, key)
            if len(keys) == 1 and isinstance(keys[0], Const | Class | Option):
                items.append((keys[0], value))
            else:
                is_open = True
        return (self._atoms.dict(items, is_open=is_open),)

    def _comprehension(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, kind, element, clauses = form
        kept = dict(frame.names)
        before = frame.aside()
        first = ""
        for clause in clauses:
            if clause[0] == "for":
                _, target, iterable, _ = clause
                first = first or f"for {render(target)} in {render(iterable)}"
                self._walker.statements.assign(frame, target, self.items(self.value(frame, iterable)))
            else:
                self.value(frame, clause[1])
                self._walker.refining.refine(frame, clause[1], truth=True)
        value = self.value(frame, element)
        made = self._keyed(frame, clauses, element) if kind == "dict" else ()
        steps = frame.take(before)
        frame.back_to(kept, self._atoms.join)
        if steps:
            frame.steps.append(Choice("loop", frame.scope, (Way(first, self._line(form), steps),)))
        if kind == "dict":
            return made or (self._atoms.dict((), is_open=True),)
        return (self._atoms.sequence("list" if kind == "generator" else kind, (value,), is_open=True),)

    def _keyed(self, frame: Frame, clauses: Any, element: Any) -> Value:  # noqa: ANN401 - parts of a form
        """Return the dictionary that is made of each item of a sequence: ``()`` where a key is not known.

        ``{resource.name: resource for resource in resources}`` of ``nova/quota.py``, 19.0.0 and newer.
        """
        match clauses, element:
            case (("for", str(target), iterable, _),), ("tuple", (key, value)):
                sequences = self.value(frame, iterable)
            case _:
                return ()
        if len(sequences) != 1 or not isinstance(sequences[0], Sequence):
            return ()
        items: list[tuple[Atom, Value]] = []
        for item in sequences[0].items:
            frame.names[target] = item
            keys = self.value(frame, key)
            if len(keys) != 1 or not isinstance(keys[0], Const):
                return ()
            items.append((keys[0], self.value(frame, value)))
        return (self._atoms.dict(items, is_open=sequences[0].is_open),)

    def _line(self, form: Any) -> int:  # noqa: ANN401 - a form
        """Return the line of the first call in a form, which has no line itself."""
        pending = [form]
        while pending:
            current = pending.pop()
            if isinstance(current, tuple):
                if current and current[0] == "call":
                    return int(current[4])
                pending += reversed(current)
        return 0

    def items(self, value: Value) -> Value:
        """Return what the items of something that is gone through may be."""
        found: Value = ()
        for atom in value:
            match atom:
                case Sequence(items=items, is_open=is_open):
                    for item in items:
                        found = self._atoms.join(found, item)
                    if is_open and not items:
                        found = self._atoms.join(found, self._atoms.any)
                case Dict(items=items, is_open=is_open):
                    found = self._atoms.join(found, self._atoms.limited(key for key, _ in items))
                    if is_open:
                        found = self._atoms.join(found, self._atoms.any)
                case Option():
                    found = self._atoms.join(found, self._walker.default_items(atom))
                case _:
                    found = self._atoms.join(found, self._walker.element(atom))
        return found or self._atoms.any

    def _subscript(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, owner, index = form
        container = self.value(frame, owner)
        if isinstance(index, tuple) and index[0] == "slice":
            return self._walker.containers.sliced(container, [self.value(frame, part) for part in index[1:]])
        keys = self.value(frame, index)
        found: Value = ()
        for atom in container:
            found = self._atoms.join(found, self._walker.containers.item(frame, atom, keys, default=None))
        return found or self._atoms.any

    def _slice(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        for part in form[1:]:
            if part is not None:
                self.value(frame, part)
        return self._atoms.any

    # --- operators

    def _through(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        self.value(frame, form[1])
        return self._atoms.any

    def _fstring(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        return self._walker.texts.fstring(frame, form[1])

    def _operate(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, first, rest = form
        left = self.value(frame, first)
        for sign, operand in rest:
            left = self._walker.texts.operate(frame, left, sign, self.value(frame, operand), operand)
        return left

    def _unary(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        match form[1], self.value(frame, form[2]):
            case "-", (Const(value=int() | float() as number),):
                return (self._atoms.const(-number),)
        return self._atoms.any

    def _not(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        known = truth(self.value(frame, form[1]))
        return self._atoms.outcome(None if known is None else not known)

    def _and(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        return self._logic(frame, form[1], stops_at=False)

    def _or(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        return self._logic(frame, form[1], stops_at=True)

    def _logic(self, frame: Frame, items: Iterable[Expr], *, stops_at: bool) -> Value:
        kept = frame.names
        frame.names = dict(kept)
        found: Value = ()
        value: Value = ()
        before = _Before(stops_at=stops_at)
        for item in items:
            if value:
                # What is left was the result; the rest is looked at only if it was not.
                found = self._atoms.join(found, tuple(atom for atom in value if atom.truth is not (not stops_at)))
                found = tuple(self._settled(atom, stops_at) for atom in found)
            aside = frame.aside()
            value = self.value(frame, item)
            self._only_if(frame, before, item, frame.take(aside))
            known = truth(value)
            if known is stops_at:
                break
            if known is None:
                before.append(item)
            self._walker.refining.refine(frame, item, truth=not stops_at)
        frame.back_to(kept, self._atoms.join)
        return self._atoms.limited(found + value)

    def _only_if(self, frame: Frame, before: _Before, item: Expr, steps: Steps) -> None:
        """Note what is done for a later item of ``and`` or ``or``: only after those before it."""
        if not steps or not before.items:
            frame.steps += steps
            return
        frame.steps.append(Choice("opt", frame.scope, (Way(before.condition(), self._line(item), steps),)))

    def _settled(self, atom: Atom, known: bool) -> Atom:  # noqa: FBT001 - the truth that is known
        if isinstance(atom, Unknown):
            return (self._atoms.true if known else self._atoms.false)[0]
        return atom

    def _compare(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, first, rest = form
        left = self.value(frame, first)
        known: bool | None = True
        for sign, operand in rest:
            right = self.value(frame, operand)
            one = self.compared(left, sign, right)
            if one is None and sign in _WITHIN:
                one = self._has(frame, left, sign, right)
            known = False if known is False or one is False else None if one is None or known is None else True
            left = right
        return self._atoms.outcome(known)

    def _has(self, frame: Frame, left: Value, sign: str, right: Value) -> bool | None:
        """Tell what ``'name' in record`` gives, where that is known."""
        if len(right) != 1 or not isinstance(right[0], Object):
            return None
        has = self._walker.boundaries.has_field(frame, right[0], left)
        return has if has is None or _WITHIN[sign] else not has

    def compared(self, left: Value, sign: str, right: Value) -> bool | None:
        """Tell what a comparison gives where all possibilities agree."""
        if len(left) == 1 and len(right) == 1:
            return _compared(left[0], sign, right[0])
        found = {_compared(one, sign, other) for one in left for other in right}
        return found.pop() if len(found) == 1 else None

    def _choose(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        _, condition, then, otherwise = form
        known = truth(self.value(frame, condition))
        values: list[Value] = []
        ways: list[Way] = []
        for outcome, expression in ((True, then), (False, otherwise)):
            if known is not None and known is not outcome:
                continue
            kept = frame.names
            frame.names = dict(kept)
            before = frame.aside()
            self._walker.refining.refine(frame, condition, truth=outcome)
            values.append(self.value(frame, expression))
            steps = frame.take(before)
            frame.back_to(kept, self._atoms.join)
            if known is not None:
                frame.steps += steps
            elif steps:
                ways.append(Way(render(condition) if outcome else None, self._line(expression), steps))
        if len(ways) == 1 and ways[0].condition is None:
            ways = [Way(render(opposite(condition)), ways[0].line, ways[0].steps)]
        if ways:
            frame.steps.append(Choice("alt" if len(ways) > 1 else "opt", frame.scope, tuple(ways)))
        return self._atoms.limited(atom for value in values for atom in value)

    def _walrus(self, frame: Frame, form: Any) -> Value:  # noqa: ANN401 - a form
        value = self.value(frame, form[2])
        frame.names[form[1]] = value
        frame.forget_name(form[1])
        return value


def _compared(one: Atom, sign: str, other: Atom) -> bool | None:
    if sign in _EQUAL:
        same = _is_same(one, sign, other)
        return same if same is None or _EQUAL[sign] else not same
    match sign, one, other:
        case "in" | "not in", _, Sequence(items=items, is_open=False):
            if isinstance(one, Const) and (one,) in items:
                return sign == "in"
            found = {_compared(one, "==", atom) if len(item) == 1 else None for item in items for atom in item}
            within = True if True in found else None if None in found else False
            return None if within is None else within if sign == "in" else not within
        case "in" | "not in", Const(), Dict(items=items, is_open=is_open):
            within = True if any(key is one for key, _ in items) else None if is_open else False
            return None if within is None else within if sign == "in" else not within
        case "in" | "not in", Const(value=str() as part), Const(value=str() as text):
            return (part in text) is (sign == "in")
        case "<" | "<=" | ">" | ">=", Const(value=int() | float() as a), Const(value=int() | float() as b):
            return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]
    return None


def _is_same(one: Atom, sign: str, other: Atom) -> bool | None:
    """Tell whether two things are the same, as ``is`` or ``==`` asks."""
    if isinstance(other, Const):
        if isinstance(one, Const):
            a, b = one.value, other.value
            return bool(a == b) and (sign in {"==", "!="} or type(a) is type(b))
        if other.value is None:
            return _is_none(one)
    elif isinstance(one, Const) and one.value is None:
        return _is_none(other)
    return True if one is other and isinstance(one, Class) and sign in {"is", "=="} else None


def _is_none(atom: Atom) -> bool | None:
    """Tell whether something that is no constant is ``None``."""
    if isinstance(atom, Unknown):
        return False if atom.flavour in {"some", "true"} else None
    return None if isinstance(atom, Option) or (isinstance(atom, External) and "(" in atom.name) else False
