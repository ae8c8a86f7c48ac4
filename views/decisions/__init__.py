"""Vad är beslutat, och hur går det? What a biståndshandläggare needs to follow up decisions."""

from dataclasses import dataclass
from datetime import date

from stodtjanster.information import Appointment, CarePlan, CareService
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import ActorKind, Answer, Need
from views.kit import care, staff_lists
from views.kit.plan_cards import PlanNode, ServiceRow
from views.kit.plans import PLANS, SERVICES, node, service_row
from views.kit.rows import Explainer
from views.kit.staff import is_hidden
from views.kit.view import Scene, View
from views.kit.words import N_

DAYS_AHEAD = 89
"""Today and eighty-nine days more: as far as the rules let a biståndshandläggare see."""

view = View(
    key="decisions",
    path="",
    question=N_("Vad är beslutat om {name}?"),
    menu=N_("Översikt"),
    rank=0,
    frame="decisions/frame.html",
    audience=frozenset({ActorKind.STAFF}),
    roles=frozenset({"bistandshandlaggare"}),
    needs={
        "services": SERVICES,
        "plans": PLANS,
        "booked": Need(Appointment, days_ahead=DAYS_AHEAD),
        "managers": care.MANAGERS,
        "listings": care.LISTINGS,
    },
)


@dataclass(frozen=True, slots=True)
class Decision:
    """`hidden`: the person is not shown it."""

    row: ServiceRow
    hidden: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """A plan with those below it. `hidden`: the person is not shown it."""

    plan: PlanNode
    hidden: bool
    children: tuple["Branch", ...]


@view.section(
    "decided",
    title=N_("Beslut om insatser"),
    none=N_("Inga beslut om insatser som du får se i ditt uppdrag, hos dem som svarade."),
    waiting=N_("Vi hämtar besluten."),
)
def decided(services: Answer[CareService], scene: Scene) -> tuple[Decision, ...] | None:
    """Those that end first stand first, since they are to be followed up; those without end last,
    and after them what has ended."""
    explain, today = Explainer.of(scene, services), scene.situation.today

    def place(item: CareService) -> tuple[bool, date]:
        last = item.last or date.max
        return last < today, last

    ordered = sorted(services.items, key=place)
    return tuple(Decision(service_row(item, explain), is_hidden(item)) for item in ordered) or None


@view.section(
    "plans",
    title=N_("Planer"),
    none=staff_lists.NO_PLANS,
    waiting=staff_lists.PLANS_WAITING,
)
def plans(plans: Answer[CarePlan], scene: Scene) -> tuple[Branch, ...] | None:
    """Each under the plan that it is part of, whoever keeps it."""
    explain = Explainer.of(scene, plans)
    return tuple(_branch(tree, explain) for tree in plan_trees(plans.items)) or None


def _branch(tree: PlanTree, explain: Explainer) -> Branch:
    below = tuple(_branch(child, explain) for child in tree.children)
    return Branch(node(PlanTree(tree.plan), explain), is_hidden(tree.plan), below)


view.section(
    "coming",
    title=N_("De närmaste 90 dagarna"),
    none=staff_lists.NO_TIMES,
    waiting=staff_lists.TIMES_WAITING,
    merged=True,
)(staff_lists.times)
staff_lists.add_contacts(view)
