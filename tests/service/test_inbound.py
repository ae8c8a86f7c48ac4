"""The portal's own SOAP endpoint on the real wire: who gets in, what is taken, and what is not."""

from __future__ import annotations

import gzip
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from lxml import etree

from portal.inbound import add_message, ping, process_notification
from portal.inbound.desk import Desk
from portal.inbound.listener import Listener
from portal.inbound.settings import InboundSettings
from portal.store import MessageRows, Sealing, Store
from sandbox.ca import PLATFORM_HSA, UNAUTHORISED_HSA, Keys, Pair, ensure_keys
from stodtjanster.information import Message
from stodtjanster.model import PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.inbox.kept import Letter
from tests.fetching import ANNA, BO, NOON, PATIENCE
from tests.inbound_messages import (
    ADD,
    INBOX,
    NOTIFY,
    PING,
    SOAP,
    body_in,
    engagement,
    envelope,
    message,
    notification,
)
from tests.inbound_messages import (
    add_message as add,
)
from tests.inbound_messages import (
    ping as pinged,
)

SENDER = "TSTNMT2321000156-NMVG"
FORWARDED = {"x-rivta-original-serviceconsumer-hsaid": SENDER}
KNOWN = (
    process_notification.Listener("ntjp-schedule", "crm:scheduling", "GetSubjectOfCareSchedule"),
    process_notification.Listener("ntjp-bookings", "crm:scheduling", "GetBookingDetails"),
    process_notification.Listener(
        "ntjp-plans", "clinicalprocess:logistics:logistics", "GetCarePlans"
    ),
    process_notification.Listener(
        "ntjp-contacts", "clinicalprocess:logistics:logistics", "GetCareContacts"
    ),
)


@dataclass
class Endpoint:
    """A listener over a real store, and a client of the platform's."""

    store: Store
    rows: MessageRows
    listener: Listener
    keys: Keys
    path: Path
    changed: list[tuple[PersonId, str]]
    tls: bool = True

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://localhost:{self.listener.port}/vp"

    def client(self, pair: Pair | None) -> httpx.Client:
        context = ssl.create_default_context(cafile=str(self.keys.ca))
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return httpx.Client(verify=context, trust_env=False, timeout=PATIENCE)

    def post(
        self,
        body: bytes,
        pair: Pair | None = None,
        *,
        content_type: str = "text/xml; charset=UTF-8",
        **headers: str,
    ) -> httpx.Response:
        """As the platform, unless somebody else's certificate is given."""
        with self.client(pair or self.keys.platform) as client:
            return client.post(
                self.url,
                content=body,
                headers={"content-type": content_type, **FORWARDED, **headers},
            )

    def kept(self, person: PersonId = ANNA) -> list[Letter]:
        return [Letter.decode(row.content or b"") for row in self.rows.of(person, 1_000)]

    def logged(self) -> list[bytes]:
        with closing(sqlite3.connect(self.path)) as database:
            return [row[0] for row in database.execute("SELECT body FROM audit ORDER BY seq")]

    def run(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            for statement in statements:
                database.execute(statement)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return ensure_keys(tmp_path_factory.mktemp("keys"))


@contextmanager
def listening(keys: Keys, path: Path, **changes: Any) -> Iterator[Endpoint]:
    settings = InboundSettings.model_validate(
        {
            "port": 0,
            "callers": [PLATFORM_HSA.lower()],
            "tls": {
                "ca": keys.ca,
                "certificate": keys.endpoint.certificate,
                "key": keys.endpoint.key,
            },
            **changes,
        }
    )
    with closing(Store(f"sqlite:///{path}")) as store:
        store.upgrade()
        rows = store.messages(Sealing(bytes(32)))
        changed: list[tuple[PersonId, str]] = []

        def note(person: PersonId, source: str = "inbox") -> None:
            changed.append((person, source))

        operations = (
            ping.OPERATION,
            process_notification.operation(KNOWN, note),
            add_message.operation(rows, store.audit, note, "inbox"),
        )
        desk = Desk(operations, settings.callers, lambda: NOON)
        listener = Listener(settings, desk)
        listener.start()
        try:
            yield Endpoint(store, rows, listener, keys, path, changed, tls=settings.tls is not None)
        finally:
            listener.stop()


@pytest.fixture
def endpoint(keys: Keys, tmp_path: Path) -> Iterator[Endpoint]:
    with listening(keys, tmp_path / "portal.db") as endpoint:
        yield endpoint


def fault_in(answer: httpx.Response) -> dict[str, str]:
    """Parts of a fault, and of its detail."""
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    fault = body_in(answer.content)
    assert fault.tag == f"{{{SOAP}}}Fault"
    return {etree.QName(part).localname: "".join(part.itertext()) for part in fault.iter()}


def result_in(answer: httpx.Response) -> str | None:
    assert answer.status_code == 200, answer.text
    return body_in(answer.content).findtext(f"{{{ADD}}}resultCode")


def assert_nothing_was_taken(endpoint: Endpoint) -> None:
    assert endpoint.kept() == []
    assert endpoint.logged() == []
    assert endpoint.changed == []


WHOLE = envelope(add(ANNA.value))


# -- who gets in -----------------------------------------------------------------------------------


def test_nobody_gets_in_without_a_certificate(endpoint: Endpoint) -> None:
    with endpoint.client(None) as client, pytest.raises(httpx.TransportError):
        client.post(endpoint.url, content=WHOLE, headers={"content-type": "text/xml"})
    assert_nothing_was_taken(endpoint)


def test_nobody_gets_in_with_a_certificate_of_another_authority(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    others = ensure_keys(tmp_path / "other")
    with endpoint.client(others.platform) as client, pytest.raises(httpx.TransportError):
        client.post(endpoint.url, content=WHOLE, headers={"content-type": "text/xml"})
    assert_nothing_was_taken(endpoint)


def test_nobody_gets_in_without_tls(endpoint: Endpoint) -> None:
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        url = endpoint.url.replace("https:", "http:")
        with pytest.raises(httpx.TransportError):
            client.post(url, content=WHOLE, headers={"content-type": "text/xml"})
    assert_nothing_was_taken(endpoint)


@pytest.mark.parametrize("who", ["unauthorised", "portal"])
def test_a_certificate_that_is_not_on_the_list_is_refused(endpoint: Endpoint, who: str) -> None:
    pair: Pair = getattr(endpoint.keys, who)
    # Nor does it help to say that one is somebody else.
    answer = endpoint.post(WHOLE, pair, **{"x-client-certificate": platform_header(endpoint.keys)})
    assert fault_in(answer)["faultcode"] == "soap:Client"
    assert UNAUTHORISED_HSA not in answer.text
    assert_nothing_was_taken(endpoint)


def platform_header(keys: Keys) -> str:
    return quote(keys.platform.certificate.read_text())


@contextmanager
def behind_a_proxy(keys: Keys, path: Path, addresses: list[str]) -> Iterator[Endpoint]:
    with listening(keys, path, tls=None, proxy={"addresses": addresses}) as endpoint:
        yield endpoint


def test_a_proxy_that_is_trusted_tells_who_calls(keys: Keys, tmp_path: Path) -> None:
    with behind_a_proxy(keys, tmp_path / "p.db", ["127.0.0.0/8", "::1/128"]) as endpoint:
        shown = {"x-client-certificate": platform_header(keys)}
        assert result_in(endpoint.post(WHOLE, **shown)) == "OK"


@pytest.mark.parametrize("shown", ["", "hej", PLATFORM_HSA, "unauthorised"])
def test_behind_a_proxy_nothing_but_one_right_certificate_counts(
    keys: Keys, tmp_path: Path, shown: str
) -> None:
    others = quote(keys.unauthorised.certificate.read_text())
    with behind_a_proxy(keys, tmp_path / "p.db", ["127.0.0.0/8", "::1/128"]) as endpoint:
        header = {"x-client-certificate": others if shown == "unauthorised" else shown}
        assert "may not call" in fault_in(endpoint.post(WHOLE, **header))["faultstring"]
        assert_nothing_was_taken(endpoint)


def test_whoever_is_not_the_proxy_is_not_believed(keys: Keys, tmp_path: Path) -> None:
    with behind_a_proxy(keys, tmp_path / "p.db", ["192.0.2.1/32"]) as endpoint:
        shown = {"x-client-certificate": platform_header(keys)}
        assert "may not call" in fault_in(endpoint.post(WHOLE, **shown))["faultstring"]
        assert_nothing_was_taken(endpoint)


def test_a_certificate_that_is_shown_twice_is_none(keys: Keys, tmp_path: Path) -> None:
    with behind_a_proxy(keys, tmp_path / "p.db", ["127.0.0.0/8", "::1/128"]) as endpoint:
        shown = ("x-client-certificate", platform_header(keys))
        with endpoint.client(None) as client:
            answer = client.post(
                endpoint.url, content=WHOLE, headers=[("content-type", "text/xml"), shown, shown]
            )
        assert "may not call" in fault_in(answer)["faultstring"]
        assert_nothing_was_taken(endpoint)


@pytest.mark.parametrize("ways", [{"tls": None}, {"proxy": {"addresses": ["127.0.0.1/32"]}}])
def test_callers_are_known_in_exactly_one_way(
    keys: Keys, tmp_path: Path, ways: dict[str, Any]
) -> None:
    with (
        pytest.raises(ValueError, match="one of tls and proxy"),
        listening(keys, tmp_path / "p.db", **ways),
    ):
        pass


# -- a message -------------------------------------------------------------------------------------


def test_a_message_is_kept_logged_and_answered(endpoint: Endpoint) -> None:
    answer = endpoint.post(WHOLE)
    assert result_in(answer) == "OK"
    assert body_in(answer.content).findtext(f"{{{ADD}}}message/{{{INBOX}}}id") == "brev-1"
    (letter,) = endpoint.kept()
    assert (letter.sender, letter.record) == (SENDER, "brev-1")
    assert (letter.date, letter.time) == ("2026-11-19", "08:15:00")
    assert letter.title == "Du är kallad till återbesök"
    assert letter.body == ("Ta med din läkemedelslista.", "Svara gärna.", "Ärende", "Remiss")
    assert (letter.unit, letter.booking) == ("TSTNMT2321000156-ORTO", "NM-20431")
    assert letter.invitation
    assert endpoint.changed == [(ANNA, "inbox")]
    (event,) = endpoint.store.audit.about(reference(endpoint))
    assert event.event == "Received"
    assert event.subject == ANNA
    assert event.information == (Message.key,)
    assert event.sources == ("inbox",)
    assert event.systems == (SENDER, PLATFORM_HSA)
    assert b"brev-1" not in repr(endpoint.logged()).encode()


def reference(endpoint: Endpoint) -> str:
    with closing(sqlite3.connect(endpoint.path)) as database:
        (found,) = database.execute("SELECT reference FROM audit").fetchone()
    return str(found)


def test_who_sent_it_is_the_caller_when_nobody_else_is_named(endpoint: Endpoint) -> None:
    for header in ("", "not an HSA-id!"):
        name = f"brev{header[:3]}"
        said = envelope(add(ANNA.value, message(id=name)))
        endpoint.post(said, **{"x-rivta-original-serviceconsumer-hsaid": header})
    assert {letter.sender for letter in endpoint.kept()} == {PLATFORM_HSA}


def test_the_same_again_is_answered_alike_and_kept_once(endpoint: Endpoint) -> None:
    first, again = endpoint.post(WHOLE), endpoint.post(WHOLE)
    assert first.content == again.content
    assert len(endpoint.kept()) == 1


def test_another_message_under_the_same_id_is_the_contracts_own_fault(endpoint: Endpoint) -> None:
    endpoint.post(WHOLE)
    for other in (add(ANNA.value, message(bodyText="Något annat")), add(BO.value)):
        fault = fault_in(endpoint.post(envelope(other)))
        assert fault["faultcode"] == "soap:Client"
        assert fault["FaultInfo"] == "another message has come with this id"
    assert [letter.body[0][:6] for letter in endpoint.kept()] == ["Ta med"]
    assert endpoint.kept(BO) == []


def test_a_message_without_an_id_is_known_by_what_it_says(endpoint: Endpoint) -> None:
    for body in ("ett", "ett", "två"):
        said = message(id=None, bodyText=body)
        assert result_in(endpoint.post(envelope(add(ANNA.value, said)))) == "OK"
    assert result_in(endpoint.post(envelope(add(BO.value, message(id=None))))) == "OK"
    assert sorted(letter.body[0] for letter in endpoint.kept()) == ["ett", "två"]


def test_of_two_hundred_at_once_one_is_kept_and_all_are_answered_alike(endpoint: Endpoint) -> None:
    with endpoint.client(endpoint.keys.platform) as client, ThreadPoolExecutor(20) as pool:
        headers = {"content-type": "text/xml", **FORWARDED}

        def send(_number: int) -> bytes:
            return client.post(endpoint.url, content=WHOLE, headers=headers).content

        answers = set(pool.map(send, range(200)))
    assert len(answers) == 1
    assert len(endpoint.kept()) == 1


def test_a_number_that_nobody_can_have_is_the_contracts_own_error(endpoint: Endpoint) -> None:
    for number in ("196408233235", "19641323T234", "196413233234"):
        assert result_in(endpoint.post(envelope(add(number)))) == "ERROR"
    assert_nothing_was_taken(endpoint)


@pytest.mark.parametrize(
    "bad",
    [
        add("19640823-3234"),
        add(ANNA.value, rest=""),
        add(ANNA.value, rest="<m:notify>ja</m:notify>"),
        add(ANNA.value, message(caseReadStatus="Olest")),
        add(ANNA.value, message(actionDate="20261119")),
        add(ANNA.value, message(booking="<c:isInvitation>true</c:isInvitation>")),
        add(ANNA.value, message() + "<c:id>igen</c:id>"),
        add(ANNA.value, message(bodyText="<c:para>inte text</c:para>")),
        add(ANNA.value, message(bodyText="x" * 20_001)),
        add(ANNA.value, message(details="<c:Cases/>")),
        add(ANNA.value).replace("<m:subjectOfCareId>", "<m:subjectOfCareId kind='x'>"),
        f'<m:AddMessage xmlns:m="{ADD}"/>',
    ],
)
def test_a_message_that_breaks_its_contract_is_the_contracts_own_fault(
    endpoint: Endpoint, bad: str
) -> None:
    fault = fault_in(endpoint.post(envelope(bad)))
    assert fault["faultcode"] == "soap:Client"
    assert fault["FaultInfo"] == fault["faultstring"]
    assert ANNA.value not in str(fault)
    assert_nothing_was_taken(endpoint)


# -- envelopes that cannot be read -----------------------------------------------------------------

BOMB = (
    b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + WHOLE.replace(b"brev-1", b"&b;")
)
FILE = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + WHOLE.replace(
    b"brev-1", b"&a;"
)
MUST = '<h:unknown xmlns:h="urn:h" s:mustUnderstand="1"/>'
UNREADABLE = {
    "nothing": b"",
    "no XML": b"\x00\x01 hej",
    "half": WHOLE[: len(WHOLE) // 2],
    "a DTD": b"<!DOCTYPE s>" + WHOLE,
    "a bomb": BOMB,
    "a file": FILE,
    "deep": envelope("<a>" * 10_000 + "</a>" * 10_000),
    "no envelope": add(ANNA.value).encode(),
    "no body": f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(),
    "an empty body": envelope(""),
    "two bodies": WHOLE.replace(b"</s:Envelope>", b"<s:Body/></s:Envelope>"),
    "two messages": envelope(add(ANNA.value) * 2),
    "a contract of another's": envelope('<x:Other xmlns:x="urn:x"/>'),
    "another major": WHOLE.replace(ADD.encode(), ADD.replace(":2", ":3").encode()),
    "an operation of another's": WHOLE.replace(b"m:AddMessage", b"m:RemoveMessage"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_envelope_that_cannot_be_read_is_a_fault(endpoint: Endpoint, name: str) -> None:
    fault = fault_in(endpoint.post(UNREADABLE[name]))
    assert fault["faultcode"] == "soap:Client"
    assert fault["faultstring"]
    assert_nothing_was_taken(endpoint)


def test_soap_of_another_version_is_told_apart(endpoint: Endpoint) -> None:
    later = WHOLE.replace(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope")
    assert fault_in(endpoint.post(later))["faultcode"] == "soap:VersionMismatch"


def test_a_header_that_must_be_understood_is_not_passed_over(endpoint: Endpoint) -> None:
    said = envelope(add(ANNA.value), MUST)
    assert fault_in(endpoint.post(said))["faultcode"] == "soap:MustUnderstand"
    assert_nothing_was_taken(endpoint)
    assert result_in(endpoint.post(said.replace(b'="1"', b'="0"'))) == "OK"


@pytest.mark.parametrize(
    "content_type",
    ["application/soap+xml", "application/json", "text/xml; charset=ISO-8859-1", "text/plain"],
)
def test_only_xml_in_utf8_is_read(endpoint: Endpoint, content_type: str) -> None:
    assert endpoint.post(WHOLE, content_type=content_type).status_code == 415
    assert_nothing_was_taken(endpoint)


def test_nothing_is_fetched_from_it(endpoint: Endpoint) -> None:
    with endpoint.client(endpoint.keys.platform) as client:
        assert client.get(endpoint.url).status_code == 405


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_is_too_large_is_not_read(keys: Keys, tmp_path: Path, encoding: str) -> None:
    large = envelope(add(ANNA.value, message(bodyText=" " * 200_000)))
    body = gzip.compress(large) if encoding == "gzip" else large
    with listening(keys, tmp_path / "p.db", max_bytes=100_000) as endpoint:
        fault = fault_in(endpoint.post(body, **{"content-encoding": encoding}))
        assert fault["faultstring"] == "too large"
        assert_nothing_was_taken(endpoint)


def test_who_never_finishes_a_request_is_not_waited_for(keys: Keys, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(keys.ca))
    context.load_cert_chain(keys.platform.certificate, keys.platform.key)
    with listening(keys, tmp_path / "p.db", seconds=0.2) as endpoint:
        plain = socket.create_connection(("localhost", endpoint.listener.port), PATIENCE)
        with context.wrap_socket(plain, server_hostname="localhost") as wire:
            wire.sendall(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                b"Content-Length: 100\r\n\r\n<half"
            )
            assert wire.recv(4096).startswith(b"HTTP/1.1 500 ")
        assert_nothing_was_taken(endpoint)


# -- when we cannot --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["messages", "audit"])
def test_what_could_not_be_kept_or_logged_is_to_be_sent_again(
    endpoint: Endpoint, table: str
) -> None:
    endpoint.run(f"ALTER TABLE {table} RENAME TO away")
    fault = fault_in(endpoint.post(WHOLE))
    assert fault["faultcode"] == "soap:Server"
    assert "again" in fault["faultstring"]
    endpoint.run(f"ALTER TABLE away RENAME TO {table}")
    assert endpoint.kept() == []
    assert endpoint.changed == []
    assert result_in(endpoint.post(WHOLE)) == "OK"
    assert len(endpoint.kept()) == 1


def test_the_log_of_operation_tells_nothing_of_anybody(endpoint: Endpoint, caplog: Any) -> None:
    endpoint.post(WHOLE)
    endpoint.post(envelope(add(ANNA.value, message(bodyText="Något annat"))))
    endpoint.post(envelope(add(ANNA.value, message(caseReadStatus="Olest"))))
    endpoint.post(envelope(notification(engagement(ANNA.value))))
    said = repr([vars(record) for record in caplog.records])
    assert "message refused" in said
    for word in (ANNA.value, "brev-1", "Något annat", "Olest", "Ortoped", "NM-20431"):
        assert word not in said


# -- is it there -----------------------------------------------------------------------------------


def test_it_answers_when_asked_whether_it_is_there(endpoint: Endpoint) -> None:
    answer = endpoint.post(envelope(pinged()))
    assert answer.status_code == 200
    content = body_in(answer.content)
    assert content.findtext(f"{{{PING}}}pingDateTime") == "20261120120000"
    assert content.findtext(f"{{{PING}}}version")


# -- something has changed -------------------------------------------------------------------------


def notify(endpoint: Endpoint, *engagements: str) -> str | None:
    answer = endpoint.post(envelope(notification(*engagements)))
    assert answer.status_code == 200, answer.text
    return body_in(answer.content).findtext(f"{{{NOTIFY}}}ResultCode")


@pytest.mark.parametrize(
    ("domain", "category", "sources"),
    [
        ("riv:crm:scheduling", "Booking", ["ntjp-schedule"]),
        ("urn:riv:crm:scheduling", "Booking", ["ntjp-schedule"]),
        ("riv:crm:scheduling", "Invitation", ["ntjp-schedule", "ntjp-bookings"]),
        ("riv:clinicalprocess:logistics:logistics", "vko", ["ntjp-contacts"]),
        ("riv:clinicalprocess:logistics:logistics", "new", ["ntjp-plans", "ntjp-contacts"]),
        ("riv:something:else", "vko", []),
    ],
)
def test_a_notification_tells_whose_shelf_to_empty_of_what(
    endpoint: Endpoint, domain: str, category: str, sources: list[str]
) -> None:
    said = engagement(ANNA.value, serviceDomain=domain, categorization=category)
    assert notify(endpoint, said, said) == "OK"
    assert endpoint.changed == [(ANNA, source) for source in sources]


def test_every_engagement_counts_and_a_number_that_nobody_has_is_nobodys(
    endpoint: Endpoint,
) -> None:
    rows = (engagement(p) for p in (ANNA.value, "196408233235", BO.value))
    assert notify(endpoint, *rows) == "OK"
    assert endpoint.changed == [(ANNA, "ntjp-schedule"), (BO, "ntjp-schedule")]


def test_nothing_of_a_notification_is_kept(endpoint: Endpoint) -> None:
    before = endpoint.logged()
    assert notify(endpoint, engagement(ANNA.value)) == "OK"
    endpoint.store.close()
    kept = b"".join(each.read_bytes() for each in endpoint.path.parent.iterdir())
    assert ANNA.value.encode() not in kept
    assert b"NM-20431" not in kept
    assert endpoint.logged() == before


@pytest.mark.parametrize(
    "bad",
    [
        notification(),
        notification(engagement("640823-3234")),
        notification(engagement(ANNA.value, categorization=None)),
        notification(engagement(ANNA.value, mostRecentContent="2026-11-24")),
    ],
)
def test_a_notification_that_breaks_its_contract_empties_nothing(
    endpoint: Endpoint, bad: str
) -> None:
    assert fault_in(endpoint.post(envelope(bad)))["faultcode"] == "soap:Client"
    assert endpoint.changed == []


def test_configured_sources_are_known_by_their_contracts() -> None:
    common = {"name": "n", "url": "https://127.0.0.1:9/", "consumer_hsa_id": "SE2321000016-1"}
    raw = (
        {"key": "a", "kind": "subject_of_care_schedule", **common},
        {"key": "b", "kind": "care_contacts", "major": 3, **common},
        {"key": "c", "kind": "inbox", "name": "n"},
    )
    known = process_notification.listeners(kinds()[str(row["kind"])].read(row) for row in raw)
    assert {(each.source, each.operation) for each in known} == {
        ("a", "GetSubjectOfCareSchedule"),
        ("b", "GetCareContacts"),
    }
