"""Bookings: what we send is valid, and every real message is read or refused with a reason."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from portal.reading import read_file
from stodtjanster.information.booking import (
    AskDetails,
    AskFreeDays,
    AskFreeTimes,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    Visitor,
)
from stodtjanster.model import Cause, Told
from stodtjanster.sources.bookings.adapter import CONTRACTS, WRITES, read, read_outcome
from stodtjanster.sources.kit.soap import body_of
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from tests.bookings import VISITOR, adapter, booking, doing, free_time, invitation
from tests.conformance.test_rivta_requests import HEADERS, SOAP, load
from tests.conformance.test_rivta_samples import body, named, occupied
from tests.platform_causes import allowed
from tests.rivta_messages import AUTUMN, OTHER, reading

BARE = Visitor(first_name="Tolvan", last_name="Tolvansson")
WHOLE = Visitor(
    first_name="Tolvan",
    middle_name="Bo",
    last_name="Tolvansson",
    phone="0980-319 290",
    email="tolvan@example.org",
)
QUESTIONS = (
    AskDetails(booking=booking()),
    AskFreeDays(booking=booking(), period=AUTUMN),
    AskFreeTimes(booking=invitation(), period=AUTUMN),
)
ACTS = (
    CancelBooking(booking=booking()),
    CancelBooking(booking=booking(), message="Jag är <sjuk> & kan inte komma"),
    MoveBooking(booking=booking(), to=free_time()),
    MoveBooking(booking=booking(), to=free_time(), visitor=VISITOR),
    MakeBooking(booking=invitation(), to=free_time(), visitor=BARE),
    MakeBooking(booking=invitation(), to=free_time(), visitor=WHOLE),
)
OPERATIONS = [contract.operation for contract in CONTRACTS]
WRITTEN = [contract.operation for contract in WRITES]


def sent(what: Any, **who: Any) -> Request:
    begin = adapter().look if what in QUESTIONS else adapter().act
    return next(begin(what, doing(**who)))


@pytest.mark.parametrize("who", [{}, {"actor": OTHER}], ids=["self", "agent"])
@pytest.mark.parametrize("what", [*QUESTIONS, *ACTS], ids=lambda what: type(what).__name__)
def test_a_request_is_valid(shared: Path, what: Any, who: dict[str, Any]) -> None:
    request = sent(what, **who)
    header, content = etree.fromstring(request.body)
    assert (header.tag, content.tag, len(content)) == (f"{SOAP}Header", f"{SOAP}Body", 1)
    operation = etree.QName(content[0]).localname
    assert operation in request.url
    assert request.headers["SOAPAction"].endswith(f'Responder:1:{operation}"')
    folder = shared / "rivta/crm/scheduling/1.1/interactions" / f"{operation}Interaction"
    schema = load(folder / f"{operation}Responder_1.1.xsd")
    assert schema.validate(etree.fromstring(etree.tostring(content[0]))), schema.error_log
    assert {etree.QName(block).localname for block in header} == {"LogicalAddress", "Actor"}
    for block in header:
        schema = load(shared / "rivta" / HEADERS[etree.QName(block).localname])
        assert schema.validate(etree.fromstring(etree.tostring(block))), schema.error_log


def test_every_contract_is_sent_by_something() -> None:
    operations = {
        etree.QName(etree.fromstring(sent(what).body)[1][0]).localname
        for what in (*QUESTIONS, *ACTS)
    }
    assert operations == set(OPERATIONS)


def samples(pattern: str, *operations: str) -> list[str]:
    return [
        name for each in operations for name in named(f"crm.scheduling.{each}.1/{pattern}-*.xml")
    ]


READ = [operation for operation in OPERATIONS if operation not in WRITTEN]


@pytest.mark.parametrize("name", samples("response", *READ))
def test_a_real_answer_is_read_and_every_row_accounted_for(shared: Path, name: str) -> None:
    raw = body(shared, name)
    rows = len(etree.fromstring(raw))
    heard = read(occupied(raw), reading=reading(subject=None))
    assert len(heard.items) + len(heard.rejected) == rows > 0
    assert all(rejection.why for rejection in heard.rejected)
    assert sum(report.rejected for report in heard.reports) == len(heard.rejected)


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("crm.scheduling.GetAvailableDates.1/response-01-valid-493b359d.xml", 2),
        ("crm.scheduling.GetAvailableTimeslots.1/response-04-INVALID-afa1179a.xml", 2),
    ],
)
def test_real_free_times_are_offered(shared: Path, name: str, items: int) -> None:
    assert len(read(body(shared, name), reading=reading(subject=None)).items) == items


@pytest.mark.parametrize("name", samples("response", *WRITTEN))
def test_a_real_outcome_is_read(shared: Path, name: str) -> None:
    told = read_outcome(body(shared, name))
    assert isinstance(told, Done)
    assert told.message is not None
    assert (told.record is not None) is ("MakeBooking" in name)


def test_a_real_note_to_the_person_is_passed_on(shared: Path) -> None:
    name = "crm.scheduling.UpdateBooking.1/response-03-valid-8ac21d60.xml"
    told = Told("Tyvärr kunde inte telefonnumret sparas med bokningen")
    assert read_outcome(body(shared, name)) == Done(told, info=True)


@pytest.mark.parametrize("name", samples("request", *OPERATIONS))
def test_a_request_is_no_answer(shared: Path, name: str) -> None:
    raw = body(shared, name)
    with pytest.raises(SourceFailed) as rows:
        read(raw, reading=reading())
    with pytest.raises(SourceFailed) as said:
        read_outcome(raw)
    assert {rows.value.cause, said.value.cause} == {Cause.UNREADABLE}


@pytest.mark.parametrize("name", named("soap-fault/*.xml"))
def test_a_real_fault_is_a_failure_with_a_cause(shared: Path, name: str) -> None:
    raw = body(shared, name)
    with pytest.raises(SourceFailed) as rows:
        read(raw, reading=reading())
    with pytest.raises(SourceFailed) as said:
        read_outcome(raw)
    with pytest.raises(SourceFailed) as answered:
        body_of(Response(500, {}, raw))
    causes = {rows.value.cause, said.value.cause, answered.value.cause}
    assert causes <= allowed(answered.value.detail)
    assert len(causes) == 1


@pytest.mark.parametrize("name", samples("response", *OPERATIONS))
def test_portal_parse_prints_the_natural_reading(shared: Path, name: str) -> None:
    operation = name.split(".")[2]
    printed = read_file(
        body(shared, name), contract=operation, release=None, at=datetime(2026, 11, 20, tzinfo=UTC)
    )
    told = orjson.loads(printed)
    assert list(told) == ["items", "reports", "rejected"]
    if operation in WRITTEN:
        (item,) = told["items"]
        assert item["outcome"] == "done"
        assert item["message"]["text"]
    else:
        assert told["items"] or told["rejected"]
