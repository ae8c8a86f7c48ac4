"""The pages of those who read for somebody else, and of giving them that."""

from __future__ import annotations

from playwright.sync_api import Page

from e2e.acting import MAIN, choose, complete, log_in
from e2e.running import World

KARIN, ANDERS, BIRGITTA, ELSA = (
    f"{name} Lindqvist" for name in ("Karin", "Anders", "Birgitta", "Elsa")
)
SARA = "Sara Holm"
ASKED_AGAIN = 20


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


def sharing(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/delning")
    complete(page)


def sharing_unknown(page: Page, world: World) -> None:
    """Neither the register of blocks nor those of consents say what they know."""
    world.fault("sparr", "http500")
    world.fault("samtycke", "http500")
    sharing(page, world)


def sharing_lifted(page: Page, _world: World) -> None:
    log_in(page, SARA)
    page.goto("/sv/mig/delning")
    complete(page)


def sharing_proved(page: Page, world: World) -> None:
    """With a fresh proof: what can be closed has its buttons."""
    sharing(page, world)
    page.get_by_role("button", name="Legitimera dig först").first.click()
    choose(page, MAIN)
    complete(page)


def readings(page: Page, _world: World) -> None:
    log_in(page)
    page.goto("/sv/mig/lasningar/?period=90")
    complete(page)


def readings_unknown(page: Page, world: World) -> None:
    log_in(page)
    world.fault("plattformen", "http500")
    page.goto("/sv/mig/lasningar/?vem=vard")
    complete(page)


def reading(page: Page, world: World) -> None:
    """The log service may have to be asked again: it makes its answer first."""
    readings(page, world)
    ask = page.get_by_role("link", name="Fråga om detta").first
    for _ in range(ASKED_AGAIN):
        if ask.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
        complete(page)
    ask.click()
    complete(page)


def child(page: Page, _world: World) -> None:
    """A parent at the pages of a child."""
    log_in(page, ANDERS)
    page.goto("/sv/mig/person")
    page.get_by_role("link", name=ELSA, exact=True).click()
    complete(page)


def readings_of_a_child(page: Page, world: World) -> None:
    child(page, world)
    page.goto(f"{page.url}lasningar/")
    complete(page)


def sharing_of_another(page: Page, world: World) -> None:
    """Nobody closes or gives anything for somebody else."""
    child(page, world)
    page.goto(f"{page.url}delning")


def family(page: Page, _world: World) -> None:
    log_in(page, KARIN)
    page.goto("/sv/mig/familj")


def family_of_children(page: Page, _world: World) -> None:
    log_in(page, ANDERS)
    page.goto("/sv/mig/familj")


def family_partial(page: Page, world: World) -> None:
    log_in(page, KARIN)
    world.fault("sjovik", "http500")
    page.goto("/sv/mig/familj")


def family_unsure(page: Page, world: World) -> None:
    log_in(page, KARIN)
    world.fault("plattformen", "http500")
    page.goto("/sv/mig/familj")


def family_of_another(page: Page, world: World) -> None:
    """The week of several people is one's own page only."""
    another(page, world)
    page.goto(f"{page.url}familj")


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
    "delning": sharing,
    "delning-vet-inte": sharing_unknown,
    "delning-havd": sharing_lifted,
    "delning-legitimerad": sharing_proved,
    "delning-annans": sharing_of_another,
    "lasningar": readings,
    "lasningar-vet-inte": readings_unknown,
    "lasningar-barns": readings_of_a_child,
    "lasning": reading,
    "familj": family,
    "familj-barn": family_of_children,
    "familj-trasig-kalla": family_partial,
    "familj-osaker": family_unsure,
    "familj-annans": family_of_another,
}
