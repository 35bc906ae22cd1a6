"""What every file that a builder wrote has to be: text that can be shown, and well-formed where it is XML."""

from __future__ import annotations

import unicodedata
import zlib
from typing import TYPE_CHECKING

import defusedxml.ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XML = frozenset({".devhelp", ".ncx", ".opf", ".qhcp", ".qhp", ".xhtml", ".xml"})
_TEXT = XML | {".c3d", ".hhc", ".html", ".js", ".json", ".man", ".pot", ".pseudoxml", ".tex", ".texi", ".txt"}
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""What Unicode calls the characters that change the direction of what follows."""


def wrong_files(folder: Path) -> Iterator[str]:
    """Say of each file that was written from pages, and of each name, what is wrong with it."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if said := unshown(str(name)):
            yield f"a name: {said}"
        if "_static" in name.parts or not path.is_file():
            continue
        data = path.read_bytes()
        if name.name == "objects.inv":
            data = zlib.decompress(data.split(b"zlib.\n", 1)[1])
        elif name.suffix not in _TEXT and not name.suffix[1:].isdigit():  # a manual page ends with its section
            continue
        text = data.decode()
        if said := unshown(text):
            yield f"{name}: {said}"
        if name.suffix in XML:
            try:
                defusedxml.ElementTree.fromstring(text)
            except defusedxml.ElementTree.ParseError as error:
                yield f"{name}: {error}"


def unshown(text: str) -> str:
    """Return the first character of a text that no output may have as it is, and what is around it; ``""``: none.

    Found by what Unicode says of each character, and so in other words than the code's.
    """
    for place, character in enumerate(text):
        number = ord(character)
        if character.isascii() and (number >= 32 or character in "\n\t") and number != 127:
            continue
        control = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        turns = unicodedata.bidirectional(character) in _TURNING or character in "\u200e\u200f\u061c"
        if control or turns or number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF:
            return ascii(text[max(0, place - 40) : place + 10])
    return ""
