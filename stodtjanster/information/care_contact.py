"""Vård- och omsorgskontakt: a visit, a call or a stay, planned, going on or over.

GetCareContacts; FHIR Encounter. Never merged with an Appointment: they share no id, and two things
at one time may be two things.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Dated, Told, When, first_day


class CareContactKind(StrEnum):
    """KV Vårdkontakttyp, OID 1.2.752.129.2.2.2.25."""

    VISIT = "1"
    PHONE = "2"
    STAY = "3"
    DAY_CARE = "4"
    OTHER = "5"
    UNKNOWN = "unknown"


class CareContactStatus(StrEnum):
    """Status of a care contact as the NPÖ specification numbers them."""

    PLANNED = "1"
    CANCELLED = "2"
    ONGOING = "3"
    INTERRUPTED = "4"
    FINISHED = "5"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareContact(Item):
    """`reason` is in the person's own words. `*_text` is the source's word for an unknown code.

    `ended` is False when the source gave no end: planned contacts have none yet, and neither have
    those that go on (TKB clinicalprocess:logistics:logistics).
    """

    key: ClassVar[str] = "care_contact"
    info_type: ClassVar[str] = "care_contact"

    kind: CareContactKind
    kind_text: Told | None = None
    status: CareContactStatus
    status_text: Told | None = None
    when: When
    ended: bool = False
    reason: Told | None = None
    unit: Told | None = None
    responsible: Told | None = None

    @property
    def during(self) -> When:
        """What goes on, or may, lasts from its first day until somebody says that it is over."""
        lasting = self.status in (CareContactStatus.ONGOING, CareContactStatus.UNKNOWN)
        first = first_day(self.when)
        if lasting and not self.ended and first is not None:
            return Dated(first, date.max)
        return self.when
