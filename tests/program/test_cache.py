"""The cache remembers, is shared, and is harmless whatever happens to its file."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sphinxext.nova import store
from sphinxext.nova.program import cache as module
from sphinxext.nova.program.cache import Cache
from sphinxext.nova.syntax import read

FACTS = {f"{number:040x}": read(b"def f%d():\n    return %d\n" % (number, number), path="") for number in range(20)}
DIGESTS = {f"nova/{digest}.py": digest for digest in FACTS}
KNOWN = {f"nova/{digest}.py": facts for digest, facts in FACTS.items()}


def fill(folder: Path) -> Path:
    with Cache(folder) as cache:
        for digest, facts in FACTS.items():
            cache.keep_facts(digest, facts)
        cache.keep_answer("layout", {"folder": "nova"}, "digest", "1", b"[1]")
        assert cache.take_notes() == ()
    return cache.path


def execute(path: Path, *statements: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return [row for statement in statements for row in connection.execute(statement)]
    finally:
        connection.close()


def test_facts_come_back_in_another_build_with_the_name_of_the_file_that_is_read(tmp_path: Path) -> None:
    fill(tmp_path)
    broken = read(b"def f(:\n", path="nova/old.py")
    with Cache(tmp_path) as cache:
        cache.keep_facts("b" * 40, broken)

    with Cache(tmp_path) as cache:
        assert cache.facts({**DIGESTS, "nova/other.py": "a" * 40}) == KNOWN
        (found,) = cache.facts({"nova/new.py": "b" * 40}).values()
        assert cache.take_notes() == ()
    assert found == broken
    assert {problem.file for problem in broken.problems} == {"nova/old.py"}
    assert {problem.file for problem in found.problems} == {"nova/new.py"}


def test_facts_are_found_before_they_are_written(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "deep" / "er")
    cache.keep_facts("a" * 40, next(iter(FACTS.values())))

    assert cache.facts({"nova/x.py": "a" * 40}) == {"nova/x.py": next(iter(FACTS.values()))}
    assert not (tmp_path / "deep").exists()
    cache.close()
    assert cache.path.is_file()


def test_asking_an_empty_cache_writes_nothing(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache") as cache:
        assert cache.facts(DIGESTS) == {}
        assert cache.answer("layout", [], "digest", "1") is None
    assert not (tmp_path / "cache").exists()


def test_facts_of_another_analyser_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    monkeypatch.setattr(module, "ANALYSER_VERSION", module.ANALYSER_VERSION + 1)
    assert Cache(tmp_path).facts(DIGESTS) == {}


@pytest.mark.parametrize(
    "key",
    [
        ("services", {"folder": "nova"}, "digest", "1"),
        ("layout", {"folder": "etc"}, "digest", "1"),
        ("layout", {"folder": "nova"}, "other", "1"),
        ("layout", {"folder": "nova"}, "digest", "2"),
    ],
)
def test_an_answer_is_that_to_the_very_question(tmp_path: Path, key: tuple[str, object, str, str]) -> None:
    fill(tmp_path)
    with Cache(tmp_path) as cache:
        assert cache.answer("layout", {"folder": "nova"}, "digest", "1") == b"[1]"
        assert cache.answer(*key) is None


def test_values_that_changed_on_disk_are_not_there(tmp_path: Path) -> None:
    path = fill(tmp_path)
    execute(path, "UPDATE facts SET value = zeroblob(length(value))", "UPDATE answers SET value = x'0102030405'")
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        assert cache.answer("layout", {"folder": "nova"}, "digest", "1") is None
        execute(path, "UPDATE facts SET value = 'text'", "UPDATE answers SET value = 1")
        assert cache.facts(DIGESTS) == {}
        assert cache.answer("layout", {"folder": "nova"}, "digest", "1") is None
        assert cache.take_notes() == ()
    fill(tmp_path)
    assert Cache(tmp_path).facts(DIGESTS) == KNOWN


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"not a database, but long enough for its header to be looked at" * 20),
        lambda path: path.write_bytes(path.read_bytes().replace(b"CREATE TABLE facts", b"\xff\xfe\xff\xfe TABLE F")),
        lambda path: execute(path, "DROP TABLE facts"),
        lambda path: execute(path, "ALTER TABLE facts RENAME used TO unused"),
        lambda path: execute(path, "DROP TABLE facts", ENDLESS),
        lambda path: execute(path, "CREATE TRIGGER x AFTER UPDATE ON facts BEGIN DELETE FROM answers; END"),
        lambda path: execute(path, "CREATE TABLE more (key TEXT)"),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:]),
    ],
    ids=[
        *("garbage", "no text", "no table", "another column"),
        *("an endless view", "a trigger", "another table", "truncated", "no header"),
    ],
)
def test_a_damaged_file_is_built_again(tmp_path: Path, damage: object) -> None:
    damage(fill(tmp_path))  # type: ignore[operator]
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        (note,) = cache.take_notes()
        assert note.startswith("the cache was damaged (")
        assert note.endswith(") and is built again")
        assert cache.take_notes() == ()
    fill(tmp_path)
    assert Cache(tmp_path).facts(DIGESTS) == KNOWN


ENDLESS = """
CREATE VIEW facts AS WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more)
SELECT 'x' || n AS key, x'00' AS value, n AS used FROM more
"""


def foreign(path: Path, *statements: str) -> bytes:
    path.parent.mkdir(exist_ok=True)
    execute(path, *statements)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (("CREATE TABLE photos (id INTEGER)",), "it is a database of another program"),
        (("PRAGMA application_id = 7", ENDLESS), "it is a database of another program"),
        (("PRAGMA user_version = 7",), "it is a database of another program"),
        (("CREATE TABLE photos (id INTEGER)", "DROP TABLE photos"), "it is a database of another program"),
        (("PRAGMA journal_mode = WAL", "PRAGMA auto_vacuum = FULL"), "it is a database of another program"),
        (
            (f"PRAGMA application_id = {store._APPLICATION}", "PRAGMA user_version = 99", "CREATE TABLE facts (x)"),
            "it is a cache of another version of sphinxext-nova",
        ),
        (
            (f"PRAGMA application_id = {store._APPLICATION}", "PRAGMA user_version = 1", "CREATE TABLE facts (x)"),
            "it is a cache of another version of sphinxext-nova",
        ),
    ],
)
def test_a_database_that_is_not_ours_is_left_alone(tmp_path: Path, statements: tuple[str, ...], reason: str) -> None:
    path = Cache(tmp_path).path
    before = foreign(path, *statements)
    stamp = path.stat().st_mtime_ns
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        assert cache.facts(DIGESTS) == {}
        assert cache.take_notes() == (f"the cache is not used, and {path} is left alone: {reason}",)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_journal_of_another_program_is_not_played_back(tmp_path: Path) -> None:
    path = Cache(tmp_path).path
    foreign(path, "CREATE TABLE photos (id INTEGER)")
    other = sqlite3.connect(path, isolation_level=None)
    other.executescript("PRAGMA cache_size = 1; BEGIN; INSERT INTO photos VALUES (1)")
    other.executemany("INSERT INTO photos VALUES (?)", [(number,) for number in range(100_000)])
    journal = path.with_name(f"{path.name}-journal")
    halfway, undo = path.read_bytes(), journal.read_bytes()
    other.execute("ROLLBACK")
    other.close()
    path.write_bytes(halfway)
    journal.write_bytes(undo)
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
    assert (path.read_bytes(), journal.read_bytes()) == (halfway, undo)


def test_the_cache_of_an_older_version_is_left(tmp_path: Path) -> None:
    """It had another name."""
    before = foreign(tmp_path / "cache-1.sqlite", "CREATE TABLE facts (key TEXT, value BLOB, used INTEGER)")
    fill(tmp_path)
    assert (tmp_path / "cache-1.sqlite").read_bytes() == before


def test_the_file_says_whose_it_is(tmp_path: Path) -> None:
    path = fill(tmp_path)
    assert execute(path, "PRAGMA application_id", "PRAGMA user_version") == [(0x4E6F7661,), (2,)]
    assert path.name == "cache-2.sqlite"


def test_a_build_was_killed_before_it_made_the_tables(tmp_path: Path) -> None:
    """The file has a header then, which says nothing of whose it is."""
    begun = foreign(Cache(tmp_path).path, store._SCHEMA.split(";")[0])
    assert begun.startswith(b"SQLite format 3")
    fill(tmp_path)
    with Cache(tmp_path) as cache:
        assert set(cache.facts(DIGESTS)) == set(DIGESTS)
        assert cache.take_notes() == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_in_the_place_of_the_file(tmp_path: Path) -> None:
    os.mkfifo(Cache(tmp_path).path)
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        (note,) = cache.take_notes()
        assert note.endswith("is left alone: it is no file")


def test_a_query_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the tables be ours and the pages lead in a circle."""
    monkeypatch.setattr(store, "_INSTRUCTIONS", 1000)
    fill(tmp_path)
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == KNOWN
        endless = "WITH RECURSIVE more(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM more) SELECT max(n) FROM more"
        assert cache._guarded(lambda connection: connection.execute(endless).fetchall(), []) == []
        assert cache.take_notes() == ("the cache was damaged (interrupted) and is built again",)


def test_a_value_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    monkeypatch.setattr(store, "_LARGEST", 10)
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        assert cache.answer("layout", {"folder": "nova"}, "digest", "1") == b"[1]"


def test_facts_that_turn_out_to_be_none_are_read_anew_and_replaced(tmp_path: Path) -> None:
    path = fill(tmp_path)
    digest, facts = next(iter(FACTS.items()))
    with Cache(tmp_path) as cache:
        cache.distrust()
        assert cache.facts(DIGESTS) == {}
        cache.keep_facts(digest, read(b"x = 1\n", path=""))
    assert Cache(tmp_path).facts(DIGESTS) == {**KNOWN, f"nova/{digest}.py": read(b"x = 1\n", path="")}
    assert facts != read(b"x = 1\n", path="")
    assert path.is_file()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1), junk=st.binary(min_size=1, max_size=200), cut=st.booleans())
def test_no_damage_does_harm(tmp_path: Path, where: float, junk: bytes, *, cut: bool) -> None:
    path = tmp_path / Cache(tmp_path).path.name
    path.unlink(missing_ok=True)
    data = fill(tmp_path).read_bytes()
    start = int(where * len(data))
    path.write_bytes(data[:start] if cut else data[:start] + junk + data[start + len(junk) :])

    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS).items() <= KNOWN.items()
        assert cache.answer("layout", {"folder": "nova"}, "digest", "1") in {b"[1]", None}
        for digest, facts in FACTS.items():
            cache.keep_facts(digest, facts)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Cache(tmp_path / "file" / "cache") as cache:
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        assert cache.facts(DIGESTS) == {}
        (note,) = cache.take_notes()
        assert note.startswith("the cache is not used: ")
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        assert cache.take_notes() == ()


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.path.mkdir()
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        assert cache.take_notes() == ("the cache is not used: unable to open database file",)
        assert cache.facts(DIGESTS) == {}


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [("query_only = 1", "attempt to write a readonly database"), ("max_page_count = 1", "database or disk is full")],
)
def test_where_nothing_can_be_written_what_is_there_is_read(tmp_path: Path, pragma: str, reason: str) -> None:
    fill(tmp_path)
    with Cache(tmp_path) as cache:
        cache.facts(DIGESTS)
        cache._connect().execute(f"PRAGMA {pragma}")
        for number in range(500):
            cache.keep_facts(f"{number:040x}", read(b"x = 1\n" * number, path=""))
        cache.flush()
        assert cache.take_notes() == (f"nothing is added to the cache: {reason}",)
        assert cache.facts(DIGESTS) == KNOWN
        cache.keep_facts("a" * 40, next(iter(FACTS.values())))
        cache.flush()
        assert cache.facts({"nova/x.py": "a" * 40}) == {}
        assert cache.take_notes() == ()


def test_a_file_that_somebody_keeps_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.01)
    other = sqlite3.connect(fill(tmp_path), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == {}
        assert cache.take_notes() == ("the cache is not used: another process has locked it (database is locked)",)
        assert cache.facts(DIGESTS) == {}
    other.close()
    assert Cache(tmp_path).facts(DIGESTS) == KNOWN


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 450_000

    def keep(day: int, names: str) -> Path:
        monkeypatch.setattr(store, "_today", lambda: day)
        with Cache(tmp_path, max_bytes=bound) as cache:
            for name in names:
                cache.keep_answer(name, None, "", 1, name.encode() * 100_000)
        return cache.path

    def known() -> str:
        cache = Cache(tmp_path)
        return "".join(name for name in "abcdef" if cache.answer(name, None, "", 1) is not None)

    keep(1, "abc")
    keep(2, "d")
    assert known() == "abcd"
    with Cache(tmp_path) as cache:
        cache.answer("a", None, "", 1)
    path = keep(3, "e")

    assert known() == "ade"
    assert path.stat().st_size < bound


def test_a_row_is_written_to_once_a_day_however_often_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_today", lambda: 1)
    path = fill(tmp_path)
    monkeypatch.setattr(store, "_today", lambda: 2)
    first, *rest = DIGESTS.items()
    with Cache(tmp_path) as cache:
        cache.facts(dict([first]))
    written = path.read_bytes()
    with Cache(tmp_path) as cache:
        cache.facts(dict([first]))

    assert path.read_bytes() == written
    assert execute(path, "SELECT used, count(*) FROM facts GROUP BY used") == [(1, len(rest)), (2, 1)]


def _work_in_child(cache: Cache, inherited: int) -> None:
    # What the parent has not written yet is the parent's to write.
    assert cache.facts(DIGESTS) == KNOWN
    assert id(cache._connection) != inherited
    cache.keep_facts("c" * 40, next(iter(FACTS.values())))
    cache.flush()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_opens_the_file_anew(tmp_path: Path) -> None:
    fill(tmp_path)
    with Cache(tmp_path) as cache:
        assert cache.facts(DIGESTS) == KNOWN
        cache.keep_facts("b" * 40, next(iter(FACTS.values())))
        child = multiprocessing.get_context("fork").Process(target=_work_in_child, args=(cache, id(cache._connection)))
        child.start()
        child.join()
        assert child.exitcode == 0
    assert set(Cache(tmp_path).facts({name: name * 40 for name in "bc"})) == {"b", "c"}


WRITER = """
import sys
from sphinxext.nova.program.cache import Cache
cache = Cache(sys.argv[1])
number = 0
while number < int(sys.argv[3]):
    for _ in range(20):
        cache.keep_answer("from " + sys.argv[2], number, "", 1, b"%d" % number * 5000)
        number += 1
    cache.flush()
    print(number, flush=True)
sys.exit("\\n".join(cache.take_notes()) or 0)
"""


def writer(folder: Path, name: str, rows: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, folder, name, str(rows)], stdout=subprocess.PIPE, text=True)


def test_another_build_makes_the_file_while_this_one_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = Path.stat
    with Cache(tmp_path) as other, Cache(tmp_path) as cache:

        def is_made_after_the_look(path: Path, **arguments: bool) -> os.stat_result:
            try:
                return stat(path, **arguments)
            finally:
                if path == cache.path and not os.path.lexists(path):
                    monkeypatch.undo()
                    other.keep_answer("a question", 1, "", "1", b"1")
                    other.flush()

        monkeypatch.setattr(Path, "stat", is_made_after_the_look)
        cache.keep_answer("a question", 2, "", "1", b"2")
        cache.flush()

        assert cache.take_notes() == ()
        assert [cache.answer("a question", number, "", "1") for number in (1, 2)] == [b"1", b"2"]


def test_two_builds_at_once(tmp_path: Path) -> None:
    processes = [writer(tmp_path, name, 200) for name in ("one", "other")]
    assert [process.communicate() and process.returncode for process in processes] == [0, 0]

    with Cache(tmp_path) as cache:
        for name in ("one", "other"):
            for number in range(200):
                assert cache.answer(f"from {name}", number, "", 1) == b"%d" % number * 5000
    assert execute(cache.path, "PRAGMA integrity_check") == [("ok",)]


def test_a_build_that_is_killed_leaves_nothing_half_written(tmp_path: Path) -> None:
    for round_ in range(3):
        process = writer(tmp_path, str(round_), 1_000_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.02 * round_)  # Somewhere in a later transaction.
        process.send_signal(signal.SIGKILL)
        process.communicate()

        with Cache(tmp_path) as cache:
            for number in range(20):
                assert cache.answer(f"from {round_}", number, "", 1) == b"%d" % number * 5000
            assert cache.take_notes() == ()
        (count,) = execute(cache.path, "SELECT count(*) % 20 FROM answers")
        assert count == (0,)
        assert execute(cache.path, "PRAGMA integrity_check") == [("ok",)]
