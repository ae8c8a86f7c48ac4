"""Every kind of page, for every reader: axe, zoom, text settings, keyboard, colours, paper."""

from __future__ import annotations

from itertools import groupby

import pytest
from playwright.sync_api import Page, expect

from e2e import checks
from e2e.acting import complete, log_in, section
from e2e.conftest import SCREENS, OpenPage, Picture
from e2e.places import PLACES
from e2e.running import World

DESKTOP, PHONE = checks.SIZES["1280"], checks.SIZES["390"]
SKIP_LINKS = ("Hoppa till innehållet", "Skip to the content")

EVERYWHERE = pytest.mark.parametrize("place", PLACES)


@pytest.fixture
def reader(open_page: OpenPage) -> Page:
    return open_page(viewport=DESKTOP, reduced_motion="reduce")


@EVERYWHERE
def test_the_page_is_for_every_reader(
    open_page: OpenPage, world: World, axe: str, picture: Picture, place: str
) -> None:
    # axe copies style sheets into shadow roots to read them, which our policy would stop.
    reader = open_page(viewport=DESKTOP, reduced_motion="reduce", bypass_csp=True)
    PLACES[place](reader, world)
    stops = checks.tab_stops(reader)
    assert stops[0].name in SKIP_LINKS
    assert checks.everything(reader, axe) == []
    picture(reader, f"{place}-1280")
    reader.emulate_media(color_scheme="dark")
    picture(reader, f"{place}-1280-mork")
    reader.emulate_media(color_scheme="light")
    reader.set_viewport_size(PHONE)
    picture(reader, f"{place}-390")


def test_the_keyboard_follows_the_page_and_not_the_order_of_arrival(
    reader: Page, world: World
) -> None:
    """Sections come in the order their sources answer; one reads them in the order they stand."""
    PLACES["oversikt-sent-svar"](reader, world)
    visited = [part for part, _ in groupby(stop.section for stop in checks.tab_stops(reader))]
    order = ["HEADER", "status", "next", "week", "events", "late"]
    order += ["messages", "plans", "contacts", "news", "more", "FOOTER"]
    assert {"next", "events", "late", "plans", "contacts"} <= set(visited)
    assert [part for part in visited if part] == [part for part in order if part in visited]


def test_the_skip_link_leads_to_the_content(reader: Page) -> None:
    log_in(reader)
    complete(reader)
    reader.keyboard.press("Tab")
    link = reader.get_by_role("link", name="Hoppa till innehållet")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("main")).to_be_focused()


def test_a_row_is_unfolded_with_the_keyboard(reader: Page) -> None:
    log_in(reader)
    complete(reader)
    asked = section(reader, "next").locator("details.varfor")
    asked.locator("summary").focus()
    reader.keyboard.press("Enter")
    expect(asked.locator("dl")).to_be_visible()
    reader.keyboard.press("Enter")
    expect(asked.locator("dl")).to_be_hidden()


def test_the_marks_differ_by_shape_when_colours_are_forced(reader: Page) -> None:
    reader.emulate_media(forced_colors="active")
    log_in(reader)
    complete(reader)
    shapes = {
        mark: section(reader, "events")
        .locator(f".marke-{mark}")
        .first.evaluate("e => [getComputedStyle(e).borderRadius, e.offsetWidth > 0]")
        for mark in ("region", "kommun")
    }
    assert all(visible for _, visible in shapes.values())
    assert shapes["region"][0] != shapes["kommun"][0]


def test_dark_and_light_are_different_pages_to_the_eye(reader: Page) -> None:
    reader.goto("/sv/")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = reader.evaluate(paper)
    reader.emulate_media(color_scheme="dark")
    assert reader.evaluate(paper) != light


def test_paper_holds_what_can_be_read_and_nothing_to_press(reader: Page, world: World) -> None:
    PLACES["oversikt-trasig-kalla"](reader, world)
    SCREENS.mkdir(parents=True, exist_ok=True)
    paper = reader.pdf(path=SCREENS / "oversikt-utskrift.pdf", format="A4")
    assert paper.startswith(b"%PDF")
    reader.emulate_media(media="print")
    expect(reader.get_by_role("button", name="Logga ut")).to_be_hidden()
    expect(reader.get_by_text("Varför ser jag detta?").first).to_be_hidden()
    expect(section(reader, "status")).to_contain_text("Region Sydkust")
    expect(section(reader, "status").get_by_text("0980-319 240")).to_be_visible()
    expect(section(reader, "events").get_by_role("heading", name="Återbesök")).to_be_visible()
    expect(section(reader, "plans").get_by_text("Trygghetslarm").first).to_be_visible()
