"""The index tells which unit has an open invitation, and the unit what it is about."""

from collections.abc import Generator, Iterable

import pytest
from lxml import etree

from stodtjanster.information import Appointment
from stodtjanster.information.booking import MakeBooking
from stodtjanster.model import Cause, Open, Outcome, Report, Timed, Told
from stodtjanster.sources.kit.booking_details import DETAILS
from stodtjanster.sources.kit.rivta import NATIONAL
from stodtjanster.sources.kit.source import Heard, Request, Response, SourceFailed
from stodtjanster.sources.open_invitations.adapter import MOST, read
from tests.bookings import VISITOR, free_time
from tests.invitations import adapter, engagement, found, invited
from tests.rivta_messages import (
    OTHER,
    OTHER_UNIT,
    RESERVE,
    TOLVAN,
    UNIT,
    envelope,
    fault,
    question,
    reading,
)

FAULT = Response(500, {}, fault("soap:Server", "VP009 [NTjP] Fel"))
NOT_CONNECTED = [
    Response(500, {}, fault("soap:Server", f"{code} [NTjP] Fel")) for code in ("VP004", "VP007")
]
Answer = bytes | Response | SourceFailed


def converse(*answers: Answer, **asking: object) -> tuple[list[Request], Heard]:
    """What is sent, and what comes of it when each request is answered in turn."""
    conversation: Generator[Request, Response, Heard] = adapter().ask(
        question(Appointment, **asking)
    )
    sent = []
    try:
        sent.append(next(conversation))
        for answer in answers:
            if isinstance(answer, SourceFailed):
                sent.append(conversation.throw(answer))
            else:
                whole = Response(200, {}, answer) if isinstance(answer, bytes) else answer
                sent.append(conversation.send(whole))
    except StopIteration as done:
        return sent, done.value
    raise AssertionError("the adapter asked again")


def heard(*answers: Answer) -> Heard:
    return converse(*answers)[1]


def by_system(reports: Iterable[Report]) -> dict[str, tuple[Outcome, Cause | None]]:
    return {report.system: (report.outcome, report.cause) for report in reports}


OK = (Outcome.DATA_FROM_SOURCE, None)


def texts(request: Request, local: str) -> list[str]:
    return [element.text for element in etree.fromstring(request.body).iter(f"{{*}}{local}")]


def test_an_open_invitation_is_an_appointment_without_a_time() -> None:
    (item,) = heard(found(engagement()), invited()).items
    assert (item.subject, item.when, item.invitation) == (TOLVAN, Open(), True)
    assert item.title == Told("Hälsosamtal")
    assert item.origin.identity == (UNIT, "b-1")
    assert item.origin.contract == "GetBookingDetails"
    assert item.origin.approved_for_patient is True
    # It can be booked as it is.
    MakeBooking(booking=item, to=free_time(), visitor=VISITOR)


def test_the_index_is_asked_for_invitations_and_the_unit_for_the_one() -> None:
    (index, unit), _ = converse(found(engagement()), invited())
    assert index.url.endswith("/FindContent/1/rivtabp21")
    assert texts(index, "LogicalAddress") == [NATIONAL]
    assert texts(index, "serviceDomain") == ["riv:crm:scheduling"]
    assert texts(index, "categorization") == ["Invitation"]
    assert texts(index, "registeredResidentIdentification") == [TOLVAN.value]
    assert unit.url.endswith("/GetBookingDetails/1/rivtabp21")
    assert texts(unit, "LogicalAddress") == texts(unit, "healthcare_facility") == [UNIT]
    assert texts(unit, "bookingId") == ["b-1"]
    assert texts(unit, "actorId") == [TOLVAN.value]


def test_nothing_in_the_index_is_a_whole_answer() -> None:
    sent, answer = converse(found())
    assert len(sent) == 1
    assert (answer.items, by_system(answer.reports)) == ((), {NATIONAL: OK})
    assert all(report.answered for report in answer.reports)


def test_who_the_index_cannot_know_is_not_asked_about() -> None:
    sent, answer = converse(subject=RESERVE)
    assert sent == []
    assert [report.outcome for report in answer.reports] == [Outcome.NOT_ASKED]


@pytest.mark.parametrize(
    "row",
    [
        engagement(categorization="Booking"),
        engagement(serviceDomain="riv:crm:requeststatus"),
    ],
)
def test_other_rows_of_the_index_are_none_of_ours(row: str) -> None:
    sent, answer = converse(found(row))
    assert len(sent) == 1
    assert by_system(answer.reports) == {NATIONAL: OK}


def test_the_same_place_is_asked_once() -> None:
    sent, answer = converse(found(engagement(), engagement(), engagement()), invited())
    assert len(sent) == 2
    assert len(answer.items) == 1


@pytest.mark.parametrize(
    ("row", "where", "cause"),
    [
        (
            engagement(registeredResidentIdentification=OTHER.value),
            "registeredResidentIdentification",
            Cause.FOREIGN,
        ),
        (
            engagement(registeredResidentIdentification=None),
            "registeredResidentIdentification",
            None,
        ),
        (engagement(address=None), "logicalAddress", None),
        (engagement(address="SE 1"), "logicalAddress", None),
        (engagement(record=None), "businessObjectInstanceIdentifier", None),
        (engagement(record="x" * 257), "businessObjectInstanceIdentifier", None),
        (engagement().replace("r:engagement", "c:engagement"), "", None),
        ("<r:annat/>", "", None),
    ],
)
def test_a_row_that_leads_nowhere_is_counted(row: str, where: str, cause: Cause | None) -> None:
    sent, answer = converse(found(row, engagement()), invited())
    assert len(sent) == 2
    assert len(answer.items) == 1
    (rejection,) = answer.rejected
    assert rejection.where == "/".join(filter(None, ("engagement[1]", where)))
    report = answer.reports[0]
    assert (report.system, report.rejected, report.cause) == (NATIONAL, 1, cause)


def test_an_index_that_fails_is_the_sources_failure() -> None:
    with pytest.raises(SourceFailed) as failed:
        converse(FAULT)
    assert (failed.value.cause, failed.value.detail) == (Cause.FAULT, "VP009")


def test_a_unit_that_fails_is_told_of_and_the_others_shown() -> None:
    answer = heard(
        found(engagement(), engagement("b-2", OTHER_UNIT)),
        FAULT,
        invited("b-2", healthcare_facility=OTHER_UNIT),
    )
    assert [item.origin.identity for item in answer.items] == [(OTHER_UNIT, "b-2")]
    assert by_system(answer.reports) == {
        NATIONAL: OK,
        OTHER_UNIT: OK,
        UNIT: (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT),
    }


@pytest.mark.parametrize("second_fails", [True, False])
def test_a_unit_that_tells_of_one_of_two_has_answered_in_part(second_fails: bool) -> None:
    answers: list[Answer] = [invited("b-1"), FAULT] if second_fails else [FAULT, invited("b-2")]
    answer = heard(found(engagement("b-1"), engagement("b-2")), *answers)
    assert len(answer.items) == 1
    assert by_system(answer.reports)[UNIT] == (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL)


@pytest.mark.parametrize("refused", NOT_CONNECTED)
def test_a_unit_that_the_platform_does_not_let_us_call_is_not_connected(refused: Response) -> None:
    answer = heard(found(engagement()), refused)
    assert by_system(answer.reports)[UNIT] == (Outcome.NOT_ASKED, Cause.NOT_CONNECTED)
    (told,) = [report for report in answer.reports if report.system == UNIT]
    assert told.detail in ("VP004", "VP007")


def test_when_the_time_is_out_what_has_come_is_handed_over() -> None:
    sent, answer = converse(
        found(engagement("b-1"), engagement("b-2", OTHER_UNIT), engagement("b-3", "SE3")),
        invited("b-1"),
        SourceFailed(Cause.TIMEOUT),
    )
    assert len(sent) == 3
    assert len(answer.items) == 1
    told = by_system(answer.reports)
    assert told[OTHER_UNIT] == (Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT)
    # Of the third nothing was asked: the index is known to hold more than was followed.
    assert told[NATIONAL] == (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL)


def test_a_lost_connection_costs_no_more_than_its_own_unit() -> None:
    answer = heard(
        found(engagement("b-1"), engagement("b-2")), SourceFailed(Cause.FAULT), invited("b-2")
    )
    assert [item.origin.record for item in answer.items] == ["b-2"]


def test_the_index_decides_not_how_long_we_ask() -> None:
    many = [engagement(f"b-{number}") for number in range(MOST + 5)]
    sent, answer = converse(found(*many), *(invited(f"b-{number}") for number in range(MOST)))
    assert len(sent) == 1 + MOST
    assert by_system(answer.reports)[NATIONAL] == (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL)


def test_an_invitation_that_has_got_its_time_is_a_booking() -> None:
    times = {"startTimeInclusive": "20261124093000", "endTimeExclusive": "20261124100000"}
    (item,) = heard(found(engagement()), invited(**times)).items
    assert isinstance(item.when, Timed)
    assert item.invitation is False


@pytest.mark.parametrize(
    "details",
    [
        invited("b-9"),
        invited(healthcare_facility=OTHER_UNIT),
        invited(subject_of_care=OTHER.value),
    ],
)
def test_the_details_of_another_are_not_shown(details: bytes) -> None:
    answer = heard(found(engagement()), details)
    assert answer.items == ()
    assert by_system(answer.reports)[UNIT][1] is Cause.FOREIGN


def test_a_unit_that_tells_of_nothing_leaves_nothing_of_what_the_index_said() -> None:
    answer = heard(found(engagement()), envelope(DETAILS, ""))
    assert answer.items == ()
    assert by_system(answer.reports) == {NATIONAL: OK, UNIT: OK}


def test_what_the_index_answered_can_be_read_from_a_file() -> None:
    answer = read(found(engagement(), engagement(address=None)), reading=reading())
    assert (answer.items, len(answer.rejected)) == ((), 1)
    with pytest.raises(SourceFailed):
        read(envelope(adapter().contracts[0], "")[:-20], reading=reading())
