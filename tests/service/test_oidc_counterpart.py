"""Our relying party against somebody else's provider: npm oidc-provider."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from portal.identity import Beginning, LoginRefusal, LoginRefused, Provider, ProviderSettings

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "counterparts" / "oidc-provider" / "server.mjs"
REDIRECT = "http://127.0.0.1:9399/logga-in/klar"
GOODBYE = "http://127.0.0.1:9399/sv/utloggad"
BIRGITTA, SAMIRA = "190001019801", "194001612383"
PEOPLE = {
    "birgitta": {
        "https://id.oidc.se/claim/personalIdentityNumber": BIRGITTA,
        "given_name": "Birgitta",
        "family_name": "Lindqvist",
    },
    "samira": {
        "https://id.oidc.se/claim/coordinationNumber": SAMIRA,
        "given_name": "Samira",
        "family_name": "Haddad",
    },
    "both": {
        "https://id.oidc.se/claim/personalIdentityNumber": BIRGITTA,
        "https://id.oidc.se/claim/coordinationNumber": SAMIRA,
    },
}


def absent(reason: str) -> None:
    """A missing counterpart is said, and in CI it is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def follow(step: httpx.Response) -> str:
    """Where a redirect leads."""
    assert step.status_code == 303, step.text
    return urljoin(str(step.url), step.headers["location"])


@dataclass
class Counterpart:
    provider: Provider
    browser: httpx.Client

    def answer(self, beginning: Beginning, **form: str) -> dict[str, str]:
        """Do what the person does; the parameters that come back to us."""
        step = self.browser.get(beginning.url)
        step = self.browser.post(follow(step), data=form)
        while not follow(step).startswith(REDIRECT):
            step = self.browser.get(follow(step))
            if step.status_code == 200:
                # Somebody else is logged in: the provider's own page ends that session first.
                fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', step.text))
                step = self.browser.post(f"{step.url.join('/session/end/confirm')}", data=fields)
        target = urlsplit(follow(step))
        assert target._replace(query="").geturl() == REDIRECT
        return dict(parse_qsl(target.query))

    def refusal(self, beginning: Beginning, answer: dict[str, str]) -> LoginRefusal:
        with pytest.raises(LoginRefused) as refused:
            self.provider.finish(beginning.transaction, answer)
        return refused.value.reason


@pytest.fixture(
    scope="module",
    params=[("ES256", True), ("RS256", False)],
    ids=["ES256, pushed requests", "RS256, requests with the browser"],
)
def counterpart(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counterpart]:
    node = shutil.which("node")
    if node is None:
        absent("node is absent: no independent OpenID provider to test against")
    if not (ROOT / "node_modules" / "oidc-provider").is_dir():
        absent("oidc-provider is absent: run npm ci to test against it")
    alg, pushed = request.param
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True)
    path = tmp_path_factory.mktemp("client") / "client.jwk.json"
    path.write_text(json.dumps(key.as_dict(private=True)))
    settings = {
        "clientId": "portalen",
        "clientKey": key.as_dict(private=False),
        "redirectUri": REDIRECT,
        "postLogoutUri": GOODBYE,
        "alg": alg,
        "pushed": pushed,
        "people": PEOPLE,
    }
    with (
        subprocess.Popen(
            [node, SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
        httpx.Client() as http,
        httpx.Client() as browser,
    ):
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        issuer = process.stdout.readline().strip()
        assert issuer, "oidc-provider did not start"
        known = ProviderSettings(
            title="BankID", issuer=issuer, client_id="portalen", client_key=path
        )
        rp = Provider(known, http, lambda: datetime.now(UTC), redirect_uri=REDIRECT)
        yield Counterpart(rp, browser)
        process.stdin.close()
        process.wait(30)


@pytest.fixture(autouse=True)
def _fresh_browser(counterpart: Counterpart) -> None:
    counterpart.browser.cookies.clear()


@pytest.mark.parametrize(("who", "number"), [("birgitta", BIRGITTA), ("samira", SAMIRA)])
def test_a_login(counterpart: Counterpart, who: str, number: str) -> None:
    beginning = counterpart.provider.begin("/sv/mig/", "sv")
    answer = counterpart.answer(beginning, person=who)
    identity = counterpart.provider.finish(beginning.transaction, answer)
    assert identity.person.value == number
    assert identity.loa == "loa3"
    assert identity.given_name == PEOPLE[who]["given_name"]


def test_somebody_who_logged_in_before_logs_in_again(counterpart: Counterpart) -> None:
    """prompt=login: another person at the same browser never gets the first one's session."""
    for who, number in (("birgitta", BIRGITTA), ("samira", SAMIRA)):
        beginning = counterpart.provider.begin("/sv/mig/", "sv")
        answer = counterpart.answer(beginning, person=who)
        assert counterpart.provider.finish(beginning.transaction, answer).person.value == number


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"cancel": "1"}, LoginRefusal.CANCELLED),
        ({"person": "birgitta", "low": "1"}, LoginRefusal.LEVEL_TOO_LOW),
        ({"person": "both"}, LoginRefusal.BAD_NUMBER),
    ],
    ids=["cancel", "low", "both"],
)
def test_a_refused_login(
    counterpart: Counterpart, form: dict[str, str], reason: LoginRefusal
) -> None:
    beginning = counterpart.provider.begin("/sv/mig/", "sv")
    assert counterpart.refusal(beginning, counterpart.answer(beginning, **form)) is reason


def test_a_replayed_code(counterpart: Counterpart) -> None:
    beginning = counterpart.provider.begin("/sv/mig/", "sv")
    answer = counterpart.answer(beginning, person="birgitta")
    counterpart.provider.finish(beginning.transaction, answer)
    assert counterpart.refusal(beginning, answer) is LoginRefusal.PROVIDER_REFUSED


def test_a_code_in_somebody_elses_login(counterpart: Counterpart) -> None:
    mine, theirs = (counterpart.provider.begin("/sv/mig/", "sv") for _ in range(2))
    stolen = counterpart.answer(theirs, person="birgitta")
    answer = stolen | {"state": mine.transaction.state}
    assert counterpart.refusal(mine, answer) is LoginRefusal.PROVIDER_REFUSED


def test_logging_out_is_understood(counterpart: Counterpart) -> None:
    url = counterpart.provider.logout_url(GOODBYE)
    assert url is not None
    assert counterpart.browser.get(url).status_code == 200
