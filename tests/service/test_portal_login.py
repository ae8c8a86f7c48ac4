"""Logging in to the portal, as those do it who should not get in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from portal.sessions import LoginAttempts
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    CALLBACK,
    LOGIN,
    MY_PAGE,
    SESSION,
    Browser,
    Portal,
    running_portal,
)

BIRGITTA = "190001019801"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running
    sandbox.clear()
    httpx.put(f"{sandbox.info['oidc']['issuer']}/_test/next", json={}).raise_for_status()


def wrong_next_time(portal: Portal, **vices: object) -> None:
    issuer = portal.sandbox.info["oidc"]["issuer"]
    answer = httpx.put(f"{issuer}/_test/next", json=vices)
    assert answer.status_code == 204, answer.text


def assert_refused(portal: Portal, browser: Browser, answer: httpx.Response) -> None:
    """A plain page, no session, nothing asked anywhere."""
    assert answer.status_code == 403
    assert "Du är inte inloggad" in answer.text
    assert "Inga uppgifter har visats." in answer.text
    assert browser.cookie() is None
    assert browser.get(MY_PAGE).status_code == 302
    assert portal.events("Login", "Disclosure") == []
    assert calls_about_care(portal) == []


def calls_about_care(portal: Portal) -> list[dict[str, str]]:
    return [call for call in portal.sandbox.calls() if call["target"] != "bankid"]


def last_reason(portal: Portal) -> tuple[str, str | None]:
    event = portal.audit()[-1]
    return event.event.value, event.detail


class TestTheWayIn:
    def test_a_resident_logs_in_and_comes_to_the_overview(self, portal: Portal) -> None:
        browser = portal.browser()
        start = browser.get("/")
        assert start.headers["location"] == "/sv/"
        page = browser.get("/sv/")
        assert page.status_code == 200
        assert 'href="/sv/logga-in/test?till=/sv/mig/"' in page.text
        answer = browser.come_back("birgitta")
        assert (answer.status_code, answer.headers["location"]) == (302, MY_PAGE)
        page = browser.get(MY_PAGE)
        assert page.status_code == 200
        assert "Birgitta Lindqvist" in page.text
        assert browser.get("/sv/").headers["location"] == MY_PAGE

    def test_the_session_cookie_is_for_this_host_and_this_browser_only(
        self, portal: Portal
    ) -> None:
        browser = portal.browser()
        answer = browser.come_back("birgitta")
        session, login = sorted(
            answer.headers.get_list("set-cookie"), key=lambda c: c.startswith(LOGIN)
        )
        assert session.startswith(f"{SESSION}=")
        parts = {part.strip() for part in session.split(";")[1:]}
        assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
        assert login.startswith(f"{LOGIN}=;")

    def test_the_login_cookie_says_nothing(self, portal: Portal) -> None:
        browser = portal.browser()
        page = browser.begin()
        state = parse_qs(urlsplit(page).query)
        assert "state" not in state
        assert len(browser.cookie(LOGIN) or "") == 43

    def test_with_a_coordination_number(self, portal: Portal) -> None:
        browser = portal.logged_in("samira")
        assert "Samira Haddad" in browser.get(MY_PAGE).text

    def test_with_the_first_language_of_the_browser(self, portal: Portal) -> None:
        browser = portal.browser()
        english = browser.get("/", **{"Accept-Language": "en-GB,sv;q=0.5"})
        assert english.headers["location"] == "/en/"
        assert browser.get("/", **{"Accept-Language": "tlh"}).headers["location"] == "/sv/"

    def test_an_unknown_provider_is_no_page(self, portal: Portal) -> None:
        answer = portal.browser().get("/sv/logga-in/nagon-annan")
        assert answer.status_code == 404
        assert "Sidan kan inte visas" in answer.text


class TestSessionFixation:
    def test_a_planted_session_is_not_adopted(self, portal: Portal) -> None:
        planted = "A" * 43
        browser = portal.browser()
        browser.plant(SESSION, planted)
        assert browser.get(MY_PAGE).status_code == 401
        browser.log_in()
        assert browser.cookie() != planted
        other = portal.browser()
        other.plant(SESSION, planted)
        assert other.get(MY_PAGE).status_code == 401

    def test_an_attackers_own_session_does_not_become_the_victims(self, portal: Portal) -> None:
        attacker = portal.logged_in("elias")
        planted = attacker.cookie()
        assert planted is not None
        victim = portal.browser()
        victim.plant(SESSION, planted)
        victim.log_in("birgitta")
        assert victim.cookie() not in (None, planted)
        assert "Birgitta" not in attacker.get(MY_PAGE).text
        assert attacker.get(MY_PAGE).status_code == 401, "the old session ends with the new login"

    def test_every_login_gets_an_id_of_its_own(self, portal: Portal) -> None:
        browser = portal.browser()
        browser.log_in()
        first = browser.cookie()
        browser.log_in()
        second = browser.cookie()
        assert first != second
        assert first is not None
        stale = portal.browser()
        stale.plant(SESSION, first)
        assert stale.get(MY_PAGE).status_code == 401


class TestLimits:
    def test_a_session_that_is_not_used_ends(self, portal: Portal) -> None:
        browser = portal.logged_in()
        portal.clock.forward(minutes=29)
        assert browser.get(MY_PAGE).status_code == 200
        portal.clock.forward(minutes=29)
        assert browser.get(MY_PAGE).status_code == 200
        portal.clock.forward(minutes=30)
        answer = browser.get(MY_PAGE)
        assert answer.status_code == 401
        assert "Du har blivit utloggad" in answer.text
        assert "Birgitta" not in answer.text

    def test_a_session_ends_however_much_it_is_used(self, portal: Portal) -> None:
        browser = portal.logged_in("tom")
        for _ in range(23):
            portal.clock.forward(minutes=20)
            assert browser.get(MY_PAGE).status_code == 200
        portal.clock.forward(minutes=21)
        assert browser.get(MY_PAGE).status_code == 401

    def test_a_login_that_takes_too_long_begins_anew(self, portal: Portal) -> None:
        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        portal.clock.forward(minutes=11)
        answer = browser.get(back)
        assert "Det tog för lång tid att logga in." in answer.text
        assert_refused(portal, browser, answer)
        assert last_reason(portal) == ("LoginRefused", "too-late")

    def test_what_is_remembered_of_logins_has_an_end(self, portal: Portal) -> None:
        few = LoginAttempts(portal.house.store.logins, keep=3)
        portal.change(attempts=few)
        browsers = [portal.browser() for _ in range(5)]
        pages = [browser.begin() for browser in browsers]
        oldest = browsers[0].choose(pages[0], person="birgitta")
        assert browsers[0].get(oldest).status_code == 403
        newest = browsers[-1].choose(pages[-1], person="birgitta")
        assert browsers[-1].get(newest).status_code == 302


class TestTheCallback:
    def test_without_the_browser_that_began(self, portal: Portal) -> None:
        """Login CSRF: the attacker's own finished login is put into a victim's browser."""
        attacker, victim = portal.browser(), portal.browser()
        back = attacker.choose(attacker.begin(), person="elias")
        assert_refused(portal, victim, victim.get(back))
        assert last_reason(portal) == ("SecurityEvent", "unknown-login")

    def test_with_a_foreign_state(self, portal: Portal) -> None:
        attacker, victim = portal.browser(), portal.browser()
        back = attacker.choose(attacker.begin(), person="elias")
        victim.begin()
        assert_refused(portal, victim, victim.get(back))
        assert last_reason(portal) == ("SecurityEvent", "unknown-login")

    def test_twice(self, portal: Portal) -> None:
        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        kept = browser.cookie(LOGIN)
        assert kept is not None
        assert browser.get(back).status_code == 302
        thief = portal.browser()
        thief.plant(LOGIN, kept)
        again = thief.get(back)
        assert again.status_code == 403
        assert thief.cookie() is None
        assert last_reason(portal) == ("SecurityEvent", "unknown-login")

    def test_with_a_used_code_in_a_new_login(self, portal: Portal) -> None:
        first, second = portal.browser(), portal.browser()
        used = parse_qs(urlsplit(first.choose(first.begin(), person="elias")).query)
        own = parse_qs(urlsplit(second.choose(second.begin(), person="birgitta")).query)
        mixed = {"code": used["code"][0], "state": own["state"][0], "iss": own["iss"][0]}
        answer = second.get(f"{CALLBACK}?{urlencode(mixed)}")
        assert_refused(portal, second, answer)
        assert last_reason(portal) == ("SecurityEvent", "provider-refused")

    @pytest.mark.parametrize(
        ("vices", "reason"),
        [
            ({"nonce": "en-annans"}, "wrong-nonce"),
            ({"nonce": None}, "malformed"),
            ({"iss": "https://nagon.example"}, "wrong-issuer"),
            ({"aud": "en-annan"}, "wrong-audience"),
            ({"foreign_key": True}, "bad-signature"),
            ({"alg": "none"}, "bad-signature"),
            ({"alg": "HS256"}, "bad-signature"),
            ({"auth_time": 1}, "stale-login"),
            ({"userinfo_unsigned": True}, "bad-signature"),
            ({"wrong_sub": True}, "wrong-subject"),
            ({"both_numbers": True}, "bad-number"),
            ({"response": {"iss": None}}, "wrong-issuer"),
            ({"response": {"iss": "https://nagon.example"}}, "wrong-issuer"),
            ({"response": {"state": "en-annans"}}, "unknown-login"),
            ({"response": {"code": None}}, "malformed"),
        ],
    )
    def test_that_lies(self, portal: Portal, vices: dict[str, object], reason: str) -> None:
        browser = portal.browser()
        wrong_next_time(portal, **vices)
        answer = browser.come_back("birgitta")
        assert_refused(portal, browser, answer)
        assert last_reason(portal)[0] == "SecurityEvent"
        if vices != {"nonce": None}:
            assert last_reason(portal)[1] == reason
        assert BIRGITTA not in answer.text

    @pytest.mark.parametrize("level", ["loa2", "loa1", "uncertified-loa3", "LOA3", "loa3 "])
    def test_with_too_low_a_level(self, portal: Portal, level: str) -> None:
        browser = portal.browser()
        wrong_next_time(portal, acr=f"http://id.elegnamnden.se/loa/1.0/{level}")
        answer = browser.come_back("birgitta")
        assert_refused(portal, browser, answer)
        assert last_reason(portal) == ("LoginRefused", "level-too-low")
        assert "e-legitimation på en högre nivå" in answer.text

    def test_that_the_provider_ends_for_too_low_a_level(self, portal: Portal) -> None:
        browser = portal.browser()
        assert_refused(portal, browser, browser.come_back("birgitta", low="1"))
        assert last_reason(portal) == ("LoginRefused", "level-too-low")

    def test_that_was_cancelled(self, portal: Portal) -> None:
        browser = portal.browser()
        answer = browser.come_back("birgitta", cancel="1")
        assert_refused(portal, browser, answer)
        assert "Du avbröt inloggningen." in answer.text
        assert last_reason(portal) == ("LoginRefused", "cancelled")

    def test_with_every_parameter_twice(self, portal: Portal) -> None:
        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        assert_refused(portal, browser, browser.get(f"{back}&{urlsplit(back).query}"))

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?",
            "?code=x",
            "?state=",
            "?error=access_denied",
            "?" + "a" * 5000,
            "?code=%00&state=%ff",
        ],
    )
    def test_out_of_nowhere(self, portal: Portal, query: str) -> None:
        browser = portal.browser()
        assert_refused(portal, browser, browser.get(CALLBACK + query))

    @pytest.mark.parametrize("token", ["", "A" * 43, "../../etc/passwd", "x" * 4000])
    def test_with_a_made_up_login_cookie(self, portal: Portal, token: str) -> None:
        browser = portal.browser()
        browser.plant(LOGIN, token)
        assert_refused(portal, browser, browser.get(f"{CALLBACK}?code=a&state=b"))

    def test_refused_says_nothing_of_why_to_the_log_of_operation(self, portal: Portal) -> None:
        browser = portal.browser()
        wrong_next_time(portal, nonce="en-annans")
        browser.come_back("birgitta")
        assert BIRGITTA not in portal.log.getvalue()
        assert "en-annans" not in portal.log.getvalue()


class TestTheProviderIsIll:
    @pytest.mark.parametrize("kind", ["http500", "refuse", "garbage", "truncated", "empty", "deep"])
    def test_before_the_login(self, portal: Portal, kind: str) -> None:
        portal.sandbox.fault("bankid", kind)
        browser = portal.browser()
        answer = browser.get("/sv/logga-in/test")
        assert_refused(portal, browser, answer)
        assert last_reason(portal)[0] in ("LoginRefused", "SecurityEvent")

    @pytest.mark.parametrize("kind", ["http500", "refuse", "garbage", "truncated", "empty"])
    def test_in_the_middle_of_it(self, portal: Portal, kind: str) -> None:
        browser = portal.browser()
        back = browser.choose(browser.begin(), person="birgitta")
        portal.sandbox.fault("bankid", kind)
        assert_refused(portal, browser, browser.get(back))

    def test_does_not_hinder_a_new_try(self, portal: Portal) -> None:
        portal.sandbox.fault("bankid", "http500", times=1)
        browser = portal.browser()
        assert browser.get("/sv/logga-in/test").status_code == 403
        assert browser.log_in() == MY_PAGE


# What a browser, or a proxy that decodes, reads as another place (ASVS 3.7.2).
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/sv/mig/%0d%0aSet-Cookie:%20a=b",
    "/sv/mig/\r\nSet-Cookie: a=b",
    "/\t/evil.example",
    "/ /evil.example",
    "/\u2028/evil.example",
    "https://localhost:8443@evil.example/",
    "http://localhost:8443.evil.example/",
    "/" + "a" * 2000,
]


class TestOpenRedirects:
    @pytest.mark.parametrize("till", ELSEWHERE)
    def test_nobody_is_sent_elsewhere(self, portal: Portal, till: str) -> None:
        browser = portal.browser()
        start = browser.client.get("/sv/", params={"till": till})
        assert start.status_code == 200
        assert "evil" not in start.text
        assert browser.log_in("tom", till=till) == MY_PAGE

    @pytest.mark.parametrize(
        "till", ["/sv/mig/", "/en/mig/", "/sv/mig/del/plans", "/sv/mig/?a=1&b=2#dag"]
    )
    def test_own_pages_are_reached(self, portal: Portal, till: str) -> None:
        browser = portal.browser()
        page = browser.client.get("/sv/", params={"till": till}).text
        link = page.partition('href="/sv/logga-in/test')[2].partition('"')[0]
        wanted = parse_qs(link.replace("&amp;", "&").removeprefix("?"))["till"]
        assert wanted == [till]
        assert browser.log_in("tom", till=till) == till

    def test_the_page_that_was_asked_for_is_remembered(self, portal: Portal) -> None:
        browser = portal.browser()
        answer = browser.get("/sv/mig/del/plans")
        assert answer.status_code == 302
        assert answer.headers["location"] == "/sv/?till=/sv/mig/del/plans"

    @pytest.mark.parametrize(
        "path",
        [
            "/sv/mig/%0d%0aSet-Cookie:%20a=b",
            "/sv/mig/%2f%2fevil.example",
            "/sv/mig/?x=//evil.example",
            "/sv/mig/%ff%fe",
            "//evil.example/sv/mig/",
            "/sv/mig//evil.example",
        ],
    )
    def test_asking_for_a_strange_page_leads_nowhere_else(self, portal: Portal, path: str) -> None:
        answer = portal.browser().client.get(f"https://localhost:8443{path}")
        assert answer.status_code in (302, 308, 404)
        target = answer.headers.get("location", "/")
        assert urlsplit(target).netloc in ("", "localhost:8443")
        assert not target.startswith("//")
        assert "a" not in answer.cookies
