"""Staff stand before the gates: a relation attested, a consent asked for, an emergency opened."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect

from e2e import acting, checks
from e2e.conftest import OpenPage, Picture
from e2e.test_staff_login import log_in

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)

BIRGITTA, GUNNAR, NEW = "190001019801", "194309802397", "199008252398"
AMINA = ("Amina Yusuf", "Hemsjukvård")
KARIN = ("Karin Ståhl", "Vård och behandling, Syncentralen")
LENA = ("Lena Ek", "Vård och behandling, Björkbacken")
OMAR = ("Omar Said", "Hemtjänst")
PETER = ("Peter Alm", "Loggkontroll")
QUESTION = "Vad pågår, och vad är mitt?"
ASKED = "Säger patienten ja till att du läser uppgifter från andra?"


def work(page: Page, who: tuple[str, str]) -> None:
    name, assignment = who
    log_in(page, name)
    page.get_by_role("button", name=f"Välj {assignment}").first.click()
    expect(page.get_by_role("region", name="Ditt uppdrag")).to_be_visible()


def seek(page: Page, number: str) -> None:
    page.goto("/sv/personal/sok")
    page.get_by_label("Personnummer eller samordningsnummer").fill(number)
    page.get_by_role("button", name="Sök patient").click()
    expect(page.get_by_role("region", name="Patienten")).to_be_visible()


def attest(page: Page) -> None:
    page.get_by_role("link", name="Intyga att du deltar i vården").click()
    heading(page, "Intyga vårdrelation")
    page.get_by_role("button", name="Intyga vårdrelation").click()
    heading(page, QUESTION)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def gate(page: Page, name: str) -> None:
    bar = page.get_by_role("region", name="Patienten")
    bar.get_by_role("link", name=name, exact=True).click()


def declare(page: Page) -> None:
    page.get_by_label("Varför behöver du läsa?").fill("Hittad medvetslös vid brevlådan")
    page.get_by_label("Det är fara för patientens liv").check()
    page.get_by_label("Det går inte att få patientens samtycke").check()
    page.get_by_role("button", name="Nödöppna").click()


def test_amina_attests_that_she_takes_part_in_somebodys_care(page: Page) -> None:
    work(page, AMINA)
    seek(page, NEW)
    heading(page, "Du kan inte läsa om patienten här")
    attest(page)
    seek(page, NEW)
    heading(page, QUESTION)


def test_karin_asks_birgitta_and_reads_then(page: Page) -> None:
    work(page, KARIN)
    seek(page, BIRGITTA)
    expect(page.get_by_text("Klart.")).to_be_visible()
    expect(page.get_by_text("Såromläggning")).to_have_count(0)
    gate(page, "Samtycke")
    heading(page, ASKED)
    page.get_by_role("button", name="Ja, patienten samtycker").click()
    heading(page, QUESTION)
    expect(page.get_by_text("Såromläggning").first).to_be_visible()
    expect(page.get_by_role("region", name="Patienten")).to_contain_text("Samtycke finns")


def test_a_no_closes_again_and_holds_in_an_emergency(page: Page) -> None:
    work(page, KARIN)
    seek(page, BIRGITTA)
    gate(page, "Samtycke")
    page.get_by_role("button", name="Patienten kan inte svara").click()
    heading(page, "Patienten kan inte svara")
    page.get_by_role("link", name="Tillbaka till frågan om samtycke").click()
    page.get_by_role("button", name="Nej, patienten samtycker inte").click()
    heading(page, ASKED)
    bar = page.get_by_role("region", name="Patienten")
    expect(bar).to_contain_text("Patienten samtycker inte")
    page.get_by_role("link", name="Tillbaka till patienten").click()
    expect(page.get_by_text("Klart.")).to_be_visible()
    expect(page.get_by_text("Såromläggning")).to_have_count(0)


def test_karin_opens_in_an_emergency_and_everybody_can_see_that_she_did(
    open_page: OpenPage,
) -> None:
    page = open_page()
    work(page, KARIN)
    seek(page, GUNNAR)
    attest(page)
    gate(page, "Samtycke")
    page.get_by_role("button", name="Patienten kan inte svara").click()
    page.get_by_role("link", name="Gå till nödöppning").click()
    declare(page)
    heading(page, QUESTION)
    expect(page.get_by_text("Diabeteskontroll").first).to_be_visible()
    bar = page.get_by_role("region", name="Patienten")
    expect(bar).to_contain_text("Nödöppning pågår till")
    reviewer = open_page()
    work(reviewer, PETER)
    reviewer.get_by_role("link", name="Loggen", exact=True).click()
    theirs = reviewer.get_by_role("row").filter(has_text="Nödöppning")
    expect(theirs.filter(has_text="Syncentralen").first).to_contain_text("1943")
    gate(page, "Avsluta nödöppningen")
    page.get_by_role("button", name="Avsluta nödöppningen").click()
    heading(page, QUESTION)
    expect(page.get_by_text("Klart.")).to_be_visible()
    expect(page.get_by_text("Diabeteskontroll")).to_have_count(0)
    expect(bar).not_to_contain_text("Nödöppning pågår")


def test_the_person_sees_the_emergency(open_page: OpenPage) -> None:
    page = open_page()
    work(page, KARIN)
    seek(page, BIRGITTA)
    page.goto(f"{page.url}nodoppning")
    declare(page)
    heading(page, QUESTION)
    resident = open_page()
    acting.log_in(resident)
    resident.goto("/sv/mig/lasningar/")
    row = resident.get_by_role("row").filter(has_text="Syncentralen")
    expect(row.filter(has_text="Nödöppning").first).to_be_visible()


def test_lena_has_a_block_lifted_without_learning_whose_it_is(page: Page) -> None:
    work(page, LENA)
    seek(page, BIRGITTA)
    gate(page, "Spärrar")
    heading(page, "Spärrade uppgifter")
    expect(page.locator("main")).not_to_contain_text("sykiatri")
    page.get_by_label("Patienten samtycker").check()
    page.get_by_role("button", name="Häv spärrarna för mig").click()
    heading(page, QUESTION)
    gate(page, "Spärrar")
    expect(page.get_by_text("Det finns en spärr som är hävd för dig just nu.")).to_be_visible()


def test_it_is_done_by_keyboard_and_without_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/sv/personal/")
    page.get_by_role("link", name="Logga in med test-SITHS").click()
    page.locator("button", has=page.locator("strong", has_text="Karin Ståhl")).click()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Välj Vård och behandling").click()
    seek(page, BIRGITTA)
    page.goto(f"{page.url}nodoppning")
    page.get_by_label("Varför behöver du läsa?").fill("Hittad medvetslös vid brevlådan")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Patienten")).to_contain_text("Nödöppning pågår till")


def test_the_pages_are_for_every_reader(open_page: OpenPage, axe: str, picture: Picture) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)

    def look(name: str) -> None:
        assert checks.everything(page, axe) == []
        for size in ("390", "1280"):
            page.set_viewport_size(checks.SIZES[size])
            picture(page, f"personal-{name}-{size}")

    work(page, KARIN)
    seek(page, NEW)
    page.get_by_role("link", name="Intyga att du deltar i vården").click()
    look("vardrelation")
    seek(page, BIRGITTA)
    home = page.url
    gate(page, "Samtycke")
    look("samtycke")
    page.get_by_label("En företrädare").check()
    page.get_by_role("button", name="Ja, patienten samtycker").click()
    expect(page.get_by_text("En sak behöver rättas")).to_be_visible()
    look("samtycke-fel")
    page.goto(f"{home}samtycke/kan-inte-svara")
    look("kan-inte-svara")
    page.get_by_role("link", name="Gå till nödöppning").click()
    page.get_by_role("button", name="Nödöppna").click()
    expect(page.get_by_text("3 saker behöver rättas")).to_be_visible()
    look("nodoppning-fel")
    declare(page)
    gate(page, "Spärrar")
    look("sparr-nodoppning")
    gate(page, "Avsluta nödöppningen")
    look("nodoppning-pagar")


def test_the_pages_inside_ones_own_house_are_for_every_reader(
    open_page: OpenPage, axe: str, picture: Picture
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
    work(page, LENA)
    seek(page, BIRGITTA)
    gate(page, "Spärrar")
    page.get_by_role("button", name="Häv spärrarna för mig").click()
    expect(page.get_by_text("En sak behöver rättas")).to_be_visible()
    assert checks.everything(page, axe) == []
    picture(page, "personal-sparr-fel-1280")


def test_omsorg_is_told_in_words(open_page: OpenPage, axe: str) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)
    work(page, OMAR)
    seek(page, BIRGITTA)
    page.goto(f"{page.url}nodoppning")
    expect(page.get_by_text("Lagen ger bara hälso- och sjukvården")).to_be_visible()
    assert checks.everything(page, axe) == []
