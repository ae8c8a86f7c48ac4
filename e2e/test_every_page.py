"""Every page that links lead to, in every state, for every reader, in a language of each direction.

What one page looks like in one special case is tried in `test_accessibility`.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from e2e import checks
from e2e.conftest import OpenPage
from e2e.running import World
from e2e.walking import OPEN, STATES, kind_of, walk
from portal.i18n import LANGUAGES
from views import all_views
from views.kit.view import ONE

EVERY_STATE = pytest.mark.parametrize("state", STATES)
EITHER_WAY = pytest.mark.parametrize("language", ["sv", "ar"])


@pytest.fixture(scope="session")
def found(portal_and_sandbox: World, browser: Browser, base_url: str) -> tuple[str, ...]:
    """What somebody with something of everything comes to; the names of records last as long as
    the portal."""
    portal_and_sandbox.mend()
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    STATES["complete"].enter(page, portal_and_sandbox, "sv")
    paths = walk(page)
    context.close()
    return paths


@pytest.fixture
def reader(open_page: OpenPage) -> Page:
    # axe copies style sheets into shadow roots to read them, which our policy would stop.
    return open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)


def test_links_lead_to_every_view(found: tuple[str, ...]) -> None:
    kinds = {kind_of(path) for path in found}
    wanted = {f"mig/{view.path}".replace(ONE, "/*").rstrip("/") for view in all_views()}
    assert wanted - kinds == set()


@EVERY_STATE
@EITHER_WAY
def test_every_page_is_for_every_reader(
    reader: Page, world: World, axe: str, found: tuple[str, ...], state: str, language: str
) -> None:
    STATES[state].enter(reader, world, language)
    wrong = []
    for path in found:
        reader.goto(f"/{language}/{path}")
        wrong += [f"{path} {each}" for each in checks.everything(reader, axe)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_pages_are_for_every_reader(reader: Page, axe: str, language: str) -> None:
    wrong = []
    for path in OPEN:
        reader.goto(f"/{language}/{path}")
        wrong += [f"{path} {each}" for each in checks.everything(reader, axe)]
    assert wrong == []


@EVERY_STATE
@EITHER_WAY
def test_every_page_is_whole_without_script(
    open_page: OpenPage, world: World, found: tuple[str, ...], state: str, language: str
) -> None:
    plain = open_page(java_script_enabled=False)
    STATES[state].enter(plain, world, language)
    for path in found:
        plain.goto(f"/{language}/{path}")
        assert len(plain.get_by_role("main").inner_text().split()) > 5, path
        assert plain.locator("[part~=vantar]").filter(visible=True).count() == 0, path
