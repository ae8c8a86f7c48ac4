"""What has changed since the last visit, over the sandbox's real wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.store import StoreUnavailable
from stodtjanster.model import PersonId
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    MY_PAGE,
    SESSION,
    Browser,
    Portal,
    csrf_token,
    running_portal,
)
from tests.service.test_portal_actions import (
    CALL,
    PATIENT,
    VISIT,
    choose,
    page_of,
    press,
    said,
)
from tests.viewing import BIRGITTA

TOM = PersonId.parse("199606292382")
NEWS = f"{MY_PAGE}nytt/"
FIRST = "Nästa gång du loggar in står det här vad som är nytt"
NOTHING = "Inget har ändrats sedan du var här senast, hos dem som svarade."


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    """With nothing remembered of anybody."""
    with running_portal(sandbox, tmp_path / "first") as first:
        sources = tuple(source | {"limits": PATIENT} for source in first.settings.sources)
    with running_portal(
        sandbox, tmp_path / "second", sources=sources, hard_seconds=20.0
    ) as running:
        yield running
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()


def news(browser: Browser) -> str:
    answer = browser.get(NEWS)
    assert answer.status_code == 200
    return said(answer)


def next_visit(portal: Portal, person: PersonId = BIRGITTA, **later: float) -> Browser:
    """A login some time later: the provider's own clock is not moved, so it is not asked."""
    portal.clock.forward(**(later or {"hours": 5}))
    token, _ = portal.house.sessions.start(
        person=person, name="N N", loa="loa3", issuer="https://op.example", now=portal.clock()
    )
    browser = portal.browser()
    browser.plant(SESSION, token)
    return browser


def send(browser: Browser, what: str) -> None:
    token = csrf_token(browser.get(NEWS).text)
    answer = browser.post(f"{NEWS}{what}", {"csrf_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, NEWS)


def test_the_first_visit_says_so_and_the_next_that_nothing_has_changed(portal: Portal) -> None:
    browser = portal.logged_in()
    assert FIRST in said(browser.get(MY_PAGE))
    again = news(next_visit(portal))
    assert NOTHING in again
    assert FIRST not in again
    assert "Nytt sedan sist Inget har ändrats" in said(portal.browsers[-1].get(MY_PAGE))


def test_what_was_moved_and_what_was_cancelled_is_told_with_the_old_time(portal: Portal) -> None:
    browser = portal.logged_in()
    moved, gone = (page_of(browser, title) for title in (VISIT, CALL))
    press(browser, choose(browser, f"{moved}/boka-om"))
    press(browser, f"{gone}/avboka")
    told = news(next_visit(portal))
    assert re.search(rf"Flyttad tid {VISIT} .*?Tidigare: \w+ \d+ \w+ kl\. 09\.15", told)
    assert re.search(r"En tid står inte kvar Region Nordmark kl\. 10\.00 Den kan", told)
    assert CALL not in told
    few = said(portal.browsers[-1].get(MY_PAGE))
    assert re.search(r"Nytt sedan (i dag|i går) ", few)
    assert "Allt som är nytt (2)" in few


@pytest.mark.parametrize("target", ["nordmark", "plattformen", "sjovik"])
@pytest.mark.parametrize("kind", ["http500", "garbage"])
def test_nothing_is_gone_while_its_source_is_silent(portal: Portal, target: str, kind: str) -> None:
    portal.logged_in().get(MY_PAGE)
    portal.sandbox.fault(target, kind)
    for _ in range(2):
        told = news(next_visit(portal))
        assert "står inte kvar" not in told
        assert NOTHING not in told
        assert "Vi vet inte" in told
    portal.sandbox.clear()
    assert NOTHING in news(next_visit(portal))


def test_a_source_that_answers_for_the_first_time_makes_nothing_new(portal: Portal) -> None:
    portal.sandbox.fault("nordmark", "http500")
    portal.logged_in().get(MY_PAGE)
    portal.sandbox.clear()
    told = news(next_visit(portal))
    assert "Ny tid" not in told
    assert NOTHING in told


def test_what_happened_while_a_source_was_silent_is_told_when_it_answers(portal: Portal) -> None:
    browser = portal.logged_in()
    browser.get(MY_PAGE)
    press(browser, f"{page_of(browser, CALL)}/avboka")
    portal.sandbox.fault("plattformen", "http500")
    assert "står inte kvar" not in news(next_visit(portal))
    portal.sandbox.clear()
    assert "En tid står inte kvar" in news(next_visit(portal))


def test_news_stay_through_the_visit_until_they_are_marked(portal: Portal) -> None:
    browser = portal.logged_in()
    browser.get(MY_PAGE)
    press(browser, f"{page_of(browser, CALL)}/avboka")
    browser = next_visit(portal)
    assert "En tid står inte kvar" in news(browser)
    assert "En tid står inte kvar" in news(browser)
    again = next_visit(portal, hours=1)
    assert "En tid står inte kvar" in news(again)
    send(again, "sett")
    assert NOTHING in news(again)


def test_the_next_visit_begins_where_the_last_one_ended(portal: Portal) -> None:
    browser = portal.logged_in()
    browser.get(MY_PAGE)
    press(browser, f"{page_of(browser, CALL)}/avboka")
    assert "En tid står inte kvar" in news(next_visit(portal))
    assert NOTHING in news(next_visit(portal))


def test_what_is_forgotten_was_never_seen(portal: Portal) -> None:
    browser = portal.logged_in()
    browser.get(MY_PAGE)
    send(browser, "glom")
    assert portal.house.recollections.get(BIRGITTA, BIRGITTA) is None
    assert FIRST in news(browser)


def test_one_reader_knows_nothing_of_anothers_visits(portal: Portal) -> None:
    portal.logged_in().get(MY_PAGE)
    assert FIRST in news(next_visit(portal, TOM))


def test_the_store_holds_no_word_of_what_was_shown(portal: Portal) -> None:
    portal.logged_in().get(MY_PAGE)
    content = portal.house.recollections.get(BIRGITTA, BIRGITTA)
    assert content
    for word in (VISIT, "Ortoped", "Erik Holm", "Trygg hemma", "Hemtj", "Lena Ek"):
        assert word not in content.decode()
    assert BIRGITTA.value.encode() not in content


def test_who_has_not_been_here_for_long_begins_anew(portal: Portal) -> None:
    portal.logged_in().get(MY_PAGE)
    next_visit(portal, TOM, days=91).get(MY_PAGE)
    assert FIRST in news(next_visit(portal))


def test_a_page_is_whole_without_what_is_remembered(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = portal.logged_in()
    browser.get(MY_PAGE)

    def down(*_args: object) -> None:
        raise StoreUnavailable

    rows = type(portal.house.recollections)
    for name in ("get", "change", "purge"):
        monkeypatch.setattr(rows, name, down)
    told = browser.get(NEWS)
    assert told.status_code == 200
    assert "Vi kan inte säga vad som är ändrat" in said(told)
    assert VISIT in said(browser.get(MY_PAGE))


def test_nothing_is_kept_without_a_secret_that_lasts(sandbox: Sandbox, tmp_path: Path) -> None:
    with running_portal(sandbox, tmp_path / "first") as portal:
        portal.change(recollections=None)
        browser = portal.logged_in()
        assert "Vi kan inte säga vad som är ändrat" in news(browser)
        token = csrf_token(browser.get(NEWS).text)
        assert browser.post(f"{NEWS}sett", {"csrf_token": token}).status_code == 303
