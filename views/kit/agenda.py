"""Time: what comes next, the week ahead, and the days one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import groupby
from typing import Final, Literal

from stodtjanster.information import Appointment, CareContact, OwnEntry
from stodtjanster.model import STOCKHOLM, Answer, Need, Told
from views.kit.cards import (
    Conflict,
    Day,
    EventRow,
    Events,
    FoldedVisits,
    NextUp,
    WeekDay,
    WeekStrip,
)
from views.kit.clashes import UNASKED, Clashes, clashes
from views.kit.notices import Mark
from views.kit.own_ways import add_time
from views.kit.rows import Explainer, event_row, in_order, span
from views.kit.view import Scene

DAYS_BACK: Final = 14
DAYS_AHEAD: Final = 42
BOOKED: Final = Need(Appointment, days_back=DAYS_BACK, days_ahead=DAYS_AHEAD)
"""The same wherever bookings are shown, so that the next page finds them on the shelf."""
STAYS: Final = Need(CareContact, days_back=90, days_ahead=DAYS_AHEAD)
OWN: Final = Need(OwnEntry, days_back=DAYS_BACK, days_ahead=DAYS_AHEAD, optional=True)
"""Times that the person has put in stand among the others, wherever those are shown."""
NONE_OWN: Final[Answer[OwnEntry]] = Answer()
ASIDE: Final = frozenset({"stays"})
"""Stays are asked about for their conflicts only: without them a list of times lacks nothing."""

SHOWN_DAYS = 14
FOLD_FROM_DAYS = 3
FOLD_SHOWS_DAYS = 7


def next_up(
    booked: Answer[Appointment],
    scene: Scene,
    stays: Answer[CareContact] = UNASKED,
    own: Answer[OwnEntry] = NONE_OWN,
) -> NextUp | None:
    booked = booked + own
    coming = in_order(booked.items, scene.situation.now)
    if not coming:
        return None
    found = clashes(booked, stays, scene)
    return NextUp(event_row(coming[0], Explainer.of(scene, booked), found.of(coming[0].origin)))


def week(
    booked: Answer[Appointment],
    scene: Scene,
    stays: Answer[CareContact] = UNASKED,
    own: Answer[OwnEntry] = NONE_OWN,
) -> WeekStrip | None:
    """Seven days from today. None when nothing is known of any of them."""
    booked = booked + own
    today = scene.situation.today
    explain = Explainer.of(scene, booked)
    found = clashes(booked, stays, scene)
    coming = in_order(booked.items, scene.situation.now)
    listed = {s[0] for item in _separate(coming)[1] if (s := span(item))}
    counts: dict[date, Counter[str]] = {}
    for item in coming:
        when = span(item)
        if when is not None:
            counts.setdefault(when[0], Counter())[explain.mark(item)] += 1
    days = tuple(
        _week_day(day, counts.get(day, Counter()), today, listed, worst_of(found.all, day))
        for day in (today + timedelta(days=n) for n in range(7))
    )
    if not any(day.marks for day in days):
        return None
    return WeekStrip(days, known=booked.complete, href=f"{scene.base}veckan")


def _week_day(
    day: date,
    counts: Counter[str],
    today: date,
    listed: set[date],
    clash: Literal["certain", "possible"] | None,
) -> WeekDay:
    marks = tuple((mark, counts[mark]) for mark in Mark if counts[mark])
    return WeekDay(day, marks, day == today, _anchor(day) if day in listed else None, clash)


def worst_of(found: Iterable[Conflict], day: date) -> Literal["certain", "possible"] | None:
    """The surest conflict of a day: what is to be moved stands on it."""
    certain = {conflict.certain for conflict in found if conflict.one.day == day}
    if not certain:
        return None
    return "certain" if True in certain else "possible"


def events(
    booked: Answer[Appointment],
    scene: Scene,
    stays: Answer[CareContact] = UNASKED,
    own: Answer[OwnEntry] = NONE_OWN,
) -> Events | None:
    """By day; what comes every day is folded into one line, what is far off under the rest.

    What the page has shown already is left out, and still reckoned with as a conflict.
    """
    booked = booked + own
    all_coming = in_order(booked.items, scene.situation.now)
    coming = [item for item in all_coming if item.origin.identity not in scene.seen]
    if not coming:
        return None
    explain = Explainer.of(scene, booked)
    found = clashes(booked, stays, scene)
    undated = [item for item in coming if span(item) is None]
    folded, single = _separate([item for item in coming if span(item) is not None])
    days = _by_day(single, explain, found)
    edge = scene.situation.today + timedelta(days=SHOWN_DAYS)
    near = tuple(day for day in days if day.day < edge)
    later = tuple(day for day in days if day.day >= edge)
    if not near and not folded:
        near, later = later, ()
    return Events(
        count=len(single) + len(undated),
        days=near,
        undated=tuple(event_row(item, explain) for item in undated),
        folded=tuple(_fold(visits, booked, explain, found) for visits in folded),
        later=later,
        later_count=sum(len(day.rows) for day in later),
        add=() if scene.seen else add_time(scene),
    )


def _by_day(items: Iterable[Appointment], explain: Explainer, found: Clashes) -> tuple[Day, ...]:
    rows = (event_row(item, explain, found.of(item.origin)) for item in items)
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
        if (name := _series(item)) is not None:
            series.setdefault(name, []).append(item)
    folded = [visits for visits in series.values() if _days(visits) >= FOLD_FROM_DAYS]
    inside = {id(item) for visits in folded for item in visits}
    return folded, [item for item in coming if id(item) not in inside]


def _series(item: Appointment) -> tuple[str, str] | None:
    """What is one of many like it, by its system and title."""
    if not item.recurring or item.title is None:
        return None
    return item.origin.system, item.title.text


def _days(visits: Iterable[Appointment]) -> int:
    return len({s[0] for item in visits if (s := span(item))})


def _fold(
    visits: Sequence[Appointment],
    booked: Answer[Appointment],
    explain: Explainer,
    found: Clashes,
) -> FoldedVisits:
    """The clock times are of all visits that are known, the rows of the next days only."""
    rows = tuple(event_row(item, explain, found.of(item.origin)) for item in visits)
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
        clashing=tuple(row for row in rows if row.conflicts),
        people=_people(_series(visits[0]), booked, today),
    )


def _people(series: tuple[str, str] | None, booked: Answer[Appointment], today: date) -> int | None:
    """How many different names have come in the last fourteen days.

    None unless the source answered, tells of the whole time, and named somebody for every visit:
    a low number that is wrong would be praise that is not earned. Today is not over.
    """
    since = today - timedelta(days=DAYS_BACK)
    past = [
        (s[0], item.who)
        for item in booked.items
        if _series(item) == series and (s := span(item)) and since <= s[0] < today
    ]
    systems = {item.origin.system for item in booked.items if _series(item) == series}
    answered = {report.system for report in booked.reports if report.answered}
    whole = {day for day, _ in past} == {since + timedelta(days=n) for n in range(DAYS_BACK)}
    if not systems <= answered or not whole or not all(who for _, who in past):
        return None
    return len({name.text.casefold() for _, who in past for name in who})


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
