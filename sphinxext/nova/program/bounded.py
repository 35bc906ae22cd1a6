"""The sizes of values that are computed from a checkout: known before the value is made, and bounded.

The size of a value is the number of characters and items in it. What is inside several items counts each time, as it
is gone through each time: a tuple of the same tuple twice, 100 lines in a row, is small in memory and is not small for
``str``, ``hash`` and ``==``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

LARGEST: Final = 100_000
"""The largest value, in characters and items.

The largest of 2010.1, 2013.2, 20.0.0, 34.0.0 and cinder 29.0.0 has 7,394.
"""
DEEPEST: Final = 20
"""How many containers a value may have inside one another. Those releases have at most 2."""
MOST_BITS: Final = 4096
"""The largest whole number, in bits: 1,233 digits, so that Python writes it, which it does up to 4,300."""
_CONVERSION: Final = re.compile(r"%(?:\((\w+)\))?[-+ #0]{0,3}(\d{0,2})(?:\.\d{1,2})?([sdrifxXg%])")
_PLAIN_FORMAT: Final = re.compile(rf"[^%]*+(?:{_CONVERSION.pattern}[^%]*+)*+")
_NUMBER: Final = 500
"""The most characters of a number that ``%f`` writes: ``'%.99f' % 1e308``."""
_FIELD: Final = re.compile(r"\{(\w*)\}")
_PLAIN_FIELDS: Final = re.compile(r"[^{}]*+(?:\{\w*\}[^{}]*+)*+")


class TooLargeError(ValueError):
    """A value would be larger, or nested deeper, than any that is computed from a checkout."""


def size(value: object, depth: int = 0) -> int:
    """Return the size of a value; that of a number is 0.

    :raises TooLargeError: it is larger than :data:`LARGEST`, nested deeper than :data:`DEEPEST`, or holds a number of
        more than :data:`MOST_BITS`. No more than the limit is looked at.
    """
    kind = type(value)
    if kind is str or kind is bytes:
        total = len(value)  # type: ignore[arg-type]
    elif kind is int:
        if value.bit_length() > MOST_BITS:  # type: ignore[attr-defined]
            raise TooLargeError("a number has too many digits")
        return 0
    elif isinstance(value, dict):
        total = _size_of_items(value, depth) + _size_of_items(value.values(), depth)
    elif isinstance(value, list | tuple | set | frozenset):
        total = _size_of_items(value, depth)
    else:
        return 0
    if total > LARGEST:
        raise TooLargeError("a value has too many characters and items")
    return total


def _size_of_items(items: Iterable[object], depth: int) -> int:
    if depth >= DEEPEST:
        raise TooLargeError("a value is nested too deep")
    total = 0
    for item in items:
        total += 1 + size(item, depth + 1)
        if total > LARGEST:
            raise TooLargeError("a value has too many characters and items")
    return total


def check(length: int) -> None:
    """Refuse a result of so many characters and items, which is still to be made.

    :raises TooLargeError: it would be larger than :data:`LARGEST`.
    """
    if length > LARGEST:
        raise TooLargeError("a value has too many characters and items")


def as_text(value: object, form: Callable[[object], str] = str) -> str:
    """Do ``str(value)``, or ``repr(value)``.

    :raises TooLargeError: value or text are larger than :data:`LARGEST`.
    """
    # At most so many times its size, as items inside one another are counted in it.
    size(value)
    text = form(value)
    check(len(text))
    return text


def repeated(value: Any, times: int) -> Any:  # noqa: ANN401 - a text or container
    """Do ``value * times``.

    :raises TooLargeError: the result would be larger than :data:`LARGEST`.
    """
    check(size(value) * max(times, 0))
    return value * times


def joined(separator: str, texts: Iterable[str]) -> str:
    """Do ``separator.join(texts)``.

    :raises TooLargeError: the result would be longer than :data:`LARGEST`.
    """
    parts = list(texts)
    check(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def percent(text: str, given: Any) -> str:  # noqa: ANN401 - any value
    """Do ``text % given``.

    :raises TooLargeError: the result would be longer than :data:`LARGEST`.
    :raises ValueError: there is a conversion that is wider than 99 characters, or of another form.
    """
    if not _PLAIN_FORMAT.fullmatch(text):
        raise ValueError("a text has a conversion of another form")
    lengths: dict[tuple[int, str], int] = {}
    length = len(text)
    place = 0
    for conversion in _CONVERSION.finditer(text):
        name, width, sign = conversion.groups()
        if sign == "%":
            continue
        if name is not None:
            value = given[name]
        elif isinstance(given, tuple):
            value = given[place]
            place += 1
        else:
            value = given
        key = (id(value), sign)
        if key not in lengths:
            lengths[key] = len(as_text(value, repr if sign == "r" else str)) if sign in "rsd" else _NUMBER
        length += max(lengths[key], int(width or 0))
        check(length)
    return str(text % given)


def formatted(text: str, given: Sequence[object], named: Mapping[str, object]) -> str:
    """Do ``text.format(*given, **named)`` for plain fields, which cannot reach into their values.

    :raises TooLargeError: the result would be longer than :data:`LARGEST`.
    :raises ValueError: there is a field of another form.
    :raises LookupError: a field has no value.
    """
    if not _PLAIN_FIELDS.fullmatch(text):
        raise ValueError("a text has a field of another form")
    texts: dict[str, str] = {}
    pieces: list[str] = []
    length = position = place = 0
    for field in _FIELD.finditer(text):
        name = field[1]
        if not name:
            name = str(place)
            place += 1
        if name not in texts:
            texts[name] = as_text(given[int(name)] if name.isdecimal() else named[name])
        pieces += text[position : field.start()], texts[name]
        position = field.end()
        length += len(pieces[-2]) + len(pieces[-1])
        check(length)
    return joined("", (*pieces, text[position:]))
