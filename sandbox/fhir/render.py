"""The municipality's data as FHIR R4 resources.

Identifier systems and codes: HL7 Sweden base profiles 1.1.0, Inera's drafts for plan
types and fasta kontakter. Lagrum, insatser and överenskommelser have no national code
system yet; the municipality's own stand in for them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from sandbox.fhir import paperwork, plans
from sandbox.fhir.record import (
    ACT_CODE,
    BOARD,
    CARE_MANAGER_KIND,
    CARE_TEAM_KIND,
    DOCUMENT,
    HSA_ID,
    MUNICIPALITY,
    OWN,
    PERSONNUMMER,
    PREVIOUS,
    SAMORDNINGSNUMMER,
    Record,
    Resource,
    Row,
    identifier,
    instant,
    local,
    practitioner,
    ref,
)
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day, span, times
from sandbox.producers.get_care_managers import KIND_SYSTEM, KINDS
from sandbox.raw import patient_id_of

_MAKERS = {**paperwork.MAKERS, **plans.MAKERS}
_LAW = {"code": "SoL", "display": "Socialtjänstlagen (2025:400)"}


def resources(
    people: Sequence[Person], units: Mapping[str, Unit], anchor: dt.datetime
) -> list[Resource]:
    """Everything the server holds, with relative dates made real."""
    municipal = [unit for unit in units.values() if unit.kind == "kommun"]
    shared = [*map(_organization, municipal), *map(_service, municipal)]
    records = [_Record(p, units, anchor) for p in people if "municipality" in p.sources]
    everything = [*shared, *(resource for record in records for resource in record.resources())]
    # The same member of staff serves several people.
    return list({(r["resourceType"], r["id"]): r for r in everything}.values())


class _Record(Record):
    """A record, and how each of its tables is told."""

    def resources(self) -> Iterator[Resource]:
        makers: dict[str, Callable[[Row], Resource]] = {
            "visits": self._visit,
            "contacts": self._encounter,
            "care_teams": self._care_team,
            "agreements": self._agreement,
            "services": self._insats,
            "medications": self._medication,
            "devices": self._device_use,
            **{name: partial(make, self) for name, make in _MAKERS.items()},
        }
        yield self._patient_resource()
        yield from self._staff()
        yield from self._handlers()
        yield self.labelled(_location(self._place_id, self.table["place"]), {})
        yield from map(_device, self.rows("devices"))
        for series in self.rows("series"):
            yield from self._series(series)
        for name, make in makers.items():
            for row in self.rows(name):
                resource = self.labelled(make(row), row)
                yield resource
                yield paperwork.provenance(self, resource, row)
        for row in self.rows("visits"):
            if "place" in row:
                yield _location(
                    f"plats-{row['id']}", row["place"], virtual=row.get("virtual", False)
                )

    @property
    def _place_id(self) -> str:
        return f"hemma-{self.person.key}"

    def _patient_resource(self) -> Resource:
        person = self.person
        coordination = person.kind == "samordningsnummer"
        system = SAMORDNINGSNUMMER if coordination else PERSONNUMMER
        resource: Resource = {
            "resourceType": "Patient",
            "id": patient_id_of(person.person_id),
            "identifier": [{"system": system, "value": person.person_id}],
            "name": [{"family": person.family_name, "given": [person.given_name]}],
        }
        if "address" in self.table:
            resource["address"] = [{"text": self.table["address"]}]
        return self.labelled(resource, {})

    def _handlers(self) -> Iterator[Resource]:
        """Those who decide in the name of the board, each with the telephone of the office."""
        for row in self.rows("services"):
            if "handler" in row:
                staff = row["handler"]
                phone = self.units[staff["unit"]].phone
                yield {
                    "resourceType": "PractitionerRole",
                    "id": _handler_id(staff),
                    "practitioner": ref("Practitioner", local(staff["hsa_id"]), staff["name"]),
                    "organization": self.unit(BOARD),
                    "code": [{"text": staff["title"]}],
                    "telecom": [{"system": "phone", "value": phone}],
                }

    def _staff(self) -> Iterator[Resource]:
        rows = (
            *self.rows("care_teams"),
            *(row["author"] | {"unit": row["unit"]} for row in self.rows("plans")),
            *(row["author"] | {"unit": row["unit"]} for row in self.rows("documents")),
            *(
                row["staff"] | {"unit": row["unit"]}
                for row in self.rows("visits")
                if "staff" in row
            ),
        )
        for row in rows:
            staff_id = local(row["hsa_id"])
            name = {"text": row["name"]}
            number = {"system": HSA_ID, "value": row["hsa_id"]}
            yield {
                "resourceType": "Practitioner",
                "id": staff_id,
                "identifier": [number],
                "name": [name],
            }
            yield {
                "resourceType": "PractitionerRole",
                "id": f"{staff_id}-roll",
                "practitioner": ref("Practitioner", staff_id, row["name"]),
                "organization": self.unit(row["unit"]),
                "code": [{"text": row["title"]}],
            }

    def _series(self, series: Row) -> Iterator[Resource]:
        moved = {(row["day"], row["time"]): row["to"] for row in series.get("moved", ())}
        staff = series["staff"]
        for offset in range(series["from"], series["to"] + 1):
            on = day(offset, self.anchor)
            for slot, at in enumerate(series["at"]):
                planned = at["time"]
                start, end = times(moved.get((offset, planned), planned), on)
                # The visit keeps its name when it is moved; who comes goes round.
                name = staff[(on.toordinal() * len(series["at"]) + slot) % len(staff)]
                unnamed = at.get("unnamed", False) and offset > series["named_until"]
                visit = {
                    **series,
                    **at,
                    "id": f"{series['id']}-{on:%Y%m%d}-{at['time'][:5].replace('.', '')}",
                    "status": "fulfilled" if end < self.anchor else "booked",
                    "staff": None if unnamed else {"name": name, "title": series["staff_title"]},
                }
                if (offset, planned) in moved:
                    visit["moved_from"] = times(planned, on)
                yield self.labelled(self._appointment(visit, start, end), {})

    def _visit(self, row: Row) -> Resource:
        return self._appointment(row, *span(row, self.anchor))

    def _appointment(self, row: Row, start: dt.datetime, end: dt.datetime) -> Resource:
        resource: Resource = {
            "resourceType": "Appointment",
            "id": f"{row['id']}",
            "identifier": [identifier(row["id"])],
            "status": row.get("status", "booked"),
            "serviceCategory": [{"text": row["category"]}],
            "serviceType": [{"text": row["title"]}],
            "start": instant(start),
            "end": instant(end),
            "participant": [{"actor": actor, "status": "accepted"} for actor in self._actors(row)],
        }
        for name, key in (("description", "description"), ("instruction", "patientInstruction")):
            if name in row:
                resource[key] = row[name]
        if "referral" in row:
            number = {"system": DOCUMENT, "value": row["referral"]}
            resource["basedOn"] = [{"type": "ServiceRequest", "identifier": number}]
        if "moved_from" in row:
            resource |= self._previous(*row["moved_from"])
        return resource

    def _previous(self, start: dt.datetime, end: dt.datetime) -> Resource:
        """What R5 calls previousAppointment, as R4 may say it."""
        return {
            "contained": [
                {
                    "resourceType": "Appointment",
                    "id": "tidigare",
                    "status": "cancelled",
                    "start": instant(start),
                    "end": instant(end),
                    "participant": [{"actor": self.patient, "status": "accepted"}],
                }
            ],
            "extension": [{"url": PREVIOUS, "valueReference": {"reference": "#tidigare"}}],
        }

    def _actors(self, row: Row) -> Iterator[Resource]:
        yield self.patient
        unit = self.units[row["unit"]]
        yield {
            **ref("HealthcareService", local(unit.hsa_id), unit.name),
            "identifier": {"system": HSA_ID, "value": unit.hsa_id},
        }
        for staff in (row.get("staff"), *row.get("participants", ())):
            if staff is not None:
                yield practitioner(staff)
        if "place" in row:
            yield ref("Location", f"plats-{row['id']}", row["place"])
        else:
            yield ref("Location", self._place_id, self.table["place"])

    def _encounter(self, row: Row) -> Resource:
        resource: Resource = {
            "resourceType": "Encounter",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "status": row.get("status", "planned"),
            "class": {"system": ACT_CODE, "code": "HH", "display": "home health"},
            "type": [{"text": row["title"]}],
            "subject": self.patient,
            "serviceProvider": self.unit(row["unit"]),
        }
        if "appointment" in row:
            resource["appointment"] = [{"reference": f"Appointment/{row['appointment']}"}]
        if "next" in row or "day" in row:
            start, end = span(row, self.anchor)
            resource["period"] = {"start": instant(start), "end": instant(end)}
        elif "from" in row:
            resource["period"] = self.period(row)
        return resource

    def _care_team(self, row: Row) -> Resource:
        role = {"system": CARE_MANAGER_KIND, "code": row["code"], "display": KINDS[row["code"]]}
        coding = [role, {**role, "system": f"urn:oid:{KIND_SYSTEM}"}]
        member = f"{local(row['hsa_id'])}-roll"
        return {
            "resourceType": "CareTeam",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "status": "active",
            "category": [{"coding": [{"system": CARE_TEAM_KIND, "code": "fast-kontakt"}]}],
            "subject": self.patient,
            "period": {"start": day(row["since"], self.anchor).isoformat()},
            "participant": [
                {
                    "role": [{"coding": coding}],
                    "member": ref("PractitionerRole", member, f"{row['name']}, {row['title']}"),
                }
            ],
            "managingOrganization": [self.unit(row["unit"])],
            "telecom": [{"system": "phone", "value": row["phone"]}],
            "note": [{"text": row["note"]}],
        }

    def _agreement(self, row: Row) -> Resource:
        by_patient = row["owner"] == "patient"
        resource: Resource = {
            "resourceType": "Task",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "basedOn": [{"reference": f"CarePlan/{row['plan']}"}],
            "status": "in-progress",
            "intent": "plan",
            "code": {
                "coding": [
                    {
                        "system": f"{OWN}/uppgift",
                        "code": "overenskommelse",
                        "display": "Överenskommelse",
                    }
                ]
            },
            "description": row["text"],
            "focus": {"reference": f"Goal/{row['focus']}"},
            "for": self.patient,
            "authoredOn": day(row["made"], self.anchor).isoformat(),
            "lastModified": day(row["made"], self.anchor).isoformat(),
            "owner": self.patient if by_patient else self.unit(row["owner"]),
            "restriction": {"period": self.period(row)},
        }
        if "note" in row:
            resource["note"] = [{"text": row["note"]}]
        return resource

    def _insats(self, row: Row) -> Resource:
        coding = {"system": f"{OWN}/insats", "code": row["code"], "display": row["title"]}
        return {
            "resourceType": "ServiceRequest",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "status": "active",
            "intent": row.get("intent", "order"),
            "category": [{"coding": [{"system": f"{OWN}/lagrum", **_LAW}]}],
            "code": {"coding": [coding], "text": row["title"]},
            "orderDetail": [{"text": row["extent"]}],
            "subject": self.patient,
            "occurrencePeriod": self.period(row),
            "authoredOn": day(row["decided"], self.anchor).isoformat(),
            "requester": _handler(row["handler"]) if "handler" in row else self.unit(BOARD),
            "performer": [self.unit(row["performer"])],
        }

    def _medication(self, row: Row) -> Resource:
        return {
            "resourceType": "MedicationStatement",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "status": row.get("status", "active"),
            "medicationCodeableConcept": {"text": row["drug"]},
            "subject": self.patient,
            "effectivePeriod": self.period(row),
            "dateAsserted": day(row["from"], self.anchor).isoformat(),
            "informationSource": self.unit(row["unit"]),
            "reasonCode": [{"text": row["purpose"]}],
            "dosage": [{"text": line} for line in row["dosage"]],
        }

    def _device_use(self, row: Row) -> Resource:
        return {
            "resourceType": "DeviceUseStatement",
            "id": row["id"],
            "identifier": [identifier(row["id"])],
            "status": row.get("status", "active"),
            "subject": self.patient,
            "timingPeriod": self.period(row),
            "recordedOn": day(row["from"], self.anchor).isoformat(),
            "device": {"reference": f"Device/{row['id']}"},
        }


def _device(row: Row) -> Resource:
    return {
        "resourceType": "Device",
        "id": row["id"],
        "deviceName": [{"name": row["title"], "type": "user-friendly-name"}],
    }


def _organization(unit: Unit) -> Resource:
    resource: Resource = {
        "resourceType": "Organization",
        "id": local(unit.hsa_id),
        "identifier": [{"system": HSA_ID, "value": unit.hsa_id}],
        "name": unit.name,
        "telecom": [{"system": "phone", "value": unit.phone}],
    }
    if unit.hsa_id != MUNICIPALITY:
        resource["partOf"] = ref("Organization", local(MUNICIPALITY), unit.owner)
    return resource


def _service(unit: Unit) -> Resource:
    return {
        "resourceType": "HealthcareService",
        "id": local(unit.hsa_id),
        "identifier": [{"system": HSA_ID, "value": unit.hsa_id}],
        "name": unit.name,
        "telecom": [{"system": "phone", "value": unit.phone}],
        "providedBy": ref("Organization", local(unit.hsa_id), unit.name),
    }


def _location(location_id: str, name: str, *, virtual: bool = False) -> Resource:
    kind = ("vi", "Virtual") if virtual else ("ho", "House")
    system = "http://terminology.hl7.org/CodeSystem/location-physical-type"
    return {
        "resourceType": "Location",
        "id": location_id,
        "name": name,
        "physicalType": {"coding": [{"system": system, "code": kind[0], "display": kind[1]}]},
    }


def _handler_id(staff: Row) -> str:
    return f"{local(staff['hsa_id'])}-beslut"


def _handler(staff: Row) -> Resource:
    return ref("PractitionerRole", _handler_id(staff), f"{staff['name']}, {staff['title']}")
