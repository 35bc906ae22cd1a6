"""What is done to a tree: to bytes, to tokens and lines, to programs, to files and folders, to metadata and to git.

Each mutation changes a tree in place and takes all its choices from the generator that it is given, so that a mutation
is a name and a number, and the same two do the same to the same tree.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

from fuzz import hostile
from fuzz.hostile import DECORATORS, METADATA, NAMES, PIECES, STATEMENTS, TARGETS, size
from fuzz.repository import DAMAGE
from fuzz.structures import STRUCTURES
from fuzz.tree import Fifo, Folder, Link, Sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.tree import Tree

MAX_BYTES: Final = 3_000_000
"""How large a mutated file may become: somewhat more than what is read."""
_TOKEN: Final = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*|\d+|'[^'\n]*'|\"[^\"\n]*\"|\s+|.", re.DOTALL)
_NAME: Final = re.compile(rb"[A-Za-z_][A-Za-z_0-9]{2,}")
_CONSTANT: Final = re.compile(rb"(?<![A-Za-z_0-9'\"])(?:\d+|'[^'\n]*'|\"[^\"\n]*\"|None|True|False)(?![A-Za-z_0-9'\"])")
_METADATA: Final = re.compile(
    r"(setup\.cfg|pyproject\.toml|PKG-INFO|entry_points\.txt|api-paste\.ini|MANIFEST\.in|version\.py)$"
)


def _text_file(tree: Tree, chance: random.Random) -> str | None:
    """Choose a file: a Python file of the package mostly."""
    found = tree.texts()
    files = sorted(found)
    if not files:
        return None
    inside = [
        path for path in files if path.endswith(".py") and "/" in path and not path.startswith(("doc", "sphinxext"))
    ]
    if not inside or chance.random() > 0.9:
        return chance.choice(files)
    return chance.choices(inside, [min(len(found[path]), 3000) + 20 for path in inside])[0]


def _change(
    tree: Tree, chance: random.Random, change: Callable[[bytes, random.Random], bytes], path: str | None = None
) -> None:
    path = path or _text_file(tree, chance)
    data = None if path is None else tree.files[path]
    if path is not None and isinstance(data, bytes):
        tree.files[path] = change(data, chance)[:MAX_BYTES]


def _utf8(text: str) -> bytes:
    return text.encode(
        "utf-8", "surrogateescape" if any("\udc80" <= character <= "\udcff" for character in text) else "surrogatepass"
    )


# --- bytes


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.paretovariate(0.5)))


def flip(tree: Tree, chance: random.Random) -> None:
    """Change single bits or bytes."""

    def change(data: bytes, chance: random.Random) -> bytes:
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5, 20)) if data else 0):
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return bytes(changed)

    _change(tree, chance, change)


def truncate(tree: Tree, chance: random.Random) -> None:
    """Cut a file off at either end."""

    def change(data: bytes, chance: random.Random) -> bytes:
        place = chance.randrange(len(data) + 1)
        return data[:place] if chance.random() < 0.8 else data[place:]

    _change(tree, chance, change)


def remove(tree: Tree, chance: random.Random) -> None:
    """Leave some bytes out."""

    def change(data: bytes, chance: random.Random) -> bytes:
        start, end = _span(data, chance)
        return data[:start] + data[end:]

    _change(tree, chance, change)


def insert(tree: Tree, chance: random.Random) -> None:
    """Put a piece of syntax, once or very often, or random bytes into a file."""

    def change(data: bytes, chance: random.Random) -> bytes:
        start, end = _span(data, chance)
        piece = chance.choice(PIECES) if chance.random() < 0.9 else chance.randbytes(chance.choice((1, 4, 40)))
        return data[:start] + piece * chance.choice((1, 1, 1, 1, 10, 300, 3000)) + data[chance.choice((start, end)) :]

    _change(tree, chance, change)


def splice(tree: Tree, chance: random.Random) -> None:
    """Put a part of another file into a file."""
    other = _text_file(tree, chance)

    def change(data: bytes, chance: random.Random) -> bytes:
        from_ = tree.files[other] if other is not None else b""
        assert isinstance(from_, bytes)
        start, end = _span(data, chance)
        first, last = sorted(chance.randrange(len(from_) + 1) for _ in range(2))
        return data[:start] + from_[first:last] + data[chance.choice((start, end)) :]

    _change(tree, chance, change)


def encoding(tree: Tree, chance: random.Random) -> None:
    """Change how a file is encoded, how its lines end, and what it says of that."""

    def change(data: bytes, chance: random.Random) -> bytes:
        text = data.decode("utf-8", "replace")
        place = chance.randrange(len(data) + 1)
        return chance.choice(
            (
                lambda: b"\xef\xbb\xbf" + data,
                lambda: b"\xef\xbb\xbf" * 3 + data,
                lambda: text.encode("utf-16"),
                lambda: text.encode("utf-32"),
                lambda: text.encode("utf-7"),
                lambda: (
                    b"# -*- coding: "
                    + chance.choice(
                        (b"latin-1", b"utf-7", b"utf-16", b"rot13", b"hex", b"zlib", b"idna", b"undefined", b"\xff")
                    )
                    + b" -*-\n"
                    + data
                ),
                lambda: (
                    data[:place]
                    + chance.choice((b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\0", b"\0" * 1000))
                    + data[place:]
                ),
                lambda: data.replace(b"\n", b"\r\n"),
                lambda: data.replace(b"\n", b"\r"),
                lambda: data.replace(
                    b"\n", chance.choice((b"\n\r", b"\x0c\n", b"\\\n", b"\x0b\n", "\u2028".encode(), "\x85".encode()))
                ),
                lambda: data.replace(b"    ", b"\t"),
                lambda: data.replace(
                    b"    ", chance.choice((b"        ", b" ", b"", b"\t ", b"\x0c    ", "\u3000".encode()))
                ),
                lambda: data.rstrip(b"\n"),
                lambda: b"",
                lambda: b"\0" * len(data),
            )
        )()

    _change(tree, chance, change)


# --- tokens and lines


def tokens(tree: Tree, chance: random.Random) -> None:
    """Swap, leave out or repeat tokens."""

    def change(data: bytes, chance: random.Random) -> bytes:
        found = _TOKEN.findall(data)
        for _ in range(chance.choice((1, 1, 2, 5)) if found else 0):
            one, other = chance.randrange(len(found)), chance.randrange(len(found))
            match chance.randrange(4):
                case 0:
                    found[one], found[other] = found[other], found[one]
                case 1:
                    found[one] = b""
                case 2:
                    found[one] = found[one] * chance.choice((2, 2, 50))
                case 3:
                    found[one] = found[other]
        return b"".join(found)

    _change(tree, chance, change)


def lines(tree: Tree, chance: random.Random) -> None:
    """Swap, leave out, repeat, move or indent lines."""

    def change(data: bytes, chance: random.Random) -> bytes:
        found = data.splitlines(keepends=True)
        if not found:
            return data
        start = chance.randrange(len(found))
        end = min(len(found), start + chance.choice((1, 1, 2, 5, 20)))
        block = found[start:end]
        match chance.randrange(6):
            case 0:
                found[start:end] = []
            case 1:
                found[start:end] = block * chance.choice((2, 2, 3, 100, 2000))
            case 2:
                found[start:end] = []
                place = chance.randrange(len(found) + 1)
                found[place:place] = block
            case 3:
                space = chance.choice((b" ", b"\t", b"    ", b"        "))
                found[start:end] = [space + line for line in block]
            case 4:
                found[start:end] = [line.lstrip(b" \t") for line in block]
            case 5:
                chance.shuffle(found)
        return b"".join(found)

    _change(tree, chance, change)


def names(tree: Tree, chance: random.Random) -> None:
    """Put another name of the tree in the place of one, in one place or everywhere."""
    other = _text_file(tree, chance)
    from_ = tree.files[other] if other is not None else b""
    assert isinstance(from_, bytes)
    known = _NAME.findall(from_)

    def change(data: bytes, chance: random.Random) -> bytes:
        found = list(_NAME.finditer(data))
        if not found or not known:
            return data
        for _ in range(chance.choice((1, 1, 3))):
            old, new = chance.choice(found), chance.choice(known)
            if chance.random() < 0.4:
                return data.replace(old[0], new)
            data = data[: old.start()] + new + data[old.end() :]
        return data

    _change(tree, chance, change)


def literals(tree: Tree, chance: random.Random) -> None:
    """Put hostile expressions in the place of constants."""

    def change(data: bytes, chance: random.Random) -> bytes:
        found = list(_CONSTANT.finditer(data))
        for old in sorted(
            chance.sample(found, min(len(found), chance.choice((1, 1, 2, 5)))), key=lambda one: -one.start()
        ):
            data = data[: old.start()] + hostile.literal(chance).encode() + data[old.end() :]
        return data

    _change(tree, chance, change)


def texts(tree: Tree, chance: random.Random) -> None:
    """Put hostile texts into strings, comments, names and docstrings."""

    def change(data: bytes, chance: random.Random) -> bytes:
        text = hostile.text(chance)
        written = chance.choice((text, ascii(text)[1:-1]))
        found = list(re.finditer(rb"'[^'\n]*'|\"\"\"|#[^\n]*|(?<=def )\w+|(?<=class )\w+", data))
        if not found:
            return data + b"# " + _utf8(written)
        place = chance.choice(found)
        middle = place.end() - 1 if place[0][:1] == b"'" else place.end()
        return data[:middle] + _utf8(written) + data[middle:]

    _change(tree, chance, change)


def everywhere(tree: Tree, chance: random.Random) -> None:
    """Give one thing of the tree a hostile name wherever a string or an entry point says it."""
    files = {path: data for path, data in tree.texts().items() if path.endswith((".py", ".cfg", ".toml"))}
    words = sorted({word for data in files.values() for word in re.findall(rb"['\"]([\w.-]{3,40})['\"]", data)})
    if not words:
        return
    old, new = chance.choice(words), hostile.text(chance)[:2000]
    if chance.random() < 0.7:
        new = old.decode() + new
    place = re.compile(rb"(?<=['\"])" + re.escape(old) + rb"(?=['\"])")
    for path, data in files.items():
        inside = ascii(new)[1:-1].encode() if path.endswith(".py") else _utf8(new)
        tree.files[path] = inside.join(place.split(data))[:MAX_BYTES]


def docstrings(tree: Tree, chance: random.Random) -> None:
    """Give the things in a file hostile docstrings."""

    def change(data: bytes, chance: random.Random) -> bytes:
        text = hostile.text(chance)
        quoted = chance.choice(
            (ascii(text), '"""' + text.replace('"', "'").replace("\\", "\\\\") + '"""', "'\\ud800 \\x1b'")
        )
        done = re.sub(
            rb"(?m)^( *)(def|class) .*:\n", lambda head: head[0] + head[1] + b"    " + _utf8(quoted) + b"\n", data
        )
        return _utf8(quoted) + b"\n" + done if chance.random() < 0.5 else done

    _change(tree, chance, change)


def _bodies(data: bytes) -> list[re.Match[bytes]]:
    return list(re.finditer(rb"(?m)^( *)(?:def|class) .*:\n", data))


def statements(tree: Tree, chance: random.Random) -> None:
    """Put hostile statements into the bodies of functions and classes."""

    def change(data: bytes, chance: random.Random) -> bytes:
        for _ in range(chance.choice((1, 1, 2, 5))):
            found = _bodies(data)
            place = chance.choice(found) if found else None
            end, indentation = (place.end(), place[1] + b"    ") if place else (len(data), b"")
            statement = chance.choice(STATEMENTS).encode().replace(b"\n", b"\n" + indentation)
            data = data[:end] + indentation + statement + b"\n" + data[end:]
        return data

    _change(tree, chance, change)


def decorators(tree: Tree, chance: random.Random) -> None:
    """Decorate functions and classes."""

    def change(data: bytes, chance: random.Random) -> bytes:
        found = _bodies(data)
        if not found:
            return data
        place = chance.choice(found)
        line = place[1] + chance.choice(DECORATORS).encode() + b"\n"
        return data[: place.start()] + line * chance.choice((1, 1, 1, 2, 500)) + data[place.start() :]

    _change(tree, chance, change)


# --- programs


def structure(tree: Tree, chance: random.Random) -> None:
    """Add a generated module, and mostly a call of it from the code that is there."""
    made = chance.choice(STRUCTURES)(chance)
    folder = _package(tree)
    for path, text in (("nova/fuzzed.py", made.text), *made.files):
        tree.files[path.replace("nova", folder, 1)] = _utf8(text.replace("nova.", f"{folder}."))[:MAX_BYTES]
    tree.hints += [f"{folder}.fuzzed.{name}" for name in made.asked]
    if chance.random() < 0.7:

        def change(data: bytes, chance: random.Random) -> bytes:
            found = [place for place in _bodies(data) if b"def " in place[0]]
            if not found:
                return data
            place = chance.choice(found)
            call = place[1] + b"    fuzzed.run(context)\n"
            return _utf8(f"from {folder} import fuzzed\n") + data[: place.end()] + call + data[place.end() :]

        wanted = (
            "compute/manager.py",
            "compute/api.py",
            "scheduler/manager.py",
            "conductor/manager.py",
            "service.py",
            "cmd/compute.py",
            "compute/rpcapi.py",
        )
        there = [path for path in (f"{folder}/{name}" for name in wanted) if isinstance(tree.files.get(path), bytes)]
        if there:
            _change(tree, chance, change, chance.choice(there))


def _package(tree: Tree) -> str:
    return next(
        (
            path.partition("/")[0]
            for path in sorted(tree.files)
            if path.endswith("/compute/__init__.py") and path.count("/") == 2
        ),
        "nova",
    )


# --- files and folders


def _any_path(tree: Tree, chance: random.Random) -> str | None:
    paths = sorted(tree.files)
    if not paths:
        return None
    path = chance.choice(paths)
    return path.rpartition("/")[0] or path if chance.random() < 0.2 else path


def _replace(tree: Tree, path: str, content: bytes | Link | Fifo | Folder | Sparse) -> None:
    for below in [one for one in tree.files if one.startswith(f"{path}/")]:
        del tree.files[below]
    tree.files[path] = content


def delete(tree: Tree, chance: random.Random) -> None:
    """Leave a file or a folder out."""
    path = _any_path(tree, chance)
    for one in [one for one in tree.files if path is not None and (one == path or one.startswith(f"{path}/"))]:
        del tree.files[one]


def link(tree: Tree, chance: random.Random) -> None:
    """Put a link in the place of a file or a folder."""
    path = _any_path(tree, chance)
    if path is not None:
        target = chance.choice(TARGETS) if chance.random() < 0.7 else chance.choice(sorted(tree.files) or [path])
        _replace(tree, path, Link(target or "."))


def circle(tree: Tree, chance: random.Random) -> None:
    """Put links in the place of files that lead from one to the next and round."""
    count = min(size(chance), 200, len(tree.files))
    paths = chance.sample(sorted(tree.files), count)
    for path, next_ in zip(paths, paths[1:] + paths[:1], strict=True):
        tree.files[path] = Link("../" * path.count("/") + next_)


def special(tree: Tree, chance: random.Random) -> None:
    """Put a pipe, a folder, an enormous file or an empty one in the place of a file."""
    path = _any_path(tree, chance)
    if path is not None:
        _replace(
            tree, path, chance.choice((Fifo(), Folder(), Sparse(10**10), Sparse(2_000_000), Sparse(100), b"", b"\n"))
        )


def odd_name(tree: Tree, chance: random.Random) -> None:
    """Give a file or a folder another name, or add one with that name."""
    path = _any_path(tree, chance)
    if path is None:
        return
    name = chance.choice(NAMES)
    new = (
        f"{path.rpartition('/')[0]}/{name}".lstrip("/")
        if chance.random() < 0.7
        else f"{path.removesuffix('.py')}/{name}"
    )
    if path in tree.files:
        tree.files[new] = tree.files[path] if chance.random() < 0.5 else tree.files.pop(path)
    else:
        for one in [one for one in tree.files if one.startswith(f"{path}/")]:
            tree.files[new + one[len(path) :]] = tree.files.pop(one)


def deep(tree: Tree, chance: random.Random) -> None:
    """Add a file deep inside of folders, or very many files."""
    path = _any_path(tree, chance) or "nova"
    folder, count = path.rpartition("/")[0] or "nova", size(chance)
    if chance.random() < 0.5:
        tree.files[folder + f"/{chance.choice(('d', 'a' * 100, 'nova'))}" * min(count, 150) + "/a.py"] = b"a = 1\n"
    else:
        for number in range(min(count, 400)):
            tree.files[f"{folder}/many{number}{chance.choice(('.py', '/__init__.py', ''))}"] = (
                b"def run(context):\n    pass\n"
            )


# --- metadata and git


def metadata(tree: Tree, chance: random.Random) -> None:
    """Put hostile lines into a file that says what the tree is."""
    found = sorted(path for path in tree.texts() if _METADATA.search(path))
    path = chance.choice(
        [
            *found,
            *chance.sample(
                ("setup.cfg", "pyproject.toml", "PKG-INFO", "nova.egg-info/PKG-INFO", "etc/nova/api-paste.ini"), 2
            ),
        ]
    )

    def change(data: bytes, chance: random.Random) -> bytes:
        there = data.split(b"\n")
        for _ in range(chance.choice((1, 1, 2, 4))):
            line = _utf8(chance.choice(METADATA)) if chance.random() < 0.8 else b"name = " + _utf8(hostile.text(chance))
            place = chance.randrange(len(there) + 1)
            there[place : place + chance.choice((0, 0, 1))] = [line] * chance.choice((1, 1, 1, 1, 500))
        return b"\n".join(there)

    tree.files.setdefault(path, b"")
    if not isinstance(tree.files[path], bytes):
        tree.files[path] = b""
    _change(tree, chance, change, path)


def repository(tree: Tree, chance: random.Random) -> None:
    """Make the tree a git repository, with what it holds now committed; break something in it, or nothing."""
    if not tree.git:
        tree.git, tree.bare = True, chance.random() < 0.15
        tree.committed = dict(tree.files)
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        tree.damage.append((chance.choice(sorted(DAMAGE)), chance.randrange(1 << 30)))


MUTATIONS: Final[dict[str, tuple[Callable[[Tree, random.Random], None], int]]] = {
    "flip": (flip, 4),
    "truncate": (truncate, 4),
    "remove": (remove, 4),
    "insert": (insert, 7),
    "splice": (splice, 4),
    "encoding": (encoding, 6),
    "tokens": (tokens, 8),
    "lines": (lines, 8),
    "names": (names, 8),
    "literals": (literals, 9),
    "texts": (texts, 7),
    "everywhere": (everywhere, 8),
    "docstrings": (docstrings, 4),
    "statements": (statements, 8),
    "decorators": (decorators, 4),
    "structure": (structure, 16),
    "delete": (delete, 4),
    "link": (link, 4),
    "circle": (circle, 1),
    "special": (special, 4),
    "odd name": (odd_name, 5),
    "deep": (deep, 2),
    "metadata": (metadata, 7),
    "repository": (repository, 8),
}
"""Each mutation by the name that recipes have, and how often it is chosen."""


def apply(name: str, seed: int, tree: Tree) -> None:
    """Do a mutation to a tree."""
    MUTATIONS[name][0](tree, random.Random(seed))
