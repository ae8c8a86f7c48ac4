"""A nurse in home care, one at a health centre, and a doctor in another region read of Birgitta."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e import checks
from e2e.conftest import OpenPage, Picture
from e2e.test_staff_login import log_in

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)

BIRGITTA = "190001019801"
AMINA = ("Amina Yusuf", "Hemsjukvård")
LENA = ("Lena Ek", "Vård och behandling, Björkbacken")
KARIN = ("Karin Ståhl", "Vård och behandling, Syncentralen")
QUESTION, STEPS = "Vad pågår, och vad är mitt?", "Vad är gjort, bokat och planerat?"


def open_birgitta(page: Page, who: tuple[str, str]) -> None:
    name, assignment = who
    log_in(page, name)
    page.get_by_role("button", name=f"Välj {assignment}").click()
    expect(page.get_by_role("region", name="Ditt uppdrag")).to_be_visible()
    page.goto("/sv/personal/sok")
    page.get_by_label("Personnummer eller samordningsnummer").fill(BIRGITTA)
    page.get_by_role("button", name="Sök patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.get_by_text("Klart.")).to_be_visible()


def section(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


class TestAmina:
    """She lays about the wound today, and has Birgitta's consent."""

    def test_she_sees_what_is_going_on_and_what_is_hers(self, page: Page) -> None:
        open_birgitta(page, AMINA)
        coming = section(page, "Kommande 14 dagar")
        mine = coming.get_by_role("row").filter(has_text="Såromläggning")
        expect(mine).to_contain_text("Din enhet")
        clash = coming.get_by_role("row").filter(has_text="Återbesök efter operation")
        expect(clash.filter(has_text="Erik Holm")).to_contain_text("Krockar")
        expect(coming.get_by_role("row").filter(has_text="Varje dag")).to_have_count(1)
        tasks = section(page, "Öppna uppgifter").get_by_role("listitem")
        expect(tasks.first).to_contain_text("Saknar ansvarig")
        expect(tasks.nth(1)).to_contain_text("Din enhet")
        expect(section(page, "Överlämning")).to_contain_text("sova i min egen säng")
        contacts = section(page, "Kontakter")
        expect(contacts.get_by_role("link", name="0980-319 202")).to_be_visible()

    def test_she_follows_a_plan_step_by_step(self, page: Page) -> None:
        open_birgitta(page, AMINA)
        page.get_by_role("link", name="Rehabiliteringsplan").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(STEPS)
        steps = page.get_by_role("table").get_by_role("row")
        expect(steps.filter(has_text="Bokat")).to_contain_text("Träning hemma med fysioterapeut")
        expect(steps.filter(has_text="Planerat")).to_contain_text("Jonas Berg")
        expect(steps.filter(has_text="Remitterat")).to_contain_text("Rehab Sjövik")
        page.get_by_role("link", name="Diabetes").click()
        expect(page.get_by_role("heading", level=3)).to_have_text("Diabetes – årlig plan")
        expect(page.get_by_role("region", name="Patienten")).to_contain_text("Birgitta Lindqvist")

    def test_the_pages_are_for_every_reader(
        self, open_page: OpenPage, axe: str, picture: Picture
    ) -> None:
        page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
        open_birgitta(page, AMINA)
        for name in ("patient", "vardforlopp"):
            if name == "vardforlopp":
                page.get_by_role("link", name="Rehabiliteringsplan").click()
                expect(page.get_by_text("Klart.")).to_be_visible()
            assert checks.everything(page, axe) == []
            for size in ("390", "1280"):
                page.set_viewport_size(checks.SIZES[size])
                picture(page, f"personal-{name}-{size}")

    def test_two_columns_where_there_is_room_for_them(self, open_page: OpenPage) -> None:
        page = open_page(viewport={"width": 1100, "height": 900})
        open_birgitta(page, AMINA)

        def beside() -> bool:
            left = section(page, "Kommande 14 dagar").bounding_box()
            right = section(page, "Öppna uppgifter").bounding_box()
            assert left is not None
            assert right is not None
            return right["x"] > left["x"] + left["width"] - 1

        assert beside()
        page.set_viewport_size(checks.SIZES["390"])
        assert not beside()


class TestLena:
    """She holds Birgitta's care together, in the region. What the municipality has needs a yes."""

    def test_she_sees_the_regions_and_is_told_of_the_rest(self, page: Page) -> None:
        open_birgitta(page, LENA)
        coming = section(page, "Kommande 14 dagar")
        expect(coming).to_contain_text("Återbesök efter operation")
        expect(coming).to_contain_text("behöver du patientens samtycke")
        expect(coming).not_to_contain_text("Såromläggning")
        plans = section(page, "Planer")
        expect(plans).to_contain_text("Trygg hemma efter höftoperationen")
        sip = plans.get_by_role("listitem").filter(has_text="SIP")
        expect(sip.first).to_contain_text("Din enhet")
        expect(plans).not_to_contain_text("Vårdplan hemsjukvård")

    def test_it_works_without_script(self, open_page: OpenPage) -> None:
        page = open_page(java_script_enabled=False)
        name, assignment = LENA
        page.goto("/sv/personal/")
        page.get_by_role("link", name="Logga in med test-SITHS").click()
        page.locator("button", has=page.locator("strong", has_text=name)).click()
        page.get_by_role("button", name="Fortsätt").click()
        page.get_by_role("button", name=f"Välj {assignment}").click()
        page.goto("/sv/personal/sok")
        page.get_by_label("Personnummer eller samordningsnummer").fill(BIRGITTA)
        page.get_by_role("button", name="Sök patient").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
        expect(section(page, "Öppna uppgifter")).to_contain_text("Saknar ansvarig")


class TestKarin:
    """She is to try out aids for reading, in another region, and has not asked Birgitta."""

    def test_she_sees_no_row_of_others_and_is_told_that_consent_is_needed(self, page: Page) -> None:
        open_birgitta(page, KARIN)
        main = page.get_by_role("main")
        for title in ("Planer", "Öppna uppgifter", "Kontakter"):
            expect(section(page, title)).to_contain_text("behöver du patientens samtycke")
            expect(section(page, title).get_by_role("table")).to_have_count(0)
        for kept in ("Återbesök", "Såromläggning", "Trygg hemma", "Lena Ek", "Omar Said"):
            expect(main).not_to_contain_text(kept)
        expect(main).not_to_contain_text("Vi vet inte")

    def test_the_page_is_for_every_reader(
        self, open_page: OpenPage, axe: str, picture: Picture
    ) -> None:
        page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
        open_birgitta(page, KARIN)
        assert checks.everything(page, axe) == []
        for size in ("390", "1280"):
            page.set_viewport_size(checks.SIZES[size])
            picture(page, f"personal-patient-utan-samtycke-{size}")
