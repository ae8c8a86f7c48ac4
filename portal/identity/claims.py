"""What an ID token and a UserInfo answer must say: pure checks, without I/O.

authlib checks what OpenID Connect Core 3.1.3.7 asks; it lets through what is checked here
besides: the types of the claims, the level of assurance, how old the authentication is, and
UserInfo as a signed message (Swedish OpenID Connect Profile 1.0, OWASP ASVS 5.0 6.8 and 10.5).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.identity.refusal import LoginRefusal, LoginRefused
from stodtjanster.model import PersonId, PersonIdKind

PERSONAL_NUMBER = "https://id.oidc.se/claim/personalIdentityNumber"
COORDINATION_NUMBER = "https://id.oidc.se/claim/coordinationNumber"

ALGORITHMS = ("ES256", "ES384", "PS256", "RS256")
SKEW = timedelta(seconds=60)

_REASON_BY_CLAIM = {
    "iss": LoginRefusal.WRONG_ISSUER,
    "aud": LoginRefusal.WRONG_AUDIENCE,
    "azp": LoginRefusal.WRONG_AUDIENCE,
    "sub": LoginRefusal.WRONG_SUBJECT,
    "nonce": LoginRefusal.WRONG_NONCE,
    "acr": LoginRefusal.LEVEL_TOO_LOW,
    "auth_time": LoginRefusal.STALE_LOGIN,
    "at_hash": LoginRefusal.WRONG_ACCESS_TOKEN,
    "exp": LoginRefusal.NOT_IN_FORCE,
    "iat": LoginRefusal.NOT_IN_FORCE,
    "nbf": LoginRefusal.NOT_IN_FORCE,
    PERSONAL_NUMBER: LoginRefusal.BAD_NUMBER,
    COORDINATION_NUMBER: LoginRefusal.BAD_NUMBER,
}


class _Claims(BaseModel):
    """Strict, because a claim of another type is another claim: a time as text is no time."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    iss: str
    sub: str = Field(min_length=1)
    aud: str | list[str]
    personal_number: str | None = Field(default=None, validation_alias=PERSONAL_NUMBER)
    coordination_number: str | None = Field(default=None, validation_alias=COORDINATION_NUMBER)

    @property
    def numbers(self) -> set[tuple[PersonIdKind, str]]:
        stated = {
            PersonIdKind.PERSONNUMMER: self.personal_number,
            PersonIdKind.SAMORDNINGSNUMMER: self.coordination_number,
        }
        return {(kind, number) for kind, number in stated.items() if number is not None}


class IdToken(_Claims):
    exp: int
    iat: int
    auth_time: int
    acr: str
    nonce: str
    azp: str | None = None
    at_hash: str | None = None


class UserInfo(_Claims):
    given_name: str = Field(default="", max_length=200)
    family_name: str = Field(default="", max_length=200)


@dataclass(frozen=True, slots=True)
class Expected:
    """What this login asked for, and when the answer is read."""

    issuer: str
    client_id: str
    nonce: str
    acr_values: tuple[str, ...]
    begun_at: datetime
    max_age: timedelta
    now: datetime


def verify(token: str | bytes, keys: KeySet) -> jwt.Token | None:
    """Check the signature of a JWT against `keys`.

    Returns None when no key has the token's `kid` (the keys may have been changed since they
    were fetched). Raises LoginRefused for everything else that is wrong, unsigned included.
    """
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        return None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise LoginRefused(LoginRefusal.BAD_SIGNATURE) from None


def check_id_token(token: jwt.Token, access_token: str, expected: Expected) -> IdToken:
    """Read the claims of an ID token whose signature is verified. Raises LoginRefused."""
    claims = _read(IdToken, token.claims)
    standard = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
            "acr": {"essential": True, "values": list(expected.acr_values)},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": access_token,
        },
    )
    try:
        standard.validate(now=int(expected.now.timestamp()), leeway=int(SKEW.total_seconds()))
    except ClaimError as error:
        raise LoginRefused(_reason(error.claim)) from None
    if not _is_fresh(claims.auth_time, expected):
        raise LoginRefused(LoginRefusal.STALE_LOGIN)
    return claims


def check_userinfo(token: jwt.Token, subject: str, expected: Expected) -> UserInfo:
    """Read the claims of a UserInfo answer whose signature is verified. Raises LoginRefused.

    `subject` is the one of the ID token (OpenID Connect Core 5.3.2).
    """
    claims = _read(UserInfo, token.claims)
    registry = jwt.JWTClaimsRegistry(
        now=int(expected.now.timestamp()),
        leeway=int(SKEW.total_seconds()),
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True, "value": subject},
    )
    try:
        registry.validate(token.claims)
    except ClaimError as error:
        raise LoginRefused(_reason(error.claim)) from None
    return claims


def person_of(id_token: IdToken, userinfo: UserInfo) -> PersonId:
    """Find the one number that both messages together state.

    Raises LoginRefused when there is none, when there are two, or when it cannot be a number of
    the kind it is said to be (Swedish OpenID Connect Claims Specification 1.0).
    """
    stated = id_token.numbers | userinfo.numbers
    if len(stated) != 1:
        raise LoginRefused(LoginRefusal.BAD_NUMBER)
    kind, number = stated.pop()
    try:
        person = PersonId.parse(number)
    except ValueError:
        raise LoginRefused(LoginRefusal.BAD_NUMBER) from None
    if person.kind is not kind or not number.isascii():
        raise LoginRefused(LoginRefusal.BAD_NUMBER)
    return person


def _is_fresh(auth_time: int, expected: Expected) -> bool:
    """We asked for a new authentication: one from before we asked is somebody's old session."""
    earliest = max(expected.now - expected.max_age, expected.begun_at) - SKEW
    latest = expected.now + SKEW
    return earliest.timestamp() <= auth_time <= latest.timestamp()


C = TypeVar("C", bound=_Claims)


def _read(shape: type[C], claims: dict[str, Any]) -> C:
    try:
        return shape.model_validate(claims)
    except ValidationError as error:
        claim = error.errors(include_input=False, include_url=False)[0]["loc"][0]
        raise LoginRefused(_reason(str(claim))) from None


def _reason(claim: str) -> LoginRefusal:
    return _REASON_BY_CLAIM.get(claim, LoginRefusal.MALFORMED)
