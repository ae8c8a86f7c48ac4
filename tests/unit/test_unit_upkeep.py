"""Units are looked up beside the pages: one after the other, and an ill catalogue is left alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from datetime import datetime, timedelta

import pytest

from stodtjanster.catalogue import Entries, Entry
from stodtjanster.fetch import UnitUpkeep
from stodtjanster.fetch.upkeep import A_WHILE, SOON
from stodtjanster.model import Cause, HsaId, Told
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from stodtjanster.sources.units.settings import Settings
from tests.fetching import NOON, Clock, ScriptedDriver

CLINIC, OTHER = HsaId("TSTNMT2321000156-BJOR"), HsaId("TSTNMT2321000156-ORTO")
FRESH = 3_600
SETTINGS = Settings.model_validate(
    {
        "key": "hsa",
        "kind": "units",
        "name": "HSA-katalogen",
        "url": "https://127.0.0.1:9/{operation}/{major}",
        "logical_address": "TSTNMT2321000156-HSAK",
        "consumer_hsa_id": "TSTNMT2321000156-PORT",
        "limits": {"fresh_seconds": FRESH, "answer_seconds": 5},
    }
)


class Enough(Exception):  # noqa: N818 - how a test ends an endless chore
    pass


class Catalogue:
    """Says what `told` says of a unit, once the wire has answered."""

    settings = SETTINGS

    def __init__(self, told: dict[HsaId, Entry | Exception | None]) -> None:
        self.told = told
        self.asked: list[HsaId] = []

    def look_up(
        self, unit: HsaId, *, at: datetime, correlation: str
    ) -> Generator[Request, Response, Entry | None]:
        assert at == NOON
        assert correlation
        self.asked.append(unit)
        yield Request("POST", "https://127.0.0.1:9/")
        said = self.told[unit]
        if isinstance(said, Exception):
            raise said
        return said


def entry(unit: HsaId) -> Entry:
    return Entry(unit, Told("Kliniken"), NOON)


def run(
    entries: Entries, catalogue: Catalogue, steps: int, driver: ScriptedDriver | None = None
) -> list[timedelta]:
    """Let the chore take so many steps; how long it rested after each."""
    rests: list[timedelta] = []

    async def sleep(seconds: float) -> None:
        rests.append(timedelta(seconds=seconds))
        if len(rests) == steps:
            raise Enough

    wire = driver or ScriptedDriver(lambda _request: Response(200, {}, b""))
    chore = UnitUpkeep(entries, catalogue, Clock(), sleep=sleep)  # type: ignore[arg-type]
    with pytest.raises(Enough):
        asyncio.run(chore(wire))
    return rests


def wanted(*units: HsaId) -> Entries:
    entries = Entries()
    for unit in units:
        entries.get(unit)
    return entries


def test_what_is_wanted_is_looked_up_and_then_there_is_a_while_until_the_next_look() -> None:
    entries = wanted(CLINIC, OTHER)
    catalogue = Catalogue({CLINIC: entry(CLINIC), OTHER: None})
    assert run(entries, catalogue, 3) == [timedelta(), timedelta(), A_WHILE]
    assert catalogue.asked == [CLINIC, OTHER]
    assert entries.get(CLINIC) == entry(CLINIC)
    assert entries.get(OTHER) is None


def test_it_is_looked_up_again_when_it_is_no_longer_fresh() -> None:
    entries = wanted(CLINIC)
    run(entries, Catalogue({CLINIC: entry(CLINIC)}), 1)
    entries.get(CLINIC)
    assert entries.next_wanted(NOON + timedelta(seconds=FRESH - 1)) is None
    entries.get(CLINIC)
    assert entries.next_wanted(NOON + timedelta(seconds=FRESH)) == CLINIC


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT, Cause.DENIED])
def test_a_catalogue_that_does_not_answer_is_left_alone(
    cause: Cause, caplog: pytest.LogCaptureFixture
) -> None:
    entries = wanted(CLINIC, OTHER)
    catalogue = Catalogue({CLINIC: SourceFailed(cause, "VP009"), OTHER: entry(OTHER)})
    with caplog.at_level(logging.WARNING):
        assert run(entries, catalogue, 2) == [SOON, timedelta()]
    assert entries.get(CLINIC) is None
    assert entries.get(OTHER) == entry(OTHER)
    assert [record.message for record in caplog.records] == ["unit not looked up"]


def test_one_answer_that_cannot_be_read_stops_nobody_else() -> None:
    unreadable = SourceFailed(Cause.UNREADABLE, "unit/publicName: missing")
    catalogue = Catalogue({CLINIC: unreadable, OTHER: entry(OTHER)})
    assert run(wanted(CLINIC, OTHER), catalogue, 2) == [timedelta(), timedelta()]


def test_a_bug_of_an_adapter_ends_no_chore() -> None:
    catalogue = Catalogue({CLINIC: KeyError("bug"), OTHER: entry(OTHER)})
    assert run(wanted(CLINIC, OTHER), catalogue, 2) == [SOON, timedelta()]


def test_what_was_known_stands_while_the_catalogue_is_silent() -> None:
    entries = Entries()
    entries.learn(CLINIC, entry(CLINIC), again=NOON)
    entries.get(CLINIC)
    run(entries, Catalogue({CLINIC: SourceFailed(Cause.TIMEOUT)}), 1)
    assert entries.get(CLINIC) == entry(CLINIC)
    assert entries.next_wanted(NOON) is None
    entries.get(CLINIC)
    assert entries.next_wanted(NOON + SOON) == CLINIC
