"""Staff log in through SITHS, which is another site to the browser, as the real one is."""

from __future__ import annotations

import re
import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from e2e import checks
from e2e.acting import log_in as log_in_as_resident
from e2e.conftest import OpenPage, Picture

STAFF, CROSSING = "__Host-staff", "__Host-staff-login"
PERSONAS = (
    *("Lena Ek", "Amina Yusuf", "Omar Said", "Maria Lund"),
    *("Karin Ståhl", "Peter Alm", "Nils Björk"),
)

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)


def begin(page: Page) -> None:
    """From the page of staff to SITHS' choice of person."""
    page.goto("/sv/personal/")
    page.get_by_role("link", name="Logga in med test-SITHS").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Test-SITHS")


def choose(page: Page, name: str) -> None:
    page.locator("button", has=page.locator("strong", has_text=re.compile(f"^{name}$"))).click()


def log_in(page: Page, name: str = "Amina Yusuf") -> None:
    begin(page)
    choose(page, name)
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inloggad som personal")


def cookies(page: Page) -> dict[str, str]:
    return {one["name"]: one["sameSite"] for one in page.context.cookies()}


def test_the_start_page_shows_staff_the_way(page: Page) -> None:
    page.goto("/sv/")
    page.get_by_role("link", name="Logga in som personal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("För dig som är personal")


@pytest.mark.parametrize("name", PERSONAS)
def test_everybody_of_the_staff_gets_in(page: Page, name: str) -> None:
    log_in(page, name)
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"^http://localhost:\d+/sv/personal/$"))


def test_siths_is_another_site_and_only_its_own_cookie_crosses(page: Page, base_url: str) -> None:
    log_in_as_resident(page)
    begin(page)
    own, theirs = urlsplit(base_url).hostname, urlsplit(page.url).hostname
    assert (own, theirs) == ("localhost", "idp.sithis.localhost")
    with page.expect_request("**/svar") as posted:
        choose(page, "Amina Yusuf")
    sent = posted.value.all_headers()
    assert sent["sec-fetch-site"] == "cross-site"
    assert CROSSING in sent["cookie"]
    assert "__Host-session" not in sent["cookie"], "a resident's session stays at home"
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inloggad som personal")
    kept = cookies(page)
    assert kept[STAFF] == "Lax"
    assert CROSSING not in kept


def test_without_script_one_presses_a_button(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    begin(page)
    choose(page, "Amina Yusuf")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inloggad som personal")


def test_a_cancelled_login_is_no_session(page: Page) -> None:
    begin(page)
    page.get_by_role("button", name="Avbryt").click()
    expect(page.get_by_text("Du avbröt inloggningen.")).to_be_visible()
    assert STAFF not in cookies(page)
    page.get_by_role("link", name="Försök igen").click()
    expect(page.get_by_role("link", name="Logga in med test-SITHS")).to_be_visible()


def test_a_login_on_a_low_level_is_refused_in_plain_words(page: Page) -> None:
    begin(page)
    page.get_by_label("Låg tillitsnivå").check()
    choose(page, "Amina Yusuf")
    expect(page.get_by_text("på en högre tillitsnivå")).to_be_visible()
    assert STAFF not in cookies(page)


def test_staff_see_nothing_of_a_resident_and_the_reverse(page: Page) -> None:
    log_in(page)
    page.goto("/sv/mig/")
    expect(page).to_have_url(re.compile(r"/sv/\?till="))
    page.context.clear_cookies()
    log_in_as_resident(page)
    page.goto("/sv/personal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("För dig som är personal")


def test_logging_out_ends_it_at_siths_too(page: Page) -> None:
    log_in(page)
    siths = page.context.new_page()
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
    expect(page.get_by_text("inte bekräftat")).to_have_count(0)
    assert STAFF not in cookies(page)
    site = next(url for url in _origins(page) if "idp." in url)
    siths.goto(site)
    expect(siths.get_by_text("Ingen är inloggad.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Amina Yusuf")).to_have_count(0)


def test_logging_out_at_siths_ends_it_here(page: Page) -> None:
    log_in(page)
    siths = page.context.new_page()
    siths.goto(next(url for url in _origins(page) if "idp." in url))
    expect(siths.get_by_text("Amina Yusuf är inloggad.")).to_be_visible()
    siths.get_by_role("button", name="Logga ut överallt").click()
    expect(siths.get_by_text("Du är utloggad")).to_be_visible()
    page.goto("/sv/personal/")
    expect(page.get_by_role("heading", level=1)).to_have_text("För dig som är personal")


def _origins(page: Page) -> set[str]:
    """Where a form of the page may end, as its policy says."""
    policy = page.request.get("/sv/").headers["content-security-policy"]
    forms = next(part for part in policy.split("; ") if part.startswith("form-action "))
    return set(forms.split()[2:])


def test_the_pages_of_staff_are_for_every_reader(
    open_page: OpenPage, axe: str, picture: Picture
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)

    def look(name: str) -> None:
        assert checks.everything(page, axe) == []
        picture(page, f"personal-{name}-1280")
        page.set_viewport_size(checks.SIZES["390"])
        picture(page, f"personal-{name}-390")
        page.set_viewport_size(checks.SIZES["1280"])

    page.goto("/sv/personal/")
    look("start")
    begin(page)
    page.get_by_label("Låg tillitsnivå").check()
    choose(page, "Amina Yusuf")
    expect(page.get_by_text("på en högre tillitsnivå")).to_be_visible()
    look("lag-niva")
    log_in(page)
    look("inloggad")
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
    look("utloggad")
    begin(page)
    assert checks.axe_violations(page, axe) == []
    picture(page, "personal-siths-1280")
