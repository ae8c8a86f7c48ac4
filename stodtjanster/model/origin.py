"""Where an item comes from: kept with every item, for the screen, the rules and the log."""

from dataclasses import dataclass, replace
from datetime import datetime

from stodtjanster.model.hsa import HsaId
from stodtjanster.model.told import Told


@dataclass(frozen=True, slots=True)
class Origin:
    """Provenance of one record.

    Identity is (`system`, `record`), never title or time; `known_as` is that pair in the system
    where the record was made, for a source that passes it on under names of its own. `contract`
    is the RIV-TA interaction or the FHIR resource type. `documented_at` is what a block (spärr) is
    compared with. `approved_for_patient` is what the record says; where its contract cannot say it,
    what the adapter may say for the contract (ADR 8), else None.
    """

    source: str
    system: str
    record: str
    contract: str
    fetched_at: datetime
    care_provider: HsaId | None = None
    care_unit: HsaId | None = None
    unit_name: Told | None = None
    approved_for_patient: bool | None = None
    documented_at: datetime | None = None
    known_as: tuple[str, str] | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return self.known_as or (self.system, self.record)

    def unitless(self) -> "Origin":
        """The same without the unit, whose name may tell what somebody is treated for."""
        return replace(self, care_unit=None, unit_name=None)
