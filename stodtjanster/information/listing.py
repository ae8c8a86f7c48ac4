"""Listning: where a person is registered for primary care, and with whom (crm:carelisting)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Dated, Told, When


class ListingKind(StrEnum):
    """Kinds of listing by agreement (TKB crm:carelisting): there is no code system."""

    DOCTOR = "HL"
    DOCTORS_TEAM = "HLT"
    DOCTORS_OFFICE = "HLM"
    DISTRICT_NURSE = "DSK"
    CHILD_HEALTH = "BVC"
    ON_CALL = "RJC"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Item):
    """Where, and with whom when that is said, from `first` up to and including `last`.

    A doctor here is the one that the person has chosen, which is not the legal role of fast
    läkarkontakt (CareManager). `last` None goes on until further notice, `first` None began nobody
    says when. `queued` is None when the source did not say whether the unit has a queue.
    """

    key: ClassVar[str] = "listing"
    info_type: ClassVar[str] = "contact_person"

    kind: ListingKind
    kind_text: Told | None = None
    unit: Told | None = None
    name: Told | None = None
    queued: bool | None = None
    first: date | None = None
    last: date | None = None

    @property
    def during(self) -> When:
        return Dated(self.first or date.min, self.last or date.max)
