"""The sandbox's units answer for single bookings as the contracts say, and remember."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import HEADERS, REGISTRY, SCHEDULE, SOAP, Platform, schema

BIRGITTA = "190001019801"
SARA = "199001012385"
BJOR, NEUR, SYNC = (f"TSTNMT2321000156-{code}" for code in ("BJOR", "NEUR", "SYNC"))
CORE = "urn:riv:crm:scheduling:1"
NOBODY = "BJ-0"


def xsd(shared: Path, operation: str) -> Any:
    folder = shared / "rivta" / "crm/scheduling/1.1/interactions" / f"{operation}Interaction"
    return schema(folder / f"{operation}Responder_1.1.xsd")


class Unit:
    """A consumer of the six contracts, which checks every answer against its schema."""

    def __init__(self, platform: Platform, shared: Path) -> None:
        self._platform = platform
        self._shared = shared

    def ask(
        self, operation: str, content: str, *, unit: str, actor: str, agent: bool = False
    ) -> Any:
        """The response element, or the fault."""
        namespace = f"urn:riv:crm:scheduling:{operation}Responder:1"
        kind = "subject_of_care_agent" if agent else "subject_of_care"
        envelope = (
            f'<e:Envelope xmlns:e="{SOAP}" xmlns:r="{REGISTRY}" xmlns:h="{HEADERS}"><e:Header>'
            f"<r:LogicalAddress>{unit}</r:LogicalAddress>"
            f"<h:Actor><h:actorId>{actor}</h:actorId><h:actorType>{kind}</h:actorType></h:Actor>"
            f'</e:Header><e:Body><m:{operation} xmlns:m="{namespace}" xmlns:c="{CORE}"'
            f' xmlns:x="{CORE}.1" xmlns:n="{namespace}.1">{content}</m:{operation}></e:Body>'
            "</e:Envelope>"
        )
        national = xsd(self._shared, operation)
        body = etree.fromstring(envelope).find(f".//{{{SOAP}}}Body")[0]
        assert national.validate(body), national.error_log
        answer = etree.fromstring(self._platform.send(envelope).content)
        found = answer.find(f"{{{SOAP}}}Body")[0]
        if found.tag != f"{{{SOAP}}}Fault":
            assert national.validate(found), national.error_log
        return found

    def details(self, booking: str, unit: str, actor: str) -> Any:
        return self.ask("GetBookingDetails", named(unit, booking), unit=unit, actor=actor)

    def cancel(self, booking: str, unit: str, actor: str, more: str = "", **who: Any) -> Any:
        content = named(unit, booking) + more
        return self.ask("CancelBooking", content, unit=unit, actor=actor, **who)

    def free(self, operation: str, unit: str, actor: str, booking: str = "") -> Any:
        today = dt.datetime.now(dt.UTC).date()
        about = f"<m:bookingId>{booking}</m:bookingId>" if booking else ""
        content = (
            f"<m:healthcare_facility>{unit}</m:healthcare_facility>{about}"
            f"<m:startDateInclusive>{today:%Y%m%d}</m:startDateInclusive>"
            f"<m:endDateInclusive>{today + dt.timedelta(40):%Y%m%d}</m:endDateInclusive>"
            f"<n:subject_of_care>{actor}</n:subject_of_care>"
        )
        return self.ask(operation, content, unit=unit, actor=actor)

    def starts(self, unit: str, actor: str) -> list[str]:
        found = self.free("GetAvailableTimeslots", unit, actor)
        return [row.findtext("{*}startTimeInclusive") for row in found]

    def schedule(self, person: str) -> dict[str, str]:
        """Starts by booking id."""
        rows = self._platform.ask(SCHEDULE, person).rows
        return {row.findtext("{*}bookingId"): row.findtext("{*}startTimeInclusive") for row in rows}

    def move(self, booking: str, slot: Any, unit: str, actor: str) -> Any:
        content = requested(slot, booking, actor)
        return self.ask("UpdateBooking", content, unit=unit, actor=actor)

    def make(self, booking: str, slot: Any, unit: str, actor: str) -> Any:
        content = (
            f"<m:healthcare_facility_med>{unit}</m:healthcare_facility_med>"
            f"{requested(slot, booking, actor)}<m:subject_of_care_info>"
            "<x:firstName>Test</x:firstName><x:lastName>Testsson</x:lastName>"
            "</m:subject_of_care_info>"
        )
        return self.ask("MakeBooking", content, unit=unit, actor=actor)


def named(unit: str, booking: str) -> str:
    return (
        f"<m:healthcare_facility>{unit}</m:healthcare_facility><m:bookingId>{booking}</m:bookingId>"
    )


def requested(slot: Any, booking: str, person: str) -> str:
    said = {etree.QName(part).localname: part.text for part in slot}
    said |= {"bookingId": booking, "subject_of_care": person}
    order = ("startTimeInclusive", "endTimeExclusive", "healthcare_facility", "bookingId")
    parts = (*order, "subject_of_care", "resourceID")
    inner = "".join(f"<c:{name}>{said[name]}</c:{name}>" for name in parts)
    return f"<m:requestedTimeslot>{inner}</m:requestedTimeslot>"


def code(answer: Any) -> tuple[str | None, str | None]:
    return answer.findtext("{*}resultCode"), answer.findtext("{*}resultText")


@pytest.fixture
def unit(sandbox: Sandbox, shared: Path) -> Iterator[Unit]:
    with Platform(sandbox.info) as platform:
        yield Unit(platform, shared)
    httpx.delete(f"{sandbox.info['panel']}/api/bookings").raise_for_status()


def test_details_say_what_the_schedule_leaves_out(unit: Unit) -> None:
    row = unit.details("BJ-7712", BJOR, BIRGITTA)[0]
    flags = ("cancel_booking_allowed", "rebooking_allowed", "message_allowed")
    assert [row.findtext(f"{{*}}{flag}") for flag in flags] == ["true", "true", "false"]


def test_an_open_invitation_is_in_the_details_alone(unit: Unit) -> None:
    assert "BJ-7790" not in unit.schedule(BIRGITTA)
    row = unit.details("BJ-7790", BJOR, BIRGITTA)[0]
    assert row.findtext("{*}isInvitation") == "true"
    assert row.find("{*}startTimeInclusive") is None


def test_a_booking_that_nobody_has_is_a_fault(unit: Unit) -> None:
    assert unit.details(NOBODY, BJOR, BIRGITTA).findtext("faultstring") == "Felaktigt anrop"


def test_days_are_those_of_the_times(unit: Unit) -> None:
    days = [row.findtext("{*}date") for row in unit.free("GetAvailableDates", BJOR, SARA)]
    assert days == sorted({start[:8] for start in unit.starts(BJOR, SARA)})
    assert days


def test_a_cancelled_time_is_gone_and_free_for_anybody_at_once(unit: Unit) -> None:
    start = unit.schedule(BIRGITTA)["BJ-7712"]
    assert start not in unit.starts(BJOR, SARA)
    assert code(unit.cancel("BJ-7712", BJOR, BIRGITTA)) == ("OK", None)
    assert "BJ-7712" not in unit.schedule(BIRGITTA)
    assert start in unit.starts(BJOR, SARA)
    again = unit.cancel("BJ-7712", BJOR, BIRGITTA)
    assert code(again) == ("ERROR", "Tiden finns inte längre.")


def test_what_may_not_be_cancelled_is_refused_in_words(unit: Unit) -> None:
    told = "Den här tiden kan bara avbokas på telefon."
    assert code(unit.cancel("NM-30140", NEUR, SARA)) == ("ERROR", told)
    assert "NM-30140" in unit.schedule(SARA)


def test_a_message_that_is_not_taken_is_told_of(unit: Unit) -> None:
    answer = unit.cancel("BJ-7712", BJOR, BIRGITTA, "<m:message>Jag är sjuk</m:message>")
    assert code(answer)[0] == "INFO"


def test_only_the_person_or_an_agent_may_cancel(unit: Unit) -> None:
    assert code(unit.cancel("BJ-7712", BJOR, SARA)) == ("ERROR", "Bokningen är inte din.")
    assert code(unit.cancel("BJ-7712", BJOR, SARA, agent=True)) == ("OK", None)


def test_a_moved_booking_keeps_its_id_and_frees_its_time(unit: Unit) -> None:
    before = unit.schedule(SARA)["NM-30140"]
    slot = unit.free("GetAvailableTimeslots", NEUR, SARA, "NM-30140")[4]
    wanted = slot.findtext("{*}startTimeInclusive")
    assert slot.findtext("{*}timeTypeName") == "Provtagning inför behandling"
    told = "Kom fastande till den nya tiden."
    assert code(unit.move("NM-30140", slot, NEUR, SARA)) == ("INFO", told)
    assert unit.schedule(SARA)["NM-30140"] == wanted
    starts = unit.starts(NEUR, SARA)
    assert before in starts
    assert wanted not in starts


def test_a_time_that_was_taken_meanwhile_is_refused(unit: Unit) -> None:
    slot = unit.free("GetAvailableTimeslots", BJOR, SARA)[2]
    assert code(unit.move("BJ-8021", slot, BJOR, SARA))[0] == "OK"
    late = unit.move("BJ-7712", slot, BJOR, BIRGITTA)
    assert code(late) == ("ERROR", "Tiden har hunnit bli upptagen. Välj en annan tid.")


def test_an_invitation_is_booked_once(unit: Unit) -> None:
    slots = unit.free("GetAvailableTimeslots", BJOR, BIRGITTA, "BJ-7790")
    made = unit.make("BJ-7790", slots[0], BJOR, BIRGITTA)
    assert code(made) == ("INFO", "Ta med dig alla läkemedel som du använder.")
    booking = made.findtext("{*}bookingId")
    start = slots[0].findtext("{*}startTimeInclusive")
    assert unit.schedule(BIRGITTA)[booking] == start
    assert code(unit.make("BJ-7790", slots[1], BJOR, BIRGITTA))[0] == "ERROR"


def test_what_was_done_is_forgotten_on_the_panel(unit: Unit, sandbox: Sandbox) -> None:
    unit.cancel("BJ-7712", BJOR, BIRGITTA)
    httpx.delete(f"{sandbox.info['panel']}/api/bookings").raise_for_status()
    assert "BJ-7712" in unit.schedule(BIRGITTA)


@pytest.mark.parametrize("target", ["nordmark", "plattformen"])
def test_a_lost_answer_has_done_what_was_asked(unit: Unit, sandbox: Sandbox, target: str) -> None:
    sandbox.fault(target, "lost-answer", times=1)
    try:
        answer = unit.cancel("BJ-7712", BJOR, BIRGITTA)
    except httpx.TransportError:
        assert target == "plattformen"
    else:
        assert answer.findtext("faultstring").startswith("VP009")
    assert "BJ-7712" not in unit.schedule(BIRGITTA)


def test_an_answer_that_says_error_has_done_nothing(unit: Unit, sandbox: Sandbox) -> None:
    sandbox.fault("nordmark", "error-result", times=1)
    assert code(unit.cancel("BJ-7712", BJOR, BIRGITTA))[0] == "ERROR"
    assert "BJ-7712" in unit.schedule(BIRGITTA)
    assert unit.schedule(BIRGITTA).keys() == {"NM-20431", "BJ-7712", "SY-118"}


def test_a_source_that_mixes_people_up_changes_nobody_elses_booking(
    unit: Unit, sandbox: Sandbox
) -> None:
    before = unit.schedule(SARA)
    sandbox.fault("nordmark", "wrong-person", times=2)
    other = unit.details("BJ-7712", BJOR, BIRGITTA)[0]
    assert other.findtext("{*}subject_of_care") != BIRGITTA
    assert code(unit.cancel("BJ-7712", BJOR, BIRGITTA))[0] == "OK"
    assert unit.schedule(SARA) == before
