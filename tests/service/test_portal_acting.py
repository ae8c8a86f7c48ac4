"""Pages about somebody else: opened by a grant while it holds, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from portal.acting import handle_of, ties
from stodtjanster.grants import Mandate, Party
from stodtjanster.model import HsaId, PersonId
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal
from tests.service.test_portal_people import markers, told_of

DAY = timedelta(days=1)


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20) as running:
        yield running


def number(key: str) -> PersonId:
    return PersonId.parse(told_of(key)["person_id"])


def granted(
    portal: Portal, grantor: str = "birgitta", grantee: str = "anders", **changes
) -> Mandate:
    """An accepted grant, as it stands in the store."""
    now = portal.clock()
    said = {
        "id": uuid4(),
        "grantor": number(grantor),
        "grantee": number(grantee),
        "grantor_name": "Birgitta Lindqvist",
        "grantee_name": "Anders Lindqvist",
        "surname": "Lindqvist",
        "scopes": frozenset({"booking", "plan", "contact"}),
        "valid_from": now - DAY,
        "valid_to": now + 90 * DAY,
        "written": now - DAY,
        "offered": now - DAY,
        "accepted": now - DAY,
    }
    mandate = Mandate(**(said | changes))
    assert portal.house.grants is not None
    portal.house.grants.add(mandate)
    return mandate


def handle(portal: Portal, browser: Browser, mandate: Mandate) -> str:
    session = portal.house.sessions.load(browser.cookie() or "", portal.clock())
    assert session is not None
    found = (tie for tie in ties(portal.house, session, "sv") if tie.key == str(mandate.id))
    return handle_of(session, next(found))


def page_of(portal: Portal, browser: Browser, mandate: Mandate) -> str:
    return f"/sv/for/{handle(portal, browser, mandate)}/"


def assert_refused(portal: Portal, browser: Browser, path: str) -> None:
    """The same words as for an address that nobody has; noted, and nothing opened."""
    opened, noted = len(portal.events("Disclosure")), len(portal.events("SecurityEvent"))
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.text == browser.get("/sv/for/xyz/").text
    assert len(portal.events("SecurityEvent")) == noted + 2
    assert len(portal.events("Disclosure")) == opened


class TestAnOmbud:
    def test_sees_what_was_granted_under_the_name_of_who_gave_it(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        answer = browser.get(page_of(portal, browser, mandate))
        assert answer.status_code == 200
        assert_is_a_page(answer.text)
        assert "Du ser uppgifter för Birgitta Lindqvist." in answer.text
        assert "Du är ombud till och med" in answer.text
        assert "Du ser tider, planer och kontakter." in answer.text
        assert "Återbesök efter operation" in answer.text
        assert "Blodtryckskontroll" not in answer.text, "nothing of his own"

    def test_own_pages_are_as_before(self, portal: Portal) -> None:
        granted(portal)
        page = portal.logged_in("anders").get(MY_PAGE).text
        assert "Du ser uppgifter för" not in page
        assert "Blodtryckskontroll" in page
        assert not {marker for marker in markers("birgitta") if marker in page}

    def test_is_logged_as_ombud_for_her(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        browser.get(page_of(portal, browser, mandate))
        opened = [e for e in portal.events("Disclosure") if e.subject == number("birgitta")]
        assert {(e.actor, e.actor_kind, e.ground) for e in opened} == {
            (number("anders"), "ombud", "OMBUD")
        }

    def test_sees_only_the_scopes(self, portal: Portal) -> None:
        mandate = granted(portal, scopes=frozenset({"contact"}))
        browser = portal.logged_in("anders")
        page = browser.get(page_of(portal, browser, mandate)).text
        assert "Lena Ek" in page
        assert "Återbesök efter operation" not in page
        assert "Såromläggning" not in page
        opened = [e for e in portal.events("Disclosure") if e.subject == number("birgitta")]
        assert {kind for event in opened for kind in event.information} == {
            "care_manager",
            "listing",
        }

    def test_sees_only_the_providers(self, portal: Portal) -> None:
        mandate = granted(portal, providers=frozenset({HsaId.parse("TSTNMT2321000156-RNVG")}))
        browser = portal.logged_in("anders")
        page = browser.get(page_of(portal, browser, mandate)).text
        assert "Återbesök efter operation" in page
        assert "Utprovning av läshjälpmedel" not in page, "another region's"
        assert "Såromläggning" not in page, "the municipality's"

    def test_an_open_page_asks_anew_at_midnight_or_when_the_grant_ends(
        self, portal: Portal
    ) -> None:
        portal.clock.pin()
        long, short = granted(portal), granted(portal, valid_to=portal.clock() + timedelta(hours=1))
        browser = portal.logged_in("anders")
        at_midnight = int(browser.get(page_of(portal, browser, long)).headers["refresh"])
        assert 0 < at_midnight <= 24 * 3600
        at_end = int(browser.get(page_of(portal, browser, short)).headers["refresh"])
        assert at_end == min(3600, at_midnight)
        assert "refresh" not in browser.get(MY_PAGE).headers


class TestNothingElseOpens:
    @pytest.mark.parametrize(
        "change",
        [
            {"accepted": None},
            {"valid_from": DAY, "valid_to": 2 * DAY},
            {"valid_from": -2 * DAY, "valid_to": -DAY},
        ],
        ids=["not accepted", "not begun", "over"],
    )
    def test_a_grant_that_is_not_in_force(self, portal: Portal, change: dict) -> None:
        now = portal.clock()
        moved = {k: v if v is None else now + v for k, v in change.items()}
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        path = page_of(portal, browser, mandate)
        assert portal.house.grants is not None
        assert portal.house.grants.change(replace(mandate, **moved))
        assert_refused(portal, browser, path)

    def test_a_revoked_grant_at_the_next_request(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        path = page_of(portal, browser, mandate)
        assert browser.get(path).status_code == 200
        assert portal.house.grants is not None
        assert portal.house.grants.change(mandate.end(Party.GRANTOR, portal.clock()))
        assert_refused(portal, browser, path)

    def test_a_handle_of_another_login(self, portal: Portal) -> None:
        mandate = granted(portal)
        path = page_of(portal, portal.logged_in("anders"), mandate)
        again = portal.logged_in("anders")
        assert_refused(portal, again, path)
        assert_refused(portal, portal.logged_in("sara"), path)

    @pytest.mark.parametrize("grantor", ["skyddad", "tuva", "svea"])
    def test_whom_the_rules_protect(self, portal: Portal, grantor: str) -> None:
        """Protected identity, a minor, the dead: whatever has been granted."""
        mandate = granted(portal, grantor=grantor)
        browser = portal.logged_in("anders")
        assert_refused(portal, browser, page_of(portal, browser, mandate))

    def test_a_register_that_does_not_answer(self, portal: Portal) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        portal.sandbox.fault("plattformen", "http500")
        assert browser.get(page_of(portal, browser, mandate)).status_code == 404

    @pytest.mark.parametrize("path", ["finns-inte", "handelse/" + "0" * 24 + "/x", "del/xyz"])
    def test_an_unknown_page_keeps_the_banner(self, portal: Portal, path: str) -> None:
        mandate = granted(portal)
        browser = portal.logged_in("anders")
        answer = browser.get(page_of(portal, browser, mandate) + path)
        assert answer.status_code == 404
        assert "Du ser uppgifter för Birgitta Lindqvist." in answer.text


def test_two_tabs_for_two_persons_never_mix(portal: Portal) -> None:
    hers, saras = granted(portal), granted(portal, grantor="sara")
    browser = portal.logged_in("anders")
    for mandate, other in ((hers, "sara"), (saras, "birgitta"), (hers, "sara")):
        page = browser.get(page_of(portal, browser, mandate)).text
        assert not {marker for marker in markers(other) if marker in page}
    assert handle(portal, browser, hers) != handle(portal, browser, saras)


def test_what_an_ombud_does_is_signed_by_the_ombud(portal: Portal) -> None:
    """The Actor header of crm:scheduling, and both persons in the log before it is sent."""
    mandate = granted(portal)
    browser = portal.logged_in("anders")
    overview = browser.get(page_of(portal, browser, mandate)).text
    cancel = re.search(r'href="(/sv/for/[^"]+/avboka)"', overview)
    assert cancel is not None
    assert "Avboka Birgittas tid" in overview
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', browser.get(cancel[1]).text))
    assert browser.post(cancel[1], form).status_code == 303
    (sent,) = (r for r in portal.sandbox.requests("plattformen") if "/CancelBooking/" in r["path"])
    portal.sandbox.panel.delete("/api/bookings").raise_for_status()
    assert "subject_of_care_agent" in sent["body"]
    assert number("anders").value in sent["body"]
    (act,) = portal.events("Act")
    assert (act.actor, act.subject, act.actor_kind) == (
        number("anders"),
        number("birgitta"),
        "ombud",
    )
