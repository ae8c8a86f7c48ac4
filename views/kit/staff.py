"""What the pages of staff share: what is of the reader's own unit, and where a care pathway is."""

from collections.abc import Iterable
from typing import Final

from stodtjanster.information import CarePlan, CarePlanKind, Item
from stodtjanster.model import HsaId
from views.kit.rows import anchor
from views.kit.view import Scene

CARE_ROLES: Final = frozenset({"lakare", "sjukskoterska", "rehab", "underskoterska_hsl"})
"""Roles of the decision rules in healthcare."""
PATHWAY_ROLES: Final = CARE_ROLES - {"underskoterska_hsl"}
PATHWAY: Final = "vardforlopp"
CHOSEN: Final = "plan"
"""What the choice of a plan is called in the address of a pathway."""


def is_ours(item: Item, scene: Scene) -> bool:
    """Whether a record is of the reader's own unit."""
    return is_own_unit(item.origin.care_unit, scene)


def is_own_unit(unit: HsaId | None, scene: Scene) -> bool:
    return unit is not None and unit == scene.situation.actor.unit


def is_hidden(item: Item) -> bool:
    """Whether the patient is not shown a record, or may not be: it has to be approved for them."""
    return item.origin.approved_for_patient is not True


def our_anchors(items: Iterable[Item], scene: Scene) -> frozenset[str]:
    """The rows of the reader's own unit, by their ids on the page."""
    return frozenset(anchor(item.origin) for item in items if is_ours(item, scene))


def hidden_anchors(items: Iterable[Item]) -> frozenset[str]:
    """The rows that the patient is not shown."""
    return frozenset(anchor(item.origin) for item in items if is_hidden(item))


def has_pathway(plan: CarePlan) -> bool:
    """A SIP holds other plans together, and is no pathway of its own."""
    return plan.kind is not CarePlanKind.SIP


def pathway_href(plan: CarePlan, scene: Scene) -> str | None:
    """Where a plan is followed step by step; None for a SIP, and for whom it is not."""
    if not has_pathway(plan) or scene.situation.actor.role not in PATHWAY_ROLES:
        return None
    return f"{scene.base}{PATHWAY}/?{CHOSEN}={scene.handle(plan.origin)}"
