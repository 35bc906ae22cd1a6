"""Which processes there are, and how each starts: kind, topics, manager, endpoints, workers, way to the database."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.model import Answer, Kind, Problem, QuestionError, Service, Source
from sphinxext.nova.openstack.bootstrap import Bootstrap, options_in
from sphinxext.nova.openstack.commands import commands, problems, starts
from sphinxext.nova.openstack.database.evidence import Evidence
from sphinxext.nova.openstack.endpoints import Endpoints
from sphinxext.nova.openstack.managers import managers
from sphinxext.nova.openstack.options import exact, plain, used, uses, value
from sphinxext.nova.openstack.starting import Starting
from sphinxext.nova.program import Options
from sphinxext.nova.syntax.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinxext.nova.model import Command
    from sphinxext.nova.openstack.options import Use
    from sphinxext.nova.program import Program
    from sphinxext.nova.syntax.forms import Expr

_TOPICS: Final = ("topic", "topic_alt")
"""Arguments of ``Service.create``; the second one in 33.0.0 and newer."""
_MOST_NEAR: Final = 3


def services(program: Program, *of: str, with_start: bool = False) -> Answer[Service]:
    """Say which commands and WSGI modules there are, and how each starts.

    :param of: the names of some (``nova-compute``); all, if there are none.
    :param with_start: fill :attr:`~sphinxext.nova.model.Service.start`.
    :returns: the rows by name; of some, in the order asked.
    :raises QuestionError: there is no such command.
    """
    with program.recording() as record:
        question = _Question(program, with_start=with_start)
        rows = tuple(map(question.row, question.chosen([name for name in of if name])))
    found = dict.fromkeys((*problems(program), *record.problems, *question.problems, *question.left_open()))
    return Answer(rows, tuple(found), exact({*record.sources, Source("ref", "")}))


def find_command(program: Program, name: str) -> tuple[Command, frozenset[Source]]:
    """Find a command by its name, with what that depends on. Cheaper than the whole answer about it.

    :raises QuestionError: there is no such command.
    """
    with program.recording() as record:
        (found,) = _chosen(program, [name])
    return found, exact({*record.sources, Source("ref", "")})


def _chosen(program: Program, names: Sequence[str]) -> Sequence[Command]:
    found = {command.name: command for command in commands(program)}
    for name in names:
        if name not in found:
            near = get_close_matches(name, found, n=_MOST_NEAR)
            meant = f"; near matches: {', '.join(near)}" if near else ""
            checkout = program.checkout
            where = f"{checkout.project} {checkout.release or checkout.spec}"
            raise QuestionError(Kind.NAME, f"no service or command {name} in {where}{meant}")
    return [found[name] for name in dict.fromkeys(names)] if names else list(found.values())


class _Question:
    """One question on its way."""

    def __init__(self, program: Program, *, with_start: bool) -> None:
        self._program = program
        self.options = Options(program)
        self._managers = managers(program, self.options)
        self._walker = Walker(program, Boundaries(package=program.checkout.package))
        self._walker.options = self.options
        self._endpoints = Endpoints(self._walker)
        self._evidence = Evidence(program)
        self._with_start = with_start
        self.problems: list[Problem] = []

    def left_open(self) -> Iterator[Problem]:
        """Give what had to be left open where managers are made."""
        return self._walker.limits.problems()

    def chosen(self, names: Sequence[str]) -> Sequence[Command]:
        """Return the commands that are asked for."""
        return _chosen(self._program, names)

    def row(self, command: Command) -> Service:
        """Return the row of a command."""
        bootstrap = Bootstrap(command, self._program, self.options)
        kind = bootstrap.kind
        topics = tuple(self._topics(command, bootstrap)) if kind != "all-in-one" else ()
        manager = self._manager(command, bootstrap)
        workers, options = self._workers(bootstrap)
        endpoints = tuple(dict.fromkeys(self._further(command))) if topics else ()
        start = None
        if self._with_start:
            starting = Starting(command, bootstrap, self._managers.get(command.name), topics)
            start = tuple(starting.steps())
        defaults = {plain(option.default) for option in options}
        return Service(
            binary=command.name,
            kind=kind,
            entry_point=command.entry_point,
            file=command.file,
            line=command.line,
            topics=topics,
            manager=manager,
            endpoints=endpoints,
            workers=render(workers) if workers is not None else None,
            workers_option=", ".join(option.name for option in options) or None,
            workers_default=defaults.pop() if len(defaults) == 1 else None,
            database=self._database(command, bootstrap),
            missing=command.missing,
            start=start,
        )

    def _topics(self, command: Command, bootstrap: Bootstrap) -> Iterator[str]:
        package = self._program.checkout.package
        by_name = command.name.removeprefix(f"{package}-")
        if bootstrap.serves_script:
            yield by_name
        for place in bootstrap.created[:1]:
            for name in _TOPICS:
                written = bootstrap.written(place.given(name), place)
                topic = value(written.expression, written.scope, self.options)
                if isinstance(topic, str):
                    yield topic
                elif name == _TOPICS[0] and written.expression is None:
                    # Service.create takes what follows "nova-" in the binary's name.
                    binaries = bootstrap.binaries
                    yield binaries[0].removeprefix(f"{package}-") if binaries else by_name
                elif written.expression is not None and topic is not None:
                    message = f"only running tells a topic of {command.name}: {render(written.expression)}"
                    self.problems.append(Problem(Kind.UNRESOLVED, message, written.scope.module.path, written.line))

    def _manager(self, command: Command, bootstrap: Bootstrap) -> str | None:
        if bootstrap.created or bootstrap.serves_script:
            found = self._managers.get(command.name)
            return found.name if found is not None and bootstrap.kind != "all-in-one" else None
        if bootstrap.wsgi_services and len(bootstrap.apis) == 1:
            # WSGIService looks for a manager by the name of the API: nova-api-metadata has one.
            name = bootstrap.apis[0]
            option = self.options.find("DEFAULT", f"{name}_manager")
            by_option = option.default if option is not None else None
            package = self._program.checkout.package
            by_table = self._managers.get(f"{package}-{name}")
            return by_table.name if by_table is not None else by_option if isinstance(by_option, str) else None
        return None

    def _further(self, command: Command) -> Iterator[str]:
        """Give the classes of the endpoints beside the manager, in their order."""
        if command.name in self._managers:
            with self._walker.walking():
                for endpoint in self._endpoints.of(command.name)[1:]:
                    yield endpoint.made.class_.name

    def _workers(self, bootstrap: Bootstrap) -> tuple[Expr, tuple[Use, ...]]:
        """Return the expression that says how many workers there are, and the options in it."""
        if bootstrap.kind not in {"wsgi", "multi-process", "single-process"}:
            return None, ()
        for place in bootstrap.served:
            written = bootstrap.written(place.given("workers"), place)
            if written.expression is not None:
                found = list(uses(written.expression, written.scope, self.options))
                for name in options_in(written, bootstrap.apis):
                    option = self.options.find("DEFAULT", name)
                    if option is not None:
                        found.append(used(name, option, self.options))
                return written.expression, tuple(found)
        return None, ()

    def _database(self, command: Command, bootstrap: Bootstrap) -> str | None:
        if command.external or command.missing:
            return None
        if bootstrap.blockers:
            # Where there is no such service, what answers instead is not known.
            return "conductor" if f"{self._program.checkout.package}-conductor" in starts(self._program) else None
        if self._evidence.uses(bootstrap.blocks, self._managers.get(command.name)):
            return "direct"
        serves_api = bool(bootstrap.apis) or command.wsgi or command.name == f"{self._program.checkout.package}-api"
        return "direct" if serves_api and self._evidence.api_uses() else None
