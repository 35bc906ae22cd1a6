"""What the code of a command does to start: which servers it makes and how it runs them.

The code is that of the function that the command names, or of a script's ``if __name__ == ...``, and of the functions
next to it that it calls. It is short in all releases, and says by the names of a handful of functions what it does.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.openstack.options import value
from sphinxext.nova.program import (
    ClassDef,
    FunctionDef,
    attribute,
    evaluate,
    imported_by_string,
    resolve,
)
from sphinxext.nova.program.bindings import Value
from sphinxext.nova.syntax.walking import calls, inside, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.model import Command
    from sphinxext.nova.program import Assigned, Options, Program, Scope
    from sphinxext.nova.syntax.forms import Block, CallForm, Expr, Stmt

WSGI_SERVICE: Final = "WSGIService"
"""The class of ``service.py`` that serves an API. 2011.3 to 31.0.0."""
_SERVICE: Final = "Service"
_SERVING: Final = frozenset({"serve", "launch_service", "launch_server"})
"""Functions that run a server; the last one 2011.3 to 2013.1."""
_WSGI: Final = frozenset(
    {
        WSGI_SERVICE,
        "serve_wsgi",  # 2011.2
        "run_server",  # 2010.1
        "get_application",  # of the objectstore, 2010.1 and 2011.1
        "get_wsgi_server",  # of the objectstore and the XVP proxy, 2012.2 to 12.0.0
        "make_server",  # of wsgiref, for the helper of baremetal, 2012.2 to 2014.1
        "loadapp",
    }
)
"""Functions and classes that make an application of WSGI, or serve one."""
_WSGI_SERVERS: Final = ("wsgi.Server", "wsgi.server")
"""The same, by the last two parts of the name. 2011.1 to 2012.1."""
_PROXIES: Final = ("WebSocketProxy", "ZmqProxy")
"""The ends of the names of classes that pass on what they get."""
BLOCKERS: Final = ("block_db_access", "indirection_api", "DISABLE_DB_ACCESS")
"""Names by which a process keeps itself from the database: a function (2013.2 to 23.0.0), an attribute, and a constant
(24.0.0 and newer). 2013.1 has only the argument ``db_allowed=False`` of ``Service.create``."""
_DAEMONS: Final = "setServiceParent"
"""What makes a service of the library twisted, 2010.1 to 2011.2."""
_DEEPEST: Final = 6


class Place(NamedTuple):
    """A call, and the scope that it is written in."""

    call: CallForm
    scope: Scope

    @property
    def name(self) -> str:
        """The name of what is called, as it is written; ``""`` where that is no name."""
        return self.call[1] if isinstance(self.call[1], str) else ""

    @property
    def last(self) -> str:
        """The last part of what is called."""
        match self.call[1]:
            case ("attr", _, str(name)):
                return name
        return self.name.rpartition(".")[2]

    def given(self, name: str) -> Expr:
        """Return a keyword argument; ``None`` also where it is not given."""
        return dict(self.call[3]).get(name)

    @property
    def file(self) -> str:
        """The file that it is in."""
        return self.scope.module.path


class Written(NamedTuple):
    """An expression, and where it is written."""

    expression: Expr
    scope: Scope
    line: int


class Bootstrap:
    """How a command starts."""

    def __init__(self, command: Command, program: Program, options: Options) -> None:
        self._command = command
        self._program = program
        self._options = options
        self.blocks: list[tuple[Scope, Block]] = []
        """What runs, in the order in which it is met."""
        if not command.external and not command.missing:
            self._begin()

    def _begin(self) -> None:
        point = self._command.entry_point
        if "/" not in point:
            definition = imported_by_string(point, self._program)
            if isinstance(definition, FunctionDef):
                self._add(definition, definition.body, 0)
                return
        module = self._program.module_at(self._command.file)
        if module is None or (point == self._command.file and not _may_be_read(self._command, self._program)):
            return
        block = module.body
        if "/" in point and not self._command.wsgi:
            block = tuple(inner for statement in block for inner in _guarded(statement))
        self._add(module, block, 0)

    def _add(self, scope: Scope, block: Block, depth: int) -> None:
        """Take what runs, and the functions of the same file that it calls, or hands to somebody else to call."""
        if depth > _DEEPEST or any(scope == known for known, _ in self.blocks):
            return
        self.blocks.append((scope, block))
        for call in calls(block):
            for expression in (call[1], *call[2]):
                target = resolve(expression, scope) if isinstance(expression, str) else None
                if isinstance(target, FunctionDef) and self._is_own(target, scope):
                    self._add(target, target.body, depth + 1)

    def _is_own(self, target: FunctionDef, scope: Scope) -> bool:
        package = self._program.checkout.package
        near = target.module is scope.module or target.module.name.startswith(f"{package}.cmd.")
        return near or target.fact.name == "init_application"

    # --- what is called

    @cached_property
    def places(self) -> Sequence[Place]:
        """All calls."""
        return [Place(call, scope) for scope, block in self.blocks for call in calls(block)]

    @cached_property
    def created(self) -> Sequence[Place]:
        """The calls of ``service.Service.create``."""
        return [place for place in self.places if place.last == "create" and self._is_service(place)]

    def _is_service(self, place: Place) -> bool:
        target = resolve(place.name, place.scope)
        owner = target.owner if isinstance(target, FunctionDef) else None
        return owner.fact.name == _SERVICE if owner is not None else place.name.endswith(f"{_SERVICE}.create")

    @cached_property
    def served(self) -> Sequence[Place]:
        """The calls that run a server."""
        return [place for place in self.places if place.last in _SERVING and "." in place.name]

    @cached_property
    def wsgi_services(self) -> Sequence[Place]:
        """The calls that make a :data:`WSGI_SERVICE`."""
        return [place for place in self.places if place.last == WSGI_SERVICE]

    @cached_property
    def proxies(self) -> Sequence[Place]:
        """The calls that make a proxy."""
        return [place for place in self.places if place.last.endswith(_PROXIES)]

    @cached_property
    def applications(self) -> Sequence[Place]:
        """The calls that make or serve an application of WSGI."""
        return [place for place in self.places if place.last in _WSGI or place.name.endswith(_WSGI_SERVERS)]

    @property
    def serves_script(self) -> bool:
        """Whether what is served is not said: the manager that the script's name stands for. 2011.1 and 2011.2."""
        return not self.created and any(
            place.last == "serve" and not place.call[2] and not place.call[3] for place in self.served
        )

    @cached_property
    def blockers(self) -> Sequence[tuple[Scope, int, str]]:
        """Where and by what name the process keeps itself from the database."""
        found = []
        for scope, block in self.blocks:
            for statement in statements(block):
                match statement:
                    case ("assign", line, (str(target),), expression) if target.endswith(BLOCKERS):
                        if expression not in {None, False}:
                            found.append((scope, line, target))
        found += [
            (place.scope, place.call[4], place.name)
            for place in self.places
            if place.last.endswith(BLOCKERS) or place.given("db_allowed") is False
        ]
        return sorted(found, key=lambda one: one[1])

    # --- what that means

    @cached_property
    def kind(self) -> str:
        """What kind of process it is; see ``services.kind`` in the JSON contract."""
        if self._command.external or self._command.missing:
            return "command"
        if len(self.binaries) > 1:
            return "all-in-one"
        if self._command.wsgi or self.applications:
            return "wsgi"
        if self.created or self.serves_script:
            written = [self.written(place.given("workers"), place).expression for place in self.served]
            several = any(expression not in {None, 1} for expression in written)
            return "multi-process" if several else "single-process"
        if self.proxies:
            return "proxy"
        return "single-process" if any(place.last == _DAEMONS for place in self.places) else "command"

    @cached_property
    def binaries(self) -> Sequence[str]:
        """The binaries that are said to be made services of."""
        found: list[str] = []
        for place in self.created:
            found += self.texts(place.given("binary"), place.scope)
        return list(dict.fromkeys(found))

    def texts(self, expression: Expr, scope: Scope) -> list[str]:
        """Return the texts that an expression may be: the items of a list, where it is the variable of a loop."""
        known = value(expression, scope, self._options)
        if isinstance(known, str):
            return [known]
        for iterable in self._loops.get((scope, expression), ()) if isinstance(expression, str) else ():
            items = value(iterable, scope, self._options)
            if isinstance(items, list | tuple):
                return [item for item in items if isinstance(item, str)]
        return []

    @cached_property
    def _loops(self) -> Mapping[tuple[Scope, str], Sequence[Expr]]:
        """What the loops of a scope go through, by their variables."""
        found: defaultdict[tuple[Scope, str], list[Expr]] = defaultdict(list)
        for scope, block in self.blocks:
            for statement in statements(block):
                match statement:
                    case ("for", _, str(target), iterable, _, _, _):
                        found[scope, target].append(iterable)
        return found

    def written(self, expression: Expr, place: Place) -> Written:
        """Return what an argument of a call stands for, and where that is written.

        A variable stands for what it is given first: ``workers = CONF.scheduler.workers``, then ``if not workers: ...``
        (18.0.0 to 22.0.0). ``server.workers`` is what the class of the server gives that attribute.
        """
        scope, line = place.scope, place.call[4]
        match expression:
            case ("or", (str(first), *_)) if "." in first and not first.startswith(("CONF.", "FLAGS.")):
                return self.written(first, place)
            case str():
                head, _, rest = expression.partition(".")
                found = [binding for binding in scope.bindings.get(head, ()) if isinstance(binding, Value)]
                if found and not rest:
                    earliest = min(found, key=lambda binding: binding.line)
                    return Written(earliest.value, scope, earliest.line)
                for binding in found:
                    assigned = _attribute(binding.value, rest, scope)
                    if assigned is not None:
                        return Written(assigned.value, assigned.scope, assigned.line)
        return Written(expression, scope, line)

    @cached_property
    def apis(self) -> Sequence[str]:
        """The names of the APIs that are served: ``osapi_compute``."""
        found: list[str] = []
        for place in self.wsgi_services:
            argument = place.call[2][0] if place.call[2] else place.given("name")
            found += self.texts(argument, place.scope)
        if self._command.wsgi:
            for place in self.places:
                if place.last == "init_application" and place.call[2]:
                    found += self.texts(place.call[2][0], place.scope)
        return list(dict.fromkeys(found))


def _guarded(statement: Stmt) -> Block:
    """Return what stands under ``if __name__ == '__main__'``, or ``'__builtin__'``, where twistd runs a script."""
    match statement:
        case ("if", _, ((_, ("compare", "__name__", (("==", _),)), _, block), *_), _):
            return block
    return ()


def _may_be_read(command: Command, program: Program) -> bool:
    """Tell whether a script is Python: ``tools/nova-debug`` is not."""
    data = dict(program.read_many([command.file])).get(command.file)
    return data is not None and (command.file.endswith(".py") or b"python" in data.partition(b"\n")[0])


def _attribute(made_by: Expr, name: str, scope: Scope) -> Assigned | None:
    """Return what gives an attribute to an object that a call makes."""
    match made_by:
        case ("call", str(function), *_):
            class_ = resolve(function, scope)
            return next(iter(attribute(class_, name)), None) if isinstance(class_, ClassDef) else None
    return None


def options_in(written: Written, apis: Sequence[str]) -> Iterator[str]:
    """Give the names of options that an expression computes from that of an API.

    ``getattr(CONF, '%s_workers' % name, None)``; in 12.0.0 and newer the variable is another one, and has its value
    from ``name`` except for names that nobody uses any more.
    """
    bindings = written.scope.bindings.items()
    names = [name for name, found in bindings if any(isinstance(one, Value) and one.value == "name" for one in found)]
    for part in inside(written.expression):
        match part:
            case ("call", "getattr", (str(), text, *_), _, _, _):
                for api in apis:
                    found = evaluate(text, written.scope, dict.fromkeys(("name", *names), api))
                    if isinstance(found, str):
                        yield found
