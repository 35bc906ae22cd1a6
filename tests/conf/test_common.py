"""What the editions of the documentation have in common."""

from __future__ import annotations

from pathlib import Path

import common
import pytest
from sphinx.errors import ConfigError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ("", None),
        ("nova", "{root}/nova"),
        ("../nova@2013.2", "{above}/nova@2013.2"),
        ("nova@stable/havana", "{root}/nova@stable/havana"),
        ("~/nova@2013.2", "{home}/nova@2013.2"),
        ("/src/nova", "/src/nova"),
    ],
)
def test_checkout_of(given: str | None, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    root = Path(common.__file__).parent.parent
    monkeypatch.delenv("NOVA", raising=False)
    if given is not None:
        monkeypatch.setenv("NOVA", given)
    assert common.checkout_of("NOVA") == (expected and expected.format(root=root, above=root.parent, home=Path.home()))


def test_newest_release_that_was_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "releases.toml").write_text('docs = "nova-1.0"\n')
    monkeypatch.setattr(common, "ROOT", tmp_path)
    with pytest.raises(
        ConfigError, match=r"nova-1\.0 is not there: run `make docs`, or `python tools/get_release\.py`"
    ):
        common.newest_release()
    (tmp_path / "build" / "nova-1.0").mkdir(parents=True)
    assert common.newest_release() == str(tmp_path / "build" / "nova-1.0")
