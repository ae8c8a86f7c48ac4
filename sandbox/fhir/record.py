"""What every resource of one person's record has in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.raw import patient_id_of

Resource = dict[str, Any]
Row = Mapping[str, Any]

PERSONNUMMER = "http://electronichealth.se/identifier/personnummer"
SAMORDNINGSNUMMER = "http://electronichealth.se/identifier/samordningsnummer"
HSA_ID = "urn:oid:1.2.752.29.4.19"
# RIV-TA's root for identifiers that are local to a source: "<source's HSA-id>#<id>".
DOCUMENT = "urn:oid:1.2.752.129.2.1.2.1"
PLAN_TYPE = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
CARE_MANAGER_KIND = (
    "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/kv_typ_av_fast_kontakt"
)
CARE_TEAM_KIND = "https://fhir.inera.se/ig/careteam/CodeSystem/typ-av-careteam-cs"
SECURITY_LABEL = "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PREVIOUS = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.previousAppointment"
OWN = "https://sjovik.example/fhir/CodeSystem"
MUNICIPALITY = "TSTNMT2321000156-SJVG"
BOARD = "TSTNMT2321000156-NAMN"
PLAN_TYPES = {
    "SIP": "Samordnad individuell plan",
    "GP": "Genomförandeplan",
    "RP": "Rehabiliteringsplan",
    "VP": "Vårdplan",
}
_SOURCE_SYSTEM = "urn:oid:1.2.752.129.2.1.4.1"


class Record:
    """One person's record in the municipality."""

    def __init__(self, person: Person, units: Mapping[str, Unit], anchor: dt.datetime) -> None:
        self.person = person
        self.units = units
        self.anchor = anchor
        self.table: Row = person.sources["municipality"]
        self.patient = {"reference": f"Patient/{patient_id_of(person.person_id)}"}

    def rows(self, name: str) -> Sequence[Row]:
        rows: Sequence[Row] = self.table.get(name, ())
        return rows

    def labelled(self, resource: Resource, row: Row) -> Resource:
        """Add what every resource carries: its source, its age, and its security labels.

        `same_as` in the row says that the record is another system's, which has its own name
        for it.
        """
        labels = []
        if row.get("hidden", False):
            # Inera PDL-001: the FHIR form of approvedForPatient=false.
            labels.append({"system": ACT_CODE, "code": "NOPATIENT"})
        if self.person.protected:
            labels.append({"system": SECURITY_LABEL, "code": "sekretessmarkering"})
        origin = row.get("same_as", {"source": MUNICIPALITY})
        meta: Resource = {
            "lastUpdated": instant(self.anchor - dt.timedelta(hours=6)),
            "source": f"{_SOURCE_SYSTEM}#{origin['source']}",
        }
        if "id" in origin:
            number = {"system": DOCUMENT, "value": f"{origin['source']}#{origin['id']}"}
            resource = {**resource, "identifier": [number]}
        return {**resource, "meta": meta | ({"security": labels} if labels else {})}

    def period(self, row: Row) -> Resource:
        """Whole days; the last one is included. Without `to` it goes on until further notice."""
        period = {"start": day(row["from"], self.anchor).isoformat()}
        if "to" in row:
            period["end"] = day(row["to"], self.anchor).isoformat()
        return period

    def unit(self, hsa_id: str) -> Resource:
        return {
            **ref("Organization", local(hsa_id), self.units[hsa_id].name),
            "identifier": {"system": HSA_ID, "value": hsa_id},
        }


def ref(kind: str, record: str, display: str) -> Resource:
    return {"reference": f"{kind}/{record}", "display": display}


def practitioner(staff: Row, *, role: bool = False) -> Resource:
    display = f"{staff['name']}, {staff['title']}"
    if "hsa_id" not in staff:
        return {"display": display}
    staff_id = local(staff["hsa_id"])
    if role:
        return ref("PractitionerRole", f"{staff_id}-roll", display)
    return ref("Practitioner", staff_id, display)


def identifier(record: str) -> Resource:
    return {"system": DOCUMENT, "value": f"{MUNICIPALITY}#{record}"}


def local(hsa_id: str) -> str:
    return hsa_id.rpartition("-")[2].lower()


def instant(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")
