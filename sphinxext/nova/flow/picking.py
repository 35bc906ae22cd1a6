"""Why one of several callees is called: the key of a dictionary, or the condition under which a name was assigned.

Which of several values a name has is not kept while a function is gone through; where several of them send something,
which is rare, the source of the function says it.

``handlers[kind](...)``, also through a local name
    Each callee by its keys: ``kind == 'vnc'``. All releases.
``client = client.prepare(fanout=True)`` inside an ``if``
    What was prepared by the condition, the other by its opposite. All releases with ``prepare`` (2013.2 and newer).
``send = client.cast if do_cast else client.call``
    Likewise, also as an ``if`` statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.opposites import opposite
from sphinxext.nova.flow.values import Const, Dict, Send
from sphinxext.nova.program import FunctionDef
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Atom, Target, Value
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.syntax.forms import Block, CallForm, Expr

_FIELDS: Final = ("fanout", "server", "topic", "version")
"""What ``prepare`` is given that two clients may differ in."""
_LONGEST: Final = 200
"""Characters of a key; beyond, the value is not named by it."""


def reasons(walker: Walker, frame: Frame, callee: Value, form: CallForm | None) -> dict[Atom, str]:
    """Return under which condition each of several callees is called, as far as the source says it.

    :param form: the call as it is written, ``None`` where nobody wrote it.
    """
    if form is None:
        return {}
    function = form[1]
    if all(isinstance(atom, Send) for atom in callee):
        return _sent(frame, [atom for atom in callee if isinstance(atom, Send)], function)
    for looked_up in (function, *(value for value, _test in _assigned(frame, function))):
        if found := _picked(walker, frame, callee, looked_up):
            return found
    return {}


def _picked(walker: Walker, frame: Frame, callee: Value, form: Expr) -> dict[Atom, str]:
    """Return the keys under which a dictionary has the callees."""
    match form:
        case ("subscript", str(owner), key):
            pass
        case ("call", str(method), (key, *_), _, _, _) if method.endswith(".get"):
            owner = method.removesuffix(".get")
        case _:
            return {}
    keys: dict[Atom, list[str]] = {}
    for container in walker.expressions.value(frame, owner):
        for name, value in container.items if isinstance(container, Dict) else ():
            text = _key(name)
            for atom in value:
                if text is not None and atom in callee and text not in keys.get(atom, ()):
                    keys.setdefault(atom, []).append(text)
    written = render(key)
    return {
        atom: f"{written} == {names[0]}" if len(names) == 1 else f"{written} in ({', '.join(names)})"
        for atom, names in keys.items()
    }


def _key(atom: Atom) -> str | None:
    """Return how a key is written; ``None`` where it is not known, or too long."""
    text = repr(atom.value) if isinstance(atom, Const) else None
    return text if text is not None and len(text) <= _LONGEST else None


def _sent(frame: Frame, sends: list[Send], function: Expr) -> dict[Atom, str]:
    """Return under which condition each of two ways to send is taken."""
    if len(sends) != 2 or not isinstance(function, str):
        return {}
    one, other = sends
    owner = function.rpartition(".")[0]
    if not owner and one.kind != other.kind:
        for value, test in _assigned(frame, function):
            for kind, condition in _kinds(value, test):
                return {send: render(condition if send.kind == kind else opposite(condition)) for send in sends}
    for name in _FIELDS if owner else ():
        given = [send for send in sends if _is_given(send.client.target, name)]
        if len(given) != 1:
            continue
        for value, test in _assigned(frame, owner):
            match value:
                case ("call", str(method), _, keywords, _, _) if test is not None and method.endswith("prepare"):
                    if any(keyword == name for keyword, _value in keywords):
                        return {send: render(test if send is given[0] else opposite(test)) for send in sends}
    return {}


def _kinds(value: Expr, test: Expr | None) -> Iterator[tuple[str, Expr]]:
    """Give by which method is sent, and when."""
    match value:
        case ("choose", condition, str(then), _):
            yield then.rpartition(".")[2], condition
        case str(method) if test is not None:
            yield method.rpartition(".")[2], test


def _is_given(target: Target, name: str) -> bool:
    value = getattr(target, name)
    return any(atom.truth for atom in value) if name == "fanout" else bool(value)


def _assigned(frame: Frame, name: Expr) -> Iterator[tuple[Expr, Expr | None]]:
    """Give what is assigned to a local name, and under which condition; ``None``: in any case, or nobody can say."""
    if isinstance(name, str) and "." not in name and isinstance(frame.scope, FunctionDef):
        yield from _in_block(frame.scope.body, name, None)


def _in_block(block: Block, name: str, test: Expr | None) -> Iterator[tuple[Expr, Expr | None]]:
    for statement in block:
        match statement:
            case ("assign", _, targets, value) if name in targets:
                yield value, test
            case ("if", _, ((_, condition, _, inner),), orelse):
                yield from _in_block(inner, name, condition)
                yield from _in_block(orelse, name, opposite(condition))
            case ("if", _, branches, orelse):
                for _line, _condition, _text, inner in branches:
                    yield from _in_block(inner, name, None)
                yield from _in_block(orelse, name, None)
            case ("for", _, _, _, inner, orelse, _) | ("while", _, _, _, inner, orelse):
                yield from _in_block(inner, name, test)
                yield from _in_block(orelse, name, test)
            case ("try", _, inner, handlers, orelse, final):
                for part in (inner, *(handler[3] for handler in handlers), orelse, final):
                    yield from _in_block(part, name, test)
            case ("with", _, _, inner, _):
                yield from _in_block(inner, name, test)
