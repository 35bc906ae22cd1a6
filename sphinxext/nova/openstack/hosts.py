"""Which host: the lifelines of a flow.

A process that sends to its own service sends to another host, and when that one sends to the service again, it is back
at the first one. Where the code takes a host from (:mod:`~.origins`) decides where several answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import HostRole, Participant
from sphinxext.nova.openstack.origins import Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinxext.nova.openstack.origins import Hosted, Trip

_OTHER: Final = {HostRole.SOURCE: HostRole.DESTINATION, HostRole.DESTINATION: HostRole.SOURCE}
_CHOSEN: Final = Origin(HostRole.CHOSEN)
_SELECTED: Final = (_CHOSEN, Origin(HostRole.ASKED))
"""What becomes the destination where a server moves."""
_ANY: Final = Origin(HostRole.ANY)
_SERVER: Final = Origin(HostRole.SERVER)
_SAID: Final = frozenset({HostRole.SERVER, HostRole.CHOSEN, HostRole.ASKED})
_ALONE: Final = frozenset({HostRole.SOURCE, HostRole.DESTINATION, HostRole.SERVER})
"""What is worth saying of the only host of a service."""


@dataclass(slots=True)
class _Line:
    id: str
    service: str
    role: HostRole | None = None
    """``SOURCE`` or ``DESTINATION``, where the code says which of the two it is."""
    origins: dict[Origin, None] = field(default_factory=dict)
    partners: dict[str, None] = field(default_factory=dict)
    """The other lifelines of the service with which it talks."""
    is_entry: bool = False
    is_for_its_own: bool = False
    """Whether it sends to itself, for a server that it has."""
    is_elsewhere: bool = False
    """Whether it is given a server that is on another host."""


class Hosts:
    """The lifelines so far."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []

    def first(self, service: str) -> str:
        """Return the lifeline of the process in which the flow starts."""
        line = self._new(service)
        line.is_entry = True
        return line.id

    def participants(self) -> tuple[Participant, ...]:
        """Return the lifelines in order of appearance, with what their hosts are."""
        return tuple(Participant(line.id, line.service, "service", self._host(line)) for line in self._lines)

    def receiver(self, service: str, trip: Trip, hosted: Hosted | None, kind: str, *, for_its_own: bool = False) -> str:
        """Return the lifeline that a message goes to; that of the sender where it is sent to the host it is on.

        :param hosted: what is known of the host; ``None`` where none is named.
        :param for_its_own: the sender has the server about which it sends.
        """
        current = self._line(trip.line)
        is_told = hosted is not None and kind != "fanout"
        origins = hosted.origins if hosted is not None and is_told else ()
        own = [self._line(one.of) for one in origins if one.role is HostRole.OWN]
        if own and len(own) == len(origins) and own[0].service == service:
            return own[0].id
        origins = tuple(one for one in origins if one.role is not HostRole.OWN)
        if is_told and current.service == service:
            if for_its_own:
                current.is_for_its_own = True
                return current.id
            if hosted is not None and hosted.is_given and trip.is_at(origins):
                return current.id
        line = self._found(service, current, trip, origins, is_told=is_told)
        if line is None:
            line = self._new(service)
        self._learn(line, origins, is_told=is_told)
        if line.service == current.service and line is not current:
            if hosted is not None and hosted.is_given and origins == (_SERVER,):
                current.is_elsewhere = True
            line.partners[current.id] = None
            current.partners[line.id] = None
        return line.id

    def _found(
        self, service: str, current: _Line, trip: Trip, origins: tuple[Origin, ...], *, is_told: bool
    ) -> _Line | None:
        lines = [line for line in self._lines if line.service == service]
        if not is_told:
            return next(iter(lines), None)
        is_own_service = current.service == service
        if is_own_service:
            lines = [line for line in lines if line is not current]
        elif shared := [line for line in lines if _ANY in line.origins]:
            # Whether a host is named then is a matter of the deployment: ``if CONF.multi_host``.
            return shared[0]
        role = _role(origins)
        if role is not None:
            return self._of_role(role, lines, current, trip, origins)
        same = [line for line in lines if any(one in line.origins for one in origins)]
        if not same and any(one in _SELECTED for one in origins):
            moving = [line for line in lines if line.role is HostRole.DESTINATION]
            same = moving or [line for line in lines if any(one in line.origins for one in _SELECTED)]
        if same:
            return same[0]
        free = [line for line in lines if line.role is None]
        if is_own_service:
            back = self._behind(free, current, trip)
            return next(iter(back or ([] if _SERVER in origins else lines)), None)
        found = [line for line in free if line.is_entry or not line.origins]
        if _SERVER in origins:
            # A server is where the scheduler has put it.
            found += [line for line in free if _CHOSEN in line.origins]
        is_apart = origins and not any(
            one.role is HostRole.OTHER for line in lines for one in (*origins, *line.origins)
        )
        return next(iter(found or ([] if is_apart else lines)), None)

    def _of_role(
        self, role: HostRole, lines: list[_Line], current: _Line, trip: Trip, origins: tuple[Origin, ...]
    ) -> _Line | None:
        """Return the source or destination of a flow, ``None`` where none of the lifelines can be it."""
        known = [line for line in lines if line.role is role]
        if known:
            return known[0]
        free = [line for line in lines if line.role is None]
        same = [line for line in free if any(one in line.origins for one in origins)]
        if not same and role is HostRole.DESTINATION:
            same = [line for line in free if any(one in line.origins for one in _SELECTED)]
        if not same and current.service == (lines[0].service if lines else None):
            same = self._behind(free, current, trip)
        if not same:
            same = [line for line in free if self._opposite(line) is role]
        return next(iter(same), None)

    @staticmethod
    def _behind(lines: list[_Line], current: _Line, trip: Trip) -> list[_Line]:
        """Return the lifelines from which the work of a process comes, the next first, and those it talks with."""
        ids: dict[str, None] = {}
        before = trip.before
        while before is not None:
            ids[before.line] = None
            before = before.before
        ids |= current.partners
        by_id = {line.id: line for line in lines}
        return [by_id[one] for one in ids if one in by_id]

    def _learn(self, line: _Line, origins: tuple[Origin, ...], *, is_told: bool) -> None:
        if not is_told:
            line.origins[_ANY] = None
            return
        role = _role(origins)
        if line.role is None and role is not None and _ANY not in line.origins:
            line.role = role
        line.origins.update(dict.fromkeys(origins))

    def _host(self, line: _Line) -> str | None:
        """Return what the host of a lifeline is."""
        same = [one for one in self._lines if one.service == line.service]
        if line.role is not None:
            return line.role.value
        if _ANY in line.origins:
            return HostRole.ANY.value if len(same) > 1 else None
        role = self._opposite(line)
        if role is not None:
            return role.value
        host = self._plain(line, [one for one in same if one.id in line.partners])
        if len(same) == 1 and host not in _ALONE:
            return None
        return host

    def _opposite(self, line: _Line) -> HostRole | None:
        """Return which of the two hosts of a move one is that talks with the other alone, ``None`` for others."""
        roles = {one.role for one in self._lines if one.id in line.partners}
        role = roles.pop() if len(roles) == 1 and not line.is_for_its_own else None
        return None if role is None else _OTHER[role]

    @staticmethod
    def _plain(line: _Line, partners: list[_Line]) -> str | None:
        """Return what a host is that no message calls source or destination."""
        known = {one.role for one in line.origins}
        things = [one.of for one in line.origins if one.role is HostRole.OTHER]
        if things:
            return things[0]
        has_server = any(_SERVER in partner.origins for partner in partners)
        if line.is_elsewhere and has_server:
            return HostRole.DESTINATION.value
        if HostRole.SERVER in known and any(partner.is_elsewhere for partner in partners):
            return HostRole.SOURCE.value
        if line.is_entry and not known:
            is_mixed = len({partner.role for partner in partners if partner.role is not None}) > 1
            is_servers = line.is_for_its_own and not has_server and not is_mixed
            return HostRole.SERVER.value if is_servers else HostRole.OWN.value
        return next((one.role.value for one in line.origins if one.role in _SAID), None)

    def _line(self, id_: str) -> _Line:
        return next(line for line in self._lines if line.id == id_)

    def _new(self, service: str) -> _Line:
        line = _Line(f"p{len(self._lines) + 1}", service)
        self._lines.append(line)
        return line


def _role(origins: Sequence[Origin]) -> HostRole | None:
    """Return which of the two hosts of a move these say, the first that does; ``None`` where it may be another."""
    if any(one.role is HostRole.OTHER for one in origins):
        return None
    return next((one.role for one in origins if one.role in _OTHER), None)
