"""Putting in words of one's own, from login to seeing them, as a person does it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import complete, log_in, section
from e2e.conftest import OpenPage
from e2e.errands import press, row
from e2e.own import (
    DENTIST,
    MINE,
    OWN,
    altered,
    begin,
    day,
    forget,
    own_row,
    put_in_note,
    put_in_time,
)
from e2e.running import World

SIP = "Trygg hemma efter höftoperationen"
WISH = "Samma person på morgonen, tack.\nHelst Omar."


@pytest.fixture
def empty(world: World) -> Iterator[World]:
    """Whatever a test puts in is gone after it."""
    forget(world)
    yield world
    forget(world)


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def reader(request: pytest.FixtureRequest, open_page: OpenPage, empty: World) -> Page:
    return open_page(java_script_enabled=request.param)


def test_a_dentist_stands_among_the_rest_with_what_it_clashes_with(
    reader: Page,
) -> None:
    log_in(reader)
    reader.goto("/sv/mig/veckan")
    complete(reader)
    reader.get_by_role("link", name="Lägg till en egen tid").click()
    put_in_time(reader, on=day(4))
    expect(section(reader, "ways")).to_contain_text("Det är sparat.")
    expect(section(reader, "times")).to_contain_text("Inlagt av dig")
    reader.goto("/sv/mig/")
    complete(reader)
    mine = row(reader, DENTIST)
    expect(mine).to_contain_text("Inlagt av dig")
    expect(mine).to_contain_text("Storgatan 4, Sjövik")
    expect(mine).to_contain_text("Krockar")
    expect(mine.get_by_role("link", name="Ring").first).to_be_visible()
    expect(row(reader, "Återbesök efter operation")).to_contain_text(DENTIST)
    reader.goto("/sv/mig/veckan")
    complete(reader)
    expect(reader.locator(".kalenderrad-own")).to_contain_text(DENTIST)
    expect(section(reader, "days").locator(".teckenforklaring")).to_contain_text("Inlagt av dig")


def test_it_is_changed_and_removed_on_pages_of_its_own(reader: Page, empty: World) -> None:
    begin(reader, empty, "/ny?slag=tid")
    put_in_time(reader)
    own_row(reader, DENTIST).get_by_role("link", name="Ändra").click()
    expect(reader.get_by_label("Anteckning")).to_have_value("Ta med remissen.\nOch legitimation.")
    expect(reader.get_by_label("Börjar klockan")).to_have_value("09.15")
    reader.get_by_label("Vad?").fill("Tandhygienist")
    press(reader, "Spara")
    expect(section(reader, "times")).to_contain_text("Tandhygienist")
    own_row(reader, "Tandhygienist").get_by_role("link", name="Ta bort").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Vill du ta bort uppgiften?")
    expect(reader.get_by_role("main")).to_contain_text("Ta med remissen.")
    press(reader, "Ta bort")
    expect(section(reader, "ways")).to_contain_text("Det är borttaget för gott.")
    expect(section(reader, "times")).to_contain_text("Du har inte lagt in några tider")


def test_what_one_wants_to_bring_up_stands_with_the_plan(reader: Page) -> None:
    log_in(reader)
    reader.goto("/sv/mig/planer/")
    complete(reader)
    reader.get_by_role("link", name=SIP).first.click()
    complete(reader)
    reader.get_by_role("link", name="Lägg till det jag vill ta upp").first.click()
    expect(reader.get_by_label(f"{SIP}, Region Nordmark")).to_be_checked()
    expect(reader.get_by_label("Nej, bara jag ser det")).to_be_checked()
    reader.get_by_label("Ja, dela det").check()
    put_in_note(reader, WISH)
    complete(reader)
    notes = section(reader, "notes")
    expect(notes).to_contain_text("Delas med Björkbackens vårdcentral")
    notes.get_by_role("link", name=SIP).click()
    complete(reader)
    box = section(reader, "own")
    expect(box).to_contain_text("Samma person på morgonen, tack.")
    expect(box).to_contain_text("Hemtjänsten Sjövik Norr")
    box.get_by_role("link", name="Ändra").click()
    reader.get_by_label("Nej, bara jag ser det").check()
    press(reader, "Spara")
    expect(section(reader, "notes")).to_contain_text("Bara du ser det här.")


def test_what_is_wrong_leads_to_its_field_and_nothing_is_lost(reader: Page, empty: World) -> None:
    begin(reader, empty, "/ny?slag=tid")
    reader.get_by_label("Börjar klockan").fill("halv tio")
    reader.get_by_label("Anteckning").fill("Ta med remissen.")
    press(reader, "Spara")
    told = reader.get_by_role("region", name="3 saker behöver rättas")
    expect(told.get_by_role("link")).to_have_count(3)
    expect(reader.get_by_label("Börjar klockan")).to_have_value("halv tio")
    expect(reader.get_by_label("Anteckning")).to_have_value("Ta med remissen.")
    expect(reader.get_by_label("Vad?")).to_have_attribute("aria-invalid", "true")
    told.get_by_role("link", name="Skriv vad det är.").click()
    expect(reader.get_by_label("Vad?")).to_be_focused()


def test_two_tabs_show_both_and_one_is_saved_over_the_other(
    open_page: OpenPage, empty: World
) -> None:
    page = open_page()
    altered(page, empty)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Uppgiften har ändrats sedan du öppnade den"
    )
    now = page.get_by_role("region", name="Så står det nu")
    expect(now).to_contain_text("Tandhygienist")
    expect(now).to_contain_text("Du skrev något annat")
    expect(page.get_by_label("Vad?")).to_have_value("Tandläkare, akut")
    press(page, "Spara det jag skrev")
    expect(section(page, "times")).to_contain_text("Tandläkare, akut")


def test_two_tabs_show_both_and_one_keeps_what_is_there(open_page: OpenPage, empty: World) -> None:
    page = open_page()
    altered(page, empty)
    page.get_by_role("link", name="Behåll det som står nu").click()
    expect(section(page, "times")).to_contain_text("Tandhygienist")


def test_what_was_written_is_there_when_the_login_is_over(
    open_page: OpenPage, empty: World
) -> None:
    page = open_page()
    OWN["eget-utloggad"](page, empty)
    expect(page.get_by_role("heading", level=1)).to_have_text("Det du skrev är inte sparat")
    expect(page.get_by_role("main")).to_contain_text("Samma person på morgonen, tack.")


def test_only_the_writer_sees_it(open_page: OpenPage, empty: World) -> None:
    page = open_page()
    OWN["eget"](page, empty)
    other = open_page()
    log_in(other)
    other.goto(MINE)
    complete(other)
    expect(other.get_by_role("main")).not_to_contain_text(DENTIST)
