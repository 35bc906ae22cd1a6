"""What ``make docs`` says when it is given something impossible: one line each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import check_edition
import pytest

from tests.small_nova import make

TOOL = Path(check_edition.__file__)


def check(edition: str, **environment: str) -> tuple[int, str, str]:
    ran = subprocess.run([sys.executable, TOOL, edition], env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("edition", "environment", "message"),
    [
        ("current", {"NOVA": "{tmp}/nova/nowhere"}, "there is no folder '{tmp}/nova/nowhere'\n"),
        ("current", {"NOVA": "{tmp}/nova/setup.cfg"}, "'{tmp}/nova/setup.cfg' is a file, not a folder; {archive}\n"),
        (
            "havana",
            {},
            "NOVA_GIT does not say where a git clone of Nova is: make docs EDITION=havana NOVA_GIT=../nova\n",
        ),
        ("grizzly", {}, "there is no edition 'grizzly', only current, havana\n"),
    ],
)
def test_what_is_wrong_is_one_line(edition: str, environment: dict[str, str], message: str, tmp_path: Path) -> None:
    make(tmp_path / "nova")
    given = {name: value.format(tmp=tmp_path) for name, value in environment.items()}
    message = message.format(tmp=tmp_path, archive="an archive has to be unpacked first")
    assert check(edition, **given) == (2, "", message)


def test_what_can_be_built_is_passed_in_silence(tmp_path: Path) -> None:
    assert check("current", NOVA=str(make(tmp_path / "nova"))) == (0, "", "")
