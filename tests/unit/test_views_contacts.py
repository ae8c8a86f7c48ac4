"""Whom to turn to: by matter, by one's own words, or everybody; and never "nobody" too early."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from typing import Any

import pytest

from stodtjanster.catalogue import Directory, Entries, Entry, Hours, OwnerKind, Unit
from stodtjanster.information import (
    CareContactStatus,
    CareManagerKind,
    ListingKind,
)
from stodtjanster.model import STOCKHOLM, HsaId, Protection, Told
from tests.rendering import printed, words
from tests.viewing import (
    FAILED,
    NOW,
    OTHER_REGION,
    TOWN,
    answer,
    asked,
    booking,
    day,
    hospital_stay,
    listing,
    manager,
    report,
    scene,
    service,
)
from tests.viewing import at as when
from views.contacts import NOBODY, view
from views.contacts.find import Who
from views.contacts.turns import Turn
from views.kit.matters import Matter, Way
from views.kit.view import show

SILENT = [report(), FAILED]
LENA = manager("Lena Ek", qualification=Told("Sjuksköterska"))
SARA = manager("Sara Nyström", CareManagerKind.LAKARKONTAKT)
OMAR = manager("Omar Said", CareManagerKind.OMSORGSKONTAKT, system=TOWN)
CENTRE = listing(ListingKind.DOCTORS_OFFICE, "Björkbackens vårdcentral")
DRESSING = booking(when(1), "s", system=TOWN, title="Såromläggning", unit=Told("Hemsjukvården"))
AGAIN = booking(when(4, "09.15"), "o", title="Återbesök", unit=Told("Ortopedmottagningen"))
HELP = service("Hemtjänst", handler=Told("Maria Lund, handläggare"), phone="0980-319 222")
ALARM = service("Trygghetslarm", performer=Told("Larmet"))
EVERYTHING = {
    "booked": answer(AGAIN, DRESSING),
    "visits": answer(),
    "listings": answer(CENTRE),
    "managers": answer(LENA, SARA, OMAR),
    "services": answer(HELP, ALARM),
}
NOTHING = dict.fromkeys(EVERYTHING, answer())


def who(answers: Any = EVERYTHING, seen: Any = None, **choices: str) -> Who | None:
    section = view.find("who")
    assert section is not None
    here = seen or scene(asked=asked(**choices))
    body = show(section, answers, here).body
    assert body is None or isinstance(body, Who)
    return body


def names(found: Who | None) -> list[str]:
    assert found is not None
    return [name(turn) for group in found.groups for turn in group.rows]


def name(turn: Turn) -> str:
    assert turn.contact.name is not None
    return turn.contact.name.text


def turn(wanted: str, answers: Any = EVERYTHING, seen: Any = None) -> Turn:
    found = who(answers, seen)
    assert found is not None
    return next(t for group in found.groups for t in group.rows if name(t) == wanted)


def page(slot: str = "who", answers: Any = EVERYTHING, **more: Any) -> str:
    return printed(view, slot, answers, **more)


class TestByMatter:
    @pytest.mark.parametrize(
        ("key", "found"),
        [
            ("saret", ["Hemsjukvården", "Lena Ek, sjuksköterska", "Björkbackens vårdcentral"]),
            ("lakemedel", ["Sara Nyström", "Björkbackens vårdcentral"]),
            ("hemtjansten", ["Omar Said", "Maria Lund, handläggare"]),
            ("sjukhuset", ["Ortopedmottagningen"]),
            ("planen", ["Lena Ek, sjuksköterska"]),
            ("besluten", ["Maria Lund, handläggare"]),
            ("larmet", ["Larmet", "Omar Said", "Maria Lund, handläggare"]),
        ],
    )
    def test_those_that_it_is_for_in_order(self, key: str, found: list[str]) -> None:
        assert names(who(galler=key)) == found

    def test_it_says_what_it_is_about(self) -> None:
        assert "Kontakter för ”Såret”" in words(page(asked=asked(galler="saret")))

    def test_a_matter_that_is_not_there_shows_everybody(self) -> None:
        assert who(galler="finns-inte") == who()

    def test_the_installations_own_matters(self) -> None:
        own = Matter("fot", "Fotvård", "återbes", (Way.PLANNED,))
        seen = scene(asked=asked(galler="fot"), matters=(own,))
        assert names(who(seen=seen)) == ["Ortopedmottagningen"]

    def test_one_is_shown_once_whatever_they_are_for(self) -> None:
        found = names(who(galler="larmet"))
        assert len(found) == len(set(found))


class TestByOnesOwnWords:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("såret", "Hemsjukvården"),
            ("Lena", "Lena Ek, sjuksköterska"),
            ("ORTOPED", "Ortopedmottagningen"),
            ("recept", "Sara Nyström"),
            ("  trygghetslarm  ", "Larmet"),
        ],
    )
    def test_the_first_is_who_it_is_about(self, query: str, found: str) -> None:
        assert names(who(sok=query))[0] == found

    def test_a_name_of_two_words(self) -> None:
        assert "Maria Lund, handläggare" in names(who(sok="maria lund"))

    def test_words_that_nobody_knows_find_nobody(self) -> None:
        assert who(sok="xyzzy") is None

    def test_blank_words_show_everybody(self) -> None:
        assert who(sok="   ") == who()

    def test_what_was_written_stands_in_the_field_and_cannot_be_markup(self) -> None:
        html = page("search", asked=asked(sok='"><script>'))
        assert "<script>" not in html
        assert "&lt;script&gt;" in html

    def test_long_words_are_cut(self) -> None:
        html = page("search", asked=asked(sok="x" * 5000))
        assert "x" * 80 in html
        assert "x" * 81 not in html

    def test_the_form_is_sent_without_script_and_every_matter_is_a_link(self) -> None:
        html = page("search", asked=asked(galler="saret"))
        assert '<form method="get" action="/sv/mig/kontakter/" role="search">' in html
        assert html.count('href="/sv/mig/kontakter/?galler=') == 8
        assert html.count('aria-current="true"') == 1
        assert 'href="/sv/mig/kontakter/"' in html


class TestEverybody:
    def test_people_then_who_decides_then_units(self) -> None:
        found = who()
        assert found is not None
        assert [group.title for group in found.groups] == [
            "Fasta kontakter och vårdval",
            "Handläggare",
            "Mottagningar och enheter",
        ]

    def test_where_somebody_is_to_come_next_stands_first(self) -> None:
        found = who()
        assert found is not None
        assert [name(t) for t in found.groups[-1].rows] == [
            "Hemsjukvården",
            "Ortopedmottagningen",
            "Larmet",
        ]

    def test_the_next_time_leads_to_its_page(self) -> None:
        coming = turn("Ortopedmottagningen").coming
        assert coming is not None
        assert coming.href == f"/sv/mig/handelse/{scene().handle(AGAIN.origin)}"
        assert coming.day == day(4)

    def test_what_has_been_is_a_place_without_a_next_time(self) -> None:
        past = {**NOTHING, "booked": answer(booking(when(-3), title="Prov", unit=Told("Labbet")))}
        assert turn("Labbet", past).coming is None

    def test_a_unit_is_one_however_often_one_goes_there(self) -> None:
        visits = [booking(when(n), str(n), title="Hemtjänst", unit=Told("Norr")) for n in (1, 2)]
        found = who({**NOTHING, "booked": answer(*visits)})
        assert names(found) == ["Norr"]
        assert turn("Norr", {**NOTHING, "booked": answer(*visits)}).gives == (Told("Hemtjänst"),)

    def test_units_of_one_name_in_two_regions_are_two(self) -> None:
        here = booking(when(1), "1", unit=Told("Ögonmottagningen"))
        there = booking(when(2), "2", unit=Told("Ögonmottagningen"), system=OTHER_REGION)
        found = who({**NOTHING, "booked": answer(here, there)})
        assert names(found) == ["Ögonmottagningen", "Ögonmottagningen"]

    def test_a_stay_leads_to_its_clinic_unless_it_was_called_off(self) -> None:
        stay = hospital_stay(when(-1), unit=Told("Avdelning 7"))
        off = replace(stay, status=CareContactStatus.CANCELLED)
        assert names(who({**NOTHING, "visits": answer(stay)})) == ["Avdelning 7"]
        assert who({**NOTHING, "visits": answer(off)}) is None

    def test_the_handler_is_reached_at_their_own_number(self) -> None:
        handler = turn("Maria Lund, handläggare")
        assert handler.contact.phone == "0980-319 222"
        assert handler.contact.unit == Told("Sjöviks kommun")
        assert handler.gives == (Told("Hemtjänst"),)

    def test_nobody_is_reached_by_the_number_of_another(self) -> None:
        assert turn("Larmet").contact.phone is None
        assert "Telefonnummer saknas." in words(page())

    def test_each_says_whose_it_is_and_why_it_is_seen(self) -> None:
        rows = page().split('<li class="kontaktrad"')[1:]
        assert len(rows) == 8
        for row in rows:
            assert "Varför ser jag detta?" in row
            assert re.search("Regionen|Kommunen", row)

    @pytest.mark.parametrize("level", ["galler", "alla"])
    def test_no_level_of_headings_is_skipped(self, level: str) -> None:
        html = page(asked=asked(galler="saret") if level == "galler" else asked())
        levels = [int(n) for n in re.findall(r"<h(\d)", html)]
        assert levels[0] == 2
        assert all(b <= a + 1 for a, b in pairwise(levels))


class TestNobody:
    @pytest.mark.parametrize("choices", [{}, {"galler": "saret"}, {"sok": "såret"}])
    def test_is_said_only_when_everybody_answered(self, choices: dict[str, str]) -> None:
        assert NOBODY in words(page(answers=NOTHING, asked=asked(**choices)))
        silent = {**NOTHING, "managers": answer(reports=SILENT)}
        said = words(page(answers=silent, asked=asked(**choices)))
        assert NOBODY not in said
        assert "Vi vet inte: Region Sydkust svarade inte." in said

    def test_somebody_who_is_silent_is_named_beside_those_who_are_found(self) -> None:
        some = {**EVERYTHING, "booked": answer(DRESSING, reports=SILENT)}
        said = words(page(answers=some, asked=asked(galler="saret")))
        assert "Hemsjukvården" in said
        assert "Det kan saknas något här: Region Sydkust svarade inte." in said

    def test_there_is_always_somebody_to_ring(self) -> None:
        html = page("urgent", {})
        assert 'href="tel:112"' in html
        assert 'href="tel:1177"' in html


class TestOpenNow:
    UNIT = HsaId("SE2321000156-ORTO")
    HOURS = (Hours(1, 5, time(8), time(16)),)

    def seen(self, now: datetime = NOW, **more: Any) -> Any:
        entries = Entries()
        entry = Entry(
            self.UNIT, Told("Ortopedmottagningen"), NOW, open_hours=self.HOURS, phone="0980319210"
        )
        entries.learn(self.UNIT, entry, again=NOW)
        region = Unit("SE-NORD", "Sjukhuset", "Region Nordmark", OwnerKind.REGION)
        directory = Directory([region], entries)
        if "protected" in more:
            directory = directory.discreetly()
        return replace(scene(now, **more), directory=directory)

    def answers(self) -> Any:
        item = replace(AGAIN, origin=replace(AGAIN.origin, care_unit=self.UNIT))
        return {**NOTHING, "booked": answer(item)}

    @pytest.mark.parametrize(
        ("now", "state"),
        [
            (NOW, "open"),
            (NOW.replace(hour=17), "closed"),
            (NOW.replace(month=12, day=25), "holiday"),
        ],
    )
    def test_by_the_hours_of_the_catalogue(self, now: datetime, state: str) -> None:
        reached = turn("Ortopedmottagningen", self.answers(), self.seen(now)).contact.reached
        assert reached is not None
        assert reached.open_now is not None
        assert reached.open_now.state == state

    def test_it_says_when_it_opens_or_closes(self) -> None:
        html = page(answers=self.answers(), directory=self.seen().directory)
        assert "Öppet nu. Stänger i dag kl. 16.00." in words(html).replace("\u00a0", " ")

    def test_nobody_under_protection_is_told_where_and_when(self) -> None:
        hidden = self.seen(protected=Protection.SEKRETESSMARKERING)
        contact = turn("Ortopedmottagningen", self.answers(), hidden).contact
        assert (contact.reached, contact.phone) == (None, None)

    def test_monday_is_the_next_day_that_it_opens(self) -> None:
        friday = NOW.replace(hour=20)
        reached = turn("Ortopedmottagningen", self.answers(), self.seen(friday)).contact.reached
        assert reached is not None
        assert reached.open_now is not None
        assert reached.open_now.changes == datetime(2026, 11, 23, 8, tzinfo=STOCKHOLM)
