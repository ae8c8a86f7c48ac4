"""The week of several people: time and place only, each under a permit and in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of
from tests.service.test_portal_people import texts_of, told_of

PAGE = "/sv/mig/familj"
DAY = timedelta(days=1)


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20, hard_seconds=20) as running:
        yield running


def private(key: str) -> set[str]:
    """What a person's booked times say beside when and where."""
    words = ("time_type", "care_type", "reason", "instruction", "performer")
    rows = told_of(key).get("bookings", ())
    said = {text for row in rows for word in words for text in texts_of(row.get(word, ()))}
    return {text for text in said if len(text) > 6}


def test_everybodys_times_stand_in_one_week_under_their_names(portal: Portal) -> None:
    granted(portal)
    answer = portal.logged_in("anders").get(PAGE)
    assert answer.status_code == 200
    assert_is_a_page(answer.text)
    assert ">Birgitta<" in answer.text
    assert "Familjeveckan" in answer.text


def test_ones_own_times_stand_among_theirs(portal: Portal) -> None:
    granted(portal)
    (row,) = told_of("anders")["bookings"]
    first = (portal.clock() + row["day"] * DAY).date().isoformat()
    page = portal.logged_in("anders").get(f"{PAGE}?start={first}").text
    assert "De som är med: Du, Birgitta, " in page
    assert ">Du<" in page
    assert ">Birgitta<" in page


def test_it_holds_nothing_but_time_and_place(portal: Portal) -> None:
    granted(portal)
    secrets = private("birgitta")
    assert len(secrets) > 3
    browser = portal.logged_in("anders")
    for week in range(4):
        first = (portal.clock() + week * 7 * DAY).date().isoformat()
        page = browser.get(f"{PAGE}?start={first}").text
        assert not {text for text in secrets if text in page}


def test_each_person_is_asked_for_under_a_permit_of_their_own_and_logged(portal: Portal) -> None:
    granted(portal)
    browser = portal.logged_in("anders")
    before = len(portal.events("Disclosure"))
    browser.get(PAGE)
    opened = [e for e in portal.events("Disclosure")[before:] if e.detail == "family-week"]
    about = {(e.subject, e.ground, e.information) for e in opened}
    assert (number("birgitta"), "OMBUD", ("appointment",)) in about
    assert (number("anders"), "SELF", ("appointment", "own_entry")) in about
    references = {event.reference for event in opened}
    shown = [e for e in portal.events("Shown") if e.reference in references]
    assert number("birgitta") in {event.subject for event in shown}


def test_a_silent_source_hides_nobody_elses_times(portal: Portal, sandbox: Sandbox) -> None:
    granted(portal)
    browser = portal.logged_in("anders")
    sandbox.fault("sjovik", "http500", person=number("birgitta").value)
    page = browser.get(PAGE).text
    before, _, days = page.partition('<ol class="kalender"')
    assert ">Birgitta</h2>" in before, "whose week lacks something is said"
    assert "Sjöviks kommun" in before
    assert ">Du</h2>" not in before
    assert ">Birgitta<" in days, "what others told of her is there"
    assert "Inget inbokat" not in days


def test_who_cannot_be_told_from_the_protected_now_is_said_to_be_missing(
    portal: Portal, sandbox: Sandbox
) -> None:
    granted(portal)
    browser = portal.logged_in("anders")
    sandbox.fault("plattformen", "http500", person=number("birgitta").value)
    page = browser.get(PAGE).text
    assert "Birgitta Lindqvist: vi kan inte visa något just nu" in page
    assert ">Birgitta<" not in page


def test_who_may_not_be_seen_is_not_there(portal: Portal) -> None:
    granted(portal, valid_to=portal.clock() + timedelta(minutes=10))
    browser = portal.logged_in("anders")
    assert ">Birgitta<" in browser.get(PAGE).text
    portal.clock.forward(minutes=11)
    assert "Birgitta" not in browser.get(PAGE).text


def test_whose_times_were_not_granted_says_so(portal: Portal) -> None:
    granted(portal, scopes=frozenset({"contact"}))
    page = portal.logged_in("anders").get(PAGE).text
    assert "Birgitta: du ser inte tider" in page
    assert ">Birgitta<" not in page


def test_an_open_page_asks_again_when_the_grant_ends(portal: Portal) -> None:
    granted(portal, valid_to=portal.clock() + timedelta(minutes=10))
    answer = portal.logged_in("anders").get(PAGE)
    assert 0 < int(answer.headers["Refresh"]) <= 600


def test_it_is_a_page_of_ones_own(portal: Portal) -> None:
    mandate = granted(portal)
    browser = portal.logged_in("anders")
    answer = browser.get(f"{page_of(portal, browser, mandate)}familj")
    assert answer.status_code == 404


def test_alone_it_is_ones_own_week(portal: Portal) -> None:
    answer = portal.logged_in("tom").get(PAGE)
    assert answer.status_code == 200
    assert_is_a_page(answer.text)
    assert "Refresh" not in answer.headers
    assert "De som är med" not in answer.text
