"""Measure whole processes: CPU seconds and memory, medians, candidates taking turns in one run."""

from __future__ import annotations

import os
import statistics
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and the children that it waited for have used.

    ``seconds`` is user and system CPU time: unlike the time on the wall it hardly depends on what else the machine
    is doing. ``mebibytes`` is the peak resident set of the largest of the processes, and no less than that of the one
    that measures: Linux lets a process inherit it.
    """

    seconds: float
    mebibytes: float


def run(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> Usage:
    """Run ``command``, its output thrown away, and return what it used; it must succeed.

    ``environment`` is added to that of this process.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | dict(environment or {}))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def medians(candidates: Mapping[str, Callable[[], Usage]], repeat: int) -> dict[str, Usage]:
    """Run each of the named candidates ``repeat`` times, in turns, and return the medians of what they used."""
    usages: dict[str, list[Usage]] = {name: [] for name in candidates}
    for _ in range(repeat):
        for name, candidate in candidates.items():
            usages[name].append(candidate())
    return {
        name: Usage(
            statistics.median(usage.seconds for usage in taken),
            statistics.median(usage.mebibytes for usage in taken),
        )
        for name, taken in usages.items()
    }


def table(title: str, usages: Mapping[str, Usage]) -> str:
    """Return the medians as a Markdown table; differences and ratios are to the first, the floor."""
    floor = next(iter(usages.values()))
    lines = [f"| {title} | CPU s | more than the floor | ratio | peak MiB |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {name} | {usage.seconds:.3f} | {usage.seconds - floor.seconds:+.3f} "
        f"| {usage.seconds / floor.seconds:.2f} | {usage.mebibytes:.0f} |"
        for name, usage in usages.items()
    ]
    return "\n".join(lines)
