"""SMART Backend Services login without I/O: client_credentials with private_key_jwt.

Source: hl7.org/fhir/smart-app-launch/backend-services.html, RFC 7523. The token is kept until a
minute before it expires.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from stodtjanster.model import Cause
from stodtjanster.sources.kit.fhir.search import origin
from stodtjanster.sources.kit.source import Request, Response, SourceFailed

Algorithm = Literal["ES384", "RS384"]

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE: Final = timedelta(minutes=4)
_EARLY: Final = timedelta(seconds=60)
_UNSAID_LIFE: Final = 300
_LONGEST_LIFE: Final = 24 * 3600
_OK: Final = 200
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}")
_ERROR = re.compile(r"[a-z_]{1,40}")


def load_key(data: bytes, alg: Algorithm) -> ECKey | RSAKey:
    """A private JWK or PEM key that can sign with `alg`.

    Raises ValueError, without anything of the key, when it cannot.
    """
    try:
        raw = orjson.loads(data) if data.lstrip().startswith(b"{") else data
        key: ECKey | RSAKey = (ECKey if alg == "ES384" else RSAKey).import_key(raw)
        jwt.encode({"alg": alg}, {"probe": 1}, key, algorithms=[alg])
    except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ValueError(
            f"private_key: no private key for {alg} ({type(error).__name__})"
        ) from None
    return key


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to one authorization server. `base` is the FHIR base, without a last slash.

    A token endpoint that the source only points at must have the base's own origin; one that
    stands in `token_endpoint` may be anywhere.
    """

    base: str
    client_id: str
    key: ECKey | RSAKey
    alg: Algorithm
    scopes: tuple[str, ...]
    token_endpoint: str | None = None

    def assertion(self, audience: str, now: datetime) -> str:
        header = {"alg": self.alg, "typ": "JWT"}
        if self.key.kid:
            header["kid"] = self.key.kid
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFE).timestamp()),
            "jti": str(uuid4()),
        }
        return jwt.encode(header, claims, self.key, algorithms=[self.alg])


@dataclass(frozen=True, slots=True)
class Token:
    """`until` is when to stop using it."""

    value: str
    until: datetime

    def __repr__(self) -> str:
        return f"Token(until={self.until})"


class Login:
    """Keeps one token, and the address that gives them, for all conversations with one source."""

    def __init__(self, client: Client, clock: Callable[[], datetime]) -> None:
        """`clock` gives aware times by the machine: a token lives between machines, whatever day
        the question is asked for."""
        self._client = client
        self._clock = clock
        self._endpoint = client.token_endpoint
        self._token: Token | None = None

    def token(self, refused: Token | None = None) -> Generator[Request, Response, Token]:
        """The token that we hold, or a new one if it is old or the one just `refused`.

        Raises SourceFailed: DENIED when the server will not have us, FAULT or UNREADABLE when it
        answers with something else.
        """
        now, held = self._clock(), self._token
        if held is not None and held is not refused and now < held.until:
            return held
        if self._endpoint is None:
            self._endpoint = yield from self._discover()
        endpoint = self._endpoint
        answer = yield self._ask(endpoint, now)
        if answer.status != _OK:
            # The address may have moved: it is looked up again the next time.
            self._endpoint = self._client.token_endpoint
            raise _refusal(answer)
        self._token = _read(answer, now)
        return self._token

    def forget(self) -> None:
        """The token was refused: the next conversation asks for another."""
        self._token = None

    def _discover(self) -> Generator[Request, Response, str]:
        base = self._client.base
        url = f"{base}/.well-known/smart-configuration"
        answer = yield Request("GET", url, {"Accept": "application/json"})
        if answer.status != _OK:
            raise SourceFailed(Cause.FAULT, f"smart-configuration HTTP {answer.status}")
        endpoint = _object(answer).get("token_endpoint")
        if not isinstance(endpoint, str):
            raise SourceFailed(Cause.UNREADABLE, "smart-configuration without token_endpoint")
        if origin(endpoint) != origin(base):
            raise SourceFailed(Cause.FAULT, "token_endpoint elsewhere: name it in the settings")
        return endpoint

    def _ask(self, endpoint: str, now: datetime) -> Request:
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(self._client.scopes),
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._client.assertion(endpoint, now),
        }
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return Request("POST", endpoint, headers, urlencode(form).encode())


def _object(answer: Response) -> dict[str, object]:
    try:
        whole = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        whole = None
    if not isinstance(whole, dict):
        raise SourceFailed(Cause.UNREADABLE, "login: not a JSON object")
    return whole


def _refusal(answer: Response) -> SourceFailed:
    """OAuth's error code goes on; its description does not."""
    try:
        error = _object(answer).get("error")
    except SourceFailed:
        error = None
    code = error if isinstance(error, str) and _ERROR.fullmatch(error) else ""
    denied = answer.status in (400, 401, 403)
    detail = f"token HTTP {answer.status} {code}".strip()
    return SourceFailed(Cause.DENIED if denied else Cause.FAULT, detail)


def _read(answer: Response, now: datetime) -> Token:
    whole = _object(answer)
    value, life = whole.get("access_token"), whole.get("expires_in", _UNSAID_LIFE)
    kind = whole.get("token_type")
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise SourceFailed(Cause.UNREADABLE, "login: no usable access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise SourceFailed(Cause.UNREADABLE, "login: not a bearer token")
    if isinstance(life, bool) or not isinstance(life, int | float):
        raise SourceFailed(Cause.UNREADABLE, "login: expires_in is no number")
    return Token(value, now + timedelta(seconds=min(life, _LONGEST_LIFE)) - _EARLY)
