"""How one gets to the pages that do something about a time."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

from e2e.acting import complete, events, log_in
from e2e.running import World

VISIT, DRESSING = "Återbesök efter operation", "Såromläggning"
INVITED, TRAINING = "Genomgång av dina läkemedel", "Träning hemma med fysioterapeut"

Arrange = Callable[[Page, World], None]


def row(page: Page, title: str) -> Locator:
    """The row of a time in the list of what comes, with what came in afterwards."""
    heading = page.get_by_role("heading", name=title)
    return events(page).locator("li.handelse", has=heading)


def begin(page: Page, title: str, what: str, language: str = "sv") -> None:
    """From the overview to the page that asks."""
    log_in(page, language=language)
    complete(page)
    row(page, title).get_by_role("link", name=what).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def first_free(page: Page) -> None:
    """The first free time of the first free day."""
    for _ in range(2):
        page.locator(".lediga a").first.click()


def asked_to_cancel(page: Page, _world: World) -> None:
    begin(page, VISIT, "Avboka")


def asked_to_cancel_in_english(page: Page, _world: World) -> None:
    begin(page, VISIT, "Cancel", "en")


def message_too_long(page: Page, world: World) -> None:
    asked_to_cancel(page, world)
    page.get_by_label("Meddelande till mottagningen").fill("å" * 1001)
    press(page, "Avboka tiden")


def cancelled(page: Page, world: World) -> None:
    asked_to_cancel(page, world)
    press(page, "Avboka tiden")


def cancelled_perhaps(page: Page, world: World) -> None:
    """The answer is lost on its way back."""
    asked_to_cancel(page, world)
    world.fault("plattformen", "lost-answer")
    press(page, "Avboka tiden")


def not_sent(page: Page, world: World) -> None:
    asked_to_cancel(page, world)
    world.fault("plattformen", "vpfault", code="VP007")
    press(page, "Avboka tiden")


def waiting(page: Page, world: World) -> None:
    asked_to_cancel(page, world)
    world.fault("plattformen", "hang")
    press(page, "Avboka tiden")


def free_days(page: Page, _world: World) -> None:
    begin(page, VISIT, "Boka om")


def free_days_unknown(page: Page, world: World) -> None:
    free_days(page, world)
    world.fault("plattformen", "http500")
    page.reload()


def free_times(page: Page, world: World) -> None:
    free_days(page, world)
    page.locator(".lediga a").first.click()


def asked_to_move(page: Page, world: World) -> None:
    free_days(page, world)
    first_free(page)


def moved(page: Page, world: World) -> None:
    asked_to_move(page, world)
    press(page, "Boka om tiden")


def booked(page: Page, _world: World) -> None:
    begin(page, INVITED, "Boka tid")
    first_free(page)
    press(page, "Boka tiden")


def asked_of_absence(page: Page, _world: World) -> None:
    begin(page, DRESSING, "Jag är inte hemma")


def absent(page: Page, world: World) -> None:
    asked_of_absence(page, world)
    press(page, "Jag är inte hemma")


def absent_on_overview(page: Page, world: World) -> None:
    absent(page, world)
    page.get_by_role("link", name="Till översikten").click()
    complete(page)


def absence_refused(page: Page, _world: World) -> None:
    begin(page, TRAINING, "Jag är inte hemma")
    press(page, "Jag är inte hemma")


def what_can_be_done(page: Page, _world: World) -> None:
    log_in(page, "Samira Haddad", via="Test-Freja")
    complete(page)
    page.get_by_role("link", name="Läkarbesök").first.click()
    complete(page)
    page.get_by_role("link", name="Se om tiden kan ändras").click()


def not_here(page: Page, _world: World) -> None:
    """The source says no to what an old address asks for."""
    begin(page, "Utprovning av läshjälpmedel", "Avboka")
    page.goto(page.url.replace("/avboka", "/boka-om"))


def gone(page: Page, _world: World) -> None:
    log_in(page)
    page.goto(f"/sv/mig/handelse/{'0' * 24}/avboka")


def pressed_too_late(page: Page, world: World) -> None:
    """The login ended between the page and its button."""
    asked_to_cancel(page, world)
    page.get_by_label("Meddelande till mottagningen").fill("Jag har feber.")
    page.context.clear_cookies()
    press(page, "Avboka tiden")


ERRANDS: dict[str, Arrange] = {
    "avboka": asked_to_cancel,
    "avboka-en": asked_to_cancel_in_english,
    "avboka-for-langt": message_too_long,
    "avbokad": cancelled,
    "avbokad-kanske": cancelled_perhaps,
    "avbokad-inte": not_sent,
    "avbokad-vantar": waiting,
    "lediga-dagar": free_days,
    "lediga-dagar-vet-inte": free_days_unknown,
    "lediga-tider": free_times,
    "boka-om": asked_to_move,
    "ombokad": moved,
    "bokad": booked,
    "inte-hemma": asked_of_absence,
    "inte-hemma-sagt": absent,
    "inte-hemma-oversikt": absent_on_overview,
    "inte-hemma-nej": absence_refused,
    "vad-du-kan-gora": what_can_be_done,
    "gar-inte-har": not_here,
    "avboka-borta": gone,
    "for-sent": pressed_too_late,
}
