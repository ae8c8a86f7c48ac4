"""Our FHIR source against a server that we did not write: npm @medplum/fhir-router."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from sandbox.clock import STOCKHOLM
from sandbox.fhir.render import resources
from sandbox.people import load_people
from sandbox.people.units import load_units
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Medication,
)
from stodtjanster.model import Answer, Cause, Need, Outcome, PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.fhir.rows import READERS
from stodtjanster.sources.kit.reading import Reading
from tests.conftest import SHARED
from tests.fetching import landed, permit

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "counterparts" / "fhir-server" / "server.mjs"
SAMPLES = SHARED / "fhir" / "samples" / "r4-spec"
BIRGITTA = PersonId.parse("190001019801")
NOBODY = PersonId.parse("199606292382")
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=STOCKHOLM)
YEAR = 400


def absent(reason: str) -> None:
    """A missing counterpart is said, and in CI it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Counterpart:
    """The server, and what of the sandbox's municipality it has been given."""

    base: str
    http: httpx.Client
    given: list[dict[str, Any]]

    def put(self, resource: dict[str, Any]) -> httpx.Response:
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        return self.http.put(url, json=resource)

    def ask(
        self, information: type[Item], person: PersonId = BIRGITTA, **more: Any
    ) -> Answer[Item]:
        """What a page would be given, through the driver that pages use."""
        raw = {"key": "k", "kind": "fhir", "name": "K", "base_url": self.base, **more}
        now = NOW.astimezone(UTC)
        service = FetchService([kinds()["fhir"].build(raw)], AiohttpDriver(), clock=lambda: now)
        service.start()
        try:
            who = permit(person, information, reach=person.value, now=now)
            return landed(service.begin(who, {"booked": Need(information, YEAR, YEAR)}))
        finally:
            service.stop()

    def rows(self, kind: str, *statuses: str) -> set[str]:
        """The identities of what was given about the main person in one of these states."""
        (patient,) = (
            f"Patient/{one['id']}"
            for one in self.given
            if one["resourceType"] == "Patient" and one["identifier"][0]["value"] == BIRGITTA.value
        )
        return {
            f"{kind}/{one['id']}"
            for one in self.given
            if one["resourceType"] == kind
            and one["status"] in statuses
            and patient.encode() in orjson.dumps(one)
            and "security" not in one["meta"]
        }


@pytest.fixture(scope="module")
def counterpart() -> Iterator[Counterpart]:
    node = shutil.which("node")
    if node is None:
        absent("node is absent: no independent FHIR server to test against")
    if not (ROOT / "node_modules" / "@medplum" / "fhir-router").is_dir():
        absent("@medplum/fhir-router is absent: run npm ci to test against it")
    with (
        subprocess.Popen(
            [node, SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
        httpx.Client(timeout=30) as http,
    ):
        base = process.stdout.readline().strip()
        assert base, "the FHIR server did not start"
        running = Counterpart(base, http, resources(load_people(), load_units(), NOW))
        refused = [
            (one["resourceType"], one["id"], answer.text)
            for one in running.given
            if (answer := running.put(one)).status_code not in (200, 201)
        ]
        # Its validation is its own: what the sandbox makes is FHIR to others too.
        assert refused == []
        yield running
        process.stdin.close()
        process.wait(30)


def records(answer: Answer[Item]) -> set[str]:
    return {item.origin.record for item in answer.items}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_booked_times_over_several_pages(counterpart: Counterpart, method: str) -> None:
    answer = counterpart.ask(Appointment, method=method, page_size=7, planned_encounters=False)
    expected = counterpart.rows("Appointment", "booked")
    assert len(expected) > 3 * 7
    assert records(answer) == expected
    assert answer.complete
    assert {item.subject for item in answer.items} == {BIRGITTA}


def test_pages_that_are_not_all_followed_are_said_to_be_missing(counterpart: Counterpart) -> None:
    answer = counterpart.ask(Appointment, page_size=7, max_pages=2, planned_encounters=False)
    # One of the rows there is not for the patient.
    assert 7 < len(answer.items) <= 2 * 7
    assert not answer.complete
    assert answer.reports[0].cause is Cause.PARTIAL


def test_goals_are_found_although_it_ignores_include(counterpart: Counterpart) -> None:
    (plan,) = counterpart.ask(CarePlan).items
    assert [goal.text.text for goal in plan.goals] == [
        "Gå inomhus utan rullator",
        "Gå i trappan med stöd av ledstången",
        "Jämnt blodsocker på morgonen",
    ]
    assert counterpart.ask(CarePlan, complete=False).items[0].goals == ()


@pytest.mark.parametrize(
    ("information", "kind", "statuses"),
    [
        (CareManager, "CareTeam", ("active",)),
        (Agreement, "Task", ("in-progress",)),
        (Medication, "MedicationStatement", ("active",)),
    ],
)
def test_every_search_gives_what_was_put_there(
    counterpart: Counterpart, information: type[Item], kind: str, statuses: tuple[str, ...]
) -> None:
    answer = counterpart.ask(information)
    assert records(answer) == counterpart.rows(kind, *statuses) != set()
    assert answer.complete


def test_only_decided_services_are_given(counterpart: Counterpart) -> None:
    answer = counterpart.ask(CareService, devices_from=["DeviceUseStatement", "DeviceRequest"])
    assert {item.name.text for item in answer.items} == {"Hemtjänst", "Trygghetslarm", "Matlåda"}
    assert answer.complete


def test_whom_it_does_not_know_has_nothing(counterpart: Counterpart) -> None:
    answer = counterpart.ask(Appointment, NOBODY)
    assert answer.items == ()
    assert answer.complete


def test_its_refusals_are_the_sources_failure(counterpart: Counterpart) -> None:
    answer = counterpart.ask(CarePlan, base_url=f"{counterpart.base}/nowhere/at/all")
    assert answer.items == ()
    (report,) = answer.reports
    assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT)


def test_it_would_have_refused_what_is_not_fhir(counterpart: Counterpart) -> None:
    """Or its acceptance of everything else would say nothing."""
    wrong = {"resourceType": "CarePlan", "id": "wrong", "status": 5}
    assert counterpart.put(wrong).status_code == 400


def _samples() -> list[Path]:
    return [
        path for path in sorted(SAMPLES.glob("*.json")) if path.name.partition("-")[0] in READERS
    ]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared is absent: the samples are not here")
def test_the_official_examples_are_read_alike_from_it_and_from_a_file(
    counterpart: Counterpart,
) -> None:
    """What it accepts, it stores and gives back in its own words: we read the same from them."""
    accepted = 0
    for path in _samples():
        resource = orjson.loads(path.read_bytes())
        if counterpart.put(resource).status_code not in (200, 201):
            continue
        accepted += 1
        kind, logical = resource["resourceType"], resource["id"]
        found = counterpart.http.get(f"{counterpart.base}/{kind}", params={"_id": logical})
        reading = Reading("fil", NOW.astimezone(UTC))
        from_server = read(found.content, reading=reading, release="R4")
        from_file = read(orjson.dumps(resource), reading=reading, release="R4")
        assert from_server.items == from_file.items, path.name
        assert [one.why for one in from_server.rejected] == [one.why for one in from_file.rejected]
    assert accepted > len(_samples()) * 3 // 4
