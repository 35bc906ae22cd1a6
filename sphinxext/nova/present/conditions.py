"""Conditions of a flow: which are about versions, and how a long one is said in few words."""

from __future__ import annotations

import re
from itertools import pairwise
from string import ascii_letters, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SPACE = re.compile(r"\s+")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_OF_SELF = re.compile(r"(?<![\w.])(?:self|cls)\.(?=[^\W\d])")
_CONSTANT = re.compile(r"(?<![\w.])(?:[^\W\d]\w*\.)+([A-Z][A-Z\d_]*)(?![\w.(\[])")
_VERSION_CHECK = re.compile(
    r"\bcan_send_version\b|\bservice_version\b|\bget_minimum_version|\bversion_cap\b|\bmin\w*_ver(?:sion)?\b"
    r"|\bMIN_(?:COMPUTE|VER)\w*\b"
)
_OLDER = re.compile(r"<(?!=)|\bnot\b")
_LETTERS = f"{ascii_letters}{digits}_."
"""What dotted names are made of, nearly always."""
_KNOWN = re.compile(r"(?:\w+=)?(?:'+|-?\d[\w.]*|True|False|None|(?:[^\W\d]\w*\.)*[A-Z][A-Z\d_]*)")
"""An argument that is a constant, in a text in which strings are masked."""
_OPTION = re.compile(r"(?:not )?CONF(?:\.[^\W\d]\w*)+")
_OPEN, _CLOSE = "([{", ")]}"

_OPPOSITES = {"==": "!=", "is": "is not", "in": "not in"}
_OPPOSITES |= {opposite: operator for operator, opposite in _OPPOSITES.items()}
_COMPARISON = re.compile(r" (==|!=|is not|is|not in|in|<=|>=|<|>) ")
_STRUCTURE = re.compile(r"[(\[{]|[)\]}]|, | (?:and|or|==|!=|is not|is|not in|in|<=|>=|<|>) ")
_CHOICE = re.compile(r"(?<![\w.])(?:if|lambda)(?!\w)")
_OPPOSITES |= {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}

LONGEST = 80
"""The longest condition in a picture, in characters. Mermaid breaks it into lines where its frame is narrower."""

_MOST_STEPS = 20
"""How many times something is taken out of a condition in one way before the next way is tried."""

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
    positive = _positive(text)
    return f"not ({text})" if positive is None else positive


def _positive(text: str) -> str | None:
    """Write the opposite of operands most of which are negative, without a ``not`` around all of it."""
    found = next(((word, parts) for word in ("or", "and") if (parts := _divided(text, word))[1:]), None)
    if found is None or _CHOICE.search(_outside(text)):
        return None
    word, operands = found
    if 2 * sum(map(_is_negative, operands)) <= len(operands):
        return None
    if word == "and":
        return " or ".join(map(negated, operands))
    return " and ".join(_operand_of_and(negated(operand)) for operand in operands)


def _is_negative(operand: str) -> bool:
    if len(_operands(operand)) > 1:
        return False
    if operand.startswith("not "):
        return _operand(operand[4:])
    compared = [match[1] for match in _COMPARISON.finditer(operand) if not _depth(operand[: match.start()])]
    return len(compared) == 1 and compared[0] in {"!=", "is not", "not in"}


def both(condition: str, other: str) -> str:
    """Write that two conditions hold; it is one of them where that one says the other, too."""
    one, two = _without_brackets(one_line(condition)), _without_brackets(one_line(other))
    for strong, weak in ((two, one), (one, two)):
        if {*_divided(strong, "or")} <= {*_divided(weak, "or")}:
            return strong
        if {*_divided(strong, "and")} >= {*_divided(weak, "and")}:
            return strong
    return f"{_operand_of_and(one)} and {_operand_of_and(two)}"


def options_of(condition: str | None, others: Sequence[str] = ()) -> frozenset[str]:
    """Return what a condition, or else that none of others holds, says of options: operands that name nothing else."""
    if condition is None:
        return frozenset().union(*(options_of(negated(other)) for other in others))
    operands = _divided(_without_brackets(one_line(condition)), "and")
    return frozenset(operand for operand in operands if _OPTION.fullmatch(operand))


def is_clear_together(condition: str, other: str) -> bool:
    """Return whether one text says both conditions as well as two do: with no more of them left out."""
    said, texts = both(condition, other), (condition, other)
    operands = [{*_divided(_without_brackets(one_line(text)), "and")} for text in texts]
    if any(negated(operand) in operands[1] for operand in operands[0]):
        # What it is about changes between the two.
        return False
    if said in texts or "…" not in shortened(said):
        return True
    whole = " and ".join(map(shortened, texts))
    return len(whole) <= LONGEST and shortened(said).count("…") <= whole.count("…")


def _operand_of_and(text: str) -> str:
    return f"({text})" if _divided(text, "or")[1:] or _CHOICE.search(_outside(text)) else text


def _divided(text: str, word: str) -> list[str]:
    """Return the operands of an ``or``; of an ``and``, if it is no operand of an ``or``; else the text."""
    parts = _operands(text)
    words = [part.rpartition(" ")[2] for part in parts[:-1]]
    if word not in words or (word == "and" and "or" in words):
        return [text]
    found: list[str] = [""]
    for part, sign in zip(parts, [*words, ""], strict=True):
        found[-1] += f" {part}" if sign != word else f" {part.removesuffix(word)}"
        if sign == word:
            found.append("")
    return [one.strip() for one in found]


def _without_brackets(text: str) -> str:
    while text[:1] == "(" and text[-1:] == ")" and not _outside(text).strip():
        text = text[1:-1].strip()
    return text


def one_line(condition: str) -> str:
    """Take away line breaks and repeated white space, and what is beyond :data:`LONGEST_READ`."""
    text = _SPACE.sub(" ", condition).strip()
    return text if len(text) <= LONGEST_READ else f"{text[:LONGEST_READ].rstrip()} …"


def none_of(conditions: Sequence[str]) -> str:
    """Write that none of some conditions holds, as a person would."""
    if len(conditions) == 1:
        return negated(conditions[0])
    texts = map(one_line, conditions)
    return f"not ({' or '.join(f'({text})' if _CHOICE.search(_outside(text)) else text for text in texts)})"


def shortened(condition: str, longest: int = LONGEST) -> str:
    """Say a condition in few characters, without making another condition of it.

    Brackets around the whole go, and ``self.`` where the bare name is not there as well. Of what is still too long, as
    little as possible goes, and an ellipsis marks it: the modules of constants (without a mark), arguments that are no
    constants, the middle of a list, the middle operands of an ``and`` or ``or``, all arguments; last the middle of the
    text. Nothing goes that would make the two sides of a comparison alike.
    """
    whole = _without_brackets(_without_self(one_line(condition)))
    text = whole
    for way in (_without_modules, _without_arguments, _without_middles, _without_any_arguments):
        for _ in range(_MOST_STEPS):
            new = None if len(text) <= longest else _chosen(way(_Code(text)), text, whole, longest)
            if new is None:
                break
            text = new
    return text if len(text) <= longest else _without_middle(text, longest)


def _chosen(ways: Iterable[str], text: str, whole: str, longest: int) -> str | None:
    """Choose the longest text that is short enough, or else the shortest; ``None`` where nothing can go."""
    shorter = [new for new in ways if len(new) < len(text)]
    enough = sorted((new for new in shorter if len(new) <= longest), key=len, reverse=True)
    others = sorted((new for new in shorter if len(new) > longest), key=len)
    return next((new for new in (*enough, *others) if _alike_sides(new) <= _alike_sides(whole)), None)


class _Code:
    """A text with the places of what structures it: brackets, and what stands between items, operands and sides."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.hidden = _masked(text)
        self.brackets: list[tuple[int, int]] = []
        """The places between brackets, the innermost first."""
        self._separators: list[tuple[str, int, int, int]] = []
        """What each is, where it starts and ends, and how many brackets are around it."""
        stack: list[int] = []
        for match in _STRUCTURE.finditer(self.hidden):
            if match[0] in _OPEN:
                stack.append(match.end())
            elif match[0] not in _CLOSE:
                self._separators.append((match[0].strip(), match.start(), match.end(), len(stack)))
            elif stack:
                self.brackets.append((stack.pop(), match.start()))
        self._depths = {(0, len(text)): 0} | {
            place: sum(start <= place[0] and place[1] <= end for start, end in self.brackets) for place in self.brackets
        }

    @property
    def levels(self) -> Iterable[tuple[int, int]]:
        """The places between brackets, and the whole."""
        return self._depths

    def called(self) -> Iterator[tuple[int, int]]:
        """Give the places between the brackets of calls and subscripts."""
        for start, end in self.brackets:
            if re.match(r"[\w\])]", self.hidden[start - 2 : start - 1]):
                yield start, end

    def items(self, level: tuple[int, int], *between: str) -> list[tuple[int, int]]:
        """Give the places of what separators divide within brackets, and outside of the brackets in there."""
        found, first = [], level[0]
        for sign, start, end, depth in self._separators:
            if level[0] <= start and end <= level[1] and depth == self._depths[level] and sign in between:
                found.append((first, start))
                first = end
        return [*found, (first, level[1])]


def _without_self(text: str) -> str:
    """Take ``self.`` and ``cls.`` away from names that do not stand there without it, or with the other one."""
    hidden = _masked(text)
    found = [(match, re.match(r"\w+", hidden[match.end() :])) for match in _OF_SELF.finditer(hidden)]
    owners: dict[str, set[str]] = {}
    for match, name in found:
        if name is not None:
            owners.setdefault(name[0], set()).add(match[0])
    bare = set(re.findall(r"(?<![\w.])[^\W\d]\w*", hidden))
    for match, name in reversed(found):
        if name is not None and name[0] not in bare and len(owners[name[0]]) == 1:
            text = text[: match.start()] + text[match.end() :]
    return text


def _without_modules(code: _Code) -> Iterator[str]:
    """Write each constant of a module by its bare name, where that stays clear."""
    text = code.text
    found = list(_CONSTANT.finditer(code.hidden))
    bare = set(re.findall(r"(?<![\w.])[A-Z][A-Z\d_]*(?![\w.])", code.hidden))
    for match in reversed(found):
        same = {other[0] for other in found if other[1] == match[1]}
        if match[1] not in bare and len(same) == 1:
            text = text[: match.start()] + match[1] + text[match.end() :]
    yield text


def _without_arguments(code: _Code) -> Iterator[str]:
    """Leave out of one call or subscript what is no constant."""
    for level in code.called():
        kept: list[str] = []
        for start, end in code.items(level, ","):
            if _KNOWN.fullmatch(code.hidden[start:end]):
                kept.append(code.text[start:end])
            elif kept[-1:] != ["…"]:
                kept.append("…")
        yield f"{code.text[: level[0]]}{', '.join(kept)}{code.text[level[1] :]}"


def _without_any_arguments(code: _Code) -> Iterator[str]:
    """Empty one call or subscript."""
    for start, end in code.called():
        yield f"{code.text[:start]}…{code.text[end:]}"


def _without_middles(code: _Code) -> Iterator[str]:
    """Leave out what is between the first and the last of three or more items or operands."""
    for level in code.levels:
        divided = (code.items(level, sign) for sign in (",", "or", "and"))
        _first, *middle, _last = next((places for places in divided if len(places) > 1), [level, level])
        if middle:
            yield f"{code.text[: middle[0][0]]}…{code.text[middle[-1][1] :]}"


def _without_middle(text: str, longest: int) -> str:
    """Leave out the middle of a text; of names there, those that are not far too long go as a whole."""
    kept = longest - 1
    before, after = text[: kept - kept // 2], text[len(text) - kept // 2 :]
    name = before[len(before.rstrip(_LETTERS)) :]
    if text[len(before)] in _LETTERS and len(name) < len(before) // 2:
        before = before.removesuffix(name)
    name = after[: len(after) - len(after.lstrip(_LETTERS))]
    if text[-len(after) - 1] in _LETTERS and len(name) < len(after) // 2:
        after = after.removeprefix(name)
    return f"{before.rstrip()}…{after.lstrip()}"


def _alike_sides(text: str) -> int:
    """Count the comparisons of which both sides are written in the same way."""
    if not _COMPARISON.search(text):
        return 0
    code = _Code(text)
    count = 0
    for level in code.levels:
        sides = code.items(level, ",", "and", "or", *_OPPOSITES)
        for (start, end), (other_start, other_end) in pairwise(sides):
            if code.hidden[end:other_start].strip() in _OPPOSITES:
                count += code.text[start:end].removeprefix("not ") == code.text[other_start:other_end]
    return count


def _masked(text: str) -> str:
    """Write quotes in the place of what is inside of strings, so that it is not taken for code; the length stays."""
    return _STRING.sub(lambda found: "'" * len(found[0]), text)


def _operands(text: str) -> list[str]:
    """Split at the operators ``and`` and ``or`` outside of brackets; each operand but the last keeps its operator."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]| (?:and|or) ", _masked(text)):
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
