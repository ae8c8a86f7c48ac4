"""What the pages of the week and of one event say, from their sections to their words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from stodtjanster.information import VisitForm
from stodtjanster.model import Dated, Open, Told
from tests.rendering import as_page, printed_in, spoken, words
from tests.viewing import (
    FAILED,
    KEPT,
    PENDING,
    TOWN,
    answer,
    asked,
    booking,
    day,
    hospital_stay,
    report,
    scene,
)
from tests.viewing import at as when
from views.event import view as event_view
from views.kit.cards import Action
from views.kit.view import show
from views.week import view as week_view

MAP = "https://karta.example/?q={place}"


def week(
    *items: Any, stays: Any = (), lang: str = "sv", reports: Any = None, **choices: str
) -> str:
    answers = {"booked": answer(*items, reports=reports), "stays": answer(*stays), **KEPT}
    return printed_in(week_view, "days", answers, scene(asked=asked(**choices)), lang)


def event(item: Any, *others: Any, lang: str = "sv", gone: bool = False, **more: Any) -> str:
    handle = "0" * 24 if gone else scene().handle(item.origin)
    reports = more.pop("reports", None)
    answers = {"booked": answer(*others, item, reports=reports), "stays": answer(), **KEPT}
    return printed_in(event_view, "event", answers, scene(asked=asked(handle), map_url=MAP), lang)


def help_at_home(n: int = 4, clock: str = "08.45", **more: Any) -> Any:
    made = {"system": TOWN, "title": "Hemtjänst", "form": VisitForm.HOME, "recurring": True} | more
    return booking(when(n, clock, minutes=45), f"h{n}{clock}", **made)


HOSPITAL = booking(when(4, "09.15"), "o", title="Återbesök", form=VisitForm.VISIT)
SILENT = [report(), FAILED]


class TestTheWeek:
    def test_a_day_without_rows_when_everybody_answered(self) -> None:
        said = words(week(help_at_home()))
        assert said.count("Inget inbokat") == 6
        assert "Vi vet inte" not in said

    @pytest.mark.parametrize("reports", [SILENT, [report(), PENDING]])
    def test_nothing_is_said_to_be_empty_while_somebody_is_silent(self, reports: Any) -> None:
        said = words(week(help_at_home(), reports=reports))
        assert said.count("Vi vet inte") == 6
        assert "nget" not in said

    def test_no_rows_at_all(self) -> None:
        assert "Inget är inbokat de här sju dagarna hos dem som svarade." in words(week())
        silent = words(week(reports=SILENT))
        assert "nget är" not in silent
        assert "Vi vet inte: Region Sydkust svarade inte." in silent

    def test_a_day_whose_visits_are_hidden_is_not_said_to_be_empty(self) -> None:
        said = words(week(help_at_home(), help_at_home(5), HOSPITAL, dagliga="nej"))
        assert said.count("Ett dagligt besök visas inte") == 2
        assert said.count("Inget inbokat") == 5

    def test_the_box_names_both_and_whom_to_ring(self) -> None:
        page = week(help_at_home(), HOSPITAL)
        box, _, days = page.partition('class="kalender"')
        assert "Två saker krockar tisdag 24 november" in words(box)
        assert "Återbesök, Nordmarks sjukhus, kl. 09.15 till 09.45" in words(box)
        assert "Hemtjänst, Hemtjänsten, kl. 08.45 till 09.30" in words(box)
        assert 'href="tel:0980319220"' in box
        assert words(days).count("Krockar") == 2

    def test_a_stay_is_one_box_for_all_its_visits(self) -> None:
        said = words(
            week(*map(help_at_home, range(1, 6)), stays=[hospital_stay(when(-1, minutes=None))])
        )
        assert "Besök hemma kan krocka med en sjukhusvistelse" in said
        assert "5 besök, det första lördag 21 november" in said

    def test_each_row_says_whose_it_is_how_old_and_why(self) -> None:
        page = week(help_at_home(), HOSPITAL)
        rows = page.split("<li")[1:]
        for row in (row for row in rows if "kalenderrad " in row):
            assert "Varför ser jag detta?" in row
            assert "Kommer från" in row
            assert re.search("Regionen|Kommunen", row)

    def test_a_row_leads_to_its_own_page(self) -> None:
        assert f'href="/sv/mig/handelse/{scene().handle(HOSPITAL.origin)}"' in week(HOSPITAL)

    def test_what_has_no_day_is_there(self) -> None:
        assert "Dagen är inte bestämd" in words(week(booking(Open(), title="Uppföljning")))

    def test_ids_are_unique(self) -> None:
        page = week(help_at_home(), HOSPITAL, booking(Dated(day(0), day(3)), "d"))
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))

    def test_in_english_the_clock_is_english(self) -> None:
        said = words(week(help_at_home(), HOSPITAL, lang="en"))
        assert "Two things clash on Tuesday 24 November" in said
        assert "at 09:15 to 09:45" in said


class TestTheEvent:
    def test_all_that_is_known_of_it(self) -> None:
        item = booking(
            when(4, "09.15"),
            "o",
            title="Återbesök",
            form=VisitForm.VISIT,
            who=(Told("Erik Holm, läkare"),),
            place=Told("Sjukhusgatan 4"),
            instruction=Told("Ta med läkemedelslistan."),
            reason=Told("Kontroll"),
            previous=when(3, "13.00"),
        )
        page = event(item, help_at_home())
        said = words(page)
        for part in (
            "Tisdag 24 november kl. 09.15 till 09.45",
            "Ny tid. Tidigare: måndag 23 november kl. 13.00.",
            "Krockar med Hemtjänst, Hemtjänsten, kl. 08.45 till 09.30.",
            "Erik Holm, läkare",
            "Ta med läkemedelslistan.",
            "Kontroll",
            "Ring 0980-319 201",
            "Kommer från Region Nordmark",
        ):
            assert part in said
        assert 'href="https://karta.example/?q=Sjukhusgatan%204"' in page
        assert 'href="/sv/mig/veckan?start=2026-11-24"' in page

    def test_gone_is_said_only_when_everybody_answered(self) -> None:
        assert "Tiden finns inte längre" in words(event(HOSPITAL, gone=True))
        silent = words(event(HOSPITAL, gone=True, reports=SILENT))
        assert "Tiden finns inte längre" not in silent
        assert "Vi vet inte: Region Sydkust svarade inte." in silent

    def test_who_else_is_silent_says_nothing_of_a_time_that_is_known(self) -> None:
        assert "Det kan saknas" not in words(event(HOSPITAL, reports=SILENT))

    @pytest.mark.parametrize(
        ("item", "said"),
        [
            (booking(Open()), "Dagen är inte bestämd"),
            (booking(Dated(day(4))), "Tisdag 24 november Tid saknas"),
            (booking(Dated(day(4), day(5))), "Tisdag 24 november till onsdag 25 november"),
            (booking(when(4, "09.15", minutes=None)), "Tisdag 24 november kl. 09.15"),
        ],
    )
    def test_a_time_no_more_exact_than_the_source(self, item: Any, said: str) -> None:
        assert said in words(event(item))

    def test_what_can_be_done_stands_on_it(self) -> None:
        section = event_view.find("event")
        assert section is not None
        handle = scene().handle(HOSPITAL.origin)
        seen = spoken(scene(asked=asked(handle)))
        shown = show(section, {"booked": answer(HOSPITAL), "stays": answer(), **KEPT}, seen)
        body: Any = shown.body
        row = replace(body.row, actions=(Action("/sv/mig/handelse/x/avboka", "Avboka"),))
        page = as_page(event_view, replace(shown, body=replace(body, row=row)), seen)
        assert 'href="/sv/mig/handelse/x/avboka"' in page
        assert "Avboka : Återbesök" in words(page)
