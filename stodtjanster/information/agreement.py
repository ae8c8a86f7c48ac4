"""Överenskommelse i patientkontrakt (FHIR Task under a CarePlan, tagged GetCareDocumentation)."""

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
    """What has been agreed. `heading` is the search word under which a record says it. `plans` and
    `goals` are names of what it belongs to."""

    key: ClassVar[str] = "agreement"
    info_type: ClassVar[str] = "care_plan"

    text: Told
    heading: Told | None = None
    party: Party
    owner: Told | None = None
    first: date | None = None
    until: date | None = None
    done: bool = False
    plans: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
