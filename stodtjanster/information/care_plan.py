"""Vårdplan, SIP, genomförandeplan (GetCarePlans, FHIR CarePlan)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told


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


@dataclass(frozen=True, slots=True)
class Goal:
    """`reached` is None when the source did not say."""

    text: Told
    reached: bool | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document: either `content`, or a `reference` that is never fetched blindly."""

    media_type: str
    content: bytes | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan(Item):
    """A plan and its place among other plans.

    `keys` are all names under which other plans may point at this one, `parents` and `children`
    the names that this plan points at. A name is `<system>|<record>`.
    """

    key: ClassVar[str] = "care_plan"
    info_type: ClassVar[str] = "care_plan"

    kind: CarePlanKind
    kind_text: Told | None = None
    title: Told | None = None
    owner: Told | None = None
    responsible: Told | None = None
    first: date | None = None
    last: date | None = None
    follow_up: date | None = None
    authored: datetime | None = None
    goals: tuple[Goal, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    keys: frozenset[str] = frozenset()
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
