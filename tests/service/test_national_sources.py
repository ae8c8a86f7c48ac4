"""From the sandbox's wire to what a page is given, through the national contracts.

What holds for every source alike stands in `test_every_source.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import (
    Agreement,
    CareContact,
    CareContactStatus,
    CareService,
    CareServiceKind,
    Item,
    Listing,
    ListingKind,
    Medication,
    ReferralStatus,
    ReferralStep,
    by_referral,
)
from stodtjanster.model import Answer, Need, PersonId
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.service.conftest import Sandbox

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
KINDS = (
    *("listings", "care_services", "care_contacts"),
    *("medication_history", "care_documentation", "request_activities"),
)
YEAR = 400

Ask = Callable[[type[Item], PersonId], Answer[Item]]


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Iterator[Ask]:
    """Ask the sources that the demo is set up with, all that the sandbox knows of a year."""
    rows = portal_settings(sandbox.info, 8000, tmp_path)["sources"]
    known = kinds()
    sources = [known[row["kind"]].build(row) for row in rows if row["kind"] in KINDS]
    now = datetime.now(UTC)
    service = FetchService(sources, AiohttpDriver(), clock=lambda: now)
    service.start()

    def asked(information: type[Item], person: PersonId) -> Answer[Item]:
        who = permit(person, information, reach=person.value, now=now)
        return landed(service.begin(who, {"booked": Need(information, YEAR, YEAR)}))

    yield asked
    service.stop()


def said(answer: Answer[Item]) -> str:
    return repr(answer.items)


def test_listings_come_from_each_region(ask: Ask) -> None:
    answer = ask(Listing, BIRGITTA)
    found = {(item.kind, item.unit.text, item.name and item.name.text) for item in answer.items}
    assert found == {
        (ListingKind.DOCTORS_OFFICE, "Björkbackens vårdcentral", None),
        (ListingKind.DOCTOR, "Björkbackens vårdcentral", "Sara Nyström, läkare"),
        (ListingKind.UNKNOWN, "Syncentralen", None),
    }
    assert {item.origin.system[-4:] for item in answer.items} == {"RNVG", "RSVG"}
    assert answer.complete


def test_a_region_that_does_not_answer_is_told_of_and_the_other_shown(
    ask: Ask, sandbox: Sandbox
) -> None:
    sandbox.fault("sydkust", "http500")
    answer = ask(Listing, BIRGITTA)
    assert len(answer.items) == 2
    failed = [report.system[-4:] for report in answer.reports if not report.answered]
    assert (failed, answer.complete) == (["rsvg"], False)


def test_services_are_decided_by_the_municipality(ask: Ask) -> None:
    answer = ask(CareService, BIRGITTA)
    assert {item.kind for item in answer.items} == {
        CareServiceKind.HOME_HEALTH_CARE,
        CareServiceKind.SPECIAL_HOUSING,
    }
    assert "FÅR EJ VISAS" not in said(answer)
    assert [item.law for item in ask(CareService, SARA).items] == ["LSS"]


def test_a_contact_that_both_majors_tell_of_is_shown_once(ask: Ask) -> None:
    answer = ask(CareContact, BIRGITTA)
    records = [item.origin.record for item in answer.items]
    assert sorted(records) == ["VK-118", "VK-5001", "VK-5002", "VK-5003"]
    assert "FÅR EJ VISAS" not in said(answer)
    asked = {report.source for report in answer.reports}
    assert asked == {"ntjp-care-contacts-2", "ntjp-care-contacts-3"}


def test_what_is_planned_and_what_goes_on_is_told_apart(ask: Ask) -> None:
    status = {item.origin.record: item.status for item in ask(CareContact, BIRGITTA).items}
    assert status["VK-5002"] is CareContactStatus.ONGOING
    assert status["VK-5003"] is CareContactStatus.PLANNED
    assert status["VK-118"] is CareContactStatus.CANCELLED


def test_the_medicines_in_use_are_told_in_the_words_of_the_care(ask: Ask) -> None:
    answer = ask(Medication, BIRGITTA)
    dosages = {item.name.text: item.dosage and item.dosage.text for item in answer.items}
    assert dosages == {
        "Metformin Sandlåda": "1 tablett till frukost och 1 tablett till kvällsmat",
        "Paracetamol Sandlåda": "2 tabletter 3 gånger om dagen i 2 veckor\n"
        "därefter 2 tabletter vid behov, högst 3 gånger om dagen",
        "Kalciumtabletter som du köper själv": "1 tablett om dagen",
    }
    assert [item.name.text for item in answer.items if item.self_medication] == [
        "Kalciumtabletter som du köper själv"
    ]
    assert "FÅR EJ VISAS" not in said(answer)
    assert answer.complete


def test_agreements_are_found_on_every_page_and_in_both_majors_once(
    ask: Ask, sandbox: Sandbox
) -> None:
    answer = ask(Agreement, BIRGITTA)
    assert sorted((item.origin.record, item.text.text) for item in answer.items) == [
        ("ANT-301", "Lena ringer dig varannan vecka och följer upp hur det går hemma."),
        ("ANT-302#1", "Du ska kunna gå till brevlådan utan stöd före jul."),
        ("ANT-302#2", "Ortopeden kallar dig till röntgen i januari."),
        ("ANT-303", "Du mäter blodsockret varje morgon och skriver upp det."),
    ]
    assert "FÅR EJ VISAS" not in said(answer)
    assert answer.complete
    asked = [call["logical_address"][-4:] for call in sandbox.calls("plattformen")]
    assert sorted(asked) == ["4230", "4230", "NORD"]


def test_a_referral_is_followed_from_sender_to_receiver(ask: Ask) -> None:
    answer = ask(ReferralStatus, BIRGITTA)
    eyes, hip = sorted(by_referral(answer.items), key=lambda each: len(each.steps), reverse=True)
    assert [step.step for step in eyes.steps] == [
        ReferralStep.FIRST_CONTACT_BOOKED,
        ReferralStep.ASSESSED,
        ReferralStep.RECEIVED,
        ReferralStep.SENT,
    ]
    assert {step.origin.system[-4:] for step in eyes.steps} == {"NORD", "SYDK"}
    assert [step.step for step in hip.steps] == [ReferralStep.WAITING_LIST, ReferralStep.RECEIVED]
    assert answer.complete


def test_a_referral_that_is_not_approved_is_not_shown(ask: Ask) -> None:
    answer = ask(ReferralStatus, SARA)
    assert [len(each.steps) for each in by_referral(answer.items)] == [2]
    assert "FÅR EJ VISAS" not in said(answer)
