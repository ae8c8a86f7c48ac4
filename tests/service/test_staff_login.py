"""Staff log in to the portal through the sandbox's SITHS: the cookies, the store, the way out."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from portal.identity.saml import MOST_ANSWER
from portal.security import SESSION_COOKIE, STAFF_COOKIE, STAFF_LOGIN_COOKIE
from portal.staff_sessions import StaffSession
from sandbox.people import load_people
from sandbox.people.employees import load_employees
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    CALLBACK,
    LOGIN,
    MY_PAGE,
    ORIGIN,
    Browser,
    Portal,
    csrf_token,
    running_portal,
)
from tests.service.saml_forging import need_xmlsec1

HOME = "/sv/personal/"
ANSWER = "/personal/saml/siths/svar"
METADATA = "/personal/saml/siths/metadata"
PERSONAS = {each.key: each for each in load_employees(load_people())}
FIELD = re.compile(r'name="(SAMLResponse|RelayState)" value="([^"]*)"')


class Staff:
    """A browser that goes between the portal and SITHS. Names under localhost are a browser's
    knowledge, so here SITHS is asked at its number."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.browser: Browser = portal.browser()
        told = portal.sandbox.info["siths"]
        self._site, self._address = told["site"], told["address"]

    def at_siths(self, url: str) -> str:
        assert url.startswith(self._site), url
        return url.replace(self._site, self._address)

    def begin(self, till: str | None = None) -> str:
        """Ask to log in; the address of SITHS' page."""
        query = f"?till={till}" if till else ""
        answer = self.browser.get(f"/sv/personal/logga-in/siths{query}")
        assert answer.status_code == 302, answer.text
        at_siths = self.browser.client.get(self.at_siths(answer.headers["location"]))
        assert at_siths.status_code == 303, at_siths.text
        return str(at_siths.url.join(at_siths.headers["location"]))

    def choose(self, page: str, **form: str) -> dict[str, str]:
        """Be someone at SITHS; the form that it has the browser post."""
        answer = self.browser.client.post(page, data=form)
        assert answer.status_code == 200, answer.text
        assert f'action="{ORIGIN}{ANSWER}"' in answer.text
        return {name: unescape(value) for name, value in FIELD.findall(answer.text)}

    def post(self, form: dict[str, str]) -> httpx.Response:
        """As a browser posts from another site: only what is SameSite=None comes along."""
        kept = [c for c in self.browser.client.cookies.jar if c.name != STAFF_LOGIN_COOKIE]
        for each in kept:
            self.browser.client.cookies.jar.clear(each.domain, each.path, each.name)
        headers = {"Origin": self._site, "Sec-Fetch-Site": "cross-site"}
        answer = self.browser.post(ANSWER, form, **headers)
        names = {c.name for c in self.browser.client.cookies.jar}
        for each in kept:
            if each.name not in names:
                self.browser.client.cookies.jar.set_cookie(each)
        return answer

    def come_back(self, person: str = "amina", **form: str) -> httpx.Response:
        return self.post(self.choose(self.begin(), person=person, **form))

    def log_in(self, person: str = "amina") -> StaffSession:
        answer = self.come_back(person)
        assert answer.status_code == 303, answer.text
        return self.session()

    def session(self) -> StaffSession:
        found = self.portal.house.staff.sessions.load(
            self.browser.cookie(STAFF_COOKIE) or "", self.portal.clock()
        )
        assert found is not None
        return found

    def log_out(self) -> httpx.Response:
        token = csrf_token(self.browser.get(HOME).text)
        return self.browser.post("/sv/personal/logga-ut", {"csrf_token": token})


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    need_xmlsec1()
    with running_portal(sandbox, tmp_path) as running:
        own = running.browser().get(METADATA)
        address = sandbox.info["siths"]["address"]
        httpx.put(f"{address}/_test/service", content=own.content).raise_for_status()
        yield running


@pytest.fixture
def staff(portal: Portal) -> Staff:
    return Staff(portal)


def next_answer(portal: Portal, **shape: object) -> None:
    address = portal.sandbox.info["siths"]["address"]
    httpx.put(f"{address}/_test/next", json=shape).raise_for_status()


def last_event(portal: Portal) -> tuple[str, str | None]:
    event = portal.audit()[-1]
    return event.event.value, event.detail


def assert_refused(staff: Staff, answer: httpx.Response, reason: str, status: int = 403) -> None:
    assert answer.status_code == status
    assert "Du är inte inloggad" in answer.text
    assert staff.browser.cookie(STAFF_COOKIE) is None
    assert staff.browser.cookie(SESSION_COOKIE) is None
    assert last_event(staff.portal)[1] == reason
    assert staff.portal.events("Login") == []


class TestTheWayIn:
    @pytest.mark.parametrize("key", list(PERSONAS))
    def test_everybody_of_the_staff_logs_in_as_who_they_are(self, staff: Staff, key: str) -> None:
        session = staff.log_in(key)
        persona = PERSONAS[key]
        assert session.hsa_id.value == persona.hsa_id
        assert session.person.value == persona.person_id
        assert session.name == persona.name
        assert session.loa == "loa3"
        assert session.commissions == persona.all_commissions
        assert session.system_roles == persona.system_roles
        assert session.chosen is None
        page = staff.browser.get(HOME)
        assert persona.name in page.text
        assert "Inga uppgifter om någon person kan visas" in page.text

    def test_it_begins_and_ends_on_the_page_of_staff(self, staff: Staff) -> None:
        page = staff.browser.get(HOME)
        assert page.status_code == 200
        assert f'href="/sv/personal/logga-in/siths?till={HOME}"' in page.text
        answer = staff.come_back()
        assert (answer.status_code, answer.headers["location"]) == (303, HOME)

    def test_it_leads_where_one_wanted_to_go_and_nowhere_else(self, staff: Staff) -> None:
        form = staff.choose(staff.begin("/en/personal/"), person="amina")
        assert staff.post(form).headers["location"] == "/en/personal/"
        other = Staff(staff.portal)
        form = other.choose(other.begin("https://evil.example/"), person="amina")
        assert other.post(form).headers["location"] == HOME

    def test_the_log_has_it(self, staff: Staff) -> None:
        session = staff.log_in()
        (event,) = staff.portal.events("Login")
        assert event.actor == session.person
        assert (event.actor_kind, event.loa) == ("staff", "loa3")
        assert event.session == session.id_hash

    def test_with_everything_encrypted(self, staff: Staff) -> None:
        next_answer(staff.portal, encrypt=True, sign_response=True)
        assert staff.log_in().hsa_id.value == PERSONAS["amina"].hsa_id

    def test_after_the_provider_has_changed_its_key(self, sandbox: Sandbox, staff: Staff) -> None:
        address = sandbox.info["siths"]["address"]
        httpx.post(f"{address}/_test/rotate").raise_for_status()
        assert staff.log_in().hsa_id.value == PERSONAS["amina"].hsa_id


class TestCookies:
    def test_what_crosses_sites_opens_nothing_and_what_opens_does_not_cross(
        self, staff: Staff
    ) -> None:
        answer = staff.browser.get("/sv/personal/logga-in/siths")
        (crossing,) = answer.headers.get_list("set-cookie")
        name, _, rest = crossing.partition("=")
        parts = {part.strip() for part in rest.split(";")[1:]}
        assert name == STAFF_LOGIN_COOKIE
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Max-Age=600"} <= parts
        done = staff.come_back()
        session, login = sorted(
            done.headers.get_list("set-cookie"), key=lambda c: c.startswith(STAFF_LOGIN_COOKIE)
        )
        assert session.startswith(f"{STAFF_COOKIE}=")
        parts = {part.strip() for part in session.split(";")[1:]}
        assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
        assert login.startswith(f"{STAFF_LOGIN_COOKIE}=;")

    def test_a_planted_session_is_not_adopted(self, staff: Staff) -> None:
        staff.browser.plant(STAFF_COOKIE, "A" * 43)
        staff.log_in()
        assert staff.browser.cookie(STAFF_COOKIE) != "A" * 43

    def test_every_login_ends_the_one_before(self, staff: Staff) -> None:
        staff.log_in("amina")
        first = staff.browser.cookie(STAFF_COOKIE) or ""
        form = staff.choose(staff.begin(), person="lena")
        # Two tabs of one site: the cookie comes along when the same browser ends both.
        answer = staff.browser.post(ANSWER, form)
        assert answer.status_code == 303
        assert staff.session().name == "Lena Ek"
        sessions = staff.portal.house.staff.sessions
        assert sessions.load(first, staff.portal.clock()) is None

    def test_a_session_that_is_not_used_ends_sooner_than_a_residents(self, staff: Staff) -> None:
        staff.log_in()
        staff.portal.clock.forward(minutes=14)
        assert "Amina Yusuf" in staff.browser.get(HOME).text
        staff.portal.clock.forward(minutes=15)
        assert "Amina Yusuf" not in staff.browser.get(HOME).text


class TestAnAnswer:
    def test_without_the_browser_that_began(self, staff: Staff) -> None:
        """Login CSRF: the attacker's own answer is posted by a victim's browser."""
        form = staff.choose(staff.begin(), person="amina")
        victim = Staff(staff.portal)
        assert_refused(victim, victim.post(form), "unknown-login")

    def test_with_another_begun_login(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        victim = Staff(staff.portal)
        victim.begin()
        assert_refused(victim, victim.post(form), "unknown-login")

    def test_twice(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        kept = staff.browser.cookie(STAFF_LOGIN_COOKIE)
        assert kept is not None
        assert staff.post(form).status_code == 303
        thief = Staff(staff.portal)
        thief.browser.plant(STAFF_LOGIN_COOKIE, kept)
        again = thief.post(form)
        assert again.status_code == 403
        assert thief.browser.cookie(STAFF_COOKIE) is None
        assert last_event(staff.portal)[1] == "unknown-login"

    def test_with_an_assertion_that_was_used(self, staff: Staff) -> None:
        """Also where the begun login is there still, as it would be in a store put back."""
        form = staff.choose(staff.begin(), person="amina")
        house = staff.portal.house
        kept = staff.browser.cookie(STAFF_LOGIN_COOKIE) or ""
        remembered = house.staff.attempts.pop(kept, staff.portal.clock())
        assert remembered is not None
        for _ in range(2):
            house.staff.attempts.put(remembered, staff.portal.clock(), kept)
            staff.browser.client.cookies.clear()
            staff.browser.plant(STAFF_LOGIN_COOKIE, kept)
            answer = staff.browser.post(ANSWER, form)
        assert answer.status_code == 403
        assert last_event(staff.portal) == ("SecurityEvent", "replayed")

    @pytest.mark.parametrize("relay", ["", "https://evil.example/", "//evil.example"])
    def test_with_another_relay_state(self, staff: Staff, relay: str) -> None:
        form = staff.choose(staff.begin(), person="amina")
        answer = staff.post(form | {"RelayState": relay})
        assert_refused(staff, answer, "unknown-login")
        assert "evil" not in answer.text

    def test_that_answers_another_request(self, staff: Staff) -> None:
        next_answer(staff.portal, in_response_to="_en-annan")
        assert_refused(staff, staff.come_back(), "unknown-login")

    def test_on_a_low_level_is_told_in_plain_words(self, staff: Staff) -> None:
        answer = staff.come_back(low="1")
        assert_refused(staff, answer, "level-too-low")
        assert "på en högre tillitsnivå" in answer.text
        assert last_event(staff.portal)[0] == "LoginRefused"

    def test_that_was_cancelled_is_no_attack(self, staff: Staff) -> None:
        answer = staff.come_back(cancel="1")
        assert_refused(staff, answer, "cancelled")
        assert "Du avbröt inloggningen." in answer.text
        assert last_event(staff.portal)[0] == "LoginRefused"
        assert f'href="{HOME}"' in answer.text

    @pytest.mark.parametrize(
        "message",
        [
            b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>",
            b"<!DOCTYPE r [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><r>&b;</r>",
            b"<r>" * 10_000,
            b"",
        ],
    )
    def test_that_breaks_the_parser_is_a_bad_request(self, staff: Staff, message: bytes) -> None:
        form = staff.choose(staff.begin(), person="amina")
        broken = form | {"SAMLResponse": b64encode(message).decode()}
        answer = staff.post(broken)
        assert_refused(staff, answer, "malformed", 400)
        assert "root:" not in answer.text

    def test_that_comes_twice_in_one_form(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        body = "&".join(f"{k}={v}" for k, v in [*form.items(), ("SAMLResponse", "x")])
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = staff.browser.client.post(ANSWER, content=body, headers=headers)
        assert_refused(staff, answer, "malformed", 400)

    def test_that_is_as_large_as_it_may_be_is_read(self, staff: Staff) -> None:
        """Larger than what other forms may hold: an employee may have many commissions."""
        form = staff.choose(staff.begin(), person="amina")
        answer = staff.post(form | {"SAMLResponse": "A" * (MOST_ANSWER - 10)})
        assert_refused(staff, answer, "malformed", 400)

    def test_that_is_larger_is_not(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        answer = staff.post(form | {"SAMLResponse": "A" * (2 * MOST_ANSWER + 10)})
        assert answer.status_code == 413
        assert staff.browser.cookie(STAFF_COOKIE) is None

    def test_to_a_provider_that_is_not_there(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        answer = staff.browser.post("/personal/saml/annan/svar", form)
        assert_refused(staff, answer, "unknown-login")

    def test_cannot_be_had_by_reading(self, staff: Staff) -> None:
        assert staff.browser.get(ANSWER).status_code == 405

    def test_leaves_nothing_of_the_person_in_the_log_of_operation(self, staff: Staff) -> None:
        staff.log_in()
        staff.come_back(low="1")
        said = staff.portal.log.getvalue()
        for word in ("199005112389", "Amina", "AMYU"):
            assert word not in said


class TestApart:
    """A provider of staff makes no resident's session, nor the reverse."""

    def test_staff_are_nobody_among_residents(self, staff: Staff) -> None:
        staff.log_in("amina")
        assert staff.browser.cookie(SESSION_COOKIE) is None
        assert staff.browser.get(MY_PAGE).status_code == 302
        assert staff.browser.get("/sv/").status_code == 200

    def test_residents_are_nobody_among_staff(self, portal: Portal) -> None:
        browser = portal.logged_in()
        assert browser.cookie(STAFF_COOKIE) is None
        page = browser.get(HOME)
        assert "Birgitta" not in page.text
        assert "För dig som är personal" in page.text

    def test_one_cookie_in_the_place_of_the_other_opens_nothing(self, staff: Staff) -> None:
        staff.log_in("amina")
        token = staff.browser.cookie(STAFF_COOKIE) or ""
        other = staff.portal.browser()
        other.plant(SESSION_COOKIE, token)
        assert other.get(MY_PAGE).status_code == 401
        resident = staff.portal.logged_in().cookie() or ""
        third = staff.portal.browser()
        third.plant(STAFF_COOKIE, resident)
        assert "För dig som är personal" in third.get(HOME).text

    def test_one_row_in_the_table_of_the_other_opens_nothing(self, staff: Staff) -> None:
        """Whoever can write to the store can still not make one of the other."""
        staff.log_in("amina")
        token = staff.browser.cookie(STAFF_COOKIE) or ""
        moved = "SELECT id_hash, created, seen, expires, sealed FROM staff_sessions"
        with staff.portal.house.store._database.writing() as connection:
            connection.execute(
                text(f"INSERT INTO sessions (id_hash, created, seen, expires, sealed) {moved}")
            )
        other = staff.portal.browser()
        other.plant(SESSION_COOKIE, token)
        assert other.get(MY_PAGE).status_code == 401

    def test_one_begun_login_is_not_ended_by_the_other(self, staff: Staff) -> None:
        resident = staff.portal.browser()
        back = resident.choose(resident.begin(), person="birgitta")
        token = resident.cookie(LOGIN) or ""
        form = staff.choose(staff.begin(), person="amina")
        begun = staff.browser.cookie(STAFF_LOGIN_COOKIE) or ""
        staff.browser.client.cookies.clear()
        staff.browser.plant(STAFF_LOGIN_COOKIE, token)
        assert_refused(staff, staff.browser.post(ANSWER, form), "unknown-login")
        resident.client.cookies.clear()
        resident.plant(LOGIN, begun)
        assert resident.get(back).status_code == 403
        assert resident.cookie() is None

    def test_an_answer_of_one_is_none_of_the_other(self, staff: Staff) -> None:
        form = staff.choose(staff.begin(), person="amina")
        resident = staff.portal.browser()
        resident.begin()
        answer = resident.client.post(CALLBACK, data=form)
        assert answer.status_code == 405
        assert resident.cookie() is None
        answer = resident.get("/logga-in/klar?" + "&".join(f"{k}={v}" for k, v in form.items()))
        assert answer.status_code == 403

    def test_who_is_both_has_two_sessions_and_each_ends_by_itself(self, staff: Staff) -> None:
        staff.log_in("amina")
        staff.browser.log_in("birgitta")
        staff.log_out()
        assert staff.browser.cookie(STAFF_COOKIE) is None
        assert "För dig som är personal" in staff.browser.get(HOME).text


class TestTheWayOut:
    def test_ends_the_session_here_and_asks_the_provider_to(self, staff: Staff) -> None:
        session = staff.log_in()
        token = staff.browser.cookie(STAFF_COOKIE) or ""
        out = staff.log_out()
        assert out.status_code == 303
        assert out.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        house = staff.portal.house
        assert house.staff.sessions.load(token, staff.portal.clock()) is None
        (event,) = staff.portal.events("Logout")
        assert event.session == session.id_hash
        at_siths = staff.browser.client.get(staff.at_siths(out.headers["location"]))
        assert at_siths.status_code == 303, at_siths.text
        page = staff.browser.get(at_siths.headers["location"])
        assert page.status_code == 200
        assert "Du är utloggad" in page.text
        assert "inte bekräftat" not in page.text

    def test_an_answer_that_comes_again_is_refused(self, staff: Staff) -> None:
        staff.log_in()
        out = staff.log_out()
        back = staff.browser.client.get(staff.at_siths(out.headers["location"]))
        assert staff.browser.get(back.headers["location"]).status_code == 200
        again = staff.browser.get(back.headers["location"])
        assert again.status_code == 400
        assert last_event(staff.portal) == ("SecurityEvent", "unknown-login")

    def test_the_provider_ends_it_also_without_our_cookie(self, staff: Staff) -> None:
        """A provider may send its request in a frame, where a Lax cookie stays at home."""
        session = staff.log_in()
        token = staff.browser.cookie(STAFF_COOKIE) or ""
        at_siths = staff.browser.client.post(staff._address + "/logga-ut")
        assert at_siths.status_code == 303, at_siths.text
        asked = at_siths.headers["location"]
        frame = staff.portal.browser()
        answer = frame.get(asked)
        assert answer.status_code == 303
        assert "SAMLResponse" in parse_qs(urlsplit(answer.headers["location"]).query)
        done = frame.client.get(staff.at_siths(answer.headers["location"]))
        assert "Du är utloggad" in done.text
        assert staff.portal.house.staff.sessions.load(token, staff.portal.clock()) is None
        (event,) = staff.portal.events("Logout")
        assert (event.session, event.actor_kind) == (session.id_hash, "staff")

    def test_the_provider_ends_only_the_login_that_it_means(self, staff: Staff) -> None:
        other = Staff(staff.portal)
        other.log_in("lena")
        staff.log_in("amina")
        at_siths = staff.browser.client.post(staff._address + "/logga-ut")
        staff.browser.get(at_siths.headers["location"])
        assert "Amina" not in staff.browser.get(HOME).text
        assert "Lena Ek" in other.browser.get(HOME).text

    def test_a_request_that_nobody_signed_ends_nothing(self, staff: Staff) -> None:
        staff.log_in()
        at_siths = staff.browser.client.post(staff._address + "/logga-ut")
        asked = re.sub(r"&Signature=[^&]*", "", at_siths.headers["location"])
        answer = staff.browser.get(asked)
        assert answer.status_code == 400
        assert last_event(staff.portal) == ("SecurityEvent", "bad-signature")
        assert "Amina Yusuf" in staff.browser.get(HOME).text

    def test_a_post_from_elsewhere_ends_nothing(self, staff: Staff) -> None:
        staff.log_in()
        for form, headers in (
            ({}, {}),
            ({"csrf_token": "x"}, {}),
            ({"csrf_token": csrf_token(staff.browser.get(HOME).text)}, {"Origin": "https://e.se"}),
        ):
            answer = staff.browser.post("/sv/personal/logga-ut", form, **headers)
            assert answer.status_code == 403
            assert "clear-site-data" not in answer.headers
        assert "Amina Yusuf" in staff.browser.get(HOME).text

    def test_the_form_may_end_at_the_provider(self, staff: Staff) -> None:
        policy = staff.browser.get(HOME).headers["content-security-policy"]
        (forms,) = (part for part in policy.split("; ") if part.startswith("form-action "))
        assert staff.portal.sandbox.info["siths"]["site"] in forms.split()


class TestTheProviderIsDown:
    def test_a_login_is_not_begun(self, sandbox: Sandbox, tmp_path: Path) -> None:
        need_xmlsec1()
        with running_portal(sandbox, tmp_path) as portal:
            (known,) = portal.settings.staff_saml
            lost = known.model_copy(update={"metadata_url": "http://127.0.0.1:9/metadata"})
        state = tmp_path / "igen"
        state.mkdir()
        with running_portal(sandbox, state, staff_saml=(lost.model_dump(),)) as portal:
            answer = Staff(portal).browser.get("/sv/personal/logga-in/siths")
            assert answer.status_code == 403
            assert "Inloggningstjänsten svarar inte just nu." in answer.text
            assert last_event(portal) == ("LoginRefused", "provider-unreachable")


def test_our_metadata_is_a_page(portal: Portal) -> None:
    answer = portal.browser().get(METADATA)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/samlmetadata+xml")
    assert f'entityID="{ORIGIN}{METADATA}"' in answer.text
    assert f'Location="{ORIGIN}{ANSWER}"' in answer.text
    assert portal.browser().get("/personal/saml/annan/metadata").status_code == 404
