"""Conflicts as a page says them: both rows, why, and the number to ring."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from stodtjanster.information import Appointment, CareContact
from stodtjanster.model import Answer, Origin, Told, local_day
from views.kit import conflicts
from views.kit.actions import event_href
from views.kit.cards import Conflict, Meeting
from views.kit.conflicts import Busy, Clash
from views.kit.rows import anchor, is_to_come, span, unit_of
from views.kit.view import Scene
from views.kit.words import N_

UNASKED: Final[Answer[CareContact]] = Answer()
"""Of stays, where a view does not ask about them."""

_STAY = N_("Sjukhusvistelse")


class Clashes:
    """What meets what, by time, and for each record."""

    def __init__(self, found: Iterable[Conflict] = ()) -> None:
        self.all = tuple(found)
        by_row: dict[str, list[Conflict]] = {}
        for conflict in self.all:
            for side in (conflict.one, conflict.other):
                by_row.setdefault(side.anchor, []).append(conflict)
        self._by_row: Mapping[str, list[Conflict]] = MappingProxyType(by_row)

    def of(self, origin: Origin) -> tuple[Conflict, ...]:
        return tuple(self._by_row.get(anchor(origin), ()))


def clashes(booked: Answer[Appointment], stays: Answer[CareContact], scene: Scene) -> Clashes:
    """Of all that is still to come. None found does not mean that there are none."""
    now = scene.situation.now
    coming = (item for item in booked.items if is_to_come(item, now))
    things = [
        *(conflicts.booking(item) for item in coming),
        *(conflicts.stay(item, now) for item in stays.items),
    ]
    found = conflicts.find(
        (thing for thing in things if thing is not None),
        travel=timedelta(minutes=scene.travel_minutes),
        now=now,
    )
    return Clashes(_said(clash, scene) for clash in found)


def _said(clash: Clash, scene: Scene) -> Conflict:
    units = [scene.directory.of(busy.origin) for busy in (clash.one, clash.other)]
    to_ring = next((unit for unit in units if unit.phone), None)
    return Conflict(
        one=_meeting(clash.one, scene),
        other=_meeting(clash.other, scene),
        why=clash.cause,
        certain=clash.certain,
        phone=to_ring.phone if to_ring else None,
        phone_name=to_ring.name if to_ring else None,
    )


def _meeting(busy: Busy, scene: Scene) -> Meeting:
    item, words = busy.item, scene.words
    if isinstance(item, Appointment):
        day, start, end = span(item) or (local_day(busy.possible.start), None, None)
        return Meeting(
            anchor=anchor(item.origin),
            title=item.title or Told(words.gettext(N_("Bokad tid")), words.language),
            unit=unit_of(item, scene),
            day=day,
            start=start,
            end=end,
            href=event_href(scene, item.origin),
        )
    return Meeting(
        anchor=anchor(item.origin),
        title=Told(words.gettext(_STAY), words.language),
        unit=unit_of(item, scene),
        day=local_day(busy.possible.start),
    )
