"""What a Task or ServiceRequest tells of a referral, and that RIV-TA may tell of the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stodtjanster.information import ReferralKind, ReferralStatus, ReferralStep, by_referral
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.request_activities.adapter import CONTRACTS
from stodtjanster.sources.request_activities.adapter import read as read_rivta
from tests.fhir_pages import NOW, PERSON, referral_request, referral_task, task
from tests.rivta_messages import envelope
from tests.rivta_records import step_1
from tests.unit.test_fhir_rows import HSA, heard, only, why

LOCAL = "urn:oid:1.2.752.129.2.1.2.1"
SYNC = {
    "reference": "Organization/sync",
    "display": "Syncentralen",
    "identifier": {"system": HSA, "value": "TSTNMT2321000156-SYNC"},
}


def test_a_step_of_a_referral():
    kind = {"system": "urn:oid:1.2.752.129.2.2.2.24", "code": "4"}
    item = only(
        referral_task(
            code={"coding": [{"code": "remiss"}, kind]},
            identifier=[{"system": LOCAL, "value": "TSTNMT2321000156-NORD#R-7001"}],
            requester={"reference": "Organization/vc", "display": "Björkbackens vårdcentral"},
            owner=SYNC,
        )
    )
    assert isinstance(item, ReferralStatus)
    assert item.step is ReferralStep.FIRST_CONTACT_BOOKED
    assert item.text == Told("första kontakt bokad")
    assert item.at == item.origin.documented_at == datetime(2026, 10, 30, 8, 40, tzinfo=UTC)
    assert (item.kind, item.kind_text) == (ReferralKind.GENERAL, None)
    assert item.sender == Told("Björkbackens vårdcentral")
    assert item.receiver == item.origin.unit_name == Told("Syncentralen")
    assert item.sent_by is None
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-SYNC")
    assert item.names == {"kommun|Task/k9", "TSTNMT2321000156-NORD|R-7001"}


def test_a_kind_that_nobody_knows_keeps_its_words():
    kind = {"system": "urn:oid:1.2.752.129.2.2.2.24", "code": "99", "display": "vårdbegäran"}
    item = only(referral_request(code={"coding": [kind]}))
    assert (item.kind, item.kind_text) == (ReferralKind.UNKNOWN, Told("vårdbegäran"))
    assert only(referral_request()).kind_text is None


def test_a_person_who_sent_is_not_the_unit():
    item = only(referral_task(requester={"reference": "Practitioner/1", "display": "Sara Nyström"}))
    assert (item.sender, item.sent_by) == (None, Told("Sara Nyström"))


@pytest.mark.parametrize(
    ("more", "step", "text"),
    [
        ({"businessStatus": {"text": "Väntar på svar"}}, ReferralStep.UNKNOWN, "Väntar på svar"),
        ({"businessStatus": None, "status": "received"}, ReferralStep.RECEIVED, "mottagen"),
        ({"businessStatus": None, "status": "rejected"}, ReferralStep.REJECTED, "avvisad"),
        ({"businessStatus": None}, ReferralStep.UNKNOWN, "under utredning"),
        ({"businessStatus": None, "status": "completed"}, ReferralStep.UNKNOWN, "besvarad"),
        ({"businessStatus": None, "status": "cancelled"}, ReferralStep.UNKNOWN, "avbruten"),
    ],
)
def test_what_has_no_code_is_told_in_words(more, step, text):
    item = only(referral_task(**more))
    assert (item.step, item.text) == (step, Told(text))


def test_the_code_may_also_say_what_kind_of_activity_it_is():
    step = {"system": "urn:oid:1.2.752.129.2.2.2.43", "code": "100"}
    assert only(referral_task(businessStatus=None, code={"coding": [step]})).text == Told(
        "på väntelista"
    )


def test_a_request_says_only_that_it_was_sent():
    item = only(referral_request(status="completed"))
    assert (item.step, item.text) == (ReferralStep.SENT, Told("skickad"))
    assert item.at == datetime(2026, 10, 5, 8, 12, tzinfo=UTC)
    assert (item.sender, item.receiver) == (Told("Björkbackens vårdcentral"), Told("Syncentralen"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (referral_task(status="draft"), "status draft"),
        (referral_task(status="entered-in-error"), "status entered-in-error"),
        (referral_task(doNotPerform=True), "not to be performed"),
        (referral_task(lastModified=None), "a referral without time"),
        (referral_request(status="revoked"), "status revoked"),
        (referral_request(intent="proposal"), "intent proposal"),
        (referral_request(authoredOn=None), "a referral without time"),
    ],
)
def test_what_is_not_told_says_why(row, reason):
    assert why(row) == reason


def test_an_agreement_is_one_though_it_is_about_a_request():
    row = task(focus={"reference": "ServiceRequest/s9"})
    assert only(row).origin.contract == "Task"
    assert not isinstance(only(row), ReferralStatus)


def test_a_request_and_the_tasks_about_it_are_one_referral():
    number = {"system": LOCAL, "value": "TSTNMT2321000156-NORD#R-1"}
    request = referral_request(identifier=[number])
    tasks = [
        referral_task("t1", focus={"reference": "ServiceRequest/s9"}),
        referral_task("t2", basedOn=[{"reference": "ServiceRequest/s9"}], identifier=[]),
        referral_task(
            "t3", groupIdentifier={"system": LOCAL, "value": "TSTNMT2321000156-NORD#R-1"}
        ),
        referral_task("t4", focus={"reference": "ServiceRequest/other"}),
    ]
    steps = heard(request, *tasks).items
    first, second = by_referral(steps)
    assert [len(first.steps), len(second.steps)] == [4, 1]
    assert first.steps[-1].step is ReferralStep.SENT


@pytest.mark.parametrize(
    "source",
    [
        "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-NORD",
        "https://tjanstekatalogen.inera.se/Endpoint/tstnmt2321000156-nord",
    ],
)
@pytest.mark.parametrize(
    "identifier",
    [
        {"system": LOCAL, "value": "R-1"},
        {"system": "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-NORD", "value": "R-1"},
    ],
)
def test_the_same_step_through_rivta_is_the_same_record(source, identifier):
    told = step_1(
        subjectOfCareId=PERSON.value,
        senderRequestId="R-1",
        requestIssuedByOrganizationalUnitId="TSTNMT2321000156-SYNC",
        statusCode="110",
        eventTime="20261030094000",
        logicalSystemId="TSTNMT2321000156-NORD",
    )
    (through_rivta,) = read_rivta(
        envelope(CONTRACTS[0], told), reading=Reading("region", NOW, PERSON)
    ).items
    same = {"meta": {"source": source}, "identifier": [identifier]}
    over_fhir = only(referral_task(requester=SYNC, **same))
    assert over_fhir.origin.identity == through_rivta.origin.identity
    assert len(by_referral([over_fhir, through_rivta])) == 1
    later = referral_task(lastModified="2026-10-30T09:41:00+01:00", **same)
    assert only(later).origin.identity != through_rivta.origin.identity


def test_a_file_about_nobody_in_particular_is_read():
    whole = read(
        b'{"resourceType": "Task", "id": "1", "status": "received", "intent": "order",'
        b' "code": {"coding": [{"code": "remiss"}]}, "lastModified": "2026-10-30",'
        b' "for": {"display": "N"}}',
        reading=Reading("fil", NOW),
        release="R4",
    )
    assert whole.items[0].at.date().isoformat() == "2026-10-30"


def test_a_referral_may_be_part_of_a_plan():
    plan = {
        "type": "CarePlan",
        "identifier": {"system": LOCAL, "value": "TSTNMT2321000156-NORD#RP-88-201"},
    }
    item = only(referral_task(basedOn=[plan, {"reference": "ServiceRequest/s9"}]))
    assert item.plans == ("TSTNMT2321000156-NORD|RP-88-201",)
    assert "kommun|ServiceRequest/s9" in item.names
    assert item.names.isdisjoint(item.plans)
