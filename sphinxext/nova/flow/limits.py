"""How far a walk goes for one question, and what it leaves open beyond that.

Each limit is far above what any release comes to; the maxima are of 2013.2, 2014.2, 20.0.0 and 34.0.0. An answer must
not depend on the questions before it. So where a limit was met in a walker that was asked before, the question is
asked once more of a new one, and no further question of either.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from sphinxext.nova.problems import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.program import FunctionDef

DEEPEST: Final = 120
"""How many calls inside one another are followed. 27 are in the releases."""
MOST_CONTEXTS: Final = 2000
"""In how many contexts a function is gone through before only the kind of what it is given is told apart.

One question has 543 of one function at most, all flows of 2013.2 together have 852.
"""
MOST_MADE: Final = 300
"""The same of a constructor, whose contexts multiply where classes make one another. 76 are in the releases."""
MOST_KINDS: Final = 200
"""In how many contexts more it is gone through before nothing of what it is given is told apart, but its object."""
MOST_EVALUATIONS: Final = 30_000
"""How many times functions are gone through. A flow takes 2,000, the database calls of a service 10,500."""
MOST_LINES: Final = 900_000
"""How many lines the functions have that are gone through, each as often as it is, and arguments they are given.

All database calls of a release take 252,000 lines, without the arguments.
"""
MOST_IN_CIRCLES: Final = 200_000
"""How many of these are gone through inside themselves, or again because a function around them was not done.

In the releases these are at most 570 functions: whatever grows does so in circles.
"""
MOST_SHARED: Final = 30_000
"""After how many functions the next question is asked of a new walker. All flows of a release take 11,300."""
_MOST_NAMED: Final = 5
"""How many functions are named for each limit."""


class Limit(enum.Enum):
    """A limit of a walk; what is said of the function at which it was met."""

    WORK = "what it takes to answer grows beyond all bounds: {name} and what comes after it are left open"
    CONTEXTS = "{name} is called in too many ways: what it is given is not told apart any more"
    DEPTH = f"calls are followed {DEEPEST} deep: what {{name}} does is left open"
    NESTING = "{name} is nested too deeply: what it does is left open"
    MESSAGES = "more messages come out of this, or deeper inside one another, than are shown: {name} is left open"


class Limits:
    """The limits that were met in a walk.

    ``is_met`` tells whether there was any, also one that leaves nothing open: what grows in a recursion is widened.
    """

    def __init__(self) -> None:
        self.is_met = False
        self._open: dict[Limit, dict[FunctionDef | None, None]] = {}

    def leave_open(self, limit: Limit, function: FunctionDef | None) -> None:
        """Note that a limit was met at a function, ``None`` for what has no name."""
        self.is_met = True
        self._open.setdefault(limit, {})[function] = None

    def problems(self) -> Iterator[Problem]:
        """Give what was left open, for each limit in the order in which it was met."""
        for limit, functions in self._open.items():
            named = [function for function in functions if function is not None]
            for function in named[:_MOST_NAMED]:
                message = limit.value.format(name=function.name)
                yield Problem(Kind.BUDGET, message, function.module.path, function.fact.line)
            if not named:
                yield Problem(Kind.BUDGET, limit.value.format(name="a function without a name"))
            elif len(named) > _MOST_NAMED:
                message = limit.value.format(name=f"each of {len(named) - _MOST_NAMED} further functions")
                yield Problem(Kind.BUDGET, message)
