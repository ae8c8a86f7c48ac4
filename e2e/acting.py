"""What a person does with the portal: log in, read, log out."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

MAIN = "Birgitta Lindqvist"
BANKID, FREJA = "Test-BankID", "Test-Freja"


def begin_login(page: Page, language: str = "sv") -> None:
    """From the start page to the provider's choice of person."""
    page.goto(f"/{language}/")
    page.locator("main a[href*='/logga-in/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Logga in med")


def log_in(page: Page, name: str = MAIN, via: str = BANKID, language: str = "sv") -> None:
    """Log in as a person of the sandbox. Ends where the portal sends its visitor."""
    begin_login(page, language)
    page.get_by_role("link", name=via, exact=True).click()
    choose(page, name)


def choose(page: Page, name: str) -> None:
    page.locator("button", has=page.locator("strong", has_text=re.compile(f"^{name}$"))).click()
    page.wait_for_url(re.compile(r"/[a-z]+/mig/"))


def complete(page: Page) -> None:
    """The page says itself when no more will come."""
    expect(page.get_by_role("status")).to_be_visible()


def reload_until(page: Page, seen: Locator) -> None:
    """Load the page again until something is there, as what is fetched is kept for a moment."""
    for _ in range(20):
        page.reload()
        complete(page)
        if seen.count():
            return
        page.wait_for_timeout(500)
    expect(seen).not_to_have_count(0)


def choose_in_menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name=name).click()
    complete(page)


def follow(page: Page, name: str) -> None:
    """The first link of a name, and all of the page that it leads to."""
    page.get_by_role("link", name=name).first.click()
    complete(page)


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/utloggad")


def section(page: Page, slot: str) -> Locator:
    """A section of the overview by its anchor."""
    return page.locator(f"section#{slot}")


def events(page: Page) -> Locator:
    """The one list of what comes, with what came in afterwards."""
    return page.locator("section#events, section#late")


def shown_text(page: Page) -> str:
    """Everything that can be read on the page, also inside what is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    return page.locator("body").inner_text()
