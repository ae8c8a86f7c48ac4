"""Omar in both of his assignments, and Maria: of Birgitta, and of who has not consented."""

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

BIRGITTA, SARA, JOHAN = "190001019801", "199001012385", "200512312398"
HOME_HELP, CONTACT = ("Omar Said", "Hemtjänst"), ("Omar Said", "Fast omsorgskontakt")
OFFICER = ("Maria Lund", "Biståndshandläggare")


def choose(page: Page, who: tuple[str, str]) -> None:
    name, assignment = who
    log_in(page, name)
    page.get_by_role("button", name=f"Välj {assignment}").click()
    expect(page.get_by_role("region", name="Ditt uppdrag")).to_contain_text(assignment)


def find(page: Page, number: str, question: str) -> None:
    page.goto("/sv/personal/sok")
    page.get_by_label("Personnummer eller samordningsnummer").fill(number)
    page.get_by_role("button", name="Sök patient").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(question)
    expect(page.get_by_text("Klart.")).to_be_visible()


def section(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def test_home_care_sees_when_others_come_and_what_meets_the_own_visits(page: Page) -> None:
    choose(page, HOME_HELP)
    find(page, BIRGITTA, "Andra besök hos Birgitta")
    told = "Du ser när någon kommer, och ibland vem. Du ser inte varför."
    expect(page.get_by_text(told)).to_be_visible()
    rows = section(page, "Kommande 14 dagar").get_by_role("listitem")
    expect(rows.filter(has_text="Hemsjukvård Sjövik kommer hem").first).to_be_visible()
    clash = rows.filter(has_text="Kan krocka med ditt besök 08.45")
    expect(clash).to_have_count(1)
    expect(clash).to_contain_text("09.15–09.45")
    expect(clash).to_contain_text("Ett besök")
    expect(clash).to_contain_text("Vi vet inte om Birgitta är hemma 08.45–10.15.")
    way = clash.get_by_role("link", name="Ring 0980-319 230 och föreslå annan tid")
    expect(way).to_have_attribute("href", "tel:0980319230")
    expect(clash).to_contain_text("Ingen tid ändras här.")
    expect(page.get_by_role("region", name="Patienten")).to_contain_text("Birgitta Lindqvist")


def test_the_contact_person_sees_a_month_the_plans_and_whom_to_ring(page: Page) -> None:
    choose(page, CONTACT)
    find(page, BIRGITTA, "Vad är på gång för Birgitta?")
    coming = section(page, "De närmaste 30 dagarna")
    mine = coming.get_by_role("listitem").filter(has_text="Din enhet")
    expect(mine.first).to_contain_text("varje dag kl. 07.30, 12.00 och 18.30")
    expect(coming.get_by_text("Krockar med Hemtjänst")).to_be_visible()
    plans = section(page, "Planer").get_by_role("listitem")
    expect(plans.filter(has_text="Trygg hemma efter höftoperationen")).to_contain_text("Pågår")
    expect(plans.filter(has_text="Genomförandeplan")).to_have_count(0)
    contacts = section(page, "Kontakter")
    expect(contacts.get_by_role("link", name="0980-319 202")).to_be_visible()


def test_the_officer_sees_decisions_plans_and_a_quarter(page: Page) -> None:
    choose(page, OFFICER)
    find(page, BIRGITTA, "Vad är beslutat om Birgitta?")
    decisions = section(page, "Beslut om insatser").get_by_role("listitem")
    home_help = decisions.filter(has_text="Hemtjänst, 14 timmar i veckan")
    for said in (
        *("socialtjänstlagen (SoL)", "Vård- och omsorgsnämnden", "Hemtjänsten Sjövik Norr"),
        "Det framgår inte om insatsen har börjat.",
    ):
        expect(home_help).to_contain_text(said)
    sip = section(page, "Planer").get_by_role("listitem").first
    expect(sip).to_contain_text("Trygg hemma efter höftoperationen")
    expect(sip.get_by_role("listitem").filter(has_text="Genomförandeplan hemtjänst")).to_have_count(
        1
    )
    coming = section(page, "De närmaste 90 dagarna")
    expect(coming).to_contain_text("Möte om din samordnade plan (SIP)")


def test_without_consent_it_is_only_said_that_there_is_more(page: Page) -> None:
    choose(page, CONTACT)
    find(page, JOHAN, "Vad är på gång för Johan?")
    expect(page.get_by_text("Det finns tider hos andra som du inte ser.").first).to_be_visible()
    expect(page.get_by_text("Vaccination")).to_have_count(0)
    expect(page.get_by_text("Boendestöd").first).to_be_visible()


def test_omsorg_is_not_told_that_anything_is_blocked(page: Page) -> None:
    choose(page, HOME_HELP)
    find(page, SARA, "Andra besök hos Sara")
    expect(page.get_by_text("Inga andra besök som du får se i ditt uppdrag")).to_be_visible()
    expect(page.get_by_text("spärr")).to_have_count(0)


@pytest.mark.parametrize(
    ("who", "question", "name"),
    [
        (HOME_HELP, "Andra besök hos Birgitta", "hemtjanst"),
        (CONTACT, "Vad är på gång för Birgitta?", "omsorgskontakt"),
        (OFFICER, "Vad är beslutat om Birgitta?", "bistand"),
    ],
)
def test_the_pages_are_for_every_reader(
    open_page: OpenPage,
    axe: str,
    picture: Picture,
    who: tuple[str, str],
    question: str,
    name: str,
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
    choose(page, who)
    find(page, BIRGITTA, question)
    assert checks.everything(page, axe) == []
    for size in ("390", "1280"):
        page.set_viewport_size(checks.SIZES[size])
        picture(page, f"personal-{name}-{size}")


def test_without_script_it_is_the_same_page(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/sv/personal/")
    page.get_by_role("link", name="Logga in med test-SITHS").click()
    page.locator("button", has=page.locator("strong", has_text="Omar Said")).click()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Välj Hemtjänst").click()
    find(page, BIRGITTA, "Andra besök hos Birgitta")
    expect(page.get_by_text("Kan krocka med ditt besök 08.45")).to_be_visible()
