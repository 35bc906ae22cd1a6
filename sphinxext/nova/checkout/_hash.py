"""The id that git gives to bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_SHA256_DIGITS: Final = 64


def blob_id(data: bytes, *, like: str | None = None) -> str:
    """Return the id of the blob ``data``, by the hash that made ``like``, an id of its repository (``None``: SHA-1).

    git itself does not compare the bytes of a blob with its id when it reads one.
    """
    known = blob_hash(len(data), like=like)
    known.update(data)
    return known.hexdigest()


def blob_hash(size: int, *, like: str | None = None) -> Hash:
    """Return the hash of a blob of ``size`` bytes, to be updated with these; ``like`` as in :func:`blob_id`."""
    form = hashlib.sha256 if like is not None and len(like) == _SHA256_DIGITS else hashlib.sha1
    return form(b"blob %d\0" % size, usedforsecurity=False)
