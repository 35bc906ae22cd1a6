"""What a file of a service's own folder is: the caller's side, the service itself, its tasks.

Decided by the classes in the file, since names mislead: ``console/vmrc_manager.py`` is a manager,
``scheduler/host_manager.py`` is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sphinxext.nova.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinxext.nova.syntax import FileFacts
    from sphinxext.nova.syntax.facts import Class

# The base classes of every manager, whatever the project is called: nova/manager.py, cinder/manager.py.
_MANAGER = re.compile(r"\w+\.manager\.\w+")
# What builds or addresses a message: nova.openstack.common.rpc.proxy (2012.2-2013.1), nova/rpcclient.py (2013.2),
# oslo_messaging (2014.1-), cinder/rpc.py.
_CLIENT_CALLS = frozenset({"make_msg", "prepare", "get_client", "get_rpc_client", "_get_cctxt"})
_CLIENT_BASES = frozenset({"RpcProxy", "RPCAPI"})
_TASK_METHODS = frozenset({"execute", "_execute"})


def role_of(facts: FileFacts) -> Role | None:
    """Give the role of a module in its service, ``None`` where it has none of them."""
    if any(_is_manager(facts, class_, set()) for class_ in facts.classes):
        return Role.MANAGER
    if any(_is_client(facts, class_) for class_ in facts.classes):
        return Role.RPCAPI
    if any(_is_task(facts, class_) for class_ in facts.classes):
        return Role.TASKS
    if any(class_.name.endswith("API") and not class_.name.startswith("_") for class_ in facts.classes):
        return Role.API
    return None


def _is_manager(facts: FileFacts, class_: Class, seen: set[str]) -> bool:
    seen.add(class_.name)
    return any(
        _MANAGER.fullmatch(_whole(facts, base))
        or any(_is_manager(facts, other, seen) for other in facts.classes if other.name == base and base not in seen)
        for base in class_.bases
        if isinstance(base, str)
    )


def _whole(facts: FileFacts, dotted: str) -> str:
    """Put the module in the place of the name that an import of this file has given it."""
    first, dot, rest = dotted.partition(".")
    for import_ in facts.imports:
        if import_.binds == first and (import_.alias or import_.name):
            return f"{'.'.join(filter(None, (import_.module, import_.name)))}{dot}{rest}"
    return dotted


def _is_client(facts: FileFacts, class_: Class) -> bool:
    bases = {base.rpartition(".")[2] for base in class_.bases if isinstance(base, str)}
    return bool(bases & _CLIENT_BASES) or any(
        _called(facts.body(function)) & _CLIENT_CALLS for function in facts.functions if function.class_ == class_.index
    )


def _is_task(facts: FileFacts, class_: Class) -> bool:
    names = [class_.name, *(base.rpartition(".")[2] for base in class_.bases if isinstance(base, str))]
    return any("Task" in name for name in names) and any(
        function.name in _TASK_METHODS for function in facts.functions if function.class_ == class_.index
    )


def _called(form: object) -> set[str]:
    return set(_called_names(form))


def _called_names(form: object) -> Iterator[str]:
    """Give the last name of whatever is called anywhere in statements or expressions."""
    todo = [form]
    while todo:
        item = todo.pop()
        if isinstance(item, tuple):
            todo.extend(item)
            if len(item) > 1 and item[0] == "call":
                function = item[1]
                if isinstance(function, str):
                    yield function.rpartition(".")[2]
                elif isinstance(function, tuple) and function[0] == "attr":
                    yield function[2]
