"""Staff choose in what they work, and see it on every page."""

from __future__ import annotations

import shutil

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e import checks
from e2e.conftest import OpenPage, Picture
from e2e.running import World
from e2e.test_staff_login import log_in

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)


def choose(page: Page, assignment: str) -> None:
    page.get_by_role("button", name=f"Välj {assignment}").click()
    expect(page.get_by_role("region", name="Ditt uppdrag")).to_contain_text(assignment)


def without_any(world: World) -> None:
    """Nils has one assignment until somebody ends it."""
    ended = f"{world.panel}/api/assignments/TSTNMT2321000156-C009"
    httpx.delete(ended).raise_for_status()


@pytest.mark.parametrize(
    ("name", "assignment", "unit"),
    [
        ("Lena Ek", "Vård och behandling, Björkbacken", "Björkbackens vårdcentral"),
        ("Amina Yusuf", "Hemsjukvård", "Hemsjukvård Sjövik"),
        ("Omar Said", "Fast omsorgskontakt", "Hemtjänsten Sjövik Norr"),
        ("Omar Said", "Hemtjänst", "Hemtjänsten Sjövik Norr"),
        ("Maria Lund", "Biståndshandläggare", "Sjöviks kommun"),
        ("Karin Ståhl", "Vård och behandling, Syncentralen", "Syncentralen"),
        ("Peter Alm", "Loggkontroll", "Region Nordmark"),
        ("Nils Björk", "Systemförvaltning", "Sjöviks kommun"),
    ],
)
def test_everybody_chooses_theirs_and_sees_it(
    page: Page, name: str, assignment: str, unit: str
) -> None:
    log_in(page, name)
    choose(page, assignment)
    bar = page.get_by_role("region", name="Ditt uppdrag")
    expect(bar).to_contain_text(assignment)
    expect(bar).to_contain_text(unit)


def test_who_has_none_is_told_so(page: Page, world: World) -> None:
    without_any(world)
    log_in(page, "Nils Björk")
    expect(page.get_by_text("Du har inget uppdrag")).to_be_visible()
    page.goto("/sv/personal/mitt-uppdrag")
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inloggad som personal")


def test_it_is_chosen_and_changed_by_keyboard_and_without_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/sv/personal/")
    page.get_by_role("link", name="Logga in med test-SITHS").click()
    page.locator("button", has=page.locator("strong", has_text="Lena Ek")).click()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Välj Vård och behandling").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Patienter i dag")
    page.get_by_role("link", name="Byt uppdrag").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("I vilket uppdrag arbetar du?")
    expect(page.get_by_text("Vald nu")).to_be_visible()


def test_the_pages_are_for_every_reader(
    open_page: OpenPage, axe: str, picture: Picture, world: World
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)

    def look(name: str) -> None:
        assert checks.everything(page, axe) == []
        for size in ("390", "1280"):
            page.set_viewport_size(checks.SIZES[size])
            picture(page, f"personal-{name}-{size}")

    log_in(page)
    look("val")
    choose(page, "Hemsjukvård")
    look("uppdrag")
    page.get_by_role("link", name="Byt uppdrag").click()
    look("byte")
    page.get_by_role("button", name="Logga ut").click()
    page.context.clear_cookies()
    without_any(world)
    log_in(page, "Nils Björk")
    look("inget-uppdrag")
