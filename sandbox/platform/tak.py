"""The tjänsteadresseringskatalog: who may call what, and where it is."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.ca import PORTAL_HSA
from sandbox.people.units import Unit
from sandbox.producers.kit import Contract

NATIONAL = "5565594230"


class Tak:
    """Vägval and behörighet of every contract of the sandbox."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units

    def has_route(self, contract: Contract, address: str) -> bool:
        """Whether an address leads anywhere (vägval). No trimming: a space makes it another."""
        if address == NATIONAL:
            return contract.aggregated
        unit = self._units.get(address)
        return unit is not None and contract.reaches(unit)

    def may_call(self, consumer: str, address: str) -> bool:
        """Whether a consumer, by its certificate, may call an address (behörighet)."""
        if consumer != PORTAL_HSA:
            return False
        return address == NATIONAL or self._units[address].connected
