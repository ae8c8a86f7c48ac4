"""The whole login on the real wire: our relying party against the sandbox's provider."""

import asyncio
import json
import re
import socket
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import JWKRegistry

from portal.identity import (
    Beginning,
    Identity,
    LoginRefusal,
    LoginRefused,
    Provider,
    ProviderSettings,
)
from sandbox.oidc import create
from sandbox.people import Person, kind_of
from stodtjanster.model import PersonIdKind

REDIRECT = "http://127.0.0.1:9399/logga-in/klar"
LOA2, LOA3 = (f"http://id.elegnamnden.se/loa/1.0/loa{level}" for level in (2, 3))
BIRGITTA, SAMIRA = "190001019801", "194001612383"


def somebody(key: str, name: str, number: str, **more: Any) -> Person:
    given, family = name.split()
    return Person(key, name, given, family, number, kind_of(number), "roll", "beskrivning", **more)


PEOPLE = (
    somebody("birgitta", "Birgitta Lindqvist", BIRGITTA),
    somebody("samira", "Samira Haddad", SAMIRA),
    somebody("amina", "Amina Yusuf", "199005112389", login=False, staff=True),
)


def now() -> datetime:
    return datetime.now(UTC)


class Running:
    """An aiohttp application on a free port of loopback, in a thread of its own."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self, app: web.Application) -> None:
        self._thread.start()
        self._runner = web.AppRunner(app)
        self._wait(self._runner.setup())
        self._wait(web.SockSite(self._runner, self.socket).start())

    def stop(self) -> None:
        self._wait(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, task: Any) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(30)


class WithoutPushing(httpx.HTTPTransport):
    """The wire to a provider that has no pushed requests: discovery does not name any."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if not request.url.path.startswith("/.well-known/"):
            return answer
        answer.read()
        metadata = answer.json()
        del metadata["pushed_authorization_request_endpoint"]
        return httpx.Response(200, json=metadata)


class Clock:
    """The provider's time, which a test may move."""

    def __init__(self) -> None:
        self.moved = 0.0

    def __call__(self) -> float:
        return time.time() + self.moved


@dataclass
class Op:
    issuer: str
    registration: dict[str, Any]
    state: Path
    clock: Clock

    def settings(self, **changes: Any) -> ProviderSettings:
        known = {k: self.registration[k] for k in ("client_id", "client_key", "client_alg")}
        return ProviderSettings(**{"title": "BankID", "issuer": self.issuer} | known | changes)

    def next(self, **vices: Any) -> None:
        answer = httpx.put(f"{self.issuer}/_test/next", json=vices)
        assert answer.status_code == 204, answer.text

    def assertion(self, **changes: Any) -> dict[str, str]:
        """A proof of being the client, with what a test wants changed in it."""
        key = JWKRegistry.import_key(json.loads(Path(self.registration["client_key"]).read_text()))
        stamp = int(time.time())
        claims = {
            "iss": "portalen",
            "sub": "portalen",
            "aud": self.issuer,
            "exp": stamp + 60,
            "jti": str(time.perf_counter_ns()),
        }
        signed = jwt.encode({"alg": "ES256"}, claims | changes, key)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion_type": kind, "client_assertion": signed}


@pytest.fixture(scope="module")
def op(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Op]:
    server, clock, state = Running(), Clock(), tmp_path_factory.mktemp("op")
    app, registration = create(issuer=server.address, people=PEOPLE, state=state, clock=clock)
    server.start(app)
    yield Op(server.address, registration, state, clock)
    server.stop()


@pytest.fixture(autouse=True)
def _well_behaved(op: Op) -> Iterator[None]:
    yield
    op.next()
    op.clock.moved = 0.0


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def rp(op: Op, http: httpx.Client) -> Provider:
    return Provider(op.settings(), http, now, redirect_uri=REDIRECT)


def open_login(http: httpx.Client, url: str) -> str:
    """Follow the way to the provider's page, and return its address."""
    answer = http.get(url)
    assert answer.status_code == 303, answer.text
    return str(answer.url.join(answer.headers["location"]))


def choose(http: httpx.Client, url: str, **form: str) -> dict[str, str]:
    """Do what the person does at the provider; the parameters that come back to us."""
    answer = http.post(open_login(http, url), data={"legitimation": "bankid"} | form)
    assert answer.status_code == 303, answer.text
    target = urlsplit(answer.headers["location"])
    assert target._replace(query="").geturl() == REDIRECT
    return dict(parse_qsl(target.query))


def log_in(rp: Provider, http: httpx.Client, **form: str) -> Identity:
    beginning = rp.begin("/sv/mig/", "sv")
    answer = choose(http, beginning.url, **{"person": "birgitta"} | form)
    return rp.finish(beginning.transaction, answer)


def refusal(rp: Provider, beginning: Beginning, answer: dict[str, str]) -> LoginRefusal:
    with pytest.raises(LoginRefused) as refused:
        rp.finish(beginning.transaction, answer)
    assert BIRGITTA not in str(refused.value)
    return refused.value.reason


class TestRightLogins:
    def test_with_bankid(self, rp: Provider, http: httpx.Client, op: Op) -> None:
        before = now() - timedelta(seconds=2)
        identity = log_in(rp, http)
        assert identity.person.value == BIRGITTA
        assert (identity.given_name, identity.family_name) == ("Birgitta", "Lindqvist")
        assert (identity.issuer, identity.acr, identity.loa) == (op.issuer, LOA3, "loa3")
        assert before <= identity.auth_time <= now()
        assert BIRGITTA not in repr(identity)
        assert "Birgitta" not in repr(identity)

    def test_with_freja_and_samordningsnummer(self, rp: Provider, http: httpx.Client) -> None:
        identity = log_in(rp, http, legitimation="freja", person="samira")
        assert identity.person.value == SAMIRA
        assert identity.person.kind is PersonIdKind.SAMORDNINGSNUMMER

    def test_at_a_provider_without_pushed_requests(self, op: Op, http: httpx.Client) -> None:
        """The same request then goes with the browser."""
        with httpx.Client(transport=WithoutPushing()) as other:
            rp = Provider(op.settings(), other, now, redirect_uri=REDIRECT)
            beginning, identity = self.log_in_by_browser(rp, http)
        sent = dict(parse_qsl(urlsplit(beginning.url).query))
        assert identity.person.value == BIRGITTA
        assert sent["prompt"] == "login"
        assert len(sent["nonce"]) >= 43
        assert len(sent["state"]) >= 43
        assert sent["code_challenge_method"] == "S256"
        assert json.loads(sent["claims"])["id_token"]["acr"]["essential"] is True

    def log_in_by_browser(self, rp: Provider, http: httpx.Client) -> tuple[Beginning, Identity]:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        return beginning, rp.finish(beginning.transaction, answer)

    def test_pushed_requests_show_nothing_in_the_address(self, rp: Provider) -> None:
        sent = dict(parse_qsl(urlsplit(rp.begin("/sv/", "sv").url).query))
        assert set(sent) == {"client_id", "request_uri"}

    def test_each_login_has_its_own_secrets(self, rp: Provider) -> None:
        one, two = (rp.begin("/sv/", "sv").transaction for _ in range(2))
        assert len({one.state, one.nonce, one.verifier, two.state, two.nonce, two.verifier}) == 6
        assert one.state not in repr(one)
        assert one.verifier not in repr(one)

    def test_only_own_pages_come_next(self, rp: Provider) -> None:
        assert rp.begin("//evil.example", "sv").transaction.next_path == "/"
        assert rp.begin("/sv/mig/?a=b", "sv").transaction.next_path == "/sv/mig/?a=b"

    def test_new_keys_are_fetched_when_an_unknown_one_signs(
        self, rp: Provider, http: httpx.Client, op: Op
    ) -> None:
        log_in(rp, http)
        httpx.post(f"{op.issuer}/_test/rotate").raise_for_status()
        assert log_in(rp, http).person.value == BIRGITTA

    def test_the_subject_is_stable_and_opaque(self, op: Op, http: httpx.Client) -> None:
        rp = Provider(op.settings(), http, now, redirect_uri=REDIRECT)
        subjects = set()
        for _ in range(2):
            beginning = rp.begin("/sv/", "sv")
            code = choose(http, beginning.url, person="birgitta")["code"]
            tokens = redeem(op, code, beginning.transaction.verifier).json()
            claims = jwt_claims(tokens["id_token"])
            assert claims["exp"] - claims["iat"] <= 300
            subjects.add(claims["sub"])
        assert len(subjects) == 1
        assert BIRGITTA not in subjects.pop()


class TestRefusedLogins:
    def test_cancelled(self, rp: Provider, http: httpx.Client) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, cancel="1")
        assert answer["error"] == "access_denied"
        assert refusal(rp, beginning, answer) is LoginRefusal.CANCELLED

    def test_too_low_level(self, rp: Provider, http: httpx.Client) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta", low="1")
        assert answer["error"] == "unmet_authentication_requirements"
        assert refusal(rp, beginning, answer) is LoginRefusal.LEVEL_TOO_LOW

    @pytest.mark.parametrize(
        ("vices", "reason"),
        [
            ({"response": {"iss": "http://127.0.0.1:1"}}, LoginRefusal.WRONG_ISSUER),
            ({"response": {"iss": None}}, LoginRefusal.WRONG_ISSUER),
            ({"response": {"state": "another"}}, LoginRefusal.UNKNOWN_LOGIN),
            ({"response": {"state": "å"}}, LoginRefusal.UNKNOWN_LOGIN),
            ({"response": {"state": None}}, LoginRefusal.UNKNOWN_LOGIN),
            ({"response": {"code": None}}, LoginRefusal.MALFORMED),
            ({"response": {"code": "guessed"}}, LoginRefusal.PROVIDER_REFUSED),
            ({"iss": "http://127.0.0.1:1"}, LoginRefusal.WRONG_ISSUER),
            ({"userinfo": {"iss": "http://127.0.0.1:1"}}, LoginRefusal.WRONG_ISSUER),
            ({"aud": "another"}, LoginRefusal.WRONG_AUDIENCE),
            ({"userinfo": {"aud": "another"}}, LoginRefusal.WRONG_AUDIENCE),
            ({"nonce": "another"}, LoginRefusal.WRONG_NONCE),
            ({"nonce": None}, LoginRefusal.WRONG_NONCE),
            ({"acr": LOA2}, LoginRefusal.LEVEL_TOO_LOW),
            ({"acr": None}, LoginRefusal.LEVEL_TOO_LOW),
            ({"auth_time": 1_700_000_000}, LoginRefusal.STALE_LOGIN),
            ({"auth_time": "1790000000"}, LoginRefusal.STALE_LOGIN),
            ({"auth_time": 9_999_999_999}, LoginRefusal.STALE_LOGIN),
            ({"auth_time": None}, LoginRefusal.STALE_LOGIN),
            ({"exp": 1_700_000_000}, LoginRefusal.NOT_IN_FORCE),
            ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, LoginRefusal.WRONG_ACCESS_TOKEN),
            ({"alg": "none"}, LoginRefusal.BAD_SIGNATURE),
            ({"alg": "HS256"}, LoginRefusal.BAD_SIGNATURE),
            ({"foreign_key": True}, LoginRefusal.BAD_SIGNATURE),
            ({"unknown_kid": True}, LoginRefusal.BAD_SIGNATURE),
            ({"userinfo_unsigned": True}, LoginRefusal.BAD_SIGNATURE),
            ({"userinfo_alg": "none"}, LoginRefusal.BAD_SIGNATURE),
            ({"userinfo_alg": "HS256"}, LoginRefusal.BAD_SIGNATURE),
            ({"userinfo_foreign_key": True}, LoginRefusal.BAD_SIGNATURE),
            ({"wrong_sub": True}, LoginRefusal.WRONG_SUBJECT),
            ({"both_numbers": True}, LoginRefusal.BAD_NUMBER),
            (
                {"userinfo": {"https://id.oidc.se/claim/personalIdentityNumber": "196408233234"}},
                LoginRefusal.BAD_NUMBER,
            ),
            (
                {
                    member: {"https://id.oidc.se/claim/personalIdentityNumber": "199001012386"}
                    for member in ("id_token", "userinfo")
                },
                LoginRefusal.BAD_NUMBER,
            ),
        ],
        ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else value.value,
    )
    def test_a_provider_that_is_wrong(
        self, rp: Provider, http: httpx.Client, op: Op, vices: Any, reason: LoginRefusal
    ) -> None:
        op.next(**vices)
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        assert refusal(rp, beginning, answer) is reason
        assert log_in(rp, http).person.value == BIRGITTA, "the vice is for one login only"

    def test_a_wrong_issuer_cannot_even_cancel(
        self, rp: Provider, http: httpx.Client, op: Op
    ) -> None:
        op.next(response={"iss": "http://127.0.0.1:1"})
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, cancel="1")
        assert refusal(rp, beginning, answer) is LoginRefusal.WRONG_ISSUER

    def test_replayed_code(self, rp: Provider, http: httpx.Client) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        rp.finish(beginning.transaction, answer)
        assert refusal(rp, beginning, answer) is LoginRefusal.PROVIDER_REFUSED

    def test_a_code_in_somebody_elses_login(self, rp: Provider, http: httpx.Client) -> None:
        """Code injection: the state fits, the code is from another login (PKCE stops it)."""
        mine, theirs = rp.begin("/sv/", "sv"), rp.begin("/sv/", "sv")
        stolen = choose(http, theirs.url, person="birgitta")
        answer = stolen | {"state": mine.transaction.state}
        assert refusal(rp, mine, answer) is LoginRefusal.PROVIDER_REFUSED

    def test_foreign_state(self, rp: Provider, http: httpx.Client) -> None:
        mine, theirs = rp.begin("/sv/", "sv"), rp.begin("/sv/", "sv")
        answer = choose(http, theirs.url, person="birgitta")
        assert refusal(rp, mine, answer) is LoginRefusal.UNKNOWN_LOGIN

    def test_a_login_begun_at_another_provider(self, rp: Provider, http: httpx.Client) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        other = replace(beginning.transaction, issuer="https://other.example")
        assert refusal(rp, replace(beginning, transaction=other), answer) is (
            LoginRefusal.UNKNOWN_LOGIN
        )

    def test_a_login_begun_too_long_ago(self, rp: Provider, http: httpx.Client) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        old = replace(beginning.transaction, created_at=now() - timedelta(minutes=16))
        assert refusal(rp, replace(beginning, transaction=old), answer) is LoginRefusal.TOO_LATE

    def test_a_code_after_its_minute(self, rp: Provider, http: httpx.Client, op: Op) -> None:
        beginning = rp.begin("/sv/", "sv")
        answer = choose(http, beginning.url, person="birgitta")
        op.clock.moved = 61
        assert refusal(rp, beginning, answer) is LoginRefusal.PROVIDER_REFUSED

    def test_our_key_is_not_the_registered_one(
        self, op: Op, http: httpx.Client, tmp_path: Path
    ) -> None:
        stranger = tmp_path / "key"
        key = JWKRegistry.generate_key("EC", "P-256")
        stranger.write_text(json.dumps(key.as_dict(private=True)))
        rp = Provider(op.settings(client_key=stranger), http, now, redirect_uri=REDIRECT)
        with pytest.raises(LoginRefused) as refused:
            rp.begin("/sv/", "sv")
        assert refused.value.reason is LoginRefusal.PROVIDER_REFUSED

    def test_metadata_of_another_issuer(self, op: Op, http: httpx.Client) -> None:
        issuer = op.issuer.replace("127.0.0.1", "localhost")
        rp = Provider(op.settings(issuer=issuer), http, now, redirect_uri=REDIRECT)
        with pytest.raises(LoginRefused) as refused:
            rp.begin("/sv/", "sv")
        assert refused.value.reason is LoginRefusal.WRONG_ISSUER


class TestProviderOutOfOrder:
    def test_the_portal_starts_and_a_login_is_refused(self, op: Op, http: httpx.Client) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        settings = op.settings(issuer=f"http://127.0.0.1:{port}")
        rp = Provider(settings, http, now, redirect_uri=REDIRECT)
        with pytest.raises(LoginRefused) as refused:
            rp.begin("/sv/", "sv")
        assert refused.value.reason is LoginRefusal.PROVIDER_UNREACHABLE
        assert rp.logout_url("http://127.0.0.1:9399/") is None

    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            (500, b"{}", LoginRefusal.PROVIDER_UNREACHABLE),
            (404, b"{}", LoginRefusal.PROVIDER_UNREACHABLE),
            (302, b"", LoginRefusal.PROVIDER_UNREACHABLE),
            (200, b"<html>", LoginRefusal.MALFORMED),
            (200, b"[]", LoginRefusal.MALFORMED),
            (200, b"[" * 200_000, LoginRefusal.MALFORMED),
            (200, b"{}", LoginRefusal.MALFORMED),
            (200, b" " * 600_000, LoginRefusal.MALFORMED),
        ],
        ids=range(8),
    )
    def test_garbage(self, op: Op, status: int, body: bytes, reason: LoginRefusal) -> None:
        transport = httpx.MockTransport(
            lambda _: httpx.Response(
                status, content=body, headers={"location": "https://e.example"}
            )
        )
        with httpx.Client(transport=transport, follow_redirects=True) as http:
            rp = Provider(op.settings(), http, now, redirect_uri=REDIRECT)
            with pytest.raises(LoginRefused) as refused:
                rp.begin("/sv/", "sv")
        assert refused.value.reason is reason

    def test_endpoints_that_can_be_listened_to(self, op: Op) -> None:
        metadata = httpx.get(f"{op.issuer}/.well-known/openid-configuration").json()
        metadata["token_endpoint"] = "http://idp.example/token"
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=metadata))
        with httpx.Client(transport=transport) as http:
            rp = Provider(op.settings(), http, now, redirect_uri=REDIRECT)
            with pytest.raises(LoginRefused) as refused:
                rp.begin("/sv/", "sv")
        assert refused.value.reason is LoginRefusal.MALFORMED


class TestLogout:
    def test_round_trip(self, rp: Provider, http: httpx.Client) -> None:
        url = rp.logout_url("http://127.0.0.1:9399/sv/utloggad")
        assert url is not None
        answer = http.get(url)
        assert answer.status_code == 303
        assert answer.headers["location"] == "http://127.0.0.1:9399/sv/utloggad"

    def test_not_to_anywhere(self, rp: Provider, http: httpx.Client) -> None:
        url = rp.logout_url("https://evil.example/")
        assert url is not None
        answer = http.get(url)
        assert answer.status_code == 200
        assert "Du är utloggad" in answer.text


def redeem(op: Op, code: str, verifier: str, **changes: Any) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "client_id": "portalen",
        "code_verifier": verifier,
    }
    return httpx.post(f"{op.issuer}/token", data=form | op.assertion() | changes)


def jwt_claims(token: str) -> dict[str, Any]:
    from joserfc.jws import extract_compact

    claims: dict[str, Any] = json.loads(extract_compact(token.encode()).payload)
    return claims


class TestTheProviderItself:
    """That the sandbox's provider is as strict as a real one, so that passing it says something."""

    def test_private_files_are_private(self, op: Op) -> None:
        for path in (op.state / "oidc").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name

    def test_keys_survive_a_restart(self, op: Op) -> None:
        _, again = create(issuer=op.issuer, people=PEOPLE, state=op.state)
        assert again == op.registration

    def test_the_page_lists_who_can_use_which(self, rp: Provider, http: httpx.Client) -> None:
        page = open_login(http, rp.begin("/sv/", "sv").url)
        bankid, freja = (
            re.findall(r'name="person"\s+value="(\w+)"', http.get(url).text)
            for url in (page, f"{page}?legitimation=freja")
        )
        assert bankid == ["birgitta"]
        assert freja == ["birgitta", "samira"]
        for number in (BIRGITTA, SAMIRA):
            assert number not in http.get(page).text

    def test_samordningsnummer_is_not_for_bankid(self, rp: Provider, http: httpx.Client) -> None:
        answer = choose(http, rp.begin("/sv/", "sv").url, person="samira")
        assert answer["error"] == "access_denied"

    def test_the_page_has_no_script_and_cannot_be_framed(
        self, rp: Provider, http: httpx.Client
    ) -> None:
        page = http.get(open_login(http, rp.begin("/sv/", "sv").url))
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert "style=" not in page.text

    def test_a_pushed_request_is_good_for_one_use(self, rp: Provider, http: httpx.Client) -> None:
        url = rp.begin("/sv/", "sv").url
        open_login(http, url)
        assert http.get(url).status_code == 400

    def test_a_login_page_is_good_for_one_use(self, rp: Provider, http: httpx.Client) -> None:
        page = open_login(http, rp.begin("/sv/", "sv").url)
        assert http.post(page, data={"cancel": "1"}).status_code == 303
        assert http.post(page, data={"cancel": "1"}).status_code == 404

    def asked(self, **changes: str) -> dict[str, str]:
        asked = {
            "client_id": "portalen",
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "state": "s" * 43,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | changes).items() if value}

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "stranger"},
            {"redirect_uri": "https://evil.example/logga-in/klar"},
            {"redirect_uri": "http://127.0.0.1:9399/logga-in/klar/"},
            {"redirect_uri": "http://127.0.0.1:9399/logga-in/klar?a=b"},
            {"redirect_uri": "http://user@127.0.0.1:9399/logga-in/klar"},
            {"redirect_uri": "http://127.0.0.1:port/logga-in/klar"},
            {"request_uri": "urn:ietf:params:oauth:request_uri:guessed"},
        ],
    )
    def test_what_is_never_sent_on(self, op: Op, http: httpx.Client, changes: Any) -> None:
        answer = http.get(f"{op.issuer}/authorize", params=self.asked(**changes))
        assert answer.status_code == 400
        assert "location" not in answer.headers

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"code_challenge": ""}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"state": ""}, "invalid_request"),
            ({"claims": "{"}, "invalid_request"),
            ({"claims": '{"id_token": 1}'}, "invalid_request"),
            ({"prompt": "none"}, "login_required"),
            ({"request": "a.b.c"}, "request_not_supported"),
            ({"https://id.oidc.se/param/userMessage": "{"}, "invalid_request"),
        ],
    )
    def test_what_is_refused(self, op: Op, http: httpx.Client, changes: Any, error: str) -> None:
        answer = http.get(f"{op.issuer}/authorize", params=self.asked(**changes))
        sent = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        assert sent["error"] == error
        assert sent["iss"] == op.issuer

    def test_message_and_chosen_provider(self, op: Op, http: httpx.Client) -> None:
        """The Swedish request parameters; PG I+ is base64 of markup, shown as text."""
        asked = self.asked(
            **{
                "https://id.oidc.se/param/authnProvider": f"{op.issuer}/eid/freja",
                "https://id.oidc.se/param/userMessage": json.dumps(
                    {"message#sv": "PGI+VsOkbGtvbW1lbjwvYj4=", "mime_type": "text/plain"}
                ),
            }
        )
        answer = http.post(f"{op.issuer}/authorize", data=asked)
        page = http.get(op.issuer + answer.headers["location"]).text
        assert "&lt;b&gt;Välkommen&lt;/b&gt;" in page
        assert "<title>Logga in med Test-Freja " in page
        assert "<nav" not in page

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "stranger"},
            {"aud": "https://other.example"},
            {"exp": 1},
            {"exp": 9_999_999_999},
            {"exp": "soon"},
            {"jti": None},
        ],
    )
    def test_poor_client_assertions(self, op: Op, changes: Any) -> None:
        answer = httpx.post(f"{op.issuer}/par", data=self.asked() | op.assertion(**changes))
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})

    def test_an_assertion_is_good_for_one_use(self, op: Op) -> None:
        form = self.asked() | op.assertion()
        assert httpx.post(f"{op.issuer}/par", data=form).status_code == 201
        assert httpx.post(f"{op.issuer}/par", data=form).status_code == 401

    def test_no_assertion_no_token(self, op: Op) -> None:
        answer = httpx.post(f"{op.issuer}/token", data={"grant_type": "authorization_code"})
        assert answer.status_code == 401

    def test_a_replayed_code_withdraws_its_token(
        self, rp: Provider, http: httpx.Client, op: Op
    ) -> None:
        beginning = rp.begin("/sv/", "sv")
        code = choose(http, beginning.url, person="birgitta")["code"]
        verifier = beginning.transaction.verifier
        headers = {"Authorization": f"Bearer {redeem(op, code, verifier).json()['access_token']}"}
        assert http.get(f"{op.issuer}/userinfo", headers=headers).status_code == 200
        assert redeem(op, code, verifier).json() == {"error": "invalid_grant"}
        assert http.get(f"{op.issuer}/userinfo", headers=headers).status_code == 401

    def test_another_redirect_uri_gets_no_token(
        self, rp: Provider, http: httpx.Client, op: Op
    ) -> None:
        beginning = rp.begin("/sv/", "sv")
        code = choose(http, beginning.url, person="birgitta")["code"]
        other = REDIRECT.replace("9399", "9398")
        answer = redeem(op, code, beginning.transaction.verifier, redirect_uri=other)
        assert answer.json() == {"error": "invalid_grant"}

    def test_pushed_requests_can_be_demanded(self, tmp_path: Path) -> None:
        server = Running()
        app, _ = create(issuer=server.address, people=PEOPLE, state=tmp_path, require_pushed=True)
        server.start(app)
        try:
            answer = httpx.get(f"{server.address}/authorize", params=self.asked())
        finally:
            server.stop()
        assert answer.status_code == 400

    def test_an_unknown_vice_is_an_error(self, op: Op) -> None:
        assert httpx.put(f"{op.issuer}/_test/next", json={"acrr": "x"}).status_code == 400
