"""Answers that are kept from one build to the next, under the digest of what they came from.

An answer knows its sources. So whoever asks the same question of a checkout in which the sources of the last answer are
as they were gets that answer, be it another revision or a copy at another place. To compute the digest means to read
files; so the answer is kept a second time under the mark of the checkout, which is found without reading any.

An answer is kept only if all that it came from could be read, and stayed as it was until the answer was made. What was
missing or changed may be there the next time, when nothing else of the sources is different.

An answer is bound to the very code that gave it: to the names, sizes and times of the files of this package. Nobody has
to count a version up, and nobody who changes the code is shown what it answered before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinxext.nova._version import __version__
from sphinxext.nova.checkout import Unreadable
from sphinxext.nova.datastack import in_large_chunk
from sphinxext.nova.openstack.answer_json import ForeignError, dumped, loaded_answer, loaded_sources
from sphinxext.nova.problems import Kind, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.model import Answer, Row, Source
    from sphinxext.nova.store import Store


def kept(
    store: Store | None,
    checkout: Checkout,
    question: str,
    arguments: Sequence[str | bool | int | None],
    make: Callable[[], Answer[Row]],
    *,
    state: Callable[[Source], str | None] | None = None,
) -> Answer[Row]:
    """Return the answer that is kept, or make it and keep it.

    :param store: ``None`` to keep nothing.
    :param arguments: all that the answer depends on beside the checkout.
    :param make: what makes the answer; what it raises is not kept.
    :param state: :func:`state_of` for this checkout, where somebody remembers what it returned.
    """
    make = in_large_chunk(make)
    if store is None:
        return _checked_again(make(), checkout)
    state = state or partial(state_of, checkout)
    asked = [checkout.package, *arguments]
    mark = checkout.mark()
    if mark is not None and (found := _found(store, question, asked, mark)):
        return found
    answer = _by_content(store, question, asked, state)
    rows: dict[str, object] = {}
    if answer is None:
        answer = _checked_again(make(), checkout)
        sources = sorted(whole(answer.sources), key=repr)
        rows = {_digest(sources, state): answer, "": tuple(sources)}
    if mark is not None:
        rows[mark] = answer
    # After the digest, for which files are read too.
    if not checkout.unread(answer.sources):
        _keep(store, question, asked, rows)
    return answer


def _keep(store: Store, question: str, asked: object, rows: Mapping[str, object]) -> None:
    try:
        encoded = {digest: dumped(value) for digest, value in rows.items()}
    except RecursionError:  # a flow that is nested too deep
        return
    for digest, data in encoded.items():
        store.keep_answer(question, asked, digest, _code(), data)


def _checked_again(answer: Answer[Row], checkout: Checkout) -> Answer[Row]:
    """Add the problems of files that were changed while the answer was made, wherever they were read."""
    checkout.look_again(answer.sources)
    changed = {found for found in checkout.unread(answer.sources).values() if found.kind is Kind.CHANGED}
    if changed <= set(answer.problems):
        return answer
    problems = (*answer.problems, *changed.difference(answer.problems))
    return replace(answer, problems=tuple(sorted(problems, key=lambda found: (found.file or "", found.line or 0))))


def _found(store: Store, question: str, asked: object, digest: str) -> Answer[Any] | None:
    data = store.answer(question, asked, digest, _code())
    if data is None:
        return None
    try:
        return loaded_answer(data, question)
    except ForeignError:  # it is made again, and written over what is there
        return None


def _by_content(
    store: Store, question: str, asked: object, state: Callable[[Source], str | None]
) -> Answer[Any] | None:
    """Look for the last answer to the question, if its sources are in this checkout what they were."""
    data = store.answer(question, asked, "", _code())
    if data is None:
        return None
    try:
        sources = loaded_sources(data)
    except ForeignError:
        return None
    return _found(store, question, asked, _digest(sources, state))


def _digest(sources: Iterable[Source], state: Callable[[Source], str | None]) -> str:
    states = [(source.kind, source.path, source.words, state(source)) for source in sources]
    return hashlib.blake2b(json.dumps(states).encode(), digest_size=20).hexdigest()


def state_of(checkout: Checkout, source: Source) -> str | None:
    """Return what identifies the present content of a source; ``None`` where there is none."""
    if source.kind == "ref":
        # Links carry the commit and titles the release, so that a page changes with them and with nothing else.
        return f"{checkout.ref} {checkout.release}"
    if source.kind == "readable":
        try:
            checkout.read(source.path)
        except Unreadable as error:
            return error.problem.message
        return None
    if source.kind == "mentions":
        from sphinxext.nova.openstack import mentions  # noqa: PLC0415 - not needed where the mark is known

        return mentions.state(checkout, source)
    return checkout.state(source)


@cache
def _code() -> str:
    """Identify the code of this package by the names, sizes and times of its files."""
    folder = Path(__file__).parent.parent
    found = []
    for path in sorted(folder.rglob("*.py")):
        stat = path.stat()
        found.append((str(path.relative_to(folder)), stat.st_size, stat.st_mtime_ns))
    return hashlib.blake2b(repr((__version__, found)).encode(), digest_size=20).hexdigest()
