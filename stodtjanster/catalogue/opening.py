"""Whether a unit is open now, by the hours that the national catalogue has of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeAlias

from stodtjanster.catalogue.entry import Hours
from stodtjanster.catalogue.holidays import is_public_holiday
from stodtjanster.model import STOCKHOLM, local_day, midnight

_LOOK_AHEAD: Final = timedelta(days=14)
_WEEK: Final = frozenset(range(1, 8))
_Span: TypeAlias = tuple[datetime, datetime]


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
    spans = _spans(hours, today)
    # Those of a public holiday may be others, also when they reach into the next day.
    doubtful = [span for span in spans if is_public_holiday(local_day(span[0]))]
    known = _joined(span for span in spans if span not in doubtful)
    here = next((span for span in known if _holds(span, now)), None)
    if here is not None:
        never = here[1] >= midnight(today + _LOOK_AHEAD)
        return Opening("open", None if never else here[1])
    if is_public_holiday(today) or any(_holds(span, now) for span in doubtful):
        return Opening("holiday")
    return Opening("closed", next((start for start, _ in known if start > now), None))


def _holds(span: _Span, now: datetime) -> bool:
    return span[0] <= now < span[1]


def _always(hours: tuple[Hours, ...]) -> bool:
    days = {day for span in hours if span.day_and_night for day in _weekdays(span)}
    return days == _WEEK


def _spans(hours: tuple[Hours, ...], today: date) -> list[_Span]:
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
    return sorted(found)


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Times that meet are one. They are in order."""
    joined: list[_Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _weekdays(span: Hours) -> frozenset[int]:
    """From the first day to the last, also over a Sunday."""
    if span.first <= span.last:
        return frozenset(range(span.first, span.last + 1))
    return frozenset({*range(span.first, 8), *range(1, span.last + 1)})
