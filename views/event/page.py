"""The page of one booked time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from stodtjanster.information import Appointment, CareContact, OwnEntry, OwnNote, VisitForm
from stodtjanster.model import Answer, Protection, Told
from views.kit.actions import offer
from views.kit.agenda import NONE_OWN
from views.kit.cards import EventRow, Reached
from views.kit.care import reached_at
from views.kit.clashes import clashes
from views.kit.own import OwnBox, about_time
from views.kit.rows import Explainer, event_row
from views.kit.view import Scene

NO_NOTES: Final[Answer[OwnNote]] = Answer()
_PERHAPS_THERE: Final = (VisitForm.VISIT, VisitForm.UNKNOWN)


@dataclass(frozen=True, slots=True)
class EventPage:
    """`week` is the address of the week that it is in. `actions` of the row are what can be done,
    `cannot` says that nothing can.

    `phone`, `opening` and `reached` lead to the unit that gives the time. `place_map` shows where
    the source says that one comes, `unit_map` where the unit is. `own` is what the person wants to
    bring up there.
    """

    row: EventRow
    week: str
    reason: Told | None = None
    unit: str | None = None
    phone: str | None = None
    opening: Told | None = None
    reached: Reached | None = None
    place_map: str | None = None
    unit_map: str | None = None
    cannot: str | None = None
    own: OwnBox | None = None


def event(
    booked: Answer[Appointment],
    stays: Answer[CareContact],
    scene: Scene,
    own: Answer[OwnEntry] = NONE_OWN,
    notes: Answer[OwnNote] = NO_NOTES,
) -> EventPage | None:
    """The time that the handle in the address is of; None when nobody tells of it."""
    booked = booked + own
    item = find_booked(booked.items, scene)
    if item is None:
        return None
    row = event_row(
        item, Explainer.of(scene, booked), clashes(booked, stays, scene).of(item.origin)
    )
    offered = offer(item, scene)
    unit = scene.directory.of(item.origin)
    return EventPage(
        row=replace(row, actions=offered.actions),
        week=f"{scene.base}veckan" + (f"?start={row.day.isoformat()}" if row.day else ""),
        reason=item.reason,
        unit=unit.name,
        phone=unit.phone,
        opening=unit.opening,
        reached=reached_at(unit, scene.situation.now),
        # A place that one does not surely come to may be a home: no other site is told of it.
        place_map=_map(item.place, scene) if _comes_there(item) else None,
        unit_map=_map(unit.address, scene) if item.form in _PERHAPS_THERE else None,
        cannot=offered.note,
        own=about_time(item, notes, scene),
    )


def find_booked(items: Iterable[Appointment], scene: Scene) -> Appointment | None:
    """The one that the handle in the address is of."""
    return next((one for one in items if scene.handle(one.origin) == scene.asked.item), None)


def _comes_there(item: Appointment) -> bool:
    return item.form is VisitForm.VISIT and item.sharing is None


def _map(place: Told | None, scene: Scene) -> str | None:
    """Nor is it told where somebody is whose identity is protected."""
    hidden = scene.situation.subject.protected is not Protection.NONE
    if scene.map_url is None or place is None or hidden:
        return None
    return scene.map_url.format(place=quote(place.text))
