"""Whether a unit is open now, by the hours that the national catalogue has of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from stodtjanster.catalogue.entry import Hours
from stodtjanster.catalogue.holidays import is_public_holiday
from stodtjanster.model import STOCKHOLM, local_day, midnight

_LOOK_AHEAD: Final = timedelta(days=14)
_WEEK: Final = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True)
class Opening:
    """`holiday` is when today's hours may be others than the catalogue's.

    `changes` (aware) is when an open unit closes and a closed one opens, None when that is not
    within two weeks.
    """

    state: Literal["open", "closed", "holiday"]
    changes: datetime | None = None


def opening(hours: Iterable[Hours], now: datetime) -> Opening | None:
    """None when no hours are known. `now` is aware; hours are Swedish wall time."""
    hours = tuple(hours)
    if not hours:
        return None
    if _always(hours):
        return Opening("open")
    today = local_day(now)
    spans = _joined(_spans(hours, today))
    here = next((span for span in spans if span[0] <= now < span[1]), None)
    if here is not None and not is_public_holiday(local_day(here[0])):
        never = here[1] >= midnight(today + _LOOK_AHEAD)
        return Opening("open", None if never else here[1])
    if is_public_holiday(today):
        return Opening("holiday")
    ahead = (start for start, _ in spans if start > now)
    return Opening("closed", next((s for s in ahead if not is_public_holiday(local_day(s))), None))


def _always(hours: tuple[Hours, ...]) -> bool:
    days = {day for span in hours if span.day_and_night for day in _weekdays(span)}
    return days == _WEEK


def _spans(hours: tuple[Hours, ...], today: date) -> Iterator[tuple[datetime, datetime]]:
    """Every time from yesterday on, which may reach into today, in order."""
    found = []
    day = today - timedelta(days=1)
    while day <= today + _LOOK_AHEAD:
        for span in hours:
            if day.isoweekday() in _weekdays(span):
                # What closes when it opens, or before that, closes on the next day.
                last = day if span.closes > span.opens else day + timedelta(days=1)
                start = datetime.combine(day, span.opens, STOCKHOLM)
                found.append((start, datetime.combine(last, span.closes, STOCKHOLM)))
        day += timedelta(days=1)
    return iter(sorted(found))


def _joined(spans: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Times that meet are one, but none reaches into a public holiday from another day."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        meets = joined and start <= joined[-1][1] and not is_public_holiday(local_day(start))
        if meets and not is_public_holiday(local_day(joined[-1][0])):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _weekdays(span: Hours) -> frozenset[int]:
    """From the first day to the last, also over a Sunday."""
    if span.first <= span.last:
        return frozenset(range(span.first, span.last + 1))
    return frozenset({*range(span.first, 8), *range(1, span.last + 1)})
