"""What can be asked of each process over RPC: both ends of every message."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.flow.decorating import is_property
from sphinxext.nova.model import Answer, RpcMethod, Source
from sphinxext.nova.openstack.callers import Callers
from sphinxext.nova.openstack.clients import Clients
from sphinxext.nova.openstack.endpoints import Endpoints
from sphinxext.nova.openstack.forms import unread
from sphinxext.nova.problems import Kind, Problem, QuestionError
from sphinxext.nova.program import FunctionDef, lookup, methods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.flow import Sent
    from sphinxext.nova.openstack.clients import Sending
    from sphinxext.nova.openstack.endpoints import Endpoint
    from sphinxext.nova.program import Program

_MOST_NEAR: Final = 5


def rpc_methods(program: Program, topic: str = "", *, with_callers: bool = False) -> Answer[RpcMethod]:
    """Say what can be asked over RPC: each method with the client that sends it and the endpoint that answers.

    There is a row for each topic, namespace and method, and a further one for each further function that sends it.
    Rows without a client are public methods of managers, and of their further endpoints, that nothing in the checkout
    sends: what the service itself calls, and what is kept for older clients. Rows without an endpoint are messages that
    no service of the checkout answers. Versions are those that are sent where nothing limits them.

    :param topic: the topic of a service, or the name of its command; ``""`` for all. The first topic of a service
        (``compute``) means all of them, as the command (``nova-compute``) does; another one only itself.
    :param with_callers: fill :attr:`~sphinxext.nova.model.RpcMethod.callers` with the functions in which the client is
        called, as :class:`~.callers.Callers` finds them.
    :returns: rows by topic and namespace, first those with a client, in the order of its source.
    :raises QuestionError: nobody sends to this topic, and nobody listens to it.
    """
    with program.recording() as record:
        question = _Question(program)
        with question.walker.walking():
            rows = question.rows(topic)
            if with_callers:
                rows = question.called(rows)
            problems = tuple(question.problems())
    return Answer(rows, (*record.problems, *problems), frozenset({*record.sources, Source("ref", "")}))


class _Question:
    """One question on its way."""

    def __init__(self, program: Program) -> None:
        self._program = program
        # What only some deployments have can be asked all the same: cells (2013.1 to 19.0.0).
        self.walker = Walker(program, Boundaries(package=program.checkout.package, deployment=()))
        self._endpoints = Endpoints(self.walker)
        self._clients: dict[str, FunctionDef] = {}
        self._senders = Clients(self.walker)

    def rows(self, of: str) -> tuple[RpcMethod, ...]:
        """Give the rows of a topic."""
        found = list(self._sent())
        answered = {(row.endpoint, row.namespace) for row in found}
        found += [row for row in self._public() if (row.endpoint, row.namespace) not in answered]
        return tuple(self._chosen(found, of))

    def problems(self) -> Iterator[Problem]:
        """Give what the rows lack: what had to be left open, and forms that are not read."""
        yield from self.walker.limits.problems()
        servers = self._endpoints.unread(self._senders.of_servers)
        yield from unread(servers, "servers of messages that are made", "the rows lack what they answer")
        yield from unread(self._senders.unread, "RPC clients that are made", "the rows lack what they send")

    def called(self, rows: Iterable[RpcMethod]) -> tuple[RpcMethod, ...]:
        """Fill in who calls the clients."""
        rows = tuple(rows)
        clients = {row.client: self._clients[row.client] for row in rows if row.client is not None}
        callers = Callers(self.walker, self._endpoints, clients.values()).found()
        return tuple(
            replace(row, callers=callers.get(clients[row.client], ()) if row.client is not None else ()) for row in rows
        )

    def _sent(self) -> Iterator[RpcMethod]:
        merged: defaultdict[tuple[str | None, str | None, str, FunctionDef], list[Sent]] = defaultdict(list)
        for sending in self._senders.sendings():
            sent = sending.sent
            for topic in self._topics(sending):
                merged[topic, sent.namespace, sent.method, sending.client].append(sent)
        for (topic, namespace, method, client), sents in merged.items():
            yield self._row(topic, namespace, method, client, sents)

    def _topics(self, sending: Sending) -> Iterable[str | None]:
        """Return the topics a message goes to; all that answer it, where the client is told which."""
        sent = sending.sent
        return (
            self.walker.messaging.topics(sent.topic)
            or [
                topic
                for topic in self._endpoints.main_topics
                if self._endpoints.find(topic, sent.namespace, sent.method)[1] is not None
            ]
            or [None]
        )

    def _row(
        self, topic: str | None, namespace: str | None, method: str, client: FunctionDef, sents: Iterable[Sent]
    ) -> RpcMethod:
        _, endpoint = self._endpoints.find(topic or "", namespace, method)
        self._clients[client.name] = client
        name, place = (None, None) if endpoint is None else _answering(endpoint, method)
        return RpcMethod(
            topic=topic,
            namespace=namespace,
            method=method,
            kind=tuple(dict.fromkeys(sent.kind for sent in sents)),
            versions=tuple(dict.fromkeys(sent.version for sent in sents if sent.version is not None)),
            client=client.name,
            client_file=client.module.path,
            client_line=client.fact.line,
            endpoint=name,
            endpoint_file=None if place is None else place.module.path,
            endpoint_line=None if place is None else place.fact.line,
            arguments=tuple(dict.fromkeys(name for sent in sents for name, _ in sent.arguments.keywords)),
        )

    def _public(self) -> Iterator[RpcMethod]:
        """Give the public methods of all endpoints."""
        for topic, service in self._endpoints.main_topics.items():
            namespaces = set()
            for endpoint in self._endpoints.of(service):
                # A second one of a namespace is there for clients of another major version.
                if endpoint.namespace in namespaces:
                    continue
                namespaces.add(endpoint.namespace)
                for name, function in methods(endpoint.made.class_).items():
                    if not name.startswith("_") and not is_property(function):
                        yield RpcMethod(
                            topic=topic,
                            namespace=endpoint.namespace,
                            method=name,
                            kind=(),
                            versions=(),
                            client=None,
                            client_file=None,
                            client_line=None,
                            endpoint=function.name,
                            endpoint_file=function.module.path,
                            endpoint_line=function.fact.line,
                            arguments=tuple(_travelling(function)),
                        )

    def _chosen(self, rows: list[RpcMethod], of: str) -> list[RpcMethod]:
        topics = {row.topic for row in rows if row.topic}
        wanted = topics
        if of:
            # The topic by which a service is known means all of its topics, as its own name does.
            service = self._endpoints.main_topics.get(of, of)
            wanted = {topic for topic in topics if topic == of or self._endpoints.topics.get(topic) == service}
            if not wanted:
                names = sorted({*topics, *self._endpoints.managers})
                near = get_close_matches(of, names, n=_MOST_NEAR)
                meant = f"; near matches: {', '.join(near)}" if near else ""
                checkout = self._program.checkout
                what = f"no topic {of} in {checkout.project} {checkout.release or checkout.spec}"
                raise QuestionError(Kind.NAME, f"{what}{meant}")
        return sorted(
            (row for row in rows if row.topic in wanted or (not of and row.topic is None)),
            key=lambda row: (row.topic or "", row.namespace or "", row.client is None),
        )


def _answering(endpoint: Endpoint, method: str) -> tuple[str, FunctionDef | None]:
    """Return the name of the method that answers, and the function that runs."""
    definition = endpoint.definition(method)
    if definition is not None:
        return definition.name, definition
    member = lookup(endpoint.made.class_, "__getattr__")
    dynamic = member.definition if member is not None else None
    return f"{endpoint.made.class_.name}.{method}", dynamic if isinstance(dynamic, FunctionDef) else None


def _travelling(function: FunctionDef) -> Iterator[str]:
    """Give the names of what a message carries: the parameters after ``self`` and the context."""
    for parameter in function.fact.parameters[2:]:
        if not parameter.kind.name.startswith("STAR"):
            yield parameter.name
