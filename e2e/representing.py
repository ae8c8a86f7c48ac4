"""The pages of those who read for somebody else, and of giving them that."""

from __future__ import annotations

from playwright.sync_api import Page

from e2e.acting import complete, log_in
from e2e.running import World

KARIN, ANDERS, BIRGITTA = "Karin Lindqvist", "Anders Lindqvist", "Birgitta Lindqvist"


def chooser(page: Page, _world: World) -> None:
    log_in(page, ANDERS)
    page.goto("/sv/mig/person")


def chooser_unsure(page: Page, world: World) -> None:
    world.fault("vardnadshavare", "http500")
    chooser(page, world)


def another(page: Page, _world: World) -> None:
    log_in(page, KARIN)
    page.goto("/sv/mig/person")
    page.get_by_role("link", name=BIRGITTA, exact=True).click()
    complete(page)


def week_of_another(page: Page, world: World) -> None:
    another(page, world)
    page.get_by_role("link", name="Veckan", exact=True).click()
    complete(page)


def chooser_of_another(page: Page, world: World) -> None:
    another(page, world)
    page.get_by_role("link", name="Byt person").click()


def outside(page: Page, world: World) -> None:
    another(page, world)
    page.goto(f"{page.url}lakemedel/")


def unknown(page: Page, world: World) -> None:
    another(page, world)
    page.goto(f"{page.url}finns-inte")


def grants(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/ombud")


def grant(page: Page, world: World) -> None:
    grants(page, world)
    page.get_by_role("link", name=KARIN).click()


def form(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/ombud/nytt")


def form_with_mistakes(page: Page, world: World) -> None:
    form(page, world)
    page.get_by_label("Sista dagen").fill("2020-01-01")
    page.get_by_role("button", name="Fortsätt").click()


def about_to_give(page: Page, world: World) -> None:
    form(page, world)
    page.get_by_label("Ombudets förnamn").fill("Anders")
    page.get_by_label("Ombudets efternamn").fill("Lindqvist")
    page.get_by_label("Ombudets personnummer").fill("196408233234")
    page.get_by_role("checkbox", name="Tider").check()
    page.get_by_role("button", name="Fortsätt").click()


def unproved(page: Page, world: World) -> None:
    about_to_give(page, world)
    page.get_by_role("button", name="Legitimera dig").click()
    page.get_by_role("button", name="Avbryt").click()


REPRESENTING = {
    "person": chooser,
    "person-osaker": chooser_unsure,
    "person-annans": chooser_of_another,
    "annans-oversikt": another,
    "annans-vecka": week_of_another,
    "annans-ingar-inte": outside,
    "annans-finns-inte": unknown,
    "ombud": grants,
    "ombud-ett": grant,
    "ombud-nytt": form,
    "ombud-fel": form_with_mistakes,
    "ombud-kontrollera": about_to_give,
    "ombud-inte-legitimerad": unproved,
}
