"""What is kept from one build to the next beside the environment, so that one in which nothing has changed does less.

Sphinx saves its environment only where pages were read. This file is written whenever a checkout was looked at anew
and no page was found to differ: without it, each build after a file was touched would compare all pages again.
"""

from __future__ import annotations

import contextlib
import json
import os
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.checkout import Remembered

_NAME: Final = "sphinxext-nova.json"
_VERSION: Final = 1


def _checked(remembered: Remembered) -> Remembered:
    """Give back what can be looked at again.

    :raises ValueError: it has other types, or names that no file can have.
    """
    texts = [[remembered.stamp], remembered.paths, remembered.folders, remembered.around]
    numbers = [remembered.numbers, remembered.around_numbers]
    for kind, fields in ((str, texts), (int, numbers)):
        for field in fields:
            if type(field) is not list or not {kind}.issuperset(map(type, field)):
                raise ValueError("not what was kept")
    names = "".join(chain.from_iterable(texts))
    os.fsencode(names)
    if "\0" in names:
        raise ValueError("a name that no file has")
    return remembered


class Looks:
    """The last look at each checkout, with the stamp that the environment had for it then.

    A look speaks for an environment with that very stamp: its pages were compared with what was seen. For any other
    (an older one, say, of which a build broke off) it is as if there were none.

    :param folder: where the environment is pickled.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._looks: dict[str, tuple[str, Remembered]] | None = None

    def find(self, spec: str, stamp: str) -> Remembered | None:
        """Return the last look at a checkout for whose pages the environment has this stamp."""
        of, remembered = self._read().get(spec, ("", None))
        return remembered if of == stamp else None

    def keep(self, spec: str, stamp: str, remembered: Remembered | None) -> None:
        """Keep a look, or forget the last one."""
        looks = self._read()
        if remembered is not None:
            looks[spec] = stamp, remembered
        elif looks.pop(spec, None) is None:
            return
        self._write(looks)

    def _read(self) -> dict[str, tuple[str, Remembered]]:
        if self._looks is None:
            from sphinxext.nova.checkout import Remembered

            try:
                version, looks = json.loads(self._path.read_bytes())
                known = looks if version == _VERSION else {}
                self._looks = {spec: (stamp, _checked(Remembered(*fields))) for spec, (stamp, fields) in known.items()}
            except (OSError, ValueError, TypeError, AttributeError, RecursionError):
                self._looks = {}
        return self._looks

    def _write(self, looks: dict[str, Any]) -> None:
        written = self._path.with_suffix(f".{os.getpid()}")
        try:
            written.write_text(json.dumps([_VERSION, looks]), encoding="utf-8")
            written.replace(self._path)
        except OSError:  # the next build looks anew
            with contextlib.suppress(OSError):  # a read-only file system refuses even to remove what is not there
                written.unlink()
