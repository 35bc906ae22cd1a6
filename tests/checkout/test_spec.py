"""What the user wrote names one existing folder and perhaps a revision, or says in one line why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sphinxext.nova.checkout._spec import Place, locate
from sphinxext.nova.model import CheckoutError, Kind

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for name in ("docs", "nova", "nova@home", "src/nova", "cinder"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "nova-34.0.0.tar.gz").write_bytes(b"")
    return tmp_path / "docs"


@pytest.mark.parametrize(
    ("spec", "folder", "root", "revision"),
    [
        ("../nova", "../nova", "nova", None),
        ("../nova/", "../nova/", "nova", None),
        ("..//src/../nova", "..//src/../nova", "nova", None),
        ("../nova@2013.2", "../nova", "nova", "2013.2"),
        ("../nova@stable/havana", "../nova", "nova", "stable/havana"),
        ("../nova@HEAD@{1}", "../nova", "nova", "HEAD@{1}"),
        ("../nova@home", "../nova@home", "nova@home", None),
        ("../nova@home@2013.2", "../nova@home", "nova@home", "2013.2"),
        ("../nova@home@", None, None, None),
        (".", ".", "docs", None),
    ],
)
def test_a_spec_names_a_folder_and_a_revision(
    base: Path, spec: str, folder: str | None, root: str | None, revision: str | None
) -> None:
    if folder is None or root is None:
        with pytest.raises(CheckoutError, match=r"names no revision after the '@'") as caught:
            locate(spec, base)
        assert caught.value.kind is Kind.REVISION
    else:
        assert locate(spec, base) == Place(spec, folder, str(base.parent / root), revision)


def test_a_home_folder_is_expanded(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(base.parent))
    place = Place("~/src/nova@2013.2", "~/src/nova", str(base.parent / "src/nova"), "2013.2")
    assert locate("~/src/nova@2013.2", base) == place


def test_a_relative_path_starts_at_the_current_folder(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(base)
    assert locate("../nova", None).root == str(base.parent / "nova")


def test_a_link_is_followed_to_the_folder(base: Path) -> None:
    (base / "link").symlink_to("../nova")
    assert locate("link@2013.2", base) == Place("link@2013.2", "link", str(base.parent / "nova"), "2013.2")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("../nvoa", "there is no folder '../nvoa'; did you mean '../nova'?"),
        ("../nvoa/", "there is no folder '../nvoa'; did you mean '../nova'?"),
        ("../nvoa@2013.2", "there is no folder '../nvoa'; did you mean '../nova'?"),
        ("../nvoa@HEAD@{1}", "there is no folder '../nvoa'; did you mean '../nova'?"),
        ("../cind", "there is no folder '../cind'; did you mean '../cinder'?"),
        ("../zzz", "there is no folder '../zzz'"),
        ("nowhere/nova", "there is no folder 'nowhere/nova'"),
        ("@2013.2", "there is no folder '@2013.2'"),
        (
            "../nova-34.0.0.tar.gz",
            "'../nova-34.0.0.tar.gz' is a file, not a folder; an archive has to be unpacked first",
        ),
        ("../nova-34.0.0.tar.gz/nova", "there is no folder '../nova-34.0.0.tar.gz/nova'"),
        ("~nobody-of-this-name/nova", "there is no folder '~nobody-of-this-name/nova'"),
        ("", "no checkout is named"),
        (" ", "no checkout is named"),
        ("a\nb", r"there is no folder 'a\nb'"),
        ("a\0b", r"there is no folder 'a\x00b'"),
        ("x" * 5000, f"there is no folder '{'x' * 5000}'"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(base: Path, spec: str, message: str) -> None:
    with pytest.raises(CheckoutError) as caught:
        locate(spec, base)
    assert (caught.value.kind, str(caught.value)) == (Kind.CHECKOUT, message)


def outcome(spec: str, base: Path) -> Place | CheckoutError:
    try:
        return locate(spec, base)
    except CheckoutError as error:
        return error


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(spec=st.one_of(st.text(), st.text(alphabet="./@~{}1novaé\n\0")))
def test_any_text_is_a_place_or_one_line(base: Path, spec: str) -> None:
    place = outcome(spec, base)
    if isinstance(place, CheckoutError):
        assert place.kind in {Kind.CHECKOUT, Kind.REVISION}
        assert len(str(place).splitlines()) == 1
        assert str(base.parent) not in str(place)
    else:
        assert place.spec == spec
        assert spec == place.folder + ("" if place.revision is None else f"@{place.revision}")


@given(revision=st.text(min_size=1).filter(lambda text: "\0" not in text and not text.startswith("home")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_follows_a_folder_is_its_revision(base: Path, revision: str) -> None:
    place = locate(f"../nova@{revision}", base)
    assert (place.folder, place.revision) == ("../nova", revision)
