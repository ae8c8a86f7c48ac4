"""Envelopes, faults and statuses: what is said when nothing can be shown, and what is not said."""

import pytest
from lxml import etree

from stodtjanster.information import Appointment
from stodtjanster.model import Cause, Outcome
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Response, SourceFailed
from stodtjanster.sources.subject_of_care_schedule.adapter import CONTRACT, Adapter, read
from stodtjanster.sources.subject_of_care_schedule.settings import Settings
from tests.platform_causes import CAUSES
from tests.rivta_messages import (
    RESERVE,
    SETTINGS,
    TOLVAN,
    asked,
    fault,
    question,
    reading,
    schedule,
    timeslot,
    told,
)


@pytest.fixture
def adapter() -> Adapter:
    return Adapter(Settings.model_validate(SETTINGS))


def test_a_request_carries_what_the_platform_wants(adapter: Adapter) -> None:
    request = asked(adapter, question(Appointment))
    assert (request.method, request.url) == ("POST", "https://127.0.0.1:9/vp")
    assert request.headers == {
        "Content-Type": "text/xml; charset=UTF-8",
        "SOAPAction": (
            '"urn:riv:crm:scheduling:GetSubjectOfCareScheduleResponder:1:GetSubjectOfCareSchedule"'
        ),
        "x-rivta-original-serviceconsumer-hsaid": "SE2321000230-9000",
        "x-skltp-correlation-id": "c-1",
    }
    root = etree.fromstring(request.body)
    assert root.findtext(".//{urn:riv:itintegration:registry:1}LogicalAddress") == "5565594230"
    assert root.findtext(".//{urn:riv:interoperability:headers:1}actorId") == TOLVAN.value
    assert root.findtext(".//{urn:riv:interoperability:headers:1}actorType") == "subject_of_care"
    facility = f"{{{CONTRACT.namespace}}}healthcare_facility"
    assert root.findtext(f".//{facility}") == "5565594230"
    assert TOLVAN.value not in request.url + str(request.headers)


def test_a_reserve_number_is_not_asked_about(adapter: Adapter) -> None:
    conversation = adapter.ask(question(Appointment, subject=RESERVE))
    with pytest.raises(StopIteration) as done:
        next(conversation)
    (report,) = done.value.value.reports
    assert (report.outcome, report.cause) == (Outcome.NOT_ASKED, Cause.NOT_CONNECTED)


@pytest.mark.parametrize(
    ("told_as", "detail", "cause", "said"),
    [
        *((f"{code} [NTjP] Fel", "", cause, code) for code, cause in CAUSES.items()),
        ("VP099 [NTjP] Fel", "", Cause.FAULT, "VP099"),
        ("VP009 [NTjP] Fel vid anrop", "Connection refused", Cause.REFUSED, "VP009"),
        ("VP009 [NTjP] Fel vid anrop", "Read timed out", Cause.TIMEOUT, "VP009"),
        ("VP009 [NTjP] VP_PRODUCER_EXCEPTION_HTTP_STATUS=504", "", Cause.TIMEOUT, "VP009"),
        ("VP009 [NTjP] VP_PRODUCER_EXCEPTION_HTTP_STATUS=500", "", Cause.FAULT, "VP009"),
        ("VP0099 är inget", "", Cause.FAULT, "SOAP fault server"),
        ("EI000 Tekniskt fel", "", Cause.FAULT, "EI000"),
        ("Patient 191212121212 saknas", "191212121212", Cause.FAULT, "SOAP fault server"),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_a_fault_gives_its_cause_and_no_text_of_its_own(
    adapter: Adapter, status: int, told_as: str, detail: str, cause: Cause, said: str
) -> None:
    body = fault("soap:Server", told_as, detail)
    with pytest.raises(SourceFailed) as failed:
        told(adapter, question(Appointment), body, status)
    assert (failed.value.cause, failed.value.detail) == (cause, said)


def test_a_fault_code_that_nobody_knows_is_not_repeated() -> None:
    with pytest.raises(SourceFailed) as failed:
        open_message(fault("p:191212121212", "x"), CONTRACT.response)
    assert failed.value.detail == "SOAP fault without a known code"


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (301, Cause.FAULT),
        (401, Cause.DENIED),
        (403, Cause.DENIED),
        (404, Cause.FAULT),
        (413, Cause.TOO_LARGE),
        (500, Cause.FAULT),
        (503, Cause.FAULT),
        (504, Cause.TIMEOUT),
    ],
)
def test_another_status_is_told_by_its_number(status: int, cause: Cause) -> None:
    with pytest.raises(SourceFailed) as failed:
        body_of(Response(status, {}, b"<html>Nope</html>"))
    assert (failed.value.cause, failed.value.detail) == (cause, f"HTTP {status}")


def test_an_answer_with_status_500_is_no_answer(adapter: Adapter) -> None:
    with pytest.raises(SourceFailed) as failed:
        told(adapter, question(Appointment), schedule(timeslot()), 500)
    assert failed.value.cause is Cause.FAULT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    written = schedule(timeslot()).decode().replace("UTF-8", encoding, 1).encode(encoding)
    (item,) = read(written, reading=reading()).items
    assert item.unit.text == "Tallbackens vårdcentral"


def test_a_bare_response_is_read_as_its_envelope_would_be() -> None:
    whole = schedule(timeslot())
    root = etree.fromstring(whole)
    bare = etree.tostring(root[1][0])
    assert read(bare, reading=reading()) == read(whole, reading=reading())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Tjansten ar nere",
        b'{"a": 1}',
        b"<html><body>Inloggning</body></html>",
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
        schedule().replace(b"GetSubjectOfCareScheduleResponse", b"GetBookingDetailsResponse"),
        schedule().replace(CONTRACT.namespace.encode(), b"urn:riv:crm:other"),
    ],
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(SourceFailed) as failed:
        read(body, reading=reading())
    assert failed.value.cause is Cause.UNREADABLE


def test_two_answers_in_one_envelope_are_none() -> None:
    root = etree.fromstring(schedule(timeslot()))
    root[1].append(etree.fromstring(schedule())[1][0])
    with pytest.raises(SourceFailed, match="2 elements in Body"):
        read(etree.tostring(root), reading=reading())


def test_the_names_of_a_contract_follow_the_profile() -> None:
    contract = Contract("a:b", "GetThing", 3, "urn:riv:a:b:3")
    assert contract.namespace == "urn:riv:a:b:GetThingResponder:3"
    assert contract.action == "urn:riv:a:b:GetThingResponder:3:GetThing"
