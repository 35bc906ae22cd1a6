"""Git repositories of trees, and what is broken in them afterwards."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from fuzz.tree import Sparse, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fuzz.tree import Content, Tree

_WHO: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A Tester", "EMAIL": "tester@example.org", "DATE": "2013-10-17T12:00:00Z"}.items()
}
_PATIENCE: Final = 20
"""Seconds; a repository that is made in more of them is one that is half made."""
_PROGRAM: Final = "sh -c ': > \"$FUZZ_MARKER\"; cat'"
"""What no command of git may run."""
_HOSTILE: Final = f"""
[core]
    fsmonitor = "{_PROGRAM.replace('"', chr(92) + '"')}"
    pager = "{_PROGRAM.replace('"', chr(92) + '"')}"
    sshCommand = "{_PROGRAM.replace('"', chr(92) + '"')}"
    alternateRefsCommand = "{_PROGRAM.replace('"', chr(92) + '"')}"
[filter "planted"]
    clean = "{_PROGRAM.replace('"', chr(92) + '"')}"
    smudge = "{_PROGRAM.replace('"', chr(92) + '"')}"
    process = "{_PROGRAM.replace('"', chr(92) + '"')}"
[diff "planted"]
    textconv = "{_PROGRAM.replace('"', chr(92) + '"')}"
"""


def make(tree: Tree, folder: Path) -> None:
    """Write the tree as a repository: what is committed in two commits and two tags, then the present files."""
    committed: dict[str, Content] = {
        path: content for path, content in tree.committed.items() if not isinstance(content, Sparse)
    }
    half = dict(sorted(committed.items())[::2])
    write(half, folder)
    _git(folder, "init", "-q", "-b", "main")
    _commit(folder, "first")
    write(committed, folder)
    _commit(folder, "2013.2")
    git_folder = folder / ".git"
    # What asks git comes first: of a damaged repository git may never give an answer.
    for name, seed in sorted(tree.damage, key=lambda damage: (damage[0] != "sparse", _LATE.get(damage[0], 0))):
        try:
            DAMAGE[name](git_folder, random.Random(seed))
        except (OSError, IndexError, ValueError):
            continue  # Another damage has left nothing to break.
    if tree.bare:
        for path in sorted(folder.iterdir()):
            if path.name != ".git":
                _remove(path)
        for path in sorted(git_folder.iterdir()) if git_folder.is_dir() else ():
            path.rename(folder / path.name)
        return
    for path in sorted(folder.iterdir()):
        if path.name != ".git":
            _remove(path)
    write(tree.files, folder)


def _remove(path: Path) -> None:
    if not path.is_symlink() and path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _git(folder: Path, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= _WHO | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            ["git", "-C", str(folder), "-c", "gc.auto=0", "-c", "core.fsync=none", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=_PATIENCE,
        )


def _commit(folder: Path, tag: str) -> None:
    _git(folder, "add", "-A", "--ignore-errors")
    _git(folder, "commit", "-q", "--allow-empty", "--no-verify", "-m", tag)
    _git(folder, "tag", tag)


# --- what is broken


def _garbage(chance: random.Random) -> bytes:
    return chance.choice(
        (
            b"",
            b"\0" * 100,
            chance.randbytes(200),
            b"ref: refs/heads/main\n" * 3,
            b"ref: ref: \n",
            b"0" * 40 + b"\n",
            b"f" * 40 + b"\n",
            b"9" * 6000 + b"\n",
            "ref: refs/heads/\u202e\x1b[31m\n".encode(),
        )
    )


def _overwrite(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        (folder / name).write_bytes(_garbage(chance))

    return damage


def _truncate(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: chance.randrange(len(data) + 1)])

    return damage


def _flip(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, chance: random.Random) -> None:
        data = bytearray((folder / name).read_bytes())
        for _ in range(chance.choice((1, 3, 20))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (folder / name).write_bytes(data)

    return damage


def _fifo(name: str) -> Callable[[Path, random.Random], None]:
    def damage(folder: Path, _chance: random.Random) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return damage


def _objects(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "objects").glob("??/*") if path.is_file())


def _lose_object(folder: Path, chance: random.Random) -> None:
    chance.choice(_objects(folder)).unlink()


def _lose_most_objects(folder: Path, chance: random.Random) -> None:
    for path in _objects(folder):
        if chance.random() < 0.7:
            path.unlink()


def _spoil_object(folder: Path, chance: random.Random) -> None:
    path = chance.choice(_objects(folder))
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(chance.choice((b"", data[: len(data) // 2], chance.randbytes(60))))


def _forge_object(folder: Path, chance: random.Random) -> None:
    """Put the bytes of one object under the id of another."""
    one, other = chance.sample(_objects(folder), 2)
    one.chmod(0o644)
    one.write_bytes(other.read_bytes())


def _file_for_folder(folder: Path, chance: random.Random) -> None:
    """Put a file in the place of ``.git``, as submodules and work trees have it."""
    shutil.rmtree(folder)
    folder.write_bytes(
        chance.choice((b"gitdir: .\n", b"gitdir: .git\n", b"gitdir: /\n", b"gitdir: /nonexistent\n", b"\xff\0", b""))
    )


def _no_folder(folder: Path, chance: random.Random) -> None:
    """Leave parts of ``.git`` out."""
    for name in chance.sample(("objects", "refs", "HEAD", "config", "index"), chance.choice((1, 2, 3))):
        _remove(folder / name)


def _config(folder: Path, chance: random.Random) -> None:
    text = chance.choice(
        (
            _HOSTILE,
            "[core]\n\tbare = true\n",
            "[core]\n\tworktree = /\n",
            "[core]\n\tworktree = ../../..\n",
            "[core]\n\trepositoryformatversion = 99\n",
            "[extensions]\n\tobjectFormat = sha256\n",
            '[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n\turl = /nonexistent\n',
            "[include]\n\tpath = config\n",
            "[include]\n\tpath = /dev/zero\n",
            '[remote "origin"]\n\turl = https://\u202eexample.org/\x1b[31m"><script>\n',
            '[remote "origin"]\n\turl = javascript:alert(1)\n',
            "[core\n",
            "[a]\n" + "\tb = " + "c" * 100_000 + "\n",
        )
    )
    with (folder / "config").open("ab") as file:
        file.write(text.encode())


def _attributes(folder: Path, _chance: random.Random) -> None:
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "attributes").write_bytes(b"* filter=planted diff=planted text=auto\n")
    _config_hostile(folder)


def _config_hostile(folder: Path) -> None:
    with (folder / "config").open("ab") as file:
        file.write(_HOSTILE.encode())


def _odd_refs(folder: Path, chance: random.Random) -> None:
    commit = (folder / "refs" / "heads" / "main").read_bytes()
    for name in chance.sample(
        (
            b"refs/tags/" + b"9" * 200,
            b"refs/tags/" + b"9" * 200 + b".0",
            "refs/tags/\u202e34.0.0".encode(),
            "refs/tags/日本語".encode(),
            b"refs/tags/\xff\xfe",
            b"refs/tags/v-1",
            b"refs/tags/34.0.0.0rc1",
            b"refs/tags/1!2.0",
            b"refs/tags/<script>",
            b"refs/heads/-rf",
            b"refs/heads/a@{b",
        ),
        4,
    ):
        place = os.fsencode(folder) + b"/" + name
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120 - a name in bytes
        with open(place, "wb") as file:  # noqa: PTH123
            file.write(commit)


def _packed_refs(folder: Path, chance: random.Random) -> None:
    commit = (folder / "refs" / "heads" / "main").read_bytes().strip()
    line = chance.choice((b" refs/tags/" + b"7" * 6000, b" refs/tags/34.0.0", b" \x1b[31m", b""))
    (folder / "packed-refs").write_bytes((commit + line + b"\n") * chance.choice((1, 3, 2000)))


def _sparse(folder: Path, chance: random.Random) -> None:
    """Mark files as left out of the work tree, which they then are, or are not."""
    names = subprocess.run(
        ["git", "-C", str(folder.parent), "ls-files", "-z"], capture_output=True, check=False
    ).stdout.split(b"\0")[:-1]
    for name in chance.sample(names, min(3, len(names))):
        _git(folder.parent, "update-index", "--skip-worktree", os.fsdecode(name))


def _alternates(folder: Path, chance: random.Random) -> None:
    (folder / "objects" / "info").mkdir(exist_ok=True)
    (folder / "objects" / "info" / "alternates").write_bytes(
        chance.choice((b".\n", b"../objects\n", b"/dev\n", b"/nonexistent\n", b"\0\n"))
    )


def _grafts(folder: Path, chance: random.Random) -> None:
    name = chance.choice(("shallow", "info/grafts"))
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes((folder / "refs" / "heads" / "main").read_bytes())


def _locks(folder: Path, _chance: random.Random) -> None:
    for name in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock"):
        (folder / name).touch()


def _loop(folder: Path, chance: random.Random) -> None:
    name = chance.choice(("HEAD", "index", "config", "objects", "refs"))
    _remove(folder / name)
    (folder / name).symlink_to(chance.choice((name, "..", "/dev/zero", "/etc/passwd", "/nonexistent")))


DAMAGE: Final[dict[str, Callable[[Path, random.Random], None]]] = {
    "HEAD overwritten": _overwrite("HEAD"),
    "index overwritten": _overwrite("index"),
    "config overwritten": _overwrite("config"),
    "branch overwritten": _overwrite("refs/heads/main"),
    "tag overwritten": _overwrite("refs/tags/2013.2"),
    "index truncated": _truncate("index"),
    "index flipped": _flip("index"),
    "config flipped": _flip("config"),
    "config is a pipe": _fifo("config"),
    "HEAD is a pipe": _fifo("HEAD"),
    "index is a pipe": _fifo("index"),
    "packed-refs is a pipe": _fifo("packed-refs"),
    "an object lost": _lose_object,
    "most objects lost": _lose_most_objects,
    "an object spoilt": _spoil_object,
    "an object forged": _forge_object,
    "a file for .git": _file_for_folder,
    "parts of .git left out": _no_folder,
    "settings": _config,
    "attributes": _attributes,
    "odd refs": _odd_refs,
    "packed refs": _packed_refs,
    "sparse": _sparse,
    "alternates": _alternates,
    "grafts": _grafts,
    "locks": _locks,
    "loop": _loop,
}
"""What can be broken in a folder ``.git``, by the names that recipes have."""
_LATE: Final = {name: 1 for name in DAMAGE if name.endswith("is a pipe")} | {"loop": 2}
"""What comes last: nothing else may read a pipe or write through a link that leads out of the tree."""
