"""Tables in six themes: names are whole, nothing is printed over something else, and no page is wider for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import AXE, MERMAID, ROOT
from tests.every_directive import PAGES, build

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NOVA = ROOT / "build" / "nova-34.0.0"
THEMES = {
    "alabaster": "",
    "furo": "",
    "openstackdocs": "openstackdocstheme",
    "pydata_sphinx_theme": "",
    "sphinx_book_theme": "",
    "sphinx_rtd_theme": "",
}
"""The themes, and what has to be loaded for one."""

HEIGHT = 900

# The roles in a table that the author has written.
ROLES = """
.. list-table::

   * - :openstack:file:`nova/virt/libvirt/volume/remotefs.py`
     - :openstack:task:`ComputeManager._cleanup_running_deleted_instances`
   * - :openstack:db:`block_device_mapping_get_by_instance_and_volume_id`
     - :openstack:rpc:`compute.check_can_live_migrate_destination`

.. nova-layout:: nova/conductor
"""

# What of a cell lies outside of it, or of a name is cut where no line of it ends.
FAULTS = """() => {
    const inside = (inner, outer) =>
        inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
        inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    const faults = [];
    for (const cell of document.querySelectorAll("table.nova-table :is(th, td)")) {
        const box = cell.getBoundingClientRect();
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            if (![...range.getClientRects()].every((rect) => !rect.width || inside(rect, box)))
                faults.push("outside: " + texts.currentNode.textContent);
        }
    }
    for (const piece of document.querySelectorAll("code.nova-name > span.pre"))
        if (piece.getClientRects().length > 1) faults.push("cut: " + piece.textContent);
    for (const box of document.querySelectorAll(".nova-scroll *")) {
        const { display, overflowX } = getComputedStyle(box);
        if (display !== "inline" && ["auto", "scroll"].includes(overflowX)) faults.push("scrolls: " + box.className);
    }
    return faults;
}"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep what is read of the release, so that it is read once for all themes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=THEMES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """Build the pages in a theme: each directive, and one without any."""
    theme = request.param
    pages = {name: "\n".join(texts) for name, texts in PAGES.items()}
    return build(
        tmp_path_factory.mktemp(theme),
        "html",
        NOVA,
        {**pages, "roles": ROLES, "none": "Prose.\n"},
        nova_cache_dir=str(cache),
        nova_mermaid="local",
        html_static_path=[str(MERMAID["mermaid"])],
        html_theme=theme,
        extensions=["sphinxext.nova", *filter(None, [THEMES[theme]])],
    )


def opened(browser: Browser, site: Path, name: str, width: int, scheme: str) -> Page:
    page = browser.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
    # Some themes get fonts from elsewhere.
    page.route("http*://**", lambda route: route.abort())
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_function("() => !document.querySelector('pre.nova-mermaid')", timeout=60_000)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{site.parent.parent.name}-{name}-{width}-{scheme}.png")
    return page


def width_of(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_printed_over_something_else(browser: Browser, site: Path, width: int) -> None:
    page = opened(browser, site, "none", width, "light")
    least = width_of(page)
    page.close()
    found = {}
    for name in (*PAGES, "roles"):
        page = opened(browser, site, name, width, "light")
        assert page.locator("table.nova-table").count() > 0
        found[name] = (width_of(page) <= least, page.evaluate(FAULTS))
        page.close()
    assert found == dict.fromkeys((*PAGES, "roles"), (True, []))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_wide_table_is_reached_by_the_keyboard(browser: Browser, site: Path, scheme: str) -> None:
    page = opened(browser, site, "periodic", 390, scheme)
    region = page.get_by_role("region", name="What runs by itself")
    assert region.evaluate("(box) => box.scrollWidth > box.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.nova-scroll').scrollLeft > 0")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert (
        page.evaluate(
            """async () => (await axe.run({ include: [[".nova-scroll"]] })).violations
            .filter(({ impact, id }) => ["serious", "critical"].includes(impact) && id !== "color-contrast")
            .map(({ id }) => id)"""
        )
        == []
    )
    page.close()


def test_a_name_is_found_and_copied_as_one(browser: Browser, site: Path) -> None:
    page = opened(browser, site, "calls", 390, "light")
    name = "block_device_mapping_get_by_instance_and_volume_id"
    assert page.evaluate(f"window.find('{name}')")
    assert page.evaluate("getSelection().toString()") == name
    assert page.locator("code.nova-name", has_text=name).first.inner_text() == name
    page.close()
