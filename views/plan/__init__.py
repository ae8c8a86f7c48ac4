"""Vad har vi kommit överens om, och vem gör vad? One plan with all that stands under it."""

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
)
from stodtjanster.model import Answer, Need
from views.kit import agenda
from views.kit.plan_cards import PlanPage
from views.kit.plans import AGREEMENTS, PLANS
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_
from views.plan.page import make_page

view = View(
    key="plan",
    path="planer/*",
    question=N_("Vem gör vad i planen?"),
    audience=RESIDENTS,
    needs={
        "plans": PLANS,
        "agreements": AGREEMENTS,
        "managers": Need(CareManager, days_ahead=0),
        "booked": agenda.BOOKED,
        "stays": agenda.STAYS,
    },
)


@view.section(
    "plan",
    title=N_("Planen"),
    none=N_("Planen finns inte längre hos dem som svarade."),
    waiting=N_("Vi hämtar planen."),
    # The plan stands without them; what they lack is said where it would have stood.
    aside=frozenset({"managers", "booked", "stays"}),
    eager=True,
)
def plan(
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    managers: Answer[CareManager],
    booked: Answer[Appointment],
    stays: Answer[CareContact],
    scene: Scene,
) -> PlanPage | None:
    """None when no plan that is known has the handle that is asked for."""
    return make_page(plans, agreements, managers, booked, stays, scene)
