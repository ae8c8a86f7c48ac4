"""Vad pågår, och vad är mitt? What care staff need to know of a patient now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stodtjanster.information import Appointment
from stodtjanster.model import ActorKind, Answer, Need
from views.kit.cards import EventRow
from views.kit.rows import Explainer, event_row, in_order
from views.kit.view import Scene, View
from views.kit.words import N_

DAYS_AHEAD: Final = 13
"""Today and thirteen days more: two weeks."""

view = View(
    key="patient",
    path="",
    question=N_("Vad pågår, och vad är mitt?"),
    menu=N_("Översikt"),
    rank=0,
    frame="patient/frame.html",
    audience=frozenset({ActorKind.STAFF}),
    roles=frozenset({"lakare", "sjukskoterska", "rehab", "underskoterska_hsl"}),
    needs={"booked": Need(Appointment, days_ahead=DAYS_AHEAD)},
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One booked time. `own`: it is at the reader's own unit."""

    row: EventRow
    own: bool


@view.section(
    "coming",
    title=N_("Kommande 14 dagar"),
    none=N_("Inga tider som du får se i ditt uppdrag, hos dem som svarade."),
    merged=True,
)
def coming(booked: Answer[Appointment], scene: Scene) -> tuple[Visit, ...] | None:
    """In the order of time, region and municipality together."""
    return tuple(_visits(booked, scene)) or None


def _visits(booked: Answer[Appointment], scene: Scene) -> Iterator[Visit]:
    explain = Explainer.of(scene, booked)
    unit = scene.situation.actor.unit
    for item in in_order(booked.items, scene.situation.now):
        own = unit is not None and item.origin.care_unit == unit
        yield Visit(event_row(item, explain), own)
