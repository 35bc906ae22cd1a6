"""Nothing of the folder in which the program is started is run, as far as Python lets it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.checkout.repositories import start
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = Path(sysconfig.get_path("scripts"), "sphinxext-nova")
SAFE = ([SCRIPT], [sys.executable, "-P", "-m", "sphinxext.nova"])
PLAIN = [sys.executable, "-m", "sphinxext.nova"]
LIBRARY = ("json", "argparse", "typing", "__future__", "sqlite3", "re", "dataclasses", "subprocess", "enum", "ast")
OTHERS = ("tree_sitter", "tree_sitter_python", "packaging", "platformdirs", "sphinx", "docutils", "sphinxcontrib")
MARK = "import os\n\nos.close(os.open({path!r}, os.O_CREAT))\n"
QUESTIONS = ("layout", "services", "rpc-methods", "periodic-tasks", "db-calls")


def plant(folder: Path, ran: Path, *files: str) -> Path:
    """Make a checkout in which each of the files, when it is run, leaves a file ``ran``."""
    return make(folder, dict.fromkeys(files, MARK.format(path=str(ran))))


def ask(program: Sequence[str | Path], folder: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit status and what was complained of."""
    command = [*program, *arguments, "--cache-dir", ""]
    asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return asked.returncode, asked.stderr


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    return tmp_path / "ran"


EVERYTHING = (
    *(f"{name}.py" for name in (*LIBRARY, "sitecustomize", "usercustomize", "git")),
    *(f"{name}/__init__.py" for name in OTHERS),
    "sphinxext/__init__.py",
    "sphinxext/nova/__init__.py",
    "sphinxext/nova/__main__.py",
    "sphinxext/nova/cli.py",
)


def test_what_is_planted_would_be_run(tmp_path: Path, ran: Path) -> None:
    for name in ("json.py", "sphinxext/nova/__init__.py"):
        folder = plant(tmp_path / name.partition("/")[0], ran, name)
        subprocess.run([sys.executable, "-m", "sphinxext.nova" if "/" in name else "json"], cwd=folder, check=False)
        assert ran.exists()
        ran.unlink()


@pytest.mark.parametrize("program", SAFE, ids=["script", "-P -m"])
def test_the_safe_forms_run_nothing(tmp_path: Path, ran: Path, program: list[str | Path]) -> None:
    folder = plant(tmp_path / "nova", ran, *EVERYTHING)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    said = {
        "db-calls": ".: there is no nova/db/api.py: which functions of nova touch the database is not known [form]\n"
    }
    for question in QUESTIONS:
        assert ask(program, folder, question) == (0, said.get(question, "")), question
    assert ask(program, folder, "rpc-flow", "ConductorAPI.ping")[0] == 0
    assert not ran.exists()


@pytest.mark.parametrize("before", [".", "", "bin"])
@pytest.mark.parametrize("rest", [os.environ["PATH"], ""])
def test_no_git_of_the_folder_is_run(tmp_path: Path, ran: Path, before: str, rest: str) -> None:
    """Programs are looked for in relative folders where ``PATH`` names some."""
    folder = start(make(tmp_path / "nova"))
    for place in (folder, folder / "bin"):
        (place / "git").write_text(f"#!/bin/sh\n: > {ran}\n")
        (place / "git").chmod(0o755)
    environment = {**os.environ, "PATH": os.pathsep.join((before, rest))}
    command = [SCRIPT, "layout", "--cache-dir", ""]
    asked = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert not ran.exists()


def test_sphinx_build_runs_nothing(tmp_path: Path, ran: Path) -> None:
    folder = plant(tmp_path / "nova", ran, *EVERYTHING)
    source = folder / "doc" / "source"
    (source / "conf.py").write_text('extensions = ["sphinxext.nova"]\nnova_checkout = "../.."\nnova_cache_dir = ""\n')
    (source / "index.rst").write_text("Nova\n====\n\n.. nova-layout:: nova\n\n.. rpc-methods::\n")
    build = [SCRIPT.with_name("sphinx-build"), "-q", "-b", "html", "-j", "2", "doc/source", tmp_path / "html"]
    built = subprocess.run(build, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert "conductor" in (tmp_path / "html" / "index.html").read_text()
    assert not ran.exists()


@pytest.mark.parametrize(
    "file",
    [
        *(f"{name}.py" for name in LIBRARY),
        *(f"{name}/__init__.py" for name in ("json", *OTHERS[:4])),
        "json.pyc",
        "argparse.cpython-311-x86_64-linux-gnu.so",
    ],
)
def test_plain_m_is_refused_in_time(tmp_path: Path, ran: Path, file: str) -> None:
    folder = plant(tmp_path / "nova", ran, file)
    module = file.partition("/")[0].partition(".")[0]
    said = (
        f"sphinxext-nova: the current folder has a module '{module}', and 'python -m' looks there first;"
        " use sphinxext-nova or python -P -m sphinxext.nova\n"
    )
    assert ask(PLAIN, folder, "layout") == (2, said)
    assert not ran.exists()


@pytest.mark.parametrize("file", ["sphinxext/__main__.py", "tests/json.py", "json/x.py", "x.py"])
def test_plain_m_answers_elsewhere(tmp_path: Path, ran: Path, file: str) -> None:
    folder = plant(tmp_path / "nova", ran, file)
    assert ask(PLAIN, folder, "layout", "nova/conductor") == (0, "")
    assert not ran.exists()


def test_plain_m_takes_nothing_from_the_folder_later(tmp_path: Path, ran: Path) -> None:
    # A module that nothing is known of here: as if a library imported another one some day.
    folder = plant(tmp_path / "nova", ran, "some_day.py")
    code = (
        "import runpy, sys\n"
        "sys.argv[1:] = ['--version']\n"
        "import sphinxext.nova.cli as cli\n"
        "def run():\n    import some_day\n"
        "cli.run = run\n"
        "runpy.run_module('sphinxext.nova', run_name='__main__', alter_sys=True)\n"
    )
    for path in (str(folder), ""):
        asked = subprocess.run(
            [sys.executable, "-c", f"import sys\nsys.path[0] = {path!r}\n{code}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "No module named 'some_day'" in asked.stderr
        assert not ran.exists()


def test_all_that_is_imported_is_known(tmp_path: Path) -> None:
    folder = make(tmp_path / "nova")
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"  # the folder is looked at later than these are imported
        "import contextlib, io\n"
        "from sphinxext.nova import __main__\n"
        "from sphinxext.nova.cli import main\n"
        f"for question in {QUESTIONS!r}:\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        f"        main([question, '--cache-dir', {str(tmp_path / 'cache')!r}])\n"
        # Modules that an extension makes of its own code are looked for nowhere.
        "made = {name for name, module in sys.modules.items() if getattr(module, '__spec__', None) is None}\n"
        "imported = {name.partition('.')[0] for name in set(sys.modules) - before - made}\n"
        "print(*sorted(imported - sys.stdlib_module_names - __main__._USED - {'sphinxext'}))\n"
    )
    asked = subprocess.run([sys.executable, "-P", "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert asked.stdout == "\n"
