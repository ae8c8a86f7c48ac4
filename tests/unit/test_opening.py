"""Open now, closed, or not to be known: by hours of the catalogue and the Swedish calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.catalogue import Hours, Opening, opening
from stodtjanster.catalogue.holidays import easter_day, is_public_holiday
from stodtjanster.model import STOCKHOLM


def at(day: int, clock: str, month: int = 11, year: int = 2026) -> datetime:
    """A time in November 2026, whose 20th is a Friday, unless another month is said."""
    hour, minute = map(int, clock.split("."))
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def span(first: int, last: int, opens: str, closes: str) -> Hours:
    return Hours(first, last, *(time(*map(int, each.split("."))) for each in (opens, closes)))


WEEKDAYS = span(1, 5, "08.00", "17.00")
ALWAYS = span(1, 7, "00.00", "00.00")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (at(20, "07.59"), Opening("closed", at(20, "08.00"))),
        (at(20, "08.00"), Opening("open", at(20, "17.00"))),
        (at(20, "16.59"), Opening("open", at(20, "17.00"))),
        (at(20, "17.00"), Opening("closed", at(23, "08.00"))),
        (at(21, "12.00"), Opening("closed", at(23, "08.00"))),
        (at(19, "18.00"), Opening("closed", at(20, "08.00"))),
    ],
)
def test_an_ordinary_week(now: datetime, told: Opening) -> None:
    assert opening([WEEKDAYS], now) == told


def test_nobody_knows_without_hours() -> None:
    assert opening([], at(20, "12.00")) is None


def test_day_and_night_never_closes_also_on_christmas_eve() -> None:
    assert opening([ALWAYS], at(20, "03.00")) == Opening("open")
    assert opening([ALWAYS], at(24, "03.00", 12)) == Opening("open")


def test_day_and_night_on_some_days_closes() -> None:
    hours = [span(1, 5, "00.00", "00.00")]
    assert opening(hours, at(20, "12.00")) == Opening("open", at(21, "00.00"))
    assert opening(hours, at(21, "12.00")) == Opening("closed", at(23, "00.00"))


def test_a_break_for_lunch() -> None:
    hours = [span(1, 5, "13.00", "16.00"), span(1, 5, "08.00", "12.00")]
    assert opening(hours, at(20, "12.30")) == Opening("closed", at(20, "13.00"))
    assert opening(hours, at(20, "11.00")) == Opening("open", at(20, "12.00"))


def test_times_that_meet_are_one() -> None:
    hours = [span(5, 5, "08.00", "12.00"), span(5, 5, "12.00", "16.00")]
    assert opening(hours, at(20, "11.00")) == Opening("open", at(20, "16.00"))


def test_a_night_belongs_to_the_day_on_which_it_began() -> None:
    hours = [span(5, 5, "22.00", "06.00")]
    assert opening(hours, at(21, "05.59")) == Opening("open", at(21, "06.00"))
    assert opening(hours, at(21, "06.00")) == Opening("closed", at(27, "22.00"))


def test_days_may_go_on_over_a_sunday() -> None:
    hours = [span(6, 1, "10.00", "12.00")]
    assert opening(hours, at(20, "11.00")) == Opening("closed", at(21, "10.00"))
    assert opening(hours, at(23, "11.00")) == Opening("open", at(23, "12.00"))


class TestHolidays:
    def test_ordinary_hours_are_not_told_of_a_holiday(self) -> None:
        assert opening([WEEKDAYS], at(25, "10.00", 12)) == Opening("holiday")
        assert opening([WEEKDAYS], at(24, "06.00", 12)) == Opening("holiday")

    def test_what_opens_next_is_no_holiday(self) -> None:
        """Christmas 2026 is from a Thursday to a Saturday."""
        assert opening([WEEKDAYS], at(23, "18.00", 12)) == Opening("closed", at(28, "08.00", 12))

    def test_a_night_that_began_before_is_known_until_it_ends(self) -> None:
        hours = [span(1, 7, "22.00", "06.00")]
        assert opening(hours, at(24, "05.00", 12)) == Opening("open", at(24, "06.00", 12))

    def test_a_night_that_began_on_a_holiday_may_not_be_kept(self) -> None:
        hours = [span(1, 7, "22.00", "06.00")]
        assert opening(hours, at(2, "05.00", 1)) == Opening("holiday")
        assert opening(hours, at(2, "06.00", 1)) == Opening("closed", at(2, "22.00", 1))

    def test_hours_of_the_day_after_count_beside_those_of_the_holiday(self) -> None:
        hours = [span(1, 7, "00.01", "00.01"), span(5, 5, "00.00", "00.01")]
        assert opening(hours, at(2, "00.00", 1)).state == "open"

    def test_a_time_does_not_grow_into_a_holiday(self) -> None:
        hours = [span(1, 7, "08.00", "00.00"), span(4, 4, "00.00", "08.00")]
        assert opening(hours, at(23, "20.00", 12)) == Opening("open", at(24, "00.00", 12))

    @pytest.mark.parametrize(
        "day",
        [
            date(2026, 1, 6),
            date(2026, 4, 3),
            date(2026, 4, 6),
            date(2026, 5, 14),
            date(2026, 6, 6),
            date(2026, 6, 19),
            date(2026, 6, 20),
            date(2026, 10, 31),
            date(2027, 6, 25),
            date(2027, 11, 6),
        ],
    )
    def test_the_calendar_of_the_law(self, day: date) -> None:
        assert is_public_holiday(day)

    @pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 11, 22), date(2026, 6, 18)])
    def test_other_days_are_none(self, day: date) -> None:
        assert not is_public_holiday(day)

    @pytest.mark.parametrize(
        ("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))]
    )
    def test_easter(self, year: int, day: tuple[int, int]) -> None:
        assert easter_day(year) == date(year, *day)


CLOCKS = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(microsecond=0))
HOURS = st.builds(Hours, st.integers(1, 7), st.integers(1, 7), CLOCKS, CLOCKS)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda n: at(1, "00.00", 1) + timedelta(minutes=n))


@given(st.lists(HOURS, min_size=1, max_size=5), MOMENTS)
def test_what_is_told_is_to_come_and_is_another_state(hours: list[Hours], now: datetime) -> None:
    told = opening(hours, now)
    assert told is not None
    if told.changes is None:
        return
    assert told.changes > now
    then = opening(hours, told.changes)
    assert then is not None
    if told.state == "closed":
        assert then.state == "open"
        before = opening(hours, told.changes - timedelta(seconds=1))
        assert before is not None
        assert before.state != "open"
    else:
        assert then.state != "open"
