"""Överenskommelse i patientkontrakt (FHIR Task under a CarePlan)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told


class Party(StrEnum):
    """Who has promised."""

    PERSON = "person"
    CARE = "care"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Item):
    key: ClassVar[str] = "agreement"
    info_type: ClassVar[str] = "care_plan"

    text: Told
    party: Party
    owner: Told | None = None
    first: date | None = None
    until: date | None = None
    done: bool = False
    plans: tuple[str, ...] = ()
