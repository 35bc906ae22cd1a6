"""Whatever a file holds: facts come out of it, soon, and nothing else does."""

from __future__ import annotations

import random
import resource
import sys
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.periodic_tasks import periodic_tasks
from sphinxext.nova.program import Program
from sphinxext.nova.syntax import FileFacts, UnencodableError, read
from sphinxext.nova.syntax.rendering import render
from sphinxext.nova.syntax.source import SIZE_LIMIT
from sphinxext.nova.syntax.walking import calls, expressions, statements
from tests.small_nova import make
from tests.small_tasks import FILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARTS, CASES = 8, 200
"""How many mutations of real files there are: PARTS times CASES, and 400 more that are made up."""
SECONDS, SECONDS_PER_BYTE = 20.0, 4e-5
"""How long one file may take, on whatever machine. What takes longer never ends, or grows with the square."""
MEBIBYTES = 300
"""By how much the process may grow."""

PIECES = (
    *("(", ")", "[", "]", "{", "}", '"""', "'''", '"', "'", "\\", "\\\n", "\n", "\t", "  ", "\f", "\r", "#", ";", ":"),
    *(",", ".", "...", "=", ":=", "->", "*", "**", "@", "`", "<>", "!", "$", "?", "\0", "\ufeff", "\xe9", "日", "0777"),
    *("def ", "def f(", "class ", "class A(B):", "lambda ", "async ", "await ", "yield ", "print >>f, ", "exec "),
    *("if x:", "elif y:", "else:", "try:", "except A, e:", "finally:", "with a as b:", "for x in y:", "while 1:"),
    *(
        "match x:",
        "case [*_]:",
        "import ",
        "from . import ",
        "global x",
        "raise E, v, t",
        "return",
        "assert ",
        "f'{",
        "}'",
    ),
    *("# coding: utf-7\n", "# -*- coding: koi8-r -*-\n", "@periodic_task(spacing=CONF.x)\n", "x = y = ", "del ", "0xg"),
)


def check(data: bytes) -> FileFacts:
    """Read a file, look at everything that is found, and give it."""
    start = time.process_time()
    facts = read(data, path="nova/x.py")
    with suppress(UnencodableError):
        assert FileFacts.load(facts.dump(), path="nova/x.py") == facts
    assert all(problem.file == "nova/x.py" for problem in facts.problems)
    for scope in (None, *facts.classes, *facts.functions):
        body = facts.body(scope)
        list(statements(body))
        list(calls(body))
        for expression in expressions(body):
            render(expression)
    for place in (*facts.functions, *facts.classes, *facts.imports):
        assert 1 <= place.line <= facts.lines
    assert time.process_time() - start < SECONDS + SECONDS_PER_BYTE * len(data)
    return facts


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def mutated(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Do to a file what editors, disks and enemies do."""

    def span(of: bytes) -> tuple[int, int]:
        start = chance.randrange(len(of) + 1)
        return start, min(len(of), start + int(chance.paretovariate(0.4)))

    for _ in range(chance.choice((1, 1, 1, 2, 5, 30))):
        start, end = span(data)
        piece = chance.choice(PIECES).encode()
        match chance.randrange(9):
            case 0:
                data = data[:start]
            case 1:
                data = data[start:]
            case 2:
                data = data[:start] + data[end:]
            case 3:
                data = data[:start] + piece + data[start:]
            case 4:
                data = data[:start] + piece + data[end:]
            case 5:
                from_, to = span(other)
                data = data[:start] + other[from_:to] + data[end:]
            case 6:
                data = data[:start] + data[start:end] * chance.choice((2, 3, 40)) + data[end:]
            case 7:
                data = data[:start] + piece * chance.choice((10, 300, 3000)) + data[end:]
            case 8:
                lines = data.splitlines(keepends=True)
                line = chance.randrange(len(lines) + 1)
                data = b"".join(
                    (*lines[:line], chance.choice((b" ", b"\t", b"    ", b"")), *lines[line:][:1], *lines[line + 1 :])
                )
        data = data[: SIZE_LIMIT + 1]
    return data


@pytest.mark.release
@pytest.mark.parametrize("part", range(PARTS))
def test_mutations_of_real_files(release: Callable[[str], Path], part: int) -> None:
    chance = random.Random(part)
    files: list[bytes] = []
    for name, count in (("nova-34.0.0", 25), ("nova-15.1.5", 15)):
        checkout = open_checkout(str(release(name)))
        paths = [path for path in checkout.below("nova") if path.endswith(".py") and checkout.size(path) > 500]
        files += [checkout.read(path) for path in chance.sample(paths, count)]
    before = peak()
    for number in range(CASES):
        data = mutated(chance.choice(files), chance.choice(files), chance)
        try:
            check(data)
        except BaseException as error:
            raise AssertionError(f"part {part}, case {number}: {error!r}") from error
    assert peak() - before < MEBIBYTES


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    check(data)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["", "    ", "\n"]))
def test_any_pieces_of_python(pieces: list[str], between: str) -> None:
    check(between.join(pieces).encode())


ENORMOUS = {
    "brackets": b"x = " + b"(" * 50_000,
    "closed brackets": b"x = " + b"[" * 20_000 + b"]" * 20_000,
    "operators": b"x = 1" + b" + 1" * 100_000,
    "attributes": b"x = a" + b".b" * 100_000,
    "calls": b"x = a" + b"()" * 100_000,
    "not": b"x = " + b"not " * 50_000 + b"y",
    "lambdas": b"x = " + b"lambda: " * 20_000 + b"0",
    "strings": b"x = " + b"'a' " * 100_000,
    "elif": b"if a: pass\n" + b"elif b: pass\n" * 20_000,
    "indentation": b"".join(b" " * level + b"if a:\n" for level in range(1000)),
    "classes": b"".join(b" " * level + b"class A:\n" for level in range(1000)),
    "functions": b"".join(b" " * level + b"def f():\n" for level in range(1000)),
    "decorators": b"@a\n" * 50_000 + b"def f(): pass\n",
    "arguments": b"f(" + b"a, " * 100_000 + b")",
    "targets": b"a = " * 50_000 + b"1",
    "one line": b"a = 1; " * 100_000,
    "comments": b"#\n" * 190_000,
    "continued": b"a = \\\n" * 100_000,
    "f-strings": b"x = " + b"f'{" * 5_000,
    "backquotes": b"x = " + b"`" * 20_001,
    "open string": b'"""' + b"a\n" * 190_000,
    "colons": b":" * 200_000,
    "huge": b"x = 1\n" * 400_000,
    "long": b"a\n" * 400_000,
    "half functions": b"def f(:\n    pass\n" * 20_000,
}
TOO_LONG = {"operators", "arguments", "one line", "continued"}
"""What is not kept: a tuple of the facts has more than 65,535 items."""


@pytest.mark.parametrize("name", ENORMOUS)
def test_enormous_and_deeply_nested(name: str) -> None:
    before = peak()
    facts = check(ENORMOUS[name] + b"\n\n\ndef after(): pass\n")
    assert peak() - before < MEBIBYTES
    with pytest.raises(UnencodableError) if name in TOO_LONG else nullcontext():
        facts.dump()
    assert facts.problems or [function.name for function in facts.functions][-1:] == ["after"]


def test_a_question_about_mutated_files(tmp_path: Path) -> None:
    chance = random.Random(0)
    other = FILES["nova/service.py"].encode()
    for number in range(60):
        files = {
            path: mutated(text.encode(), other, chance) if path.endswith(".py") and chance.random() < 0.4 else text
            for path, text in FILES.items()
        }
        folder = make(tmp_path / str(number) / "nova", files)
        answer = periodic_tasks(Program(open_checkout(str(folder))), with_timers=True)
        assert all(row.line >= 1 for row in answer.rows)
