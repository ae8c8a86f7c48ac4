"""Staff through OpenID, with claims as Inera gives them: lists, and a time as text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt

from portal.identity import Beginning, LoginRefused
from portal.identity.settings import LOA3, StaffProviderSettings
from portal.identity.staff import StaffIdentity
from portal.identity.staff_oidc import StaffProvider, settled
from sandbox.oidc import create
from tests.service.test_oidc_login import PEOPLE, REDIRECT, Running

HSA_ID = "TSTNMT2321000156-AMYU"
NUMBER = "199005112389"
COMMISSIONS = [{"commissionHsaId": "TSTNMT2321000156-C002"}, {"commissionHsaId": "B"}]
INERA = {
    "employeeHsaId": [HSA_ID],
    "personalIdentityNumber": [NUMBER],
    "given_name": ["Amina"],
    "family_name": ["Yusuf"],
    "allCommissions": COMMISSIONS,
    "systemRole": ["Sammanhållen planering;Tester"],
    "acr": [LOA3],
}


class World:
    def __init__(self, issuer: str, told: dict[str, Any]) -> None:
        self.issuer = issuer
        self._told = told
        self.http = httpx.Client()

    def provider(self, **changes: Any) -> StaffProvider:
        known = {k: self._told[k] for k in ("client_id", "client_key", "client_alg")}
        settings = {"title": "Inera", "issuer": self.issuer, "acr_values": (LOA3,)} | known
        return StaffProvider(
            StaffProviderSettings(**(settings | changes)),
            self.http,
            lambda: datetime.now(UTC),
            redirect_uri=REDIRECT,
        )

    def come_back(self, provider: StaffProvider, **vices: Any) -> tuple[Beginning, dict[str, str]]:
        """Log in as somebody of whom the provider says what `vices` say."""
        beginning = provider.begin("/sv/personal/", "sv")
        httpx.put(f"{self.issuer}/_test/next", json=vices).raise_for_status()
        page = self.http.get(beginning.url)
        form = {"person": "birgitta", "legitimation": "freja"}
        answer = self.http.post(str(page.url.join(page.headers["location"])), data=form)
        return beginning, dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def log_in(self, provider: StaffProvider, **vices: Any) -> StaffIdentity:
        beginning, params = self.come_back(provider, **vices)
        return provider.finish(beginning.transaction, params)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = Running()
    app, told = create(issuer=server.address, people=PEOPLE, state=tmp_path_factory.mktemp("inera"))
    server.start(app)
    made = World(server.address, told)
    yield made
    made.http.close()
    server.stop()


def milliseconds(moved: float = 0) -> str:
    return str(int((time.time() + moved) * 1000))


def claims(**changes: Any) -> dict[str, Any]:
    return INERA | {"auth_time": milliseconds()} | changes


def test_claims_as_inera_gives_them(world: World) -> None:
    identity = world.log_in(world.provider(), id_token=claims())
    assert identity.hsa_id.value == HSA_ID
    assert identity.person.value == NUMBER
    assert identity.name == "Amina Yusuf"
    assert identity.loa == "loa3"
    assert identity.issuer == world.issuer
    assert identity.commissions == (
        '{"commissionHsaId": "TSTNMT2321000156-C002"}',
        '{"commissionHsaId": "B"}',
    )
    assert identity.system_roles == ("Sammanhållen planering;Tester",)
    assert identity.login is None


def test_claims_as_the_standard_has_them(world: World) -> None:
    said = {name: v[0] if isinstance(v, list) else v for name, v in INERA.items()}
    said |= {"auth_time": int(time.time()), "allCommissions": ["a", "b"]}
    identity = world.log_in(world.provider(), id_token=said)
    assert identity.hsa_id.value == HSA_ID
    assert identity.commissions == ("a", "b")


def test_the_smallest_set_is_asked_for(world: World) -> None:
    asked = world.provider()._claims_besides()
    needed = {name for name, how in asked.items() if how == {"essential": True}}
    assert needed == {"employeeHsaId", "personalIdentityNumber"}
    assert {"commissionHsaId", "commissionRight"}.isdisjoint(asked)


def test_a_claim_may_be_in_userinfo(world: World) -> None:
    for kind, unsigned in (("signed", False), ("plain", True)):
        identity = world.log_in(
            world.provider(userinfo=kind),
            id_token={"auth_time": milliseconds(), "acr": [LOA3]},
            userinfo={k: v for k, v in INERA.items() if k != "acr"},
            userinfo_unsigned=unsigned,
        )
        assert identity.hsa_id.value == HSA_ID


@pytest.mark.parametrize(
    ("vices", "reason"),
    [
        (lambda: {"id_token": claims(auth_time=milliseconds(-3600))}, "stale-login"),
        (lambda: {"id_token": claims(auth_time=milliseconds(3600))}, "stale-login"),
        (lambda: {"id_token": claims(auth_time=str(int(time.time()) - 3600))}, "stale-login"),
        (lambda: {"id_token": claims(auth_time="i går")}, "stale-login"),
        (lambda: {"id_token": claims(auth_time="")}, "stale-login"),
        (lambda: {"id_token": claims(auth_time=["1", "2"])}, "stale-login"),
        (lambda: {"id_token": claims(auth_time=None)}, "stale-login"),
        (lambda: {"id_token": claims(acr=["http://id.sambi.se/loa/loa2"])}, "level-too-low"),
        (lambda: {"id_token": claims(acr=[LOA3, LOA3])}, "level-too-low"),
        (lambda: {"id_token": claims(acr=[])}, "level-too-low"),
        (lambda: {"id_token": claims(employeeHsaId=[HSA_ID, "B"])}, "bad-number"),
        (lambda: {"id_token": claims(employeeHsaId=[])}, "bad-number"),
        (lambda: {"id_token": claims(employeeHsaId="ö")}, "bad-number"),
        (lambda: {"id_token": claims(personalIdentityNumber=["199005112380"])}, "bad-number"),
        (lambda: {"id_token": claims(personalIdentityNumber=[int(NUMBER)])}, "bad-number"),
        (lambda: {"id_token": claims(nonce="en-annans")}, "wrong-nonce"),
        (lambda: {"id_token": claims(aud="en-annan")}, "wrong-audience"),
        (lambda: {"id_token": claims(iss="https://annan.example")}, "wrong-issuer"),
        (lambda: {"id_token": claims(), "foreign_key": True}, "bad-signature"),
        (lambda: {"id_token": claims(), "alg": "none"}, "bad-signature"),
        (lambda: {"id_token": claims(), "alg": "HS256"}, "bad-signature"),
        (lambda: {"id_token": claims(), "response": {"iss": None}}, "wrong-issuer"),
        (lambda: {"id_token": claims(), "response": {"state": "x"}}, "unknown-login"),
    ],
)
def test_what_is_wrong_is_refused(
    world: World, vices: Callable[[], dict[str, Any]], reason: str
) -> None:
    with pytest.raises(LoginRefused, match=reason):
        world.log_in(world.provider(), **vices())


def test_userinfo_about_somebody_else_is_refused(world: World) -> None:
    for kind, unsigned in (("signed", False), ("plain", True)):
        with pytest.raises(LoginRefused, match="wrong-subject"):
            world.log_in(
                world.provider(userinfo=kind),
                id_token=claims(),
                wrong_sub=True,
                userinfo_unsigned=unsigned,
            )


def test_userinfo_without_a_signature_is_refused_where_one_was_agreed(world: World) -> None:
    with pytest.raises(LoginRefused, match="bad-signature"):
        world.log_in(world.provider(userinfo="signed"), id_token=claims(), userinfo_unsigned=True)


def test_a_provider_that_does_not_name_itself_may_be_let_off_but_not_lie(world: World) -> None:
    silent = world.provider(states_issuer=False)
    identity = world.log_in(silent, id_token=claims(), response={"iss": None})
    assert identity.hsa_id.value == HSA_ID
    with pytest.raises(LoginRefused, match="wrong-issuer"):
        world.log_in(silent, id_token=claims(), response={"iss": "https://annan.example"})


def test_an_answer_to_a_residents_login_is_none(world: World) -> None:
    """The provider says who somebody is as residents' do: that makes nobody an employee."""
    with pytest.raises(LoginRefused, match="bad-number"):
        world.log_in(world.provider(acr_values=(LOA3,)))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1534332200123", 1534332200),
        (["1534332200123"], 1534332200),
        ("1534332200", 1534332200),
        (1534332200, 1534332200),
        ("-1", "-1"),
        ("٣", "٣"),
        (1.5, 1.5),
    ],
)
def test_a_time_is_read_as_what_it_means(said: Any, meant: Any) -> None:
    token = settled(jwt.Token({}, {"auth_time": said, "aud": ["a"], "other": ["b"]}))
    assert token.claims == {"auth_time": meant, "aud": ["a"], "other": ["b"]}
