"""What has to come to an end: in a child with so much time and memory, and no more."""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Result = TypeVar("Result")

SECONDS = 20
"""Seconds of CPU time: many times what each test needs, and far less than what failed needed."""
MEMORY = 1 << 30  # bytes


def within(make: Callable[[], Result]) -> Result:
    """Return what a function returns, which can be pickled, from a child that is ended if it takes too much."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            _limit(_in_use())
            with os.fdopen(write, "wb") as answer:
                pickle.dump(make(), answer)
            status = 0
        except BaseException:  # noqa: BLE001 - told in the parent
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"
    return pickle.loads(data)


def ask(folder: Path, files: Mapping[str, str | bytes | None], *question: str) -> Any:
    """Return the JSON that the command answers about a checkout of these files."""
    for path, content in files.items():
        if content is not None:
            file = folder / "checkout" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
    where = ("--checkout", str(folder / "checkout"), "--cache-dir", "", "--format", "json")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "sphinxext.nova", *question, *where],
        preexec_fn=_limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def _limit(memory: int = 0) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + memory, MEMORY + memory))


def _in_use() -> int:
    with open("/proc/self/statm") as pages:  # noqa: PTH123 - Linux only, as the limit is
        return int(pages.read().split()[0]) * resource.getpagesize()
