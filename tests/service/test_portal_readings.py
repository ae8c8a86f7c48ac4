"""Who has read, over the real wire and from the portal's own log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from stodtjanster.fetch.engine import FAILURE_REST
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of

PAGE = "/sv/mig/lasningar/"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20, hard_seconds=20) as running:
        yield running


def test_both_logs_stand_in_one_list(portal: Portal) -> None:
    browser = portal.logged_in()
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert_is_a_page(page.text)
    assert "Rehab Sjövik" in page.text
    assert "Du själv" in page.text
    assert "Nödöppning" in page.text
    assert "FÅR EJ VISAS" not in page.text


def test_an_ombuds_use_stands_there_at_once_with_their_name(portal: Portal) -> None:
    mandate = granted(portal, grantee_name="Anders Lindqvist")
    ombud = portal.logged_in("anders")
    ombud.get(page_of(portal, ombud, mandate))
    page = portal.logged_in().get(PAGE).text
    assert "Anders Lindqvist för dig" in page
    assert number("anders").value not in page
    only = portal.logged_in().get(f"{PAGE}?vem=ombud").text
    assert "Anders Lindqvist för dig" in only
    assert "Rehab Sjövik" not in only


def test_reading_the_log_is_itself_logged(portal: Portal) -> None:
    browser = portal.logged_in()
    browser.get(PAGE)
    last = portal.events("Disclosure")[-1]
    assert (last.information, last.subject) == (("access_log",), number("birgitta"))
    assert "läsningar" in browser.get(PAGE).text.lower()


def test_nobody_reads_anothers_log(portal: Portal) -> None:
    mandate = granted(portal)
    browser = portal.logged_in("anders")
    base = page_of(portal, browser, mandate)
    assert browser.get(f"{base}lasningar/").status_code == 404
    assert "Rehab Sjövik" not in browser.get(PAGE).text


def test_a_log_that_is_made_while_one_waits_is_ordered_once(
    portal: Portal, sandbox: Sandbox
) -> None:
    browser = portal.logged_in("sara")
    sandbox.clear()
    for _ in range(2):
        page = browser.get(PAGE).text
        assert "Svaret är beställt. Kom tillbaka om en stund." in page
        assert "Ingen har läst" not in page
        portal.clock.forward(seconds=FAILURE_REST.total_seconds() + 1)
    assert "Neurologmottagningen" in browser.get(PAGE).text
    asked = [
        etree.fromstring(each["body"].encode()).findtext(".//{*}QueuedReportId")
        for each in sandbox.requests("plattformen")
        if "GetAccessLogsForPatientRequest" in each["body"]
    ]
    assert asked[0] is None
    assert None not in asked[1:]
    assert len(set(asked[1:])) == 1


def test_a_silent_log_is_never_an_empty_one(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in("tom")
    sandbox.fault("plattformen", "http500")
    page = browser.get(f"{PAGE}?vem=vard").text
    assert "Ingen har läst" not in page
    assert "Loggtjänsten" in page or "Inera" in page


def test_one_row_has_whom_to_ask_and_a_text_without_a_number(portal: Portal) -> None:
    browser = portal.logged_in()
    page = browser.get(PAGE).text
    _, _, rest = page.partition('href="/sv/mig/lasningar/')
    answer = browser.get("/sv/mig/lasningar/" + rest.partition('"')[0].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert_is_a_page(answer.text)
    written = answer.text.partition("Text att kopiera")[2].partition("</textarea>")[0]
    assert re.search(r"När: \w+ \d+ \w+ 20\d\d kl\.", written), "it is sent on another day"
    assert number("birgitta").value not in answer.text


def test_the_handle_of_another_persons_row_is_of_nothing(portal: Portal) -> None:
    page = portal.logged_in().get(PAGE).text
    _, _, rest = page.partition('href="/sv/mig/lasningar/')
    handle = rest.partition("?")[0]
    answer = portal.logged_in("sara").get(f"/sv/mig/lasningar/{handle}")
    assert "Text att kopiera" not in answer.text


def test_what_is_sealed_is_not_told_of_here_either(portal: Portal) -> None:
    assert portal.house.seals is not None
    portal.house.seals.seal(number("birgitta"), portal.clock() - timedelta(minutes=1))
    browser = portal.logged_in()
    assert browser.get(PAGE).status_code == 403
    assert browser.get(MY_PAGE).status_code == 403
