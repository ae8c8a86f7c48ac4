"""Who can see: what one has given, sealing it and locking the login, at once and everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from stodtjanster.model import PersonId
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    MY_PAGE,
    Browser,
    Portal,
    csrf_token,
    path_of,
    running_portal,
)
from tests.service.test_portal_acting import assert_refused, granted, number, page_of
from tests.service.test_portal_people import markers, told_of

PAGE = "/sv/mig/delning"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20) as running:
        yield running


def press(browser: Browser, act: str) -> int:
    token = csrf_token(browser.get(PAGE).text)
    return browser.post(f"{PAGE}/{act}", {"csrf_token": token}).status_code


def prove(browser: Browser, person: str = "birgitta") -> None:
    """Away to the login provider, and back as somebody."""
    token = csrf_token(browser.get(PAGE).text)
    away = browser.post(f"{PAGE}/legitimera", {"csrf_token": token})
    assert away.status_code == 303
    at_provider = browser.client.get(away.headers["location"])
    page = str(at_provider.url.join(at_provider.headers["location"]))
    back = browser.client.get(browser.choose(page, person=person))
    assert path_of(back.headers["location"]) == PAGE


def closures(portal: Portal) -> list[str | None]:
    return [event.detail for event in portal.events("Closure")]


class TestThePage:
    def test_names_whom_one_has_given_access_and_what_we_do_not_know(self, portal: Portal) -> None:
        granted(portal, grantee_name="Anders Lindqvist")
        page = portal.logged_in().get(PAGE)
        assert page.status_code == 200
        assert_is_a_page(page.text)
        assert "Anders Lindqvist" in page.text
        assert "tider, planer och kontakter" in page.text
        assert "Vi vet inte vilka samtycken du har gett" in page.text

    def test_is_nobody_elses(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        assert_refused_page(browser, f"{page_of(portal, browser, mandate)}delning")


def assert_refused_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Sidan kan inte visas" in answer.text


class TestSealing:
    def test_needs_a_fresh_proof(self, portal: Portal) -> None:
        browser = portal.logged_in()
        assert press(browser, "forsegla") == 303
        assert closures(portal) == []
        assert browser.get(MY_PAGE).status_code == 200

    def test_closes_it_at_once_in_every_session_and_for_every_ombud(self, portal: Portal) -> None:
        mandate = granted(portal)
        ombud, elsewhere = portal.logged_in("anders"), portal.logged_in()
        theirs = page_of(portal, ombud, mandate)
        assert ombud.get(theirs).status_code == 200
        assert elsewhere.get(MY_PAGE).status_code == 200
        browser = portal.logged_in()
        prove(browser)
        press(browser, "forsegla")
        assert closures(portal) == ["sealed"]
        for reader in (browser, elsewhere):
            answer = reader.get(MY_PAGE)
            assert answer.status_code == 403
            assert "Du har förseglat din planering" in answer.text
            assert not {marker for marker in markers("birgitta") if marker in answer.text}
        assert_refused(portal, ombud, theirs)

    def test_nothing_is_fetched_for_who_has_sealed(self, portal: Portal) -> None:
        assert portal.house.seals is not None
        portal.house.seals.seal(number("birgitta"), portal.clock())
        browser = portal.logged_in()
        assert browser.get(MY_PAGE).status_code == 403
        assert portal.sandbox.calls() == []

    def test_is_undone_with_a_fresh_proof_and_not_without(self, portal: Portal) -> None:
        assert portal.house.seals is not None
        portal.house.seals.seal(number("birgitta"), portal.clock())
        browser = portal.logged_in()
        assert "Förseglad" in browser.get(PAGE).text
        press(browser, "oppna")
        assert browser.get(MY_PAGE).status_code == 403
        prove(browser)
        press(browser, "oppna")
        assert closures(portal) == ["unsealed"]
        assert browser.get(MY_PAGE).status_code == 200

    def test_touches_nobody_else(self, portal: Portal) -> None:
        assert portal.house.seals is not None
        portal.house.seals.seal(number("birgitta"), portal.clock())
        assert portal.logged_in("sara").get(MY_PAGE).status_code == 200

    def test_holds_under_a_number_that_the_person_had_before(self, portal: Portal) -> None:
        assert portal.house.seals is not None
        browser = portal.logged_in()
        assert browser.get(MY_PAGE).status_code == 200
        former = PersonId.parse(told_of("birgitta-forr")["person_id"])
        portal.house.seals.seal(former, portal.clock())
        assert browser.get(MY_PAGE).status_code == 403


class TestLocking:
    def test_shuts_every_session_of_theirs_at_once(self, portal: Portal) -> None:
        elsewhere, browser = portal.logged_in(), portal.logged_in()
        prove(browser)
        press(browser, "las")
        assert closures(portal) == ["locked"]
        for reader in (elsewhere, browser, portal.logged_in()):
            for path in (MY_PAGE, PAGE, "/sv/mig/veckan/", "/sv/mig/ombud"):
                answer = reader.get(path)
                assert answer.status_code == 403
                assert_is_a_page(answer.text)
                assert "Inloggningen är låst" in answer.text
                assert "Birgitta" not in answer.text

    def test_shuts_what_they_read_for_others(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        theirs = page_of(portal, browser, mandate)
        assert portal.house.seals is not None
        portal.house.seals.lock(number("anders"), portal.clock())
        answer = browser.get(theirs)
        assert answer.status_code == 403
        assert not {marker for marker in markers("birgitta") if marker in answer.text}

    def test_leaves_an_ombud_what_they_were_given(self, portal: Portal) -> None:
        mandate = granted(portal)
        assert portal.house.seals is not None
        portal.house.seals.lock(number("birgitta"), portal.clock())
        browser = portal.logged_in("anders")
        assert browser.get(page_of(portal, browser, mandate)).status_code == 200

    def test_is_undone_by_those_who_answer_for_the_service(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert portal.house.seals is not None
        portal.house.seals.lock(number("birgitta"), portal.clock())
        browser = portal.logged_in()
        monkeypatch.setenv("PORTAL_DATABASE_URL", portal.settings.database_url)
        monkeypatch.setenv("PORTAL_SECRET", portal.settings.secret.get_secret_value())
        runner = CliRunner()
        wrong = runner.invoke(main, ["unlock"], input=f"{number('sara').value}\n")
        assert wrong.exit_code == 1
        done = runner.invoke(main, ["unlock"], input=f"{number('birgitta').value}\n")
        assert (done.exit_code, number("birgitta").value in done.output) == (0, False)
        assert closures(portal) == ["unlocked"]
        assert browser.get(MY_PAGE).status_code == 200
        again = runner.invoke(main, ["unlock"], input=f"{number('birgitta').value}\n")
        assert again.exit_code == 1
        assert runner.invoke(main, ["unlock"], input="hej\n").exit_code == 2
