"""Who asks over RPC: the functions that send messages, and what each of them sends.

There are two forms. From 2012.2 on, a class has one method for each message (``nova/compute/rpcapi.py``): its ancestor
is ``RpcProxy`` (to 2013.2), or it prepares a client of oslo.messaging (2014.1 and newer). Up to 2012.2, any function
may hand a dictionary to ``rpc.call``, ``rpc.cast`` or ``rpc.fanout_cast``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow import Call, Choice, Decided, Frame, Reached, Sent
from sphinxext.nova.openstack.consumers import SERVERS
from sphinxext.nova.openstack.forms import Place, full_name, is_messaging, is_messaging_module
from sphinxext.nova.openstack.mentions import mentioning_each
from sphinxext.nova.openstack.roles import is_client
from sphinxext.nova.program import ClassDef, FunctionDef, methods, mro
from sphinxext.nova.syntax.walking import calls, expressions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.flow import Steps, Summary, Value, Walker
    from sphinxext.nova.program import Module

_CLASSES: Final = ("RpcProxy", "get_client", "get_rpc_client", "RPCClient")
"""What a file mentions that has a class of clients."""
_MAKERS: Final = frozenset(_CLASSES[1:])
"""What makes a client."""
_FUNCTIONS: Final = ("rpc.call", "rpc.cast", "rpc.fanout_cast", "rpc.multicall", "rpc.call_twisted")
"""What a file mentions that sends by itself."""
_PACKING: Final = frozenset({"call", "cast", "make_msg"})
"""Methods that are given the name of the remote method: ``make_msg`` to 2013.1, the others from 2013.2 on."""
_MACHINERY: Final = ("rpc", "rpcclient", "openstack.common")
"""Modules through which messages of others go."""


class Sending(NamedTuple):
    """A function sends a message. ``client`` is the one that says which."""

    client: FunctionDef
    sent: Sent


class Clients:
    """All functions of a program that send messages."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._program = walker.program
        self.unread: list[Place] = []
        """The places where clients are made of whose messages none was found, once :meth:`sendings` has ended."""
        self.of_servers: Sequence[str] = ()
        """The files that may make servers of messages, once :meth:`sendings` has begun."""
        self._sent: dict[int, tuple[Summary, tuple[Sending | Sent, ...]]] = {}

    def sendings(self) -> Iterator[Sending]:
        """Give what is sent, by the place of the function that sends it, then in the order of its source."""
        package = self._program.checkout.package
        groups = (_CLASSES, _FUNCTIONS, SERVERS)
        for words in groups:
            self._program.note("mentions", package, words)
        of_classes, of_functions, self.of_servers = mentioning_each(self._program, package, groups)
        for module in self._loaded(of_classes):
            classes = [ClassDef(module, fact.index) for fact in module.facts.classes if fact.outer is None]
            clients = [class_ for class_ in classes if is_client(class_)]
            naming = [class_ for class_ in clients if _names_a_method(class_)]
            found = 0
            for class_ in naming:
                for sending in self._of_class(class_):
                    found += 1
                    yield sending
            # Some pass on what others say, others inherit what they send.
            if not found and clients == naming and (made := list(_made(module))) and not any(map(_inherits, classes)):
                self.unread += made
        for module in self._loaded(of_functions):
            for function in _senders(module):
                yield from self._of_function(function)

    def _loaded(self, paths: Sequence[str]) -> Iterator[Module]:
        paths = [path for path in paths if not self._is_machinery(path)]
        self._program.load(paths)
        return (module for module in map(self._program.module_at, paths) if module is not None)

    def _is_machinery(self, path: str) -> bool:
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        short = self._walker.boundaries.short(name)
        return any(short == one or short.startswith(f"{one}.") for one in _MACHINERY)

    def _of_class(self, class_: ClassDef) -> Iterator[Sending]:
        """Give what the methods of a client send, be it by another one; private ones count if they say what."""
        made, _ = self._walker.heap.construct(class_, self._walker.atoms.empty)
        for name, function in methods(class_).items():
            # What is inherited from another client is told of that one, wherever a subclass redirects it to: through
            # nova-cells, by ``compute/cells_api.py`` (2013.2 to 15.0.0).
            inherited = function.owner is not None and function.owner != class_ and is_client(function.owner)
            if name == "__init__" or inherited or self._is_machinery(function.module.path):
                continue
            callee = self._walker.attribute(Frame(class_.module, {}, {}), (made,), name)
            for found in self._found(class_.module, callee):
                says = isinstance(found, Sending) and found.client == function
                if says or not name.startswith("_"):
                    yield Sending(function, found.sent if isinstance(found, Sending) else found)

    def _of_function(self, function: FunctionDef) -> Iterator[Sending]:
        """Give what a function sends itself, and what it lets others of its module send by naming it."""
        if function.owner is None:
            callee = self._walker.names.of(function)
        else:
            made, _ = self._walker.heap.construct(function.owner, self._walker.atoms.empty)
            callee = self._walker.attribute(Frame(function.module, {}, {}), (made,), function.fact.name)
        for found in self._found(function.module, callee):
            if isinstance(found, Sending) and _outermost(found.client) == function:
                yield found

    def _found(self, module: Module, callee: Value) -> tuple[Sending | Sent, ...]:
        given = self._walker.atoms.arguments((), (), is_open=True)
        return tuple(dict.fromkeys(self._in(self._walker.entry(module, callee, given).steps, None)))

    def _below(self, summary: Summary) -> tuple[Sending | Sent, ...]:
        """Return what is sent in a summary and below; as it is, where nobody there says the name of the method."""
        if id(summary) not in self._sent:
            self._sent[id(summary)] = (summary, ())
            if summary.sends or not summary.is_complete:
                found = tuple(dict.fromkeys(self._in(summary.steps, summary.function)))
                self._sent[id(summary)] = (summary, found)
        return self._sent[id(summary)][1]

    def _in(self, steps: Steps, function: FunctionDef | None) -> Iterator[Sending | Sent]:
        for step in steps:
            match step:
                case Sent():
                    yield self._said(step, function)
                case Call(summary=summary):
                    for found in self._below(summary):
                        yield found if isinstance(found, Sending) else self._said(found, function)
                case Choice(ways=ways):
                    for way in ways:
                        yield from self._in(way.steps, function)
                case Decided(steps=inside) | Reached(steps=inside):
                    yield from self._in(inside, function)

    def _said(self, sent: Sent, function: FunctionDef | None) -> Sending | Sent:
        """Say that a function is the client, if it is the one that names the method."""
        if function is None or sent.method not in self._texts(function):
            return sent
        return Sending(function, sent)

    def _texts(self, function: FunctionDef) -> frozenset[str]:
        """Return the texts that are written in a function."""
        return self._program.remember(
            ("texts", function),
            lambda: frozenset(
                expression[1]
                for expression in expressions(function.body)
                if isinstance(expression, tuple) and expression[0] == "str"
            ),
        )


def _names_a_method(class_: ClassDef) -> bool:
    """Tell whether a class says itself what it sends, and does not pass on what others say (``cells/messaging.py``)."""
    for function in methods(class_).values():
        for _, called, arguments, _, _, _ in calls(function.body):
            name = called[2] if isinstance(called, tuple) and called[0] == "attr" else called
            last = name.rpartition(".")[2] if isinstance(name, str) else ""
            if last in _PACKING and any(isinstance(one, tuple) and one[0] == "str" for one in arguments[:2]):
                return True
    return False


def _inherits(class_: ClassDef) -> bool:
    return any(isinstance(ancestor, ClassDef) and is_client(ancestor) for ancestor in mro(class_)[1:])


def _made(module: Module) -> Iterator[Place]:
    """Give the calls that make clients of messages, and not of a REST API; none where others call to make theirs."""
    if is_messaging_module(module):
        return
    facts = {fact.index: fact for word in _MAKERS for fact in module.facts.functions_mentioning(word.encode())}
    for fact in facts.values():
        function = FunctionDef(module, fact.index)
        for call in calls(function.body):
            name = call[1] if isinstance(call[1], str) else ""
            if name.rpartition(".")[2] in _MAKERS and is_messaging(name, module):
                yield Place(full_name(name, module), module.path, call[4])


def _senders(module: Module) -> list[FunctionDef]:
    """Return the functions of a module that may send by themselves, or by a helper of theirs, in order of place.

    ``_cast_compute_message`` of ``compute/api.py`` (2011.1 to 2011.3) is such a helper, and so is what calls it with
    the name that it was given: ``_cast_or_call_compute_message`` (2012.1).
    """
    named: dict[FunctionDef, set[str]] = {}
    for fact in module.facts.functions:
        function = _outermost(FunctionDef(module, fact.index))
        for expression in expressions(FunctionDef(module, fact.index).body):
            if isinstance(expression, str):
                named.setdefault(function, set()).add(expression)
    found = {function for function, names in named.items() if any(_sends(name) for name in names)}
    pending = list(found)
    while pending:
        helper = pending.pop().fact.name
        if helper.startswith("_"):
            for function, names in named.items():
                if function not in found and any(name.rpartition(".")[2] == helper for name in names):
                    found.add(function)
                    pending.append(function)
    return sorted(found, key=lambda function: function.fact.line)


def _sends(name: str) -> bool:
    return any(name == one or name.endswith(f".{one}") for one in _FUNCTIONS)


def _outermost(function: FunctionDef) -> FunctionDef:
    outer = function.outer
    while isinstance(outer, FunctionDef):
        function, outer = outer, outer.outer
    return function
