"""The start-up of a process as a picture: who makes whom, and who waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.present.picture import Arrow, Condition, End, Group, Lifeline, Picture
from sphinxext.nova.present.services import short_name, step_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinxext.nova.model import Service, StartStep
    from sphinxext.nova.present.picture import Item

# Who does each step, and to whom; steps that are not here happen within the command.
_ENDS = {
    "launcher": ("command", "launcher"),
    "create": ("command", "service"),
    "manager": ("service", "manager"),
    "application": ("service", "application"),
    "proxy": ("command", "proxy"),
    "service": ("command", "service"),
    "serve": ("command", "service"),
    "workers": ("service", "service"),
    "init_host": ("service", "manager"),
    "pre_start_hook": ("service", "manager"),
    "rpc_server": ("service", "topics"),
    "listen": ("service", "clients"),
    "post_start_hook": ("service", "manager"),
    "join": ("service", "group"),
    "report_state": ("service", "group"),
    "periodic_tasks": ("service", "manager"),
}
_REPEATED = frozenset({"report_state", "periodic_tasks"})
_NAMED_BY = {"launcher": "launcher", "create": "service", "manager": "manager", "proxy": "proxy"}
"""Whose name says what a lifeline is."""


def start_picture(service: Service, translate: Callable[[str], str]) -> Picture:
    """Draw the steps in which a process starts; they have to be filled.

    :param translate: gives a word of ours in the reader's language.
    """
    steps = service.start or ()
    made = {_NAMED_BY[step.what]: name for step in steps if step.what in _NAMED_BY and (name := _class(step))}
    names = {
        "command": service.binary,
        "launcher": made.get("launcher", translate("launcher")),
        "service": made.get("service", translate("service")),
        "manager": made.get("manager", translate("manager")),
        "application": translate("application"),
        "proxy": made.get("proxy", translate("proxy")),
        "topics": translate("RPC"),
        "clients": translate("clients"),
        "group": translate("service group"),
    }
    said = step_words(translate)
    ids: dict[str, str] = {"command": "p1"}
    items: list[Item] = []
    for number, step in enumerate(steps, 1):
        from_, to = _ENDS.get(step.what, ("command", "command"))
        if from_ == "service" and "service" not in ids:
            # Nothing makes a service: the command does all of it.
            from_, to = "command", "command" if to == "service" else to
        for role in (from_, to):
            ids.setdefault(role, f"p{len(ids) + 1}")
        text = _text(step, said.get(step.what, step.what), names[to])
        place = End(step.name, step.file, step.line)
        arrow = Arrow(ids[from_], ids[to], text, "start", place, End(step.name, None, None), number=number)
        if step.what in _REPEATED:
            items.append(Group("loop", ((Condition(translate("again and again")), (arrow,)),)))
        else:
            items.append(arrow)
    entry = End(service.entry_point, service.file, service.line)
    lifelines = tuple(Lifeline(ids[role], names[role], "service") for role in ids)
    return Picture(entry, "p1", lifelines, tuple(items))


def _class(step: StartStep) -> str | None:
    """Return the class that a step makes, as far as its dotted name says so."""
    return next((part for part in reversed(step.name.split(".")) if part[:1].isupper()), None)


def _text(step: StartStep, said: str, receiver: str) -> str:
    """Say a step, and what it is done with unless the lifeline says so."""
    name = short_name(step)
    said = said.partition(",")[0] if step.what in _REPEATED else said
    return said if step.what in _NAMED_BY and receiver in name.split(".") else f"{said}: {name}"
