"""A calendar file: little of each time, nothing of why, and nothing that calendars misread."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component

from portal.calendar_file import Saying, calendar_file
from stodtjanster.information import VisitForm
from stodtjanster.model import Answer, Approximate, Cause, Dated, Open, Outcome, Partial, Told
from tests.viewing import BIRGITTA, NOW, REGION, answer, at, booking, day, report, scene
from views.kit.traces import Pen

PEN = Pen(b"k" * 32, BIRGITTA)
URL = "https://portalen.example/"
LITTLE = Saying()
MORE = Saying(detailed=True)


def written(
    booked: Answer[Any],
    *,
    saying: Saying = LITTLE,
    believed: Any = (),
) -> bytes:
    return calendar_file(booked, believed, scene(), PEN, saying, URL)


def events(*args: Any, **more: Any) -> list[Component]:
    return list(Calendar.from_ical(written(*args, **more)).walk("VEVENT"))


def test_a_time_is_from_when_to_when_and_no_more() -> None:
    item = booking(
        at(3, "09.15"),
        title="Provtagning",
        who=(Told("Erik Holm"),),
        place=Told("Hus B"),
        reason=Told("Feber"),
        instruction=Told("Fasta"),
    )
    (event,) = events(answer(item))
    assert event["summary"] == "Vårdtid"
    start, end = at(3, "09.15").start, at(3, "09.45").start
    assert (event["dtstart"].dt, event["dtend"].dt) == (start, end)
    assert b"DTSTART:20261123T081500Z" in written(answer(item))
    assert event["class"] == "PRIVATE"
    assert "location" not in event
    text = written(answer(item)).decode()
    for word in ("Provtagning", "Erik", "Hus B", "Feber", "Fasta", "Nordmark", "0980"):
        assert word not in text


def test_who_asks_gets_what_where_and_with_whom_but_never_why() -> None:
    item = booking(
        at(3),
        title="Provtagning",
        who=(Told("Erik Holm"),),
        place=Told("Hus B"),
        reason=Told("Feber"),
        instruction=Told("Fasta"),
    )
    (event,) = events(answer(item), saying=MORE)
    assert (event["summary"], event["location"]) == ("Provtagning", "Hus B")
    assert "Nordmarks sjukhus" in event["description"]
    assert "Erik Holm" in event["description"]
    text = written(answer(item), saying=MORE).decode()
    assert "Feber" not in text
    assert "Fasta" not in text


def test_where_the_person_lives_is_never_a_place() -> None:
    item = booking(at(3), form=VisitForm.HOME, place=Told("Storgatan 1"))
    (event,) = events(answer(item), saying=MORE)
    assert "location" not in event


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        (Dated(day(3)), day(3), day(4)),
        (Dated(day(3), day(5)), day(3), day(6)),
        (at(3, minutes=None), at(3).start, None),
        (Approximate(at(3).start, at(3).start + timedelta(hours=1)), at(3).start, at(3, "10.00")),
    ],
)
def test_a_time_is_no_more_exact_than_it_is(when: Any, start: Any, end: Any) -> None:
    (event,) = events(answer(booking(when)))
    assert event["dtstart"].dt == start
    last = event["dtend"].dt if "dtend" in event else None
    assert last == getattr(end, "start", end)
    assert isinstance(start, date)


@pytest.mark.parametrize("when", [Open(), Partial(2026, 12), at(-1)])
def test_what_has_no_day_or_is_over_is_left_out(when: Any) -> None:
    assert events(answer(booking(when))) == []


def test_daily_visits_are_there_for_who_asks() -> None:
    item = booking(at(1), recurring=True)
    assert events(answer(item)) == []
    assert len(events(answer(item), saying=Saying(daily=True))) == 1


def test_a_time_keeps_its_name_when_it_is_moved_and_has_another_for_another_person() -> None:
    (first,), (moved,) = events(answer(booking(at(1)))), events(answer(booking(at(2))))
    assert first["uid"] == moved["uid"]
    assert str(first["uid"]).endswith("@portalen.example")
    assert REGION not in first["uid"]


def test_what_the_silent_told_is_a_time_that_may_have_changed() -> None:
    trace = PEN.trace(booking(at(3), title="Provtagning"))
    (event,) = events(answer(), believed=[trace], saying=MORE)
    assert event["summary"] == "Vårdtid"
    assert event["dtstart"].dt == at(3).start
    assert "kan ha ändrats" in event["description"]
    (told,) = events(answer(booking(at(3))))
    assert told["uid"] == event["uid"]


def test_an_old_copy_says_that_it_is_one() -> None:
    old = report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT)
    told = events(answer(booking(at(3)), reports=[old]))
    (visit,) = (event for event in told if event["summary"] == "Vårdtid")
    assert "kan ha ändrats" in visit["description"]


@pytest.mark.parametrize(
    ("outcome", "cause", "gaps"),
    [
        (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, 1),
        (Outcome.PENDING, None, 1),
        (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL, 1),
        (Outcome.DATA_FROM_SOURCE, None, 0),
        (Outcome.NOT_ASKED, Cause.NOT_CONNECTED, 0),
    ],
)
def test_what_may_be_missing_is_an_event_of_today(outcome: Any, cause: Any, gaps: int) -> None:
    found = events(answer(reports=[report(outcome, cause)]))
    assert len(found) == gaps
    for event in found:
        assert event["dtstart"].dt == NOW.date()
        assert event["transp"] == "TRANSPARENT"
        assert "Nordmark" not in event["description"]


def test_nobodys_text_breaks_out_of_its_line() -> None:
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:egen; text, \\n"
    (event,) = events(answer(booking(at(1), title=evil)), saying=MORE)
    assert "END:VEVENT" in event["summary"]


def test_it_is_a_calendar_by_the_book() -> None:
    text = written(answer(booking(at(1), title="å" * 200)), saying=MORE)
    assert text.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in text
