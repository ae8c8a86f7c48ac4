"""Connections are looked up beside the pages, and decide whom a page asks."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator
from typing import Any

import pytest

from stodtjanster.catalogue import Connection, Coverage, Expectation
from stodtjanster.fetch import CoverageUpkeep, FetchService
from stodtjanster.fetch.upkeep import SOON
from stodtjanster.information import Appointment
from stodtjanster.model import Cause, Need, Outcome
from stodtjanster.sources.connections.adapter import CONTRACT, Adapter
from stodtjanster.sources.connections.settings import Settings
from tests.fetching import (
    BOOKED,
    PATIENCE,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    landed,
    permit,
)
from tests.rivta_messages import SETTINGS, envelope

CONNECTION = Connection("SE-PORTAL", "urn:riv:x:XResponder:1")
OTHER = Connection("SE-PORTAL", "urn:riv:y:YResponder:1")
CATALOGUE = {**SETTINGS, "key": "tak", "kind": "connections"}


class ExpectingSource(ScriptedSource):
    """A scripted source that should be reached at these addresses; the first is its own."""

    def __init__(self, key: str, *addresses: str, **more: Any) -> None:
        super().__init__(key, **more)
        self.expects = Expectation(CONNECTION, addresses[0], frozenset(addresses))


class Naps:
    """In place of sleep: the test sees how long, and decides when it is over."""

    def __init__(self) -> None:
        self.begun: queue.Queue[tuple[float, asyncio.Event, asyncio.AbstractEventLoop]] = (
            queue.Queue()
        )

    async def __call__(self, seconds: float) -> None:
        over = asyncio.Event()
        self.begun.put((seconds, over, asyncio.get_running_loop()))
        await over.wait()

    def next(self) -> float:
        self._seconds, self._over, self._loop = self.begun.get(timeout=PATIENCE)
        return self._seconds

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)


class House:
    def __init__(self, *sources: ScriptedSource, connections: tuple[Connection, ...]) -> None:
        self.driver = ScriptedDriver()
        self.clock = Clock()
        self.coverage = Coverage()
        self.naps = Naps()
        catalogue = Adapter(Settings.model_validate(CATALOGUE))
        upkeep = CoverageUpkeep(self.coverage, catalogue, connections, self.clock, sleep=self.naps)
        self.service = FetchService(
            sources, self.driver, clock=self.clock, coverage=self.coverage, chores=[upkeep]
        )
        self.service.start()

    def listed(self, *addresses: str) -> None:
        """The catalogue answers its next question."""
        sent = self.driver.next()
        assert sent.source == "tak"
        rows = (
            f"<r:logicalAddressRecord><r:logicalAddress>{address}</r:logicalAddress>"
            "</r:logicalAddressRecord>"
            for address in addresses
        )
        sent.reply(envelope(CONTRACT, "".join(rows)))

    def unconnected(self) -> frozenset[str]:
        expected = Expectation(CONNECTION, "SE-1", frozenset({"SE-1", "SE-2"}))
        return self.coverage.unconnected(expected, self.clock())


@pytest.fixture
def house() -> Iterator[Any]:
    built: list[House] = []

    def build(
        *sources: ScriptedSource, connections: tuple[Connection, ...] = (CONNECTION,)
    ) -> House:
        built.append(House(*sources, connections=connections))
        return built[-1]

    yield build
    for each in built:
        each.service.stop()


def test_every_connection_is_looked_up_at_the_start_and_again_much_later(house: Any) -> None:
    here = house(connections=(CONNECTION, OTHER))
    here.listed("SE-1")
    here.listed("SE-9")
    assert here.naps.next() == 6 * 3600
    assert here.unconnected() == {"SE-2"}
    here.naps.wake()
    here.listed("SE-1", "SE-2")
    here.listed("SE-9")
    here.naps.next()
    assert here.unconnected() == frozenset()


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT])
def test_a_lookup_that_fails_is_tried_again_soon_and_what_was_known_stays(
    house: Any, cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    here = house()
    here.listed("SE-1")
    here.naps.next()
    here.naps.wake()
    here.driver.next().fail(cause)
    assert here.naps.next() == SOON.total_seconds()
    assert here.unconnected() == {"SE-2"}
    (warned,) = [line for line in caplog.records if line.message == "connections not looked up"]
    assert (warned.contract, warned.cause) == (CONNECTION.contract, cause)


@pytest.mark.parametrize("body", [b"", b"<x/>", envelope(CONTRACT, "")])
def test_an_answer_that_is_no_list_teaches_nothing(house: Any, body: bytes) -> None:
    here = house()
    here.driver.next().reply(body)
    assert here.naps.next() == SOON.total_seconds()
    assert here.unconnected() == frozenset()


def test_a_driver_that_breaks_does_not_end_the_upkeep(house: Any) -> None:
    here = house()
    sent = here.driver.next()
    sent._loop.call_soon_threadsafe(sent._reply.set_exception, RuntimeError("bug"))
    assert here.naps.next() == SOON.total_seconds()
    here.naps.wake()
    here.listed("SE-1")
    here.naps.next()
    assert here.unconnected() == {"SE-2"}


def test_a_page_does_not_wait_for_the_catalogue(house: Any) -> None:
    here = house(ExpectingSource("region", "SE-1"))
    here.driver.next()  # the catalogue, which never answers
    asked = here.service.begin(permit(), BOOKED)
    here.driver.next().reply()
    assert [report.outcome for report in landed(asked).reports] == [Outcome.DATA_FROM_SOURCE]


def test_a_source_that_is_not_connected_is_not_asked_and_says_so(house: Any) -> None:
    source = ExpectingSource("region", "SE-1")
    here = house(source)
    here.listed("SE-9")
    here.naps.next()
    answer = landed(here.service.begin(permit(), BOOKED))
    assert source.asked == []
    (report,) = answer.reports
    assert (report.source, report.system) == ("region", "SE-1")
    assert (report.outcome, report.cause) == (Outcome.NOT_ASKED, Cause.NOT_CONNECTED)
    assert not answer.complete


def test_a_unit_behind_a_source_that_is_not_connected_is_told_of_beside_its_answer(
    house: Any,
) -> None:
    here = house(ExpectingSource("region", "SE-1", "SE-2"))
    here.listed("SE-1")
    here.naps.next()
    asked = here.service.begin(permit(), BOOKED)
    here.driver.next().reply()
    told = {report.system: (report.outcome, report.cause) for report in landed(asked).reports}
    assert told["SE-2"] == (Outcome.NOT_ASKED, Cause.NOT_CONNECTED)
    assert Outcome.DATA_FROM_SOURCE in {outcome for outcome, _ in told.values()}
    assert len(told) == 2


def test_connected_and_knowing_of_nothing_is_a_whole_answer(house: Any) -> None:
    here = house(ExpectingSource("region", "SE-1", "SE-2"))
    here.listed("SE-1", "SE-2")
    here.naps.next()
    asked = here.service.begin(permit(), BOOKED)
    here.driver.next().reply()
    assert landed(asked).complete


def test_what_is_not_permitted_or_switched_off_is_not_said_to_lack_a_connection(
    house: Any,
) -> None:
    here = house(ExpectingSource("region", "SE-1", enabled=False), connections=(CONNECTION,))
    here.listed("SE-9")
    here.naps.next()
    answer = landed(here.service.begin(permit(), BOOKED))
    assert [report.cause for report in answer.reports] == [Cause.SWITCHED_OFF]
    refused = permit(loa="loa2")
    answer = landed(here.service.begin(refused, {"booked": Need(Appointment)}))
    assert [report.cause for report in answer.reports] == [Cause.NOT_PERMITTED]


def test_the_upkeep_ends_with_the_service(house: Any) -> None:
    here = house()
    sent = here.driver.next()
    here.service.stop()
    assert sent.let_go.is_set()
    here.service.stop = lambda: None
