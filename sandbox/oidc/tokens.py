"""What the provider says about a person, and how it signs it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import Key

from sandbox.oidc.keys import new_ec_key
from sandbox.oidc.requests import AuthorizationRequest
from sandbox.oidc.vices import Vices, altered
from sandbox.people import Person

PERSONAL_NUMBER = "https://id.oidc.se/claim/personalIdentityNumber"
COORDINATION_NUMBER = "https://id.oidc.se/claim/coordinationNumber"
AUTHN_PROVIDER = "https://id.oidc.se/claim/authnProvider"
_NUMBER = frozenset({PERSONAL_NUMBER, COORDINATION_NUMBER})
_NAMES = frozenset({"name", "given_name", "family_name", "birthdate"})
_BY_SCOPE = {
    "https://id.oidc.se/scope/naturalPersonNumber": _NUMBER,
    "https://id.oidc.se/scope/naturalPersonInfo": _NAMES,
}
_ID_TOKEN_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Login:
    """A finished login: who, for which request, how well, when, and what is wrong with it."""

    person: Person
    request: AuthorizationRequest
    eid: str
    acr: str
    auth_time: int
    vices: Vices
    other_number: str


class Issuer:
    """Writes the provider's messages in its name."""

    def __init__(self, issuer: str, client_id: str, keys: Mapping[str, Key], salt: bytes) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._keys = dict(keys)
        self._published = list(keys.values())
        self._salt = salt

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self._published]}

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one stays published."""
        self._keys["ES256"] = new_ec_key()
        self._published.append(self._keys["ES256"])

    def id_token(self, login: Login, access_token: str, now: int) -> str:
        """The ID token: the number when its scope is asked for, names only on demand."""
        request = login.request
        wanted = _in_scopes(request, _NUMBER) | request.id_token_claims
        half_hash = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = self._told(login, wanted) | {
            "iss": self.issuer,
            "sub": self._subject(login.person),
            "aud": self._client_id,
            "exp": now + _ID_TOKEN_SECONDS,
            "iat": now,
            "auth_time": login.auth_time,
            "acr": login.acr,
            "at_hash": _base64url(half_hash),
        }
        if request.nonce is not None:
            claims["nonce"] = request.nonce
        vices = login.vices
        return self._sign(
            altered(claims, vices.id_token), vices.alg, vices.foreign_key, vices.unknown_kid
        )

    def userinfo(self, login: Login, now: int) -> tuple[str, str]:
        """The UserInfo answer and its media type: a signed JWT, as the Swedish profile asks."""
        request, vices = login.request, login.vices
        wanted = _in_scopes(request, _NUMBER | _NAMES) | request.userinfo_claims
        claims = self._told(login, wanted) | {
            "iss": self.issuer,
            "sub": "someone-else" if vices.wrong_sub else self._subject(login.person),
            "aud": self._client_id,
            "iat": now,
        }
        claims = altered(claims, vices.userinfo)
        if vices.userinfo_unsigned:
            return json.dumps(claims), "application/json"
        signed = self._sign(claims, vices.userinfo_alg, vices.userinfo_foreign_key, False)
        return signed, "application/jwt"

    def _told(self, login: Login, wanted: frozenset[str]) -> dict[str, Any]:
        person = login.person
        coordination = person.kind == "samordningsnummer"
        number, other = PERSONAL_NUMBER, COORDINATION_NUMBER
        if coordination:
            number, other = other, number
        known = {
            number: person.person_id,
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birthdate": _birth_date(person.person_id),
            AUTHN_PROVIDER: login.eid,
        }
        if login.vices.both_numbers:
            known[other] = login.other_number
        return {name: value for name, value in known.items() if name in wanted}

    def _subject(self, person: Person) -> str:
        """The same for a person each time, and nobody can compute it from the number."""
        message = f"{self._client_id}|{person.key}".encode()
        return _base64url(hmac.digest(self._salt, message, "sha256"))

    def _sign(self, claims: dict[str, Any], alg: str | None, foreign: bool, unknown: bool) -> str:
        key = self._keys["ES256"]
        if alg is not None:
            return _badly_signed(claims, alg, key)
        kid = "unpublished" if unknown else key.kid
        signer = new_ec_key() if foreign else key
        return jwt.encode({"alg": "ES256", "kid": kid}, claims, signer, algorithms=["ES256"])


def _in_scopes(request: AuthorizationRequest, claims: frozenset[str]) -> frozenset[str]:
    granted = (_BY_SCOPE.get(scope, frozenset()) for scope in request.scopes)
    return claims & frozenset().union(*granted)


def _badly_signed(claims: dict[str, Any], alg: str, key: Key) -> str:
    """No signature, or an HMAC whose secret is the public key: both are classic forgeries."""
    header = {"alg": alg, "kid": key.kid, "typ": "JWT"}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    secret = json.dumps(key.as_dict(private=False)).encode()
    mac = _base64url(hmac.digest(secret, signed.encode(), "sha256")) if alg != "none" else ""
    return f"{signed}.{mac}"


def _birth_date(person_id: str) -> str:
    day = int(person_id[6:8])
    return f"{person_id[:4]}-{person_id[4:6]}-{day - 60 if day > 60 else day:02}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
