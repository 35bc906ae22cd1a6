"""The bundled catalogue: every folder of every release is described, and nothing is described that never was."""

from __future__ import annotations

import importlib.resources
import itertools
import json
import re
from typing import TYPE_CHECKING

import pytest

from sphinxext.nova import catalog, releases
from tests.catalog import record_folders

if TYPE_CHECKING:
    from pathlib import Path

    from sphinxext.nova.catalog import CatalogEntry

EXPECTED = record_folders.EXPECTED
RELEASES = sorted((path.parent.name for path in EXPECTED.glob("*/folders.json")), key=releases.parse)
PRESENCE: dict[str, str] = json.loads(record_folders.PRESENCE.read_text())


def folders(release: str) -> dict[str, list[str]]:
    return json.loads((EXPECTED / release / "folders.json").read_text())


def paths(release: str) -> list[str]:
    listed = folders(release)
    return [*listed["top"], *(f"nova/{name}" for name in listed["nova"])]


def test_all_releases_are_recorded() -> None:
    by_year = [
        "2010.1",
        *(f"2011.{n}" for n in (1, 2, 3)),
        *(f"{year}.{n}" for year in (2012, 2013, 2014) for n in (1, 2)),
    ]
    recorded = [*by_year, "2015.1.0", *(f"{major}.0.0" for major in range(12, 35))]
    assert recorded == RELEASES


def test_file_is_well_formed() -> None:
    data = importlib.resources.files(catalog).joinpath("nova.toml").read_bytes()
    read, problems = catalog.load(data, name="nova.toml")
    assert problems == ()
    assert read == catalog.bundled()


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_folder_is_described(release: str, language: str) -> None:
    found = {path: catalog.bundled().lookup(path, release) for path in paths(release)}
    assert [path for path, entry in found.items() if entry is None or language not in dict(entry.descriptions)] == []


def recorded_releases(path: str) -> list[str]:
    """Return the releases that a path is in, out of ranges such as ``2010.1-2012.2 2013.2``."""
    found = []
    for run in PRESENCE[path].split():
        first, _, last = run.partition("-")
        found += RELEASES[RELEASES.index(first) : RELEASES.index(last or first) + 1]
    return found


@pytest.mark.parametrize("entry", catalog.bundled().entries, ids=lambda entry: f"{entry.path} {entry.since or ''}")
def test_every_entry_is_of_use(entry: CatalogEntry) -> None:
    assert any(catalog.bundled().lookup(entry.path, release) == entry for release in recorded_releases(entry.path))


@pytest.mark.parametrize("path", sorted(catalog.bundled().paths))
def test_what_is_described_is_described_wherever_it_is(path: str) -> None:
    assert [release for release in recorded_releases(path) if catalog.bundled().lookup(path, release) is None] == []


@pytest.mark.parametrize("entry", catalog.bundled().entries, ids=lambda entry: f"{entry.path} {entry.since or ''}")
def test_descriptions_are_one_short_sentence_in_both_languages(entry: CatalogEntry) -> None:
    texts = dict(entry.descriptions)
    assert list(texts) == ["en", "ja"]
    assert re.fullmatch(r"[A-Zm(n].*[^.]\.", texts["en"])
    assert len(texts["en"].split()) <= 20
    assert re.fullmatch(r"[^。]+。", texts["ja"])
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", texts["ja"])
    # As OpenStack's Japanese documents have it: a space between Latin words and Japanese ones.
    assert re.findall(r"[ぁ-んァ-ヶ一-龠ー][A-Za-z0-9]|[A-Za-z0-9][ぁ-んァ-ヶ一-龠]", texts["ja"]) == []


# A reader sees one release: a text that tells what was, what came or where it stands among the others is not about it.
RELEASE_NUMBER = re.compile(r"(?<![\w.-])(?:20\d\d|1\d|2\d|3\d)(?:\.\d+)*(?![\w-]|\.\d)")
OTHER_TIMES = {
    "en": re.compile(
        r"\b(?:later|earlier|former|formerly|forerunner|successor|old|older|oldest|newer|newest|latest|now|then|soon"
        r"|still|already|until|since|ago|today|became|become|renamed|replaced|took over|no longer|not yet|those days"
        r"|that time|at first|for the last time|first releases?|left behind|remains|releases|once also"
        r"|(?:has|have) moved|up to(?! date)|before(?! (?:and after|each|anything)))\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"以降|以前|以後|まで|のちに|(?<!前)後に|その後|当初|当時|初期(?!化)|旧|古い|新しいリリース|最新|リリースに|リリースで|かつて|既に|すでに"
        r"|移管|移行|移った|移る前|前身|後継|名残|だった|になる前|される前|なった|最初の|最後の|将来|今後|間もなく|改称|置き換えられ|まだ|現在"
    ),
}


def speaks_of_another_release(text: str, language: str) -> bool:
    return bool(RELEASE_NUMBER.search(text) or OTHER_TIMES[language].search(text))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_descriptions_speak_of_no_other_release(language: str) -> None:
    texts = [(entry.path, dict(entry.descriptions)[language]) for entry in catalog.bundled().entries]
    assert [(path, text) for path, text in texts if speaks_of_another_release(text, language)] == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Live migration, later also cold migration.", True),
        ("en", "VNC consoles and, up to 13, the options of VNC.", True),
        ("en", "IPv6 additions, and from 2013.1 a network script.", True),
        ("en", "The only client in 15.0.0.", True),
        ("en", "Makes volumes, before Cinder took over.", True),
        ("en", "JSON (once also XML) samples.", True),
        ("en", "The xapi plugins have moved elsewhere.", True),
        ("en", "Checks of X.509 certificates (RFC 2462, 169.254.169.254, version 2.1) before each commit.", False),
        ("ja", "ライブマイグレーション、後にコールドマイグレーションも。", True),
        ("ja", "VNC コンソール (13 も VNC のオプションを含む)。", True),
        ("ja", "2013.1 は Xen のネットワークスクリプト。", True),
        ("ja", "Cinder に移管される前の nova-volume。", True),
        ("ja", "JSON サンプル (初期は XML も)。", True),
        ("ja", "RFC 2462 による IPv6 アドレスの初期化 (前後に v2.1 のリリースノートを参照)。", False),
    ],
)
def test_words_about_other_releases_are_told_from_others(language: str, text: str, *, expected: bool) -> None:
    assert speaks_of_another_release(text, language) is expected


def test_a_path_is_not_split_for_nothing() -> None:
    """Entries whose ranges follow each other differ in what they say."""
    by_path: dict[str, list[CatalogEntry]] = {}
    for entry in catalog.bundled().entries:
        by_path.setdefault(entry.path, []).append(entry)
    pairs = [pair for entries in by_path.values() for pair in itertools.pairwise(entries)]
    assert [
        (one.path, one.until)
        for one, other in pairs
        if dict(one.descriptions).items() & dict(other.descriptions).items()
    ] == []


HAVANA_TOP = "contrib doc etc nova plugins smoketests tools"
HAVANA_SERVICES = "api cells cert compute conductor console consoleauth network objectstore scheduler"
HAVANA_SUPPORT = (
    "CA cloudpipe db hacking image ipv6 keymgr locale objects openstack pci servicegroup spice storage tests virt vnc "
    "volume"
)


def services(release: str) -> dict[str, str]:
    """Return the folders directly under the package that are the body of a process."""
    found = {name: catalog.bundled().lookup(f"nova/{name}", release) for name in folders(release)["nova"]}
    return {name: entry.service for name, entry in found.items() if entry is not None and entry.service is not None}


def test_havana() -> None:
    listed = folders("2013.2")
    assert listed["top"] == HAVANA_TOP.split()
    assert services("2013.2") == {name: f"nova-{name}" for name in HAVANA_SERVICES.split()}
    assert set(listed["nova"]) - set(services("2013.2")) == {*HAVANA_SUPPORT.split(), "cmd"}


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("2010.1", "api compute network objectstore scheduler volume"),
        ("2011.3", "api compute console network objectstore scheduler volume vsa"),
        ("2012.2", "api cert compute console consoleauth network objectstore scheduler volume"),
        ("2013.1", "api cells cert compute conductor console consoleauth network objectstore scheduler"),
        ("12.0.0", "api cells cert compute conductor console consoleauth network objectstore scheduler"),
        ("15.0.0", "api cells cert compute conductor console consoleauth network scheduler"),
        ("19.0.0", "api cells compute conductor console consoleauth network scheduler"),
        ("20.0.0", "api compute conductor console network scheduler"),
        ("21.0.0", "api compute conductor scheduler"),
        ("34.0.0", "api compute conductor scheduler"),
    ],
)
def test_services_come_and_go(release: str, expected: str) -> None:
    assert services(release) == {name: f"nova-{name}" for name in expected.split()}


def test_module_and_folder_of_one_name_are_two_paths() -> None:
    folder, module = (catalog.bundled().lookup(path, "12.0.0") for path in ("nova/wsgi", "nova/wsgi.py"))
    assert folder is not None
    assert module is not None
    assert folder.description("en") != module.description("en")


@pytest.mark.history
def test_record_is_that_of_the_clone(nova_git: Path) -> None:
    for tag in record_folders.tags(str(nova_git)):
        names, files = record_folders.names_of_tag(str(nova_git), tag)
        assert folders(tag) == record_folders.two_levels(names)
        assert [path for path in PRESENCE if (tag in recorded_releases(path)) != (path in names | files)] == []
