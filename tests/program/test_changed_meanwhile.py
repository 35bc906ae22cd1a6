"""Facts are kept under the hash of the bytes that were read, whatever happens to the files meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import Checkout, blob_id, open_checkout
from sphinxext.nova.model import Kind, Problem
from sphinxext.nova.program import Cache, Program
from sphinxext.nova.syntax import read
from tests.checkout.repositories import git, start
from tests.checkout.test_changes import forge
from tests.small_nova import FILES, make

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FILE = "nova/service.py"
OLD = FILES[FILE]
NEW = "import sys\n\n\ndef other():\n    return sys\n"


def asked_at_rest(folder: Path, cache: Path, revision: str = "") -> object:
    with Cache(cache) as kept:
        return Program(open_checkout(f"{folder}{revision}"), kept).facts(FILE)


@pytest.mark.parametrize("is_repository", [True, False])
@pytest.mark.parametrize("back", [True, False])
def test_the_tree_is_switched_between_digest_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_repository: bool, back: bool
) -> None:
    folder, cache = make(tmp_path / "nova"), tmp_path / "cache"
    if is_repository:
        start(folder)
        late = (folder / ".git/index").stat().st_mtime_ns + 10**9
        os.utime(folder / ".git/index", ns=(late, late))
    really = Checkout.read_many

    def switched(self: Checkout, paths: Sequence[str]) -> Iterator[tuple[str, bytes | Problem]]:
        (folder / FILE).write_text(NEW)
        return really(self, paths)

    with monkeypatch.context() as patch, Cache(cache) as kept:
        patch.setattr(Checkout, "read_many", switched)
        program = Program(open_checkout(str(folder)), kept)
        program.facts(FILE)
        assert program.problems == (Problem(Kind.CHANGED, "changed while it was read", FILE),)

    texts = (OLD, NEW) if back else (NEW, OLD)
    for text in texts:
        (folder / FILE).write_text(text)
        assert asked_at_rest(folder, cache) == read(text.encode(), path=FILE)


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_a_forged_repository_does_not_poison_an_honest_one(tmp_path: Path, form: str) -> None:
    option = f"--object-format={form}"
    forged, honest = start(make(tmp_path / "forged"), option), start(make(tmp_path / "honest"), option)
    forge(forged, git(forged, "rev-parse", f"HEAD:{FILE}"), NEW.encode())
    cache = tmp_path / "cache"
    asked_at_rest(forged, cache, "@HEAD")
    for spec in ("@HEAD", ""):
        assert asked_at_rest(honest, cache, spec) == read(OLD.encode(), path=FILE)


def test_an_index_that_lies_does_not_poison_an_honest_folder(tmp_path: Path) -> None:
    liar, honest = start(make(tmp_path / "liar", {FILE: NEW})), make(tmp_path / "honest")
    index = liar / ".git/index"
    told = index.read_bytes().replace(bytes.fromhex(blob_id(NEW.encode())), bytes.fromhex(blob_id(OLD.encode())))
    assert told != index.read_bytes()
    index.write_bytes(told)
    late = index.stat().st_mtime_ns + 10**9
    os.utime(index, ns=(late, late))
    cache = tmp_path / "cache"
    assert asked_at_rest(liar, cache) == read(NEW.encode(), path=FILE)
    assert asked_at_rest(honest, cache) == read(OLD.encode(), path=FILE)
    assert asked_at_rest(liar, cache) == read(NEW.encode(), path=FILE)


def test_facts_of_an_object_that_is_missing_are_not_kept(tmp_path: Path) -> None:
    folder, cache = start(make(tmp_path / "nova")), tmp_path / "cache"
    oid = git(folder, "rev-parse", f"HEAD:{FILE}")
    file = folder / ".git/objects" / oid[:2] / oid[2:]
    away = file.rename(tmp_path / "away")
    asked_at_rest(folder, cache, "@HEAD")
    away.rename(file)
    assert asked_at_rest(folder, cache, "@HEAD") == read(OLD.encode(), path=FILE)
