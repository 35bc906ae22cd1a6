"""One entry's texts, and which of the entries of a path holds in a release."""

from __future__ import annotations

import pickle

import pytest

from sphinxext.nova.catalog import Catalog, CatalogEntry


def entry(path: str = "nova/volume", **values: str) -> CatalogEntry:
    return CatalogEntry(path, (("en", f"{values.get('since')} to {values.get('until')}"),), **values)


@pytest.mark.parametrize(
    ("descriptions", "language", "expected"),
    [
        ([("en", "E"), ("ja", "J")], "ja", "J"),
        ([("en", "E"), ("ja", "J")], "ja_JP", "J"),
        ([("en", "E"), ("ja", "J")], "ja-JP", "J"),
        ([("en", "E"), ("ja", "J")], "en", "E"),
        ([("en", "E"), ("ja", "J")], "de", "E"),
        ([("pt", "P"), ("pt-BR", "B"), ("en", "E")], "pt_BR", "B"),
        ([("pt", "P"), ("pt_BR", "B"), ("en", "E")], "pt", "P"),
        ([("ja", "J"), ("de", "D")], "fr", "J"),
        ([("", "Plain")], "ja", "Plain"),
    ],
)
def test_description_in_the_nearest_language(descriptions: list[tuple[str, str]], language: str, expected: str) -> None:
    assert CatalogEntry("nova", tuple(descriptions)).description(language) == expected


SERVICE = entry(until="2012.1")
BOTH = entry(since="2012.2", until="2012.2")
CLIENT = entry(since="2013.1", until="19")
LATER = entry(since="20.0.0")
OTHER = entry("nova/vsa", since="2011.3", until="2011.3")


@pytest.mark.parametrize("entries", [[SERVICE, BOTH, CLIENT, LATER, OTHER], [OTHER, LATER, CLIENT, BOTH, SERVICE]])
@pytest.mark.parametrize(
    ("path", "release", "expected"),
    [
        ("nova/volume", "2010.1", SERVICE),
        ("nova/volume", "2012.1.3", SERVICE),
        ("nova/volume", "folsom-1", BOTH),
        ("nova/volume", "2012.2.4", BOTH),
        ("nova/volume", "2013.1.g3", CLIENT),
        ("nova/volume", "2015.1.0", CLIENT),
        ("nova/volume", "19.3.2", CLIENT),
        ("nova/volume", "20.0.0.0rc1", LATER),
        ("nova/volume", "99.0.0", LATER),
        ("nova/volume", None, LATER),
        ("nova/volume", "not a release", LATER),
        ("nova/vsa", "2011.2", None),
        ("nova/vsa", "2011.3.1", OTHER),
        ("nova/vsa", "2012.1", None),
        ("nova/vsa", None, OTHER),
        ("nova/volume/", "2012.1", None),
        ("volume", None, None),
    ],
)
def test_lookup(entries: list[CatalogEntry], path: str, release: str | None, expected: CatalogEntry | None) -> None:
    assert Catalog(tuple(entries)).lookup(path, release) == expected


def test_catalog_is_plain_data() -> None:
    catalog = Catalog((SERVICE, OTHER))
    assert catalog.paths == {"nova/volume", "nova/vsa"}
    copy = pickle.loads(pickle.dumps(catalog))
    assert copy == catalog
    assert hash(copy) == hash(catalog)
    assert copy.lookup("nova/vsa", "2011.3") == OTHER
