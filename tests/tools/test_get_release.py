"""Getting a release: from a package index that is a folder of this machine."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from typing import TYPE_CHECKING

import get_release
import pytest

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"nova-1.0/setup.py": b"open('executed', 'w')\n", "nova-1.0/nova/__init__.py": b"one = 1\n"}


class Index:
    """A package index with the source distribution of nova 1.0, and the build folder to unpack it in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.build = folder / "build"
        self.archive = folder / "index" / "nova" / "nova-1.0.tar.gz"
        self.archive.parent.mkdir(parents=True)
        (self.archive.parent / "index.html").write_text('<a href="nova-1.0.tar.gz">nova-1.0.tar.gz</a>')
        self.write([(tarfile.TarInfo(name), data) for name, data in FILES.items()])

    def write(self, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        """Replace what the archive holds."""
        with tarfile.open(self.archive, "w:gz") as tar:
            for info, data in members:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        self.hashes = {"nova-1.0": hashlib.sha256(self.archive.read_bytes()).hexdigest()}

    def tree(self) -> dict[str, bytes]:
        """Return every file of the build folder."""
        files = [path for path in self.build.rglob("*") if path.is_file()]
        return {path.relative_to(self.build).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())
    monkeypatch.chdir(tmp_path)
    return Index(tmp_path)


def test_gets_and_unpacks_and_executes_nothing(index: Index) -> None:
    assert get_release.get("nova-1.0", index.hashes, index.build) == index.build / "nova-1.0"
    assert index.tree() == FILES
    assert sorted(path.name for path in index.folder.iterdir()) == ["build", "index"]


def test_second_time_asks_nobody(index: Index) -> None:
    get_release.get("nova-1.0", index.hashes, index.build)
    index.archive.unlink()
    (index.archive.parent / "index.html").unlink()
    assert get_release.get("nova-1.0", index.hashes, index.build) == index.build / "nova-1.0"


def test_other_bytes_are_refused(index: Index) -> None:
    message = f"nova-1.0.tar.gz: its SHA-256 is {index.hashes['nova-1.0']}, and releases.toml says {'0' * 64}"
    with pytest.raises(get_release.GetError, match=re.escape(message)):
        get_release.get("nova-1.0", {"nova-1.0": "0" * 64}, index.build)
    assert list(index.build.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "link"),
    [("../escaped", ""), ("nova-1.0/link", "/etc/passwd"), ("nova-1.0/link", "../../../index")],
)
def test_what_leads_out_of_the_folder_is_refused(index: Index, name: str, link: str) -> None:
    member = tarfile.TarInfo(name)
    if link:
        member.type, member.linkname = tarfile.SYMTYPE, link
    index.write([(tarfile.TarInfo("nova-1.0/setup.py"), b""), (member, b"")])
    with pytest.raises(get_release.GetError, match=r"nova-1\.0\.tar\.gz: cannot be unpacked: "):
        get_release.get("nova-1.0", index.hashes, index.build)
    assert list(index.build.iterdir()) == []


def test_release_that_is_not_listed(index: Index) -> None:
    with pytest.raises(get_release.GetError, match=r"^nova-2\.0: not listed in releases\.toml$"):
        get_release.get("nova-2.0", index.hashes, index.build)


def test_release_that_the_index_lacks(index: Index) -> None:
    with pytest.raises(get_release.GetError, match=r"^nova-2\.0: the package index has no such source distribution$"):
        get_release.get("nova-2.0", {"nova-2.0": "0" * 64}, index.build)


def test_unreachable_index_is_one_line(
    index: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Port 9 ("discard") of this machine: nobody answers.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setattr(get_release, "BUILD", index.build)
    assert get_release.main(["nova-34.0.0"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("nova-34.0.0: cannot be downloaded: ")
