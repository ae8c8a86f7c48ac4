"""Which claims make a login, and what each wrong one is called."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from portal.identity import LoginRefusal, LoginRefused
from portal.identity.claims import (
    COORDINATION_NUMBER,
    PERSONAL_NUMBER,
    Expected,
    check_id_token,
    check_userinfo,
    person_of,
    verify,
)
from stodtjanster.model import PersonIdKind

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
T = int(NOW.timestamp())
ISSUER, CLIENT = "https://idp.example", "portalen"
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
BIRGITTA, SAMIRA = "190001019801", "194001612383"
ACCESS_TOKEN = "access-token"
AT_HASH = base64.urlsafe_b64encode(hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16])
MISSING = object()

EXPECTED = Expected(
    issuer=ISSUER,
    client_id=CLIENT,
    nonce="the-nonce",
    acr_values=(LOA3,),
    begun_at=NOW - timedelta(minutes=4),
    max_age=timedelta(minutes=5),
    now=NOW,
)


def changed(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (claims | changes).items() if value is not MISSING}


def id_token(**changes: Any) -> jwt.Token:
    claims = {
        "iss": ISSUER,
        "sub": "opaque",
        "aud": CLIENT,
        "exp": T + 300,
        "iat": T,
        "auth_time": T - 5,
        "acr": LOA3,
        "nonce": "the-nonce",
        "at_hash": AT_HASH.rstrip(b"=").decode(),
        PERSONAL_NUMBER: BIRGITTA,
    }
    return jwt.Token({"alg": "ES256"}, changed(claims, changes))


def userinfo(**changes: Any) -> jwt.Token:
    claims = {
        "iss": ISSUER,
        "sub": "opaque",
        "aud": CLIENT,
        PERSONAL_NUMBER: BIRGITTA,
        "given_name": "Birgitta",
        "family_name": "Lindqvist",
    }
    return jwt.Token({"alg": "ES256"}, changed(claims, changes))


def refusal(act: Callable[[], object]) -> LoginRefusal:
    with pytest.raises(LoginRefused) as refused:
        act()
    assert BIRGITTA not in str(refused.value)
    assert refused.value.__cause__ is None
    return refused.value.reason


def test_a_right_id_token() -> None:
    assert check_id_token(id_token(), ACCESS_TOKEN, EXPECTED).auth_time == T - 5


@pytest.mark.parametrize(
    "changes",
    [
        {"at_hash": MISSING},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "other"], "azp": CLIENT},
        {"auth_time": T - 300},
        {"auth_time": T + 59},
        {"iat": T + 30},
    ],
)
def test_allowed_variants(changes: dict[str, Any]) -> None:
    check_id_token(id_token(**changes), ACCESS_TOKEN, EXPECTED)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://other.example"}, LoginRefusal.WRONG_ISSUER),
        ({"iss": ISSUER + "/"}, LoginRefusal.WRONG_ISSUER),
        ({"iss": [ISSUER]}, LoginRefusal.WRONG_ISSUER),
        ({"iss": MISSING}, LoginRefusal.WRONG_ISSUER),
        ({"aud": "other"}, LoginRefusal.WRONG_AUDIENCE),
        ({"aud": [CLIENT, "other"]}, LoginRefusal.WRONG_AUDIENCE),
        ({"aud": []}, LoginRefusal.WRONG_AUDIENCE),
        ({"azp": "other"}, LoginRefusal.WRONG_AUDIENCE),
        ({"sub": ""}, LoginRefusal.WRONG_SUBJECT),
        ({"sub": 7}, LoginRefusal.WRONG_SUBJECT),
        ({"nonce": "another"}, LoginRefusal.WRONG_NONCE),
        ({"nonce": MISSING}, LoginRefusal.WRONG_NONCE),
        ({"acr": LOA3[:-1] + "2"}, LoginRefusal.LEVEL_TOO_LOW),
        (
            {"acr": "http://id.swedenconnect.se/loa/1.0/uncertified-loa3"},
            LoginRefusal.LEVEL_TOO_LOW,
        ),
        ({"acr": [LOA3]}, LoginRefusal.LEVEL_TOO_LOW),
        ({"acr": MISSING}, LoginRefusal.LEVEL_TOO_LOW),
        ({"auth_time": T - 301}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": T + 61}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": str(T)}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": T * 1000}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": float(T)}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": True}, LoginRefusal.STALE_LOGIN),
        ({"auth_time": MISSING}, LoginRefusal.STALE_LOGIN),
        ({"exp": T - 61}, LoginRefusal.NOT_IN_FORCE),
        ({"exp": MISSING}, LoginRefusal.NOT_IN_FORCE),
        ({"iat": T + 61}, LoginRefusal.NOT_IN_FORCE),
        ({"nbf": T + 61}, LoginRefusal.NOT_IN_FORCE),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, LoginRefusal.WRONG_ACCESS_TOKEN),
        ({PERSONAL_NUMBER: 190001019801}, LoginRefusal.BAD_NUMBER),
    ],
)
def test_refused_id_tokens(changes: dict[str, Any], reason: LoginRefusal) -> None:
    assert refusal(lambda: check_id_token(id_token(**changes), ACCESS_TOKEN, EXPECTED)) is reason


def test_an_authentication_from_before_we_asked_is_stale() -> None:
    """Within max_age, but prompt=login asked for a new one."""
    expected = Expected(
        ISSUER, CLIENT, "the-nonce", (LOA3,), NOW - timedelta(seconds=10), timedelta(hours=1), NOW
    )
    token = id_token(auth_time=T - 600)
    assert (
        refusal(lambda: check_id_token(token, ACCESS_TOKEN, expected)) is LoginRefusal.STALE_LOGIN
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://other.example"}, LoginRefusal.WRONG_ISSUER),
        ({"iss": MISSING}, LoginRefusal.WRONG_ISSUER),
        ({"aud": "other"}, LoginRefusal.WRONG_AUDIENCE),
        ({"aud": MISSING}, LoginRefusal.WRONG_AUDIENCE),
        ({"sub": "another"}, LoginRefusal.WRONG_SUBJECT),
        ({"exp": T - 61}, LoginRefusal.NOT_IN_FORCE),
        ({"given_name": 7}, LoginRefusal.MALFORMED),
    ],
)
def test_refused_userinfo(changes: dict[str, Any], reason: LoginRefusal) -> None:
    assert refusal(lambda: check_userinfo(userinfo(**changes), "opaque", EXPECTED)) is reason


def person(in_id_token: dict[str, Any], in_userinfo: dict[str, Any]) -> Any:
    return person_of(
        check_id_token(id_token(**in_id_token), ACCESS_TOKEN, EXPECTED),
        check_userinfo(userinfo(**in_userinfo), "opaque", EXPECTED),
    )


NONE = {PERSONAL_NUMBER: MISSING}
COORDINATED = {PERSONAL_NUMBER: MISSING, COORDINATION_NUMBER: SAMIRA}


@pytest.mark.parametrize(
    ("in_id_token", "in_userinfo", "number", "kind"),
    [
        ({}, {}, BIRGITTA, PersonIdKind.PERSONNUMMER),
        (NONE, {}, BIRGITTA, PersonIdKind.PERSONNUMMER),
        ({}, NONE, BIRGITTA, PersonIdKind.PERSONNUMMER),
        (COORDINATED, COORDINATED, SAMIRA, PersonIdKind.SAMORDNINGSNUMMER),
    ],
)
def test_the_one_number(
    in_id_token: dict[str, Any], in_userinfo: dict[str, Any], number: str, kind: PersonIdKind
) -> None:
    found = person(in_id_token, in_userinfo)
    assert (found.value, found.kind) == (number, kind)


@pytest.mark.parametrize(
    ("in_id_token", "in_userinfo"),
    [
        (NONE, NONE),
        ({COORDINATION_NUMBER: SAMIRA}, {}),
        ({}, COORDINATED),
        ({}, {PERSONAL_NUMBER: "196408233234"}),
        ({PERSONAL_NUMBER: SAMIRA}, NONE),
        ({PERSONAL_NUMBER: MISSING, COORDINATION_NUMBER: BIRGITTA}, NONE),
        ({PERSONAL_NUMBER: "199001012386"}, NONE),
        ({PERSONAL_NUMBER: "199002302385"}, NONE),
        ({PERSONAL_NUMBER: "9001012385"}, NONE),
        ({PERSONAL_NUMBER: ""}, NONE),
        (
            {PERSONAL_NUMBER: BIRGITTA.translate({48 + n: 0x660 + n for n in range(10)})},
            NONE,
        ),
    ],
)
def test_not_one_right_number(in_id_token: dict[str, Any], in_userinfo: dict[str, Any]) -> None:
    assert refusal(lambda: person(in_id_token, in_userinfo)) is LoginRefusal.BAD_NUMBER


class TestSignatures:
    key = ECKey.generate_key("P-256", auto_kid=True)
    keys = KeySet([key])

    def test_a_right_one(self) -> None:
        token = jwt.encode({"alg": "ES256", "kid": self.key.kid}, {"a": 1}, self.key)
        verified = verify(token, self.keys)
        assert verified is not None
        assert verified.claims == {"a": 1}

    def test_an_unknown_key_id_is_not_yet_a_refusal(self) -> None:
        token = jwt.encode({"alg": "ES256", "kid": "new"}, {"a": 1}, self.key)
        assert verify(token, self.keys) is None

    def test_another_key_with_the_same_id(self) -> None:
        other = ECKey.generate_key("P-256")
        token = jwt.encode({"alg": "ES256", "kid": self.key.kid}, {"a": 1}, other)
        assert refusal(lambda: verify(token, self.keys)) is LoginRefusal.BAD_SIGNATURE

    def test_an_algorithm_that_is_not_on_the_list(self) -> None:
        rsa = RSAKey.generate_key(2048, auto_kid=True)
        token = jwt.encode({"alg": "RS512", "kid": rsa.kid}, {"a": 1}, rsa, algorithms=["RS512"])
        assert refusal(lambda: verify(token, KeySet([rsa]))) is LoginRefusal.BAD_SIGNATURE

    def test_a_shared_secret(self) -> None:
        secret = OctKey.generate_key(256, auto_kid=True)
        token = jwt.encode({"alg": "HS256", "kid": secret.kid}, {"a": 1}, secret)
        assert refusal(lambda: verify(token, KeySet([secret]))) is LoginRefusal.BAD_SIGNATURE

    @pytest.mark.parametrize("junk", ["", "a", "a.b", "a.b.c", "...", "e30.e30.", "å.ä.ö"])
    def test_no_token_at_all(self, junk: str) -> None:
        assert refusal(lambda: verify(junk, self.keys)) is LoginRefusal.BAD_SIGNATURE
