"""Links to lines of source on the web: templates and how they are filled."""

from __future__ import annotations

import re
import string
from typing import Final
from urllib.parse import quote

PRESETS: Final = {
    "opendev": "https://opendev.org/openstack/{project}/src/{ref_type}/{ref}/{path}#L{line}",
    "github": "https://github.com/openstack/{project}/{view}/{ref}/{path}#L{line}-L{endline}",
}
"""The templates that have a name of their own."""

FIELDS: Final = frozenset({"project", "ref", "ref_type", "view", "path", "line", "endline"})
"""What a template may hold; ``ref_type`` is ``commit`` or ``tag``, ``view`` is ``blob`` (file) or ``tree`` (folder)."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def source_uri_template(value: str) -> str:
    """Turn the user's choice, ``opendev``, ``github`` or a ``str.format`` template, into a template.

    The fields of a template are :data:`~sphinxext.nova.checkout.links.FIELDS`.

    :raises ValueError: the template has unbalanced braces, an unknown field, a conversion or format (``{line:>3}``),
        or no ``{path}``; one line.
    """
    if value in PRESETS:
        return PRESETS[value]
    try:
        fields = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(value)]
    except ValueError as error:
        raise ValueError(f"{value!r} is no template: {error}") from None
    for name, spec, conversion in fields:
        if name is not None and (name not in FIELDS or spec or conversion):
            known = ", ".join(f"{{{field}}}" for field in sorted(FIELDS))
            whole = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            raise ValueError(f"{value!r} is no template: {{{whole}}} is none of {known}")
    if not any(name == "path" for name, _, _ in fields):
        presets = " or ".join(sorted(PRESETS))
        raise ValueError(f"{value!r} is neither {presets} nor a template with {{path}}")
    return value


def fill(
    template: str,
    *,
    project: str,
    ref: str,
    path: str,
    folder: bool,
    line: int | None = None,
    endline: int | None = None,
) -> str:
    """Fill ``template`` (as :func:`~sphinxext.nova.checkout.source_uri_template` returned it).

    Without a ``line`` the fragment (from ``#`` on) is left out; a template that names the line before any ``#`` is
    given line 1. Without an ``endline`` the end is the line itself.
    """
    if line is None:
        template = template.partition("#")[0]
        line = 1
    return template.format(
        project=quote(project, safe=""),
        ref=quote(ref, safe=""),
        ref_type="commit" if _COMMIT.fullmatch(ref) else "tag",
        view="tree" if folder else "blob",
        path=quote(path, safe="/"),
        line=line,
        endline=line if endline is None else endline,
    )
