"""Reading for somebody else: a daughter for her mother, and a parent for a child until it is 13."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e import clocked
from e2e.acting import complete, log_in, log_out
from e2e.conftest import OpenPage
from e2e.running import World, running
from stodtjanster.model import midnight

KARIN, ANDERS, BIRGITTA, ELIAS = (
    "Karin Lindqvist",
    "Anders Lindqvist",
    "Birgitta Lindqvist",
    "Elias Nyberg",
)
HERS = re.compile("Såromläggning|Återbesök efter operation")
REFUSED = "Sidan kan inte visas"
TURE_IS_13 = midnight(date(2026, 11, 24))
A_YEAR = 366 * 24 * 60


def stand_for(page: Page, name: str) -> None:
    """By way of one's own name in the header to another's pages."""
    page.get_by_role("link", name="Inloggad:").click()
    page.get_by_role("link", name=name, exact=True).click()
    complete(page)


def banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Vems uppgifter du ser")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_daughter_reads_for_her_mother(open_page: OpenPage, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    log_in(page, KARIN)
    complete(page)
    expect(banner(page)).to_have_count(0)
    stand_for(page, BIRGITTA)
    expect(page).to_have_url(re.compile(r"/sv/for/[0-9a-f]{32}/$"))
    expect(banner(page)).to_contain_text("Du ser uppgifter för Birgitta Lindqvist.")
    expect(banner(page)).to_contain_text("Du ser tider, planer och kontakter.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Birgittas översikt")
    expect(page.get_by_role("link", name=HERS).first).to_be_visible()
    expect(page.get_by_role("link", name="Birgitta är inte hemma").first).to_be_visible()
    page.get_by_role("link", name="Veckan", exact=True).click()
    complete(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Birgittas vecka")
    expect(banner(page)).to_be_visible()
    expect(page.get_by_role("link", name="Läkemedel", exact=True)).to_have_count(0)
    page.goto(page.url.replace("veckan/", "").replace("veckan", "") + "lakemedel")
    expect(page.get_by_text("Lagen låter bara Birgitta själv läsa det.")).to_be_visible()
    expect(banner(page)).to_be_visible()
    page.get_by_role("link", name="Tillbaka till mig").click()
    complete(page)
    expect(page).to_have_url(re.compile(r"/sv/mig/$"))
    expect(banner(page)).to_have_count(0)
    expect(page.get_by_text(HERS)).to_have_count(0)


def test_two_tabs_for_two_persons_never_mix(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, ANDERS)
    for name in ("Elsa Lindqvist", "Ture Lindqvist"):
        page.goto("/sv/mig/person")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.get_by_role("link", name="Elsa Lindqvist", exact=True).click()
    complete(page)
    other = page.context.new_page()
    other.goto("/sv/mig/person")
    other.get_by_role("link", name="Ture Lindqvist", exact=True).click()
    complete(other)
    page.reload()
    complete(page)
    expect(page.get_by_text("Kontroll av allergi").first).to_be_visible()
    expect(page.get_by_text("Ögonkontroll")).to_have_count(0)
    expect(other.get_by_text("Ögonkontroll").first).to_be_visible()
    expect(other.get_by_text("Kontroll av allergi")).to_have_count(0)


def test_back_after_switching_shows_whose_page_it_is(page: Page) -> None:
    log_in(page, KARIN)
    complete(page)
    stand_for(page, BIRGITTA)
    page.get_by_role("link", name="Tillbaka till mig").click()
    complete(page)
    page.go_back()
    expect(banner(page)).to_contain_text("Birgitta Lindqvist")
    page.go_forward()
    expect(page).to_have_url(re.compile(r"/sv/mig/$"))
    expect(banner(page)).to_have_count(0)


def test_nothing_of_the_other_person_is_left_after_logout(page: Page) -> None:
    log_in(page, KARIN)
    complete(page)
    stand_for(page, BIRGITTA)
    hers = page.url
    log_out(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(HERS)).to_have_count(0)
    log_in(page, KARIN)
    page.goto(hers)
    expect(page.get_by_role("heading", level=1)).to_have_text(REFUSED)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_giving_reading_and_ending_while_the_page_is_open(
    open_page: OpenPage, script: bool
) -> None:
    giver, ombud = (open_page(java_script_enabled=script) for _ in range(2))
    log_in(giver, ELIAS)
    give(giver, "Anders", "Lindqvist", "196408233234")
    expect(giver.get_by_text("Väntar på svar")).to_be_visible()
    log_in(ombud, ANDERS)
    ombud.goto("/sv/mig/ombud")
    ombud.get_by_role("link", name=ELIAS).first.click()
    expect(ombud.get_by_role("heading", level=1)).to_have_text("Vill du vara ombud?")
    ombud.get_by_role("button", name="Ja, jag vill vara ombud").click()
    expect(ombud.get_by_text("Gäller nu")).to_be_visible()
    ombud.goto("/sv/mig/person")
    ombud.get_by_role("link", name=ELIAS, exact=True).click()
    complete(ombud)
    expect(ombud.get_by_text("Årskontroll astma").first).to_be_visible()
    giver.reload()
    expect(giver.get_by_text(re.compile("tider")).last).to_be_visible()
    giver.get_by_role("button", name="Ta bort tillgången").click()
    expect(giver.get_by_text("Avslutat", exact=True)).to_be_visible()
    ombud.get_by_role("link", name="Veckan", exact=True).click()
    expect(ombud.get_by_role("heading", level=1)).to_have_text(REFUSED)
    expect(ombud.get_by_text("Elias")).to_have_count(0)


def give(page: Page, given_name: str, surname: str, number: str) -> None:
    """The form with a mistake, the proof, and the gift."""
    page.goto("/sv/mig/ombud")
    page.get_by_role("link", name="Ge någon tillgång").click()
    page.get_by_label("Ombudets förnamn").fill(given_name)
    page.get_by_label("Ombudets efternamn").fill(surname)
    page.get_by_label("Ombudets personnummer").fill(number[2:])
    page.get_by_role("checkbox", name="Tider").check()
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("heading", name="En sak behöver rättas")).to_be_visible()
    page.get_by_role("link", name="med århundradet först").click()
    expect(page.get_by_label("Ombudets personnummer")).to_be_focused()
    expect(page.get_by_label("Ombudets förnamn")).to_have_value(given_name)
    page.get_by_label("Ombudets personnummer").fill(number)
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Legitimera dig").click()
    page.locator("button", has=page.locator("strong", has_text=ELIAS)).click()
    page.get_by_role("button", name="Ge tillgång").click()


class Moved:
    """The clock of a portal, moved to a moment from which it runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_text("0", encoding="ascii")

    def to(self, moment: datetime) -> None:
        seconds = (moment - datetime.now(UTC)).total_seconds()
        self._path.write_text(str(seconds), encoding="ascii")


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Moved:
    path = tmp_path / "clock"
    monkeypatch.setenv(clocked.VARIABLE, str(path))
    return Moved(path)


@pytest.fixture
def timely(moved: Moved, tmp_path: Path) -> Iterator[World]:
    """A portal of the test's own. Nobody is logged out by its leaps."""
    lasting = {"session_idle_minutes": 3 * A_YEAR, "session_hours": 3 * A_YEAR}
    with running(tmp_path / "world", application=clocked.APPLICATION, changes=lasting) as world:
        yield world


def test_a_parent_reads_until_midnight_before_the_13th_birthday(
    browser: Browser, timely: World, moved: Moved
) -> None:
    page = browser.new_page(base_url=timely.url, java_script_enabled=False)
    log_in(page, ANDERS)
    moved.to(TURE_IS_13 - timedelta(hours=9))
    page.goto("/sv/mig/person")
    page.get_by_role("link", name="Ture Lindqvist", exact=True).click()
    complete(page)
    expect(banner(page)).to_contain_text("Ture Lindqvist")
    his = page.url
    # The page stays open, and asks for itself when the day is over.
    moved.to(TURE_IS_13 - timedelta(seconds=6))
    page.reload()
    expect(banner(page)).to_contain_text("Ture Lindqvist")
    expect(page.get_by_role("heading", level=1)).to_have_text(REFUSED, timeout=30_000)
    expect(page.get_by_text("Ture")).to_have_count(0)
    page.goto("/sv/mig/person")
    expect(page.get_by_role("link", name="Elsa Lindqvist", exact=True)).to_be_visible()
    expect(page.get_by_text("Ture")).to_have_count(0)
    moved.to(TURE_IS_13 + timedelta(days=1))
    page.goto(his)
    expect(page.get_by_role("heading", level=1)).to_have_text(REFUSED)
    page.goto("/sv/mig/familj")
    expect(page.get_by_role("heading", level=1)).to_have_text("Familjeveckan")
    expect(page.get_by_text("Elsa").first).to_be_visible()
    expect(page.get_by_text("Ture")).to_have_count(0)
    page.close()
