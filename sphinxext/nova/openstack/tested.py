"""What a function's body asks of the configuration before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.options import uses
from sphinxext.nova.program import UNKNOWN, evaluate
from sphinxext.nova.syntax.walking import inside, own_expressions, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinxext.nova.openstack.options import Use
    from sphinxext.nova.program import FunctionDef, Options
    from sphinxext.nova.syntax.forms import Block, Expr, Stmt


_MOST: Final = 100
"""How many statements are looked at that may come before a body does anything."""


class Tested(NamedTuple):
    """The options that a body tests, each once, in the order of the source.

    ``idle`` is the first whose default makes the body end before it does anything.
    """

    options: tuple[Use, ...]
    idle: Use | None


def tested(function: FunctionDef, options: Options) -> Tested:
    """Return the options in the conditions of a function's body, also where a local variable stands for one."""
    body = _Body(function, options)
    found: dict[str, Use] = {}
    for statement in statements(function.body):
        for condition in conditions_of(statement):
            for use in body.uses(condition):
                found.setdefault(use.name, use)
    return Tested(tuple(found.values()), body.idle())


def conditions_of(statement: Stmt) -> Iterator[Expr]:
    """Give the conditions that a statement itself tests: of ``if``, ``while``, ``assert``, and of ``x if y else z``."""
    match statement:
        case ("if", _, branches, _):
            for branch in branches:
                yield branch[1]
        case ("while", _, condition, _, _, _) | ("assert", _, condition, _, _):
            yield condition
        case _:
            for expression in own_expressions(statement):
                for part in inside(expression):
                    match part:
                        case ("choose", condition, _, _):
                            yield condition


class _Body:
    """A function's body with the local variables that stand for options."""

    def __init__(self, function: FunctionDef, options: Options) -> None:
        self._function = function
        self._options = options
        self._variables = dict(self._stand_ins(function.body))

    def uses(self, expression: Expr) -> Iterator[Use]:
        """Give the options in an expression, and those that its variables stand for."""
        for part in inside(expression):
            if isinstance(part, str):
                yield from self._variables.get(part, ()) or uses(part, self._function, self._options)

    def idle(self) -> Use | None:
        """Return the option by whose default the body ends at once.

        Looked at are the conditions at the beginning of the body: ``if not CONF.x: return``, or ``if CONF.x > 0:`` with
        everything else inside.
        """
        known: dict[str, object] = {}
        body = self._function.body
        for number, statement in enumerate(body[:_MOST]):
            match statement:
                case ("expr", _, ("str", _)):
                    continue
                case ("assign", _, targets, value):
                    result = self._value(value, known)
                    known |= {target: result for target in targets if isinstance(target, str)}
                case ("if", _, ((_, condition, _, inner),), ()):
                    result = self._value(condition, known)
                    ends = bool(inner) and inner[-1][0] == "return"
                    whole = number == len(body) - 1
                    if (result is not UNKNOWN) and ((ends and result) or (whole and not ends and not result)):
                        return next(self.uses(condition), None)
                    if not ends:
                        return None
                case _:
                    return None
        return None

    def _value(self, expression: Expr, variables: Mapping[str, object]) -> object:
        known = {name: value for name, value in variables.items() if value is not UNKNOWN}
        known |= {use.text: use.default for use in self.uses(expression) if use.default is not UNKNOWN}
        return evaluate(expression, self._function, known)

    def _stand_ins(self, block: Block) -> Iterator[tuple[str, tuple[Use, ...]]]:
        """Give the local variables that are an option or are computed from some without calling anything."""
        for statement in statements(block):
            match statement:
                case ("assign", _, targets, value) if not _has_call(value):
                    found = tuple(uses(value, self._function, self._options))
                    for target in targets:
                        if found and isinstance(target, str):
                            yield target, found


def _has_call(expression: Expr) -> bool:
    return any(isinstance(part, tuple) and part[0] == "call" for part in inside(expression))
