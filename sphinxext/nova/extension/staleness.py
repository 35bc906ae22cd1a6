"""Which pages have to be read again: those whose answers came from something that is different now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from sphinxext.nova.extension.library import library
from sphinxext.nova.problems import CheckoutError, Source, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from sphinxext.nova.extension.domain import OpenStackDomain


def note(env: BuildEnvironment, spec: str, sources: Iterable[Source]) -> None:
    """Record that the current document depends on these sources of a checkout.

    A checkout that cannot be opened is a source as well: the page is outdated when it can.
    """
    books = library(env)
    try:
        books.checkout(spec)
    except CheckoutError:
        _domain(env).note_sources(spec, "", {Source("ref", ""): None})
    else:
        sources = tuple(sources)
        states = {source: books.state(spec, source) for source in whole(sources)}
        # After these, which read files themselves. No stamp says that a file can be read now.
        for path, problem in books.checkout(spec).unread(sources).items():
            states[Source("readable", path)] = problem.message
        _domain(env).note_sources(spec, books.stamp(spec), states)


def _outdated(
    _app: Sphinx,
    env: BuildEnvironment,
    _added: AbstractSet[str],
    changed: AbstractSet[str],
    removed: AbstractSet[str],
) -> list[str]:
    domain = _domain(env)
    gone = changed | removed
    outdated = set[str]()
    differing = set[str]()
    for docname, read in domain.sources.items():
        if docname in gone:
            differing |= read.keys()  # Nobody knows.
        elif found := {spec for spec, states in read.items() if _differs(env, domain, spec, states)}:
            outdated.add(docname)
            differing |= found
    for spec, stamp in domain.stamps.items():
        if stamp and spec not in differing:
            library(env).keep_look(spec, stamp)
    return sorted(outdated)


def _differs(env: BuildEnvironment, domain: OpenStackDomain, spec: str, states: dict[Source, str | None]) -> bool:
    books = library(env)
    stamp = domain.stamps.get(spec)
    if stamp and books.has_stamp(spec, stamp):
        states = {source: before for source, before in states.items() if source.kind == "readable"}
        if not states:
            return False
    try:
        books.checkout(spec)
    except CheckoutError:
        return any(before is not None for before in states.values())
    return any(books.state(spec, source) != before for source, before in states.items())


def _domain(env: BuildEnvironment) -> OpenStackDomain:
    # Imported for its type only: the domain's roles note what they look up.
    return cast("OpenStackDomain", env.domains["openstack"])


def _renew_stamps(_app: Sphinx, env: BuildEnvironment) -> None:
    """Take the stamps of this build: every page that differed has been read again by now."""
    domain = _domain(env)
    books = library(env)
    used = {spec for read in domain.sources.values() for spec in read}
    for spec in set(domain.stamps) - used:
        del domain.stamps[spec]
    for spec in used:
        if stamp := books.stamp(spec):
            domain.stamps[spec] = stamp
            if books.reading:  # else Sphinx does not save the environment
                books.keep_look(spec, stamp)


def _written_before_read(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give the pages that were read after this builder wrote them: by another builder, or by a build that broke off.

    Builders themselves compare what they wrote with the file of the page alone.
    """
    suffix = getattr(app.builder, "out_suffix", "")
    if not suffix:
        return []  # It writes all pages each time, or none.
    place = getattr(app.builder, "get_outfilename", lambda docname: Path(app.outdir, docname + suffix))
    found = []
    for docname in _domain(env).sources:
        try:
            written = Path(place(docname)).stat().st_mtime_ns
            if Path(app.doctreedir, f"{docname}.doctree").stat().st_mtime_ns > written:
                found.append(docname)
        except OSError:  # That it is not there, Sphinx sees.
            continue
    return found


def setup(app: Sphinx) -> None:
    """Compare the pages' sources before each build, and what was written of them with what was read."""
    app.connect("env-get-outdated", _outdated)
    app.connect("env-get-updated", _written_before_read)
    app.connect("env-updated", _renew_stamps)
