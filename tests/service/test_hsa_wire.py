"""HSA's word on assignments over the sandbox's wire: valid both ways, and broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from portal.demo import portal_settings
from sandbox.faults import TARGETS
from sandbox.people import load_people
from sandbox.people.employees import load_employees
from stodtjanster.fetch import FetchService, NotKnown
from stodtjanster.model import HsaId
from stodtjanster.security.assignments import CREDENTIALS, Credentials, Unusable, credentials_of
from stodtjanster.security.kit import Settings
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import schema
from tests.service.test_security_wire import Watching

INTERACTION = "GetCredentialsForPersonIncludingProtectedPerson"
XSD = (
    "rivta/infrastructure/directory/authorizationmanagement/2.4.5/interactions/"
    f"{INTERACTION}Interaction/{INTERACTION}Responder_2.2.xsd"
)
NOW = datetime.now(UTC)
STAFF = {each.key: each for each in load_employees(load_people())}


class Desk:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.driver = Watching()
        self.service = FetchService((), self.driver, clock=lambda: NOW)

    def read(self, key: str) -> Any:
        employee = HsaId(STAFF[key].hsa_id)
        begin = partial(credentials_of, self.settings, employee, now=NOW, correlation=str(uuid4()))
        return self.service.inquire(self.settings, begin).result(30)


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    told = portal_settings(sandbox.info, 8443, tmp_path)["assignments"]["hsa"]
    # A breaker of its own for every fault would only hide the next.
    said = {**told, "limits": {"answer_seconds": 0.5, "breaker_failures": 1_000}}
    running = Desk(Settings.model_validate(said))
    running.service.start()
    yield running
    running.service.stop()
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.mark.parametrize(
    ("key", "names", "refused"),
    [
        ("lena", ["Vård och behandling, Björkbacken"], ()),
        (
            "amina",
            ["Hemsjukvård", "Kvalitetssäkring"],
            (Unusable.ARCHIVED, Unusable.EXPIRED, Unusable.FEIGNED),
        ),
        ("omar", [], ()),
        ("maria", [], ()),
        ("karin", ["Vård och behandling, Syncentralen"], ()),
        ("peter", ["Loggkontroll"], ()),
        ("nils", ["Systemförvaltning"], ()),
    ],
)
def test_everybody_has_what_hsa_says(
    desk: Desk, key: str, names: list[str], refused: tuple[Unusable, ...]
) -> None:
    said = desk.read(key)
    assert [each.name for each in said.assignments] == names
    assert said.refused == refused
    assert said.system_roles == STAFF[key].system_roles
    assert said.licences == STAFF[key].licences
    assert bool(said.licences) is (key in {"lena", "amina", "karin"})


def test_an_assignment_that_is_taken_away_is_gone(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.panel.delete("/api/assignments/TSTNMT2321000156-C001").raise_for_status()
    assert desk.read("lena").assignments == ()


def test_all_is_valid_both_ways(desk: Desk, shared: Path) -> None:
    valid = schema(shared / XSD)
    for key in STAFF:
        desk.read(key)
    assert len(desk.driver.seen) == 2 * len(STAFF)
    for message in desk.driver.seen:
        body = etree.fromstring(message).find("{*}Body")
        assert body is not None
        content = etree.fromstring(etree.tostring(body[0]))
        assert valid.validate(content), valid.error_log


@pytest.mark.parametrize("kind", [kind for kind in TARGETS["hsa"] if kind != "slow"])
def test_whatever_is_wrong_there_is_no_assignment(desk: Desk, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("hsa", kind)
    said = desk.read("lena")
    assert said == Credentials() if kind == "empty" else isinstance(said, NotKnown)


def test_nobodys_number_is_asked_for(desk: Desk) -> None:
    desk.read("lena")
    assert STAFF["lena"].person_id.encode() not in b"".join(desk.driver.seen)
    assert desk.settings.url.endswith("/{operation}/2/rivtabp21")
    assert CREDENTIALS.operation == INTERACTION
