"""Avboka, boka om, boka, inte hemma: in the browser, with script and without."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.acting import complete, log_in
from e2e.checks import SIZES
from e2e.conftest import OpenPage
from e2e.errands import (
    DRESSING,
    ERRANDS,
    INVITED,
    VISIT,
    asked_to_cancel,
    asked_to_move,
    begin,
    first_free,
    press,
    row,
)
from e2e.running import World

RECEIPT = re.compile(r"/kvitto/[A-Za-z0-9_-]{22}$")


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    return open_page(java_script_enabled=request.param)


@pytest.fixture
def counted(world: World) -> World:
    """A world that has forgotten every call until now."""
    httpx.delete(f"{world.panel}/api/calls").raise_for_status()
    return world


def writes(world: World, *contracts: str) -> int:
    rows = httpx.get(f"{world.panel}/api/requests", params={"target": "plattformen"}).json()
    return sum(any(f"/{name}/" in row["path"] for name in contracts) for row in rows)


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def overview(page: Page) -> None:
    page.goto("/sv/mig/")
    complete(page)


@pytest.mark.parametrize("size", ["390", "1280"])
def test_a_time_is_cancelled(reader: Page, world: World, size: str) -> None:
    reader.set_viewport_size(SIZES[size])
    asked_to_cancel(reader, world)
    assert title(reader) == "Vill du avboka?"
    expect(reader.get_by_text("Du får ingen ny tid automatiskt.")).to_be_visible()
    press(reader, "Avboka tiden")
    expect(reader).to_have_url(RECEIPT)
    assert title(reader) == "Tiden är avbokad"
    expect(
        reader.get_by_text(re.compile(r"Mottagningen har fått besked kl\.\s\d\d\.\d\d\."))
    ).to_be_visible()
    reader.reload()
    assert title(reader) == "Tiden är avbokad"
    overview(reader)
    expect(row(reader, VISIT)).to_have_count(0)


@pytest.mark.parametrize("size", ["390", "1280"])
def test_a_time_is_moved(reader: Page, world: World, size: str) -> None:
    reader.set_viewport_size(SIZES[size])
    asked_to_move(reader, world)
    new = reader.locator(".fakta strong").inner_text()
    press(reader, "Boka om tiden")
    assert title(reader) == "Tiden är ombokad"
    reader.get_by_role("link", name="Visa tiden").click()
    complete(reader)
    expect(reader.get_by_role("main")).to_contain_text(new.rpartition(" ")[2])


@pytest.mark.parametrize("size", ["390", "1280"])
def test_an_open_invitation_is_booked(reader: Page, world: World, size: str) -> None:
    reader.set_viewport_size(SIZES[size])
    begin(reader, INVITED, "Boka tid")
    first_free(reader)
    press(reader, "Boka tiden")
    assert title(reader) == "Tiden är bokad"
    expect(reader.get_by_text("Ta med dig alla läkemedel som du använder.")).to_be_visible()
    overview(reader)
    expect(row(reader, INVITED)).to_have_count(1)
    expect(row(reader, INVITED)).not_to_contain_text("Tid saknas")


@pytest.mark.parametrize("size", ["390", "1280"])
def test_word_is_left_that_nobody_is_at_home(reader: Page, world: World, size: str) -> None:
    reader.set_viewport_size(SIZES[size])
    begin(reader, DRESSING, "Jag är inte hemma")
    press(reader, "Jag är inte hemma")
    assert title(reader) == "Beskedet är lämnat"
    overview(reader)
    expect(row(reader, DRESSING)).to_contain_text("Besked lämnat: inte hemma")
    expect(row(reader, DRESSING).get_by_role("link", name="Jag är inte hemma")).to_have_count(0)


def test_to_keep_the_time_leads_back_and_sends_nothing(reader: Page, world: World) -> None:
    asked_to_cancel(reader, world)
    reader.get_by_role("link", name="Behåll tiden").click()
    complete(reader)
    expect(reader.get_by_role("heading", name=VISIT)).to_be_visible()
    assert writes(world, "CancelBooking") == 0


def test_the_way_back_from_the_receipt_does_not_send_again(reader: Page, counted: World) -> None:
    asked_to_cancel(reader, counted)
    press(reader, "Avboka tiden")
    receipt = reader.url
    reader.go_back()
    button = reader.get_by_role("main").get_by_role("button", name="Avboka tiden")
    if button.count():
        # The browser kept the page: the same form is the same errand.
        button.click()
        expect(reader).to_have_url(receipt)
        assert title(reader) == "Tiden är avbokad"
    else:
        assert title(reader) == "Tiden finns inte längre"
    assert writes(counted, "CancelBooking") == 1


def test_two_windows_of_one_person(open_page: OpenPage, counted: World) -> None:
    first = open_page()
    asked_to_cancel(first, counted)
    second = first.context.new_page()
    second.goto(first.url)
    press(first, "Avboka tiden")
    assert title(first) == "Tiden är avbokad"
    press(second, "Avboka tiden")
    assert title(second) in ("Tiden finns inte längre", "Tiden har ändrats")
    assert writes(counted, "CancelBooking") == 1


def test_pressing_twice_sends_once(page: Page, counted: World) -> None:
    asked_to_cancel(page, counted)
    page.get_by_role("button", name="Avboka tiden").dblclick()
    expect(page).to_have_url(RECEIPT)
    assert title(page) == "Tiden är avbokad"
    assert writes(counted, "CancelBooking") == 1


def test_a_lost_answer_is_not_a_yes_and_has_a_number(reader: Page, world: World) -> None:
    ERRANDS["avbokad-kanske"](reader, world)
    assert title(reader) == "Vi vet inte om avbokningen kom fram"
    call = reader.get_by_role("main").get_by_role("link", name=re.compile("^Ring Ortoped"))
    expect(call).to_have_attribute("href", "tel:0980319210")
    expect(reader.get_by_text("Tiden är avbokad")).to_have_count(0)


def test_a_login_that_ended_in_between_sends_nothing_and_gives_the_words_back(
    reader: Page, counted: World
) -> None:
    ERRANDS["for-sent"](reader, counted)
    assert title(reader) == "Vi har inte skickat något nu"
    expect(reader.get_by_text("Jag har feber.")).to_be_visible()
    assert writes(counted, "CancelBooking") == 0


def test_the_keyboard_alone_is_enough(page: Page, world: World) -> None:
    log_in(page)
    complete(page)
    row(page, VISIT).get_by_role("link", name="Avboka").focus()
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("button", name="Avboka tiden").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(RECEIPT)
