"""Where an answer goes: any encoding, a full disk, a closed file or pipe; hostile text, and what is no text."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.cli import main
from tests import hostile_nova, small_flow
from tests.hostile_nova import make_hostile
from tests.markup import unshown
from tests.small_nova import make

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = [sys.executable, "-P", "-m", "sphinxext.nova"]
PAGE = "コンピュート \N{PILE OF POO} é"


def run(
    redirected: str, *arguments: str | bytes, cwd: Path, environment: dict[str, str] | None = None
) -> tuple[int, bytes, bytes]:
    """Ask through a shell: ``redirected`` is what follows the command."""
    command = " ".join(map(shlex.quote, PROGRAM)) + ' "$@" ' + redirected
    asked = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}", "bash", *arguments],
        cwd=cwd,
        env={**os.environ, "XDG_CACHE_HOME": str(cwd / "cache"), **(environment or {})},
        capture_output=True,
        check=False,
    )
    return asked.returncode, asked.stdout, asked.stderr


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return a folder that holds a checkout ``nova`` in which a folder has a name that is not ASCII."""
    make(tmp_path / "nova", {"nova/日本/__init__.py": f'"""{PAGE}."""\n', "nova/half.py": "def half(:\n"})
    return tmp_path


LAYOUT = ("layout", "nova", "--checkout", "nova")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
@pytest.mark.parametrize("form", ["text", "rst", "json"])
def test_any_encoding(here: Path, encoding: str, form: str) -> None:
    environment = {"PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    status, printed, said = run("", *LAYOUT, "--format", form, cwd=here, environment=environment)
    assert (status, b"Traceback" in said) == (0, False)
    text = printed.decode(encoding)
    if form == "json":
        [row] = [row for row in json.loads(text)["answers"] if "日本" in row["path"]]
        assert (row["path"], row["description"]) == ("nova/日本", f"{PAGE}.")
    else:
        shown = PAGE.encode(encoding, "backslashreplace").decode(encoding)
        if form == "rst":
            shown = shown.replace("\\", r"\\")  # a backslash is markup
            assert "``nova/" + "日本".encode(encoding, "backslashreplace").decode(encoding) + "/``" in text
        assert shown in text


def test_a_diagram_in_any_encoding(tmp_path: Path) -> None:
    sending = "        self.conductor.migrate_server(context, instance)\n"
    api = small_flow.FILES["nova/compute/api.py"].replace(sending, f"        if instance == '日本é':\n    {sending}")
    make(tmp_path / "nova", {**small_flow.FILES, "nova/compute/api.py": api})
    asked = ("rpc-flow", "nova.compute.api.API.resize", "--checkout", "nova", "--format", "mermaid")
    whole = run("", *asked, cwd=tmp_path)[1].decode()
    assert "日本é" in whole
    for encoding in ("ascii", "cp1252"):
        status, printed, said = run("", *asked, cwd=tmp_path, environment={"PYTHONIOENCODING": encoding})
        assert (status, b"Traceback" in said) == (0, False)
        text = re.sub(r"#(\d{3,});", lambda found: chr(int(found[1])), printed.decode(encoding))
        assert text == re.sub(r"#(\d{3,});", lambda found: chr(int(found[1])), whole)


C_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.mark.parametrize("environment", [{"LC_ALL": "C"}, C_LOCALE, {"PYTHONUTF8": "1"}])
@pytest.mark.parametrize("arguments", [LAYOUT, (*LAYOUT, "--format", "json"), ("--help",), ("--version",)])
def test_any_locale(here: Path, environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    status, printed, said = run("", *arguments, cwd=here, environment=environment)
    assert (status, b"Traceback" in said) == (0, False)
    assert printed


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [LAYOUT, (*LAYOUT, "--format", "json"), ("--help",), ("--version",)])
def test_a_full_disk_is_one_line(here: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    environment = {"PYTHONUNBUFFERED": unbuffered}
    assert run("> /dev/full", *arguments, cwd=here, environment=environment) == (
        2,
        b"",
        b"sphinxext-nova: the answer could not be written: No space left on device\n",
    )


@pytest.mark.parametrize("arguments", [LAYOUT, (*LAYOUT, "--format", "json"), ("--help",), ("--version",)])
def test_a_closed_output_is_one_line(here: Path, arguments: tuple[str, ...]) -> None:
    said = b"sphinxext-nova: the answer could not be written: standard output is closed\n"
    assert run(">&-", *arguments, cwd=here) == (2, b"", said)
    assert run(">&- 2>&-", *arguments, cwd=here) == (2, b"", b"")


@pytest.mark.parametrize("redirected", ["2>&-", "2> /dev/full", "<&-", "<&- 2>&-"])
def test_what_cannot_be_complained_of(here: Path, redirected: str) -> None:
    status, printed, said = run("", *LAYOUT, cwd=here)
    assert said == b"nova/half.py:1: a statement is not understood [syntax]\n"
    hidden = b"" if "2>" in redirected else said
    assert run(redirected, *LAYOUT, cwd=here) == (status, printed, hidden)
    assert run(redirected, "layout", "nowhere", "--checkout", "nova", cwd=here)[:2] == (2, b"")


def test_closed_files_and_git(here: Path) -> None:
    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *arguments], cwd=here / "nova", check=True)
    asked = ("services", "--checkout", "nova@HEAD")
    assert run("", *asked, cwd=here)[0] == 0
    for redirected in ("<&-", "2>&-", "<&- 2>&-"):
        assert run(redirected, *asked, "--cache-dir", redirected, cwd=here) == run("", *asked, cwd=here)


def test_a_reader_that_has_seen_enough_is_no_error(here: Path) -> None:
    files = {f"nova/folder_{number:05}/__init__.py": "" for number in range(3000)}
    make(here / "nova", files)
    for arguments in (LAYOUT, (*LAYOUT, "--format", "json")):
        status, printed, said = run("| head -1", *arguments, cwd=here)
        assert status == 0
        assert printed.count(b"\n") == 1
        assert b"Traceback" not in said
        assert b"Broken" not in said


@pytest.mark.parametrize(
    "arguments",
    [
        (b"layout", b"\xff\xfe"),
        (b"layout", b"--checkout", b"\xff"),
        (b"layout", b"--checkout", b"nova@\xff"),
        (b"layout", b"--checkout", b"repository@\xff"),
        (b"layout", b"nova", b"--format", b"\xff\x1b[31m"),
        (b"layout", b"nova", b"\xff\x1b[31m", b"\n"),
        (b"\xff",),
        (b"services", b"\xff\x1b[31m\n"),
        (b"services", b"--with", b"\xff\x1b[31m"),
        (b"rpc-methods", b"\xff"),
        (b"rpc-flow", b"\xff.\xff"),
        (b"rpc-flow", b"POST /\xff"),
        (b"rpc-flow", b""),
        (b"db-calls", b"\xff"),
        (b"periodic-tasks", "\u202e\ufffe".encode()),
    ],
)
@pytest.mark.parametrize("environment", [{}, C_LOCALE, {"PYTHONIOENCODING": "ascii"}])
def test_what_is_no_text_is_one_line(here: Path, arguments: tuple[bytes, ...], environment: dict[str, str]) -> None:
    if b"--checkout" not in arguments:
        arguments = (*arguments, b"--checkout", b"nova") if len(arguments) > 1 else arguments
    subprocess.run(["git", "init", "-q", "repository"], cwd=here, check=True)
    status, printed, said = run("", *arguments, cwd=here, environment=environment)
    assert (status, printed) == (2, b"")
    text = said.decode()
    assert text.startswith("sphinxext-nova")
    assert text.count("\n") == 1
    assert unshown(text) == ""


def test_a_folder_whose_name_is_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\x1b"
    make(tmp_path / "nova")
    os.rename(tmp_path / "nova", folder)  # noqa: PTH104 - bytes
    status, printed, said = run("", b"layout", b"--format", b"json", b"--checkout", b"\xff\x1b", cwd=tmp_path)
    assert (status, said) == (0, b"")
    assert json.loads(printed)["checkout"]["path"] == "\\udcff\x1b"
    assert unshown(printed.decode()) == ""


@pytest.mark.parametrize("form", ["text", "rst", "json", "mermaid"])
@pytest.mark.parametrize("cache", ["", "cache"])
def test_hostile_text(tmp_path: Path, form: str, cache: str, capsys: pytest.CaptureFixture[str]) -> None:
    nova = make_hostile(tmp_path / "nova")
    folder = str(tmp_path / cache) if cache else ""
    for question in hostile_nova.QUESTIONS:
        if form == "mermaid" and question[0] != "rpc-flow":
            continue
        answers = set()
        for _ in range(2 if cache else 1):
            assert main([*question, "--checkout", str(nova), "--cache-dir", folder, "--format", form]) == 0
            printed, said = capsys.readouterr()
            assert unshown(printed) == "", question
            assert unshown(said) == "", question
            answers.add(printed)
            if form == "json":
                json.loads(printed, parse_constant=pytest.fail)
        assert len(answers) == 1


def test_names_in_json_are_those_of_the_checkout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nova = make_hostile(tmp_path / "nova")
    asked = ["--checkout", str(nova), "--cache-dir", "", "--format", "json"]
    main(["layout", "nova/compute", *asked])
    paths = [row["path"] for row in json.loads(capsys.readouterr().out)["answers"]]
    assert "nova/compute/to\x1b[31m\u202e.py" in paths
    assert all((nova / path).exists() for path in paths)
    main(["rpc-methods", *asked])
    methods = [row["method"] for row in json.loads(capsys.readouterr().out)["answers"]]
    assert "hostile\\ud800\\udfff\x1b[31m\x07\x85\u202e\ufffe\u2028\n\t; ! | @ </td> ]]> {0} %s" in methods
    main(["periodic-tasks", *asked])
    tasks = {row["task"]: row for row in json.loads(capsys.readouterr().out)["answers"]}
    assert [(name, row["spacing"], row["default"], row["interval"]) for name, row in tasks.items()][1:] == [
        ("_never", "CONF.never", None, None),
        ("_nan", "float('nan')", None, None),
        ("_huge", "CONF.huge", None, None),
        ("_minus", "-1e999", None, None),
    ]
