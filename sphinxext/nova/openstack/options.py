"""Expressions that use config options: which options, and the value that the options' defaults give."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinxext.nova.escaping import json_number
from sphinxext.nova.model import Source, TaskOption
from sphinxext.nova.program import UNKNOWN, Options, evaluate
from sphinxext.nova.program.options import use
from sphinxext.nova.syntax.walking import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinxext.nova.program import ConfigOption, Program, Scope
    from sphinxext.nova.syntax.forms import Expr

_DEFAULT: Final = "DEFAULT"
_REFERENCE: Final = re.compile(r"\$(?P<brace>\{)?(?P<name>\w+)(?(brace)\})")
"""A default that is the value of another option."""
_MOST_REFERENCES: Final = 5
_MOST_NEAR: Final = 3


def find_option(program: Program, name: str) -> tuple[ConfigOption | None, frozenset[Source]]:
    """Find a config option by its name with the group before it, ``image_cache.manager_interval``.

    :returns: the option, ``None`` where the checkout does not register it; and what this depends on.
    """
    group, _, last = name.rpartition(".")
    with program.recording() as record:
        option = Options(program).find(group or _DEFAULT, last)
    return option, exact({*record.sources, Source("ref", "")})


def near_options(program: Program, name: str) -> list[str]:
    """Return names of options, without groups, that are like this one, which is not registered."""
    return get_close_matches(name.rpartition(".")[2], sorted(Options(program).names()), n=_MOST_NEAR)


def exact(sources: Iterable[Source]) -> frozenset[Source]:
    """Leave out of the sources of an answer which folders were scanned, and take the words looked for together.

    For answers that depend on no folder as a whole: each option that they asked for is a source of its own.
    """
    words: dict[str, set[str]] = {}
    kept = set()
    for source in sources:
        if source.kind == "mentions":
            words.setdefault(source.path, set()).update(source.words)
        elif source.kind != "tree":
            kept.add(source)
    return frozenset({*kept, *(Source("mentions", path, tuple(sorted(found))) for path, found in words.items())})


class Use(NamedTuple):
    """A config option where it is used.

    ``text`` is the expression, ``option`` is ``None`` if it is a library's. ``default`` is its default as a value,
    :data:`.UNKNOWN` where only running tells.
    """

    text: str
    name: str
    option: ConfigOption | None
    default: object

    def shown(self) -> TaskOption:
        """Return what readers want to know about the option."""
        option = self.option
        if option is None:
            return TaskOption(self.name, None, None, None, None, None)
        return TaskOption(
            name=self.name,
            default=plain(self.default),
            default_text=option.default_text,
            help=option.help,
            file=option.path,
            line=option.line,
        )


def plain(value: object) -> object:
    """Return a value as JSON can say it, ``None`` for what is not known or JSON cannot say."""
    match value:
        case None | bool() | str():
            return value
        case int() | float():
            return json_number(value)
        case list() | tuple():
            return tuple(plain(item) for item in value)
        case _:
            return None


def dotted(group: str, name: str) -> str:
    """Return the name of an option with its group, ``DEFAULT`` left out: ``image_cache.manager_interval``."""
    return name if group == _DEFAULT else f"{group}.{name}"


def uses(expression: Expr, scope: Scope, options: Options) -> Iterator[Use]:
    """Give the options that an expression uses, in the order of the source: ``CONF.group.name``, ``FLAGS.name``."""
    for part in inside(expression):
        if isinstance(part, str) and (names := use(part, scope)):
            option = options.find_use(part, scope)
            if option is None:
                yield Use(part, ".".join(names), None, UNKNOWN)
            else:
                yield used(part, option, options)


def used(text: str, option: ConfigOption, options: Options) -> Use:
    """Return the use of an option by an expression, its default looked up where that is another option's."""
    default = option.default
    for _ in range(_MOST_REFERENCES):
        reference = _REFERENCE.fullmatch(default) if isinstance(default, str) else None
        other = options.find(option.group, reference["name"]) if reference else None
        if other is None:
            break
        default = other.default
    return Use(text, dotted(option.group, option.name), option, default)


def value(expression: Expr, scope: Scope, options: Options) -> object:
    """Return the value of an expression when every option has its default; ``UNKNOWN`` where that does not help."""
    known = {found.text: found.default for found in uses(expression, scope, options) if found.default is not UNKNOWN}
    return evaluate(expression, scope, known)
