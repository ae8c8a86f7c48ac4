"""A write is one request, and what came of it is a value, whatever the wire did."""

from typing import Any

import pytest
from lxml import etree

from stodtjanster.information.booking import (
    ActOutcome,
    AskDetails,
    CancelBooking,
    Done,
    MoveBooking,
    Refused,
    Unknown,
    Unsent,
)
from stodtjanster.model import Cause, Told
from stodtjanster.sources.bookings.requests import CANCEL
from stodtjanster.sources.kit.act import Performer, concerns
from stodtjanster.sources.kit.source import Request, Response, Source, SourceFailed
from tests.bookings import adapter, booking, doing, free_time, origin, outcome
from tests.rivta_messages import OTHER, TOLVAN, UNIT, fault

ACT = CancelBooking(booking=booking())
VP = "VP{:03} [Plattformen] Något."


def ended(conversation: Any, answer: Response | SourceFailed) -> ActOutcome:
    """The outcome after one answer, or one failure of the wire."""
    assert isinstance(next(conversation), Request)
    go_on = conversation.send if isinstance(answer, Response) else conversation.throw
    with pytest.raises(StopIteration) as end:
        go_on(answer)
    return end.value.value


def answered(body: bytes, status: int = 200) -> ActOutcome:
    return ended(adapter().act(ACT, doing()), Response(status, {}, body))


def test_a_yes_and_a_no() -> None:
    assert answered(outcome(CANCEL, "OK")) == Done()
    assert answered(outcome(CANCEL, "ERROR", "Ring oss")) == Refused(Told("Ring oss"))


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.FAULT, Cause.UNREADABLE, Cause.TOO_LARGE])
def test_a_lost_answer_is_not_known(cause: Cause) -> None:
    assert ended(adapter().act(ACT, doing()), SourceFailed(cause)) == Unknown(cause)


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.FAILED])
def test_what_never_left_is_not_sent(cause: Cause) -> None:
    assert ended(adapter().act(ACT, doing()), SourceFailed(cause)) == Unsent(cause)


@pytest.mark.parametrize("number", [*range(1, 9), 10, 11, 13, 14, 15])
def test_a_platform_that_called_nobody_says_so(number: int) -> None:
    assert isinstance(answered(fault("soap:Client", VP.format(number)), 500), Unsent)


@pytest.mark.parametrize(
    "text", [VP.format(9), VP.format(12), "Något gick fel", "VP004", "EI000 Fel"]
)
def test_a_fault_from_behind_the_platform_is_not_known(text: str) -> None:
    found = answered(fault("soap:Server", text), 500)
    assert isinstance(found, Unsent if text == "VP004" else Unknown)


@pytest.mark.parametrize("body", [b"", b"skr\xe4p", outcome(CANCEL, "KANSKE"), b"<a/>"])
def test_an_answer_that_cannot_be_read_may_have_been_a_yes(body: bytes) -> None:
    assert answered(body) == Unknown(Cause.UNREADABLE)


@pytest.mark.parametrize("status", [404, 500, 502, 504])
def test_another_status_is_not_known(status: int) -> None:
    assert isinstance(answered(b"Internal error", status), Unknown)


def sent(act: Any, **who: Any) -> etree._Element:
    return etree.fromstring(next(adapter().act(act, doing(**who))).body)


def test_it_goes_to_the_unit_that_holds_the_booking() -> None:
    request = next(adapter().act(ACT, doing()))
    assert request.url == "https://127.0.0.1:9/vp/CancelBooking/1/rivtabp21"
    root = etree.fromstring(request.body)
    assert root.findtext(".//{*}LogicalAddress") == UNIT
    assert root.findtext(".//{*}healthcare_facility") == UNIT
    assert root.findtext(".//{*}bookingId") == "b-1"


def test_the_actor_is_the_person_or_who_acts_for_them() -> None:
    own, agent = sent(ACT), sent(ACT, actor=OTHER)
    assert own.findtext(".//{*}actorId") == TOLVAN.value
    assert own.findtext(".//{*}actorType") == "subject_of_care"
    assert agent.findtext(".//{*}actorId") == OTHER.value
    assert agent.findtext(".//{*}actorType") == "subject_of_care_agent"


def test_a_time_is_given_back_as_it_came_for_this_booking_and_person() -> None:
    slot = sent(MoveBooking(booking=booking(), to=free_time())).find(".//{*}requestedTimeslot")
    said = [(etree.QName(part).localname, part.text) for part in slot]
    assert said == [
        ("startTimeInclusive", "20261124093000"),
        ("endTimeExclusive", "20261124100000"),
        ("healthcare_facility", UNIT),
        ("bookingId", "b-1"),
        ("subject_of_care", TOLVAN.value),
        ("resourceID", "rum-3"),
    ]


def test_a_persons_words_are_carried_but_for_what_xml_cannot() -> None:
    act = CancelBooking(booking=booking(), message="Sjuk \x00<b>\ud800 \U0001f912\nTack")
    assert sent(act).findtext(".//{*}message") == "Sjuk <b> \U0001f912\nTack"


def test_an_adapter_that_acts_is_no_source_of_lists() -> None:
    made = adapter()
    assert isinstance(made, Performer)
    assert not isinstance(made, Source)


def test_it_acts_on_what_it_is_configured_for_and_on_its_own() -> None:
    made = adapter()
    assert concerns(made, (booking(), free_time()))
    assert not concerns(made, (booking(origin=origin(source="sjovik")),))
    assert not concerns(made, (booking(), free_time(origin=origin("f-1", source="annan"))))


def test_a_question_that_meets_a_fault_fails() -> None:
    asking = adapter().look(AskDetails(booking=booking()), doing())
    next(asking)
    with pytest.raises(SourceFailed) as failed:
        asking.send(Response(500, {}, fault("soap:Server", VP.format(7))))
    assert failed.value.cause is Cause.DENIED
