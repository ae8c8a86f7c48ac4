"""Läkemedel på den aktuella läkemedelslistan (GetMedicationHistory, FHIR MedicationRequest)."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Dated, Told, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication(Item):
    """A medicine that is prescribed now.

    `dosage` is what the source has written to the person, a line for each dosage, and is never
    computed or put together from numbers. `last` is None for a treatment without a set end.
    `self_medication` marks what the person takes without a prescription. `chain` names the
    prescriptions that follow on each other.
    """

    key: ClassVar[str] = "medication"
    info_type: ClassVar[str] = "medication"

    name: Told
    dosage: Told | None = None
    strength: Told | None = None
    form: Told | None = None
    purpose: Told | None = None
    prescriber: Told | None = None
    first: date | None = None
    last: date | None = None
    self_medication: bool = False
    chain: str | None = None

    @property
    def during(self) -> When | None:
        if self.first is None and self.last is None:
            return None
        return Dated(self.first or date.min, self.last or date.max)
