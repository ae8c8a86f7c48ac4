"""Jag är inte hemma, over the sandbox's wire: told to the municipality, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from stodtjanster.information import Appointment
from stodtjanster.information.booking import Done, Refused, ReportAbsence, Unknown, Unsent
from stodtjanster.model import Cause, Need, Told
from tests.fetching import landed
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import Municipality
from tests.service.test_booking_wire import BIRGITTA, Resident

DRESSING, TRAINING = "Appointment/hsv-1001", "Appointment/rehab-2001"
SCOPES = "system/*.rs system/AppointmentResponse.c"


@pytest.fixture
def resident(sandbox: Sandbox, tmp_path: Path) -> Iterator[Resident]:
    made = Resident(sandbox, tmp_path, {"fhir"})
    yield made
    made.service.stop()
    httpx.delete(f"{sandbox.info['panel']}/api/bookings").raise_for_status()


def visit(resident: Resident, record: str = DRESSING) -> Appointment:
    return resident.booked()[record]


def told(sandbox: Sandbox) -> int:
    """How many answers to visits have reached the municipality."""
    paths = [str(request["path"]) for request in sandbox.requests("sjovik")]
    return sum(path.endswith("/AppointmentResponse") for path in paths)


def test_the_visit_stands_and_says_that_nobody_will_be_there(
    resident: Resident, sandbox: Sandbox
) -> None:
    before = visit(resident)
    assert (before.absence_allowed, before.absent) == (True, False)
    assert resident.act(ReportAbsence(booking=before)) == Done()
    after = visit(resident)
    assert (after.absence_allowed, after.absent) == (False, True)
    assert told(sandbox) == 1


def test_what_the_municipality_does_not_take_is_refused_in_its_words(resident: Resident) -> None:
    said = resident.act(ReportAbsence(booking=visit(resident, TRAINING)))
    assert said == Refused(Told("Ring rehab i stället, så hittar vi en ny tid tillsammans."))
    assert not visit(resident, TRAINING).absent


def test_a_visit_that_is_not_there_is_not_declined(resident: Resident) -> None:
    known = visit(resident)
    gone = replace(known, origin=replace(known.origin, record="Appointment/hsv-9999"))
    assert resident.act(ReportAbsence(booking=gone)) == Refused(Told("Besöket finns inte längre."))


@pytest.mark.parametrize("kind", ["lost-answer", "garbage", "truncated", "cut", "http500"])
def test_a_lost_answer_is_not_known_and_sent_once(
    resident: Resident, sandbox: Sandbox, kind: str
) -> None:
    act = ReportAbsence(booking=visit(resident))
    sandbox.clear()
    sandbox.fault("sjovik", kind, times=1)
    assert isinstance(resident.act(act, once="form"), Unknown)
    assert isinstance(resident.act(act, once="form"), Unknown)
    assert told(sandbox) == 1
    assert visit(resident).absent is (kind != "http500")


@pytest.mark.parametrize("kind", ["http500", "refuse", "garbage"])
def test_who_cannot_log_in_has_sent_nothing(
    resident: Resident, sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    act = ReportAbsence(booking=visit(resident))
    fresh = Resident(sandbox, tmp_path, {"fhir"})
    sandbox.clear()
    sandbox.fault("sjovik-token", kind)
    assert isinstance(fresh.act(act), Unsent)
    fresh.service.stop()
    assert told(sandbox) == 0


def test_who_may_not_create_is_not_let_in(
    resident: Resident, sandbox: Sandbox, tmp_path: Path
) -> None:
    act = ReportAbsence(booking=visit(resident))
    reader = Resident(sandbox, tmp_path, {"fhir"}, scopes=["system/*.rs"])
    assert reader.act(act) == Unsent(Cause.DENIED)
    reader.service.stop()
    assert not visit(resident).absent


# The municipality itself


@pytest.fixture
def municipality(sandbox: Sandbox) -> Iterator[Municipality]:
    with Municipality(sandbox.info) as client:
        yield client.login(SCOPES)


def answer(**changes: Any) -> dict[str, Any]:
    number = {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "190001019801"}
    fixed = {
        "resourceType": "AppointmentResponse",
        "appointment": {"reference": DRESSING},
        "actor": {"type": "Patient", "identifier": number},
        "participantStatus": "declined",
    }
    return fixed | changes


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(participantStatus="accepted"), 422),
        (answer(appointment={"reference": "Appointment/fel-4001"}), 422),
        (answer(appointment={"reference": "Appointment/sip-3001"}), 422),
        (answer(actor={"identifier": {"value": "199001012385"}}), 404),
        (answer(actor={}), 400),
        (answer(resourceType="Appointment"), 400),
        (["x"], 400),
    ],
)
def test_it_takes_what_declines_a_visit_at_home_and_nothing_else(
    municipality: Municipality, said: Any, status: int
) -> None:
    refused = municipality.http.post("/AppointmentResponse", json=said)
    assert refused.status_code == status
    assert refused.json()["issue"][0]["severity"] == "error"


def test_a_daily_visit_that_has_been_is_not_declined(
    municipality: Municipality, resident: Resident
) -> None:
    # From yesterday: early in the morning nobody has been there today.
    lately = resident.service.begin(resident.permit(BIRGITTA), {"booked": Need(Appointment, 1, 0)})
    past = next(
        item.origin.record
        for item in landed(lately).items
        if item.origin.record.startswith("Appointment/hemtjanst-") and item.done
    )
    refused = municipality.http.post(
        "/AppointmentResponse", json=answer(appointment={"reference": past})
    )
    assert refused.status_code == 422


def test_it_says_that_answers_can_be_made(municipality: Municipality) -> None:
    (rest,) = municipality.http.get("/metadata").json()["rest"]
    offered = {each["type"]: each["interaction"] for each in rest["resource"]}
    assert offered["AppointmentResponse"] == [{"code": "create"}]
