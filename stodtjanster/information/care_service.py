"""Kommunal insats (FHIR ServiceRequest with intent order; GetCareServices)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import HsaId, Told


class CareServiceKind(StrEnum):
    """TypeOfCareServiceEnum of clinicalprocess:logistics:logistics."""

    HOME_HEALTH_CARE = "HSJV"
    HOME_HELP = "HTJ"
    LSS = "LSS"
    SPECIALIST_CARE = "SVTJ"
    SPECIAL_HOUSING = "SÄBO"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareService(Item):
    """What the municipality has decided: law, authority and performer are three things.

    `last` is None for a service without end ("tills vidare"). `started` is None when the source
    only tells the decision: granted is not the same as begun. `performer_unit` is kept beside the
    name, since some sources know the unit only by its id. `handler` is the one who handles the
    matter (biståndshandläggare), `phone` the handler's own.
    """

    key: ClassVar[str] = "care_service"
    info_type: ClassVar[str] = "decision"
    whereabouts: ClassVar[Mapping[str, Any]] = MappingProxyType({"phone": None})

    name: Told
    kind: CareServiceKind = CareServiceKind.UNKNOWN
    extent: Told | None = None
    law: str | None = None
    decided: date | None = None
    first: date | None = None
    last: date | None = None
    authority: Told | None = None
    performer: Told | None = None
    performer_unit: HsaId | None = None
    started: bool | None = None
    paused: bool = False
    handler: Told | None = None
    phone: str | None = None
