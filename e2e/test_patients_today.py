"""A nurse sees whom her unit meets today, opens one of them, and finds another by number."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect

from e2e import checks
from e2e.conftest import OpenPage, Picture
from e2e.running import World
from e2e.test_staff_login import begin, log_in
from e2e.test_staff_login import choose as at_siths
from e2e.test_staff_uppdrag import choose

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)

SIV = "195401875769"


def at_the_list(page: Page) -> None:
    log_in(page, "Amina Yusuf")
    choose(page, "Hemsjukvård")
    page.get_by_role("link", name="Patienter i dag", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patienter i dag")


def test_a_nurse_opens_one_and_searches_for_another(page: Page) -> None:
    at_the_list(page)
    table = page.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="Rolf Nyman")).to_contain_text(
        "Behöver inhämtas"
    )
    expect(table.get_by_role("row").filter(has_text="11.00")).to_contain_text(
        "Du ser inte vem det är"
    )
    page.get_by_role("link", name="Gunnar Ek, 1943").click()
    expect(page.get_by_role("region", name="Patienten")).to_contain_text("Gunnar Ek")
    page.go_back()
    page.get_by_label("Personnummer eller samordningsnummer").fill(SIV)
    page.get_by_role("button", name="Sök patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du kan inte läsa om patienten här")
    assert SIV not in page.url


def test_it_is_read_by_keyboard_and_without_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    begin(page)
    at_siths(page, "Amina Yusuf")
    page.get_by_role("button", name="Fortsätt").click()
    choose(page, "Hemsjukvård")
    page.get_by_role("link", name="Patienter i dag", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Gunnar Ek, 1943").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Patienten")).to_contain_text("Gunnar Ek")


def test_the_page_is_for_every_reader(
    open_page: OpenPage, axe: str, picture: Picture, world: World
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
    at_the_list(page)

    def look(name: str) -> None:
        for size in ("390", "1280"):
            page.set_viewport_size(checks.SIZES[size])
            picture(page, f"personal-patienter-{name}-{size}")
            assert checks.axe_violations(page, axe) == []
        assert checks.everything(page, axe) == []

    look("lista")
    world.fault("sjovik", "partial")
    page.reload()
    look("del")
    world.fault("sjovik", "http500")
    page.reload()
    expect(
        page.get_by_text("Vi kunde inte hämta dagens tider från Sjöviks kommun.")
    ).to_be_visible()
    look("tyst")
