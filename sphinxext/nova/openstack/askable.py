"""What can be asked of a checkout: the arguments that each question takes."""

from __future__ import annotations

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow.decorating import is_property
from sphinxext.nova.model import Answer, Source
from sphinxext.nova.openstack.rest import rest_actions
from sphinxext.nova.program import methods

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sphinxext.nova.openstack.endpoints import Endpoints
    from sphinxext.nova.program import Program

_WILD: Final = re.compile(r"[*?\[]")
_LAST: Final = re.compile(r"[. /]")
_MOST_NEAR: Final = 5
_ALIKE: Final = 0.8
"""How much alike two bare names are that may be meant for one another."""


def askable(program: Program, question: str, pattern: str = "") -> Answer[str]:
    """Return what a question takes as its argument.

    Functions are not listed one by one: every function of the checkout can be asked for by its dotted name.

    :param question: its name on the command line.
    :param pattern: what the names hold, in upper or lower case; with ``*``, ``?`` or ``[``, what they match as a whole.
    :returns: the names in the order in which a reader would look for them, each once.
    """
    with program.recording() as record:
        names = tuple(dict.fromkeys(_LISTS[question](program)))
    wanted = pattern.lower()
    if _WILD.search(wanted):
        names = tuple(name for name in names if fnmatchcase(name.lower(), wanted))
    else:
        names = tuple(name for name in names if wanted in name.lower())
    return Answer(names, tuple(record.problems), frozenset({*record.sources, Source("ref", "")}))


def entries(program: Program, endpoints: Endpoints) -> Iterator[str]:
    """Give REST actions, RPC methods and periodic tasks: where flows begin, but for functions."""
    # Much code, which other lists do not need.
    from sphinxext.nova.openstack.periodic_tasks import periodic_tasks, task_names  # noqa: PLC0415

    seen: dict[str, str] = {}
    for action in rest_actions(program):
        # What several APIs have, and is not said to be of another one, is that of the first.
        yield action.name if seen.setdefault(action.name, action.api) == action.api else f"{action.api}: {action.name}"
    for topic, service in endpoints.main_topics.items():
        for endpoint in endpoints.of(service):
            for name, function in methods(endpoint.made.class_).items():
                if not name.startswith("_") and not is_property(function):
                    yield f"{topic}.{name}"
    yield from task_names(periodic_tasks(program).rows)


def near_entries(program: Program, endpoints: Endpoints, name: str) -> list[str]:
    """Return where flows begin that are called like a bare name, or nearly so."""
    by_last: dict[str, list[str]] = {}
    for entry in entries(program, endpoints):
        by_last.setdefault(_LAST.split(entry)[-1], []).append(entry)
    names = [name] if name in by_last else get_close_matches(name, by_last, n=_MOST_NEAR, cutoff=_ALIKE)
    return list(dict.fromkeys(entry for one in names for entry in by_last[one]))[:_MOST_NEAR]


def _folders(program: Program) -> Iterable[str]:
    program.note("tree", "")
    return program.checkout.folders()


def _commands(program: Program) -> Iterable[str]:
    from sphinxext.nova.openstack.commands import commands  # noqa: PLC0415

    return (command.name for command in commands(program))


def _topics(program: Program) -> Iterable[str]:
    from sphinxext.nova.openstack.rpc_methods import rpc_methods  # noqa: PLC0415

    return sorted({row.topic for row in rpc_methods(program).rows if row.topic})


def _with_tasks(program: Program) -> Iterable[str]:
    from sphinxext.nova.openstack.periodic_tasks import periodic_tasks  # noqa: PLC0415

    rows = periodic_tasks(program).rows
    services = sorted({service for row in rows for service in row.services})
    return [*services, *dict.fromkeys(row.manager.rpartition(".")[2] for row in rows)]


def _entries(program: Program) -> Iterable[str]:
    from sphinxext.nova.openstack.rpc_flow import Flows  # noqa: PLC0415

    flows = Flows(program)
    return flows.ask(lambda: tuple(entries(program, flows.endpoints)))


def _services_and_entries(program: Program) -> Iterable[str]:
    from sphinxext.nova.openstack.db_calls import DbCalls  # noqa: PLC0415

    return [*DbCalls(program).services(), *_entries(program)]


_LISTS: Final[Mapping[str, Callable[[Program], Iterable[str]]]] = {
    "layout": _folders,
    "services": _commands,
    "rpc-methods": _topics,
    "periodic-tasks": _with_tasks,
    "rpc-flow": _entries,
    "db-calls": _services_and_entries,
}
