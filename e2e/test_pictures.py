"""Pages look as when somebody last looked at them; `make baselines` takes new pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from e2e.acting import complete, log_in
from e2e.conftest import SCREENS
from e2e.picturing import (
    BASELINES,
    MODES,
    NOW,
    TOLERATED,
    Mode,
    difference,
    keep,
    noted,
    reader,
    take,
)
from e2e.running import World, running

UPDATING = os.environ.get("UPDATE_BASELINES") == "1"
FIXED_CONTACTS, LOOKS = 3, 40
OPEN = ("", "tillganglighet")
# Pages that a person sees often, or on paper; for the page of one record where it is found.
FIRST_OF = {
    "mig/handelse/*": ("mig/veckan", "ol.kalender a[href*='/handelse/']"),
    "mig/planer/*": ("mig/planer", "main .plan a[href*='/planer/']"),
}
OWN = (
    "mig",
    "mig/veckan",
    "mig/planer",
    "mig/planer/*",
    "mig/handelse/*",
    "mig/kontakter",
    "mig/insatser",
    "mig/kallor",
    "mig/meddelanden",
    "mig/utskrift",
)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal and a country where it is always the same night."""
    with running(tmp_path_factory.mktemp("still"), now=NOW) as world:
        yield world


def learn(page: Page, language: str) -> None:
    """Where units are is looked up beside the pages, after one of them has named them: until the
    fasta kontakter of the overview say what HSA has said."""
    page.goto(f"/{language}/mig/")
    complete(page)
    told = page.locator("section#contacts li.kontakt", has_text="HSA")
    for _ in range(LOOKS):
        if told.count() >= FIXED_CONTACTS:
            break
        page.wait_for_timeout(250)
        page.reload()
        complete(page)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: f"{mode.language}-{mode.size}")
def test_pages_look_as_they_did(still: World, browser: Browser, mode: Mode) -> None:
    taken_by = noted().get("browser", "of no version yet")
    if not UPDATING and taken_by != browser.version:
        pytest.skip(f"the pictures are of Chromium {taken_by}, and this is {browser.version}")
    page = reader(browser, still.url, mode)
    beside = reader(browser, still.url, mode)
    pictures = {}
    for path in OPEN:
        page.goto(f"/{mode.language}/{path}")
        pictures[path or "start"] = take(page)
    log_in(page, language=mode.language)
    learn(page, mode.language)
    for kind in OWN:
        listed, link = FIRST_OF.get(kind, (kind, None))
        page.goto(f"/{mode.language}/{listed}")
        if link is not None:
            complete(page)
            page.locator(link).first.click()
        complete(page)
        pictures[kind.replace("/*", "-en").replace("/", "-")] = take(page)
    wrong = {}
    for path, picture in pictures.items():
        name = f"{path}-{mode.language}-{mode.size}-{mode.scheme}"
        if UPDATING:
            keep(name, picture, browser)
            continue
        apart = difference(beside, (BASELINES / f"{name}.png").read_bytes(), picture)
        if not isinstance(apart, float | int) or apart > TOLERATED:
            (SCREENS / f"{name}-nu.png").write_bytes(picture)
            wrong[name] = apart
    page.context.close()
    beside.context.close()
    assert wrong == {}
