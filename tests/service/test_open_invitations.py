"""Open invitations and connections over the sandbox's wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from portal.demo import portal_settings
from stodtjanster.catalogue import Connection, Coverage
from stodtjanster.fetch import AiohttpDriver, CoverageUpkeep, FetchService
from stodtjanster.information import Appointment, FreeTime
from stodtjanster.information.booking import AskFreeTimes, Done, MakeBooking, Visitor
from stodtjanster.model import Answer, Cause, Need, Open, Outcome, Period, PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.connections.adapter import Adapter
from stodtjanster.sources.connections.settings import Settings
from tests.fetching import PATIENCE, landed, permit
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import schema
from tests.service.test_sandbox_index import ADDRESSEES, XSD

BIRGITTA = PersonId.parse("190001019801")
CLINIC = "TSTNMT2321000156-BJOR"
UNCONNECTED = "TSTNMT2321000156-PSYK"
INVITATION = "BJ-7790"
NEEDS = {"booked": Need(Appointment, 0, 40)}
VISITOR = Visitor(first_name="Birgitta", last_name="Lindqvist", phone="0980-319 290")
BOOKED = ("subject_of_care_schedule", "open_invitations", "bookings")


class Resident:
    """Birgitta, logged in. `changes` are by kind of source."""

    def __init__(self, sandbox: Sandbox, state: Path, **changes: dict[str, Any]) -> None:
        self.now = datetime.now(UTC)
        told = portal_settings(sandbox.info, 8000, state)
        built = [
            kinds()[row["kind"]].build(row | changes.get(row["kind"], {}))
            for row in told["sources"]
            if row["kind"] in BOOKED
        ]
        self.coverage = Coverage()
        self.catalogue = Adapter(Settings.model_validate(told["connections"]))
        self.connections = {s.expects.connection for s in built if getattr(s, "expects", None)}
        self.service = FetchService(
            built, AiohttpDriver(), clock=lambda: self.now, coverage=self.coverage
        )
        self.service.start()

    @property
    def permit(self) -> Any:
        return permit(BIRGITTA, Appointment, FreeTime, reach="birgitta", now=self.now)

    def page(self) -> Answer[Any]:
        return landed(self.service.begin(self.permit, NEEDS))

    def records(self) -> set[str]:
        return {item.origin.record for item in self.page().items}

    def free(self, booking: Appointment) -> tuple[FreeTime, ...]:
        today = self.now.date()
        ask = AskFreeTimes(booking=booking, period=Period(today, today + timedelta(40)))
        return self.service.look(self.permit, ask).result(PATIENCE).items

    def look_up(self) -> None:
        """One round of the upkeep."""

        async def once(_seconds: float) -> None:
            raise asyncio.CancelledError

        async def run() -> None:
            driver = AiohttpDriver()
            upkeep = CoverageUpkeep(
                self.coverage, self.catalogue, self.connections, lambda: self.now, sleep=once
            )
            try:
                await upkeep(driver)
            except asyncio.CancelledError:
                pass
            finally:
                await driver.close()

        asyncio.run(run())


@pytest.fixture
def resident(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Resident]]:
    made: list[Resident] = []

    def make(**changes: dict[str, Any]) -> Resident:
        made.append(Resident(sandbox, tmp_path, **changes))
        return made[-1]

    yield make
    for each in made:
        each.service.stop()
    sandbox.panel.delete("/api/bookings").raise_for_status()


def test_an_open_invitation_stands_among_the_booked_times(resident: Any) -> None:
    answer = resident().page()
    (invited,) = [item for item in answer.items if isinstance(item.when, Open)]
    assert invited.origin.identity == (CLINIC, INVITATION)
    assert invited.invitation
    assert invited.title.text == "Genomgång av dina läkemedel"
    assert answer.complete


def test_when_it_has_been_booked_it_is_an_invitation_no_more(resident: Any) -> None:
    here = resident()
    (invited,) = [item for item in here.page().items if isinstance(item.when, Open)]
    act = MakeBooking(booking=invited, to=here.free(invited)[0], visitor=VISITOR)
    seen = here.service.moment()
    done = here.service.act(here.permit, act, once="form-1", seen=seen).result(PATIENCE)
    assert isinstance(done, Done)
    now = here.records()
    assert INVITATION not in now
    assert done.record in now


def test_an_index_that_is_down_leaves_the_booked_times(resident: Any, sandbox: Sandbox) -> None:
    here = resident(subject_of_care_schedule={"logical_address": CLINIC})
    sandbox.fault("engagemangsindex", "http500")
    answer = here.page()
    assert {item.origin.record for item in answer.items} == {"BJ-7712"}
    (failed,) = answer.gaps
    assert (failed.source, failed.outcome) == (
        "ntjp-open-invitations",
        Outcome.NO_DATA_SYNCH_FAILED,
    )


def test_who_is_not_connected_is_told_from_who_knows_of_nothing(resident: Any) -> None:
    expects = {"expects": [CLINIC, UNCONNECTED]}
    here = resident(subject_of_care_schedule=expects)
    assert here.page().complete
    here.look_up()
    answer = here.page()
    (gap,) = answer.gaps
    assert (gap.system, gap.outcome, gap.cause) == (
        UNCONNECTED,
        Outcome.NOT_ASKED,
        Cause.NOT_CONNECTED,
    )
    assert answer.items


def test_a_source_at_an_address_that_is_not_connected_is_not_called(
    resident: Any, sandbox: Sandbox
) -> None:
    there = {"logical_address": UNCONNECTED, "expects": [UNCONNECTED]}
    here = resident(subject_of_care_schedule=there)
    here.look_up()
    sandbox.clear()
    (gap,) = here.page().gaps
    assert (gap.system, gap.cause) == (UNCONNECTED, Cause.NOT_CONNECTED)
    assert "GetSubjectOfCareSchedule" not in {
        call["contract"] for call in sandbox.calls("plattformen")
    }


@pytest.mark.parametrize(
    "fault", [{"kind": "vpfault", "code": "VP007"}, {"kind": "garbage"}, {"kind": "empty"}]
)
def test_a_catalogue_that_does_not_answer_lets_all_be_asked(
    resident: Any, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    here = resident(subject_of_care_schedule={"expects": [CLINIC, UNCONNECTED]})
    sandbox.fault("plattformen", **fault)
    here.look_up()
    sandbox.clear()
    assert here.page().complete


def test_what_the_catalogue_is_asked_follows_the_national_schema(
    resident: Any, shared: Path
) -> None:
    national = schema(shared / "rivta" / XSD[ADDRESSEES])
    connection = Connection("TSTNMT2321000156-PORT", "urn:riv:x:XResponder:1")
    request = next(resident().catalogue.look_up(connection, correlation="c-1"))
    (content,) = etree.fromstring(request.body).find("{*}Body")
    content = etree.fromstring(etree.tostring(content))
    assert national.validate(content), national.error_log
