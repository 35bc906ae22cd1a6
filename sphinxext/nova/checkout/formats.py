"""Metadata of a project in TOML and INI, of a size for which Python's own parsers take a moment and no more.

``tomllib`` takes time by the square of the length of a dotted key, ``configparser`` by that of a line and of the
number of lines that it does not understand. Both read far larger texts than any project has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova.problems import Kind

if TYPE_CHECKING:
    import configparser
    from collections.abc import Sequence

LARGEST: Final = 256 * 1024
"""The longest text that is parsed, in characters: the longest ``setup.cfg`` of a release has 11,637, the longest
``pyproject.toml`` (cinder 29.0.0) 8,049."""
LONGEST_LINE: Final = 1000
"""The longest line of an INI file, in characters; a release has 145."""
MOST_PARTS: Final = 16
"""How many parts a dotted key of TOML has; a release has 3 (``tool.setuptools.packages``)."""

# What is in quotes is short: looked for from each quotation mark to the end of a line, it takes the square of that.
_PART: Final = r"""(?:"(?:[^"\\\n]|\\.){0,200}+"|'[^'\n]{0,200}+'|(?<![\w-])[\w-]++)"""
_LONG_KEY: Final = re.compile(rf"(?:{_PART}[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}{_PART}")
_TOML_LINE: Final = re.compile(r"at line (\d{1,9})")


class FormatError(ValueError):
    """A text that is not parsed. The message is a predicate ("is no TOML: ..."), ``line`` counts from 1."""

    def __init__(self, message: str, kind: Kind = Kind.SYNTAX, line: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.line = line


def read_toml(text: str) -> dict[str, Any]:
    """Return what a text in TOML says.

    :raises FormatError: it is none, too long, or its keys or values are nested too deep.
    """
    import tomllib  # noqa: PLC0415 - most releases have no such file

    _check_length(text)
    key = _LONG_KEY.search(text)
    if key is not None:
        line = text.count("\n", 0, key.start()) + 1
        raise FormatError(f"has a key of more than {MOST_PARTS} parts and is not read", Kind.DEPTH, line)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise FormatError("is nested too deep", Kind.DEPTH) from None
    except ValueError as error:  # no TOML, or a number of more digits than Python reads
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise FormatError("has a number of too many digits and is not read") from None
        found = _TOML_LINE.search(str(error))
        raise FormatError(f"is no TOML: {error}", line=int(found[1]) if found else None) from None


def read_ini(text: str, delimiters: Sequence[str]) -> tuple[configparser.RawConfigParser, FormatError | None]:
    """Return what an INI file says as far as it can be read, and why the rest of it cannot.

    Options may be without a value. Names keep their case, and ``[DEFAULT]`` is a section as any other.
    """
    import configparser  # noqa: PLC0415 - an sdist of Nova has said all in PKG-INFO

    def parser() -> configparser.RawConfigParser:
        # Nova's has "%" in its values, and sections that occur twice.
        made = configparser.RawConfigParser(
            strict=False, delimiters=delimiters, allow_no_value=True, default_section="\0"
        )
        made.optionxform = str  # type: ignore[assignment,method-assign] # as the documentation says
        return made

    found = parser()
    try:
        _check_length(text)
        _check_lines(text)
        found.read_string(text)
    except FormatError as error:
        return found, error
    except AttributeError:
        # What configparser raises where a line goes on from an option without a value, in the middle of its work.
        return parser(), FormatError("is no INI file: an option without a value goes on in the next line")
    except configparser.Error as error:
        return found, FormatError(f"is no INI file: {str(error).splitlines()[0]}", line=getattr(error, "lineno", None))
    return found, None


def _check_length(text: str) -> None:
    if len(text) > LARGEST:
        raise FormatError(f"is larger than {LARGEST // 1024} KiB and not read", Kind.HUGE)


def _check_lines(text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            message = f"has a line of more than {LONGEST_LINE} characters and is not read"
            raise FormatError(message, Kind.HUGE, number)
