"""Time: what comes next, the week ahead, and the days one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import groupby

from stodtjanster.information import Appointment
from stodtjanster.model import STOCKHOLM, Answer, Told
from views.kit.cards import (
    Day,
    EventRow,
    Events,
    FoldedVisits,
    NextUp,
    WeekDay,
    WeekStrip,
)
from views.kit.notices import Mark
from views.kit.rows import Explainer, event_row, in_order, span
from views.kit.view import Scene

SHOWN_DAYS = 14
FOLD_FROM_DAYS = 3
FOLD_SHOWS_DAYS = 7


def next_up(booked: Answer[Appointment], scene: Scene) -> NextUp | None:
    coming = in_order(booked.items, scene.situation.now)
    if not coming:
        return None
    return NextUp(event_row(coming[0], Explainer.of(scene, booked)))


def week(booked: Answer[Appointment], scene: Scene) -> WeekStrip | None:
    """Seven days from today. None when nothing is known of any of them."""
    today = scene.situation.today
    explain = Explainer.of(scene, booked)
    coming = in_order(booked.items, scene.situation.now)
    listed = {s[0] for item in _separate(coming)[1] if (s := span(item))}
    counts: dict[date, Counter[str]] = {}
    for item in coming:
        when = span(item)
        if when is not None:
            counts.setdefault(when[0], Counter())[explain.mark(item)] += 1
    days = tuple(
        _week_day(day, counts.get(day, Counter()), today, listed)
        for day in (today + timedelta(days=n) for n in range(7))
    )
    if not any(day.marks for day in days):
        return None
    return WeekStrip(days, known=booked.complete)


def _week_day(day: date, counts: Counter[str], today: date, listed: set[date]) -> WeekDay:
    marks = tuple((mark, counts[mark]) for mark in Mark if counts[mark])
    return WeekDay(day, marks, day == today, _anchor(day) if day in listed else None)


def events(booked: Answer[Appointment], scene: Scene) -> Events | None:
    """By day; what comes every day is folded into one line, what is far off under the rest."""
    coming = in_order(booked.items, scene.situation.now)
    if not coming:
        return None
    explain = Explainer.of(scene, booked)
    undated = [item for item in coming if span(item) is None]
    folded, single = _separate([item for item in coming if span(item) is not None])
    days = _by_day(single, explain)
    edge = scene.situation.today + timedelta(days=SHOWN_DAYS)
    near = tuple(day for day in days if day.day < edge)
    later = tuple(day for day in days if day.day >= edge)
    if not near and not folded:
        near, later = later, ()
    return Events(
        count=len(single) + len(undated),
        days=near,
        undated=tuple(event_row(item, explain) for item in undated),
        folded=tuple(_fold(visits, explain) for visits in folded),
        later=later,
        later_count=sum(len(day.rows) for day in later),
    )


def _by_day(items: Iterable[Appointment], explain: Explainer) -> tuple[Day, ...]:
    rows = (event_row(item, explain) for item in items)
    return tuple(
        Day(day, tuple(of_day), _anchor(day))
        for day, of_day in groupby(rows, lambda row: row.day)
        if day is not None
    )


def _anchor(day: date) -> str:
    return f"dag-{day.isoformat()}"


def _separate(
    coming: Sequence[Appointment],
) -> tuple[list[list[Appointment]], list[Appointment]]:
    """Series worth folding, and everything else. A series is one title from one system."""
    series: dict[tuple[str, str], list[Appointment]] = {}
    for item in coming:
        if item.recurring and item.title is not None:
            series.setdefault((item.origin.system, item.title.text), []).append(item)
    folded = [visits for visits in series.values() if _days(visits) >= FOLD_FROM_DAYS]
    inside = {id(item) for visits in folded for item in visits}
    return folded, [item for item in coming if id(item) not in inside]


def _days(visits: Iterable[Appointment]) -> int:
    return len({s[0] for item in visits if (s := span(item))})


def _fold(visits: Sequence[Appointment], explain: Explainer) -> FoldedVisits:
    """The clock times are of all visits that are known, the rows of the next days only."""
    rows = tuple(event_row(item, explain) for item in visits)
    today = explain.scene.situation.today
    edge = today + timedelta(days=FOLD_SHOWS_DAYS)
    clocks: Counter[time] = Counter(clock for row in rows if (clock := _clock(row)))
    daily = [clock for clock, times in clocks.items() if times >= FOLD_FROM_DAYS]
    times = tuple(sorted(daily or clocks))
    near = tuple(row for row in rows if row.day is not None and row.day < edge)
    return FoldedVisits(
        title=visits[0].title or Told(""),
        times=times,
        visits=near,
        exceptions=tuple(row for row in near if (clock := _clock(row)) and clock not in times),
        every_day=_is_daily(Counter(row.day for row in rows if row.day), len(times), today),
    )


def _clock(row: EventRow) -> time | None:
    return row.start.astimezone(STOCKHOLM).time() if row.start else None


def _is_daily(visits: Counter[date], a_day: int, today: date) -> bool:
    """True when nobody who reads "every day" is misled: it has begun, and no day has too few.

    Of today some may be over, and the last known day may be known in part.
    """
    first, last = min(visits), max(visits)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return first <= today + timedelta(days=1) and all(
        visits[day] >= (1 if day in (today, last) else a_day) for day in days
    )
