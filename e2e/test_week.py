"""Who comes when, and what is true of one time: from login to the answer, as a person finds it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import choose_in_menu, complete, events, follow, log_in, section
from e2e.checks import SIZES
from e2e.conftest import OpenPage
from e2e.places import PLACES
from e2e.running import World

DESKTOP, PHONE = SIZES["1280"], SIZES["390"]
VISIT = "Återbesök efter operation"


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    page = open_page(viewport=DESKTOP, java_script_enabled=request.param)
    log_in(page)
    choose_in_menu(page, "Veckan")
    return page


def test_from_login_to_who_comes_when(reader: Page) -> None:
    expect(reader.get_by_role("heading", level=1)).to_have_text("Vem kommer när?")
    days = reader.locator("ol.kalender > li")
    expect(days).to_have_count(7)
    expect(days.first).to_have_attribute("aria-current", "date")
    fifth = days.nth(4)
    expect(fifth).to_contain_text("Hemtjänst")
    expect(fifth).to_contain_text("Erik Holm, läkare")
    expect(fifth.locator("li", has_text="18.30")).to_contain_text("Namn kommer")


def test_the_conflict_stands_first_with_the_number_to_ring(reader: Page) -> None:
    box = section(reader, "days").locator(".meddelande-varning")
    expect(box).to_contain_text("Två saker krockar")
    ring = box.get_by_role("link", name="Ring Hemtjänsten Sjövik Norr 0980-319 230")
    expect(ring).to_have_attribute("href", "tel:0980319230")
    expect(reader.locator(".kalenderrad-krock")).to_have_count(2)


def test_the_daily_visits_can_be_hidden_and_stay_so_in_the_next_week(reader: Page) -> None:
    visits = reader.locator(".kalenderrad", has_text="Hemtjänst")
    expect(visits.first).to_be_visible()
    follow(reader, "Dölj de dagliga besöken")
    expect(visits).to_have_count(0)
    expect(reader.get_by_text("dagliga besök visas inte").first).to_be_visible()
    expect(reader.get_by_text("Inget inbokat")).to_have_count(0)
    follow(reader, "Nästa vecka")
    expect(visits).to_have_count(0)
    expect(reader.locator("ol.kalender")).to_contain_text("Utprovning av läshjälpmedel")
    follow(reader, "Till i dag")
    follow(reader, "Visa de dagliga besöken")
    expect(visits.first).to_be_visible()


def test_a_row_leads_to_its_page_and_back_to_its_week(reader: Page) -> None:
    follow(reader, "Nästa vecka")
    follow(reader, "Utprovning av läshjälpmedel")
    expect(reader.get_by_role("heading", level=2, name="Utprovning")).to_be_visible()
    expect(section(reader, "event")).to_contain_text("Maj Ström, synpedagog")
    expect(section(reader, "event").get_by_role("link", name="Ring")).to_be_visible()
    follow(reader, "Visa veckan")
    expect(reader.locator("ol.kalender > li").first).to_contain_text("Utprovning")


def test_the_overview_leads_to_the_same_page(reader: Page) -> None:
    reader.goto("/sv/mig/")
    complete(reader)
    row = events(reader).locator("li.handelse", has_text=VISIT)
    expect(row).to_contain_text("Krockar med Hemtjänst")
    row.get_by_role("heading").get_by_role("link", name=VISIT).click()
    complete(reader)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Vad gäller för den här tiden?")
    expect(section(reader, "event")).to_contain_text("Anmäl dig i receptionen en kvart innan.")


def test_the_overview_says_how_many_have_come(page: Page) -> None:
    log_in(page)
    complete(page)
    folded = events(page).locator(".aterkommande")
    expect(folded).to_contain_text("7 olika personer de senaste 14 dagarna.")
    expect(folded).to_contain_text("Krockar:")
    expect(section(page, "week")).to_contain_text("krock")


def test_seven_columns_on_a_desk_and_one_on_a_phone(page: Page) -> None:
    page.set_viewport_size(DESKTOP)
    log_in(page)
    page.goto("/sv/mig/veckan")
    complete(page)
    tops = "all => new Set(all.map(e => Math.round(e.getBoundingClientRect().top))).size"
    days = page.locator("ol.kalender > li")
    assert days.evaluate_all(tops) == 1
    page.set_viewport_size(PHONE)
    assert days.evaluate_all(tops) == 7


def test_a_row_says_why_it_is_seen_with_the_keyboard(page: Page) -> None:
    log_in(page)
    page.goto("/sv/mig/veckan")
    complete(page)
    asked = page.locator(".kalenderrad details").first
    asked.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(asked.locator("dl")).to_be_visible()
    expect(asked.locator("dl")).to_contain_text("Sjöviks kommun")


def test_what_comes_late_stands_by_itself_with_what_it_meets(page: Page, world: World) -> None:
    PLACES["veckan-sent-svar"](page, world)
    late = section(page, "late")
    expect(late).to_contain_text(re.compile("Återbesök efter\\s+operation"))
    expect(late).to_contain_text("Två saker krockar")


def test_nothing_is_empty_while_a_source_is_silent(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    log_in(page, "Tove Palm")
    for path in ("/sv/mig/veckan", f"/sv/mig/handelse/{'0' * 24}"):
        page.goto(path)
        complete(page)
        expect(page.locator("main")).to_contain_text("Vi vet inte: Sjöviks kommun svarade inte.")
        expect(
            page.get_by_text(re.compile("[Ii]nget (är )?inbokat|finns inte längre"))
        ).to_have_count(0)


def test_paper_holds_the_week_and_nothing_to_press(page: Page) -> None:
    log_in(page)
    page.goto("/sv/mig/veckan")
    complete(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Nästa vecka")).to_be_hidden()
    expect(page.locator("ol.kalender")).to_contain_text("Hemtjänst")
    expect(page.locator(".kalenderrad details").first).to_be_hidden()
