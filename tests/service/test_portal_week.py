"""The week and one booked time, over the sandbox's real wire, with whatever is broken."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal

WEEK = f"{MY_PAGE}veckan"
PATIENT = {"limits": {"breaker_failures": 1_000_000}}
GONE = f"{MY_PAGE}handelse/{'0' * 24}"
EMPTY = ("Inget inbokat", "Inget är inbokat", "Tiden finns inte längre")
# Not those that answer late or without rows, which is an answer.
KINDS = ("http500", "garbage", "truncated", "cut", "refuse", "deep")


@pytest.fixture(scope="module")
def portal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | PATIENT for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, sources=sources, hard_seconds=20.0) as running:
        yield running


def words(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.text.rstrip().endswith("</html>")
    text = re.sub(r"<[^>]+>", " ", answer.text).replace("\u00ad", "")
    return " ".join(html.unescape(text).split())


def link_to(page: str, title: str) -> str:
    found = re.search(rf'<a href="([^"]+)">{title}</a>', page)
    assert found, f"no link to {title}"
    return found[1]


def test_region_and_municipality_day_by_day_with_names(portal: Portal) -> None:
    said = words(portal.logged_in(), WEEK)
    for part in ("Återbesök efter operation", "Erik Holm, läkare", "Hemtjänst", "Namn kommer"):
        assert part in said
    assert "Två saker krockar" in said
    assert "Ring Hemtjänsten Sjövik Norr 0980-319 230" in said
    assert "Alla vi frågade har svarat" in said
    assert "Vi vet inte" not in said


def test_a_row_leads_to_the_page_of_its_time(portal: Portal) -> None:
    browser = portal.logged_in()
    said = words(browser, link_to(browser.get(MY_PAGE).text, "Återbesök efter operation"))
    assert "Anmäl dig i receptionen en kvart innan." in said
    assert "Ring 0980-319 210" in said
    assert "Krockar med Hemtjänst" in said


def test_what_the_municipality_moved_has_its_old_time_beside_it(portal: Portal) -> None:
    browser = portal.logged_in()
    page = browser.get(WEEK).text
    moved = page.partition(">08.45</time>")[2]
    said = words(browser, link_to(moved, "Hemtjänst"))
    assert re.search(r"Ny tid\. Tidigare: \w+ \d+ \w+ kl\.\s07\.30\.", said)


def test_seven_different_people_have_come(portal: Portal) -> None:
    assert "7 olika personer de senaste 14 dagarna." in words(portal.logged_in(), MY_PAGE)


def test_a_stay_that_nobody_has_ended_may_meet_the_home_help(portal: Portal) -> None:
    browser = portal.logged_in("aina")
    assert "Besök hemma kan krocka med en sjukhusvistelse" in words(browser, WEEK)
    assert "Kan krocka med Sjukhusvistelse, Ortopedmottagningen" in words(browser, MY_PAGE)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_said_to_be_empty_while_the_municipality_is_silent(
    portal: Portal, kind: str
) -> None:
    portal.sandbox.fault("sjovik", kind)
    browser = portal.logged_in("tom")
    for path in (WEEK, f"{WEEK}?start=nonsens&dagliga=nej", GONE):
        said = words(browser, path)
        assert "Vi vet inte: Sjöviks kommun svarade inte." in said, path
        assert not any(sentence in said for sentence in EMPTY), path


@pytest.mark.parametrize("target", ["plattformen", "nordmark", "sjovik"])
def test_a_time_of_another_source_is_there_whoever_is_broken(portal: Portal, target: str) -> None:
    browser = portal.logged_in()
    title = "Träning hemma med fysioterapeut" if target != "sjovik" else "Återbesök efter operation"
    address = link_to(browser.get(MY_PAGE).text, title)
    portal.sandbox.fault(target, "http500")
    fresh = portal.logged_in()
    assert title in words(fresh, address)
    said = words(fresh, GONE)
    assert "Vi vet inte" in said
    assert "Tiden finns inte längre" not in said


def test_who_has_nothing_is_told_so(portal: Portal) -> None:
    browser = portal.logged_in("tom")
    assert "Inget är inbokat de här sju dagarna hos dem som svarade." in words(browser, WEEK)
    assert "Tiden finns inte längre hos dem som svarade." in words(browser, GONE)


def test_anothers_address_is_nobodys(portal: Portal) -> None:
    """A handle is of the record and of the one that it is shown to."""
    address = link_to(portal.logged_in().get(MY_PAGE).text, "Återbesök efter operation")
    assert "Tiden finns inte längre" in words(portal.logged_in("tom"), address)


def test_no_page_about_a_protected_person_leads_to_a_map(portal: Portal) -> None:
    browser = portal.logged_in("skyddad")
    for title in ("Vaccination", "Boendestöd"):
        page = browser.get(link_to(browser.get(MY_PAGE).text, title)).text
        assert "openstreetmap" not in page
        assert "FÅR EJ VISAS" not in page
