"""What a unit's day looks like over the sandbox's wire: whole, in pages, and broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from portal.demo import portal_settings
from sandbox.clock import STOCKHOLM
from sandbox.faults import TARGETS
from stodtjanster.fetch import AiohttpDriver, FetchService, NotKnown
from stodtjanster.model import Cause, HsaId, PersonId
from stodtjanster.sources.fhir.settings import Settings as SourceSettings
from stodtjanster.worklists import Settings, Status, Visit, Visits, Worklist
from tests.service.conftest import Sandbox, start_sandbox, stopping
from tests.service.sandbox_wire import Municipality, entries

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=STOCKHOLM)
TODAY = (datetime(2026, 11, 20, tzinfo=STOCKHOLM), datetime(2026, 11, 21, tzinfo=STOCKHOLM))
TOMORROW = (TODAY[1], datetime(2026, 11, 22, tzinfo=STOCKHOLM))
NURSES, HOME_HELP, CLINIC = (HsaId(f"TSTNMT2321000156-{unit}") for unit in ("HSJV", "HTJN", "BJOR"))
BIRGITTA = PersonId.parse("190001019801")
PROTECTED = PersonId.parse("200512312398")
# What is late answers all the same, and the rest of these tell that something is missing.
TELLING = {"slow": (4, None), "partial": (4, Cause.PARTIAL), "next-elsewhere": (3, Cause.PARTIAL)}


class Desk:
    """Asks about units on the wire."""

    def __init__(self, sandbox: Sandbox, state: Path, changes: dict[str, Any]) -> None:
        rows = portal_settings(sandbox.info, 8000, state)["sources"]
        (row,) = (row for row in rows if row["key"] == "sjovik")
        known = Settings.model_fields.keys() & changes.keys()
        own = {name: changes.pop(name) for name in known}
        self.worklist = Worklist(
            Settings(source="sjovik", provider="TSTNMT2321000156-SJVG", **own),
            SourceSettings.model_validate({**row, **changes}),
        )
        self.service = FetchService((), AiohttpDriver(), clock=lambda: datetime.now(UTC))

    def visits(
        self, unit: HsaId = NURSES, between: tuple[datetime, datetime] = TODAY
    ) -> Visits | NotKnown:
        talk = partial(self.worklist.visits, unit, *between, at=NOON, correlation="c0ffee")
        return self.service.inquire(self.worklist.source, talk).result(30)

    def day(self, unit: HsaId = NURSES) -> tuple[Visit, ...]:
        """A day of which all was told."""
        said = self.visits(unit)
        assert isinstance(said, Visits)
        assert said.complete
        return said.rows


@contextmanager
def asking(sandbox: Sandbox, state: Path, **changes: Any) -> Iterator[Desk]:
    desk = Desk(sandbox, state, changes)
    desk.service.start()
    try:
        yield desk
    finally:
        desk.service.stop()


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox where it is a told day, in small pages."""
    state = tmp_path_factory.mktemp("fixed")
    with stopping(start_sandbox(state, "--now", "2026-11-20T12:00", "--page-size", "3")) as running:
        yield running


@pytest.fixture
def desk(country: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    country.clear()
    # A breaker of its own for every fault would only hide the next.
    limits = {"answer_seconds": 2, "breaker_failures": 1_000}
    with asking(country, tmp_path, limits=limits) as asked:
        yield asked
    country.clear()


def told(visits: tuple[Visit, ...]) -> list[tuple[str, str, str]]:
    return [
        (
            visit.at.start.astimezone(STOCKHOLM).strftime("%H.%M"),
            visit.name.text if visit.name else "",
            visit.what.text if visit.what else "",
        )
        for visit in visits
    ]


def test_all_whom_the_nurses_meet_today(desk: Desk) -> None:
    visits = desk.day()
    assert told(visits) == [
        ("09.30", "Gunnar Ek", "Insulin"),
        ("11.00", "Siv Åberg", "Provtagning"),
        ("14.30", "Birgitta Lindqvist", "Såromläggning"),
        ("15.30", "Rolf Nyman", "Läkemedelsdelning"),
    ]
    assert visits[2].person == BIRGITTA
    assert "FÅR EJ VISAS" not in repr(visits)


def test_a_unit_is_told_of_its_own_alone(desk: Desk) -> None:
    visits = desk.day(HOME_HELP)
    assert {visit.name.text for visit in visits if visit.name} == {
        "Birgitta Lindqvist",
        "Aina Fors",
    }
    assert len(visits) == 5
    # Those of the morning are over.
    assert [visit.status for visit in visits][:2] == [Status.DONE, Status.DONE]


def test_who_is_protected_is_marked(desk: Desk) -> None:
    said = desk.visits(HOME_HELP, TOMORROW)
    assert isinstance(said, Visits)
    protected = [visit.person for visit in said.rows if visit.protected]
    assert protected == [PROTECTED]


@pytest.mark.parametrize("method", ["GET", "POST", "mixed"])
@pytest.mark.parametrize("naming", ["lookup", "identifier", "chained"])
def test_the_unit_is_named_as_each_source_wants_it(
    country: Sandbox, tmp_path: Path, naming: str, method: str
) -> None:
    country.clear()
    with asking(country, tmp_path, naming=naming, method=method) as desk:
        assert len(desk.day()) == 4
    asked = {call["contract"] for call in country.calls("sjovik")}
    lookup = {"HealthcareService"} if naming == "lookup" else set()
    assert asked - {"token"} == {"Appointment", *lookup}


def test_people_are_asked_for_where_they_do_not_come_along(
    country: Sandbox, tmp_path: Path
) -> None:
    country.clear()
    with asking(country, tmp_path, includes=False) as desk:
        assert len(desk.day()) == 4
    assert "Patient" in {call["contract"] for call in country.calls("sjovik")}


def test_a_unit_that_the_source_does_not_know_is_not_an_empty_day(desk: Desk) -> None:
    assert desk.visits(CLINIC) == NotKnown(Cause.NOT_CONNECTED)


def test_who_has_declined_stands_there_with_that(country: Sandbox, desk: Desk) -> None:
    with Municipality(country.info) as client:
        client.login("system/*.rs system/AppointmentResponse.c")
        number = {"system": "http://electronichealth.se/identifier/personnummer"}
        answer = client.http.post(
            "/AppointmentResponse",
            json={
                "resourceType": "AppointmentResponse",
                "appointment": {"reference": "Appointment/hsv-1001"},
                "actor": {"identifier": {**number, "value": BIRGITTA.value}},
                "participantStatus": "declined",
            },
        )
        assert answer.status_code == 201, answer.text
    said = {visit.person: visit.status for visit in desk.day()}
    country.panel.delete("/api/bookings").raise_for_status()
    assert said[BIRGITTA] is Status.DECLINED
    assert [*said.values()].count(Status.BOOKED) == 3


@pytest.mark.parametrize("kind", TARGETS["sjovik"])
def test_whatever_is_wrong_it_is_never_an_empty_day(
    country: Sandbox, desk: Desk, kind: str
) -> None:
    country.fault("sjovik", kind, **({"seconds": 0.1} if kind == "slow" else {}))
    said = desk.visits()
    if kind in TELLING:
        assert isinstance(said, Visits)
        assert (len(said.rows), said.cause) == TELLING[kind]
    else:
        assert isinstance(said, NotKnown) or said.cause is Cause.FOREIGN
    assert country.calls("annan-server") == []


@pytest.mark.parametrize("kind", TARGETS["sjovik-token"])
def test_without_a_token_nothing_is_known(country: Sandbox, desk: Desk, kind: str) -> None:
    country.fault("sjovik-token", kind, **({"seconds": 0.1} if kind == "slow" else {}))
    said = desk.visits()
    assert isinstance(said, Visits) == (kind == "slow")


@pytest.mark.parametrize("naming", ["lookup", "identifier"])
def test_another_units_visits_are_never_shown(
    country: Sandbox, tmp_path: Path, naming: str
) -> None:
    country.clear()
    country.fault("sjovik", "wrong-person")
    with asking(country, tmp_path, naming=naming) as desk:
        said = desk.visits()
    country.clear()
    assert isinstance(said, Visits)
    assert (said.rows, said.cause) == ((), Cause.FOREIGN)


def test_no_number_stands_in_an_address_or_a_header(country: Sandbox, desk: Desk) -> None:
    country.clear()
    people = {visit.person.value for visit in desk.day()}
    for request in country.requests("sjovik"):
        assert not any(number in f"{request['path']} {request['headers']}" for number in people)


def test_what_the_unit_is_given_is_valid_r4(country: Sandbox) -> None:
    with Municipality(country.info) as client:
        client.login()
        pages = client.all_pages(
            "/Appointment",
            actor="HealthcareService/hsjv",
            date=["ge2026-11-20", "lt2026-11-21"],
            _include="Appointment:patient",
        )
    assert len(pages) == 2
    for page in pages:
        for one in [page, *entries(page), *entries(page, "include")]:
            get_fhir_model_class(one["resourceType"]).model_validate(one)


@pytest.mark.parametrize("query", [{}, {"date": "2026-11-20"}, {"practitioner": "Practitioner/x"}])
def test_nobody_is_given_everybodys_visits(country: Sandbox, query: dict[str, str]) -> None:
    with Municipality(country.info) as client:
        client.login()
        assert client.http.get("/Appointment", params=query).status_code == 400
