"""A person's blocks and consents over the sandbox's wire: valid, and what is told is what holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from portal.demo import portal_settings
from portal.settings import SecuritySettings
from stodtjanster.fetch import FetchService
from stodtjanster.information import Block, BlockLevel, Consent, ConsentKind
from stodtjanster.model import Answer, Cause, HsaId, Need, PersonId, Place
from stodtjanster.security.blocks import Row, check_blocks
from stodtjanster.security.consents import Assertion, register_consent
from stodtjanster.security.kit import Accessing, Registered, Registration
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.security_messages import BIRGITTA, CLINIC, ELSEWHERE, EMPLOYEE, OWN
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import schema
from tests.service.test_security_wire import Watching, content

SARA = PersonId.parse("199001012385")
ANDERS = PersonId.parse("196408233234")
HOME = HsaId("TSTNMT2321000156-HSJV")
NOW = datetime.now(UTC)
KARIN = Accessing(HsaId("TSTNMT2321000156-KAST"), ELSEWHERE)
XSD = {
    "GetAllBlocksForPatientRequest": "ehr/blocking/3.2/interactions/querying"
    "/GetAllBlocksForPatientInteraction/GetAllBlocksForPatientResponder_2.0.xsd",
    "GetExtendedConsentsForPatient": "informationsecurity/authorization/consent/2.0/interactions"
    "/GetExtendedConsentsForPatientInteraction/GetExtendedConsentsForPatientResponder_2.0.xsd",
}


OPERATION = re.compile("Request$|Response$")


class Desk:
    """The registers of the demo, and the services that check and register, on one wire."""

    def __init__(self, sandbox: Sandbox, state: Path) -> None:
        told = portal_settings(sandbox.info, 8443, state)
        rows = [row for row in told["sources"] if row["kind"] in ("blocks", "consents")]
        self.security = SecuritySettings.model_validate(told["security"])
        self.driver = Watching()
        self.service = FetchService(
            [kinds()[row["kind"]].build(row) for row in rows],
            self.driver,
            clock=lambda: datetime.now(UTC),
        )

    def about(self, person: PersonId) -> Answer[Any]:
        who = permit(person, Block, Consent, reach=str(uuid4()), now=datetime.now(UTC))
        needs = {"blocks": Need(Block), "consents": Need(Consent)}
        harvest = self.service.begin(who, needs)
        answers = [landed(harvest, name) for name in needs]
        return answers[0] + answers[1]

    def ask(self, settings: Any, talk: Any, *said: Any, **more: Any) -> Any:
        begin = partial(talk, settings, *said, correlation=str(uuid4()), **more)
        return self.service.inquire(settings, begin).result(30)


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    running = Desk(sandbox, tmp_path)
    running.service.start()
    yield running
    running.service.stop()
    sandbox.panel.delete("/api/bookings").raise_for_status()


def units(answer: Answer[Any], kind: type[Any]) -> dict[HsaId | None, Any]:
    return {item.origin.care_unit: item for item in answer.items if isinstance(item, kind)}


def test_all_is_valid_both_ways(desk: Desk, shared: Path) -> None:
    for person in (BIRGITTA, SARA, ANDERS):
        assert desk.about(person).complete
    schemas = {name: schema(shared / "rivta" / path) for name, path in XSD.items()}
    seen = set()
    for message in map(content, desk.driver.seen):
        name = etree.QName(message).localname
        valid = schemas[next(key for key in schemas if key.startswith(OPERATION.split(name)[0]))]
        assert valid.validate(message), valid.error_log
        seen.add(name)
    assert len(seen) == 4


def test_blocks_are_told_with_those_for_whom_they_are_lifted(desk: Desk) -> None:
    answer = desk.about(SARA)
    (outer,) = (item for item in answer.items if getattr(item, "level", "") is BlockLevel.OUTER)
    inner = units(answer, Block)[CLINIC.unit]
    assert outer.origin.care_provider == CLINIC.provider
    assert (outer.origin.care_unit, outer.liftings) == (None, ())
    (lifting,) = inner.liftings
    assert lifting.unit == OWN.unit
    assert "FÅR EJ VISAS" not in repr(answer)


def test_what_is_told_is_what_is_checked(desk: Desk) -> None:
    """A unit for which the block is lifted may read it, and its neighbour may not."""
    row = Row(CLINIC, NOW - timedelta(days=9), NOW)
    neighbour = Accessing(EMPLOYEE, Place(CLINIC.provider, HsaId("TSTNMT2321000156-ORTO")))
    told = {each.unit for each in units(desk.about(SARA), Block)[CLINIC.unit].liftings}
    for who in (Accessing(EMPLOYEE, OWN), neighbour):
        opened = desk.ask(desk.security.blocks, check_blocks, who, SARA, [row])
        assert bool(opened) == (who.place.unit in told)


def test_consents_are_told_for_each_provider_and_emergencies_as_what_they_are(desk: Desk) -> None:
    found = units(desk.about(BIRGITTA), Consent)
    assert found[HOME].kind is ConsentKind.CONSENT
    (emergency,) = (each for each in found.values() if each.kind is ConsentKind.EMERGENCY)
    assert emergency.origin.care_provider == CLINIC.provider
    (other,) = units(desk.about(ANDERS), Consent).values()
    assert (other.personal, other.represented) == (True, True)


@pytest.mark.parametrize("kind", Assertion)
def test_what_is_registered_is_told_from_then_on(desk: Desk, kind: Assertion) -> None:
    registration = Registration(str(uuid4()), NOW, NOW + timedelta(days=30))
    assert KARIN.place.unit not in units(desk.about(BIRGITTA), Consent)
    settings = desk.security.consents
    said = desk.ask(settings, register_consent, KARIN, BIRGITTA, registration, kind=kind)
    assert said is Registered.DONE
    told = units(desk.about(BIRGITTA), Consent)[KARIN.place.unit]
    assert told.kind.value == kind.value.lower()
    assert told.end is not None
    assert abs(told.end - registration.valid_to) < timedelta(seconds=1)


@pytest.mark.parametrize(("target", "kind"), [("sparr", Block), ("samtycke", Consent)])
def test_one_silent_register_does_not_silence_the_other(
    desk: Desk, sandbox: Sandbox, target: str, kind: type[Any]
) -> None:
    sandbox.fault(target, "http500")
    answer = desk.about(BIRGITTA)
    assert {report.information for report in answer.gaps} == {kind.key}
    assert {type(item) for item in answer.items} == {Block, Consent} - {kind}


@pytest.mark.parametrize(("target", "kind"), [("sparr", Block), ("samtycke", Consent)])
def test_somebody_elses_rows_are_stopped(
    desk: Desk, sandbox: Sandbox, target: str, kind: type[Any]
) -> None:
    sandbox.fault(target, "wrong-person")
    answer = desk.about(SARA)
    assert {item.subject for item in answer.items} <= {SARA}
    assert not units(answer, kind)
    assert {(gap.information, gap.cause) for gap in answer.gaps} == {(kind.key, Cause.FOREIGN)}
