"""Vad pågår, och vad är mitt? What care staff need to know of a patient now."""

from dataclasses import dataclass
from typing import Final

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    Listing,
    OwnNote,
)
from stodtjanster.model import ActorKind, Answer, Need
from views.kit import agenda, care
from views.kit.cards import Contacts, EventRow, FoldedVisits
from views.kit.own import NOTES
from views.kit.plans import AGREEMENTS, PLANS
from views.kit.staff import CARE_ROLES, hidden_anchors, our_anchors
from views.kit.view import Scene, View
from views.kit.words import N_
from views.patient.work import Branch, Handover, OpenTask, branches, handed_over, open_tasks

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
    roles=CARE_ROLES,
    needs={
        "booked": Need(Appointment, days_ahead=DAYS_AHEAD),
        "stays": Need(CareContact, days_back=90, days_ahead=DAYS_AHEAD),
        "plans": PLANS,
        "agreements": AGREEMENTS,
        "notes": NOTES,
        "managers": care.MANAGERS,
        "listings": care.LISTINGS,
    },
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One booked time. `own`: it is at the reader's own unit; `hidden`: the patient is not shown
    it."""

    row: EventRow
    own: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """The same visit day after day, in one row."""

    folded: FoldedVisits
    own: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes every day, then the rest in the order of time; what has no day stands last."""

    series: tuple[Series, ...]
    visits: tuple[Visit, ...]


@view.section(
    "coming",
    title=N_("Kommande 14 dagar"),
    none=N_("Inga tider som du får se i ditt uppdrag, hos dem som svarade."),
    aside=agenda.ASIDE,
)
def coming(booked: Answer[Appointment], stays: Answer[CareContact], scene: Scene) -> Coming | None:
    """Region and municipality together."""
    found = agenda.events(booked, scene, stays)
    if found is None:
        return None
    ours, hidden = our_anchors(booked.items, scene), hidden_anchors(booked.items)
    days = (*found.days, *found.later)
    rows = (*(row for day in days for row in day.rows), *found.undated)
    return Coming(
        series=tuple(
            Series(folded, any(row.anchor in ours for row in folded.visits))
            for folded in found.folded
        ),
        visits=tuple(Visit(row, row.anchor in ours, row.anchor in hidden) for row in rows),
    )


@view.section(
    "tasks",
    title=N_("Öppna uppgifter"),
    none=N_("Inga öppna uppgifter i planer som du får se i ditt uppdrag, hos dem som svarade."),
)
def tasks(plans: Answer[CarePlan], scene: Scene) -> tuple[OpenTask, ...] | None:
    return open_tasks(plans, scene) or None


@view.section(
    "plans",
    title=N_("Planer"),
    none=N_("Inga planer som du får se i ditt uppdrag, hos dem som svarade."),
)
def plans(plans: Answer[CarePlan], scene: Scene) -> tuple[Branch, ...] | None:
    """SIP over the plans under it, whoever keeps them."""
    return branches(plans, scene) or None


@view.section(
    "handover",
    title=N_("Överlämning"),
    none=N_("Inget att lämna över som du får se i ditt uppdrag, hos dem som svarade."),
)
def handover(
    notes: Answer[OwnNote],
    agreements: Answer[Agreement],
    plans: Answer[CarePlan],
    scene: Scene,
) -> tuple[Handover, ...] | None:
    return handed_over(notes, agreements, plans, scene) or None


@view.section(
    "contacts",
    title=N_("Kontakter"),
    none=N_("Inga kontakter som du får se i ditt uppdrag, hos dem som svarade."),
)
def contacts(
    managers: Answer[CareManager], listings: Answer[Listing], scene: Scene
) -> Contacts | None:
    return care.contacts(listings, managers, scene)
