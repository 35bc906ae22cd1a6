"""The commands of small trees in each form of declaration, of real releases, and of every release tag."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.model import Command, Kind, Problem
from sphinxext.nova.openstack.commands import commands, problems, starts
from sphinxext.nova.program import Program
from tests.openstack.test_history import tags
from tests.small_nova import make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sphinxext.nova.program import Cache

EXPECTED = Path(__file__).parent.parent / "expected"
BARE = {"setup.cfg": None, "bin/nova-example": None}
MAIN = "import sys\n\n\ndef main():\n    pass\n"


def program(folder: Path, files: Mapping[str, str | bytes | None]) -> Program:
    return Program(open_checkout(str(make(folder, {**BARE, **files}))))


def script(name: str, line: int = 1, folder: str = "bin", **other: bool) -> Command:
    return Command(name, f"{folder}/{name}", f"{folder}/{name}", line, **other)


def test_scripts_of_setup_py_and_of_bin(tmp_path: Path) -> None:
    asked = program(
        tmp_path,
        {
            "setup.py": (
                "import glob\nfrom setuptools import setup\n\nTOOL = 'tools/nova-debug'\n\nsetup(\n    name='nova',\n"
                "    scripts=['bin/nova-compute',\n             TOOL,\n             'bin/nova-gone',\n"
                "             glob.glob('x')[0], '../../etc/passwd'],\n)\n"
            ),
            "bin/nova-compute": (
                "#!/usr/bin/env python\n# a comment\nfrom nova import service\n\n"
                "if __name__ == '__main__':\n    service.serve()\n\nif __name__ == '__builtin__':\n    pass\n"
            ),
            "bin/stack": "#!/usr/bin/python -u\nprint 'not in setup.py'\n",
            "bin/lib/helper": "no command",
            "tools/nova-debug": "#!/usr/bin/env bash\nif [ $# -lt 1 ]; then\n  exit\nfi\n",
        },
    )
    assert commands(asked) == (
        script("nova-compute", 5),
        script("nova-debug", folder="tools"),
        Command("nova-gone", "bin/nova-gone", "setup.py", 10, missing=True),
        script("stack"),
    )
    assert problems(asked) == (Problem(Kind.SYNTAX, "'../../etc/passwd' is no script of this project", "setup.py", 11),)
    assert asked.problems == ()


def test_entry_points_of_setup_cfg(tmp_path: Path) -> None:
    asked = program(
        tmp_path,
        {
            "setup.cfg": (
                "[metadata]\nname = nova\nsummary = 100 %\n\n"
                "[entry_points]\noslo.config.opts =\n    nova = nova.conf:list\n"
                "console_scripts =\n    nova-compute = nova.cmd.compute:main\n    # nova-old = nova.cmd.old:main\n"
                "    nova-gone = nova.cmd.gone:main\n    nova-renamed = nova.cmd.compute:run\n"
                "    nova-rootwrap = oslo_rootwrap.cmd:main [wrap]\n    nonsense\n    nova-odd = a b:c d;e\n"
                "wsgi_scripts =\n    nova-api-wsgi = nova.api:init_application\n\n[metadata]\nlicense = Apache\n"
            ),
            "nova/cmd/__init__.py": "",
            "nova/cmd/compute.py": MAIN,
            "nova/cmd/common.py": MAIN,
            "nova/api/__init__.py": "from nova.api.wsgi import init_application\n",
            "nova/api/wsgi.py": "def init_application():\n    pass\n",
        },
    )
    assert commands(asked) == (
        Command("nova-api-wsgi", "nova.api:init_application", "nova/api/wsgi.py", 1, wsgi=True),
        Command("nova-compute", "nova.cmd.compute:main", "nova/cmd/compute.py", 4),
        Command("nova-gone", "nova.cmd.gone:main", "setup.cfg", 11, missing=True),
        Command("nova-renamed", "nova.cmd.compute:run", "setup.cfg", 12, missing=True),
        Command("nova-rootwrap", "oslo_rootwrap.cmd:main", "setup.cfg", 13, external=True),
    )
    assert problems(asked) == (
        Problem(Kind.SYNTAX, "'nonsense' is no entry point", "setup.cfg", 14),
        Problem(Kind.SYNTAX, "the entry point 'nova-odd' names no function: ' a b:c d;e'", "setup.cfg", 15),
    )


def test_pyproject_and_wsgi_modules(tmp_path: Path) -> None:
    wsgi = (
        "NAME = 'osapi'\nPROG = 'nova-api-os'\n\napplication = None\n"
        "with LOCK:\n    application = x.init_application(NAME{})\n"
    )
    asked = program(
        tmp_path,
        {
            "pyproject.toml": (
                '[project]\nname = "nova"\n\n'
                '[project.scripts]\nnova-compute = "nova.cmd.compute:main"\nnova-bad = 3\n\n'
                '[project.entry-points.wsgi_scripts]\n"nova-meta" = "nova.wsgi.plain:application"\n'
            ),
            "nova.egg-info/entry_points.txt": "[console_scripts]\nnova-old = nova.cmd.old:main\n",
            "nova/cmd/__init__.py": "",
            "nova/cmd/compute.py": MAIN,
            "nova/wsgi/__init__.py": "",
            "nova/wsgi/first.py": wsgi.format(", PROG"),
            "nova/wsgi/second.py": wsgi.format(""),
            "nova/wsgi/plain.py": "application = load(name='x')\n",
            "nova/wsgi/nova-ec2-api.py": "\napplication = load(name='x')\n",
            "nova/wsgi/helper.py": "application = None\n",
        },
    )
    assert commands(asked) == (
        Command("nova-api-os", "nova.wsgi.first:application", "nova/wsgi/first.py", 6, wsgi=True),
        Command("nova-compute", "nova.cmd.compute:main", "nova/cmd/compute.py", 4),
        Command("nova-ec2-api", "nova/wsgi/nova-ec2-api.py", "nova/wsgi/nova-ec2-api.py", 2, wsgi=True),
        Command("nova-meta", "nova.wsgi.plain:application", "nova/wsgi/plain.py", 1, wsgi=True),
        Command("nova-osapi", "nova.wsgi.second:application", "nova/wsgi/second.py", 6, wsgi=True),
        Command("nova-plain", "nova.wsgi.plain:application", "nova/wsgi/plain.py", 1, wsgi=True),
    )
    assert problems(asked) == (
        Problem(Kind.SYNTAX, "the entry point 'nova-bad' names no function: 3", "pyproject.toml", 6),
    )


def test_what_was_built_counts_where_nothing_is_declared(tmp_path: Path) -> None:
    asked = program(
        tmp_path,
        {
            "nova.egg-info/entry_points.txt": "[console_scripts]\nnova-compute = nova.cmd.compute:main\n",
            "nova/cmd/__init__.py": "",
            "nova/cmd/compute.py": MAIN,
            "nova/cmd/scheduler.py": MAIN,
        },
    )
    assert [command.name for command in commands(asked)] == ["nova-compute"]


def test_a_tree_without_metadata_goes_by_the_names_of_files(tmp_path: Path) -> None:
    asked = program(tmp_path, {"nova/cmd/__init__.py": "", "nova/cmd/api_os.py": MAIN, "nova/cmd/common.py": "X = 1\n"})
    assert commands(asked) == (Command("nova-api-os", "nova.cmd.api_os:main", "nova/cmd/api_os.py", 4),)


def test_entry_points_in_setup_py(tmp_path: Path) -> None:
    asked = program(
        tmp_path,
        {
            "setup.py": (
                "import setuptools\n\nsetuptools.setup(\n    entry_points={\n"
                "        'console_scripts': ['nova-x = nova.service:main'],\n    },\n)\n"
            ),
            "nova/service.py": MAIN,
        },
    )
    assert commands(asked) == (Command("nova-x", "nova.service:main", "nova/service.py", 4),)


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        ("setup.cfg", "[entry_points\nx", Problem(Kind.SYNTAX, "is no INI file: {}", "setup.cfg", 1)),
        ("pyproject.toml", "[project]\nname = ", Problem(Kind.SYNTAX, "is no TOML: {}", "pyproject.toml", None)),
        ("pyproject.toml", b"\xff", Problem(Kind.ENCODING, "byte 0xff is not utf-8", "pyproject.toml", 1)),
        ("setup.cfg", b"\0", Problem(Kind.BINARY, "holds a NUL byte and is no text", "setup.cfg", 1)),
    ],
)
def test_broken_metadata_is_one_problem(tmp_path: Path, path: str, content: str | bytes, problem: Problem) -> None:
    asked = program(tmp_path, {path: content, "bin/nova-compute": "#!/usr/bin/env python\n"})
    assert [command.name for command in commands(asked)] == ["nova-compute"]
    (found,) = problems(asked)
    assert (found.kind, found.file) == (problem.kind, problem.file)
    assert found.message.startswith(problem.message.format(""))


def test_the_names_alone_read_no_python_but_setup_py(tmp_path: Path) -> None:
    asked = program(
        tmp_path,
        {
            "setup.py": "from setuptools import setup\nsetup(scripts=['bin/nova-compute'])\n",
            "bin/nova-compute": "#!/usr/bin/env python\n",
        },
    )
    assert list(starts(asked)) == ["nova-compute"]
    assert sorted(asked._facts) == ["setup.py"]


def as_expected(asked: Program, release: str) -> None:
    checkout = asked.checkout
    expected = json.loads((EXPECTED / release / "commands.json").read_text())
    found = {}
    for command in commands(asked):
        marks = [mark for mark in ("external", "missing") if getattr(command, mark)]
        found[command.name] = [command.file, command.line, *marks]
        if checkout.commit is None and marks:
            # A source distribution has its own setup.cfg.
            assert expected[command.name][1] >= command.line
            expected[command.name][1] = command.line
    assert found == expected
    assert problems(asked) == ()


@pytest.mark.release
@pytest.mark.parametrize("release_", ["20.0.0", "24.0.0", "30.0.0", "34.0.0"])
def test_the_commands_of_real_releases(release: Callable[[str], Path], release_: str) -> None:
    as_expected(Program(open_checkout(str(release(f"nova-{release_}")))), release_)


@pytest.mark.release
def test_the_commands_of_cinder(release: Callable[[str], Path]) -> None:
    found = commands(Program(open_checkout(str(release("cinder-29.0.0")))))
    assert [(command.name, command.file, command.line) for command in found] == [
        ("cinder-api", "cinder/cmd/api.py", 44),
        ("cinder-backup", "cinder/cmd/backup.py", 99),
        ("cinder-manage", "cinder/cmd/manage.py", 1125),
        ("cinder-rootwrap", "pyproject.toml", 71),
        ("cinder-rtstool", "cinder/cmd/rtstool.py", 262),
        ("cinder-scheduler", "cinder/cmd/scheduler.py", 42),
        ("cinder-status", "cinder/cmd/status.py", 257),
        ("cinder-volume", "cinder/cmd/volume.py", 126),
        ("cinder-volume-usage-audit", "cinder/cmd/volume_usage_audit.py", 195),
    ]


@pytest.mark.history
@pytest.mark.parametrize("tag", tags())
def test_every_tag_has_its_commands(nova_git: Path, facts: Cache, tag: str) -> None:
    asked = Program(open_checkout(f"{nova_git}@{tag}"), facts)
    found = commands(asked)
    assert "nova-compute" in {command.name for command in found}
    # The script was left behind when the others became entry points.
    gone = {"nova-clear-rabbit-queues"} if tag.startswith(("2013.2", "2014.1")) else set()
    if tag == "2014.1.b3":
        gone.add("nova-rpc-zmq-receiver")
    assert {command.name for command in found if command.missing} <= gone
    if (EXPECTED / tag / "commands.json").exists():
        as_expected(asked, tag)
