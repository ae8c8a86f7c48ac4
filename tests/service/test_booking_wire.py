"""Bookings over the sandbox's wire: cancelled, moved and made, or nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import Appointment, FreeDay, FreeTime
from stodtjanster.information.booking import (
    ActOutcome,
    AskDetails,
    AskFreeDays,
    AskFreeTimes,
    BookingAct,
    BookingQuestion,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    Refused,
    Unknown,
    Unsent,
    Visitor,
    completed,
)
from stodtjanster.model import (
    Answer,
    Cause,
    Need,
    Open,
    Origin,
    Outcome,
    Period,
    PersonId,
    Told,
)
from stodtjanster.sources import kinds
from tests.fetching import PATIENCE, landed, outcomes, permit
from tests.service.conftest import Sandbox

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
BJOR = "TSTNMT2321000156-BJOR"
KINDS = ("subject_of_care_schedule", "bookings")
NEEDS = {"booked": Need(Appointment, 0, 40)}
VISITOR = Visitor(first_name="Birgitta", last_name="Lindqvist", phone="0980-319 290")


class Resident:
    """Somebody logged in, with the sources that the demo is set up with."""

    def __init__(
        self, sandbox: Sandbox, state: Path, of: Collection[str] = KINDS, **changes: Any
    ) -> None:
        known = kinds()
        rows = portal_settings(sandbox.info, 8000, state)["sources"]
        sources = [known[row["kind"]].build(row | changes) for row in rows if row["kind"] in of]
        self.now = datetime.now(UTC)
        self.service = FetchService(sources, AiohttpDriver(), clock=lambda: self.now)
        self.service.start()
        self._once = 0

    def permit(self, person: PersonId) -> Any:
        return permit(person, Appointment, FreeDay, FreeTime, reach=person.value, now=self.now)

    def page(self, person: PersonId = BIRGITTA) -> Answer[Any]:
        return landed(self.service.begin(self.permit(person), NEEDS))

    def booked(self, person: PersonId = BIRGITTA) -> dict[str, Appointment]:
        return {item.origin.record: item for item in self.page(person).items}

    def look(self, question: BookingQuestion, person: PersonId = BIRGITTA) -> Answer[Any]:
        return self.service.look(self.permit(person), question).result(PATIENCE)

    def act(
        self, act: BookingAct, person: PersonId = BIRGITTA, once: str | None = None
    ) -> ActOutcome:
        self._once += 1
        name, seen = once or f"form-{self._once}", self.service.moment()
        return self.service.act(self.permit(person), act, once=name, seen=seen).result(PATIENCE)

    @property
    def month(self) -> Period:
        today = self.now.date()
        return Period(today, today + timedelta(40))

    def free(self, booking: Appointment, person: PersonId = BIRGITTA) -> tuple[FreeTime, ...]:
        return self.look(AskFreeTimes(booking=booking, period=self.month), person).items


@pytest.fixture
def resident(sandbox: Sandbox, tmp_path: Path) -> Iterator[Resident]:
    made = Resident(sandbox, tmp_path)
    yield made
    made.service.stop()
    httpx.delete(f"{sandbox.info['panel']}/api/bookings").raise_for_status()


def invitation() -> Appointment:
    """As the engagement index tells of it: a unit, an id, and no time."""
    origin = Origin(
        "ntjp-subject-of-care-schedule",
        BJOR,
        "BJ-7790",
        "FindContent",
        datetime.now(UTC),
        approved_for_patient=True,
    )
    return Appointment(subject=BIRGITTA, origin=origin, when=Open(), invitation=True)


def cancellations(sandbox: Sandbox) -> int:
    """How many have reached the platform."""
    bodies = [request["body"] for request in sandbox.requests("plattformen")]
    return sum("CancelBookingResponder" in body for body in bodies)


def test_what_is_not_said_in_the_list_is_said_in_the_details(resident: Resident) -> None:
    known = resident.booked()["BJ-7712"]
    assert known.message_allowed is None
    answer = resident.look(AskDetails(booking=known))
    (details,) = answer.items
    assert answer.complete
    assert completed(known, details).message_allowed is False


def test_a_cancelled_time_is_gone_from_the_next_page(resident: Resident) -> None:
    booked = resident.booked()
    assert outcomes(resident.page()) == [Outcome.DATA_FROM_CACHE] * 3
    assert resident.act(CancelBooking(booking=booked["BJ-7712"])) == Done()
    assert booked.keys() - resident.booked().keys() == {"BJ-7712"}


def test_a_moved_time_stands_at_its_new_hour(resident: Resident) -> None:
    booking = resident.booked(SARA)["NM-30140"]
    days = resident.look(AskFreeDays(booking=booking, period=resident.month), SARA)
    assert days.complete
    times = resident.free(booking, SARA)
    assert {item.day for item in days.items} == {item.when.start.date() for item in times}
    moved = resident.act(MoveBooking(booking=booking, to=times[3]), SARA)
    assert moved == Done(Told("Kom fastande till den nya tiden."), info=True)
    assert resident.booked(SARA)["NM-30140"].when == times[3].when


def test_an_open_invitation_becomes_a_time(resident: Resident) -> None:
    (details,) = resident.look(AskDetails(booking=invitation())).items
    assert details.title == Told("Genomgång av dina läkemedel")
    times = resident.free(details)
    made = resident.act(MakeBooking(booking=details, to=times[0], visitor=VISITOR))
    assert isinstance(made, Done)
    assert made.message == Told("Ta med dig alla läkemedel som du använder.")
    assert resident.booked()[made.record].when == times[0].when


def test_a_time_that_is_gone_is_refused_in_the_units_words(resident: Resident) -> None:
    hers, other = resident.booked()["BJ-7712"], resident.booked(SARA)["BJ-8021"]
    time = resident.free(hers)[0]
    assert resident.act(MoveBooking(booking=other, to=replace(time, subject=SARA)), SARA) == Done()
    late = resident.act(MoveBooking(booking=hers, to=time))
    assert late == Refused(Told("Tiden har hunnit bli upptagen. Välj en annan tid."))
    assert resident.booked()["BJ-7712"].when == hers.when


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("nordmark", "lost-answer"),
        ("plattformen", "lost-answer"),
        ("plattformen", "garbage"),
        ("plattformen", "truncated"),
        ("plattformen", "cut"),
        ("nordmark", "http500"),
        ("nordmark", "hang"),
    ],
)
def test_a_lost_answer_is_not_known_and_sent_once(
    resident: Resident, sandbox: Sandbox, target: str, kind: str
) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.clear()
    sandbox.fault(target, kind, times=1)
    act = CancelBooking(booking=booking)
    assert isinstance(resident.act(act, once="form"), Unknown)
    assert isinstance(resident.act(act, once="form"), Unknown)
    assert cancellations(sandbox) == 1
    done = kind not in ("http500", "hang")
    assert ("BJ-7712" in resident.booked()) is not done


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("VP007", Unsent(Cause.DENIED)),
        ("VP004", Unsent(Cause.NOT_CONNECTED)),
        ("VP009", Unknown(Cause.FAULT)),
    ],
)
def test_a_fault_of_the_platform_says_whether_it_passed_the_act_on(
    resident: Resident, sandbox: Sandbox, code: str, outcome: ActOutcome
) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.fault("plattformen", "vpfault", code=code, times=1)
    assert resident.act(CancelBooking(booking=booking)) == outcome
    assert "BJ-7712" in resident.booked()


def test_an_error_result_is_a_no(resident: Resident, sandbox: Sandbox) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.fault("nordmark", "error-result", times=1)
    said = resident.act(CancelBooking(booking=booking))
    assert said == Refused(Told("Ett internt fel inträffade"))


def test_details_of_somebody_else_are_not_given(resident: Resident, sandbox: Sandbox) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.fault("nordmark", "wrong-person", times=1)
    answer = resident.look(AskDetails(booking=booking))
    assert answer.items == ()
    assert [report.cause for report in answer.reports] == [Cause.FOREIGN]


def test_a_unit_that_does_not_answer_is_told_of(resident: Resident, sandbox: Sandbox) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.fault("nordmark", "http500", times=2)
    assert not resident.look(AskDetails(booking=booking)).complete
    question = AskFreeDays(booking=booking, period=resident.month)
    assert not resident.look(question).complete


def test_what_is_sent_says_who_asks_and_goes_to_the_unit(
    resident: Resident, sandbox: Sandbox
) -> None:
    booking = resident.booked()["BJ-7712"]
    sandbox.clear()
    resident.act(CancelBooking(booking=booking))
    (request,) = sandbox.requests("plattformen")
    assert request["path"] == "/vp/CancelBooking/1/rivtabp21"
    assert f">{BJOR}</" in request["body"]
    assert "subject_of_care<" in request["body"]
