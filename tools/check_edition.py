"""Try the conf.py of an edition, and say in one line what is wrong with what it was given.

Sphinx itself would show a traceback, as of a mistake in the conf.py.

    python tools/check_edition.py current
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from sphinx.errors import ConfigError

CONF = Path(__file__).resolve().parent.parent / "conf"


def main(edition: str) -> int:
    """Return the exit status: 2 where the documentation cannot be built."""
    conf = CONF / edition / "conf.py"
    if not conf.is_file():
        known = ", ".join(sorted(path.parent.name for path in CONF.glob("*/conf.py")))
        print(f"there is no edition {edition!r}, only {known}", file=sys.stderr)
        return 2
    try:
        runpy.run_path(str(conf))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
