"""Vilka planer finns? Every plan under the plan that it is part of, whoever keeps it."""

from stodtjanster.information import CarePlan
from stodtjanster.information.hierarchy import plan_trees
from stodtjanster.model import Answer
from views.kit.cards import Action
from views.kit.plan_cards import PlanNode
from views.kit.plans import NO_PLAN, PLANS, agreements_link, node, services_link
from views.kit.rows import Explainer
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

view = View(
    key="plans",
    path="planer",
    question=N_("Planer"),
    menu=N_("Planer"),
    rank=20,
    audience=RESIDENTS,
    needs={"plans": PLANS},
)


@view.section("trees", title=N_("Dina planer"), none=NO_PLAN, waiting=N_("Vi hämtar dina planer."))
def trees(plans: Answer[CarePlan], scene: Scene) -> tuple[PlanNode, ...] | None:
    """None when there are no plans at all."""
    explain = Explainer.of(scene, plans)
    return tuple(node(tree, explain) for tree in plan_trees(plans.items)) or None


@view.section("more", title=N_("Mer om det som är planerat"), none=NO_PLAN)
def more(scene: Scene) -> tuple[Action, ...]:
    """The pages about what is agreed and decided: nothing is fetched to lead there."""
    return agreements_link(scene), services_link(scene)
