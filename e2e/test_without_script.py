"""Nothing here needs a script: with scripts off, everything is there and works."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import complete, events, log_in, log_out, section
from e2e.conftest import OpenPage
from e2e.running import World


@pytest.fixture
def plain(open_page: OpenPage) -> Page:
    return open_page(java_script_enabled=False)


def test_login_overview_and_logout(plain: Page) -> None:
    log_in(plain)
    complete(plain)
    expect(section(plain, "next").get_by_role("heading", name="Härnäst")).to_be_visible()
    for title in ("Såromläggning", "Återbesök efter operation", "Utprovning av läshjälpmedel"):
        expect(events(plain).get_by_role("heading", name=title)).to_be_visible()
    expect(section(plain, "contacts")).to_contain_text("Lena Ek")
    expect(section(plain, "plans")).to_contain_text("Trygghetslarm")
    log_out(plain)
    expect(plain.get_by_role("heading", level=1)).to_have_text("Du är utloggad")


def test_no_waiting_text_is_left_when_everything_has_come(plain: Page) -> None:
    log_in(plain)
    complete(plain)
    expect(plain.locator("[part~=vantar]").filter(visible=True)).to_have_count(0)
    expect(plain.get_by_text("Vi hämtar").filter(visible=True)).to_have_count(0)


def test_a_row_unfolds(plain: Page) -> None:
    log_in(plain)
    complete(plain)
    asked = section(plain, "next").locator("details.varfor")
    asked.locator("summary").click()
    expect(asked.locator("dl")).to_be_visible()


def test_a_section_that_was_too_late_is_reached_by_its_link(plain: Page, world: World) -> None:
    world.fault("plattformen", "hang")
    log_in(plain)
    complete(plain)
    section(plain, "contacts").get_by_role("link", name="Mottagningar och kontakter").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Mottagningar och kontakter")
    expect(plain.get_by_role("link", name="Tillbaka till hela sidan")).to_be_visible()


def test_a_broken_source_is_named(plain: Page, world: World) -> None:
    world.fault("sydkust", "garbage")
    log_in(plain)
    complete(plain)
    expect(section(plain, "status")).to_contain_text("Region Sydkust")
