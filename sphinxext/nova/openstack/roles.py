"""What a file of a service's own folder is: the caller's side, the service itself, its tasks.

Decided by the classes in the file, since names mislead: ``console/vmrc_manager.py`` is a manager,
``scheduler/host_manager.py`` is none; and ``get_client`` is what the clients of other projects' REST APIs are called.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import Role
from sphinxext.nova.program import ClassDef, FunctionDef, Module, mro, resolve
from sphinxext.nova.syntax.walking import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENDS: Final = frozenset({"call", "cast"})
_RAW_SENDS: Final = _SENDS | {"fanout_cast"}
_TASK_METHODS: Final = frozenset({"execute", "_execute"})


def role_of(module: Module) -> Role | None:
    """Give the role of a module in its service, ``None`` where it has none of them.

    A manager makes a file the service itself, whatever else is there. Otherwise a file is what most of its lines in
    classes are.
    """
    classes = [ClassDef(module, fact.index) for fact in module.facts.classes if fact.qualname == fact.name]
    if any(_is_manager(class_) for class_ in classes):
        return Role.MANAGER
    lines: Counter[Role | None] = Counter()
    for class_ in classes:
        lines[_role_of_class(class_)] += class_.fact.end_line - class_.fact.line + 1
    if lines:
        return lines.most_common(1)[0][0]
    return Role.RPCAPI if _sends_by_functions(module) else None


def _role_of_class(class_: ClassDef) -> Role | None:
    if is_client(class_):
        return Role.RPCAPI
    if _is_task(class_):
        return Role.TASKS
    return Role.API if _is_api(class_) else None


def _is_manager(class_: ClassDef) -> bool:
    """Tell whether a class inherits from one of ``manager.py``, which is so in all releases and other projects."""
    return _descends(class_, f"{_package(class_)}.manager.")


def is_client(class_: ClassDef) -> bool:
    """Tell whether a class packs messages and sends them.

    ``RpcProxy`` of ``openstack/common/rpc/proxy.py`` (2012.2, 2013.1) and ``rpcclient.py`` (2013.2) is its ancestor,
    or it has a client of oslo.messaging, which is prepared for one message and then sends it (2014.1 and newer).
    """
    if any(ancestor.name.rpartition(".")[2] == "RpcProxy" for ancestor in mro(class_)[1:]):
        return True
    called = {name for function in _methods(class_) for name in _called_methods(function)}
    return "prepare" in called and bool(called & _SENDS)


def _is_task(class_: ClassDef) -> bool:
    names = [ancestor.name.rpartition(".")[2] for ancestor in mro(class_)]
    return any("Task" in name for name in names) and any(
        function.fact.name in _TASK_METHODS for function in _methods(class_)
    )


def _is_api(class_: ClassDef) -> bool:
    """Tell whether others make one of the class to ask the service: no WSGI application, which 2010.1 calls so too."""
    name = class_.fact.name
    return name.endswith("API") and not name.startswith("_") and not _descends(class_, f"{_package(class_)}.wsgi.")


def _sends_by_functions(module: Module) -> bool:
    """Tell whether functions send messages: ``api/cloud.py`` (2010.1), ``scheduler/api.py`` (2012.1)."""
    functions = (FunctionDef(module, fact.index) for fact in module.facts.functions)
    names = [name for function in functions for name in _called(function)]
    modules = {name.rpartition(".")[0] for name in names if name.rpartition(".")[2] in _RAW_SENDS}
    rpc = f"{module.name.partition('.')[0]}.rpc"
    return any(isinstance(found := resolve(name, module), Module) and found.name == rpc for name in modules if name)


def _package(class_: ClassDef) -> str:
    return class_.module.name.partition(".")[0]


def _descends(class_: ClassDef, prefix: str) -> bool:
    return any(ancestor.name.startswith(prefix) for ancestor in mro(class_)[1:])


def _methods(class_: ClassDef) -> Iterator[FunctionDef]:
    for fact in class_.module.facts.functions:
        if fact.class_ == class_.index:
            yield FunctionDef(class_.module, fact.index)


def _called(function: FunctionDef) -> Iterator[str]:
    """Give the dotted names of what is called."""
    for _, called, *_ in calls(function.body):
        if isinstance(called, str):
            yield called


def _called_methods(function: FunctionDef) -> Iterator[str]:
    """Give the names of the methods that are called, on whatever."""
    for _, called, *_ in calls(function.body):
        if isinstance(called, str):
            yield called.rpartition(".")[2]
        elif isinstance(called, tuple) and called[0] == "attr":
            yield called[2]
