"""The id that git gives to bytes."""

from __future__ import annotations

import hashlib
from typing import Final

_SHA256_DIGITS: Final = 64


def blob_id(data: bytes, *, like: str | None = None) -> str:
    """Return the id of ``data``, by the hash that made ``like``, an id of the same repository (``None``: SHA-1).

    Whoever keeps what the bytes say under :meth:`Checkout.digest`, for other checkouts to find, compares the two first:
    the digest may be the word of a hostile repository.
    """
    form = hashlib.sha256 if like is not None and len(like) == _SHA256_DIGITS else hashlib.sha1
    return form(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
