"""Which host: the lifelines of a flow.

A process that sends to its own service sends to another host, and when that one sends to the service again, it is back
at the first one. What the source calls a host (``dest``, ``migration.source_compute``) decides where several answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sphinxext.nova.model import Participant

_ROLES: Final = (("dest", "destination"), ("source", "source"), ("src", "source"))
_WHERE_IT_IS: Final = "instance.host"
_ITEM: Final = re.compile(r"\[['\"](\w+)['\"]\]")


@dataclass(slots=True)
class _Line:
    id: str
    service: str
    host: str | None = None
    called: set[str] = field(default_factory=set)
    """The expressions that meant it."""


class Hosts:
    """The lifelines so far.

    :param first_host: which host the first lifeline is, where an earlier telling found that out.
    """

    def __init__(self, first_host: str | None = None) -> None:
        self._lines: list[_Line] = []
        self._first_host = first_host
        self.contradiction: str | None = None
        """Which host the first lifeline turned out to be after it had been taken for the other one."""

    def first(self, service: str) -> str:
        """Return the lifeline of the process in which the flow starts."""
        line = self._new(service)
        line.host = self._first_host
        return line.id

    def participants(self) -> tuple[Participant, ...]:
        """Return the lifelines in order of appearance; hosts are named where one service has several."""
        services = [line.service for line in self._lines]
        return tuple(
            Participant(line.id, line.service, "service", line.host if services.count(line.service) > 1 else None)
            for line in self._lines
        )

    def receiver(
        self,
        service: str,
        sender: str,
        server: str | None,
        kind: str,
        *,
        for_its_own: bool = False,
        is_itself: bool = False,
    ) -> str:
        """Return the lifeline that a message goes to.

        :param server: the expression that picks the host.
        :param for_its_own: a process goes through the API of its own service, as it does for the instances it has.
        :param is_itself: the source tells that ``server`` is the host of the sender.
        """
        lines = [line for line in self._lines if line.service == service]
        server = _plain(server)
        role = _role(server)
        current = next(line for line in self._lines if line.id == sender)
        if current.service == service and server is not None and kind != "fanout":
            if is_itself or (for_its_own and _is_where_it_is(server)):
                return current.id
            lines = [line for line in lines if line is not current]
            if role is not None:
                self._is_other(current, role)
        if role is not None:
            same = [line for line in lines if line.host == role]
            free = [line for line in lines if line.host is None]
            line = next(iter(same or free), None)
        elif current.service == service:
            line = next(iter(lines), None)
        else:
            line = self._unnamed(lines, server)
            if line is None and lines and lines[0].host is not None:
                role = _other(lines[0].host)
        if line is None:
            line = self._new(service)
        if line.host is None and role is not None:
            line.host = role
        if server is not None:
            line.called.add(server)
        return line.id

    def _is_other(self, sender: _Line, role: str) -> None:
        """Learn of a process that it is not the host to which it sends."""
        if sender.host is None:
            sender.host = _other(role)
        elif sender.host == role and sender is self._lines[0]:
            self.contradiction = _other(role)

    @staticmethod
    def _unnamed(lines: list[_Line], server: str | None) -> _Line | None:
        """Return the line that an expression means which tells no role; ``None`` for a host that is not there yet.

        Beside a host that has a role, the host on which an instance is (``instance.host``) is the other one.
        """
        same = [line for line in lines if server in line.called]
        free = [line for line in lines if line.host is None]
        if same or free or server is None or not _is_where_it_is(server) or len(lines) != 1:
            return next(iter(same or free or lines), None)
        return None

    def _new(self, service: str) -> _Line:
        line = _Line(f"p{len(self._lines) + 1}", service)
        self._lines.append(line)
        return line


def _plain(server: str | None) -> str | None:
    """Return an expression in the one form in which it is compared: ``self.instance['host']`` is ``instance.host``."""
    return None if server is None else _ITEM.sub(r".\1", server).removeprefix("self.")


def _is_where_it_is(server: str) -> bool:
    """Tell whether an expression means the host on which an instance is."""
    return server.endswith(_WHERE_IT_IS)


def _role(server: str | None) -> str | None:
    """Tell which of two hosts an expression means."""
    words = (server or "").lower()
    return next((role for word, role in _ROLES if word in words), None)


def _other(role: str) -> str:
    return "source" if role == "destination" else "destination"
