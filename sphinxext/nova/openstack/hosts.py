"""Which host: the lifelines of a flow.

A process that sends to its own service sends to another host, and when that one sends to the service again, it is back
at the first one. What the source calls a host (``dest``, ``migration.source_compute``) decides where several answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sphinxext.nova.model import Participant

_ROLES: Final = (("dest", "destination"), ("source", "source"), ("src", "source"))
_WHERE_IT_IS: Final = "instance.host"


@dataclass(slots=True)
class _Line:
    id: str
    service: str
    host: str | None = None
    called: set[str] = field(default_factory=set)
    """The expressions that meant it."""


class Hosts:
    """The lifelines so far."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []

    def first(self, service: str) -> str:
        """Return the lifeline of the process in which the flow starts."""
        return self._new(service).id

    def participants(self) -> tuple[Participant, ...]:
        """Return the lifelines in order of appearance; hosts are named where one service has several."""
        services = [line.service for line in self._lines]
        return tuple(
            Participant(line.id, line.service, "service", line.host if services.count(line.service) > 1 else None)
            for line in self._lines
        )

    def receiver(self, service: str, sender: str, server: str | None, kind: str) -> str:
        """Return the lifeline that a message goes to."""
        lines = [line for line in self._lines if line.service == service]
        role = _role(server)
        current = next(line for line in self._lines if line.id == sender)
        if current.service == service and server is not None and kind != "fanout":
            lines = [line for line in lines if line is not current]
            if role is not None and current.host is None:
                current.host = _other(role)
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

    @staticmethod
    def _unnamed(lines: list[_Line], server: str | None) -> _Line | None:
        """Return the line that an expression means which tells no role; ``None`` for a host that is not there yet.

        Beside a host that has a role, the host on which an instance is (``instance.host``) is the other one.
        """
        same = [line for line in lines if server in line.called]
        free = [line for line in lines if line.host is None]
        if same or free or server is None or not server.endswith(_WHERE_IT_IS) or len(lines) != 1:
            return next(iter(same or free or lines), None)
        return None

    def _new(self, service: str) -> _Line:
        line = _Line(f"p{len(self._lines) + 1}", service)
        self._lines.append(line)
        return line


def _role(server: str | None) -> str | None:
    """Tell which of two hosts an expression means."""
    words = (server or "").lower()
    return next((role for word, role in _ROLES if word in words), None)


def _other(role: str) -> str:
    return "source" if role == "destination" else "destination"
