"""How one gets to what has changed, to paper and to calendars."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from e2e.acting import complete, log_in
from e2e.running import World

Arrange = Callable[[Page, World], None]
NEWS, PAPER, CALENDAR = "/sv/mig/nytt/", "/sv/mig/utskrift/", "/sv/mig/kalender/"


def _shown(page: Page, path: str, person: str | None = None) -> None:
    log_in(page) if person is None else log_in(page, person)
    page.goto(path)
    complete(page)


def news(page: Page, _world: World) -> None:
    _shown(page, NEWS)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")


def news_unknown(page: Page, world: World) -> None:
    world.fault("plattformen", "http500")
    world.fault("sjovik", "http500")
    _shown(page, NEWS)


def paper(page: Page, _world: World) -> None:
    _shown(page, PAPER)


def paper_with_titles(page: Page, _world: World) -> None:
    _shown(page, f"{PAPER}?vad=ja")


def paper_partial(page: Page, world: World) -> None:
    world.fault("sydkust", "http500")
    _shown(page, PAPER)


def paper_unknown(page: Page, world: World) -> None:
    world.fault("plattformen", "http500")
    world.fault("sjovik", "http500")
    _shown(page, PAPER)


def paper_empty(page: Page, _world: World) -> None:
    _shown(page, PAPER, "Tove Palm")


def calendar(page: Page, _world: World) -> None:
    log_in(page)
    page.goto(CALENDAR)


def calendar_given(page: Page, world: World) -> None:
    calendar(page, world)
    page.get_by_role("main").get_by_role("button", name="adress").last.click()


def calendar_with_address(page: Page, world: World) -> None:
    calendar_given(page, world)
    page.goto(CALENDAR)


TAKEAWAYS: dict[str, Arrange] = {
    "nytt": news,
    "nytt-vet-inte": news_unknown,
    "utskrift": paper,
    "utskrift-vad": paper_with_titles,
    "utskrift-trasig-kalla": paper_partial,
    "utskrift-vet-inte": paper_unknown,
    "utskrift-tom": paper_empty,
    "kalender": calendar,
    "kalender-adressen": calendar_given,
    "kalender-med-adress": calendar_with_address,
}
