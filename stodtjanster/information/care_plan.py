"""Vårdplan, SIP, genomförandeplan (GetCarePlans, FHIR CarePlan)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Self

from stodtjanster.information.item import Item
from stodtjanster.model import HsaId, Told


class CarePlanKind(StrEnum):
    """TypeOfCarePlanEnum of clinicalprocess:logistics:logistics; typeofcareplan-cs in FHIR."""

    SIP = "SIP"
    SPLPTLRV = "SPLPTLRV"
    SPU = "SPU"
    VP = "VP"
    HP = "HP"
    RP = "RP"
    GP = "GP"
    SVP = "SVP"
    UNKNOWN = "unknown"


class GoalState(StrEnum):
    """How it goes with a goal: FHIR's achievementStatus, and its lifecycleStatus where that says
    more."""

    REACHED = "reached"
    FORWARD = "forward"
    GOING_ON = "going_on"
    UNCHANGED = "unchanged"
    BACKWARD = "backward"
    NOT_REACHED = "not_reached"
    NOT_BEGUN = "not_begun"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Goal:
    """`names` are those under which tasks and plans may point at it; a name is `<system>|<record>`.
    `changed` is the day on which its state was last set."""

    text: Told
    state: GoalState = GoalState.UNKNOWN
    due: date | None = None
    names: frozenset[str] = frozenset()
    changed: date | None = None

    @property
    def reached(self) -> bool | None:
        """None when the source did not say."""
        return None if self.state is GoalState.UNKNOWN else self.state is GoalState.REACHED


class Assigned(StrEnum):
    """Whether somebody is to do a task. NOBODY only when the source told the whole of it; UNKNOWN
    when the plan only points at it."""

    SOMEBODY = "somebody"
    NOBODY = "nobody"
    UNKNOWN = "unknown"


class ActivityState(StrEnum):
    NOT_BEGUN = "not_begun"
    GOING_ON = "going_on"
    PAUSED = "paused"
    DONE = "done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Activity:
    """A task of a plan: what is to be done, by whom, for which goals.

    `owners` are those who are named, `units` those of them that are units; `mine` says that the
    person whom the plan is about is one of them. SOMEBODY without either is somebody whose name is
    not told. `goals` are names of goals,
    `plans` those of plans that say more of the task, `names` its own.
    """

    text: Told
    assigned: Assigned = Assigned.UNKNOWN
    owners: tuple[Told, ...] = ()
    mine: bool = False
    state: ActivityState = ActivityState.UNKNOWN
    goals: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    due: date | None = None
    added: date | None = None
    names: frozenset[str] = frozenset()
    units: frozenset[HsaId] = frozenset()


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part in a plan: by name, or a unit by its HSA-id alone."""

    name: Told | None = None
    role: Told | None = None
    unit: HsaId | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document: either `content`, or a `reference` that is never fetched blindly."""

    media_type: str
    content: bytes | None = None
    reference: str | None = None


class CarePlanStatus(StrEnum):
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan(Item):
    """A plan and its place among other plans.

    `keys` are all names under which other plans may point at this one, `parents` and `children`
    the names that this plan points at, and `meetings` those of appointments where it is followed
    up. A name is `<system>|<record>`. `own_words` is what the person has said is important;
    `follow_up` a day that is meant for it, booked or not.
    """

    key: ClassVar[str] = "care_plan"
    info_type: ClassVar[str] = "care_plan"
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        # An owner may be a person's name: the unit is told by the record's origin alone.
        {"title": ("title",), "status": ("status",), "responsible_unit": ()}
    )

    kind: CarePlanKind = CarePlanKind.UNKNOWN
    kind_text: Told | None = None
    title: Told | None = None
    status: CarePlanStatus = CarePlanStatus.UNKNOWN
    owner: Told | None = None
    responsible: Told | None = None
    participants: tuple[Participant, ...] = ()
    own_words: tuple[Told, ...] = ()
    first: date | None = None
    last: date | None = None
    follow_up: date | None = None
    authored: datetime | None = None
    changed: datetime | None = None
    goals: tuple[Goal, ...] = ()
    activities: tuple[Activity, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    keys: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()

    @property
    def ruled_as(self) -> str:
        return "implementation_plan" if self.kind is CarePlanKind.GP else self.info_type

    def with_twin(self, twin: Self) -> Self:
        """The same plan as another source also told it: GetCarePlans has its document, FHIR its
        goals. What this one says stands; what it leaves out is taken from the other."""
        lacking = {name: getattr(twin, name) for name in _TOLD_BY_EITHER if not getattr(self, name)}
        status = twin.status if self.status is CarePlanStatus.UNKNOWN else self.status
        kind = twin.kind if self.kind is CarePlanKind.UNKNOWN else self.kind
        own = replace(self, **lacking) if lacking else self
        return replace(
            own,
            kind=kind,
            status=status,
            participants=tuple(dict.fromkeys((*self.participants, *twin.participants))),
            attachments=tuple(dict.fromkeys((*self.attachments, *twin.attachments))),
            keys=self.keys | twin.keys,
            parents=tuple(dict.fromkeys((*self.parents, *twin.parents))),
            children=tuple(dict.fromkeys((*self.children, *twin.children))),
            meetings=tuple(dict.fromkeys((*self.meetings, *twin.meetings))),
        )


_TOLD_BY_EITHER = (
    *("kind_text", "title", "owner", "responsible", "own_words"),
    *("first", "last", "follow_up", "authored", "changed", "goals", "activities"),
)
