"""What of a flow is drawn: the author's choice, and the rules by which names match."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinxext.nova.model import Message

BRANCHES = ("main", "newest", "all")
"""Which branches are drawn: of each alternative the one that says most; all but those for older releases; all."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a flow is drawn.

    ``depth`` counts how far messages may be from the entry (``None``: any distance). ``stop``, ``hide`` and ``only``
    are patterns of methods (``prep_resize``), of what answers (``ComputeManager.prep_resize``, ``compute.*``) or of
    lifelines (``nova-scheduler``). ``failures`` draws what goes wrong, ``side`` casts to all servers that nothing comes
    of, ``data`` what the conductor does to the database for others, ``repeats`` what was sent before. ``branches`` is a
    member of :data:`BRANCHES`. ``objects``, ``database`` and ``external`` draw what is no message. ``reverse`` puts the
    first lifeline on the right.
    """

    depth: int | None = None
    stop: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    failures: bool = False
    side: bool = False
    data: bool = False
    repeats: bool = False
    branches: str = "newest"
    objects: bool = False
    database: bool = False
    external: bool = False
    reverse: bool = False


EXTERNAL: Mapping[str, str] = {
    "nova.accelerator": "Cyborg",
    "nova.image": "Glance",
    "nova.keymgr": "Barbican",
    "nova.network": "Neutron",
    "nova.scheduler.client.report": "Placement",
    "nova.share": "Manila",
    "nova.virt": "hypervisor driver",
    "nova.volume": "Cinder",
}
"""The lifelines of what is outside of Nova's processes, by the prefix of the dotted name that the code calls.

The longest prefix that fits is taken; a project adds its own with ``nova_participants``.
"""


def lifeline_of(name: str, lifelines: Mapping[str, str]) -> str | None:
    """Give the lifeline that something external belongs to, ``None`` where no prefix fits."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if found := lifelines.get(".".join(parts[:length])):
            return found
    return None


def matches(message: Message, receiver: str, patterns: Iterable[str]) -> bool:
    """Say whether a message, which the lifeline called ``receiver`` gets, fits one of the patterns."""
    names = {message.method, f"{message.topic}.{message.method}", receiver}
    if message.endpoint:
        parts = message.endpoint.split(".")
        names |= {message.endpoint, ".".join(parts[-2:])}
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def option_value(text: str) -> object:
    """Read the value that a config option is assumed to have: a number, a truth value, nothing, or else a text."""
    words: dict[str, object] = {"true": True, "false": False, "none": None, "": None}
    if text.lower() in words:
        return words[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            pass
    return text
