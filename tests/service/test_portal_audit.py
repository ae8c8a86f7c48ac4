"""The log of who has read what, and the ordinary log that knows nothing of persons."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from portal.cli import main
from stodtjanster.audit import AuditEvent, AuditLog, AuditUnavailable
from stodtjanster.model import PersonId
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Portal, running_portal, until

BIRGITTA = "190001019801"
BEFORE = PersonId.parse("189912309805")
KINDS = {"agreement", "appointment", "care_manager", "care_plan", "care_service"}


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running


def of_care(portal: Portal) -> list[dict[str, Any]]:
    """The calls to all but the register, which is asked who somebody is before they are let in."""
    return [
        call for call in portal.sandbox.calls() if "GetPersonsForProfile" not in call["contract"]
    ]


class Watched:
    """An audit log that does something more after each commit."""

    def __init__(self, log: AuditLog, after: Callable[[AuditEvent], None]) -> None:
        self._log = log
        self._after = after

    def record(self, event: AuditEvent) -> str:
        reference = self._log.record(event)
        self._after(event)
        return reference


class Broken:
    """An audit log that cannot be written, for some kinds of event or for all."""

    def __init__(self, log: AuditLog, *kinds: str) -> None:
        self._log = log
        self._kinds = kinds

    def record(self, event: AuditEvent) -> str:
        if not self._kinds or event.event in self._kinds:
            raise AuditUnavailable("disk")
        return self._log.record(event)


def assert_plain_503(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert "Vi kan inte visa något just nu" in answer.text
    assert "Birgitta" not in answer.text
    assert "<ul" not in answer.text


class TestOrder:
    def test_the_disclosure_is_committed_before_any_source_is_asked(self, portal: Portal) -> None:
        asked_before: dict[str, int] = {}

        def look(event: AuditEvent) -> None:
            calls = portal.sandbox.calls() if event.event == "LookedUp" else of_care(portal)
            asked_before.setdefault(event.event.value, len(calls))

        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        portal.change(audit=Watched(portal.house.audit, look))
        browser.get(back)
        browser.get(MY_PAGE)
        assert asked_before["Login"] == 0
        assert asked_before["LookedUp"] == 0
        assert asked_before["Disclosure"] == 0
        assert asked_before["Shown"] > 0

    def test_each_page_has_a_disclosure_and_then_what_was_shown(self, portal: Portal) -> None:
        browser = portal.logged_in()
        browser.get(MY_PAGE)
        browser.get("/sv/mig/del/plans")
        events = [event.event.value for event in portal.audit()]
        looked_up = ["LookedUp"] * 2  # she has two numbers
        assert events == ["Login", *looked_up, "Disclosure", *(["Disclosure", "Shown"] * 2)]

    def test_a_page_that_the_reader_leaves_is_noted_all_the_same(self, portal: Portal) -> None:
        browser = portal.logged_in()
        portal.wait_for_landings()
        with browser.client.stream("GET", MY_PAGE) as answer:
            next(answer.iter_bytes())
        until(lambda: bool(portal.events("Shown")), "the note of what was shown")
        shown = portal.events("Shown")[0]
        assert shown.reference == portal.events("Disclosure")[-1].reference


class TestContents:
    def test_who_whose_what_from_where_on_what_ground(self, portal: Portal) -> None:
        browser = portal.logged_in()
        portal.wait_for_landings()
        portal.clock.pin()
        browser.get(MY_PAGE)
        login, number, numbers, prefetch, disclosure, shown = portal.audit()
        assert login.actor is not None
        assert login.actor.value == BIRGITTA
        assert prefetch.detail == "prefetch"
        assert (number.others, numbers.others) == ((), (BEFORE,))
        assert prefetch.others == disclosure.others == shown.others == (BEFORE,)
        assert numbers.information == ("person_record",)
        assert numbers.sources == ("ntjp-persons",)
        for event in (number, numbers, prefetch, disclosure, shown):
            assert event.actor is not None
            assert event.subject is not None
            assert (event.actor.value, event.subject.value) == (BIRGITTA, BIRGITTA)
            assert (event.actor_kind, event.loa) == ("citizen", "loa3")
            assert (event.ground, event.purpose) == ("SELF", "Vård och behandling")
            assert event.law is not None
            assert "5 kap. 5 §" in event.law
            assert event.session == login.session
        for event in (prefetch, disclosure, shown):
            assert set(event.information) >= KINDS
            assert "sjovik" in event.sources
        assert disclosure.at == portal.clock()
        assert disclosure.systems == ()
        assert any("sjovik" in system for system in shown.systems)
        assert shown.reference == disclosure.reference != prefetch.reference

    def test_a_source_that_gave_nothing_is_not_said_to_have_been_shown(
        self, portal: Portal
    ) -> None:
        portal.sandbox.fault("sjovik", "http500")
        browser = portal.logged_in()
        browser.get(MY_PAGE)
        assert "sjovik" in portal.events("Disclosure")[-1].sources
        shown = portal.events("Shown")[-1]
        assert "sjovik" not in shown.sources
        assert not any("sjovik" in system for system in shown.systems)

    def test_nothing_of_what_was_read(self, portal: Portal) -> None:
        browser = portal.logged_in()
        browser.get(MY_PAGE)
        with portal.house.store._database.reading() as connection:
            bodies = connection.exec_driver_sql("SELECT group_concat(body) FROM audit").scalar()
        said = bodies.decode() if isinstance(bodies, bytes) else str(bodies)
        assert BIRGITTA in said
        for clinical in ("höft", "Hemtjänst", "Såromläggning", "Ortoped", "Erik Holm", "Birgitta"):
            assert clinical not in said

    def test_a_refused_reader_is_noted_and_nothing_is_asked(self, portal: Portal) -> None:
        browser = portal.logged_in("tuva")
        browser.get(MY_PAGE)
        assert [event.event.value for event in portal.audit()] == ["Login", "Refused", "Refused"]
        refused = portal.audit()[-1]
        assert refused.ground == "CHILD_13_15_NO_ACCESS"
        assert portal.sandbox.calls() == []


class TestWithoutALog:
    @pytest.mark.parametrize("kind", ["Login", "LookedUp", "Disclosure"])
    def test_nobody_gets_in_and_nothing_is_asked(self, portal: Portal, kind: str) -> None:
        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        portal.change(audit=Broken(portal.house.audit, kind))
        assert_plain_503(browser.get(back))
        assert browser.cookie() is None
        assert of_care(portal) == []
        assert (portal.sandbox.calls() == []) is (kind != "Disclosure")

    @pytest.mark.parametrize("path", [MY_PAGE, "/sv/mig/del/plans", "/en/mig/"])
    def test_nothing_is_asked_and_nothing_shown(self, portal: Portal, path: str) -> None:
        browser = portal.logged_in()
        portal.wait_for_landings()
        portal.sandbox.clear()
        portal.clock.forward(minutes=20)  # the shelf is stale: a page would have to ask
        portal.change(audit=Broken(portal.house.audit))
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "Hemtjänst" not in answer.text
        assert portal.sandbox.calls() == []

    def test_what_lies_on_the_shelf_is_not_shown_either(self, portal: Portal) -> None:
        browser = portal.logged_in()
        browser.get(MY_PAGE)
        portal.change(audit=Broken(portal.house.audit))
        assert_plain_503(browser.get(MY_PAGE))

    def test_a_note_that_fails_at_the_end_spoils_no_page(self, portal: Portal) -> None:
        portal.change(audit=Broken(portal.house.audit, "Shown"))
        browser = portal.logged_in()
        answer = browser.get(MY_PAGE)
        assert answer.status_code == 200
        assert answer.text.rstrip().endswith("</html>")
        assert browser.get("/sv/mig/del/plans").status_code == 200
        assert "what was shown is not recorded" in portal.log.getvalue()

    def test_an_attack_is_answered_as_ever(self, portal: Portal) -> None:
        portal.change(audit=Broken(portal.house.audit, "SecurityEvent"))
        assert portal.logged_in().get("/sv/for/k7q2/").status_code == 404
        assert "event not recorded" in portal.log.getvalue()


class TestWithoutAStore:
    @pytest.fixture
    def down(self, portal: Portal) -> Iterator[Portal]:
        """The database file cannot be read any more."""
        self.browser = portal.logged_in()
        self.back = portal.browser()
        self.callback = self.back.choose(self.back.begin(), person="elias")
        portal.wait_for_landings()
        portal.sandbox.clear()
        portal.house.store.close()
        database = Path(portal.settings.database_url.removeprefix("sqlite:///"))
        parked = database.rename(database.with_suffix(".parked"))
        database.mkdir()
        yield portal
        database.rmdir()
        parked.rename(database)

    def test_every_page_about_a_person_is_a_plain_503(self, down: Portal) -> None:
        for path in (MY_PAGE, "/sv/mig/del/plans", "/sv/"):
            assert_plain_503(self.browser.get(path))
        assert_plain_503(self.back.get(self.callback))
        assert self.back.cookie() is None
        assert down.sandbox.calls() == []

    def test_it_is_alive_but_not_ready(self, down: Portal) -> None:
        assert self.browser.get("/drift/lever").status_code == 200
        assert self.browser.get("/drift/redo").status_code == 503

    def test_the_log_of_operation_says_so_without_the_address_asked_for(self, down: Portal) -> None:
        self.browser.get("/sv/mig/del/plans?hemligt=1")
        assert any("StoreUnavailable" in json.dumps(line) for line in down.operations())
        assert "hemligt" not in down.log.getvalue()


class TestVerify:
    @pytest.fixture
    def verify(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[..., tuple[int, str]]:
        monkeypatch.setenv("PORTAL_DATABASE_URL", portal.settings.database_url)

        def run(*more: str) -> tuple[int, str]:
            said = CliRunner().invoke(main, ["audit", "verify", *more])
            return said.exit_code, said.output

        return run

    def test_a_whole_chain(self, portal: Portal, verify: Callable[..., tuple[int, str]]) -> None:
        portal.logged_in().get(MY_PAGE)
        code, said = verify()
        assert code == 0
        assert said.startswith(f"ok: {len(portal.audit())} entries, head ")

    @pytest.mark.parametrize(
        "forgery",
        [
            "UPDATE audit SET body = replace(body, 'SELF', 'SELV') WHERE seq = 2",
            "UPDATE audit SET actor = '199001012385' WHERE seq = 2",
            "UPDATE audit SET subject = NULL WHERE seq = 2",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit WHERE seq > 2",
            "DELETE FROM audit",
        ],
    )
    def test_finds_what_was_forged(
        self, portal: Portal, verify: Callable[..., tuple[int, str]], forgery: str
    ) -> None:
        portal.logged_in().get(MY_PAGE)
        path = portal.settings.database_url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as forger:
            triggers = forger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                forger.execute(f"DROP TRIGGER {name}")
            assert forger.execute(forgery).rowcount > 0
        forger.close()
        code, said = verify()
        assert code == 1
        assert "broken at entry" in said
        assert BIRGITTA not in said

    def test_the_rows_cannot_be_changed_in_the_open(self, portal: Portal) -> None:
        portal.logged_in()
        path = portal.settings.database_url.removeprefix("sqlite:///")
        forger = sqlite3.connect(path)
        for forgery in ("UPDATE audit SET actor = NULL", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError):
                forger.execute(forgery)
        forger.close()


PERSONAL = re.compile(
    # A request's id is hexadecimal, and may hold twelve digits in a row.
    r"(?<![0-9a-f])\d{8}-?\d{4}(?![0-9a-f])|"
    r"Birgitta|Lindqvist|Sara Holm|Nyberg|Alm\b|höft|Hemtj|Ortoped|Björkback",
    re.IGNORECASE,
)


class TestTheOrdinaryLog:
    def test_knows_nothing_of_anybody(self, portal: Portal) -> None:
        """A good day, a bad day, and somebody who tries to write in the log."""
        for person in ("birgitta", "sara", "elias", "skyddad", "tuva"):
            browser = portal.logged_in(person)
            browser.get(f"{MY_PAGE}?pnr=190001019801&namn=Birgitta")
        for target, kind in (
            ("nordmark", "garbage"),
            ("sydkust", "wrong-person"),
            ("sjovik", "wrong-person"),
            ("plattformen", "deep"),
            ("sjovik", "bomb"),
        ):
            portal.sandbox.clear()
            portal.sandbox.fault(target, kind)
            portal.logged_in("birgitta").get(MY_PAGE)
        browser.get("/sv/for/190001019801/", **{"User-Agent": "190001019801\x1b[31m"})
        browser.get("/sv/mig/190001019801?q=Birgitta")
        browser.get("/logga-in/klar?code=190001019801&state=Birgitta")
        browser.log_out()
        said = portal.log.getvalue()
        assert portal.operations() != [], "the bad day must have been told of"
        assert not PERSONAL.search(said), PERSONAL.search(said)
        assert "?" not in said
        assert "\x1b" not in said

    def test_of_an_error_of_ours_only_the_place_is_told(self, portal: Portal) -> None:
        def fail(_situation: object) -> None:
            raise RuntimeError("190001019801 Birgitta")

        broken = portal.logged_in()
        portal.change(clock=lambda: fail(None))
        answer = broken.get(MY_PAGE)
        assert_plain_503(answer)
        assert "Felet ligger hos oss." in answer.text
        assert "skriva upp" not in answer.text
        assert "RuntimeError" in portal.log.getvalue()
        assert not PERSONAL.search(portal.log.getvalue())
