"""What the templates may say in each state, and how they print what a source wrote."""

import re
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from portal.i18n import at
from portal.pages import Pages
from stodtjanster.catalogue import Hours
from stodtjanster.model import STOCKHOLM, Told
from views.kit.cards import (
    Contact,
    Contacts,
    Day,
    EventRow,
    Events,
    FoldedVisits,
    NextUp,
    Reached,
    WeekDay,
    WeekStrip,
)
from views.kit.notices import Mark, SourceNotice, StatusRow, Why

NOW = datetime(2026, 11, 20, 14, 10, tzinfo=STOCKHOLM)
TODAY = NOW.date()
NOTHING = "Inget är inbokat."
WHY = Why("Region Norrbäck", None, NOW, False, "Tiden är bokad på dig.", "Bokade tider")
GAP = SourceNotice(
    tone="warning",
    heading="Vi kunde inte hämta tider från Region Norrbäck",
    consequence="Det kan finnas tider som inte syns här.",
    fact="Region Norrbäck svarade inte",
    phone="0980-319 200",
    retry=True,
)
ROW = EventRow(
    anchor="h-1",
    day=TODAY,
    start=datetime.combine(TODAY, time(15, 30), STOCKHOLM),
    end=None,
    title=Told("Omläggning av sår"),
    mark=Mark.KOMMUN,
    why=WHY,
)
EVENTS = Events(1, (Day(TODAY, (ROW,), "dag-1"),))
SECTIONS = ["next", "week", "events", "late", "plans", "contacts"]


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def section(pages, slot, state, *, body=None, gaps=(), unreadable=0, lang="sv"):
    with at(NOW):
        return pages.render(
            lang,
            f"{'kit' if slot == 'status' else 'overview'}/{slot}.html",
            title="Rubriken",
            state=state,
            body=body,
            empty_text=NOTHING,
            gaps=gaps,
            unreadable=unreadable,
            anchor=slot,
            fragment_url=f"/sv/mig/del/{slot}",
            page_url="/sv/mig/",
        )


@pytest.mark.parametrize("slot", SECTIONS)
def test_only_the_empty_state_says_that_there_is_nothing(pages, slot):
    assert NOTHING in section(pages, slot, "empty")
    assert NOTHING not in section(pages, slot, "unknown", gaps=(GAP,))
    assert NOTHING not in section(pages, slot, "unknown")
    assert NOTHING not in section(pages, slot, "waiting")


@pytest.mark.parametrize("slot", SECTIONS)
def test_unknown_says_so_with_the_reason(pages, slot):
    said = words(section(pages, slot, "unknown", gaps=(GAP,)))
    assert "Vi vet inte: Region Norrbäck svarade inte." in said
    assert GAP.consequence in said


@pytest.mark.parametrize("slot", SECTIONS)
def test_unknown_without_anybody_to_blame_still_says_so(pages, slot):
    assert "Vi vet inte" in section(pages, slot, "unknown")


@pytest.mark.parametrize("slot", SECTIONS)
def test_waiting_links_to_the_section_alone(pages, slot):
    html = section(pages, slot, "waiting")
    assert "hämtades fortfarande när det här visades" in html
    assert f'href="/sv/mig/del/{slot}"' in html


@pytest.mark.parametrize("slot", SECTIONS)
def test_a_section_is_named_by_its_heading(pages, slot):
    html = section(pages, slot, "empty")
    assert f'slot="{slot}"' in html
    assert f'aria-labelledby="{slot}-rubrik"' in html
    assert f'<h2 id="{slot}-rubrik">Rubriken</h2>' in html


def test_a_partial_list_shows_its_rows_and_its_gaps(pages):
    said = words(section(pages, "events", "partial", body=EVENTS, gaps=(GAP,), unreadable=2))
    assert "Omläggning av sår" in said
    assert "Det kan saknas något här: Region Norrbäck svarade inte." in said
    assert "2 uppgifter gick inte att läsa" in said


def test_a_partial_list_that_only_waits_says_that_more_may_come(pages):
    html = section(pages, "events", "partial", body=EVENTS)
    assert "Fler uppgifter hämtades fortfarande när det här visades." in html
    assert 'href="/sv/mig/del/events"' in html


def test_a_number_of_events_is_said_only_when_it_is_the_whole_number(pages):
    assert 'class="antal"' in section(pages, "events", "full", body=EVENTS)
    assert 'class="antal"' not in section(pages, "events", "partial", body=EVENTS, gaps=(GAP,))


def test_text_from_a_source_is_never_markup(pages):
    row = replace(ROW, title=Told("<script>x</script>"), note=Told('"><img src=x>'))
    html = section(pages, "events", "full", body=Events(1, (Day(TODAY, (row,), "d"),)))
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_text_from_a_source_keeps_its_language_on_a_page_in_another(pages):
    html = section(pages, "next", "full", body=NextUp(ROW), lang="en")
    assert '<span lang="sv" dir="ltr">Omläggning av sår</span>' in html
    assert "<span lang=" not in section(pages, "next", "full", body=NextUp(ROW))


def test_an_old_copy_is_said_on_the_row_itself(pages):
    row = replace(ROW, why=replace(WHY, from_copy=True))
    html = section(pages, "events", "full", body=Events(1, (Day(TODAY, (row,), "d"),)))
    outside_details = re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL)
    assert "Kopia från" in outside_details


def test_a_missing_time_and_a_missing_name_are_said(pages):
    row = replace(ROW, start=None, who_pending=True)
    said = words(section(pages, "events", "full", body=Events(1, (Day(TODAY, (row,), "d"),))))
    assert "Tid saknas" in said
    assert "Namn kommer" in said


@pytest.mark.parametrize(("known", "heard"), [(True, "inget"), (False, "vi vet inte")])
def test_a_day_without_marks_is_empty_only_when_all_answered(pages, known, heard):
    strip = WeekStrip((WeekDay(date(2026, 11, 21), (), False),), known)
    said = words(section(pages, "week", "full" if known else "partial", body=strip, gaps=(GAP,)))
    assert f"I morgon: {heard}" in said


def test_marks_are_heard_as_words(pages):
    marks = ((Mark.REGION, 1), (Mark.KOMMUN, 5))
    strip = WeekStrip((WeekDay(TODAY, marks, True, "dag-1"),), known=True)
    html = section(pages, "week", "full", body=strip)
    assert "I dag: 1 från regionen, 5 från kommunen" in words(html)
    assert 'href="/sv/mig/#dag-1"' in html


def test_a_phone_number_is_a_link_that_can_be_dialled(pages):
    contact = Contact(
        Told("Fast vårdkontakt"), Mark.REGION, WHY, name=Told("Eva"), phone="0980-319 200"
    )
    html = section(pages, "contacts", "full", body=Contacts((contact,)))
    assert 'href="tel:0980319200"' in html


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (Hours(1, 5, time(8), time(17)), "Öppet vardagar 08.00–17.00"),
        (Hours(1, 7, time(0), time(0)), "Öppet alla dagar dygnet runt"),
        (Hours(6, 7, time(9), time(12)), "Öppet lördag–söndag 09.00–12.00"),
        (
            Hours(3, 3, time(8), time(11), Told("Drop-in <b>")),
            "Öppet onsdag 08.00–11.00 (Drop-in &lt;b&gt;)",
        ),
    ],
)
def test_what_the_catalogue_says_of_a_unit_is_told_with_its_age(pages, hours, said):
    reached = Reached(NOW, Told("Björkvägen 12, Sjövik"), (hours,), (hours,))
    contact = Contact(Told("Vårdval"), Mark.REGION, WHY, name=Told("Björkbacken"), reached=reached)
    html = words(section(pages, "contacts", "full", body=Contacts((contact,))))
    assert said in html
    assert said.replace("Öppet", "Telefontid") in html
    assert "Björkvägen 12, Sjövik" in html
    assert "Enligt HSA-katalogen i dag kl." in html


def status(pages, row: StatusRow) -> str:
    return section(pages, "status", "full", body=row)


def test_the_status_row_gives_a_way_out(pages):
    html = status(pages, StatusRow(5, 6, NOW, notices=(GAP,)))
    assert GAP.heading in html
    assert 'href="tel:0980319200"' in html
    assert 'href="/sv/mig/"' in html
    assert "har svarat" not in html


def test_the_status_row_says_that_all_answered_only_when_they_did(pages):
    assert "Alla vi frågade har svarat" in status(pages, StatusRow(6, 6, NOW))
    assert "har svarat" not in status(pages, StatusRow(4, 6, NOW))


@pytest.mark.parametrize(
    ("every_day", "times", "said"),
    [
        (True, (time(7, 30), time(12)), "Hemtjänst varje dag kl. 07.30 och 12.00."),
        (False, (time(7, 30),), "Hemtjänst flera dagar kl. 07.30."),
        (True, (), "Hemtjänst varje dag."),
        (False, (), "Hemtjänst flera dagar."),
    ],
)
def test_a_series_is_one_whole_sentence(pages, every_day, times, said):
    folded = FoldedVisits(Told("Hemtjänst"), times, (), every_day=every_day)
    assert said in words(section(pages, "events", "full", body=Events(0, (), (folded,))))


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_organisation_that_is_its_own_unit_is_named_once(pages, lang):
    row = replace(ROW, why=replace(WHY, unit_name=Told(WHY.source_name)))
    assert (
        words(section(pages, "next", "full", body=NextUp(row), lang=lang)).count("Region Norrbäck")
        == 1
    )
