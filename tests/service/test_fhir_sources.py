"""From the sandbox's FHIR servers to what a page is given, over the real wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import (
    CareManager,
    CareManagerKind,
    CarePlan,
    CareService,
    Item,
    Medication,
    Telecom,
    TelecomKind,
)
from stodtjanster.model import Answer, Cause, HsaId, Need, Outcome, PersonId
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.service.conftest import Sandbox

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
YEAR = 400

Ask = Callable[[type[Item], PersonId], Answer[Item]]


@contextmanager
def asking(
    sandbox: Sandbox, state: Path, clock: Callable[[], datetime] | None = None, **changes: Any
) -> Iterator[Ask]:
    """Ask the FHIR sources that the demo is set up with, each changed in the same way."""
    rows = portal_settings(sandbox.info, 8000, state)["sources"]
    build = kinds()["fhir"].build
    sources = [build({**row, **changes}) for row in rows if row["kind"] == "fhir"]
    began = datetime.now(UTC)
    service = FetchService(sources, AiohttpDriver(), clock=clock or (lambda: began))
    service.start()

    def asked(information: type[Item], person: PersonId) -> Answer[Item]:
        who = permit(person, information, reach=person.value, now=began)
        return landed(service.begin(who, {"booked": Need(information, YEAR, YEAR)}))

    yield asked
    service.stop()


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Iterator[Ask]:
    with asking(sandbox, tmp_path) as asked:
        yield asked


def test_a_fast_kontakt_in_r5_over_mutual_tls_and_a_token(ask: Ask, sandbox: Sandbox) -> None:
    answer = ask(CareManager, SARA)
    (manager,) = (item for item in answer.items if item.origin.record == "CareTeam/fk-1")
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
    services = {item.name.text: item for item in answer.items}
    assert services.keys() == {"Elektrisk arbetsstol", "Kompresser och tejp"}
    assert services["Elektrisk arbetsstol"].started
    assert services["Kompresser och tejp"].extent.text == "60 stycken"
    assert answer.complete
    assert "FÅR EJ VISAS" not in repr(answer)


def test_a_plan_that_is_a_document_has_its_text_and_who_answers_for_it(ask: Ask) -> None:
    answer = ask(CarePlan, SARA)
    (plan,) = (item for item in answer.items if item.origin.contract == "DocumentReference")
    assert plan.title.text == "Träningsprogram för hemmet"
    (attachment,) = plan.attachments
    assert attachment.content.decode() == "Träna balansen varje dag. Vila mellan övningarna."
    assert plan.origin.care_provider == HsaId("TSTNMT2321000156-SJVG")
    assert plan.origin.care_unit == HsaId("TSTNMT2321000156-REHB")
    (copy,) = (item for item in answer.items if item.origin.record == "CarePlan/kopia-vp")
    assert copy.origin.care_provider == HsaId("TSTNMT2321000156-RNVG")
    assert answer.complete
    assert "FÅR EJ VISAS" not in repr(answer)


@pytest.mark.parametrize("key", ["lookup", "identifier", "chained"])
@pytest.mark.parametrize("method", ["GET", "POST", "mixed"])
def test_whom_it_is_about_is_said_as_each_source_wants_it(
    sandbox: Sandbox, tmp_path: Path, key: str, method: str
) -> None:
    sandbox.clear()
    with asking(sandbox, tmp_path, patient_key=key, method=method) as ask:
        managers = ask(CareManager, SARA)
    assert managers.complete
    assert {item.name.text for item in managers.items} >= {"Karin Lod", "Ingrid Falk"}
    if method != "GET":
        paths = [one["path"] for one in sandbox.requests("fast-kontakt")]
        assert paths
        assert not any(SARA.value in path for path in paths)


def test_what_still_holds_is_not_sent_again(sandbox: Sandbox, tmp_path: Path) -> None:
    now = [datetime.now(UTC)]
    with asking(sandbox, tmp_path, clock=lambda: now[0]) as ask:
        sandbox.clear()
        first = ask(CarePlan, BIRGITTA)
        now[0] += timedelta(minutes=6)
        second = ask(CarePlan, BIRGITTA)
        asked = sandbox.requests("sjovik")
    assert second.items
    assert [item.origin.record for item in second.items] == [
        item.origin.record for item in first.items
    ]
    assert {report.as_of for report in second.reports} == {now[0]}
    assert second.complete
    conditional = [
        "if-none-match" in one["headers"] for one in asked if not one["path"].endswith("/_search")
    ]
    assert conditional.count(False) == conditional.count(True) > 0


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
