"""Every kind of page there is, and how one gets there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from e2e.acting import begin_login, complete, log_in, log_out, reload_until
from e2e.errands import ERRANDS
from e2e.representing import REPRESENTING
from e2e.running import LATE_SECONDS, World
from e2e.takeaways import TAKEAWAYS

Arrange = Callable[[Page, World], None]


def start(page: Page, _world: World) -> None:
    page.goto("/sv/")


def start_in_english(page: Page, _world: World) -> None:
    page.goto("/en/")


def find_unit(page: Page, _world: World) -> None:
    page.goto("/sv/hitta?sok=sjövik")


def find_nobody(page: Page, _world: World) -> None:
    page.goto("/sv/hitta?sok=finns+inte")


def overview(page: Page, _world: World) -> None:
    log_in(page)
    complete(page)


def overview_in_english(page: Page, _world: World) -> None:
    log_in(page, language="en")
    complete(page)


def overview_unfolded(page: Page, world: World) -> None:
    """With every "Varför ser jag detta?" and every list opened."""
    overview(page, world)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def overview_partial(page: Page, world: World) -> None:
    world.fault("sydkust", "http500")
    overview(page, world)


def overview_late(page: Page, world: World) -> None:
    world.fault("plattformen", "slow", seconds=LATE_SECONDS)
    overview(page, world)


def overview_waiting(page: Page, world: World) -> None:
    world.fault("sjovik", "hang")
    overview(page, world)


def overview_unknown(page: Page, world: World) -> None:
    world.fault("plattformen", "http500")
    world.fault("sjovik", "http500")
    overview(page, world)


def overview_copy(page: Page, world: World) -> None:
    overview(page, world)
    world.fault("sjovik", "http500")
    # One kind of information at a time grows too old to be fresh: wait for that of the rows.
    reload_until(page, page.locator("section#events li.handelse .etikett-gammal"))


def overview_empty(page: Page, _world: World) -> None:
    log_in(page, "Tove Palm")
    complete(page)


def week(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/veckan")
    complete(page)


def week_in_english(page: Page, _world: World) -> None:
    log_in(page, language="en")
    page.goto("/en/mig/veckan")
    complete(page)


def week_partial(page: Page, world: World) -> None:
    """Something is missing, the daily visits are hidden, and every question is opened."""
    world.fault("sydkust", "http500")
    log_in(page)
    page.goto("/sv/mig/veckan?dagliga=nej")
    complete(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def week_late(page: Page, world: World) -> None:
    world.fault("plattformen", "slow", seconds=LATE_SECONDS)
    week(page, world)


def week_empty(page: Page, _world: World) -> None:
    log_in(page, "Tove Palm")
    page.goto("/sv/mig/veckan")
    complete(page)


def week_admitted(page: Page, _world: World) -> None:
    log_in(page, "Aina Fors")
    page.goto("/sv/mig/veckan")
    complete(page)


def event(page: Page, _world: World) -> None:
    log_in(page)
    complete(page)
    page.get_by_role("link", name="Återbesök efter operation").first.click()
    complete(page)


def event_gone(page: Page, _world: World) -> None:
    log_in(page)
    page.goto(f"/sv/mig/handelse/{'0' * 24}")
    complete(page)


def event_unknown(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    event_gone(page, world)


def plans(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/planer/")
    complete(page)


def plans_empty(page: Page, _world: World) -> None:
    log_in(page, "Tove Palm")
    page.goto("/sv/mig/planer/")
    complete(page)


def plan(page: Page, world: World) -> None:
    """With every "Varför ser jag detta?" opened."""
    plans(page, world)
    page.get_by_role("link", name="Trygg hemma efter höftoperationen").click()
    complete(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def plan_in_english(page: Page, _world: World) -> None:
    log_in(page, language="en")
    page.goto("/en/mig/planer/")
    complete(page)
    page.get_by_role("link", name="Trygg hemma efter höftoperationen").click()
    complete(page)


def plan_as_document(page: Page, world: World) -> None:
    """What a region tells alone: no goals, and documents of every kind."""
    plans(page, world)
    page.get_by_role("link", name="Läkemedelsplan").click()
    complete(page)


def plan_partial(page: Page, world: World) -> None:
    """Only the region's copy, which knows no goals; and times that nobody can tell."""
    world.fault("sjovik", "http500")
    plans(page, world)
    page.get_by_role("link", name="Trygg hemma efter höftoperationen").click()
    complete(page)


def plan_gone(page: Page, _world: World) -> None:
    log_in(page)
    page.goto(f"/sv/mig/planer/{'0' * 24}")
    complete(page)


def plan_unknown(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    plan_gone(page, world)


def document_elsewhere(page: Page, world: World) -> None:
    plan_as_document(page, world)
    page.goto(f"{page.url}/bilaga/3")


def agreements(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/overenskommelser/")
    complete(page)


def agreements_unknown(page: Page, world: World) -> None:
    world.fault("plattformen", "http500")
    world.fault("sjovik", "http500")
    agreements(page, world)


def services(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/insatser/")
    complete(page)


def services_partial(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    services(page, world)


def contacts(page: Page, _world: World) -> None:
    """With every "Varför ser jag detta?" opened."""
    log_in(page)
    page.goto("/sv/mig/kontakter/")
    complete(page)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def contacts_for_a_matter(page: Page, world: World) -> None:
    world.fault("sydkust", "http500")
    log_in(page, language="en")
    page.goto("/en/mig/kontakter/?galler=saret")
    complete(page)


def contacts_nobody(page: Page, _world: World) -> None:
    log_in(page, "Tove Palm")
    page.goto("/sv/mig/kontakter/?sok=s%C3%A5ret")
    complete(page)


def contacts_unknown(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    contacts_nobody(page, world)


def medicines(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/lakemedel/")
    complete(page)


def medicines_unknown(page: Page, world: World) -> None:
    world.fault("sjovik", "http500")
    log_in(page, "Tove Palm")
    page.goto("/sv/mig/lakemedel/")
    complete(page)


def sources(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/kallor/")
    complete(page)


def sources_in_every_state(page: Page, world: World) -> None:
    """One is silent, one has answered in part, and one has not answered yet."""
    world.fault("sydkust", "http500")
    world.fault("sjovik", "partial")
    world.fault("fast-kontakt", "hang")
    sources(page, world)


def messages(page: Page, _world: World) -> None:
    log_in(page, "Sara Holm")
    page.goto("/sv/mig/meddelanden/")
    complete(page)


def message(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/meddelanden/")
    page.get_by_role("link", name="Du är kallad till återbesök", exact=True).click()
    complete(page)


def message_gone(page: Page, _world: World) -> None:
    log_in(page)
    page.goto(f"/sv/mig/meddelanden/{'0' * 24}")
    complete(page)


def one_section(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/del/plans")


def login_failed(page: Page, _world: World) -> None:
    begin_login(page)
    page.get_by_role("button", name="Avbryt").click()


def refused(page: Page, _world: World) -> None:
    page.goto("/sv/for/xyz/")


def denied(page: Page, _world: World) -> None:
    log_in(page, "Tuva Berg")


def logged_out(page: Page, _world: World) -> None:
    log_in(page)
    log_out(page)


def session_ended(page: Page, _world: World) -> None:
    plant(page, "x" * 43)
    page.goto("/sv/mig/")


def unavailable(page: Page, world: World) -> None:
    log_in(page)
    complete(page)
    with log_that_cannot_be_written(world):
        page.goto("/sv/mig/")


def plant(page: Page, value: str) -> None:
    """A session cookie as the portal itself would set it."""
    page.context.add_cookies(
        [
            {
                "name": "__Host-session",
                "value": value,
                "domain": "localhost",
                "path": "/",
                "secure": True,
            }
        ]
    )


@contextmanager
def log_that_cannot_be_written(world: World) -> Iterator[None]:
    """Someone else holds the store: reading goes on, and every writer is refused."""
    other = sqlite3.connect(world.database, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


PLACES: dict[str, Arrange] = {
    "start": start,
    "start-en": start_in_english,
    "hitta": find_unit,
    "hitta-inget": find_nobody,
    "oversikt": overview,
    "oversikt-en": overview_in_english,
    "oversikt-utfalld": overview_unfolded,
    "oversikt-trasig-kalla": overview_partial,
    "oversikt-sent-svar": overview_late,
    "oversikt-vantar": overview_waiting,
    "oversikt-vet-inte": overview_unknown,
    "oversikt-kopia": overview_copy,
    "oversikt-tom": overview_empty,
    "veckan": week,
    "veckan-en": week_in_english,
    "veckan-trasig-kalla": week_partial,
    "veckan-sent-svar": week_late,
    "veckan-tom": week_empty,
    "veckan-inskriven": week_admitted,
    "handelse": event,
    "handelse-borta": event_gone,
    "handelse-vet-inte": event_unknown,
    "planer": plans,
    "planer-tom": plans_empty,
    "planen": plan,
    "planen-en": plan_in_english,
    "planen-dokument": plan_as_document,
    "planen-trasig-kalla": plan_partial,
    "planen-borta": plan_gone,
    "planen-vet-inte": plan_unknown,
    "dokument-finns-hos": document_elsewhere,
    "overenskommelser": agreements,
    "overenskommelser-vet-inte": agreements_unknown,
    "insatser": services,
    "insatser-trasig-kalla": services_partial,
    "kontakter": contacts,
    "kontakter-saret-en": contacts_for_a_matter,
    "kontakter-ingen": contacts_nobody,
    "kontakter-vet-inte": contacts_unknown,
    "lakemedel": medicines,
    "lakemedel-vet-inte": medicines_unknown,
    "kallor": sources,
    "kallor-alla-lagen": sources_in_every_state,
    "meddelanden": messages,
    "meddelande": message,
    "meddelande-borta": message_gone,
    **ERRANDS,
    **REPRESENTING,
    **TAKEAWAYS,
    "en-del": one_section,
    "inloggning-avbruten": login_failed,
    "nekad": refused,
    "far-inte": denied,
    "utloggad": logged_out,
    "session-slut": session_ended,
    "stangt": unavailable,
}
