"""What a project declares about itself: its name and its version, read as text and never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from sphinxext.nova.checkout.formats import FormatError, read_ini, read_toml

Reader = Callable[[str], str | None]
"""Returns the text of a file, ``None`` where there is none."""

_FILES: Final = ("PKG-INFO", "pyproject.toml", "setup.cfg", "setup.py")

_LONGEST_VERSION: Final = 64
"""Characters; the longest tag of a release (``20.0.0.0rc1``) has 11. Python reads no number of more than 4,300 digits.
"""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*[A-Za-z0-9.+!_-]{0,40}")
_FIRST_YEAR: Final = 2010
"""Up to 2015.1 a release was named after its year; 12.0.0 came after it."""
_PARTS = re.compile(r"^[A-Z]+_VERSION\s*=\s*(\[[^\]\n]{0,80}\])", re.MULTILINE)
"""``NOVA_VERSION = ['2012', '2', None]`` in ``nova/version.py``: 2011.1-2012.2."""
_NOT_FINAL = re.compile(r"^FINAL\s*=\s*False\b", re.MULTILINE)
_SETUP_NAME = re.compile(
    r"^[ \t]*(?:setup\(\s*)?name\s*=\s*[\"']([^\"'\n]{1,64})[\"']|^project\s*=\s*[\"'](\w+)[\"']", re.MULTILINE
)
_SETUP_VERSION = re.compile(
    r"\bversion\s*=\s*(?:[\w.]{1,80}get_version\(\s*[\w\"']{1,40}\s*,\s*)?[\"']([^\"'\n]{1,40})[\"']",
)
"""``version='2010.1'`` and, in 2013.1, ``version=common_setup.get_version(project, '2013.1')`` in ``setup.py``."""


def name(read: Reader) -> str | None:
    """Return the name that the root's metadata declares."""
    setup = _SETUP_NAME.search(read("setup.py") or "")
    return _first(
        _NAME,
        lambda: _header(read("PKG-INFO"), "Name"),
        lambda: _pyproject(read("pyproject.toml")).get("name"),
        lambda: _setup_cfg(read("setup.cfg"), "name"),
        lambda: (setup[1] or setup[2]) if setup else None,
    )


def sdist_version(read: Reader) -> str | None:
    """Return the version in ``PKG-INFO``, which a source distribution has and a repository has not."""
    return _first(_VERSION, lambda: _header(read("PKG-INFO"), "Version"))


def version(read: Reader, package: str, egg_info: str | None) -> str | None:
    """Return the version that the source itself declares, the most telling place first.

    ``egg_info`` is the path of the ``PKG-INFO`` in a folder ``*.egg-info`` of the root: it may be left over from an
    older build, so that ``setup.cfg`` wins. After 12.0.0 nothing in Nova's repository declares a version: pbr takes it
    from the tag.
    """
    return _first(
        _VERSION,
        lambda: _version_py(read(f"{package}/version.py")),
        lambda: _setup_cfg(read("setup.cfg"), "version"),
        lambda: _header(read(egg_info), "Version") if egg_info else None,
        lambda: _pyproject(read("pyproject.toml")).get("version"),
        lambda: found[1] if (found := _SETUP_VERSION.search(read("setup.py") or "")) else None,
    )


def is_version(text: str) -> bool:
    """Tell whether a tag is a version (``2013.2.rc1``, ``34.0.0``) and no other mark (``havana-eol``)."""
    return "." in text and len(text) <= _LONGEST_VERSION and _VERSION.fullmatch(text) is not None


def newest(tags: list[str]) -> str | None:
    """Return the highest final release in ``tags``, else the highest version: several may mark one commit."""

    def order(tag: str) -> tuple[bool, bool, list[int], str]:
        leading = re.match(r"[0-9]+(?:\.[0-9]+)*", tag)
        plain = leading[0] if leading else "0"
        numbers = [int(part) for part in plain.split(".")]
        return plain == tag, numbers[0] < _FIRST_YEAR, numbers, tag

    return max(filter(is_version, tags), key=order, default=None)


def everything(read: Reader) -> str:
    """Return the texts of all metadata files, one after the other."""
    return "\n".join(filter(None, map(read, _FILES)))


def _first(form: re.Pattern[str], *places: Callable[[], object]) -> str | None:
    """Return the first declared value that has the right form; what a hostile file declares goes into links."""
    for place in places:
        value = place()
        text = value.strip() if isinstance(value, str) else ""
        if len(text) <= _LONGEST_VERSION and form.fullmatch(text):
            return text
    return None


def _header(text: str | None, field: str) -> str | None:
    found = re.search(rf"^{field}:[ \t]*(\S+)[ \t]*$", (text or "").partition("\n\n")[0], re.MULTILINE)
    return found[1] if found else None


def _setup_cfg(text: str | None, field: str) -> str | None:
    if not text:
        return None
    parser, error = read_ini(text, ("=", ":"))
    if error is not None or not parser.has_section("metadata"):
        return None
    return next((value for name, value in parser.items("metadata") if name.lower() == field), None)


def _pyproject(text: str | None) -> dict[str, Any]:
    try:
        project = read_toml(text or "").get("project")
    except FormatError:
        return {}
    return project if isinstance(project, dict) else {}


def _version_py(text: str | None) -> str | None:
    found = _PARTS.search(text or "")
    if not found:
        return None
    import ast  # noqa: PLC0415 - the checkouts of few releases need it

    try:
        parts = ast.literal_eval(found[1])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    numbers = ".".join(part for part in parts if isinstance(part, str))
    return f"{numbers}-dev" if _NOT_FINAL.search(text or "") else numbers
