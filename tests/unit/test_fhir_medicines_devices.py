"""Medicines, devices and plans that are documents, as FHIR has them."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from typing import Any

import pytest

from stodtjanster.information import Attachment, CarePlanKind, Medication
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.fhir.documents import MAX_ATTACHMENT
from tests.fhir_pages import (
    BASE,
    SUBJECT,
    device_request,
    device_use,
    document,
    medication_request,
    medication_statement,
    supply_request,
)
from tests.unit.test_fhir_rows import HSA, heard, only, why

UNIT = {
    "reference": "Organization/vc",
    "display": "Björkbackens vårdcentral",
    "identifier": {"system": HSA, "value": "TSTNMT2321000156-BJOR"},
}
BOUNDED = {"timing": {"repeat": {"boundsPeriod": {"start": "2026-11-01", "end": "2026-12-01"}}}}


def test_a_medicine_that_is_taken():
    item = only(
        medication_statement(
            effectivePeriod={"start": "2026-01-10"},
            dateAsserted="2026-01-10",
            informationSource=UNIT,
            reasonCode=[{"text": "Diabetes"}],
            dosage=[
                {"sequence": 2, "text": "1 tablett till kvällen"},
                {"sequence": 1, "text": "1 tablett på morgonen", "patientInstruction": "Med mat"},
            ],
        )
    )
    assert isinstance(item, Medication)
    assert item.name == Told("Metformin 500 mg")
    assert item.dosage == Told("1 tablett på morgonen\nMed mat\n1 tablett till kvällen")
    assert item.purpose == Told("Diabetes")
    assert (item.first, item.last) == (date(2026, 1, 10), None)
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-BJOR")
    assert item.origin.unit_name == Told("Björkbackens vårdcentral")
    assert not item.self_medication


def test_a_dosage_is_never_put_together_from_numbers():
    numbers = {"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}
    assert only(medication_statement(dosage=[numbers])).dosage is None


def test_what_the_person_buys_without_prescription():
    own = [{"coding": [{"code": "patientspecified"}]}]
    assert only(medication_statement(category=own[0])).self_medication


def test_r5_says_the_same_in_other_elements():
    item = only(
        medication_statement(
            status="recorded",
            medicationCodeableConcept=None,
            medication={"concept": {"text": "Metformin 500 mg"}},
            renderedDosageInstruction="1 tablett två gånger om dagen",
            reason=[{"concept": {"text": "Diabetes"}}],
            adherence={"code": {"coding": [{"code": "taking"}]}},
        )
    )
    assert (item.name.text, item.purpose.text) == ("Metformin 500 mg", "Diabetes")
    assert item.dosage.text == "1 tablett två gånger om dagen"
    adherence = {"code": {"coding": [{"code": "not-taking"}]}}
    assert why(medication_statement(status="recorded", adherence=adherence)) == "not taken"


def test_a_prescription_and_who_wrote_it():
    medicine = {
        "resourceType": "Medication",
        "id": "med",
        "code": {"text": "Alvedon 500 mg"},
        "form": {"text": "tablett"},
    }
    prescriber = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"display": "Sara Nyström"},
        "organization": UNIT,
    }
    item = only(
        medication_request(
            medicationCodeableConcept=None,
            medicationReference={"reference": "#med"},
            contained=[medicine, prescriber],
            requester={"reference": "#role"},
            groupIdentifier={"system": "urn:x", "value": "7"},
            dosageInstruction=[
                {
                    "timing": {
                        "repeat": {"boundsPeriod": {"start": "2026-11-01", "end": "2026-12-01"}}
                    }
                }
            ],
        )
    )
    assert (item.name, item.form) == (Told("Alvedon 500 mg"), Told("tablett"))
    assert item.prescriber == Told("Sara Nyström")
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-BJOR")
    assert item.chain == "urn:x|7"
    assert (item.first, item.last) == (date(2026, 11, 1), date(2026, 12, 1))


def test_a_prescription_without_bounds_has_no_days():
    for dosages in ([], [BOUNDED, {"text": "vid behov"}]):
        item = only(medication_request(dosageInstruction=dosages, authoredOn="2026-11-01"))
        assert (item.first, item.last) == (None, None)
    whole = only(medication_request(effectiveDosePeriod={"start": "2026-11-01"}))
    assert (whole.first, whole.last) == (date(2026, 11, 1), None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (medication_statement(status="stopped"), "status stopped"),
        (medication_statement(status="not-taken"), "status not-taken"),
        (medication_statement(medicationCodeableConcept={}), "a medicine without name"),
        (medication_request(intent="proposal"), "intent proposal"),
        (medication_request(status="on-hold"), "status on-hold"),
        (medication_request(doNotPerform=True), "not to be taken"),
        (device_use(status="completed"), "status completed"),
        (device_use(device={"reference": "Device/1"}), "a device without name"),
        (device_request(intent="plan"), "intent plan"),
        (device_request(doNotPerform=True), "not to be performed"),
        (supply_request(status="completed"), "status completed"),
        (supply_request(itemCodeableConcept=None), "a supply without name"),
        (supply_request(deliverTo=None), "the subject could not be confirmed"),
        (document(status="superseded"), "status superseded"),
        (document(docStatus="preliminary"), "docStatus not final"),
        (document(type={"coding": [{"code": "VP"}]}), "not a plan"),
    ],
)
def test_what_is_not_shown_says_why(row, reason):
    assert why(row) == reason


def test_a_device_that_the_person_has_is_begun_and_not_decided():
    device = {
        "resourceType": "Device",
        "id": "larm",
        "deviceName": [{"name": "Trygghetslarm Mini", "type": "user-friendly-name"}],
        "owner": UNIT,
    }
    item = only(
        device_use(device={"reference": "Device/larm"}, timingPeriod={"start": "2026-03-01"}),
        beside=[device],
    )
    assert item.name == Told("Trygghetslarm Mini")
    assert (item.started, item.decided) == (True, None)
    assert (item.first, item.last) == (date(2026, 3, 1), None)
    assert item.performer == Told("Björkbackens vårdcentral")
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-BJOR")


def test_the_same_device_in_r5():
    row = {
        **device_use(device={"concept": {"text": "Trygghetslarm"}}, patient=SUBJECT),
        "resourceType": "DeviceUsage",
    }
    del row["subject"]
    assert only(row).name == Told("Trygghetslarm")


def test_a_device_that_is_ordered():
    item = only(
        device_request(
            authoredOn="2026-11-02",
            occurrencePeriod={"start": "2026-11-10"},
            requester={"reference": "Organization/n", "display": "Nämnden"},
            performer=UNIT,
        )
    )
    assert item.name == Told("Rullator")
    assert (item.decided, item.first) == (date(2026, 11, 2), date(2026, 11, 10))
    assert (item.authority, item.performer) == (Told("Nämnden"), Told("Björkbackens vårdcentral"))
    assert item.started is None
    r5 = device_request(
        codeCodeableConcept=None,
        code={"concept": {"text": "Rullator"}},
        performer=[{"reference": UNIT}],
    )
    assert only(r5).performer == Told("Björkbackens vårdcentral")


PDF = {"contentType": "application/pdf; charset=x", "url": "https://dok.example/1.pdf"}


def test_a_document_is_a_plan_with_attachments():
    item = only(
        document(
            content=[
                {"attachment": {"contentType": "text/plain", "data": "SGVq\n"}},
                {"attachment": PDF},
                {"attachment": {"title": "bara ett namn"}},
            ],
            custodian=UNIT,
            author=[{"display": "Sara Nyström"}],
            date="2026-11-01T10:00:00+01:00",
            context={"period": {"start": "2026-11-01", "end": "2027-05-01"}},
            masterIdentifier={"system": "urn:oid:1.2.752.129.2.1.2.1", "value": "S#VP-1"},
        )
    )
    assert item.kind is CarePlanKind.VP
    assert item.title == Told("Vårdplan diabetes")
    assert item.attachments == (
        Attachment("text/plain", content=b"Hej"),
        Attachment("application/pdf", reference="https://dok.example/1.pdf"),
    )
    assert (item.owner.text, item.responsible.text) == ("Björkbackens vårdcentral", "Sara Nyström")
    assert (item.first, item.last) == (date(2026, 11, 1), date(2027, 5, 1))
    assert item.keys == {"kommun|DocumentReference/f1", "S|VP-1"}


@pytest.mark.parametrize(
    "attachment",
    [
        {"data": "SGVq"},
        {"contentType": "text/plain", "data": "inte base64!"},
        {"contentType": "text/plain", "data": b64encode(bytes(MAX_ATTACHMENT + 3)).decode()},
        {"contentType": "text/html", "url": "javascript:alert(1)"},
        {"contentType": "text/html", "url": "file:///etc/passwd"},
    ],
)
def test_an_attachment_that_cannot_be_given_costs_the_plan(attachment):
    found = heard(document(content=[{"attachment": attachment}]), document("good"))
    assert [item.origin.record for item in found.items] == ["DocumentReference/good"]
    assert len(found.rejected) == 1


def test_a_plan_is_not_made_of_more_attachments_than_anyone_reads():
    many = [{"attachment": {"contentType": "text/plain", "data": "SGVq"}}] * 51
    assert why(document(content=many)) == "too many attachments"


@pytest.mark.parametrize("code", ["replaces", {"coding": [{"code": "replaces"}]}])
def test_a_document_that_replaces_another_stands_alone(code):
    newer = document(
        "new", relatesTo=[{"code": code, "target": {"reference": "DocumentReference/old"}}]
    )
    found = heard(newer, document("old"))
    assert [item.origin.record for item in found.items] == ["DocumentReference/new"]


@pytest.mark.parametrize(("code", "approved"), [("N", True), ("R", False), ("NOPATIENT", False)])
def test_a_document_has_labels_of_its_own(code: str, approved: bool):
    label = [{"coding": [{"code": code}]}]
    assert only(document(securityLabel=label)).origin.approved_for_patient is approved


SOURCE = {"source": "urn:oid:1.2.752.129.2.1.4.1#tstnmt2321000156-nord"}


@pytest.mark.parametrize(
    ("identifier", "known_as"),
    [
        (("urn:oid:1.2.752.129.2.1.2.1", "TSTNMT2321000156-NORD#VP-7"), "VP-7"),
        (("urn:oid:1.2.752.129.2.1.2.1", "VP-7"), "VP-7"),
        (("urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-NORD", "VP-7"), "VP-7"),
        (("urn:oid:1.2.752.129.2.1.2.1", "TSTNMT2321000156-SYDK#VP-7"), None),
        (("https://nagon.example/plan", "VP-7"), None),
    ],
)
def test_a_record_that_rivta_has_too_is_known_by_the_same_name(identifier, known_as):
    system, value = identifier
    row = document(meta=SOURCE, identifier=[{"system": system, "value": value}])
    origin = only(row).origin
    expected: Any = ("TSTNMT2321000156-NORD", known_as)
    if known_as is None:
        expected = ("kommun", "DocumentReference/f1")
    assert origin.identity == expected
    assert (origin.system, origin.record) == ("kommun", "DocumentReference/f1")


def agent(role: str, **who: Any) -> dict[str, Any]:
    return {"type": {"coding": [{"code": role}]}, **who}


def provenance(*agents: dict[str, Any], target: str = "urn:uuid:f1") -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "id": f"p{len(agents)}{target[-2:]}",
        "target": [{"reference": target}],
        "agent": list(agents),
    }


def hsa(local: str) -> dict[str, Any]:
    return {"type": "Organization", "identifier": {"system": HSA, "value": local}}


PROVIDER, CARE_UNIT = HsaId("TSTNMT2321000156-RNVG"), HsaId("TSTNMT2321000156-BJOR")


@pytest.mark.parametrize(
    "target",
    ["urn:uuid:f1", "DocumentReference/f1", "DocumentReference/f1/_history/2"],
)
def test_provenance_says_which_units_a_block_is_about(target):
    said = provenance(
        agent("custodian", who=hsa(PROVIDER.value)),
        agent("author", who={"type": "Practitioner"}, onBehalfOf=hsa(CARE_UNIT.value)),
        target=target,
    )
    origin = only(document(custodian=hsa("TSTNMT2321000156-ANNA")), beside=[said]).origin
    assert (origin.care_provider, origin.care_unit) == (PROVIDER, CARE_UNIT)


@pytest.mark.parametrize(
    "said",
    [
        [provenance(agent("custodian", who=hsa(PROVIDER.value)), target="urn:uuid:other")],
        [provenance(agent("custodian", who={**hsa(PROVIDER.value), "type": "Practitioner"}))],
        [provenance(agent("custodian", who={"identifier": {"system": HSA, "value": "x"}}))],
        [provenance(agent("custodian", who=5))],
        [{**provenance(agent("custodian", who=hsa(PROVIDER.value))), "implicitRules": "x"}],
        [
            provenance(agent("custodian", who=hsa(PROVIDER.value))),
            provenance(
                agent("custodian", who=hsa("TSTNMT2321000156-RSVG")),
                agent("author", who=hsa(CARE_UNIT.value)),
            ),
        ],
    ],
)
def test_provenance_that_cannot_be_trusted_says_nothing(said):
    assert only(document(), beside=said).origin.care_provider is None


def test_the_unit_of_a_provenance_may_come_along_by_itself():
    unit = {
        "resourceType": "Organization",
        "id": "vg",
        "identifier": [{"system": HSA, "value": PROVIDER.value}],
    }
    said = provenance(agent("custodian", who={"reference": f"{BASE}/Organization/vg"}))
    beside = [said, {**unit}]
    # Read from a file there is no base: only a relative reference leads to what came along.
    assert only(document(), beside=beside).origin.care_provider is None
    said["agent"][0]["who"] = {"reference": "Organization/vg"}
    assert only(document(), beside=beside).origin.care_provider == PROVIDER


def test_what_is_sent_again_and_again_is_a_service():
    item = only(
        supply_request(
            occurrencePeriod={"start": "2026-10-16"},
            requester={"reference": "Organization/bist", "display": "Biståndsenheten"},
            supplier=[UNIT],
        )
    )
    assert (item.name, item.extent) == (Told("Inkontinensskydd"), Told("120 stycken"))
    assert (item.decided, item.first, item.last) == (date(2026, 10, 16), date(2026, 10, 16), None)
    assert item.authority == Told("Biståndsenheten")
    assert item.performer == item.origin.unit_name == Told("Björkbackens vårdcentral")
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-BJOR")
    assert item.started is None


def test_supplies_delivered_to_a_place_or_another_person_are_not_the_persons():
    for whom in ({"reference": "Organization/vc"}, {"reference": "Patient/p2"}):
        found = heard(supply_request(deliverTo=whom))
        assert found.items == ()
        assert not found.reports[0].answered


def test_r5_says_for_whom_and_of_what_elsewhere():
    medicine = {"resourceType": "Medication", "id": "m", "code": {"text": "Teststickor"}}
    row = supply_request(
        itemCodeableConcept=None,
        item={"reference": {"reference": "#m"}},
        contained=[medicine],
        deliverFor=SUBJECT,
        deliverTo={"reference": "Location/hemma"},
    )
    item = only(row)
    assert item.name == Told("Teststickor")
    named = supply_request(itemCodeableConcept=None, item={"concept": {"text": "Kompresser"}})
    assert only(named).name == Told("Kompresser")
