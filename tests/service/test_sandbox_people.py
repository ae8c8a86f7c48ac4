"""Relative dates become the right ones, whatever the time of day and of year."""

from __future__ import annotations

from datetime import datetime

import pytest

from sandbox.clock import STOCKHOLM, Clock
from sandbox.people.when import day, span

ROW = {"next": "14.30", "minutes": 30, "not_at": ["18.30"]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-20T00:00", "2026-11-20T14:30"),
        ("2026-11-20T13:30", "2026-11-20T14:30"),
        ("2026-11-20T13:31", "2026-11-20T15:00"),
        ("2026-11-20T15:40", "2026-11-20T17:00"),
        ("2026-11-20T17:05", "2026-11-20T19:00"),
        ("2026-11-20T19:00", "2026-11-20T20:00"),
        ("2026-11-20T19:01", "2026-11-21T08:30"),
        ("2026-12-31T23:45", "2027-01-01T08:30"),
    ],
)
def test_the_next_time_is_at_least_an_hour_ahead(now: str, expected: str) -> None:
    start, end = span(ROW, at(now))
    assert start == at(expected)
    assert (end - start).total_seconds() == 1800


def test_days_count_over_the_change_of_clocks() -> None:
    anchor = at("2026-10-24T12:00")
    start, _ = span({"day": 2, "time": "09.15-09.45"}, anchor)
    assert start.isoformat() == "2026-10-26T09:15:00+01:00"
    assert day(-30, anchor).isoformat() == "2026-09-24"


def test_the_anchor_stands_still_during_a_day() -> None:
    clock = Clock(datetime.fromisoformat("2026-11-20T14:28:33"))
    assert clock.anchor() == at("2026-11-20T14:28")
    assert clock.now() >= at("2026-11-20T14:28:33")


def test_the_anchor_moves_with_the_day() -> None:
    class Tomorrow(Clock):
        def now(self) -> datetime:
            return at("2026-11-21T09:10")

    assert Tomorrow(at("2026-11-20T14:28")).anchor() == at("2026-11-21T00:00")
