"""Small git repositories, made for these tests by the git of this machine."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A Tester", "EMAIL": "tester@example.org", "DATE": "2013-10-17T12:00:00Z"}.items()
}


def git(folder: Path, *arguments: str, check: bool = True, **environment: str) -> str:
    """Run plain git in ``folder``, with all that its configuration asks for."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **WHO, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(done.stderr.decode())
    return done.stdout.decode().strip()


def start(folder: Path, *options: str) -> Path:
    """Make ``folder`` a repository and commit all that lies in it."""
    git(folder, "init", "-q", "-b", "main", *options)
    commit(folder)
    return folder


def commit(folder: Path) -> str:
    """Commit all that lies in ``folder``; return the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "A change")
    return git(folder, "rev-parse", "HEAD")
