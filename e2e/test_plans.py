"""What we have agreed, and who does what: from login to the answer, as a person finds it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.acting import choose_in_menu, complete, follow, log_in, section
from e2e.checks import SIZES
from e2e.conftest import OpenPage
from e2e.places import PLACES
from e2e.running import World

DESKTOP, PHONE = SIZES["1280"], SIZES["390"]
SIP = "Trygg hemma efter höftoperationen"


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    page = open_page(viewport=DESKTOP, java_script_enabled=request.param)
    log_in(page)
    choose_in_menu(page, "Planer")
    return page


def goal(page: Page, text: str) -> Locator:
    return page.locator("section.mal", has=page.get_by_role("heading", name=text))


def task(page: Page, text: str) -> Locator:
    return page.locator("li.uppgift", has_text=text)


def test_from_login_to_who_does_what_and_in_which_plan(reader: Page) -> None:
    flagged = section(reader, "trees").locator("li.plan", has_text=SIP)
    expect(flagged.get_by_text("En uppgift saknar ansvarig")).to_be_visible()
    follow(reader, SIP)
    expect(reader.get_by_role("heading", level=2, name=SIP)).to_be_visible()
    expect(section(reader, "plan")).to_contain_text("Samordnad individuell plan (SIP)")
    walk = goal(reader, "Mål 1. Gå till brevlådan själv")
    expect(walk).to_contain_text("Går framåt")
    train = task(reader, "Träna i trappan tillsammans")
    expect(train).to_contain_text("Jonas Berg, fysioterapeut")
    expect(train.get_by_role("link", name="Rehabiliteringsplan")).to_be_visible()
    expect(task(reader, "Följa med ut")).to_contain_text("Hemtjänsten Sjövik Norr")
    expect(task(reader, "Du tränar i trappan")).to_contain_text("Överenskommelse.")


def test_a_task_that_nobody_owns_is_flagged(reader: Page) -> None:
    follow(reader, SIP)
    expect(goal(reader, "Såret läker")).to_contain_text("En uppgift saknar ansvarig")
    expect(task(reader, "Ta bort de sista stygnen")).to_contain_text("Ingen är ansvarig")
    expect(reader.get_by_text("Ingen är ansvarig")).to_have_count(1)


def test_who_holds_it_together_and_when_it_is_followed_up(reader: Page) -> None:
    follow(reader, SIP)
    holder = reader.locator("section", has=reader.get_by_role("heading", name="Vem håller ihop"))
    card = holder.last
    expect(card).to_contain_text("Lena Ek, sjuksköterska")
    ring = card.get_by_role("link", name="Ring 0980-319 200")
    expect(ring).to_have_attribute("href", "tel:0980319200")
    follow(reader, "Möte om din samordnade plan")
    expect(reader.get_by_role("heading", level=2, name="Möte om din samordnade")).to_be_visible()


def test_from_a_task_down_to_its_plan_and_back(reader: Page) -> None:
    follow(reader, SIP)
    task(reader, "Se över läkemedlen").get_by_role("link", name="Läkemedelsplan").click()
    complete(reader)
    expect(reader.get_by_role("heading", level=2, name="Läkemedelsplan")).to_be_visible()
    expect(section(reader, "plan")).to_contain_text("Läs dem i planens dokument.")
    expect(section(reader, "plan")).to_contain_text("Finns hos Region Nordmark.")
    follow(reader, SIP)
    follow(reader, "Alla planer")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Planer")


def test_a_web_page_from_a_source_is_downloaded_and_never_opened(reader: Page) -> None:
    follow(reader, "Läkemedelsplan")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Läkemedelsplan, dokument 2").click()
    assert download.value.suggested_filename == "dokument-2.html"


def test_what_each_has_promised(reader: Page) -> None:
    follow(reader, "Vem har lovat vad?")
    mine = section(reader, "mine").locator("li.kort")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("Du tränar i trappan tre gånger i veckan")
    expect(section(reader, "theirs")).to_contain_text("Hemtjänsten Sjövik Norr ansvarar.")
    expect(section(reader, "unsaid")).to_contain_text("Antecknat av Björkbackens vårdcentral.")
    follow(reader, "Genomförandeplan hemtjänst")
    expect(reader.get_by_role("heading", level=2, name="Genomförandeplan")).to_be_visible()


def test_what_the_municipality_has_decided(reader: Page) -> None:
    follow(reader, "Mer om kommunens beslut")
    help_at_home = section(reader, "decided").locator("li.insats-kort", has_text="14 timmar")
    expect(help_at_home).to_contain_text("Det framgår inte om insatsen har börjat.")
    expect(help_at_home).to_contain_text("Vård- och omsorgsnämnden")
    expect(help_at_home).to_contain_text("socialtjänstlagen (SoL)")
    expect(help_at_home).to_contain_text("Maria Lund, biståndshandläggare")
    expect(help_at_home.get_by_role("link", name="Ring 0980-319 222")).to_be_visible()


@pytest.mark.parametrize("place", ["planen-borta", "planen-vet-inte"])
def test_a_plan_is_said_to_be_gone_only_when_everybody_answered(
    page: Page, world: World, place: str
) -> None:
    PLACES[place](page, world)
    said = section(page, "plan")
    gone = "Planen finns inte längre hos dem som svarade."
    if place == "planen-borta":
        expect(said).to_contain_text(gone)
    else:
        expect(said).to_contain_text("Vi vet inte: Sjöviks kommun svarade inte.")
        expect(said).not_to_contain_text(gone)


def test_beside_each_other_on_a_wide_screen_and_below_on_a_phone(page: Page, world: World) -> None:
    PLACES["planen"](page, world)
    content, aside = page.locator(".plan-innehall"), page.locator(".plan-sida")
    page.set_viewport_size(DESKTOP)
    wide, beside = content.bounding_box(), aside.bounding_box()
    assert wide
    assert beside
    assert beside["x"] > wide["x"] + wide["width"]
    page.set_viewport_size(PHONE)
    narrow, below = content.bounding_box(), aside.bounding_box()
    assert narrow
    assert below
    assert below["y"] >= narrow["y"] + narrow["height"]
