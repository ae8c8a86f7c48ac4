"""The seven days, with what meets what above them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stodtjanster.information import Appointment, CareContact, OwnEntry
from stodtjanster.model import Answer, Dated, Period
from views.kit.agenda import NONE_OWN
from views.kit.cards import Conflict, EventRow
from views.kit.clashes import clashes
from views.kit.notices import Mark
from views.kit.rows import Explainer, anchor, by_time, event_row, span
from views.kit.view import Scene
from views.kit.week_days import DAYS, Collision, Column, column, is_on
from views.week.choose import first_day, shows_daily, week_url


@dataclass(frozen=True, slots=True)
class Week:
    """`toggle` leads to the same week without the daily visits, or with them when they are
    hidden; None when it has none. `past`: it holds days that are over. `own`: it holds what the
    person has put in."""

    columns: tuple[Column, ...]
    undated: tuple[EventRow, ...]
    collisions: tuple[Collision, ...]
    daily: bool
    toggle: str | None
    past: bool
    own: bool


def days(
    booked: Answer[Appointment],
    stays: Answer[CareContact],
    scene: Scene,
    own: Answer[OwnEntry] = NONE_OWN,
) -> Week | None:
    """None when the week is not known to hold anything. Late, only what came late."""
    booked = booked + own
    today = scene.situation.today
    first = first_day(scene.asked, today)
    all_days = [first + timedelta(days=n) for n in range(DAYS)]
    week = Period(all_days[0], all_days[-1])
    items = [
        item
        for item in by_time(booked.items)
        if item.origin.identity not in scene.seen
        if any(is_on(day, item) for day in all_days)
        or (span(item) is None and week.touches(item.when))
    ]
    if not items:
        return None
    daily = shows_daily(scene.asked)
    explain = Explainer.of(scene, booked)
    found = clashes(booked, stays, scene)
    anchors = {anchor(item.origin) for item in items}

    def is_news(conflict: Conflict) -> bool:
        return not scene.seen or not anchors.isdisjoint(
            (conflict.one.anchor, conflict.other.anchor)
        )

    rows = {id(item): event_row(item, explain, found.of(item.origin)) for item in items}
    columns = (
        _column(day, [item for item in items if is_on(day, item)], rows, scene, booked.complete)
        for day in all_days
    )
    return Week(
        columns=tuple(c for c in columns if c.rows or c.hidden or not scene.seen),
        undated=tuple(rows[id(item)] for item in items if span(item) is None),
        collisions=tuple(
            _together(c for c in found.all if week.touches(Dated(c.one.day)) and is_news(c))
        ),
        daily=daily,
        toggle=week_url(scene, first, daily=not daily) if any(i.recurring for i in items) else None,
        past=first < today,
        own=any(row.mark is Mark.OWN for row in rows.values()),
    )


def _column(
    day: date,
    items: list[Appointment],
    rows: dict[int, EventRow],
    scene: Scene,
    complete: bool,
) -> Column:
    shown = [item for item in items if shows_daily(scene.asked) or not item.recurring]
    return column(
        day,
        scene.situation.today,
        (rows[id(item)] for item in shown),
        complete=complete,
        hidden=len(items) - len(shown),
    )


def _together(found: Iterable[Conflict]) -> Iterator[Collision]:
    """A stay meets every visit of a week: that is one thing to say and one call to make."""
    groups: dict[tuple[object, ...], list[Conflict]] = {}
    for one in found:
        groups.setdefault((one.other.anchor, one.why, one.certain, one.phone), []).append(one)
    for same in groups.values():
        one = same[0]
        yield Collision(
            day=one.one.day,
            other=one.other,
            ones=tuple(each.one for each in same),
            why=one.why,
            certain=one.certain,
            phone=one.phone,
            phone_name=one.phone_name,
        )
