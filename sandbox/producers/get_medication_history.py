"""clinicalprocess:activityprescription:actoutcome GetMedicationHistory 2.1: prescriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people.when import day
from sandbox.producers.kit import Asked, Build, builder, maybe, morning
from sandbox.producers.summary import SummaryContract

_DOMAIN = "clinicalprocess:activityprescription:actoutcome"
_LOCAL_ID = "1.2.752.129.2.1.2.1"
_NPL = "1.2.752.129.2.1.5.1"
_ATC = "1.2.752.129.2.2.3.1.1"


class GetMedicationHistory(SummaryContract):
    name = "GetMedicationHistory"
    namespace = f"urn:riv:{_DOMAIN}:GetMedicationHistoryResponder:2"
    core = f"urn:riv:{_DOMAIN}:2"
    service_domain = f"riv:{_DOMAIN}"
    category = "caa-gmh"
    item = "medicationMedicalRecord"
    table = "prescriptions"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(self.core)
        wanted = asked.text("r:prescriptionStatus", self.paths)
        for row, person in self.rows(asked):
            if wanted in (None, row["status"]):
                header = self.header("medicationMedicalRecordHeader", row, person, asked)
                body = core("medicationMedicalRecordBody", _prescription(core, row, asked))
                yield own("medicationMedicalRecord", header, body)


def _prescription(core: Build, row: Mapping[str, Any], asked: Asked) -> etree._Element:
    ends = morning(day(row["to"], asked.anchor)) if "to" in row else None
    return core(
        "medicationPrescription",
        _local(core, "prescriptionId", row["id"]),
        core("typeOfPrescription", row["type"]),
        core("prescriptionStatus", row["status"]),
        maybe(core, "prescriptionNote", row.get("internal")),
        maybe(core, "treatmentPurpose", row.get("purpose")),
        _local(core, "prescriptionChainId", row["chain"]),
        core("startOfTreatment", morning(day(row["from"], asked.anchor))),
        maybe(core, "endOfTreatment", ends),
        core("selfMedication", str(row.get("self", False)).lower()),
        _drug(core, row),
    )


def _drug(core: Build, row: Mapping[str, Any]) -> etree._Element | None:
    """What is prescribed; a prescription that ends a treatment names none."""
    if row["type"] == "U":
        return None
    dosages = (core("dosage", core("dosageInstruction", text)) for text in row["dosage"])
    return core("drug", _product(core, row), *dosages)


def _product(core: Build, row: Mapping[str, Any]) -> etree._Element:
    if "npl" in row:
        return core(
            "drug",
            _code(core, "nplId", row["npl"], _NPL, row["drug"]),
            _code(core, "atcCode", row["atc"], _ATC, row["substance"]),
            core("pharmaceuticalForm", row["form"]),
            core("strength", row["strength"]),
            core("strengthUnit", row["strength_unit"]),
        )
    return core("unstructuredDrugInformation", core("unstructuredInformation", row["drug"]))


def _local(core: Build, name: str, extension: str) -> etree._Element:
    return core(name, core("root", _LOCAL_ID), core("extension", extension))


def _code(core: Build, name: str, code: str, system: str, display: str) -> etree._Element:
    return core(name, core("code", code), core("codeSystem", system), core("displayName", display))


CONTRACT = GetMedicationHistory()
