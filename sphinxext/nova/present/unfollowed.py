"""The calls of a flow that were not followed, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from sphinxext.nova.escaping import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sphinxext.nova.model import Unresolved

_SHOWN: Final = 3
"""How many places a sentence names."""
_OF_CONTAINERS: Final = frozenset(name for kind in (dict, list, set, str) for name in dir(kind))


def place(row: Unresolved) -> str:
    """Return where a call is."""
    return visible(f"{row.file}:{row.line}")


def call(row: Unresolved) -> str:
    """Return a call as it is written, without its arguments."""
    return visible(f"{row.expression}()")


def in_short(rows: Sequence[Unresolved], translate: Callable[[str], str]) -> str:
    """Say how many calls were not followed, as the note in a picture does."""
    if len(rows) == 1:
        return translate("1 call is not followed: messages may be missing")
    return translate("{count} calls are not followed: messages may be missing").format(count=len(rows))


def sentence(rows: Sequence[Unresolved], translate: Callable[[str], str]) -> tuple[str, str]:
    """Say what may be missing: what comes before the first places, and what follows them (with a full stop)."""
    if len(rows) == 1:
        before = translate("Messages may be missing: 1 call that could send some is not followed,")
    else:
        before = translate("Messages may be missing: {count} calls that could send some are not followed,").format(
            count=len(rows)
        )
    more = len(rows) - _SHOWN
    return before, translate(" and {number} more.").format(number=more) if more > 0 else "."


def first(rows: Sequence[Unresolved]) -> Sequence[Unresolved]:
    """Return those that a sentence names."""
    return rows[:_SHOWN]


def in_words(rows: Sequence[Unresolved], translate: Callable[[str], str]) -> str:
    """Say on a terminal what may be missing, with the first places and why."""
    before, after = sentence(rows, translate)
    named = "; ".join(f"{place(row)} {call(row)} ({visible(reason(row))})" for row in first(rows))
    return f"{before} {named}{after}"


def reason(row: Unresolved) -> str:
    """Say what a call could reach, and why it is not followed."""
    if not row.could_reach:
        return row.why
    clients = [".".join(name.split(".")[-2:]) for name in row.could_reach]
    return f"could reach {', '.join(dict.fromkeys(clients))}: {row.why}"


def explanation(rows: Sequence[Unresolved], unfollowed: Sequence[Unresolved]) -> Iterator[str]:
    """Give a line for each call that was not followed, those that could send first, the same ones only once.

    What is named like a method of dictionaries, lists and texts comes last, all in one line.
    """
    sending = set(unfollowed)
    for row in unfollowed:
        yield f"{place(row)}  {call(row)}  {visible(reason(row))}"
    others = [row for row in rows if row not in sending]
    plain = [row for row in others if row.expression.rpartition(".")[2] in _OF_CONTAINERS]
    groups: dict[tuple[str, str], list[Unresolved]] = {}
    for row in others:
        if row.expression.rpartition(".")[2] not in _OF_CONTAINERS:
            groups.setdefault((row.expression, row.why), []).append(row)
    for same in sorted(groups.values(), key=len, reverse=True):
        row, *further = same
        times = f" (and {len(further)} more of the kind)" if further else ""
        yield f"{place(row)}{times}  {call(row)}  {visible(row.why)}"
    if plain:
        names = Counter(row.expression.rpartition(".")[2] for row in plain)
        counted = ", ".join(f"{name}() {count}" for name, count in names.most_common())
        yield f"methods that dictionaries, lists and texts have too, on values that are not known: {counted}"
