"""Whatever is in the cache: the same answers, on the command line and in pages, and never a traceback."""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from sphinxext.nova.cli import main
from sphinxext.nova.program import Cache
from sphinxext.nova.store import Store
from sphinxext.nova.syntax.encoding import decoded, encoded
from tests.extension.conftest import Site
from tests.small_nova import make
from tests.small_tasks import FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUESTIONS = (
    ("layout", "nova"),
    ("periodic-tasks",),
    ("services", "--with", "start"),
    ("rpc-methods", "--with", "callers"),
    ("rpc-flow", "nova.compute.manager.ComputeManager._sync"),
    ("db-calls",),
)


def checksummed(payload: bytes) -> bytes:
    return zlib.crc32(payload).to_bytes(4, "big") + payload


def change(folder: Path, table: str, how: Callable[[bytes], bytes]) -> int:
    """Change what all rows say, give them the right checksum, and return how many there are."""
    connection = sqlite3.connect(Store(folder).path)
    with connection:
        rows = connection.execute(f"SELECT key, value FROM {table}").fetchall()
        for key, value in rows:
            connection.execute(f"UPDATE {table} SET value = ? WHERE key = ?", (checksummed(how(value[4:])), key))
    connection.close()
    return len(rows)


def bodies_of(payload: bytes, how: Callable[[Any], bytes]) -> bytes:
    version, outline, bodies = decoded(payload)
    return encoded((version, outline, tuple(map(how, bodies))))


FACTS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _payload: b"\xc0",
    "cut": lambda payload: payload[: len(payload) // 2],
    "no bodies": lambda payload: bodies_of(payload, lambda _body: b"\xc1"),
    "another form": lambda payload: bodies_of(payload, lambda _body: encoded((("goto", 1),))),
    "deep": lambda payload: bodies_of(payload, lambda _body: b"\x91" * 1000 + b"\xc0"),
    "no parameters": lambda payload: payload.replace(b"positional", b"positionaL"),
    "no tags": lambda payload: payload.replace(b"call", b"cell").replace(b"assign", b"asSign"),
}
ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _payload: b"null",
    "cut": lambda payload: payload[: len(payload) // 2],
    "other classes": lambda payload: payload.replace(b'"Source"', b'"Popen"').replace(b'"Service"', b'"Field"'),
    "other types": lambda payload: (
        payload.replace(b"true", b'"true"').replace(b"false", b"[]").replace(b'"nova', b"7, ")
    ),
    "other words": lambda payload: payload.replace(b'"file"', b'"disk"').replace(b'"p1"', b'"p9"'),
    "deep": lambda _payload: b"[" * 100_000,
}
CASES = [("facts", name) for name in FACTS] + [("answers", name) for name in ANSWERS]


@pytest.fixture
def nova(tmp_path: Path) -> Path:
    return make(tmp_path / "nova", FILES)


def asked(capsys: pytest.CaptureFixture[str], nova: Path, cache: str) -> list[object]:
    found: list[object] = []
    for question in QUESTIONS:
        assert main([*question, "--checkout", str(nova), "--format", "json", "--cache-dir", cache]) == 0
        captured = capsys.readouterr()
        found.append((json.loads(captured.out), captured.err))
    return found


@pytest.mark.parametrize(("table", "name"), CASES)
def test_the_same_answers(
    nova: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, name: str
) -> None:
    folder = tmp_path / "cache"
    expected = asked(capsys, nova, "")
    assert asked(capsys, nova, str(folder)) == expected
    how = (FACTS if table == "facts" else ANSWERS)[name]
    assert change(folder, table, how) > 2
    if table == "facts":
        with sqlite3.connect(Store(folder).path) as connection:
            connection.execute("DELETE FROM answers")  # else no facts are needed
    assert asked(capsys, nova, str(folder)) == expected
    if table == "facts":  # what was damaged is replaced
        with Cache(folder) as cache, sqlite3.connect(cache.path) as connection:
            for key, value in connection.execute("SELECT key, value FROM facts"):
                assert value[4:] != how(value[4:]) or how(value[4:]) == value[4:], key
    assert asked(capsys, nova, str(folder)) == expected


@pytest.mark.parametrize(("table", "name"), [("facts", "another form"), ("answers", "other words")])
def test_the_same_pages(nova: Path, tmp_path: Path, table: str, name: str) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "conf.py").touch()
    site = Site(pages, nova)
    text = (
        "Nova\n====\n\n.. nova-layout:: nova\n\n.. periodic-tasks::\n\n.. service-bootstrap:: nova-compute\n\n"
        "See :openstack:task:`_sync`, :openstack:service:`nova-compute`.\n"
    )
    site.write(index=text)
    config = {"nova_cache_dir": "../cache"}
    warnings = site.build(**config)
    before = site.output("index.html")
    change(tmp_path / "cache", table, (FACTS if table == "facts" else ANSWERS)[name])
    if table == "facts":
        with sqlite3.connect(Store(tmp_path / "cache").path) as connection:
            connection.execute("DELETE FROM answers")
    assert site.build(out="again", **config) == warnings
    assert site.output("index.html") == before
