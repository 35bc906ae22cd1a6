"""Who calls a function: from where in the checkout the walk gets to it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Call, Choice, Decided, Frame, Reached
from sphinxext.nova.model import Caller
from sphinxext.nova.program import FunctionDef, lookup, methods
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sphinxext.nova.flow import Object, Summary, Walker
    from sphinxext.nova.openstack.endpoints import Endpoints
    from sphinxext.nova.program import Module

_OTHERS: Final = frozenset({"db", "driver"})
"""What has functions of the same names and is no client: the database, the hypervisor driver."""


class Callers:
    """Finds the calls of some functions.

    Each function of the package in which something of their names is called is walked by itself, with everything that
    it is called with unknown. Where that does not tell (a task is given its client by who makes it), the walk starts at
    the endpoints of the service in whose folder the call stands.
    """

    def __init__(self, walker: Walker, endpoints: Endpoints, functions: Iterable[FunctionDef]) -> None:
        self._walker = walker
        self._program = walker.program
        self._endpoints = endpoints
        self._wanted = dict.fromkeys(functions)
        self._names = frozenset(function.fact.name for function in self._wanted)
        self._seen: dict[int, Summary] = {}
        self._found: defaultdict[FunctionDef, dict[Caller, None]] = defaultdict(dict)
        self._places: set[tuple[str, int]] = set()
        """The lines in which something is called that the walk knows."""

    def found(self, paths: Iterable[str] | None = None) -> Mapping[FunctionDef, tuple[Caller, ...]]:
        """Return the callers of each function, by place.

        :param paths: the files in which they are looked for; ``None`` for all of the package, without tests.
        """
        open_: dict[str, None] = {}
        for module in self._modules(paths):
            for function, lines in self._sites(module).items():
                self._walk_alone(function)
                path = function.module.path
                if any((path, line) not in self._places for line in lines):
                    open_[path] = None
        for service in self._services(open_):
            for endpoint in self._endpoints.of(service):
                for name, function in methods(endpoint.made.class_).items():
                    if not name.startswith("_"):
                        self._walk(function, endpoint.made)
        return {
            function: tuple(sorted(callers, key=lambda caller: (caller.file, caller.line)))
            for function, callers in self._found.items()
        }

    def _modules(self, paths: Iterable[str] | None) -> Iterator[Module]:
        """Give the modules in which something of these names is called."""
        if paths is None:
            needles = [f".{name}(".encode() for name in self._names]
            self._program.note("tree", self._program.checkout.package)
            paths = [path for path, data in self._program.scan() if any(needle in data for needle in needles)]
        self._program.load(paths)
        return (module for module in map(self._program.module_at, paths) if module is not None)

    def _sites(self, module: Module) -> Mapping[FunctionDef, list[int]]:
        """Return the lines at which something of these names is called, by the outermost function."""
        found: defaultdict[FunctionDef, list[int]] = defaultdict(list)
        for fact in module.facts.functions:
            inner = FunctionDef(module, fact.index)
            for _, called, _, _, line, _ in calls(inner.body):
                name = called[2] if isinstance(called, tuple) and called[0] == "attr" else called
                if isinstance(name, str) and self._may_call(inner, name):
                    found[inner.outermost].append(line)
        return found

    def _may_call(self, function: FunctionDef, called: str) -> bool:
        """Tell whether a name may be that of a wanted function, by itself and by what is before it."""
        receiver, _, name = called.rpartition(".")
        if name not in self._names or receiver.rpartition(".")[2] in _OTHERS:
            return False
        member = lookup(function.owner, name) if receiver == "self" and function.owner is not None else None
        return member is None or member.definition in self._wanted

    def _services(self, paths: Iterable[str]) -> Iterator[str]:
        """Give the services in whose folders files are."""
        package = self._program.checkout.package
        folders = {path.split("/")[1] for path in paths}
        return (service for service in self._endpoints.managers if service.removeprefix(f"{package}-") in folders)

    def _walk_alone(self, function: FunctionDef) -> None:
        made = None
        if function.owner is not None:
            made, _ = self._walker.heap.construct(function.owner, self._walker.atoms.empty)
        self._walk(function, made)

    def _walk(self, function: FunctionDef, made: Object | None) -> None:
        if made is None:
            callee = self._walker.names.of(function)
        else:
            callee = self._walker.attribute(Frame(function.module, {}, {}), (made,), function.fact.name)
        unknown = self._walker.atoms.arguments((), (), is_open=True)
        pending = [self._walker.entry(function.module, callee, unknown).steps]
        while pending:
            for step in pending.pop():
                match step:
                    case Call(summary=summary):
                        self._places.add((step.scope.module.path, step.line))
                        if summary.function in self._wanted and isinstance(step.scope, FunctionDef):
                            self._called(summary.function, step.scope, step.line)
                        if id(summary) not in self._seen:
                            self._seen[id(summary)] = summary
                            pending.append(summary.steps)
                    case Choice(ways=ways):
                        pending += [way.steps for way in ways]
                    case Reached(steps=inside):
                        self._places.add((step.scope.module.path, step.line))
                        pending.append(inside)
                    case Decided(steps=inside):
                        pending.append(inside)

    def _called(self, function: FunctionDef, scope: FunctionDef, line: int) -> None:
        self._found[function][Caller(scope.name, scope.module.path, line)] = None
