"""The security services over the sandbox's wire: valid both ways, remembered, and broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from portal.demo import portal_settings
from portal.settings import SecuritySettings
from sandbox.faults import TARGETS
from stodtjanster.audit import Entry, seal
from stodtjanster.fetch import AiohttpDriver, FetchService, NotKnown
from stodtjanster.model import Cause, HsaId, Place
from stodtjanster.security.blocks import Row, check_blocks
from stodtjanster.security.consents import Assertion, check_consent, register_consent
from stodtjanster.security.kit import Accessing, Registered, Registration
from stodtjanster.security.log import Stored, store_log
from stodtjanster.security.relations import check_relation, register_relation
from stodtjanster.sources.kit.source import Request, Response, SourceSettings
from tests.security_messages import BIRGITTA, CLINIC, ELSEWHERE, EMPLOYEE, OWN, SYSTEM, disclosure
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import schema

AUTHORIZATION = "informationsecurity/authorization"
RELATION = "ehr/patientrelationship/1.0/interactions"
XSD = {
    "CheckPatientRelationRequest": f"{RELATION}/accesscontrol/CheckPatientRelationInteraction"
    "/CheckPatientRelationResponder_1.0.xsd",
    "RegisterExtendedPatientRelationRequest": f"{RELATION}/administration"
    "/RegisterExtendedPatientRelationInteraction/RegisterExtendedPatientRelationResponder_1.0.xsd",
    "CheckConsent": f"{AUTHORIZATION}/consent/2.0/interactions/CheckConsentInteraction"
    "/CheckConsentResponder_2.0.xsd",
    "RegisterExtendedConsent": f"{AUTHORIZATION}/consent/2.0/interactions"
    "/RegisterExtendedConsentInteraction/RegisterExtendedConsentResponder_2.0.xsd",
    "CheckBlocks": f"{AUTHORIZATION}/blocking/4.0/interactions/CheckBlocksInteraction"
    "/CheckBlocksResponder_4.0.xsd",
    "StoreLog": "informationsecurity/auditing/log/2.0/interactions/StoreLogInteraction"
    "/StoreLogResponder_2.0.xsd",
}
NOW = datetime.now(UTC)
LENA = Accessing(EMPLOYEE, OWN)
KARIN = Accessing(HsaId("TSTNMT2321000156-KAST"), ELSEWHERE)
HOME = Place(HsaId("TSTNMT2321000156-SJVG"), HsaId("TSTNMT2321000156-HSJV"))
AMINA = Accessing(HsaId("TSTNMT2321000156-AMYU"), HOME)
AT_CLINIC = Accessing(EMPLOYEE, CLINIC)
ROWS = tuple(Row(place, NOW - timedelta(days=9), NOW) for place in (OWN, CLINIC, ELSEWHERE))
OLD = Row(CLINIC, NOW - timedelta(days=2000), NOW - timedelta(days=1900))
SERVICES = {
    "patientrelation": lambda desk, **k: desk.relation(LENA, **k),
    "samtycke": lambda desk, **k: desk.consent(AMINA, **k),
    "sparr": lambda desk, **k: desk.blocks(LENA, **k),
    "logg": lambda desk, **k: desk.log(disclosure()),
}


class Watching(AiohttpDriver):
    """Keeps what went each way."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bytes] = []

    async def send(self, source: SourceSettings, request: Request) -> Response:
        assert request.body is not None
        self.seen.append(request.body)
        response = await super().send(source, request)
        self.seen.append(response.body)
        return response


class Desk:
    """Everything that can be asked, on the wire."""

    def __init__(self, settings: SecuritySettings) -> None:
        self.settings = settings
        self.driver = Watching()
        self.service = FetchService((), self.driver, clock=lambda: datetime.now(UTC))

    def ask(self, settings: Any, talk: Callable[..., Any], *said: Any, **more: Any) -> Any:
        begin = partial(talk, settings, *said, correlation=str(uuid4()), **more)
        return self.service.inquire(settings, begin).result(30)

    def relation(self, who: Accessing) -> Any:
        return self.ask(self.settings.relations, check_relation, who, BIRGITTA)

    def consent(self, who: Accessing) -> Any:
        return self.ask(self.settings.consents, check_consent, who, BIRGITTA)

    def blocks(self, who: Accessing, rows: tuple[Row, ...] = ROWS) -> Any:
        return self.ask(self.settings.blocks, check_blocks, who, BIRGITTA, rows)

    def log(self, *events: Any) -> Any:
        entries = [Entry(n, seal(bytes(32), event)) for n, event in enumerate(events, 1)]
        return self.ask(self.settings.log, store_log, SYSTEM, entries)

    def register(self, talk: Callable[..., Any], who: Accessing, **more: Any) -> Any:
        registration = Registration(str(uuid4()), NOW, NOW + timedelta(days=30))
        settings = {register_relation: self.settings.relations}.get(talk, self.settings.consents)
        return self.ask(settings, talk, who, BIRGITTA, registration, **more)


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    told = portal_settings(sandbox.info, 8443, tmp_path)["security"]
    for service in told.values():
        if isinstance(service, dict):
            # A breaker of its own for every fault would only hide the next.
            service["limits"] = {"answer_seconds": 0.5, "breaker_failures": 1_000}
    running = Desk(SecuritySettings.model_validate(told))
    running.service.start()
    yield running
    running.service.stop()
    sandbox.panel.delete("/api/bookings").raise_for_status()


def test_who_has_a_relation(desk: Desk) -> None:
    assert desk.relation(LENA) is True
    assert desk.relation(AT_CLINIC) is False


def test_a_relation_that_is_registered_is_remembered(desk: Desk) -> None:
    assert desk.register(register_relation, AT_CLINIC) is Registered.DONE
    assert desk.relation(AT_CLINIC) is True
    assert desk.relation(Accessing(KARIN.employee, CLINIC)) is False


def test_who_has_a_consent(desk: Desk) -> None:
    assert desk.consent(AMINA) is Assertion.CONSENT
    assert desk.consent(KARIN) is None


@pytest.mark.parametrize("kind", Assertion)
def test_a_consent_that_is_registered_is_remembered_as_what_it_is(
    desk: Desk, kind: Assertion
) -> None:
    assert desk.register(register_consent, KARIN, kind=kind) is Registered.DONE
    assert desk.consent(KARIN) is kind


def test_what_is_registered_again_under_one_id_is_there_once(desk: Desk) -> None:
    registration = Registration(str(uuid4()), NOW, NOW + timedelta(days=30))
    said = [
        desk.ask(desk.settings.consents, register_consent, KARIN, BIRGITTA, registration)
        for _ in range(2)
    ]
    assert said == [Registered.DONE, Registered.ALREADY]


def test_the_clinics_own_words_are_closed_to_everybody_else(desk: Desk) -> None:
    open_to_others = {ROWS[0], ROWS[2]}
    assert desk.blocks(LENA) == open_to_others
    assert desk.blocks(KARIN) == open_to_others
    assert desk.blocks(AT_CLINIC) == set(ROWS)


def test_what_was_written_before_the_block_is_open(desk: Desk) -> None:
    assert desk.blocks(LENA, (OLD, ROWS[1])) == {OLD}


def test_the_log_keeps_one_of_each(desk: Desk, sandbox: Sandbox) -> None:
    event = disclosure(owners=(OWN.provider, ELSEWHERE.provider))
    assert desk.log(event) is Stored.STORED
    assert desk.log(event) is Stored.STORED
    (row,) = sandbox.panel.get("/api/log").json()
    assert row["user"] == EMPLOYEE.value
    assert row["owners"] == [OWN.provider.value, ELSEWHERE.provider.value]
    assert row["matter"] == str(event.reference)
    assert BIRGITTA.value not in str(row)


def test_all_is_valid_both_ways(desk: Desk, shared: Path) -> None:
    desk.relation(LENA), desk.consent(AMINA), desk.consent(KARIN), desk.blocks(LENA)
    desk.register(register_relation, AT_CLINIC)
    desk.register(register_consent, KARIN, represented_by=BIRGITTA)
    desk.log(disclosure(), disclosure(owners=(OWN.provider,), assignment="Hemsjukvård"))
    schemas = {name: schema(shared / "rivta" / path) for name, path in XSD.items()}
    checked = set()
    for sent, came in zip(desk.driver.seen[::2], desk.driver.seen[1::2], strict=True):
        request, response = content(sent), content(came)
        valid = schemas[etree.QName(request).localname]
        assert valid.validate(request), valid.error_log
        assert valid.validate(response), valid.error_log
        checked.add(etree.QName(request).localname)
    assert checked == XSD.keys()


def content(envelope: bytes) -> Any:
    body = etree.fromstring(envelope).find("{*}Body")
    return etree.fromstring(etree.tostring(body[0]))


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (target, kind)
        for target in SERVICES
        for kind in TARGETS[target]
        # What is slow answers, and an empty yes-or-no is a no. Nobody can tell whose a yes is.
        if kind not in ("slow", "wrong-person")
        and not (kind == "empty" and target in ("samtycke", "patientrelation"))
    ],
)
def test_whatever_is_wrong_nothing_is_known_and_nothing_is_open(
    desk: Desk, sandbox: Sandbox, target: str, kind: str
) -> None:
    sandbox.fault(target, kind)
    said = SERVICES[target](desk)
    assert said == frozenset() or isinstance(said, NotKnown)


def test_a_row_that_the_service_leaves_out_is_blocked(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.fault("sparr", "empty")
    assert desk.blocks(LENA) == frozenset()


def test_a_service_that_is_switched_off_says_nothing(desk: Desk) -> None:
    off = desk.settings.blocks.model_copy(update={"enabled": False})
    assert desk.ask(off, check_blocks, LENA, BIRGITTA, ROWS) == NotKnown(Cause.SWITCHED_OFF)
    assert desk.driver.seen == []


def test_nobodys_number_stands_in_an_address_or_a_header(desk: Desk, sandbox: Sandbox) -> None:
    for ask in SERVICES.values():
        ask(desk)
    for request in sandbox.requests("plattformen"):
        assert BIRGITTA.value not in f"{request['path']} {request['headers']}"
