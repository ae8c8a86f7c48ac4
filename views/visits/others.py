"""The visits of others, and what each of them means for the unit's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from stodtjanster.information import Appointment
from stodtjanster.model import Answer, Approximate, Timed, Told, last_day
from views.kit import conflicts
from views.kit.conflicts import Busy, Clash, Where
from views.kit.rows import in_order, span
from views.kit.view import Scene

_GONE: Final = frozenset({Where.AWAY, Where.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Away:
    """When the person is not at home, the way there and back reckoned in. `certain` is False where
    it is not known where the visit is, or how long it takes."""

    start: datetime
    end: datetime
    certain: bool


@dataclass(frozen=True, slots=True)
class Met:
    """The own visits that a visit meets, by when they begin. `starts` is empty where no clock time
    is known of them."""

    certain: bool
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A visit of somebody else's. `anchor` is keyed: what a record is called, and in which system,
    is not to be found by trying. `unit` is None where its name might tell what it is about, and
    `form` is "unknown" where it is not told whether it is at home."""

    anchor: str
    day: date | None
    start: datetime | None
    end: datetime | None
    last_day: date | None
    approximate: bool
    unit: Told | None
    form: Literal["home", "visit", "phone", "video", "unknown"]
    away: Away | None
    met: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class Planner:
    """Who plans the own visits. `phone` is None where none is known."""

    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Others:
    """`name` is the person's, `travel` how many minutes a way is reckoned to take."""

    rows: tuple[Other, ...]
    name: str
    travel: int
    planner: Planner


def others(booked: Answer[Appointment], scene: Scene) -> Others | None:
    """In the order of time; None when there are no others' visits."""
    unit = scene.situation.actor.unit
    coming = in_order(booked.items, scene.situation.now)
    own = {item.origin.identity for item in coming if unit and item.origin.care_unit == unit}
    theirs = [item for item in coming if item.origin.identity not in own]
    if not theirs:
        return None
    busy = {item.origin.identity: conflicts.booking(item) for item in coming}
    travel = timedelta(minutes=scene.travel_minutes)
    clashes = conflicts.find(
        (thing for thing in busy.values() if thing is not None),
        travel=travel,
        now=scene.situation.now,
    )
    planner = scene.directory.find(unit.value) if unit else None
    return Others(
        rows=tuple(
            _other(
                item,
                busy[item.origin.identity],
                [met for clash in clashes if (met := _own_side(clash, item, own))],
                travel,
                scene,
            )
            for item in theirs
        ),
        name=scene.name or "",
        travel=scene.travel_minutes,
        planner=Planner(planner.name if planner else "", planner.phone if planner else None),
    )


def _other(
    item: Appointment,
    busy: Busy | None,
    met: list[tuple[Busy, bool]],
    travel: timedelta,
    scene: Scene,
) -> Other:
    day, start, end = span(item) or (None, None, None)
    return Other(
        anchor=f"h{scene.handle(item.origin)}",
        day=day,
        start=start,
        end=end,
        last_day=last_day(item.when),
        approximate=isinstance(item.when, Approximate),
        unit=_unit(item, scene),
        form=item.form.value,
        away=_away(item, busy, travel),
        met=tuple(_met(met)),
    )


def _unit(item: Appointment, scene: Scene) -> Told | None:
    """Never who answers for the unit, where the rules have left the unit out."""
    if item.origin.care_unit is None:
        return item.unit
    return item.unit or item.origin.unit_name or Told(scene.directory.of(item.origin).name)


def _away(item: Appointment, busy: Busy | None, travel: timedelta) -> Away | None:
    """None where nobody leaves home for it, or where no clock time is known."""
    if busy is None or busy.where not in _GONE:
        return None
    match item.when:
        case Timed(_, end):
            certain = busy.where is Where.AWAY and end is not None
        case Approximate():
            certain = False
        case _:
            return None
    return Away(busy.possible.start - travel, busy.possible.end + travel, certain)


def _own_side(
    clash: Clash, item: Appointment, own: set[tuple[str, str]]
) -> tuple[Busy, bool] | None:
    """The own visit that this one meets, and whether that is certain: two at home may go together,
    and where a visit is may be what home care is not told."""
    sides = (clash.one, clash.other)
    mine = [side for side in sides if side.origin.identity in own]
    theirs = [side for side in sides if side.origin.identity == item.origin.identity]
    if not mine or not theirs:
        return None
    return mine[0], clash.certain and theirs[0].where is not Where.UNKNOWN


def _met(found: list[tuple[Busy, bool]]) -> Iterable[Met]:
    """What is certain first."""
    for certain in (True, False):
        sides = [busy for busy, sure in found if sure is certain]
        if sides:
            starts = (
                busy.item.when.start
                for busy in sides
                if isinstance(busy.item.when, Timed | Approximate)
            )
            yield Met(certain, tuple(sorted(starts)))
