"""Two weeks on paper: what stands there, and what never does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from stodtjanster.information import CareManagerKind, ListingKind, VisitForm
from stodtjanster.model import Approximate, Dated, Open, Told
from tests.viewing import (
    FAILED,
    KEPT,
    NOW,
    REGION,
    TOWN,
    answer,
    asked,
    at,
    booking,
    day,
    listing,
    manager,
    report,
    scene,
)
from views.kit.notices import Mark
from views.kit.view import show
from views.print import view
from views.print.paper import contacts, daily, heading, times

SAID = scene(asked=asked(vad="ja"))


def rows(*items: Any, of: Any = None) -> list[Any]:
    made = times(answer(*items), answer(), of or scene())
    assert made is not None
    return [row for each in made.days for row in each.rows] + list(made.undated)


def test_a_row_says_when_who_and_where() -> None:
    (row,) = rows(
        booking(at(4, "09.15"), who=(Told("Erik Holm, läkare"),), place=Told("Hus B, plan 3"))
    )
    assert (row.day, row.start, row.mark) == (day(4), at(4, "09.15").start, Mark.REGION)
    assert (row.unit, row.who) == (Told("Nordmarks sjukhus"), Told("Erik Holm, läkare"))
    assert row.where == Told("Hus B, plan 3")


def test_what_it_is_about_stands_there_when_the_person_wants_it_and_the_reason_never() -> None:
    item = booking(
        at(1),
        title="Kontroll av sår",
        reason=Told("Såret vill inte läka"),
        instruction=Told("Ta med dina läkemedel"),
    )
    (silent,), (told,) = rows(item), rows(item, of=SAID)
    assert (silent.title, told.title) == (None, Told("Kontroll av sår"))
    for row in (silent, told):
        written = str(asdict(row))
        assert "läka" not in written
        assert "läkemedel" not in written
    assert "Kontroll" not in str(asdict(silent))


def test_the_way_to_the_other_paper_is_there() -> None:
    assert heading(scene()).toggle == "/sv/mig/utskrift?vad=ja"
    assert heading(SAID).toggle == "/sv/mig/utskrift"
    assert heading(scene(asked=asked(vad="nonsens"))).titles is False
    assert (heading(scene()).first, heading(scene()).last) == (day(0), day(13))
    assert heading(scene()).made == NOW


def test_it_has_fourteen_days_and_what_has_no_day_last() -> None:
    found = rows(
        booking(at(14), "far"),
        booking(Open(), "open"),
        booking(at(13), "last"),
        booking(at(0, "09.00"), "over"),
        booking(Dated(day(2), day(5)), "days"),
    )
    assert [row.day for row in found] == [day(2), day(13), None]
    assert found[0].last_day == day(5)


def test_an_approximate_time_is_said_to_be() -> None:
    when = at(1)
    assert when.end is not None
    (row,) = rows(booking(Approximate(when.start, when.end)))
    assert row.approximate


def test_many_are_named_without_what_they_are() -> None:
    who = (Told("Lena Ek, fast vårdkontakt, Björkbacken"), Told("Berg, Jonas"), Told("Amina Yusuf"))
    (row,) = rows(booking(at(1), who=who))
    assert row.who == Told("Lena Ek, Berg, Jonas, Amina Yusuf")


@pytest.mark.parametrize(
    ("form", "place", "where"),
    [
        (VisitForm.PHONE, None, Told("Telefon")),
        (VisitForm.HOME, Told("Hemma hos dig"), Told("Hemma hos dig")),
        (VisitForm.UNKNOWN, None, None),
    ],
)
def test_how_it_is_held_where_there_is_no_place(form: Any, place: Any, where: Any) -> None:
    (row,) = rows(booking(at(1), form=form, place=place))
    assert row.where == where


def test_daily_visits_stand_by_themselves_with_names() -> None:
    visits = [
        booking(
            at(n, "18.30"),
            str(n),
            system=TOWN,
            title="Hemtjänst",
            recurring=True,
            form=VisitForm.HOME,
            who=(Told("Omar Said, undersköterska"),) if n < 2 else (),
        )
        for n in range(3)
    ]
    assert times(answer(*visits), answer(), scene()) is None
    made = daily(answer(*visits), scene())
    assert made is not None
    (series,) = made
    assert series.mark is Mark.KOMMUN
    assert series.title is None
    assert [each.rows[0].who for each in series.days] == [Told("Omar Said")] * 2 + [None]
    assert series.days[2].rows[0].who_pending


def test_each_number_stands_once_the_persons_own_contacts_first() -> None:
    made = contacts(
        answer(booking(at(1)), booking(at(2), "2"), booking(at(40), "3", system=TOWN)),
        answer(listing(ListingKind.DOCTORS_OFFICE, "Björkbacken")),
        answer(manager("Lena Ek", CareManagerKind.VARDKONTAKT)),
        scene(),
    )
    assert made is not None
    assert [number.phone for number in made] == ["0980-319 201"]
    assert made[0].name == Told("Lena Ek")


def test_a_unit_that_nobody_is_to_visit_is_not_there() -> None:
    made = contacts(answer(booking(at(3), system=TOWN)), answer(), answer(), scene())
    assert made is not None
    assert [(n.name, n.phone, n.mark) for n in made] == [
        (Told("Hemtjänsten"), "0980-319 220", Mark.KOMMUN)
    ]
    assert contacts(answer(booking(at(30), system=TOWN)), answer(), answer(), scene()) is None


def test_nothing_is_said_to_be_empty_while_somebody_is_silent() -> None:
    silent = {name: answer(reports=[report(), FAILED]) for name in view.needs}
    heard = {name: answer() for name in view.needs} | KEPT
    for section in (one for one in view.sections if one.needs):
        assert show(section, silent, scene()).state == "unknown"
        assert show(section, heard, scene()).state == "empty"


def test_it_is_to_last() -> None:
    assert view.lasting
    assert REGION not in view.path
