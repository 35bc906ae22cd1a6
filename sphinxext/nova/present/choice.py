"""What of a flow is drawn: the author's choice, and the rules by which names match."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sphinxext.nova.problems import Kind, QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

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


DIRECTIONS = ("ltr", "rtl")
"""On which side the first lifeline is."""


class Takes(enum.Enum):
    """What an option takes."""

    NOTHING = enum.auto()
    NUMBER = enum.auto()
    """A number from 1 to 99."""
    WORDS = enum.auto()
    """Words, separated by commas or white space."""
    WORD = enum.auto()
    """One of the words that it knows."""


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """One option that chooses what of a flow is drawn, by the name that the directive and the command line give it.

    ``values`` and ``doc`` are reStructuredText; ``known`` are the words that it knows, empty for any.
    """

    name: str
    takes: Takes
    values: str
    doc: str
    known: tuple[str, ...] = ()


def _listed(known: Iterable[str]) -> str:
    return ", ".join(f"``{word}``" for word in known)


CHOICE_OPTIONS: Final = (
    ChoiceOption(
        "depth",
        Takes.NUMBER,
        "a number",
        "How many messages away from the entry the diagram ends; by default nowhere.",
    ),
    ChoiceOption(
        "stop",
        Takes.WORDS,
        "patterns",
        "Messages below which nothing is shown, by the method (``prep_resize``), by what answers "
        "(``ComputeManager.prep_resize``), by topic (``compute.*``) or by the receiver (``nova-scheduler``).",
    ),
    ChoiceOption("hide", Takes.WORDS, "patterns as above", "Messages that are not shown, nor what comes of them."),
    ChoiceOption("only", Takes.WORDS, "patterns as above", "The only messages that are shown."),
    ChoiceOption("failures", Takes.NOTHING, "", "Shows also what is sent when something goes wrong."),
    ChoiceOption("side", Takes.NOTHING, "", "Shows also what tells all servers of a service something and ends there."),
    ChoiceOption(
        "data",
        Takes.NOTHING,
        "",
        "Shows also what the conductor does to the database because another service asks it to (2013.1 to 2014.2).",
    ),
    ChoiceOption("repeats", Takes.NOTHING, "", "Shows also what the same sender sent before."),
    ChoiceOption(
        "branches",
        Takes.WORD,
        _listed(BRANCHES),
        "``main`` shows of alternatives the one that says most, ``newest`` (the default) all but those for "
        "services of older releases, ``all`` these too.",
        BRANCHES,
    ),
    ChoiceOption("objects", Takes.NOTHING, "", "Shows also the methods of versioned objects that the conductor runs."),
    ChoiceOption("database", Takes.NOTHING, "", "Shows also what is asked of the database."),
    ChoiceOption(
        "external",
        Takes.NOTHING,
        "",
        "Shows also what is asked of other services and of the hypervisor driver (``nova_participants``).",
    ),
    ChoiceOption(
        "options",
        Takes.WORDS,
        "``name=value`` for each",
        "Values that config options are assumed to have, besides those of ``nova_options``: "
        "``reclaim_instance_interval=0``.",
    ),
    ChoiceOption(
        "direction",
        Takes.WORD,
        _listed(DIRECTIONS),
        "Whether the first lifeline is on the left or on the right.",
        DIRECTIONS,
    ),
    ChoiceOption(
        "split", Takes.NUMBER, "a number, 15 by default", "How many arrows a diagram has at most before it is cut."
    ),
)
"""What chooses, in the directive ``rpc-flow`` and on the command line, in the order of the reference."""


@dataclass(frozen=True, slots=True)
class Given:
    """Options as they were given, by name; ``None`` for one that takes nothing.

    ``spelled`` writes a name as it was given: ``:depth:``, ``--depth``.
    """

    options: Mapping[str, str | None]
    spelled: Callable[[str], str]

    def words(self, name: str, known: Collection[str] | None = None) -> list[str]:
        """Return the words of an option, separated by commas or white space; none where it is left out.

        :raises QuestionError: there are none, or one of them is not among the known words.
        """
        words = str(self.options.get(name) or "").replace(",", " ").split()
        if name in self.options and not words:
            raise QuestionError(Kind.OPTION, f"{self.spelled(name)} is empty")
        for word in words:
            if known is not None and word not in known:
                raise QuestionError(
                    Kind.OPTION, f"{self.spelled(name)} does not know {word!r}, only {', '.join(known)}"
                )
        return words

    def word(self, name: str, known: Collection[str], default: str) -> str:
        """Return the value of an option that is one word.

        :raises QuestionError: it is none of the known words.
        """
        words = self.words(name, known) or [default]
        if len(words) > 1:
            raise QuestionError(Kind.OPTION, f"{self.spelled(name)} takes one of {', '.join(known)}")
        return words[0]

    def number(self, name: str, default: int) -> int:
        """Return the value of an option that counts from 1.

        :raises QuestionError: it is no such number.
        """
        text = str(self.options.get(name, default)).strip()
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 99:
            raise QuestionError(Kind.OPTION, f"{self.spelled(name)} takes a number from 1 to 99, not {text!r}")
        return int(text)

    def choice(self) -> Choice:
        """Return what is drawn.

        :raises QuestionError: an option has a value that it cannot have.
        """
        return Choice(
            depth=self.number("depth", 1) if "depth" in self.options else None,
            stop=tuple(self.words("stop")),
            hide=tuple(self.words("hide")),
            only=tuple(self.words("only")),
            failures="failures" in self.options,
            side="side" in self.options,
            data="data" in self.options,
            repeats="repeats" in self.options,
            branches=self.word("branches", BRANCHES, "newest"),
            objects="objects" in self.options,
            database="database" in self.options,
            external="external" in self.options,
            reverse=self.word("direction", DIRECTIONS, "ltr") == "rtl",
        )

    def most(self) -> int:
        """Return how many arrows a diagram has at most.

        :raises QuestionError: it is no such number.
        """
        return self.number("split", 15)

    def assumed(self, others: Mapping[str, object] = MappingProxyType({})) -> dict[str, object]:
        """Return the values that config options are assumed to have, by the names that the walk knows.

        :param others: values of options that are not given.
        :raises QuestionError: one is no ``name=value``.
        """
        found = dict(others)
        for word in self.words("options"):
            name, equals, value = word.partition("=")
            if not equals or not name:
                raise QuestionError(Kind.OPTION, f"{self.spelled('options')} takes name=value, not {word!r}")
            found[name] = option_value(value)
        # The walk knows options of no group by their bare names.
        return {name.removeprefix("DEFAULT."): value for name, value in found.items()}


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
