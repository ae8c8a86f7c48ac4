"""The sandbox's engagement index and address catalogue, on the wire."""

from __future__ import annotations

import queue
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.service.conftest import FLAGS, Sandbox, start_sandbox, stopping
from tests.service.sandbox_wire import NATIONAL, REGISTRY, SCHEDULE, SOAP, Platform, schema

BIRGITTA = "190001019801"
SARA = "199001012385"
CONSUMER = "TSTNMT2321000156-PORT"
CLINIC = "TSTNMT2321000156-BJOR"
NORDMARK = "TSTNMT2321000156-NORD"
INVITATION = "BJ-7790"
PATIENCE = 20.0

EI = "urn:riv:itintegration:engagementindex"
FIND = f"{EI}:FindContentResponder:1"
UPDATE = f"{EI}:UpdateResponder:1"
NOTIFY = f"{EI}:ProcessNotificationResponder:1"
TAK = "urn:riv:infrastructure:itintegration:registry"
ADDRESSEES = f"{TAK}:GetLogicalAddresseesByServiceContractResponder:2"
XSD = {
    **{
        f"{EI}:{name}Responder:1": f"itintegration/engagementindex/1.0/interactions/"
        f"{name}Interaction/{name}Responder_1.0.xsd"
        for name in ("FindContent", "Update", "ProcessNotification")
    },
    ADDRESSEES: "infrastructure/itintegration/registry/2.0/interactions"
    "/GetLogicalAddresseesByServiceContractInteraction"
    "/GetLogicalAddresseesByServiceContractResponder_2.0.xsd",
}
SCHEDULING = "riv:crm:scheduling"


def enveloped(namespace: str, name: str, inner: str, address: str = NATIONAL) -> str:
    return (
        f'<e:Envelope xmlns:e="{SOAP}" xmlns:r="{REGISTRY}"><e:Header>'
        f"<r:LogicalAddress>{address}</r:LogicalAddress></e:Header><e:Body>"
        f'<m:{name} xmlns:m="{namespace}" xmlns:c="{EI}:1">{inner}</m:{name}>'
        "</e:Body></e:Envelope>"
    )


def find(person: str = BIRGITTA, domain: str | None = SCHEDULING, **more: str) -> str:
    said = {"registeredResidentIdentification": person, "serviceDomain": domain, **more}
    inner = "".join(f"<m:{name}>{text}</m:{name}>" for name, text in said.items() if text)
    return enveloped(FIND, "FindContent", inner)


ROW = {
    "registeredResidentIdentification": SARA,
    "serviceDomain": SCHEDULING,
    "categorization": "Booking",
    "logicalAddress": CLINIC,
    "businessObjectInstanceIdentifier": "B-1",
    "clinicalProcessInterestId": "NA",
    "mostRecentContent": "20270101101500",
    "sourceSystem": NORDMARK,
    "dataController": "2321000156",
    "owner": NATIONAL,
}


def transaction(delete: bool = False, **changes: str | None) -> str:
    row = "".join(f"<c:{name}>{text}</c:{name}>" for name, text in (ROW | changes).items() if text)
    flag = str(delete).lower()
    return (
        f"<m:engagementTransaction><c:deleteFlag>{flag}</c:deleteFlag>"
        f"<c:engagement>{row}</c:engagement></m:engagementTransaction>"
    )


def update(*transactions: str, address: str = NATIONAL) -> str:
    return enveloped(UPDATE, "Update", "".join(transactions or [transaction()]), address)


def addressees(contract: str = SCHEDULE, consumer: str = CONSUMER) -> str:
    return enveloped(
        ADDRESSEES,
        "GetLogicalAddresseesByServiceContract",
        f"<m:serviceConsumerHsaId>{consumer}</m:serviceConsumerHsaId>"
        f'<m:serviceContractNameSpace><t:ServiceContractNamespace xmlns:t="{TAK}:2">{contract}'
        "</t:ServiceContractNamespace></m:serviceContractNameSpace>",
    )


Ask = Callable[[str], Any]


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    """Send an envelope; the first element of the answer's body."""
    with Platform(sandbox.info) as platform:
        yield lambda sent: content(platform.send(sent).content)
    sandbox.panel.delete("/api/bookings").raise_for_status()


def content(message: bytes) -> Any:
    (found,) = etree.fromstring(message).find(f"{{{SOAP}}}Body")
    return etree.fromstring(etree.tostring(found))


def rows(answer: Any) -> list[dict[str, str]]:
    return [
        {etree.QName(part).localname: part.text for part in row}
        for row in answer.findall(f"{{{FIND}}}engagement")
    ]


def records(answer: Any) -> set[tuple[str, str]]:
    """Category and record of each row."""
    return {(r["categorization"], r["businessObjectInstanceIdentifier"]) for r in rows(answer)}


def fault(answer: Any) -> str:
    return answer.findtext("faultstring") or ""


# -- FindContent -----------------------------------------------------------------------------------


def test_every_booking_and_open_invitation_has_a_row_of_its_own(ask: Ask) -> None:
    found = records(ask(find()))
    assert found == {
        ("Booking", "NM-20431"),
        ("Booking", "BJ-7712"),
        ("Booking", "SY-118"),
        ("Invitation", INVITATION),
    }


def test_a_category_is_found_alone(ask: Ask) -> None:
    (row,) = rows(ask(find(categorization="Invitation")))
    assert row["registeredResidentIdentification"] == BIRGITTA
    assert (row["logicalAddress"], row["sourceSystem"]) == (CLINIC, NORDMARK)
    assert row["businessObjectInstanceIdentifier"] == INVITATION
    # It has no time yet.
    assert "mostRecentContent" not in row


def test_elsewhere_there_is_one_row_for_each_source(ask: Ask) -> None:
    found = rows(ask(find(domain="riv:clinicalprocess:logistics:logistics")))
    assert ("vko", NORDMARK) in {(r["categorization"], r["sourceSystem"]) for r in found}
    assert {r["businessObjectInstanceIdentifier"] for r in found} == {"NA"}
    assert len(found) == len({tuple(r.items()) for r in found})


def test_nobody_known_is_an_empty_answer(ask: Ask) -> None:
    assert rows(ask(find("189001019802"))) == []


@pytest.mark.parametrize("missing", [{"person": ""}, {"domain": None}])
def test_without_person_or_domain_the_index_refuses(ask: Ask, missing: dict[str, Any]) -> None:
    assert fault(ask(find(**missing))).startswith("EI000")


@pytest.mark.parametrize("kind", ["refuse", "http500", "empty"])
def test_the_index_breaks_as_a_target_of_its_own(ask: Ask, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("engagemangsindex", kind)
    answer = ask(find())
    assert fault(answer).startswith("VP009") is (kind != "empty")
    assert rows(answer) == []


# -- Update ----------------------------------------------------------------------------------------


def test_what_is_told_is_found_and_what_is_taken_away_is_not(ask: Ask) -> None:
    before = records(ask(find(SARA)))
    assert ask(update()).findtext(f"{{{UPDATE}}}ResultCode") == "OK"
    assert records(ask(find(SARA))) == before | {("Booking", "B-1")}
    ask(update(transaction(delete=True)))
    assert records(ask(find(SARA))) == before


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        ("EI000", update(transaction(serviceDomain=None))),
        ("EI002", update(transaction(), transaction(delete=True))),
        ("EI003", update(transaction(owner="SE1111111111-1"))),
    ],
)
def test_a_request_that_breaks_a_rule_changes_nothing(ask: Ask, code: str, sent: str) -> None:
    before = records(ask(find(SARA)))
    assert fault(ask(sent)).startswith(code)
    assert records(ask(find(SARA))) == before


def test_the_aggregating_service_follows_the_index(ask: Ask, sandbox: Sandbox) -> None:
    def called() -> set[str]:
        sandbox.clear()
        with Platform(sandbox.info) as platform:
            platform.ask(SCHEDULE, BIRGITTA)
        return {call["logical_address"][-4:] for call in sandbox.calls("sydkust")}

    assert called() == {"SYNC"}
    gone = {
        "registeredResidentIdentification": BIRGITTA,
        "logicalAddress": "TSTNMT2321000156-SYNC",
        "businessObjectInstanceIdentifier": "SY-118",
        "sourceSystem": "TSTNMT2321000156-SYDK",
    }
    ask(update(transaction(delete=True, **gone)))
    assert called() == set()


# -- GetLogicalAddresseesByServiceContract ---------------------------------------------------------


def addresses(answer: Any) -> set[str]:
    return {found.text for found in answer.iter(f"{{{ADDRESSEES}}}logicalAddress")}


def test_the_catalogue_lists_where_a_contract_may_be_called(ask: Ask) -> None:
    found = addresses(ask(addressees()))
    assert {NATIONAL, CLINIC} <= found
    # The portal has no right to call this one.
    assert "TSTNMT2321000156-PSYK" not in found


@pytest.mark.parametrize(
    "sent", [addressees("urn:riv:nothing:NothingResponder:1"), addressees(consumer="SE1")]
)
def test_of_what_it_does_not_know_the_catalogue_lists_nobody(ask: Ask, sent: str) -> None:
    assert addresses(ask(sent)) == set()


# -- the national schemas --------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [find(), find(SARA), update(), addressees()])
def test_questions_and_answers_follow_the_national_schemas(
    ask: Ask, shared: Path, sent: str
) -> None:
    question = content(sent.encode())
    national = schema(shared / "rivta" / XSD[etree.QName(question).namespace])
    for message in (question, ask(sent)):
        assert national.validate(message), national.error_log


# -- ProcessNotification ---------------------------------------------------------------------------


class Subscriber:
    """Somebody who wants to know: refuses as often as it is told to, and keeps what it is sent."""

    def __init__(self, certificate: str, key: str, ca: str) -> None:
        self.heard: queue.Queue[tuple[bytes, dict[str, Any]]] = queue.Queue()
        self.refusals = 0
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                subscriber.heard.put((body, self.request.getpeercert()))
                refused = subscriber.refusals > 0
                subscriber.refusals -= refused
                answer = b"" if refused else subscriber.answer()
                self.send_response(500 if refused else 200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_said: object) -> None:
                """Nothing on the screen of the tests."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
        context.load_cert_chain(certificate, key)
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self) -> bytes:
        said = "<m:ResultCode>OK</m:ResultCode>"
        return enveloped(NOTIFY, "ProcessNotificationResponse", said).encode()

    def next(self) -> Any:
        return content(self.heard.get(timeout=PATIENCE)[0])

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox
) -> Iterator[tuple[Sandbox, Subscriber]]:
    """A sandbox with a subscriber, both of this module's own. The keys are made beforehand."""
    state = tmp_path_factory.mktemp("told")
    with stopping(start_sandbox(state, *FLAGS)) as first:
        keys = [first.info[name] for name in ("endpoint_cert", "endpoint_key", "ca")]
    subscriber = Subscriber(*keys)
    url = f"https://127.0.0.1:{subscriber.server.server_port}/"
    with stopping(start_sandbox(state, *FLAGS, "--subscriber", url)) as running:
        yield running, subscriber
    subscriber.close()


def transactions(notification: Any) -> set[tuple[str, str, str]]:
    """Delete flag, category and record of each."""
    return {
        tuple(
            row.findtext(f".//{{{EI}:1}}{name}")
            for name in ("deleteFlag", "categorization", "businessObjectInstanceIdentifier")
        )
        for row in notification.findall(f"{{{NOTIFY}}}engagementTransaction")
    }


def act(sandbox: Sandbox, operation: str, inner: str, unit: str) -> None:
    namespace = f"urn:riv:crm:scheduling:{operation}Responder:1"
    actor = (
        '<h:Actor xmlns:h="urn:riv:interoperability:headers:1">'
        f"<h:actorId>{BIRGITTA}</h:actorId><h:actorType>subject_of_care</h:actorType></h:Actor>"
    )
    sent = enveloped(namespace, operation, inner, unit).replace(
        "</e:Header>", f"{actor}</e:Header>"
    )
    with Platform(sandbox.info) as platform:
        answer = content(platform.send(sent).content)
    assert answer.findtext(f"{{{namespace}}}resultCode") in ("OK", "INFO")


def test_a_cancelled_booking_is_told_of_until_it_is_heard(
    told: tuple[Sandbox, Subscriber], shared: Path
) -> None:
    running, subscriber = told
    subscriber.refusals = 1
    unit = "TSTNMT2321000156-ORTO"
    named = (
        f"<m:healthcare_facility>{unit}</m:healthcare_facility><m:bookingId>NM-20431</m:bookingId>"
    )
    act(running, "CancelBooking", named, unit)
    refused, accepted = subscriber.next(), subscriber.next()
    assert transactions(accepted) == {("true", "Booking", "NM-20431")}
    assert etree.tostring(refused) == etree.tostring(accepted)
    national = schema(shared / "rivta" / XSD[NOTIFY])
    assert national.validate(accepted), national.error_log
    assert subscriber.heard.empty()


def test_the_platform_shows_its_own_certificate(told: tuple[Sandbox, Subscriber]) -> None:
    running, subscriber = told
    with Platform(running.info) as platform:
        platform.send(update())
    body, certificate = subscriber.heard.get(timeout=PATIENCE)
    assert transactions(content(body)) == {("false", "Booking", "B-1")}
    shown = {name: value for part in certificate["subject"] for name, value in part}
    assert shown["serialNumber"] == running.info["platform_hsa_id"]
    (call, *_) = running.calls("prenumerant")
    assert call["logical_address"] == CONSUMER


def test_nobody_is_told_where_nobody_subscribes(ask: Ask, sandbox: Sandbox) -> None:
    ask(update())
    assert sandbox.calls("prenumerant") == []
