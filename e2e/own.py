"""How one gets to the pages where a person puts in words of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page

from e2e.acting import complete, log_in
from e2e.errands import press
from e2e.running import World
from stodtjanster.model import local_day

WRITER = "Aina Fors"
"""Somebody whose own words are in no other test's way."""

MINE = "/sv/mig/eget"
DENTIST = "Tandläkare Rosén"

Arrange = Callable[[Page, World], None]


def forget(world: World) -> None:
    """Nothing is put in by anybody."""
    with closing(sqlite3.connect(world.database, timeout=10)) as database, database:
        database.execute("DELETE FROM own_words")


def begin(page: Page, world: World, path: str = "", language: str = "sv") -> None:
    forget(world)
    log_in(page, WRITER, language=language)
    page.goto(f"/{language}/mig/eget{path}")


def day(off: int) -> str:
    """As a field for days wants it."""
    return (local_day(datetime.now(UTC)) + timedelta(days=off)).isoformat()


def put_in_time(page: Page, what: str = DENTIST, on: str | None = None) -> None:
    """Fill the form that is open, and send it. Tomorrow, when no other day is said."""
    page.get_by_label("Vad?").fill(what)
    page.get_by_label("Vilken dag?").fill(on or day(1))
    page.get_by_label("Börjar klockan").fill("9.15")
    page.get_by_label("Slutar klockan").fill("10")
    page.get_by_label("Var?").fill("Storgatan 4, Sjövik")
    page.get_by_label("Anteckning").fill("Ta med remissen.\nOch legitimation.")
    press(page, "Spara")


def own_row(page: Page, what: str) -> Locator:
    """A time on the page with all that is put in."""
    return page.locator("section#times li.handelse", has_text=what)


def put_in_note(page: Page, text: str) -> None:
    page.get_by_label("Vad vill du skriva?").fill(text)
    press(page, "Spara")


def nothing_yet(page: Page, world: World) -> None:
    begin(page, world)
    complete(page)


def everything(page: Page, world: World) -> None:
    """A time to come, one that is over, and a note."""
    begin(page, world, "/ny?slag=tid")
    put_in_time(page)
    page.goto(f"{MINE}/ny?slag=tid")
    put_in_time(page, "Frisör", day(-3))
    page.goto(f"{MINE}/ny?slag=fraga")
    put_in_note(page, "Får jag duscha?\nOch när?")
    complete(page)


def time_form(page: Page, world: World) -> None:
    begin(page, world, "/ny?slag=tid")


def note_form(page: Page, world: World) -> None:
    begin(page, world, "/ny?slag=ta-upp")


def note_form_in_english(page: Page, world: World) -> None:
    begin(page, world, "/ny?slag=fraga", "en")


def note_form_without_plans(page: Page, world: World) -> None:
    for target in ("plattformen", "sjovik"):
        world.fault(target, "http500")
    note_form(page, world)


def time_form_with_mistakes(page: Page, world: World) -> None:
    time_form(page, world)
    page.get_by_label("Börjar klockan").fill("halv tio")
    page.get_by_label("Anteckning").fill("å" * 2001)
    press(page, "Spara")


def note_form_with_mistakes(page: Page, world: World) -> None:
    note_form(page, world)
    page.get_by_label("Ja, dela det").check()
    press(page, "Spara")


def changing(page: Page, world: World) -> None:
    everything(page, world)
    own_row(page, DENTIST).get_by_role("link", name="Ändra").click()


def altered(page: Page, world: World) -> None:
    """Changed in another tab while this one was open."""
    changing(page, world)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Vad?").fill("Tandhygienist")
    press(other, "Spara")
    other.close()
    page.get_by_label("Vad?").fill("Tandläkare, akut")
    press(page, "Spara")


def removed_meanwhile(page: Page, world: World) -> None:
    changing(page, world)
    forget(world)
    press(page, "Spara")


def removing(page: Page, world: World) -> None:
    everything(page, world)
    own_row(page, DENTIST).get_by_role("link", name="Ta bort").click()


def logged_out_meanwhile(page: Page, world: World) -> None:
    note_form(page, world)
    page.context.clear_cookies()
    put_in_note(page, "Samma person på morgonen, tack.")


OWN: dict[str, Arrange] = {
    "eget-tomt": nothing_yet,
    "eget": everything,
    "eget-tid": time_form,
    "eget-anteckning": note_form,
    "eget-anteckning-en": note_form_in_english,
    "eget-anteckning-utan-planer": note_form_without_plans,
    "eget-tid-fel": time_form_with_mistakes,
    "eget-anteckning-fel": note_form_with_mistakes,
    "eget-andra": changing,
    "eget-krock": altered,
    "eget-borttaget": removed_meanwhile,
    "eget-ta-bort": removing,
    "eget-utloggad": logged_out_meanwhile,
}
