"""Classes that stand for others: what is called on one of them is called on an instance of each class below it.

Which hypervisor driver runs, the configuration of a host tells. A walk for which it matters what drivers do
(``Boundaries.opens``) goes through those of the checkout, one by one, and keeps what each does apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.steps import Reached
from sphinxext.nova.program import ClassDef, FunctionDef, does_the_same, lookup, mro, subclasses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.flow.calls import Calls
    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.steps import Step
    from sphinxext.nova.flow.values import Arguments, Object
    from sphinxext.nova.flow.walker import Walker

DRIVER: Final = "driver"
"""The kind of step behind which is what one driver does; its name is that of the driver's class."""


class Opening:
    """The part of a walker that goes through the classes below one that stands for them.

    An object of such a class has what the constructors of all of them are given.
    """

    def __init__(self, walker: Walker, calls: Calls) -> None:
        self._walker = walker
        self._atoms = walker.atoms
        self._calls = calls
        self._aboves: dict[ClassDef, ClassDef | None] = {}
        self._methods: dict[tuple[ClassDef, str], Sequence[tuple[ClassDef, FunctionDef]]] = {}

    def construct(self, frame: Frame, standing: Object, line: int) -> None:
        """Make an instance of each class: what their constructors do becomes steps."""
        for class_ in subclasses(standing.class_):
            before = frame.aside()
            callee = (self._atoms.class_(class_),)
            self._calls.call(frame, callee, standing.arguments or self._atoms.empty, line, None)
            self._take(frame, before, class_, line)

    def call(self, frame: Frame, standing: Object, name: str, arguments: Arguments, line: int) -> None:
        """Call a method of an instance of each class, but for those that only inherit what another does alike."""
        key = (standing.class_, name)
        if key not in self._methods:
            self._methods[key] = tuple(self._own_methods(standing.class_, name))
        for class_, function in self._methods[key]:
            before = frame.aside()
            made = self._atoms.object(class_, standing.arguments)
            method = self._walker.decorating.method(function, made)
            self._calls.call(frame, method, arguments, line, None)
            self._take(frame, before, class_, line)

    def _own_methods(self, standing: ClassDef, name: str) -> Iterator[tuple[ClassDef, FunctionDef]]:
        """Give the classes that a method is called in, each with what the method is there."""
        for class_ in subclasses(standing):
            function, above = _method(class_, name), self._above(class_, standing)
            if function is not None and (above is None or not does_the_same(class_, above, name)):
                yield class_, function

    def _above(self, class_: ClassDef, standing: ClassDef) -> ClassDef | None:
        """Return the next class above one that is gone through, too."""
        if class_ not in self._aboves:
            known = subclasses(standing)
            self._aboves[class_] = next((one for one in mro(class_)[1:] if one in known), None)
        return self._aboves[class_]

    @staticmethod
    def _take(frame: Frame, before: list[Step], class_: ClassDef, line: int) -> None:
        steps = frame.take(before)
        if steps:
            frame.steps.append(Reached(DRIVER, class_.name, frame.scope, line, steps))


def is_standing_method(class_: ClassDef, name: str) -> bool:
    """Tell whether something is a method of any of the classes for which one stands."""
    return any(_method(one, name) is not None for one in (class_, *subclasses(class_)))


def _method(class_: ClassDef, name: str) -> FunctionDef | None:
    member = lookup(class_, name)
    return member.definition if member is not None and isinstance(member.definition, FunctionDef) else None
