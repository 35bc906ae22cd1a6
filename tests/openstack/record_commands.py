"""Record the commands that the tests compare with, from Nova itself, by other means than the package's.

    python tests/openstack/record_commands.py path/to/nova [34.0.0=path/to/unpacked/nova-34.0.0 ...]

For every final release (the first of each series) among the clone's tags, and for every release given as a folder, it
writes ``tests/expected/<release>/commands.json``: of each command its file and line, and whether it is ``external`` or
``missing``. It reads the metadata with regular expressions alone.
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
    from collections.abc import Callable, Iterator

EXPECTED = Path(__file__).parent.parent / "expected"
DECLARED = re.compile(r"""^[ \t]*([\w-]+)[ \t]*=[ \t]*"?([\w.]+):(\w+)"?""", re.MULTILINE)
SETUP_CFG = re.compile(r"^(?:console|wsgi)_scripts[ \t]*=((?:\n[ \t]+.*)+)", re.MULTILINE)
PYPROJECT = re.compile(r"^\[project\.scripts\]((?:\n[^\[\n].*)+)", re.MULTILINE)


def found(read: Callable[[str], str | None], paths: list[str]) -> Iterator[tuple[str, list[object]]]:
    for file, section in (("setup.cfg", SETUP_CFG), ("pyproject.toml", PYPROJECT)):
        text = read(file) or ""
        for name, module, function in DECLARED.findall("\n".join(section.findall(text))):
            stem = module.replace(".", "/")
            path = next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in paths), None)
            at = line(f"^ *{name} *=", text)
            if path:
                yield name, [path, line(f"^def {function}\\(", read(path))]
            else:
                yield name, [file, at, "missing" if module.startswith("nova.") else "external"]
    listed = re.findall(r"'((?:bin|tools)/[\w-]+)'", read("setup.py") or "")
    for path in {*listed, *(path for path in paths if re.fullmatch("bin/[^/]+", path))}:
        yield path.rpartition("/")[2], [path, line("^if __name__ ==", read(path))]
    for path in paths:
        text = read(path) if re.fullmatch(r"nova/wsgi/[^/]+\.py", path) else None
        made = re.search(r"^ *application = \w+\.(\w+)\(", text or "", re.MULTILINE)
        if text and made:
            program = re.search(r'^PROG = "(.*)"', text, re.MULTILINE)
            name = re.search(r'^NAME = "(.*)"', text, re.MULTILINE)
            yield (
                program[1] if program else f"nova-{name[1]}" if name else Path(path).stem,
                [path, line(f"^ *application = .*{made[1]}", text)],
            )


def line(pattern: str, text: str | None) -> int:
    match = re.search(pattern, text or "", re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if text and match else 1


def main(clone: str, *folders: str) -> None:
    for tag in tags(clone):
        listed = subprocess.run(
            ["git", "-C", clone, "ls-tree", "-r", "--name-only", tag], check=True, text=True, capture_output=True
        )
        paths = listed.stdout.splitlines()

        def read(path: str, tag: str = tag) -> str | None:
            run = subprocess.run(["git", "-C", clone, "show", f"{tag}:{path}"], check=False, capture_output=True)
            return run.stdout.decode("latin-1") if run.returncode == 0 else None

        write(tag, read, paths)
    for folder in folders:
        release, _, root = folder.partition("=")

        def read_file(path: str, root: Path = Path(root)) -> str | None:
            return (root / path).read_text("latin-1") if (root / path).exists() else None

        write(release, read_file, [path.relative_to(root).as_posix() for path in Path(root).rglob("*")])


def write(release: str, read: Callable[[str], str | None], paths: list[str]) -> None:
    commands: dict[str, list[object]] = {}
    for name, about in found(read, sorted(paths)):
        commands.setdefault(name, about)
    lines = [f" {json.dumps(name)}: {json.dumps(commands[name])}" for name in sorted(commands)]
    (EXPECTED / release / "commands.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
