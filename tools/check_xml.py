"""Parse every XML file below a folder: ``python tools/check_xml.py build/docs/current/epub``."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.parsers import expat

SUFFIXES = (".xhtml", ".xml", ".opf", ".ncx", ".svg")


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the files below a folder, one text for each file that is not well-formed.

    :raises FileNotFoundError: there is no such file at all.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)
    if not files:
        raise FileNotFoundError(f"no XML below {folder}")
    found = []
    for file in files:
        try:
            expat.ParserCreate().Parse(file.read_bytes(), True)  # noqa: FBT003 - it has no names for its parameters
        except expat.ExpatError as error:
            found.append(f"{file}: {error}")
    return found


if __name__ == "__main__":
    wrong = faults(Path(sys.argv[1]))
    print(*wrong, sep="\n", end="\n" * bool(wrong))
    sys.exit(bool(wrong))
