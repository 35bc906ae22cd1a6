"""Where a flow starts: from what a reader writes to a function and the process that runs it."""

from __future__ import annotations

import re
from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.model import Kind, QuestionError
from sphinxext.nova.openstack.commands import starts
from sphinxext.nova.openstack.rest import find_rest_action, function_of, rest_actions, rest_actions_for
from sphinxext.nova.program import ClassDef, FunctionDef, Module, imported_by_string, lookup
from sphinxext.nova.program.bindings import Imported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sphinxext.nova.openstack.endpoints import Endpoints
    from sphinxext.nova.program import Program

_CLASS: Final = re.compile(rb"\n[ \t]*class[ \t]+(\w+)")
_METHODS: Final = ("GET ", "POST ", "PUT ", "DELETE ", "PATCH ", "HEAD ", "EC2 ")
_MOST_NEAR: Final = 5


class Start(NamedTuple):
    """A function and the class whose instance it is called on, if it is a method."""

    function: FunctionDef
    class_: ClassDef | None
    service: str | None
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's dotted name."""
        return self.function.name


def find_entry(program: Program, endpoints: Endpoints, asked: str) -> Start:
    """Find the function that a reader means.

    :param asked: a dotted function, ``Class.method`` where that is unique, a REST action
        (``POST /servers/{id}/action resize``), an RPC method (``compute.prep_resize``), or the name of a periodic task.
    :raises QuestionError: nothing is called so, or several things are.
    """
    asked = asked.strip()
    if _is_rest(asked):
        return _rest(program, asked)
    if not asked.isascii() or not re.fullmatch(r"[\w-]+(\.\w+)*", asked):
        raise QuestionError(Kind.NAME, f"no function is called {' '.join(asked.split())[:200] or 'nothing'}")
    found = _dotted(program, asked) or _of_topic(endpoints, asked)
    if found is None:
        found = _of_class(program, asked)
    if found is None:
        raise QuestionError(Kind.NAME, _unknown(program, endpoints, asked))
    function, class_ = found
    return Start(function, class_, service_running(program, endpoints, function, class_))


def _is_rest(asked: str) -> bool:
    api, colon, rest = asked.partition(":")
    starts = asked.upper().startswith(_METHODS) or rest.strip().upper().startswith(_METHODS)
    return starts or (bool(colon) and api.strip().lower() == "ec2")


def _rest(program: Program, asked: str) -> Start:
    found = find_rest_action(rest_actions_for(program, asked), asked)
    names = tuple(dict.fromkeys(f"{action.api}: {action.name}" for action in found))
    if not found:
        near = get_close_matches(asked, {action.name for action in rest_actions(program)}, n=_MOST_NEAR)
        meant = f"; near matches: {', '.join(near)}" if near else ""
        raise QuestionError(Kind.NAME, f"no REST action {asked}{meant}")
    if len({action.function for action in found}) > 1:
        raise QuestionError(Kind.NAME, f"{asked} may be {', '.join(names)}")
    action = found[0]
    function, class_ = function_of(action, program), imported_by_string(action.controller, program)
    if function is None:
        raise QuestionError(Kind.NAME, f"{asked} leads to {action.function}, which is not there")
    return Start(function, class_ if isinstance(class_, ClassDef) else None, f"{program.checkout.package}-api")


def _dotted(program: Program, asked: str) -> tuple[FunctionDef, ClassDef | None] | None:
    if not program.has_package(asked):
        return None
    owner, _, _ = asked.rpartition(".")
    definition = imported_by_string(asked, program)
    if not isinstance(definition, FunctionDef):
        return None
    class_ = imported_by_string(owner, program)
    return definition, class_ if isinstance(class_, ClassDef) else None


def _of_topic(endpoints: Endpoints, asked: str) -> tuple[FunctionDef, ClassDef] | None:
    """Find ``compute.prep_resize``, or with its namespace ``conductor.compute_task.migrate_server``."""
    if "." not in asked:
        return None
    topic, *namespace, method = asked.split(".")
    service = endpoints.topics.get(topic)
    if service is None or asked == method or len(namespace) > 1:
        return None
    for endpoint in endpoints.of(service):
        definition = endpoint.definition(method)
        if definition is not None and (not namespace or [endpoint.namespace] == namespace):
            return definition, endpoint.made.class_
    return None


def _of_class(program: Program, asked: str) -> tuple[FunctionDef, ClassDef | None] | None:
    *path, name = asked.split(".")
    if not path:
        return _task(program, name)
    found = [
        (member.definition, class_)
        for class_ in classes_called(program, path[-1])
        if class_.fact.qualname.endswith(".".join(path))
        and (member := lookup(class_, name)) is not None
        and isinstance(member.definition, FunctionDef)
    ]
    if len(found) > 1:
        names = ", ".join(f"{class_.name}.{name}" for _, class_ in found)
        raise QuestionError(Kind.NAME, f"{asked} may be {names}")
    return found[0] if found else None


def _task(program: Program, name: str) -> tuple[FunctionDef, ClassDef | None] | None:
    """Find a periodic task by its bare name."""
    # Much code, which no other entry needs.
    from sphinxext.nova.openstack.periodic_tasks import periodic_tasks  # noqa: PLC0415

    rows = [row for row in periodic_tasks(program).rows if row.task == name]
    if len(rows) > 1:
        names = ", ".join(f"{row.manager}.{row.task}" for row in rows)
        raise QuestionError(Kind.NAME, f"{name} may be {names}")
    if not rows:
        return None
    return _dotted(program, f"{rows[0].manager}.{rows[0].task}")


def classes_called(program: Program, name: str) -> Sequence[ClassDef]:
    """Return the classes of this name in the package, in order of place."""
    paths = program.remember("classes", lambda: _class_files(program)).get(name, ())
    program.load(paths)
    return [
        ClassDef(module, fact.index)
        for module in map(program.module_at, paths)
        if module is not None
        for fact in module.facts.classes
        if fact.name == name
    ]


def _class_files(program: Program) -> Mapping[str, Sequence[str]]:
    program.note("tree", program.checkout.package)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path, data in program.scan():
        for name in dict.fromkeys(_CLASS.findall(b"\n" + data)):
            found[name.decode()].append(path)
    return found


def service_running(
    program: Program, endpoints: Endpoints, function: FunctionDef, class_: ClassDef | None
) -> str | None:
    """Return the service in whose process a function runs, by where it stands; ``None`` where that tells nothing.

    What runs in a command that is no service goes by the name of that, or of all that import it: the console proxies.
    """
    package = program.checkout.package
    if class_ is not None:
        service = endpoints.service_of(class_)
        if service is not None:
            return service
    path = function.module.path
    if path.startswith(f"{package}/api/") or (path.endswith("/api.py") and "/db/" not in path):
        return f"{package}-api"
    parts = path.split("/")
    service = f"{package}-{parts[1]}" if len(parts) > 2 else None
    manager = endpoints.managers.get(service or "")
    if manager is not None and function.module in (manager.module, *_imported(manager.module)):
        return service
    commands = ", ".join(_commands_running(program, endpoints, function.module))
    return commands or (service if manager is not None else None)


def _commands_running(program: Program, endpoints: Endpoints, module: Module) -> list[str]:
    """Return the commands that are no services and run a module, or import it, themselves or by what they share.

    ``nova/console/websocketproxy.py`` is imported by ``nova/cmd/baseproxy.py``, and that by the console proxies.
    """
    folder = f"{program.checkout.package}/cmd/"
    services = {*endpoints.managers, f"{program.checkout.package}-all"}
    places = {name: one.path for name, one in starts(program).items() if name not in services and one.path}
    program.load(sorted({path for path in places.values() if path.endswith(".py")}))
    found: list[str] = []
    for name, path in sorted(places.items()):
        start = program.module_at(path)
        if start is None:
            continue
        direct = list(_imported(start))
        shared = [one for near in direct if near.path.startswith(folder) for one in _imported(near)]
        if module in (start, *direct, *shared):
            found.append(name)
    return found


def _imported(module: Module) -> Iterator[Module]:
    """Give the modules of the checkout that a module imports at its top."""
    for bindings in module.bindings.values():
        for binding in bindings:
            if isinstance(binding, Imported) and not binding.level:
                names = (
                    [binding.module] if binding.name is None else [f"{binding.module}.{binding.name}", binding.module]
                )
                yield from (one for one in map(module.program.module, names) if one is not None)


def _unknown(program: Program, endpoints: Endpoints, asked: str) -> str:
    *path, _ = asked.split(".")
    names: list[str] = []
    if path and path[-1] in endpoints.topics:
        for endpoint in endpoints.of(endpoints.topics[path[-1]]):
            methods = [one for one in endpoint.made.class_.bindings if endpoint.definition(one) is not None]
            names += [f"{path[-1]}.{method}" for method in methods if not method.startswith("_")]
    elif path:
        for class_ in classes_called(program, path[-1]):
            names += [f"{path[-1]}.{method}" for method in class_.bindings]
    near = get_close_matches(asked, list(dict.fromkeys(names)), n=_MOST_NEAR)
    if not path:
        # Much code, which only this error needs.
        from sphinxext.nova.openstack.askable import near_entries  # noqa: PLC0415

        near = near_entries(program, endpoints, asked)
    meant = f"; near matches: {', '.join(near)}" if near else ""
    checkout = program.checkout
    return f"no function {asked} in {checkout.project} {checkout.release or checkout.spec}{meant}"
