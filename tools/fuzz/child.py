"""Ask in a process of its own, within limits, and say how that ended.

The forked child runs what is there already, so that it costs no imports. What it writes goes into files, where the
limits hold too.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_MEBIBYTE: Final = 1024 * 1024
_OUTPUT_BYTES: Final = 100 * _MEBIBYTE
_FRAMES: Final = 4000
NO_STATUS: Final = 70
"""What a child ends with whose question raised an exception that nothing has caught."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: seconds of CPU time, seconds on the clock without any of it, MiB of memory."""

    seconds: float = 20.0
    wall: float = 20.0
    mebibytes: int = 1536


@dataclass(frozen=True, slots=True)
class Fault:
    """An exception that nothing has caught: its type, its text, and the functions that it came through."""

    type: str
    message: str
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended.

    ``status`` is its exit status, negative where a signal has ended it. ``stalled`` says that it was ended because it
    waited; ``exhausted``, because it used up its CPU time. ``trace`` has the functions in which it was then, the
    innermost first.
    """

    status: int
    stdout: bytes
    stderr: bytes
    seconds: float
    mebibytes: float
    stalled: bool = False
    exhausted: bool = False
    fault: Fault | None = None
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a child runs: ``scratch`` is for what it writes, ``sink`` as in :class:`fuzz.questions.Question`."""

    scratch: Path
    folder: Path
    environment: Mapping[str, str]
    limits: Limits
    sink: str = "file"


def call(work: Callable[[], object], place: Place) -> Outcome:
    """Call a function in a forked child; what ends the process in it ends the child."""

    def inside() -> None:
        sys.stdout = _stream(1, "ascii" if place.sink == "ascii" else "utf-8", place.sink)
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
        try:
            work()
            if sys.stdout is not None:
                sys.stdout.flush()
        except SystemExit as error:
            os._exit(error.code if isinstance(error.code, int) else 0)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is reported
            _lift(resource.RLIMIT_AS)
            _report(error, place.scratch / "fault.json")
            os._exit(NO_STATUS)
        os._exit(0)

    return _watched(inside, place)


def command(arguments: Sequence[str], place: Place) -> Outcome:
    """Run a fresh interpreter."""

    def inside() -> None:
        os.execve(sys.executable, [sys.executable, *arguments], dict(os.environ))

    return _watched(inside, place)


def _stream(descriptor: int, encoding: str, sink: str) -> TextIO | None:
    return None if sink == "closed" else open(descriptor, "w", encoding=encoding, closefd=False)


def _watched(inside: Callable[[], None], place: Place) -> Outcome:
    place.scratch.mkdir(parents=True, exist_ok=True)
    for name in ("fault.json", "trace.txt"):
        (place.scratch / name).unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            _prepare(place)
            inside()
        finally:
            os._exit(71)
    try:
        status, usage, stalled = _awaited(child, place.limits.wall)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)  # what the child has started and not waited for; all, where this ends
    code = os.waitstatus_to_exitcode(status)
    seconds = usage.ru_utime + usage.ru_stime
    return Outcome(
        code,
        _read(place.scratch / "stdout"),
        _read(place.scratch / "stderr"),
        seconds,
        usage.ru_maxrss / (_MEBIBYTE if sys.platform == "darwin" else 1024),
        stalled,
        code in {-signal.SIGXCPU, -signal.SIGKILL} and not stalled and seconds > place.limits.seconds * 0.9,
        _fault(place.scratch / "fault.json"),
        _trace(place.scratch / "trace.txt"),
    )


def _awaited(child: int, wall: float) -> tuple[int, resource.struct_rusage, bool]:
    """Wait for a child; return its status, what it used, and whether it was ended because it did not get on."""
    delay, used = 0.001, -1
    advanced = looked = time.monotonic()
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            return status, usage, False
        now = time.monotonic()
        if now - looked > wall / 4:
            looked = now
            if (ticks := _ticks(child)) != used:
                used, advanced = ticks, now
        if now - advanced > wall:
            break
        time.sleep(delay)
        delay = min(delay * 1.3, 0.02)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGABRT)  # whose handler writes where the child is
        time.sleep(0.3)
        os.kill(child, signal.SIGKILL)
    _found, status, usage = os.wait4(child, 0)
    return status, usage, True


def _ticks(session: int) -> int:
    """Return the CPU time that the processes of a session have used; always the same where the system has no /proc.

    A busy machine makes a process wait too. It has stalled only where none of them gets on.
    """
    found = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                found += int(fields[11]) + int(fields[12])
    return found


def _prepare(place: Place) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(place.environment)
    os.chdir(place.folder)
    _redirect(place)
    trace = open(place.scratch / "trace.txt", "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open to the end
    faulthandler.enable(trace)
    faulthandler.register(signal.SIGXCPU, trace, chain=True)
    if place.sink == "closed":
        os.close(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT_BYTES, _OUTPUT_BYTES))
    seconds = int(place.limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # The soft limit alone, so that the report of what has happened has room.
    resource.setrlimit(resource.RLIMIT_AS, (place.limits.mebibytes * _MEBIBYTE, hard))


def _redirect(place: Place) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    mode = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    (place.scratch / "stdout").write_bytes(b"")
    os.dup2(os.open(place.scratch / "stderr", mode, 0o600), 2)
    match place.sink:
        case "full":
            os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
        case "pipe":
            reader, writer = os.pipe()
            os.close(reader)
            os.dup2(writer, 1)
        case _:
            os.dup2(os.open(place.scratch / "stdout", mode, 0o600), 1)
    os.closerange(3, 100)


def _lift(limit: int) -> None:
    _, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (hard, hard))


def _report(error: BaseException, path: Path) -> None:
    frames = [
        f"{_short(frame.f_code.co_filename)}:{frame.f_code.co_name}"
        for frame, _line in traceback.walk_tb(error.__traceback__)
    ]
    fault = {"type": type(error).__name__, "message": str(error)[:500], "frames": frames[-_FRAMES:]}
    path.write_text(json.dumps(fault), encoding="utf-8")
    text = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace")
    os.write(2, text[-20_000:])


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(ROOT) and ".venv" not in file:
        return path.relative_to(ROOT).as_posix()
    return "/".join(path.parts[-2:])


def _fault(path: Path) -> Fault | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Fault(found["type"], found["message"], tuple(found["frames"]))


def _trace(path: Path) -> tuple[str, ...]:
    """Read what faulthandler writes: ``File "...", line N in name``."""
    found = []
    for line in _read(path).decode("utf-8", "replace").splitlines():
        file, _, name = line.strip().removeprefix('File "').partition('", line ')
        if name:
            found.append(f"{_short(file)}:{name.partition(' in ')[2]}")
    return tuple(found)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
