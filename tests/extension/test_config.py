"""Configuration values: an impossible one warns and gives way to its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.extension.conftest import Site


@pytest.mark.parametrize(
    ("config", "warning"),
    [
        ({"nova_checkouts": {"a b": "x"}}, "nova_checkouts: 'a b' cannot be the name of a checkout"),
        ({"nova_checkouts": {"a": 1}}, "nova_checkouts: not a dictionary from names to checkouts"),
        ({"nova_catalog": [1]}, "nova_catalog: neither a path nor a list of paths"),
    ],
)
def test_an_impossible_value(site: Site, config: dict[str, object], warning: str) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n")
    assert site.build(**config) == f"WARNING: {warning}; the default is used [nova.config]\n"


def test_an_impossible_template(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n")
    warnings = site.build(nova_source_uri="https://example.org/{nothing}")
    assert warnings.startswith("WARNING: nova_source_uri: ")
    assert warnings.endswith("; the default is used [nova.config]\n")
    assert "https://opendev.org/" in site.output("index.html")


def test_a_template_of_ones_own_and_none(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n   :only: files\n")
    assert site.build(nova_source_uri="https://example.org/{ref}/{path}#{line}") == ""
    assert 'href="https://example.org/2013.2/nova/service.py"' in site.output("index.html")
    assert site.build(nova_source_uri=None) == ""
    assert "nova/service.py" in site.text("index.html")
    assert "https://example.org" not in site.output("index.html")


def test_a_catalogue_that_is_not_there(site: Site) -> None:
    site.write(index="Tree\n====\n\n.. nova-layout:: nova\n")
    assert site.build(nova_catalog="none.toml") == (
        "none.toml:1: WARNING: cannot be read: No such file or directory [nova.catalog]\n"
    )
