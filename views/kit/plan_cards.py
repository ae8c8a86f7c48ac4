"""What the templates about plans, agreements and decided services print. No logic, no HTML.

See `views.kit.cards` for what a `str`, a `Told` and a datetime are here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from stodtjanster.model import Told
from views.kit.cards import Action, Contact, EventRow, Part
from views.kit.notices import Mark, SourceNotice, Why


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in a word or two. `warning` is for what somebody has to see to."""

    text: str
    tone: Literal["good", "quiet", "warning"]


@dataclass(frozen=True, slots=True)
class PlanLink:
    """A plan on a page about something else."""

    href: str
    title: Told


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A plan with the plans under it. `goals_done` and `goals_total` are both None when unknown.

    `owner` answers for it; `unowned` says how many of its own tasks nobody is to do.
    """

    title: Told
    kind: Told
    mark: Mark
    why: Why
    owner: Told | None = None
    start: date | None = None
    end: date | None = None
    follow_up: date | None = None
    goals_done: int | None = None
    goals_total: int | None = None
    goals: tuple[Told, ...] = ()
    children: tuple["PlanNode", ...] = ()
    href: str | None = None
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """What somebody has promised to do. `mine`: the person whom the page is about has promised;
    `for_other`: the reader is somebody else than that person.

    `noted_by` is the unit that keeps it, said where nobody is named as `owner`. `plan` is the plan
    that it belongs to, and `follow_up` when that is followed up.
    """

    text: Told
    mine: bool
    noted_by: Told
    why: Why
    owner: Told | None = None
    first: date | None = None
    until: date | None = None
    done: bool = False
    for_other: bool = False
    mark: Mark = Mark.OTHER
    plan: PlanLink | None = None
    follow_up: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """What the municipality has decided to give. `open_ended`: the decision has no last day.

    `stage` is how far it has come, in a sentence: granted is not the same as begun. `handler` is
    whom to ask about the decision, and `phone` leads there, or to `phone_name`.
    """

    name: Told
    why: Why
    extent: Told | None = None
    law: str | None = None
    until: date | None = None
    open_ended: bool = False
    decided: date | None = None
    performer: Told | None = None
    authority: Told | None = None
    first: date | None = None
    stage: str | None = None
    mark: Mark = Mark.OTHER
    handler: Told | None = None
    phone: str | None = None
    phone_name: Told | None = None


@dataclass(frozen=True, slots=True)
class Plans:
    """Body of Planering och uppföljning."""

    plans: Part[PlanNode]
    agreements: Part[AgreementRow]
    services: Part[ServiceRow]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What is to be done. `mine` and `owners` say by whom (`for_other` as in AgreementRow); without
    either, `missing` says why not.

    `plan` is the plan where it stands, when that is another than the one the page is about, and
    `agreed` that it is an agreement.
    """

    text: Told
    mine: bool = False
    for_other: bool = False
    owners: tuple[Told, ...] = ()
    missing: Literal["nobody", "unnamed", "unknown"] | None = None
    tag: Tag | None = None
    due: date | None = None
    plan: PlanLink | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class GoalRow:
    """`number` counts from one. `unowned` is how many of the tasks nobody is to do; when it is
    `reached` nothing more needs to be."""

    number: int
    text: Told
    tasks: tuple[TaskRow, ...]
    tag: Tag | None = None
    due: date | None = None
    unowned: int = 0
    reached: bool = False


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of a plan: to open or download at `href`, or without it at `held_by`.

    `number` counts from one within its plan, `plan`, whose only one it is when it is None. `size`
    is in bytes.
    """

    plan: Told
    kind: str
    held_by: str
    number: int | None = None
    href: str | None = None
    size: int | None = None
    download: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a plan together, as far as the plan says. `instead` is somebody to ask when it
    does not."""

    name: Told | None = None
    unit: Told | None = None
    phone: str | None = None
    instead: Contact | None = None
    gaps: tuple[SourceNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes part in a plan."""

    name: Told
    role: Told | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The next time that a plan is followed up: a booked meeting, or a day that is meant for it.

    `known` is False when a meeting may be booked that we have not heard of. `actions` are for what
    can be prepared before it.
    """

    meeting: EventRow | None = None
    day: date | None = None
    known: bool = False
    gaps: tuple[SourceNotice, ...] = ()
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """`what` says what happened to `about`: "Ny uppgift"."""

    day: date
    what: str
    about: Told


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One plan with all that stands under it. `loose` are tasks that are for no goal that is known.

    `above` is the plan that it is part of, and `all_plans` leads to all of them. `below` holds the
    plans under it, `marks` everybody who is responsible for any part.
    """

    title: Told
    kind: Told
    marks: tuple[Mark, ...]
    why: Why
    all_plans: Action
    holder: Holder
    follow_up: FollowUp
    tag: Tag | None = None
    written: date | None = None
    start: date | None = None
    end: date | None = None
    above: PlanLink | None = None
    own_words: tuple[Told, ...] = ()
    goals: tuple[GoalRow, ...] = ()
    loose: tuple[TaskRow, ...] = ()
    members: tuple[Member, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    below: tuple[PlanNode, ...] = ()
    changes: tuple[Change, ...] = ()
