"""The database functions below what was walked, and where a process leaves its own code on the way to them.

Steps are looked through once, whoever gets to them: they become a node that holds what is in them and refers to the
nodes of what they call.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sphinxext.nova.flow import DRIVER, Call, Choice, Decided, Reached, Sent
from sphinxext.nova.model import Caller
from sphinxext.nova.openstack.records import LOAD, LOADER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from sphinxext.nova.flow import Steps
    from sphinxext.nova.openstack.database.catalogue import DbFunction
    from sphinxext.nova.program import Scope

DIRECT: Final = "direct"
CONDUCTOR: Final = "conductor"
OBJECT: Final = "object"
DATABASE: Final = "database"
"""The kind of the steps in which database functions are reached."""

_APART: Final = frozenset({DRIVER, OBJECT, LOAD})
"""The kinds of steps behind which another process goes on, or by another route."""

Way: TypeAlias = "tuple[DbFunction, str, Caller]"
"""A database function, the route by which it is reached, and the place where the process leaves its own code."""


@dataclass(slots=True)
class Ways:
    """What is reached from where work begins in a process.

    ``through`` are the methods of objects that functions are reached through, with how many each of them reaches.
    ``begun_by_driver`` is what each hypervisor driver is asked to do, by the name of its class.
    """

    taken: set[Way] = field(default_factory=set)
    through: set[tuple[DbFunction, str, int]] = field(default_factory=set)
    begun_by_driver: defaultdict[str, dict[Node, None]] = field(default_factory=lambda: defaultdict(dict))


class Node:
    """What some steps hold, with what is behind boundaries behind which the process goes on by the same route."""

    __slots__ = (
        "below",
        "called",
        "clients",
        "drivers",
        "loads",
        "messages",
        "named",
        "objects",
        "sent",
        "steps",
        "ways",
    )

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        """They are kept so that no others get their identity."""
        self.called: dict[Node, None] = {}
        self.clients: list[tuple[Caller, Node]] = []
        """Calls of what code asks nova-conductor by."""
        self.objects: list[tuple[Reached, Node]] = []
        """Methods of objects, and what is behind them."""
        self.drivers: list[tuple[str, Node]] = []
        """What hypervisor drivers do, by the names of their classes."""
        self.loads: list[Reached] = []
        self.sent: list[Sent] = []
        self.named: list[tuple[DbFunction, Caller]] = []
        self.ways: Ways | None = None
        """The ways that begin right here, but for those of messages; ``None`` before somebody asks for them."""
        self.messages: frozenset[Way] | None = None
        """Those of messages."""
        self.below: frozenset[DbFunction] | None = None
        """The database functions below, by whichever route; ``None`` before somebody asks for them."""


class Graph:
    """The graph of what was walked in a program.

    :param named: gives the database function that a name stands for.
    :param asked: gives the database functions that the receiver of a message reaches for the sender.
    :param loaded: gives what loading a field does, by its name.
    :param clients: the names of the modules by which code asks nova-conductor: what these send counts where they are
        called.
    """

    def __init__(
        self,
        named: Callable[[str], DbFunction | None],
        asked: Callable[[Sent], Iterable[DbFunction]],
        loaded: Callable[[str], Steps],
        clients: AbstractSet[str],
    ) -> None:
        self._named = named
        self._asked = asked
        self._loaded = loaded
        self._clients = clients
        self._nodes: dict[int, Node] = {}
        self._fields: dict[str, Node] = {}
        self._callers: dict[tuple[Scope, int], Caller] = {}
        self._answered: dict[Sent, frozenset[DbFunction]] = {}
        self._asked_by_client: dict[tuple[Node, str | None], frozenset[DbFunction]] = {}

    # --- ways

    def ways(self, begun: Iterable[Node], driver: str | None = None) -> Ways:
        """Return all ways out of the functions in which work begins in a process.

        :param driver: the name of the class of its hypervisor driver; ``None`` to leave out all that drivers do.
        """
        found = Ways()
        clients: dict[Node, None] = {}
        inside = self._reached(begun, driver)
        for node in inside:
            _take(found, self._ways_in(node))
            found.taken |= self._sent_in(node)
            for caller, client in node.clients:
                clients[client] = None
                found.taken.update((function, CONDUCTOR, caller) for function in self._asked_in(client, driver))
        for node in self._reached(clients, driver, with_clients=True):
            if node not in inside:
                _take(found, self._ways_in(node))
        return found

    @staticmethod
    def _reached(begun: Iterable[Node], driver: str | None, *, with_clients: bool = False) -> dict[Node, None]:
        """Return the nodes of what happens in the process of a driver."""
        found = dict.fromkeys(begun)
        pending = [*found]
        while pending:
            node = pending.pop()
            called: Iterable[Node] = node.called
            if node.drivers and driver is not None:
                called = [*called, *(one for name, one in node.drivers if name == driver)]
            if node.clients and with_clients:
                called = [*called, *(one for _, one in node.clients)]
            for one in called:
                if one not in found:
                    found[one] = None
                    pending.append(one)
        return found

    def _ways_in(self, node: Node) -> Ways:
        """Return the ways in these very steps, without the messages that are sent."""
        if node.ways is None:
            node.ways = ways = Ways({(function, DIRECT, caller) for function, caller in node.named})
            for step, inside in node.objects:
                self._through(ways, step, step.name, self.below(inside))
            for step in node.loads:
                name = f"{step.name.rpartition('.')[0]}.{LOADER}"
                self._through(ways, step, name, self.below(self._load(step.name)))
            for name, begun in node.drivers:
                ways.begun_by_driver[name][begun] = None
        return node.ways

    def _through(self, ways: Ways, step: Reached, name: str, found: frozenset[DbFunction]) -> None:
        """Take the ways through a method of an object."""
        caller = self._caller(step)
        ways.taken.update((function, OBJECT, caller) for function in found)
        ways.through.update((function, name, len(found)) for function in found)

    def _sent_in(self, node: Node) -> frozenset[Way]:
        """Return the ways that are messages in these very steps."""
        if node.messages is None:
            found = ((function, step) for step in node.sent for function in self._asked_by(step))
            node.messages = frozenset((function, CONDUCTOR, self._caller(step)) for function, step in found)
        return node.messages

    def _asked_in(self, client: Node, driver: str | None) -> frozenset[DbFunction]:
        """Return what nova-conductor is asked for by all that happens in a method of a client."""
        key = (client, driver)
        if key not in self._asked_by_client:
            sent = [step for node in self._reached([client], driver, with_clients=True) for step in node.sent]
            self._asked_by_client[key] = frozenset(function for step in sent for function in self._asked_by(step))
        return self._asked_by_client[key]

    def _asked_by(self, step: Sent) -> frozenset[DbFunction]:
        if step not in self._answered:
            self._answered[step] = frozenset(self._asked(step))
        return self._answered[step]

    def _caller(self, step: Call | Reached | Sent) -> Caller:
        """Return the place of a step, always the same object."""
        key = (step.scope, step.line)
        found = self._callers.get(key)
        if found is None:
            found = self._callers[key] = Caller(step.scope.name, step.scope.module.path, step.line)
        return found

    # --- functions

    def below(self, node: Node) -> frozenset[DbFunction]:
        """Return the database functions that are reached in these steps, by whichever route, also to load fields."""
        if node.below is None:
            found: set[DbFunction] = set()
            pending, seen = [node], {node}
            while pending:
                one = pending.pop()
                if one.below is not None:
                    found |= one.below
                    continue
                found.update(function for function, _ in one.named)
                apart = (inner for _, inner in (*one.clients, *one.objects, *one.drivers))
                for inner in (*one.called, *apart, *(self._load(step.name) for step in one.loads)):
                    if inner not in seen:
                        seen.add(inner)
                        pending.append(inner)
            node.below = frozenset(found)
        return node.below

    def _load(self, name: str) -> Node:
        found = self._fields.get(name)
        if found is None:
            found = self._fields[name] = self.node(self._loaded(name))
        return found

    # --- nodes

    def node(self, steps: Steps) -> Node:
        """Return the node of these steps."""
        found = self._nodes.get(id(steps))
        if found is None:
            found = self._nodes[id(steps)] = Node(steps)
            unfinished = [found]
            while unfinished:
                self._finish(unfinished.pop(), unfinished)
        return found

    def _finish(self, node: Node, unfinished: list[Node]) -> None:  # noqa: C901 - a flat table
        """Look through the steps of a node; the new nodes of what they call are still to be finished."""

        def inner(steps: Steps) -> Node:
            found = self._nodes.get(id(steps))
            if found is None:
                found = self._nodes[id(steps)] = Node(steps)
                unfinished.append(found)
            return found

        for step in self._here(node.steps):
            match step:
                case Call(summary=summary) if self._is_client(step):
                    node.clients.append((self._caller(step), inner(summary.steps)))
                case Call(summary=summary):
                    node.called[inner(summary.steps)] = None
                case Sent():
                    node.sent.append(step)
                case Reached(kind=kind, name=name, steps=steps) if kind == DRIVER:
                    node.drivers.append((name, inner(steps)))
                case Reached(kind=kind, steps=steps) if kind == OBJECT:
                    node.objects.append((step, inner(steps)))
                case Reached(kind=kind) if kind == LOAD:
                    node.loads.append(step)
                case Reached():
                    function = self._of(step)
                    if function is not None:
                        node.named.append((function, self._caller(step)))

    def _here(self, steps: Steps) -> Iterator[Call | Sent | Reached]:
        """Give the steps that belong to a node, one by one."""
        pending = [steps]
        while pending:
            for step in pending.pop():
                match step:
                    case Choice(ways=ways):
                        pending += [way.steps for way in ways]
                    case Decided(steps=inside):
                        pending.append(inside)
                    case Reached(kind=kind, steps=inside) if kind not in _APART:
                        function = self._of(step)
                        if function is None or function.own:
                            pending.append(inside)
                        yield step
                    case Call() | Sent() | Reached():
                        yield step

    def _of(self, step: Reached) -> DbFunction | None:
        return self._named(step.name) if step.kind == DATABASE else None

    def _is_client(self, call: Call) -> bool:
        function = call.summary.function
        return function is not None and function.module.name in self._clients


def _take(ways: Ways, others: Ways) -> None:
    ways.taken |= others.taken
    ways.through |= others.through
    for name, begun in others.begun_by_driver.items():
        ways.begun_by_driver[name] |= begun
