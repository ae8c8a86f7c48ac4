"""Fast kontakt (GetCareManagers, FHIR CareTeam of category fast-kontakt)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Dated, Told, When


class CareManagerKind(StrEnum):
    """KV Typ av fast kontakt, OID 1.2.752.129.5.1.69. New codes come without a new version."""

    VARDKONTAKT = "1"
    LAKARKONTAKT = "2"
    OMSORGSKONTAKT = "3"
    SAMORDNANDE_VARDKONTAKT = "4"
    UNKNOWN = "unknown"


class TelecomKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Telecom:
    kind: TelecomKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareManager(Item):
    """Who holds the person's care together.

    The practitioner's id is not kept: it may be a personal number (TKB 1.0 RC2).
    `team_id` groups the members of one team; `kind_text` is the source's own word for a code that
    nobody knows.
    """

    key: ClassVar[str] = "care_manager"
    info_type: ClassVar[str] = "contact_person"
    whereabouts: ClassVar[Mapping[str, Any]] = MappingProxyType({"telecom": ()})

    kind: CareManagerKind
    kind_text: Told | None = None
    name: Told | None = None
    qualification: Told | None = None
    team_id: str | None = None
    team_name: Told | None = None
    unit: Told | None = None
    telecom: tuple[Telecom, ...] = ()
    notes: Told | None = None
    first: date | None = None
    last: date | None = None

    @property
    def during(self) -> When | None:
        if self.first is None:
            return None
        return Dated(self.first, self.last or date.max)
