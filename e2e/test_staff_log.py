"""The log administrator looks in the log, and checks a sample of it."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from e2e import checks
from e2e.conftest import OpenPage, Picture
from e2e.running import World
from e2e.test_staff_login import log_in
from e2e.test_staff_uppdrag import choose
from portal.log_review import CheckPeriod, periods
from portal.store import Store
from stodtjanster.audit import EventKind
from stodtjanster.model import HsaId, local_day
from tests.security_messages import ELSEWHERE, OWN, disclosure

pytestmark = pytest.mark.skipif(
    shutil.which("xmlsec1") is None,
    reason="the program xmlsec1 is absent: the sandbox has no SITHS",
)

NUMBER = "19000101-9801"
FROM_AFAR = HsaId("TSTNMT2321000156-KAST")


@pytest.fixture
def weeks(world: World) -> tuple[CheckPeriod, CheckPeriod]:
    """The last two whole ones, with readings in both, and an emergency just now."""
    now = datetime.now(UTC)
    newest, older, *_ = periods(local_day(now), 7)
    read = disclosure(assignment="Vård och behandling, Björkbacken")
    events = [
        replace(read, at=week.since + timedelta(hours=9 + number))
        for week in (older, newest)
        for number in range(4)
    ]
    theirs = disclosure(place=ELSEWHERE, employee=FROM_AFAR, at=now - timedelta(minutes=9))
    theirs = replace(theirs, ground="EMERGENCY_ACCESS", activity="Nödöppning")
    shown = replace(theirs, event=EventKind.SHOWN, owners=(OWN.provider, ELSEWHERE.provider))
    events += [replace(read, at=now - timedelta(minutes=9)), theirs, shown]
    with closing(Store(f"sqlite:///{world.database}")) as store:
        store.audit.record_all(events)
    return newest, older


def at_the_log(page: Page) -> None:
    log_in(page, "Peter Alm")
    choose(page, "Loggkontroll")
    page.get_by_role("link", name="Loggen", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vem har läst hos oss?")


def draw(page: Page, week: CheckPeriod) -> None:
    page.get_by_role("link", name="Stickprov", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stickprov ur loggen")
    page.locator(f'button[value="{week.first}"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Granska stickprovet")


def test_an_emergency_is_found_searched_for_and_a_sample_is_reviewed(
    page: Page, weeks: tuple[CheckPeriod, CheckPeriod]
) -> None:
    at_the_log(page)
    table = page.get_by_role("table")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Nödöppning")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Syncentralen")
    expect(table.get_by_role("row").nth(1)).to_contain_text(NUMBER)
    page.get_by_label("Medarbetarens HSA-id").fill(FROM_AFAR.value)
    page.get_by_role("button", name="Visa").click()
    expect(page.get_by_role("rowheader")).not_to_have_count(0)
    assert NUMBER not in page.url
    draw(page, weeks[0])
    assert page.get_by_role("combobox").count() >= 4
    page.get_by_label("Bedömning av rad 1").first.select_option("Granskad")
    page.get_by_label("Bedömning av rad 2").select_option("Ska följas upp")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_label("Bedömning av rad 1").first).to_have_value("reviewed")
    expect(page.get_by_text("En ska följas upp.")).to_be_visible()
    page.get_by_role("link", name="Stickprov", exact=True).click()
    expect(page.get_by_role("table")).to_contain_text("En ska följas upp.")


def test_it_is_read_by_keyboard_and_without_script(
    open_page: OpenPage, weeks: tuple[CheckPeriod, CheckPeriod]
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/sv/personal/")
    page.get_by_role("link", name="Logga in med test-SITHS").click()
    page.locator("button", has=page.locator("strong", has_text="Peter Alm")).click()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Välj Loggkontroll").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Loggen", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_contain_text(NUMBER)
    page.get_by_label("Patientens personnummer").fill("199001012386")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="En sak behöver rättas")).to_be_visible()
    page.get_by_role("link", name="Skriv personnumret med tolv siffror").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Patientens personnummer").fill("190001019801")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_contain_text(NUMBER)


def test_who_runs_the_systems_does_not_come_in(page: Page) -> None:
    log_in(page, "Nils Björk")
    page.get_by_role("button", name="Välj").first.click()
    expect(page.get_by_role("link", name="Loggen", exact=True)).to_have_count(0)
    page.goto("/sv/personal/loggar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan kan inte visas")
    expect(page.get_by_text(NUMBER)).to_have_count(0)


def test_the_pages_are_for_every_reader(
    open_page: OpenPage, axe: str, picture: Picture, weeks: tuple[CheckPeriod, CheckPeriod]
) -> None:
    page = open_page(viewport=checks.SIZES["1280"], reduced_motion="reduce", bypass_csp=True)

    def look(name: str) -> None:
        for size in ("390", "1280"):
            page.set_viewport_size(checks.SIZES[size])
            picture(page, f"personal-logg-{name}-{size}")
            assert checks.axe_violations(page, axe) == []
        assert checks.everything(page, axe) == []

    at_the_log(page)
    look("lista")
    page.get_by_label("Från och med").fill("2026-11-20")
    page.get_by_label("Till och med").fill("2026-11-01")
    page.get_by_role("button", name="Visa").click()
    look("fel")
    draw(page, weeks[1])
    page.get_by_label("Bedömning av rad 2").select_option("Ska följas upp")
    page.get_by_role("button", name="Spara").click()
    look("stickprov")
    page.get_by_role("link", name="Stickprov", exact=True).click()
    look("perioder")
