"""Built pages in a real browser: the system's Chromium, driven by Playwright, and no server or network."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
MERMAID = {name: ROOT / "node_modules" / name / "dist" / "mermaid.min.js" for name in ("mermaid", "mermaid-newest")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium: what ``CHROMIUM`` names, or the one on the path."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("there is no chromium on the path; CHROMIUM may say where one is")
    with sync_playwright() as playwright:
        # Containers have no sandbox to offer; what is opened are pages that were just built.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
