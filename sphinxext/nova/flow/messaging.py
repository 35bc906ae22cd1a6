"""RPC clients: ``oslo_messaging``, and the functions that sent messages before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.steps import Choice, Lost, Sent, Way
from sphinxext.nova.flow.values import Client, Const, Dict, Target, Text
from sphinxext.nova.flow.written import given

if TYPE_CHECKING:
    from sphinxext.nova.flow.frames import Frame
    from sphinxext.nova.flow.values import Arguments, Atom, Method, Object, Send, Value, Written
    from sphinxext.nova.flow.walker import Walker
    from sphinxext.nova.program import FunctionDef
    from sphinxext.nova.syntax.forms import CallForm

_KINDS: Final = {
    "call": "call",
    "multicall": "call",
    "call_twisted": "call",
    "cast": "cast",
    "cast_to_server": "cast",
    "fanout_cast": "fanout",
    "fanout_cast_to_server": "fanout",
}
"""The functions of ``nova/rpc.py`` (2010.1 to 2012.1) and ``openstack/common/rpc/__init__.py`` (to 2013.2)."""
_PROXY: Final = "rpcclient"


class Messaging:
    """The part of a walker that knows how messages are sent."""

    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._atoms = walker.atoms

    # --- oslo.messaging

    def target(self, frame: Frame, arguments: Arguments, form: CallForm | None) -> Value:
        """Make a ``Target(exchange, topic, namespace, version, server, fanout)``, as ``oslo_messaging/target.py``."""
        names = ("exchange", "topic", "namespace", "version", "server", "fanout")
        named = dict(zip(names, arguments.positional, strict=False)) | dict(arguments.keywords)
        none = self._atoms.none
        return (
            self._atoms.target(
                named.get("topic", none),
                named.get("namespace", none),
                named.get("version", none),
                self._server(frame, named, form),
                named.get("fanout", none),
            ),
        )

    def client(self, arguments: Arguments) -> Value:
        """Make an ``RPCClient(transport, target, ...)``."""
        named = dict(arguments.keywords)
        value = named.get("target") or (arguments.positional[1] if len(arguments.positional) > 1 else ())
        found = tuple(self._atoms.client(atom) for atom in value if isinstance(atom, Target))
        return found or self._atoms.any

    def proxied(self, frame: Frame, proxy: Object, function: FunctionDef, arguments: Arguments) -> Value | None:
        """Make what ``get_client`` of ``nova/rpcclient.py`` returns: a client of a proxy's topic. 2013.2 only."""
        if self._walker.boundaries.short(function.module.name) != _PROXY:
            return None
        named = dict(zip(("namespace",), arguments.positional, strict=False)) | dict(arguments.keywords)
        topic = self._walker.attribute(frame, (proxy,), "topic")
        version = self._walker.attribute(frame, (proxy,), "default_version")
        none = self._atoms.none
        target = self._atoms.target(topic, named.get("namespace", none), version, None, none)
        return (self._atoms.client(target),)

    def _server(self, frame: Frame, named: dict[str, Value], form: CallForm | None) -> Written | None:
        if named.get("server", self._atoms.none) == self._atoms.none:
            return None
        written = dict(form[3]).get("server") if form is not None else None
        # prepare(**parameters): the helpers that do so call their own parameter like this.
        return (frame.scope, written if written is not None else "server")

    def attribute(self, atom: Client | Target, name: str) -> Value:
        """Return an attribute of a client or target."""
        match atom, name:
            case Client(), "call" | "cast":
                return (self._atoms.send(atom, name),)
            case Client(target=target), "target":
                return (target,)
            case Client(), _:
                return (self._atoms.method(atom, name),)
            case Target(topic=value), "topic":
                return value
            case Target(namespace=value), "namespace":
                return value
            case Target(version=value), "version":
                return value
        return self._atoms.any

    def method(self, frame: Frame, method: Method, arguments: Arguments, form: CallForm | None) -> Value:
        """Call a method of a client that does not send."""
        client = method.receiver
        if not isinstance(client, Client):
            return self._atoms.any
        if method.name == "prepare":
            return self._prepared(frame, client, arguments, form)
        if method.name == "can_send_version":
            # Both sides are of one release; an older one is what the other branches are for.
            return (self._atoms.const(value=True),)
        return self._atoms.any

    def _prepared(self, frame: Frame, client: Client, arguments: Arguments, form: CallForm | None) -> Value:
        names = ("exchange", "topic", "namespace", "version", "server", "fanout")
        named = dict(zip(names, arguments.positional, strict=False)) | dict(arguments.keywords)
        before = client.target
        target = self._atoms.target(
            named.get("topic", before.topic),
            named.get("namespace", before.namespace),
            named.get("version", before.version),
            self._server(frame, named, form) or before.server,
            named.get("fanout", before.fanout),
        )
        return (self._atoms.client(target),)

    def rebased(self, value: Value, frame: Frame, callee: FunctionDef, form: CallForm | None) -> Value:
        """Return clients that a helper prepared, and topics that it made, with the host as its caller writes it."""
        if form is None or not any(_server_is_of(atom, callee) for atom in value):
            return value
        found: list[Atom] = []
        for atom in value:
            if not _server_is_of(atom, callee):
                found.append(atom)
            elif isinstance(atom, Client):
                target = atom.target
                written = None if target.server is None else given(target.server[1], callee, form)
                server = target.server if written is None else (frame.scope, written)
                rebased = self._atoms.target(target.topic, target.namespace, target.version, server, target.fanout)
                found.append(self._atoms.client(rebased))
            elif isinstance(atom, Text) and atom.rest is not None:
                written = given(atom.rest[1], callee, form)
                found.append(atom if written is None else self._atoms.text(atom.prefix, (frame.scope, written)))
        return tuple(dict.fromkeys(found))

    def send(self, frame: Frame, send: Send, arguments: Arguments, line: int) -> Value:
        """Do ``client.call(context, method, **arguments)``, or ``cast``."""
        target = send.client.target
        kind = "fanout" if send.kind == "cast" and any(atom.truth for atom in target.fanout) else send.kind
        methods = (
            arguments.positional[1] if len(arguments.positional) > 1 else dict(arguments.keywords).get("method", ())
        )
        keywords = [(name, value) for name, value in arguments.keywords if name != "method"]
        sent = self._atoms.arguments((), keywords, is_open=arguments.is_open)
        namespace = self._text(target.namespace)
        self._sent(frame, kind, target.topic, namespace, target.version, methods, sent, target.server, line)
        return self._atoms.any if kind == "call" else self._atoms.none

    def _sent(
        self,
        frame: Frame,
        kind: str,
        topic: Value,
        namespace: str | None,
        version: Value,
        methods: Value,
        arguments: Arguments,
        server: Written | None,
        line: int,
    ) -> None:
        names = [atom.value for atom in methods if isinstance(atom, Const) and isinstance(atom.value, str)]
        known = self._walker.texts.texts(version)
        steps = [
            Sent(
                kind,
                topic,
                namespace,
                max(known, key=_version, default=None),
                name,
                arguments,
                server,
                frame.scope,
                line,
            )
            for name in names
        ]
        if len(steps) > 1:
            frame.steps.append(Choice("alt", frame.scope, tuple(Way(None, line, (step,)) for step in steps)))
        else:
            frame.steps += steps
        if not steps:
            why = "it sends a message, and the name of the method is not known"
            frame.lose((Lost(frame.scope, line, kind, sends=True, why=why),))

    def _text(self, value: Value) -> str | None:
        texts = self._walker.texts.texts(
            tuple(atom for atom in value if not (isinstance(atom, Const) and atom.value is None))
        )
        return texts[0] if texts else None

    # --- before oslo.messaging

    def is_raw(self, definition: FunctionDef) -> bool:
        """Tell whether a function is one of those that send a message: ``rpc.cast(context, topic, message)``."""
        if definition.fact.name not in _KINDS or definition.owner is not None:
            return False
        return self._walker.boundaries.short(definition.module.name) in self._walker.boundaries.rpc_modules

    def carries(self, definition: FunctionDef) -> bool:
        """Tell whether every message of the program goes through a function, by ``openstack/common/rpc/proxy.py``."""
        module = self._walker.boundaries.short(definition.module.name)
        return any(module == one or module.startswith(f"{one}.") for one in self._walker.boundaries.rpc_modules)

    def raw(self, frame: Frame, name: str, arguments: Arguments, line: int) -> Value:
        """Do ``rpc.cast(context, topic, {"method": ..., "args": {...}})``."""
        values = [*arguments.positional, *(value for _, value in arguments.keywords)]
        for index, value in enumerate(values):
            message = next((atom for atom in value if isinstance(atom, Dict) and self._item(atom, "method")), None)
            if message is not None and index:
                topic = dict(arguments.keywords).get("topic") or values[index - 1]
                self._raw(frame, _KINDS[name], topic, message, line)
                break
        else:
            why = "it sends a message that is not known"
            frame.lose((Lost(frame.scope, line, f"rpc.{name}", sends=True, why=why),))
        return self._atoms.any if _KINDS[name] == "call" else self._atoms.none

    def _raw(self, frame: Frame, kind: str, topic: Value, message: Dict, line: int) -> None:
        packed = self._item(message, "args")
        inner = next((atom for atom in packed if isinstance(atom, Dict)), None)
        keywords = [] if inner is None else [(key.value, value) for key, value in inner.items if isinstance(key, Const)]
        arguments = self._atoms.arguments((), keywords, is_open=inner is None or inner.is_open)
        server = next((atom.rest for atom in topic if isinstance(atom, Text) and atom.rest is not None), None)
        namespace = self._text(self._item(message, "namespace"))
        version = self._item(message, "version")
        self._sent(frame, kind, topic, namespace, version, self._item(message, "method"), arguments, server, line)

    def _item(self, message: Dict, name: str) -> Value:
        return next((value for key, value in message.items if isinstance(key, Const) and key.value == name), ())

    def topics(self, value: Value) -> list[str]:
        """Return the topics that a value may be, without the host that may follow."""
        found: list[str] = []
        for atom in value:
            match atom:
                case Text(prefix=prefix):
                    found.append(prefix.partition(".")[0])
                case Const(value=str(text)):
                    found.append(text.partition(".")[0])
                case _:
                    found += [text.partition(".")[0] for text in self._walker.texts.texts((atom,))]
        return list(dict.fromkeys(topic for topic in found if topic))


def _server_is_of(atom: Atom, function: FunctionDef) -> bool:
    if isinstance(atom, Client):
        written = atom.target.server
    elif isinstance(atom, Text):
        written = atom.rest
    else:
        return False
    return written is not None and written[0] == function


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())
