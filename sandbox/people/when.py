"""Relative dates of the people files as real ones, in Swedish local time.

A row says `day = 4` (four days from today) and `time = "09.15-09.45"`, or
`next = "14.30"` with `minutes`: today at that time while it is at least an hour
away, else the first half hour that is (but none in `not_at`, where something else
is), and tomorrow morning in the evening. `on = "spring"` or `"autumn"` instead of a day is the next
Sunday when the clocks change. A booking that was moved says `at`, its start and end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.clock import STOCKHOLM

_AHEAD = dt.timedelta(hours=1)
_LAST_START = dt.time(20, 0)
_TOMORROW = dt.time(8, 30)
_CLOCKS_CHANGE = {"spring": 3, "autumn": 10}
_SUNDAY = 6


def day(offset: int, anchor: dt.datetime) -> dt.date:
    """The date `offset` days from the anchor's; negative is the past."""
    return anchor.date() + dt.timedelta(days=offset)


def span(row: Mapping[str, Any], anchor: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """When a row starts and ends: aware, Europe/Stockholm. KeyError if the row has no time."""
    if "at" in row:
        moved: tuple[dt.datetime, dt.datetime] = row["at"]
        return moved
    if "next" in row:
        taken = [_clock(text) for text in row.get("not_at", ())]
        start = _next(_clock(row["next"]), taken, anchor)
        return start, start + dt.timedelta(minutes=row["minutes"])
    on = clocks_change(row["on"], anchor) if "on" in row else day(row["day"], anchor)
    return times(row["time"], on)


def clocks_change(season: str, anchor: dt.datetime) -> dt.date:
    """The next last Sunday of March ("spring") or October ("autumn") after the anchor's day."""
    for year in (anchor.year, anchor.year + 1):
        # Both months have 31 days.
        last = dt.date(year, _CLOCKS_CHANGE[season], 31)
        sunday = last - dt.timedelta((last.weekday() - _SUNDAY) % 7)
        if sunday > anchor.date():
            break
    return sunday


def times(text: str, on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """ "09.15-09.45" on a date."""
    start, end = (_clock(part) for part in text.split("-"))
    return _at(on, start), _at(on, end)


def _next(wanted: dt.time, taken: Sequence[dt.time], anchor: dt.datetime) -> dt.datetime:
    earliest = anchor + _AHEAD
    if _at(anchor.date(), wanted) >= earliest:
        return _at(anchor.date(), wanted)
    ahead = -earliest.minute % 30
    start = (earliest + dt.timedelta(minutes=ahead)).replace(second=0, microsecond=0)
    while start.time() in taken:
        start += dt.timedelta(minutes=30)
    if start.date() == anchor.date() and start.time() <= _LAST_START:
        return start
    return _at(day(1, anchor), _TOMORROW)


def _clock(text: str) -> dt.time:
    hour, minute = text.strip().split(".")
    return dt.time(int(hour), int(minute))


def _at(on: dt.date, at: dt.time) -> dt.datetime:
    return dt.datetime.combine(on, at, STOCKHOLM)
