"""The words of a picture, shared by its diagram and its table, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinxext.nova.model import HostRole
from sphinxext.nova.present.conditions import none_of, shortened
from sphinxext.nova.present.picture import Arrow, Group, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sphinxext.nova.present.picture import Condition, Item, LeftOut, Lifeline

_LONGEST_HOST = 28


def hosts(lifelines: Sequence[Lifeline], translate: Callable[[str], str]) -> dict[str, str]:
    """Say which host each lifeline is on, where that is known and worth saying; by the lifeline's id."""
    return {line.id: _host(line.host, translate) for line in lifelines if line.host}


def names(lifelines: Sequence[Lifeline], translate: Callable[[str], str]) -> dict[str, str]:
    """Give each lifeline's name for a table, by its id."""
    where = hosts(lifelines, translate)
    return {line.id: f"{line.name} ({where[line.id]})" if line.id in where else line.name for line in lifelines}


def kinds(translate: Callable[[str], str]) -> Mapping[str, str]:
    """Give the word for each kind of arrow. ``call``, ``cast`` and ``fanout`` are oslo.messaging's own."""
    return {
        "call": "call",
        "cast": "cast",
        "fanout": "fanout",
        "database": translate("database"),
        "object": translate("object"),
        "external": translate("outside"),
        "start": translate("step"),
    }


def when(kind: str, condition: Condition, translate: Callable[[str], str]) -> str:
    """Say when a branch of a group is taken, in few characters."""
    if kind == "failure":
        return (
            translate("on failure: {condition}").format(condition=shortened(condition.text))
            if condition.text
            else translate("on failure")
        )
    if condition.text is not None:
        return shortened(condition.text)
    if condition.others:
        return shortened(none_of(condition.others))
    return translate("way {number} of {count}").format(number=condition.number, count=condition.count)


def conditions(items: Iterable[Item], translate: Callable[[str], str]) -> Iterator[tuple[Arrow, tuple[str, ...]]]:
    """Give each arrow with the conditions that its own process has for it, outermost first."""

    def walk(inner: Iterable[Item], so_far: tuple[str, ...]) -> Iterator[tuple[Arrow, tuple[str, ...]]]:
        for item in inner:
            if isinstance(item, Arrow):
                yield item, so_far
                yield from walk(item.body, ())
            elif isinstance(item, Group):
                for condition, branch in item.branches:
                    said = when(item.kind, condition, translate)
                    yield from walk(branch, (*so_far, said))

    return walk(items, ())


def left_out(left: LeftOut, translate: Callable[[str], str]) -> str:
    """Say which messages are not in a picture, and why."""
    # Written out, one by one, so that the message extractor finds them.
    reasons = {
        Reason.FAILURE: translate("Only when something goes wrong: {count} ({methods})."),
        Reason.VERSION: translate("Only between services of different releases: {count} ({methods})."),
        Reason.BRANCH: translate("In other branches: {count} ({methods})."),
        Reason.SIDE: translate("To all servers of a service, with nothing following: {count} ({methods})."),
        Reason.DATA: translate("Database work that the conductor does for others: {count} ({methods})."),
        Reason.REPEAT: translate("Sent again by the same sender: {count} ({methods})."),
        Reason.DEPTH: translate("Further away from the entry: {count} ({methods})."),
        Reason.STOP: translate("Below a message at which this picture stops: {count} ({methods})."),
        Reason.HIDE: translate("Hidden: {count} ({methods})."),
        Reason.ONLY: translate("Of other kinds than asked for: {count} ({methods})."),
    }
    return reasons[left.reason].format(count=left.count, methods=", ".join(left.methods))


def _host(host: str, translate: Callable[[str], str]) -> str:
    # Written out, one by one, so that the message extractor finds them.
    known: Mapping[str, str] = {
        HostRole.SOURCE: translate("source"),
        HostRole.DESTINATION: translate("destination"),
        HostRole.SERVER: translate("the server's host"),
        HostRole.CHOSEN: translate("the chosen host"),
        HostRole.ASKED: translate("the requested host"),
        HostRole.OWN: translate("this host"),
        HostRole.ANY: translate("any host"),
    }
    if host in known:
        return known[host]
    return translate("the {thing}'s host").format(thing=shortened(host, _LONGEST_HOST))
