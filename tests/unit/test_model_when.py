"""Time is Swedish time: midnights, months and the two odd days of the year."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from stodtjanster.information import Appointment
from stodtjanster.model import (
    STOCKHOLM,
    Approximate,
    Dated,
    Need,
    Open,
    Partial,
    Period,
    Timed,
    Told,
    first_day,
    last_day,
    local_day,
    midnight,
)

SPRING = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # 03:00 becomes 02:00


def swedish(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM, fold=fold)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 18, 0, tzinfo=timezone(timedelta(hours=-6))), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_swedish_midnight(moment, day):
    assert local_day(moment) == day


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 11, 20), 24)])
def test_a_day_is_as_long_as_it_is(day, hours):
    period = Period(day, day)
    assert period.end.astimezone(UTC) - period.start.astimezone(UTC) == timedelta(hours=hours)
    assert period.start == midnight(day)


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        (Timed(swedish(2026, 11, 20, 9)), date(2026, 11, 20), date(2026, 11, 20)),
        # An end is exclusive: a stay until midnight does not touch the next day.
        (
            Timed(swedish(2026, 11, 20, 9), swedish(2026, 11, 21)),
            date(2026, 11, 20),
            date(2026, 11, 20),
        ),
        (
            Timed(swedish(2026, 11, 20, 22), swedish(2026, 11, 21, 6)),
            date(2026, 11, 20),
            date(2026, 11, 21),
        ),
        # No length, or an end before its start, is still that day.
        (
            Timed(swedish(2026, 11, 20), swedish(2026, 11, 20)),
            date(2026, 11, 20),
            date(2026, 11, 20),
        ),
        (
            Timed(swedish(2026, 11, 20, 9), swedish(2026, 11, 19, 9)),
            date(2026, 11, 20),
            date(2026, 11, 20),
        ),
        # The night that has 25 hours, the second of the two o'clocks.
        (
            Timed(swedish(2026, 10, 25, 2, 30, fold=1), swedish(2026, 10, 26)),
            AUTUMN,
            AUTUMN,
        ),
        (
            Timed(datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
            SPRING,
            SPRING,
        ),
        (
            Approximate(swedish(2026, 11, 20, 23), swedish(2026, 11, 21, 1)),
            date(2026, 11, 20),
            date(2026, 11, 21),
        ),
        (Dated(date(2026, 11, 20)), date(2026, 11, 20), date(2026, 11, 20)),
        (Dated(date(2026, 11, 20), date(2026, 12, 1)), date(2026, 11, 20), date(2026, 12, 1)),
        (Partial(2026), date(2026, 1, 1), date(2026, 12, 31)),
        (Partial(2028, 2), date(2028, 2, 1), date(2028, 2, 29)),
        (Partial(2027, 2), date(2027, 2, 1), date(2027, 2, 28)),
        (Partial(2027, 12), date(2027, 12, 1), date(2027, 12, 31)),
        (Open(), None, None),
    ],
)
def test_the_days_that_something_may_touch(when, first, last):
    assert (first_day(when), last_day(when)) == (first, last)


def test_a_time_without_zone_is_no_time():
    naive = datetime(2026, 11, 20, 9)  # noqa: DTZ001 - the point
    with pytest.raises(ValueError, match="zone"):
        Timed(naive)
    with pytest.raises(ValueError, match="zone"):
        Timed(swedish(2026, 11, 20, 9), naive)


def test_a_period_takes_what_may_lie_in_it():
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    inside = [
        Dated(date(2026, 11, 1)),
        Dated(date(2026, 11, 30)),
        Dated(date(2026, 10, 1), date(2026, 12, 31)),
        Partial(2026),
        Partial(2026, 11),
        Open(),
        Timed(swedish(2026, 11, 30, 23, 59)),
        Timed(swedish(2026, 10, 31, 23), swedish(2026, 11, 1, 0, 1)),
    ]
    outside = [
        Dated(date(2026, 10, 31)),
        Dated(date(2026, 12, 1)),
        Partial(2025),
        Partial(2026, 12),
        Timed(swedish(2026, 12, 1)),
        Timed(swedish(2026, 10, 31, 23), swedish(2026, 11, 1)),
    ]
    assert all(november.touches(when) for when in inside)
    assert not any(november.touches(when) for when in outside)


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 11, 2), date(2026, 11, 1))


def test_a_need_is_counted_in_days_from_today():
    need = Need(Appointment, days_back=1, days_ahead=14)
    assert need.period(date(2026, 12, 31)) == Period(date(2026, 12, 30), date(2027, 1, 14))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, None),
        ("", None),
        (" \n\t\n ", None),
        ("  Ta  med\tlistan \n\n och id ", Told("Ta med listan\noch id")),
    ],
)
def test_told_text_is_folded_and_blank_text_is_none(text, told):
    assert Told.maybe(text) == told
