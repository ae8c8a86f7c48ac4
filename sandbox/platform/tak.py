"""The tjänsteadresseringskatalog: which way a call goes, and who may make it (design note rivta 2).

A row of it is for one contract and one address. Where an address has no row of its own, VP looks
further up the HSA tree, and last at the default. A unit of `units.toml` may have a route that is
out of order:

| `route` | its row |
|---|---|
| `absent` | there is none |
| `twice` | there are two |
| `nowhere` | it has no URL |
| `nobody` | at its URL nobody listens |
| `loop` | its URL is this platform |
| `RIVTABP20`, `RIVTABP21` | it leads through a platform that knows this profile only |
| `VP001` and so on | it leads through a platform that answers so |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sandbox.ca import PLATFORM_HSA, PORTAL_HSA
from sandbox.people.units import Unit
from sandbox.platform.soap import RIVTABP20, RIVTABP21
from sandbox.producers.kit import Contract
from sandbox.producers.ping import PingForConfiguration

NATIONAL = "5565594230"
DEFAULT = "*"
OLD_STYLE = "#"
# What a route leads to, beside a producer.
AGGREGATOR, PLATFORM, NOBODY, LOOP = "aggregator", "platform", "nobody", "loop"

# hsa.lookup.exceptedNamespaces: a listing is asked for at the region, never at a unit in it.
_NO_CLIMBING = ("urn:riv:crm:carelisting:",)
# defaultrouting.allowedContracts: the old way to write an address, VG#VE.
_OLD_STYLE_ALLOWED = ("urn:riv:crm:carelisting:",)


@dataclass(frozen=True, slots=True)
class Route:
    """A vägval. `place` is the address that the row is for: the one called, or one above it.

    `leads_to` is the fault target of a producer ("inera" for a national register), a name above,
    the code that another platform answers with, or "" for a row without URL. A route that is
    `strict` takes no other profile.
    """

    place: str
    leads_to: str
    profile: str
    strict: bool = False


class Tak:
    """Vägval and behörighet of every contract of the sandbox."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units

    def routes(self, contract: Contract, address: str) -> list[Route]:
        """The rows that answer for an address: none, one, or by mistake several."""
        found = (self._rows(contract, place) for place in self._places(contract, address))
        return next((rows for rows in found if rows), [])

    def may_call(self, consumer: str, contract: Contract, address: str) -> bool:
        """Whether a consumer, by its certificate, may call an address (behörighet)."""
        return consumer == PORTAL_HSA and any(
            self._granted(contract, place) for place in self._places(contract, address)
        )

    def addressees(self, consumer: str, contract: Contract) -> list[str]:
        """The addresses that have rows of their own for a consumer and a contract."""
        return [
            place
            for place in (NATIONAL, *self._units)
            if consumer == PORTAL_HSA
            and self._rows(contract, place)
            and self._granted(contract, place)
        ]

    def _places(self, contract: Contract, address: str) -> Iterator[str]:
        """Where a row for an address is looked for, in order. No trimming, no change of case."""
        if OLD_STYLE in address:
            if contract.namespace.startswith(_OLD_STYLE_ALLOWED):
                yield from reversed(address.split(OLD_STYLE))
            return
        yield address
        if not contract.namespace.startswith(_NO_CLIMBING):
            unit = self._units.get(address)
            while unit is not None and unit.parent:
                yield unit.parent
                unit = self._units.get(unit.parent)
        yield DEFAULT

    def _rows(self, contract: Contract, place: str) -> list[Route]:
        ping = isinstance(contract, PingForConfiguration)
        if ping and place in (NATIONAL, PLATFORM_HSA, DEFAULT):
            return [Route(place, PLATFORM, contract.profile)]
        if place == NATIONAL and contract.aggregated:
            return [Route(place, AGGREGATOR, contract.profile)]
        if place == NATIONAL and contract.keeper:
            return [Route(place, contract.keeper, contract.profile)]
        unit = self._units.get(place)
        if unit is None or not contract.reaches(unit) or unit.route == "absent":
            return []
        plain = Route(place, contract.keeper or unit.system or "inera", contract.profile)
        match unit.route:
            case "":
                return [plain]
            case "twice":
                return [plain, plain]
            case "nowhere":
                return [replace(plain, leads_to="")]
            case profile if profile in (RIVTABP20, RIVTABP21):
                return [replace(plain, profile=profile, strict=True)]
        return [replace(plain, leads_to=unit.route)]

    def _granted(self, contract: Contract, place: str) -> bool:
        if place in (NATIONAL, PLATFORM_HSA, DEFAULT):
            return bool(self._rows(contract, place))
        unit = self._units.get(place)
        return unit is not None and unit.connected and contract.reaches(unit)
