"""The layout of every release tag, out of a git clone."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova.catalog import bundled
from sphinxext.nova.checkout import open_checkout
from sphinxext.nova.openstack.layout import layout
from sphinxext.nova.releases import parse

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.releases import Release

pytestmark = pytest.mark.history


def tags() -> list[str]:
    """Give the tags that are releases, 2010.1 and later; what stands before is of another project layout."""
    clone = os.environ.get("NOVA_GIT")
    if not clone:
        return ["(no clone)"]
    listed = subprocess.run(("git", "-C", clone, "tag"), check=True, capture_output=True, text=True).stdout.split()
    return [tag for tag in listed if tag[0].isdigit() and numbered(tag) >= numbered("2010.1")]


def numbered(tag: str) -> Release:
    """Read a tag."""
    release = parse(tag)
    assert release
    return release


@pytest.mark.parametrize("tag", tags())
def test_every_tag_has_a_layout_in_which_nothing_is_undescribed(nova_git: Path, tag: str) -> None:
    checkout = open_checkout(f"{nova_git}@{tag}")
    for folder in ("", "nova"):
        for language in ("en", "ja"):
            answer = layout(checkout, folder, catalogs=[("catalog", bundled())], language=language)
            folders = [row for row in answer.rows if row.kind == "folder"]
            assert folders
            assert [row.path for row in folders if row.described_by != "catalog"] == []
    for row in answer.rows:
        if row.service:
            layout(checkout, row.path, catalogs=[("catalog", bundled())])
