"""Who can see: what one has given, sealing it and locking the login, at once and everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from sandbox.faults import TARGETS
from stodtjanster.model import PersonId
from tests.markup import assert_is_a_page
from tests.rendering import words
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
from tests.service.test_portal_faults import PATIENT
from tests.service.test_portal_people import markers, told_of

PAGE = "/sv/mig/delning"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20, hard_seconds=20) as running:
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
    def test_names_whom_one_has_given_access(self, portal: Portal) -> None:
        granted(portal, grantee_name="Anders Lindqvist")
        page = portal.logged_in().get(PAGE)
        assert page.status_code == 200
        assert_is_a_page(page.text)
        assert "Anders Lindqvist" in page.text
        assert "tider, planer och kontakter" in page.text

    def test_is_nobody_elses(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        theirs = f"{page_of(portal, browser, mandate)}delning"
        for path in (theirs, f"{theirs}/", f"{theirs}/del/consents", f"{theirs}/del/blocks"):
            assert_refused_page(browser, path)


SILENCE = {
    "sparr": ("Du har inga spärrar", "Vi vet inte: Spärrtjänsten svarade inte."),
    "samtycke": ("Ingen har ditt samtycke", "Vi vet inte: Region Nordmark svarade inte."),
}


class TestConsentsAndBlocks:
    def test_are_told_as_they_are(self, portal: Portal) -> None:
        page = portal.logged_in().get(PAGE).text
        assert_is_a_page(page)
        said = words(page)
        assert "Hemsjukvård Sjövik, Sjöviks kommun" in said
        assert "Du sa ja" in said
        assert "ingen kunde fråga dig" in said
        assert "Inre spärr Andra mottagningar hos Region Nordmark" in said
        assert "Alla vi frågade har svarat" in said
        assert "FÅR EJ VISAS" not in page

    def test_say_for_whom_a_block_is_lifted_and_until_when(self, portal: Portal) -> None:
        said = words(portal.logged_in("sara").get(PAGE).text)
        assert "Yttre spärr" in said
        assert "Öppen för Björkbackens vårdcentral till och med" in said
        assert "Ingen har ditt samtycke, enligt dem som svarade." in said

    def test_of_nobody_are_none_when_all_have_answered(self, portal: Portal) -> None:
        said = words(portal.logged_in("tom").get(PAGE).text)
        assert all(none in said for none, _ in SILENCE.values())

    @pytest.mark.parametrize("target", SILENCE)
    def test_a_silent_register_is_never_an_empty_one(
        self, portal: Portal, sandbox: Sandbox, target: str
    ) -> None:
        browser = portal.logged_in("tom")
        sandbox.fault(target, "http500")
        said = words(browser.get(PAGE).text)
        none, unknown = SILENCE[target]
        assert none not in said
        assert unknown in said
        (other,) = SILENCE.keys() - {target}
        assert SILENCE[other][0] in said

    def test_what_one_can_close_waits_for_nobody(self, portal: Portal, sandbox: Sandbox) -> None:
        browser = portal.logged_in()
        sandbox.fault("plattformen", "http500")
        page = browser.get(PAGE).text
        assert page.index(f'action="{PAGE}/legitimera"') < page.index('id="consents"')

    def test_are_logged_before_they_are_shown(self, portal: Portal) -> None:
        browser = portal.logged_in()
        browser.get(PAGE)
        event = portal.events("Disclosure")[-1]
        assert event.information == ("block", "consent")
        assert event.subject == number("birgitta")
        log = browser.get("/sv/mig/lasningar/").text.lower()
        assert "spärrar" in log
        assert "samtycken" in log

    def test_are_one_part_at_a_time_on_request(self, portal: Portal) -> None:
        browser = portal.logged_in()
        for slot, said in (("consents", "Hemsjukvård Sjövik"), ("blocks", "Inre spärr")):
            part = browser.get(f"{PAGE}/del/{slot}")
            assert part.status_code == 200
            assert_is_a_page(part.text)
            assert said in part.text

    def test_are_not_fetched_for_who_has_sealed(self, portal: Portal) -> None:
        assert portal.house.seals is not None
        portal.house.seals.seal(number("birgitta"), portal.clock())
        browser = portal.logged_in()
        portal.sandbox.clear()
        said = words(browser.get(PAGE).text)
        assert "Därför visar vi inte samtycken och spärrar här." in said
        assert portal.sandbox.calls() == []

    def test_are_not_for_those_who_are_too_young(self, portal: Portal) -> None:
        portal.sandbox.clear()
        page = portal.logged_in("elias").get(PAGE)
        assert page.status_code == 200
        assert_is_a_page(page.text)


def assert_refused_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Sidan kan inte visas" in answer.text


BROKEN = [
    (target, kind)
    for target in SILENCE
    for kind in TARGETS[target]
    # No rows is an answer, and what never comes is waited for in `e2e/test_sharing`.
    if kind not in ("empty", "hang", "drip")
]


@pytest.fixture(scope="module")
def standing(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for many faults: its breakers never open."""
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | PATIENT for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    changes = {"sources": sources, "register_seconds": 20, "hard_seconds": 20}
    with running_portal(sandbox, state, **changes) as running:
        yield running


@pytest.mark.parametrize(("target", "kind"), BROKEN)
def test_however_a_register_is_broken_nothing_is_said_to_be_nothing(
    standing: Portal, sandbox: Sandbox, target: str, kind: str
) -> None:
    """Of somebody of whom there is nothing."""
    sandbox.fault(target, kind, seconds=0.05)
    page = standing.logged_in("tom").get(PAGE)
    assert page.status_code == 200
    assert_is_a_page(page.text)
    said = words(page.text)
    none = SILENCE[target][0]
    assert (none in said) is (kind == "slow")
    assert ("Vi vet inte" in said) is (kind != "slow")
    assert ("Alla vi frågade har svarat" in said) is (kind == "slow")
    assert "FÅR EJ VISAS" not in page.text
    assert "Felet ligger hos oss" not in said


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
