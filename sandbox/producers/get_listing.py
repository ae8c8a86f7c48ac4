"""crm:carelisting GetListing 1.0 (RIVTABP20): where somebody is listed for primary care."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import Asked, Contract, builder, checked_patient, maybe

_NS = "urn:riv:crm:carelisting:GetListingResponder:1"
_CORE = "urn:riv:crm:carelisting:1"

_own = builder(_NS)
_core = builder(_CORE)


class GetListing(Contract):
    name = "GetListing"
    namespace = _NS
    service_domain = "riv:crm:carelisting"
    item = "subjectOfCare"
    # The engagement index has no category for listings.
    aggregated = False
    profile = "RIVTABP20"

    def patient(self, request: etree._Element) -> str:
        number = request.findtext(f"{{{_NS}}}personId")
        return checked_patient(number and number.replace("-", ""))

    def reaches(self, unit: Unit) -> bool:
        return bool(unit.system) and unit.role == "provider"

    def unknown_person(self) -> etree._Element:
        return _own("PersonNotFound", _core("code", "PERSON_NOT_FOUND"))

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        region = asked.units[asked.address].provider
        yield _own(
            "subjectOfCare",
            _core("personId", asked.person.person_id),
            *(
                _listing(row, asked)
                for row in asked.person.rows("listings")
                if asked.units[row["unit"]].provider == region
            ),
        )

    def response(
        self,
        items: Sequence[etree._Element],
        result: etree._Element | None,  # noqa: ARG002
    ) -> etree._Element:
        return _own("getListingResponse", *items)


def _listing(row: Mapping[str, Any], asked: Asked) -> etree._Element:
    unit = asked.units[row["unit"]]
    doctor = row.get("doctor")
    return _core(
        "listing",
        maybe(_core, "validFromDate", _date_time(row.get("since"), asked)),
        maybe(_core, "validToDate", _date_time(row.get("until"), asked)),
        _core("listingType", row["type"]),
        _core(
            "healthcare_facility",
            _core("facilityId", unit.hsa_id),
            _core("hasQueue", str(row.get("queue", False)).lower()),
            _core("facilityName", unit.name),
        ),
        _core(
            "resource",
            _core("resourceId", doctor["hsa_id"]),
            _core("resourceName", doctor["name"]),
        )
        if doctor
        else None,
    )


def _date_time(offset: int | str | None, asked: Asked) -> str | None:
    """Some sources send empty elements, which break the schema: "" in the file."""
    if isinstance(offset, int):
        return f"{day(offset, asked.anchor).isoformat()}T00:00:00"
    return offset


CONTRACT = GetListing()
