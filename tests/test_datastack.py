"""The chunk of memory in which the frames of deep calls live."""

from __future__ import annotations

import threading

import pytest

from sphinxext.nova import datastack
from sphinxext.nova.datastack import in_large_chunk

resource = pytest.importorskip("resource", reason="counts page faults as Unix does")

_DEEPEST = 400
_TIMES = 300


def _down_and_up(depth: int) -> None:
    """Call a function many times in each of so many depths, as a recursion does that comes and goes."""
    for _ in range(_TIMES):
        _leaf()
    if depth:
        _down_and_up(depth - 1)


def _leaf() -> None:
    """Need a frame."""


def _faults_of_frames() -> int:
    """Return how often the system had to give memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    _down_and_up(_DEEPEST)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_deep_calls_get_their_memory_once() -> None:
    """Without the large chunk each end of a small one costs a page fault at every call."""
    assert in_large_chunk(_faults_of_frames)() < _TIMES


def test_a_chunk_inside_another_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that is called where there is a chunk already gets none of its own."""
    asked = []
    large = datastack._large
    monkeypatch.setattr(datastack, "_large", lambda function: asked.append(function) or large(function))
    inner = in_large_chunk(lambda: len(asked))
    assert in_large_chunk(lambda: (inner(), inner()))() == (1, 1)
    assert inner() == 2


def test_arguments_results_and_errors_pass_through() -> None:
    """The function is what it was, and each thread has a chunk of its own."""

    @in_large_chunk
    def divided(one: int, *, by: int) -> float:
        """Divide."""
        return one / by

    results: list[float] = []
    thread = threading.Thread(target=lambda: results.append(divided(6, by=4)))
    thread.start()
    thread.join()
    assert results == [1.5]
    with pytest.raises(ZeroDivisionError):
        divided(1, by=0)
    assert divided(3, by=2) == 1.5
    assert divided.__doc__ == "Divide."
