"""Conditions of a flow: which are about versions, and how a long one is said in few words."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_OF_SELF = re.compile(r"(?<![\w.])(?:self|cls)\.(?=\w)")
_VERSION_CHECK = re.compile(
    r"\bcan_send_version\b|\bservice_version\b|\bget_minimum_version|\bversion_cap\b|\bmin\w*_ver(?:sion)?\b"
    r"|\bMIN_(?:COMPUTE|VER)\w*\b"
)
_OLDER = re.compile(r"<(?!=)|\bnot\b")
_OPEN, _CLOSE = "([{", ")]}"

_OPPOSITES = {"==": "!=", "is": "is not", "in": "not in"}
_OPPOSITES |= {opposite: operator for operator, opposite in _OPPOSITES.items()}
_COMPARISON = re.compile(r" (==|!=|is not|is|not in|in|<=|>=|<|>) ")
_OPPOSITES |= {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}

LONGEST = 60
"""The longest condition in a picture, in characters: what stays legible beside an arrow."""


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
    """Take away line breaks and repeated white space."""
    return _SPACE.sub(" ", condition).strip()


def shortened(condition: str, longest: int = LONGEST) -> str:
    """Say a condition in few characters and keep it readable.

    ``self.`` goes first; then the arguments of calls, from the innermost; then the last operands of an ``and`` or
    ``or``; last the end. What is gone is marked by an ellipsis.
    """
    text = _OF_SELF.sub("", one_line(condition))
    while len(text) > longest and (shorter := _without_arguments(text)) != text:
        text = shorter
    if len(text) > longest:
        operands = _operands(text)
        while len(operands) > 1 and len(text) > longest:
            operands.pop()
            text = " ".join(operands).rstrip() + " …"
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _without_arguments(text: str) -> str:
    """Empty the longest pair of brackets that holds no other pair with something in it."""
    stack: list[int] = []
    best: tuple[int, int] | None = None
    for place, character in enumerate(text):
        if character in _OPEN:
            stack.append(place)
        elif character in _CLOSE and stack:
            start = stack.pop() + 1
            inner = text[start:place]
            shrinks = len(inner) > 1 and not re.search(r"[(\[{](?!…?[)\]}])", inner)
            if shrinks and (best is None or place - start > best[1] - best[0]):
                best = (start, place)
    return text if best is None else f"{text[: best[0]]}…{text[best[1] :]}"


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
