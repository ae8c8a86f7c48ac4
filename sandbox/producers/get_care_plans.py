"""clinicalprocess:logistics:logistics GetCarePlans 2.0: vårdplaner as documents."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.pdf import one_page
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import (
    HSA_ID,
    Asked,
    Contract,
    Engagement,
    builder,
    checked_patient,
    date_stamp,
    id_type,
    maybe,
    morning,
    sources_of,
)

_NS = "urn:riv:clinicalprocess:logistics:logistics:GetCarePlansResponder:2"
# GetCarePlans 2.0 uses the domain types of version 3.
_CORE = "urn:riv:clinicalprocess:logistics:logistics:3"
_PATHS = {"r": _NS, "c": _CORE}

_own = builder(_NS)
_core = builder(_CORE)


class GetCarePlans(Contract):
    name = "GetCarePlans"
    namespace = _NS
    service_domain = "riv:clinicalprocess:logistics:logistics"
    item = "carePlan"

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:patientId/c:id", None, _PATHS))

    def engagements(self, person: Person, units: Mapping[str, Unit]) -> Iterator[Engagement]:
        yield from sources_of(person.rows("care_plans"), units)

    def refuses(self, asked: Asked) -> str | None:
        system = asked.text("r:sourceSystemHSAId", _PATHS)
        if system is not None and system != asked.address:
            return "sourceSystemHSAId skiljer sig från den logiska adressen"
        start = asked.text("r:datePeriod/c:start", _PATHS)
        end = asked.text("r:datePeriod/c:end", _PATHS)
        if start and end and start > end:
            return "Perioden slutar innan den börjar"
        return None

    def result(self, code: str, message: str | None = None) -> etree._Element | None:
        return _own(
            "result",
            _core("resultCode", code),
            _core("errorCode", "INVALID_REQUEST") if code == "ERROR" else None,
            _core("logId", "NA" if code == "INFO" else "sandlåda-1"),
            maybe(_core, "message", message),
        )

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        for row in asked.person.rows("care_plans"):
            if asked.here(row["unit"]) and _wanted(row, asked):
                yield _care_plan(row, asked.person, asked)


def _wanted(row: Mapping[str, Any], asked: Asked) -> bool:
    units = asked.texts("r:careUnitHSAId", _PATHS)
    if units and row["unit"] not in units:
        return False
    changed = date_stamp(day(row["changed"], asked.anchor))
    start = asked.text("r:datePeriod/c:start", _PATHS) or ""
    end = asked.text("r:datePeriod/c:end", _PATHS) or "99999999"
    return start <= changed <= end


def _care_plan(row: Mapping[str, Any], person: Person, asked: Asked) -> etree._Element:
    unit = asked.units[row["unit"]]
    author = row["author"]
    system = next(u for u in asked.units.values() if u.role == "system" and u.system == unit.system)
    return _own(
        "carePlan",
        _core(
            "carePlanHeader",
            _core("documentId", row["id"]),
            _core("sourceSystemHSAId", system.hsa_id),
            _core("documentTitle", row["title"]),
            _core("documentTime", morning(day(row["created"], asked.anchor))),
            _core("patientId", _core("id", person.person_id), _core("type", id_type(person))),
            _core(
                "accountableHealthcareProfessional",
                _core("authorTime", morning(day(row["changed"], asked.anchor))),
                _core("healthcareProfessionalHSAId", author["hsa_id"]),
                _core("healthcareProfessionalName", author["name"]),
                _core("healthcareProfessionalRoleCode", _core("originalText", author["title"])),
                _core(
                    "healthcareProfessionalOrgUnit",
                    _core("orgUnitHSAId", unit.hsa_id),
                    _core("orgUnitName", unit.name),
                    _core("orgUnitTelecom", unit.phone),
                ),
                _core("healthcareProfessionalCareUnitHSAId", unit.hsa_id),
                _core("healthcareProfessionalCareGiverHSAId", unit.provider),
            ),
            _core("approvedForPatient", str(row.get("approved", True)).lower()),
            _core("nullified", "true") if "nullified" in row else None,
            maybe(_core, "nullifiedReason", row.get("nullified")),
        ),
        _core(
            "carePlanBody",
            _content(row),
            *(
                _core(
                    "participatingCareUnitHSAId",
                    _core("root", HSA_ID),
                    _core("extension", hsa_id),
                )
                for hsa_id in row.get("participants", ())
            ),
            _core("typeOfCarePlanEnum", row["type"]),
        ),
    )


def _content(row: Mapping[str, Any]) -> etree._Element | None:
    if "content" not in row:
        return None
    text = row["content"].strip()
    data = one_page(text) if row["media_type"] == "application/pdf" else text.encode()
    return _core(
        "content",
        _core("mediaType", row["media_type"]),
        _core("value", base64.b64encode(data).decode()),
    )


CONTRACT = GetCarePlans()
