"""The facts of files, kept from one build to the next."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sphinxext.nova.problems import CorruptError
from sphinxext.nova.store import Store
from sphinxext.nova.syntax import ANALYSER_VERSION, FileFacts, UnencodableError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cache(Store):
    """The store with the facts in it as what they are; see :mod:`sphinxext.nova.store` for what it promises."""

    _distrusted = False

    def distrust(self) -> None:
        """Return no facts any more; those that are kept from now on replace what is there."""
        self._distrusted = True

    def facts(self, digests: Mapping[str, str]) -> dict[str, FileFacts]:
        """Return those facts that are known, by path; ``digests`` gives the blob id of the file at each path."""
        if self._distrusted:
            return {}
        stored = self.dumped({_key(digest) for digest in digests.values()})
        loaded = {}
        for path, digest in digests.items():
            value = stored.get(_key(digest))
            if value is not None:
                with suppress(CorruptError):  # The caller reads the file again and writes over it.
                    loaded[path] = FileFacts.load(value, path=path)
        return loaded

    def keep_facts(self, digest: str, facts: FileFacts) -> None:
        """Keep the facts of the file with this blob id."""
        with suppress(UnencodableError):  # it is read each time
            self.keep_dumped(_key(digest), facts.dump())


def _key(digest: str) -> str:
    return f"{digest}:{ANALYSER_VERSION}"
