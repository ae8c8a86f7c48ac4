"""Everything that the servers of the sandbox share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.bookings import Bookings
from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.fhir.responses import Responses
from sandbox.index import Index
from sandbox.people import Person
from sandbox.people.employees import Workforce
from sandbox.people.units import Unit
from sandbox.raw import RawMessages
from sandbox.safeguards import Safeguards

CAPACITY = 500


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the platform waits, in seconds: for one producer, and for all of them."""

    producer: float = 27.0
    fanout: float = 28.0


@dataclass(frozen=True, slots=True)
class Country:
    """People, units, time, and what is broken. `capacity` is how many calls the platform bears."""

    people: tuple[Person, ...]
    units: dict[str, Unit]
    clock: Clock
    calls: CallLog
    raw: RawMessages
    bookings: Bookings
    index: Index
    safeguards: Safeguards
    workforce: Workforce
    responses: Responses = field(default_factory=Responses)
    faults: Faults = field(default_factory=Faults)
    timeouts: Timeouts = field(default_factory=Timeouts)
    capacity: int = CAPACITY

    def person(self, person_id: str) -> Person | None:
        """The person with a number, if anybody has it."""
        return next((p for p in self.people if p.person_id == person_id), None)

    def system_of(self, hsa_id: str) -> Unit | None:
        """The source system that answers for an address: itself, or its unit's."""
        unit = self.units.get(hsa_id)
        if unit is None or not unit.system:
            return None
        return next(
            u for u in self.units.values() if u.role == "system" and u.system == unit.system
        )
