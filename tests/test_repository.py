"""The repository's own habits: the commands that people and machines use, and what must not drift apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sphinxext.nova import __version__
from tests.small_nova import make
from tests.small_tasks import FILES

ROOT = Path(__file__).resolve().parent.parent


def text(name: str) -> str:
    """Return a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def dry_run(*arguments: str, **environment: str) -> str:
    """Return the commands that ``make`` would run."""
    command = ["make", "--dry-run", "--always-make", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"} | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def sphinx_arguments(commands: str) -> list[str]:
    """Return the arguments of ``-m sphinx`` among ``commands``."""
    [arguments] = re.findall(r"-m sphinx (.*?) \|\|", commands.replace("\\\n", " "))
    return [argument.strip("'") for argument in arguments.split()]


STRICT = ["-n", "-W", "--keep-going", "-j", "auto", "docs"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            [],
            [
                "-c",
                "conf/current",
                "-b",
                "html",
                "-d",
                "build/docs/current/doctrees",
                *STRICT,
                "build/docs/current/html",
            ],
        ),
        (
            ["LANGUAGE=ja"],
            [
                *["-c", "conf/current", "-b", "html", "-d", "build/docs/current/doctrees-ja", "-D", "language=ja"],
                *[*STRICT, "build/docs/current/html-ja"],
            ],
        ),
        (
            ["NOVA=../../nova@stable/havana"],
            [
                *["-c", "conf/current", "-b", "html", "-d", "build/docs/nova@stable_havana/doctrees"],
                *[*STRICT, "build/docs/nova@stable_havana/html"],
            ],
        ),
        (
            ["EDITION=havana", "NOVA_GIT=../nova"],
            ["-c", "conf/havana", "-b", "html", "-d", "build/docs/havana/doctrees", *STRICT, "build/docs/havana/html"],
        ),
    ],
)
def test_make_docs(arguments: list[str], expected: list[str]) -> None:
    # The variable LANGUAGE of the environment is that of gettext, and none of ours.
    assert sphinx_arguments(dry_run("docs", *arguments, LANGUAGE="de:en")) == expected


@pytest.mark.parametrize(("arguments", "gets"), [([], True), (["NOVA=../nova"], False), (["EDITION=havana"], False)])
def test_make_docs_gets_the_newest_release_when_it_is_read(arguments: list[str], *, gets: bool) -> None:
    assert ("tools/get_release.py" in dry_run("docs", *arguments)) is gets


def test_make_lists_its_targets() -> None:
    targets = re.findall(r"^\.PHONY: (.*)$", text("Makefile"), re.MULTILINE)
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^make ([a-z-]+)  +[A-Z]", listed, re.MULTILINE) == targets


def test_continuous_integration_runs_make(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$PWD: $@"\nexit 3\n')
    make.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        [ROOT / ".ci" / "run"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (3, f"{ROOT}: test docs test-epub\n")


def test_read_the_docs_accepts_its_configuration() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.readthedocs", ".readthedocs.yaml"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "ok -- validation done\n", "")


@pytest.mark.parametrize("name", [".readthedocs.yaml", "tox.ini"])
def test_documentation_is_built_as_strictly_everywhere(name: str) -> None:
    assert f"sphinx-build -c conf/current -b html -d build/docs/current/doctrees {' '.join(STRICT)} " in text(name)


def test_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == __version__


def test_example_of_the_readme_builds(tmp_path: Path) -> None:
    make(tmp_path / "nova", FILES)
    [conf] = re.findall(r"```python\n(.*?)```", text("README.md"), re.DOTALL)
    [page] = re.findall(r"```rst\n(.*?)```", text("README.md"), re.DOTALL)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "conf.py").write_text(conf, encoding="utf-8")
    (tmp_path / "docs" / "index.rst").write_text(f"Nova\n====\n\n{page}", encoding="utf-8")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-n", "-b", "text", tmp_path / "docs", tmp_path / "text"]
    built = subprocess.run(sphinx, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")


def test_commands_of_the_readme_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nova = make(tmp_path / "nova", FILES)
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(nova)
    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"], ["tag", "2013.2"]):
        subprocess.run([*git, *arguments], check=True)
    commands = re.findall(r"^    sphinxext-nova (.*)$", text("README.md"), re.MULTILINE)
    assert len(commands) > 1
    for command in commands:
        python = [sys.executable, "-P", "-m", "sphinxext.nova", *command.split()]
        answered = subprocess.run(python, cwd=tmp_path / "docs", capture_output=True, text=True, check=False)
        assert (answered.returncode, answered.stderr) == (0, ""), command


def test_command_line_starts_without_sphinx() -> None:
    code = "import sys, sphinxext.nova.cli; print(*{'docutils', 'sphinx'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
