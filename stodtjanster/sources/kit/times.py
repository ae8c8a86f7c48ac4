"""Times of RIV-TA: digits without zone, always Swedish wall time (rivta.md 6).

Read are YYYYMMDDhhmmss, YYYYMMDDhhmm (older producers), YYYYMMDD, xs:dateTime and xs:date, with
years 1900-2199. Twice a year wall time is not one time:

- The hour that does not exist (last Sunday of March, 02:00-03:00) is moved forward by the gap:
  02:30 is 03:30 summer time, the instant that a clock which was never changed would show.
- The hour that comes twice (last Sunday of October) is its first occurrence, summer time: who
  comes at the first is not late for the second.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from stodtjanster.model import STOCKHOLM, Dated, Open, Timed, When, local_day, midnight

_DAY: Final = re.compile(r"(?:\d{8}|(\d{4})-(\d{2})-(\d{2})(?:Z|[+-]\d{2}:\d{2})?)", re.ASCII)
_DATETIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_YEARS: Final = range(1900, 2200)
_MARCH: Final = 3
_GAP_HOUR: Final = 2
_LONGEST: Final = 64


def moment(written: str | None) -> datetime | None:
    """An aware time in Europe/Stockholm; None when the text is no time of day on a day.

    White space around it is no matter.
    """
    text = written.strip() if written else ""
    if text.isdecimal():
        return _wall(text[:8], text[8:]) if len(text) in (12, 14) else None
    found = _DATETIME.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    on, clock, zone = found.groups()
    if zone is None:
        return _wall(on, clock)
    try:
        aware = datetime.fromisoformat(f"{on}T{clock}{zone}")
    except ValueError:
        return None
    return aware.astimezone(STOCKHOLM) if aware.year in _YEARS else None


def day(text: str) -> date | None:
    """A day; the Swedish day of a time; None when the text is neither."""
    if len(text) <= _LONGEST and _DAY.fullmatch(text):
        try:
            found = date.fromisoformat(text[:10] if "-" in text else text)
        except ValueError:
            return None
        return found if found.year in _YEARS else None
    at = moment(text)
    return None if at is None else local_day(at)


def span(start: str | None, end: str | None) -> When | None:
    """When something happens, from a start and an exclusive end.

    A blank start is Open: the time is not set. An end that is blank, unreadable or not after the
    start is left out, since a person is better served by half a time than by none. None when the
    start is there and cannot be read.
    """
    start = start and start.strip()
    if not start:
        return Open()
    begins = moment(start)
    until = _instant(end.strip()) if end else None
    if begins is not None:
        return Timed(begins, until if until is not None and until > begins else None)
    first = day(start)
    if first is None:
        return None
    last = None if until is None else local_day(until - timedelta(seconds=1))
    return Dated(first, last if last is not None and last > first else None)


def digits(value: date) -> str:
    """DateType of RIV-TA: YYYYMMDD."""
    return value.strftime("%Y%m%d")


def _instant(text: str) -> datetime | None:
    """A time, or the midnight at which a day begins."""
    at = moment(text)
    if at is not None:
        return at
    whole = day(text)
    return None if whole is None else midnight(whole)


def _wall(on: str, clock: str) -> datetime | None:
    try:
        # Putting the parts together is four times as quick as replacing the zone of a whole.
        aware = datetime.combine(date.fromisoformat(on), time.fromisoformat(clock), STOCKHOLM)
    except ValueError:
        return None
    if aware.year not in _YEARS:
        return None
    if aware.month == _MARCH and aware.hour == _GAP_HOUR:
        return aware.astimezone(UTC).astimezone(STOCKHOLM)
    return aware
