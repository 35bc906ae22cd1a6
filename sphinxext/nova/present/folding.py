"""A flow to what a person can take in: by default the success path, with a count of everything that is not in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import Again, Block, Boundary, HostRole, Message
from sphinxext.nova.present.choice import EXTERNAL, Choice, lifeline_of, matches
from sphinxext.nova.present.conditions import of_newest, options_of
from sphinxext.nova.present.grouping import grouped, is_complete, settled
from sphinxext.nova.present.numbering import numbered, told_once
from sphinxext.nova.present.picture import (
    Arrow,
    Condition,
    End,
    Failing,
    LeftOut,
    Lifeline,
    Picture,
    Reason,
    arrows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sphinxext.nova.model import Branch, Flow, Step
    from sphinxext.nova.present.picture import Item

_CONDUCTOR = "nova-conductor"
"""What the objects of a process ask that does not reach the database itself. 2013.2 and newer."""

_DATA_MANAGER = "ConductorManager"

_ALONE: Final = frozenset({HostRole.SOURCE, HostRole.DESTINATION, HostRole.SERVER})

_Key = tuple[str, str, str, str, str, str]
"""What makes two messages the same: who sends what to whom, and how."""


def fold(flow: Flow, choice: Choice | None = None, *, external: Mapping[str, str] = EXTERNAL) -> Picture:
    """Choose what is drawn of a flow, and number it.

    :param external: the lifelines of what is outside, by prefixes of dotted names.
    """
    choice = Choice() if choice is None else choice
    told = {message.number: message for message in messages(flow.steps)}
    # A flow of side messages alone is about them.
    if all(_aside(message, told) for message in told.values()):
        choice = replace(choice, side=True, data=True)
    folder = _Folder(flow, choice, external, told)
    start = flow.participants[0].id if flow.participants else "p1"
    where = _Where(start, flow.entry.name, 1)
    items = numbered(told_once(folder.items(flow.steps, where, set())))
    used = {start} | {end for arrow in arrows(items) for end in (arrow.from_, arrow.to)}
    lifelines = _told_apart([line for line in folder.lifelines() if line.id in used])
    return Picture(
        End(flow.entry.name, flow.entry.file, flow.entry.line),
        start,
        tuple(reversed(lifelines) if choice.reverse else lifelines),
        items,
        folder.left_out(arrows(items)),
        flow.unfollowed,
    )


def messages(steps: Iterable[Step]) -> Iterator[Message]:
    """Give all messages of a tree of steps, in order."""
    for step in steps:
        if isinstance(step, Message):
            yield step
            yield from messages(step.steps)
        elif isinstance(step, Block):
            for branch in step.branches:
                yield from messages(branch.steps)


def _key(message: Message) -> _Key:
    return message.sender, message.from_, message.to, message.kind, message.topic, message.method


def _aside(
    message: Message, told: Mapping[int, Message], hidden: Callable[[Message], bool] = lambda _message: False
) -> Reason | None:
    """Say why a message is beside the point of a flow, ``None`` where it is not.

    The conductor works on the database for nova-compute by methods of ``ConductorManager`` (2013.1-2014.2; later it is
    objects that ask it). What it does on its own account is in a class of its own.
    """
    answered = message
    seen = {message.number}
    while len(answered.steps) == 1 and isinstance(again := answered.steps[0], Again):
        if again.number in seen or again.number not in told:
            break
        seen.add(again.number)
        answered = told[again.number]
    if not all(map(hidden, messages(answered.steps))):
        return None
    if message.kind == "fanout":
        return Reason.SIDE
    return Reason.DATA if (message.endpoint or "").endswith(f".{_DATA_MANAGER}.{message.method}") else None


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the walk through a flow is: on whose lifeline, on whose behalf, how far from the entry."""

    lifeline: str
    sender: str
    depth: int
    inside: frozenset[int] = frozenset()
    options: frozenset[str] = frozenset()
    """The conditions about options alone that hold on the way here: they hold as long as the process runs."""


class _Folder:
    """Turns the steps of one flow into items, and keeps count of what it leaves out."""

    def __init__(self, flow: Flow, choice: Choice, external: Mapping[str, str], told: Mapping[int, Message]) -> None:
        self._flow = flow
        self._choice = choice
        self._external = external
        self._names = {participant.id: participant.name for participant in flow.participants}
        self._asking = {participant.id for participant in flow.participants if participant.database == "conductor"}
        self._more: dict[tuple[str, str], Lifeline] = {}
        self._told = told
        self._drawn: dict[int, int] = {}
        """The messages whose steps are drawn: below the message of which number."""
        self._left: dict[_Key, tuple[Reason, str]] = {}
        self._repeated: dict[int, str] = {}

    def lifelines(self) -> list[Lifeline]:
        """Give all lifelines: those of the flow, then those that only what is no message needs."""
        own = [Lifeline(line.id, line.name, line.kind, line.host) for line in self._flow.participants]
        return [*own, *self._more.values()]

    def left_out(self, drawn: Iterable[Arrow]) -> tuple[LeftOut, ...]:
        """Say what was left out: each message once, and none that is drawn elsewhere, but for repeats of those."""
        shown = {_key(self._told[arrow.told]) for arrow in drawn if arrow.told}
        found: dict[Reason, list[str]] = {}
        for key, (reason, method) in self._left.items():
            if key not in shown:
                found.setdefault(reason, []).append(method)
        if self._repeated:
            found[Reason.REPEAT] = list(self._repeated.values())
        return tuple(
            LeftOut(reason, len(found[reason]), tuple(dict.fromkeys(found[reason])))
            for reason in Reason
            if reason in found
        )

    def items(self, steps: Sequence[Step], where: _Where, sent: set[_Key]) -> tuple[Item, ...]:
        """Choose among steps.

        :param sent: what was sent on every way here; what is sent here for certain is added.
        """
        found: list[Item] = []
        for step in steps:
            if isinstance(step, Message):
                found += self._message(step, where, sent)
            elif isinstance(step, Block):
                found += self._block(step, where, sent)
            elif isinstance(step, Boundary):
                found += self._boundary(step, where, sent)
            elif step.number in self._told and step.number not in where.inside:
                again = self._told[step.number]
                if step.number not in self._drawn:
                    found += self._below(again, where, sent)
        return tuple(found) if self._choice.repeats else settled(found)

    def _message(self, message: Message, where: _Where, sent: set[_Key]) -> Iterator[Item]:
        choice = self._choice
        receiver = self._names.get(message.to, message.to)
        key = _key(message)
        if self._hidden(message):
            self._leave_out(Reason.HIDE, messages([message]))
        elif choice.only and not matches(message, receiver, choice.only):
            self._leave_out(Reason.ONLY, [message])
            yield from self._below(message, where, sent)
        elif (aside := _aside(message, self._told, self._hidden)) and not (
            choice.side if aside is Reason.SIDE else choice.data
        ):
            self._leave_out(aside, [message])
        elif not choice.repeats and key in sent:
            self._repeated[message.number] = message.method
        else:
            sent.add(key)
            yield self._arrow(message, receiver, where, sent)

    def _hidden(self, message: Message) -> bool:
        return matches(message, self._names.get(message.to, message.to), self._choice.hide)

    def _arrow(self, message: Message, receiver: str, where: _Where, sent: set[_Key]) -> Arrow:
        steps, again = self._steps_of(message, where)
        body: tuple[Item, ...] = ()
        if not again and steps:
            if matches(message, receiver, self._choice.stop):
                self._leave_out(Reason.STOP, messages(steps))
                # Nor is it drawn where somebody else sends the same.
                self._drawn[message.number] = message.number
            elif self._choice.depth is not None and where.depth >= self._choice.depth:
                self._leave_out(Reason.DEPTH, messages(steps))
            else:
                body = self._below(message, where, sent)
        return Arrow(
            message.from_,
            message.to,
            message.method,
            message.kind,
            End(message.sender, message.file, message.line),
            End(message.endpoint or message.method, message.endpoint_file, message.endpoint_line),
            told=message.number,
            again=again,
            body=body,
        )

    def _steps_of(self, message: Message, where: _Where) -> tuple[Sequence[Step], int]:
        """Give the steps below a message, or the number of the message below which they are drawn."""
        steps = message.steps
        seen = {message.number}
        while len(steps) == 1 and isinstance(steps[0], Again):
            number = steps[0].number
            if number in where.inside or number in self._drawn:
                return (), self._drawn.get(number, number)
            if number in seen or number not in self._told:
                return (), 0
            seen.add(number)
            steps = self._told[number].steps
        return steps, 0

    def _below(self, message: Message, where: _Where, sent: set[_Key]) -> tuple[Item, ...]:
        """Choose among the steps below a message."""
        steps, again = self._steps_of(message, where)
        if again:
            return ()
        numbers = {message.number}
        if len(message.steps) == 1 and isinstance(message.steps[0], Again):
            numbers.add(message.steps[0].number)
        if numbers & where.inside:
            return ()
        for number in numbers:
            self._drawn[number] = message.number
        inner = _Where(message.to, message.endpoint or message.method, where.depth + 1, where.inside | numbers)
        return self.items(steps, inner, sent)

    def _block(self, block: Block, where: _Where, sent: set[_Key]) -> tuple[Item, ...]:
        if block.kind == "failure" and not self._choice.failures:
            below = [message for branch in block.branches for message in messages(branch.steps)]
            self._leave_out(Reason.FAILURE, below)
            return tuple(self._failing(block, where))
        wanted = self._wanted(block)
        ways = [set(sent) for _branch in wanted]
        drawn = [
            (condition, self.items(branch.steps, _inside(condition, where), way))
            for (condition, branch), way in zip(wanted, ways, strict=True)
        ]
        if block.kind == "opt" and wanted and wanted[0][0].text in where.options:
            sent |= ways[0]
            return drawn[0][1]
        if len(wanted) == 1 and len(wanted) < len(block.branches):
            # The other branches are for older releases, or not asked for: this is what happens.
            sent |= ways[0]
            return drawn[0][1]
        if block.kind == "alt" and is_complete([condition for condition, _branch in wanted]):
            sent |= set.intersection(*ways)
        return grouped(block.kind, drawn)

    def _failing(self, block: Block, where: _Where) -> Iterator[Failing]:
        """Give a note for each handler of a failure that is not drawn and sends something."""
        for branch in block.branches:
            sent = (one for one in _sent_here(branch) if not _aside(one, self._told, self._hidden))
            if methods := tuple(dict.fromkeys(message.method for message in sent)):
                yield Failing(where.lifeline, methods)

    def _wanted(self, block: Block) -> list[tuple[Condition, Branch]]:
        """Choose among the branches of a block."""
        earlier: list[str] = []
        wanted: list[tuple[Condition, Branch]] = []
        older: list[Branch] = []
        decided = False
        for number, branch in enumerate(block.branches, 1):
            newest = of_newest(branch.condition) if block.kind in {"alt", "opt"} else None
            if self._choice.branches != "all" and (decided or newest is False):
                older.append(branch)
            else:
                unnamed = (number, len(block.branches)) if branch.condition is None and not earlier else (1, 1)
                wanted.append((Condition(branch.condition, tuple(earlier), *unnamed), branch))
            decided = decided or newest is True
            earlier += [branch.condition] if branch.condition is not None else []
        self._leave_out(Reason.VERSION, [message for branch in older for message in messages(branch.steps)])
        if self._choice.branches == "main" and block.kind == "alt" and len(wanted) > 1:
            main = max(wanted, key=lambda item: sum(1 for _message in messages(item[1].steps)))
            others = [branch for _condition, branch in wanted if branch is not main[1]]
            self._leave_out(Reason.BRANCH, [message for branch in others for message in messages(branch.steps)])
            return [main]
        return wanted

    def _boundary(self, boundary: Boundary, where: _Where, sent: set[_Key]) -> Iterator[Arrow]:
        chosen = {"database": self._choice.database, "external": self._choice.external, "object": self._choice.objects}
        if not chosen.get(boundary.kind):
            return
        to = self._lifeline_of(boundary, where)
        text = ".".join(boundary.name.split(".")[-2:])
        key = (where.sender, where.lifeline, to, boundary.kind, "", boundary.name)
        if key in sent and not self._choice.repeats:
            return
        sent.add(key)
        place = End(where.sender, boundary.file, boundary.line)
        yield Arrow(where.lifeline, to, text, boundary.kind, place, End(boundary.name, None, None))

    def _lifeline_of(self, boundary: Boundary, where: _Where) -> str:
        if boundary.kind == "external":
            name, kind = lifeline_of(boundary.name, self._external) or boundary.name.split(".", 1)[0], "external"
        elif boundary.kind == "object" and where.lifeline in self._asking:
            name, kind = _CONDUCTOR, "service"
        else:
            name, kind = "database", "database"
        for participant in self._flow.participants:
            if (participant.name, participant.kind) == (name, kind):
                return participant.id
        line = self._more.setdefault((name, kind), Lifeline(f"x{len(self._more) + 1}", name, kind))
        return line.id

    def _leave_out(self, reason: Reason, left: Iterable[Message]) -> None:
        for message in left:
            self._left.setdefault(_key(message), (reason, message.method))


def _inside(condition: Condition, where: _Where) -> _Where:
    """Return where the walk is in a branch."""
    known = options_of(condition.text, condition.others)
    return replace(where, options=where.options | known) if known else where


def _told_apart(lifelines: Sequence[Lifeline]) -> list[Lifeline]:
    """Say of the only host of a service no more than that it is the source, the destination, or the server's."""
    count = Counter(line.name for line in lifelines)
    return [
        line if count[line.name] > 1 or line.host in _ALONE else Lifeline(line.id, line.name, line.kind)
        for line in lifelines
    ]


def _sent_here(branch: Branch) -> Iterator[Message]:
    """Give the messages of a branch that its own process sends, and not what comes of them."""
    for step in branch.steps:
        if isinstance(step, Message):
            yield step
        elif isinstance(step, Block):
            for inner in step.branches:
                yield from _sent_here(inner)
