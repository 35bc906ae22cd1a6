"""Record the names that the tests of the catalogue compare with, from Nova itself.

    python tests/catalog/record_folders.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For every final release (the first of each series) among the clone's tags, and for every release given as a folder,
it writes ``tests/expected/<release>/folders.json``: the folders at the top and directly under the package. Into
``tests/catalog/presence.json`` goes, for every path in the bundled catalogue, in which of these releases it is.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from sphinxext.nova import catalog, releases

EXPECTED = Path(__file__).parent.parent / "expected"
PRESENCE = Path(__file__).parent / "presence.json"
FINAL = re.compile(r"20\d\d\.\d|2015\.1\.0|\d\d\.0\.0")


def tags(clone: str) -> list[str]:
    """Return the tag of each series' first release, oldest first."""
    listed = subprocess.run(["git", "-C", clone, "tag"], check=True, capture_output=True, text=True).stdout
    return sorted(filter(FINAL.fullmatch, listed.split()), key=releases.parse)


def names_of_tag(clone: str, tag: str) -> tuple[set[str], set[str]]:
    """Return the folders and the files of a tag."""
    command = ["git", "-C", clone, "ls-tree", "-r", "-t", "-z", tag]
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="surrogateescape")
    folders, files = set(), set()
    for line in filter(None, listed.split("\0")):
        about, path = line.split("\t", 1)
        (folders if about.split()[1] == "tree" else files).add(path)
    return folders, files


def names_of_folder(root: Path) -> tuple[set[str], set[str]]:
    """Return the folders and the files of an unpacked source distribution."""
    paths = list(root.rglob("*"))
    folders = {path.relative_to(root).as_posix() for path in paths if path.is_dir()}
    return folders, {path.relative_to(root).as_posix() for path in paths} - folders


def two_levels(folders: set[str]) -> dict[str, list[str]]:
    """Keep the names of the folders at the top and directly under the package."""
    return {
        "top": sorted(path for path in folders if "/" not in path),
        "nova": sorted(path.split("/")[1] for path in folders if path.startswith("nova/") and path.count("/") == 1),
    }


def runs(present: list[bool], names: list[str]) -> str:
    """Write down a set of releases as ranges: ``2010.1-2012.2 2013.2``."""
    text = "".join("x" if there else " " for there in present)
    return " ".join(
        names[run.start()] if run.end() - run.start() == 1 else f"{names[run.start()]}-{names[run.end() - 1]}"
        for run in re.finditer("x+", text)
    )


def main(clone: str, *folders: str) -> None:
    trees = {tag: names_of_tag(clone, tag) for tag in tags(clone)}
    for folder in folders:
        release, _, root = folder.partition("=")
        trees[release] = names_of_folder(Path(root))
    for release, (names, _) in trees.items():
        path = EXPECTED / release / "folders.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(two_levels(names), indent=1) + "\n")
    presence = {
        path: runs([path in names or path in files for names, files in trees.values()], list(trees))
        for path in sorted(catalog.bundled().paths)
    }
    PRESENCE.write_text(json.dumps(presence, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
