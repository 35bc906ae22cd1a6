"""Every XML file of what was built is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from check_xml import faults

if TYPE_CHECKING:
    from pathlib import Path


def test_each_file_that_is_not_well_formed_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.xhtml").write_text("<p>a</p>")
    (tmp_path / "bad.opf").write_text("<p><b></p>")
    (tmp_path / "other.html").write_text("<p>")
    assert faults(tmp_path) == [f"{tmp_path / 'bad.opf'}: mismatched tag: line 1, column 8"]


def test_a_folder_without_any_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        faults(tmp_path)
