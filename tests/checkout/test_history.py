"""Every release tag of Nova's own repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.checkout import _metadata, open_checkout
from tests.checkout.repositories import git

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.history

FINAL = re.compile(r"20\d\d(\.\d+)+|[1-9]\d\.\d+\.\d+")  # 0.9.0 came before the first release


def finals(nova_git: Path) -> list[str]:
    tags = [tag for tag in git(nova_git, "tag").split() if FINAL.fullmatch(tag)]
    assert {"2010.1", "2011.3.1", "2013.2", "2015.1.0", "12.0.0", "33.0.0"} <= set(tags)
    return tags


def test_every_final_tag_is_its_release(nova_git: Path) -> None:
    wrong = {}
    for tag in finals(nova_git):
        checkout = open_checkout(f"{nova_git}@{tag}")
        assert (checkout.project, checkout.package) == ("nova", "nova")
        assert "nova/compute/manager.py" in checkout.paths
        if checkout.release != tag:
            wrong[tag] = checkout.release
    assert wrong == {}


def test_what_the_source_itself_says_is_the_tag_up_to_liberty(nova_git: Path) -> None:
    said = {}
    for tag in finals(nova_git):
        if not tag.startswith(("201", "12.", "13.")):
            continue
        checkout = open_checkout(f"{nova_git}@{tag}")
        said[tag] = _metadata.version(checkout._small_text, checkout.package, None)

    differs = {tag: version for tag, version in said.items() if version not in {tag, None}}
    silent = {tag for tag, version in said.items() if version is None}
    assert differs == {"2015.1.0": "2015.1"}
    assert silent == {tag for tag in said if tag.startswith(("12.", "13."))} - {"12.0.0"}
