"""Record the database functions that the tests compare with, from Nova itself, by other means than the package's.

    python -m tests.openstack.record_database path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

``tests/expected/database.json`` says of every tag and folder how many public functions each module of the ``db``
package has, how many functions of these have a decorator that opens a transaction, to read and to write, and how many
remotable methods objects have (of objects, of classes). For the folders, ``tests/expected/<release>/database.json`` has
the file, line, name and access of each function with such a decorator, those of objects too. It reads the files with
regular expressions alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sphinxext.nova import releases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXPECTED = Path(__file__).parent.parent / "expected"
MODULES = ("nova/db/api.py", "nova/db/sqlalchemy/api.py", "nova/db/main/api.py", "nova/db/api/api.py")
PUBLIC = re.compile(r"^def [a-z]", re.MULTILINE)
DECORATED = re.compile(r"^(?P<decorators>(?:[ ]*@.*\n(?:[ ]{8,}[^@ ].*\n)*)+)[ ]*def (?P<name>\w+)", re.MULTILINE)
TRANSACTION = re.compile(r"(?<!wrap_db_)(?:\b|_)(reader|writer)\b|\bpick_context_manager_(reader|writer)|(select_db_r)")
REMOTABLE = re.compile(r"^[ ]*@[ ]?\w+\.(remotable(?:_classmethod)?)$")


def counts(read: Callable[[str], str | None], paths: list[str]) -> dict[str, int]:
    found = {path: len(PUBLIC.findall(text)) for path in MODULES if (text := read(path))}
    of_objects = of_classes = 0
    for path in paths:
        for decorators, _, _ in decorated(read(path) or "") if is_of_objects(path) else ():
            lines = decorators.splitlines()
            names = [match[1] for line in lines if (match := REMOTABLE.match(line.rstrip()))]
            is_class = "remotable_classmethod" in names or any(line.strip() == "@classmethod" for line in lines)
            of_classes += bool(names) and is_class
            of_objects += bool(names) and not is_class
    opened = [row[1] for place, row in transactions(read, paths).items() if place.partition(":")[0] in MODULES]
    return {
        **found,
        "remotable": of_objects,
        "remotable of classes": of_classes,
        "read": opened.count("read"),
        "write": opened.count("write"),
    }


def decorated(text: str) -> list[tuple[str, str, int]]:
    return [
        (match["decorators"], match["name"], text.count("\n", 0, match.start("name")) + 1)
        for match in DECORATED.finditer(text)
    ]


def is_of_objects(path: str) -> bool:
    return re.fullmatch(r"nova/objects/\w+\.py", path) is not None


def transactions(read: Callable[[str], str | None], paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        if path in MODULES or is_of_objects(path):
            for decorators, name, line in decorated(read(path) or ""):
                opened = TRANSACTION.search(decorators)
                if opened:
                    access = "write" if "writer" in opened.groups() else "read"
                    found[f"{path}:{line}"] = [name, access]
    return found


def of_tag(clone: str, tag: str) -> tuple[Callable[[str], str | None], list[str]]:
    command = ["git", "-C", clone, "ls-tree", "-r", "-z", "--name-only", tag, "nova/db", "nova/objects"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    paths = sorted(path for path in listed if path.endswith(".py") and (path in MODULES or is_of_objects(path)))
    asked = "".join(f"{tag}:{path}\n" for path in paths).encode()
    batch = subprocess.run(["git", "-C", clone, "cat-file", "--batch"], check=True, capture_output=True, input=asked)
    texts, rest = {}, batch.stdout
    for path in paths:
        head, rest = rest.split(b"\n", 1)
        size = int(head.split()[-1])
        texts[path], rest = rest[:size].decode(errors="replace"), rest[size + 1 :]
    return texts.get, paths


def of_folder(root: Path) -> tuple[Callable[[str], str | None], list[str]]:
    paths = sorted(path.relative_to(root).as_posix() for path in root.glob("nova/**/*.py") if "tests" not in path.parts)
    return lambda path: (root / path).read_text() if (root / path).is_file() else None, paths


def keep(release: str, found: Mapping[str, list[str]]) -> None:
    rows = [f" {json.dumps(place)}: {json.dumps(row)}" for place, row in found.items()]
    folder = EXPECTED / release
    folder.mkdir(exist_ok=True)
    (folder / "database.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


def main(clone: str, *folders: str) -> None:
    listed = subprocess.run(["git", "-C", clone, "tag"], check=True, capture_output=True, text=True).stdout.split()
    first = releases.parse("2010.1")
    wanted = [tag for tag in listed if tag[0].isdigit() and (one := releases.parse(tag)) and one >= first]
    found = {tag: counts(*of_tag(clone, tag)) for tag in wanted}
    for folder in folders:
        release, _, path = folder.partition("=")
        read, paths = of_folder(Path(path))
        found[release] = counts(read, paths)
        keep(release, transactions(read, paths))
    rows = [f" {json.dumps(tag)}: {json.dumps(found[tag])}" for tag in sorted(found, key=releases.parse)]
    (EXPECTED / "database.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
