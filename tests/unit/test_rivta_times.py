"""Swedish wall time in the forms that RIV-TA sources write it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from stodtjanster.model import STOCKHOLM, Dated, Open, Timed
from stodtjanster.sources.kit.times import day, digits, moment, span


def stockholm(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261120101500", stockholm(2026, 11, 20, 10, 15)),
        ("202611201015", stockholm(2026, 11, 20, 10, 15)),
        ("2026-11-20T10:15:00", stockholm(2026, 11, 20, 10, 15)),
        ("2026-11-20T10:15:00.1234567", stockholm(2026, 11, 20, 10, 15)),
        ("2026-11-20T10:15:00Z", stockholm(2026, 11, 20, 11, 15)),
        ("2026-07-01T10:15:00-01:00", stockholm(2026, 7, 1, 13, 15)),
    ],
)
def test_a_time_is_read_as_swedish_wall_time(text: str, expected: datetime) -> None:
    assert moment(text) == expected
    assert moment(text).tzinfo is STOCKHOLM


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261120",
        "2026112010150",
        "20261320101500",
        "20261120246000",
        "2026-11-20T24:00:00",
        "2026-W47-5",
        "18991231235959",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "２０２６１１２０１０１５００",
        "2026-11-20T10:15:00" + "0" * 100,
        "i morgon",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text) is None


def test_the_hour_that_does_not_exist_moves_forward_by_the_gap() -> None:
    found = moment("20260329023000")
    assert found.isoformat() == "2026-03-29T03:30:00+02:00"


def test_the_hour_that_comes_twice_is_the_first() -> None:
    found = moment("20261025023000")
    assert found.utcoffset() == timedelta(hours=2)
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261120", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20+01:00", date(2026, 11, 20)),
        ("20261120235959", date(2026, 11, 20)),
        ("2026-11-20T23:30:00Z", date(2026, 11, 21)),
        ("20260230", None),
        ("99991231", None),
        ("", None),
    ],
)
def test_a_day_is_the_swedish_day(text: str, expected: date | None) -> None:
    assert day(text) == expected


def test_a_day_is_written_as_digits() -> None:
    assert digits(date(2026, 3, 1)) == "20260301"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            "20261124093000",
            "20261124100000",
            Timed(stockholm(2026, 11, 24, 9, 30), stockholm(2026, 11, 24, 10)),
        ),
        ("20261124093000", None, Timed(stockholm(2026, 11, 24, 9, 30))),
        ("20261124093000", "20261124093000", Timed(stockholm(2026, 11, 24, 9, 30))),
        ("20261124093000", "20261123093000", Timed(stockholm(2026, 11, 24, 9, 30))),
        ("20261124093000", "senare", Timed(stockholm(2026, 11, 24, 9, 30))),
        ("20261124", None, Dated(date(2026, 11, 24))),
        ("20261124", "20261125", Dated(date(2026, 11, 24))),
        ("20261124", "20261126", Dated(date(2026, 11, 24), date(2026, 11, 25))),
        ("20261124", "20261126120000", Dated(date(2026, 11, 24), date(2026, 11, 26))),
        (None, "20261124093000", Open()),
        ("  ", None, Open()),
        ("?", "20261124093000", None),
    ],
)
def test_a_span_ends_before_its_end(start: str | None, end: str | None, expected: object) -> None:
    assert span(start, end) == expected
