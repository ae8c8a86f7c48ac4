"""A browser, and a portal with its sandbox: every xdist worker has its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from e2e.running import ROOT, World, running
from e2e.watching import Watch

# Generous: on a machine that does other things as well, everything takes its time.
expect.set_options(timeout=15_000)

CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = ROOT / "artifacts" / "screens"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Page]
Picture = Callable[[Page, str], None]


def absent(what: str) -> None:
    """Skip here, fail where everything is to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright: Playwright) -> dict[str, Any]:
    """Debian's Chromium, else Playwright's own."""
    if CHROMIUM.exists():
        return {"executable_path": str(CHROMIUM), "args": ARGUMENTS}
    if not Path(playwright.chromium.executable_path).exists():
        absent("no browser: install the package chromium, or run tools/browser.sh")
    return {"args": ARGUMENTS}


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    if not AXE.exists():
        absent("no axe-core: run npm ci")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def portal_and_sandbox(
    browser_type_launch_args: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="session")
def base_url(portal_and_sandbox: World) -> str:
    """Where relative addresses begin."""
    return portal_and_sandbox.url


@pytest.fixture
def world(portal_and_sandbox: World) -> Iterator[World]:
    """No test inherits another's faults, or what another has done about somebody's times."""
    portal_and_sandbox.mend()
    yield portal_and_sandbox
    portal_and_sandbox.mend()
    httpx.delete(f"{portal_and_sandbox.panel}/api/bookings").raise_for_status()


@pytest.fixture
def watches() -> Iterator[dict[Page, Watch]]:
    """What every page of the test has said in its console; nothing may stand there at the end."""
    kept: dict[Page, Watch] = {}
    yield kept
    assert [line for watch in kept.values() for line in watch.complaints] == []


@pytest.fixture
def open_page(
    world: World,
    watches: dict[Page, Watch],
    new_context: Callable[..., BrowserContext],
) -> OpenPage:
    """Opens a page in a context of its own: `open_page(java_script_enabled=False)`."""

    def opened(**settings: Any) -> Page:
        page = new_context(**settings).new_page()
        watches[page] = Watch(page)
        return page

    return opened


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def picture() -> Picture:
    """Keeps a picture of the whole page for those who want to look."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    return taken
