"""The catalogue of units over the wire: the sandbox's answers, and what is made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from portal.demo import portal_settings
from stodtjanster.catalogue import Entry, Hours
from stodtjanster.fetch import AiohttpDriver
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.source import Response, SourceFailed
from stodtjanster.sources.units.adapter import CARE_UNIT, UNIT, Adapter
from stodtjanster.sources.units.settings import Settings
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, running_portal, until
from tests.service.sandbox_wire import Platform, schema

CLINIC = HsaId("TSTNMT2321000156-BJOR")
INTERACTIONS = "rivta/infrastructure/directory/organization/5.0/interactions"
SCHEMAS = {
    UNIT: f"{INTERACTIONS}/GetUnitInteraction/GetUnitResponder_5.0.xsd",
    CARE_UNIT: f"{INTERACTIONS}/GetHealthCareUnitInteraction/GetHealthCareUnitResponder_2.0.xsd",
}


def catalogue_settings(sandbox: Sandbox) -> Any:
    return portal_settings(sandbox.info, 8000, sandbox.state)["unit_catalogue"]


@pytest.fixture
def adapter(sandbox: Sandbox) -> Adapter:
    return Adapter(Settings.model_validate(catalogue_settings(sandbox)))


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


def look_up(adapter: Adapter, unit: HsaId) -> Entry | None:
    async def converse() -> Any:
        driver = AiohttpDriver()
        conversation = adapter.look_up(unit, at=datetime.now(UTC), correlation="c-1")
        try:
            request = next(conversation)
            while True:
                response = await driver.send(adapter.settings, request)
                request = conversation.send(response)
        except StopIteration as done:
            return done.value
        finally:
            await driver.close()

    return asyncio.run(converse())


def test_what_is_sent_and_answered_about_every_unit_follows_the_national_schemas(
    sandbox: Sandbox, platform: Platform, adapter: Adapter, shared: Path
) -> None:
    national = {contract: schema(shared / path) for contract, path in SCHEMAS.items()}
    for unit in (*(each["hsa_id"] for each in sandbox.info["units"]), "TSTNMT2321000156-NONE"):
        conversation = adapter.look_up(HsaId(unit), at=datetime.now(UTC), correlation="c-1")
        request = next(conversation)
        for contract in (UNIT, CARE_UNIT):
            answer = platform.send(request.body).content
            for message in (request.body, answer):
                (content,) = etree.fromstring(message).find("{*}Body")
                content = etree.fromstring(etree.tostring(content))
                assert national[contract].validate(content), national[contract].error_log
            try:
                request = conversation.send(Response(200, {}, answer))
            except StopIteration:
                break


def test_a_unit_is_told_of_with_its_owner_place_and_hours(adapter: Adapter) -> None:
    entry = look_up(adapter, CLINIC)
    assert entry is not None
    assert (entry.name, entry.owner) == (Told("Björkbackens vårdcentral"), Told("Region Nordmark"))
    assert (entry.street, entry.town) == (Told("Björkvägen 12"), Told("Sjövik"))
    assert entry.phone == "0980319200"
    assert entry.open_hours == (Hours(1, 5, time(8), time(17)),)
    assert entry.phone_hours == (Hours(1, 5, time(8), time(11)),)


def test_a_unit_that_is_open_day_and_night(adapter: Adapter) -> None:
    entry = look_up(adapter, HsaId("TSTNMT2321000156-HSJV"))
    assert entry is not None
    assert entry.open_hours == (Hours(1, 7, time(0), time(0)),)


def test_a_unit_that_is_not_there_is_none(adapter: Adapter) -> None:
    assert look_up(adapter, HsaId("TSTNMT2321000156-NONE")) is None


def test_the_portal_looks_units_up_beside_the_pages(sandbox: Sandbox, tmp_path: Path) -> None:
    """A unit that nobody has configured: called by what the source says, and then by its name."""
    with running_portal(
        sandbox, tmp_path, units=(), unit_catalogue=catalogue_settings(sandbox)
    ) as portal:
        browser = portal.logged_in("birgitta")
        browser.get(MY_PAGE)
        found = portal.house.directory
        until(lambda: found.find(CLINIC.value) is not None, "the clinic to be looked up")
        unit = found.find(CLINIC.value)
        assert unit is not None
        assert (unit.name, unit.owner) == ("Björkbackens vårdcentral", "Region Nordmark")
        assert (unit.phone, unit.address) == ("0980-319 200", Told("Björkvägen 12, Sjövik"))
        assert unit.as_of is not None
        assert "0980-319 200" in browser.get(MY_PAGE).text
        sandbox.fault("plattformen", "http500")
        assert found.find(CLINIC.value) == unit


@pytest.mark.parametrize("kind", ["garbage", "truncated", "refuse", "http500", "wrong-namespace"])
def test_a_catalogue_that_does_not_answer_is_a_failure(
    adapter: Adapter, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault("plattformen", kind)
    with pytest.raises(SourceFailed):
        look_up(adapter, CLINIC)
