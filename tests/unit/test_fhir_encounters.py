"""An Encounter is a time, a care contact, or nothing: never two of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareContactKind,
    CareContactStatus,
    Item,
    VisitForm,
)
from stodtjanster.model import Open, Told
from tests.fhir_pages import (
    adapter,
    answer,
    appointment,
    ask,
    bundle,
    converse,
    encounter,
    patient,
    script,
)
from tests.unit.test_fhir_rows import heard, only, why

KIND = "urn:oid:1.2.752.129.2.2.2.25"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
FOUND = answer(bundle(patient()))


def gather(kind: type[Item], *rows: Any, **settings: Any) -> Any:
    """What is made of Encounters; no time is booked as an Appointment."""
    pages = [answer(bundle())] * (kind is Appointment) + [answer(bundle(*rows))]
    return converse(adapter(**settings), ask(kind), script(FOUND, *pages))[0]


def test_what_goes_on_is_a_care_contact():
    item = only(
        encounter(
            status="in-progress",
            period={"start": "2026-10-31T09:00:00+01:00"},
            serviceProvider={"reference": "Organization/o", "display": "Hemsjukvården"},
            participant=[
                {"individual": {"display": "Amina Yusuf"}},
                {"individual": {"display": "B"}},
            ],
            reasonCode=[{"text": "Sår på foten"}],
            **{"class": {"system": ACT, "code": "HH"}},
        )
    )
    assert isinstance(item, CareContact)
    assert (item.kind, item.status) == (CareContactKind.VISIT, CareContactStatus.ONGOING)
    assert item.when.start == datetime(2026, 10, 31, 8, tzinfo=UTC)
    assert not item.ended
    assert item.unit == item.origin.unit_name == Told("Hemsjukvården")
    assert item.responsible == Told("Amina Yusuf")
    assert item.reason == Told("Sår på foten")


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({"class": {"system": KIND, "code": "2"}}, CareContactKind.PHONE, None),
        ({"class": [{"coding": [{"system": KIND, "code": "4"}]}]}, CareContactKind.DAY_CARE, None),
        ({"class": {"system": ACT, "code": "IMP"}}, CareContactKind.STAY, None),
        ({"type": [{"coding": [{"system": KIND, "code": "3"}]}]}, CareContactKind.STAY, None),
        (
            {"class": {"system": ACT, "code": "VR", "display": "virtual"}, "type": None},
            CareContactKind.UNKNOWN,
            "virtual",
        ),
        ({"class": {"system": "urn:x", "code": "2"}}, CareContactKind.UNKNOWN, "Uppföljning"),
    ],
)
def test_a_kind_that_nobody_knows_keeps_its_words(said, kind, words):
    item = only(encounter(status="arrived", **said))
    assert (item.kind, item.kind_text) == (kind, Told(words) if words else None)


def test_r5_says_when_it_began_elsewhere():
    item = only(
        encounter(
            status="on-hold",
            actualPeriod={"start": "2026-11-01T10:00:00Z", "end": "2026-11-02T10:00:00Z"},
            plannedStartDate="2026-10-01T10:00:00Z",
        )
    )
    assert item.when.start == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert item.ended


@pytest.mark.parametrize("status", ["finished", "cancelled", "entered-in-error", "discharged"])
def test_what_is_over_is_not_told(status):
    assert why(encounter(status=status)) == f"status {status}"


def test_planned_is_a_time_and_going_on_is_a_contact():
    rows = encounter("e1"), encounter("e2", status="in-progress")
    assert [item.origin.record for item in gather(Appointment, *rows).items] == ["Encounter/e1"]
    assert [item.origin.record for item in gather(CareContact, *rows).items] == ["Encounter/e2"]


def test_where_the_source_tells_of_care_contacts_what_is_planned_is_one():
    rows = (
        encounter("e1"),
        encounter("e2", status="in-progress"),
        encounter("e3", appointment=[{"reference": "Appointment/a1"}]),
    )
    found = gather(CareContact, *rows, planned_encounters=False)
    assert [(item.origin.record, item.status) for item in found.items] == [
        ("Encounter/e1", CareContactStatus.PLANNED),
        ("Encounter/e2", CareContactStatus.ONGOING),
    ]
    assert found.items[0].when == Open()
    assert found.reports[0].answered


def test_a_contact_that_cannot_be_read_is_no_loss_among_times():
    odd = encounter("e2", status="in-progress", participant=5)
    assert gather(Appointment, encounter("e1"), odd).reports[0].answered
    assert gather(CareContact, odd).reports[0].rejected == 1


def test_an_encounter_of_a_time_is_the_same_meeting():
    meeting = encounter(appointment=[{"reference": "Appointment/a1/_history/2"}])
    assert only(appointment(), meeting).origin.record == "Appointment/a1"
    # At the same hour of the same day, and not said to be the same.
    at = {"start": "2026-12-01T09:15:00+01:00", "end": "2026-12-01T09:45:00+01:00"}
    assert len(heard(appointment(), encounter(period=at)).items) == 2


def test_a_time_on_a_waiting_list_is_no_time_yet():
    item = only(appointment(status="waitlist"))
    assert item.when == Open()
    assert not item.invitation
    assert item.title == Told("Såromläggning")


def test_what_those_who_book_tell_each_other_is_not_read():
    secret = "FÅR EJ VISAS"
    assert secret not in repr(only(appointment(comment=secret, note=[{"text": secret}])))


@pytest.mark.parametrize(
    ("channel", "form"),
    [
        ({"coding": [{"code": "ms-teams"}]}, VisitForm.VIDEO),
        ({"text": "Telefon"}, VisitForm.PHONE),
        ({"text": "Videomöte"}, VisitForm.VIDEO),
        ({"coding": [{"code": "whatsapp"}]}, VisitForm.UNKNOWN),
        (None, VisitForm.UNKNOWN),
    ],
)
def test_a_virtual_service_says_how_one_meets(channel, form):
    service = [{"channelType": channel}]
    assert only(appointment(virtualService=service)).form is form
    row = encounter(virtualService=service, **{"class": {"code": "VR"}})
    assert only(row).form is form
