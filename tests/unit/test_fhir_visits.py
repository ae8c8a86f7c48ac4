"""Visits that only the Timing of a decided service tells of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stodtjanster.information import Appointment, CareService
from stodtjanster.model import STOCKHOLM, Approximate, Dated, Period, Told
from stodtjanster.sources.kit.fhir.bundle import Page
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.scope import Scope
from tests.fhir_pages import NOW, PERIOD, PERSON, care_plan, service_request

ADVENT = Period(date(2026, 11, 20), date(2026, 12, 20))
DAY = {"period": 1, "periodUnit": "d"}
BOUNDS = {"boundsPeriod": {"start": "2026-10-02"}}
WEEK = {"period": 1, "periodUnit": "wk"}


def visits(repeat: dict[str, Any] | None, period: Period = PERIOD) -> list[Appointment]:
    timing = None if repeat is None else {"repeat": repeat}
    return [
        item
        for item in gathered(service_request(occurrenceTiming=timing), period)
        if isinstance(item, Appointment)
    ]


def gathered(row: dict[str, Any], period: Period | None = PERIOD) -> tuple[Any, ...]:
    gathering = gather(row, period)
    assert gathering.rejected == []
    return gathering.shown()


def gather(row: dict[str, Any], period: Period | None) -> Gathering:
    gathering = Gathering()
    scope = Scope("k", "base", NOW, PERSON, frozenset({"Patient/p1"}), visits=period)
    page = Page([{"resource": row}], None, False)
    gathering.add(page, frozenset({row["resourceType"]}), scope)
    return gathering


def hours(items: list[Appointment]) -> list[str]:
    return [f"{item.when.start.astimezone(STOCKHOLM):%m-%d %H:%M}" for item in items]


def test_times_of_every_day_as_far_as_a_page_looks():
    found = visits(
        {**DAY, "timeOfDay": ["07:30:00", "18:30:00"], "duration": 45, "durationUnit": "min"}
    )
    assert len(found) == 42 * 2
    assert hours(found)[:3] == ["11-20 07:30", "11-20 18:30", "11-21 07:30"]
    first = found[0]
    assert isinstance(first.when, Approximate)
    assert first.when.end - first.when.start == timedelta(minutes=45)
    assert (first.title, first.unit) == (Told("Hemtjänst"), Told("Hemtjänsten Norr"))
    assert first.recurring
    assert first.origin.record == "ServiceRequest/s1#20261120T0730"
    assert len({item.origin.identity for item in found}) == len(found)


def test_a_time_of_day_stays_when_the_clock_changes():
    spring = Period(date(2027, 3, 26), date(2027, 3, 30))
    found = visits({**DAY, "timeOfDay": ["07:30"]}, spring)
    assert {item.when.start.astimezone(STOCKHOLM).hour for item in found} == {7}
    assert {item.when.start.utcoffset() for item in found} == {
        timedelta(hours=1),
        timedelta(hours=2),
    }
    assert found[0].when.end - found[0].when.start == timedelta(hours=1)


def test_it_begins_and_ends_with_its_bounds():
    bounds = {"boundsPeriod": {"start": "2026-11-25", "end": "2026-11-27"}}
    assert hours(visits({**DAY, **bounds, "timeOfDay": ["12:00"]})) == [
        *("11-25 12:00", "11-26 12:00", "11-27 12:00")
    ]
    over = {"boundsPeriod": {"start": "2026-01-01", "end": "2026-11-19"}}
    assert visits({**DAY, **over, "timeOfDay": ["12:00"]}) == []


def test_a_plan_does_not_tell_of_days_that_have_been():
    back = Period(date(2026, 11, 6), date(2026, 11, 22))
    assert hours(visits({**DAY, "timeOfDay": ["12:00"]}, back)) == [
        *("11-20 12:00", "11-21 12:00", "11-22 12:00")
    ]


def test_days_of_the_week():
    found = visits(
        {**WEEK, "dayOfWeek": ["mon", "thu"]}, Period(date(2026, 11, 20), date(2026, 12, 1))
    )
    assert [item.when for item in found] == [
        *(Dated(date(2026, 11, 23)), Dated(date(2026, 11, 26)), Dated(date(2026, 11, 30)))
    ]


def test_every_other_week_is_counted_from_the_first():
    every_other = {"period": 2, "periodUnit": "wk", "dayOfWeek": ["wed"]}
    found = visits({**every_other, **BOUNDS}, ADVENT)
    assert [item.when.day for item in found] == [date(2026, 11, 25), date(2026, 12, 9)]
    third = visits(
        {"period": 3, "periodUnit": "d", **BOUNDS}, Period(date(2026, 11, 20), date(2026, 11, 28))
    )
    assert [item.when.day.day for item in third] == [22, 25, 28]


def test_parts_of_a_day():
    (morning, *_) = visits({**DAY, "when": ["MORN", "PHS"]})
    assert isinstance(morning.when, Approximate)
    assert (morning.when.start.hour, morning.when.end.hour) == (6, 10)


@pytest.mark.parametrize(
    "repeat",
    [
        None,
        {},
        {"frequency": 3},
        {"period": 2, "periodUnit": "wk", "dayOfWeek": ["wed"]},  # counted from when?
        {"period": 3, "periodUnit": "d"},
        {"period": 1, "periodUnit": "mo"},
        {"period": 1.5, "periodUnit": "d"},
        {"period": 0, "periodUnit": "d"},
        {**WEEK},
        {
            "period": 2,
            "periodUnit": "d",
            "dayOfWeek": ["mon"],
            "boundsPeriod": {"start": "2026-11-01"},
        },
    ],
)
def test_what_cannot_be_placed_for_certain_is_not_placed(repeat):
    assert visits(repeat) == []


def test_a_danish_intervention_has_visits_too():
    detail = {
        "code": {"text": "Sårvård"},
        "status": "in-progress",
        "scheduledTiming": {"repeat": {**DAY, "timeOfDay": ["09:00"]}},
    }
    row = care_plan(category=None, title=None, intent="order", activity=[{"detail": detail}])
    service, *found = gathered(row)
    assert isinstance(service, CareService)
    assert len(found) == 42
    assert found[0].title == Told("Sårvård")


def test_nobody_who_has_not_asked_for_times_is_told_them():
    timing = {"repeat": {**DAY, "timeOfDay": ["09:00"]}}
    assert len(gathered(service_request(occurrenceTiming=timing), None)) == 1


@pytest.mark.parametrize(
    "repeat",
    [
        {**DAY, "timeOfDay": ["25:00"]},
        {**DAY, "timeOfDay": ["09:00"] * 25},
        {**DAY, "timeOfDay": "09:00"},
        {**WEEK, "dayOfWeek": ["söndag"]},
    ],
)
def test_a_timing_that_is_none_is_a_loss(repeat):
    found = gather(service_request(occurrenceTiming={"repeat": repeat}), PERIOD)
    assert (found.lost, found.shown()) == (1, ())
