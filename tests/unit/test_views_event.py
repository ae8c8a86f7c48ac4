"""Vad gäller för den här tiden: found by its handle, and nobody's home on a map."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.catalogue import Directory, Unit
from stodtjanster.information import VisitForm
from stodtjanster.model import Dated, Protection, Timed, Told
from tests.viewing import FAILED, KEPT, REGION, TOWN, answer, asked, at, booking, day, report, scene
from views.event import view
from views.event.page import EventPage, event
from views.kit.cards import Before
from views.kit.view import show

EVENT = view.find("event")
assert EVENT is not None
MAP = "https://karta.example/?q={place}"


def page(item: Any, *others: Any, **more: Any) -> EventPage:
    handle = scene().handle(item.origin)
    made = event(answer(*others, item), answer(), scene(asked=asked(handle), **more))
    assert made is not None
    return made


def test_the_one_that_was_asked_for() -> None:
    wanted = booking(at(4, "09.15"), "b", title="Återbesök", reason=Told("Kontroll"))
    made = page(wanted, booking(at(2), "a"))
    assert made.row.title == Told("Återbesök")
    assert (made.unit, made.phone) == ("Nordmarks sjukhus", "0980-319 201")
    assert made.reason == Told("Kontroll")
    assert made.week == f"/sv/mig/veckan?start={day(4).isoformat()}"


def test_also_when_it_has_been() -> None:
    assert page(booking(at(-2), done=True)).row.day == day(-2)


def test_what_it_meets_is_said_here_too() -> None:
    home = booking(at(4, "09.00"), "h", system=TOWN, form=VisitForm.HOME)
    assert len(page(booking(at(4, "09.15"), "b"), home).row.conflicts) == 1


@pytest.mark.parametrize(
    ("previous", "before"),
    [
        (at(3, "13.00"), Before(day(3), at(3, "13.00").start)),
        (Dated(day(3)), Before(day(3))),
        (None, None),
    ],
)
def test_the_old_time_beside_the_new(previous: Timed | Dated | None, before: Before | None) -> None:
    assert page(booking(at(4), previous=previous)).row.before == before


class TestGone:
    def test_it_is_gone_only_when_everybody_answered(self) -> None:
        gone = scene(asked=asked("0" * 24))
        others = booking(at(2))
        empty = show(EVENT, {"booked": answer(others), "stays": answer(), **KEPT}, gone)
        silent = show(
            EVENT,
            {"booked": answer(others, reports=[report(), FAILED]), "stays": answer(), **KEPT},
            gone,
        )
        assert (empty.state, silent.state) == ("empty", "unknown")

    def test_a_handle_of_another_person_finds_nothing(self) -> None:
        item = booking(at(2))
        other = scene(asked=asked("f" * 24), secret=b"another key")
        assert event(answer(item), answer(), other) is None

    def test_no_handle_at_all_finds_nothing(self) -> None:
        assert event(answer(booking(at(2))), answer(), scene()) is None


class TestTheMap:
    PLACE = Told("Sjukhusgatan 4, Nordstad")

    def test_it_is_told_the_place_and_nothing_else(self) -> None:
        made = page(booking(at(2), place=self.PLACE, form=VisitForm.VISIT), map_url=MAP)
        assert made.place_map == "https://karta.example/?q=Sjukhusgatan%204%2C%20Nordstad"

    @pytest.mark.parametrize("form", [form for form in VisitForm if form is not VisitForm.VISIT])
    def test_a_place_that_may_be_somebodys_home_is_not_told(self, form: VisitForm) -> None:
        assert page(booking(at(2), place=self.PLACE, form=form), map_url=MAP).place_map is None

    @pytest.mark.parametrize("protected", [p for p in Protection if p is not Protection.NONE])
    def test_nobody_is_told_where_a_protected_person_is(self, protected: Protection) -> None:
        item = booking(at(2), place=self.PLACE, form=VisitForm.VISIT)
        assert page(item, map_url=MAP, protected=protected).place_map is None

    @pytest.mark.parametrize(
        ("form", "shown"),
        [
            (VisitForm.VISIT, True),
            (VisitForm.UNKNOWN, True),
            (VisitForm.HOME, False),
            (VisitForm.PHONE, False),
            (VisitForm.VIDEO, False),
        ],
    )
    def test_the_unit_is_shown_where_one_may_have_to_go_there(
        self, form: VisitForm, shown: bool
    ) -> None:
        unit = Unit(REGION, "Ortopeden", "Region Nordmark", address=self.PLACE)
        made = page(booking(at(2), form=form), map_url=MAP, directory=Directory([unit]))
        assert (made.unit_map is not None) == shown

    def test_where_no_map_is_agreed_there_is_none(self) -> None:
        assert page(booking(at(2), place=self.PLACE, form=VisitForm.VISIT)).place_map is None
