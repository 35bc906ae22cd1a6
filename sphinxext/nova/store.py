"""What was learned from a checkout, kept from one build to the next: one sqlite file in the user's cache folder.

It holds two things: the facts of a file, under the hash of its bytes and the analyser's version, so that revisions,
checkouts and projects share them (:class:`~sphinxext.nova.program.Cache` puts them here); and derived answers, under
the digest of what they came from (:mod:`sphinxext.nova.openstack.kept` does). Both are only ever copies of what can be
computed again, so whatever goes wrong with the file makes a build slower and nothing else: every method returns as if
the store were empty, and :meth:`Store.take_notes` says once what happened.

The file is one of ours if its header says so (its ``application_id``), and is used only if the tables in it are exactly
ours: a database of something else is never written to, nor one of another version of this module, and a view in the
place of a table is never read. What the rows say is for the callers to check: anybody who can write the file can give
them the right checksum.

The file has a rollback journal (not a write-ahead log, which does not work on network folders, where home folders
often are): one build writes at a time, in short transactions, and a build that was killed leaves either all of one
transaction or nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import Self

Result = TypeVar("Result")

MAX_BYTES: Final = 200 * 1024 * 1024
"""How large the file may grow before what was not used for longest is dropped."""

_VERSION: Final = 2
"""Counted up when the tables change: older versions of this extension go on with their own file."""
_NAME: Final = f"cache-{_VERSION}.sqlite"

_APPLICATION: Final = int.from_bytes(b"Nova", "big")
"""What the header of our databases has as the ``application_id``."""
_MAGIC: Final = b"SQLite format 3\0"
_VERSION_AT: Final = slice(60, 64)
_APPLICATION_AT: Final = slice(68, 72)
_BLANK_AT: Final = (slice(36, 44), slice(60, 64), slice(68, 72))
"""Free pages, changes of the schema, version and application: nothing but zeros before the first table is made."""
_ROLLBACK_AT: Final = slice(18, 20)
_HEADER_BYTES: Final = 100
"""See https://www.sqlite.org/fileformat2.html#the_database_header."""

_COLUMNS: Final = "(key TEXT PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL)"
_TABLES: Final = ("facts", "answers")
_SCHEMA: Final = f"""
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN IMMEDIATE;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
{"".join(f"CREATE TABLE IF NOT EXISTS {name} {_COLUMNS};" for name in _TABLES)}
COMMIT;
"""
_OBJECTS: Final = {
    *(("table", name, name, f"CREATE TABLE {name} {_COLUMNS}") for name in _TABLES),
    *(("index", f"sqlite_autoindex_{name}_1", name, None) for name in _TABLES),
}
"""What sqlite says of a database that was made so."""

_INSTRUCTIONS: Final = 1_000_000
_PIECES: Final = 200
"""After so many times so many instructions, some seconds, sqlite is stopped; what is asked here takes a twentieth."""
_LARGEST: Final = 64 * 1024 * 1024
"""How large a value may be (bytes): one row after the other would have to fit into the memory."""
_BUSY_SECONDS: Final = 5.0
"""How long one build waits for another one's transaction, which takes milliseconds."""
_KEYS_AT_ONCE: Final = 500
"""Fewer than the 999 variables that every sqlite allows in one statement."""
_PENDING_BYTES: Final = 4 * 1024 * 1024
_EVICT_TO: Final = 0.75
_SECONDS_PER_DAY: Final = 24 * 60 * 60
_CHECKSUM_BYTES: Final = 4

_DAMAGED: Final = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_INTERRUPT}
)
"""The third one, said of statements, means that the tables are not those of this module; the last one, that it took
longer than any use of them can."""
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNWRITABLE: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY})
_PRIMARY_CODE: Final = 0xFF  # the rest of a code says more about the same error

_inherited: Final[list[sqlite3.Connection]] = []
"""Connections of the process that this one was forked from: to close them would drop that process's locks."""


def default_folder() -> Path:
    """Return the user's cache folder for this extension, which need not exist yet."""
    import platformdirs  # noqa: PLC0415 - not needed where the folder is given

    return Path(platformdirs.user_cache_dir("sphinxext-nova", appauthor=False))


class _NotOursError(Exception):
    """The file is not one that may be written to; the text says what it is."""


class Store:
    """Facts and answers of earlier builds; see the module for what it promises.

    ``folder`` is made when something is first written. The file is opened on first use, and anew in a forked process.
    Writes are collected: call :meth:`flush` after a piece of work, and :meth:`close` (or leave the ``with``) at the
    end. ``max_bytes`` bounds the file. Not for use by several threads.
    """

    def __init__(self, folder: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> None:
        self.path = Path(folder, _NAME)
        self._max_bytes = max_bytes
        self._notes: list[str] = []
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._usable = True
        self._writable = True
        self._rebuilt = False
        self._pieces = 0
        self._facts = _Waiting("facts")
        self._answers = _Waiting("answers")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- facts

    def dumped(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return what was kept under those of the keys that are known."""
        return self._get(self._facts, tuple(keys))

    def keep_dumped(self, key: str, value: bytes) -> None:
        """Keep the facts of a file; the key and the bytes are for the caller to make and to check."""
        self._put(self._facts, key, value)

    # --- derived answers

    def answer(self, question: str, arguments: object, digest: str, version: str) -> bytes | None:
        """Return the bytes (JSON) that were kept under exactly this key.

        ``arguments`` is anything that JSON can say, ``digest`` that of all of the checkout that the answer came from,
        ``version`` that of the code that derives it.
        """
        key = _answer_key(question, arguments, digest, version)
        stored = self._get(self._answers, (key,)).get(key, b"")
        checksum, data = stored[:_CHECKSUM_BYTES], stored[_CHECKSUM_BYTES:]
        return data if stored and int.from_bytes(checksum, "big") == zlib.crc32(data) else None

    def keep_answer(self, question: str, arguments: object, digest: str, version: str, data: bytes) -> None:
        """Keep an answer under the key that :meth:`answer` takes."""
        checksum = zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "big")
        self._put(self._answers, _answer_key(question, arguments, digest, version), checksum + data)

    # --- the file

    def take_notes(self) -> tuple[str, ...]:
        """Return what went wrong since the last call, each a line for a log. The cache was harmless all the same."""
        notes = tuple(self._notes)
        self._notes.clear()
        return notes

    def flush(self) -> None:
        """Write what was collected, in one transaction."""
        self._notice_fork()
        if not (self._facts or self._answers):
            return
        if self._writable:
            self._guarded(self._write, None)
        self._facts.clear()
        self._answers.clear()

    def close(self) -> None:
        """Write what was collected and close the file; the cache can be used again and opens it again."""
        self.flush()
        self._disconnect()

    def _get(self, waiting: _Waiting, keys: Sequence[str]) -> dict[str, bytes]:
        self._notice_fork()
        found = {key: waiting.rows[key] for key in keys if key in waiting.rows}
        wanted = [key for key in keys if key not in found]
        if wanted and self._usable and (self._connection is not None or self._is_there()):
            nothing: dict[str, bytes] = {}
            found |= self._guarded(lambda connection: waiting.select(connection, wanted), nothing)
        return found

    def _put(self, waiting: _Waiting, key: str, value: bytes) -> None:
        self._notice_fork()
        if self._writable:
            waiting.add(key, value)
            if self._facts.size + self._answers.size > _PENDING_BYTES:
                self.flush()

    def _write(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        self._facts.write(connection)
        self._answers.write(connection)
        evicted = _evict(connection, self._max_bytes)
        connection.execute("COMMIT")
        if evicted:
            connection.executescript("PRAGMA incremental_vacuum")  # execute() would free one page only.

    def _guarded(self, work: Callable[[sqlite3.Connection], Result], otherwise: Result) -> Result:
        """Do something with the file; whatever is wrong with it ends here, with ``otherwise``."""
        self._pieces = 0
        try:
            return work(self._connect())
        except sqlite3.Error as error:
            self._give_up(error)
        except UnicodeDecodeError as error:
            # The damaged file's schema stands in sqlite's own message, which Python cannot decode.
            self._give_up(sqlite3.DatabaseError(str(error)), sqlite3.SQLITE_CORRUPT)
        except _NotOursError as error:
            self._disable(f"the cache is not used, and {self.path} is left alone: {error}")
        except OSError as error:
            self._disable(f"the cache is not used: {error}")
        return otherwise

    def _give_up(self, error: sqlite3.Error, code: int | None = None) -> None:
        connection = self._connection
        if connection is not None and connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        if code is None:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
        if code in _DAMAGED and not self._rebuilt:
            self._remove(f"the cache was damaged ({error}) and is built again")
        elif code in _BUSY:
            self._disable(f"the cache is not used: another process has locked it ({error})")
        elif code in _UNWRITABLE:
            # What is there can still be read.
            self._notes.append(f"nothing is added to the cache: {error}")
            self._writable = False
        else:
            self._disable(f"the cache is not used: {error}")

    def _remove(self, note: str) -> None:
        self._disconnect()
        self._rebuilt = True
        try:
            self.path.unlink(missing_ok=True)
            # A journal would be played back into the new file.
            self.path.with_name(f"{_NAME}-journal").unlink(missing_ok=True)
        except OSError as error:
            self._disable(f"the cache is damaged and cannot be removed: {error}")
        else:
            self._notes.append(note)

    def _disable(self, note: str) -> None:
        self._notes.append(note)
        self._usable = self._writable = False
        self._disconnect()

    def _is_there(self) -> bool:
        try:
            return self.path.is_file()
        except OSError:
            return False

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._check_place()
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            self._connection = connection
            connection.set_progress_handler(self._count_piece, _INSTRUCTIONS)
            connection.execute("PRAGMA trusted_schema = OFF")
            if not (found := _objects(connection)):
                connection.executescript(_SCHEMA)
                found = _objects(connection)
            if found != _OBJECTS:
                raise sqlite3.DatabaseError("its tables are not those of this version")
        return self._connection

    def _check_place(self) -> None:
        """Look at what stands at the path, once: another build may make the file at the same time.

        :raises _NotOursError: something stands there that may not be written to.
        """
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            # Facts tell what the user reads: theirs alone, as the specification of such folders asks.
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            if stat.S_ISREG(mode):
                _check_header(self.path)
            elif not stat.S_ISDIR(mode):
                raise _NotOursError("it is no file")  # a pipe, say, over which sqlite would wait

    def _count_piece(self) -> bool:
        """Return whether sqlite is to stop what it does."""
        self._pieces += 1
        return self._pieces > _PIECES

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _notice_fork(self) -> None:
        if self._process != os.getpid():
            self._process = os.getpid()
            if self._connection is not None:
                _inherited.append(self._connection)
                self._connection = None
            # What was waiting is written by the process that it was forked from.
            self._facts.clear()
            self._answers.clear()


class _Waiting:
    """What is to be written to one table: new rows, and which rows were used today for the first time."""

    def __init__(self, table: str) -> None:
        self._table = table
        self.rows: dict[str, bytes] = {}
        self.size = 0
        self._used: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.rows or self._used)

    def clear(self) -> None:
        self.rows.clear()
        self._used.clear()
        self.size = 0

    def add(self, key: str, value: bytes) -> None:
        self.rows[key] = value
        self.size += len(value)

    def select(self, connection: sqlite3.Connection, keys: list[str]) -> dict[str, bytes]:
        found = {}
        today = _today()
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, value, used FROM {self._table} WHERE key IN ({marks}) AND length(value) <= ?"  # noqa: S608 - no data in it
            for key, value, used in connection.execute(query, [*some, _LARGEST]):
                if isinstance(value, bytes):
                    found[key] = value
                if used != today:  # One write a day and row, not one a read.
                    self._used.add(key)
        return found

    def write(self, connection: sqlite3.Connection) -> None:
        today = _today()
        connection.executemany(
            f"UPDATE {self._table} SET used = ? WHERE key = ?",  # noqa: S608 - no data in it
            [(today, key) for key in self._used],
        )
        connection.executemany(
            f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?)",  # noqa: S608 - no data in it
            [(key, value, today) for key, value in self.rows.items()],
        )


def _check_header(path: Path) -> None:
    """Look at the file before sqlite does, which may write into it (play back a journal) as soon as it reads.

    What has no header of sqlite is a file of ours that was damaged, or one that was just made; sqlite finds out.

    :raises _NotOursError: it is a database of something else, or of another version of this module.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES or _is_blank(header):
        return
    if int.from_bytes(header[_APPLICATION_AT], "big") != _APPLICATION:
        raise _NotOursError("it is a database of another program")
    if int.from_bytes(header[_VERSION_AT], "big") != _VERSION:
        raise _NotOursError("it is a cache of another version of sphinxext-nova")


def _is_blank(header: bytes) -> bool:
    """Return whether nothing was ever made in a database: another build, or one that was killed, has just begun it.

    How free pages are given back has to be said in a transaction of its own, before that which makes the tables. What
    has a write-ahead log may have tables in that.
    """
    return header[_ROLLBACK_AT] == b"\1\1" and not any(any(header[part]) for part in _BLANK_AT)


def _objects(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Return the tables, indexes, views and triggers that there are, which reads none of them."""
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT 100"))


def _evict(connection: sqlite3.Connection, max_bytes: int) -> bool:
    """Delete the rows that were not used for longest where the file is too large; tell whether any were deleted."""
    pages, free, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    size = (pages - free) * page_size
    if size <= max_bytes:
        return False
    rows = connection.execute(
        "SELECT used, 'facts', rowid, length(value) FROM facts"
        " UNION ALL SELECT used, 'answers', rowid, length(value) FROM answers ORDER BY 1, 3"
    ).fetchall()
    surplus = size - max_bytes * _EVICT_TO
    for _used, table, row, length in rows:
        if surplus <= 0:
            break
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608 - no data in it
        surplus -= length
    return True


def _today() -> int:
    return int(time.time()) // _SECONDS_PER_DAY


def _answer_key(question: str, arguments: object, digest: str, version: str) -> str:
    text = json.dumps([question, arguments, digest, version], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
