"""Record the periodic tasks that the tests compare with, from Nova itself, by other means than the package's.

    python tests/openstack/record_periodic_tasks.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For every final release (the first of each series) among the clone's tags, and for every release given as a folder, it
writes ``tests/expected/<release>/periodic_tasks.json``: of each decorated method the file and the line of its ``def``.
It looks for lines that begin with the decorator, and for the ``class`` and ``def`` around them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.catalog.record_folders import tags

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPECTED = Path(__file__).parent.parent / "expected"
LINE = re.compile(r"^(?:class (?P<class>\w+)|    (?P<task>@(?:\w+\.)?periodic_task\b)|    def (?P<def>\w+))")


def found(path: str, text: str) -> Iterator[tuple[str, list[object]]]:
    class_, waiting = "", False
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line)
        if match and match["class"]:
            class_, waiting = match["class"], False
        elif match and match["task"]:
            waiting = True
        elif match and waiting:
            yield f"{class_}.{match['def']}", [path, number]
            waiting = False


def in_clone(clone: str, tag: str) -> Iterator[tuple[str, str]]:
    command = ["git", "-C", clone, "grep", "-l", "-e", "periodic_task", tag, "--", "nova/*.py", ":!*/tests/*"]
    listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    for path in (line.partition(":")[2] for line in listed.splitlines()):
        shown = subprocess.run(["git", "-C", clone, "show", f"{tag}:{path}"], check=True, capture_output=True)
        yield path, shown.stdout.decode("utf-8", "replace")


def in_folder(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("nova/**/*.py")):
        name = path.relative_to(folder).as_posix()
        if "/tests/" not in name:
            yield name, path.read_text(encoding="utf-8")


def main() -> None:
    clone, *folders = sys.argv[1:]
    releases = {tag: in_clone(clone, tag) for tag in tags(clone)}
    releases |= {name: in_folder(Path(folder)) for name, _, folder in (given.partition("=") for given in folders)}
    for release, files in releases.items():
        tasks = dict(sorted(task for path, text in files for task in found(path, text)))
        file = EXPECTED / release / "periodic_tasks.json"
        file.parent.mkdir(exist_ok=True)
        lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(place)}" for name, place in tasks.items())
        file.write_text(f"{{\n{lines}\n}}\n" if tasks else "{}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
