"""Time: what comes next, the week ahead, and the days one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import groupby

from stodtjanster.information import Appointment
from stodtjanster.model import STOCKHOLM, Answer, Told
from views.kit.notices import Mark
from views.kit.view import Scene
from views.overview.cards import Day, Events, FoldedVisits, NextUp, WeekDay, WeekStrip
from views.overview.rows import Explainer, event_row, in_order, span

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
    later = tuple(day for day in days if day.day >= edge)
    return Events(
        count=len(single) + len(undated),
        days=tuple(day for day in days if day.day < edge),
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
    edge = explain.scene.situation.today + timedelta(days=FOLD_SHOWS_DAYS)
    clocks: Counter[time] = Counter(
        row.start.astimezone(STOCKHOLM).time() for row in rows if row.start
    )
    daily = [clock for clock, times in clocks.items() if times >= FOLD_FROM_DAYS]
    return FoldedVisits(
        title=visits[0].title or Told(""),
        times=tuple(sorted(daily or clocks)),
        visits=tuple(row for row in rows if row.day is not None and row.day < edge),
        every_day=_is_daily({row.day for row in rows if row.day}, explain.scene.situation.today),
    )


def _is_daily(days: set[date], today: date) -> bool:
    """True when nobody who reads "every day" is misled: it has begun, and no day is left out."""
    begun = min(days) <= today + timedelta(days=1)
    return begun and (max(days) - min(days)).days + 1 == len(days)
