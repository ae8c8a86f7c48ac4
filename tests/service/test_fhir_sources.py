"""From the sandbox's FHIR servers to what a page is given, over the real wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import (
    CareManager,
    CareManagerKind,
    CareService,
    Item,
    Medication,
    Telecom,
    TelecomKind,
)
from stodtjanster.model import Answer, Cause, Need, Outcome, PersonId
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.service.conftest import Sandbox

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
YEAR = 400

Ask = Callable[[type[Item], PersonId], Answer[Item]]


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Iterator[Ask]:
    """Ask the FHIR sources that the demo is set up with."""
    rows = portal_settings(sandbox.info, 8000, tmp_path)["sources"]
    build = kinds()["fhir"].build
    sources = [build(row) for row in rows if row["kind"] == "fhir"]
    now = datetime.now(UTC)
    service = FetchService(sources, AiohttpDriver(), clock=lambda: now)
    service.start()

    def asked(information: type[Item], person: PersonId) -> Answer[Item]:
        who = permit(person, information, reach=person.value, now=now)
        return landed(service.begin(who, {"booked": Need(information, YEAR, YEAR)}))

    yield asked
    service.stop()


def test_a_fast_kontakt_in_r5_over_mutual_tls_and_a_token(ask: Ask, sandbox: Sandbox) -> None:
    answer = ask(CareManager, SARA)
    (manager,) = (item for item in answer.items if item.origin.source == "fast-kontakt")
    assert manager.kind is CareManagerKind.VARDKONTAKT
    assert (manager.name.text, manager.qualification.text) == ("Karin Lod", "synpedagog")
    assert manager.unit.text == "Syncentralen"
    # The team is not included by any standard name: it is asked for, for its telephone.
    assert manager.team_name.text == "Synteamet"
    assert manager.telecom == (Telecom(TelecomKind.PHONE, "0980-319 242"),)
    assert answer.complete
    asked = [call["contract"] for call in sandbox.calls("fast-kontakt")]
    assert set(asked) == {"Patient", "CareTeam"}
    assert "FÅR EJ VISAS" not in repr(answer)


def test_only_what_a_source_is_said_to_know_is_asked_of_it(ask: Ask, sandbox: Sandbox) -> None:
    ask(Medication, BIRGITTA)
    assert sandbox.calls("fast-kontakt") == []


def test_medicines_of_the_municipality(ask: Ask) -> None:
    answer = ask(Medication, BIRGITTA)
    (medicine,) = answer.items
    assert medicine.name.text == "Metformin 500 mg"
    assert medicine.dosage.text == "Ges av hemsjukvården morgon och kväll"
    assert medicine.purpose.text == "Diabetes"
    assert medicine.origin.identity == ("TSTNMT2321000156-SJVG", "lm-1")
    assert answer.complete


def test_a_device_that_the_person_has_is_named_by_what_came_along(ask: Ask) -> None:
    answer = ask(CareService, SARA)
    (service,) = answer.items
    assert service.name.text == "Elektrisk arbetsstol"
    assert service.started
    assert answer.complete


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("http500", Cause.FAULT),
        ("garbage", Cause.UNREADABLE),
        ("partial", Cause.FAULT),
        ("wrong-person", Cause.FOREIGN),
        ("cut", Cause.FAULT),
    ],
)
def test_a_broken_fast_kontakt_is_said_and_spares_the_others(
    ask: Ask, sandbox: Sandbox, kind: str, cause: Cause
) -> None:
    sandbox.fault("fast-kontakt", kind)
    answer = ask(CareManager, BIRGITTA)
    assert [item.origin.source for item in answer.items] == ["sjovik"]
    (report,) = (report for report in answer.reports if report.source == "fast-kontakt")
    assert report.cause is cause
    assert report.outcome is Outcome.NO_DATA_SYNCH_FAILED
    assert not answer.complete
