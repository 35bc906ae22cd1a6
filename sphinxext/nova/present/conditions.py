"""Conditions of a flow: which are about versions, and how a long one is said in few words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"\s+")
_OF_SELF = re.compile(r"(?<![\w.])(?:self|cls)\.(?=\w)")
_VERSION_CHECK = re.compile(
    r"\bcan_send_version\b|\bservice_version\b|\bget_minimum_version|\bversion_cap\b|\bmin\w*_ver(?:sion)?\b"
    r"|\bMIN_(?:COMPUTE|VER)\w*\b"
)
_OLDER = re.compile(r"<(?!=)|\bnot\b")
_NAME = re.compile(r"\b(?!(?:and|or|not|if|else|for|in|is|while)\b)[^\W\d]\w*")
_OPEN, _CLOSE = "([{", ")]}"

_OPPOSITES = {"==": "!=", "is": "is not", "in": "not in"}
_OPPOSITES |= {opposite: operator for operator, opposite in _OPPOSITES.items()}
_COMPARISON = re.compile(r" (==|!=|is not|is|not in|in|<=|>=|<|>) ")
_OPPOSITES |= {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}

LONGEST = 60
"""The longest condition in a picture, in characters: what stays legible beside an arrow."""

LONGEST_READ = 1000
"""The longest condition that is looked at, in characters: to shorten one takes more than the square of its length. The
longest of 2013.2 and 34.0.0 has 422."""


def of_newest(condition: str | None) -> bool | None:
    """Say what a condition is where every service is of the newest release; ``None`` where that does not decide it.

    Forms: ``client.can_send_version('5.1')`` (2013.2-), ``service_version < MIN_VER_X`` and
    ``objects.service.get_minimum_version_all_cells(...) >= MIN_COMPUTE_X`` (12.0.0-).
    """
    if condition is None:
        return None
    parts = _operands(one_line(condition))
    decided = [not _OLDER.search(part) if _VERSION_CHECK.search(part) else None for part in parts]
    if len(parts) == 1:
        return decided[0]
    joined = {part.rpartition(" ")[2] for part in parts[:-1]}
    if joined == {"and"} and False in decided:
        return False
    return True if joined == {"or"} and True in decided else None


def negated(condition: str) -> str:
    """Write the opposite of a condition as a person would."""
    text = one_line(condition)
    if text.startswith("not ") and _operand(text[4:]):
        return text[4:]
    if _operand(text):
        return f"not {text}"
    compared = [match for match in _COMPARISON.finditer(text) if not _depth(text[: match.start()])]
    if len(compared) == 1 and len(_operands(text)) == 1 and not re.match(r"not ", text):
        place = compared[0]
        return f"{text[: place.start()]} {_OPPOSITES[place[1]]} {text[place.end() :]}"
    return f"not ({text})"


def one_line(condition: str) -> str:
    """Take away line breaks and repeated white space, and what is beyond :data:`LONGEST_READ`."""
    text = _SPACE.sub(" ", condition).strip()
    return text if len(text) <= LONGEST_READ else f"{text[:LONGEST_READ].rstrip()} …"


def shortened(condition: str, longest: int = LONGEST) -> str:
    """Say a condition in few characters and keep it readable.

    ``self.`` goes first, and brackets around the whole; then the arguments of calls and what is between square
    brackets, the longest first; then the last operands of an ``and`` or ``or``; then what is between other brackets;
    last the end. What is gone is marked by an ellipsis.
    """
    text = _OF_SELF.sub("", one_line(condition))
    while text[:1] == "(" and text[-1:] == ")" and not _outside(text).strip():
        text = text[1:-1].strip()
    text = _emptied(text, longest, calls=True)
    operands = _operands(text)
    while len(operands) > 1 and len(text) > longest:
        operands.pop()
        text = " ".join(operands).rstrip() + " …"
    emptied = _emptied(text, longest, calls=False)
    if _NAME.search(emptied):
        text = emptied
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _emptied(text: str, longest: int, *, calls: bool) -> str:
    """Take out what is between brackets until the text is short enough, or nothing is left to take."""
    while len(text) > longest:
        places = [
            (start, end)
            for start, end in _innermost(text)
            if end - start > 1 and (not calls or re.match(r"[\w\])]", text[start - 2 : start - 1]))
        ]
        if not places:
            return text
        start, end = max(places, key=lambda place: place[1] - place[0])
        text = f"{text[:start]}…{text[end:]}"
    return text


def _innermost(text: str) -> Iterator[tuple[int, int]]:
    """Give the places between brackets that hold no other brackets with something between them."""
    stack: list[int] = []
    for place, character in enumerate(text):
        if character in _OPEN:
            stack.append(place + 1)
        elif character in _CLOSE and stack:
            start = stack.pop()
            if not re.search(r"[(\[{](?!…?[)\]}])", text[start:place]):
                yield start, place


def _operands(text: str) -> list[str]:
    """Split at the operators ``and`` and ``or`` outside of brackets; each operand but the last keeps its operator."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]| (?:and|or) ", text):
        if match[0] in _OPEN:
            depth += 1
        elif match[0] in _CLOSE:
            depth -= 1
        elif depth == 0:
            parts.append(text[start : match.end() - 1])
            start = match.end()
    return [*parts, text[start:]]


def _operand(text: str) -> bool:
    return len(_operands(text)) == 1 and not re.search(
        r"(?<![\w.])(?:if|lambda|not)(?!\w)|[<>=]| in | is ", _outside(text)
    )


def _depth(text: str) -> int:
    return sum(text.count(character) for character in _OPEN) - sum(text.count(character) for character in _CLOSE)


def _outside(text: str) -> str:
    """Give what stands outside of all brackets."""
    depth, kept = 0, []
    for character in text:
        depth += character in _OPEN
        if depth == 0:
            kept.append(character)
        depth -= character in _CLOSE
    return "".join(kept)
