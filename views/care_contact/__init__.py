"""Vad är på gång? What a fast omsorgskontakt needs to know to hold the person's days together."""

from stodtjanster.information import Appointment, CarePlan
from stodtjanster.model import ActorKind, Answer, Need
from views.kit import care, staff_lists
from views.kit.plans import PLANS
from views.kit.staff_lists import Headline
from views.kit.view import Scene, View
from views.kit.words import N_

DAYS_AHEAD = 29
"""Today and twenty-nine days more: as far as the rules let a fast omsorgskontakt see."""

view = View(
    key="care_contact",
    path="",
    question=N_("Vad är på gång för {name}?"),
    menu=N_("Översikt"),
    rank=0,
    frame="care_contact/frame.html",
    audience=frozenset({ActorKind.STAFF}),
    roles=frozenset({"fast_omsorgskontakt"}),
    needs={
        "booked": Need(Appointment, days_ahead=DAYS_AHEAD),
        "plans": PLANS,
        "managers": care.MANAGERS,
        "listings": care.LISTINGS,
    },
)


view.section(
    "coming",
    title=N_("De närmaste 30 dagarna"),
    none=staff_lists.NO_TIMES,
    waiting=staff_lists.TIMES_WAITING,
    merged=True,
)(staff_lists.times)


@view.section(
    "plans",
    title=N_("Planer"),
    none=staff_lists.NO_PLANS,
    waiting=staff_lists.PLANS_WAITING,
)
def plans(plans: Answer[CarePlan], scene: Scene) -> tuple[Headline, ...] | None:
    """Of others' plans the rules leave name, state and unit (rule 12); the rest is not shown of the
    own ones either, so that they can be read as one list."""
    return staff_lists.headlines(plans, scene)


staff_lists.add_contacts(view)
