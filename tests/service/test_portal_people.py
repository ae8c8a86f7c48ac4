"""Different people: nobody reads what is another's, and not everybody may read their own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stodtjanster.model import PersonId, midnight
from tests.markup import assert_is_a_page
from tests.service.conftest import ROOT, Sandbox
from tests.service.portal_client import MY_PAGE, SESSION, Browser, Portal, running_portal
from tools.translations import collect

PERSONS = ROOT / "sandbox" / "people" / "persons"
OUR_WORDS = {str(message.id) for message in collect()}
COMMON = frozenset({"role", "category"})  # words that many pages have, such as "Information"
EVERYBODY = ("birgitta", "sara", "elias", "anders", "samira", "tom", "skyddad")


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running


def told_of(key: str) -> dict[str, Any]:
    return tomllib.loads((PERSONS / f"{key}.toml").read_text("utf-8"))


def texts_of(told: Any) -> set[str]:
    if isinstance(told, dict):
        return {
            text for name, value in told.items() if name not in COMMON for text in texts_of(value)
        }
    if isinstance(told, list):
        return {text for value in told for text in texts_of(value)}
    return {told} if isinstance(told, str) and len(told) > 8 else set()


def markers(key: str) -> set[str]:
    """Texts that only this person's file holds; their number and name among them."""
    others = " ".join(
        path.read_text("utf-8")
        for path in PERSONS.glob("*.toml")
        if path.stem.partition("-")[0] != key  # "birgitta-forr" is Birgitta before
    )
    own = {text for text in texts_of(told_of(key)) if text not in others}
    return own - OUR_WORDS - {told_of(key).get("description", "")}


def test_the_markers_tell_people_apart() -> None:
    assert "Återbesök efter operation" in markers("birgitta")
    assert "190001019801" in markers("birgitta")
    assert "Vårdplan ms" in markers("sara")
    assert not markers("birgitta") & markers("sara")


class TestManyAtOnce:
    def test_no_marker_of_another_is_ever_on_a_page(self, portal: Portal) -> None:
        """200 pages for two persons through one application, with login and faults in between."""
        browsers = {key: portal.logged_in(key) for key in ("birgitta", "sara")}
        foreign = {"birgitta": markers("sara"), "sara": markers("birgitta")}
        own = {"birgitta": "Birgitta Lindqvist", "sara": "Sara Holm"}
        paths = (MY_PAGE, "/sv/mig/del/plans", "/en/mig/", "/sv/mig/del/contacts")
        cookies = {key: browser.cookie() for key, browser in browsers.items()}

        def ask(number: int) -> tuple[str, str]:
            key = ("birgitta", "sara")[number % 2]
            browser = portal.browser()
            browser.plant(SESSION, cookies[key] or "")
            answer = browser.get(paths[number // 2 % len(paths)])
            assert answer.status_code == 200
            return key, answer.text

        portal.sandbox.fault("sjovik", "http500", times=6)
        portal.sandbox.fault("nordmark", "wrong-person", times=6)
        with ThreadPoolExecutor(16) as threads:
            for key, page in threads.map(ask, range(200)):
                assert own[key] in page
                found = {marker for marker in foreign[key] if marker in page}
                assert not found, f"{key} was shown {found}"

    def test_one_browser_after_the_other_person(self, portal: Portal) -> None:
        browser = portal.browser()
        for key, other in (("birgitta", "sara"), ("sara", "birgitta")):
            browser.log_in(key)
            page = browser.get(MY_PAGE).text
            assert not {marker for marker in markers(other) if marker in page}

    @pytest.mark.parametrize("target", ["nordmark", "sydkust", "sjovik", "plattformen"])
    def test_a_source_that_answers_about_somebody_else(self, portal: Portal, target: str) -> None:
        portal.sandbox.fault(target, "wrong-person")
        page = portal.logged_in("birgitta").get(MY_PAGE).text
        for key in EVERYBODY:
            if key != "birgitta":
                assert not {marker for marker in markers(key) if marker in page}, key
        if target != "sydkust":  # where nobody else has anything
            assert "vi frågade har svarat" not in page


class TestNotForTheScreen:
    @pytest.mark.parametrize("key", EVERYBODY)
    def test_what_a_source_says_is_not_for_the_person(self, portal: Portal, key: str) -> None:
        """Internal notes, nullified and not approved records, protected addresses."""
        browser = portal.logged_in(key)
        for path in (MY_PAGE, "/en/mig/", "/sv/mig/del/events", "/sv/mig/del/plans"):
            page = browser.get(path).text
            assert "FÅR EJ VISAS" not in page
            assert told_of(key)["person_id"] not in page

    def test_protected_identity(self, portal: Portal) -> None:
        page = portal.logged_in("skyddad").get(MY_PAGE).text
        assert "Vaccination" in page
        assert "Boendestöd" in page
        assert "FÅR EJ VISAS" not in page

    def test_nothing_tells_where_somebody_with_protected_identity_is(self, portal: Portal) -> None:
        """Also of rows whose source does not mark them: the register has said so."""
        browser = portal.logged_in("skyddad")
        for path in (MY_PAGE, "/sv/mig/del/contacts"):
            page = browser.get(path).text
            assert "Lena Ek" in page
            assert "0980-319 277" not in page
            assert "0980319277" not in page
            assert "0980-319 200" not in page, "nor what the unit itself is rung at"

    def test_a_visit_without_a_time_is_not_lost(self, portal: Portal) -> None:
        page = portal.logged_in("birgitta").get(MY_PAGE).text
        assert "Dagen är inte bestämd" in page
        assert "Uppföljning av hemtjänsten" in page

    def test_nobody_knows_anything(self, portal: Portal) -> None:
        browser = portal.logged_in("tom")
        portal.wait_for_landings()
        page = browser.get(MY_PAGE).text
        assert "Du har inga tider de närmaste sex veckorna hos dem som svarade." in page
        assert "Vi vet inte" not in page
        assert "vi frågade har svarat" in page


class TestTooYoung:
    def test_a_teenager_is_told_so_and_nothing_is_fetched(self, portal: Portal) -> None:
        browser = portal.logged_in("tuva")
        for path in (MY_PAGE, "/sv/mig/del/events", "/en/mig/"):
            answer = browser.get(path)
            assert answer.status_code == 403
            assert "Ungdomsmottagningen" not in answer.text
            assert "Rådgivning" not in answer.text
        assert "Du som är 13–15 år" in browser.get(MY_PAGE).text
        assert portal.sandbox.calls() == []

    def test_the_birthday_opens_the_page_at_swedish_midnight(self, portal: Portal) -> None:
        """Age is judged at each request, not at login."""
        person = PersonId.parse(told_of("tuva")["person_id"])
        born = person.birth_date
        sixteen = midnight(born.replace(year=born.year + 16))
        before = sixteen - timedelta(minutes=5)
        portal.clock.forward(seconds=(before - portal.clock()).total_seconds())
        browser = logged_in_as(portal, person.value)
        assert browser.get(MY_PAGE).status_code == 403
        assert portal.sandbox.calls() == []
        portal.clock.forward(minutes=6)
        assert browser.get(MY_PAGE).status_code == 200


class TestWhoTheRegisterKnows:
    def test_the_dead_have_no_page_and_nothing_is_fetched(self, portal: Portal) -> None:
        browser = logged_in_as(portal, told_of("svea")["person_id"])
        for path in (MY_PAGE, "/sv/mig/del/events", "/en/mig/"):
            answer = browser.get(path)
            assert answer.status_code == 403
            assert told_of("svea")["bookings"][0]["time_type"] not in answer.text
        assert "Skatteverket" in browser.get(MY_PAGE).text
        assert portal.events("Refused")[-1].ground == "SUBJECT_DECEASED"
        assert {call["contract"] for call in portal.sandbox.calls()} == {"GetPersonsForProfile"}

    def test_what_is_kept_under_an_earlier_number_is_hers(self, portal: Portal) -> None:
        page = portal.logged_in("birgitta").get(MY_PAGE).text
        assert "Återbesök efter operation" in page
        assert "Hämtning av läslampa" in page
        assert "189912309805" not in page

    def test_an_earlier_number_opens_nothing_for_anybody_else(self, portal: Portal) -> None:
        page = portal.logged_in("sara").get(MY_PAGE).text
        assert "Hämtning av läslampa" not in page

    def test_a_register_that_does_not_answer_is_told_of(self, portal: Portal) -> None:
        portal.sandbox.fault("plattformen", "http500")
        browser = portal.logged_in("birgitta")
        page = browser.get(MY_PAGE)
        assert page.status_code == 200
        assert "Vi kunde inte hämta personuppgifter från folkbokföringen" in page.text
        assert "Alla vi frågade har svarat" not in page.text
        assert "Hemtjänst" in page.text, "her own pages do not die with the register"
        portal.sandbox.clear()
        portal.clock.forward(minutes=1)
        page = browser.get(MY_PAGE)
        assert "folkbokföringen" not in page.text


def logged_in_as(portal: Portal, number: str) -> Browser:
    """As after a login that the provider of today would not let through."""
    token, _ = portal.house.sessions.start(
        person=PersonId.parse(number),
        name="Någon Någonsson",
        loa="loa3",
        issuer="test",
        now=portal.clock(),
    )
    browser = portal.browser()
    browser.plant(SESSION, token)
    return browser


def kept(portal: Portal) -> list[dict[str, Any]]:
    """The calls whose answers may be kept: what the index says may not."""
    never = ("FindContent", "GetBookingDetails")
    return [call for call in portal.sandbox.calls() if call["contract"] not in never]


class TestPrefetch:
    def test_the_first_page_comes_from_the_shelf(self, portal: Portal) -> None:
        browser = portal.logged_in("birgitta")
        portal.wait_for_landings()
        asked = kept(portal)
        assert asked != []
        portal.clock.pin()
        page = browser.get(MY_PAGE)
        browser.get("/en/mig/")
        browser.get("/sv/mig/del/plans")
        assert "Återbesök efter operation" in page.text
        assert kept(portal) == asked

    def test_a_page_that_does_not_wait_joins_the_flights(self, portal: Portal) -> None:
        browser = portal.logged_in("birgitta")
        browser.get(MY_PAGE)
        portal.wait_for_landings()
        assert portal.landed() == portal.flights()

    def test_the_shelf_is_nobody_elses(self, portal: Portal) -> None:
        portal.logged_in("elias").get(MY_PAGE)
        portal.wait_for_landings()
        portal.sandbox.clear()
        portal.logged_in("elias").get(MY_PAGE)
        assert portal.sandbox.calls() != []

    def test_what_is_old_is_fetched_again(self, portal: Portal) -> None:
        browser: Browser = portal.logged_in("elias")
        browser.get(MY_PAGE)
        portal.wait_for_landings()
        portal.sandbox.clear()
        portal.clock.forward(minutes=6)
        browser.get(MY_PAGE)
        assert portal.sandbox.calls() != []


class TestPagesWithContent:
    @pytest.mark.parametrize("key", ["birgitta", "sara", "skyddad", "tom"])
    def test_are_valid(self, portal: Portal, key: str) -> None:
        browser = portal.logged_in(key)
        portal.wait_for_landings()
        for language in ("sv", "en"):
            assert_is_a_page(browser.get(f"/{language}/mig/").text)
            for slot in ("next", "week", "events", "plans", "contacts"):
                assert_is_a_page(browser.get(f"/{language}/mig/del/{slot}").text)
