"""Paper for the fridge, times in a calendar, and what has changed: from login to having it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from e2e.acting import complete, log_in, log_out, section
from e2e.conftest import SCREENS, OpenPage
from e2e.errands import VISIT, press, row
from e2e.running import World, running
from e2e.takeaways import CALENDAR, TAKEAWAYS

LEAF = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
"""An object that is a page. Chromium does not compress them."""


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    return open_page(java_script_enabled=request.param)


def printed(page: Page, name: str) -> bytes:
    SCREENS.mkdir(parents=True, exist_ok=True)
    return page.pdf(path=SCREENS / f"{name}.pdf", prefer_css_page_size=True, format="A4")


def pages(pdf: bytes) -> int:
    return len(LEAF.findall(pdf))


class TestPaper:
    @pytest.mark.parametrize("place", ["utskrift", "utskrift-vad", "utskrift-trasig-kalla"])
    def test_two_weeks_are_two_sides_of_a4(self, page: Page, world: World, place: str) -> None:
        TAKEAWAYS[place](page, world)
        pdf = printed(page, place)
        assert pages(pdf) == 2
        assert set(re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf)) == {(b"595", b"842")}

    def test_the_counting_of_pages_counts(self, page: Page) -> None:
        page.set_content("<p>1<p style='break-before: page'>2<p style='break-before: page'>3")
        assert pages(page.pdf(format="A4")) == 3

    def test_from_the_overview_to_the_paper(self, reader: Page) -> None:
        log_in(reader)
        complete(reader)
        reader.get_by_role("link", name="Skriv ut två veckor").first.click()
        complete(reader)
        reader.emulate_media(media="print")
        for gone in ("Logga ut", "Ta med vad tiderna gäller", "Vad kan jag sätta på kylskåpet?"):
            expect(reader.get_by_text(gone)).to_be_hidden()
        main = reader.get_by_role("main")
        expect(main).to_contain_text("Birgitta Lindqvist")
        expect(main).to_contain_text(re.compile(r"Utskrivet \S+ \d+ \w+ 20\d\d kl\.\s\d\d\.\d\d"))
        expect(section(reader, "times")).to_contain_text("Erik Holm, läkare")
        expect(section(reader, "daily").locator("ol > li")).not_to_have_count(0)
        expect(section(reader, "contacts")).to_contain_text("0980-319 210")
        expect(reader.get_by_role("status")).to_contain_text("Uppgifter från")

    def test_times_are_large_and_marks_have_letters(self, page: Page, world: World) -> None:
        TAKEAWAYS["utskrift"](page, world)
        page.emulate_media(media="print")
        size = "e => parseFloat(getComputedStyle(e).fontSize)"
        times = section(page, "times").locator(".papper-tid > time")
        text = section(page, "times").locator(".papper-vad").first.evaluate(size)
        assert times.first.evaluate(size) > 1.8 * text
        letters = set(section(page, "times").locator(".bokstav").all_inner_texts())
        assert letters == {"R", "K"}

    def test_it_says_neither_what_nor_why_until_it_is_asked_what(self, reader: Page) -> None:
        log_in(reader)
        reader.goto("/sv/mig/utskrift/")
        complete(reader)
        said = reader.get_by_role("main").inner_text()
        for word in (VISIT, "Anmäl dig", "Kontroll efter", "070-174 06 05"):
            assert word not in said
        reader.get_by_role("link", name="Ta med vad tiderna gäller").click()
        complete(reader)
        said = reader.get_by_role("main").inner_text()
        assert VISIT in said
        for word in ("Anmäl dig", "Kontroll efter"):
            assert word not in said

    def test_every_date_has_its_year_and_no_day_is_near(self, page: Page, world: World) -> None:
        TAKEAWAYS["utskrift-trasig-kalla"](page, world)
        page.emulate_media(media="print")
        said = page.get_by_role("main").inner_text()
        assert not re.search(r"\bi (dag|morgon|går)\b", said, re.IGNORECASE)
        days = page.locator("main time[datetime*='-']").filter(visible=True).all_inner_texts()
        dates = [day for day in days if re.search("[a-zåäö]", day)]
        assert dates
        assert all(re.search(r"\b20\d\d\b", day) for day in dates)

    def test_who_is_missing_stands_on_it(self, page: Page, world: World) -> None:
        TAKEAWAYS["utskrift-trasig-kalla"](page, world)
        page.emulate_media(media="print")
        status = section(page, "status")
        expect(status).to_contain_text("Region Sydkust")
        expect(status.get_by_text("0980-319 240")).to_be_visible()

    def test_nothing_is_empty_while_everybody_is_silent(self, page: Page, world: World) -> None:
        TAKEAWAYS["utskrift-vet-inte"](page, world)
        expect(page.get_by_text("hos dem som svarade")).to_have_count(0)
        expect(section(page, "times")).to_contain_text("Vi vet inte")


class TestACalendar:
    def test_a_file_of_the_coming_times(self, reader: Page, tmp_path: Path) -> None:
        log_in(reader)
        complete(reader)
        reader.get_by_role("link", name="Få tiderna i din kalender").first.click()
        with reader.expect_download() as begun:
            reader.get_by_role("button", name="Hämta filen").click()
        assert begun.value.suggested_filename == "vardtider.ics"
        begun.value.save_as(tmp_path / "x.ics")
        found = Calendar.from_ical((tmp_path / "x.ics").read_bytes()).walk("VEVENT")
        assert {str(event["summary"]) for event in found} == {"Vårdtid"}

    def test_an_address_is_made_read_and_ended(self, reader: Page, world: World) -> None:
        log_in(reader)
        reader.goto(CALENDAR)
        reader.get_by_role("checkbox", name="Vad tiden gäller").last.check()
        reader.get_by_role("button", name=re.compile("Gör en (ny )?adress")).click()
        address = reader.locator("code").inner_text()
        answer = httpx.get(address)
        assert answer.status_code == 200
        assert VISIT in {
            str(e["summary"]) for e in Calendar.from_ical(answer.content).walk("VEVENT")
        }
        reader.get_by_role("link", name="Tillbaka till kalendern").click()
        expect(reader.get_by_role("main")).to_contain_text("En kalender läste den senast i dag")
        reader.get_by_role("button", name="Avsluta adressen").click()
        expect(reader.get_by_role("button", name="Gör en adress")).to_be_visible()
        assert httpx.get(address).status_code == 404
        assert world.url in address

    def test_the_address_is_the_same_when_the_page_is_loaded_again(self, reader: Page) -> None:
        log_in(reader)
        reader.goto(CALENDAR)
        reader.get_by_role("button", name=re.compile("Gör en (ny )?adress")).click()
        address = reader.locator("code").inner_text()
        reader.reload()
        expect(reader.locator("code")).to_have_text(address)
        assert httpx.get(address).status_code == 200


class TestNews:
    def test_the_overview_leads_to_what_has_changed(self, reader: Page) -> None:
        log_in(reader)
        complete(reader)
        section(reader, "news").get_by_role("link").last.click()
        complete(reader)
        expect(reader.get_by_role("heading", level=1)).to_have_text("Vad är ändrat sedan sist?")

    def test_what_is_marked_as_seen_and_forgotten(self, reader: Page) -> None:
        for _ in range(2):
            log_in(reader, "Sara Holm")
            reader.goto("/sv/mig/nytt/")
            complete(reader)
            reader.get_by_role("button", name="Logga ut").click()
        log_in(reader, "Sara Holm")
        reader.goto("/sv/mig/nytt/")
        complete(reader)
        reader.get_by_role("button", name="Markera som sett").click()
        complete(reader)
        expect(section(reader, "since")).to_contain_text("sedan du var här senast: i dag kl.")
        reader.get_by_text("Vad sparar vi om det du har sett?").click()
        reader.get_by_role("button", name="Glöm vad jag har sett").click()
        complete(reader)
        expect(section(reader, "since")).to_contain_text("första gången")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Where every login is a visit of its own."""
    with running(tmp_path_factory.mktemp("hasty"), changes={"next_visit_hours": 0}) as world:
        yield world


def test_a_time_that_was_cancelled_is_told_of_at_the_next_visit(
    hasty: World, browser: Browser
) -> None:
    reader = browser.new_page(base_url=hasty.url, java_script_enabled=False)
    log_in(reader)
    complete(reader)
    expect(section(reader, "news")).to_contain_text("Nästa gång du loggar in")
    row(reader, VISIT).get_by_role("link", name="Avboka").click()
    press(reader, "Avboka tiden")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Tiden är avbokad")
    log_out(reader)
    log_in(reader)
    complete(reader)
    card = section(reader, "news")
    expect(card.get_by_role("heading")).to_contain_text("Nytt sedan i dag kl.")
    expect(card).to_contain_text("En tid står inte kvar")
    card.get_by_role("link").last.click()
    complete(reader)
    gone = section(reader, "news").locator("li.nyhet", has_text="En tid står inte kvar")
    expect(gone).to_contain_text("Region Nordmark")
    expect(gone.locator("s")).to_contain_text("09.15")
    expect(gone.get_by_role("link", name=re.compile("^Ring "))).to_be_visible()
    hasty.fault("plattformen", "http500")
    reader.reload()
    complete(reader)
    hasty.mend()
    log_out(reader)
    log_in(reader)
    reader.goto("/sv/mig/nytt/")
    complete(reader)
    expect(section(reader, "news")).to_contain_text("Inget har ändrats sedan du var här senast")
