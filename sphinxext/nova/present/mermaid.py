"""Text that is safe inside a Mermaid sequence diagram."""

from __future__ import annotations

import re

from sphinxext.nova.escaping import visible

MAX_TEXT = 50_000
"""Mermaid's ``maxTextSize``: a longer diagram is replaced by an error, and pages cannot allow more of it."""

# Each of these ends a statement, begins an entity, markup, a directive, or mathematics between dollar signs.
_SPECIAL = re.compile(r"[#;<>&\"$%{}\\`]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SPACE = re.compile(r"\s+")
_WRAP = re.compile(r"(?=(?:no)?wrap:)", re.IGNORECASE)


def escaped(text: str) -> str:
    """Write any text so that Mermaid shows it as it is, on one line; an empty one becomes a dash."""
    text = _SPACE.sub(" ", visible(_SPACE.sub(" ", text))).strip()
    text = _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
    # "wrap:" before a text is an instruction; and where "style" and a colon come before an entity, Mermaid takes the
    # line for a style sheet's and spoils the entity.
    if ":" in text and ("style" in text or "classDef" in text or _WRAP.match(text)):
        text = text.replace(":", "#58;")
    return text or "–"


def encodable(diagram: str, encoding: str) -> str:
    """Return a diagram with Mermaid's escapes in the place of the characters that an encoding lacks."""

    def one(found: re.Match[str]) -> str:
        try:
            found[0].encode(encoding)
        except UnicodeEncodeError:
            return f"#{ord(found[0])};"
        return found[0]

    return _NOT_ASCII.sub(one, diagram)


def lines(*texts: str) -> str:
    """Set texts below each other."""
    return "<br/>".join(map(escaped, texts))
