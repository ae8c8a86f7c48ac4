"""The HSA catalogue: GetHealthCareUnit 2.0, GetUnit 5.0 (infrastructure:directory:organization)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from sandbox.people.units import Unit
from sandbox.producers.kit import Asked, Contract, builder, maybe

_DOMAIN = "urn:riv:infrastructure:directory:organization"
_CARE_UNIT = f"{_DOMAIN}:GetHealthCareUnitResponder:2"
_UNIT = f"{_DOMAIN}:GetUnitResponder:5"

_care = builder(_CARE_UNIT)
_own = builder(_UNIT)
_core = builder(f"{_DOMAIN}:5")

_DAYS = {
    "vardagar": ("1", "5"),
    "alla dagar": ("1", "7"),
    "måndag till torsdag": ("1", "4"),
}
_CLOCK = r"([0-9]{2})\.([0-9]{2})"
_SPAN = re.compile(rf"(Telefontid )?({'|'.join(_DAYS)}) {_CLOCK}–{_CLOCK}", re.IGNORECASE)
_ALWAYS = "Dygnet runt"


class UnitContract(Contract):
    """A question about a unit. It is about nobody, so the index has nothing to say of it."""

    service_domain = "riv:infrastructure:directory:organization"
    aggregated = False
    asks = ""

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        return ""

    def reaches(self, unit: Unit) -> bool:
        return unit.role == "catalogue"

    def found(self, asked: Asked) -> Unit | None:
        """The unit that the request names. HSA-ids are the same in any case."""
        written = asked.text(f"r:{self.asks}", {"r": self.namespace}) or ""
        return asked.units.get(written.strip().upper())


class GetHealthCareUnit(UnitContract):
    name = "GetHealthCareUnit"
    namespace = _CARE_UNIT
    item = "healthCareUnit"
    asks = "healthCareUnitMemberHsaId"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        unit = self.found(asked)
        if unit is None:
            return
        provider = asked.units[unit.provider]
        yield _care(
            "healthCareUnit",
            _care("unitIsHealthCareUnit", "true"),
            _care("healthCareUnitHsaId", unit.hsa_id),
            _care("healthCareUnitName", unit.name),
            _care("healthCareUnitPublicName", unit.name),
            _care("healthCareProviderHsaId", provider.hsa_id),
            _care("healthCareProviderName", provider.name),
            _care("healthCareProviderPublicName", provider.name),
            _care("healthCareProviderOrgNo", "232100-0156"),
        )


class GetUnit(UnitContract):
    name = "GetUnit"
    namespace = _UNIT
    item = "unit"
    asks = "unitHsaId"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        unit = self.found(asked)
        if unit is None:
            return
        hours = _hours(unit.opening)
        street, _, town = unit.address.rpartition(", ")
        yield _own(
            "unit",
            _own("unitHsaId", unit.hsa_id),
            _own("unitName", unit.name),
            _own("publicName", unit.name),
            maybe(_own, "street", street or None),
            *(_own("surgeryHour", *span) for by_phone, span in hours if not by_phone),
            *(_own("telephoneHour", *span) for by_phone, span in hours if by_phone),
            _own("telephoneNumber", re.sub(r"\D", "", unit.phone)),
            _own(
                "structuredVisitingAddress",
                _core("street", street),
                _core("town", town),
            )
            if street
            else None,
        )


def _hours(opening: str) -> list[tuple[bool, tuple[etree._Element, ...]]]:
    """The times of a unit's own words, and whether they are for calling."""
    if opening == _ALWAYS:
        return [(False, _span(("1", "7"), "00:00:00", "24:00:00"))]
    return [
        (
            bool(by_phone),
            _span(_DAYS[days.lower()], f"{opens}:{opened}:00", f"{closes}:{closed}:00"),
        )
        for by_phone, days, opens, opened, closes, closed in _SPAN.findall(opening)
    ]


def _span(days: tuple[str, str], opens: str, closes: str) -> tuple[etree._Element, ...]:
    return (
        _core("fromDay", days[0]),
        _core("fromTime", opens),
        _core("toDay", days[1]),
        _core("toTime", closes),
    )


CONTRACTS = (GetHealthCareUnit(), GetUnit())
