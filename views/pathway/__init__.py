"""Vad är gjort, bokat och planerat, och av vem? One care plan with what points at it."""

from typing import Final

from stodtjanster.information import Appointment, CarePlan, ReferralStatus
from stodtjanster.model import ActorKind, Answer, Need
from views.kit.plans import PLANS
from views.kit.staff import PATHWAY, PATHWAY_ROLES
from views.kit.view import Scene, View
from views.kit.words import N_
from views.pathway.steps import Pathway, follow

DAYS_BACK: Final = 90
DAYS_AHEAD: Final = 180

view = View(
    key="pathway",
    path=PATHWAY,
    question=N_("Vad är gjort, bokat och planerat?"),
    menu=N_("Vårdförlopp"),
    rank=10,
    audience=frozenset({ActorKind.STAFF}),
    roles=PATHWAY_ROLES,
    needs={
        "plans": PLANS,
        "booked": Need(Appointment, days_back=DAYS_BACK, days_ahead=DAYS_AHEAD),
        "referrals": Need(ReferralStatus, days_back=365),
    },
)


@view.section(
    "pathway",
    title=N_("Vårdförlopp"),
    none=N_("Inga vårdplaner som du får se i ditt uppdrag, hos dem som svarade."),
    waiting=N_("Vi hämtar planerna."),
    # A plan is told of without them; what they lack is said beside its steps.
    aside=frozenset({"booked", "referrals"}),
)
def pathway(
    plans: Answer[CarePlan],
    booked: Answer[Appointment],
    referrals: Answer[ReferralStatus],
    scene: Scene,
) -> Pathway | None:
    return follow(plans, booked, referrals, scene)
