"""Answers that are kept from one build to the next, under the digest of what they came from.

An answer knows its sources. So whoever asks the same question of a checkout in which the sources of the last answer are
as they were gets that answer, be it another revision or a copy at another place. To compute the digest means to read
files; so the answer is kept a second time under the mark of the checkout, which is found without reading any.

An answer is bound to the very code that gave it: to the names, sizes and times of the files of this package. Nobody has
to count a version up, and nobody who changes the code is shown what it answered before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sphinxext.nova import model
from sphinxext.nova._version import __version__
from sphinxext.nova.datastack import in_large_chunk
from sphinxext.nova.problems import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sphinxext.nova.checkout import Checkout
    from sphinxext.nova.model import Answer, Row, Source
    from sphinxext.nova.store import Store

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
_names: dict[type, tuple[str, ...]] = {}
"""The fields of the classes of the model that were met so far."""


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
        return make()
    state = state or partial(state_of, checkout)
    asked = [checkout.package, *arguments]
    mark = checkout.mark()
    if mark is not None and (data := store.answer(question, asked, mark, _code())):
        return _loaded(data)  # type: ignore[no-any-return]
    data = _by_content(store, question, asked, state)
    answer: Answer[Row]
    if data is None:
        answer = make()
        data = _dumped(answer)
        sources = sorted(whole(answer.sources), key=repr)
        store.keep_answer(question, asked, "", _code(), _dumped(tuple(sources)))
        store.keep_answer(question, asked, _digest(sources, state), _code(), data)
    else:
        answer = _loaded(data)
    if mark is not None:
        store.keep_answer(question, asked, mark, _code(), data)
    return answer


def _by_content(store: Store, question: str, asked: object, state: Callable[[Source], str | None]) -> bytes | None:
    """Look for the last answer to the question, if its sources are in this checkout what they were."""
    sources = store.answer(question, asked, "", _code())
    return store.answer(question, asked, _digest(_loaded(sources), state), _code()) if sources else None


def _digest(sources: Iterable[Source], state: Callable[[Source], str | None]) -> str:
    states = [(source.kind, source.path, source.words, state(source)) for source in sources]
    return hashlib.blake2b(json.dumps(states).encode(), digest_size=20).hexdigest()


def state_of(checkout: Checkout, source: Source) -> str | None:
    """Return what identifies the present content of a source; ``None`` where there is none."""
    if source.kind == "ref":
        # Links carry the commit and titles the release, so that a page changes with them and with nothing else.
        return f"{checkout.ref} {checkout.release}"
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


# --- answers as JSON: an object of the model is {its class: [its fields]}, and what is a list there is a tuple here


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of an answer
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return {kind.__name__: [value.value]}
    if kind is frozenset:
        return {"frozenset": [_plain(tuple(sorted(value, key=repr)))]}
    if kind not in _names:
        if not is_dataclass(value):
            raise TypeError(f"{kind.__name__} is no part of an answer")
        _names[kind] = tuple(field.name for field in fields(value))
    return {kind.__name__: [_plain(getattr(value, name)) for name in _names[kind]]}


def _dumped(value: object) -> bytes:
    # Two halves of surrogate pairs beside each other, as JSON's escapes, would be read as one character.
    text = json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _loaded(data: bytes) -> Any:  # noqa: ANN401 - what was kept
    return _tuples(json.loads(data, object_hook=_object))


def _object(said: dict[str, list[Any]]) -> object:
    ((name, values),) = said.items()
    make: Callable[..., object] = frozenset if name == "frozenset" else getattr(model, name)
    return make(*map(_tuples, values))


def _tuples(value: Any) -> Any:  # noqa: ANN401 - any part of an answer
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
