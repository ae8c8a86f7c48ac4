"""The visits of a decided service, one by one, where only its Timing tells when they are.

hl7.org/fhir/R4/datatypes.html#Timing. Days and times of day are local, so a visit at 07.30 stays
at 07.30 when the clock changes. The times are approximate: nobody has booked them. What cannot be
placed on days for certain (every third week from nobody knows when) gives no visits.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from stodtjanster.information import Appointment, CareService
from stodtjanster.model import STOCKHOLM, Approximate, Dated, Period, When, local_day
from stodtjanster.sources.kit.fhir.appointments import form
from stodtjanster.sources.kit.fhir.care_services import timing_period
from stodtjanster.sources.kit.fhir.scope import Scope
from stodtjanster.sources.kit.fhir.values import Json, Unreadable, as_list, days

MOST_DAYS: Final = 42
"""So far ahead: beyond that a page has no use for single visits."""
MOST_A_DAY: Final = 24
_WITHIN: Final = timedelta(hours=1)
"""How far from a time of day without a duration the visit may begin."""
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PARTS: Final = {
    "MORN": (time(6), time(10)),
    "NOON": (time(11), time(13)),
    "AFT": (time(13), time(17)),
    "EVE": (time(17), time(21)),
}
"""Parts of a day (event-timing) that everybody means about the same by."""
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
_LENGTHS: Final = {"d": 1, "wk": 7}


def visits(service: CareService, timing: Json | None, scope: Scope) -> tuple[Appointment, ...]:
    """Each visit from today on within the days that were asked for, at most MOST_DAYS of them.
    Whether anybody came on a day that has been is not told by a plan for it."""
    repeat = (timing or {}).get("repeat")
    if scope.visits is None or not repeat:
        return ()
    record = service.origin.record
    return tuple(
        Appointment(
            subject=service.subject,
            origin=replace(service.origin, record=f"{record}#{name}", known_as=None),
            when=when,
            title=service.name,
            unit=service.performer,
            form=form(service.name.text, "", []),
            recurring=True,
        )
        for name, when in _occurrences(repeat, scope.visits, local_day(scope.asked_at))
    )


def _occurrences(repeat: Json, asked: Period, today: date) -> Iterator[tuple[str, When]]:
    """A name that no other visit of the service has, and when it is."""
    first, last = days(timing_period({"repeat": repeat}))
    begin = max(asked.first, today) if first is None else max(asked.first, today, first)
    end = min(asked.last, begin + timedelta(MOST_DAYS - 1))
    end = end if last is None else min(last, end)
    step = _step(repeat, first)
    weekdays = [_WEEKDAYS.index(day) for day in as_list(repeat.get("dayOfWeek"))]
    if step is None or (step % 7 and step != 1 and weekdays):
        return
    times = tuple(_times(repeat))
    day = begin
    while day <= end:
        if _is_on(day, first, step, weekdays):
            for name, when in times:
                yield f"{day:%Y%m%d}{name}", _placed(day, when)
        day += timedelta(1)


def _step(repeat: Json, first: date | None) -> int | None:
    """Days from one visit to the next; None when that, or where to count from, is not told."""
    length = _LENGTHS.get(repeat.get("periodUnit", ""))
    period = repeat.get("period", 1)
    if length is None or not isinstance(period, int) or not 0 < period < 1000:
        return None
    daily = length * period == 1
    weekly = length * period == 7 and bool(repeat.get("dayOfWeek"))
    return length * period if daily or weekly or first is not None else None


def _is_on(day: date, first: date | None, step: int, weekdays: list[int]) -> bool:
    if weekdays and day.weekday() not in weekdays:
        return False
    if first is None or step == 1:
        return True
    if not weekdays:
        return (day - first).days % step == 0
    # Weeks are counted from the Monday of the first.
    monday = first - timedelta(first.weekday())
    return (day - monday).days // 7 % (step // 7) == 0


def _times(repeat: Json) -> Iterator[tuple[str, tuple[time, time] | None]]:
    """The times of a day, each as a window; one None when only the day is told."""
    clock = [time.fromisoformat(text) for text in _codes(repeat.get("timeOfDay"))]
    parts = [text for text in _codes(repeat.get("when")) if text in _PARTS]
    if len(clock) + len(parts) > MOST_A_DAY:
        raise Unreadable("too many times of a day")
    length = _duration(repeat)
    for start in clock:
        yield f"T{start:%H%M}", (start, _after(start, length))
    for part in parts:
        yield part, _PARTS[part]
    if not clock and not parts:
        yield "", None


def _codes(value: object) -> list[str]:
    found = [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Unreadable("a list of codes was expected")
    return found


def _duration(repeat: Json) -> timedelta:
    unit = _UNITS.get(repeat.get("durationUnit", ""))
    length = repeat.get("duration")
    if unit is None or not isinstance(length, int | float) or isinstance(length, bool):
        return _WITHIN
    return length * unit if timedelta(0) < length * unit <= timedelta(hours=12) else _WITHIN


def _after(start: time, length: timedelta) -> time:
    return (datetime.combine(date.min, start) + length).time()


def _placed(day: date, window: tuple[time, time] | None) -> When:
    if window is None:
        return Dated(day)
    start, end = (datetime.combine(day, clock, STOCKHOLM) for clock in window)
    return Approximate(start, end if end > start else end + timedelta(1))
