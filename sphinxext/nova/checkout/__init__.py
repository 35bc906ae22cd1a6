"""Where the source is: a working folder, or a revision read out of a git repository. The only caller of git.

A checkout is a snapshot of the *listing* (which files there are, and what was wrong with the others); bytes are read
when they are asked for. It is hostile data: nothing of it is imported or executed, links are not followed out of it,
pipes and devices are not opened, and git runs in a way that executes nothing that the repository's configuration names.
"""

from __future__ import annotations

from sphinxext.nova.checkout._base import Checkout
from sphinxext.nova.checkout._hash import blob_id
from sphinxext.nova.checkout._look import Look, look_at_folder, look_at_revision
from sphinxext.nova.checkout._problems import MAX_BYTES, MAX_DEPTH, Unreadable
from sphinxext.nova.checkout._remembered import Remembered
from sphinxext.nova.checkout._spec import locate
from sphinxext.nova.checkout.links import source_uri_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Checkout",
    "Look",
    "Remembered",
    "Unreadable",
    "blob_id",
    "look_at_checkout",
    "open_checkout",
    "source_uri_template",
]


def open_checkout(spec: str, *, base: Path | None = None) -> Checkout:
    """Open what ``spec`` names: ``../nova`` (a working folder or an unpacked sdist) or ``../nova@2013.2`` (a revision).

    Relative paths start at ``base`` (``None``: the current folder) and ``~`` is expanded. A folder whose own name
    contains ``@`` wins over a revision. The repository of a revision may be bare.

    :raises CheckoutError: ``CHECKOUT`` (no such folder, or no OpenStack source in it; says what it is instead),
        ``REVISION`` (no such revision, or not all of its objects) or ``GIT`` (git cannot be asked about a revision).
        The text is one line and names near matches where there are any.
    """
    place = locate(spec, base)
    if place.revision is not None:
        return look_at_revision(place, place.revision).open()
    from sphinxext.nova.checkout._folder import open_folder

    return open_folder(place)


def look_at_checkout(spec: str, *, base: Path | None = None, remembered: Remembered | None = None) -> Look:
    """Look at what :func:`open_checkout` would open, as far as is needed to tell whether it has changed.

    That costs half of opening a folder, less with what an earlier look has left behind (:meth:`.Look.remember`), and
    little for a revision.

    :raises CheckoutError: there is no such folder or revision, or git cannot be asked about a revision.
    """
    place = locate(spec, base)
    return look_at_folder(place, remembered) if place.revision is None else look_at_revision(place, place.revision)
