"""The sandbox's tjänsteplattform behaves as the real one is described to."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import etree

from tests.service.conftest import Sandbox, start_sandbox, stopping
from tests.service.sandbox_wire import (
    CONTACTS_2,
    CONTACTS_3,
    HEADERS,
    HEADERS_XSD,
    LISTING,
    MANAGERS,
    MEDICINES,
    NOTES_2,
    NOTES_3,
    PLANS,
    PLANS_CORE,
    REFERRALS_1,
    REFERRALS_2,
    SCHEDULE,
    SERVICES,
    XSD,
    Platform,
    question,
    schema,
)

BIRGITTA = "190001019801"
SARA = "199001012385"
ELIAS = "200002292399"
NOBODY = "199606292382"
CONTRACTS = (
    *(SCHEDULE, MANAGERS, PLANS, SERVICES, CONTACTS_2, CONTACTS_3),
    *(MEDICINES, NOTES_2, NOTES_3, REFERRALS_1, REFERRALS_2),
)


def unit(code: str) -> str:
    return f"TSTNMT2321000156-{code}"


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


# What it says is what the contracts say.


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_answer_about_everybody_follows_the_national_schema(
    sandbox: Sandbox, platform: Platform, shared: Path, contract: str
) -> None:
    national = schema(shared / "rivta" / XSD[contract])
    rows = 0
    people = [person for person in sandbox.info["people"] if not person["provokes"]]
    for person in people:
        answer = platform.ask(contract, person["person_id"])
        assert national.validate(answer.body), national.error_log
        rows += len(answer.rows)
    assert rows >= 4


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_questions_of_these_tests_follow_the_national_schema(
    shared: Path, contract: str
) -> None:
    body = etree.fromstring(question(contract, BIRGITTA)).find(".//{*}Body")[0]
    national = schema(shared / "rivta" / XSD[contract])
    assert national.validate(body), national.error_log


def test_status_rows_follow_the_schema_when_all_goes_well(platform: Platform, shared: Path) -> None:
    header = platform.ask(SCHEDULE, BIRGITTA).root.find(f".//{{{HEADERS}}}ProcessingStatus")
    national = schema(shared / "rivta" / HEADERS_XSD)
    assert national.validate(header), national.error_log


def test_status_rows_of_failures_break_the_schema_as_the_real_ones_do(
    sandbox: Sandbox, platform: Platform, shared: Path
) -> None:
    sandbox.fault("sydkust", "http500")
    header = platform.ask(SCHEDULE, BIRGITTA).root.find(f".//{{{HEADERS}}}ProcessingStatus")
    national = schema(shared / "rivta" / HEADERS_XSD)
    assert not national.validate(header)
    assert "lastSuccessfulSynch" in str(national.error_log)


def test_birgitta_has_what_her_file_says(platform: Platform) -> None:
    assert set(platform.ask(SCHEDULE, BIRGITTA).texts("bookingId")) == {
        "NM-20431",
        "BJ-7712",
        "SY-118",
    }
    assert platform.ask(MANAGERS, BIRGITTA).codes == {"NORD": "DataFromSource"}
    plans = platform.ask(PLANS, BIRGITTA)
    assert "Trygg hemma efter höftoperationen" in plans.texts("documentTitle")
    # The producer sends what must not be shown: dropping it is the consumer's duty.
    assert plans.texts("approvedForPatient").count("false") == 1
    assert plans.texts("nullified") == ["true"]
    assert any("FÅR EJ VISAS" in t for t in platform.ask(MANAGERS, BIRGITTA).texts("internalNotes"))


def test_attachments_are_what_they_say_they_are(platform: Platform) -> None:
    values = [
        (content.findtext("{*}mediaType"), base64.b64decode(content.findtext("{*}value")))
        for content in platform.ask(PLANS, BIRGITTA).root.iter("{*}content")
        if content.find("{*}value") is not None
    ]
    (document,) = (value for kind, value in values if kind == "application/pdf")
    assert document.startswith(b"%PDF-1.4")
    assert document.endswith(b"%%EOF\n")
    assert any(b"Trygg hemma" in value for kind, value in values if kind == "text/plain")


# Who may ask what.


def test_nobody_gets_in_without_a_certificate(sandbox: Sandbox) -> None:
    context = ssl.create_default_context(cafile=sandbox.info["ca"])
    with httpx.Client(verify=context) as client, pytest.raises(httpx.TransportError):
        client.post(sandbox.info["platform"], content="x")


def test_a_consumer_without_authorisation_is_refused(sandbox: Sandbox) -> None:
    with Platform(sandbox.info, authorised=False) as consumer:
        answer = consumer.ask(SCHEDULE, BIRGITTA)
    assert answer.response.status_code == 500
    assert re.fullmatch(r"VP007 \[[^]]+\] .+", answer.fault or "")
    assert answer.body.findtext("faultcode") == "soapenv:Server"
    assert answer.body.findtext("detail/detailString")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (None, "VP003"),
        ("", "VP003"),
        ("TSTNMT2321000156-FINNSEJ", "VP004"),
        (" 5565594230 ", "VP004"),
        (unit("PSYK"), "VP007"),
    ],
)
def test_wrong_addresses_are_told_apart(platform: Platform, address: str | None, code: str) -> None:
    answer = platform.ask(SCHEDULE, SARA, address)
    assert answer.response.status_code == 500
    assert (answer.fault or "").startswith(f"{code} [")


def test_an_unknown_contract_has_no_route(platform: Platform) -> None:
    response = platform.send(question(SCHEDULE, SARA).replace("crm:scheduling", "crm:okand"))
    assert response.status_code == 500
    assert "VP004" in response.text


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY e "y">]><x>&e;</x>',
        b"<x/>",
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
    ],
)
def test_what_cannot_be_read_is_refused(platform: Platform, message: bytes) -> None:
    response = platform.send(message)
    assert response.status_code == 500
    assert "VP015" in response.text


def test_a_routing_loop_is_stopped(platform: Platform) -> None:
    response = platform.send(question(SCHEDULE, SARA), x_rivta_routing_history=f"X,{unit('PLAT')}")
    assert "VP014" in response.text


def test_the_correlation_id_comes_back_or_is_made(platform: Platform) -> None:
    own = platform.send(question(SCHEDULE, ELIAS), x_skltp_correlation_id="my-own-id")
    assert own.headers["x-skltp-correlation-id"] == "my-own-id"
    made = platform.send(question(SCHEDULE, ELIAS))
    assert len(made.headers["x-skltp-correlation-id"]) == 36


@pytest.mark.parametrize("address", ["5565594230", unit("ORTO")])
def test_scheduling_wants_an_actor(platform: Platform, address: str) -> None:
    answer = platform.ask(SCHEDULE, BIRGITTA, address, actor=False)
    assert answer.response.status_code == 500
    assert "Actor" in (answer.fault or "")
    assert platform.ask(PLANS, BIRGITTA, actor=False).fault is None


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("person", ["19900101-2385", "9001012385", ""])
def test_a_malformed_patient_id_is_a_fault(platform: Platform, contract: str, person: str) -> None:
    answer = platform.ask(contract, person)
    assert answer.response.status_code == 500
    assert not (answer.fault or "VP").startswith("VP")


# Aggregation, with its vices.


def test_one_call_for_each_unit_and_a_row_for_each(sandbox: Sandbox, platform: Platform) -> None:
    answer = platform.ask(SCHEDULE, BIRGITTA)
    assert answer.codes == dict.fromkeys(("ORTO", "BJOR", "SYNC"), "DataFromSource")
    called = {call["logical_address"] for call in sandbox.calls("nordmark")}
    assert called == {unit("ORTO"), unit("BJOR")}
    assert {call["person"] for call in sandbox.calls()} == {"1900****-****"}


def test_a_unit_that_may_not_be_called_is_left_out_without_a_word(platform: Platform) -> None:
    answer = platform.ask(SCHEDULE, SARA)
    assert answer.codes == dict.fromkeys(("NEUR", "BJOR"), "DataFromSource")
    assert "PS-551" not in answer.texts("bookingId")


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("person", [NOBODY, "201212121212"])
def test_nothing_known_is_an_empty_list_and_no_rows(
    platform: Platform, contract: str, person: str
) -> None:
    answer = platform.ask(contract, person)
    assert (answer.response.status_code, answer.rows, answer.codes) == (200, [], {})


@pytest.mark.parametrize(
    ("kind", "details", "code"),
    [
        ("http500", {}, "500"),
        ("refuse", {}, "500"),
        ("vpfault", {"code": "VP009"}, "500"),
        ("hang", {}, "504"),
        ("slow", {"seconds": 1.5}, "504"),
        ("garbage", {}, "43000"),
        ("truncated", {}, "43000"),
        ("bomb", {}, "43000"),
        ("deep", {}, "43000"),
        ("wrong-namespace", {}, "43000"),
        ("huge", {}, "500"),
    ],
)
def test_a_failed_source_is_a_row_and_the_others_stand(
    sandbox: Sandbox, platform: Platform, kind: str, details: dict[str, object], code: str
) -> None:
    sandbox.fault("sydkust", kind, **details)
    answer = platform.ask(SCHEDULE, BIRGITTA)
    assert answer.response.status_code == 200
    assert answer.codes == {
        "ORTO": "DataFromSource",
        "BJOR": "DataFromSource",
        "SYNC": "NoDataSynchFailed",
    }
    assert set(answer.texts("bookingId")) == {"NM-20431", "BJ-7712"}
    row = answer.status[unit("SYNC")]
    assert row.findtext(f".//{{{HEADERS}}}code") == code
    assert row.findtext(f".//{{{HEADERS}}}causingAgent") == "virtualization_platform"
    assert re.fullmatch(r"\d{14}", row.findtext(f"{{{HEADERS}}}lastUnsuccessfulSynch"))


def test_when_all_fail_it_is_still_200(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("nordmark", "http500")
    answer = platform.ask(PLANS, BIRGITTA)
    assert answer.response.status_code == 200
    assert answer.rows == []
    assert answer.codes == {"NORD": "NoDataSynchFailed"}


def test_an_error_result_is_hidden_by_the_aggregator(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("nordmark", "error-result")
    direct = platform.ask(PLANS, BIRGITTA, unit("NORD"))
    assert direct.texts("resultCode") == ["ERROR"]
    hidden = platform.ask(PLANS, BIRGITTA)
    assert hidden.codes == {"NORD": "DataFromSource"}
    assert hidden.texts("resultCode") == ["INFO"]
    assert hidden.texts("logId") == ["NA"]
    assert hidden.rows == []


@pytest.mark.parametrize("kind", ["http500", "refuse", "hang"])
def test_without_the_engagement_index_there_is_only_a_fault(
    sandbox: Sandbox, platform: Platform, kind: str
) -> None:
    sandbox.fault("engagemangsindex", kind)
    answer = platform.ask(SCHEDULE, BIRGITTA)
    assert answer.response.status_code == 500
    assert (answer.fault or "").startswith("EI000")


def test_an_empty_engagement_index_looks_like_no_data(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("engagemangsindex", "empty")
    answer = platform.ask(SCHEDULE, BIRGITTA)
    assert (answer.response.status_code, answer.rows, answer.codes) == (200, [], {})


def test_empty_is_an_answer_without_rows(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("nordmark", "empty")
    answer = platform.ask(PLANS, BIRGITTA)
    assert answer.codes == {"NORD": "DataFromSource"}
    assert answer.rows == []


@pytest.mark.parametrize("target", ["source", "plattformen"])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_wrong_person_is_somebody_elses_rows(
    sandbox: Sandbox, platform: Platform, contract: str, target: str
) -> None:
    source = "sjovik-omsorg" if contract == SERVICES else "nordmark"
    sandbox.fault(source if target == "source" else target, "wrong-person")
    answer = platform.ask(contract, BIRGITTA)
    assert answer.rows
    strangers = [
        text
        for row in answer.rows
        for text in etree.tostring(row, method="text", encoding="unicode").split()
    ]
    assert SARA in "".join(strangers)


def test_a_fault_may_last_a_number_of_times_and_be_for_one_person(
    sandbox: Sandbox, platform: Platform
) -> None:
    sandbox.fault("nordmark", "http500", times=1, person=SARA)
    assert platform.ask(PLANS, BIRGITTA).codes == {"NORD": "DataFromSource"}
    assert platform.ask(PLANS, SARA).codes == {"NORD": "NoDataSynchFailed"}
    assert platform.ask(PLANS, SARA).codes == {"NORD": "DataFromSource"}


# Calling a source directly.


def test_a_unit_has_its_own_rows_and_a_system_all(platform: Platform) -> None:
    assert platform.ask(SCHEDULE, BIRGITTA, unit("ORTO")).texts("bookingId") == ["NM-20431"]
    assert platform.ask(SCHEDULE, BIRGITTA, unit("NORD")).texts("bookingId") == [
        "NM-20431",
        "BJ-7712",
    ]
    assert platform.ask(SCHEDULE, BIRGITTA, unit("SYDK")).texts("bookingId") == ["SY-118"]


@pytest.mark.parametrize(
    ("kind", "appended"),
    [("http500", "VP_PRODUCER_EXCEPTION_HTTP_STATUS=500"), ("refuse", ""), ("hang", "")],
)
def test_a_producer_that_fails_is_vp009(
    sandbox: Sandbox, platform: Platform, kind: str, appended: str
) -> None:
    sandbox.fault("nordmark", kind)
    answer = platform.ask(PLANS, BIRGITTA, unit("NORD"))
    assert answer.response.status_code == 500
    assert (answer.fault or "").startswith("VP009 [")
    assert (answer.fault or "").endswith(appended)


def test_a_producers_own_fault_passes_through(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("nordmark", "vpfault", code="VP008")
    fault = platform.ask(PLANS, BIRGITTA, unit("NORD")).fault
    assert (fault or "").startswith("VP008 [Regional plattform]")


def test_another_source_system_than_the_address_is_refused(platform: Platform) -> None:
    own = f"<m:sourceSystemHSAId>{unit('NORD')}</m:sourceSystemHSAId>"
    other = f"<m:sourceSystemHSAId>{unit('SYDK')}</m:sourceSystemHSAId>"
    assert platform.ask(PLANS, BIRGITTA, unit("NORD"), more=own).texts("resultCode") == ["OK"]
    refused = platform.ask(PLANS, BIRGITTA, unit("NORD"), more=other)
    assert refused.texts("resultCode") == ["ERROR"]
    assert refused.texts("errorCode") == ["INVALID_REQUEST"]
    assert refused.rows == []


def test_a_period_limits_the_plans(platform: Platform) -> None:
    period = (
        f'<m:datePeriod xmlns:c="{PLANS_CORE}"><c:start>19990101</c:start>'
        "<c:end>19991231</c:end></m:datePeriod>"
    )
    answer = platform.ask(PLANS, BIRGITTA, more=period)
    assert answer.codes == {"NORD": "DataFromSource"}
    assert answer.rows == []


# Both majors, and the municipality.


def test_both_majors_have_the_same_records(platform: Platform) -> None:
    older, newer = (platform.ask(contract, BIRGITTA) for contract in (CONTACTS_2, CONTACTS_3))
    assert older.texts("documentId") == newer.texts("documentId")
    assert older.texts("careContactStatus")[0] == "5"
    assert "Avslutad" in newer.texts("displayName")
    assert (older.texts("resultCode"), newer.texts("resultCode")) == ([], ["INFO"])


def test_a_contact_that_goes_on_has_no_end_and_a_visit_ends_when_it_starts(
    platform: Platform,
) -> None:
    for row in platform.ask(CONTACTS_3, BIRGITTA).rows:
        status = row.findtext(".//{*}careContactStatus/{*}code")
        end = row.findtext(".//{*}careContactTimePeriod/{*}end")
        assert (end is None) == (status in ("1", "3"))


def test_a_period_keeps_what_goes_on_and_leaves_out_what_is_over(platform: Platform) -> None:
    period = (
        f'<m:datePeriod xmlns:c="{PLANS_CORE}"><c:start>20980101</c:start>'
        "<c:end>20981231</c:end></m:datePeriod>"
    )
    kept = platform.ask(CONTACTS_3, BIRGITTA, more=period).rows
    assert [row.findtext(".//{*}careContactStatus/{*}code") for row in kept] == ["3"]


def test_services_come_from_the_municipality_and_may_be_special_housing(
    platform: Platform,
) -> None:
    answer = platform.ask(SERVICES, BIRGITTA)
    assert answer.codes == {"SJVO": "DataFromSource"}
    assert {"HSJV", "SÄBO"} <= set(answer.texts("typeOfCareService"))


# RIVTABP20.


@pytest.mark.parametrize("person", [BIRGITTA, SARA, ELIAS])
def test_a_listing_follows_the_national_schema(
    platform: Platform, shared: Path, person: str
) -> None:
    national = schema(shared / "rivta" / XSD[LISTING])
    answer = platform.ask(LISTING, person, unit("RNVG"))
    assert national.validate(answer.body), national.error_log
    assert answer.texts("personId") == [person]
    asked = etree.fromstring(question(LISTING, person)).find(".//{*}Body")[0]
    assert national.validate(asked), national.error_log


def test_each_region_has_its_own_listings(platform: Platform) -> None:
    own = platform.ask(LISTING, BIRGITTA, unit("RNVG"))
    assert own.texts("resourceName") == ["Sara Nyström, läkare"]
    assert platform.ask(LISTING, BIRGITTA, unit("RSVG")).texts("listingType") == ["Syncentral"]


def test_the_address_may_stand_in_either_profiles_header(platform: Platform) -> None:
    older = question(LISTING, BIRGITTA, unit("RNVG"))
    newer = older.replace("a:To>", "r:LogicalAddress>")
    assert older != newer
    said = [platform.send(envelope).content for envelope in (older, newer)]
    assert said[0] == said[1]
    assert b"Sara Nystr" in said[0]


@pytest.mark.parametrize("address", ["5565594230", unit("BJOR"), unit("NORD"), unit("SJVG")])
def test_listings_are_asked_for_at_the_regions_only(platform: Platform, address: str) -> None:
    assert (platform.ask(LISTING, BIRGITTA, address).fault or "").startswith("VP004 [")


def test_other_contracts_are_not_asked_for_at_a_region(platform: Platform) -> None:
    assert (platform.ask(PLANS, BIRGITTA, unit("RNVG")).fault or "").startswith("VP004 [")


def test_a_person_whom_the_region_does_not_know_is_a_fault_of_the_contract(
    platform: Platform, shared: Path
) -> None:
    answer = platform.ask(LISTING, "201212121212", unit("RNVG"))
    assert answer.response.status_code == 500
    (told,) = answer.body.find("detail")
    national = schema(shared / "rivta" / XSD[LISTING])
    assert national.validate(etree.fromstring(etree.tostring(told))), national.error_log


def test_a_broken_region_is_vp009_for_listings_too(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("sydkust", "http500")
    fault = platform.ask(LISTING, BIRGITTA, unit("RSVG")).fault
    assert (fault or "").startswith("VP009 [")


# The platform itself.


@pytest.mark.parametrize("code", ["VP002", "VP008", "VP012", "VP013"])
def test_the_platform_answers_any_vp_fault(sandbox: Sandbox, platform: Platform, code: str) -> None:
    sandbox.fault("plattformen", "vpfault", code=code)
    answer = platform.ask(SCHEDULE, BIRGITTA)
    assert answer.response.status_code == 500
    assert (answer.fault or "").startswith(f"{code} [")


@pytest.mark.parametrize("kind", ["refuse", "cut"])
def test_the_platform_breaks_the_connection(
    sandbox: Sandbox, platform: Platform, kind: str
) -> None:
    sandbox.fault("plattformen", kind)
    with pytest.raises(httpx.TransportError):
        platform.ask(SCHEDULE, BIRGITTA)


def test_the_platform_never_answers(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("plattformen", "hang", times=1)
    platform.client.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        platform.ask(SCHEDULE, BIRGITTA)


def test_the_platform_sends_dangerous_content(sandbox: Sandbox, platform: Platform) -> None:
    sandbox.fault("plattformen", "bomb")
    assert b"<!DOCTYPE" in platform.send(question(SCHEDULE, BIRGITTA)).content
    sandbox.fault("plattformen", "deep")
    assert platform.send(question(SCHEDULE, BIRGITTA)).content.count(b"<n>") == 10_000
    sandbox.fault("plattformen", "huge")
    assert len(platform.send(question(SCHEDULE, BIRGITTA)).content) > 50_000_000


def test_the_last_requests_are_kept_as_they_came(sandbox: Sandbox, platform: Platform) -> None:
    sent = question(SCHEDULE, ELIAS)
    platform.send(sent, x_skltp_correlation_id="abc")
    (kept,) = sandbox.requests("plattformen")
    assert kept["body"] == sent
    assert kept["headers"]["x-skltp-correlation-id"] == "abc"


# Raw messages.


def test_raw_messages_are_served_in_order_and_verbatim(tmp_path: Path) -> None:
    stranger, own = "198510219994", tmp_path / "raw"
    folder = own / stranger / "GetCarePlans"
    folder.mkdir(parents=True)
    (folder / "1.xml").write_bytes(b"<first/>")
    (folder / "2.xml").write_bytes(
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        b"<s:Body><s:Fault/></s:Body></s:Envelope>"
    )
    running = start_sandbox(tmp_path / "state", "--raw", str(own))
    with stopping(running), Platform(running.info) as platform:
        answers = [platform.send(question(PLANS, stranger)) for _ in range(3)]
        assert answers[0].content == b"<first/>"
        assert [answer.status_code for answer in answers] == [200, 500, 500]
        # Nothing raw for this contract, and nobody's file: nothing known.
        assert platform.ask(SCHEDULE, stranger).rows == []
        assert platform.ask(PLANS, SARA).rows
        assert stranger in {person["person_id"] for person in running.info["people"]}
