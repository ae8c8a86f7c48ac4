"""Vad är ändrat sedan sist: each change as it is told, by day, and many of a sort as one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stodtjanster.information import Agreement, CareManagerKind, CarePlan, ListingKind, Message
from stodtjanster.model import Answer, Cause, Open, Outcome, Told
from tests.viewing import (
    NOW,
    REGION,
    TOWN,
    agreement,
    answer,
    at,
    booking,
    day,
    listing,
    manager,
    origin,
    plan,
    report,
    scene,
    service,
)
from views.kit.memory import NOT_KEPT, Change, Memory, Recalled, note
from views.kit.news import NEEDS, NewsRow, asked, pen_of, tell
from views.kit.view import Scene, show
from views.news import since, view

EARLIER = NOW - timedelta(days=3)


def given(**answers: Answer[Any]) -> dict[str, Answer[Any]]:
    """Of every kind, an answer in full by the source that the items of the tests come from."""
    nothing = {
        name: answer(reports=[report(information=need.information, source="test")])
        for name, need in NEEDS.items()
    }
    return nothing | {
        name: Answer(each.items, nothing[name].reports) for name, each in answers.items()
    }


def after(**shown: Answer[Any]) -> Scene:
    """The next visit of one who has been shown this."""
    first = scene(EARLIER)
    seen = note(None, asked(given(**shown), first), pen_of(first), EARLIER)
    return scene(recalled=Recalled(Memory(seen, seen, "a" * 64)))


def rows(of: Scene, **now: Answer[Any]) -> list[NewsRow]:
    made = tell(given(**now), of)
    return [] if made is None else [*(r for each in made.days for r in each.rows), *made.others]


def test_a_new_time_leads_to_its_page() -> None:
    (row,) = rows(after(), booked=answer(booking(at(4), title="Återbesök")))
    assert (row.change, row.label, row.title) == (Change.NEW, "Ny tid", Told("Återbesök"))
    assert row.href is not None
    assert "/sv/mig/handelse/" in row.href
    assert (row.day, row.before) == (day(4), None)


def test_an_invitation_is_called_one() -> None:
    (row,) = rows(after(), booked=answer(booking(at(4), invitation=True)))
    assert row.label == "Ny kallelse"


def test_a_moved_time_stands_on_its_new_day_with_the_old_beside() -> None:
    (row,) = rows(after(booked=answer(booking(at(3)))), booked=answer(booking(at(4))))
    assert (row.label, row.day) == ("Flyttad tid", day(4))
    assert row.before is not None
    assert (row.before.day, row.before.start) == (day(3), at(3).start)


def test_a_time_that_is_gone_is_called_by_its_time_and_by_who_told_of_it() -> None:
    (row,) = rows(after(booked=answer(booking(at(3), title="Återbesök"))))
    assert (row.label, row.day, row.start) == ("En tid står inte kvar", day(3), at(3).start)
    assert (row.title, row.unit, row.why.source_name) == (
        None,
        Told("Region Nordmark"),
        "Region Nordmark",
    )
    assert row.note is not None
    assert row.phone == "0980-319 201"


def test_a_time_that_never_had_a_day_may_have_got_one() -> None:
    (row,) = rows(after(booked=answer(booking(Open()))))
    assert (row.label, row.day) == ("En tid utan dag står inte kvar", None)


@pytest.mark.parametrize(
    ("name", "item", "label"),
    [
        ("plans", plan("p", title=Told("Trygg hemma")), "Ny plan"),
        ("agreements", agreement("Träna"), "Ny överenskommelse"),
        ("services", service("Hemtjänst"), "Nytt beslut om en insats"),
        ("listings", listing(ListingKind.DOCTORS_OFFICE, "Björkbacken"), "Nytt vårdval"),
        ("managers", manager("Lena Ek", CareManagerKind.VARDKONTAKT), "Ny fast kontakt"),
        (
            "messages",
            Message(subject=booking(at(1)).subject, origin=origin(REGION, "m"), sent=at(-1)),
            "Nytt meddelande",
        ),
    ],
)
def test_every_kind_has_its_own_words(name: str, item: Any, label: str) -> None:
    (row,) = rows(after(), **{name: answer(item)})
    assert (row.label, row.day) == (label, None)
    assert row.title is not None


@pytest.mark.parametrize(
    ("name", "was", "now_is", "label"),
    [
        ("plans", plan("p"), plan("p", follow_up=day(9)), "Ändrad plan"),
        ("agreements", agreement("a"), agreement("a", done=True), "Ändrad överenskommelse"),
        ("services", service("s"), service("s", extent=Told("2 timmar")), "Ändrat beslut"),
        ("managers", manager("A", record="1"), manager("B", record="1"), "Ändrad fast kontakt"),
    ],
)
def test_what_says_something_else_has_changed(name: str, was: Any, now_is: Any, label: str) -> None:
    (row,) = rows(after(**{name: answer(was)}), **{name: answer(now_is)})
    assert row.label.startswith(label)


def test_a_plan_that_two_tell_is_not_called_changed_while_one_is_silent() -> None:
    of = after(plans=answer(plan("p", responsible=Told("Lena"))))
    silent = report(
        Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, system=TOWN, information=CarePlan, source="fhir"
    )
    now = given(plans=answer(plan("p")))
    now["plans"] = Answer(now["plans"].items, (*now["plans"].reports, silent))
    assert tell(now, of) is None
    heard = given(plans=answer(plan("p")))
    assert tell(heard, of) is not None


def test_many_of_a_sort_are_one_row() -> None:
    visits = [booking(at(n), str(n), title="Hemtjänst", recurring=True) for n in range(1, 6)]
    (new,) = rows(after(), booked=answer(*visits))
    assert (new.label, new.count, new.day) == ("5 nya tider", 5, day(1))
    (gone,) = rows(after(booked=answer(*visits)))
    assert (gone.label, gone.count) == ("5 tider står inte kvar", 5)
    two = rows(after(), booked=answer(*visits[:2]))
    assert [row.count for row in two] == [1, 1]


def test_by_day_and_what_has_none_last() -> None:
    made = tell(
        given(
            booked=answer(booking(at(4), "b"), booking(at(2), "a", title="Annat")),
            agreements=answer(agreement("Träna")),
        ),
        after(),
    )
    assert made is not None
    assert [each.day for each in made.days] == [day(2), day(4)]
    assert [row.kind for row in made.others] == [Agreement.key]
    assert (made.count, made.since) == (3, EARLIER)
    assert len(made.few) == 3


def test_the_first_visit_and_what_is_not_kept_are_said() -> None:
    first = tell(given(), scene(recalled=Recalled()))
    assert first is not None
    assert (first.since, first.kept) == (None, True)
    lost = tell(given(), scene(recalled=NOT_KEPT))
    assert lost is not None
    assert not lost.kept
    assert since(scene(recalled=NOT_KEPT)).kept is False
    assert since(after()).at == EARLIER


def test_nothing_has_changed_only_when_everybody_answered() -> None:
    section = view.find("news")
    assert section is not None
    assert show(section, given(), after()).state == "empty"
    silent = {
        name: answer(reports=[report(Outcome.NO_DATA_SYNCH_FAILED, information=need.information)])
        for name, need in NEEDS.items()
    }
    assert show(section, silent, after(booked=answer(booking(at(3))))).state == "unknown"
