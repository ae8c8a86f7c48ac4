"""The page of one booked time."""

from dataclasses import dataclass
from urllib.parse import quote

from stodtjanster.information import Appointment, CareContact, VisitForm
from stodtjanster.model import Answer, Protection, Told
from views.kit.cards import EventRow
from views.kit.clashes import clashes
from views.kit.rows import Explainer, event_row
from views.kit.view import Scene


@dataclass(frozen=True, slots=True)
class EventPage:
    """`week` is the address of the week that it is in. `actions` of the row are what can be done.

    `phone` and `opening` lead to the unit that gives the time, `map_url` to its place.
    """

    row: EventRow
    week: str
    reason: Told | None = None
    unit: str | None = None
    phone: str | None = None
    opening: Told | None = None
    map_url: str | None = None


def event(
    booked: Answer[Appointment], stays: Answer[CareContact], scene: Scene
) -> EventPage | None:
    """The time that the handle in the address is of; None when nobody tells of it."""
    item = next((one for one in booked.items if _is_asked(one, scene)), None)
    if item is None:
        return None
    row = event_row(
        item, Explainer.of(scene, booked), clashes(booked, stays, scene).of(item.origin)
    )
    unit = scene.directory.of(item.origin)
    return EventPage(
        row=row,
        week=f"{scene.base}veckan" + (f"?start={row.day.isoformat()}" if row.day else ""),
        reason=item.reason,
        unit=unit.name,
        phone=unit.phone,
        opening=unit.opening,
        map_url=_map_url(item, scene),
    )


def _is_asked(item: Appointment, scene: Scene) -> bool:
    return scene.handle(item.origin) == scene.asked.item


def _map_url(item: Appointment, scene: Scene) -> str | None:
    """Only where the source says that one comes to the place: any other may be a home, and nobody
    else is told where the person lives or, under protection, is."""
    hidden = scene.situation.subject.protected is not Protection.NONE
    if scene.map_url is None or item.place is None or item.form is not VisitForm.VISIT or hidden:
        return None
    return scene.map_url.format(place=quote(item.place.text))
