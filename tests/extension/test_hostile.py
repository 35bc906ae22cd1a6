"""A checkout with everything wrong: one clear warning for each thing, and a whole page."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.extension.conftest import Site

PAGE = "Tree\n====\n\n.. nova-layout:: nova/conductor\n   :only: files folders\n   :depth: 2\n   :exclude: tasks deep\n"


def plant(folder: Path) -> None:
    """Put a file of every bad kind into a service's own folder, where each is read for its role."""
    (folder / "half.py").write_text("class Whole(object):\n    pass\n\n\ndef half(:\n")
    with (folder / "enormous.py").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (folder / "round").symlink_to("round")
    (folder / "out.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.py")
    (folder / "latin.py").write_bytes(b'"""D\xe9j\xe0 vu."""\n')
    (folder / "zero.py").write_bytes(b'"""A\0B"""\n')
    with open(os.fsencode(folder) + b"/\xff\xfe.py", "wb"):  # noqa: PTH123 - a name that no Path should need to show
        pass
    deep = os.fspath(folder / "deep")
    here = os.getcwd()  # noqa: PTH109 - one step at a time: the whole path is too long for one call
    try:
        os.mkdir(deep)  # noqa: PTH102
        os.chdir(deep)
        for _ in range(200):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
    finally:
        os.chdir(here)


@pytest.mark.parametrize("builder", ["html", "text", "latex"])
def test_each_bad_thing_is_one_warning(site: Site, builder: str) -> None:
    plant(site.nova / "nova" / "conductor")
    site.write(index=PAGE)
    warnings = site.build(builder)
    found = re.findall(
        r"^index\.rst:4: WARNING: \.\./nova: (\S+?):(?:\d+:)? .* \[nova\.(\w+)\]$", warnings, re.MULTILINE
    )
    assert len(found) == warnings.count("\n")
    assert sorted((kind, path.removeprefix("nova/conductor/")[:11]) for path, kind in found) == [
        ("binary", "zero.py"),
        ("depth", "nova"),
        ("encoding", "\\xff\\xfe.py"),
        ("encoding", "latin.py"),
        ("huge", "enormous.py"),
        ("outside", "out.py"),
        ("outside", "round"),
        ("special", "pipe.py"),
        ("syntax", "half.py"),
    ]
    assert "rpcapi.py" in "".join(
        path.read_text() for path in site.app.outdir.rglob("*") if path.suffix in {".html", ".txt", ".tex"}
    )
