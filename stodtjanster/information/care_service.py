"""Kommunal insats (FHIR ServiceRequest with intent order; GetCareServices)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class CareService(Item):
    """What the municipality has decided: law, authority and performer are three things.

    `last` is None for a service without end ("tills vidare"). `started` is None when the source
    only tells the decision: granted is not the same as begun.
    """

    key: ClassVar[str] = "care_service"
    info_type: ClassVar[str] = "decision"

    name: Told
    extent: Told | None = None
    law: str | None = None
    decided: date | None = None
    first: date | None = None
    last: date | None = None
    authority: Told | None = None
    performer: Told | None = None
    started: bool | None = None
