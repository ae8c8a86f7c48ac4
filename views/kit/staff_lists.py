"""What is planned, as staff of omsorg read it: dense lists where the own unit's things are marked.

Nothing leads further: what is shown here is all that the role may see.
"""

from dataclasses import dataclass
from typing import Final

from stodtjanster.information import Appointment, CarePlan, CarePlanStatus
from stodtjanster.model import Answer, Told
from views.kit.agenda import events
from views.kit.cards import Events
from views.kit.care import contacts
from views.kit.notices import Mark, Why
from views.kit.plan_cards import Tag
from views.kit.plans import plan_title
from views.kit.rows import Explainer
from views.kit.staff import hidden_anchors, is_hidden, is_ours, our_anchors
from views.kit.view import Scene, View
from views.kit.words import N_

TIMES_WAITING: Final = N_("Vi hämtar tiderna.")
PLANS_WAITING: Final = N_("Vi hämtar planerna.")
NO_TIMES: Final = N_("Inga tider som du får se i ditt uppdrag, hos dem som svarade.")
NO_PLANS: Final = N_("Inga planer som du får se i ditt uppdrag, hos dem som svarade.")
NO_CONTACTS: Final = N_("Inga kontakter som du får se i ditt uppdrag, hos dem som svarade.")


@dataclass(frozen=True, slots=True)
class Times:
    """`own` are the anchors of those at the reader's own unit, `hidden` of those that the person is
    not shown."""

    events: Events
    own: frozenset[str]
    hidden: frozenset[str]


@dataclass(frozen=True, slots=True)
class Headline:
    """A plan by its name, whether it goes on, and which unit is responsible. `hidden`: the person
    is not shown it."""

    title: Told
    unit: Told
    mark: Mark
    why: Why
    own: bool
    hidden: bool
    tag: Tag | None


def times(booked: Answer[Appointment], scene: Scene) -> Times | None:
    """By day, with what comes every day in one line, and what meets something else."""
    found = events(booked, scene)
    if found is None:
        return None
    return Times(found, our_anchors(booked.items, scene), hidden_anchors(booked.items))


def add_contacts(view: View) -> None:
    """The section of whom to turn to."""
    view.section(
        "contacts",
        title=N_("Kontakter"),
        none=NO_CONTACTS,
        waiting=N_("Vi hämtar kontakterna."),
    )(contacts)


def headlines(plans: Answer[CarePlan], scene: Scene) -> tuple[Headline, ...] | None:
    """The own unit's first, each by its name. None when there are none."""
    explain = Explainer.of(scene, plans)
    found = [_headline(plan, explain) for plan in plans.items]
    return tuple(sorted(found, key=lambda row: (not row.own, row.title.text.casefold()))) or None


def _headline(plan: CarePlan, explain: Explainer) -> Headline:
    scene = explain.scene
    unit = scene.directory.of(plan.origin)
    return Headline(
        title=plan_title(plan, scene.words),
        unit=plan.origin.unit_name or Told(unit.name),
        mark=explain.mark(plan),
        why=explain.why(plan),
        own=is_ours(plan, scene),
        hidden=is_hidden(plan),
        tag=_tag(plan, scene),
    )


def _tag(plan: CarePlan, scene: Scene) -> Tag | None:
    if plan.status is CarePlanStatus.ON_HOLD:
        return Tag(scene.words.gettext(N_("Pausad")), "quiet")
    if plan.status is CarePlanStatus.ACTIVE:
        return Tag(scene.words.gettext(N_("Pågår")), "good")
    return None
