"""What every response carries, how one logs out, and what strange addresses get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from portal.security import YEAR
from stodtjanster.information import Appointment
from stodtjanster.model import ActorKind, Need
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    MY_PAGE,
    ORIGIN,
    SESSION,
    Browser,
    Portal,
    csrf_token,
    path_of,
    running_portal,
)
from views.kit.view import View

LOG_OUT = "/sv/logga-ut"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def standing(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal for tests that leave nothing behind."""
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as running:
        yield running


def directives(answer: httpx.Response) -> dict[str, list[str]]:
    policy = answer.headers["content-security-policy"]
    pairs = (directive.strip().split(" ") for directive in policy.split(";"))
    return {name: values for name, *values in pairs}


PAGES = ["/sv/", "/en/", "/sv/utloggad", "/finns/inte", "/sv/for/abc/", "/logga-in/klar", "/"]
OWN_PAGES = [MY_PAGE, "/en/mig/", "/sv/mig/del/plans", "/sv/mig/finns-inte"]


class TestHeaders:
    @pytest.mark.parametrize("path", [*PAGES, *OWN_PAGES, "/drift/lever", "/static/finns-inte.css"])
    def test_nothing_is_kept_and_nothing_runs(self, standing: Portal, path: str) -> None:
        browser = standing.logged_in("tom") if path in OWN_PAGES else standing.browser()
        answer = browser.get(path)
        assert answer.headers["cache-control"] == "no-store"
        policy = directives(answer)
        assert policy["default-src"] == ["'none'"]
        assert policy["base-uri"] == ["'none'"]
        assert policy["frame-ancestors"] == ["'none'"]
        assert "script-src" not in policy
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert policy["form-action"] == [
            "'self'",
            standing.sandbox.info["oidc"]["issuer"],
            standing.settings.staff_saml[0].site,
        ]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert f"max-age={YEAR}" in answer.headers["strict-transport-security"]

    def test_static_files_may_be_kept_for_good(self, standing: Portal) -> None:
        browser = standing.browser()
        page = browser.get("/sv/").text
        found = re.findall(r'(?:href|src)="(/static/[^"#]+)', page)
        assert any(".css" in path for path in found)
        for path in found:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["cache-control"] == f"public, max-age={YEAR}, immutable"
            assert "?v=" in path
            again = browser.get(path, **{"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304
            assert again.headers["cache-control"] == answer.headers["cache-control"]

    def test_no_cookie_is_set_for_those_who_only_look(self, standing: Portal) -> None:
        for path in PAGES:
            assert "set-cookie" not in standing.browser().get(path).headers

    @pytest.mark.parametrize("path", [*PAGES[:-1], *OWN_PAGES])
    def test_nothing_inline_and_nothing_from_elsewhere(self, standing: Portal, path: str) -> None:
        page = standing.logged_in("birgitta").get(path, Accept="text/html").text
        assert not re.search(
            r"<script|<style|javascript:|\son[a-z]+\s*=|\sstyle\s*=", page, re.IGNORECASE
        )
        links = {link.url for link in standing.app.extensions["house"].settings.links}
        for address in set(re.findall(r'(?:href|src|action)="([^"]*)"', page)) - links:
            assert address.startswith(("/", "#", "tel:")), address
            assert not address.startswith("//")


class TestLogout:
    def test_ends_the_session_and_empties_the_browser(self, portal: Portal) -> None:
        browser = portal.logged_in()
        kept = browser.cookie()
        answer = browser.log_out(Origin=ORIGIN, **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303
        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        assert browser.cookie() is None
        assert kept is not None
        browser.plant(SESSION, kept)
        assert browser.get(MY_PAGE).status_code == 401
        logout = portal.events("Logout")
        assert [event.session for event in logout] == [portal.events("Login")[0].session]

    def test_goes_by_way_of_the_provider(self, portal: Portal) -> None:
        browser = portal.logged_in()
        answer = browser.log_out()
        target = answer.headers["location"]
        assert target.startswith(portal.sandbox.info["oidc"]["issuer"])
        assert "190001019801" not in target
        back = browser.client.get(target).headers["location"]
        assert path_of(back) == "/sv/utloggad"
        assert "Du är utloggad" in browser.get("/sv/utloggad").text

    def test_works_while_the_provider_is_down(self, portal: Portal) -> None:
        browser = portal.logged_in()
        portal.clock.forward(minutes=20)
        browser.get(MY_PAGE)
        portal.clock.forward(minutes=20)
        browser.get(MY_PAGE)
        portal.clock.forward(minutes=21)
        portal.sandbox.fault("bankid", "http500")
        answer = browser.log_out()
        assert (answer.status_code, answer.headers["location"]) == (303, "/sv/utloggad")
        assert browser.get(MY_PAGE).status_code == 302

    def test_forgets_what_was_fetched(self, portal: Portal) -> None:
        browser = portal.logged_in("elias")
        browser.get(MY_PAGE)
        browser.log_out()
        portal.sandbox.clear()
        browser.log_in("elias")
        browser.get(MY_PAGE)
        assert portal.sandbox.calls() != [], "nothing of the last session may lie on the shelf"

    def test_a_get_ends_nothing(self, portal: Portal) -> None:
        browser = portal.logged_in()
        answer = browser.get(LOG_OUT)
        assert answer.status_code == 405
        assert "clear-site-data" not in answer.headers
        assert browser.get(MY_PAGE).status_code == 200

    @pytest.mark.parametrize("verb", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD"])
    def test_no_other_verb_ends_anything(self, portal: Portal, verb: str) -> None:
        browser = portal.logged_in()
        answer = browser.client.request(verb, LOG_OUT)
        assert answer.status_code in (200, 405)
        assert "clear-site-data" not in answer.headers
        assert browser.get(MY_PAGE).status_code == 200

    def test_twice_is_no_harm(self, portal: Portal) -> None:
        browser = portal.logged_in()
        browser.log_out()
        answer = browser.post(LOG_OUT, {"csrf_token": "x"}, Origin=ORIGIN)
        assert answer.status_code == 303
        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'


def assert_still_in(portal: Portal, browser: Browser, answer: httpx.Response) -> None:
    assert answer.status_code == 403
    assert "clear-site-data" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert browser.get(MY_PAGE).status_code == 200
    assert [e.detail for e in portal.events("SecurityEvent")] == ["foreign-post"]


class TestForgedLogout:
    @pytest.mark.parametrize("token", ["", "A" * 43, "åäö", "A" * 5000])
    def test_without_the_right_token(self, portal: Portal, token: str) -> None:
        browser = portal.logged_in()
        assert_still_in(portal, browser, browser.post(LOG_OUT, {"csrf_token": token}))

    def test_without_any_token(self, portal: Portal) -> None:
        browser = portal.logged_in()
        answer = browser.client.post(
            LOG_OUT, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert_still_in(portal, browser, answer)

    def test_with_the_token_of_another_session(self, portal: Portal) -> None:
        attacker, victim = portal.logged_in("elias"), portal.logged_in("birgitta")
        token = csrf_token(attacker.get(MY_PAGE).text)
        assert_still_in(portal, victim, victim.post(LOG_OUT, {"csrf_token": token}))

    def test_with_the_token_of_ones_own_last_session(self, portal: Portal) -> None:
        browser = portal.logged_in()
        token = csrf_token(browser.get(MY_PAGE).text)
        browser.log_in()
        assert_still_in(portal, browser, browser.post(LOG_OUT, {"csrf_token": token}))

    @pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data", ""])
    def test_as_another_kind_of_body(self, portal: Portal, kind: str) -> None:
        browser = portal.logged_in()
        token = csrf_token(browser.get(MY_PAGE).text)
        answer = browser.client.post(
            LOG_OUT, content=f"csrf_token={token}", headers={"Content-Type": kind}
        )
        assert_still_in(portal, browser, answer)

    def test_with_the_token_in_the_address(self, portal: Portal) -> None:
        browser = portal.logged_in()
        token = csrf_token(browser.get(MY_PAGE).text)
        answer = browser.post(f"{LOG_OUT}?csrf_token={token}", {"a": "b"})
        assert_still_in(portal, browser, answer)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://evil.example"},
            {"Origin": "http://localhost:8443"},
            {"Origin": "https://localhost:8443.evil.example"},
            {"Origin": ""},
            {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        ],
    )
    def test_from_elsewhere(self, portal: Portal, headers: dict[str, str]) -> None:
        browser = portal.logged_in()
        assert_still_in(portal, browser, browser.log_out(**headers))

    def test_from_elsewhere_without_the_cookie(self, portal: Portal) -> None:
        """SameSite keeps the cookie from it; the browser must not be emptied all the same."""
        browser = portal.browser()
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = browser.post(LOG_OUT, {"csrf_token": "x"}, **headers)
            assert answer.status_code == 403
            assert "clear-site-data" not in answer.headers
            assert "set-cookie" not in answer.headers

    def test_a_page_without_referrer_has_a_null_origin(self, portal: Portal) -> None:
        """What browsers send from our own pages, whose referrer policy is no-referrer."""
        browser = portal.logged_in()
        answer = browser.log_out(Origin="null", **{"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303

    def test_a_body_that_is_too_large_is_refused(self, portal: Portal) -> None:
        browser = portal.logged_in()
        answer = browser.post(LOG_OUT, {"csrf_token": "a" * 100_000})
        assert answer.status_code == 413
        assert "Sidan kan inte visas" in answer.text
        assert browser.get(MY_PAGE).status_code == 200


HANDLES = ["k7q2", "mig", "190001019801", "..%2f..", "%00", "åäö", "a" * 3000, "%0d%0a"]


class TestUnknownAddresses:
    @pytest.mark.parametrize("handle", HANDLES)
    def test_an_unknown_handle_never_means_oneself(self, portal: Portal, handle: str) -> None:
        browser = portal.logged_in("birgitta")
        portal.wait_for_landings(1)
        before = len(portal.events("Disclosure"))
        for path in ("", "del/plans", "mig/", "veckan"):
            answer = browser.get(f"/sv/for/{handle}/{path}")
            assert answer.status_code == 404
            assert "Sidan kan inte visas" in answer.text
            assert "Birgitta" not in answer.text
        assert len(portal.events("Disclosure")) == before
        assert {event.detail for event in portal.events("SecurityEvent")} <= {
            "unknown-handle",
            "unknown-page",
        }

    def test_the_answer_does_not_tell_what_exists(self, standing: Portal) -> None:
        browser = standing.logged_in("birgitta")
        same = {
            browser.get(path).text
            for path in ("/sv/for/k7q2/", "/sv/for/190001019801/", "/sv/finns/inte")
        }
        assert len(same) == 1

    @pytest.mark.parametrize(
        "path",
        [
            "/sv/mig/del/finns-inte",
            "/sv/mig/del/",
            "/sv/mig/del/plans/del/plans",
            "/sv/mig/plans",
            "/sv/mig/%2e%2e/%2e%2e/etc/passwd",
            "/sv/mig/del/plans%00",
            "/sv/mig/del/%F0%9F%92%A9",
            "/sv/mig/" + "a/" * 1000,
        ],
    )
    def test_a_page_that_is_not_there(self, standing: Portal, path: str) -> None:
        answer = standing.logged_in("tom").get(path)
        assert answer.status_code == 404
        assert "Sidan finns inte, eller så får du inte se den." in answer.text

    def test_a_view_for_others_is_not_there(self, portal: Portal) -> None:
        theirs = View(
            key="overview",
            path="personal",
            question="Personalens vy",
            audience=frozenset({ActorKind.STAFF}),
            needs={"booked": Need(Appointment)},
        )
        portal.change(views={**portal.house.views, "personal": theirs})
        browser = portal.logged_in("tom")
        assert browser.get("/sv/mig/personal").status_code == 404
        assert "Personalens vy" not in browser.get(MY_PAGE).text

    @pytest.mark.parametrize("slot", ["next", "week", "events", "plans", "contacts"])
    def test_each_section_is_a_page_of_its_own(self, standing: Portal, slot: str) -> None:
        browser = standing.logged_in("birgitta")
        answer = browser.get(f"/sv/mig/del/{slot}")
        assert answer.status_code == 200
        assert f'id="{slot}"' in answer.text
        assert 'href="/sv/mig/"' in answer.text
        assert browser.get(f"/sv/mig/del/{slot}/").status_code in (200, 404)

    @pytest.mark.parametrize("slot", ["", "del/plans"])
    def test_without_a_session_there_is_only_the_way_in(self, standing: Portal, slot: str) -> None:
        answer = standing.browser().get(f"/sv/mig/{slot}")
        assert answer.status_code == 302
        assert path_of(answer.headers["location"]) == "/sv/"

    @pytest.mark.parametrize(
        "cookie", ["", "x", "A" * 43, "A" * 42 + "=", "'; DROP TABLE session;--", "a" * 8000]
    )
    def test_with_a_made_up_session(self, standing: Portal, cookie: str) -> None:
        browser = standing.browser()
        answer = browser.client.get(MY_PAGE, headers={"Cookie": f"{SESSION}={cookie}"})
        assert answer.status_code == 401
        assert "Du har blivit utloggad" in answer.text

    def test_a_session_cookie_that_was_changed_is_dead(self, standing: Portal) -> None:
        token = standing.logged_in("tom").cookie()
        assert token is not None
        changed = ("B" if token[0] == "A" else "A") + token[1:]
        answer = standing.browser().client.get(MY_PAGE, headers={"Cookie": f"{SESSION}={changed}"})
        assert answer.status_code == 401


class TestOperations:
    def test_alive_and_ready(self, standing: Portal) -> None:
        browser = standing.browser()
        assert browser.get("/drift/lever").text == "ok"
        assert browser.get("/drift/redo").text == "ok"

    def test_the_sources_are_told_without_anything_of_a_person(self, standing: Portal) -> None:
        browser = standing.logged_in("birgitta")
        browser.get(MY_PAGE)
        standing.wait_for_landings()
        answer = browser.get("/drift/kallor")
        told = answer.json()
        assert set(told) == {"breakers", "calls"}
        assert {row["source"] for row in told["calls"]} <= set(told["breakers"])
        assert "190001019801" not in answer.text
        assert "Birgitta" not in answer.text

    @pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_not_to_those_who_come_through_a_proxy(self, standing: Portal, name: str) -> None:
        answer = standing.browser().get("/drift/kallor", **{name: "127.0.0.1"})
        assert answer.status_code == 404
        assert answer.text == ""
