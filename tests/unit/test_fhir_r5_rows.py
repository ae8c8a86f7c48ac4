"""R5 rows: fhir.resources says that they are R5, and they become the same as in R4."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from fhir.resources import get_fhir_model_class

from stodtjanster.information import (
    CareManagerKind,
    Party,
    Telecom,
    TelecomKind,
    VisitForm,
)
from stodtjanster.model import Told
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.reading import Reading
from tests.fhir_pages import NOW, PERSON, SUBJECT, bundle
from tests.unit.test_fhir_rows import heard, only, why

HOME = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"}


def r5(row: dict[str, Any]) -> dict[str, Any]:
    """The row, if it is R5."""
    get_fhir_model_class(row["resourceType"]).model_validate(row)
    return row


def test_an_appointment():
    item = only(
        r5(
            {
                "resourceType": "Appointment",
                "id": "a",
                "status": "booked",
                "class": [{"coding": [HOME]}],
                "serviceType": [{"concept": {"text": "Såromläggning"}}],
                "reason": [{"concept": {"text": "Efter operationen"}}],
                "patientInstruction": [{"concept": {"text": "Ha lösa kläder"}}],
                "subject": SUBJECT,
                "start": "2026-12-01T09:15:00+01:00",
                "end": "2026-12-01T09:45:00+01:00",
                "participant": [{"actor": SUBJECT, "status": "accepted"}],
            }
        )
    )
    assert item.title == Told("Såromläggning")
    assert item.reason == Told("Efter operationen")
    assert item.instruction == Told("Ha lösa kläder")
    assert item.when.start == datetime(2026, 12, 1, 8, 15, tzinfo=UTC)


def test_an_encounter_that_is_only_planned():
    row = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "planned",
        "class": [{"coding": [HOME]}],
        "type": [{"text": "Uppföljning"}],
        "reason": [{"value": [{"concept": {"text": "Blodtrycket"}}]}],
        "subject": SUBJECT,
        "plannedStartDate": "2026-12-02T10:00:00+01:00",
        "plannedEndDate": "2026-12-02T10:30:00+01:00",
        "participant": [{"actor": {"display": "Amina Yusuf"}}],
    }
    item = only(r5(row))
    assert item.when.start == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    assert item.when.end == datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
    assert item.form is VisitForm.HOME
    assert item.reason == Told("Blodtrycket")
    assert item.who == (Told("Amina Yusuf"),)
    over = {**row, "status": "completed", "actualPeriod": {"start": "2026-11-01"}}
    assert why(r5(over)) == "status completed"


def test_a_plan_and_what_it_leads_to():
    item = only(
        r5(
            {
                "resourceType": "CarePlan",
                "id": "c",
                "status": "active",
                "intent": "plan",
                "title": "Vårdplan",
                "subject": SUBJECT,
                "custodian": {"display": "Björkbackens vårdcentral"},
                "activity": [{"plannedActivityReference": {"reference": "CarePlan/d"}}],
            }
        )
    )
    assert item.owner == Told("Björkbackens vårdcentral")
    assert item.children == ("kommun|CarePlan/d",)


def test_a_decided_service():
    item = only(
        r5(
            {
                "resourceType": "ServiceRequest",
                "id": "s",
                "status": "active",
                "intent": "order",
                "code": {"concept": {"text": "Hemtjänst"}},
                "orderDetail": [
                    {"parameter": [{"code": {"text": "tid"}, "valueString": "14 timmar i veckan"}]}
                ],
                "subject": SUBJECT,
                "authoredOn": "2026-10-16",
            }
        )
    )
    assert (item.name, item.extent) == (Told("Hemtjänst"), Told("14 timmar i veckan"))
    assert item.decided == date(2026, 10, 16)


def test_an_agreement_and_its_reverse():
    row = {
        "resourceType": "Task",
        "id": "t",
        "status": "in-progress",
        "intent": "plan",
        "code": {"coding": [{"code": "overenskommelse"}]},
        "description": "Du tränar i trappan",
        "for": SUBJECT,
        "owner": SUBJECT,
        "requestedPeriod": {"start": "2026-11-01", "end": "2026-12-01"},
    }
    item = only(r5(row))
    assert item.party is Party.PERSON
    assert (item.first, item.until) == (date(2026, 11, 1), date(2026, 12, 1))
    assert why(r5({**row, "doNotPerform": True})) == "not to be performed"


@pytest.mark.parametrize(
    "row",
    [
        {
            "resourceType": "MedicationStatement",
            "status": "recorded",
            "medication": {"concept": {"text": "Sak"}},
            "subject": SUBJECT,
        },
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medication": {"concept": {"text": "Sak"}},
            "subject": SUBJECT,
        },
        {
            "resourceType": "DeviceUsage",
            "status": "active",
            "patient": SUBJECT,
            "device": {"concept": {"text": "Sak"}},
        },
        {
            "resourceType": "DeviceRequest",
            "status": "active",
            "intent": "order",
            "code": {"concept": {"text": "Sak"}},
            "subject": SUBJECT,
        },
    ],
    ids=lambda row: row["resourceType"],
)
def test_things_that_are_taken_and_used(row):
    item = only(r5({**row, "id": "x"}))
    assert item.name == Told("Sak")
    assert item.origin.contract == row["resourceType"]


def test_what_a_reference_leads_to_is_read_through_a_codeable_reference():
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Metformin"}}
    device = {
        "resourceType": "Device",
        "id": "d",
        "name": [{"value": "Larm", "type": "patient-reported-name"}],
    }
    taken = {
        "resourceType": "MedicationStatement",
        "id": "x",
        "status": "recorded",
        "medication": {"reference": {"reference": "Medication/m"}},
        "subject": SUBJECT,
    }
    used = {
        "resourceType": "DeviceUsage",
        "id": "y",
        "status": "active",
        "patient": SUBJECT,
        "device": {"reference": {"reference": "Device/d"}},
    }
    found = heard(r5(taken), r5(used), beside=[medicine, r5(device)])
    assert [item.name.text for item in found.items] == ["Metformin", "Larm"]


def test_a_plan_that_is_a_document():
    system = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
    item = only(
        r5(
            {
                "resourceType": "DocumentReference",
                "id": "f",
                "status": "current",
                "docStatus": "final",
                "type": {"coding": [{"system": system, "code": "VP"}]},
                "description": "Vårdplan diabetes",
                "subject": SUBJECT,
                "period": {"start": "2026-11-01"},
                "basedOn": [{"reference": "CarePlan/sip"}],
                "content": [{"attachment": {"contentType": "text/plain", "data": "SGVq"}}],
            }
        )
    )
    assert item.first == date(2026, 11, 1)
    assert item.parents == ("kommun|CarePlan/sip",)


def test_ineras_own_example_whole(shared):
    """The contact, its role, unit and team as the implementation guide gives them."""
    folder = shared / "fhir" / "samples" / "se-inera-careteam-r5"
    whole = {path.stem: orjson.loads(path.read_bytes()) for path in folder.glob("*-Example*.json")}
    rows = [r5(one) for name, one in sorted(whole.items()) if name.startswith("CareTeam")]
    rows[0]["subject"] = SUBJECT
    # The example repeats the name; without it, it is found through the role.
    del rows[0]["participant"][0]["member"]["display"]
    beside = [one for name, one in whole.items() if not name.startswith(("CareTeam", "Patient"))]
    found = read(
        orjson.dumps(bundle(*rows, beside=beside)),
        reading=Reading("inera", NOW, PERSON),
        release="R5",
        patient="Patient/p1",
    )
    (item,) = found.items
    assert item.kind is CareManagerKind.VARDKONTAKT
    assert item.name == Told("Eva Svensson")
    assert item.qualification == Told("Nurse")
    assert item.unit == Told("Vårdcentralen Solrosen")
    assert item.team_name == Told("Norra teamet")
    assert item.telecom == (Telecom(TelecomKind.PHONE, "010-123 45 67"),)
    # One of the practitioner's identifiers is a person's number.
    number = whole["Practitioner-ExamplePractitioner"]["identifier"][1]["value"]
    assert number not in repr(found)
    assert [one.why for one in found.rejected] == ["not a team of fast kontakt"]
