"""Which functions a file defines, found without any parser: for files that CPython cannot read."""

from __future__ import annotations

import re

_STRINGS = re.compile(
    r'(?:#[^\n]*)|("""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')',
    re.DOTALL,
)
_DEFINITION = re.compile(r"^[ \t\f]*(?:async[ \t]+)?def[ \t]+(\w+)|[:;][ \t]*def[ \t]+(\w+)", re.MULTILINE)


def definitions(source: bytes) -> list[tuple[str, int]]:
    """Return the name and line of each ``def`` outside strings and comments."""
    text = source.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    blanked = _STRINGS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [
        (match[1] or match[2], blanked.count("\n", 0, match.start(1) if match[1] else match.start(2)) + 1)
        for match in _DEFINITION.finditer(blanked)
    ]
