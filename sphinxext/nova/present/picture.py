"""What a sequence diagram shows, as plain data: lifelines, arrows, groups and notes, and what was left out of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.model import Unresolved


class Reason(enum.StrEnum):
    """Why messages of a flow are not in its picture; the value is the option that leaves them out, or shows them."""

    FAILURE = "failures"
    """They are sent when something went wrong."""
    VERSION = "branches: all"
    """They are sent to, or in the place of, a service of an older release."""
    BRANCH = "branches: newest"
    """Another branch says more, and only one of them was asked for."""
    SIDE = "side"
    """They tell all servers of a service something that no further message comes of."""
    DATA = "data"
    """The conductor reads or writes the database for the sender, and sends nothing on."""
    REPEAT = "repeats"
    """The same sender has sent the same message before."""
    DEPTH = "depth"
    """They are further away from the entry than was asked for."""
    STOP = "stop"
    """They come of a message at which the author stops."""
    HIDE = "hide"
    """The author hides them."""
    ONLY = "only"
    """They are not among those that the author asks for."""

    @property
    def option(self) -> tuple[str, str] | None:
        """The option that shows them, and its value if it takes one; ``None`` where the author has left them out."""
        if self in {Reason.DEPTH, Reason.STOP, Reason.HIDE, Reason.ONLY}:
            return None
        name, _, value = self.value.partition(": ")
        return name, value

    @property
    def shown_by(self) -> str | None:
        """The option that shows them, as a directive writes it."""
        return None if self.option is None else ": ".join(self.option).rstrip()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many messages were left out for a reason, and the methods that they call, each once, in order."""

    reason: Reason
    count: int
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One lifeline: ``host`` is set where two lifelines of one name have to be told apart."""

    id: str
    name: str
    kind: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """One end of an arrow in the source: a dotted name and its place, ``None`` where no source is known."""

    name: str
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message, or something that is asked of the database or of another service.

    ``kind`` is ``call``, ``cast`` or ``fanout`` of a message, else ``database``, ``object``, ``external``, or ``start``
    of what a process does while it starts. ``number``
    counts the arrows of the picture, ``told`` is the message's number in the flow (0: no message). ``sender`` is where
    it is sent, ``receiver`` what answers. ``body`` is what the receiver does because of it; where that is what it did
    because of an earlier arrow, ``again`` is the number of that one.
    """

    from_: str
    to: str
    text: str
    kind: str
    sender: End
    receiver: End
    told: int = 0
    number: int = 0
    again: int = 0
    body: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Arrows that do not simply happen once: ``kind`` is ``alt``, ``opt``, ``loop`` or ``failure``."""

    kind: str
    branches: tuple[tuple[Condition, tuple[Item, ...]], ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """When a branch is taken: an expression of the source, or (``None``) that none of ``others`` holds.

    Where there is neither, ``number`` says which branch of ``count`` it is, from 1.
    """

    text: str | None
    others: tuple[str, ...] = ()
    number: int = 1
    count: int = 1


@dataclass(frozen=True, slots=True)
class Failing:
    """Stands for one handler of a failure that is not drawn, where the code has it.

    ``over`` is the lifeline of its process, ``methods`` are what it sends, in order, each once.
    """

    over: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Continued:
    """Stands for arrows that another part of the picture draws: ``part`` counts from 1, ``over`` are lifelines."""

    over: tuple[str, ...]
    part: int


Item: TypeAlias = "Arrow | Group | Failing | Continued"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of a flow, and what is not. ``entry`` is where it starts, ``start`` the lifeline it starts on.

    ``unfollowed`` are the calls because of which arrows may be missing.
    """

    entry: End
    start: str
    lifelines: tuple[Lifeline, ...]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = field(default=())
    unfollowed: tuple[Unresolved, ...] = ()


def arrows(items: Iterable[Item]) -> Iterator[Arrow]:
    """Give all arrows in the order in which they are drawn."""
    for item in items:
        if isinstance(item, Arrow):
            yield item
            yield from arrows(item.body)
        elif isinstance(item, Group):
            for _condition, inner in item.branches:
                yield from arrows(inner)
