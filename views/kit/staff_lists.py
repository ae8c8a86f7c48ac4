"""What is planned, as staff of omsorg read it: dense lists where the own unit's things are marked.

Nothing leads further: what is shown here is all that the role may see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stodtjanster.information import Appointment, CarePlan, CarePlanStatus, Item
from stodtjanster.model import Answer, Told
from views.kit.agenda import events
from views.kit.cards import Events
from views.kit.notices import Mark, mark_of
from views.kit.plan_cards import Tag
from views.kit.plans import plan_title
from views.kit.rows import anchor
from views.kit.view import Scene
from views.kit.words import N_

TIMES_WAITING: Final = N_("Vi hämtar tiderna.")
NO_TIMES: Final = N_("Inga tider som du får se i ditt uppdrag, hos dem som svarade.")
NO_PLANS: Final = N_("Inga planer som du får se i ditt uppdrag, hos dem som svarade.")
NO_CONTACTS: Final = N_("Inga kontakter som du får se i ditt uppdrag, hos dem som svarade.")


@dataclass(frozen=True, slots=True)
class Times:
    """`own` are the anchors of those at the reader's own unit."""

    events: Events
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class Headline:
    """A plan by its name, whether it goes on, and which unit is responsible."""

    title: Told
    unit: Told
    mark: Mark
    own: bool
    tag: Tag | None


def times(booked: Answer[Appointment], scene: Scene) -> Times | None:
    """By day, with what comes every day in one line, and what meets something else."""
    found = events(booked, scene)
    if found is None:
        return None
    return Times(
        found, frozenset(anchor(item.origin) for item in booked.items if is_own(item, scene))
    )


def headlines(plans: Iterable[CarePlan], scene: Scene) -> tuple[Headline, ...] | None:
    """The own unit's first, each by its name. None when there are none."""
    found = [_headline(plan, scene) for plan in plans]
    return tuple(sorted(found, key=lambda row: (not row.own, row.title.text.casefold()))) or None


def is_own(item: Item, scene: Scene) -> bool:
    """Whether it comes from the unit that the reader works at."""
    unit = scene.situation.actor.unit
    return unit is not None and item.origin.care_unit == unit


def _headline(plan: CarePlan, scene: Scene) -> Headline:
    unit = scene.directory.of(plan.origin)
    return Headline(
        title=plan_title(plan, scene.words),
        unit=plan.origin.unit_name or Told(unit.name),
        mark=mark_of(unit.kind),
        own=is_own(plan, scene),
        tag=_tag(plan, scene),
    )


def _tag(plan: CarePlan, scene: Scene) -> Tag | None:
    if plan.status is CarePlanStatus.ON_HOLD:
        return Tag(scene.words.gettext(N_("Pausad")), "quiet")
    if plan.status is CarePlanStatus.ACTIVE:
        return Tag(scene.words.gettext(N_("Pågår")), "good")
    return None
