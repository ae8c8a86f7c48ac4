"""Bokad tid, kallelse, planerat hembesök (FHIR Appointment, crm:scheduling TimeslotType)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told, When


class VisitForm(StrEnum):
    HOME = "home"
    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Item):
    """A time with someone. None in the three `*_allowed` means that the source did not say.

    `recurring` marks one of many like it (daily home help), so that a view may fold them. `done`:
    the source says that it has taken place. `previous` is the time that this one was moved from.
    `absence_allowed`: the source takes word that the person will not be at home, and `absent` that
    it has been told so. `requests` are the names of the plans and referrals that it is booked for.
    """

    key: ClassVar[str] = "appointment"
    info_type: ClassVar[str] = "booked_visit"
    whereabouts: ClassVar[Mapping[str, Any]] = MappingProxyType({"place": None})
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "start": ("when", "recurring"),
            "end": ("when",),
            "status": ("done", "absent"),
            "location": ("place", "form"),
            "unit_name": ("unit",),
        }
    )

    when: When
    title: Told | None = None
    who: tuple[Told, ...] = ()
    unit: Told | None = None
    place: Told | None = None
    form: VisitForm = VisitForm.UNKNOWN
    invitation: bool = False
    instruction: Told | None = None
    reason: Told | None = None
    recurring: bool = False
    done: bool = False
    previous: When | None = None
    cancel_allowed: bool | None = None
    rebook_allowed: bool | None = None
    message_allowed: bool | None = None
    absence_allowed: bool = False
    absent: bool = False
    requests: tuple[str, ...] = ()

    @property
    def during(self) -> When:
        return self.when
