"""Names behind HSA-ids and source keys (HSA; for now read from configuration)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stodtjanster.model import Origin, Report, Told


class OwnerKind(StrEnum):
    """Huvudman, in the words of the screen."""

    REGION = "region"
    KOMMUN = "kommun"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unit:
    """`key` is an HSA-id, a system's logical address or the key of a configured source.

    `owner` is who answers for it ("Region Nordmark"); `opening` is the unit's own text.
    """

    key: str
    name: str
    owner: str
    kind: OwnerKind = OwnerKind.OTHER
    phone: str | None = None
    opening: Told | None = None


class Directory:
    """Look-ups that never fail: what nobody has named is called by what the source said."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = {unit.key.upper(): unit for unit in units}

    def find(self, key: str) -> Unit | None:
        return self._units.get(key.upper())

    def behind(self, report: Report) -> Unit:
        """Who a report speaks of: the system if it is known, else the source that was asked."""
        found = self.find(report.system) or self.find(report.source)
        return found or Unit(report.system, report.system, report.system)

    def of(self, origin: Origin) -> Unit:
        """Who an item comes from: its unit, else its provider, its system or its source."""
        provider = origin.care_provider.value if origin.care_provider else ""
        unit = origin.care_unit.value if origin.care_unit else ""
        for key in (unit, provider, origin.system, origin.source):
            found = self.find(key)
            if found is not None:
                return found
        name = origin.unit_name.text if origin.unit_name else origin.system
        return Unit(origin.system, name, name)
