"""What the user wrote (``../nova@2013.2``) -> which folder, which revision."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sphinxext.nova.problems import CheckoutError, Kind

_LAST_AT = re.compile(r"@(?!\{)(?!.*@(?!\{))", re.DOTALL)
"""The last ``@`` that is not part of a git suffix such as ``HEAD@{1}``."""


class Place(NamedTuple):
    """An existing folder, and the revision wanted of the repository in it (``None``: the folder as it lies there).

    ``spec`` and ``folder`` are what the user wrote, whole and without the revision; messages use only them. ``root``
    is the real path, for the operating system only.
    """

    spec: str
    folder: str
    root: str
    revision: str | None


def locate(spec: str, base: Path | None) -> Place:
    """Find the folder that ``spec`` names, seen from ``base``.

    :raises CheckoutError: the folder is not there, or is no folder.
    """
    start = Path() if base is None else base
    if _is_folder(start, spec):
        return Place(spec, spec, _real(start, spec), None)
    # From the right, so that the longest name of a folder that is there wins; HEAD@{1} falls through to the left.
    for at in reversed([found.start() for found in re.finditer("@", spec)]):
        folder, revision = spec[:at], spec[at + 1 :]
        if _is_folder(start, folder):
            if not revision:
                raise CheckoutError(Kind.REVISION, f"{spec!r} names no revision after the '@'")
            return Place(spec, folder, _real(start, folder), revision)
    raise CheckoutError(Kind.CHECKOUT, _why_not(start, spec))


def near(wanted: str, names: list[str], *, before: str = "") -> str:
    """Name up to three of ``names`` that ``wanted`` may have meant, as the end of a message ("" where there is none).

    ``before`` is put before each of them.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    begins = sorted(name for name in names if wanted and name.startswith(wanted))
    close = dict.fromkeys([*get_close_matches(wanted, names, n=3, cutoff=0.7), *begins])
    return "; did you mean " + " or ".join(repr(before + name) for name in list(close)[:3]) + "?" if close else ""


def _path(start: Path, text: str) -> Path:
    path = Path(text)
    with suppress(RuntimeError):  # "~somebody" whom this machine does not know: an ordinary name
        path = path.expanduser()
    return start / path


def _is_folder(start: Path, text: str) -> bool:
    try:
        return bool(text) and _path(start, text).is_dir()
    except (OSError, ValueError):  # a name too long, or holding NUL
        return False


def _real(start: Path, text: str) -> str:
    return str(_path(start, text).resolve())


def _why_not(start: Path, spec: str) -> str:
    at = _LAST_AT.search(spec)
    folder = (spec[: at.start()] if at and at.start() else spec).rstrip("/")
    if not folder.strip():
        return "no checkout is named"
    try:
        path = _path(start, folder)
        if path.exists():
            return f"{folder!r} is a file, not a folder; an archive has to be unpacked first"
        with os.scandir(path.parent) as entries:
            siblings = [entry.name for entry in entries if entry.is_dir()]
        found = near(path.name, siblings, before=folder.removesuffix(path.name))
    except (OSError, ValueError):
        found = ""
    return f"there is no folder {folder!r}{found}"
