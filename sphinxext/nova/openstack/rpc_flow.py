"""What happens, process by process, from a function on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sphinxext.nova.datastack import in_large_chunk
from sphinxext.nova.flow import Boundaries, Walker
from sphinxext.nova.model import Answer, Entry, Flow, QuestionError, Source
from sphinxext.nova.openstack.endpoints import Endpoints
from sphinxext.nova.openstack.entries import find_entry
from sphinxext.nova.openstack.forms import handed_over
from sphinxext.nova.openstack.made import Makers, is_given_something
from sphinxext.nova.openstack.quiet import Quiet
from sphinxext.nova.openstack.telling import Teller
from sphinxext.nova.openstack.unfollowed import explained, known_clients, sending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.model import Problem
    from sphinxext.nova.openstack.entries import Start
    from sphinxext.nova.program import Program

Found = TypeVar("Found")


class Flows:
    """The flows of one program, which share everything that was walked for one of them.

    :param assume: values of config options, by their names with the group before it.
    :param explaining: say of each flow which calls could not be followed.
    """

    def __init__(
        self, program: Program, *, assume: Mapping[str, object] | None = None, explaining: bool = False
    ) -> None:
        self.program = program
        self._assume = assume
        self._explaining = explaining
        self.problems: tuple[Problem, ...] = ()
        """What the last question left open, and what it met that is not read."""
        self._forms: tuple[Problem, ...] = ()
        self._begin()

    def _begin(self) -> None:
        """Begin with nothing walked."""
        self.walker = Walker(self.program, Boundaries(package=self.program.checkout.package), self._assume)
        self.walker.explaining = self._explaining
        self.walker.clients = partial(known_clients, self.program)
        self.endpoints = Endpoints(self.walker)
        self._quiet = Quiet()
        self._is_new = True
        self._is_apart = False
        """Whether what was walked is for the present question alone."""

    @in_large_chunk
    def find(self, asked: str) -> Start:
        """Find the entry that a reader means.

        :raises QuestionError: nothing is called so, or several things are.
        """
        return self.ask(lambda: find_entry(self.program, self.endpoints, asked))

    @in_large_chunk
    def flow(self, start: Start) -> Flow:
        """Tell what happens from an entry on."""
        return self.ask(lambda: self._flow(start))

    def ask(self, question: Callable[[], Found]) -> Found:
        """Return the answer to a question, the same whatever was asked before.

        It is asked again of a walker of its own where the one that all questions share met a limit.
        """
        if self._is_apart or not self.walker.is_for_all:
            self._begin()
        was_new, self._is_new = self._is_new, False
        self._forms = ()
        answer: Found | QuestionError
        try:
            with self.walker.walking():
                answer = question()
        except QuestionError as error:
            answer = error
        if not was_new and not self._is_apart and not self.walker.is_for_all:
            return self.ask(question)
        self.problems = (*self._forms, *self.walker.limits.problems())
        if isinstance(answer, QuestionError):
            raise answer
        return answer

    def _flow(self, start: Start) -> Flow:
        teller = Teller(self.walker, self.endpoints, self._quiet, start)
        steps = teller.told()
        if start.class_ is not None and sending(teller.lost) and is_given_something(start.class_):
            # What makes the object may give it its clients. It is looked for among objects of a new walker: in this one
            # there are those of earlier questions.
            self._begin()
            self._is_apart = True
            makers = Makers(self.walker, self.endpoints)
            teller = Teller(self.walker, self.endpoints, self._quiet, start, makers)
            steps = teller.told()
        self._forms = tuple(handed_over(teller.lost))
        entry = Entry(
            name=start.name,
            file=start.function.module.path,
            line=start.function.fact.line,
            service=start.service,
            others=start.others,
        )
        unresolved = explained(teller.lost) if self._explaining else None
        return Flow(entry, teller.participants(), steps, teller.messages(), unresolved, sending(teller.lost))


def rpc_flow(
    program: Program, asked: str, *, assume: Mapping[str, object] | None = None, explaining: bool = False
) -> Answer[Flow]:
    """Say which messages are sent when this is called, who sends each, and what its receiver does.

    :param asked: a function, a REST action, an RPC method or a periodic task; see :func:`~.entries.find_entry`.
    :param assume: values of config options, which then decide branches.
    :param explaining: fill :attr:`~sphinxext.nova.model.Flow.unresolved`.
    :returns: one row.
    :raises QuestionError: there is no such entry, or several.
    """
    with program.recording() as record:
        flows = Flows(program, assume=assume, explaining=explaining)
        start = flows.find(asked)
        row = flows.flow(start)
    problems = (*record.problems, *flows.problems)
    return Answer((row,), problems, frozenset({*record.sources, Source("ref", "")}))
