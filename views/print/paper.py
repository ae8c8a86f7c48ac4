"""Two weeks as they stand on paper: large times, and nothing that says why.

Whoever comes to the kitchen can read it. So what a time is about is left out until the person asks
for it, and reasons and instructions are never there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from stodtjanster.information import Appointment, CareManager, Listing, OwnEntry
from stodtjanster.model import Answer, Approximate, Dated, Told
from views.kit import care
from views.kit.notices import Mark
from views.kit.rows import Explainer, event_row, in_order, span
from views.kit.view import Scene

DAYS: Final = 14
YES: Final = "ja"

_TITLE: Final = re.compile(r", (?=[a-zåäö])")


@dataclass(frozen=True, slots=True)
class Heading:
    """The days of the paper, when it was made, and the way to say more or less on it."""

    first: date
    last: date
    made: datetime
    titles: bool
    toggle: str


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One thing that will happen.

    `title` is what it is about, where that was asked for or is the person's own word for it. `who`
    are names, without what they are where there are many. `where` is the place, else how it is
    held.
    """

    day: date | None
    start: datetime | None
    end: datetime | None
    approximate: bool
    last_day: date | None
    mark: Mark
    unit: Told | None
    title: Told | None
    who: Told | None
    who_pending: bool
    where: Told | None


@dataclass(frozen=True, slots=True)
class PaperDay:
    day: date
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """`undated` are those that nobody has set a day for."""

    days: tuple[PaperDay, ...]
    undated: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Visits that come day after day from one unit."""

    unit: Told | None
    title: Told | None
    mark: Mark
    days: tuple[PaperDay, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """Somebody to ring. `about` says who it is."""

    name: Told
    phone: str
    mark: Mark
    about: Told | None = None
    opening: Told | None = None


def heading(scene: Scene) -> Heading:
    today = scene.situation.today
    titles = _titles(scene)
    return Heading(
        first=today,
        last=today + timedelta(days=DAYS - 1),
        made=scene.situation.now,
        titles=titles,
        toggle=f"{scene.base}utskrift" + ("" if titles else f"?vad={YES}"),
    )


def times(booked: Answer[Appointment], own: Answer[OwnEntry], scene: Scene) -> Times | None:
    """What does not come every day, by day."""
    whole = booked + own
    explain = Explainer.of(scene, whole)
    rows = [_row(item, explain) for item in _coming(whole, scene) if not item.recurring]
    if not rows:
        return None
    return Times(days=_days(rows), undated=tuple(row for row in rows if row.day is None))


def daily(booked: Answer[Appointment], scene: Scene) -> tuple[Series, ...] | None:
    explain = Explainer.of(scene, booked)
    series: dict[tuple[str, str], list[PaperRow]] = {}
    for item in _coming(booked, scene):
        if item.recurring:
            name = (item.origin.system, item.title.text if item.title else "")
            series.setdefault(name, []).append(_row(item, explain, briefly=True))
    found = tuple(
        Series(unit=rows[0].unit, title=rows[0].title, mark=rows[0].mark, days=_days(rows))
        for rows in series.values()
    )
    return found or None


def contacts(
    booked: Answer[Appointment],
    listings: Answer[Listing],
    managers: Answer[CareManager],
    scene: Scene,
) -> tuple[Number, ...] | None:
    """Those who know the person first, then the units of the times; each number once."""
    known = care.contacts(listings, managers, scene)
    people = (
        Number(one.name or one.unit or one.kind, one.phone, one.mark, one.kind, one.opening)
        for one in (known.rows if known else ())
        if one.phone
    )
    units = _units(booked, scene)
    found: dict[str, Number] = {}
    for number in (*people, *units):
        found.setdefault(number.phone, number)
    return tuple(found.values()) or None


def _units(booked: Answer[Appointment], scene: Scene) -> Iterable[Number]:
    explain = Explainer.of(scene, booked)
    for item in _coming(booked, scene):
        unit = scene.directory.of(item.origin)
        if unit.phone:
            yield Number(Told(unit.name), unit.phone, explain.mark(item), opening=unit.opening)


def _coming(booked: Answer[Appointment], scene: Scene) -> tuple[Appointment, ...]:
    """What has no day yet is among them: it may be any of these."""
    edge = scene.situation.today + timedelta(days=DAYS)
    coming = in_order(booked.items, scene.situation.now)
    return tuple(item for item in coming if (s := span(item)) is None or s[0] < edge)


def _row(item: Appointment, explain: Explainer, *, briefly: bool = False) -> PaperRow:
    shown = event_row(item, explain)
    form = Told(shown.form, explain.scene.words.language) if shown.form else None
    return PaperRow(
        day=shown.day,
        start=shown.start,
        end=shown.end,
        approximate=isinstance(item.when, Approximate),
        last_day=item.when.last if isinstance(item.when, Dated) else None,
        mark=shown.mark,
        unit=shown.unit,
        title=shown.title if _titles(explain.scene) or shown.mark is Mark.OWN else None,
        who=_names(item.who) if briefly or len(item.who) > 1 else shown.who,
        who_pending=shown.who_pending,
        where=shown.place or form,
    )


def _names(who: tuple[Told, ...]) -> Told | None:
    """Without the titles after them, which begin with a small letter: "Amina Yusuf, läkare"."""
    if not who:
        return None
    return Told(", ".join(_TITLE.split(name.text)[0] for name in who), who[0].lang)


def _days(rows: Iterable[PaperRow]) -> tuple[PaperDay, ...]:
    return tuple(
        PaperDay(day, tuple(of_day))
        for day, of_day in groupby(rows, lambda row: row.day)
        if day is not None
    )


def _titles(scene: Scene) -> bool:
    return scene.asked.choices.get("vad") == YES
