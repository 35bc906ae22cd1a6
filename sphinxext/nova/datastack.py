"""Room for deep calls: what a function calls gets one large piece of memory for its frames.

CPython (since 3.11, ``push_chunk`` and ``_PyThreadState_PopFrame`` in ``Python/pystate.c``) keeps the frames of Python
functions on a stack of chunks of 16 KiB. A call that no longer fits gets the next chunk from the operating system, and
its return gives that back at once. So a recursion that goes up and down across the end of a chunk asks the system for
memory at every other call: reading and walking a whole Nova does so 28 thousand times, which is a sixth of its time.

A frame too large for such a chunk gets one of the next power of two, and what it calls lives in the rest.
"""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
Result = TypeVar("Result")

_WORDS: Final = 1 << 17
"""How many values the large frame says it needs: a little over 1 MiB with what CPython adds; its chunk then has 2."""


class _Given(threading.local):
    """Whether this thread has a large chunk already."""

    here = False


_given = _Given()


def in_large_chunk(function: Callable[P, Result]) -> Callable[P, Result]:
    """Make a function of which all that it calls has its frames in one chunk, unless that of a caller has it already.

    The memory is reserved, and costs nothing before it is used.
    """

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> Result:
        if _given.here:
            return function(*args, **kwargs)
        _given.here = True
        try:
            return _large(lambda: function(*args, **kwargs))
        finally:
            _given.here = False

    return called


def _large(function: Callable[[], Result]) -> Result:
    return function()


_large.__code__ = _large.__code__.replace(co_stacksize=_WORDS)
