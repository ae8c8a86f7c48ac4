"""Vad har vi kommit överens om, och vem gör vad? One plan with all that stands under it."""

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    OwnEntry,
    OwnNote,
)
from stodtjanster.model import Answer, Need
from views.kit import agenda
from views.kit.own import NOTES, OwnBox, about_plan
from views.kit.plan_cards import PlanPage
from views.kit.plans import AGREEMENTS, PLANS
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_
from views.plan.page import find_plan, make_page

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
        "own": agenda.OWN,
        "stays": agenda.STAYS,
        "notes": NOTES,
    },
)


@view.section(
    "plan",
    title=N_("Planen"),
    none=N_("Planen finns inte längre hos dem som svarade."),
    waiting=N_("Vi hämtar planen."),
    # The plan stands without them; what they lack is said where it would have stood.
    aside=frozenset({"managers", "booked", "own", "stays"}),
    eager=True,
)
def plan(
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    managers: Answer[CareManager],
    booked: Answer[Appointment],
    own: Answer[OwnEntry],
    stays: Answer[CareContact],
    scene: Scene,
) -> PlanPage | None:
    """None when no plan that is known has the handle that is asked for."""
    return make_page(plans, agreements, managers, booked + own, stays, scene)


@view.section(
    "own",
    title=N_("Det jag vill ta upp"),
    none=N_("Planen finns inte längre hos dem som svarade."),
    waiting=N_("Vi hämtar det som personen har skrivit till planen."),
    # That they cannot be read is said in the box itself; about another's plan it says nothing.
    aside=frozenset({"notes"}),
    eager=True,
)
def own(plans: Answer[CarePlan], notes: Answer[OwnNote], scene: Scene) -> OwnBox | None:
    """None when the plan is not known, which its own section tells, or when nothing is shared with
    the reader."""
    plan = find_plan(plans.items, scene)
    return about_plan(plan, notes, scene) if plan is not None else None
