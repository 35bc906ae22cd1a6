"""Get source distributions from the package index and unpack them under build/, executing nothing of them.

``pip download`` is no way to do it: it runs the build backend of a source distribution to learn its dependencies.

    python tools/get_release.py              the release that the documentation is built from
    python tools/get_release.py --all        every release of releases.toml
    python tools/get_release.py nova-30.0.0  this one

Prints the folder of each. What is there already costs nothing and needs no network.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


class GetError(Exception):
    """A release that cannot be had; the text says why, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Get what the command line names; return the exit status, 1 if there is one that cannot be had."""
    with (ROOT / "releases.toml").open("rb") as file:
        releases = tomllib.load(file)
    parser = argparse.ArgumentParser(description="Get releases from the package index, executing nothing of them.")
    parser.add_argument("release", nargs="*", default=[releases["docs"]], help="such as %(default)s")
    parser.add_argument("--all", action="store_true", help="every release of releases.toml")
    options = parser.parse_args(arguments)
    try:
        for release in releases["sha256"] if options.all else options.release:
            print(get(release, releases["sha256"], BUILD))
    except GetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def get(release: str, hashes: Mapping[str, str], folder: Path) -> Path:
    """Return the folder ``folder/release``, downloading and unpacking it first if it is not there.

    ``release`` is NAME-VERSION, a key of ``hashes``, which maps it to the SHA-256 of the archive. Raise
    :class:`GetError` if it is not listed, cannot be found or downloaded, or is not the archive that it should be.
    """
    target = folder / release
    if target.is_dir():
        return target
    if release not in hashes:
        message = f"{release}: not listed in releases.toml"
        raise GetError(message)
    folder.mkdir(parents=True, exist_ok=True)
    # In the same folder, so that the last step is a rename: a release is there whole or not at all.
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{release}-") as scratch:
        archive = download(release, Path(scratch))
        unpack(archive, hashes[release], Path(scratch) / "tree").rename(target)
    return target


def download(release: str, folder: Path) -> Path:
    """Download the source distribution of ``release`` into ``folder`` and return the file."""
    # Imported when needed: a release that is there already is found without it.
    from unearth import PackageFinder, UnpackError, URLError  # noqa: PLC0415
    from unearth.preparer import HTTPErrors, download_link  # noqa: PLC0415

    failures: tuple[type[Exception], ...] = (UnpackError, URLError, OSError, *HTTPErrors)
    name, _, version = release.rpartition("-")
    finder = PackageFinder(index_urls=_index_urls(), no_binary=[name], ignore_compatibility=True)
    try:
        best = finder.find_best_match(f"{name}=={version}").best
        if best is None:
            message = f"{release}: the package index has no such source distribution"
            raise GetError(message)
        return download_link(finder.session, best.link, folder)
    except failures as error:
        message = f"{release}: cannot be downloaded: {error}"
        raise GetError(message) from error


def unpack(archive: Path, sha256: str, folder: Path) -> Path:
    """Check ``archive`` against ``sha256``, unpack it into ``folder`` and return the one folder that it holds."""
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        message = f"{archive.name}: its SHA-256 is {digest}, and releases.toml says {sha256}"
        raise GetError(message)
    try:
        with tarfile.open(archive) as tar:
            # The "data" filter refuses what would end up outside of the folder, and special files.
            tar.extractall(folder, filter="data")
    except tarfile.TarError as error:
        message = f"{archive.name}: cannot be unpacked: {error}"
        raise GetError(message) from error
    [tree] = folder.iterdir()
    return tree


def _index_urls() -> list[str]:
    """Return the index that pip is configured to ask; none means the default one of pip and unearth alike."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return [url]
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return [answer.stdout.strip()] if answer.returncode == 0 else []


if __name__ == "__main__":
    sys.exit(main())
