"""Calls that are not followed: whether messages may be missing because of one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.flow.steps import Lost
from sphinxext.nova.flow.values import Client, Const, External, Method, Object, Send, Super, Unknown
from sphinxext.nova.program import FunctionDef, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Arguments, Atom
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import Scope
    from sphinxext.nova.syntax.forms import CallForm, Expr

_SELF_EVIDENT: Final = ("LOG.", "self.LOG.", "_LOG.")
_WRAPPED: Final = frozenset({"builtins.staticmethod()", "builtins.classmethod()"})
"""What stands for a function that is wrapped by a call and not by a decorator."""
_LIBRARIES: Final = ("taskflow.engines.", "taskflow.jobs.", "taskflow.conductors.", "futurist.periodics.")
"""What runs tasks that it is given, some time and in some order. Other projects only."""
_SENDS: Final = (".call", ".cast", ".fanout_cast")
_CLIENTS: Final = ("get_client()", "get_rpc_client()", "RPCClient()")


class Clients(NamedTuple):
    """The RPC clients of a program: their methods, dotted, by the last name, and their modules."""

    methods: Mapping[str, tuple[str, ...]]
    modules: frozenset[str]


class Unfollowed:
    """The part of a walker that notes what it does not follow."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker

    @cached_property
    def _clients(self) -> Clients:
        return self._walker.clients()

    def unknown(self, frame: Frame, atom: Atom, arguments: Arguments, line: int, form: CallForm | None) -> None:
        """Note the call of something that is not known, if it may send messages or all such calls are asked for."""
        if form is None or not isinstance(atom, Unknown | Const | Super):
            return
        called = form[1]
        could_reach = self._by_name(called, frame.scope) or self._given(arguments) or self._rebound(frame, called)
        if could_reach:
            frame.lose((Lost(frame.scope, line, called, could_reach, sends=True),))
        elif self._walker.explaining and not (isinstance(called, str) and called.startswith(_SELF_EVIDENT)):
            frame.lose((Lost(frame.scope, line, called),))

    def of_value(self, frame: Frame, atom: Method, line: int, form: CallForm | None) -> None:
        """Note the call of a client's method on what is None or a container: it was another thing when it ran."""
        if form is not None and atom.name in self._clients.methods:
            could_reach = self._by_name(form[1], frame.scope)
            if could_reach:
                frame.lose((Lost(frame.scope, line, form[1], could_reach, sends=True),))

    def of_library(self, frame: Frame, atom: External, last: str, line: int, form: CallForm | None) -> None:
        """Note the call of something of a library that runs what it was given, or has a client's method."""
        name = atom.name
        if name.startswith(_LIBRARIES):
            if "(" not in name:
                library = name.rpartition(".")[0]
                why = f"{library} runs what it is given, and that is not followed"
                called = name if form is None else form[1]
                frame.lose((Lost(frame.scope, line, called, sends=True, why=why, library=library),))
        elif name.endswith(_SENDS) and any(client in name for client in _CLIENTS):
            library = name.partition("()")[0]
            why = f"it sends a message by {library}, and that is not followed"
            called = name if form is None else form[1]
            frame.lose((Lost(frame.scope, line, called, sends=True, why=why, library=library),))
        elif form is not None and last in self._clients.methods:
            could_reach = self._by_name(form[1], frame.scope)
            if could_reach:
                frame.lose((Lost(frame.scope, line, form[1], could_reach, sends=True),))
        elif form is not None and self._walker.explaining and name in _WRAPPED:
            frame.lose((Lost(frame.scope, line, form[1]),))

    def _by_name(self, called: Expr, scope: Scope) -> tuple[str, ...]:
        """Return the methods of clients that have the name of what is called."""
        if isinstance(called, str):
            found = self._clients.methods.get(called[called.rfind(".") + 1 :])
        else:
            found = self._clients.methods.get(called[2]) if isinstance(called, tuple) and called[0] == "attr" else None
        return tuple(one for one in found if not _is_handed_on(one, scope)) if found else ()

    def _given(self, arguments: Arguments) -> tuple[str, ...]:
        """Return the clients among the arguments, by the names of their classes."""
        if not arguments.positional and not arguments.keywords:
            return ()
        modules = self._clients.modules
        for value in (*arguments.positional, *(value for _, value in arguments.keywords)):
            for atom in value:
                match atom:
                    case Object(class_=class_) if class_.module.name in modules:
                        return (class_.name,)
                    case Client() | Send():
                        return ("oslo_messaging.RPCClient",)
        return ()

    def _rebound(self, frame: Frame, called: Expr) -> tuple[str, ...]:
        """Return what a function of the checkout may send whose name stands for something else by now."""
        if not isinstance(called, str) or called.partition(".")[0] in frame.names or not self._clients.methods:
            return ()
        found = resolve(called, frame.scope)
        if not isinstance(found, FunctionDef):
            return ()
        facts = found.module.facts
        sent = (ones for name, ones in self._clients.methods.items() if facts.mentions(found.fact, name.encode()))
        return tuple(one for ones in sent for one in ones)


def _is_handed_on(client: str, scope: Scope) -> bool:
    """Tell whether a scope is the method that answers the message of a client, and so calls another of that name.

    ``SchedulerManager.select_destinations`` calls ``self.driver.select_destinations`` (13.0.0 to 22.0.0): a service
    does not ask itself what it is being asked.
    """
    class_, _, name = client.rpartition(".")
    folder = class_.rpartition(".")[0].rpartition(".")[0]
    return isinstance(scope, FunctionDef) and scope.fact.name == name and scope.module.name == f"{folder}.manager"
