"""What a class does otherwise than one that it inherits from, although it inherits the very method."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sphinxext.nova.program.classes import subclasses
from sphinxext.nova.program.definitions import ClassDef, FunctionDef
from sphinxext.nova.program.names import mro
from sphinxext.nova.syntax.walking import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SELF_EVIDENT: Final = frozenset({"__doc__", "__module__", "__qualname__"})


def does_the_same(class_: ClassDef, above: ClassDef, name: str) -> bool:
    """Tell whether a method does in a class what it does in one of the classes that it inherits from.

    It does where the method uses nothing that the class says anew, nor what it calls on its instance, nor the
    expressions that are assigned to the attributes of that. What it uses is told by the words in it, never too few.
    One amount in place of another changes nothing: how many processors a host has, say.
    """
    own = _own(class_, above)
    if name in own:
        return False
    uses = class_.module.program.remember(("all uses", above), _all_uses, above)
    pending, seen = [name], {name}
    while pending:
        current = pending.pop()
        for used in {word for one in uses for word in one.get(current, ())}:
            if used in own:
                return False
            if used not in seen:
                seen.add(used)
                pending.append(used)
    return True


def _all_uses(class_: ClassDef) -> list[Mapping[str, set[str]]]:
    return [_uses(one, class_) for one in mro(class_) if isinstance(one, ClassDef)]


def _own(class_: ClassDef, above: ClassDef) -> frozenset[str]:
    """Return the names that a class, and those between it and one that it inherits from, say anew."""
    return class_.module.program.remember(("own", class_, above), lambda: _said_anew(class_, above))


def _said_anew(class_: ClassDef, above: ClassDef) -> frozenset[str]:
    before = set(mro(above))
    classes = [one for one in mro(class_) if isinstance(one, ClassDef) and one not in before]
    names = {name for one in classes for name in one.bindings}
    amounts = _amounts(classes) & _amounts(one for one in before if isinstance(one, ClassDef))
    return frozenset((names - amounts).union(*(_assigned(one) for one in classes)) - _SELF_EVIDENT)


def _amounts(classes: Iterable[ClassDef]) -> frozenset[str]:
    """Return the attributes that are numbers wherever one of these classes gives them a value, and not nothing."""
    found: dict[str, bool] = {}
    for class_ in classes:
        for one in class_.module.facts.assignments:
            if one.class_ == class_.index and isinstance(one.target, str):
                is_amount = isinstance(one.value, int | float) and not isinstance(one.value, bool) and bool(one.value)
                found[one.target] = is_amount and found.get(one.target, True)
    return frozenset(name for name, is_amount in found.items() if is_amount)


def _uses(class_: ClassDef, of: ClassDef) -> Mapping[str, set[str]]:
    """Return, by name, which names of a class its own methods and its attributes' values use of the instance.

    They are looked for among the names of the classes from which ``of`` inherits in its file, and of those below them.
    """
    remember = class_.module.program.remember
    top = next(one for one in reversed(mro(of)) if isinstance(one, ClassDef) and one.module is of.module)
    words = remember(("words", top), lambda: _words(top))
    return remember(("uses", class_, top), lambda: _found(class_, words))


def _words(top: ClassDef) -> Mapping[str, bytes]:
    classes = {*mro(top), *subclasses(top)}
    names = {name for one in classes if isinstance(one, ClassDef) for name in (*one.bindings, *_assigned(one))}
    return {name: name.encode() for name in names}


def _found(class_: ClassDef, words: Mapping[str, bytes]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    mentions = class_.module.facts.mentions
    for name, function in _functions(class_):
        found[name].update(word for word, said in words.items() if mentions(function.fact, said))
    for assigned in class_.module.facts.attributes:
        if assigned.class_ == class_.index and isinstance(assigned.target, str):
            parts = (part for part in inside(assigned.value) if isinstance(part, str))
            found[_attribute(assigned.target)].update(_attribute(part) for part in parts if "." in part)
    return found


def _functions(class_: ClassDef) -> Iterator[tuple[str, FunctionDef]]:
    """Give the methods of a class by their names, and what is defined inside each by the name of that."""
    for fact in class_.module.facts.functions:
        function = FunctionDef(class_.module, fact.index)
        if function.inside == class_:
            yield function.outermost.fact.name, function


def _assigned(class_: ClassDef) -> Iterable[str]:
    attributes = class_.module.facts.attributes
    return (_attribute(one.target) for one in attributes if one.class_ == class_.index and isinstance(one.target, str))


def _attribute(expression: str) -> str:
    """Return ``a`` of ``self.a.b``."""
    return expression.split(".", 2)[1]
