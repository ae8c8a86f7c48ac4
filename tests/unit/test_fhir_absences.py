"""Word of an absence over FHIR: what is sent, and what any answer to it means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from joserfc.jwk import ECKey

from stodtjanster.information import Appointment
from stodtjanster.information.booking import (
    ActOutcome,
    CancelBooking,
    Done,
    Refused,
    ReportAbsence,
    Unknown,
    Unsent,
)
from stodtjanster.model import Cause, Told
from stodtjanster.sources.fhir.adapter import Adapter
from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.act import Desk, Doing, Performer, Write
from stodtjanster.sources.kit.fhir.bundle import Page
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.scope import Scope
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from tests.bookings import booking, origin
from tests.fhir_pages import NOW, PERSON
from tests.rivta_messages import OTHER, TOLVAN

BASE = "https://fhir.test/r4"
VISIT = booking(
    origin=origin("Appointment/v-1", source="sjovik", system=BASE), absence_allowed=True
)
ACT = ReportAbsence(booking=VISIT)
DOING = Doing(
    TOLVAN, TOLVAN, datetime(2026, 11, 20, tzinfo=UTC), "6f0f3c9e-0000-4000-8000-000000000001"
)


def settings(**changes: Any) -> Settings:
    fixed = {"key": "sjovik", "kind": "fhir", "name": "Kommunen", "base_url": BASE}
    return Settings.model_validate({**fixed, "absences": True, **changes})


def sent(doing: Doing = DOING, **changes: Any) -> Request:
    return next(Adapter(settings(**changes)).act(ACT, doing))


def ended(answer: Response | SourceFailed) -> ActOutcome:
    talk = Adapter(settings()).act(ACT, DOING)
    next(talk)
    go_on = talk.send if isinstance(answer, Response) else talk.throw
    with pytest.raises(StopIteration) as end:
        go_on(answer)
    return end.value.value


def answered(status: int, said: Any = None) -> ActOutcome:
    body = said if isinstance(said, bytes) else b"" if said is None else orjson.dumps(said)
    return ended(Response(status, {}, body))


def outcome(text: str | None = None, severity: str = "information") -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": severity, "code": "processing"}
    if text is not None:
        issue |= {"details": {"text": text}, "diagnostics": "FÅR EJ VISAS"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


# What is sent


@pytest.mark.parametrize(
    ("release", "model", "version"), [("R4", r4_model, "4.0"), ("R5", r5_model, "5.0")]
)
def test_it_is_a_valid_response_that_declines(
    release: str, model: Callable[[str], Any], version: str
) -> None:
    request = sent(release=release)
    assert isinstance(request, Write)
    assert (request.method, request.url) == ("POST", f"{BASE}/AppointmentResponse")
    assert request.headers["Content-Type"] == f"application/fhir+json; fhirVersion={version}"
    said = orjson.loads(request.body or b"")
    model("AppointmentResponse").model_validate(said)
    assert said["participantStatus"] == "declined"
    assert said["appointment"] == {"reference": "Appointment/v-1"}
    assert said["identifier"][0]["value"] == f"urn:uuid:{DOING.correlation}"
    assert request.headers["X-Request-Id"] == DOING.correlation


def test_the_person_is_named_by_number_and_in_the_body_only() -> None:
    request = sent(personnummer_system="urn:oid:1.2.752.129.2.1.3.1")
    said = orjson.loads(request.body or b"")
    assert said["actor"]["identifier"] == {
        "system": "urn:oid:1.2.752.129.2.1.3.1",
        "value": TOLVAN.value,
    }
    assert TOLVAN.value not in request.url + str(request.headers)


def test_who_says_it_for_another_is_said_to() -> None:
    own, agent = (
        orjson.loads(sent(doing).body or b"")["comment"]
        for doing in (DOING, Doing(TOLVAN, OTHER, DOING.at, DOING.correlation))
    )
    assert own == "Jag är inte hemma."
    assert "företräder" in agent


# What came of it


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    "said", [None, outcome(), {"resourceType": "AppointmentResponse", "id": "1"}]
)
def test_what_was_taken_is_done(status: int, said: Any) -> None:
    assert answered(status, said) == Done()


def test_the_words_of_an_outcome_are_shown_and_never_its_diagnostics() -> None:
    assert answered(201, outcome("Vi hör av oss")) == Done(Told("Vi hör av oss"), info=True)
    assert answered(422, outcome("Ring oss", "error")) == Refused(Told("Ring oss"))


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 412, 415, 422])
@pytest.mark.parametrize("said", [None, b"<html>", [], {"issue": 3}, outcome(severity="error")])
def test_an_error_of_the_askers_is_a_no(status: int, said: Any) -> None:
    assert answered(status, said) == Refused()


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_has_not_been_heard(status: int) -> None:
    assert answered(status) == Unsent(Cause.DENIED)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        *((408, Cause.TIMEOUT), (504, Cause.TIMEOUT), (500, Cause.FAULT), (503, Cause.FAULT)),
        *((429, Cause.FAULT), (302, Cause.FAULT), (204, Cause.FAULT)),
    ],
)
def test_another_status_is_not_known(status: int, cause: Cause) -> None:
    assert answered(status) == Unknown(cause)


@pytest.mark.parametrize("said", [b"skr\xe4p", b"[]", b'"x"', {"resourceType": "Bundle"}])
def test_a_yes_that_cannot_be_read_may_not_have_been_one(said: Any) -> None:
    assert answered(201, said) == Unknown(Cause.UNREADABLE)


@pytest.mark.parametrize("severity", ["error", "fatal"])
def test_an_outcome_of_error_under_a_good_status_is_not_known(severity: str) -> None:
    assert answered(200, outcome("Fel", severity)) == Unknown(Cause.FAULT)
    assert answered(200, {"resourceType": "OperationOutcome", "issue": 7}) == Unknown(Cause.FAULT)


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.FAULT, Cause.UNREADABLE])
def test_a_lost_answer_is_not_known(cause: Cause) -> None:
    assert ended(SourceFailed(cause)) == Unknown(cause)


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.FAILED])
def test_what_never_left_is_not_sent(cause: Cause) -> None:
    assert ended(SourceFailed(cause)) == Unsent(cause)


# The login


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Any]:
    key = ECKey.generate_key("P-384", {"kid": "k1"})
    path = tmp_path / "key.json"
    path.write_bytes(orjson.dumps(key.as_dict(private=True)))
    return {"client_id": "portalen", "private_key": path, "token_endpoint": f"{BASE}/token"}


def token(value: str) -> Response:
    said = {"access_token": value, "token_type": "bearer", "expires_in": 300}
    return Response(200, {}, orjson.dumps(said))


def test_the_login_goes_first_and_is_not_the_write(known: dict[str, Any]) -> None:
    talk = Adapter(settings(**known)).act(ACT, DOING)
    assert not isinstance(next(talk), Write)
    request = talk.send(token("one"))
    assert isinstance(request, Write)
    assert request.headers["Authorization"] == "Bearer one"


def test_a_token_that_was_refused_is_not_used_again_and_nothing_is_resent(
    known: dict[str, Any],
) -> None:
    adapter = Adapter(settings(**known))
    talk = adapter.act(ACT, DOING)
    next(talk)
    talk.send(token("one"))
    with pytest.raises(StopIteration) as end:
        talk.send(Response(401, {}, b""))
    assert end.value.value == Unsent(Cause.DENIED)
    again = adapter.act(ACT, DOING)
    assert not isinstance(next(again), Write)
    assert again.send(token("two")).headers["Authorization"] == "Bearer two"


# What may be done


def test_a_source_that_was_not_said_to_take_it_does_not() -> None:
    silent = Adapter(settings(absences=False))
    assert isinstance(silent, Performer)
    assert silent.does == frozenset()
    assert Adapter(settings()).does == {ReportAbsence}
    assert Adapter(settings()).completes == {"sjovik"}


def test_nothing_else_is_done_over_fhir_and_nothing_asked() -> None:
    adapter = Adapter(settings())
    assert not isinstance(adapter, Desk)
    with pytest.raises(SourceFailed):
        next(adapter.act(CancelBooking(booking=booking()), DOING))


@pytest.mark.parametrize("flags", [{}, {"absence_allowed": True, "absent": True}])
def test_what_the_source_has_not_allowed_cannot_be_said(flags: dict[str, bool]) -> None:
    with pytest.raises(ValueError, match="absence"):
        ReportAbsence(booking=booking(**flags))


# The visit


START = "2026-11-24T09:00:00+01:00"
HOME = {"text": "Hembesök"}


def read(*, takes: bool = True, patient: str = "accepted", **changes: Any) -> Appointment:
    row = {
        "resourceType": "Appointment",
        "id": "v-1",
        "status": "booked",
        "serviceType": [HOME],
        "start": START,
        "participant": [
            {"actor": {"reference": "Patient/p1"}, "status": patient},
            {"actor": {"reference": "Practitioner/a"}, "status": "accepted"},
        ],
    }
    scope = Scope("k", BASE, NOW, PERSON, frozenset({"Patient/p1"}), absences=takes)
    gathering = Gathering()
    whole = {name: value for name, value in (row | changes).items() if value is not None}
    gathering.add(Page([{"resource": whole}], None, False), frozenset({"Appointment"}), scope)
    (found,) = gathering.shown()
    assert isinstance(found, Appointment)
    return found


def test_word_is_taken_of_a_booked_visit_at_home() -> None:
    found = read()
    assert (found.absence_allowed, found.absent) == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"takes": False},
        {"serviceType": [{"text": "Besök på mottagningen"}]},
        {"status": "proposed"},
        {"status": "arrived"},
        {"status": "waitlist"},
        {"start": None, "status": "pending"},
    ],
)
def test_of_anything_else_it_is_not(changes: dict[str, Any]) -> None:
    assert not read(**changes).absence_allowed


def test_what_the_person_has_declined_says_so() -> None:
    found = read(patient="declined")
    assert (found.absence_allowed, found.absent) == (False, True)


def test_what_somebody_else_has_declined_says_nothing_of_the_person() -> None:
    others = [
        {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
        {"actor": {"reference": "Patient/p2"}, "status": "declined"},
        {"actor": {"reference": "Practitioner/a"}, "status": "declined"},
        {"actor": {"display": "Någon"}, "status": "declined"},
    ]
    found = read(participant=others)
    assert (found.absence_allowed, found.absent) == (True, False)


def test_a_visit_at_a_time_that_is_known_only_by_its_day_is_not_answered() -> None:
    period = [{"start": "2026-11-24", "end": "2026-11-24"}]
    assert not read(start=None, requestedPeriod=period).absence_allowed
