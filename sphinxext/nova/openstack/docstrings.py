"""The sentence in a docstring that says what a module is for."""

from __future__ import annotations

import re

# No name of a role is longer; looked for from each colon to the end, many colons take the square of their number.
_ROLE = re.compile(r":[\w:+.-]{1,80}:`(~?)([^`]*)`")
_UNDERLINE = re.compile(r"""^\s*([=\-~^"'`#*+.:_])\1{2,}\s*$""")
_TITLE = re.compile(r"^\s*(?:`{1,2})?[\w.]+(?:`{1,2})?\s*(?:--|-)\s+")
_MARKUP = re.compile(r"``([^`]*)``|(?<!\w)`([^`<]*+)(<[^>]{0,1000}+>)?`_{0,2}|\*\*([^*]+)\*\*")
# A licence or an editor's line that somebody has put where the docstring belongs says nothing about the module.
_NOT_A_DESCRIPTION = re.compile(r"copyright|licen[sc]e|vim:|^\W*$", re.IGNORECASE)
# Full stops inside names ("nova.compute", "e.g. ") do not end a sentence.
_SENTENCE = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)\.(?=\s+[A-Z`(]|\s*$)")


def summary(docstring: str | None) -> str | None:
    """Give the first sentence of a docstring as plain text.

    Titles of the form ``:mod:`nova.x` -- Title`` lose the name, underlines and directives (``automodule``,
    ``moduleauthor``) are dropped, roles and inline markup give way to their text.

    :returns: one line, without a trailing full stop where the text is a title; ``None`` where nothing is said.
    """
    for paragraph in re.split(r"\n\s*\n", docstring or ""):
        lines = [
            line.strip()
            for line in paragraph.splitlines()
            if not _UNDERLINE.match(line) and not line.lstrip().startswith("..")
        ]
        text = _ROLE.sub(lambda found: found[2].rpartition(".")[2] if found[1] else found[2], " ".join(lines))
        text = _MARKUP.sub(_plain, text)
        text = _TITLE.sub("", text).strip()
        if text and not _NOT_A_DESCRIPTION.search(text):
            end = _SENTENCE.search(text)
            return text[: end.end()] if end else text
    return None


def _plain(found: re.Match[str]) -> str:
    """Return what inline markup says: of a link with its address, the text before that."""
    literal, linked, address, strong = found.groups()
    if linked is not None:
        return linked.rstrip() if address else linked
    return literal if literal is not None else strong
