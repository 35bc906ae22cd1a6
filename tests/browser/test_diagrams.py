"""Diagrams in pages from ``file://``: drawn, readable in the light and in the dark, on a wide screen and on a phone."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sphinx.testing.util import SphinxTestApp

from tests.browser.conftest import AXE, MERMAID, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NOVA = ROOT / "build" / "nova-34.0.0"

FLOWS = {
    "boot": ("nova.api.openstack.compute.servers.ServersController.create", ()),
    "resize": ("nova.api.openstack.compute.servers.ServersController._resize", ()),
    "live-migration": (
        "nova.api.openstack.compute.migrate_server.MigrateServerController._migrate_live",
        (),
    ),
    "attach": ("nova.api.openstack.compute.volume_attachments.VolumeAttachmentController.create", ()),
    "delete": (
        "nova.api.openstack.compute.servers.ServersController.delete",
        (":options: reclaim_instance_interval=0",),
    ),
    "whole": (
        "nova.api.openstack.compute.migrate_server.MigrateServerController._migrate_live",
        (":failures:", ":side:", ":branches: all", ":external:"),
    ),
}
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
# Stricter than what is promised: only files beside the page, and no script that stands in it.
POLICY = "default-src 'none'; script-src file:; style-src file: 'unsafe-inline'; img-src file: data:; font-src file:"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages with the Mermaid that sphinxcontrib-mermaid loads."""
    return build(tmp_path_factory.mktemp("pages"), "mermaid")


@pytest.fixture(scope="module")
def site_newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages with the newest Mermaid."""
    return build(tmp_path_factory.mktemp("pages"), "mermaid-newest")


def build(pages: Path, package: str) -> Path:
    """Build a page for each flow, which forbids inline scripts."""
    (pages / "conf.py").touch()
    for name, (entry, options) in FLOWS.items():
        lines = [f".. rpc-flow:: {entry}", f"   :caption: {name}", *(f"   {option}" for option in options)]
        (pages / f"{name}.rst").write_text(f"{name}\n{'=' * len(name)}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (pages / "start.rst").write_text(
        "start\n=====\n\n.. service-bootstrap:: nova-conductor\n   :flow:\n", encoding="utf-8"
    )
    (pages / "index.rst").write_text(
        "All\n===\n\n.. toctree::\n\n" + "".join(f"   {name}\n" for name in (*FLOWS, "start")), encoding="utf-8"
    )
    warnings = StringIO()
    app = SphinxTestApp(
        "html",
        srcdir=pages,
        builddir=pages.parent / f"out-{package}",
        confoverrides={
            "extensions": ["sphinxext.nova"],
            "nova_checkout": str(NOVA),
            "nova_mermaid": "local",
            "nova_cache_dir": "cache",
            "html_static_path": [str(MERMAID[package])],
            "html_theme": "furo",
            "html_show_sourcelink": False,
            "numfig": True,
        },
        warning=warnings,
    )
    app.build()
    app.cleanup()
    assert warnings.getvalue() == ""
    for file in Path(app.outdir).glob("*.html"):
        html = file.read_text(encoding="utf-8")
        # The theme's own inline script is blocked with all others.
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        file.write_text(html.replace("<head>", f"<head>{policy}", 1), encoding="utf-8")
    return Path(app.outdir)


def opened(browser: Browser, site: Path, name: str, view: str) -> tuple[Page, list[str]]:
    """Open a page, wait until its diagrams are drawn, and collect what the console says of scripts of ours."""
    page = browser.new_page(**VIEWS[view])
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_function("() => !document.querySelector('pre.nova-mermaid')", timeout=60_000)
    if folder := os.environ.get("SCREENSHOTS"):
        for number, figure in enumerate(page.locator("figure.nova-flow").all()):
            figure.screenshot(path=f"{folder}/{name}-{number}-{view}.png")
    return page, said


def serious(page: Page) -> list[str]:
    """Let axe look at what we emit, and give what it finds to be serious or worse."""
    # axe is evaluated and not added to the page, whose policy would not let it in.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async () => {
            const ours = ["figure.nova-flow", "table.nova-table", ".nova-left-out"];
            const include = ours.filter((one) => document.querySelector(one)).map((one) => [one]);
            const { violations } = await axe.run({ include });
            return violations
                .filter(({ impact }) => ["serious", "critical"].includes(impact))
                .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | "));
        }"""
    )
    return found


@pytest.mark.parametrize(
    ("name", "view"), [(name, view) for name in FLOWS for view in VIEWS if name != "whole" or view == "light"]
)
def test_every_diagram_is_drawn_and_accessible(browser: Browser, site: Path, name: str, view: str) -> None:
    page, said = opened(browser, site, name, view)
    assert said == []
    assert page.locator("figure.nova-flow svg").count() == page.locator("figure.nova-flow").count() > 0
    # Each number of the picture is a row, and leads to it.
    links = page.locator("figure.nova-flow svg a").all()
    numbers = [re.match(r"(\d+)\. ", link.text_content() or "")[1] for link in links]
    rows = [cell.inner_text().strip() for cell in page.locator("table.nova-table tbody tr > :first-child").all()]
    assert sorted(numbers, key=int) == rows
    assert all(page.locator(f"[id='{link.get_attribute('href')[1:]}']").count() == 1 for link in links)
    # Nothing sticks out of the page; what is wider scrolls in its own place.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []
    page.close()


@pytest.mark.parametrize("view", VIEWS)
def test_the_start_of_a_service_is_drawn(browser: Browser, site: Path, view: str) -> None:
    page, said = opened(browser, site, "start", view)
    assert said == []
    assert page.locator("figure.nova-flow svg").count() == 1
    assert serious(page) == []
    page.close()


def test_the_newest_mermaid_draws_them_too(browser: Browser, site_newest: Path) -> None:
    for name in FLOWS:
        page, said = opened(browser, site_newest, name, "light")
        assert said == []
        assert page.locator("figure.nova-flow svg").count() == page.locator("figure.nova-flow").count() > 0
        page.close()


def test_a_diagram_follows_the_theme(browser: Browser, site: Path) -> None:
    page, _said = opened(browser, site, "resize", "light")
    fill = "getComputedStyle(document.querySelector('figure.nova-flow rect.actor')).fill"
    light = page.evaluate(fill)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => {fill} !== '{light}'")
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => {fill} === '{light}'")
    page.close()


def test_text_keeps_its_size_on_a_phone(browser: Browser, site: Path) -> None:
    page, _said = opened(browser, site, "resize", "phone")
    heights = page.evaluate(
        "[...document.querySelectorAll('.nova-drawn .messageText')].map((text) => text.getBoundingClientRect().height)"
    )
    assert min(heights) >= 9
    holder = page.locator(".nova-drawn")
    assert holder.evaluate("(element) => element.scrollWidth > element.clientWidth && element.tabIndex === 0")
    page.close()
