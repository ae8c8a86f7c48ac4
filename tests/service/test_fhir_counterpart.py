"""Our FHIR source against a server that we did not write: npm @medplum/fhir-router."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Medication,
    ReferralStatus,
    by_referral,
)
from stodtjanster.model import Answer, Cause, Need, Outcome, PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.fhir.messages import KINDS
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Request, Response, SourceSettings
from tests.conftest import SHARED
from tests.fetching import Clock, landed, permit

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "counterparts" / "fhir-server" / "server.mjs"
SAMPLES = SHARED / "fhir" / "samples" / "r4-spec"
BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
NOBODY = PersonId.parse("199606292382")
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=STOCKHOLM)
YEAR = 400


def absent(reason: str) -> None:
    """A missing counterpart is said, and in CI it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class ListeningDriver(AiohttpDriver):
    """The driver that pages use, and what it was answered with."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    async def send(self, source: SourceSettings, request: Request) -> Response:
        response = await super().send(source, request)
        self.statuses.append(response.status)
        return response


@dataclass
class Counterpart:
    """The server, and what of the sandbox's municipality it has been given."""

    base: str
    http: httpx.Client
    given: list[dict[str, Any]]
    statuses: list[int] = field(default_factory=list)

    def put(self, resource: dict[str, Any]) -> httpx.Response:
        url = f"{self.base}/{resource['resourceType']}/{resource['id']}"
        return self.http.put(url, json=resource)

    def ask(
        self, information: type[Item], person: PersonId = BIRGITTA, /, **more: Any
    ) -> Answer[Item]:
        """What a page would be given, through the driver that pages use."""
        return self.ask_again(information, person, times=1, **more)[-1]

    def ask_again(
        self, information: type[Item], person: PersonId, /, *, times: int, **more: Any
    ) -> list[Answer[Item]]:
        """The same, for a page that is opened every ten minutes. `statuses` is what was heard."""
        raw = {"key": "k", "kind": "fhir", "name": "K", "base_url": self.base, **more}
        clock = Clock(NOW.astimezone(UTC))
        driver = ListeningDriver()
        service = FetchService([kinds()["fhir"].build(raw)], driver, clock=clock)
        service.start()
        who = permit(person, information, reach=person.value, now=clock())
        answers = []
        try:
            for _ in range(times):
                needs = {"booked": Need(information, YEAR, YEAR)}
                answers.append(landed(service.begin(who, needs)))
                clock.forward(600)
        finally:
            service.stop()
        self.statuses = driver.statuses
        return answers

    def rows(self, kind: str, *statuses: str, person: PersonId = BIRGITTA) -> set[str]:
        """The identities of what was given about a person in one of these states."""
        (patient,) = (
            f"Patient/{one['id']}"
            for one in self.given
            if one["resourceType"] == "Patient" and one["identifier"][0]["value"] == person.value
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
    expected = counterpart.rows("Appointment", "booked", "fulfilled")
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


def municipal_plan(answer: Answer[Item]) -> Item:
    (plan,) = (item for item in answer.items if item.origin.record == "CarePlan/gp-1")
    return plan


def test_goals_are_found_although_it_ignores_include(counterpart: Counterpart) -> None:
    plan = municipal_plan(counterpart.ask(CarePlan))
    given = {f"{one['resourceType']}/{one['id']}": one for one in counterpart.given}
    goals = [given[one["reference"]] for one in given["CarePlan/gp-1"]["goal"]]
    assert goals
    assert [goal.text.text for goal in plan.goals] == [one["description"]["text"] for one in goals]
    assert municipal_plan(counterpart.ask(CarePlan, complete=False)).goals == ()


@pytest.mark.parametrize(
    ("information", "kind", "statuses"),
    [
        (Medication, "MedicationStatement", ("active",)),
        (CareContact, "Encounter", ("in-progress",)),
    ],
)
def test_every_search_gives_what_was_put_there(
    counterpart: Counterpart, information: type[Item], kind: str, statuses: tuple[str, ...]
) -> None:
    answer = counterpart.ask(information)
    assert records(answer) == counterpart.rows(kind, *statuses) != set()
    assert answer.complete


def test_only_teams_of_fast_kontakt_are_given(counterpart: Counterpart) -> None:
    answer = counterpart.ask(CareManager)
    assert records(answer) == {"CareTeam/fok-1"} <= counterpart.rows("CareTeam", "active")
    assert answer.complete


def test_agreements_and_referrals_are_told_apart(counterpart: Counterpart) -> None:
    tasks = counterpart.rows("Task", "in-progress")
    agreements, referrals = counterpart.ask(Agreement), counterpart.ask(ReferralStatus)
    assert records(referrals) == {"Task/rem-1", "Task/rem-2"} < tasks
    assert records(agreements) <= tasks - records(referrals)
    assert {"Task/ok-1", "Task/ok-2"} <= records(agreements)
    assert agreements.complete
    assert referrals.complete
    (referral,) = by_referral(referrals.items)
    assert [step.text.text for step in referral.steps] == ["första kontakt bokad", "mottagen"]
    assert counterpart.ask(ReferralStatus, referral_years_back=0).complete


def test_what_has_ways_of_its_own_to_be_searched_is_found(counterpart: Counterpart) -> None:
    answer = counterpart.ask(
        CareService, SARA, devices_from=["DeviceUseStatement", "SupplyRequest"]
    )
    names = {item.name.text: item.origin.contract for item in answer.items}
    assert names == {
        "Elektrisk arbetsstol": "DeviceUseStatement",
        "Kompresser och tejp": "SupplyRequest",
    }
    assert answer.complete
    plans = counterpart.ask(CarePlan, SARA, plans_from=["CarePlan", "DocumentReference"])
    assert records(plans) == {
        *counterpart.rows("CarePlan", "active", person=SARA),
        "DocumentReference/dok-1",
    }
    assert plans.complete
    assert len(counterpart.rows("DocumentReference", "current", person=SARA)) == 2


def test_whom_the_person_has_chosen(counterpart: Counterpart) -> None:
    unit = {"reference": "Organization/rehb", "display": "Kommunens rehab"}
    (patient,) = (
        one
        for one in counterpart.given
        if one["resourceType"] == "Patient" and one["identifier"][0]["value"] == SARA.value
    )
    assert counterpart.put({**patient, "generalPractitioner": [unit]}).status_code in (200, 201)
    answer = counterpart.ask(Listing, SARA, information=["listing"])
    assert [item.unit.text for item in answer.items] == ["Kommunens rehab"]
    assert answer.complete


@pytest.mark.parametrize(
    ("method", "again"), [("GET", [304, 304]), ("mixed", [304]), ("POST", [200])]
)
def test_what_has_not_changed_is_not_sent_again(
    counterpart: Counterpart, method: str, again: list[int]
) -> None:
    settings = {"method": method, "planned_encounters": False, "page_size": 200}
    settings |= {"patient_cache_seconds": 0} if method == "GET" else {}
    first, second = counterpart.ask_again(Appointment, BIRGITTA, times=2, **settings)
    assert counterpart.statuses == [200, 200, *again]
    assert records(second) == records(first) != set()
    assert second.complete
    assert second.reports[0].as_of - first.reports[0].as_of == timedelta(minutes=10)
    assert second.reports[0].outcome is Outcome.DATA_FROM_SOURCE


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
    return [path for path in sorted(SAMPLES.glob("*.json")) if path.name.partition("-")[0] in KINDS]


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
