"""FHIR resources of every kind that is a row, as full as those of real servers.

No two of a kind have the same id or the same time. Each is valid R4B, and makes one value of ours.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from stodtjanster.model import PersonId

PERSON: Final = PersonId.parse("190001019801")
START: Final = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
HSA: Final = "urn:oid:1.2.752.29.4.19"
OWN: Final = "https://kommun.example/fhir/CodeSystem"
_PERSON: Final = {"reference": "Patient/1"}
_LOCAL: Final = "urn:oid:1.2.752.129.2.1.2.1"
_KINDS_OF_CONTACT: Final = "urn:oid:1.2.752.129.5.1.69"
_KINDS_OF_PLAN: Final = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"


def appointment(number: int) -> dict[str, Any]:
    start = START + timedelta(hours=number)
    return {
        **_head("Appointment", number),
        "status": "booked",
        "serviceCategory": [{"coding": [{"system": f"{OWN}/omrade", "code": "hemtjanst"}]}],
        "serviceType": [
            {
                "coding": [{"system": f"{OWN}/insats", "code": "HTJ", "display": "Hemtjänst"}],
                "text": "Hemtjänst",
            }
        ],
        "description": "Hjälp med dusch, frukost och blodsocker",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=45)).isoformat(),
        "minutesDuration": 45,
        "created": "2026-11-01T10:00:00+01:00",
        "participant": [
            {"actor": _PERSON, "required": "required", "status": "accepted"},
            {"actor": _unit("HealthcareService"), "status": "accepted"},
            {
                "actor": {
                    "reference": f"Practitioner/{number % 7}",
                    "display": f"Omar Said {number % 7}, undersköterska",
                },
                "status": "accepted",
            },
            {
                "actor": {"reference": "Location/hemma", "display": "Hemma hos dig"},
                "status": "accepted",
            },
        ],
    }


def care_plan(number: int) -> dict[str, Any]:
    return {
        **_head("CarePlan", number),
        "status": "active",
        "intent": "plan",
        "category": [
            {
                "coding": [
                    {
                        "system": _KINDS_OF_PLAN,
                        "code": "GP",
                        "display": "Genomförandeplan",
                    }
                ]
            }
        ],
        "title": "Genomförandeplan hemtjänst",
        "subject": _PERSON,
        "period": {"start": _day(number), "end": "2027-02-28"},
        "created": _day(number),
        "author": _unit("Organization"),
        "contributor": [_unit("Organization")],
        "goal": [{"display": "Gå inomhus utan rullator"}, {"display": "Jämnt blodsocker"}],
        "partOf": [{"identifier": {"system": _LOCAL, "value": "NORD#S"}}],
        "activity": [{"reference": {"reference": f"ServiceRequest/{i}"}} for i in range(3)],
    }


def service_request(number: int) -> dict[str, Any]:
    return {
        **_head("ServiceRequest", number),
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": f"{OWN}/lagrum", "code": "SoL"}]}],
        "code": {"coding": [{"system": f"{OWN}/insats", "code": "HTJ"}], "text": "Hemtjänst"},
        "orderDetail": [{"text": "14 timmar i veckan"}],
        "subject": _PERSON,
        "occurrencePeriod": {"start": _day(number), "end": "2027-02-28"},
        "authoredOn": _day(number),
        "requester": _unit("Organization"),
        "performer": [_unit("Organization")],
    }


def encounter(number: int) -> dict[str, Any]:
    start = START + timedelta(hours=number)
    return {
        **_head("Encounter", number),
        "status": "planned",
        "class": {"system": f"{OWN}/klass", "code": "HH", "display": "hembesök"},
        "type": [{"coding": [{"system": f"{OWN}/typ", "code": "UPP"}], "text": "Uppföljning"}],
        "subject": _PERSON,
        "participant": [
            {"individual": {"reference": f"Practitioner/{number % 7}", "display": "Omar Said"}}
        ],
        "period": {
            "start": start.isoformat(),
            "end": (start + timedelta(minutes=45)).isoformat(),
        },
        "reasonCode": [{"text": "Uppföljning av rehabilitering"}],
        "location": [{"location": {"reference": "Location/hemma", "display": "Hemma hos dig"}}],
        "serviceProvider": _unit("Organization"),
    }


def care_team(number: int) -> dict[str, Any]:
    role = {"system": _KINDS_OF_CONTACT, "code": "3", "display": "fast omsorgskontakt"}
    return {
        **_head("CareTeam", number),
        "status": "active",
        "category": [{"coding": [{"system": f"{OWN}/team", "code": "fast-kontakt"}]}],
        "name": "Team Norr",
        "subject": _PERSON,
        "period": {"start": _day(number)},
        "participant": [
            {
                "role": [{"coding": [role]}],
                "member": {"reference": f"Practitioner/{number % 7}", "display": "Omar Said"},
                "period": {"start": _day(number)},
            }
        ],
        "managingOrganization": [_unit("Organization")],
        "telecom": [{"system": "phone", "value": "0980-319 230"}],
        "note": [{"text": "Ring vardagar mellan 8 och 16."}],
    }


def task(number: int) -> dict[str, Any]:
    return {
        **_head("Task", number),
        "basedOn": [{"reference": f"CarePlan/{number}"}],
        "status": "in-progress",
        "intent": "plan",
        "code": {"coding": [{"system": f"{OWN}/uppgift", "code": "overenskommelse"}]},
        "description": "Du tränar i trappan tre gånger i veckan",
        "for": _PERSON,
        "authoredOn": f"{_day(number)}T10:00:00+01:00",
        "owner": _unit("Organization"),
        "restriction": {"period": {"start": _day(number), "end": "2027-02-28"}},
    }


def medication_statement(number: int) -> dict[str, Any]:
    return {
        **_head("MedicationStatement", number),
        "status": "active",
        "medicationCodeableConcept": _medicine(),
        "subject": _PERSON,
        "effectivePeriod": {"start": _day(number)},
        "dateAsserted": _day(number),
        "informationSource": _unit("Organization"),
        "reasonCode": [{"text": "Diabetes"}],
        "dosage": [{"sequence": 1, "text": "1 tablett morgon och kväll"}],
    }


def medication_request(number: int) -> dict[str, Any]:
    during = {"repeat": {"boundsPeriod": {"start": _day(number), "end": "2027-02-28"}}}
    return {
        **_head("MedicationRequest", number),
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": _medicine(),
        "subject": _PERSON,
        "authoredOn": _day(number),
        "requester": _unit("Organization"),
        "reasonCode": [{"text": "Diabetes"}],
        "groupIdentifier": {"system": _LOCAL, "value": f"SJVG#K{number}"},
        "dosageInstruction": [{"text": "1 tablett morgon och kväll", "timing": during}],
    }


def device_use(number: int) -> dict[str, Any]:
    return {
        **_head("DeviceUseStatement", number),
        "status": "active",
        "subject": _PERSON,
        "timingPeriod": {"start": _day(number)},
        "recordedOn": _day(number),
        "source": _unit("Organization"),
        "device": {"reference": "Device/larm", "display": "Trygghetslarm"},
    }


def device_request(number: int) -> dict[str, Any]:
    return {
        **_head("DeviceRequest", number),
        "status": "active",
        "intent": "order",
        "codeCodeableConcept": {
            "coding": [{"system": f"{OWN}/hjm", "code": "R"}],
            "text": "Rullator",
        },
        "subject": _PERSON,
        "occurrencePeriod": {"start": _day(number)},
        "authoredOn": _day(number),
        "requester": _unit("Organization"),
        "performer": _unit("Organization"),
    }


def supply_request(number: int) -> dict[str, Any]:
    return {
        **_head("SupplyRequest", number),
        "status": "active",
        "itemCodeableConcept": {"coding": [{"system": OWN, "code": "I"}], "text": "Bindor"},
        "quantity": {"value": 120, "unit": "stycken"},
        "occurrencePeriod": {"start": _day(number)},
        "authoredOn": _day(number),
        "requester": _unit("Organization"),
        "supplier": [_unit("Organization")],
        "deliverTo": _PERSON,
    }


def communication(number: int) -> dict[str, Any]:
    return {
        **_head("Communication", number),
        "status": "completed",
        "topic": {"text": "Din nya tid"},
        "subject": _PERSON,
        "sent": f"{_day(number)}T10:00:00+01:00",
        "received": f"{_day(number)}T10:01:00+01:00",
        "recipient": [_PERSON],
        "sender": _unit("Organization"),
        "payload": [{"contentString": "Vi ses på tisdag."}],
    }


def patient(_number: int) -> dict[str, Any]:
    system = "http://electronichealth.se/identifier/personnummer"
    return {
        "resourceType": "Patient",
        "id": "1",
        "meta": _meta(),
        "identifier": [{"system": system, "value": PERSON.value}],
        "name": [{"family": "Lindqvist", "given": ["Birgitta"]}],
        "generalPractitioner": [_unit("Organization")],
    }


def document(number: int) -> dict[str, Any]:
    plan = {"system": _KINDS_OF_PLAN, "code": "VP", "display": "Vårdplan"}
    return {
        **_head("DocumentReference", number),
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [plan]},
        "subject": _PERSON,
        "date": f"{_day(number)}T10:00:00+01:00",
        "author": [_unit("Organization")],
        "custodian": _unit("Organization"),
        "description": "Vårdplan diabetes",
        "content": [{"attachment": {"contentType": "text/plain", "data": "UGxhbg=="}}],
        "context": {"period": {"start": _day(number), "end": "2027-02-28"}},
    }


def _head(kind: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "id": f"rad-{number}",
        "meta": _meta(),
        "identifier": [{"system": _LOCAL, "value": f"SJVG#{number}"}],
    }


def _meta() -> dict[str, Any]:
    return {
        "versionId": "1",
        "lastUpdated": "2026-11-19T06:00:00+01:00",
        "source": "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-SJVG",
        "profile": ["http://hl7.org/fhir/StructureDefinition/Appointment"],
    }


def _unit(kind: str) -> dict[str, Any]:
    return {
        "reference": f"{kind}/htjn",
        "display": "Hemtjänsten Norr",
        "identifier": {"system": HSA, "value": "TSTNMT2321000156-HTJN"},
    }


def _medicine() -> dict[str, Any]:
    npl = {"system": "urn:oid:1.2.752.129.2.1.5.1", "code": "19990101000010"}
    return {"coding": [npl], "text": "Metformin 500 mg"}


def _day(number: int) -> str:
    """A day of its own for each number."""
    return (START - timedelta(days=number)).date().isoformat()
