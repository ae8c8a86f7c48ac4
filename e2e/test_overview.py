"""What each person of the sandbox sees when every source answers."""

from __future__ import annotations

import re
import tomllib

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import FREJA, complete, events, log_in, section, shown_text
from e2e.running import LATE_SECONDS, ROOT, World
from e2e.sentences import NONE

PEOPLE = ROOT / "sandbox" / "people" / "persons"
FORBIDDEN = "FÅR EJ VISAS"
WHY = "Varför ser jag detta?"


@pytest.fixture
def birgitta(page: Page) -> Page:
    log_in(page)
    complete(page)
    return page


def test_the_next_event_and_the_week_come_first(birgitta: Page) -> None:
    coming = section(birgitta, "next")
    expect(coming.get_by_role("heading", name="Härnäst")).to_be_visible()
    expect(coming).to_contain_text(re.compile(r"(I dag|I morgon)\s+\d\d\.\d\d"))
    days = section(birgitta, "week").locator("ol > li")
    expect(days).to_have_count(7)
    expect(days.first).to_have_attribute("aria-current", "date")


def test_a_day_of_the_week_leads_to_that_day_in_the_list(birgitta: Page) -> None:
    """On the page itself, without loading it again."""
    birgitta.evaluate("window.sameDocument = true")
    link = section(birgitta, "week").get_by_role("list").get_by_role("link").last
    _, _, day = (link.get_attribute("href") or "").partition("#")
    link.click()
    expect(birgitta).to_have_url(re.compile(f"#{day}$"))
    expect(birgitta.locator(f"[id='{day}']")).to_be_in_viewport()
    assert birgitta.evaluate("window.sameDocument")


def test_region_and_municipality_stand_in_one_list_each_with_its_word(birgitta: Page) -> None:
    rows = events(birgitta).locator("li.handelse")
    region = rows.filter(has=birgitta.get_by_role("heading", name="Återbesök efter operation"))
    expect(region).to_contain_text("Regionen")
    expect(region).to_contain_text("Ortopedmottagningen")
    expect(region).to_contain_text("Kallelse")
    home = rows.filter(has=birgitta.get_by_role("heading", name="Såromläggning"))
    expect(home).to_have_count(1)
    expect(home).to_contain_text("Kommunen")
    expect(home).to_contain_text("Hembesök")


@pytest.mark.parametrize("slot", ["events", "late"])
def test_the_rows_stand_in_the_order_of_time(page: Page, world: World, slot: str) -> None:
    if slot == "late":
        world.fault("plattformen", "slow", seconds=LATE_SECONDS)
    log_in(page)
    complete(page)
    starts = section(page, slot).locator("li.handelse .handelse-start time")
    times = [one.get_attribute("datetime") for one in starts.all()]
    assert len(times) > 1
    assert times == sorted(times, key=str)


def test_daily_visits_are_folded_into_one_line(birgitta: Page) -> None:
    folded = events(birgitta).locator(".aterkommande")
    expect(folded).to_contain_text("Hemtjänst varje dag kl. 07.30, 12.00 och 18.30.")
    visits = folded.locator("li.besok")
    expect(visits.first).to_be_hidden()
    folded.locator("summary").first.click()
    expect(visits.first).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "name", "number", "mark"),
    [
        ("Fast läkarkontakt", "Sara Nyström, läkare", "0980-319 200", "Regionen"),
        ("Fast vårdkontakt", "Lena Ek, sjuksköterska", "0980-319 202", "Regionen"),
        ("Fast omsorgskontakt", "Omar Said, undersköterska", "0980-319 230", "Kommunen"),
    ],
)
def test_each_contact_has_a_name_a_number_and_a_word_for_who_is_responsible(
    birgitta: Page, kind: str, name: str, number: str, mark: str
) -> None:
    card = section(birgitta, "contacts").locator("li.kontakt").filter(has_text=kind)
    expect(card).to_contain_text(name)
    expect(card).to_contain_text(mark)
    call = card.get_by_role("link", name=f"Ring {number}")
    expect(call).to_have_attribute("href", "tel:" + re.sub(r"\D", "", number))


def test_the_municipal_plan_stands_under_the_plan_it_is_part_of(birgitta: Page) -> None:
    plans = section(birgitta, "plans").locator("li.plan")
    whole = plans.filter(
        has=birgitta.get_by_role("heading", name="Trygg hemma efter höftoperationen")
    )
    expect(whole).to_contain_text("Samordnad individuell plan (SIP)")
    expect(whole.locator("ul.plantrad > li")).to_have_count(4)
    under = whole.locator("ul.plantrad > li", has_text="Genomförandeplan hemtjänst")
    expect(under).to_contain_text("1 av 3 mål klara.")
    expect(under).to_contain_text("Kommunen")


def test_agreements_say_who_is_to_do_what(birgitta: Page) -> None:
    rows = section(birgitta, "plans").locator(".rader > li")
    own = rows.filter(has_text="Du tränar i trappan tre gånger i veckan")
    expect(own).to_contain_text("Du ansvarar.")
    theirs = rows.filter(has_text="Hemtjänsten påminner om blodsocker på morgonen")
    expect(theirs).to_contain_text("Hemtjänsten Sjövik Norr ansvarar.")


@pytest.mark.parametrize(
    ("name", "extent"),
    [
        ("Hemtjänst", "14 timmar i veckan"),
        ("Trygghetslarm", "dygnet runt"),
        ("Matlåda", "5 dagar i veckan"),
    ],
)
def test_decided_services_are_shown_with_their_extent(
    birgitta: Page, name: str, extent: str
) -> None:
    card = section(birgitta, "plans").locator("li.insats").filter(has_text=name)
    expect(card.filter(has_text=extent)).to_have_count(1)


def test_each_row_answers_why_it_is_seen(birgitta: Page) -> None:
    """Source, when it was fetched, and on what ground: on every row, not only on one."""
    asked = birgitta.locator("details.varfor")
    rows = birgitta.locator("li.handelse, li.besok, li.kontakt, li.plan, .plantrad > li, li.insats")
    assert asked.count() > rows.count(), "agreements and the next event have one as well"
    one = section(birgitta, "next").locator("details.varfor")
    one.get_by_text(WHY).click()
    answer = one.locator("dl")
    expect(answer).to_contain_text(re.compile(r"Sjöviks kommun, \w+"))
    expect(answer).to_contain_text(re.compile(r"i dag kl\.\s\d\d\.\d\d"))
    expect(answer).to_contain_text("du har rätt att se den")
    texts = asked.evaluate_all("all => all.map(one => one.textContent)")
    assert all("Kommer från" in text and "Hämtat" in text for text in texts)


def test_the_end_of_the_page_says_that_everybody_answered(birgitta: Page) -> None:
    expect(section(birgitta, "status")).to_contain_text("Alla vi frågade har svarat")
    expect(birgitta.get_by_role("status")).to_have_text(
        re.compile(r"Klart. Uppgifter från (\d+) av \1 källor.")
    )


def test_internal_notes_and_withheld_rows_are_nowhere(birgitta: Page) -> None:
    """Not on the screen and not in the page's source either."""
    kept_back = _forbidden_texts("birgitta")
    assert len(kept_back) > 5
    source = birgitta.content()
    assert FORBIDDEN not in source
    assert [text for text in kept_back if text in source] == []


def test_no_number_and_no_secret_stands_in_the_page(birgitta: Page) -> None:
    number = tomllib.loads((PEOPLE / "birgitta.toml").read_text("utf-8"))["person_id"]
    source = birgitta.content()
    assert number not in source
    assert f"{number[2:8]}-{number[8:]}" not in source
    assert "<script" not in source


def test_a_page_in_english_marks_what_the_sources_wrote_as_swedish(page: Page) -> None:
    log_in(page, language="en")
    complete(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile(r"/en/mig/$"))
    told = section(page, "events").locator("h4 [lang=sv]")
    expect(told.filter(has_text="Återbesök efter operation").first).to_be_visible()
    expect(page.get_by_role("link", name="Svenska", exact=True)).to_have_attribute("lang", "sv")
    expect(section(page, "next")).to_contain_text(re.compile(r"(Today|Tomorrow)\s+\d\d:\d\d"))


def test_a_page_in_english_says_nothing_in_swedish_of_its_own(page: Page, world: World) -> None:
    """What is left without the sources' texts: here no small word of Swedish may stand."""
    world.fault("sydkust", "http500")
    world.fault("sjovik", "partial")
    log_in(page, language="en")
    complete(page)
    page.evaluate("document.querySelectorAll('[lang=sv]').forEach(e => e.remove())")
    small = r"\b(?:och|att|är|du|inte|från|till|på|av|som|vi|kl|i dag|i morgon)\b"
    assert re.findall(small, shown_text(page), flags=re.IGNORECASE) == []


def test_changing_language_keeps_the_page(birgitta: Page) -> None:
    birgitta.get_by_role("link", name="English").click()
    expect(birgitta).to_have_url(re.compile(r"/en/mig/$"))
    complete(birgitta)


def test_a_samordningsnummer_works_through_freja(page: Page) -> None:
    log_in(page, "Samira Haddad", via=FREJA)
    expect(events(page).get_by_role("heading", name="Läkarbesök")).to_be_visible()
    expect(page.get_by_text("Samira Haddad")).to_be_visible()


def test_a_fifteen_year_old_is_told_why_not_and_where_to_turn(page: Page) -> None:
    log_in(page, "Tuva Berg")
    expect(page.get_by_role("heading", level=1)).to_have_text("Du kan inte se din planering här")
    expect(page.get_by_text("13–15 år")).to_be_visible()
    assert "Ungdomsmottagningen" not in page.content()


def test_whoever_has_nothing_is_told_so_because_everybody_answered(page: Page) -> None:
    log_in(page, "Tove Palm")
    complete(page)
    text = shown_text(page)
    shown = [sentence for sentence in NONE if sentence in text]
    assert "Du har inga tider de närmaste sex veckorna hos dem som svarade." in shown
    assert len(shown) > 3
    expect(page.get_by_text(re.compile("Vi vet inte"))).to_have_count(0)
    expect(section(page, "status").locator(".meddelande-varning")).to_have_count(0)


def test_protected_identity_means_no_place_anywhere(page: Page) -> None:
    log_in(page, "Johan Alm")
    complete(page)
    expect(events(page).get_by_role("heading", name="Boendestöd")).to_be_visible()
    source = page.content()
    assert FORBIDDEN not in source
    assert re.search(r"Hemma hos dig|Björkvägen|\badress\b", source) is None


def _forbidden_texts(person: str) -> list[str]:
    """The texts of a person's file that are marked as never to be shown, without the mark."""
    raw = (PEOPLE / f"{person}.toml").read_text("utf-8")
    return [found.strip() for found in re.findall(f'"{FORBIDDEN}: ([^"]+)"', raw) if found.strip()]
