"""Vem kan se, och vad? One finds out who may read and what is closed, and whom to ring about it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.acting import complete, log_in, reload_until, section
from e2e.representing import sharing, sharing_lifted, sharing_unknown
from e2e.running import TOO_LATE_SECONDS, World

PAGE = "/sv/mig/delning"


def test_one_finds_out_who_may_read_and_whom_to_ring(page: Page, world: World) -> None:
    sharing(page, world)
    consents = section(page, "consents")
    home = consents.get_by_role("listitem").filter(has_text="Hemsjukvård Sjövik")
    expect(home).to_contain_text(re.compile(r"Får läsa det .* till och med \d+ \w+"))
    expect(home).to_contain_text("Du sa ja")
    expect(home.get_by_role("link", name="Ring")).to_have_attribute("href", re.compile("^tel:0980"))
    hurt = consents.get_by_role("listitem").filter(has_text="Ortopedmottagningen")
    expect(hurt).to_contain_text("Nödsituation")
    expect(hurt).to_contain_text("ingen kunde fråga dig")


def test_one_finds_out_what_is_closed_and_for_whom_it_is_open(page: Page, world: World) -> None:
    sharing_lifted(page, world)
    rows = section(page, "blocks").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Yttre spärr")
    expect(rows.last).to_contain_text("Inre spärr")
    expect(rows.last).to_contain_text("Öppen för Björkbackens vårdcentral till och med")
    expect(section(page, "consents")).to_contain_text("Ingen har ditt samtycke")


def test_what_is_not_known_is_not_said_to_be_nothing(page: Page, world: World) -> None:
    sharing_unknown(page, world)
    for slot in ("consents", "blocks"):
        expect(section(page, slot)).to_contain_text("Vi vet inte:")
    expect(page.locator("main")).not_to_contain_text("Ingen har ditt samtycke")
    expect(page.locator("main")).not_to_contain_text("Du har inga spärrar")
    # What one can close oneself is there all the same.
    expect(page.get_by_role("button", name="Legitimera dig först").first).to_be_visible()
    world.mend()
    reload_until(page, section(page, "blocks").get_by_text("Inre spärr"))


def test_what_is_too_late_has_a_link_that_brings_it(page: Page, world: World) -> None:
    log_in(page)
    world.fault("plattformen", "slow", seconds=TOO_LATE_SECONDS)
    page.goto(PAGE)
    expect(page.get_by_role("button", name="Legitimera dig först").first).to_be_visible()
    complete(page)
    expect(section(page, "blocks").get_by_text("Inre spärr")).to_have_count(0)
    section(page, "blocks").get_by_role("link", name="Hämta ”Spärrar” igen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spärrar")
    expect(page.get_by_text("Inre spärr")).to_be_visible()


def test_the_page_about_another_is_not_there(page: Page, world: World) -> None:
    log_in(page, "Anders Lindqvist")
    page.goto("/sv/mig/person")
    page.get_by_role("link", name="Elsa Lindqvist", exact=True).click()
    complete(page)
    page.goto(f"{page.url}delning")
    expect(page.locator("main")).to_contain_text("Sidan kan inte visas")
    expect(section(page, "consents")).to_have_count(0)
