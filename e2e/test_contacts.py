"""Whom to contact, which medicines, who has written, and where it all comes from: from login to the
answer, as a person finds it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import choose_in_menu, complete, follow, log_in, section
from e2e.checks import SIZES
from e2e.conftest import OpenPage
from e2e.places import PLACES
from e2e.running import World

DESKTOP, PHONE = SIZES["1280"], SIZES["390"]
NOBODY = re.compile("Hos dem som svarade finns ingen|Det finns inga (aktuella|meddelanden)")


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    page = open_page(viewport=DESKTOP, java_script_enabled=request.param)
    log_in(page)
    complete(page)
    return page


class TestContacts:
    def test_from_login_to_whom_to_ring_about_the_wound(self, reader: Page) -> None:
        choose_in_menu(reader, "Kontakter")
        expect(reader.get_by_role("heading", level=1)).to_have_text("Vem ska jag kontakta?")
        follow(reader, "Såret")
        rows = section(reader, "who").locator("li.kontaktrad")
        expect(rows.first).to_contain_text("Hemsjukvård Sjövik")
        ring = rows.first.get_by_role("link", name=re.compile("Ring 0980-319 225 ?, Hemsjukvård"))
        expect(ring).to_have_attribute("href", "tel:0980319225")
        follow(reader, "Visa alla kontakter")
        expect(rows.filter(has_text="Fast läkarkontakt")).to_contain_text("Sara Nyström")

    def test_in_ones_own_words(self, reader: Page) -> None:
        choose_in_menu(reader, "Kontakter")
        reader.get_by_role("searchbox", name="Vad gäller det?").fill("när kommer hemtjänsten")
        reader.get_by_role("button", name="Sök").click()
        complete(reader)
        expect(section(reader, "who")).to_contain_text("Omar Said, undersköterska")
        expect(reader.get_by_role("searchbox", name="Vad gäller det?")).to_have_value(
            "när kommer hemtjänsten"
        )

    def test_with_the_keyboard_alone(self, page: Page) -> None:
        log_in(page)
        page.goto("/sv/mig/kontakter/")
        complete(page)
        page.get_by_role("searchbox", name="Vad gäller det?").focus()
        page.keyboard.type("recept")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"\?sok=recept$"))
        complete(page)
        expect(section(page, "who").locator("li").first).to_contain_text("Sara Nyström")

    def test_the_next_time_leads_to_its_page(self, reader: Page) -> None:
        choose_in_menu(reader, "Kontakter")
        row = reader.locator("li.kontaktrad", has_text="Återbesök efter operation")
        row.locator("a[href*='/handelse/']").click()
        complete(reader)
        expect(section(reader, "event")).to_contain_text("Återbesök efter operation")

    def test_open_now_is_said_only_with_the_hours_and_their_age(self, page: Page) -> None:
        log_in(page)
        page.goto("/sv/mig/kontakter/")
        complete(page)
        # What a unit is, is looked up beside the pages: the next page may know more.
        row = page.locator("li.kontaktrad", has_text="Trygghetslarm").last
        for _ in range(20):
            if row.get_by_text("Enligt HSA-katalogen").count():
                break
            page.wait_for_timeout(250)
            page.reload()
            complete(page)
        expect(row).to_contain_text("Öppet alla dagar dygnet runt")
        expect(row).to_contain_text("Öppet nu.")

    def test_paper_does_not_say_what_is_open_now(self, page: Page) -> None:
        log_in(page)
        page.goto("/sv/mig/kontakter/")
        complete(page)
        page.emulate_media(media="print")
        expect(page.locator(".oppet-nu").filter(visible=True)).to_have_count(0)
        expect(page.get_by_role("button", name="Sök")).to_be_hidden()
        expect(section(page, "who")).to_contain_text("0980-319 210")


class TestMedicines:
    def test_from_login_to_the_dose(self, reader: Page) -> None:
        choose_in_menu(reader, "Läkemedel")
        card = section(reader, "current").locator("li", has_text="Paracetamol")
        expect(card).to_contain_text("2 tabletter 3 gånger om dagen i 2 veckor")
        expect(card).to_contain_text("Erik Holm, Ortopedmottagningen")
        renew = section(reader, "more").get_by_role("link", name="Förnya recept")
        expect(renew).to_have_attribute("rel", "noreferrer")
        expect(renew).to_have_attribute("href", re.compile("^https://"))


class TestMessages:
    def test_the_overview_counts_the_unread_and_leads_to_them(self, page: Page) -> None:
        log_in(page, "Sara Holm")
        complete(page)
        box = section(page, "messages")
        expect(box.get_by_role("heading", level=2)).to_have_text("Meddelanden (1 oläst)")
        expect(box).to_contain_text("Du är kallad till provtagning")
        follow(page, "Öppna inkorgen")
        expect(page.get_by_role("heading", level=1)).to_have_text("Meddelanden")

    def test_an_appointment_letter_is_read_and_leads_to_its_time(self, reader: Page) -> None:
        choose_in_menu(reader, "Meddelanden")
        follow(reader, "Du är kallad till återbesök")
        box = section(reader, "message")
        expect(box).to_contain_text("Ta med din läkemedelslista.")
        expect(box.get_by_role("heading", name="Tiden som det gäller")).to_be_visible()
        follow(reader, "Alla meddelanden")
        row = section(reader, "inbox").locator("li", has_text="Du är kallad till återbesök")
        expect(row.get_by_text("Oläst")).to_have_count(0)
        row.get_by_role("link", name="Visa tiden").click()
        complete(reader)
        expect(section(reader, "event")).to_contain_text("Återbesök efter operation")

    def test_what_is_written_in_paragraphs_is_read_in_paragraphs(self, reader: Page) -> None:
        choose_in_menu(reader, "Meddelanden")
        follow(reader, "Svar på din fråga om läkemedel")
        text = section(reader, "message").locator(".brodtext").inner_text()
        assert text.splitlines() == [
            "Du kan ta din blodtryckstablett på morgonen som vanligt.",
            "Vi går igenom resten när vi ses.",
        ]


class TestSources:
    def test_every_page_leads_to_where_it_comes_from(self, reader: Page) -> None:
        section(reader, "status").get_by_role("link", name="Se alla källor").click()
        complete(reader)
        rows = reader.get_by_role("table").get_by_role("rowheader")
        expect(rows.filter(has_text="Region Nordmark")).to_be_visible()
        expect(reader.get_by_role("columnheader")).to_have_text(
            ["Källa", "Uppgifter", "Läge", "Senaste svar"]
        )

    def test_a_table_on_a_desk_and_cards_on_a_phone(self, page: Page, world: World) -> None:
        page.set_viewport_size(DESKTOP)
        PLACES["kallor"](page, world)
        left = "all => new Set(all.map(e => Math.round(e.getBoundingClientRect().left))).size"
        cells = page.locator("table.kallor tbody").first.locator("th, td")
        assert cells.evaluate_all(left) == 4
        page.set_viewport_size(PHONE)
        assert cells.evaluate_all(left) == 1
        expect(page.get_by_role("table")).to_be_visible()

    def test_silence_stands_first_and_says_what_to_do(self, page: Page, world: World) -> None:
        PLACES["kallor-alla-lagen"](page, world)
        first = page.locator("table.kallor tbody").first
        expect(first).to_contain_text("Region Sydkust")
        expect(first).to_contain_text("Svarar inte")
        expect(first.get_by_role("link", name="Ring 0980-319 240")).to_be_visible()
        expect(page.locator("table.kallor")).to_contain_text("Har inte svarat än")
        expect(page.locator("table.kallor")).to_contain_text("Svarade bara delvis")


@pytest.mark.parametrize("path", ["kontakter/", "kontakter/?galler=larmet", "lakemedel/"])
def test_nothing_is_empty_while_a_source_is_silent(page: Page, world: World, path: str) -> None:
    world.fault("sjovik", "http500")
    log_in(page, "Tove Palm")
    page.goto(f"/sv/mig/{path}")
    complete(page)
    expect(page.locator("main")).to_contain_text("Vi vet inte: Sjöviks kommun svarade inte.")
    expect(page.get_by_text(NOBODY)).to_have_count(0)


@pytest.mark.parametrize("path", ["kontakter/", "lakemedel/", "meddelanden/"])
def test_who_has_nothing_is_told_of_whom_that_holds(page: Page, path: str) -> None:
    log_in(page, "Tove Palm")
    page.goto(f"/sv/mig/{path}")
    complete(page)
    expect(page.get_by_text(NOBODY)).to_have_count(1)
    expect(page.get_by_text(NOBODY)).to_contain_text("hos dem som svarade", ignore_case=True)
