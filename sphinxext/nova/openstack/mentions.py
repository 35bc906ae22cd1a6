"""Which files hold a word: the cheap first look at a whole package, so that only what matters is read."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from sphinxext.nova.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.model import Source
    from sphinxext.nova.program import Program

_TESTS: Final = "tests"


def mentioning(program: Program, folder: str, words: Sequence[str]) -> list[str]:
    """Return the Python files below a folder, without tests, that hold one of the words, sorted.

    A word that begins and ends with a quotation mark is looked for as a text, in either kind of them. Files that git
    has and the folder lacks follow: see :meth:`.Program.scan`.
    """
    (found,) = mentioning_each(program, folder, (words,))
    return found


def mentioning_each(program: Program, folder: str, groups: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return for each group of words what :func:`mentioning` does, while each file is read once."""
    return _holding(program.scan(folder), groups)


def _holding(files: Iterable[tuple[str, bytes | Problem]], groups: Sequence[Sequence[str]]) -> list[list[str]]:
    # To look for plain bytes is ten times as fast as any pattern, and most files hold none of them.
    wanted = [
        ([word.strip("'").encode() for word in words], re.compile("|".join(map(_pattern, words)).encode()))
        for words in groups
    ]
    found: list[list[str]] = [[] for _ in groups]
    for path, data in files:
        if isinstance(data, Problem):
            continue
        for (needles, pattern), those in zip(wanted, found, strict=True):
            for needle in needles:
                if needle in data:
                    if pattern.search(data):
                        those.append(path)
                    break
    return found


def _pattern(word: str) -> str:
    text = re.escape(word.strip("'"))
    return rf"[\"']{text}[\"']" if word.startswith("'") else rf"\b{text}\b"


def state(checkout: Checkout, source: Source) -> str:
    """Return a digest of the names and bytes of the files that a source of the kind ``mentions`` is."""
    paths = [path for path in checkout.below(source.path) if path.endswith(".py") and _TESTS not in path.split("/")]
    (found,) = _holding(checkout.read_many(paths), (source.words,))
    lines = (f"{path}\0{checkout.digest(path)}" for path in found)
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=20).hexdigest()
