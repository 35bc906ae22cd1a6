"""The facts everybody shares: places, problems and the answers to the reader's questions. No behaviour but theirs.

Every class here is a frozen, slotted dataclass (or an enum), made of plain values, so that it can be pickled into a
Sphinx environment, compared, hashed and turned into JSON.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

# Known here too, since most of the package needs both.
from sphinxext.nova.problems import CheckoutError as CheckoutError
from sphinxext.nova.problems import CorruptError as CorruptError
from sphinxext.nova.problems import Kind as Kind
from sphinxext.nova.problems import Problem as Problem
from sphinxext.nova.problems import QuestionError as QuestionError
from sphinxext.nova.problems import Source as Source

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A folder or a file of the checkout and what it is for (``layout`` in the JSON contract).

    ``path`` is relative to the root, without a trailing slash. ``described_by`` is ``page``, ``user``, ``catalog`` or
    ``docstring``; ``role`` (of a file in a service's own folder) is a member of :class:`Role`. ``lines`` counts lines
    of text files, and is ``None`` for a file that cannot be read; such a file adds nothing to its folders. ``files`` is
    1 for a file. ``depth`` is the number of folders between the row and the folder asked.
    """

    path: str
    kind: str
    description: str | None
    described_by: str | None
    role: Role | None
    service: str | None
    files: int
    lines: int | None
    depth: int = 0


class Role(enum.StrEnum):
    """What a file of a service's own folder is, found from what the file holds."""

    API = "api"
    """The caller's side: what other processes of Nova import to ask the service."""
    RPCAPI = "rpcapi"
    """The caller's side over RPC: the client class whose methods send messages."""
    MANAGER = "manager"
    """The service itself: the manager class that answers."""
    TASKS = "tasks"
    """The service's work, cut into task objects."""


@dataclass(frozen=True, slots=True)
class TaskOption:
    """A config option on which a periodic task depends.

    ``name`` has the group before it, ``image_cache.manager_interval``, where that is not ``DEFAULT``. ``default`` is
    its value, ``None`` also where only running tells; ``default_text`` is what its author wrote. ``file`` and ``line``
    say where it is registered; they are ``None``, and so is all but the name, where the checkout does not register it.
    """

    name: str
    default: object = field(hash=False)
    default_text: str | None
    help: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """Something that a service does by itself, again and again (``periodic-tasks`` in the JSON contract).

    ``manager`` is the dotted name of the class that defines it, ``services`` are the commands whose manager is that
    class or inherits from it. ``form`` is ``decorator``, ``override`` (a step of an overridden ``periodic_tasks``) or
    ``timer``. ``file`` and ``line`` are the place of the ``def``; of a step or a timer whose ``def`` is not known, of
    the call.

    ``spacing`` is the interval as written, ``interval`` the seconds that really apply (negative: never; ``None``: only
    running tells). ``each_pass`` says that the task runs whenever the loop does, which is then at least every
    ``interval`` seconds. ``option`` is the config option that the interval depends on, ``default`` its default.

    ``enabled`` is whether the loop runs the task at all when nothing is configured. ``disabled_by`` is what keeps it
    from doing anything then: an option, which is the one of the interval or the one that the body tests first, or
    ``enabled`` where the decorator says so. ``tests_options`` are the options that the body tests, in the order of the
    source; ``options`` has all of them. ``talks_to`` is ``None`` unless it was asked for, or where the source does not
    say what runs: the messages that are sent (``scheduler.sync_instance_info``), ``database``, and the modules that
    stand for what is outside (``nova.network.neutron``).
    """

    task: str
    manager: str
    services: tuple[str, ...]
    form: str
    file: str
    line: int
    spacing: str | None
    option: str | None
    default: object = field(hash=False)
    interval: int | float | None
    each_pass: bool
    run_immediately: bool
    enabled: bool
    disabled_by: str | None
    external_process_ok: bool
    tests_options: tuple[str, ...]
    description: str | None
    options: tuple[TaskOption, ...]
    talks_to: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A process that can be started, and how it is declared.

    ``name`` is the command's (``nova-compute``), or the program name of a WSGI module without a command
    (``nova-api-os-compute``). ``entry_point`` is what is declared (``nova.cmd.compute:main``), or the file of a script.
    ``file`` and ``line`` are the place of the function that is called; of a script, or of a WSGI module's
    ``application``, the place where it starts; of what is not there, the place of the declaration. ``wsgi`` says that
    a WSGI server imports it, ``external`` that it lives in another project, ``missing`` that the module that is
    declared is not there.
    """

    name: str
    entry_point: str
    file: str
    line: int
    wsgi: bool = False
    external: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class RestAction:
    """Something that the REST API does: a method and a URL, and the function that is called.

    ``name`` is as a reader writes it: ``POST /servers/{id}/action resize``, ``DELETE /servers/{id}``; ``action`` is the
    key of the request's body (``resize``), ``None`` where the URL alone decides. ``api`` tells apart what a release has
    twice: ``v2``, ``v2.1``, ``v3``, ``ec2``. ``controller`` is the dotted name of the class whose method it is,
    ``function`` that of the method as it is defined; ``file`` and ``line`` its place.
    """

    name: str
    http_method: str
    path: str
    action: str | None
    api: str
    controller: str
    function: str
    file: str
    line: int


class HostRole(enum.StrEnum):
    """What a host is in a flow, by where the code takes it from."""

    SOURCE = "source"
    """From which a server moves: ``migration.source_compute``."""
    DESTINATION = "destination"
    """To which a server moves: ``migration.dest_compute``."""
    SERVER = "server"
    """On which a server is: ``instance.host``."""
    CHOSEN = "chosen"
    """Which the scheduler has chosen: ``selection.service_host``."""
    ASKED = "asked"
    """Which a user has asked for."""
    OWN = "own"
    """On which the process runs: ``CONF.host``."""
    ANY = "any"
    """Whichever takes the message first: it names no host."""
    OTHER = "other"
    """Of something else: ``network['host']``."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A lifeline of a flow: a process on a host, or something outside.

    ``id`` is opaque (``p1``), ``kind`` is ``service``, ``database`` or ``external``. ``host`` is what its host is in
    the flow, a value of :class:`HostRole`, or what else it is the host of (``network``); ``None`` where it is not
    known, or there is but one and nothing to say of it. ``database`` is how a process reaches the database, ``direct``
    or ``conductor`` as in :attr:`Service.database`: in the second case its objects ask nova-conductor to do what they
    do there.
    """

    id: str
    name: str
    kind: str
    host: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One RPC message, and what its receiver does because of it.

    ``number`` counts the messages of the flow in the order in which they are told. ``from_`` and ``to`` are
    participants' ids; ``kind`` is ``cast``, ``call`` or ``fanout``. ``sender`` is the endpoint on whose behalf it is
    sent, or the entry; ``client`` the client method that sends it, ``endpoint`` the method that answers, ``None`` where
    no class in the checkout does. ``file`` and ``line`` are where the walk left the caller's own code towards the
    client. ``server`` is the expression that picks the host, ``via`` is ``callback``, ``spawn``, ``name`` or ``None``;
    ``decided_by`` are the literals and options that chose the branch it stands in.
    """

    number: int
    from_: str
    to: str
    method: str
    kind: str
    topic: str
    namespace: str | None
    sender: str
    client: str
    client_file: str
    client_line: int
    endpoint: str | None
    endpoint_file: str | None
    endpoint_line: int | None
    file: str
    line: int
    server: str | None
    via: str | None
    decided_by: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the ways on.

    ``condition`` is as its author wrote it, ``None`` for what is left; ``file`` and ``line`` are its place.
    """

    condition: str | None
    steps: tuple[Step, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a flow that does not simply happen once.

    ``kind`` is ``alt`` (one of the branches), ``opt`` (the one branch, or nothing), ``loop`` (again and again) or
    ``failure`` (an ``except`` handler, a rollback, what is done before an exception is raised and sends nothing: only
    when something went wrong). A branch of an ``alt`` that has no steps is there because those after it are taken
    where it is not.
    """

    kind: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where the walk reached something that is no RPC.

    ``kind`` is ``database``, ``external`` (another service, the hypervisor driver), ``library`` or ``object`` (a
    remotable method of a versioned object); ``name`` is dotted.
    """

    kind: str
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Again:
    """Stands for the steps below the message of this number, which were told before."""

    number: int


Step: TypeAlias = "Message | Block | Boundary | Again"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a flow starts: a function, the place of its ``def``, the service whose process runs it (``None``: unknown).

    ``others`` are further functions that the question could have meant.
    """

    name: str
    file: str
    line: int
    service: str | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A call that was not followed.

    ``expression`` is what is called, as it is written. ``could_reach`` are the methods of RPC clients that it may be a
    call of, by their dotted names.
    """

    file: str
    line: int
    expression: str
    why: str
    could_reach: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """What happens, process by process, from an entry on (``rpc-flow`` in the JSON contract).

    ``messages`` has every message of the tree once, by (sender, kind, topic, method, endpoint), in order of first
    appearance. ``unresolved`` are the calls that were not followed, ``None`` unless asked for; ``unfollowed``, which is
    always there, are those because of which messages may be missing.
    """

    entry: Entry
    participants: tuple[Participant, ...]
    steps: tuple[Step, ...]
    messages: tuple[Message, ...]
    unresolved: tuple[Unresolved, ...] | None = None
    unfollowed: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True)
class StartStep:
    """One thing that a process does while it starts: ``what`` is a word of the present package, ``name`` dotted."""

    what: str
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Service:
    """A command or WSGI module and how its process starts (``services`` in the JSON contract).

    ``kind`` is ``wsgi``, ``multi-process``, ``single-process``, ``proxy``, ``all-in-one`` or ``command``. ``workers``
    is the expression as written, ``workers_option`` the option in it and ``workers_default`` its default. ``database``
    is ``direct`` or ``conductor``, ``None`` where nothing in the code says so. ``start`` is filled by the walk.
    """

    binary: str
    kind: str
    entry_point: str
    file: str
    line: int
    topics: tuple[str, ...]
    manager: str | None
    endpoints: tuple[str, ...]
    workers: str | None
    workers_option: str | None
    workers_default: object = field(hash=False)
    database: str | None
    missing: bool
    start: tuple[StartStep, ...] | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A function that does what a row is about, and the place where it does."""

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class RpcMethod:
    """What can be asked of a process over RPC (``rpc-methods`` in the JSON contract).

    ``kind`` are all kinds in which the client sends it; empty where no client does. ``client`` is ``None`` for a public
    method of an endpoint that no client in the tree sends, ``endpoint`` for one that nothing answers. ``arguments`` are
    the names that travel. ``topic`` is ``None`` where only running tells it.
    """

    topic: str | None
    namespace: str | None
    method: str
    kind: tuple[str, ...]
    versions: tuple[str, ...]
    client: str | None
    client_file: str | None
    client_line: int | None
    endpoint: str | None
    endpoint_file: str | None
    endpoint_line: int | None
    arguments: tuple[str, ...]
    callers: tuple[Caller, ...] | None = None


@dataclass(frozen=True, slots=True)
class DbCall:
    """A database function that a service reaches, and by which way (``db-calls`` in the JSON contract).

    ``service`` is ``None`` for a function of which nothing tells in which process it runs. ``function`` is the dotted
    name that callers use, ``implementation`` the function that does the work (the same where there is no facade,
    ``None`` where the backend has none); ``file`` and ``line`` are its place. ``access`` is ``read`` or ``write``,
    ``None`` for what does neither and only makes a condition or a connection. ``route`` is ``direct``, ``conductor`` or
    ``object``; ``objects`` are the methods of objects that it goes through then, and ``object`` the first of them.
    ``process`` is the one that touches the database: the service itself, or nova-conductor. ``blocked`` says that the
    service may not touch the database, yet the code gets there. ``callers`` are the places
    where the way begins in the process: the call of the function, of the object's method, or of nova-conductor.
    ``inside`` says that only other database functions call this one; ``callers`` are then the places where they do.
    ``drivers`` are the hypervisor drivers of the checkout that reach the function by this way, by the dotted names of
    their classes (those that inherit it are left out), and ``by_drivers_only`` says that nothing else of the service
    does.
    """

    service: str | None
    function: str
    implementation: str | None
    file: str
    line: int
    access: str | None
    route: str
    object: str | None
    objects: tuple[str, ...]
    process: str | None
    blocked: bool
    callers: tuple[Caller, ...]
    inside: bool = False
    drivers: tuple[str, ...] = ()
    by_drivers_only: bool = False


@dataclass(frozen=True, slots=True)
class Answer(Generic[Row]):
    """The rows that answer a question, the problems met on the way, and what of the checkout they were made from."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    sources: frozenset[Source] = field(default_factory=frozenset)
